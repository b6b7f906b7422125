/*
 * The scheduler's whole state as bytes, and a scheduler made of them: what is decided from there on is the same. Orders
 * that follow from the values (heaps, trees, maps) are not kept but built again. Whatever is added to the objects of
 * acd_private.h and matters to a decision needs a row here; test_journal finds one that was forgotten.
 */
#include <errno.h>
#include <stdlib.h>

#include "acd/acd_code.h"
#include "acd/acd_journal.h"
#include "acd/acd_private.h"
#include "acd/acd_record.h"

static const struct code_row acd_rows[] = {
    CODE_ROW_TO(struct acd, now_us, INT64_MAX),
    CODE_ROW(struct acd, cause_sequence),
    CODE_ROW(struct acd, order),
    CODE_ROW(struct acd, unexpected),
    CODE_ROW(struct acd, last_offer),
    CODE_ROW(struct acd, random),
    CODE_ROW(struct acd, leases_expired),
    CODE_ROW(struct acd, wall_us),
    CODE_ROW(struct acd, utc_offset_s),
    CODE_ROW(struct acd, day),
    CODE_ROW(struct acd, order_base),
};

static const struct code_row agent_rows[] = {
    CODE_ROW_TO(struct agent, state, ACD_STATE_COUNT - 1),
    CODE_ROW_TO(struct agent, wish_paused, 1),
    CODE_ROW_TO(struct agent, wish_logout, 1),
    CODE_ROW_TO(struct agent, phone_busy, 1),
    CODE_ROW_TO(struct agent, unplugged, 1),
    CODE_ROW_TO(struct agent, eligible, 1),
    CODE_ROW(struct agent, number),
    CODE_ROW(struct agent, reason),
    CODE_ROW(struct agent, port),
    CODE_ROW(struct agent, since_us),
    CODE_ROW(struct agent, retry_until_us),
    CODE_ROW(struct agent, idle_order),
    CODE_ROW(struct agent, missed),
    CODE_ROW(struct agent, wrap_up_ms),
    CODE_ROW(struct agent, offer),
    CODE_ROW(struct agent, calls),
    CODE_ROW(struct agent, talk_us),
    CODE_ROW(struct agent, login_us),
    CODE_ROW(struct agent, work_us),
    CODE_ARRAY(struct agent, misses, UINT32_MAX),
    CODE_ARRAY(struct agent, state_us, UINT64_MAX),
    CODE_ROW(struct agent, talk_ended_us),
    CODE_ROW(struct agent, direct_calls),
    CODE_ROW(struct agent, returning_us),
    CODE_ARRAY(struct agent, load_ms, UINT32_MAX),
    CODE_ROW(struct agent, load_minute),
    CODE_ROW_TO(struct agent, resting, 1),
    CODE_ROW(struct agent, login_calls),
    CODE_ROW_TO(struct agent, owes, 1),
    CODE_ROW(struct agent, out_reason),
    CODE_COLUMN(struct agent, pauses, reason, UINT8_MAX),
    CODE_COLUMN(struct agent, pauses, count, UINT32_MAX),
    CODE_COLUMN(struct agent, pauses, us, UINT64_MAX),
    CODE_ROW_TO(struct agent, pause_row, ACD_PAUSES - 1),
};

#define COUNTS_ROWS(lane)                                                                                              \
	CODE_ROW(struct queue, counts[lane].arrived), CODE_ROW(struct queue, counts[lane].refused),                    \
	    CODE_ROW(struct queue, counts[lane].short_abandoned), CODE_ROW(struct queue, counts[lane].answered),       \
	    CODE_ROW(struct queue, counts[lane].abandoned), CODE_ROW(struct queue, counts[lane].diverted),             \
	    CODE_ROW(struct queue, counts[lane].cut), CODE_ROW(struct queue, counts[lane].answered_within),            \
	    CODE_ROW(struct queue, counts[lane].abandoned_within),                                                     \
	    CODE_ROW(struct queue, counts[lane].wait_answered_us)
static const struct code_row queue_rows[] = {
    CODE_ROW(struct queue, last_offered),
    COUNTS_ROWS(0),
    COUNTS_ROWS(1),
    CODE_ROW(struct queue, leave_since_us),
    CODE_ROW(struct queue, unadmitted_until_us),
    CODE_ARRAY(struct queue, exits, UINT64_MAX),
    CODE_ARRAY(struct queue, forecast.steps.ms, UINT32_MAX),
    CODE_ROW(struct queue, forecast.steps.count),
    CODE_ARRAY(struct queue, forecast.handling.ms, UINT32_MAX),
    CODE_ROW(struct queue, forecast.handling.count),
    CODE_ROW(struct queue, forecast.taken_us),
    CODE_ROW(struct queue, forecast.held),
    CODE_ROW(struct queue, forecast.told),
    CODE_ROW_TO(struct queue, forecast.muted, 1),
    CODE_ROW(struct queue, served),
    CODE_ROW(struct queue, served_count),
    CODE_ROW_TO(struct queue, reserve_on, 3),
    CODE_ROW_TO(struct queue, overload, ACD_RESERVES),
    /* An offer of the last event may have left something to be looked at by the next. */
    CODE_ROW_TO(struct queue, look_leave, 1),
    CODE_ROW_TO(struct queue, look_reserve, 1),
};

static const struct code_row seat_rows[] = {
    CODE_ROW(struct seat, turn),          CODE_ROW(struct seat, calls),       CODE_ROW(struct seat, talk_us),
    CODE_ROW(struct seat, misses[0]),     CODE_ROW(struct seat, misses[1]),   CODE_ROW(struct seat, misses[2]),
    CODE_ROW_TO(struct seat, paused, 1),  CODE_ROW(struct seat, calls_began), CODE_ROW(struct seat, talk_began_us),
    CODE_ROW_TO(struct seat, returns, 1),
};

static const struct code_row call_rows[] = {
    CODE_ROW(struct call, id),
    CODE_ROW_TO(struct call, phase, PHASE_TALKING),
    CODE_ROW(struct call, priority),
    CODE_ROW_TO(struct call, overdue, 1),
    CODE_ROW_TO(struct call, transferred, 1),
    CODE_ROW_TO(struct call, gathering, 1),
    CODE_ROW(struct call, arrived_us),
    CODE_ROW(struct call, entry),
    CODE_ROW_TO(struct call, stage, ACD_RELAX_MAX),
    CODE_ROW_TO(struct call, unadmitted, 1),
    CODE_ROW(struct call, joined_us),
    CODE_ROW(struct call, talk_us),
    CODE_ROW_TO(struct call, rung, 1),
    CODE_ROW_TO(struct call, told, 1),
    CODE_ROW(struct call, told_low_ms),
    CODE_ROW(struct call, told_high_ms),
    CODE_ROW_TO(struct call, head, 1),
    CODE_ROW_TO(struct call, direct, 1),
    CODE_ROW_TO(struct call, one_only, 1),
    CODE_ROW(struct call, bound_us),
    CODE_ROW(struct call, kept_us),
    CODE_ROW_TO(struct call, relaxed, ACD_RELAX_MAX),
    CODE_ROW(struct call, talk_day),
    CODE_ROW_TO(struct call, talk_in_time, 1),
};

enum timer_of {
	TIMER_OF_AGENT,
	TIMER_OF_QUEUE,
	TIMER_OF_REMOVED,
	TIMER_OF_WAIT,
	TIMER_OF_RELAX,
	TIMER_OF_MORE,
	TIMER_OF_BOUND,
	TIMER_OF_RESERVE
};

struct timer_ref {
	uint64_t deadline_us, sequence;
	enum timer_of of;
	uint32_t at; /* agent's or queue's index; else the call's place among the calls */
};
#define TIMERS_MAX (AGENT_POOL + 4 * CONFIG_CALLS_MAX + 2 * CONFIG_QUEUES_MAX)

struct scratch {
	struct call *calls[CONFIG_CALLS_MAX]; /* by entry */
	uint32_t call_count, timer_count;
	struct timer_ref timers[TIMERS_MAX];
};

/* Writing or reading. */
struct passage {
	struct cursor cursor;
	struct acd *acd; /* writing: not changed */
	struct scratch *scratch;
};

/* ---- order: heap sorts, since qsort() may take memory ---- */

static void sift_calls(struct call **calls, uint32_t count, uint32_t at)
{
	for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
		if (child + 1 < count && calls[child]->entry < calls[child + 1]->entry)
			child++;
		if (calls[at]->entry >= calls[child]->entry)
			return;
		struct call *call = calls[at];
		calls[at] = calls[child];
		calls[child] = call;
	}
}

static void sort_calls(struct call **calls, uint32_t count)
{
	for (uint32_t at = count / 2; at-- > 0;)
		sift_calls(calls, count, at);
	for (uint32_t last = count; last-- > 1;) {
		struct call *call = calls[0];
		calls[0] = calls[last];
		calls[last] = call;
		sift_calls(calls, last, 0);
	}
}

static bool later(const struct timer_ref *a, const struct timer_ref *b)
{
	return a->deadline_us != b->deadline_us ? a->deadline_us > b->deadline_us : a->sequence > b->sequence;
}

static void sift_timers(struct timer_ref *timers, uint32_t count, uint32_t at)
{
	for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
		if (child + 1 < count && later(&timers[child + 1], &timers[child]))
			child++;
		if (!later(&timers[child], &timers[at]))
			return;
		struct timer_ref timer = timers[at];
		timers[at] = timers[child];
		timers[child] = timer;
	}
}

static void sort_timers(struct timer_ref *timers, uint32_t count)
{
	for (uint32_t at = count / 2; at-- > 0;)
		sift_timers(timers, count, at);
	for (uint32_t last = count; last-- > 1;) {
		struct timer_ref timer = timers[0];
		timers[0] = timers[last];
		timers[last] = timer;
		sift_timers(timers, last, 0);
	}
}

/* ---- writing ---- */

static bool removed(const struct agent *agent)
{
	return agent->index == ACD_NONE;
}

static void note_timer(struct scratch *scratch, const struct timer *timer, enum timer_of of, uint32_t at)
{
	if (timer_running(timer))
		scratch->timers[scratch->timer_count++] = (struct timer_ref){
		    .deadline_us = timer->deadline_us, .sequence = timer->sequence, .of = of, .at = at};
}

static void collect(struct passage *passage)
{
	struct acd *acd = passage->acd;
	struct scratch *scratch = passage->scratch;
	scratch->call_count = scratch->timer_count = 0;
	for (uint32_t i = 0; i < CONFIG_CALLS_MAX; i++)
		if (acd->call_pool[i].phase != PHASE_FREE)
			scratch->calls[scratch->call_count++] = &acd->call_pool[i];
	sort_calls(scratch->calls, scratch->call_count);
	for (uint32_t i = 0; i < acd->agent_count; i++)
		note_timer(scratch, &acd->agents[i]->timer, TIMER_OF_AGENT, i);
	for (uint32_t i = 0; i < acd->queue_count; i++) {
		note_timer(scratch, &acd->queues[i]->leave_timer, TIMER_OF_QUEUE, i);
		note_timer(scratch, &acd->queues[i]->reserve_timer, TIMER_OF_RESERVE, i);
	}
	for (uint32_t i = 0; i < scratch->call_count; i++) {
		const struct call *call = scratch->calls[i];
		note_timer(scratch, &call->wait_timer, TIMER_OF_WAIT, i);
		note_timer(scratch, &call->relax_timer, TIMER_OF_RELAX, i);
		note_timer(scratch, &call->more_timer, TIMER_OF_MORE, i);
		note_timer(scratch, &call->bound_timer, TIMER_OF_BOUND, i);
		if (call->winner && removed(call->winner))
			note_timer(scratch, &call->winner->timer, TIMER_OF_REMOVED, i);
	}
	sort_timers(scratch->timers, scratch->timer_count);
}

static uint64_t number_of(const struct agent *agent)
{
	return agent && !removed(agent) ? agent->index + UINT64_C(1) : 0;
}

static void write_call(struct passage *passage, struct call *call)
{
	struct cursor *cursor = &passage->cursor;
	const struct agent *agent;
	uint32_t offers = 0;
	code_rows(cursor, call_rows, CODE_ROWS(call_rows), call);
	code_number(cursor, call->queue ? call->queue->index + UINT64_C(1) : 0);
	code_number(cursor, number_of(call->bound));
	code_number(cursor, number_of(call->direct_for));
	code_number(cursor, !call->winner ? 0 : removed(call->winner) ? 1 : call->winner->index + UINT64_C(2));
	if (call->winner && removed(call->winner))
		code_rows(cursor, agent_rows, CODE_ROWS(agent_rows), call->winner);
	for (agent = call->offered; agent && call->phase == PHASE_RINGING; agent = agent->offer_next)
		offers++;
	code_number(cursor, offers);
	for (agent = call->offered; offers; agent = agent->offer_next, offers--)
		code_number(cursor, agent->index);
}

static void write_calls(struct passage *passage)
{
	struct scratch *scratch = passage->scratch;
	code_number(&passage->cursor, scratch->call_count);
	for (uint32_t i = 0; i < scratch->call_count; i++)
		write_call(passage, scratch->calls[i]);
}

static void write_timers(struct passage *passage)
{
	struct cursor *cursor = &passage->cursor;
	struct scratch *scratch = passage->scratch;
	code_number(cursor, scratch->timer_count);
	for (uint32_t i = 0; i < scratch->timer_count; i++) {
		code_number(cursor, scratch->timers[i].of);
		code_number(cursor, scratch->timers[i].at);
		code_signed(cursor, (int64_t)(scratch->timers[i].deadline_us - passage->acd->now_us));
	}
}

/* ---- both ways ---- */

struct row_counts {
	uint32_t acd, agent, queue, seat, call;
};

static struct row_counts row_counts(struct cursor *cursor)
{
	struct row_counts rows;
	rows.acd = code_row_count(cursor, CODE_ROWS(acd_rows));
	rows.agent = code_row_count(cursor, CODE_ROWS(agent_rows));
	rows.queue = code_row_count(cursor, CODE_ROWS(queue_rows));
	rows.seat = code_row_count(cursor, CODE_ROWS(seat_rows));
	rows.call = code_row_count(cursor, CODE_ROWS(call_rows));
	return rows;
}

static void tables(struct passage *passage, const struct row_counts *rows)
{
	struct acd *acd = passage->acd;
	struct cursor *cursor = &passage->cursor;
	code_rows(cursor, acd_rows, rows->acd, acd);
	for (uint32_t i = 0; i < acd->agent_count; i++)
		code_rows(cursor, agent_rows, rows->agent, acd->agents[i]);
	for (uint32_t i = 0; i < acd->queue_count; i++) {
		code_rows(cursor, queue_rows, rows->queue, acd->queues[i]);
		for (uint32_t j = 0; j < acd->queues[i]->seat_count; j++)
			code_sparse(cursor, seat_rows, rows->seat, &acd->queues[i]->seats[j]);
	}
}

size_t acd_state_scratch(void)
{
	return sizeof(struct scratch);
}

size_t acd_state_write(const struct acd *acd, void *scratch, uint8_t *bytes, size_t room)
{
	struct passage passage = {
	    .cursor = {.out = bytes, .limit = room}, .acd = (struct acd *)acd, .scratch = scratch};
	struct acd_settings *settings = acd->settings;
	record_settings(&passage.cursor, &settings);
	struct row_counts rows = row_counts(&passage.cursor);
	tables(&passage, &rows);
	collect(&passage);
	write_calls(&passage);
	write_timers(&passage);
	return passage.cursor.fault ? 0 : passage.cursor.at;
}

/* ---- reading ---- */

static void need(struct passage *passage, bool holds, const char *fault)
{
	if (!holds)
		code_fault(&passage->cursor, fault);
}

static void nowhere(void *user, const struct acd_decision *decision)
{
}

static void read_settings(struct passage *passage)
{
	struct acd *acd = passage->acd;
	struct acd_event event = {.type = ACD_SETTINGS};
	record_settings(&passage->cursor, &event.settings);
	if (passage->cursor.fault)
		return;
	uint64_t unexpected_before = acd->unexpected;
	acd_decide(acd, &event, nowhere, NULL);
	need(passage, acd->unexpected == unexpected_before, "settings that contradict themselves");
}

/* With a telephone or an offer it is found by them. */
static void file_agent(struct passage *passage, struct agent *agent)
{
	struct acd *acd = passage->acd;
	if (agent->port != ACD_NONE) {
		need(passage, !map_get(&acd->agents_by_port, agent->port + UINT32_C(1)), "two agents at one telephone");
		need(passage, agent->state != ACD_LOGGED_OUT, "a telephone of nobody");
		if (!passage->cursor.fault)
			map_put(&acd->agents_by_port, agent->port + UINT32_C(1), agent);
	}
	if (agent->offer) {
		need(passage, !map_get(&acd->agents_by_offer, agent->offer), "two offers of one number");
		if (!passage->cursor.fault)
			map_put(&acd->agents_by_offer, agent->offer, agent);
	}
}

static void read_tables(struct passage *passage, const struct row_counts *rows)
{
	struct acd *acd = passage->acd;
	tables(passage, rows);
	for (uint32_t i = 0; i < acd->agent_count && !passage->cursor.fault; i++) {
		need(passage, acd->agents[i]->number == acd->settings->agents[i].number, "an agent of another number");
		file_agent(passage, acd->agents[i]);
	}
}

static void attach_offer(struct passage *passage, struct call *call, struct agent *agent)
{
	bool fits = !agent->call && agent->offer && (agent->state == ACD_RESERVED || agent->state == ACD_RINGING);
	need(passage, fits, "an offer to an agent who is not reserved");
	if (passage->cursor.fault)
		return;
	struct agent **end = &call->offered, *before = NULL;
	for (; *end; end = &(*end)->offer_next)
		before = *end;
	agent->call = call;
	agent->offer_previous = before;
	agent->offer_next = NULL;
	*end = agent;
}

static struct agent *read_winner(struct passage *passage, uint32_t agent_rows_there)
{
	struct acd *acd = passage->acd;
	uint64_t which = code_number(&passage->cursor, 0);
	if (which == 0 || passage->cursor.fault)
		return NULL;
	need(passage, which < acd->agent_count + UINT64_C(2), "an agent that there is not");
	if (passage->cursor.fault)
		return NULL;
	if (which > 1)
		return acd->agents[which - 2];
	struct agent *agent = agent_take(acd, 0);
	code_rows(&passage->cursor, agent_rows, agent_rows_there, agent);
	agent->index = ACD_NONE;
	agent->eligible = false;
	file_agent(passage, agent);
	return agent;
}

static void attach_winner(struct passage *passage, struct call *call, struct agent *agent)
{
	bool talks = call->phase == PHASE_TALKING;
	need(passage, !agent == (call->phase == PHASE_WAITING || call->phase == PHASE_RINGING),
	     "a call with the wrong agent");
	if (passage->cursor.fault || !agent)
		return;
	call->winner = agent;
	if (!talks) {
		attach_offer(passage, call, agent);
		return;
	}
	need(passage, !agent->call && !agent->offer && (agent->state == ACD_TALKING || agent->state == ACD_HOLD),
	     "a talk of an agent who does not talk");
	agent->call = call;
}

static void read_offers(struct passage *passage, struct call *call)
{
	struct acd *acd = passage->acd;
	uint64_t offers = code_number(&passage->cursor, 0);
	need(passage, (offers > 0) == (call->phase == PHASE_RINGING), "a call with the wrong offers");
	for (; offers && !passage->cursor.fault; offers--) {
		uint64_t agent = code_number(&passage->cursor, 0);
		need(passage, agent < acd->agent_count, "an agent that there is not");
		if (!passage->cursor.fault)
			attach_offer(passage, call, acd->agents[agent]);
	}
}

/* Into its queue's order. */
static void place_call(struct passage *passage, struct call *call)
{
	struct queue *queue = call->queue;
	need(passage, queue || call->phase == PHASE_WON || call->phase == PHASE_TALKING, "a call in no queue");
	need(passage, !call->gathering || (call->phase == PHASE_RINGING && queue && queue->strategy->all),
	     "a call that gathers agents and may not");
	if (passage->cursor.fault || !queue)
		return;
	if (call->bound) {
		call->rank_high = call->priority;
		call->rank_low = call->arrived_us;
		waiting_insert(&call->bound->bound, call);
		queue->bound_count++;
		return;
	}
	waiting_rank_call(call);
	if (call->phase == PHASE_WAITING)
		waiting_insert(&queue->waiting, call);
	else if (call->phase != PHASE_TALKING)
		queue->ringing++;
	if (call->gathering)
		waiting_insert(&queue->gathering, call);
}

static bool call_holds(const struct acd *acd, const struct call *call, uint64_t entry_before)
{
	return call->id && call->phase != PHASE_FREE && call->arrived_us <= acd->now_us && call->entry > entry_before;
}

static struct call *take_call(struct passage *passage, uint32_t rows)
{
	struct acd *acd = passage->acd;
	struct call *call = acd->free_calls;
	acd->free_calls = call->left;
	call->left = call->right = NULL;
	call->offered = call->winner = NULL;
	code_rows(&passage->cursor, call_rows, rows, call);
	return call;
}

static void read_call(struct passage *passage, const struct row_counts *rows, uint64_t *entry)
{
	struct acd *acd = passage->acd;
	struct call *call = take_call(passage, rows->call);
	uint64_t queue = code_number(&passage->cursor, 0);
	uint64_t bound = code_number(&passage->cursor, 0), direct_for = code_number(&passage->cursor, 0);
	need(passage, queue <= acd->queue_count, "a queue that there is not");
	need(passage, bound <= acd->agent_count && direct_for <= acd->agent_count, "an agent that there is not");
	need(passage, !bound || (queue && call->phase == PHASE_WAITING), "kept for an agent, and does not wait");
	need(passage, call_holds(acd, call, *entry) && !map_get(&acd->calls_by_id, call->id), "a call that cannot be");
	if (passage->cursor.fault) {
		call->phase = PHASE_FREE;
		return;
	}
	*entry = call->entry;
	call->queue = queue ? acd->queues[queue - 1] : NULL;
	call->bound = bound ? acd->agents[bound - 1] : NULL;
	call->direct_for = direct_for ? acd->agents[direct_for - 1] : NULL;
	map_put(&acd->calls_by_id, call->id, call);
	passage->scratch->calls[passage->scratch->call_count++] = call;
	attach_winner(passage, call, read_winner(passage, rows->agent));
	read_offers(passage, call);
	place_call(passage, call);
}

static void read_calls(struct passage *passage, const struct row_counts *rows)
{
	uint64_t count = code_number(&passage->cursor, 0), entry = 0;
	need(passage, count <= CONFIG_CALLS_MAX, "more calls than this build allows");
	for (; count && !passage->cursor.fault; count--)
		read_call(passage, rows, &entry);
}

static bool agent_holds(const struct agent *agent)
{
	bool offered = agent->state == ACD_RESERVED || agent->state == ACD_RINGING;
	bool talks = agent->state == ACD_TALKING || agent->state == ACD_HOLD;
	return (agent->call != NULL) == (offered || talks) && (agent->offer != 0) == offered &&
	       (!agent->eligible || agent->state == ACD_READY);
}

/* Whoever was eligible goes back into the heaps; who is logged in staffs its queues. */
static void seat_agents(struct passage *passage)
{
	struct acd *acd = passage->acd;
	for (uint32_t i = 0; i < acd->agent_count; i++) {
		struct agent *agent = acd->agents[i];
		need(passage, agent_holds(agent), "an agent whose state contradicts itself");
		for (uint32_t j = 0; j < agent->seat_count && !passage->cursor.fault; j++) {
			if (agent->state != ACD_LOGGED_OUT)
				(void)seat_staff(agent->seats[j], 1);
			if (agent->eligible && seat_takes_calls(agent->seats[j]))
				seat_push(agent->seats[j]);
		}
	}
}

/* By queue: its rules of leaving, its reserves are to be looked at. */
struct looks {
	bool leave[CONFIG_QUEUES_MAX], reserve[CONFIG_QUEUES_MAX];
};

/* Taking the settings over makes every queue one to be looked at; a state says itself which are. */
static void forget_looks(struct acd *acd)
{
	for (uint32_t i = 0; i < acd->queue_count; i++)
		acd->queues[i]->look_leave = acd->queues[i]->look_reserve = false;
}

/* What the agents do is counted anew; which queues are to be looked at stays as it was read. */
static void count_states(struct acd *acd, const struct looks *looks)
{
	leave_settings(acd);
	acd->look_leave = acd->look_reserve = false;
	for (uint32_t i = 0; i < acd->queue_count; i++) {
		acd->look_leave |= acd->queues[i]->look_leave = looks->leave[i];
		acd->look_reserve |= acd->queues[i]->look_reserve = looks->reserve[i];
	}
}

static void read_looks(const struct acd *acd, struct looks *looks)
{
	for (uint32_t i = 0; i < acd->queue_count; i++) {
		looks->leave[i] = acd->queues[i]->look_leave;
		looks->reserve[i] = acd->queues[i]->look_reserve;
	}
}

static struct timer *timer_of_call(struct passage *passage, uint64_t of, uint64_t at)
{
	struct call *call = passage->scratch->calls[at];
	if (of == TIMER_OF_MORE) {
		need(passage, !call->gathering, "a call that gathers agents twice");
		return &call->more_timer;
	}
	if (of == TIMER_OF_BOUND) {
		need(passage, call->bound != NULL, "a call kept for nobody");
		return &call->bound_timer;
	}
	if (of != TIMER_OF_REMOVED)
		return of == TIMER_OF_WAIT ? &call->wait_timer : &call->relax_timer;
	need(passage, call->winner && removed(call->winner), "a timer of nothing");
	return passage->cursor.fault ? NULL : &call->winner->timer;
}

static struct timer *timer_at(struct passage *passage, uint64_t of, uint64_t at)
{
	struct acd *acd = passage->acd;
	uint32_t there = of == TIMER_OF_AGENT                             ? acd->agent_count
	                 : of == TIMER_OF_QUEUE || of == TIMER_OF_RESERVE ? acd->queue_count
	                                                                  : passage->scratch->call_count;
	need(passage, of <= TIMER_OF_RESERVE && at < there, "a timer of nothing");
	if (passage->cursor.fault)
		return NULL;
	if (of == TIMER_OF_AGENT) {
		const struct agent *agent = acd->agents[at];
		need(passage, agent->state != ACD_PAUSED || agent->reason < ACD_REASONS, "a pause of no reason");
		return &acd->agents[at]->timer;
	}
	if (of == TIMER_OF_RESERVE)
		return &acd->queues[at]->reserve_timer;
	return of == TIMER_OF_QUEUE ? &acd->queues[at]->leave_timer : timer_of_call(passage, of, at);
}

static void read_timers(struct passage *passage)
{
	uint64_t count = code_number(&passage->cursor, 0);
	need(passage, count <= TIMERS_MAX, "more timers than this build allows");
	for (; count && !passage->cursor.fault; count--) {
		uint64_t of = code_number(&passage->cursor, 0), at = code_number(&passage->cursor, 0);
		uint64_t deadline_us = passage->acd->now_us + (uint64_t)code_signed(&passage->cursor, 0);
		struct timer *timer = timer_at(passage, of, at);
		if (timer)
			timer_start(passage->acd->timers, timer, deadline_us);
	}
}

static void read_all(struct passage *passage)
{
	read_settings(passage);
	struct row_counts rows = row_counts(&passage->cursor);
	struct looks looks = {.leave = {false}};
	forget_looks(passage->acd);
	if (!passage->cursor.fault)
		read_tables(passage, &rows);
	read_looks(passage->acd, &looks);
	if (!passage->cursor.fault)
		read_calls(passage, &rows);
	if (!passage->cursor.fault)
		seat_agents(passage);
	count_states(passage->acd, &looks);
	for (uint32_t i = 0; i < passage->acd->queue_count; i++)
		timer_stop(passage->acd->timers, &passage->acd->queues[i]->leave_timer);
	if (!passage->cursor.fault)
		read_timers(passage);
	need(passage, passage->cursor.at == passage->cursor.limit, "a state of the wrong length");
}

int acd_state_read(struct acd **out, const uint8_t *bytes, size_t count, const char **fault)
{
	struct passage passage = {.cursor = {.in = bytes, .limit = count}};
	int error = acd_new(&passage.acd);
	passage.scratch = calloc(1, sizeof(struct scratch));
	*fault = "out of memory";
	if (error || !passage.scratch) {
		free(passage.scratch);
		acd_free(error ? NULL : passage.acd);
		return -ENOMEM;
	}
	read_all(&passage);
	free(passage.scratch);
	*fault = passage.cursor.fault;
	if (passage.cursor.fault) {
		acd_free(passage.acd);
		return -EPROTO;
	}
	*out = passage.acd;
	return 0;
}
