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

static char ack_key(const struct phone *phone)
{
	const struct control *control = phone->control;
	const struct call *call = call_by_id(control, phone->offer_call);
	int32_t index = phone->agent ? agent_index(control, phone->agent) : -1;

	if (index >= 0 && control->config->agents[index].own_ack)
		return control->config->agents[index].ack;
	if (!call || (uint32_t)call->queue >= control->config->queue_count)
		return '\0';
	return control->config->queues[call->queue].ack;
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

	phone->ack_key = ack_key(phone);
	if (!phone->ack_key) {
		take(phone);
		return;
	}
	names[1] = key_prompt(phone->ack_key, digit, sizeof(digit));
	phone_set_state(phone, PHONE_ACK);
	phone->play_token = audio_play(phone->control, phone->channel, names);
	control_start(phone->control, &phone->stage_timer, TIMER_acknowledge);
}

void phone_ack_digit(struct phone *phone, char digit)
{
	if (digit != phone->ack_key)
		return;
	audio_stop(phone->control, phone->channel);
	take(phone);
}

/* Lifted, but nobody has taken it. */
void phone_ack_missing(struct phone *phone)
{
	struct acd_event event = {.type = ACD_OFFER_FAILED, .offer = phone->offer, .result = ACD_OFFER_NO_ANSWER};

	log_write(LOG_NOTICE, LOG_CALL, "port %s: agent %u lifted, but did not press %c to take the call", phone->place,
	          phone->agent, phone->ack_key);
	control_send_acd(phone->control, &event);
	phone_agent_in_use(phone, true);
	queue_offer_over(phone, ACD_OFFER_NO_ANSWER, phone->control->now_us - phone->ring_from_us);
	phone_tone(phone, 16);
}
