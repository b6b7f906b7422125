/*
 * Admission and leaving by what a queue's agents do (Q01). Callers may join while an agent is in one of the states that
 * `join` names, and are sent on while every agent is in one of those that `leave` names; of a queue without agents
 * both say that nobody is there. With a grace a caller who finds nobody is let in and kept for so long, for agents who
 * log in late. Looked at after each event that may have changed it, never while a caller's telephone rings.
 */
#include "acd/acd_private.h"

#include "base/clock.h"

_Static_assert(ACD_STATE_COUNT <= 16, "a state is a bit of the masks");

static bool somebody_in(const struct queue *queue, uint16_t states)
{
	for (unsigned state = 0; state < ACD_STATE_COUNT; state++)
		if (states & ACD_STATE_BIT(state) && queue->in_state[state])
			return true;
	return false;
}

bool leave_may_join(const struct queue *queue)
{
	uint16_t states = queue->settings->join_states;
	return !states || somebody_in(queue, states);
}

static bool must_leave(const struct queue *queue)
{
	uint16_t states = queue->settings->leave_states;
	return states && !somebody_in(queue, (uint16_t)(ACD_STATES_ALL & ~states));
}

static uint64_t grace_us(const struct queue *queue)
{
	return queue->settings->grace_ms * US_PER_MS;
}

/* ---- what may have changed it ---- */

static void look_later(struct queue *queue)
{
	queue->look_leave = queue->acd->look_leave = true;
}

void leave_joined(struct call *call)
{
	struct queue *queue = call->queue;
	if (!queue->ruled)
		return;
	if (call->unadmitted)
		queue->unadmitted_until_us = queue->acd->now_us + grace_us(queue);
	look_later(queue);
}

void leave_agent_moved(const struct agent *agent, enum acd_state from, enum acd_state to)
{
	for (uint32_t i = 0; i < agent->seat_count; i++) {
		struct queue *queue = agent->seats[i]->queue;
		if (!queue->ruled)
			continue;
		queue->in_state[from]--;
		queue->in_state[to]++;
		look_later(queue);
	}
}

/* ---- who goes ---- */

struct leavers {
	const struct queue *queue;
	struct call **calls;
	uint32_t count;
	uint64_t first_due_us;
	bool leave, open;
};

static uint64_t due_us(const struct leavers *leavers, const struct call *call)
{
	uint64_t due = TIMER_NEVER, since = leavers->queue->leave_since_us;
	if (call->unadmitted)
		due = call->joined_us + grace_us(leavers->queue);
	if (leavers->leave) {
		uint64_t leave = (since > call->joined_us ? since : call->joined_us) + grace_us(leavers->queue);
		due = leave < due ? leave : due;
	}
	return due;
}

static void visit(struct leavers *leavers, struct call *call)
{
	if (!call)
		return;
	visit(leavers, call->left);
	call->unadmitted = call->unadmitted && !leavers->open;
	uint64_t due = due_us(leavers, call);
	if (due <= call->acd->now_us)
		leavers->calls[leavers->count++] = call;
	else if (due < leavers->first_due_us)
		leavers->first_due_us = due;
	visit(leavers, call->right);
}

static enum acd_exit exit_of(const struct call *call)
{
	return call->unadmitted && call->joined_us + grace_us(call->queue) <= call->acd->now_us ? ACD_EXIT_JOIN_EMPTY
	                                                                                        : ACD_EXIT_LEAVE_EMPTY;
}

static void wait_until(struct queue *queue, uint64_t due)
{
	struct timers *timers = queue->acd->timers;
	if (due == TIMER_NEVER)
		timer_stop(timers, &queue->leave_timer);
	else if (!timer_running(&queue->leave_timer) || queue->leave_timer.deadline_us != due)
		timer_start(timers, &queue->leave_timer, due);
}

static void look(struct queue *queue)
{
	struct acd *acd = queue->acd;
	struct leavers leavers = {.queue = queue,
	                          .calls = acd->call_space,
	                          .first_due_us = TIMER_NEVER,
	                          .leave = must_leave(queue),
	                          .open = leave_may_join(queue)};
	if (!leavers.leave)
		queue->leave_since_us = TIMER_NEVER;
	else if (queue->leave_since_us == TIMER_NEVER)
		queue->leave_since_us = acd->now_us;
	if (leavers.leave || queue->unadmitted_until_us >= acd->now_us)
		visit(&leavers, queue->waiting);
	for (uint32_t i = 0; i < leavers.count; i++)
		call_exit(leavers.calls[i], exit_of(leavers.calls[i]));
	wait_until(queue, leavers.first_due_us);
}

void leave_run(struct acd *acd)
{
	if (acd->applying)
		return;
	acd->look_leave = false;
	for (uint32_t i = 0; i < acd->queue_count; i++) {
		if (!acd->queues[i]->look_leave)
			continue;
		acd->queues[i]->look_leave = false;
		look(acd->queues[i]);
	}
}

static void grace_over(void *argument)
{
	struct queue *queue = argument;
	struct acd *acd = queue->acd;
	if (acd->now_us < queue->leave_timer.deadline_us)
		acd->now_us = queue->leave_timer.deadline_us;
	look_later(queue);
	match_run(acd);
}

void leave_init(struct queue *queue)
{
	timer_init(&queue->leave_timer, "grace", grace_over, queue);
	queue->leave_since_us = TIMER_NEVER;
}

/* ---- settings ---- */

static void count_states(struct queue *queue)
{
	for (unsigned state = 0; state < ACD_STATE_COUNT; state++)
		queue->in_state[state] = 0;
	for (uint32_t i = 0; i < queue->seat_count; i++) {
		queue->in_state[queue->seats[i].agent->state]++;
		queue->seats[i].agent->ruled |= queue->ruled;
	}
}

void leave_settings(struct acd *acd)
{
	for (uint32_t i = 0; i < acd->agent_count; i++)
		acd->agents[i]->ruled = false;
	for (uint32_t i = 0; i < acd->queue_count; i++) {
		struct queue *queue = acd->queues[i];
		queue->ruled = queue->settings->join_states || queue->settings->leave_states;
		count_states(queue);
		forecast_count(queue);
		look_later(queue);
	}
}
