/*
 * Call waiting: a second call for the extension of a telephone that talks. The telephone hears a tone and, if it can
 * show it, gets the caller's number; a hook flash takes the call and holds the other, further ones change between them;
 * hanging up rings for whoever is left. Only calls for the extension itself wait: queues never offer a second one.
 */
#include "call/parts.h"

static bool may_wait(const struct phone *phone)
{
	return phone->settings && phone->settings->call_waiting && phone->state == PHONE_IN_CALL && !phone->offer &&
	       phone->call && phone->call->state == CALL_TALKING && !phone->call->emergency && !phone->held &&
	       !phone->waiting;
}

bool waiting_begin(struct call *call, struct phone *phone)
{
	struct control *control = call->control;

	if (!may_wait(phone))
		return false;
	log_write(LOG_INFO, LOG_CALL, "call %08x: waits at %s, which talks", call->record.id, phone->place);
	phone->waiting = call;
	call->b = (struct party){.kind = PARTY_PHONE, .phone = phone, .channel = phone->channel};
	call_set_state(call, CALL_RINGING);
	record_segment(call, SEGMENT_RING);
	call->ring_from_us = control->now_us;
	control_start(control, &call->ring_timer, TIMER_no_answer);
	audio_tone(control, phone->channel, MEDIA_TONE_CALL_WAITING);
	if (phone->settings->caller_id == CONFIG_CALLER_ID_BELL202 ||
	    phone->settings->caller_id == CONFIG_CALLER_ID_V23)
		audio_caller_id(phone, call, true);
	extension_tell_ringing(call);
	return true;
}

void waiting_end(struct phone *phone)
{
	phone->waiting = NULL;
	if (phone->state == PHONE_IN_CALL || phone->state == PHONE_STANDBY)
		audio_stop(phone->control, phone->channel); /* the tone */
}

/* The call that the telephone is in goes on hold, if it is not over already. */
static void hold_present(struct phone *phone)
{
	struct call *call = phone->call;

	phone->call = NULL;
	phone->held = NULL;
	phone->swaps = false;
	if (!call)
		return;
	phone->held = call;
	phone->swaps = true;
	call_hold(call, call_side_of(call, phone));
}

static bool take_waiting(struct phone *phone)
{
	struct call *waiting = phone->waiting;

	if (phone->state == PHONE_IN_CALL && (!phone->call || phone->call->state != CALL_TALKING))
		return false;
	waiting_end(phone);
	hold_present(phone);
	phone->call = waiting;
	phone_set_state(phone, PHONE_IN_CALL);
	extension_lifted(waiting, phone);
	return true;
}

bool waiting_flash(struct phone *phone)
{
	struct call *held = phone->held;

	if (phone->waiting)
		return take_waiting(phone);
	if (!phone->swaps || !held)
		return false;
	if (phone->call && phone->call->state != CALL_TALKING)
		return true; /* held by its other side, or passed on and ringing there */
	hold_present(phone);
	phone->call = held;
	phone_set_state(phone, PHONE_IN_CALL);
	audio_stop(phone->control, phone->channel);
	call_resume(held);
	return true;
}

bool waiting_hung_up(struct phone *phone)
{
	struct call *waiting = phone->waiting, *held = phone->swaps ? phone->held : NULL, *call = phone->call;

	phone->swaps = false;
	if (!waiting && !held)
		return false;
	if (phone->offer)
		phone_offer_declined(phone); /* before the telephone rings for somebody else */
	phone->call = phone->held = phone->waiting = NULL;
	phone_set_state(phone, PHONE_IDLE);
	if (call)
		call_side_gone(call, call_side_of(call, phone), 0, 0);
	audio_close(phone->control, phone->channel);
	if (held) {
		transfer_recall(phone, held);
		return true;
	}
	phone->call = waiting;
	phone_ring(phone, waiting, 0);
	control_start(phone->control, &waiting->ring_timer, TIMER_no_answer);
	return true;
}
