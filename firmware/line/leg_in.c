/* Calls in: which B channel, and our answers to SETUP. */
#include "base/log.h"
#include "line/line_internal.h"

enum {
	CAUSE_NO_CHANNEL = 34,
	CAUSE_CONGESTION = 42,
	CAUSE_CHANNEL_BUSY = 44,
	CAUSE_NO_SUCH_CHANNEL = 82,
	CAUSE_NOT_IMPLEMENTED = 69
};

/* Our own call, still unanswered, holds the channel that the network asks for: the network's call has it. */
static bool yields_to(const struct span *span, const struct leg *holder)
{
	return span->settings.signalling == LINE_PRI_CPE && holder->state == LEG_SETUP_SENT && !holder->channel_fixed;
}

static void note_glare(struct span *span, struct leg *holder)
{
	if (holder != NULL && holder->state == LEG_SETUP_SENT)
		span->glare++;
}

static unsigned take_busy(struct span *span, unsigned timeslot, bool exclusive, uint8_t *cause)
{
	struct leg *holder = span->holder[timeslot];
	note_glare(span, holder);
	if (holder != NULL && yields_to(span, holder))
		return timeslot;
	*cause = exclusive ? CAUSE_CHANNEL_BUSY : CAUSE_NO_CHANNEL;
	return exclusive ? 0 : channel_hunt(span);
}

/* The call that has lost its channel waits for the network to name another, or to clear it. */
static void tell_loser(struct leg *loser, unsigned timeslot)
{
	if (loser == NULL)
		return;
	log_write(LOG_INFO, LOG_LINE, "leg %08x span %u/%u: collision, the network's call takes the channel",
	          leg_handle(loser), loser->span->number, timeslot);
	loser->timeslot = 0;
	loser->glare_lost = true;
	line_emit_leg(loser, LINE_CHANNEL, false);
}

/* Q.931 5.2.3.1. 0: none, with the cause to say why. */
static unsigned choose_channel(struct span *span, const struct pri_link_event *event, uint8_t *cause)
{
	unsigned wanted = event->timeslot;
	*cause = CAUSE_NO_CHANNEL;
	if (event->signalling_only) {
		*cause = CAUSE_NOT_IMPLEMENTED;
		return 0;
	}
	if (wanted == PRI_TIMESLOT_NONE)
		return 0;
	if (wanted == PRI_TIMESLOT_ANY)
		return channel_hunt(span);
	if (!channel_exists(span, wanted)) {
		*cause = event->exclusive ? CAUSE_NO_SUCH_CHANNEL : CAUSE_NO_CHANNEL;
		return event->exclusive ? 0 : channel_hunt(span);
	}
	/* A SETUP on a channel that we restart: the acknowledgement was lost. */
	if (span->restarting[wanted])
		restart_acknowledged(span, wanted);
	return channel_free(span, wanted) ? wanted : take_busy(span, wanted, event->exclusive, cause);
}

static void tell_refused(struct span *span, const struct pri_link_event *event, uint8_t cause)
{
	struct line_event refused = line_event_for(span, NULL, LINE_REFUSED);
	struct line_setup setup = event->setup;
	setup.timeslot = channel_exists(span, event->timeslot) ? (uint8_t)event->timeslot : 0;
	refused.setup = &setup;
	refused.cause = cause;
	line_emit(span->line, &refused);
}

static void refuse(struct span *span, const struct pri_link_event *event, uint8_t cause)
{
	log_write(LOG_NOTICE, LOG_LINE, "span %u: call refused, cause %u (%s)", span->number, cause,
	          line_cause_text(cause));
	if (cause == CAUSE_CONGESTION || cause == CAUSE_NOT_IMPLEMENTED)
		pri_link_proceeding(span->link, event->call, 0, false);
	pri_link_hang_up(span->link, event->call, cause);
	tell_refused(span, event, cause);
}

void leg_on_ring(struct span *span, const struct pri_link_event *event)
{
	uint8_t cause;
	unsigned timeslot = choose_channel(span, event, &cause);
	struct leg *leg = timeslot != 0 ? leg_new(span) : NULL;
	span->calls_in++;
	if (leg == NULL) {
		refuse(span, event, timeslot == 0 ? cause : CAUSE_CONGESTION);
		return;
	}
	leg->call = event->call;
	leg->cref = event->cref;
	leg->setup = event->setup;
	leg->interface = event->interface;
	leg->setup.complete = event->setup.complete || !span->settings.overlap_in;
	struct leg *loser = span->holder[timeslot];
	channel_take(leg, timeslot);
	leg_enter(leg, LEG_PRESENT);
	tell_loser(loser, timeslot);
	line_emit_leg(leg, LINE_SETUP, event->inband);
}

void line_leg_need_digits(struct line *line, line_leg handle, bool dial_tone)
{
	struct leg *leg = leg_find(line, handle);
	if (leg == NULL || leg->state != LEG_PRESENT)
		return;
	pri_link_setup_ack(leg->span->link, leg->call, leg_channel_code(leg), dial_tone);
	leg_enter(leg, LEG_OVERLAP_RECEIVING);
	leg_timer(leg, TIMER_T302);
}

static bool leg_unanswered(const struct leg *leg)
{
	return leg != NULL && leg->state >= LEG_PRESENT && leg->state <= LEG_ALERTING;
}

static void proceed(struct leg *leg, bool inband)
{
	if (leg->state != LEG_PRESENT && leg->state != LEG_OVERLAP_RECEIVING)
		return;
	leg_timer_stop(leg);
	pri_link_proceeding(leg->span->link, leg->call, leg_channel_code(leg), inband);
	leg_enter(leg, LEG_IN_PROCEEDING);
}

void line_leg_proceeding(struct line *line, line_leg handle)
{
	struct leg *leg = leg_find(line, handle);
	if (leg_unanswered(leg))
		proceed(leg, false);
}

void line_leg_progress(struct line *line, line_leg handle)
{
	struct leg *leg = leg_find(line, handle);
	if (!leg_unanswered(leg))
		return;
	proceed(leg, false);
	pri_link_progress(leg->span->link, leg->call);
}

void line_leg_alerting(struct line *line, line_leg handle, bool inband)
{
	struct leg *leg = leg_find(line, handle);
	if (!leg_unanswered(leg) || leg->state == LEG_ALERTING)
		return;
	proceed(leg, false);
	pri_link_alerting(leg->span->link, leg->call, 0, inband);
	leg_enter(leg, LEG_ALERTING);
}

void line_leg_connect(struct line *line, line_leg handle)
{
	struct leg *leg = leg_find(line, handle);
	if (!leg_unanswered(leg))
		return;
	leg_timer_stop(leg);
	pri_link_connect(leg->span->link, leg->call, leg_channel_code(leg));
	leg_enter(leg, LEG_CONNECT_SENT);
}
