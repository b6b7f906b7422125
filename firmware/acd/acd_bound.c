/*
 * Calls for one agent: those that asked for the agent (direct, R15), and callers kept for the agent they had last time
 * (sticky, R14, B08). They wait with the agent instead of in their queue's order; a sticky one only while the agent is
 * predicted to be free within the queue's bound, and never longer than that: then it is in the queue, where it would
 * have been all the time. Direct calls come before the agent's queues, or in turn with them, as the agent is set.
 */
#include "acd/acd_private.h"

#include "base/clock.h"

struct call **call_root(struct call *call)
{
	return call->bound ? &call->bound->bound : &call->queue->waiting;
}

static void look_later(struct agent *agent)
{
	struct acd *acd = agent->acd;
	if (agent->look_bound)
		return;
	agent->look_bound = true;
	acd->bound_agents[acd->bound_agent_count++] = agent;
}

void bound_agent_free(struct agent *agent)
{
	if (agent->bound || agent->prefer)
		look_later(agent);
}

/* ---- when will the agent be free? ---- */

static uint64_t after(uint64_t us, uint64_t ms)
{
	return us + ms * US_PER_MS;
}

/* TIMER_NEVER: nobody knows. */
static uint64_t end_of_call(const struct agent *agent)
{
	const struct call *call = agent->call;
	uint64_t now_us = agent->acd->now_us, mean_ms = call && call->queue ? forecast_handling_ms(call->queue) : 0;
	if (!mean_ms)
		return TIMER_NEVER;
	if (call->phase != PHASE_TALKING)
		return after(now_us, mean_ms);
	uint64_t end_us = after(call->talk_us, mean_ms), least_us = after(now_us, mean_ms / 4);
	return end_us > least_us ? end_us : least_us; /* one that takes longer than usual takes a while yet */
}

static uint64_t free_at(const struct agent *agent)
{
	uint64_t now_us = agent->acd->now_us;
	switch (agent->state) {
	case ACD_READY:
		if (agent->phone_busy)
			return TIMER_NEVER;
		return agent->eligible ? now_us : agent->timer.deadline_us;
	case ACD_WRAP_UP:
		/* owed a disposition it may have no end */
		return agent->wish_paused || agent->wish_logout || !timer_running(&agent->timer)
		           ? TIMER_NEVER
		           : agent->timer.deadline_us;
	case ACD_RESERVED:
	case ACD_RINGING:
	case ACD_TALKING:
	case ACD_HOLD:
		return agent->wish_paused || agent->wish_logout ? TIMER_NEVER : end_of_call(agent);
	default:
		return TIMER_NEVER;
	}
}

/* ---- in and out ---- */

static void bind(struct call *call, struct agent *agent)
{
	call->bound = agent;
	call->bound_us = call->acd->now_us;
	call->queue->bound_count++;
}

void bound_take(struct call *call, struct agent *agent)
{
	const struct queue *queue = call->queue;
	call->bound = NULL;
	call->direct = queue->settings->direct;
	call->kept_us = 0;
	call->direct_for = call->direct ? agent : NULL;
	if (call->direct) {
		bind(call, agent);
		return;
	}
	uint64_t limit_us = after(call->acd->now_us, queue->settings->sticky_ms);
	const struct seat *seat = agent && queue->settings->sticky_ms ? agent_seat_in(agent, queue) : NULL;
	/* Who is kept already would be served before. */
	if (!seat || !seat_takes_calls(seat) || agent->bound || free_at(agent) > limit_us)
		return;
	bind(call, agent);
	timer_start(call->acd->timers, &call->bound_timer, limit_us);
}

/* A direct call whose offer came to nothing waits for its agent again, who is still its winner-to-be. */
void bound_again(struct call *call)
{
	if (call->direct_for)
		bind(call, call->direct_for);
}

void bound_wait(struct call *call)
{
	call->rank_high = call->priority;
	call->rank_low = call->arrived_us;
	waiting_insert(&call->bound->bound, call);
	if (call->bound->eligible)
		look_later(call->bound);
}

/* Out of the agent's hands, for the queue or for good; it is in no order any more. */
void bound_release(struct call *call)
{
	if (!call->bound)
		return;
	timer_stop(call->acd->timers, &call->bound_timer);
	call->kept_us += call->acd->now_us - call->bound_us;
	call->bound = NULL;
	if (call->queue)
		call->queue->bound_count--;
}

static void back_to_queue(struct call *call)
{
	if (call->phase == PHASE_WAITING)
		waiting_remove(&call->bound->bound, call);
	bound_release(call);
	if (call->phase == PHASE_WAITING)
		call_join(call);
}

static void kept_long_enough(void *argument)
{
	struct call *call = argument;
	struct acd *acd = call->acd;
	if (acd->now_us < call->bound_timer.deadline_us)
		acd->now_us = call->bound_timer.deadline_us;
	back_to_queue(call);
	match_run(acd);
}

void bound_init(struct call *call)
{
	timer_init(&call->bound_timer, "sticky", kept_long_enough, call);
}

/* The agent pauses, leaves or has not answered: who was only kept goes to the queue; direct callers wait on. */
void bound_let_go(struct agent *agent)
{
	struct call **found = agent->acd->call_space;
	uint32_t count = waiting_list(agent->bound, found, 0);
	for (uint32_t i = 0; i < count; i++)
		if (!found[i]->direct)
			back_to_queue(found[i]);
}

/* The agent has logged out: nobody is there for those who asked for the agent. */
void bound_leave(struct agent *agent)
{
	bound_let_go(agent);
	while (agent->bound)
		call_exit(waiting_first(agent->bound), ACD_EXIT_LEAVE_EMPTY);
}

/* The queue is going: its callers leave the agents. */
void bound_clear_queue(struct queue *queue)
{
	struct acd *acd = queue->acd;
	for (uint32_t i = 0; i < acd->agent_count && queue->bound_count; i++) {
		struct call **found = acd->call_space;
		uint32_t count = acd->agents[i] ? waiting_list(acd->agents[i]->bound, found, 0) : 0;
		for (uint32_t j = 0; j < count; j++)
			if (found[j]->queue == queue)
				call_exit(found[j], ACD_EXIT_NO_QUEUE);
	}
}

/* ---- matching ---- */

/* A caller of the agent's queues, whom the agent may be given, comes first. */
static bool others_first(const struct agent *agent, const struct call *call)
{
	for (uint32_t i = 0; i < agent->seat_count; i++) {
		const struct seat *seat = agent->seats[i];
		const struct call *other =
		    seat_takes_calls(seat) ? waiting_first_at(seat->queue->waiting, seat->stage) : NULL;
		if (other && call_more_urgent(other, call))
			return true;
	}
	return false;
}

static void serve(struct agent *agent, bool in_turn)
{
	struct call *call = agent->eligible ? waiting_first(agent->bound) : NULL;
	if (!call && agent->eligible && agent->prefer && in_turn) {
		struct seat *seat = prefer_seat(agent, &call);
		if (seat)
			offer_make(call, agent, seat);
		return;
	}
	if (!call || (in_turn && call->direct && agent->direct_in_turn && others_first(agent, call)))
		return;
	offer_make(call, agent, agent_seat_in(agent, call->queue));
}

void bound_run(struct acd *acd, bool in_turn)
{
	for (uint32_t i = 0; i < acd->bound_agent_count; i++)
		serve(acd->bound_agents[i], in_turn);
	if (in_turn)
		return;
	for (uint32_t i = 0; i < acd->bound_agent_count; i++)
		acd->bound_agents[i]->look_bound = false;
	acd->bound_agent_count = 0;
}
