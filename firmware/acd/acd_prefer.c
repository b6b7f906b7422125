/*
 * Which of the callers of several queues a freed agent takes, where the agent's own preference says it (R12): who has
 * the greatest need, whom the agent is best at, who has used up most of the service objective, who will have waited
 * longest by the time the next agent of the queue is free, or the queue whose share of the agent's time is most behind.
 * And best service (R20): of several queues the one in which a new caller is expected to wait least.
 */
#include "acd/acd_private.h"

#include "base/clock.h"

/* Smaller is better; what is equal is decided by urgency. */
typedef uint64_t worth(const struct call *call, const struct seat *seat);

static uint64_t worth_need(const struct call *call, const struct seat *seat)
{
	return 0;
}

static uint64_t worth_skill(const struct call *call, const struct seat *seat)
{
	return (uint64_t)seat->penalty << 32 | seat->handicap;
}

static uint64_t worth_objective(const struct call *call, const struct seat *seat)
{
	uint64_t waited_us = call->acd->now_us - call->arrived_us, level_ms = call->queue->settings->service_level_ms;
	return UINT64_MAX - waited_us / (level_ms ? level_ms : 1);
}

static uint64_t worth_predicted(const struct call *call, const struct seat *seat)
{
	uint64_t waited_us = call->acd->now_us - call->arrived_us;
	return UINT64_MAX - waited_us - forecast_step_ms(call->queue) * US_PER_MS;
}

static uint64_t worth_share(const struct call *call, const struct seat *seat)
{
	return share_used(seat);
}

static worth *const worths[ACD_PREFER_COUNT] = {
    [ACD_PREFER_NEED] = worth_need,           [ACD_PREFER_SKILL] = worth_skill,
    [ACD_PREFER_OBJECTIVE] = worth_objective, [ACD_PREFER_PREDICTED] = worth_predicted,
    [ACD_PREFER_SHARE] = worth_share,
};

struct seat *prefer_seat(const struct agent *agent, struct call **best)
{
	worth *of = worths[agent->prefer];
	struct seat *chosen = NULL;
	*best = NULL;
	for (uint32_t i = 0; of && i < agent->seat_count; i++) {
		struct seat *seat = agent->seats[i];
		struct call *call = seat_takes_calls(seat) ? waiting_first_at(seat->queue->waiting, seat->stage) : NULL;
		if (!call)
			continue;
		uint64_t value = of(call, seat), least = *best ? of(*best, chosen) : UINT64_MAX;
		if (!*best || value < least || (value == least && call_more_urgent(call, *best))) {
			*best = call;
			chosen = seat;
		}
	}
	return chosen;
}

/* ---- best service ---- */

#define STEP_UNKNOWN_MS 60000

static uint64_t expected_ms(const struct queue *queue)
{
	uint64_t step_ms = forecast_step_ms(queue);
	if (queue->free_count)
		return 0;
	return (waiting_count(queue->waiting) + queue->bound_count + UINT64_C(1)) *
	       (step_ms ? step_ms : STEP_UNKNOWN_MS);
}

/* Where a call for this queue goes: chosen once, when it comes. A queue that would refuse it is none of them. */
struct queue *best_queue(struct queue *queue, bool (*admits)(const struct queue *queue))
{
	const struct acd *acd = queue->acd;
	struct queue *best = NULL;
	for (unsigned i = 0; i < queue->settings->best_count; i++) {
		struct queue *other =
		    queue->settings->best[i] < acd->queue_count ? acd->queues[queue->settings->best[i]] : NULL;
		if (other && !other->settings->best_count && admits(other) &&
		    (!best || expected_ms(other) < expected_ms(best)))
			best = other;
	}
	return best ? best : queue;
}
