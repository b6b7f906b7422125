/*
 * RESTART, both ways (Q.931 5.5): what the far end restarts, and our own rounds over the idle channels, or over those
 * whose calls ended while the D channel was down.
 */
#include "base/clock.h"
#include "base/log.h"
#include "line/line_internal.h"

enum { CAUSE_TEMPORARY_FAILURE = 41 };

/* N316. libpri, which is told that it is 1, does not repeat: it would not stop when the D channel goes. */
#define RESTARTS_SENT 2
/* After so many T200 both ends agree that the link is up. */
#define SETTLED_T200 2

/* The far end has reset the channel: its call is over without any message, and libpri leaves it to us. */
static void drop_leg(struct leg *leg)
{
	if (leg->state == LEG_ENDED)
		return;
	if (leg->call != NULL && !leg->call_lost)
		pri_link_forget(leg->span->link, leg->call);
	leg_note_cause(leg, CAUSE_TEMPORARY_FAILURE, 0);
	leg_end(leg);
}

static void restarted(struct span *span, unsigned timeslot)
{
	struct line_event event = line_event_for(span, NULL, LINE_RESTARTED);
	if (span->holder[timeslot] != NULL)
		drop_leg(span->holder[timeslot]);
	span->restarting[timeslot] = span->out_of_service[timeslot] = span->no_answer[timeslot] = false;
	span->doubtful &= ~(1u << timeslot);
	span->restarts++;
	event.channel = driver_channel(span->number, timeslot);
	legs_deliver_ended(span->line);
	line_emit(span->line, &event);
}

void restart_on_event(struct span *span, const struct pri_link_event *event)
{
	log_write(LOG_NOTICE, LOG_LINE, "span %u: RESTART of %s", span->number,
	          event->timeslot == PRI_TIMESLOT_ANY ? "all channels" : "a channel");
	if (event->timeslot != PRI_TIMESLOT_ANY) {
		if (channel_exists(span, event->timeslot))
			restarted(span, event->timeslot);
		return;
	}
	for (unsigned timeslot = 1; timeslot < TIMESLOTS; timeslot++)
		if (channel_exists(span, timeslot))
			restarted(span, timeslot);
}

/* What is under way is given up; the channel in hand is as it was. */
void restart_abandon(struct span *span)
{
	timer_stop(span->line->timers, &span->restart_timer);
	timer_stop(span->line->timers, &span->doubt_timer);
	if (span->restart_next < TIMESLOTS)
		span->restarting[span->restart_next] = false;
	span->restart_next = 0;
}

/* Q.931 5.5.1: a channel is restarted when that is acknowledged. Who has not been heard by then is asked again. */
void restart_interrupted(struct span *span)
{
	if (span->restart_next != 0 && span->restart_next < TIMESLOTS)
		span->doubtful |= span->restart_round & UINT32_MAX << span->restart_next;
	restart_abandon(span);
}

/* Idle channels; with them those that have not answered before: they are back when they do. */
static bool may_be_restarted(const struct span *span, unsigned timeslot)
{
	bool again = span->no_answer[timeslot] && span->holder[timeslot] == NULL && !span->withheld[timeslot] &&
	             !span->withheld_whole && !(span->settings.off_channels >> timeslot & 1);
	return again || channel_free(span, timeslot);
}

static bool wanted(const struct span *span, unsigned timeslot)
{
	return span->restart_round >> timeslot & 1 && may_be_restarted(span, timeslot);
}

static void restart_send(struct span *span)
{
	const struct line *line = span->line;
	span->restart_sent++;
	pri_link_restart(span->link, span->restart_next);
	timer_start(line->timers, &span->restart_timer, clock_now_us() + line->values.ms[TIMER_T316] * US_PER_MS);
}

static void restart_more(struct span *span)
{
	while (span->restart_next != 0 && span->restart_next < TIMESLOTS && !wanted(span, span->restart_next))
		span->restart_next++;
	if (span->restart_next == 0 || span->restart_next >= TIMESLOTS) {
		span->restart_next = 0;
		restart_abandon(span);
		return;
	}
	span->restarting[span->restart_next] = true;
	span->restart_sent = 0;
	restart_send(span);
}

/* Q.931 5.5.1: a channel whose RESTART is never acknowledged is out of service until the far end restarts it, or
 * answers a later one. A far end that has answered none in this round knows no RESTART: it costs one channel, not all.
 */
static void restart_unanswered(void *argument)
{
	struct span *span = argument;
	unsigned timeslot = span->restart_next;
	if (timeslot == 0)
		return;
	if (!span->restarting[timeslot]) { /* the far end has restarted it itself */
		span->restart_next++;
		restart_more(span);
		return;
	}
	if (span->restart_sent < RESTARTS_SENT) {
		restart_send(span);
		return;
	}
	bool known = span->restart_answered || span->restart_round == UINT32_MAX;
	log_write(LOG_WARNING, LOG_LINE, "span %u: no answer to RESTART of channel %u%s", span->number, timeslot,
	          known ? ", out of service" : "");
	span->timer_expiries++;
	span->unanswered++;
	line_trouble(span, NULL, LINE_TROUBLE_TIMER, "T316: no answer to RESTART of channel %u", timeslot);
	span->restarting[timeslot] = false;
	if (known)
		span->out_of_service[timeslot] = span->no_answer[timeslot] = true;
	else /* it may know no RESTART at all, and its own timers let its calls go: no channel is lost for that */
		span->doubtful = 0;
	span->restart_next = span->restart_answered ? timeslot + 1u : 0;
	restart_more(span);
}

/* ---- rounds ---- */

static void round_begin(struct span *span, uint32_t channels)
{
	span->restart_round = channels;
	span->restart_answered = false;
	span->restart_next = 1;
	restart_more(span);
}

void restart_begin(struct span *span)
{
	if (span->restart_next != 0)
		return;
	round_begin(span, UINT32_MAX);
}

/* A call that has come meanwhile has settled its channel; one that is under test is asked when the test is over. */
static void restart_doubtful(void *argument)
{
	struct span *span = argument;
	uint32_t now = 0;
	if (span->restart_next != 0)
		return;
	for (unsigned timeslot = 1; timeslot < TIMESLOTS; timeslot++) {
		uint32_t bit = span->doubtful & 1u << timeslot;
		if (span->holder[timeslot] != NULL || !channel_exists(span, timeslot))
			span->doubtful &= ~bit;
		else if (may_be_restarted(span, timeslot))
			now |= bit;
	}
	if (now == 0)
		return;
	log_write(LOG_NOTICE, LOG_LINE,
	          "span %u: the D channel was down when calls ended or channels were restarted; those channels, which "
	          "the far end may hold still, are restarted",
	          span->number);
	round_begin(span, now);
}

/* Both ends may have asked for the link: what is said between the two SABME is lost without a word from libpri. */
void restart_doubtful_soon(struct span *span)
{
	const struct line *line = span->line;
	if (span->doubtful != 0)
		timer_start(line->timers, &span->doubt_timer,
		            clock_now_us() + SETTLED_T200 * line->values.ms[TIMER_T200] * US_PER_MS);
}

void restart_offered_again(struct span *span)
{
	if (span->dchannel == LINE_DCHANNEL_UP)
		restart_doubtful_soon(span);
}

void resync_plan(struct span *span)
{
	uint64_t every_ms = span->dchannel == LINE_DCHANNEL_UP ? span->settings.resync_ms : 0;
	timer_stop(span->line->timers, &span->resync_timer);
	if (every_ms)
		timer_start(span->line->timers, &span->resync_timer, clock_now_us() + every_ms * US_PER_MS);
}

static void resync_due(void *argument)
{
	struct span *span = argument;
	restart_begin(span);
	resync_plan(span);
}

void restart_init(struct span *span)
{
	timer_init(&span->restart_timer, "T316", restart_unanswered, span);
	timer_init(&span->resync_timer, "idle-resync", resync_due, span);
	timer_init(&span->doubt_timer, "restart-doubtful", restart_doubtful, span);
}

void restart_acknowledged(struct span *span, unsigned timeslot)
{
	if (timeslot >= TIMESLOTS)
		return;
	span->doubtful &= ~(1u << timeslot);
	if (!span->restarting[timeslot] && !span->no_answer[timeslot])
		return;
	if (span->no_answer[timeslot]) {
		log_write(LOG_NOTICE, LOG_LINE, "span %u: channel %u answers RESTART again, in service", span->number,
		          timeslot);
		span->out_of_service[timeslot] = span->no_answer[timeslot] = false;
	}
	span->restarting[timeslot] = false;
	span->restart_answered = true;
	if (span->restart_next == timeslot) {
		span->restart_next++;
		restart_more(span);
	}
}
