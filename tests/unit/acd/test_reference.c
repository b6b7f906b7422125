/*
 * The scheduler against the plain one of reference.c: hundreds of thousands of random events, among them late, double
 * and senseless ones and new settings, must give the same decisions one by one, and the counters must reconcile after
 * each, as must what is seen from outside (properties.h). Nothing is allocated while deciding. The seed is printed;
 * BELFRY_TEST_SEED repeats a run, BELFRY_TEST_EVENTS lengthens it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "acd/acd.h"
#include "base/text.h"
#include "properties.h"
#include "reference.h"
#include "same_shown.h"

#define DECISIONS   20000
#define CALLS_OPEN  120
#define OFFERS_OPEN 20
#define WON_OPEN    12

/* ---- every allocation of this program is counted ---- */

static volatile uint64_t allocations; /* volatile: the compiler knows that malloc() touches nothing of ours */

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define EVENTS 240000 /* the sanitizers make it slow; the plain build does the million */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *));
static void on_malloc(const volatile void *memory, size_t bytes)
{
	allocations++;
}
static void on_free(const volatile void *memory)
{
}
static void watch_allocations(void)
{
	assert_true(__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) > 0);
}
#else
#define EVENTS 1200000
extern void *__libc_malloc(size_t bytes), *__libc_calloc(size_t count, size_t bytes),
    *__libc_realloc(void *memory, size_t bytes);
void *malloc(size_t bytes)
{
	allocations++;
	return __libc_malloc(bytes);
}
void *calloc(size_t count, size_t bytes)
{
	allocations++;
	return __libc_calloc(count, bytes);
}
void *realloc(void *memory, size_t bytes)
{
	allocations++;
	return __libc_realloc(memory, bytes);
}
static void watch_allocations(void)
{
	uint64_t before = allocations;
	char *volatile copy = strdup("counted"); /* volatile: or the pair is left out */
	free(copy);
	assert_true(allocations > before);
}
#endif

struct decisions {
	uint32_t count;
	struct acd_decision all[DECISIONS];
};

struct run {
	uint64_t seed, random, now_us, sequence;
	struct acd *acd;
	struct reference *reference;
	struct properties *properties;
	struct acd_why *why, *whys; /* whys: ACD_WHY_OFFERS */
	struct decisions *got, *wanted;
	struct acd_view *view, *reference_view;
	acd_call calls[CALLS_OPEN]; /* not known to have ended */
	uint32_t call_count;
	acd_call last_call;
	acd_offer offers[OFFERS_OPEN];
	uint32_t offer_count;
	acd_call won[WON_OPEN]; /* an agent has lifted for them, lately */
	uint32_t won_count;
	unsigned agents, queues;
	bool direct_queue[7];
	bool beyond_time; /* the next event is at a time that no clock has */
	uint64_t wins, talks, misses;
	uint64_t kept, direct, told, exits[ACD_EXIT_COUNT], verdicts[ACD_VERDICT_COUNT]; /* which rules were met */
	uint64_t offers_by[ACD_STRATEGY_COUNT];
};

static uint64_t dice(struct run *run, uint64_t sides)
{
	run->random ^= run->random << 13;
	run->random ^= run->random >> 7;
	run->random ^= run->random << 17;
	return sides ? (run->random >> 11) % sides : 0;
}

static void collect(void *user, const struct acd_decision *decision)
{
	struct decisions *decisions = user;
	assert_true(decisions->count < DECISIONS);
	decisions->all[decisions->count++] = *decision;
}

/* ---- settings ---- */

/* Needs of three skills; each step of relaxation widens one of them. */
static void random_needs(struct run *run, struct acd_queue_settings *queue)
{
	queue->need_count = (uint8_t)dice(run, 4);
	for (uint8_t i = 0; i < queue->need_count; i++)
		queue->needs[i] = (struct acd_need){
		    .skill = i, .level = (uint8_t)(1 + dice(run, 4)), .weight = (uint8_t)dice(run, 3)};
	queue->relax_count = queue->need_count ? (uint8_t)dice(run, 5) : 0;
	uint8_t level[3] = {queue->needs[0].level, queue->needs[1].level, queue->needs[2].level};
	queue->skip = (enum acd_skip)dice(run, ACD_SKIP_COUNT);
	uint64_t after_ms = 0;
	for (uint8_t i = 0; i < queue->relax_count; i++) {
		uint8_t skill = (uint8_t)dice(run, queue->need_count);
		level[skill] += (uint8_t)dice(run, 3);
		after_ms += 1000 * dice(run, 12);
		queue->relax[i] = (struct acd_relax){.after_ms = after_ms, .skill = skill, .level = level[skill]};
	}
}

/* Limits that are reached, by themselves and together; the lower marks are below them. */
static void random_reserve(struct run *run, struct acd_queue_settings *queue)
{
	for (uint32_t level = 0; level < ACD_RESERVES; level++) {
		uint32_t waiting = dice(run, 3) ? 0 : 1 + (uint32_t)dice(run, 5) + 2 * level;
		uint64_t oldest_ms = dice(run, 3) ? 0 : 1000 * (1 + dice(run, 30));
		uint8_t percent = dice(run, 3) ? 0 : (uint8_t)(20 + dice(run, 70));
		queue->reserve[level] =
		    (struct acd_reserve){.waiting = waiting,
		                         .waiting_until = waiting ? (uint32_t)dice(run, waiting) : 0,
		                         .oldest_ms = oldest_ms,
		                         .oldest_until_ms = oldest_ms ? dice(run, oldest_ms) : 0,
		                         .level = percent,
		                         .level_until = percent ? (uint8_t)(percent + dice(run, 10)) : 0};
	}
}

static void random_queue(struct run *run, struct acd_queue_settings *queue, unsigned name)
{
	size_t used = 0;
	assert_true(text_append(queue->name, sizeof(queue->name), &used, "queue%u", name));
	queue->strategy = (enum acd_strategy)dice(run, ACD_STRATEGY_COUNT);
	queue->ring_time_ms = 1000 * (uint32_t)(1 + dice(run, 15));
	queue->retry_ms = dice(run, 2) ? 0 : 1000 * (uint32_t)dice(run, 5);
	queue->wrap_up_ms = dice(run, 2) ? 0 : 1000 * (uint32_t)dice(run, 9);
	queue->priority = (uint8_t)(1 + dice(run, 10));
	queue->length_max = dice(run, 3) ? 0 : (uint32_t)dice(run, 9);
	queue->wait_max_ms = dice(run, 2) ? 0 : 1000 * (1 + dice(run, 60));
	queue->service_level_ms = 1000 * (uint32_t)dice(run, 20);
	queue->short_abandon_ms = dice(run, 2) ? 0 : 1000 * (uint32_t)dice(run, 6);
	queue->ageing_ms = dice(run, 2) ? 0 : 1000 * (1 + dice(run, 20));
	queue->weight = (uint32_t)dice(run, 4);
	random_needs(run, queue);
	queue->autopause_after = dice(run, 3) ? 0 : (uint8_t)(1 + dice(run, 3));
	queue->join_states = dice(run, 3) ? 0 : (uint16_t)dice(run, ACD_STATES_ALL + 1);
	queue->leave_states = dice(run, 3) ? 0 : (uint16_t)dice(run, ACD_STATES_ALL + 1);
	queue->grace_ms = dice(run, 2) ? 0 : 1000 * (uint32_t)dice(run, 20);
	queue->autopause_on = (enum acd_miss)dice(run, ACD_MISS_COUNT);
	queue->autopause_here = dice(run, 2);
	queue->autopause_delay_ms = dice(run, 2) ? 0 : 1000 * (uint32_t)dice(run, 30);
	queue->share_strict = dice(run, 2);
	queue->progressive_ms = dice(run, 2) ? 0 : 500 * (uint32_t)(1 + dice(run, 20));
	queue->sticky_ms = dice(run, 2) ? 0 : 1000 * (uint32_t)(1 + dice(run, 40));
	queue->direct = dice(run, 8) == 0;
	random_reserve(run, queue);
	queue->best_count = dice(run, 5) ? 0 : (uint8_t)(1 + dice(run, 3));
	for (uint8_t i = 0; i < queue->best_count; i++)
		queue->best[i] = (acd_queue)dice(run, 8);
}

static void random_agent(struct run *run, struct acd_agent_settings *agent, uint32_t number)
{
	agent->number = number;
	agent->own_wrap_up = dice(run, 4) == 0;
	agent->wrap_up_ms = 1000 * (uint32_t)dice(run, 5);
	agent->ring_time_ms = dice(run, 4) ? 0 : 1000 * (uint32_t)(1 + dice(run, 15));
	agent->retry_ms = dice(run, 4) ? 0 : 1000 * (uint32_t)dice(run, 5);
	for (unsigned skill = 0; skill < 3; skill++)
		agent->level[skill] = dice(run, 5) ? (uint8_t)(1 + dice(run, 6)) : 0;
	agent->direct_in_turn = dice(run, 2);
	agent->prefer = dice(run, 2) ? ACD_PREFER_SYSTEM : (enum acd_prefer)dice(run, ACD_PREFER_COUNT);
	agent->occupancy_max = dice(run, 4) ? 0 : (uint8_t)(1 + dice(run, 30));
	agent->rest_ms = dice(run, 4) ? 0 : 100 * (uint32_t)dice(run, 50);
}

/* Agents 1..18 and queues 1..7, of which some are missing each time. */
static struct acd_settings *random_settings(struct run *run)
{
	struct acd_settings *settings;
	unsigned agents = 0, queues = 0, members = 0;
	assert_int_equal(acd_settings_new(&settings, 7, 18, 7 * 18), 0);
	settings->revision = (uint32_t)dice(run, 1000);
	settings->offer_lease_ms = 1000 * (uint32_t)(1 + dice(run, 4));
	settings->choice = (enum acd_choice)dice(run, ACD_CHOICE_COUNT);
	settings->idle_after_wrap_up = dice(run, 2);
	settings->idle_after_pause = dice(run, 2);
	settings->idle_after_own_call = dice(run, 2);
	settings->work_without_wrap_up = dice(run, 2);
	settings->seed = dice(run, 3);
	settings->skill_count = 3;
	for (unsigned reason = 0; reason < 9; reason++)
		settings->pause_limits[reason] = (struct acd_pause_limit){
		    .after_ms = dice(run, 2) ? 0 : 1000 * (uint32_t)dice(run, 20), .log_out = dice(run, 2)};
	for (uint32_t number = 1; number <= 18; number++)
		if (dice(run, 6))
			random_agent(run, &settings->agents[agents++], number);
	for (unsigned name = 1; name <= 7; name++) {
		struct acd_queue_settings *queue = &settings->queues[queues];
		if (!dice(run, 5))
			continue;
		random_queue(run, queue, name);
		queue->member_first = members;
		for (unsigned agent = 0; agent < agents; agent++)
			if (dice(run, 3) == 0)
				settings->members[members++] = (struct acd_member){
				    .agent = (acd_agent)agent,
				    .penalty = (uint8_t)dice(run, 3),
				    .share = (uint8_t)dice(run, 101),
				    .reserve = (uint8_t)(dice(run, 3) ? 0 : 1 + dice(run, ACD_RESERVES)),
				    .weight = (uint8_t)dice(run, 5)};
		queue->member_count = members - queue->member_first;
		run->direct_queue[queues] = queue->direct;
		queues++;
	}
	settings->agent_count = run->agents = agents;
	settings->queue_count = run->queues = queues;
	settings->member_count = members;
	if (dice(run, 20) == 0 && queues) /* refused as a whole */
		settings->queues[dice(run, queues)].strategy = ACD_STRATEGY_COUNT;
	return settings;
}

/* ---- comparing ---- */

static void describe(const char *who, const struct acd_decision *d)
{
	print_error(
	    "  %-9s %-13s at %llu call %u queue %d agent %d offer %u port %d ring %u pos %u %s %s %s %s wish %d "
	    "reason %u rev %u\n",
	    who, text_name(acd_decision_names, ACD_D_COUNT, (int)d->type), (unsigned long long)d->at_us, d->call,
	    (int16_t)d->queue, (int16_t)d->agent, d->offer, (int16_t)d->port, d->ring_ms, d->position,
	    acd_offer_result_names[d->result], acd_exit_names[d->exit], acd_state_names[d->state],
	    acd_refusal_names[d->refusal], d->wish_paused, d->reason, d->revision);
}

static void compare(struct run *run, const struct acd_event *event)
{
	uint32_t most = run->got->count > run->wanted->count ? run->got->count : run->wanted->count;
	for (uint32_t i = 0; i < most; i++) {
		if (i < run->got->count && i < run->wanted->count &&
		    same_decision(&run->got->all[i], &run->wanted->all[i]))
			continue;
		print_error(
		    "seed %llu, event %llu (%s at %llu call %u queue %d agent %d offer %u): decision %u differs\n",
		    (unsigned long long)run->seed, (unsigned long long)event->sequence,
		    text_name(acd_event_names, ACD_EVENT_COUNT, (int)event->type), (unsigned long long)event->at_us,
		    event->call, (int16_t)event->queue, (int16_t)event->agent, event->offer, i);
		for (uint32_t j = i > 3 ? i - 3 : 0; j < i + 4; j++) {
			if (j < run->got->count)
				describe("got", &run->got->all[j]);
			if (j < run->wanted->count)
				describe("reference", &run->wanted->all[j]);
		}
		fail();
	}
}

static void check_queue(const struct acd_queue_view *q, const struct acd_queue_view *r)
{
	assert_true(q->arrived == q->refused + q->short_abandoned + q->offered);
	assert_true(q->offered + q->transferred_in == q->answered + q->abandoned + q->diverted +
	                                                  q->transferred_refused + q->transferred_answered +
	                                                  q->transferred_abandoned + q->transferred_diverted + q->cut +
	                                                  q->transferred_cut + q->waiting + q->ringing);
	assert_true(q->answered_within <= q->answered && q->abandoned_within <= q->abandoned);
	uint64_t exits = 0;
	for (int exit = 0; exit < ACD_EXIT_COUNT; exit++)
		exits += q->exits[exit];
	assert_true(exits == q->refused + q->diverted + q->transferred_refused + q->transferred_diverted);
	const char *differs = queue_view_differs(q, r);
	if (differs)
		fail_msg("queue %s: %s differs", q->name, differs);
}

static void check_agent(const struct acd_agent_view *a, const struct acd_agent_view *r)
{
	const char *differs = agent_view_differs(a, r);
	if (differs)
		fail_msg("agent %u: %s differs", a->number, differs);
	uint64_t staffed_us = a->login_us; /* the seconds of an agent's states are the seconds it was there */
	for (int state = 0; state < ACD_STATE_COUNT; state++)
		staffed_us += state == ACD_LOGGED_OUT ? 0 : a->state_us[state];
	assert_true(a->state == ACD_LOGGED_OUT || staffed_us == a->since_us);
}

static void check_views(struct run *run)
{
	acd_look(run->acd, run->view);
	reference_look(run->reference, run->reference_view);
	assert_true(run->view->unexpected == run->reference_view->unexpected);
	assert_true(run->view->leases_expired == run->reference_view->leases_expired);
	assert_int_equal(run->view->day, run->reference_view->day);
	assert_true(run->view->wall_us == run->reference_view->wall_us);
	assert_int_equal(run->view->utc_offset_s, run->reference_view->utc_offset_s);
	assert_int_equal(run->view->agent_count, run->reference_view->agent_count);
	assert_int_equal(run->view->queue_count, run->reference_view->queue_count);
	for (uint32_t i = 0; i < run->view->agent_count; i++)
		check_agent(&run->view->agents[i], &run->reference_view->agents[i]);
	for (uint32_t i = 0; i < run->view->queue_count; i++)
		check_queue(&run->view->queues[i], &run->reference_view->queues[i]);
}

/* ---- what the world does with decisions ---- */

static void forget_call(struct run *run, acd_call call)
{
	for (uint32_t i = 0; i < run->call_count; i++)
		if (run->calls[i] == call)
			run->calls[i] = run->calls[--run->call_count];
}

static void forget_offer(struct run *run, acd_offer offer)
{
	for (uint32_t i = 0; i < run->offer_count; i++)
		if (run->offers[i] == offer)
			run->offers[i] = run->offers[--run->offer_count];
}

/* Each offer is explained, by the agent who was chosen and the strategy that chose. */
static void check_explained(struct run *run, const struct acd_decision *d)
{
	uint32_t count = acd_explain(run->acd, d->call, run->whys, ACD_WHY_OFFERS);
	const struct acd_why *why = run->whys;
	while (count && why->offer != d->offer) {
		why++;
		count--;
	}
	assert_true(count > 0 && why->agent_number == run->view->agents[d->agent].number && why->at_us == d->at_us);
	run->offers_by[why->strategy]++;
}

static void follow(struct run *run, const struct acd_decision *d)
{
	if (d->type == ACD_D_OFFER)
		check_explained(run, d);
	if (d->type == ACD_D_REFUSED || d->type == ACD_D_EXIT)
		forget_call(run, d->call);
	if (d->type == ACD_D_OFFER)
		run->offers[run->offer_count < OFFERS_OPEN ? run->offer_count++ : dice(run, OFFERS_OPEN)] = d->offer;
	if (d->type == ACD_D_WINNER)
		run->won[run->won_count < WON_OPEN ? run->won_count++ : dice(run, WON_OPEN)] = d->call;
	if (d->type == ACD_D_OFFER_CANCEL && dice(run, 10)) /* else something comes late for it */
		forget_offer(run, d->offer);
	run->misses += d->type == ACD_D_OFFER_CANCEL && d->result == ACD_OFFER_NO_ANSWER;
	run->wins += d->type == ACD_D_WINNER;
	run->talks += d->type == ACD_D_AGENT_STATE && d->state == ACD_TALKING;
	run->direct += d->type == ACD_D_OFFER && d->queue < run->queues && run->direct_queue[d->queue];
	run->kept += d->type == ACD_D_OFFER && d->kept_us;
	run->told += d->type == ACD_D_ACCEPTED && d->high_ms;
	run->exits[d->exit] += d->type == ACD_D_REFUSED || d->type == ACD_D_EXIT;
}

/* Liveness: a caller who is next and an agent who would do are never left side by side. */
static void check_matched(struct run *run)
{
	for (uint32_t i = 0; i < run->view->queue_count; i++) {
		if (!run->view->queues[i].waiting || !acd_explain_next(run->acd, (acd_queue)i, run->why))
			continue;
		for (uint32_t j = 0; run->why->call && j < run->why->agent_count; j++) {
			run->verdicts[run->why->agents[j].verdict]++;
			if (run->why->agents[j].verdict == ACD_CANDIDATE) {
				print_error("seed %llu event %llu: call %u waits beside agent %u in %s\n",
				            (unsigned long long)run->seed, (unsigned long long)run->sequence,
				            run->why->call, run->why->agents[j].number, run->why->queue);
				fail();
			}
		}
	}
}

static void check_properties(struct run *run, const struct acd_event *event)
{
	uint32_t there = 0, shown = 0;
	properties_step(run->properties, event, run->got->all, run->got->count);
	for (uint32_t i = 0; i < run->view->queue_count; i++)
		there += run->view->queues[i].waiting + run->view->queues[i].ringing;
	shown = properties_in(run->properties);
	assert_true(shown >= there); /* more: those who talk, or whose queue is gone */
	check_matched(run);
}

/* acd.h promises it: nothing is allocated after acd_new(), and the settings' memory comes from their sender. */
static void decide(struct run *run, const struct acd_event *event)
{
	uint64_t before = allocations;
	acd_decide(run->acd, event, collect, run->got);
	if (allocations != before) {
		print_error("seed %llu event %llu (%s): %llu allocations\n", (unsigned long long)run->seed,
		            (unsigned long long)event->sequence,
		            text_name(acd_event_names, ACD_EVENT_COUNT, (int)event->type),
		            (unsigned long long)(allocations - before));
		fail();
	}
}

static void feed(struct run *run, struct acd_event *event)
{
	event->at_us = run->beyond_time ? UINT64_MAX - 5 : run->now_us;
	event->sequence = ++run->sequence;
	run->beyond_time = false;
	run->got->count = run->wanted->count = 0;
	reference_decide(run->reference, event, collect, run->wanted);
	decide(run, event);
	compare(run, event);
	if (acd_next_deadline_us(run->acd) != reference_next_deadline_us(run->reference)) {
		print_error("seed %llu event %llu: next deadline %llu, reference %llu\n", (unsigned long long)run->seed,
		            (unsigned long long)event->sequence, (unsigned long long)acd_next_deadline_us(run->acd),
		            (unsigned long long)reference_next_deadline_us(run->reference));
		fail();
	}
	check_views(run);
	check_properties(run, event);
	for (uint32_t i = 0; i < run->got->count; i++)
		follow(run, &run->got->all[i]);
}

/* ---- events ---- */

static acd_call some_call(struct run *run)
{
	if (!run->call_count || dice(run, 40) == 0)
		return (acd_call)dice(run, run->last_call + 3);
	return run->calls[dice(run, run->call_count)];
}

static acd_offer some_offer(struct run *run)
{
	if (!run->offer_count || dice(run, 40) == 0)
		return (acd_offer)dice(run, 100000);
	return run->offers[dice(run, run->offer_count)];
}

static void time_passes(struct run *run)
{
	uint64_t due = acd_next_deadline_us(run->acd);
	switch (dice(run, 20)) {
	case 0:
		run->now_us = due != UINT64_MAX && due > run->now_us ? due : run->now_us;
		break;
	case 1:
		run->now_us += dice(run, 20) ? 0 : 1000000 * dice(run, 30);
		break;
	case 2:
	case 3:
	case 4:
		run->now_us += dice(run, 200000);
		break;
	case 5:
		run->now_us += 250000 * dice(run, 4);
		break;
	default: /* at the same time */
		break;
	}
}

static void call_arrives(struct run *run, struct acd_event *event)
{
	*event = (struct acd_event){.type = ACD_ENQUEUE, .call = ++run->last_call};
	event->queue = (acd_queue)dice(run, run->queues + (dice(run, 30) == 0));
	event->priority = dice(run, 3) ? 0 : (uint8_t)(1 + dice(run, 10));
	event->transferred = dice(run, 6) == 0;
	event->head = dice(run, 12) == 0;
	event->agent = dice(run, 2) ? ACD_NONE : (acd_agent)dice(run, run->agents + (dice(run, 30) == 0));
	event->arrived_us =
	    dice(run, 5) ? 0 : run->now_us - dice(run, run->now_us < 30000000 ? run->now_us + 1 : 30000000);
	run->calls[run->call_count < CALLS_OPEN ? run->call_count++ : dice(run, CALLS_OPEN)] = event->call;
	if (dice(run, 50) == 0)
		event->call = some_call(run); /* twice */
	if (dice(run, 40) == 0)
		*event = (struct acd_event){.type = ACD_TURNED_AWAY,
		                            .call = event->call,
		                            .queue = event->queue,
		                            .agent = ACD_NONE,
		                            .port = ACD_NONE,
		                            .transferred = event->transferred,
		                            .reason = (uint8_t)dice(run, ACD_EXIT_COUNT + 1)}; /* or no exit at all */
}

static void agent_acts(struct run *run, struct acd_event *event)
{
	static const enum acd_event_type often[] = {ACD_AGENT_LOGIN, ACD_AGENT_LOGIN,       ACD_AGENT_LOGIN,
	                                            ACD_AGENT_READY, ACD_AGENT_WRAP_UP_END, ACD_AGENT_PHONE_FREE};
	event->type = dice(run, 2) ? often[dice(run, 6)]
	                           : (enum acd_event_type)(ACD_AGENT_LOGIN + dice(run, ACD_ENQUEUE - ACD_AGENT_LOGIN));
	event->agent = (acd_agent)dice(run, run->agents + (dice(run, 30) == 0));
	event->port = dice(run, 10) ? event->agent + 100 : (uint16_t)(100 + dice(run, 18));
	event->reason = (uint8_t)dice(run, 9);
}

static void offer_turns_out(struct run *run, struct acd_event *event)
{
	event->offer = some_offer(run);
	event->type = dice(run, 9) ? (dice(run, 2) ? ACD_OFFER_RINGING : ACD_OFFER_ANSWER) : ACD_OFFER_FAILED;
	event->result = (enum acd_offer_result)dice(run, ACD_OFFER_RESULT_COUNT);
	event->reason = dice(run, 8) ? 0 : (uint8_t)dice(run, 4); /* each mask of ACD_FAILED_... */
	if (event->type == ACD_OFFER_FAILED)
		forget_offer(run, event->offer);
}

static void talk_goes_on(struct run *run, struct acd_event *event)
{
	static const enum acd_event_type types[] = {ACD_TALK_STARTED, ACD_TALK_STARTED, ACD_TALK_ENDED,
	                                            ACD_TALK_HOLD,    ACD_TALK_RESUMED, ACD_GONE};
	event->type = types[dice(run, 6)];
	event->call = run->won_count && dice(run, 20) ? run->won[dice(run, run->won_count)] : some_call(run);
	if (event->type != ACD_TALK_ENDED)
		return;
	event->reason = (uint8_t)dice(run, 4); /* each enum acd_talk_end */
	for (uint32_t i = 0; i < run->won_count; i++)
		if (run->won[i] == event->call)
			run->won[i] = run->won[--run->won_count];
}

/* The clock of the box moves on, or begins anew. */
static void day_or_restart(struct run *run, struct acd_event *event)
{
	event->type = dice(run, 3) ? ACD_DAY : ACD_RESTART;
	event->day = 20261122 + (uint32_t)dice(run, 3);
	event->utc_offset_s = 3600 * (int32_t)dice(run, 3);
	event->arrived_us = UINT64_C(1795300000000000) + run->sequence * 100000;
	if (event->type == ACD_DAY)
		return;
	event->arrived_us = dice(run, 3) ? event->arrived_us : 0;
	run->beyond_time = dice(run, 20) == 0;
	if (run->beyond_time)
		return;
	run->now_us = dice(run, 2000000);
	run->call_count = run->offer_count = run->won_count = 0;
}

static void random_event(struct run *run, struct acd_event *event)
{
	uint64_t what = dice(run, 100);
	*event = (struct acd_event){.agent = ACD_NONE, .queue = ACD_NONE, .port = ACD_NONE};
	if (dice(run, 3000) == 0) {
		day_or_restart(run, event);
	} else if (what < 15) {
		call_arrives(run, event);
	} else if (what < 50) {
		offer_turns_out(run, event);
	} else if (what < 53) {
		event->type = ACD_TIME;
	} else if (what < 68) {
		agent_acts(run, event);
	} else if (what < 96) {
		talk_goes_on(run, event);
	} else if (what < 97) {
		event->type = dice(run, 2) ? ACD_PLACE : ACD_PRIORITY;
		event->priority = (uint8_t)dice(run, 11);
		event->call = some_call(run);
	} else {
		event->type = dice(run, 2) ? ACD_GONE : ACD_WITHDRAW;
		event->reason = (uint8_t)dice(run, ACD_EXIT_COUNT);
		event->call = some_call(run);
		forget_call(run, event->call);
	}
}

static void new_settings(struct run *run)
{
	struct acd_settings *settings = random_settings(run);
	struct acd_event event = {.type = ACD_SETTINGS, .at_us = run->now_us, .sequence = ++run->sequence};
	run->got->count = run->wanted->count = 0;
	event.settings = settings;
	reference_decide(run->reference, &event, collect, run->wanted);
	assert_int_equal(acd_settings_copy(&event.settings, settings), 0);
	decide(run, &event);
	acd_settings_free(settings);
	compare(run, &event);
	check_views(run);
	check_properties(run, &event);
	run->agents = run->view->agent_count;
	run->queues = run->view->queue_count;
	for (uint32_t i = 0; i < run->got->count; i++)
		follow(run, &run->got->all[i]);
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
	uint64_t value;
	const char *text = getenv(name);
	return text && !text_to_u64(text, 1, UINT64_MAX, &value) ? value : otherwise;
}

static void begin(struct run *run, uint64_t seed)
{
	run->seed = run->random = seed;
	run->now_us = run->sequence = run->last_call = 0;
	run->call_count = run->offer_count = run->won_count = 0;
	assert_int_equal(acd_new(&run->acd), 0);
	run->reference = reference_new();
	assert_non_null(run->reference);
	run->properties = properties_new();
	assert_non_null(run->properties);
	new_settings(run);
}

static void end(struct run *run)
{
	acd_free(run->acd);
	reference_free(run->reference);
	properties_free(run->properties);
}

/* Else the comparison says nothing of them. The build's limit of calls is beyond a plain scheduler. */
static void check_rules_were_met(const struct run *run)
{
	print_message("%llu offers to agents callers were kept for, %llu direct, %llu forecasts\n",
	              (unsigned long long)run->kept, (unsigned long long)run->direct, (unsigned long long)run->told);
	assert_true(run->kept && run->direct && run->told);
	for (int strategy = 0; strategy < ACD_STRATEGY_COUNT; strategy++)
		assert_true(run->offers_by[strategy] > 0);
	for (int exit = 1; exit < ACD_EXIT_COUNT; exit++)
		assert_true(run->exits[exit] || exit == ACD_EXIT_LIMIT);
	for (int verdict = 1; verdict < ACD_VERDICT_COUNT; verdict++)
		assert_true(run->verdicts[verdict]);
}

static void random_events_give_the_decisions_of_the_plain_scheduler(void **state)
{
	uint64_t seed = from_environment("BELFRY_TEST_SEED", 20261121);
	uint64_t events = from_environment("BELFRY_TEST_EVENTS", EVENTS), runs = 24;
	struct run *run = calloc(1, sizeof(*run));
	run->got = calloc(1, sizeof(*run->got));
	run->wanted = calloc(1, sizeof(*run->wanted));
	run->view = calloc(1, sizeof(*run->view));
	run->reference_view = calloc(1, sizeof(*run->reference_view));
	run->why = calloc(1, sizeof(*run->why));
	run->whys = calloc(ACD_WHY_OFFERS, sizeof(*run->whys));
	watch_allocations();
	print_message("seed %llu, %llu events\n", (unsigned long long)seed, (unsigned long long)events);
	for (uint64_t i = 0; i < runs; i++) {
		begin(run, seed + i);
		for (uint64_t n = 0; n < events / runs; n++) {
			struct acd_event event;
			time_passes(run);
			random_event(run, &event);
			feed(run, &event);
			if (dice(run, 1000) == 0)
				new_settings(run);
		}
		end(run);
	}
	print_message("%llu winners, %llu talks, %llu offers missed\n", (unsigned long long)run->wins,
	              (unsigned long long)run->talks, (unsigned long long)run->misses);
	check_rules_were_met(run);
	assert_true(run->talks > events / 100 && run->misses > events / 1000); /* the events were worth something */
	free(run->got);
	free(run->wanted);
	free(run->view);
	free(run->reference_view);
	free(run->why);
	free(run->whys);
	free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(random_events_give_the_decisions_of_the_plain_scheduler),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
