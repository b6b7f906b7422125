/*
 * Transfer by hook flash: the other side of the held call gets whoever the telephone has called since, rung or already
 * talking. Hanging up with nobody called rings the telephone again, so that a held caller is never lost.
 */
#include "call/parts.h"

/* Gives a party of one call to another call. */
static void move_party(struct call *to, struct party *place, struct call *from_call, struct party *from)
{
	struct control *control = to->control;

	*place = *from;
	from->kind = PARTY_NONE;
	from->channel = DRIVER_NO_CHANNEL;
	if (place->kind == PARTY_LEG) {
		key_index_put(control->by_leg, place->leg, to);
		if (place->channel != DRIVER_NO_CHANNEL)
			control->channel_call[place->channel] = to;
		call_note_leg(to, place);
	} else if (place->kind == PARTY_PHONE) {
		if (place->phone->waiting == from_call)
			place->phone->waiting = to;
		else
			place->phone->call = to;
		place->phone->offer_call = to->record.id;
	} else if (place->kind == PARTY_REMOTE) {
		place->remote->call = to;
	}
}

static void continue_ringing(struct call *call)
{
	call_set_state(call, CALL_RINGING);
	call->ring_from_us = call->control->now_us;
	record_segment(call, SEGMENT_TRANSFER);
	audio_tone(call->control, call->a.channel, MEDIA_TONE_RINGBACK);
	control_start(call->control, &call->ring_timer, TIMER_no_answer);
}

void transfer_detach(struct phone *phone, struct call *held)
{
	struct party *place = call_side_of(held, phone);

	held->record.hold_ms += (uint32_t)((held->control->now_us - held->hold_from_us) / US_PER_MS);
	held->hold_from_us = 0;
	queue_agent_gone(held);
	call_unbridge(held);
	if (place == &held->a)
		held->a = held->b;
	held->b = (struct party){.kind = PARTY_NONE, .channel = DRIVER_NO_CHANNEL};
	phone->held = NULL;
	phone->swaps = false;
	audio_stop(held->control, held->a.channel);
}

void transfer_complete(struct phone *phone, struct call *held, struct call *consult)
{
	struct party *place = call_side_of(held, phone);
	bool talking = consult->state == CALL_TALKING;

	call_note(held, TRACE_TRANSFER, place, TRACE_IN, "transfers the call to %s (call %u)", consult->record.to,
	          consult->record.id);
	log_write(LOG_INFO, LOG_CALL, "call %08x: transferred by %s to %s", held->record.id, phone->place,
	          consult->record.to);
	held->record.hold_ms += (uint32_t)((held->control->now_us - held->hold_from_us) / US_PER_MS);
	held->hold_from_us = 0;
	queue_agent_gone(held);
	if (place == &held->a) {
		/* who stays is side a from now on: the side that is told and charged */
		struct party stays = held->b;

		held->b = held->a;
		held->a = stays;
	}
	call_unbridge(consult);
	consult->a.kind = PARTY_NONE;
	timer_stop(held->control->timers, &consult->ring_timer);
	held->outside = consult->outside;
	text_copy(held->outside_number, sizeof(held->outside_number), consult->outside_number);
	if (consult->b.kind == PARTY_LEG)
		caps_passed_on(held, consult);
	move_party(held, &held->b, consult, &consult->b);
	call_end(consult, 16, CALL_DIVERTED, "transferred");
	audio_stop(held->control, held->a.channel);
	if (talking)
		call_talk(held);
	else
		continue_ringing(held);
}

void transfer_recall(struct phone *phone, struct call *held)
{
	phone->call = held;
	phone_ring(phone, held, 0);
	control_start(held->control, &held->ring_timer, TIMER_no_answer);
}
