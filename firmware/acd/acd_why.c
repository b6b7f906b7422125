/*
 * Why this agent and not another. At each offer the members of the queue are copied as they stand, a few words each,
 * into a ring; what kept each of them out and how the others rank is worked out for whoever asks. What settings say of
 * a member is not copied: it is there until they are replaced, and is kept for all notes of the ring then.
 * ACD_WHY_AGENTS members at most are noted, so the cost of an offer does not grow with the queue.
 */
#include "acd/acd_private.h"

#include <string.h>

#include "base/clock.h"

_Static_assert(CONFIG_AGENTS_PER_QUEUE_MAX < WHY_NOBODY, "an ordinal has 16 bits");
_Static_assert(ACD_WHY_AGENTS <= 32, "members are bits of a word");

/* ---- at each offer ---- */

/* An agent's standing is copied in one go: its fields lie in the agent as they do in the note. */
#define LIES_ALIKE(field)                                                                                              \
	_Static_assert(offsetof(struct agent, field) - offsetof(struct agent, state) ==                                \
	                   offsetof(struct standing, field),                                                           \
	               "struct standing is the agent's own order");
LIES_ALIKE(phone_busy)
LIES_ALIKE(eligible)
LIES_ALIKE(resting)
LIES_ALIKE(reason)

static inline void note_member(struct why_member *to, const struct seat *seat)
{
	const struct agent *agent = seat->agent;
	memcpy(&to->standing, (const char *)agent + offsetof(struct agent, state), sizeof(to->standing));
	to->standing.missed = agent->missed < UINT8_MAX ? (uint8_t)agent->missed : UINT8_MAX;
	to->standing.paused = seat->paused;
	to->value = agent->eligible ? seat->key_low : agent->timer.deadline_us;
}

static struct why_member *note_run(struct why_member *to, const struct seat *seat, uint32_t count)
{
	for (const struct seat *end = seat + count; seat < end; seat++)
		note_member(to++, seat);
	return to;
}

static uint32_t noted(uint32_t seat_count)
{
	return seat_count < ACD_WHY_AGENTS ? seat_count : ACD_WHY_AGENTS;
}

/* The ordinal of a note's member. */
static uint32_t ordinal_of(const struct why *why, uint32_t at)
{
	if (why->chosen == WHY_NOBODY)
		return at;
	if (!at)
		return why->chosen;
	return at - 1 < why->chosen ? at - 1 : at;
}

/* What some strategies look at beside the key that the member is in order by; shares are such a one's too. */
static void note_more(struct why *why, uint64_t *ties, const struct queue *queue)
{
	const struct strategy *strategy = queue->strategy;
	for (uint32_t i = 0; i < noted(queue->seat_count); i++) {
		const struct seat *seat = &queue->seats[ordinal_of(why, i)];
		ties[i] = seat->key_tie;
		if (strategy->drifts && seat->agent->eligible)
			why->members[i].value = strategy->key(seat);
		if (share_is_used_up(seat))
			why->shares_used |= UINT32_C(1) << i;
	}
}

static void note_seats(struct why *why, uint64_t *ties, const struct queue *queue, const struct seat *chosen)
{
	struct why_member *to = why->members;
	uint32_t count = noted(queue->seat_count), ahead = chosen ? chosen->ordinal : 0;
	why->chosen = chosen ? (uint16_t)chosen->ordinal : WHY_NOBODY;
	if (chosen) {
		note_member(to++, chosen);
		count--;
		ahead = ahead < count ? ahead : count;
		to = note_run(to, queue->seats, ahead);
		note_run(to, queue->seats + ahead + 1, count - ahead);
	} else {
		note_run(to, queue->seats, count);
	}
	if (queue->strategy->tie_idle || queue->strategy->drifts)
		note_more(why, ties, queue);
}

static void note_call(struct why *why, const struct queue *queue, const struct call *call)
{
	const struct acd *acd = queue->acd;
	why->at_us = acd->now_us;
	why->cause_sequence = acd->cause_sequence;
	why->call = call ? call->id : 0;
	why->priority = call ? call->priority : 0;
	why->ageing_ms = queue->settings->ageing_ms;
	why->stage = call ? call->stage : 0;
	why->kept_us = call ? call->kept_us : 0;
	why->direct = call && call->direct;
	why->waited_us = call ? acd->now_us - call->arrived_us : 0;
	why->waiting = waiting_count(queue->waiting) - (call && call->phase == PHASE_WAITING && !call->bound);
	why->queue = queue->index;
	why->last_offered = (uint16_t)queue->last_offered;
	why->overload = queue->overload;
	why->shares_used = 0;
	why->alone = false;
}

/* Before anything of the offer has changed. Of a direct call there is only the agent that was asked for. */
void why_note(const struct call *call, const struct agent *agent, const struct seat *chosen)
{
	struct acd *acd = call->acd;
	uint32_t at = (uint32_t)(acd->why_count++ % ACD_WHY_OFFERS);
	struct why *why = &acd->why[at];
	note_call(why, call->queue, call);
	why->offer = acd->last_offer == UINT32_MAX ? 1 : acd->last_offer + 1;
	why->agent_number = agent->number;
	if (chosen)
		note_seats(why, acd->why_ties + (size_t)at * ACD_WHY_AGENTS, call->queue, chosen);
	else
		why->alone = true;
}

/* ---- what the settings say of those who were noted ---- */

static void list_queue(struct why_queue *listed, const struct why *why, const struct queue *queue)
{
	memcpy(listed->name, queue->settings->name, sizeof(listed->name));
	listed->strategy = queue->settings->strategy;
	listed->seat_count = why->alone ? 0 : queue->seat_count;
	for (uint32_t i = 0; i < noted(listed->seat_count); i++) {
		const struct seat *seat = &queue->seats[ordinal_of(why, i)];
		listed->listed[i] = (struct why_listed){.number = seat->agent->number,
		                                        .penalty = seat->penalty,
		                                        .stage = seat->stage,
		                                        .reserve = seat->reserve};
	}
}

static uint64_t oldest_note(const struct acd *acd)
{
	return acd->why_count > ACD_WHY_OFFERS ? acd->why_count - ACD_WHY_OFFERS : 0;
}

void why_settle(struct acd *acd)
{
	uint64_t first = oldest_note(acd);
	for (uint64_t i = first > acd->why_settled ? first : acd->why_settled; i < acd->why_count; i++) {
		const struct why *why = &acd->why[i % ACD_WHY_OFFERS];
		list_queue(&acd->why_queue[i % ACD_WHY_OFFERS], why, acd->queues[why->queue]);
	}
	acd->why_settled = acd->why_count;
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

static enum acd_verdict verdict(const struct why *why, uint32_t at, const struct why_listed *listed)
{
	static const enum acd_verdict by_state[ACD_STATE_COUNT] = {
	    [ACD_LOGGED_OUT] = ACD_NOT_LOGGED_IN, [ACD_PAUSED] = ACD_NOT_READY,   [ACD_RESERVED] = ACD_ON_OFFER,
	    [ACD_RINGING] = ACD_ON_OFFER,         [ACD_TALKING] = ACD_ON_CALL,    [ACD_HOLD] = ACD_ON_CALL,
	    [ACD_WRAP_UP] = ACD_IN_WRAP_UP,       [ACD_UNPLUGGED] = ACD_LINE_OUT,
	};
	const struct standing *standing = &why->members[at].standing;
	if (standing->state != ACD_READY)
		return by_state[standing->state];
	if (standing->phone_busy)
		return ACD_PHONE_USED;
	if (standing->paused)
		return ACD_PAUSED_HERE;
	if (!standing->eligible)
		return standing->resting ? ACD_WORN : ACD_RESTING;
	if (listed->reserve > why->overload)
		return ACD_NOT_YET;
	if (why->shares_used & UINT32_C(1) << at)
		return ACD_SHARE_USED;
	return listed->stage > why->stage ? ACD_LEVEL : ACD_CANDIDATE;
}

/* How long before the offer this order was given out. */
static uint64_t ago_us(const struct acd *acd, const struct why *why, uint64_t order)
{
	if (order <= acd->order_base)
		return ACD_WHY_UNKNOWN;
	uint64_t at_us = order - acd->order_base; /* a little in the future, if many were given out at once */
	return why->at_us > at_us ? why->at_us - at_us : 0;
}

/* In a circle the measure is how far on from the last one; elsewhere it is the strategy's key. */
static void write_candidate(const struct acd *acd, const struct why *why, const struct why_queue *queue, uint32_t at,
                            uint64_t tie, struct acd_why_agent *out)
{
	const struct strategy *strategy = strategy_find(queue->strategy);
	uint32_t ordinal = ordinal_of(why, at);
	out->measure = why->members[at].value;
	if (strategy->choose == pick_next)
		out->measure = (ordinal + queue->seat_count - why->last_offered) % queue->seat_count;
	out->tie = strategy->tie_idle ? tie : ordinal;
	if (queue->strategy == ACD_LONGEST_IDLE || queue->strategy == ACD_ROUND_ROBIN)
		out->ago_us = ago_us(acd, why, out->measure);
}

static void write_member(const struct acd *acd, const struct why *why, const struct why_queue *queue, uint32_t at,
                         uint64_t tie, struct acd_why_agent *out)
{
	const struct why_member *member = &why->members[at];
	const struct why_listed *listed = &queue->listed[at];
	*out = (struct acd_why_agent){.number = listed->number,
	                              .verdict = verdict(why, at, listed),
	                              .missed = member->standing.missed,
	                              .penalty = listed->penalty,
	                              .ago_us = ACD_WHY_UNKNOWN,
	                              .reason = member->standing.reason};
	if (out->verdict == ACD_CANDIDATE)
		write_candidate(acd, why, queue, at, tie, out);
	else if (out->verdict == ACD_IN_WRAP_UP || out->verdict == ACD_RESTING || out->verdict == ACD_WORN)
		out->until_us = member->value;
}

static void write_out(const struct acd *acd, const struct why *why, const struct why_queue *queue, const uint64_t *ties,
                      struct acd_why *out)
{
	*out = (struct acd_why){.at_us = why->at_us,
	                        .cause_sequence = why->cause_sequence,
	                        .call = why->call,
	                        .offer = why->offer,
	                        .agent_number = why->agent_number,
	                        .strategy = queue->strategy,
	                        .priority = why->priority,
	                        .stage = why->stage,
	                        .waited_us = why->waited_us,
	                        .ageing_ms = why->ageing_ms,
	                        .kept_us = why->kept_us,
	                        .direct = why->direct,
	                        .waiting = why->waiting,
	                        .agent_count = noted(queue->seat_count),
	                        .left_out = queue->seat_count - noted(queue->seat_count)};
	memcpy(out->queue, queue->name, sizeof(out->queue));
	for (uint32_t i = 0; i < out->agent_count; i++)
		write_member(acd, why, queue, i, ties[i], &out->agents[i]);
	if (why->alone) {
		out->agent_count = 1;
		out->agents[0] = (struct acd_why_agent){
		    .number = why->agent_number, .verdict = ACD_CANDIDATE, .ago_us = ACD_WHY_UNKNOWN};
	}
	rank(out);
}

static void write_note(const struct acd *acd, uint64_t note, struct acd_why *out)
{
	uint32_t at = (uint32_t)(note % ACD_WHY_OFFERS);
	const struct why *why = &acd->why[at];
	struct why_queue now;
	if (note >= acd->why_settled)
		list_queue(&now, why, acd->queues[why->queue]);
	write_out(acd, why, note < acd->why_settled ? &acd->why_queue[at] : &now,
	          acd->why_ties + (size_t)at * ACD_WHY_AGENTS, out);
}

uint32_t acd_explain(const struct acd *acd, acd_call call, struct acd_why *out, uint32_t max)
{
	uint32_t found = 0;
	for (uint64_t i = oldest_note(acd); call && i < acd->why_count && found < max; i++)
		if (acd->why[i % ACD_WHY_OFFERS].call == call)
			write_note(acd, i, &out[found++]);
	return found;
}

/* ---- how it stands now ---- */

/* Only one agent is asked about. */
static void note_one(struct why *why, struct why_queue *listed, const struct queue *queue, const struct agent *agent)
{
	struct why_member *member = &why->members[0];
	memcpy(&member->standing, (const char *)agent + offsetof(struct agent, state), sizeof(member->standing));
	member->standing.missed = agent->missed < UINT8_MAX ? (uint8_t)agent->missed : UINT8_MAX;
	member->standing.paused = false;
	member->value = agent->timer.deadline_us;
	why->chosen = WHY_NOBODY;
	memcpy(listed->name, queue->settings->name, sizeof(listed->name));
	listed->strategy = queue->settings->strategy;
	listed->seat_count = 1;
	listed->listed[0] = (struct why_listed){.number = agent->number};
}

static void write_outlook(const struct queue *queue, const struct call *call, struct acd_why *out)
{
	uint64_t ties[ACD_WHY_AGENTS] = {0};
	struct why why = {0};
	struct why_queue listed;
	note_call(&why, queue, call);
	if (call && call->bound) {
		note_one(&why, &listed, queue, call->bound);
	} else {
		note_seats(&why, ties, queue, NULL);
		list_queue(&listed, &why, queue);
	}
	write_out(queue->acd, &why, &listed, ties, out);
	out->waits_for = call && call->bound ? call->bound->number : 0;
}

bool acd_explain_waiting(const struct acd *acd, acd_call id, struct acd_why *out)
{
	const struct call *call = map_get(&acd->calls_by_id, id);
	if (!call || call->phase != PHASE_WAITING)
		return false;
	write_outlook(call->queue, call, out);
	return true;
}

/* Of the callers who are kept for an agent of the queue: who has waited longest for the first of these agents. */
static const struct call *first_kept(const struct queue *queue)
{
	for (uint32_t i = 0; queue->bound_count && i < queue->seat_count; i++) {
		const struct call *call = waiting_first(queue->seats[i].agent->bound);
		if (call && call->queue == queue)
			return call;
	}
	return NULL;
}

bool acd_explain_next(const struct acd *acd, acd_queue queue, struct acd_why *out)
{
	if (queue >= acd->queue_count)
		return false;
	const struct queue *of = acd->queues[queue];
	const struct call *first = waiting_first(of->waiting);
	write_outlook(of, first ? first : first_kept(of), out);
	bool lot = out->agent_count > 1 && same_rank(out, &out->agents[0], &out->agents[1]);
	if (out->agent_count && out->agents[0].verdict == ACD_CANDIDATE &&
	    !(lot && out->agents[1].verdict == ACD_CANDIDATE))
		out->agent_number = out->agents[0].number;
	return true;
}
