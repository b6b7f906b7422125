/* What the scheduler has decided, carried out on telephones and calls. */
#include "call/parts.h"

static uint32_t agent_number(const struct control *control, const struct acd_decision *decision)
{
	const struct phone *phone = decision->port == ACD_NONE ? NULL : phone_at(control, decision->port);

	if (phone && phone->agent)
		return phone->agent;
	return decision->agent < control->config->agent_count ? control->config->agents[decision->agent].number : 0;
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
		record_offer(call, agent_number(control, decision), ACD_OFFER_BUSY, 0);
		offer_failed(control, decision->offer, ACD_OFFER_BUSY);
		return;
	}
	log_write(LOG_INFO, LOG_CALL, "call %08x: rings agent %u at %u/%u", call->record.id, phone->agent, phone->span,
	          phone->timeslot);
	if (phone->state == PHONE_STANDBY)
		phone_zip(phone, call, decision->offer);
	else
		phone_ring(phone, call, decision->offer);
	call->offered = true;
	control_send_acd(control, &event);
}

/* The telephone that rings for this offer, or NULL when it no longer does. */
static struct phone *offered_phone(const struct control *control, const struct acd_decision *decision)
{
	struct phone *phone = phone_at(control, decision->port);

	return phone && phone->offer == decision->offer ? phone : NULL;
}

static void offer_cancelled(struct control *control, const struct acd_decision *decision)
{
	struct phone *phone = offered_phone(control, decision);
	struct call *call = call_by_id(control, decision->call);

	if (call)
		record_offer(call, agent_number(control, decision), decision->result,
		             phone ? control->now_us - phone->ring_from_us : 0);
	if (phone) {
		bool lifted = phone->state != PHONE_RINGING;

		phone->offer = 0;
		phone->call = NULL;
		if (lifted)
			phone_tone(phone, 16);
		else
			phone_ring_stop(phone);
	}
	if (!call)
		return;
	call->offered = false;
	if (call->overflow_due && call->state == CALL_QUEUED)
		queue_leave(call, control->config->queues[call->queue].overflow, CALL_DIVERTED);
}

static void winner(struct control *control, const struct acd_decision *decision)
{
	struct call *call = call_by_id(control, decision->call);
	struct phone *phone = offered_phone(control, decision);
	struct acd_event event = {.type = ACD_TALK_STARTED, .call = decision->call};
	size_t used = 0;

	if (!call || call->state != CALL_QUEUED || !phone || phone->state != PHONE_IN_CALL) {
		event.type = ACD_TALK_ENDED; /* one of them left in the same instant: nobody talks */
		if (phone && phone->state == PHONE_IN_CALL) {
			phone->offer = 0;
			phone_agent_in_use(phone, true);
			phone_tone(phone, 16);
		}
		control_send_acd(control, &event);
		return;
	}
	call->offered = false;
	timer_stop(control->timers, &call->announce_timer);
	timer_stop(control->timers, &call->overflow_timer);
	call->play_token = 0;
	call->record.agent = phone->agent;
	call->record.ring_ms = (uint32_t)((control->now_us - phone->ring_from_us) / US_PER_MS);
	text_append(call->record.port, sizeof(call->record.port), &used, "%u/%u", phone->span, phone->timeslot);
	record_offer(call, phone->agent, ACD_OFFER_ANSWERED, control->now_us - phone->ring_from_us);
	phone->offer = 0;
	call_bind_phone(call, &call->b, phone);
	call_talk(call);
	control_send_acd(control, &event);
}

/* Wrap-up over: the record of the call that it belonged to is completed. */
static void wrap_up_over(struct control *control, uint32_t agent)
{
	struct call *call, *next;

	for (call = control->first; call; call = next) {
		next = call->next;
		if (call->state != CALL_WRAP_UP || call->record.agent != agent)
			continue;
		call->record.wrap_ms = (uint32_t)((control->now_us - call->talk_agent_us) / US_PER_MS);
		record_post(call, false);
		call_free(call);
	}
}

static void agent_state(struct control *control, const struct acd_decision *decision)
{
	uint32_t number = agent_number(control, decision);

	log_write(LOG_INFO, LOG_CALL, "agent %u: %s", number, acd_state_names[decision->state]);
	if (decision->state != ACD_WRAP_UP)
		wrap_up_over(control, number);
	codes_agent_decided(control, decision);
}

void queue_decision(struct control *control, const struct acd_decision *decision)
{
	struct call *call = call_by_id(control, decision->call);

	switch (decision->type) {
	case ACD_D_ACCEPTED:
		if (call && call->state == CALL_QUEUED)
			queue_accepted(call, decision->position);
		break;
	case ACD_D_REFUSED:
	case ACD_D_EXIT:
		if (call && call->state == CALL_QUEUED)
			queue_exited(call, decision->exit);
		break;
	case ACD_D_OFFER:
		offer(control, decision);
		break;
	case ACD_D_OFFER_CANCEL:
		offer_cancelled(control, decision);
		break;
	case ACD_D_WINNER:
		winner(control, decision);
		break;
	case ACD_D_AGENT_STATE:
		agent_state(control, decision);
		break;
	case ACD_D_AGENT_REFUSED:
		codes_agent_decided(control, decision);
		break;
	case ACD_D_UNEXPECTED:
		log_write(LOG_DEBUG, LOG_CALL, "the scheduler did not expect an event of call %08x", decision->call);
		break;
	case ACD_D_COUNT:
		break;
	}
}
