/* Rings one telephone for a call: from the network, or from another telephone. */
#include "call/parts.h"

#include <string.h>

struct phone *extension_find(const struct control *control, const char *digits)
{
	const struct config *config = control->config;
	uint32_t i;

	for (i = 0; i < config->port_count; i++)
		if (config->ports[i].extension[0] && strcmp(config->ports[i].extension, digits) == 0)
			return phone_at(control, driver_channel(config->ports[i].span, config->ports[i].timeslot));
	return NULL;
}

void extension_call(struct call *call, struct phone *phone)
{
	if (phone->state == PHONE_IDLE || !waiting_begin(call, phone))
		extension_ring(call, phone);
}

void extension_ring(struct call *call, struct phone *phone)
{
	struct control *control = call->control;

	if (phone->state == PHONE_GONE) {
		call_b_failed(call, 27, "the headset's sound card does not work");
		return;
	}
	if (phone->cut) {
		call_b_failed(call, 27, "the telephone's span has an alarm");
		return;
	}
	if (phone->state != PHONE_IDLE) {
		call_b_failed(call, 17, "engaged");
		return;
	}
	call_bind_phone(call, &call->b, phone);
	call_set_state(call, CALL_RINGING);
	record_segment(call, SEGMENT_RING);
	call->ring_from_us = control->now_us;
	phone_agent_in_use(phone, true);
	phone_ring(phone, call, 0);
	control_start(control, &call->ring_timer, TIMER_no_answer);
	extension_tell_ringing(call);
}

void extension_tell_ringing(struct call *call)
{
	struct control *control = call->control;

	if (call->a.kind == PARTY_LEG && !call->a.answered && !call->alerted)
		line_leg_alerting(control->line, call->a.leg, false);
	call->alerted = true;
	/* The network gives ring-back to its own caller once it has ALERTING; ours is for those who are answered. */
	if (call->a.kind == PARTY_PHONE || call->a.answered)
		audio_tone(control, call->a.channel, MEDIA_TONE_RINGBACK);
}

void extension_lifted(struct call *call, struct phone *phone)
{
	huntgroup_taken(call, phone);
	if (call->state == CALL_HELD) {
		call_resume(call); /* the holder was rung again */
		return;
	}
	call->record.ring_ms = (uint32_t)((call->control->now_us - call->ring_from_us) / US_PER_MS);
	text_copy(call->record.port, sizeof(call->record.port), "");
	if (call->b.phone) {
		size_t used = 0;

		text_append(call->record.port, sizeof(call->record.port), &used, "%.7s", call->b.phone->place);
		call->record.agent = call->b.phone->agent;
	}
	call_talk(call);
}
