/*
 * Who is chosen: one test a strategy, relaxation of skills, and who of several queues' callers a freed agent takes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "acd_fixture.h"

static struct acd_queue_settings *one_queue(struct fixture *f, uint32_t agents, enum acd_strategy strategy)
{
	fixture_prepare(f, 1, agents);
	for (uint32_t i = 0; i < agents; i++)
		fixture_member(f, 0, i, 0);
	f->settings->queues[0].strategy = strategy;
	return &f->settings->queues[0];
}

static void apply_and_log_in(struct fixture *f)
{
	uint32_t agents = f->settings->agent_count;
	fixture_apply(f);
	assert_int_equal(decided_count(f, ACD_D_UNEXPECTED), 0);
	for (uint32_t i = 0; i < agents; i++)
		login(f, (acd_agent)i, (uint16_t)i);
}

/* The agent talks for so long, then is free again. */
static void serve(struct fixture *f, acd_call call, acd_queue queue, acd_agent agent, uint64_t us)
{
	talk(f, call, queue, agent);
	time_goes(f, us);
	call_does(f, ACD_TALK_ENDED, call);
}

static acd_agent taken_by(struct fixture *f, acd_call call)
{
	enqueue(f, call, 0);
	acd_agent agent = offered(f, call)->agent;
	call_does(f, ACD_GONE, call);
	return agent;
}

static void every_strategy_is_available(void **state)
{
	for (int i = 0; i < ACD_STRATEGY_COUNT; i++)
		assert_true(acd_strategy_available((enum acd_strategy)i));
	assert_false(acd_strategy_available(ACD_STRATEGY_COUNT));
}

/* ---- circular ---- */

static void circular_goes_on_after_the_last_one_offered(void **state)
{
	struct fixture *f = *state;
	one_queue(f, 3, ACD_CIRCULAR);
	apply_and_log_in(f);
	assert_int_equal(taken_by(f, 1), 0);
	assert_int_equal(taken_by(f, 2), 1);
	agent_does(f, ACD_AGENT_PAUSE, 2);
	assert_int_equal(taken_by(f, 3), 0); /* the third is away: round again */
	agent_does(f, ACD_AGENT_READY, 2);
	assert_int_equal(taken_by(f, 4), 1);
	assert_int_equal(taken_by(f, 5), 2);
	assert_int_equal(taken_by(f, 6), 0);
}

static void circular_finds_its_place_again_after_new_settings(void **state)
{
	struct fixture *f = *state;
	one_queue(f, 4, ACD_CIRCULAR);
	apply_and_log_in(f);
	taken_by(f, 1);
	assert_int_equal(taken_by(f, 2), 1);
	fixture_prepare(f, 1, 4); /* the first is no longer a member: 101 is listed first now */
	for (uint32_t i = 1; i < 4; i++)
		fixture_member(f, 0, i, 0);
	f->settings->queues[0].strategy = ACD_CIRCULAR;
	fixture_apply(f);
	assert_int_equal(taken_by(f, 3), 2);
	assert_int_equal(taken_by(f, 4), 3);
	assert_int_equal(taken_by(f, 5), 1);
}

/* ---- lots ---- */

static void draw(struct fixture *f, uint32_t calls, uint32_t *of)
{
	for (uint32_t i = 0; i < calls; i++)
		of[taken_by(f, 1000 + i)]++;
}

static void random_gives_each_its_share_and_repeats_with_its_seed(void **state)
{
	struct fixture *f = *state;
	uint32_t of[4] = {0}, again[4] = {0}, other[4] = {0};
	one_queue(f, 4, ACD_RANDOM);
	f->settings->seed = 1;
	apply_and_log_in(f);
	draw(f, 4000, of);
	for (int i = 0; i < 4; i++)
		assert_in_range(of[i], 900, 1100);
	for (uint64_t seed = 2; seed; seed = seed == 2 ? 1 : 0) {
		one_queue(f, 4, ACD_RANDOM);
		f->settings->seed = seed;
		fixture_apply(f);
		draw(f, 4000, seed == 1 ? again : other);
	}
	assert_memory_equal(of, again, sizeof(of));
	assert_memory_not_equal(of, other, sizeof(of));
}

static void weighted_random_follows_the_weights_within_the_best_penalty(void **state)
{
	struct fixture *f = *state;
	uint32_t of[4] = {0};
	fixture_prepare(f, 1, 4);
	for (uint32_t i = 0; i < 4; i++) {
		fixture_member(f, 0, i, i == 3);
		f->settings->members[i].weight = (uint8_t)(i == 3 ? 200 : i + 1);
	}
	f->settings->queues[0].strategy = ACD_WEIGHTED_RANDOM;
	apply_and_log_in(f);
	draw(f, 6000, of);
	assert_in_range(of[0], 900, 1100);
	assert_in_range(of[1], 1850, 2150);
	assert_in_range(of[2], 2800, 3200);
	assert_int_equal(of[3], 0);
}

/* ---- talk and occupancy ---- */

static void least_talk_counts_seconds_and_late_joiners_start_level(void **state)
{
	struct fixture *f = *state;
	one_queue(f, 3, ACD_LEAST_TALK);
	fixture_apply(f);
	login(f, 0, 0);
	login(f, 1, 1);
	serve(f, 1, 0, 0, 100 * S);
	serve(f, 2, 0, 1, 30 * S);
	serve(f, 3, 0, 1, 40 * S); /* 100, 70 */
	login(f, 2, 2);            /* starts at 70, not at 0; idle less long */
	assert_int_equal(taken_by(f, 4), 1);
	agent_does(f, ACD_AGENT_PAUSE, 1);
	serve(f, 5, 0, 2, 20 * S); /* 90 */
	assert_int_equal(taken_by(f, 6), 2);
	serve(f, 7, 0, 2, 20 * S); /* 110 */
	assert_int_equal(taken_by(f, 8), 0);
}

static void time_on_hold_is_not_talk(void **state)
{
	struct fixture *f = *state;
	one_queue(f, 2, ACD_LEAST_TALK);
	apply_and_log_in(f);
	talk(f, 1, 0, 0);
	time_goes(f, 10 * S);
	call_does(f, ACD_TALK_HOLD, 1);
	time_goes(f, 90 * S);
	call_does(f, ACD_TALK_RESUMED, 1);
	time_goes(f, 10 * S);
	call_does(f, ACD_TALK_ENDED, 1);
	serve(f, 2, 0, 1, 30 * S);
	assert_int_equal(taken_by(f, 3), 0);
}

static void least_occupied_weighs_work_against_time_since_login(void **state)
{
	struct fixture *f = *state;
	one_queue(f, 2, ACD_LEAST_OCCUPIED);
	fixture_apply(f);
	login(f, 0, 0);
	time_goes(f, 1000 * S);
	serve(f, 1, 0, 0, 200 * S); /* 200 of 1200 */
	login(f, 1, 1);
	time_goes(f, 100 * S);
	serve(f, 2, 0, 1, 100 * S); /* 100 of 200, against 200 of 1400 */
	assert_int_equal(taken_by(f, 3), 0);
	agent_does(f, ACD_AGENT_PAUSE, 0);
	serve(f, 4, 0, 1, 10 * S);
	agent_does(f, ACD_AGENT_READY, 0);
	time_goes(f, 1500 * S); /* nobody works: 200 of 2910, against 110 of 1710 */
	assert_int_equal(taken_by(f, 5), 1);
}

static void least_occupied_without_wrap_up(void **state)
{
	struct fixture *f = *state;
	for (uint32_t without = 0; without < 2; without++) {
		one_queue(f, 2, ACD_LEAST_OCCUPIED);
		f->settings->agents[0].own_wrap_up = true;
		f->settings->agents[0].wrap_up_ms = 100000;
		f->settings->work_without_wrap_up = without;
		fixture_apply(f);
		login(f, 0, 0);
		login(f, 1, 1);
		time_goes(f, 100 * S);
		serve(f, 10 * without + 1, 0, 0, 20 * S);
		time_goes(f, 100 * S); /* in wrap-up, which ends */
		serve(f, 10 * without + 2, 0, 1, 40 * S);
		assert_int_equal(taken_by(f, 10 * without + 3), without ? 0 : 1);
		agent_does(f, ACD_AGENT_LOGOUT, 0);
		agent_does(f, ACD_AGENT_LOGOUT, 1);
	}
}

/* ---- skills ---- */

static struct acd_queue_settings *skilled(struct fixture *f, const uint8_t (*levels)[2], uint32_t agents)
{
	struct acd_queue_settings *queue = one_queue(f, agents, ACD_SKILLS);
	f->settings->skill_count = 2;
	for (uint32_t i = 0; i < agents; i++)
		for (int skill = 0; skill < 2; skill++)
			f->settings->agents[i].level[skill] = levels[i][skill];
	queue->need_count = 1;
	queue->needs[0] = (struct acd_need){.skill = 0, .level = 4};
	return queue;
}

static void the_best_level_is_offered_first_and_nobody_below_the_need(void **state)
{
	struct fixture *f = *state;
	static const uint8_t levels[5][2] = {{4, 1}, {2, 16}, {5, 1}, {0, 1}, {2, 1}};
	skilled(f, levels, 5);
	apply_and_log_in(f);
	talk(f, 1, 0, 1); /* 2 before 4; the second agent is idle longer than the fifth */
	talk(f, 2, 0, 4);
	talk(f, 3, 0, 0);
	enqueue(f, 4, 0);
	not_offered(f); /* level 5 is not enough, and the fourth has the skill not at all */
}

static void weights_decide_between_two_skills(void **state)
{
	struct fixture *f = *state;
	static const uint8_t levels[2][2] = {{1, 4}, {4, 2}};
	struct acd_queue_settings *queue = skilled(f, levels, 2);
	queue->need_count = 2;
	queue->needs[1] = (struct acd_need){.skill = 1, .level = 4, .weight = 3};
	apply_and_log_in(f);
	assert_int_equal(taken_by(f, 1), 1); /* 4 + 3 x 2 against 1 + 3 x 4 */
	skilled(f, levels, 2)->need_count = 2;
	f->settings->queues[0].needs[1] = (struct acd_need){.skill = 1, .level = 4, .weight = 1};
	fixture_apply(f);
	assert_int_equal(taken_by(f, 2), 0);
}

static void relaxation_lets_more_agents_in_and_keeps_the_place(void **state)
{
	struct fixture *f = *state;
	static const uint8_t levels[2][2] = {{3, 0}, {9, 0}};
	struct acd_queue_settings *queue = skilled(f, levels, 2);
	queue->relax_count = 2;
	queue->relax[0] = (struct acd_relax){.after_ms = 20000, .skill = 0, .level = 8};
	queue->relax[1] = (struct acd_relax){.after_ms = 40000, .skill = 0, .level = 9};
	apply_and_log_in(f);
	talk(f, 1, 0, 0);
	enqueue(f, 2, 0);
	time_goes(f, 10 * S);
	enqueue(f, 3, 0);
	assert_int_equal(decided(f, ACD_D_ACCEPTED, 0)->position, 2);
	time_goes(f, 29 * S + 999999);
	not_offered(f);
	time_goes(f, 1);
	assert_int_equal(offered(f, 2)->agent, 1); /* after 40 s; the younger waits on */
	call_does(f, ACD_GONE, 2);
	not_offered(f); /* the one free has level 9, the younger has come to level 8 */
	call_does(f, ACD_TALK_ENDED, 1);
	assert_int_equal(offered(f, 3)->agent, 0);
}

/* Levels 3 and 9, steps to 6, 8 and 9: nobody is at 6 or 8, and nobody at 3 who has not logged in. */
static struct acd_queue_settings *steps_past_empty_levels(struct fixture *f, enum acd_skip skip)
{
	static const uint8_t levels[2][2] = {{3, 0}, {9, 0}};
	struct acd_queue_settings *queue = skilled(f, levels, 2);
	queue->relax_count = 3;
	for (uint8_t i = 0; i < 3; i++)
		queue->relax[i] = (struct acd_relax){
		    .after_ms = 10000 * (i + UINT64_C(1)), .skill = 0, .level = (uint8_t[]){6, 8, 9}[i]};
	queue->skip = skip;
	return queue;
}

static void a_step_to_a_level_where_nobody_is_is_not_waited_for(void **state)
{
	struct fixture *f = *state;
	steps_past_empty_levels(f, ACD_SKIP_STEPS);
	apply_and_log_in(f);
	agent_does(f, ACD_AGENT_PAUSE, 0);
	enqueue(f, 1, 0);
	time_goes(f, 9 * S + 999999);
	not_offered(f);
	time_goes(f, 1);
	assert_int_equal(offered(f, 1)->agent, 1);
	call_does(f, ACD_GONE, 1);
	steps_past_empty_levels(f, ACD_SKIP_NEVER);
	fixture_apply(f);
	enqueue(f, 2, 0);
	time_goes(f, 29 * S + 999999);
	not_offered(f);
	time_goes(f, 1);
	assert_int_equal(offered(f, 2)->agent, 1);
}

static void who_logs_in_and_out_opens_and_closes_the_steps(void **state)
{
	struct fixture *f = *state;
	steps_past_empty_levels(f, ACD_SKIP_ALL);
	fixture_apply(f);
	login(f, 0, 0);
	agent_does(f, ACD_AGENT_PAUSE, 0);
	enqueue(f, 1, 0);
	login(f, 1, 1);
	not_offered(f); /* somebody with the level needed is there */
	agent_does(f, ACD_AGENT_LOGOUT, 0);
	assert_int_equal(offered(f, 1)->agent, 1);
	call_does(f, ACD_GONE, 1);
	agent_does(f, ACD_AGENT_PAUSE, 1);
	enqueue(f, 2, 0);
	login(f, 0, 0);
	assert_int_equal(offered(f, 2)->agent, 0);
	agent_does(f, ACD_AGENT_PAUSE, 0); /* it waits again, and the steps are closed again */
	agent_does(f, ACD_AGENT_READY, 1);
	not_offered(f);
	time_goes(f, 10 * S);
	assert_int_equal(offered(f, 2)->agent, 1);
}

/* The first in order does not fit the free agent; the one behind it does, and waits for nobody. */
static void a_caller_further_on_is_not_held_up_by_the_first(void **state)
{
	struct fixture *f = *state;
	static const uint8_t levels[1][2] = {{6, 0}};
	struct acd_queue_settings *queue = skilled(f, levels, 1);
	queue->relax_count = 1;
	queue->relax[0] = (struct acd_relax){.after_ms = 10000, .skill = 0, .level = 6};
	apply_and_log_in(f);
	enqueue(f, 1, 0);
	time_goes(f, 5 * S);
	fixture_event(f, &(struct acd_event){.type = ACD_ENQUEUE, .call = 2, .priority = 1});
	assert_int_equal(decided(f, ACD_D_ACCEPTED, 0)->position, 1);
	time_goes(f, 5 * S);
	assert_int_equal(offered(f, 1)->agent, 0);
}

static void refused(struct fixture *f)
{
	fixture_apply(f);
	assert_int_equal(decided_count(f, ACD_D_UNEXPECTED), 1);
}

static void contradictory_skill_rules_are_refused(void **state)
{
	struct fixture *f = *state;
	static const uint8_t levels[1][2] = {{6, 0}};
	struct acd_queue_settings *queue = skilled(f, levels, 1);
	queue->relax_count = 1;
	queue->relax[0] = (struct acd_relax){.after_ms = 10000, .skill = 0, .level = 3};
	refused(f); /* narrower than the need */
	queue = skilled(f, levels, 1);
	queue->relax_count = 2;
	queue->relax[0] = (struct acd_relax){.after_ms = 10000, .skill = 0, .level = 8};
	queue->relax[1] = (struct acd_relax){.after_ms = 9000, .skill = 0, .level = 9};
	refused(f); /* out of order */
	queue = skilled(f, levels, 1);
	queue->relax_count = 1;
	queue->relax[0] = (struct acd_relax){.after_ms = 10000, .skill = 1, .level = 9};
	refused(f); /* a skill that is not needed */
	skilled(f, levels, 1)->needs[0].skill = 2;
	refused(f); /* no such skill */
	skilled(f, levels, 1)->needs[0].level = 17;
	refused(f);
}

/* ---- whose caller ---- */

static void two_queues(struct fixture *f)
{
	fixture_prepare(f, 2, 1);
	fixture_member(f, 0, 0, 0);
	fixture_member(f, 1, 0, 0);
}

static void occupy(struct fixture *f)
{
	login(f, 0, 0);
	talk(f, 99, 0, 0);
}

static acd_call next_served(struct fixture *f, acd_call talking)
{
	call_does(f, ACD_TALK_ENDED, talking);
	const struct acd_decision *offer = decided(f, ACD_D_OFFER, 0);
	assert_non_null(offer);
	acd_call call = offer->call;
	answer(f, offer);
	return call;
}

static void the_longest_wait_across_queues_goes_first(void **state)
{
	struct fixture *f = *state;
	two_queues(f);
	fixture_apply(f);
	occupy(f);
	enqueue(f, 1, 1);
	time_goes(f, S);
	enqueue(f, 2, 0);
	assert_int_equal(next_served(f, 99), 1);
}

static void a_queue_of_weight_three_waits_three_times_as_long(void **state)
{
	struct fixture *f = *state;
	two_queues(f);
	f->settings->queues[1].weight = 3;
	fixture_apply(f);
	occupy(f);
	enqueue(f, 1, 0);
	time_goes(f, 10 * S);
	enqueue(f, 2, 1);
	time_goes(f, 4 * S); /* 14 against 3 x 4 */
	assert_int_equal(next_served(f, 99), 1);
	enqueue(f, 3, 0);
	time_goes(f, 5 * S); /* 5 against 3 x 9 */
	assert_int_equal(next_served(f, 1), 2);
}

static void the_service_objective_counts_the_wait_in_thresholds(void **state)
{
	struct fixture *f = *state;
	two_queues(f);
	f->settings->choice = ACD_CHOICE_SERVICE_OBJECTIVE;
	f->settings->queues[0].service_level_ms = 60000;
	f->settings->queues[1].service_level_ms = 10000;
	fixture_apply(f);
	occupy(f);
	enqueue(f, 1, 0);
	time_goes(f, 20 * S);
	enqueue(f, 2, 1);
	time_goes(f, 4 * S); /* 24 of 60 against 4 of 10: equal, the older */
	assert_int_equal(next_served(f, 99), 1);
	enqueue(f, 3, 0);
	time_goes(f, 5 * S);
	assert_int_equal(next_served(f, 1), 2);
}

static void ageing_lifts_a_caller_one_priority_for_each_step(void **state)
{
	struct fixture *f = *state;
	two_queues(f);
	f->settings->queues[0].ageing_ms = 10000;
	f->settings->queues[0].priority = 3;
	fixture_apply(f);
	occupy(f);
	fixture_event(f, &(struct acd_event){.type = ACD_ENQUEUE, .call = 1, .priority = 5});
	time_goes(f, 19 * S);
	fixture_event(f, &(struct acd_event){.type = ACD_ENQUEUE, .call = 2, .priority = 3});
	assert_int_equal(decided(f, ACD_D_ACCEPTED, 0)->position, 1); /* 5 - 1.9 */
	time_goes(f, 2 * S);
	fixture_event(f, &(struct acd_event){.type = ACD_ENQUEUE, .call = 3, .priority = 3});
	assert_int_equal(decided(f, ACD_D_ACCEPTED, 0)->position, 3); /* 5 - 2.1 */
	assert_int_equal(next_served(f, 99), 2);
	assert_int_equal(next_served(f, 2), 1);
	assert_int_equal(next_served(f, 1), 3);
}

/* Most urgent callers keep coming, twice as fast as they can be served: the least urgent still gets its turn. */
static void nobody_starves_with_ageing(void **state)
{
	struct fixture *f = *state;
	two_queues(f);
	f->settings->queues[0].ageing_ms = 10000;
	fixture_apply(f);
	occupy(f);
	fixture_event(f, &(struct acd_event){.type = ACD_ENQUEUE, .call = 1, .priority = 10});
	uint64_t from_us = f->now_us;
	acd_call talking = 99, next = 1000;
	while (talking != 1) {
		for (int i = 0; i < 2; i++)
			fixture_event(f, &(struct acd_event){.type = ACD_ENQUEUE, .call = next++, .priority = 1});
		time_goes(f, S);
		talking = next_served(f, talking);
		assert_true(f->now_us - from_us < 200 * S); /* those of 90 s, at half the speed */
	}
	assert_true(f->now_us - from_us > 100 * S);
}

/* The order of callers is total: whatever comes from three queues with different rules, each offer is the first. */
static void the_order_has_no_cycles(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 3, 1);
	for (uint32_t i = 0; i < 3; i++) {
		fixture_member(f, i, 0, 0);
		f->settings->queues[i].ageing_ms = i * 7000;
		f->settings->queues[i].weight = i + 1;
		f->settings->queues[i].service_level_ms = 5000 + 9000 * i;
	}
	f->settings->choice = ACD_CHOICE_SERVICE_OBJECTIVE;
	fixture_apply(f);
	occupy(f);
	for (acd_call call = 1; call <= 60; call++) {
		fixture_event(f, &(struct acd_event){.type = ACD_ENQUEUE,
		                                     .call = call,
		                                     .queue = (acd_queue)(call * 7 % 3),
		                                     .priority = (uint8_t)(1 + call * 5 % 10)});
		time_goes(f, (call * 13 % 4) * S);
	}
	bool served[61] = {false};
	acd_call talking = 99;
	for (int i = 0; i < 60; i++) { /* everybody is served, once */
		talking = next_served(f, talking);
		assert_in_range(talking, 1, 60);
		assert_false(served[talking]);
		served[talking] = true;
		time_goes(f, 500000);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(every_strategy_is_available),
	    TEST(circular_goes_on_after_the_last_one_offered),
	    TEST(circular_finds_its_place_again_after_new_settings),
	    TEST(random_gives_each_its_share_and_repeats_with_its_seed),
	    TEST(weighted_random_follows_the_weights_within_the_best_penalty),
	    TEST(least_talk_counts_seconds_and_late_joiners_start_level),
	    TEST(time_on_hold_is_not_talk),
	    TEST(least_occupied_weighs_work_against_time_since_login),
	    TEST(least_occupied_without_wrap_up),
	    TEST(the_best_level_is_offered_first_and_nobody_below_the_need),
	    TEST(weights_decide_between_two_skills),
	    TEST(relaxation_lets_more_agents_in_and_keeps_the_place),
	    TEST(a_step_to_a_level_where_nobody_is_is_not_waited_for),
	    TEST(who_logs_in_and_out_opens_and_closes_the_steps),
	    TEST(a_caller_further_on_is_not_held_up_by_the_first),
	    TEST(contradictory_skill_rules_are_refused),
	    TEST(the_longest_wait_across_queues_goes_first),
	    TEST(a_queue_of_weight_three_waits_three_times_as_long),
	    TEST(the_service_objective_counts_the_wait_in_thresholds),
	    TEST(ageing_lifts_a_caller_one_priority_for_each_step),
	    TEST(nobody_starves_with_ageing),
	    TEST(the_order_has_no_cycles),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
