/* What the far end says on a span: to the leg concerned, or about the span itself. */
#include "base/log.h"
#include "line/line_internal.h"

enum { CAUSE_OUT_OF_ORDER = 27, CAUSE_UNSPECIFIED = 31 };

static void emit_span(struct span *span, enum line_event_type type)
{
	struct line_event event = line_event_for(span, NULL, type);
	line_emit(span->line, &event);
}

/* What we have taken out of service, or put back, is said where the network understands it. */
void service_tell(struct span *span, uint32_t channels)
{
	if (span->dchannel != LINE_DCHANNEL_UP || !pri_link_has_service(span->link))
		return;
	for (unsigned timeslot = 1; timeslot < TIMESLOTS; timeslot++)
		if (channels >> timeslot & 1 && channel_exists(span, timeslot))
			pri_link_service(span->link, (uint8_t)timeslot, !(span->settings.off_channels >> timeslot & 1));
}

static void on_up(struct span *span)
{
	bool first = !span->was_up;
	if (span->dchannel == LINE_DCHANNEL_UP)
		return;
	log_write(LOG_NOTICE, LOG_LINE, "span %u: D channel up", span->number);
	span->dchannel = LINE_DCHANNEL_UP;
	span->was_up = true;
	emit_span(span, LINE_DCHANNEL_RAISED);
	service_tell(span, span->settings.off_channels);
	if (first && span->settings.restart_on_up)
		restart_begin(span);
	else
		restart_doubtful_soon(span);
	resync_plan(span);
}

static void on_down(struct span *span)
{
	if (span->dchannel != LINE_DCHANNEL_UP)
		return;
	log_write(LOG_WARNING, LOG_LINE, "span %u: D channel lost; active calls are kept for T309", span->number);
	span->dchannel = LINE_DCHANNEL_DOWN;
	restart_interrupted(span); /* who cannot be asked has not refused to answer */
	resync_plan(span);
	emit_span(span, LINE_DCHANNEL_LOST);
}

/* The far end takes channels out of service; calls on them go on, new ones avoid them. */
static void on_service(struct span *span, const struct pri_link_event *event)
{
	bool all = event->timeslot == PRI_TIMESLOT_ANY || event->timeslot == PRI_TIMESLOT_NONE;
	for (unsigned timeslot = 1; timeslot < TIMESLOTS; timeslot++)
		if (all || timeslot == event->timeslot) {
			span->out_of_service[timeslot] = !event->in_service;
			span->no_answer[timeslot] = false;
		}
	log_write(LOG_NOTICE, LOG_LINE, "span %u: far end says channel %u %s service", span->number,
	          all ? 0u : event->timeslot, event->in_service ? "in" : "out of");
}

static void on_span_event(struct span *span, const struct pri_link_event *event)
{
	switch (event->type) {
	case PRI_LINK_UP:
		on_up(span);
		break;
	case PRI_LINK_DOWN:
		on_down(span);
		break;
	case PRI_LINK_RING:
		leg_on_ring(span, event);
		break;
	case PRI_LINK_RESTART:
		restart_on_event(span, event);
		break;
	case PRI_LINK_RESTART_ACK:
		restart_acknowledged(span, event->timeslot);
		break;
	case PRI_LINK_SERVICE:
		on_service(span, event);
		break;
	case PRI_LINK_MISMATCH:
		log_write(LOG_WARNING, LOG_LINE, "span %u: both ends are the %s side", span->number,
		          span->settings.signalling == LINE_PRI_NET ? "network" : "user");
		break;
	case PRI_LINK_DISCONNECT:
	case PRI_LINK_RELEASE:
		/* A call that never became a leg: let libpri finish it. */
		pri_link_hang_up(span->link, event->call, event->cause);
		break;
	default:
		break;
	}
}

/* libpri drops some calls without an event (a SETUP given up before our answer, the D channel lost meanwhile). */
static void mark_lost(struct span *span)
{
	for (struct leg *leg = span->legs; leg != NULL; leg = leg->next)
		leg->call_lost = leg->call != NULL && !pri_link_call_alive(span->link, leg->call);
}

static void end_lost(struct span *span, const struct pri_link_event *event)
{
	bool down = span->dchannel != LINE_DCHANNEL_UP;
	for (struct leg *leg = span->legs; leg != NULL; leg = leg->next) {
		if (!leg->call_lost || leg->call == NULL)
			continue;
		leg_note_cause(leg, down ? CAUSE_OUT_OF_ORDER : event->cause, event->cause_location);
		leg_note_cause(leg, CAUSE_UNSPECIFIED, 0);
		leg_end(leg);
	}
}

/*
 * The caller clears before our first answer: libpri sends RELEASE COMPLETE, gives no event, runs no timer and keeps
 * the call for ever. The leg ends here.
 */
static void end_given_up(struct span *span, const struct pri_link_event *event)
{
	struct leg *leg = event->message == Q931_MSG_DISCONNECT ? leg_of_cref(span, event->cref) : NULL;
	if (leg == NULL || leg->state != LEG_PRESENT)
		return;
	pri_link_forget(span->link, leg->call);
	leg_note_cause(leg, event->cause, event->cause_location);
	leg_end(leg);
}

void span_on_event(void *argument, const struct pri_link_event *event)
{
	struct span *span = argument;
	mark_lost(span);
	struct leg *leg = leg_of_call(span, event->call);
	legs_deliver_ended(span->line);
	if (leg != NULL)
		leg_on_event(leg, event);
	else if (event->type == PRI_LINK_NOTHING)
		end_given_up(span, event);
	else
		on_span_event(span, event);
	end_lost(span, event);
	legs_deliver_ended(span->line);
}
