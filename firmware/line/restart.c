/* RESTART, both ways (Q.931 5.5). */
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
	span->restarting[timeslot] = span->out_of_service[timeslot] = false;
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

void restart_abandon(struct span *span)
{
	timer_stop(span->line->timers, &span->restart_timer);
	span->restart_next = 0;
}

static void restart_more(struct span *span)
{
	while (span->restart_next != 0 && span->restart_next < TIMESLOTS && !channel_free(span, span->restart_next))
		span->restart_next++;
	if (span->restart_next == 0 || span->restart_next >= TIMESLOTS) {
		restart_abandon(span);
		return;
	}
	const struct line *line = span->line;
	span->restarting[span->restart_next] = true;
	pri_link_restart(span->link, span->restart_next);
	timer_start(line->timers, &span->restart_timer,
	            clock_now_us() + RESTARTS_SENT * line->values.ms[TIMER_T316] * US_PER_MS);
}

/* Q.931 5.5.1: a channel whose RESTART is never acknowledged is out of service until the far end restarts it. */
static void restart_unanswered(void *argument)
{
	struct span *span = argument;
	unsigned timeslot = span->restart_next;
	if (timeslot == 0)
		return;
	log_write(LOG_WARNING, LOG_LINE, "span %u: no answer to RESTART of channel %u, out of service", span->number,
	          timeslot);
	span->timer_expiries++;
	span->unanswered++;
	line_trouble(span, NULL, LINE_TROUBLE_TIMER, "T316: no answer to RESTART of channel %u", timeslot);
	span->restarting[timeslot] = false;
	span->out_of_service[timeslot] = true;
	span->restart_next++;
	restart_more(span);
}

void restart_init(struct span *span)
{
	timer_init(&span->restart_timer, "T316", restart_unanswered, span);
}

void restart_begin(struct span *span)
{
	span->restart_next = 1;
	restart_more(span);
}

void restart_acknowledged(struct span *span, unsigned timeslot)
{
	if (timeslot >= TIMESLOTS || !span->restarting[timeslot])
		return;
	span->restarting[timeslot] = false;
	span->restarts++;
	if (span->restart_next == timeslot) {
		span->restart_next++;
		restart_more(span);
	}
}
