/*
 * What does not come from calls: the box has been restarted and goes on from what the journal kept; a new day begins
 * and its counters with it; the wall clock beside the belfry clock, for whoever reads the journal.
 */
#include "acd/acd_private.h"

#include <string.h>

/* ---- a restart ---- */

/* In the order in which they came in: where a call stands in the pool must not matter. */
static struct call *next_call(struct acd *acd, uint64_t entry)
{
	struct call *next = NULL;
	for (uint32_t i = 0; i < CONFIG_CALLS_MAX; i++) {
		struct call *call = &acd->call_pool[i];
		if (call->phase != PHASE_FREE && call->entry > entry && (!next || call->entry < next->entry))
			next = call;
	}
	return next;
}

static void cut(struct call *call)
{
	if (call->queue && call->phase != PHASE_TALKING)
		call->queue->counts[call->transferred].cut++;
	offer_cancel_all(call, ACD_OFFER_CANCELLED, NULL);
	if (call->winner) {
		call->winner->call = NULL;
		call->winner->wish_logout = true;
		agent_settle(call->winner);
	}
	call_release(call);
}

/* Calls did not survive: those not yet answered are counted as cut. */
static void cut_calls(struct acd *acd)
{
	uint64_t entry = 0;
	for (struct call *call; (call = next_call(acd, entry));) {
		entry = call->entry;
		cut(call);
	}
}

/* Whoever comes back goes on with what it had: calls and talk of its queues, time worked of time staffed. */
static void send_home(struct acd *acd)
{
	for (uint32_t i = 0; i < acd->agent_count; i++) {
		struct agent *agent = acd->agents[i];
		agent->phone_busy = agent->unplugged = false;
		if (agent->state == ACD_LOGGED_OUT)
			continue;
		agent->wish_logout = true;
		agent_settle(agent);
	}
}

/* Times on the old clock become times on the new one, by the wall clock beside both. */
static void move_times(struct acd *acd, uint64_t by_us, uint64_t now_us)
{
	for (uint32_t i = 0; i < acd->agent_count; i++) {
		acd->agents[i]->since_us += by_us;
		load_forget(acd->agents[i]);
	}
	for (uint32_t i = 0; i < acd->queue_count; i++) {
		struct queue *queue = acd->queues[i];
		timer_stop(acd->timers, &queue->leave_timer);
		queue->leave_since_us = TIMER_NEVER;
		queue->unadmitted_until_us = queue->forecast.taken_us = 0;
		queue->keyed_period = UINT64_MAX;
	}
	acd->now_us = now_us;
}

void restart_event(struct acd *acd, const struct acd_event *event)
{
	uint64_t old_wall_us = acd->wall_us, new_wall_us = event->arrived_us - event->at_us;
	if (event->at_us > INT64_MAX) { /* no clock begins there */
		unexpected(acd, event);
		return;
	}
	for (uint32_t i = 0; i < acd->queue_count; i++)
		level_leave(acd->queues[i]);
	for (uint32_t i = 0; i < acd->agent_count; i++)
		if (acd->agents[i]->state != ACD_LOGGED_OUT)
			acd->agents[i]->returning_us = 1 + acd->now_us - acd->agents[i]->login_us;
	for (uint32_t i = 0; i < acd->agent_count; i++)
		acd->agents[i]->owes = false;
	cut_calls(acd);
	send_home(acd);
	for (uint32_t i = 0; i < acd->queue_count; i++)
		level_restart(acd->queues[i]);
	move_times(acd, old_wall_us && event->arrived_us ? old_wall_us - new_wall_us : event->at_us - acd->now_us,
	           event->at_us);
	acd->wall_us = event->arrived_us ? new_wall_us : 0;
	acd->order_base = acd->order; /* the clock begins anew, orders go on */
	leave_settings(acd);
}

/* ---- a day ---- */

static void new_counts(struct queue *queue, unsigned lane, uint64_t still_here)
{
	queue->counts[lane] = (struct queue_counts){.arrived = still_here};
}

/* Callers who are still in a queue are the first of the new day. */
static void new_day(struct acd *acd)
{
	for (uint32_t i = 0; i < acd->queue_count; i++) {
		struct queue *queue = acd->queues[i];
		uint64_t here[2] = {0, 0};
		for (uint32_t j = 0; j < CONFIG_CALLS_MAX; j++) {
			const struct call *call = &acd->call_pool[j];
			if (call->phase != PHASE_FREE && call->phase != PHASE_TALKING && call->queue == queue)
				here[call->transferred]++;
		}
		new_counts(queue, 0, here[0]);
		new_counts(queue, 1, here[1]);
		memset(queue->exits, 0, sizeof(queue->exits));
	}
	for (uint32_t i = 0; i < acd->agent_count; i++) {
		acd->agents[i]->calls = acd->agents[i]->direct_calls = 0;
		acd->agents[i]->talk_us = 0;
		acd->agents[i]->returning_us = 0;
	}
}

void day_event(struct acd *acd, const struct acd_event *event)
{
	acd->wall_us = event->arrived_us - acd->now_us;
	acd->utc_offset_s = event->utc_offset_s;
	if (acd->day && acd->day != event->day)
		new_day(acd);
	acd->day = event->day;
}
