/* The plain scheduler: what agents do and wish, and what their telephones allow. */
#include <string.h>

#include "reference_parts.h"

static int number_of(const struct reference *r, const struct r_agent *a)
{
	return (int)(a - r->agents);
}

bool ref_rung(const struct reference *r, const struct r_agent *a)
{
	return a->offer && a->call >= 0 && r->calls[a->call].phase == RINGING;
}

static acd_agent index_of(const struct r_agent *a)
{
	return a->removed ? ACD_NONE : a->index;
}

void ref_tell_agent(struct reference *r, struct r_agent *a)
{
	ref_out(r, (struct acd_decision){.type = ACD_D_AGENT_STATE,
	                                 .call = a->call < 0 ? 0 : r->calls[a->call].id,
	                                 .queue = ref_queue_of(r, a->call),
	                                 .agent = index_of(a),
	                                 .offer = a->offer,
	                                 .port = a->port,
	                                 .state = a->state,
	                                 .wish_paused = a->paused,
	                                 .reason = (uint8_t)a->reason});
}

/* ---- states ---- */

bool ref_free(const struct r_agent *a)
{
	return a->exists && !a->removed && a->state == ACD_READY && !a->busy && a->alarm.at == NEVER;
}

/* Who becomes free, and is waited for or has a preference, is asked in that order. */
static void note_free(struct reference *r, struct r_agent *a)
{
	bool now = ref_free(a);
	if (r->applying)
		return;
	if (now && !a->was_free && !a->freed && (a->settings.prefer || ref_next_bound(r, number_of(r, a), NULL) >= 0))
		a->freed = ++r->order;
	a->was_free = now;
}

/* A retry pause that is over ends with whatever happens to the agent. */
void ref_review(struct reference *r, struct r_agent *a)
{
	if (a->state == ACD_READY && a->retry_until <= r->now)
		a->alarm.at = NEVER;
	note_free(r, a);
}

void ref_watch_pause(struct reference *r, struct r_agent *a)
{
	if (a->state != ACD_PAUSED)
		return;
	uint64_t limit = a->reason < ACD_REASONS ? r->settings.pause_limits[a->reason].after_ms : 0;
	ref_set(r, &a->alarm, limit ? a->since + limit * 1000 : NEVER);
}

static void note_pause(struct r_agent *a)
{
	unsigned row = 0;
	while (row < ACD_PAUSES - 1 && a->pauses[row].count && a->pauses[row].reason != a->reason)
		row++;
	a->pauses[row].reason = row < ACD_PAUSES - 1 ? (uint8_t)a->reason : ACD_REASON_OTHERS;
	a->pauses[row].count++;
	a->pause_row = row;
}

static void count_time(const struct reference *r, struct r_agent *a)
{
	uint64_t time = r->now - a->since;
	if (a->state == ACD_PAUSED)
		a->pauses[a->pause_row].us += time;
	a->state_us[a->state] += time;
	if (a->state == ACD_TALKING)
		a->talk += time;
	if (a->state < ACD_RESERVED || a->state > ACD_WRAP_UP)
		return;
	a->work += time;
	ref_note_work(r, a);
}

void ref_enter(struct reference *r, struct r_agent *a, enum acd_state state)
{
	if (a->state == state)
		return;
	for (int q = 0; q < QUEUES; q++)
		r->queues[q].look |= r->queues[q].exists && a->member[q] >= 0 && ref_ruled(&r->queues[q]);
	count_time(r, a);
	if ((a->state == ACD_WRAP_UP && r->settings.idle_after_wrap_up) ||
	    (a->state == ACD_PAUSED && r->settings.idle_after_pause))
		a->idle = ++r->order;
	if (state == ACD_READY)
		ref_rest(r, a);
	a->state = state;
	if (state == ACD_PAUSED)
		note_pause(a);
	a->since = r->now;
	a->alarm.at = NEVER;
	if (state == ACD_READY && a->retry_until > r->now)
		ref_set(r, &a->alarm, a->retry_until);
	note_free(r, a);
	ref_watch_pause(r, a);
	ref_tell_agent(r, a);
	if (state == ACD_LOGGED_OUT)
		ref_bound_leave(r, number_of(r, a));
	else if (state == ACD_PAUSED || state == ACD_UNPLUGGED)
		ref_let_go(r, number_of(r, a));
}

static void log_out(struct reference *r, struct r_agent *a)
{
	if (a->out_reason)
		a->reason = a->out_reason;
	a->owes = false;
	ref_enter(r, a, ACD_LOGGED_OUT);
	a->paused = a->leaving = a->busy = a->unplugged = false;
	a->port = ACD_NONE;
	a->reason = a->out_reason;
	a->out_reason = 0;
	if (a->removed)
		a->exists = false;
}

void ref_settle(struct reference *r, struct r_agent *a)
{
	if (a->owes) {
		ref_enter(r, a, ACD_WRAP_UP);
		a->alarm.at = NEVER;
	} else if (a->leaving)
		log_out(r, a);
	else
		ref_enter(r, a, a->unplugged ? ACD_UNPLUGGED : a->paused ? ACD_PAUSED : ACD_READY);
}

void ref_agent_due(struct reference *r, struct r_agent *a)
{
	a->alarm.at = NEVER;
	r->leases += a->offer && (r->calls[a->call].phase == WON || a->state == ACD_RESERVED);
	if (a->offer) {
		ref_drop(r, a, r->calls[a->call].phase == WON ? ACD_OFFER_DECLINED : ACD_OFFER_NO_ANSWER);
	} else if (a->state == ACD_WRAP_UP) {
		ref_settle(r, a);
	} else if (a->state == ACD_PAUSED) {
		if (r->settings.pause_limits[a->reason].log_out) {
			a->leaving = true;
			a->out_reason = ACD_REASON_PAUSE_OVER;
		}
		a->paused = false;
		a->reason = 0;
		ref_settle(r, a);
	}
	note_free(r, a);
}

/* ---- events ---- */

static void refuse(struct reference *r, const struct acd_event *e, enum acd_state state, enum acd_refusal why)
{
	ref_out(r, (struct acd_decision){.type = ACD_D_AGENT_REFUSED,
	                                 .queue = ACD_NONE,
	                                 .agent = e->agent,
	                                 .port = e->port,
	                                 .state = state,
	                                 .refusal = why});
}

/*
 * As the least of those who are there. Who was there before a restart keeps what it had, and gets what each of them has
 * had since.
 */
void ref_least(const struct reference *r, int q, const int *stays, struct r_least *least)
{
	*least = (struct r_least){NEVER, NEVER, NEVER, NEVER};
	for (int i = 0; i < AGENTS; i++) {
		const struct r_agent *b = &r->agents[i];
		if (!b->exists || b->removed || b->member[q] < 0 || b->state == ACD_LOGGED_OUT ||
		    (stays && stays[i] < 0))
			continue;
		uint64_t counted = b->count[q] - b->count_then[q], talked = b->talked[q] - b->talked_then[q];
		least->count = b->count[q] < least->count ? b->count[q] : least->count;
		least->talked = b->talked[q] < least->talked ? b->talked[q] : least->talked;
		least->counted_since = counted < least->counted_since ? counted : least->counted_since;
		least->talked_since = talked < least->talked_since ? talked : least->talked_since;
	}
}

void ref_start_as(struct r_agent *a, int q, const struct r_least *least)
{
	bool nobody = least->count == NEVER;
	a->count[q] = nobody ? 0 : least->count;
	a->talked[q] = nobody ? 0 : least->talked;
	a->count_then[q] = nobody ? 0 : least->count - least->counted_since;
	a->talked_then[q] = nobody ? 0 : least->talked - least->talked_since;
}

/* What all of those have had meanwhile is added to who is away since a restart. */
static void catch_up(struct r_agent *a, int q, const struct r_least *least)
{
	if (least->count == NEVER)
		return;
	a->count[q] += least->counted_since;
	a->talked[q] += least->talked_since;
}

static void start_late(const struct reference *r, struct r_agent *a, int q)
{
	struct r_least least;
	ref_least(r, q, NULL, &least);
	if (a->away[q] && a->returning)
		catch_up(a, q, &least);
	else
		ref_start_as(a, q, &least);
	a->away[q] = false;
}

/* The box is restarted: everybody there is away from now on. */
void ref_all_away(struct reference *r, int q)
{
	struct r_least least;
	ref_least(r, q, NULL, &least);
	for (int i = 0; i < AGENTS; i++) {
		struct r_agent *a = &r->agents[i];
		if (!a->exists || a->removed || a->member[q] < 0)
			continue;
		if (a->state == ACD_LOGGED_OUT && a->away[q])
			catch_up(a, q, &least);
		a->away[q] |= a->state != ACD_LOGGED_OUT;
	}
}

void ref_all_gone(struct reference *r, int q)
{
	for (int i = 0; i < AGENTS; i++) {
		r->agents[i].count_then[q] = r->agents[i].count[q];
		r->agents[i].talked_then[q] = r->agents[i].talked[q];
	}
}

static bool port_is_used(const struct reference *r, uint16_t port)
{
	for (int i = 0; i < AGENTS; i++)
		if (r->agents[i].exists && r->agents[i].state != ACD_LOGGED_OUT && r->agents[i].port == port &&
		    port != ACD_NONE)
			return true;
	return false;
}

static void login(struct reference *r, struct r_agent *a, const struct acd_event *e)
{
	if (port_is_used(r, e->port)) {
		refuse(r, e, ACD_LOGGED_OUT, ACD_REFUSAL_PORT_IN_USE);
		return;
	}
	a->port = e->port;
	a->reason = 0;
	a->idle = ++r->order;
	a->login = r->now;
	if (a->returning) {
		a->login -= a->returning - 1;
	} else {
		a->work = a->login_calls = 0;
		memset(a->state_us, 0, sizeof(a->state_us));
		memset(a->pauses, 0, sizeof(a->pauses));
	}
	a->talk_over = 0;
	ref_forgive(a);
	memset(a->paused_here, 0, sizeof(a->paused_here));
	a->retry_until = 0;
	for (int q = 0; q < QUEUES; q++)
		if (a->member[q] >= 0)
			start_late(r, a, q);
	a->returning = 0;
	ref_settle(r, a);
}

static void ready_everywhere(struct r_agent *a, bool free)
{
	uint64_t missed = free ? a->missed : 0;
	ref_forgive(a);
	a->missed = missed;
	memset(a->paused_here, 0, sizeof(a->paused_here));
	a->retry_until = 0;
}

static void paused_anew(struct reference *r, struct r_agent *a)
{
	count_time(r, a);
	note_pause(a);
	a->since = r->now;
	ref_watch_pause(r, a);
}

static void wish(struct reference *r, struct r_agent *a, const struct acd_event *e)
{
	enum acd_state before = a->state;
	bool ringing = ref_rung(r, a), free = ref_free(a);
	bool engaged = a->offer || before == ACD_TALKING || before == ACD_HOLD;
	if (e->type == ACD_AGENT_LOGOUT) {
		a->leaving = true;
		a->out_reason = e->reason;
	} else {
		a->paused = e->type == ACD_AGENT_PAUSE;
		a->reason = a->paused ? e->reason : 0;
	}
	if (ringing && e->type != ACD_AGENT_READY) {
		ref_drop(r, a, ACD_OFFER_DECLINED);
		return;
	}
	if (engaged || (e->type == ACD_AGENT_PAUSE && (before == ACD_WRAP_UP || before == ACD_UNPLUGGED))) {
		ref_tell_agent(r, a);
		return;
	}
	if (e->type == ACD_AGENT_READY)
		ready_everywhere(a, free);
	if (!a->owes)
		ref_settle(r, a);
	if (a->state != before)
		return;
	if (before == ACD_PAUSED)
		paused_anew(r, a);
	ref_review(r, a);
	ref_tell_agent(r, a);
}

static void phone(struct reference *r, struct r_agent *a, const struct acd_event *e)
{
	if (e->type == ACD_AGENT_PHONE_FREE && a->busy && r->settings.idle_after_own_call)
		a->idle = ++r->order;
	if (e->type == ACD_AGENT_PHONE_FREE)
		a->busy = a->unplugged = false;
	else if (e->type == ACD_AGENT_PHONE_BUSY)
		a->busy = true;
	else
		a->unplugged = true;
	if (ref_rung(r, a) && e->type != ACD_AGENT_PHONE_FREE)
		ref_drop(r, a, ACD_OFFER_BUSY);
	else if (a->state == ACD_PAUSED || a->state == ACD_READY || a->state == ACD_UNPLUGGED)
		ref_settle(r, a);
	ref_review(r, a);
}

static void debt(struct reference *r, struct r_agent *a, const struct acd_event *e)
{
	if (e->type == ACD_AGENT_OWES) {
		a->owes = true;
		if (a->state == ACD_READY || a->state == ACD_PAUSED || a->state == ACD_UNPLUGGED) {
			a->wrap_up = 0;
			ref_settle(r, a);
		}
	} else if (!a->owes) {
		ref_odd(r, e);
	} else {
		a->owes = false;
		if (a->state == ACD_WRAP_UP && a->alarm.at == NEVER)
			ref_settle(r, a);
		else
			ref_tell_agent(r, a);
	}
}

static void known_agent(struct reference *r, struct r_agent *a, const struct acd_event *e)
{
	bool asked = e->type <= ACD_AGENT_READY, out_now = a->state == ACD_LOGGED_OUT;
	bool wraps_up = a->state == ACD_WRAP_UP;
	if (e->type == ACD_AGENT_LOGIN && !out_now)
		refuse(r, e, a->state, ACD_REFUSAL_ALREADY_LOGGED_IN);
	else if (e->type == ACD_AGENT_LOGIN)
		login(r, a, e);
	else if (asked && out_now)
		refuse(r, e, ACD_LOGGED_OUT, ACD_REFUSAL_NOT_LOGGED_IN);
	else if (asked)
		wish(r, a, e);
	else if (e->type == ACD_AGENT_OWES || e->type == ACD_AGENT_SETTLED)
		debt(r, a, e);
	else if (e->type == ACD_AGENT_WRAP_UP_END && wraps_up && a->owes) {
		a->alarm.at = NEVER;
		ref_tell_agent(r, a);
	} else if (e->type == ACD_AGENT_WRAP_UP_END && wraps_up)
		ref_settle(r, a);
	else if (e->type == ACD_AGENT_WRAP_UP_MORE && wraps_up) {
		ref_set_timer(r, a, a->wrap_up);
		ref_tell_agent(r, a);
	} else if (e->type == ACD_AGENT_WRAP_UP_END || e->type == ACD_AGENT_WRAP_UP_MORE)
		ref_odd(r, e);
	else
		phone(r, a, e);
}

void ref_on_agent(struct reference *r, const struct acd_event *e)
{
	if (e->agent < r->settings.agent_count)
		known_agent(r, &r->agents[r->agent_at[e->agent]], e);
	else if (e->type <= ACD_AGENT_READY)
		refuse(r, e, ACD_LOGGED_OUT, ACD_REFUSAL_UNKNOWN_AGENT);
	else
		ref_odd(r, e);
}
