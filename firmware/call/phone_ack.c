/*
 * Acknowledgement by a key: who lifts must press it before the call is theirs, so that neither a colleague's receiver
 * lifted by mistake nor an answering machine swallows a caller. Without the key the call goes on to the next agent.
 */
#include "call/parts.h"

#include <string.h>

/* The prompt's word for a key. */
static const char *key_prompt(char key, char *digit, size_t size)
{
	size_t used = 0;

	if (key == '#')
		return "digits/pound";
	if (key == '*')
		return "digits/star";
	text_append(digit, size, &used, "digits/%c", key);
	return digit;
}

/* Of the offered call; NULL: the call or its queue is gone. */
static const struct config_queue *queue_of(const struct phone *phone)
{
	const struct control *control = phone->control;
	const struct call *call = call_by_id(control, phone->offer_call);

	return call && (uint32_t)call->queue < control->config->queue_count ? &control->config->queues[call->queue]
	                                                                    : NULL;
}

/* The agent's own keys come before the queue's. */
static void find_keys(struct phone *phone)
{
	const struct config_queue *queue = queue_of(phone);
	int32_t index = phone->agent ? agent_index(phone->control, phone->agent) : -1;
	const struct config_agent *agent = index < 0 ? NULL : &phone->control->config->agents[index];

	phone->ack_key = agent && agent->own_ack ? agent->ack : queue ? queue->ack : '\0';
	phone->decline_key = agent && agent->own_decline ? agent->decline : queue ? queue->decline : '\0';
}

static void take(struct phone *phone)
{
	struct acd_event event = {.type = ACD_OFFER_ANSWER, .offer = phone->offer};

	phone_set_state(phone, PHONE_IN_CALL);
	control_send_acd(phone->control, &event);
}

void phone_offer_lifted(struct phone *phone)
{
	char digit[16];
	const char *names[] = {"agent-ack", NULL, NULL};

	find_keys(phone);
	if (!phone->ack_key) {
		take(phone);
		return;
	}
	names[1] = key_prompt(phone->ack_key, digit, sizeof(digit));
	phone_set_state(phone, PHONE_ACK);
	phone->play_token = audio_play(phone->control, phone->channel, names);
	control_start(phone->control, &phone->stage_timer, TIMER_acknowledge);
}

/* Lifted, but not taken. The scheduler is told in one event that the telephone is still off the hook, so that it does
 * not offer the agent another call in between. */
static void give_up(struct phone *phone, enum acd_offer_result result, bool counts)
{
	struct acd_event event = {.type = ACD_OFFER_FAILED,
	                          .offer = phone->offer,
	                          .result = result,
	                          .reason = ACD_FAILED_LIFTED | (counts ? 0 : ACD_FAILED_UNCOUNTED)};

	control_send_acd(phone->control, &event);
	phone_agent_in_use(phone, true); /* should the offer have ended in that instant */
	queue_offer_over(phone, result, phone->control->now_us - phone->ring_from_us);
	phone_tone(phone, 16);
}

void phone_ack_digit(struct phone *phone, char digit)
{
	const struct config_queue *queue = queue_of(phone);

	if (digit == phone->ack_key) {
		audio_stop(phone->control, phone->channel);
		take(phone);
	} else if (digit == phone->decline_key) {
		log_write(LOG_INFO, LOG_CALL, "port %s: agent %u declines the call", phone->place, phone->agent);
		give_up(phone, ACD_OFFER_DECLINED, queue && queue->decline_counts);
	}
}

void agent_not_taken(struct control *control, uint32_t agent, acd_call id)
{
	static const enum acd_event_type events[] = {
	    [CONFIG_NOT_TAKEN_PAUSE] = ACD_AGENT_PAUSE, [CONFIG_NOT_TAKEN_LOGOUT] = ACD_AGENT_LOGOUT};
	const struct call *call = call_by_id(control, id);
	int32_t index = agent_index(control, agent);
	const struct config_queue *queue = call ? queue_settings(call) : NULL;
	struct acd_event event = {.agent = (acd_agent)index, .port = ACD_NONE, .reason = ACD_REASON_NOT_TAKEN};

	if (index < 0 || !queue || queue->not_taken == CONFIG_NOT_TAKEN_NEXT)
		return;
	event.type = events[queue->not_taken];
	log_write(LOG_NOTICE, LOG_CALL, "agent %u: %s, having lifted and not taken a call of queue %s", agent,
	          queue->not_taken == CONFIG_NOT_TAKEN_PAUSE ? "paused" : "logged out", queue->name);
	control_send_acd(control, &event);
}

/* Lifted, but nobody has taken it. */
void phone_ack_missing(struct phone *phone)
{
	acd_call call = phone->offer_call;

	log_write(LOG_NOTICE, LOG_CALL, "port %s: agent %u lifted, but did not press %c to take the call", phone->place,
	          phone->agent, phone->ack_key);
	give_up(phone, ACD_OFFER_NO_ANSWER, true);
	agent_not_taken(phone->control, phone->agent, call);
}
