/* The plain scheduler: settings replaced, a new day, a restart of the box. */
#include <string.h>

#include "reference_parts.h"

static int known_queue(const struct reference *r, const char *name)
{
	for (int i = 0; i < QUEUES; i++)
		if (r->queues[i].exists && !strcmp(r->queues[i].settings.name, name))
			return i;
	return -1;
}

static bool listed_agent(const struct acd_settings *s, uint32_t number)
{
	for (unsigned i = 0; i < s->agent_count; i++)
		if (s->agents[i].number == number)
			return true;
	return false;
}

static bool listed_queue(const struct acd_settings *s, const char *name)
{
	for (unsigned i = 0; i < s->queue_count; i++)
		if (!strcmp(s->queues[i].name, name))
			return true;
	return false;
}

/* ---- what is gone ---- */

static void remove_agent(struct reference *r, int agent)
{
	struct r_agent *a = &r->agents[agent];
	bool idle = a->call < 0 && a->state != ACD_LOGGED_OUT;
	a->leaving = true;
	a->owes = false;
	ref_bound_leave(r, agent);
	if (ref_rung(r, a))
		ref_drop(r, a, ACD_OFFER_CANCELLED);
	else if (idle)
		ref_settle(r, a);
	a->removed = true;
	if (a->state == ACD_LOGGED_OUT)
		a->exists = false;
	for (int q = 0; q < QUEUES; q++)
		a->member[q] = -1;
}

/* Its callers who wait for one agent alone, agent by agent. */
static void leave_agents(struct reference *r, int queue)
{
	for (unsigned i = 0; i < r->settings.agent_count; i++) {
		const struct r_agent *a = &r->agents[r->agent_at[i]];
		const struct r_call *after = NULL;
		if (!a->exists || a->removed)
			continue;
		for (int c; (c = ref_next_bound(r, r->agent_at[i], after)) >= 0; after = &r->calls[c])
			if (r->calls[c].queue == queue)
				ref_leave(r, c, ACD_EXIT_NO_QUEUE);
	}
}

static void remove_queue(struct reference *r, int queue)
{
	for (int call; (call = ref_next_waiting(r, queue)) >= 0;)
		ref_leave(r, call, ACD_EXIT_NO_QUEUE);
	leave_agents(r, queue);
	for (unsigned i = 0; i < r->settings.agent_count; i++) {
		struct r_agent *a = &r->agents[r->agent_at[i]];
		int call = a->call;
		if (!a->exists || !ref_rung(r, a) || r->calls[call].queue != queue)
			continue;
		ref_cancel_all(r, call, ACD_OFFER_CANCELLED, NULL);
		ref_leave(r, call, ACD_EXIT_NO_QUEUE);
	}
	for (int i = 0; i < r->top; i++)
		if (r->calls[i].queue == queue)
			r->calls[i].queue = -1;
	for (int i = 0; i < AGENTS; i++)
		r->agents[i].member[queue] = -1;
	r->queues[queue].exists = false;
}

/* ---- what is there now ---- */

static int agent_numbered(struct reference *r, uint32_t number)
{
	int free = -1;
	for (int i = AGENTS - 1; i >= 0; i--) {
		if (r->agents[i].exists && !r->agents[i].removed && r->agents[i].number == number)
			return i;
		if (!r->agents[i].exists)
			free = i;
	}
	struct r_agent *a = &r->agents[free];
	memset(a, 0, sizeof(*a));
	a->exists = true;
	a->number = number;
	a->call = -1;
	a->port = ACD_NONE;
	a->alarm.at = NEVER;
	for (int q = 0; q < QUEUES; q++)
		a->member[q] = -1;
	return free;
}

static void place_agents(struct reference *r, const struct acd_settings *s)
{
	for (unsigned i = 0; i < s->agent_count; i++) {
		r->agent_at[i] = agent_numbered(r, s->agents[i].number);
		r->agents[r->agent_at[i]].index = (acd_agent)i;
		r->agents[r->agent_at[i]].settings = s->agents[i];
	}
}

static int new_queue(struct reference *r)
{
	int queue = 0;
	while (r->queues[queue].exists)
		queue++;
	r->queues[queue] = (struct r_queue){.exists = true, .last = -1, .empty_since = NEVER};
	r->queues[queue].grace.at = r->queues[queue].limit.at = NEVER;
	return queue;
}

static void place_queues(struct reference *r, const struct acd_settings *s)
{
	for (unsigned i = 0; i < s->queue_count; i++) {
		int known = known_queue(r, s->queues[i].name), queue = known < 0 ? new_queue(r) : known;
		struct r_queue *q = &r->queues[queue];
		q->index = (acd_queue)i;
		q->settings = s->queues[i];
		r->queue_at[i] = queue;
		q->look = true;
		if (!ref_has_reserves(q)) {
			memset(q->limit_on, 0, sizeof(q->limit_on));
			q->overload = 0;
			q->limit.at = NEVER;
		}
		ref_reserve_changed(q);
	}
}

/* Who is new in a queue has as many calls and as much talk as the least of those logged in who were there and stay. */
static void start_level(struct reference *r, int q, const int *now)
{
	struct r_least least;
	ref_least(r, q, now, &least);
	for (int i = 0; i < AGENTS; i++) {
		struct r_agent *a = &r->agents[i];
		if (a->member[q] >= 0)
			continue;
		bool level = now[i] >= 0 && a->state != ACD_LOGGED_OUT && least.count != NEVER;
		a->turn[q] = 0;
		a->away[q] = false;
		a->count[q] = a->talked[q] = a->count_then[q] = a->talked_then[q] = 0;
		if (level)
			ref_start_as(a, q, &least);
	}
}

static void list_members(struct reference *r, const struct acd_settings *s, int q, int *now)
{
	for (int i = 0; i < AGENTS; i++)
		now[i] = -1;
	for (unsigned j = 0; j < r->queues[q].settings.member_count; j++) {
		const struct acd_member *m = &s->members[r->queues[q].settings.member_first + j];
		struct r_agent *a = &r->agents[r->agent_at[m->agent]];
		now[r->agent_at[m->agent]] = (int)j;
		a->penalty[q] = m->penalty;
		a->share[q] = m->share ? m->share : 1;
		a->has_share[q] = m->share != 0;
		a->weight[q] = m->weight ? m->weight : 1;
		a->reserve[q] = m->reserve;
	}
}

static void place_members(struct reference *r, const struct acd_settings *s)
{
	for (int q = 0; q < QUEUES; q++) {
		int now[AGENTS], last = -1;
		if (!r->queues[q].exists)
			continue;
		list_members(r, s, q, now);
		start_level(r, q, now);
		for (int i = 0; i < AGENTS; i++) {
			struct r_agent *a = &r->agents[i];
			const struct acd_queue_settings *queue = &r->queues[q].settings;
			if (a->member[q] >= 0 && a->member[q] == r->queues[q].last)
				last = now[i];
			if (a->member[q] < 0 || now[i] < 0)
				memset(a->missed_here[q], 0, sizeof(a->missed_here[q]));
			a->paused_here[q] = a->paused_here[q] && a->member[q] >= 0 && now[i] >= 0 &&
			                    queue->autopause_here && queue->autopause_after;
			a->member[q] = now[i];
		}
		r->queues[q].last = last;
	}
}

/* ---- callers and agents go on ---- */

/* In the order in which they are served. */
static void watch_queue(struct reference *r, int queue)
{
	for (const struct r_call *before = NULL;;) {
		struct r_call *next = NULL;
		for (int i = 0; i < r->top; i++) {
			struct r_call *c = &r->calls[i];
			if (ref_waits_in(c, queue) && (!before || ref_first(r, before, c)) &&
			    (!next || ref_first(r, c, next)))
				next = c;
		}
		if (!next)
			return;
		ref_watch(r, next);
		before = next;
	}
}

static void watch_bound(struct reference *r, int agent)
{
	const struct r_call *after = NULL;
	for (int next; (next = ref_next_bound(r, agent, after)) >= 0; after = &r->calls[next])
		ref_watch(r, &r->calls[next]);
}

static void stop_gathering(struct reference *r)
{
	for (int i = 0; i < r->top; i++) {
		struct r_call *c = &r->calls[i];
		if (c->phase == GONE || c->queue < 0 || r->queues[c->queue].settings.strategy == ACD_RING_ALL ||
		    !c->gathers)
			continue;
		c->gathers = false;
		c->more.at = NEVER;
	}
}

static void watch_again(struct reference *r)
{
	for (unsigned i = 0; i < r->settings.queue_count; i++)
		watch_queue(r, r->queue_at[i]);
	for (unsigned i = 0; i < r->settings.agent_count; i++)
		watch_bound(r, r->agent_at[i]);
	for (unsigned i = 0; i < r->settings.agent_count; i++) {
		const struct r_agent *a = &r->agents[r->agent_at[i]];
		if (a->offer && r->calls[a->call].queue >= 0)
			ref_watch(r, &r->calls[a->call]);
	}
}

static void go_on(struct reference *r)
{
	stop_gathering(r);
	for (unsigned i = 0; i < r->settings.agent_count; i++)
		ref_let_go(r, r->agent_at[i]);
	watch_again(r);
	for (unsigned i = 0; i < r->settings.agent_count; i++) {
		ref_review(r, &r->agents[r->agent_at[i]]);
		ref_watch_pause(r, &r->agents[r->agent_at[i]]);
	}
}

void ref_settings(struct reference *r, const struct acd_event *e)
{
	const struct acd_settings *s = e->settings;
	for (unsigned i = 0; i < s->queue_count; i++)
		if (!acd_strategy_available(s->queues[i].strategy)) {
			ref_odd(r, e);
			return;
		}
	r->applying = true;
	for (int i = 0; i < AGENTS; i++)
		r->agents[i].was_free = false;
	for (unsigned i = 0; i < r->settings.agent_count; i++)
		if (!listed_agent(s, r->agents[r->agent_at[i]].number))
			remove_agent(r, r->agent_at[i]);
	for (unsigned i = 0; i < r->settings.queue_count; i++)
		if (!listed_queue(s, r->queues[r->queue_at[i]].settings.name))
			remove_queue(r, r->queue_at[i]);
	place_agents(r, s);
	place_queues(r, s);
	place_members(r, s);
	if (s->seed != r->settings.seed)
		r->random = ref_seeded(s->seed);
	r->settings = *s;
	r->applying = false;
	go_on(r);
}

/* ---- a day ---- */

/* Counters begin anew; who is still in a queue is the first of the new day. */
static void new_day(struct reference *r)
{
	for (unsigned i = 0; i < r->settings.queue_count; i++)
		memset(&r->queues[r->queue_at[i]].counts, 0, sizeof(r->queues[0].counts));
	for (int i = 0; i < r->top; i++) {
		const struct r_call *c = &r->calls[i];
		if (c->phase == GONE || c->phase == TALKING || c->queue < 0)
			continue;
		r->queues[c->queue].counts.arrived += !c->transferred;
		r->queues[c->queue].counts.transferred_in += c->transferred;
	}
	for (unsigned i = 0; i < r->settings.agent_count; i++) {
		struct r_agent *a = &r->agents[r->agent_at[i]];
		a->calls = a->direct_calls = 0;
		a->talk = a->returning = 0;
	}
}

void ref_day(struct reference *r, const struct acd_event *e)
{
	r->wall = e->arrived_us - r->now;
	r->utc_offset = e->utc_offset_s;
	if (r->day && r->day != e->day)
		new_day(r);
	r->day = e->day;
}

/* ---- a restart ---- */

static void cut(struct reference *r, int call)
{
	struct r_call *c = &r->calls[call];
	if (c->queue >= 0 && c->phase != TALKING) {
		r->queues[c->queue].counts.cut += !c->transferred;
		r->queues[c->queue].counts.transferred_cut += c->transferred;
	}
	ref_cancel_all(r, call, ACD_OFFER_CANCELLED, NULL);
	for (int i = 0; i < AGENTS; i++) {
		struct r_agent *a = &r->agents[i];
		if (!a->exists || a->call != call)
			continue;
		a->call = -1;
		a->leaving = true;
		ref_settle(r, a);
	}
	ref_drop_call(r, call);
}

static void cut_calls(struct reference *r)
{
	for (;;) {
		int first = -1;
		for (int i = 0; i < r->top; i++)
			if (r->calls[i].phase != GONE && (first < 0 || r->calls[i].entry < r->calls[first].entry))
				first = i;
		if (first < 0)
			return;
		cut(r, first);
	}
}

static void send_home(struct reference *r, struct r_agent *a)
{
	a->busy = a->unplugged = false;
	if (a->state == ACD_LOGGED_OUT)
		return;
	a->leaving = true;
	ref_settle(r, a);
}

/* Calls are gone, agents are logged out; times of the old clock are told in the new one, by the wall clock. */
void ref_restart(struct reference *r, const struct acd_event *e)
{
	uint64_t new_wall = e->arrived_us - e->at_us;
	uint64_t by = r->wall && e->arrived_us ? r->wall - new_wall : e->at_us - r->now;
	if (e->at_us > INT64_MAX) {
		ref_odd(r, e);
		return;
	}
	for (unsigned i = 0; i < r->settings.queue_count; i++)
		ref_all_away(r, r->queue_at[i]);
	for (unsigned i = 0; i < r->settings.agent_count; i++) {
		struct r_agent *a = &r->agents[r->agent_at[i]];
		if (a->state != ACD_LOGGED_OUT)
			a->returning = 1 + r->now - a->login;
	}
	for (unsigned i = 0; i < r->settings.agent_count; i++)
		r->agents[r->agent_at[i]].owes = false;
	cut_calls(r);
	for (unsigned i = 0; i < r->settings.agent_count; i++)
		send_home(r, &r->agents[r->agent_at[i]]);
	for (unsigned i = 0; i < r->settings.queue_count; i++)
		ref_all_gone(r, r->queue_at[i]);
	for (unsigned i = 0; i < r->settings.agent_count; i++) {
		r->agents[r->agent_at[i]].since += by;
		r->agents[r->agent_at[i]].work_count = 0;
	}
	for (unsigned i = 0; i < r->settings.queue_count; i++) {
		struct r_queue *q = &r->queues[r->queue_at[i]];
		q->grace.at = q->empty_since = NEVER;
		q->taken = 0;
		q->look = true;
	}
	r->now = e->at_us;
	r->wall = e->arrived_us ? new_wall : 0;
}
