/* See reference.h. Agents are known by number, queues by name; each keeps its place while it exists. */
#include "reference.h"

#include <stdlib.h>
#include <string.h>

#include "reference_parts.h"

/* Scrambles the seed of the lots, never into 0. */
uint64_t ref_seeded(uint64_t x)
{
	x = (x + UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 31) * UINT64_C(0x94d049bb133111eb);
	x ^= x >> 29;
	return x ? x : 1;
}

struct reference *reference_new(void)
{
	struct reference *r = calloc(1, sizeof(*r));
	for (int i = 0; r && i < AGENTS; i++)
		r->agents[i].call = -1;
	if (r)
		r->random = ref_seeded(0);
	return r;
}

void reference_free(struct reference *r)
{
	free(r);
}

void ref_out(struct reference *r, struct acd_decision d)
{
	d.at_us = r->now;
	d.cause_sequence = r->cause;
	d.revision = r->settings.revision;
	r->emit(r->user, &d);
}

void ref_odd(struct reference *r, const struct acd_event *e)
{
	r->unexpected++;
	ref_out(r, (struct acd_decision){.type = ACD_D_UNEXPECTED,
	                                 .call = e->call,
	                                 .queue = e->queue,
	                                 .agent = e->agent,
	                                 .offer = e->offer,
	                                 .port = e->port});
}

/* ---- time ---- */

void ref_set(struct reference *r, struct alarm *alarm, uint64_t at)
{
	*alarm = (struct alarm){.at = at, .set = ++r->order};
}

enum due_of { NOTHING, AGENT, LONGEST, RELAX, MORE, STICKY, GRACE, LIMIT };

struct due {
	struct alarm alarm;
	enum due_of of;
	int which;
};

static void consider(struct due *due, struct alarm alarm, enum due_of of, int which)
{
	if (alarm.at < due->alarm.at || (alarm.at == due->alarm.at && alarm.at != NEVER && alarm.set < due->alarm.set))
		*due = (struct due){alarm, of, which};
}

/* Of all deadlines there are the next. */
static struct due next_due(const struct reference *r)
{
	struct due due = {{NEVER, NEVER}, NOTHING, -1};
	for (int i = 0; i < AGENTS; i++)
		if (r->agents[i].exists)
			consider(&due, r->agents[i].alarm, AGENT, i);
	for (int i = 0; i < QUEUES; i++)
		if (r->queues[i].exists) {
			consider(&due, r->queues[i].grace, GRACE, i);
			consider(&due, r->queues[i].limit, LIMIT, i);
		}
	for (int i = 0; i < r->top; i++) {
		const struct r_call *c = &r->calls[i];
		if (c->phase == GONE || c->phase == TALKING)
			continue;
		if (!c->overdue)
			consider(&due, c->longest, LONGEST, i);
		consider(&due, c->relax, RELAX, i);
		consider(&due, c->more, MORE, i);
		consider(&due, c->sticky, STICKY, i);
	}
	return due;
}

uint64_t reference_next_deadline_us(const struct reference *r)
{
	return next_due(r).alarm.at;
}

static void longest_wait_over(struct reference *r, int call)
{
	r->calls[call].longest.at = NEVER;
	if (r->calls[call].phase == WAITING)
		ref_leave(r, call, ACD_EXIT_MAX_WAIT);
	else
		r->calls[call].overdue = true;
}

static void call_due(struct reference *r, int call, enum due_of of)
{
	struct r_call *c = &r->calls[call];
	if (of == LONGEST) {
		longest_wait_over(r, call);
	} else if (of == RELAX) {
		c->relax.at = NEVER;
		if (c->queue >= 0)
			ref_await_relax(r, c);
	} else if (of == MORE) {
		c->more.at = NEVER;
		c->gathers =
		    c->phase == RINGING && c->queue >= 0 && r->queues[c->queue].settings.strategy == ACD_RING_ALL;
	} else {
		ref_unbind(r, c);
		ref_join(r, call);
	}
}

static void work_off(struct reference *r, uint64_t limit)
{
	for (struct due due; (due = next_due(r)).alarm.at < limit;) {
		if (r->now < due.alarm.at)
			r->now = due.alarm.at;
		if (due.of == AGENT) {
			ref_agent_due(r, &r->agents[due.which]);
		} else if (due.of == GRACE) {
			r->queues[due.which].grace.at = NEVER;
			r->queues[due.which].look = true;
		} else if (due.of == LIMIT) {
			r->queues[due.which].limit.at = NEVER;
			r->queues[due.which].look_reserve = true;
		} else {
			call_due(r, due.which, due.of);
		}
		ref_match(r);
	}
}

/* ---- events ---- */

static void nothing(struct reference *r, const struct acd_event *e)
{
}

typedef void handler(struct reference *r, const struct acd_event *e);
static handler *const handlers[ACD_EVENT_COUNT] = {
    [ACD_SETTINGS] = ref_settings,
    [ACD_AGENT_LOGIN] = ref_on_agent,
    [ACD_AGENT_LOGOUT] = ref_on_agent,
    [ACD_AGENT_PAUSE] = ref_on_agent,
    [ACD_AGENT_READY] = ref_on_agent,
    [ACD_AGENT_WRAP_UP_END] = ref_on_agent,
    [ACD_AGENT_WRAP_UP_MORE] = ref_on_agent,
    [ACD_AGENT_OWES] = ref_on_agent,
    [ACD_AGENT_SETTLED] = ref_on_agent,
    [ACD_AGENT_PHONE_BUSY] = ref_on_agent,
    [ACD_AGENT_PHONE_FREE] = ref_on_agent,
    [ACD_AGENT_UNPLUGGED] = ref_on_agent,
    [ACD_ENQUEUE] = ref_enqueue,
    [ACD_GONE] = ref_gone,
    [ACD_WITHDRAW] = ref_withdraw,
    [ACD_PRIORITY] = ref_priority,
    [ACD_PLACE] = ref_place,
    [ACD_OFFER_RINGING] = ref_on_offer,
    [ACD_OFFER_ANSWER] = ref_on_offer,
    [ACD_OFFER_FAILED] = ref_on_offer,
    [ACD_TALK_STARTED] = ref_on_talk,
    [ACD_TALK_HOLD] = ref_on_talk,
    [ACD_TALK_RESUMED] = ref_on_talk,
    [ACD_TALK_ENDED] = ref_on_talk,
    [ACD_TIME] = nothing,
    [ACD_DAY] = ref_day,
    [ACD_RESTART] = ref_restart,
    [ACD_TURNED_AWAY] = ref_turned_away,
};

void reference_decide(struct reference *r, const struct acd_event *e, acd_emit *emit, void *user)
{
	uint64_t at = e->at_us > r->now && e->at_us <= INT64_MAX ? e->at_us : r->now;
	r->emit = emit;
	r->user = user;
	r->cause = e->sequence;
	work_off(r, at + (e->type == ACD_TIME));
	if (at > r->now)
		r->now = at;
	handlers[e->type](r, e);
	ref_match(r);
}
