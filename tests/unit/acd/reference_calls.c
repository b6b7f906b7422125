/* The plain scheduler: callers come, wait, and go. Every order is a comparison of two, over all there are. */
#include "reference_parts.h"

acd_queue ref_queue_of(const struct reference *r, int call)
{
	return call < 0 || r->calls[call].queue < 0 ? ACD_NONE : r->queues[r->calls[call].queue].index;
}

int ref_find_call(const struct reference *r, acd_call id)
{
	for (int i = 0; id && i < r->top; i++)
		if (r->calls[i].phase != GONE && r->calls[i].id == id)
			return i;
	return -1;
}

/* Priority less a step for each so long a wait, then the weighted wait, then who came first. */
bool ref_first(const struct reference *r, const struct r_call *a, const struct r_call *b)
{
	const struct acd_queue_settings *qa = &r->queues[a->queue].settings, *qb = &r->queues[b->queue].settings;
	if (a->head != b->head)
		return a->head;
	if (a->head)
		return a->arrived != b->arrived ? a->arrived < b->arrived : a->entry < b->entry;
	__int128 da = qa->ageing_ms * 1000, db = qb->ageing_ms * 1000, wait_a = r->now - a->arrived,
	         wait_b = r->now - b->arrived;
	__int128 gain_a = da ? wait_a * (db ? db : 1) : 0, gain_b = db ? wait_b * (da ? da : 1) : 0;
	__int128 unit = (da ? da : 1) * (db ? db : 1);
	__int128 urgency_a = a->priority * unit - gain_a, urgency_b = b->priority * unit - gain_b;
	if (urgency_a != urgency_b)
		return urgency_a < urgency_b;
	wait_a *= qa->weight ? qa->weight : 1;
	wait_b *= qb->weight ? qb->weight : 1;
	if (r->settings.choice == ACD_CHOICE_SERVICE_OBJECTIVE) {
		wait_a *= qb->service_level_ms ? qb->service_level_ms : 1;
		wait_b *= qa->service_level_ms ? qa->service_level_ms : 1;
	}
	if (wait_a != wait_b)
		return wait_a > wait_b;
	return a->arrived != b->arrived ? a->arrived < b->arrived : a->entry < b->entry;
}

static unsigned in_queue(const struct reference *r, int queue, bool waiting_only)
{
	unsigned n = 0;
	for (int i = 0; i < r->top; i++)
		n += r->calls[i].queue == queue && r->calls[i].phase != GONE && r->calls[i].phase != TALKING &&
		     (!waiting_only || r->calls[i].phase == WAITING);
	return n;
}

bool ref_waits_in(const struct r_call *c, int queue)
{
	return c->phase == WAITING && c->queue == queue && c->bound < 0;
}

int ref_next_waiting(const struct reference *r, int queue)
{
	int best = -1;
	for (int i = 0; i < r->top; i++)
		if (ref_waits_in(&r->calls[i], queue) && (best < 0 || ref_first(r, &r->calls[i], &r->calls[best])))
			best = i;
	return best;
}

/* ---- kept for one agent ---- */

static bool bound_first(const struct r_call *a, const struct r_call *b)
{
	if (a->priority != b->priority)
		return a->priority < b->priority;
	return a->arrived != b->arrived ? a->arrived < b->arrived : a->entry < b->entry;
}

static bool waits_for(const struct r_call *c, int agent)
{
	return c->phase == WAITING && c->bound == agent;
}

int ref_next_bound(const struct reference *r, int agent, const struct r_call *after)
{
	int best = -1;
	for (int i = 0; i < r->top; i++)
		if (waits_for(&r->calls[i], agent) && (!after || bound_first(after, &r->calls[i])) &&
		    (best < 0 || bound_first(&r->calls[i], &r->calls[best])))
			best = i;
	return best;
}

static void bind(const struct reference *r, struct r_call *c, int agent)
{
	c->bound = agent;
	c->bound_since = r->now;
}

void ref_unbind(struct reference *r, struct r_call *c)
{
	c->kept += c->bound < 0 ? 0 : r->now - c->bound_since;
	c->bound = -1;
	c->sticky.at = NEVER;
}

void ref_let_go(struct reference *r, int agent)
{
	const struct r_call *after = NULL;
	for (int next; (next = ref_next_bound(r, agent, after)) >= 0; after = &r->calls[next]) {
		if (r->calls[next].direct)
			continue;
		ref_unbind(r, &r->calls[next]);
		ref_join(r, next);
	}
}

void ref_bound_leave(struct reference *r, int agent)
{
	ref_let_go(r, agent);
	for (int call; (call = ref_next_bound(r, agent, NULL)) >= 0;)
		ref_leave(r, call, ACD_EXIT_LEAVE_EMPTY);
}

/* The end of the agent's present call, as far as the queue's mean says; NEVER: nobody knows. */
static uint64_t end_of_call(const struct reference *r, const struct r_agent *a)
{
	const struct r_call *c = a->call < 0 ? NULL : &r->calls[a->call];
	uint64_t mean_ms = c && c->queue >= 0 ? ref_handling_ms(&r->queues[c->queue]) : 0;
	if (!mean_ms)
		return NEVER;
	if (c->phase != TALKING)
		return r->now + mean_ms * 1000;
	uint64_t end = c->talk + mean_ms * 1000, least = r->now + mean_ms / 4 * 1000;
	return end > least ? end : least;
}

static uint64_t free_at(const struct reference *r, const struct r_agent *a)
{
	if (a->state == ACD_READY)
		return a->busy ? NEVER : ref_free(a) ? r->now : a->alarm.at;
	if (a->paused || a->leaving || a->state < ACD_RESERVED || a->state > ACD_WRAP_UP)
		return NEVER;
	return a->state == ACD_WRAP_UP ? a->alarm.at : end_of_call(r, a);
}

/* Kept for the agent of last time: who serves the queue, for whom nobody else is kept, and who is free in time. */
static void keep_for(struct reference *r, struct r_call *c, int agent)
{
	const struct acd_queue_settings *q = &r->queues[c->queue].settings;
	const struct r_agent *a = agent < 0 ? NULL : &r->agents[agent];
	uint64_t limit = r->now + q->sticky_ms * UINT64_C(1000);
	if (!a || !q->sticky_ms || !ref_takes(r, a, c->queue) || !ref_able(r, a, c->queue, q->relax_count) ||
	    ref_next_bound(r, agent, NULL) >= 0 || free_at(r, a) > limit)
		return;
	bind(r, c, agent);
	ref_set(r, &c->sticky, limit);
}

/* ---- into the queue, out of it ---- */

static unsigned stage_now(const struct reference *r, const struct r_call *c)
{
	const struct acd_queue_settings *q = &r->queues[c->queue].settings;
	unsigned stage = 0;
	for (unsigned i = 0; q->strategy == ACD_SKILLS && i < q->relax_count; i++)
		stage += c->arrived + q->relax[i].after_ms * 1000 <= r->now;
	return stage;
}

void ref_await_relax(struct reference *r, struct r_call *c)
{
	const struct acd_queue_settings *q = &r->queues[c->queue].settings;
	c->stage = stage_now(r, c);
	bool more = q->strategy == ACD_SKILLS && c->stage < q->relax_count;
	ref_set(r, &c->relax, more ? c->arrived + q->relax[c->stage].after_ms * 1000 : NEVER);
}

void ref_watch(struct reference *r, struct r_call *c)
{
	uint64_t limit = r->queues[c->queue].settings.wait_max_ms;
	c->overdue = false;
	ref_set(r, &c->longest, limit ? c->arrived + limit * 1000 : NEVER);
	ref_await_relax(r, c);
}

void ref_join(struct reference *r, int call)
{
	struct r_call *c = &r->calls[call];
	struct r_queue *q = &r->queues[c->queue];
	c->phase = WAITING;
	c->stage = stage_now(r, c);
	if (c->bound >= 0) {
		struct r_agent *a = &r->agents[c->bound];
		if (ref_free(a) && !a->freed)
			a->freed = ++r->order;
		return;
	}
	q->look |= ref_ruled(q);
	ref_reserve_changed(q);
}

void ref_drop_call(struct reference *r, int call)
{
	struct r_call *c = &r->calls[call];
	if (c->phase == WAITING && c->queue >= 0)
		ref_reserve_changed(&r->queues[c->queue]);
	c->phase = GONE;
}

void ref_leave(struct reference *r, int call, enum acd_exit why)
{
	struct r_call *c = &r->calls[call];
	struct acd_decision d = {.type = ACD_D_EXIT,
	                         .call = c->id,
	                         .queue = ref_queue_of(r, call),
	                         .agent = ACD_NONE,
	                         .port = ACD_NONE,
	                         .exit = why};
	if (c->queue >= 0) {
		r->queues[c->queue].counts.diverted += !c->transferred;
		r->queues[c->queue].counts.transferred_diverted += c->transferred;
		r->queues[c->queue].counts.exits[why]++;
	}
	ref_drop_call(r, call);
	ref_out(r, d);
}

/* ---- events ---- */

static enum acd_exit admission(const struct reference *r, int queue, int agent)
{
	const struct acd_queue_settings *q = &r->queues[queue].settings;
	if (q->direct && (agent < 0 || r->agents[agent].state == ACD_LOGGED_OUT))
		return ACD_EXIT_JOIN_EMPTY;
	if (!q->grace_ms && !ref_may_join(r, queue))
		return ACD_EXIT_JOIN_EMPTY;
	if (in_queue(r, queue, false) >= (q->length_max ? q->length_max : CONFIG_QUEUE_LENGTH_MAX))
		return ACD_EXIT_FULL;
	return ACD_EXIT_NONE;
}

#define UNKNOWN_STEP_MS 60000

static uint64_t expected_wait(const struct reference *r, int queue)
{
	uint64_t step = ref_step_ms(r, queue);
	if (ref_free_count(r, queue))
		return 0;
	return (in_queue(r, queue, true) + 1) * (step ? step : UNKNOWN_STEP_MS);
}

/* Of the queues named the one where the wait will be shortest, the first of equals; none that has a choice itself. */
static int best_queue(const struct reference *r, int queue)
{
	const struct acd_queue_settings *q = &r->queues[queue].settings;
	int best = -1;
	for (unsigned i = 0; i < q->best_count; i++) {
		int other = q->best[i] < r->settings.queue_count ? r->queue_at[q->best[i]] : -1;
		if (other < 0 || r->queues[other].settings.best_count || admission(r, other, -1))
			continue;
		if (best < 0 || expected_wait(r, other) < expected_wait(r, best))
			best = other;
	}
	return best < 0 ? queue : best;
}

static unsigned place_of(const struct reference *r, const struct r_call *c)
{
	unsigned place = 1;
	for (int i = 0; i < r->top; i++) {
		const struct r_call *other = &r->calls[i];
		if (c->bound >= 0)
			place += waits_for(other, c->bound) && bound_first(other, c);
		else
			place += ref_waits_in(other, c->queue) && ref_first(r, other, c);
	}
	return place;
}

static int take(struct reference *r, const struct acd_event *e, int queue, int agent)
{
	int at = 0;
	while (r->calls[at].phase != GONE)
		at++;
	if (at >= r->top)
		r->top = at + 1;
	struct r_call *c = &r->calls[at];
	*c = (struct r_call){.id = e->call, .phase = WAITING, .queue = queue, .bound = -1, .direct_for = -1};
	c->longest.at = c->relax.at = c->more.at = c->sticky.at = NEVER;
	c->transferred = e->transferred;
	c->head = e->head;
	c->joined = r->now;
	c->unadmitted = !ref_may_join(r, queue);
	c->priority = e->priority ? e->priority : r->queues[queue].settings.priority;
	c->arrived = e->arrived_us && e->arrived_us < r->now ? e->arrived_us : r->now;
	c->entry = ++r->order;
	c->direct = r->queues[queue].settings.direct;
	if (c->direct) {
		c->direct_for = agent;
		bind(r, c, agent);
	} else {
		keep_for(r, c, agent);
	}
	return at;
}

static void refuse(struct reference *r, const struct acd_event *e, int queue, enum acd_exit why)
{
	if (queue >= 0) {
		r->queues[queue].counts.exits[why]++;
		r->queues[queue].counts.refused += !e->transferred;
		r->queues[queue].counts.transferred_refused += e->transferred;
	}
	ref_out(r, (struct acd_decision){.type = ACD_D_REFUSED,
	                                 .call = e->call,
	                                 .queue = queue < 0 ? e->queue : r->queues[queue].index,
	                                 .agent = ACD_NONE,
	                                 .port = ACD_NONE,
	                                 .exit = why});
}

static void accept(struct reference *r, const struct acd_event *e, int queue, int agent)
{
	int call = take(r, e, queue, agent);
	struct r_call *c = &r->calls[call];
	ref_join(r, call);
	struct acd_decision d = {.type = ACD_D_ACCEPTED,
	                         .call = e->call,
	                         .queue = r->queues[queue].index,
	                         .agent = ACD_NONE,
	                         .port = ACD_NONE,
	                         .position = place_of(r, c)};
	c->told = !ref_free_count(r, queue) && ref_range(r, queue, d.position, &c->low, &c->high);
	if (c->told && !r->queues[queue].muted) {
		d.low_ms = c->low;
		d.high_ms = c->high;
	}
	ref_out(r, d);
	ref_watch(r, c);
}

void ref_turned_away(struct reference *r, const struct acd_event *e)
{
	int queue = e->queue < r->settings.queue_count ? r->queue_at[e->queue] : -1;
	if (queue < 0 || !e->reason || e->reason >= ACD_EXIT_COUNT) {
		ref_odd(r, e);
		return;
	}
	r->queues[queue].counts.arrived += !e->transferred;
	r->queues[queue].counts.transferred_in += e->transferred;
	r->queues[queue].counts.refused += !e->transferred;
	r->queues[queue].counts.transferred_refused += e->transferred;
	r->queues[queue].counts.exits[e->reason]++;
}

void ref_enqueue(struct reference *r, const struct acd_event *e)
{
	int queue = e->queue < r->settings.queue_count ? r->queue_at[e->queue] : -1;
	int agent = e->agent < r->settings.agent_count ? r->agent_at[e->agent] : -1;
	if (!e->call || ref_find_call(r, e->call) >= 0) {
		ref_odd(r, e);
		return;
	}
	if (queue < 0) {
		refuse(r, e, -1, ACD_EXIT_NO_QUEUE);
		return;
	}
	queue = best_queue(r, queue);
	r->queues[queue].counts.arrived += !e->transferred;
	r->queues[queue].counts.transferred_in += e->transferred;
	enum acd_exit why = admission(r, queue, agent);
	if (why)
		refuse(r, e, queue, why);
	else
		accept(r, e, queue, agent);
}

void ref_accept_again(struct reference *r, int call)
{
	struct r_call *c = &r->calls[call];
	struct acd_queue_view *v = &r->queues[c->queue].counts;
	uint64_t wait = c->talk - c->arrived, *answered = c->transferred ? &v->transferred_answered : &v->answered;
	if ((c->talk_day && c->talk_day != r->day) || !*answered) {
		v->arrived += !c->transferred;
		v->transferred_in += c->transferred;
	} else if ((*answered)--, !c->transferred) {
		v->wait_answered_us -= wait < v->wait_answered_us ? wait : v->wait_answered_us;
		v->answered_within -= c->in_time;
	}
	c->told = c->overdue = false;
	if (c->direct)
		bind(r, c, c->direct_for);
	ref_join(r, call);
	ref_out(r, (struct acd_decision){.type = ACD_D_ACCEPTED,
	                                 .call = c->id,
	                                 .queue = ref_queue_of(r, call),
	                                 .agent = ACD_NONE,
	                                 .port = ACD_NONE,
	                                 .position = place_of(r, c)});
	ref_watch(r, c);
}

static void count_abandoned(struct reference *r, const struct r_call *c)
{
	struct r_queue *q = &r->queues[c->queue];
	uint64_t wait = r->now - c->arrived;
	bool brief = wait < q->settings.short_abandon_ms * UINT64_C(1000);
	bool within = wait <= q->settings.service_level_ms * UINT64_C(1000);
	if (c->told && (r->now - c->joined) / 1000 > c->high)
		ref_outcome(q, false);
	if (!brief && !within)
		ref_served(q, false);
	if (c->transferred) {
		q->counts.transferred_abandoned++;
		return;
	}
	q->counts.short_abandoned += brief;
	q->counts.abandoned += !brief;
	q->counts.abandoned_within += !brief && within;
}

void ref_gone(struct reference *r, const struct acd_event *e)
{
	int call = ref_find_call(r, e->call);
	if (call < 0 || r->calls[call].phase == TALKING) {
		ref_odd(r, e);
		return;
	}
	if (r->calls[call].queue >= 0)
		count_abandoned(r, &r->calls[call]);
	ref_cancel_all(r, call, ACD_OFFER_CANCELLED, NULL);
	ref_drop_call(r, call);
}

void ref_withdraw(struct reference *r, const struct acd_event *e)
{
	int call = ref_find_call(r, e->call);
	if (call < 0 || r->calls[call].phase == TALKING || r->calls[call].phase == WON) {
		ref_odd(r, e);
		return;
	}
	ref_cancel_all(r, call, ACD_OFFER_CANCELLED, NULL);
	ref_leave(r, call, e->reason >= ACD_EXIT_KEY && e->reason < ACD_EXIT_COUNT ? e->reason : ACD_EXIT_WITHDRAWN);
}

void ref_priority(struct reference *r, const struct acd_event *e)
{
	int call = ref_find_call(r, e->call);
	struct r_call *c = call < 0 ? NULL : &r->calls[call];
	if (!c || c->queue < 0 || (c->phase != WAITING && c->phase != RINGING)) {
		ref_odd(r, e);
		return;
	}
	c->head = !e->priority;
	c->priority = e->priority ? e->priority : c->priority;
	if (c->phase == WAITING && c->bound < 0)
		ref_reserve_changed(&r->queues[c->queue]);
}

void ref_place(struct reference *r, const struct acd_event *e)
{
	int call = ref_find_call(r, e->call);
	if (call < 0 || r->calls[call].phase == TALKING || r->calls[call].queue < 0) {
		ref_odd(r, e);
		return;
	}
	const struct r_call *c = &r->calls[call];
	struct acd_decision d = {.type = ACD_D_PLACE,
	                         .call = e->call,
	                         .queue = ref_queue_of(r, call),
	                         .agent = ACD_NONE,
	                         .port = ACD_NONE,
	                         .position = c->phase == WAITING ? place_of(r, c) : 0};
	if (d.position && !r->queues[c->queue].muted)
		ref_range(r, c->queue, d.position, &d.low_ms, &d.high_ms);
	ref_out(r, d);
}
