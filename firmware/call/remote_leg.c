/*
 * The call out to an agent at a number outside: dialled by the rules and limits of any call out, answered, and taken by
 * a key, so that neither a mailbox nor somebody else swallows the caller.
 */
#include "call/parts.h"

#include <string.h>

#define ACK_KEY_OUTSIDE '#'

/* The agent's own setting, the queue's, or a key that nothing but "off" for this agent does away with. */
static char ack_key(const struct remote *remote)
{
	const struct config_agent *agent = remote_settings(remote);
	const struct call *call = call_by_id(remote->control, remote->offer_call);

	if (agent && agent->own_ack)
		return agent->ack;
	if (call && queue_settings(call)->ack)
		return queue_settings(call)->ack;
	return ACK_KEY_OUTSIDE;
}

/* 0: none. */
static char decline_key(const struct remote *remote)
{
	const struct config_agent *agent = remote_settings(remote);
	const struct call *call = call_by_id(remote->control, remote->offer_call);

	if (agent && agent->own_decline)
		return agent->decline;
	return call ? queue_settings(call)->decline : '\0';
}

static void ask_for_key(struct remote *remote)
{
	char digit[16];
	const char *names[] = {"agent-ack", NULL, NULL};
	size_t used = 0;

	if (remote->ack_key == '#' || remote->ack_key == '*') {
		names[1] = remote->ack_key == '#' ? "digits/pound" : "digits/star";
	} else {
		text_append(digit, sizeof(digit), &used, "digits/%c", remote->ack_key);
		names[1] = digit;
	}
	remote->leg->play_token = audio_play(remote->control, remote->leg->b.channel, names);
}

static void take(struct remote *remote)
{
	struct acd_event event = {.type = ACD_OFFER_ANSWER, .offer = remote->offer};

	timer_stop(remote->control->timers, &remote->timer);
	audio_stop(remote->control, remote->leg->b.channel);
	remote->leg->play_token = 0;
	remote->stage = REMOTE_TAKEN;
	control_send_acd(remote->control, &event);
}

/* ---- dialling ---- */

static void fill_record(struct call *leg, const struct config_agent *agent, const struct call *caller)
{
	struct call_record *record = &leg->record;
	size_t used = 0;

	record->agent = agent->number;
	text_copy(record->to, sizeof(record->to), agent->outside);
	text_append(record->reason, sizeof(record->reason), &used, "agent %u, for call %u", agent->number,
	            caller->record.id);
	if (!agent->present_caller)
		return;
	text_copy(record->from, sizeof(record->from), caller->record.from);
	text_copy(record->from_raw, sizeof(record->from_raw), caller->record.from_raw);
	text_copy(record->name, sizeof(record->name), caller->record.name);
	record->presentation = caller->record.presentation;
}

void remote_present(const struct call *leg, struct line_setup *setup)
{
	const struct config_agent *agent = remote_settings(leg->remote);

	if (agent && agent->present_caller && leg->record.from[0])
		text_copy(setup->calling.digits, sizeof(setup->calling.digits), leg->record.from);
}

static void cannot_call(struct remote *remote)
{
	struct acd_event event = {.type = ACD_OFFER_FAILED, .offer = remote->offer, .result = ACD_OFFER_BUSY};

	remote->offer = 0;
	queue_offer_ended(remote->control, remote->offer_call, remote->agent, ACD_OFFER_BUSY, 0);
	control_send_acd(remote->control, &event);
}

void remote_call(struct remote *remote)
{
	struct control *control = remote->control;
	const struct config_agent *agent = remote_settings(remote);
	struct call *caller = call_by_id(control, remote->offer_call), *leg = NULL;
	struct acd_event event = {.type = ACD_OFFER_RINGING, .offer = remote->offer};

	if (agent && agent->outside[0] && caller && !control->stopping)
		leg = call_new(control, CALL_OUT);
	if (!leg) {
		cannot_call(remote);
		return;
	}
	leg->remote = remote;
	remote->leg = leg;
	remote->stage = REMOTE_CALLING;
	remote->ring_from_us = control->now_us;
	fill_record(leg, agent, caller);
	log_write(LOG_INFO, LOG_CALL, "call %08x: calls agent %u at %s, by call %08x", caller->record.id, agent->number,
	          agent->outside, leg->record.id);
	call_note(caller, TRACE_RING, NULL, TRACE_OUT, "calls agent %u at %s (call %u)", agent->number, agent->outside,
	          leg->record.id);
	record_post(leg, false);
	control_send_acd(control, &event);
	destination_external(leg, agent->outside);
}

/* ---- what the line says ---- */

static void answered(struct call *leg)
{
	struct control *control = leg->control;
	struct remote *remote = leg->remote;

	leg->answered_us = leg->outside_answered_us = control->now_us;
	leg->b.answered = true;
	leg->record.answered_us = leg->record.arrived_us + (control->now_us - leg->arrived_us);
	leg->record.wait_ms = leg->record.ring_ms = (uint32_t)((control->now_us - leg->arrived_us) / US_PER_MS);
	leg->record.outcome = CALL_ANSWERED;
	call_set_state(leg, CALL_TALKING);
	call_note(leg, TRACE_TALK, &leg->b, TRACE_HERE, "answered");
	record_segment(leg, SEGMENT_TALK);
	record_post(leg, false);
	remote->ack_key = ack_key(remote);
	remote->decline_key = decline_key(remote);
	remote->declined = false;
	if (!remote->ack_key) {
		take(remote);
		return;
	}
	remote->stage = REMOTE_ACK;
	ask_for_key(remote);
	control_start(control, &remote->timer, TIMER_acknowledge);
}

static void disconnected(struct call *leg, const struct line_event *event)
{
	uint8_t cause = event->cause ? event->cause : 31;

	leg->record.cause = cause;
	leg->record.cause_location = event->cause_location;
	leg->b.far_cleared = true;
	call_end(leg, cause,
	         leg->answered_us             ? CALL_ANSWERED
	         : cause == 18 || cause == 19 ? CALL_TIMEOUT
	                                      : CALL_REFUSED,
	         line_cause_text(cause));
}

void remote_leg_event(struct call *leg, const struct line_event *event)
{
	if (event->type == LINE_SETUP_ACK)
		line_leg_more_digits(leg->control->line, leg->b.leg, "", true);
	else if (event->type == LINE_CONNECT && leg->state == CALL_RINGING && leg->remote->stage == REMOTE_CALLING)
		answered(leg);
	else if (event->type == LINE_DISCONNECT)
		disconnected(leg, event);
}

void remote_digit(struct remote *remote, char digit)
{
	if (remote->stage != REMOTE_ACK)
		return;
	if (digit == remote->ack_key) {
		take(remote);
	} else if (digit == remote->decline_key) {
		remote->declined = true;
		call_end(remote->leg, 16, CALL_REFUSED, "answered, the call was declined by key");
	}
}

/* Said again until the time is over: a receiver takes a moment to reach the ear. */
void remote_played(struct remote *remote)
{
	if (remote->stage == REMOTE_ACK)
		ask_for_key(remote);
	else if (remote->stage == REMOTE_TAKEN)
		remote_whispered(remote);
}
