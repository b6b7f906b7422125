/* See reference.h. Agents are known by number, queues by name; each keeps its place while it exists. */
#include "reference.h"

#include <stdlib.h>
#include <string.h>

#define AGENTS 64
#define QUEUES 16
#define CALLS  4096
#define NEVER  UINT64_MAX

enum phase { GONE, WAITING, RINGING, WON, TALKING };

struct r_call {
	acd_call id;
	enum phase phase;
	int queue; /* -1: deleted */
	unsigned priority;
	uint64_t arrived, entry, deadline, started;
	bool overdue, gathers, transferred;
	unsigned stage;
	uint64_t relax, relax_started, joined, more, more_started;
	bool unadmitted; /* let in for the grace */
	bool head;
};
struct r_agent {
	bool exists, removed;
	uint32_t number;
	acd_agent index;
	enum acd_state state;
	bool paused, leaving, busy, unplugged, own_wrap_up;
	uint64_t own_wrap_up_ms;
	unsigned reason;
	uint16_t port;
	uint64_t since, retry_until, idle, missed, deadline, started, talk;
	acd_offer offer;
	int call; /* -1 */
	uint32_t calls;
	uint64_t turn[QUEUES], count[QUEUES];
	int member[QUEUES]; /* place in the list, -1: not a member */
	unsigned penalty[QUEUES], weight[QUEUES], share[QUEUES];
	bool has_share[QUEUES];
	uint64_t talked[QUEUES], work, login, wrap_up, talk_over;
	unsigned misses[ACD_MISS_COUNT], missed_here[QUEUES][ACD_MISS_COUNT];
	bool paused_here[QUEUES];
	uint8_t level[ACD_SKILLS_MAX];
};
struct r_queue {
	bool exists;
	acd_queue index;
	struct acd_queue_settings settings;
	struct acd_queue_view counts;
	bool look; /* the rules of leaving are to be looked at */
	uint64_t empty_since, grace, grace_started;
	int last; /* place in the list of the agent who was last offered a call, -1: none */
};
struct reference {
	struct acd_settings settings; /* the counts only */
	int agent_at[AGENTS], queue_at[QUEUES];
	struct r_call calls[CALLS];
	struct r_agent agents[AGENTS];
	struct r_queue queues[QUEUES];
	uint64_t now, order, cause, unexpected, leases, random;
	acd_offer offers;
	int top; /* calls from here on have never been used */
	bool applying;
	acd_emit *emit;
	void *user;
};

static uint64_t seeded(uint64_t x)
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
		r->random = seeded(0);
	return r;
}

void reference_free(struct reference *r)
{
	free(r);
}

static void out(struct reference *r, struct acd_decision d)
{
	d.at_us = r->now;
	d.cause_sequence = r->cause;
	d.revision = r->settings.revision;
	r->emit(r->user, &d);
}

static void odd(struct reference *r, const struct acd_event *e)
{
	r->unexpected++;
	out(r, (struct acd_decision){.type = ACD_D_UNEXPECTED,
	                             .call = e->call,
	                             .queue = e->queue,
	                             .agent = e->agent,
	                             .offer = e->offer,
	                             .port = e->port});
}

static acd_queue queue_of(const struct reference *r, int call)
{
	return call < 0 || r->calls[call].queue < 0 ? ACD_NONE : r->queues[r->calls[call].queue].index;
}

static bool rung(const struct reference *r, const struct r_agent *a)
{
	return a->offer && a->call >= 0 && r->calls[a->call].phase == RINGING;
}

static acd_agent index_of(const struct r_agent *a)
{
	return a->removed ? ACD_NONE : a->index;
}

static void tell_agent(struct reference *r, struct r_agent *a)
{
	out(r, (struct acd_decision){.type = ACD_D_AGENT_STATE,
	                             .call = a->call < 0 ? 0 : r->calls[a->call].id,
	                             .queue = queue_of(r, a->call),
	                             .agent = index_of(a),
	                             .offer = a->offer,
	                             .port = a->port,
	                             .state = a->state,
	                             .wish_paused = a->paused,
	                             .reason = (uint8_t)a->reason});
}

static void tell_offer(struct reference *r, struct r_agent *a, enum acd_decision_type type, enum acd_offer_result how)
{
	out(r, (struct acd_decision){
	           .type = type,
	           .call = r->calls[a->call].id,
	           .queue = queue_of(r, a->call),
	           .agent = index_of(a),
	           .offer = a->offer,
	           .port = a->port,
	           .result = how,
	           .ring_ms = type == ACD_D_OFFER ? r->queues[r->calls[a->call].queue].settings.ring_time_ms : 0});
}

static void set_timer(struct reference *r, struct r_agent *a, uint64_t ms)
{
	a->deadline = r->now + (ms ? ms : 1) * 1000;
	a->started = ++r->order;
}

/* Queues that look at what their agents do, to let callers in or send them on. */
static bool ruled(const struct r_queue *q)
{
	return q->settings.join_states || q->settings.leave_states;
}

static void watch_pause(struct reference *r, struct r_agent *a)
{
	if (a->state != ACD_PAUSED)
		return;
	uint64_t limit = a->reason < ACD_REASONS ? r->settings.pause_limits[a->reason].after_ms : 0;
	a->deadline = limit ? a->since + limit * 1000 : NEVER;
	a->started = ++r->order;
}

static void enter(struct reference *r, struct r_agent *a, enum acd_state state)
{
	if (a->state == state)
		return;
	for (int q = 0; q < QUEUES; q++)
		r->queues[q].look |= r->queues[q].exists && a->member[q] >= 0 && ruled(&r->queues[q]);
	if (a->state == ACD_TALKING)
		a->talk += r->now - a->since;
	if (a->state >= ACD_RESERVED && a->state <= ACD_WRAP_UP)
		a->work += r->now - a->since;
	a->state = state;
	a->since = r->now;
	a->deadline = NEVER;
	if (state == ACD_READY && a->retry_until > r->now) {
		a->deadline = a->retry_until;
		a->started = ++r->order;
	}
	watch_pause(r, a);
	tell_agent(r, a);
}

/* ---- calls ---- */

static int find_call(const struct reference *r, acd_call id)
{
	for (int i = 0; id && i < r->top; i++)
		if (r->calls[i].phase != GONE && r->calls[i].id == id)
			return i;
	return -1;
}

/* Priority less a step for each so long a wait, then the weighted wait, then who came first. */
static bool first(const struct reference *r, const struct r_call *a, const struct r_call *b)
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

static unsigned in_queue(const struct reference *r, int queue)
{
	unsigned n = 0;
	for (int i = 0; i < r->top; i++)
		n += r->calls[i].phase != GONE && r->calls[i].phase != TALKING && r->calls[i].queue == queue;
	return n;
}

static void leave(struct reference *r, int call, enum acd_exit why)
{
	struct r_call *c = &r->calls[call];
	acd_queue index = queue_of(r, call);
	if (c->queue >= 0) {
		r->queues[c->queue].counts.diverted += !c->transferred;
		r->queues[c->queue].counts.transferred_diverted += c->transferred;
		r->queues[c->queue].counts.exits[why]++;
	}
	c->phase = GONE;
	out(r,
	    (struct acd_decision){
	        .type = ACD_D_EXIT, .call = c->id, .queue = index, .agent = ACD_NONE, .port = ACD_NONE, .exit = why});
}

static int next_waiting(const struct reference *r, int queue)
{
	int best = -1;
	for (int i = 0; i < r->top; i++)
		if (r->calls[i].phase == WAITING && r->calls[i].queue == queue &&
		    (best < 0 || first(r, &r->calls[i], &r->calls[best])))
			best = i;
	return best;
}

static unsigned stage_now(const struct reference *r, const struct r_call *c)
{
	const struct acd_queue_settings *q = &r->queues[c->queue].settings;
	unsigned stage = 0;
	for (unsigned i = 0; q->strategy == ACD_SKILLS && i < q->relax_count; i++)
		stage += c->arrived + q->relax[i].after_ms * 1000 <= r->now;
	return stage;
}

static void await_relax(struct reference *r, struct r_call *c)
{
	const struct acd_queue_settings *q = &r->queues[c->queue].settings;
	c->stage = stage_now(r, c);
	c->relax = NEVER;
	if (q->strategy == ACD_SKILLS && c->stage < q->relax_count)
		c->relax = c->arrived + q->relax[c->stage].after_ms * 1000;
	c->relax_started = ++r->order;
}

static void watch(struct reference *r, struct r_call *c)
{
	uint64_t limit = r->queues[c->queue].settings.wait_max_ms;
	c->overdue = false;
	c->deadline = limit ? c->arrived + limit * 1000 : NEVER;
	c->started = ++r->order;
	await_relax(r, c);
}

/* ---- agents leave and rest ---- */

static bool in_states(const struct reference *r, int queue, unsigned states)
{
	for (int i = 0; i < AGENTS; i++)
		if (r->agents[i].exists && !r->agents[i].removed && r->agents[i].member[queue] >= 0 &&
		    states & 1u << r->agents[i].state)
			return true;
	return false;
}

static bool may_join(const struct reference *r, int queue)
{
	unsigned states = r->queues[queue].settings.join_states;
	return !states || in_states(r, queue, states);
}

/* Waiting callers who have been kept for the grace although nobody is there, in order; and when the next is due. */
static void send_on(struct reference *r, int queue)
{
	struct r_queue *q = &r->queues[queue];
	uint64_t grace = q->settings.grace_ms * UINT64_C(1000), next = NEVER;
	bool all_gone = q->settings.leave_states && !in_states(r, queue, ~(unsigned)q->settings.leave_states);
	q->look = false;
	q->empty_since = !all_gone ? NEVER : q->empty_since == NEVER ? r->now : q->empty_since;
	for (int i = 0; i < r->top; i++)
		if (r->calls[i].phase == WAITING && r->calls[i].queue == queue && may_join(r, queue))
			r->calls[i].unadmitted = false;
	for (bool more = true; more;) {
		int call = -1;
		next = NEVER;
		for (int i = 0; i < r->top; i++) {
			const struct r_call *c = &r->calls[i];
			uint64_t due = NEVER;
			if (c->phase != WAITING || c->queue != queue)
				continue;
			if (all_gone)
				due = (q->empty_since > c->joined ? q->empty_since : c->joined) + grace;
			if (c->unadmitted && c->joined + grace < due)
				due = c->joined + grace;
			if (due <= r->now && (call < 0 || first(r, c, &r->calls[call])))
				call = i;
			if (due > r->now && due < next)
				next = due;
		}
		more = call >= 0;
		if (more)
			leave(r, call,
			      r->calls[call].unadmitted && r->calls[call].joined + grace <= r->now
			          ? ACD_EXIT_JOIN_EMPTY
			          : ACD_EXIT_LEAVE_EMPTY);
	}
	if (next != q->grace)
		q->grace_started = ++r->order;
	q->grace = next;
}

static void log_out(struct reference *r, struct r_agent *a)
{
	enter(r, a, ACD_LOGGED_OUT);
	a->paused = a->leaving = a->busy = a->unplugged = false;
	a->port = ACD_NONE;
	a->reason = 0;
	if (a->removed)
		a->exists = false;
}

static void settle(struct reference *r, struct r_agent *a)
{
	if (a->leaving)
		log_out(r, a);
	else
		enter(r, a, a->unplugged ? ACD_UNPLUGGED : a->paused ? ACD_PAUSED : ACD_READY);
}

static bool others_rung(const struct reference *r, int call)
{
	for (int i = 0; i < AGENTS; i++)
		if (r->agents[i].offer && r->agents[i].call == call)
			return true;
	return false;
}

static void note_miss(unsigned *misses, enum acd_offer_result how)
{
	misses[ACD_MISS_ANY]++;
	if (how == ACD_OFFER_NO_ANSWER)
		misses[ACD_MISS_NO_ANSWER]++;
	if (how == ACD_OFFER_BUSY)
		misses[ACD_MISS_BUSY]++;
}

static void forgive(struct r_agent *a)
{
	a->missed = 0;
	memset(a->misses, 0, sizeof(a->misses));
	memset(a->missed_here, 0, sizeof(a->missed_here));
}

static void autopause(struct reference *r, struct r_agent *a, int queue, enum acd_offer_result how)
{
	const struct acd_queue_settings *s = queue < 0 ? NULL : &r->queues[queue].settings;
	bool here = true;
	note_miss(a->misses, how);
	if (!s || a->member[queue] < 0)
		return;
	note_miss(a->missed_here[queue], how);
	unsigned n = s->autopause_here ? a->missed_here[queue][s->autopause_on] : a->misses[s->autopause_on];
	bool recent = a->talk_over && r->now < a->talk_over + s->autopause_delay_ms * UINT64_C(1000);
	if (!s->autopause_after || n < s->autopause_after || a->paused || a->leaving || recent)
		return;
	if (s->autopause_here) {
		a->paused_here[queue] = true;
		for (int q = 0; q < QUEUES; q++)
			here = here && (a->member[q] < 0 || a->paused_here[q]);
	}
	if (here) {
		a->paused = true;
		a->reason = ACD_REASON_MISSED;
	}
}

static void lose(struct reference *r, struct r_agent *a, enum acd_offer_result how, uint64_t pause_ms)
{
	int call = a->call;
	struct r_call *c = &r->calls[call];
	a->offer = 0;
	a->call = -1;
	a->missed++;
	autopause(r, a, c->queue, how);
	a->retry_until = r->now + pause_ms * 1000;
	a->deadline = NEVER;
	if (!others_rung(r, call)) {
		if (c->queue < 0 || c->overdue)
			leave(r, call, c->queue < 0 ? ACD_EXIT_NO_QUEUE : ACD_EXIT_MAX_WAIT);
		else
			c->phase = WAITING;
		c->more = NEVER;
		if (c->phase == WAITING) {
			c->stage = stage_now(r, c);
			r->queues[c->queue].look |= ruled(&r->queues[c->queue]);
		}
	}
	settle(r, a);
}

static uint64_t retry_ms(const struct reference *r, const struct r_agent *a)
{
	int queue = r->calls[a->call].queue;
	return queue < 0 ? 0 : r->queues[queue].settings.retry_ms;
}

static void drop(struct reference *r, struct r_agent *a, enum acd_offer_result how)
{
	tell_offer(r, a, ACD_D_OFFER_CANCEL, how);
	lose(r, a, how, retry_ms(r, a));
}

/* The latest offer first. */
static void cancel_all(struct reference *r, int call, enum acd_offer_result how, const struct r_agent *but)
{
	for (;;) {
		struct r_agent *latest = NULL;
		for (int i = 0; i < AGENTS; i++) {
			struct r_agent *a = &r->agents[i];
			if (a->offer && a->call == call && a != but && (!latest || a->offer > latest->offer))
				latest = a;
		}
		if (!latest)
			return;
		tell_offer(r, latest, ACD_D_OFFER_CANCEL, how);
		latest->offer = 0;
		latest->call = -1;
		latest->deadline = NEVER;
		settle(r, latest);
	}
}

/* A retry pause that is over ends with whatever happens to the agent. */
static void review(const struct reference *r, struct r_agent *a)
{
	if (a->state == ACD_READY && a->retry_until <= r->now)
		a->deadline = NEVER;
}

/* ---- matching: the first caller of all who has an agent gets the best one ---- */

/* Every need, as far as it is relaxed at this stage, is met. */
static bool able(const struct reference *r, const struct r_agent *a, int queue, unsigned stage)
{
	const struct acd_queue_settings *q = &r->queues[queue].settings;
	for (unsigned i = 0; q->strategy == ACD_SKILLS && i < q->need_count; i++) {
		unsigned wanted = q->needs[i].level;
		for (unsigned step = 0; step < stage; step++)
			if (q->relax[step].skill == q->needs[i].skill)
				wanted = q->relax[step].level;
		if (a->level[q->needs[i].skill] == 0 || a->level[q->needs[i].skill] > wanted)
			return false;
	}
	return true;
}

static uint64_t used(const struct r_agent *a, int queue)
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
	return q->share_strict && q->strategy == ACD_ALLOCATION && a->has_share[queue] && used(a, queue) > 65536;
}

static bool can_take(const struct reference *r, const struct r_agent *a, int queue)
{
	return a->exists && !a->removed && queue >= 0 && a->member[queue] >= 0 && a->state == ACD_READY && !a->busy &&
	       a->deadline == NEVER && !a->paused_here[queue] && !over_share(r, a, queue);
}

static uint64_t preference(const struct reference *r, const struct r_agent *a, int queue)
{
	switch (r->queues[queue].settings.strategy) {
	case ACD_LONGEST_IDLE:
		return a->idle;
	case ACD_ALLOCATION:
		return used(a, queue);
	case ACD_ROUND_ROBIN:
		return a->turn[queue];
	case ACD_FEWEST_CALLS:
		return a->count[queue];
	case ACD_LEAST_TALK:
		return a->talked[queue];
	case ACD_LEAST_OCCUPIED: {
		uint64_t as_of = r->now - r->now % 10000000;
		as_of = as_of > a->since ? as_of : a->since;
		return as_of == a->login ? 0 : a->work * 65536 / (as_of - a->login);
	}
	case ACD_CIRCULAR: {
		unsigned n = r->queues[queue].settings.member_count;
		return (unsigned)(a->member[queue] + (int)n - r->queues[queue].last - 1) % n;
	}
	case ACD_SKILLS: {
		uint64_t sum = 0;
		const struct acd_queue_settings *q = &r->queues[queue].settings;
		for (unsigned i = 0; i < q->need_count; i++)
			sum += (q->needs[i].weight ? q->needs[i].weight : 1u) * a->level[q->needs[i].skill];
		return sum;
	}
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

static struct r_agent *best_agent(struct reference *r, int queue, unsigned stage)
{
	struct r_agent *best = NULL;
	for (int i = 0; i < AGENTS; i++)
		if (can_take(r, &r->agents[i], queue) && able(r, &r->agents[i], queue, stage) &&
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
			if (!can_take(r, a, queue) || a->member[queue] != (int)place || a->missed != best->missed ||
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
	return best_agent(r, c->queue, c->stage);
}

static int best_call(struct reference *r, enum phase phase)
{
	int best = -1;
	for (int i = 0; i < r->top; i++) {
		struct r_call *c = &r->calls[i];
		if (c->phase != phase || c->queue < 0)
			continue;
		if (phase == RINGING && !c->gathers)
			continue;
		if ((best < 0 || first(r, c, &r->calls[best])) && best_agent(r, c->queue, c->stage))
			best = i;
	}
	return best;
}

static bool one_by_one(const struct acd_queue_settings *s)
{
	return s->strategy == ACD_RING_ALL && s->progressive_ms;
}

static void offer(struct reference *r, int call, struct r_agent *a)
{
	int queue = r->calls[call].queue;
	if (r->calls[call].phase == WAITING)
		r->calls[call].gathers = r->queues[queue].settings.strategy == ACD_RING_ALL;
	r->calls[call].phase = RINGING;
	r->calls[call].unadmitted = false;
	a->turn[queue] = ++r->order;
	r->queues[queue].last = a->member[queue];
	a->call = call;
	a->offer = ++r->offers;
	enter(r, a, ACD_RESERVED);
	set_timer(r, a, r->settings.offer_lease_ms);
	if (one_by_one(&r->queues[queue].settings)) {
		r->calls[call].gathers = false;
		r->calls[call].more = r->now + r->queues[queue].settings.progressive_ms * UINT64_C(1000);
		r->calls[call].more_started = ++r->order;
	}
	tell_offer(r, a, ACD_D_OFFER, ACD_OFFER_ANSWERED);
}

static void match(struct reference *r)
{
	for (unsigned i = 0; i < r->settings.queue_count; i++)
		if (r->queues[r->queue_at[i]].look)
			send_on(r, r->queue_at[i]);
	for (;;) {
		int call = best_call(r, WAITING);
		if (call < 0)
			call = best_call(r, RINGING);
		if (call < 0)
			return;
		int queue = r->calls[call].queue;
		do
			offer(r, call, chosen(r, &r->calls[call]));
		while (r->queues[queue].settings.strategy == ACD_RING_ALL && !one_by_one(&r->queues[queue].settings) &&
		       best_agent(r, queue, 0));
	}
}

/* ---- events ---- */

static void enqueue(struct reference *r, const struct acd_event *e)
{
	if (!e->call || find_call(r, e->call) >= 0) {
		odd(r, e);
		return;
	}
	int queue = e->queue < r->settings.queue_count ? r->queue_at[e->queue] : -1;
	enum acd_exit why = ACD_EXIT_NONE;
	if (queue < 0) {
		why = ACD_EXIT_NO_QUEUE;
	} else {
		r->queues[queue].counts.arrived += !e->transferred;
		r->queues[queue].counts.transferred_in += e->transferred;
		unsigned limit = r->queues[queue].settings.length_max;
		if (!r->queues[queue].settings.grace_ms && !may_join(r, queue))
			why = ACD_EXIT_JOIN_EMPTY;
		else if (in_queue(r, queue) >= (limit ? limit : CONFIG_QUEUE_LENGTH_MAX))
			why = ACD_EXIT_FULL;
		r->queues[queue].counts.exits[why] += why != ACD_EXIT_NONE;
		r->queues[queue].counts.refused += why && !e->transferred;
		r->queues[queue].counts.transferred_refused += why && e->transferred;
	}
	struct acd_decision d = {.type = why ? ACD_D_REFUSED : ACD_D_ACCEPTED,
	                         .call = e->call,
	                         .queue = e->queue,
	                         .agent = ACD_NONE,
	                         .port = ACD_NONE,
	                         .exit = why};
	if (!why) {
		int at = 0;
		while (r->calls[at].phase != GONE)
			at++;
		if (at >= r->top)
			r->top = at + 1;
		struct r_call *c = &r->calls[at];
		*c = (struct r_call){.id = e->call, .phase = WAITING, .queue = queue, .deadline = NEVER, .more = NEVER};
		c->transferred = e->transferred;
		c->head = e->head;
		c->joined = r->now;
		c->unadmitted = !may_join(r, queue);
		r->queues[queue].look |= ruled(&r->queues[queue]);
		c->priority = e->priority ? e->priority : r->queues[queue].settings.priority;
		c->arrived = e->arrived_us && e->arrived_us < r->now ? e->arrived_us : r->now;
		c->entry = ++r->order;
		watch(r, c);
		d.position = 1;
		for (int i = 0; i < r->top; i++)
			d.position +=
			    r->calls[i].phase == WAITING && r->calls[i].queue == queue && first(r, &r->calls[i], c);
	}
	out(r, d);
}

static void gone(struct reference *r, const struct acd_event *e)
{
	int call = find_call(r, e->call);
	if (call < 0 || r->calls[call].phase == TALKING) {
		odd(r, e);
		return;
	}
	struct r_call *c = &r->calls[call];
	if (c->queue >= 0 && c->transferred) {
		r->queues[c->queue].counts.transferred_abandoned++;
	} else if (c->queue >= 0) {
		struct r_queue *q = &r->queues[c->queue];
		uint64_t wait = r->now - c->arrived;
		bool brief = wait < q->settings.short_abandon_ms * UINT64_C(1000);
		q->counts.short_abandoned += brief;
		q->counts.abandoned += !brief;
		q->counts.abandoned_within += !brief && wait <= q->settings.service_level_ms * UINT64_C(1000);
	}
	cancel_all(r, call, ACD_OFFER_CANCELLED, NULL);
	c->phase = GONE;
}

static void withdraw(struct reference *r, const struct acd_event *e)
{
	int call = find_call(r, e->call);
	if (call < 0 || r->calls[call].phase == TALKING || r->calls[call].phase == WON) {
		odd(r, e);
		return;
	}
	cancel_all(r, call, ACD_OFFER_CANCELLED, NULL);
	leave(r, call, e->reason >= ACD_EXIT_KEY && e->reason < ACD_EXIT_COUNT ? e->reason : ACD_EXIT_WITHDRAWN);
}

static void priority(struct reference *r, const struct acd_event *e)
{
	int call = find_call(r, e->call);
	struct r_call *c = call < 0 ? NULL : &r->calls[call];
	if (!c || c->queue < 0 || (c->phase != WAITING && c->phase != RINGING)) {
		odd(r, e);
		return;
	}
	c->head = !e->priority;
	c->priority = e->priority ? e->priority : c->priority;
}

static void place(struct reference *r, const struct acd_event *e)
{
	int call = find_call(r, e->call);
	if (call < 0 || r->calls[call].phase == TALKING || r->calls[call].queue < 0) {
		odd(r, e);
		return;
	}
	struct acd_decision d = {.type = ACD_D_PLACE,
	                         .call = e->call,
	                         .queue = queue_of(r, call),
	                         .agent = ACD_NONE,
	                         .port = ACD_NONE,
	                         .position = r->calls[call].phase == WAITING};
	for (int i = 0; d.position && i < r->top; i++)
		d.position += r->calls[i].phase == WAITING && r->calls[i].queue == r->calls[call].queue &&
		              first(r, &r->calls[i], &r->calls[call]);
	out(r, d);
}

static void on_offer(struct reference *r, const struct acd_event *e)
{
	struct r_agent *a = NULL;
	for (int i = 0; i < AGENTS; i++)
		if (e->offer && r->agents[i].offer == e->offer)
			a = &r->agents[i];
	enum phase phase = a ? r->calls[a->call].phase : GONE;
	if (a && e->type == ACD_OFFER_RINGING && a->state == ACD_RESERVED && phase == RINGING) {
		enter(r, a, ACD_RINGING);
		set_timer(r, a, r->queues[r->calls[a->call].queue].settings.ring_time_ms);
	} else if (a && e->type == ACD_OFFER_ANSWER && phase == RINGING) {
		r->calls[a->call].phase = WON;
		r->calls[a->call].more = NEVER;
		cancel_all(r, a->call, ACD_OFFER_LOST_RACE, a);
		set_timer(r, a, r->settings.offer_lease_ms);
		tell_offer(r, a, ACD_D_WINNER, ACD_OFFER_ANSWERED);
	} else if (a && e->type == ACD_OFFER_FAILED &&
	           (e->result == ACD_OFFER_BUSY || e->result == ACD_OFFER_DECLINED ||
	            e->result == ACD_OFFER_NO_ANSWER)) {
		uint64_t pause = retry_ms(r, a);
		if (phase != WON && e->result != ACD_OFFER_DECLINED && pause < r->settings.offer_lease_ms)
			pause = r->settings.offer_lease_ms;
		lose(r, a, e->result, pause);
	} else {
		odd(r, e);
	}
}

static struct r_agent *talker(struct reference *r, int call)
{
	for (int i = 0; call >= 0 && i < AGENTS; i++)
		if (r->agents[i].exists && r->agents[i].call == call)
			return &r->agents[i];
	return NULL;
}

static void talk_started(struct reference *r, struct r_call *c, struct r_agent *a)
{
	c->phase = TALKING;
	c->deadline = NEVER;
	a->offer = 0;
	forgive(a);
	a->calls++;
	if (c->queue >= 0) {
		struct r_queue *q = &r->queues[c->queue];
		a->count[c->queue]++;
		q->counts.transferred_answered += c->transferred;
		q->counts.answered += !c->transferred;
		q->counts.wait_answered_us += c->transferred ? 0 : r->now - c->arrived;
		q->counts.answered_within +=
		    !c->transferred && r->now - c->arrived <= q->settings.service_level_ms * UINT64_C(1000);
	}
	enter(r, a, ACD_TALKING);
}

static void talked(struct reference *r, const struct r_call *c, struct r_agent *a)
{
	if (a->state == ACD_TALKING && c->queue >= 0)
		a->talked[c->queue] += r->now - a->since;
}

static void talk_ended(struct reference *r, struct r_call *c, struct r_agent *a, bool given_back)
{
	uint64_t wrap_up = c->queue < 0 ? 0 : r->queues[c->queue].settings.wrap_up_ms;
	if (a->own_wrap_up && !a->removed)
		wrap_up = a->own_wrap_up_ms;
	a->talk_over = r->now;
	a->idle = ++r->order;
	talked(r, c, a);
	if (given_back)
		a->retry_until = r->now + 5000000;
	if (a->leaving || !wrap_up) {
		c->phase = GONE;
		a->call = -1;
		settle(r, a);
		return;
	}
	enter(r, a, ACD_WRAP_UP);
	c->phase = GONE;
	a->call = -1;
	a->wrap_up = wrap_up;
	set_timer(r, a, wrap_up);
}

static void on_talk(struct reference *r, const struct acd_event *e)
{
	int call = find_call(r, e->call);
	enum phase phase = call < 0 ? GONE : r->calls[call].phase;
	struct r_agent *a = phase == WON || phase == TALKING ? talker(r, call) : NULL;
	if (phase == WON && e->type == ACD_TALK_STARTED)
		talk_started(r, &r->calls[call], a);
	else if (phase == TALKING && e->type == ACD_TALK_HOLD && a->state == ACD_TALKING) {
		talked(r, &r->calls[call], a);
		enter(r, a, ACD_HOLD);
	} else if (phase == TALKING && e->type == ACD_TALK_RESUMED && a->state == ACD_HOLD)
		enter(r, a, ACD_TALKING);
	else if (phase == TALKING && e->type == ACD_TALK_ENDED)
		talk_ended(r, &r->calls[call], a, e->reason == 1);
	else if (phase == WON && e->type == ACD_TALK_ENDED)
		lose(r, a, ACD_OFFER_DECLINED, retry_ms(r, a));
	else
		odd(r, e);
}

static void refuse(struct reference *r, const struct acd_event *e, enum acd_state state, enum acd_refusal why)
{
	out(r, (struct acd_decision){.type = ACD_D_AGENT_REFUSED,
	                             .queue = ACD_NONE,
	                             .agent = e->agent,
	                             .port = e->port,
	                             .state = state,
	                             .refusal = why});
}

static void login(struct reference *r, struct r_agent *a, const struct acd_event *e)
{
	for (int i = 0; i < AGENTS; i++) {
		const struct r_agent *b = &r->agents[i];
		if (b->exists && b->state != ACD_LOGGED_OUT && b->port == e->port && e->port != ACD_NONE) {
			refuse(r, e, ACD_LOGGED_OUT, ACD_REFUSAL_PORT_IN_USE);
			return;
		}
	}
	a->port = e->port;
	a->idle = ++r->order;
	a->login = r->now;
	a->work = 0;
	a->talk_over = 0;
	forgive(a);
	memset(a->paused_here, 0, sizeof(a->paused_here));
	a->retry_until = 0;
	for (int q = 0; q < QUEUES; q++) {
		if (a->member[q] < 0)
			continue;
		uint64_t fewest = NEVER, least = NEVER;
		for (int i = 0; i < AGENTS; i++)
			if (r->agents[i].exists && !r->agents[i].removed && r->agents[i].member[q] >= 0 &&
			    r->agents[i].state != ACD_LOGGED_OUT) {
				fewest = r->agents[i].count[q] < fewest ? r->agents[i].count[q] : fewest;
				least = r->agents[i].talked[q] < least ? r->agents[i].talked[q] : least;
			}
		a->count[q] = fewest == NEVER ? 0 : fewest;
		a->talked[q] = least == NEVER ? 0 : least;
	}
	settle(r, a);
}

static void wish(struct reference *r, struct r_agent *a, const struct acd_event *e)
{
	enum acd_state before = a->state;
	bool ringing = rung(r, a);
	bool engaged = a->offer || before == ACD_TALKING || before == ACD_HOLD;
	bool free = before == ACD_READY && !a->busy && a->deadline == NEVER;
	if (e->type == ACD_AGENT_LOGOUT) {
		a->leaving = true;
	} else {
		a->paused = e->type == ACD_AGENT_PAUSE;
		a->reason = a->paused ? e->reason : 0;
	}
	if (ringing && e->type != ACD_AGENT_READY) {
		drop(r, a, ACD_OFFER_DECLINED);
		return;
	}
	if (engaged || (e->type == ACD_AGENT_PAUSE && (before == ACD_WRAP_UP || before == ACD_UNPLUGGED))) {
		tell_agent(r, a);
		return;
	}
	if (e->type == ACD_AGENT_READY) {
		uint64_t missed = free ? a->missed : 0;
		forgive(a);
		a->missed = missed;
		memset(a->paused_here, 0, sizeof(a->paused_here));
		a->retry_until = 0;
	}
	settle(r, a);
	if (a->state != before)
		return;
	if (before == ACD_PAUSED) {
		a->since = r->now;
		watch_pause(r, a);
	}
	review(r, a);
	tell_agent(r, a);
}

static void phone(struct reference *r, struct r_agent *a, const struct acd_event *e)
{
	if (e->type == ACD_AGENT_PHONE_FREE)
		a->busy = a->unplugged = false;
	else if (e->type == ACD_AGENT_PHONE_BUSY)
		a->busy = true;
	else
		a->unplugged = true;
	if (rung(r, a) && e->type != ACD_AGENT_PHONE_FREE)
		drop(r, a, ACD_OFFER_BUSY);
	else if (a->state == ACD_PAUSED || a->state == ACD_READY || a->state == ACD_UNPLUGGED)
		settle(r, a);
	review(r, a);
}

static void on_agent(struct reference *r, const struct acd_event *e)
{
	bool asked = e->type <= ACD_AGENT_READY;
	if (e->agent >= r->settings.agent_count) {
		if (asked)
			refuse(r, e, ACD_LOGGED_OUT, ACD_REFUSAL_UNKNOWN_AGENT);
		else
			odd(r, e);
		return;
	}
	struct r_agent *a = &r->agents[r->agent_at[e->agent]];
	bool out_now = a->state == ACD_LOGGED_OUT;
	if (e->type == ACD_AGENT_LOGIN && !out_now)
		refuse(r, e, a->state, ACD_REFUSAL_ALREADY_LOGGED_IN);
	else if (e->type == ACD_AGENT_LOGIN)
		login(r, a, e);
	else if (asked && out_now)
		refuse(r, e, ACD_LOGGED_OUT, ACD_REFUSAL_NOT_LOGGED_IN);
	else if (asked)
		wish(r, a, e);
	else if (e->type == ACD_AGENT_WRAP_UP_END && a->state == ACD_WRAP_UP)
		settle(r, a);
	else if (e->type == ACD_AGENT_WRAP_UP_MORE && a->state == ACD_WRAP_UP) {
		set_timer(r, a, a->wrap_up);
		tell_agent(r, a);
	} else if (e->type == ACD_AGENT_WRAP_UP_END || e->type == ACD_AGENT_WRAP_UP_MORE)
		odd(r, e);
	else
		phone(r, a, e);
}

/* ---- settings ---- */

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

static void remove_agent(struct reference *r, struct r_agent *a)
{
	bool idle = a->call < 0 && a->state != ACD_LOGGED_OUT;
	a->leaving = true;
	if (rung(r, a))
		drop(r, a, ACD_OFFER_CANCELLED);
	else if (idle)
		settle(r, a);
	a->removed = true;
	if (a->state == ACD_LOGGED_OUT)
		a->exists = false;
	for (int q = 0; q < QUEUES; q++)
		a->member[q] = -1;
}

static void remove_queue(struct reference *r, int queue)
{
	for (int call; (call = next_waiting(r, queue)) >= 0;)
		leave(r, call, ACD_EXIT_NO_QUEUE);
	for (unsigned i = 0; i < r->settings.agent_count; i++) {
		struct r_agent *a = &r->agents[r->agent_at[i]];
		int call = a->call;
		if (!a->exists || !rung(r, a) || r->calls[call].queue != queue)
			continue;
		cancel_all(r, call, ACD_OFFER_CANCELLED, NULL);
		leave(r, call, ACD_EXIT_NO_QUEUE);
	}
	for (int i = 0; i < r->top; i++)
		if (r->calls[i].queue == queue)
			r->calls[i].queue = -1;
	for (int i = 0; i < AGENTS; i++)
		r->agents[i].member[queue] = -1;
	r->queues[queue].exists = false;
}

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
	*a = (struct r_agent){.exists = true, .number = number, .call = -1, .port = ACD_NONE, .deadline = NEVER};
	for (int q = 0; q < QUEUES; q++)
		a->member[q] = -1;
	return free;
}

static void place_agents(struct reference *r, const struct acd_settings *s)
{
	for (unsigned i = 0; i < s->agent_count; i++) {
		r->agent_at[i] = agent_numbered(r, s->agents[i].number);
		r->agents[r->agent_at[i]].index = (acd_agent)i;
		r->agents[r->agent_at[i]].own_wrap_up = s->agents[i].own_wrap_up;
		r->agents[r->agent_at[i]].own_wrap_up_ms = s->agents[i].wrap_up_ms;
		memcpy(r->agents[r->agent_at[i]].level, s->agents[i].level, sizeof(s->agents[i].level));
	}
}

static void place_queues(struct reference *r, const struct acd_settings *s)
{
	for (unsigned i = 0; i < s->queue_count; i++) {
		int queue = known_queue(r, s->queues[i].name);
		if (queue < 0) {
			queue = 0;
			while (r->queues[queue].exists)
				queue++;
			r->queues[queue] =
			    (struct r_queue){.exists = true, .last = -1, .empty_since = NEVER, .grace = NEVER};
		}
		r->queues[queue].index = (acd_queue)i;
		r->queues[queue].settings = s->queues[i];
		r->queue_at[i] = queue;
		r->queues[queue].look = true;
	}
}

/* Who is new in a queue has as many calls and as much talk as the least of those logged in who were there and stay. */
static void start_level(struct reference *r, int q, const int *now)
{
	uint64_t fewest = NEVER, least = NEVER;
	for (int i = 0; i < AGENTS; i++) {
		const struct r_agent *a = &r->agents[i];
		if (a->member[q] < 0 || now[i] < 0 || a->state == ACD_LOGGED_OUT)
			continue;
		fewest = a->count[q] < fewest ? a->count[q] : fewest;
		least = a->talked[q] < least ? a->talked[q] : least;
	}
	for (int i = 0; i < AGENTS; i++) {
		struct r_agent *a = &r->agents[i];
		if (a->member[q] >= 0)
			continue;
		bool level = now[i] >= 0 && a->state != ACD_LOGGED_OUT && fewest != NEVER;
		a->turn[q] = 0;
		a->count[q] = level ? fewest : 0;
		a->talked[q] = level ? least : 0;
	}
}

static void place_members(struct reference *r, const struct acd_settings *s)
{
	for (int q = 0; q < QUEUES; q++) {
		int now[AGENTS];
		for (int i = 0; i < AGENTS; i++)
			now[i] = -1;
		for (unsigned j = 0; r->queues[q].exists && j < r->queues[q].settings.member_count; j++) {
			const struct acd_member *m = &s->members[r->queues[q].settings.member_first + j];
			now[r->agent_at[m->agent]] = (int)j;
			r->agents[r->agent_at[m->agent]].penalty[q] = m->penalty;
			r->agents[r->agent_at[m->agent]].share[q] = m->share ? m->share : 1;
			r->agents[r->agent_at[m->agent]].has_share[q] = m->share != 0;
			r->agents[r->agent_at[m->agent]].weight[q] = m->weight ? m->weight : 1;
		}
		int last = -1;
		start_level(r, q, now);
		for (int i = 0; i < AGENTS; i++) {
			struct r_agent *a = &r->agents[i];
			if (a->member[q] >= 0 && a->member[q] == r->queues[q].last)
				last = now[i];
			const struct acd_queue_settings *queue = &r->queues[q].settings;
			if (a->member[q] < 0 || now[i] < 0)
				memset(a->missed_here[q], 0, sizeof(a->missed_here[q]));
			a->paused_here[q] = a->paused_here[q] && a->member[q] >= 0 && now[i] >= 0 &&
			                    queue->autopause_here && queue->autopause_after;
			a->member[q] = now[i];
		}
		r->queues[q].last = last;
	}
}

/* In the order in which they are served. */
static void watch_queue(struct reference *r, int queue)
{
	for (const struct r_call *before = NULL;;) {
		struct r_call *next = NULL;
		for (int i = 0; i < r->top; i++) {
			struct r_call *c = &r->calls[i];
			if (c->phase == WAITING && c->queue == queue && (!before || first(r, before, c)) &&
			    (!next || first(r, c, next)))
				next = c;
		}
		if (!next)
			return;
		watch(r, next);
		before = next;
	}
}

static void stop_gathering(struct r_call *c)
{
	if (c->gathers)
		c->more = NEVER;
	c->gathers = false;
}

static void strategy_changed(struct reference *r)
{
	for (int i = 0; i < r->top; i++)
		if (r->calls[i].phase != GONE && r->calls[i].queue >= 0 &&
		    r->queues[r->calls[i].queue].settings.strategy != ACD_RING_ALL)
			stop_gathering(&r->calls[i]);
}

static void settings(struct reference *r, const struct acd_event *e)
{
	const struct acd_settings *s = e->settings;
	for (unsigned i = 0; i < s->queue_count; i++)
		if (!acd_strategy_available(s->queues[i].strategy)) {
			odd(r, e);
			return;
		}
	r->applying = true;
	for (unsigned i = 0; i < r->settings.agent_count; i++)
		if (!listed_agent(s, r->agents[r->agent_at[i]].number))
			remove_agent(r, &r->agents[r->agent_at[i]]);
	for (unsigned i = 0; i < r->settings.queue_count; i++)
		if (!listed_queue(s, r->queues[r->queue_at[i]].settings.name))
			remove_queue(r, r->queue_at[i]);
	place_agents(r, s);
	place_queues(r, s);
	place_members(r, s);
	if (s->seed != r->settings.seed)
		r->random = seeded(s->seed);
	r->settings = *s;
	r->applying = false;
	strategy_changed(r);
	for (unsigned i = 0; i < s->queue_count; i++)
		watch_queue(r, r->queue_at[i]);
	for (unsigned i = 0; i < s->agent_count; i++) {
		struct r_agent *a = &r->agents[r->agent_at[i]];
		if (a->offer && r->calls[a->call].queue >= 0)
			watch(r, &r->calls[a->call]);
	}
	for (unsigned i = 0; i < s->agent_count; i++) {
		review(r, &r->agents[r->agent_at[i]]);
		watch_pause(r, &r->agents[r->agent_at[i]]);
	}
}

/* ---- time ---- */

/* The call whose turn is next, and which of its deadlines. */
static int due_call(const struct reference *r, uint64_t *at, uint64_t *started)
{
	int best = -1;
	*at = *started = NEVER;
	for (int i = 0; i < r->top; i++) {
		const struct r_call *c = &r->calls[i];
		const uint64_t when[3] = {c->overdue ? NEVER : c->deadline, c->relax, c->more};
		const uint64_t since[3] = {c->started, c->relax_started, c->more_started};
		for (int n = 0; n < 3 && c->phase != GONE && c->phase != TALKING; n++)
			if (when[n] < *at || (when[n] == *at && when[n] != NEVER && since[n] < *started)) {
				best = i;
				*at = when[n];
				*started = since[n];
			}
	}
	return best;
}

static int due_agent(const struct reference *r)
{
	int best = -1;
	for (int i = 0; i < AGENTS; i++) {
		const struct r_agent *a = &r->agents[i], *b = best < 0 ? NULL : &r->agents[best];
		if (!a->exists || a->deadline == NEVER)
			continue;
		if (!b || a->deadline < b->deadline || (a->deadline == b->deadline && a->started < b->started))
			best = i;
	}
	return best;
}

static int due_queue(const struct reference *r)
{
	int best = -1;
	for (int i = 0; i < QUEUES; i++) {
		const struct r_queue *q = &r->queues[i], *b = best < 0 ? NULL : &r->queues[best];
		if (!q->exists || q->grace == NEVER)
			continue;
		if (!b || q->grace < b->grace || (q->grace == b->grace && q->grace_started < b->grace_started))
			best = i;
	}
	return best;
}

uint64_t reference_next_deadline_us(const struct reference *r)
{
	uint64_t c, started;
	due_call(r, &c, &started);
	int agent = due_agent(r);
	uint64_t a = agent < 0 ? NEVER : r->agents[agent].deadline;
	int queue = due_queue(r);
	uint64_t q = queue < 0 ? NEVER : r->queues[queue].grace;
	c = c < q ? c : q;
	return c < a ? c : a;
}

static void agent_due(struct reference *r, struct r_agent *a)
{
	a->deadline = NEVER;
	r->leases += a->offer && (r->calls[a->call].phase == WON || a->state == ACD_RESERVED);
	if (a->offer)
		drop(r, a, r->calls[a->call].phase == WON ? ACD_OFFER_DECLINED : ACD_OFFER_NO_ANSWER);
	else if (a->state == ACD_WRAP_UP)
		settle(r, a);
	else if (a->state == ACD_PAUSED) {
		a->leaving = r->settings.pause_limits[a->reason].log_out;
		a->paused = false;
		a->reason = 0;
		settle(r, a);
	}
}

static void call_due(struct reference *r, int call, uint64_t started)
{
	struct r_call *c = &r->calls[call];
	if (started == c->relax_started) {
		c->relax = NEVER;
		if (c->queue >= 0)
			await_relax(r, c);
		return;
	}
	if (started == c->more_started) {
		c->more = NEVER;
		c->gathers =
		    c->phase == RINGING && c->queue >= 0 && r->queues[c->queue].settings.strategy == ACD_RING_ALL;
		return;
	}
	r->calls[call].deadline = NEVER;
	if (r->calls[call].phase == WAITING)
		leave(r, call, ACD_EXIT_MAX_WAIT);
	else
		r->calls[call].overdue = true;
}

static void work_off(struct reference *r, uint64_t limit)
{
	for (uint64_t due; (due = reference_next_deadline_us(r)) < limit;) {
		uint64_t at, started;
		int call = due_call(r, &at, &started), agent = due_agent(r), queue = due_queue(r);
		uint64_t call_turn = call >= 0 && at == due ? started : NEVER;
		uint64_t agent_turn = agent >= 0 && r->agents[agent].deadline == due ? r->agents[agent].started : NEVER;
		uint64_t queue_turn =
		    queue >= 0 && r->queues[queue].grace == due ? r->queues[queue].grace_started : NEVER;
		if (r->now < due)
			r->now = due;
		if (call_turn < agent_turn && call_turn < queue_turn) {
			call_due(r, call, started);
		} else if (agent_turn < queue_turn) {
			agent_due(r, &r->agents[agent]);
		} else {
			r->queues[queue].grace = NEVER;
			r->queues[queue].look = true;
		}
		match(r);
	}
}

void reference_decide(struct reference *r, const struct acd_event *e, acd_emit *emit, void *user)
{
	uint64_t at = e->at_us > r->now ? e->at_us : r->now;
	r->emit = emit;
	r->user = user;
	r->cause = e->sequence;
	work_off(r, at + (e->type == ACD_TIME));
	if (at > r->now)
		r->now = at;
	if (e->type == ACD_SETTINGS)
		settings(r, e);
	else if (e->type >= ACD_AGENT_LOGIN && e->type <= ACD_AGENT_UNPLUGGED)
		on_agent(r, e);
	else if (e->type == ACD_ENQUEUE)
		enqueue(r, e);
	else if (e->type == ACD_GONE)
		gone(r, e);
	else if (e->type == ACD_WITHDRAW)
		withdraw(r, e);
	else if (e->type == ACD_PRIORITY)
		priority(r, e);
	else if (e->type == ACD_PLACE)
		place(r, e);
	else if (e->type >= ACD_OFFER_RINGING && e->type <= ACD_OFFER_FAILED)
		on_offer(r, e);
	else if (e->type >= ACD_TALK_STARTED && e->type <= ACD_TALK_ENDED)
		on_talk(r, e);
	match(r);
}

/* ---- what it shows ---- */

static void look_queue(const struct reference *r, int queue, struct acd_queue_view *v)
{
	const struct r_queue *q = &r->queues[queue];
	*v = q->counts;
	memcpy(v->name, q->settings.name, sizeof(v->name));
	v->offered = v->arrived - v->refused - v->short_abandoned;
	v->oldest_arrived_us = UINT64_MAX;
	for (int i = 0; i < r->top; i++) {
		const struct r_call *c = &r->calls[i];
		if (c->phase == GONE || c->phase == TALKING || c->queue != queue)
			continue;
		v->waiting += c->phase == WAITING;
		v->ringing += c->phase != WAITING;
		if (c->phase == WAITING && c->arrived < v->oldest_arrived_us)
			v->oldest_arrived_us = c->arrived;
	}
	for (int i = 0; i < AGENTS; i++) {
		const struct r_agent *a = &r->agents[i];
		bool here = a->exists && !a->removed && a->member[queue] >= 0;
		v->agents_staffed += here && a->state != ACD_LOGGED_OUT;
		v->agents_ready += here && a->state == ACD_READY && !a->busy;
	}
}

void reference_look(const struct reference *r, struct acd_view *view)
{
	view->agent_count = r->settings.agent_count;
	view->queue_count = r->settings.queue_count;
	view->unexpected = r->unexpected;
	view->leases_expired = r->leases;
	for (unsigned i = 0; i < view->agent_count; i++) {
		const struct r_agent *a = &r->agents[r->agent_at[i]];
		view->agents[i] = (struct acd_agent_view){.number = a->number,
		                                          .state = a->state,
		                                          .wish_paused = a->paused,
		                                          .phone_busy = a->busy,
		                                          .reason = (uint8_t)a->reason,
		                                          .port = a->port,
		                                          .since_us = a->since,
		                                          .call = a->call < 0 ? 0 : r->calls[a->call].id,
		                                          .calls = a->calls,
		                                          .talk_us = a->talk,
		                                          .login_us = a->login,
		                                          .work_us = a->work};
		for (int q = 0; q < QUEUES; q++)
			view->agents[i].queues_paused += a->member[q] >= 0 && a->paused_here[q];
	}
	for (unsigned i = 0; i < view->queue_count; i++)
		look_queue(r, r->queue_at[i], &view->queues[i]);
}
