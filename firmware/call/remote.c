/*
 * Agents at numbers outside. Each has a place, as a telephone is one, that the scheduler knows by its number; an offer
 * calls the agent out through a trunk (remote_leg.c). A talk takes two B channels: the caller's, and that of the call
 * out, which is a call with a record of its own.
 */
#include "call/parts.h"

#include <errno.h>
#include <stdlib.h>

const char *const remote_stage_names[REMOTE_STAGE_COUNT] = {
    "idle", "calling", "acknowledge", "taken", "talking", "ending",
};

/* ---- places ---- */

struct remote *remote_at(const struct control *control, uint16_t place)
{
	if (place < REMOTE_PLACE_FIRST || place >= REMOTE_PLACE_FIRST + REMOTE_PLACES)
		return NULL;
	return &control->remotes[place - REMOTE_PLACE_FIRST];
}

struct remote *agent_remote(const struct control *control, uint32_t number)
{
	uint32_t i;

	for (i = 0; number && i < REMOTE_PLACES; i++)
		if (control->remotes[i].agent == number)
			return &control->remotes[i];
	return NULL;
}

const struct config_agent *remote_settings(const struct remote *remote)
{
	const struct control *control = remote->control;
	int32_t index = agent_index(control, remote->agent ? remote->agent : remote->login_agent);

	return index < 0 ? NULL : &control->config->agents[index];
}

static struct remote *free_place(const struct control *control)
{
	uint32_t i;

	for (i = 0; i < REMOTE_PLACES; i++) {
		struct remote *remote = &control->remotes[i];

		if (!remote->agent && !remote->login_agent && !remote->leg && !remote->call)
			return remote;
	}
	return NULL;
}

static void ack_missing(void *argument)
{
	struct remote *remote = argument;

	if (remote->stage != REMOTE_ACK)
		return;
	log_write(LOG_NOTICE, LOG_CALL, "agent %u: the number outside answered, but nobody pressed %c to take the call",
	          remote->agent, remote->ack_key);
	call_end(remote->leg, 16, CALL_TIMEOUT, "answered, the key was not pressed");
}

int remotes_new(struct control *control)
{
	uint32_t i;

	control->remotes = calloc(REMOTE_PLACES, sizeof(*control->remotes));
	if (!control->remotes)
		return -ENOMEM;
	for (i = 0; i < REMOTE_PLACES; i++) {
		struct remote *remote = &control->remotes[i];

		remote->control = control;
		remote->place = (uint16_t)(REMOTE_PLACE_FIRST + i);
		timer_init(&remote->timer, "acknowledge", ack_missing, remote);
	}
	return 0;
}

/* ---- log-in and what the scheduler is told ---- */

void remote_send(struct remote *remote, enum acd_event_type type, uint8_t reason)
{
	int32_t index = agent_index(remote->control, remote->agent ? remote->agent : remote->login_agent);
	struct acd_event event = {.type = type, .port = remote->place, .reason = reason};

	if (index < 0)
		return;
	event.agent = (acd_agent)index;
	control_send_acd(remote->control, &event);
}

/* Never while an offer is open: that would end it. */
void remote_in_use(struct remote *remote)
{
	bool in_use = remote->line || remote->call || (remote->stage == REMOTE_ENDING && !remote->offer);

	if (in_use == remote->in_use)
		return;
	remote->in_use = in_use;
	remote_send(remote, in_use ? ACD_AGENT_PHONE_BUSY : ACD_AGENT_PHONE_FREE, 0);
}

int remote_log_in(struct control *control, uint32_t number, struct call *line, struct fault *fault)
{
	int32_t index = agent_index(control, number);
	struct remote *remote;

	if (index < 0)
		return fault_set(fault, -ENOENT, "there is no agent %u", number);
	if (!control->config->agents[index].outside[0])
		return fault_set(fault, -EINVAL, "agent %u: the settings give no number outside (agent %u number)",
		                 number, number);
	remote = free_place(control);
	if (!remote)
		return fault_set(fault, -ENOSPC, "agent %u: too many agents are logged in outside", number);
	if (agent_remote(control, number) || !agent_leaves_place(control, number))
		return fault_set(fault, -EBUSY, "agent %u is logged in already", number);
	remote->login_agent = number;
	remote->line = line;
	remote->in_use = false;
	remote->stage = REMOTE_IDLE;
	/* The agent still telephones with us: said first, so that no call is offered before the end of that. */
	remote_in_use(remote);
	remote_send(remote, ACD_AGENT_LOGIN, 0);
	return 0;
}

static void leave(struct remote *remote)
{
	remote->agent = remote->login_agent = 0;
	remote->in_use = remote->carried = false;
}

static bool number_is_gone(const struct remote *remote)
{
	const struct config_agent *agent = remote->agent ? remote_settings(remote) : NULL;

	return agent && !agent->outside[0];
}

/* What is owed is owed at the next log-in. That changes the agent's state, which is told: so once. */
static void carry_once(struct remote *remote)
{
	if (remote->carried || !disposition_owed(remote->control, remote->agent))
		return;
	remote->carried = true;
	disposition_carry(remote->control, remote->agent);
}

void remote_agent_decided(struct control *control, const struct acd_decision *decision)
{
	static const char *const prompts[ACD_STATE_COUNT] = {
	    [ACD_LOGGED_OUT] = "agent-loggedoff", [ACD_PAUSED] = "agent-pause", [ACD_READY] = "agent-ready"};
	struct remote *remote = remote_at(control, decision->port);
	const char *prompt =
	    decision->wish_paused && decision->state != ACD_LOGGED_OUT ? "agent-pause" : prompts[decision->state];

	if (decision->type != ACD_D_AGENT_STATE) {
		prompt = decision->type == ACD_D_AGENT_REFUSED && remote->login_agent ? "agent-alreadyon" : "invalid";
		if (decision->type == ACD_D_AGENT_REFUSED && remote->login_agent)
			leave(remote);
	} else if (decision->state == ACD_LOGGED_OUT) {
		leave(remote);
	} else if (remote->login_agent) {
		remote->agent = remote->login_agent;
		remote->login_agent = 0;
		prompt = "agent-loginok";
		log_write(LOG_NOTICE, LOG_CALL, "agent %u: takes calls at a number outside", remote->agent);
		if (number_is_gone(remote)) /* while the log-in was decided */
			remote_send(remote, ACD_AGENT_LOGOUT, 0);
	}
	if (number_is_gone(remote) && decision->state == ACD_WRAP_UP) /* the call was not over when the number went */
		carry_once(remote);
	if (remote->line)
		login_line_say(remote->line, prompt);
}

/* Who has no number any more cannot be called: logged out, after the call. */
void remotes_settings(struct control *control)
{
	uint32_t i;

	for (i = 0; i < REMOTE_PLACES; i++) {
		struct remote *remote = &control->remotes[i];

		if (!number_is_gone(remote))
			continue;
		remote_send(remote, ACD_AGENT_LOGOUT, 0);
		carry_once(remote);
	}
}

/* ---- offers ---- */

static void offer_failed(struct control *control, acd_offer offer, enum acd_offer_result result, uint8_t how)
{
	struct acd_event event = {.type = ACD_OFFER_FAILED, .offer = offer, .result = result, .reason = how};

	control_send_acd(control, &event);
}

void remote_offer(struct control *control, const struct acd_decision *decision)
{
	struct remote *remote = remote_at(control, decision->port);
	struct call *call = call_by_id(control, decision->call);
	bool free = remote->stage == REMOTE_IDLE || (remote->stage == REMOTE_ENDING && !remote->offer);

	if (!call || call->state != CALL_QUEUED)
		return; /* the caller is gone: ACD_GONE is on its way and cancels the offer */
	if (!remote->agent || remote->line || remote->call || !free) {
		record_offer(call, remote->agent, ACD_OFFER_BUSY, 0);
		offer_failed(control, decision->offer, ACD_OFFER_BUSY, 0);
		return;
	}
	remote->offer = decision->offer;
	remote->offer_call = decision->call;
	remote->ring_from_us = control->now_us;
	call->offers_open++;
	if (remote->stage == REMOTE_IDLE)
		remote_call(remote);
}

/* The offer is over for us: nothing of it is told any more. */
static void end_offer(struct remote *remote, enum acd_offer_result result)
{
	struct control *control = remote->control;

	remote->offer = 0;
	queue_offer_ended(control, remote->offer_call, remote->agent, result, control->now_us - remote->ring_from_us);
}

static void end_leg(struct remote *remote, uint8_t cause, enum call_outcome outcome, const char *reason)
{
	timer_stop(remote->control->timers, &remote->timer);
	if (!remote->leg)
		return;
	remote->stage = REMOTE_ENDING;
	call_end(remote->leg, cause, outcome, reason);
}

void remote_offer_cancelled(struct control *control, const struct acd_decision *decision)
{
	struct remote *remote = remote_at(control, decision->port);

	if (!remote->offer || remote->offer != decision->offer)
		return; /* it has ended by itself */
	end_offer(remote, decision->result);
	if (remote->stage != REMOTE_ENDING)
		end_leg(remote, 16, CALL_WITHDRAWN,
		        text_name(acd_offer_result_names, ACD_OFFER_RESULT_COUNT, (int)decision->result));
}

static void connect(struct call *call, struct remote *remote)
{
	struct taken taken = {.agent = remote->agent,
	                      .channel = remote->leg->b.channel,
	                      .ring_from_us = remote->ring_from_us,
	                      .lifted_us = remote->lifted_us};

	queue_taken(call, &taken);
	end_offer(remote, ACD_OFFER_ANSWERED);
	remote->stage = REMOTE_TALKING;
	remote->call = call;
	call->b = (struct party){.kind = PARTY_REMOTE, .remote = remote, .channel = remote->leg->b.channel};
	queue_talk(call);
}

void remote_winner(struct control *control, const struct acd_decision *decision)
{
	struct remote *remote = remote_at(control, decision->port);
	struct call *call = call_by_id(control, decision->call);
	struct acd_event event = {.type = ACD_TALK_ENDED, .call = decision->call};
	bool ours = remote->offer && remote->offer == decision->offer;

	if (!call || call->state != CALL_QUEUED || !ours || remote->stage != REMOTE_TAKEN) {
		/* one of them left in the same instant: nobody talks */
		if (ours) {
			end_offer(remote, ACD_OFFER_CANCELLED);
			end_leg(remote, 16, CALL_WITHDRAWN, "the caller has gone");
		}
		control_send_acd(control, &event);
		return;
	}
	remote->lifted_us = control->now_us;
	call->kept_ms = (uint32_t)(decision->kept_us / US_PER_MS);
	remote->leg->play_token = queue_whisper(call, remote->leg->b.channel);
	if (!remote->leg->play_token)
		connect(call, remote);
}

void remote_whispered(struct remote *remote)
{
	struct call *call = call_by_id(remote->control, remote->offer_call);

	if (call && call->state == CALL_QUEUED && remote->offer)
		connect(call, remote);
}

void remote_release(struct remote *remote, uint8_t cause)
{
	remote->call = NULL;
	end_leg(remote, cause, CALL_ANSWERED, NULL);
	if (!remote->leg)
		remote_in_use(remote);
}

/* ---- the call out has ended, whoever ended it ---- */

static enum acd_offer_result result_of(const struct remote *remote, uint8_t cause)
{
	if (remote->stage == REMOTE_ACK)
		return remote->declined || remote->leg->b.far_cleared ? ACD_OFFER_DECLINED : ACD_OFFER_NO_ANSWER;
	if (remote->stage == REMOTE_TAKEN || cause == 21)
		return ACD_OFFER_DECLINED;
	return cause == 16 || cause == 18 || cause == 19 || cause == 31 ? ACD_OFFER_NO_ANSWER : ACD_OFFER_BUSY;
}

/* Whether a call declined by key counts as missed. */
static bool counts(const struct remote *remote)
{
	const struct call *call = call_by_id(remote->control, remote->offer_call);

	return call && queue_settings(call)->decline_counts;
}

static void not_reached(struct remote *remote, uint8_t cause)
{
	enum acd_offer_result result = result_of(remote, cause);
	acd_offer offer = remote->offer;
	bool asked = remote->stage == REMOTE_ACK, by_key = asked && remote->declined;
	bool unanswered = asked && result == ACD_OFFER_NO_ANSWER;

	log_write(LOG_INFO, LOG_CALL, "agent %u at %s: %s, cause %u %s", remote->agent, remote->leg->outside_number,
	          acd_offer_result_names[result], cause, line_cause_text(cause));
	remote->stage = REMOTE_ENDING;
	end_offer(remote, result);
	offer_failed(remote->control, offer, result, by_key && !counts(remote) ? ACD_FAILED_UNCOUNTED : 0);
	if (unanswered)
		agent_not_taken(remote->control, remote->agent, remote->offer_call);
}

/*
 * The agent's line ended while they talked. Hung up (16) ends the call as at any telephone; what was cut, by the
 * network, an alarm or an emergency call, leaves a caller who wants to be served.
 */
static void cut_off(struct remote *remote, uint8_t cause)
{
	struct call *call = remote->call;
	struct party *party = call->a.kind == PARTY_REMOTE && call->a.remote == remote ? &call->a : &call->b;
	bool waits_again = cause != 16 && party == &call->b && call->acd && !call->control->stopping;

	if (waits_again) {
		log_write(
		    LOG_WARNING, LOG_CALL,
		    "call %08x: the line to agent %u was cut, cause %u %s; the caller waits again, first in queue %s",
		    call->record.id, remote->agent, cause, line_cause_text(cause), call->record.queue);
		call_note(call, TRACE_QUEUE, party, TRACE_HERE, "the line to the agent was cut, cause %u: waits again",
		          cause);
		remote->stage = REMOTE_ENDING;
		queue_take_back(call);
		remote->call = NULL;
		return;
	}
	remote->stage = REMOTE_ENDING;
	remote_in_use(remote);
	call_side_gone(call, party, cause, 0);
	remote->call = NULL;
}

void remote_leg_ends(struct call *leg, uint8_t cause)
{
	struct remote *remote = leg->remote;

	timer_stop(remote->control->timers, &remote->timer);
	if (remote->stage == REMOTE_TALKING && remote->call)
		cut_off(remote, cause);
	else if (remote->stage != REMOTE_ENDING && remote->offer)
		not_reached(remote, cause);
	remote->stage = REMOTE_ENDING;
}

void remote_leg_gone(struct call *leg)
{
	struct remote *remote = leg->remote;

	timer_stop(remote->control->timers, &remote->timer);
	remote->leg = NULL;
	remote->stage = REMOTE_IDLE;
	if (remote->offer)
		remote_call(remote); /* came while the line was being cleared */
	else
		remote_in_use(remote);
}
