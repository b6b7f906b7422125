/* The plain scheduler: who may join and who must leave, reserve agents, and the guard against overwork. */
#include <stdlib.h>
#include <string.h>

#include "reference_parts.h"

/* ---- joining and leaving by what the agents do ---- */

/* Queues that look at what their agents do, to let callers in or send them on. */
bool ref_ruled(const struct r_queue *q)
{
	return q->settings.join_states || q->settings.leave_states;
}

static bool in_states(const struct reference *r, int queue, unsigned states)
{
	for (int i = 0; i < AGENTS; i++)
		if (r->agents[i].exists && !r->agents[i].removed && r->agents[i].member[queue] >= 0 &&
		    states & 1u << r->agents[i].state)
			return true;
	return false;
}

bool ref_may_join(const struct reference *r, int queue)
{
	unsigned states = r->queues[queue].settings.join_states;
	return !states || in_states(r, queue, states);
}

/* When this caller has been kept for the grace although nobody is there. */
static uint64_t due_at(const struct r_queue *q, const struct r_call *c, bool all_gone)
{
	uint64_t grace = q->settings.grace_ms * UINT64_C(1000), due = NEVER;
	if (all_gone)
		due = (q->empty_since > c->joined ? q->empty_since : c->joined) + grace;
	return c->unadmitted && c->joined + grace < due ? c->joined + grace : due;
}

static enum acd_exit why_sent(const struct reference *r, const struct r_queue *q, const struct r_call *c)
{
	bool never_let_in = c->unadmitted && c->joined + q->settings.grace_ms * UINT64_C(1000) <= r->now;
	return never_let_in ? ACD_EXIT_JOIN_EMPTY : ACD_EXIT_LEAVE_EMPTY;
}

/* Those whose time has come, in order; and when the next is due. */
void ref_send_on(struct reference *r, int queue)
{
	struct r_queue *q = &r->queues[queue];
	uint64_t next = NEVER;
	bool all_gone = q->settings.leave_states && !in_states(r, queue, ~(unsigned)q->settings.leave_states);
	q->look = false;
	q->empty_since = !all_gone ? NEVER : q->empty_since == NEVER ? r->now : q->empty_since;
	for (int i = 0; i < r->top; i++)
		if (ref_waits_in(&r->calls[i], queue) && ref_may_join(r, queue))
			r->calls[i].unadmitted = false;
	for (int call = 0; call >= 0;) {
		call = -1;
		next = NEVER;
		for (int i = 0; i < r->top; i++) {
			const struct r_call *c = &r->calls[i];
			uint64_t due = ref_waits_in(c, queue) ? due_at(q, c, all_gone) : NEVER;
			if (due <= r->now && (call < 0 || ref_first(r, c, &r->calls[call])))
				call = i;
			if (due > r->now && due < next)
				next = due;
		}
		if (call >= 0)
			ref_leave(r, call, why_sent(r, q, &r->calls[call]));
	}
	if (next != q->grace.at)
		ref_set(r, &q->grace, next);
}

/* ---- reserve agents ---- */

bool ref_has_reserves(const struct r_queue *q)
{
	bool any = false;
	for (unsigned i = 0; i < ACD_RESERVES; i++)
		any = any || q->settings.reserve[i].waiting || q->settings.reserve[i].oldest_ms ||
		      q->settings.reserve[i].level;
	return any;
}

void ref_reserve_changed(struct r_queue *q)
{
	q->look_reserve = q->look_reserve || ref_has_reserves(q);
}

void ref_served(struct r_queue *q, bool in_time)
{
	if (q->served_count == KEPT)
		memmove(q->served, q->served + 1, (KEPT - 1) * sizeof(q->served[0]));
	else
		q->served_count++;
	q->served[q->served_count - 1] = in_time;
	ref_reserve_changed(q);
}

#define SERVED_ENOUGH 5

static unsigned service_level(const struct r_queue *q)
{
	unsigned in_time = 0;
	for (unsigned i = 0; i < q->served_count; i++)
		in_time += q->served[i];
	return q->served_count < SERVED_ENOUGH ? 100 : 100 * in_time / q->served_count;
}

/* On when one limit is reached, off when all are at their lower marks, else as it was; the second counts for more. */
void ref_look_at_reserve(struct reference *r, int queue)
{
	struct r_queue *q = &r->queues[queue];
	int next = ref_next_waiting(r, queue);
	uint64_t waiting = 0, wait = next < 0 ? 0 : r->now - r->calls[next].arrived, due = NEVER;
	for (int i = 0; i < r->top; i++)
		waiting += ref_waits_in(&r->calls[i], queue);
	q->look_reserve = false;
	q->overload = 0;
	for (unsigned i = 0; i < ACD_RESERVES; i++) {
		const struct acd_reserve *limit = &q->settings.reserve[i];
		bool on = (limit->waiting && waiting >= limit->waiting) ||
		          (limit->oldest_ms && wait >= limit->oldest_ms * 1000) ||
		          (limit->level && service_level(q) < limit->level);
		bool stays = (limit->waiting && waiting > limit->waiting_until) ||
		             (limit->oldest_ms && wait > limit->oldest_until_ms * 1000) ||
		             (limit->level && service_level(q) < limit->level_until);
		q->limit_on[i] = on || (q->limit_on[i] && stays);
		if (q->limit_on[i])
			q->overload = i + 1;
		if (next >= 0 && limit->oldest_ms && !q->limit_on[i] &&
		    r->calls[next].arrived + limit->oldest_ms * 1000 < due)
			due = r->calls[next].arrived + limit->oldest_ms * 1000;
	}
	if (due <= r->now)
		due = NEVER;
	if (due != q->limit.at)
		ref_set(r, &q->limit, due);
}

/* ---- fair load ---- */

#define MINUTE    UINT64_C(60000000)
#define HALF_HOUR 30

void ref_note_work(const struct reference *r, struct r_agent *a)
{
	struct r_work work = {.from = a->since, .to = r->now};
	if (a->removed || !a->settings.occupancy_max)
		return;
	if (work.to - work.from > HALF_HOUR * MINUTE)
		work.from = work.to - HALF_HOUR * MINUTE;
	if (a->work_count == WORKS) {
		if (a->works[0].to + (HALF_HOUR + 2) * MINUTE > r->now)
			abort(); /* more than can be remembered */
		memmove(a->works, a->works + 1, (WORKS - 1) * sizeof(a->works[0]));
		a->work_count--;
	}
	a->works[a->work_count++] = work;
}

/* In one minute of the clock, spell by spell in whole milliseconds. */
static uint64_t worked_in(const struct r_agent *a, uint64_t minute)
{
	uint64_t ms = 0;
	for (unsigned i = 0; i < a->work_count; i++) {
		uint64_t from = a->works[i].from, to = a->works[i].to;
		from = from > minute * MINUTE ? from : minute * MINUTE;
		to = to < (minute + 1) * MINUTE ? to : (minute + 1) * MINUTE;
		ms += to > from ? (to - from) / 1000 : 0;
	}
	return ms;
}

/* In the half hour of whole minutes up to the start of this one, beginning with the box. */
static uint64_t worked_before(const struct r_agent *a, uint64_t minute)
{
	uint64_t ms = 0;
	for (uint64_t m = minute > HALF_HOUR ? minute - HALF_HOUR : 0; m < minute; m++)
		ms += worked_in(a, m);
	return ms;
}

/* From a call into READY: not before a rest, and not before the work of the half hour is within the limit. */
void ref_rest(const struct reference *r, struct r_agent *a)
{
	uint64_t until = r->now + a->settings.rest_ms * UINT64_C(1000), minute = r->now / MINUTE + 1;
	uint64_t limit = HALF_HOUR * UINT64_C(600) * a->settings.occupancy_max;
	if (a->removed || a->state < ACD_TALKING || a->state > ACD_WRAP_UP)
		return;
	if (a->settings.occupancy_max && worked_before(a, minute) > limit) {
		while (worked_before(a, minute) > limit)
			minute++;
		until = until > minute * MINUTE ? until : minute * MINUTE;
	}
	if (until > r->now && until > a->retry_until)
		a->retry_until = until;
}
