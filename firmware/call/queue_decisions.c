/* What the scheduler has decided, carried out on telephones and calls. */
#include "call/parts.h"

#include <string.h>

static uint32_t at_place(const struct acd_decision *decision, uint32_t agent, uint32_t login_agent)
{
	bool login = login_agent && (!agent || decision->type == ACD_D_AGENT_REFUSED);

	return login ? login_agent : agent;
}

uint32_t decided_agent(const struct control *control, const struct acd_decision *decision)
{
	const struct config *config = control->config;
	const struct phone *phone = decision->port == ACD_NONE ? NULL : phone_at(control, decision->port);
	const struct remote *remote = remote_at(control, decision->port);

	if (decision->revision == config->revision && decision->agent < config->agent_count)
		return config->agents[decision->agent].number;
	if (phone)
		return at_place(decision, phone->agent, phone->login_agent);
	return remote ? at_place(decision, remote->agent, remote->login_agent) : 0;
}

static void offer_failed(struct control *control, acd_offer offer, enum acd_offer_result result)
{
	struct acd_event event = {.type = ACD_OFFER_FAILED, .offer = offer, .result = result};

	control_send_acd(control, &event);
}

static void offer(struct control *control, const struct acd_decision *decision)
{
	struct call *call = call_by_id(control, decision->call);
	struct phone *phone = phone_at(control, decision->port);
	struct acd_event event = {.type = ACD_OFFER_RINGING, .offer = decision->offer};

	if (!call || call->state != CALL_QUEUED)
		return; /* the caller is gone: ACD_GONE is on its way and cancels the offer */
	if (!phone || (phone->state != PHONE_IDLE && phone->state != PHONE_STANDBY)) {
		record_offer(call, decided_agent(control, decision), ACD_OFFER_BUSY, 0);
		offer_failed(control, decision->offer, ACD_OFFER_BUSY);
		return;
	}
	log_write(LOG_INFO, LOG_CALL, "call %08x: rings agent %u at %s", call->record.id, phone->agent, phone->place);
	if (phone->state == PHONE_STANDBY)
		phone_zip(phone, call, decision->offer);
	else
		phone_ring(phone, call, decision->offer);
	reaction_rings(phone, decision->at_us);
	call->offers_open++;
	control_send_acd(control, &event);
}

/* The telephone that rings for this offer, or NULL when it no longer does. */
static struct phone *offered_phone(const struct control *control, const struct acd_decision *decision)
{
	struct phone *phone = phone_at(control, decision->port);

	return phone && phone->offer == decision->offer ? phone : NULL;
}

void queue_offer_over(struct phone *phone, enum acd_offer_result result, uint64_t ring_us)
{
	phone->offer = 0;
	queue_offer_ended(phone->control, phone->offer_call, phone->agent, result, ring_us);
}

void queue_offer_ended(struct control *control, acd_call id, uint32_t agent, enum acd_offer_result result,
                       uint64_t ring_us)
{
	struct call *call = call_by_id(control, id);

	if (!call || call->offers_open == 0)
		return;
	record_offer(call, agent, result, ring_us);
	call->offers_open--;
	if (call->offers_open == 0 && call->overflow_due && call->state == CALL_QUEUED)
		queue_leave(call, queue_settings(call)->overflow, ACD_EXIT_OVERFLOW);
	call_finish_if_gone(call);
}

static void offer_cancelled(struct control *control, const struct acd_decision *decision)
{
	struct phone *phone = offered_phone(control, decision);
	bool rings;

	if (!phone)
		return; /* it was never rung, or has been hung up since */
	rings = phone->state == PHONE_RINGING;
	queue_offer_over(phone, decision->result, control->now_us - phone->ring_from_us);
	phone->call = NULL;
	if (rings) {
		phone_ring_stop(phone);
		return;
	}
	phone_agent_in_use(phone, true); /* lifted too late: nothing else is offered before it is hung up */
	phone_tone(phone, 16);
}

/* The queue's prompt, or "call for" and the queue's name. */
uint32_t queue_whisper(struct call *call, uint16_t channel)
{
	const struct config_queue *queue = queue_settings(call);
	bool name = strcmp(queue->whisper, "name") == 0;
	const char *prompts[] = {name ? "queue-whisper" : queue->whisper, name ? queue->name : NULL, NULL};
	uint32_t samples = 0, most = call->control->timer_values.ms[TIMER_offer_lease] * 8 * 3 / 4;
	const struct prompts *library = call->control->parts.prompts;

	if (!queue->whisper[0] || strcmp(queue->whisper, "none") == 0)
		return 0;
	prompts_samples(library, audio_prompt(call->control, prompts[0]), &samples);
	if (samples == 0 || samples > most) {
		log_write(LOG_WARNING, LOG_CALL,
		          "queue %s: whisper \"%s\" is not there or longer than timer offer_lease allows", queue->name,
		          queue->whisper);
		return 0;
	}
	return audio_play(call->control, channel, prompts);
}

void queue_taken(struct call *call, const struct taken *taken)
{
	struct call_record *record = &call->record;
	const struct phone *phone = phone_at(call->control, taken->channel);
	size_t used = 0, reason_used = 0;

	announce_end(call);
	timer_stop(call->control->timers, &call->overflow_timer);
	call->before.agent = record->agent;
	call->before.ring_ms = record->ring_ms;
	text_copy(call->before.port, sizeof(call->before.port), record->port);
	record->agent = taken->agent;
	call->wrap_agent = 0; /* of one who gave it back: this one's counts */
	record->wrap_ms = 0;
	record->ring_ms = (uint32_t)((taken->lifted_us - taken->ring_from_us) / US_PER_MS);
	if (phone)
		text_append(record->port, sizeof(record->port), &used, "%.7s", phone->place);
	else
		text_append(record->port, sizeof(record->port), &used, "%u/%u", driver_channel_span(taken->channel),
		            driver_channel_timeslot(taken->channel));
	call->overflow_due = call->withdrawn_for = false; /* came too late */
	call->again_ms = call_waited_again_ms(call);
	call->again_from_us = 0;
	queue_remember_agent(call, taken->agent);
	disposition_talk(call, taken->agent);
	if (call->kept_ms && !queue_settings(call)->direct) /* who asks for an agent waits for that one anyway */
		text_append(record->reason, sizeof(record->reason), &reason_used,
		            "kept %u.%u s for the agent of last time", call->kept_ms / 1000, call->kept_ms / 100 % 10);
}

void queue_talk(struct call *call)
{
	struct acd_event event = {.type = ACD_TALK_STARTED, .call = call->record.id};

	call_talk(call);
	control_send_acd(call->control, &event);
}

static void connect(struct call *call, struct phone *phone)
{
	struct taken taken = {.agent = phone->agent,
	                      .channel = phone->channel,
	                      .ring_from_us = phone->ring_from_us,
	                      .lifted_us = phone->lifted_us};

	queue_taken(call, &taken);
	queue_offer_over(phone, ACD_OFFER_ANSWERED, phone->lifted_us - phone->ring_from_us);
	call_bind_phone(call, &call->b, phone);
	queue_talk(call);
}

void queue_whisper_done(struct phone *phone)
{
	struct call *call = call_by_id(phone->control, phone->offer_call);

	if (call && call->state == CALL_QUEUED)
		connect(call, phone);
}

static void winner(struct control *control, const struct acd_decision *decision)
{
	struct call *call = call_by_id(control, decision->call);
	struct phone *phone = offered_phone(control, decision);
	struct acd_event event = {.type = ACD_TALK_ENDED, .call = decision->call};

	if (!call || call->state != CALL_QUEUED || !phone || phone->state != PHONE_IN_CALL) {
		/* one of them left in the same instant: nobody talks */
		if (phone && phone->state == PHONE_IN_CALL) {
			queue_offer_over(phone, ACD_OFFER_CANCELLED, control->now_us - phone->ring_from_us);
			phone_agent_in_use(phone, true);
			phone_tone(phone, 16);
		}
		control_send_acd(control, &event);
		return;
	}
	phone->lifted_us = control->now_us;
	call->kept_ms = (uint32_t)(decision->kept_us / US_PER_MS);
	phone->play_token = queue_whisper(call, phone->channel);
	if (!phone->play_token)
		connect(call, phone);
}

/* Wrap-up over: the record of the call that it belonged to is completed, also of one that goes on without the agent. */
static void wrap_up_over(struct control *control, uint32_t agent)
{
	struct call *call, *next;

	for (call = control->first; call; call = next) {
		next = call->next;
		if (!agent || call->wrap_agent != agent)
			continue;
		call->record.wrap_ms = (uint32_t)((control->now_us - call->talk_agent_us) / US_PER_MS);
		call->wrap_agent = 0;
		if (call->state != CALL_WRAP_UP)
			continue;
		record_post(call, false);
		call_free(call);
	}
}

/* Whoever asked for it hears what has come of it. */
static void agent_decided(struct control *control, const struct acd_decision *decision)
{
	if (remote_at(control, decision->port))
		remote_agent_decided(control, decision);
	else
		codes_agent_decided(control, decision);
}

static void agent_state(struct control *control, const struct acd_decision *decision)
{
	uint32_t number = decided_agent(control, decision);

	log_write(LOG_INFO, LOG_CALL, "agent %u: %s", number, acd_state_names[decision->state]);
	kept_logins_note(control, number, decision);
	if (decision->state != ACD_WRAP_UP && decision->state != ACD_TALKING && decision->state != ACD_HOLD)
		wrap_up_over(control, number);
	agent_decided(control, decision);
}

void queue_decision(struct control *control, const struct acd_decision *decision)
{
	struct call *call = call_by_id(control, decision->call);
	bool remote = remote_at(control, decision->port) != NULL;

	switch (decision->type) {
	case ACD_D_ACCEPTED:
		if (call && call->state == CALL_QUEUED)
			queue_accepted(call, decision);
		break;
	case ACD_D_PLACE:
		if (call && call->state == CALL_QUEUED)
			announce_place(call, decision);
		break;
	case ACD_D_REFUSED:
	case ACD_D_EXIT:
		if (call && call->state == CALL_QUEUED)
			queue_exited(call, decision->exit);
		break;
	case ACD_D_OFFER:
		(remote ? remote_offer : offer)(control, decision);
		break;
	case ACD_D_OFFER_CANCEL:
		(remote ? remote_offer_cancelled : offer_cancelled)(control, decision);
		break;
	case ACD_D_WINNER:
		(remote ? remote_winner : winner)(control, decision);
		break;
	case ACD_D_AGENT_STATE:
		agent_state(control, decision);
		break;
	case ACD_D_AGENT_REFUSED:
		agent_decided(control, decision);
		break;
	case ACD_D_UNEXPECTED:
		if (decision->agent != ACD_NONE && decision->port != ACD_NONE)
			agent_decided(control, decision);
		log_write(LOG_DEBUG, LOG_CALL, "the scheduler did not expect an event of call %08x", decision->call);
		break;
	case ACD_D_COUNT:
		break;
	}
}
