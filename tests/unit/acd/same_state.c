/* See same_state.h. */
#include "same_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "acd/acd_private.h"

static void same(const char *what, uint32_t which, const void *a, const void *b, size_t bytes)
{
	const uint8_t *left = a, *right = b;
	for (size_t at = 0; at < bytes; at++)
		if (left[at] != right[at]) {
			print_error("%s %u differs at byte %zu of its struct\n", what, which, at);
			fail();
		}
}

static void same_number(const char *what, uint32_t which, uint64_t a, uint64_t b)
{
	if (a == b)
		return;
	print_error("%s %u: %llu and %llu\n", what, which, (unsigned long long)a, (unsigned long long)b);
	fail();
}

static void same_timer(const char *what, uint32_t which, const struct timer *a, const struct timer *b)
{
	same_number(what, which, timer_running(a), timer_running(b));
	if (timer_running(a))
		same_number(what, which, a->deadline_us, b->deadline_us);
}

/* ---- agents ---- */

static acd_call id_of(const struct call *call)
{
	return call ? call->id : 0;
}

static uint32_t number_of(const struct agent *agent)
{
	return agent ? agent->number : 0;
}

static void leave_out_of_agent(struct agent *agent)
{
	agent->acd = NULL;
	agent->bound = agent->call = NULL;
	agent->offer_next = agent->offer_previous = agent->free_next = NULL;
	agent->timer = (struct timer){.place = 0};
	agent->seats = agent->next_seats = NULL;
	agent->next_seat_count = 0;
	agent->ruled = agent->look_bound = false;
}

static void same_agent(const struct agent *a, const struct agent *b)
{
	struct agent left = *a, right = *b;
	same_number("call of agent", a->number, id_of(a->call), id_of(b->call));
	same_number("callers for agent", a->number, waiting_count(a->bound), waiting_count(b->bound));
	same_timer("timer of agent", a->number, &a->timer, &b->timer);
	leave_out_of_agent(&left);
	leave_out_of_agent(&right);
	same("agent", a->number, &left, &right, sizeof(left));
}

/* ---- queues ---- */

static void leave_out_of_seat(struct seat *seat)
{
	seat->agent = NULL;
	seat->queue = NULL;
	seat->place = seat->place != 0;
	seat->key_high = seat->key_low = seat->key_tie = 0;
}

static void same_seat(const struct seat *a, const struct seat *b)
{
	struct seat left = *a, right = *b;
	same_number("agent of a seat in queue", a->queue->index, number_of(a->agent), number_of(b->agent));
	leave_out_of_seat(&left);
	leave_out_of_seat(&right);
	same("seat of agent", a->agent->number, &left, &right, sizeof(left));
}

static void leave_out_of_queue(struct queue *queue)
{
	queue->acd = NULL;
	queue->settings = NULL;
	queue->strategy = NULL;
	queue->waiting = queue->gathering = queue->candidate = NULL;
	queue->seats = NULL;
	queue->picks = NULL;
	queue->free_next = NULL;
	queue->reserve_timer = queue->leave_timer = (struct timer){.place = 0};
	queue->keyed_period = 0;
	queue->next_last_offered = 0;
	queue->candidate_waits = false;
	memset(queue->heaps, 0, sizeof(queue->heaps));
	if (!queue->ruled) /* nobody counts */
		memset(queue->in_state, 0, sizeof(queue->in_state));
}

static void same_queue(const struct queue *a, const struct queue *b)
{
	struct queue left = *a, right = *b;
	same_number("callers of queue", a->index, waiting_count(a->waiting), waiting_count(b->waiting));
	same_number("callers who ring all of queue", a->index, waiting_count(a->gathering),
	            waiting_count(b->gathering));
	same_timer("overload timer of queue", a->index, &a->reserve_timer, &b->reserve_timer);
	same_timer("grace timer of queue", a->index, &a->leave_timer, &b->leave_timer);
	for (uint32_t i = 0; i < a->seat_count && i < b->seat_count; i++)
		same_seat(&a->seats[i], &b->seats[i]);
	leave_out_of_queue(&left);
	leave_out_of_queue(&right);
	same("queue", a->index, &left, &right, sizeof(left));
}

/* ---- calls ---- */

static void leave_out_of_call(struct call *call)
{
	call->acd = NULL;
	call->queue = NULL;
	call->bound = call->direct_for = NULL;
	call->left = call->right = NULL;
	call->offered = call->winner = NULL;
	call->bound_timer = call->wait_timer = call->relax_timer = call->more_timer = (struct timer){.place = 0};
	call->rank_high = call->rank_low = 0;
	call->stage_max = 0;
	call->below = call->heat = 0;
}

static void same_call(const struct call *a, const struct call *b)
{
	struct call left = *a, right = *b;
	const struct agent *with_a = a->offered, *with_b = b->offered;
	same_number("queue of call", a->id, a->queue ? a->queue->index : ACD_NONE,
	            b->queue ? b->queue->index : ACD_NONE);
	same_number("whom call waits for", a->id, number_of(a->bound), number_of(b->bound));
	same_number("whom call asked for", a->id, number_of(a->direct_for), number_of(b->direct_for));
	same_number("who has call", a->id, number_of(a->winner), number_of(b->winner));
	for (; with_a && with_b; with_a = with_a->offer_next, with_b = with_b->offer_next)
		same_number("who is rung for call", a->id, with_a->number, with_b->number);
	same_number("more are rung for call", a->id, with_a != NULL, with_b != NULL);
	same_timer("wait of call", a->id, &a->wait_timer, &b->wait_timer);
	same_timer("relaxation of call", a->id, &a->relax_timer, &b->relax_timer);
	same_timer("further telephones of call", a->id, &a->more_timer, &b->more_timer);
	same_timer("keeping of call", a->id, &a->bound_timer, &b->bound_timer);
	if (a->winner && a->winner->index == ACD_NONE)
		same_agent(a->winner, b->winner);
	leave_out_of_call(&left);
	leave_out_of_call(&right);
	same("call", a->id, &left, &right, sizeof(left));
}

/* ---- all of it ---- */

static void same_numbers(const struct acd *a, const struct acd *b)
{
	const uint64_t left[] = {
	    a->now_us,    a->cause_sequence, a->order, a->unexpected,  a->leases_expired, a->last_offer,
	    a->random,    a->wall_us,        a->day,   a->agent_count, a->queue_count,    (uint64_t)a->utc_offset_s,
	    a->order_base};
	const uint64_t right[] = {
	    b->now_us,    b->cause_sequence, b->order, b->unexpected,  b->leases_expired, b->last_offer,
	    b->random,    b->wall_us,        b->day,   b->agent_count, b->queue_count,    (uint64_t)b->utc_offset_s,
	    b->order_base};
	for (uint32_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		same_number("number of the scheduler", i, left[i], right[i]);
}

void assert_same_state(const struct acd *a, const struct acd *b)
{
	uint32_t calls = 0, others = 0;
	same_numbers(a, b);
	assert_same_settings(a->settings, b->settings);
	for (uint32_t i = 0; i < a->agent_count; i++)
		same_agent(a->agents[i], b->agents[i]);
	for (uint32_t i = 0; i < a->queue_count; i++)
		same_queue(a->queues[i], b->queues[i]);
	for (uint32_t i = 0; i < CONFIG_CALLS_MAX; i++) {
		const struct call *call = &a->call_pool[i];
		others += b->call_pool[i].phase != PHASE_FREE;
		if (call->phase == PHASE_FREE)
			continue;
		const struct call *other = map_get(&b->calls_by_id, call->id);
		assert_non_null(other);
		same_call(call, other);
		calls++;
	}
	same_number("calls", 0, calls, others);
}
