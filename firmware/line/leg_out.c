/* Calls out, and clearing in both directions. */
#include <errno.h>

#include "base/log.h"
#include "line/line_internal.h"

enum { CAUSE_CHANNEL_UNACCEPTABLE = 6, CAUSE_NO_CHANNEL = 34, CAUSE_CHANNEL_BUSY = 44 };

/* Sending complete: ETSI and QSIG have it, the North American switches take every number as complete. */
static bool sending_complete(const struct span *span, const struct line_setup *setup)
{
	enum line_switch type = span->settings.switch_type;
	if (type != LINE_EUROISDN && type != LINE_QSIG)
		return false;
	return !span->settings.overlap_out || setup->complete;
}

static int send_setup(struct leg *leg)
{
	struct span *span = leg->span;
	return pri_link_setup(span->link, &leg->setup, sending_complete(span, &leg->setup), &leg->call, &leg->cref);
}

static int choose(const struct span *span, const struct line_setup *setup, unsigned *timeslot)
{
	if (span->dchannel != LINE_DCHANNEL_UP)
		return -ENETDOWN;
	*timeslot = setup->timeslot != 0 ? setup->timeslot : channel_hunt(span);
	return channel_free(span, *timeslot) ? 0 : -EBUSY;
}

int line_call_out(struct line *line, const struct line_setup *setup, line_leg *out)
{
	unsigned timeslot;
	if (setup->span < 1 || setup->span > CONFIG_SPANS_MAX)
		return -EINVAL;
	struct span *span = &line->spans[setup->span];
	int error = choose(span, setup, &timeslot);
	if (error != 0)
		return error;
	struct leg *leg = leg_new(span);
	if (leg == NULL)
		return -ENOSPC;
	leg->setup = *setup;
	leg->outgoing = true;
	leg->channel_fixed = setup->timeslot != 0 && setup->exclusive;
	channel_take(leg, timeslot);
	leg_enter(leg, LEG_SETUP_SENT);
	error = send_setup(leg);
	if (error != 0) {
		leg_note_cause(leg, 28, 0);
		leg_end(leg);
	}
	span->calls_out++;
	*out = leg_handle(leg);
	return 0;
}

/* Only what a change of channel can cure. */
static bool worth_a_retry(const struct leg *leg, uint8_t cause)
{
	if (!leg->outgoing || leg->state != LEG_SETUP_SENT || leg->retried || leg->channel_fixed)
		return false;
	return cause == CAUSE_CHANNEL_BUSY || cause == CAUSE_CHANNEL_UNACCEPTABLE ||
	       (leg->glare_lost && cause == CAUSE_NO_CHANNEL);
}

bool leg_retry(struct leg *leg, uint8_t cause)
{
	unsigned timeslot = channel_hunt(leg->span);
	if (!worth_a_retry(leg, cause) || timeslot == 0 || leg->span->dchannel != LINE_DCHANNEL_UP)
		return false;
	log_write(LOG_INFO, LOG_LINE, "leg %08x span %u/%u: cause %u, once more on channel %u", leg_handle(leg),
	          leg->span->number, leg->timeslot, cause, timeslot);
	leg->retried = true;
	channel_take(leg, timeslot);
	if (send_setup(leg) != 0)
		return false;
	line_emit_leg(leg, LINE_CHANNEL, false);
	return true;
}

void line_leg_more_digits(struct line *line, line_leg handle, const char *digits, bool complete)
{
	struct leg *leg = leg_find(line, handle);
	if (leg == NULL || leg->state != LEG_OVERLAP_SENDING)
		return;
	(void)complete; /* INFORMATION from libpri has no sending complete; the far end's T302 tells it */
	pri_link_information(leg->span->link, leg->call, digits);
	leg_timer(leg, TIMER_T304);
}

void line_leg_clear(struct line *line, line_leg handle, uint8_t cause)
{
	struct leg *leg = leg_find(line, handle);
	if (leg != NULL && leg->state < LEG_CLEARING)
		leg_hang_up(leg, cause_to_send(cause));
}

void line_leg_disconnect_inband(struct line *line, line_leg handle, uint8_t cause)
{
	struct leg *leg = leg_find(line, handle);
	if (leg == NULL || leg->state >= LEG_DISCONNECTED)
		return;
	uint8_t sent = cause_to_send(cause);
	bool media = !leg->outgoing || leg->state >= LEG_ACTIVE;
	if (!media || leg->call == NULL) {
		leg_hang_up(leg, sent);
		return;
	}
	leg_note_cause(leg, sent, 0);
	leg_timer_stop(leg);
	/* DISCONNECT needs a message before it (and libpri answers some causes by RELEASE COMPLETE otherwise). */
	if (leg->state == LEG_PRESENT)
		pri_link_proceeding(leg->span->link, leg->call, leg_channel_code(leg), true);
	leg_enter(leg, LEG_MESSAGE);
	pri_link_hang_up(leg->span->link, leg->call, sent);
	if (!pri_link_call_alive(leg->span->link, leg->call))
		leg_end(leg);
}
