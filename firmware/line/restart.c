/* RESTART, both ways (Q.931 5.5): what the far end restarts, and our own rounds over the idle channels. */
#include "base/clock.h"
#include "base/log.h"
#include "line/line_internal.h"

enum { CAUSE_TEMPORARY_FAILURE = 41 };

/* N316: libpri repeats RESTART once, and gives up without telling. */
#define RESTARTS_SENT 2

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
	if (span->restart_next < TIMESLOTS)
		span->restarting[span->restart_next] = false;
	span->restart_next = 0;
}

/* Idle channels; with them those that have not answered before: they are back when they do. */
static bool wanted(const struct span *span, unsigned timeslot)
{
	bool again = span->no_answer[timeslot] && span->holder[timeslot] == NULL && !span->withheld[timeslot] &&
	             !span->withheld_whole && !(span->settings.off_channels >> timeslot & 1);
	return again || channel_free(span, timeslot);
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
	const struct line *line = span->line;
	span->restarting[span->restart_next] = true;
	pri_link_restart(span->link, span->restart_next);
	timer_start(line->timers, &span->restart_timer,
	            clock_now_us() + RESTARTS_SENT * line->values.ms[TIMER_T316] * US_PER_MS);
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
	log_write(LOG_WARNING, LOG_LINE, "span %u: no answer to RESTART of channel %u, out of service", span->number,
	          timeslot);
	span->timer_expiries++;
	span->unanswered++;
	line_trouble(span, NULL, LINE_TROUBLE_TIMER, "T316: no answer to RESTART of channel %u", timeslot);
	span->restarting[timeslot] = false;
	span->out_of_service[timeslot] = span->no_answer[timeslot] = true;
	span->restart_next = span->restart_answered ? timeslot + 1u : 0;
	restart_more(span);
}

/* ---- rounds ---- */

void restart_begin(struct span *span)
{
	if (span->restart_next != 0)
		return;
	span->restart_answered = false;
	span->restart_next = 1;
	restart_more(span);
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
}

void restart_acknowledged(struct span *span, unsigned timeslot)
{
	if (timeslot >= TIMESLOTS || (!span->restarting[timeslot] && !span->no_answer[timeslot]))
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
