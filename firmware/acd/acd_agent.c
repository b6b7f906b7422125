/*
 * The agent's state machine. What the agent asked for (pause, logout) and what the telephone allows are flags; the
 * state is what the agent is doing. A wish that comes during an offer ends the offer; one that comes when the agent has
 * lifted takes effect after the call.
 */
#include "acd/acd_private.h"

#include <string.h>

#include "base/clock.h"

void agent_tell(struct agent *agent)
{
	struct acd_decision decision = {.type = ACD_D_AGENT_STATE,
	                                .call = agent->call ? agent->call->id : 0,
	                                .queue =
	                                    agent->call && agent->call->queue ? agent->call->queue->index : ACD_NONE,
	                                .agent = agent->index,
	                                .offer = agent->offer,
	                                .port = agent->port,
	                                .state = agent->state,
	                                .wish_paused = agent->wish_paused,
	                                .reason = agent->reason};
	emit(agent->acd, &decision);
}

struct seat *agent_seat_in(const struct agent *agent, const struct queue *queue)
{
	for (uint32_t i = 0; i < agent->seat_count; i++)
		if (agent->seats[i]->queue == queue)
			return agent->seats[i];
	return NULL;
}

/* ---- may it be offered calls? ---- */

static void offer_calls_to(struct agent *agent)
{
	bound_agent_free(agent);
	for (uint32_t i = 0; i < agent->seat_count; i++) {
		if (!seat_takes_calls(agent->seats[i]))
			continue;
		seat_push(agent->seats[i]);
		match_mark(agent->seats[i]->queue);
	}
}

static void spare(struct agent *agent)
{
	for (uint32_t i = 0; i < agent->seat_count; i++)
		if (agent->seats[i]->place)
			seat_remove(agent->seats[i]);
}

void agent_review(struct agent *agent)
{
	struct acd *acd = agent->acd;
	bool ready = agent->state == ACD_READY;
	bool resting = ready && agent->retry_until_us > acd->now_us;
	bool eligible = ready && !resting && !agent->phone_busy;
	if (ready && !resting) {
		timer_stop(acd->timers, &agent->timer);
	} else if (ready && !timer_running(&agent->timer)) {
		agent->timer.name = "retry";
		timer_start(acd->timers, &agent->timer, agent->retry_until_us);
	}
	if (acd->applying || eligible == agent->eligible)
		return;
	agent->eligible = eligible;
	if (eligible)
		offer_calls_to(agent);
	else
		spare(agent);
}

/* ---- states ---- */

static bool works(enum acd_state state)
{
	return state == ACD_RESERVED || state == ACD_RINGING || state == ACD_TALKING || state == ACD_HOLD ||
	       state == ACD_WRAP_UP;
}

/* Does the idle clock start anew when this is over? It is free for no call yet. */
static void end_of(struct agent *agent, enum acd_state state)
{
	const struct acd_settings *settings = agent->acd->settings;
	if ((state == ACD_WRAP_UP && settings->idle_after_wrap_up) ||
	    (state == ACD_PAUSED && settings->idle_after_pause))
		agent->idle_order = next_order(agent->acd);
}

/* An interval of a pause begins: it counts, and its time will count, for its reason. */
static void pause_begins(struct agent *agent)
{
	uint8_t row = 0;
	while (row < ACD_PAUSES - 1 && agent->pauses[row].count && agent->pauses[row].reason != agent->reason)
		row++;
	agent->pauses[row].reason = row == ACD_PAUSES - 1 ? ACD_REASON_OTHERS : agent->reason;
	agent->pauses[row].count++;
	agent->pause_row = row;
}

static void pause_ends(struct agent *agent)
{
	agent->pauses[agent->pause_row].us += agent->acd->now_us - agent->since_us;
}

void agent_enter(struct agent *agent, enum acd_state state)
{
	struct acd *acd = agent->acd;
	if (agent->state == state)
		return;
	end_of(agent, agent->state);
	if (agent->state == ACD_PAUSED)
		pause_ends(agent);
	if (agent->state == ACD_TALKING)
		agent->talk_us += acd->now_us - agent->since_us;
	if (works(agent->state)) {
		agent->work_us += acd->now_us - agent->since_us;
		load_worked(agent);
	}
	if (state == ACD_READY)
		load_rest(agent, agent->state);
	timer_stop(acd->timers, &agent->timer);
	if (!acd->applying)
		forecast_agent_moved(agent, agent->state, state);
	if (agent->ruled && !acd->applying)
		leave_agent_moved(agent, agent->state, state);
	agent->state_us[agent->state] += acd->now_us - agent->since_us;
	agent->state = state;
	agent->since_us = acd->now_us;
	if (state == ACD_PAUSED)
		pause_begins(agent);
	agent_review(agent);
	agent_watch_pause(agent);
	agent_tell(agent);
	if (state == ACD_LOGGED_OUT)
		bound_leave(agent);
	else if (state == ACD_PAUSED || state == ACD_UNPLUGGED)
		bound_let_go(agent);
}

void agent_watch_pause(struct agent *agent)
{
	struct acd *acd = agent->acd;
	if (agent->state != ACD_PAUSED)
		return;
	uint64_t limit_ms = agent->reason < ACD_REASONS ? acd->settings->pause_limits[agent->reason].after_ms : 0;
	timer_stop(acd->timers, &agent->timer);
	if (!limit_ms)
		return;
	agent->timer.name = "longest-pause";
	timer_start(acd->timers, &agent->timer, agent->since_us + limit_ms * US_PER_MS);
}

static void pause_over(struct agent *agent)
{
	if (agent->acd->settings->pause_limits[agent->reason].log_out) {
		agent->wish_logout = true;
		agent->out_reason = ACD_REASON_PAUSE_OVER;
	}
	agent->wish_paused = false;
	agent->reason = 0;
	agent_settle(agent);
}

void agent_answers(struct agent *agent)
{
	agent->missed = 0;
	memset(agent->misses, 0, sizeof(agent->misses));
	for (uint32_t i = 0; i < agent->seat_count; i++)
		memset(agent->seats[i]->misses, 0, sizeof(agent->seats[i]->misses));
}

/* Also in the queues where it was paused for missed calls. */
static void ready_everywhere(struct agent *agent)
{
	for (uint32_t i = 0; i < agent->seat_count; i++) {
		struct seat *seat = agent->seats[i];
		bool was_paused = seat->paused;
		seat->paused = false;
		if (!was_paused || !agent->eligible || !seat_takes_calls(seat))
			continue;
		seat_push(seat);
		match_mark(seat->queue);
	}
}

void agent_staffs(struct agent *agent, bool staffed)
{
	for (uint32_t i = 0; i < agent->seat_count; i++) {
		struct seat *seat = agent->seats[i];
		struct queue *queue = seat->queue;
		if (staffed)
			level_join(seat);
		if (!seat_staff(seat, staffed ? 1 : -1) || !queue->settings->skip)
			continue;
		waiting_skip(queue->waiting); /* steps may be taken at once now, or have to be waited for */
		match_mark(queue);
	}
}

static void retire(struct agent *agent)
{
	struct acd *acd = agent->acd;
	agent->free_next = acd->free_agents;
	acd->free_agents = agent;
}

static void log_out(struct agent *agent)
{
	struct acd *acd = agent->acd;
	agent->owes = false;
	if (agent->out_reason)
		agent->reason = agent->out_reason;
	agent_enter(agent, ACD_LOGGED_OUT);
	if (agent->port != ACD_NONE)
		map_remove(&acd->agents_by_port, agent->port + UINT32_C(1));
	agent->port = ACD_NONE;
	agent->wish_logout = agent->wish_paused = agent->phone_busy = agent->unplugged = false;
	agent->reason = agent->out_reason;
	agent->out_reason = 0;
	agent_staffs(agent, false);
	if (agent->index == ACD_NONE)
		retire(agent);
}

void agent_remove(struct agent *agent)
{
	agent->wish_logout = true;
	agent->owes = false;
	bound_leave(agent);
	if (offer_pending(agent))
		offer_drop(agent, ACD_OFFER_CANCELLED);
	else if (!agent->call && agent->state != ACD_LOGGED_OUT)
		agent_settle(agent);
	agent->index = ACD_NONE;
	agent->seat_count = 0;
	if (agent->state == ACD_LOGGED_OUT)
		retire(agent);
}

/* Until the disposition is given, and that is at no known time. */
static void wrap_up_on(struct agent *agent)
{
	agent_enter(agent, ACD_WRAP_UP);
	timer_stop(agent->acd->timers, &agent->timer);
	agent->timer.deadline_us = 0;
}

void agent_settle(struct agent *agent)
{
	if (agent->owes)
		wrap_up_on(agent);
	else if (agent->wish_logout)
		log_out(agent);
	else
		agent_enter(agent, agent->unplugged ? ACD_UNPLUGGED : agent->wish_paused ? ACD_PAUSED : ACD_READY);
}

static void deadline(void *argument)
{
	struct agent *agent = argument;
	struct acd *acd = agent->acd;
	if (acd->now_us < agent->timer.deadline_us)
		acd->now_us = agent->timer.deadline_us;
	if (agent->offer)
		offer_deadline(agent);
	else if (agent->state == ACD_WRAP_UP)
		agent_settle(agent);
	else if (agent->state == ACD_PAUSED)
		pause_over(agent);
	else
		agent_review(agent);
	match_run(acd);
}

void agent_init(struct acd *acd, struct agent *agent)
{
	*agent = (struct agent){.acd = acd, .index = ACD_NONE, .port = ACD_NONE};
	timer_init(&agent->timer, "agent", deadline, agent);
	retire(agent);
}

struct agent *agent_take(struct acd *acd, uint32_t number)
{
	struct agent *agent = acd->free_agents;
	acd->free_agents = agent->free_next;
	*agent = (struct agent){.acd = acd, .number = number, .port = ACD_NONE, .timer = agent->timer};
	return agent;
}

/* ---- what is asked for ---- */

static void refuse(struct agent *agent, const struct acd_event *event, enum acd_refusal why)
{
	struct acd_decision decision = {.type = ACD_D_AGENT_REFUSED,
	                                .queue = ACD_NONE,
	                                .agent = event->agent,
	                                .port = event->port,
	                                .state = agent->state,
	                                .refusal = why};
	emit(agent->acd, &decision);
}

static void not_logged_in(struct agent *agent, const struct acd_event *event)
{
	refuse(agent, event, ACD_REFUSAL_NOT_LOGGED_IN);
}

static void already_in(struct agent *agent, const struct acd_event *event)
{
	refuse(agent, event, ACD_REFUSAL_ALREADY_LOGGED_IN);
}

static void start_times(struct agent *agent)
{
	memset(agent->state_us, 0, sizeof(agent->state_us));
	memset(agent->pauses, 0, sizeof(agent->pauses));
}

static void login(struct agent *agent, const struct acd_event *event)
{
	struct acd *acd = agent->acd;
	if (event->port != ACD_NONE && map_get(&acd->agents_by_port, event->port + UINT32_C(1))) {
		refuse(agent, event, ACD_REFUSAL_PORT_IN_USE);
		return;
	}
	agent->port = event->port;
	agent->reason = 0;
	if (event->port != ACD_NONE)
		map_put(&acd->agents_by_port, event->port + UINT32_C(1), agent);
	agent->idle_order = next_order(acd);
	if (!agent->returning_us)
		start_times(agent);
	agent->login_us = agent->returning_us ? acd->now_us - (agent->returning_us - 1) : acd->now_us;
	agent->work_us = agent->returning_us ? agent->work_us : 0;
	agent->login_calls = agent->returning_us ? agent->login_calls : 0;
	agent->talk_ended_us = 0;
	agent_answers(agent);
	ready_everywhere(agent);
	agent->retry_until_us = 0;
	agent_staffs(agent, true);
	agent->returning_us = 0;
	agent_settle(agent);
}

static void logout(struct agent *agent, const struct acd_event *event)
{
	enum acd_state before = agent->state;
	agent->wish_logout = true;
	agent->out_reason = event->reason;
	if (!agent->owes)
		agent_settle(agent);
	if (agent->state == before) /* wrap-up that is not to be left yet */
		agent_tell(agent);
}

static void pause_now(struct agent *agent, const struct acd_event *event)
{
	bool paused = agent->state == ACD_PAUSED;
	agent->wish_paused = true;
	agent->reason = event->reason;
	if (paused) { /* a new reason begins a new interval */
		agent->state_us[ACD_PAUSED] += agent->acd->now_us - agent->since_us;
		pause_ends(agent);
		agent->since_us = agent->acd->now_us;
		pause_begins(agent);
		agent_watch_pause(agent);
		agent_tell(agent);
		return;
	}
	agent_settle(agent);
}

static void ready_now(struct agent *agent, const struct acd_event *event)
{
	enum acd_state before = agent->state;
	agent->wish_paused = false;
	agent->reason = 0;
	uint32_t missed = agent->eligible ? agent->missed : 0; /* it is ranked by it: as long as it is free */
	agent_answers(agent);
	agent->missed = missed;
	ready_everywhere(agent);
	agent->retry_until_us = 0;
	if (!agent->owes)
		agent_settle(agent);
	if (agent->state != before)
		return;
	agent_review(agent);
	agent_tell(agent);
}

static void note_wish(struct agent *agent, const struct acd_event *event)
{
	if (event->type == ACD_AGENT_LOGOUT) {
		agent->wish_logout = true;
		agent->out_reason = event->reason;
		return;
	}
	agent->wish_paused = event->type == ACD_AGENT_PAUSE;
	agent->reason = agent->wish_paused ? event->reason : 0;
}

/* Wishes of an agent who is not free to follow them: kept, told, followed later. */
static void late_wish(struct agent *agent, const struct acd_event *event)
{
	note_wish(agent, event);
	agent_tell(agent);
}

static void wish_during_offer(struct agent *agent, const struct acd_event *event)
{
	if (!offer_pending(agent) || event->type == ACD_AGENT_READY) {
		late_wish(agent, event);
		return;
	}
	note_wish(agent, event);
	offer_drop(agent, ACD_OFFER_DECLINED);
}

/* Owed a disposition it ends with that, not before: its time is over now. */
static void end_wrap_up(struct agent *agent, const struct acd_event *event)
{
	if (agent->owes) {
		wrap_up_on(agent);
		agent_tell(agent);
		return;
	}
	agent_settle(agent);
}

static bool free_to_wrap_up(const struct agent *agent)
{
	return agent->state == ACD_READY || agent->state == ACD_PAUSED || agent->state == ACD_UNPLUGGED;
}

/* Who is on an offer or a call pays after it. */
static void owes(struct agent *agent, const struct acd_event *event)
{
	agent->owes = true;
	if (free_to_wrap_up(agent)) {
		agent->wrap_up_ms = 0;
		agent_settle(agent);
	}
}

static void settled(struct agent *agent, const struct acd_event *event)
{
	if (!agent->owes) {
		unexpected(agent->acd, event);
		return;
	}
	agent->owes = false;
	if (agent->state == ACD_WRAP_UP && !timer_running(&agent->timer))
		agent_settle(agent);
	else
		agent_tell(agent);
}

static void more_wrap_up(struct agent *agent, const struct acd_event *event)
{
	wrap_up_begin(agent);
	agent_tell(agent);
}

/* ---- what the telephone says ---- */

static void note_phone(struct agent *agent, const struct acd_event *event)
{
	bool in_use = event->type != ACD_AGENT_PHONE_FREE;
	if (agent->phone_busy && !in_use && agent->acd->settings->idle_after_own_call)
		agent->idle_order = next_order(agent->acd);
	agent->phone_busy = in_use && (agent->phone_busy || event->type == ACD_AGENT_PHONE_BUSY);
	agent->unplugged = in_use && (agent->unplugged || event->type == ACD_AGENT_UNPLUGGED);
}

static void phone_idle(struct agent *agent, const struct acd_event *event)
{
	note_phone(agent, event);
	agent_settle(agent);
	agent_review(agent);
}

static void phone_during_offer(struct agent *agent, const struct acd_event *event)
{
	note_phone(agent, event);
	if (offer_pending(agent) && event->type != ACD_AGENT_PHONE_FREE)
		offer_drop(agent, ACD_OFFER_BUSY);
}

/* ---- the table ---- */

typedef void agent_action(struct agent *agent, const struct acd_event *event);

#define EVENT(type) ((type)-ACD_AGENT_LOGIN)
#define EVENTS      (ACD_AGENT_SETTLED - ACD_AGENT_LOGIN + 1)
#define ROW(in, out, pause, ready, end, more, phone)                                                                   \
	{                                                                                                              \
		[EVENT(ACD_AGENT_LOGIN)] = (in), [EVENT(ACD_AGENT_LOGOUT)] = (out),                                    \
		[EVENT(ACD_AGENT_PAUSE)] = (pause), [EVENT(ACD_AGENT_READY)] = (ready),                                \
		[EVENT(ACD_AGENT_WRAP_UP_END)] = (end), [EVENT(ACD_AGENT_WRAP_UP_MORE)] = (more),                      \
		[EVENT(ACD_AGENT_PHONE_BUSY)] = (phone), [EVENT(ACD_AGENT_PHONE_FREE)] = (phone),                      \
		[EVENT(ACD_AGENT_UNPLUGGED)] = (phone), [EVENT(ACD_AGENT_OWES)] = owes,                                \
		[EVENT(ACD_AGENT_SETTLED)] = settled                                                                   \
	}

/* NULL: does not fit. */
static agent_action *const actions[ACD_STATE_COUNT][EVENTS] = {
    /*		       login	      logout	         pause		    ready	       wrap-up: end, more
     * phone
     */
    [ACD_LOGGED_OUT] = ROW(login, not_logged_in, not_logged_in, not_logged_in, NULL, NULL, note_phone),
    [ACD_PAUSED] = ROW(already_in, logout, pause_now, ready_now, NULL, NULL, phone_idle),
    [ACD_READY] = ROW(already_in, logout, pause_now, ready_now, NULL, NULL, phone_idle),
    [ACD_RESERVED] =
        ROW(already_in, wish_during_offer, wish_during_offer, wish_during_offer, NULL, NULL, phone_during_offer),
    [ACD_RINGING] =
        ROW(already_in, wish_during_offer, wish_during_offer, wish_during_offer, NULL, NULL, phone_during_offer),
    [ACD_TALKING] = ROW(already_in, late_wish, late_wish, late_wish, NULL, NULL, note_phone),
    [ACD_HOLD] = ROW(already_in, late_wish, late_wish, late_wish, NULL, NULL, note_phone),
    [ACD_WRAP_UP] = ROW(already_in, logout, late_wish, ready_now, end_wrap_up, more_wrap_up, note_phone),
    [ACD_UNPLUGGED] = ROW(already_in, logout, late_wish, ready_now, NULL, NULL, phone_idle),
};

static void unknown_agent(struct acd *acd, const struct acd_event *event)
{
	struct acd_decision decision = {.type = ACD_D_AGENT_REFUSED,
	                                .queue = ACD_NONE,
	                                .agent = event->agent,
	                                .port = event->port,
	                                .refusal = ACD_REFUSAL_UNKNOWN_AGENT};
	emit(acd, &decision);
}

void agent_event(struct acd *acd, const struct acd_event *event)
{
	if (event->agent >= acd->agent_count) {
		if (event->type <= ACD_AGENT_READY)
			unknown_agent(acd, event);
		else
			unexpected(acd, event);
		return;
	}
	struct agent *agent = acd->agents[event->agent];
	agent_action *action = actions[agent->state][EVENT(event->type)];
	if (action)
		action(agent, event);
	else
		unexpected(acd, event);
}
