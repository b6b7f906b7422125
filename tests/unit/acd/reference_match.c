/* The plain scheduler: which agent is offered which call. The first caller of all who has an agent gets the best one.
 */
#include "reference_parts.h"

/* ---- who may be offered calls ---- */

/* Every need, as far as it is relaxed at this stage, is met. */
bool ref_able(const struct reference *r, const struct r_agent *a, int queue, unsigned stage)
{
	const struct acd_queue_settings *q = &r->queues[queue].settings;
	for (unsigned i = 0; q->strategy == ACD_SKILLS && i < q->need_count; i++) {
		unsigned wanted = q->needs[i].level, has = a->settings.level[q->needs[i].skill];
		for (unsigned step = 0; step < stage; step++)
			if (q->relax[step].skill == q->needs[i].skill)
				wanted = q->relax[step].level;
		if (has == 0 || has > wanted)
			return false;
	}
	return true;
}

uint64_t ref_share_used(const struct r_agent *a, int queue)
{
	uint64_t all = 1000000;
	for (int q = 0; q < QUEUES; q++)
		all += a->member[q] >= 0 ? a->talked[q] : 0;
	return a->talked[queue] * 65536 / all * 100 / a->share[queue];
}

/* Strict shares: more than the share of its talk was for this queue. */
static bool over_share(const struct reference *r, const struct r_agent *a, int queue)
{
	const struct acd_queue_settings *q = &r->queues[queue].settings;
	return q->share_strict && q->strategy == ACD_ALLOCATION && a->has_share[queue] &&
	       ref_share_used(a, queue) > 65536;
}

bool ref_takes(const struct reference *r, const struct r_agent *a, int queue)
{
	return a->exists && !a->removed && queue >= 0 && a->member[queue] >= 0 && !a->paused_here[queue] &&
	       a->reserve[queue] <= r->queues[queue].overload && !over_share(r, a, queue);
}

bool ref_can_take(const struct reference *r, const struct r_agent *a, int queue)
{
	return ref_free(a) && ref_takes(r, a, queue);
}

unsigned ref_free_count(const struct reference *r, int queue)
{
	unsigned n = 0;
	for (int i = 0; i < AGENTS; i++)
		n += ref_can_take(r, &r->agents[i], queue) &&
		     ref_able(r, &r->agents[i], queue, r->queues[queue].settings.relax_count);
	return n;
}

/* ---- the best of them ---- */

static uint64_t handicap(const struct acd_queue_settings *q, const struct r_agent *a)
{
	uint64_t sum = 0;
	for (unsigned i = 0; q->strategy == ACD_SKILLS && i < q->need_count; i++)
		sum += (q->needs[i].weight ? q->needs[i].weight : 1u) * a->settings.level[q->needs[i].skill];
	return sum;
}

static uint64_t occupancy(const struct reference *r, const struct r_agent *a)
{
	uint64_t as_of = r->now - r->now % 10000000;
	as_of = as_of > a->since ? as_of : a->since;
	uint64_t work = a->work - (r->settings.work_without_wrap_up ? a->state_us[ACD_WRAP_UP] : 0);
	return as_of == a->login ? 0 : work * 65536 / (as_of - a->login);
}

static uint64_t preference(const struct reference *r, const struct r_agent *a, int queue)
{
	const struct acd_queue_settings *q = &r->queues[queue].settings;
	switch (q->strategy) {
	case ACD_LONGEST_IDLE:
		return a->idle;
	case ACD_ALLOCATION:
		return ref_share_used(a, queue);
	case ACD_ROUND_ROBIN:
		return a->turn[queue];
	case ACD_FEWEST_CALLS:
		return a->count[queue];
	case ACD_LEAST_TALK:
		return a->talked[queue];
	case ACD_LEAST_OCCUPIED:
		return occupancy(r, a);
	case ACD_CIRCULAR:
		return (unsigned)(a->member[queue] + (int)q->member_count - r->queues[queue].last - 1) %
		       q->member_count;
	case ACD_SKILLS:
		return handicap(q, a);
	default:
		return 0;
	}
}

static bool better(const struct reference *r, const struct r_agent *a, const struct r_agent *b, int queue)
{
	if (a->missed != b->missed)
		return a->missed < b->missed;
	if (a->penalty[queue] != b->penalty[queue])
		return a->penalty[queue] < b->penalty[queue];
	if (preference(r, a, queue) != preference(r, b, queue))
		return preference(r, a, queue) < preference(r, b, queue);
	enum acd_strategy strategy = r->queues[queue].settings.strategy;
	if (strategy == ACD_LEAST_TALK || strategy == ACD_LEAST_OCCUPIED || strategy == ACD_SKILLS ||
	    strategy == ACD_ALLOCATION)
		return a->idle < b->idle;
	return a->member[queue] < b->member[queue];
}

/* Somebody who is logged in will do from this stage on, and would not before. */
static bool anybody_at(const struct reference *r, int queue, unsigned stage)
{
	for (int i = 0; i < AGENTS; i++) {
		const struct r_agent *a = &r->agents[i];
		if (a->exists && !a->removed && a->state != ACD_LOGGED_OUT && a->member[queue] >= 0 &&
		    ref_able(r, a, queue, stage) && (!stage || !ref_able(r, a, queue, stage - 1)))
			return true;
	}
	return false;
}

/* The steps it has waited for, and where the settings say so those behind them that would let in nobody. */
static unsigned stage_of(const struct reference *r, const struct r_call *c)
{
	const struct acd_queue_settings *q = &r->queues[c->queue].settings;
	unsigned stage = c->stage;
	if (q->strategy != ACD_SKILLS || q->skip == ACD_SKIP_NEVER || (!stage && q->skip == ACD_SKIP_STEPS))
		return stage;
	while (stage < q->relax_count && !anybody_at(r, c->queue, stage))
		stage++;
	return stage;
}

static struct r_agent *best_agent(struct reference *r, int queue, unsigned stage)
{
	struct r_agent *best = NULL;
	for (int i = 0; i < AGENTS; i++)
		if (ref_can_take(r, &r->agents[i], queue) && ref_able(r, &r->agents[i], queue, stage) &&
		    (!best || better(r, &r->agents[i], best, queue)))
			best = &r->agents[i];
	return best;
}

/* Each of those with the fewest misses and the least penalty puts in lots, in the order of the list. */
static struct r_agent *draw_lots(struct reference *r, int queue)
{
	const struct r_agent *best = best_agent(r, queue, 0);
	bool weighted = r->queues[queue].settings.strategy == ACD_WEIGHTED_RANDOM;
	struct r_agent *lots[AGENTS * 256];
	unsigned count = 0;
	for (unsigned place = 0; place < r->queues[queue].settings.member_count; place++)
		for (int i = 0; i < AGENTS; i++) {
			struct r_agent *a = &r->agents[i];
			if (!ref_can_take(r, a, queue) || a->member[queue] != (int)place || a->missed != best->missed ||
			    a->penalty[queue] != best->penalty[queue])
				continue;
			for (unsigned n = weighted ? a->weight[queue] : 1; n; n--)
				lots[count++] = a;
		}
	r->random ^= r->random << 13;
	r->random ^= r->random >> 7;
	r->random ^= r->random << 17;
	return lots[(r->random >> 11) % count];
}

static struct r_agent *chosen(struct reference *r, const struct r_call *c)
{
	enum acd_strategy strategy = r->queues[c->queue].settings.strategy;
	if (strategy == ACD_RANDOM || strategy == ACD_WEIGHTED_RANDOM)
		return draw_lots(r, c->queue);
	return best_agent(r, c->queue, stage_of(r, c));
}

/* ---- an offer ---- */

bool ref_one_by_one(const struct acd_queue_settings *s)
{
	return s->strategy == ACD_RING_ALL && s->progressive_ms;
}

static void begins_to_ring(struct reference *r, struct r_call *c)
{
	struct r_queue *q = &r->queues[c->queue];
	ref_taken(r, c, q);
	ref_reserve_changed(q);
	c->one_only = c->bound >= 0;
	ref_unbind(r, c);
	c->rung = true;
	c->unadmitted = false;
	c->gathers = q->settings.strategy == ACD_RING_ALL && !c->one_only;
	c->phase = RINGING;
}

static void offer(struct reference *r, int call, struct r_agent *a)
{
	struct r_call *c = &r->calls[call];
	struct r_queue *q = &r->queues[c->queue];
	if (c->phase == WAITING)
		begins_to_ring(r, c);
	if (a->member[c->queue] >= 0) {
		a->turn[c->queue] = ++r->order;
		q->last = a->member[c->queue];
	}
	a->call = call;
	a->offer = ++r->offers;
	ref_enter(r, a, ACD_RESERVED);
	ref_set_timer(r, a, r->settings.offer_lease_ms);
	if (ref_one_by_one(&q->settings) && !c->one_only) {
		c->gathers = false;
		ref_set(r, &c->more, r->now + q->settings.progressive_ms * UINT64_C(1000));
	}
	ref_tell_offer(r, a, ACD_D_OFFER, ACD_OFFER_ANSWERED);
}

/* ---- those who become free: whom they are waited for by, whom they prefer ---- */

/* Smaller is better. */
static uint64_t worth(const struct reference *r, const struct r_agent *a, const struct r_call *c)
{
	const struct acd_queue_settings *q = &r->queues[c->queue].settings;
	uint64_t waited = r->now - c->arrived;
	switch (a->settings.prefer) {
	case ACD_PREFER_SKILL:
		return (uint64_t)a->penalty[c->queue] << 32 | handicap(q, a);
	case ACD_PREFER_OBJECTIVE:
		return UINT64_MAX - waited / (q->service_level_ms ? q->service_level_ms : 1);
	case ACD_PREFER_PREDICTED:
		return UINT64_MAX - waited - ref_step_ms(r, c->queue) * 1000;
	case ACD_PREFER_SHARE:
		return ref_share_used(a, c->queue);
	default:
		return 0;
	}
}

static bool may_be_given(const struct reference *r, const struct r_agent *a, const struct r_call *c)
{
	return c->queue >= 0 && ref_waits_in(c, c->queue) && ref_takes(r, a, c->queue) &&
	       ref_able(r, a, c->queue, stage_of(r, c));
}

/* Of each queue the first whom the agent may be given; of these the one that it prefers. */
static int preferred(const struct reference *r, const struct r_agent *a)
{
	int best = -1;
	for (int q = 0; q < QUEUES; q++) {
		int next = -1;
		for (int i = 0; i < r->top; i++)
			if (r->calls[i].queue == q && may_be_given(r, a, &r->calls[i]) &&
			    (next < 0 || ref_first(r, &r->calls[i], &r->calls[next])))
				next = i;
		if (next < 0)
			continue;
		uint64_t value = worth(r, a, &r->calls[next]), least = best < 0 ? 0 : worth(r, a, &r->calls[best]);
		if (best < 0 || value < least || (value == least && ref_first(r, &r->calls[next], &r->calls[best])))
			best = next;
	}
	return best;
}

static bool others_first(const struct reference *r, const struct r_agent *a, const struct r_call *c)
{
	for (int i = 0; i < r->top; i++)
		if (may_be_given(r, a, &r->calls[i]) && ref_first(r, &r->calls[i], c))
			return true;
	return false;
}

static void serve(struct reference *r, struct r_agent *a, bool before_queues)
{
	int call = ref_free(a) ? ref_next_bound(r, (int)(a - r->agents), NULL) : -1;
	if (call >= 0 && before_queues && r->calls[call].direct && a->settings.direct_in_turn &&
	    others_first(r, a, &r->calls[call]))
		return;
	if (call < 0 && ref_free(a) && a->settings.prefer && before_queues)
		call = preferred(r, a);
	if (call >= 0)
		offer(r, call, a);
}

static void serve_freed(struct reference *r, bool before_queues)
{
	for (uint64_t after = 0;;) {
		struct r_agent *next = NULL;
		for (int i = 0; i < AGENTS; i++) {
			struct r_agent *a = &r->agents[i];
			if (a->exists && a->freed > after && (!next || a->freed < next->freed))
				next = a;
		}
		if (!next)
			return;
		after = next->freed;
		serve(r, next, before_queues);
	}
}

/* ---- all of it ---- */

static int best_call(struct reference *r, enum phase phase)
{
	int best = -1;
	for (int i = 0; i < r->top; i++) {
		struct r_call *c = &r->calls[i];
		if (c->phase != phase || c->queue < 0 || c->bound >= 0)
			continue;
		if (phase == RINGING && !c->gathers)
			continue;
		if ((best < 0 || ref_first(r, c, &r->calls[best])) && best_agent(r, c->queue, stage_of(r, c)))
			best = i;
	}
	return best;
}

static void serve_queues(struct reference *r)
{
	for (;;) {
		int call = best_call(r, WAITING);
		if (call < 0)
			call = best_call(r, RINGING);
		if (call < 0)
			return;
		int queue = r->calls[call].queue;
		const struct acd_queue_settings *q = &r->queues[queue].settings;
		do
			offer(r, call, chosen(r, &r->calls[call]));
		while (q->strategy == ACD_RING_ALL && !ref_one_by_one(q) && best_agent(r, queue, 0));
	}
}

void ref_match(struct reference *r)
{
	for (unsigned i = 0; i < r->settings.queue_count; i++)
		if (r->queues[r->queue_at[i]].look)
			ref_send_on(r, r->queue_at[i]);
	for (unsigned i = 0; i < r->settings.queue_count; i++)
		if (r->queues[r->queue_at[i]].look_reserve)
			ref_look_at_reserve(r, r->queue_at[i]);
	serve_freed(r, true);
	serve_queues(r);
	serve_freed(r, false);
	for (int i = 0; i < AGENTS; i++)
		r->agents[i].freed = 0;
}
