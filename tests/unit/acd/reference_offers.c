/* The plain scheduler: offers that are taken, missed, lost or cancelled, and the talk that comes of them. */
#include <string.h>

#include "reference_parts.h"

static uint32_t ring_ms(const struct reference *r, const struct r_agent *a)
{
	if (a->settings.ring_time_ms && !a->removed)
		return a->settings.ring_time_ms;
	return r->queues[r->calls[a->call].queue].settings.ring_time_ms;
}

void ref_tell_offer(struct reference *r, struct r_agent *a, enum acd_decision_type type, enum acd_offer_result how)
{
	ref_out(r, (struct acd_decision){.type = type,
	                                 .call = r->calls[a->call].id,
	                                 .queue = ref_queue_of(r, a->call),
	                                 .agent = a->removed ? ACD_NONE : a->index,
	                                 .offer = a->offer,
	                                 .port = a->port,
	                                 .result = how,
	                                 .kept_us = r->calls[a->call].kept,
	                                 .ring_ms = type == ACD_D_OFFER ? ring_ms(r, a) : 0});
}

void ref_set_timer(struct reference *r, struct r_agent *a, uint64_t ms)
{
	ref_set(r, &a->alarm, r->now + (ms ? ms : 1) * 1000);
}

/* ---- offers that come to nothing ---- */

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

void ref_forgive(struct r_agent *a)
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

/* Nobody rings any more: back to where it waited, or out. */
static void goes_back(struct reference *r, int call)
{
	struct r_call *c = &r->calls[call];
	c->more.at = NEVER;
	if (c->queue < 0 || c->overdue) {
		ref_leave(r, call, c->queue < 0 ? ACD_EXIT_NO_QUEUE : ACD_EXIT_MAX_WAIT);
		return;
	}
	if (c->direct) {
		c->bound = c->direct_for;
		c->bound_since = r->now;
	}
	ref_join(r, call);
}

static void lose(struct reference *r, struct r_agent *a, enum acd_offer_result how, uint64_t pause_ms, bool counts)
{
	int call = a->call;
	a->offer = 0;
	a->call = -1;
	a->missed++;
	if (counts)
		autopause(r, a, r->calls[call].queue, how);
	a->retry_until = r->now + pause_ms * 1000;
	a->alarm.at = NEVER;
	if (r->calls[call].direct && how == ACD_OFFER_NO_ANSWER)
		r->calls[call].overdue = true; /* there is nobody else */
	if (!others_rung(r, call))
		goes_back(r, call);
	ref_let_go(r, (int)(a - r->agents));
	ref_settle(r, a);
}

static uint64_t retry_ms(const struct reference *r, const struct r_agent *a)
{
	int queue = r->calls[a->call].queue;
	uint64_t own = a->removed ? 0 : a->settings.retry_ms,
	         queues = queue < 0 ? 0 : r->queues[queue].settings.retry_ms;
	return own > queues ? own : queues;
}

void ref_drop(struct reference *r, struct r_agent *a, enum acd_offer_result how)
{
	ref_tell_offer(r, a, ACD_D_OFFER_CANCEL, how);
	lose(r, a, how, retry_ms(r, a), !a->unplugged);
}

/* The latest offer first. */
void ref_cancel_all(struct reference *r, int call, enum acd_offer_result how, const struct r_agent *but)
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
		ref_tell_offer(r, latest, ACD_D_OFFER_CANCEL, how);
		latest->offer = 0;
		latest->call = -1;
		latest->alarm.at = NEVER;
		ref_settle(r, latest);
	}
}

/* ---- what the telephones say ---- */

static void lifted(struct reference *r, struct r_agent *a)
{
	r->calls[a->call].phase = WON;
	r->calls[a->call].gathers = false;
	r->calls[a->call].more.at = NEVER;
	ref_cancel_all(r, a->call, ACD_OFFER_LOST_RACE, a);
	ref_set_timer(r, a, r->settings.offer_lease_ms);
	ref_tell_offer(r, a, ACD_D_WINNER, ACD_OFFER_ANSWERED);
}

/* A telephone that could not be rung is left alone for the lease at least. */
static void failed(struct reference *r, struct r_agent *a, enum acd_offer_result how, unsigned reason)
{
	uint64_t pause = retry_ms(r, a);
	if (r->calls[a->call].phase != WON && how != ACD_OFFER_DECLINED && pause < r->settings.offer_lease_ms)
		pause = r->settings.offer_lease_ms;
	if (reason & ACD_FAILED_LIFTED)
		a->busy = true;
	lose(r, a, how, pause, !(reason & ACD_FAILED_UNCOUNTED));
}

void ref_on_offer(struct reference *r, const struct acd_event *e)
{
	struct r_agent *a = NULL;
	for (int i = 0; i < AGENTS; i++)
		if (e->offer && r->agents[i].offer == e->offer)
			a = &r->agents[i];
	bool ringing = a && r->calls[a->call].phase == RINGING;
	bool sensible =
	    e->result == ACD_OFFER_BUSY || e->result == ACD_OFFER_DECLINED || e->result == ACD_OFFER_NO_ANSWER;
	if (ringing && e->type == ACD_OFFER_RINGING && a->state == ACD_RESERVED) {
		ref_enter(r, a, ACD_RINGING);
		ref_set_timer(r, a, ring_ms(r, a));
	} else if (ringing && e->type == ACD_OFFER_ANSWER) {
		lifted(r, a);
	} else if (a && e->type == ACD_OFFER_FAILED && sensible) {
		failed(r, a, e->result, e->reason);
	} else {
		ref_odd(r, e);
	}
}

/* ---- talk ---- */

static struct r_agent *talker(struct reference *r, int call)
{
	for (int i = 0; call >= 0 && i < AGENTS; i++)
		if (r->agents[i].exists && r->agents[i].call == call)
			return &r->agents[i];
	return NULL;
}

static void answered(struct reference *r, struct r_call *c, struct r_queue *q)
{
	uint64_t wait = r->now - c->arrived, waited_ms = (r->now - c->joined) / 1000;
	bool within = wait <= q->settings.service_level_ms * UINT64_C(1000);
	q->counts.transferred_answered += c->transferred;
	q->counts.answered += !c->transferred;
	q->counts.wait_answered_us += c->transferred ? 0 : wait;
	q->counts.answered_within += !c->transferred && within;
	if (c->told)
		ref_outcome(q, waited_ms >= c->low && waited_ms <= c->high);
	ref_served(q, within);
	c->in_time = within;
}

static void talk_started(struct reference *r, struct r_call *c, struct r_agent *a)
{
	c->phase = TALKING;
	c->talk = r->now;
	c->talk_day = r->day;
	a->offer = 0;
	ref_forgive(a);
	a->calls += !c->direct;
	a->direct_calls += c->direct;
	a->login_calls++;
	if (c->queue >= 0) {
		a->count[c->queue] += a->member[c->queue] >= 0;
		answered(r, c, &r->queues[c->queue]);
	}
	ref_enter(r, a, ACD_TALKING);
}

static void talked(const struct reference *r, const struct r_call *c, struct r_agent *a)
{
	if (a->state == ACD_TALKING && c->queue >= 0 && a->member[c->queue] >= 0)
		a->talked[c->queue] += r->now - a->since;
}

#define GIVEN_BACK_REST_US 5000000

static void talk_ended(struct reference *r, struct r_call *c, struct r_agent *a, unsigned end)
{
	uint64_t wrap_up = c->queue < 0 ? 0 : r->queues[c->queue].settings.wrap_up_ms;
	if (!a->removed && a->settings.own_wrap_up)
		wrap_up = a->settings.wrap_up_ms;
	a->talk_over = r->now;
	a->idle = ++r->order;
	talked(r, c, a);
	if (c->queue >= 0)
		ref_handled(r, c, &r->queues[c->queue]);
	if (end == ACD_TALK_GIVEN_BACK)
		a->retry_until = r->now + GIVEN_BACK_REST_US;
	wrap_up = a->leaving ? 0 : wrap_up;
	if (end == ACD_TALK_OWES && !a->removed)
		a->owes = true;
	bool wraps_up = wrap_up > 0;
	a->wrap_up = wrap_up;
	if (wraps_up) {
		ref_enter(r, a, ACD_WRAP_UP);
		ref_set_timer(r, a, wrap_up);
	}
	c->phase = GONE;
	a->call = -1;
	if (!wraps_up)
		ref_settle(r, a);
}

/* As if it had never been answered, but for the time that it took. */
static void talk_dropped(struct reference *r, int call, struct r_agent *a)
{
	struct r_call *c = &r->calls[call];
	if (a->calls && !c->direct)
		a->calls--;
	if (a->direct_calls && c->direct)
		a->direct_calls--;
	if (a->login_calls)
		a->login_calls--;
	if (c->queue >= 0 && a->member[c->queue] >= 0 && a->count[c->queue])
		a->count[c->queue]--;
	a->call = -1;
	a->missed++;
	autopause(r, a, c->queue, ACD_OFFER_DECLINED);
	a->retry_until = r->now + GIVEN_BACK_REST_US;
	if (c->queue < 0)
		ref_leave(r, call, ACD_EXIT_NO_QUEUE);
	else
		ref_accept_again(r, call);
	ref_let_go(r, (int)(a - r->agents));
	ref_settle(r, a);
}

void ref_on_talk(struct reference *r, const struct acd_event *e)
{
	int call = ref_find_call(r, e->call);
	enum phase phase = call < 0 ? GONE : r->calls[call].phase;
	struct r_agent *a = phase == WON || phase == TALKING ? talker(r, call) : NULL;
	if (phase == WON && e->type == ACD_TALK_STARTED)
		talk_started(r, &r->calls[call], a);
	else if (phase == TALKING && e->type == ACD_TALK_HOLD && a->state == ACD_TALKING) {
		talked(r, &r->calls[call], a);
		ref_enter(r, a, ACD_HOLD);
	} else if (phase == TALKING && e->type == ACD_TALK_RESUMED && a->state == ACD_HOLD)
		ref_enter(r, a, ACD_TALKING);
	else if (phase == TALKING && e->type == ACD_TALK_ENDED && e->reason == ACD_TALK_DROPPED)
		talk_dropped(r, call, a);
	else if (phase == TALKING && e->type == ACD_TALK_ENDED)
		talk_ended(r, &r->calls[call], a, e->reason);
	else if (phase == WON && e->type == ACD_TALK_ENDED)
		lose(r, a, ACD_OFFER_DECLINED, retry_ms(r, a), true);
	else
		ref_odd(r, e);
}
