/*
 * Why this agent and not another: at each offer the members of the queue are looked at as they are and noted in a ring,
 * in raw form; ranking them is left to whoever asks. The note looks at ACD_WHY_AGENTS members at most, so the cost of
 * an offer does not grow with the queue.
 */
#include "acd/acd_private.h"

#include <string.h>

#include "base/clock.h"

static enum acd_verdict verdict(const struct seat *seat, uint8_t stage)
{
	static const enum acd_verdict by_state[ACD_STATE_COUNT] = {
	    [ACD_LOGGED_OUT] = ACD_NOT_LOGGED_IN, [ACD_PAUSED] = ACD_NOT_READY,   [ACD_RESERVED] = ACD_ON_OFFER,
	    [ACD_RINGING] = ACD_ON_OFFER,         [ACD_TALKING] = ACD_ON_CALL,    [ACD_HOLD] = ACD_ON_CALL,
	    [ACD_WRAP_UP] = ACD_IN_WRAP_UP,       [ACD_UNPLUGGED] = ACD_LINE_OUT,
	};
	const struct agent *agent = seat->agent;
	if (agent->state != ACD_READY)
		return by_state[agent->state];
	if (agent->phone_busy)
		return ACD_PHONE_USED;
	if (seat->paused)
		return ACD_PAUSED_HERE;
	if (!agent->eligible)
		return agent->resting ? ACD_WORN : ACD_RESTING;
	if (seat->reserve > seat->queue->overload)
		return ACD_NOT_YET;
	if (share_is_used_up(seat))
		return ACD_SHARE_USED;
	return seat->stage > stage ? ACD_LEVEL : ACD_CANDIDATE;
}

/* In a circle the measure is how far on from the last one; elsewhere it is the strategy's key. */
static uint64_t measure(const struct seat *seat)
{
	const struct queue *queue = seat->queue;
	if (queue->strategy->drifts)
		return queue->strategy->key(seat);
	if (queue->strategy->choose != pick_next)
		return seat->key_low;
	return (seat->ordinal + queue->seat_count - queue->last_offered) % queue->seat_count;
}

static void note_seat(struct why *why, const struct seat *seat)
{
	const struct agent *agent = seat->agent;
	struct why_agent *to = &why->agents[why->agent_count++];
	to->number = agent->number;
	to->verdict = (uint8_t)verdict(seat, why->stage);
	to->penalty = seat->penalty;
	to->reason = agent->reason;
	to->missed = agent->missed < UINT8_MAX ? (uint8_t)agent->missed : UINT8_MAX;
	to->value = to->tie = 0;
	if (to->verdict == ACD_IN_WRAP_UP || to->verdict == ACD_RESTING || to->verdict == ACD_WORN)
		to->value = agent->timer.deadline_us;
	if (to->verdict != ACD_CANDIDATE)
		return;
	to->value = measure(seat);
	to->tie = seat->queue->strategy->tie_idle ? (uint32_t)seat->key_tie : seat->ordinal;
}

static void note_seats(struct why *why, const struct queue *queue, const struct seat *chosen)
{
	why->agent_count = 0;
	if (chosen)
		note_seat(why, chosen);
	for (uint32_t i = 0; i < queue->seat_count && why->agent_count < ACD_WHY_AGENTS; i++)
		if (&queue->seats[i] != chosen)
			note_seat(why, &queue->seats[i]);
	why->left_out = queue->seat_count - why->agent_count;
}

static void note_call(struct why *why, const struct queue *queue, const struct call *call)
{
	const struct acd *acd = queue->acd;
	why->at_us = acd->now_us;
	why->cause_sequence = acd->cause_sequence;
	why->call = call ? call->id : 0;
	why->priority = call ? call->priority : 0;
	why->stage = call ? call->stage : 0;
	why->kept_us = call ? call->kept_us : 0;
	why->direct = call && call->direct;
	why->waited_us = call ? acd->now_us - call->arrived_us : 0;
	why->waiting = waiting_count(queue->waiting) - (call && call->phase == PHASE_WAITING);
	why->strategy = queue->settings->strategy;
	memcpy(why->queue, queue->settings->name, sizeof(why->queue));
}

/* Before anything of the offer has changed. */
/* Of a direct call there is only the agent that was asked for. */
static void note_one(struct why *why, const struct agent *agent)
{
	why->agent_count = 1;
	why->left_out = 0;
	why->agents[0] = (struct why_agent){.number = agent->number, .verdict = ACD_CANDIDATE};
}

void why_note(const struct call *call, const struct agent *agent, const struct seat *chosen)
{
	struct acd *acd = call->acd;
	struct why *why = &acd->why[acd->why_count++ % ACD_WHY_OFFERS];
	note_call(why, call->queue, call);
	why->offer = acd->last_offer == UINT32_MAX ? 1 : acd->last_offer + 1;
	why->agent_number = agent->number;
	if (chosen)
		note_seats(why, call->queue, chosen);
	else
		note_one(why, agent);
}

/* ---- for those who ask ---- */

static bool same_rank(const struct acd_why *why, const struct acd_why_agent *a, const struct acd_why_agent *b)
{
	bool lot = why->strategy == ACD_RANDOM || why->strategy == ACD_WEIGHTED_RANDOM;
	return lot && a->missed == b->missed && a->penalty == b->penalty;
}

static bool before(const struct acd_why_agent *a, const struct acd_why_agent *b)
{
	if (a->verdict != b->verdict)
		return a->verdict < b->verdict;
	if (a->missed != b->missed)
		return a->missed < b->missed;
	if (a->penalty != b->penalty)
		return a->penalty < b->penalty;
	if (a->measure != b->measure)
		return a->measure < b->measure;
	return a->tie != b->tie ? a->tie < b->tie : a->number < b->number;
}

static void rank(struct acd_why *why)
{
	for (uint32_t i = 1; i < why->agent_count; i++) {
		struct acd_why_agent agent = why->agents[i];
		uint32_t at = i;
		for (; at && before(&agent, &why->agents[at - 1]); at--)
			why->agents[at] = why->agents[at - 1];
		why->agents[at] = agent;
	}
	for (uint32_t i = 0; i < why->agent_count && why->agents[i].verdict == ACD_CANDIDATE; i++)
		why->agents[i].rank =
		    i && same_rank(why, &why->agents[i], &why->agents[i - 1]) ? why->agents[i - 1].rank : i + 1;
}

static void write_out(const struct why *why, struct acd_why *out)
{
	*out = (struct acd_why){.at_us = why->at_us,
	                        .cause_sequence = why->cause_sequence,
	                        .call = why->call,
	                        .offer = why->offer,
	                        .agent_number = why->agent_number,
	                        .strategy = why->strategy,
	                        .priority = why->priority,
	                        .stage = why->stage,
	                        .waited_us = why->waited_us,
	                        .kept_us = why->kept_us,
	                        .direct = why->direct,
	                        .waiting = why->waiting,
	                        .agent_count = why->agent_count,
	                        .left_out = why->left_out};
	memcpy(out->queue, why->queue, sizeof(out->queue));
	for (uint32_t i = 0; i < why->agent_count; i++) {
		const struct why_agent *agent = &why->agents[i];
		bool candidate = agent->verdict == ACD_CANDIDATE;
		out->agents[i] = (struct acd_why_agent){.number = agent->number,
		                                        .verdict = (enum acd_verdict)agent->verdict,
		                                        .missed = agent->missed,
		                                        .penalty = agent->penalty,
		                                        .reason = agent->reason,
		                                        .measure = candidate ? agent->value : 0,
		                                        .tie = agent->tie,
		                                        .until_us = candidate ? 0 : agent->value};
	}
	rank(out);
}

uint32_t acd_explain(const struct acd *acd, acd_call call, struct acd_why *out, uint32_t max)
{
	uint32_t found = 0;
	uint64_t first = acd->why_count > ACD_WHY_OFFERS ? acd->why_count - ACD_WHY_OFFERS : 0;
	for (uint64_t i = first; i < acd->why_count && found < max; i++) {
		const struct why *why = &acd->why[i % ACD_WHY_OFFERS];
		if (!call || why->call != call)
			continue;
		write_out(why, &out[found++]);
	}
	return found;
}

bool acd_explain_next(const struct acd *acd, acd_queue queue, struct acd_why *out)
{
	if (queue >= acd->queue_count)
		return false;
	const struct queue *of = acd->queues[queue];
	struct why why = {0};
	note_call(&why, of, waiting_first(of->waiting));
	note_seats(&why, of, NULL);
	write_out(&why, out);
	bool lot = out->agent_count > 1 && same_rank(out, &out->agents[0], &out->agents[1]);
	if (out->agent_count && out->agents[0].verdict == ACD_CANDIDATE &&
	    !(lot && out->agents[1].verdict == ACD_CANDIDATE))
		out->agent_number = out->agents[0].number;
	return true;
}
