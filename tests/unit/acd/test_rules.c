/* Rules of routing beyond the strategies: reserve agents, shares, preferences, fair load, best service, calls for one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "acd_fixture.h"

static void enqueue_for(struct fixture *f, acd_call call, acd_queue queue, acd_agent agent)
{
	fixture_event(f, &(struct acd_event){
	                     .type = ACD_ENQUEUE, .call = call, .queue = queue, .agent = agent, .port = ACD_NONE});
}

static void ends(struct fixture *f, acd_call call)
{
	call_does(f, ACD_TALK_ENDED, call);
}

/* ---- reserve (R13) ---- */

static void reserve_agents_come_with_overload_and_go_below_the_lower_mark(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 2);
	fixture_member(f, 0, 0, 0);
	fixture_member(f, 0, 1, 0);
	f->settings->members[1].reserve = 1;
	f->settings->queues[0].reserve[0] = (struct acd_reserve){.waiting = 3, .waiting_until = 1};
	fixture_apply(f);
	login(f, 0, 0);
	login(f, 1, 1);
	talk(f, 1, 0, 0);
	enqueue(f, 2, 0);
	enqueue(f, 3, 0);
	not_offered(f);
	enqueue(f, 4, 0); /* three wait */
	assert_int_equal(offered(f, 2)->agent, 1);
	answer(f, offered(f, 2));
	ends(f, 2); /* two wait, more than one: still overloaded */
	assert_int_equal(offered(f, 3)->agent, 1);
	answer(f, offered(f, 3));
	ends(f, 3); /* one waits: enough */
	not_offered(f);
	assert_int_equal(agent_now(f, 1)->state, ACD_READY);
	ends(f, 1);
	assert_int_equal(offered(f, 4)->agent, 0);
}

static void the_second_level_is_reached_by_waiting_time(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 1);
	fixture_member(f, 0, 0, 0);
	f->settings->members[0].reserve = 2;
	f->settings->queues[0].reserve[1] = (struct acd_reserve){.oldest_ms = 30000, .oldest_until_ms = 5000};
	fixture_apply(f);
	login(f, 0, 0);
	enqueue(f, 1, 0);
	time_goes(f, 30 * S - 1);
	assert_int_equal(decided_count(f, ACD_D_OFFER), 0);
	time_goes(f, 1);
	assert_int_equal(decided(f, ACD_D_OFFER, 0)->agent, 0);
}

static void a_service_level_that_falls_calls_the_reserve(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 2);
	fixture_member(f, 0, 0, 0);
	fixture_member(f, 0, 1, 0);
	f->settings->members[1].reserve = 1;
	f->settings->queues[0].reserve[0] = (struct acd_reserve){.level = 60, .level_until = 90};
	fixture_apply(f);
	login(f, 0, 0);
	login(f, 1, 1);
	for (acd_call call = 1; call <= 5; call++) { /* each too late: 20 s is the threshold */
		agent_does(f, ACD_AGENT_PAUSE, 0);
		enqueue(f, call, 0);
		time_goes(f, 30 * S);
		agent_does(f, ACD_AGENT_READY, 0);
		answer(f, offered(f, call));
		if (call < 5)
			ends(f, call);
	}
	enqueue(f, 6, 0); /* the first agent talks */
	assert_int_equal(offered(f, 6)->agent, 1);
}

/* ---- calls for one agent (R14, R15) ---- */

static void prepare_sticky(struct fixture *f)
{
	fixture_prepare(f, 1, 2);
	fixture_member(f, 0, 0, 0);
	fixture_member(f, 0, 1, 0);
	f->settings->queues[0].sticky_ms = 20000;
	f->settings->queues[0].wrap_up_ms = 10000;
	fixture_apply(f);
	login(f, 0, 0);
	login(f, 1, 1);
}

static void kept_for_the_agent_while_predicted_free_within_the_bound(void **state)
{
	struct fixture *f = *state;
	prepare_sticky(f);
	talk(f, 1, 0, 0);
	ends(f, 1); /* wrap-up for 10 s: that is known */
	enqueue_for(f, 2, 0, 0);
	not_offered(f); /* the other is free, and is not rung */
	assert_int_equal(queue_now(f, 0)->waiting, 1);
	time_goes(f, 10 * S);
	const struct acd_decision *offer = decided(f, ACD_D_OFFER, 0);
	assert_int_equal(offer->agent, 0);
	assert_true(offer->kept_us == 10 * S);
}

static void not_kept_when_the_agent_is_needed_for_longer_or_leaves(void **state)
{
	struct fixture *f = *state;
	prepare_sticky(f);
	talk(f, 1, 0, 0);
	time_goes(f, 100 * S);
	ends(f, 1); /* handling takes 110 s here */
	time_goes(f, 10 * S);
	agent_does(f, ACD_AGENT_PAUSE, 1);
	enqueue(f, 2, 0);
	answer(f, offered(f, 2)); /* by the first agent, who has only begun */
	agent_does(f, ACD_AGENT_READY, 1);
	enqueue_for(f, 3, 0, 0);
	assert_int_equal(offered(f, 3)->agent, 1);
	answer(f, offered(f, 3));
	time_goes(f, 100 * S);
	ends(f, 2);
	enqueue_for(f, 4, 0, 0);
	not_offered(f);
	ends(f, 3);
	time_goes(f, 2 * S);
	agent_does(f, ACD_AGENT_LOGOUT, 0); /* nobody to keep it for: it waits for the other's wrap-up */
	time_goes(f, 8 * S);
	assert_int_equal(decided(f, ACD_D_OFFER, 0)->agent, 1);
}

static void never_kept_longer_than_the_bound(void **state)
{
	struct fixture *f = *state;
	prepare_sticky(f);
	talk(f, 1, 0, 0);
	time_goes(f, 5 * S);
	ends(f, 1);
	time_goes(f, 10 * S); /* 15 s a call */
	agent_does(f, ACD_AGENT_PAUSE, 1);
	enqueue(f, 2, 0);
	answer(f, offered(f, 2));
	agent_does(f, ACD_AGENT_READY, 1);
	enqueue_for(f, 3, 0, 0);
	not_offered(f); /* predicted within 15 s; but this talk goes on */
	time_goes(f, 20 * S - 1);
	assert_int_equal(decided_count(f, ACD_D_OFFER), 0);
	time_goes(f, 1);
	assert_int_equal(decided(f, ACD_D_OFFER, 0)->agent, 1);
	assert_true(decided(f, ACD_D_OFFER, 0)->kept_us == 20 * S);
}

static void prepare_direct(struct fixture *f)
{
	fixture_prepare(f, 2, 2);
	fixture_member(f, 0, 0, 0);
	fixture_member(f, 0, 1, 0);
	f->settings->queues[1].direct = true;
}

static void direct_calls_wait_for_their_agent_and_go_first(void **state)
{
	struct fixture *f = *state;
	prepare_direct(f);
	fixture_apply(f);
	enqueue_for(f, 1, 1, 0);
	assert_int_equal(decided(f, ACD_D_REFUSED, 0)->exit, ACD_EXIT_JOIN_EMPTY);
	login(f, 0, 0);
	talk(f, 2, 0, 0);
	enqueue(f, 3, 0);
	time_goes(f, S);
	enqueue_for(f, 4, 1, 0);
	assert_int_equal(decided_count(f, ACD_D_ACCEPTED), 1);
	ends(f, 2);
	answer(f, offered(f, 4));
	assert_int_equal(agent_now(f, 0)->calls, 1);
	assert_int_equal(agent_now(f, 0)->direct_calls, 1);
	login(f, 1, 1);
	answer(f, offered(f, 3));
	ends(f, 3);
	enqueue_for(f, 5, 1, 0);
	not_offered(f); /* the other is free, but was not asked for */
	agent_does(f, ACD_AGENT_LOGOUT, 0);
	ends(f, 4);
	assert_int_equal(decided(f, ACD_D_EXIT, 0)->exit, ACD_EXIT_LEAVE_EMPTY);
}

static void direct_calls_in_turn_and_unanswered(void **state)
{
	struct fixture *f = *state;
	prepare_direct(f);
	f->settings->agents[0].direct_in_turn = true;
	fixture_apply(f);
	login(f, 0, 0);
	talk(f, 1, 0, 0);
	enqueue(f, 2, 0);
	time_goes(f, S);
	enqueue_for(f, 3, 1, 0);
	ends(f, 1);
	answer(f, offered(f, 2)); /* was there first */
	ends(f, 2);
	offer_gets(f, ACD_OFFER_RINGING, offered(f, 3)->offer);
	time_goes(f, 15 * S);
	assert_int_equal(decided(f, ACD_D_EXIT, 0)->exit, ACD_EXIT_MAX_WAIT);
}

/* ---- shares, preferences, load, best service ---- */

static void the_share_most_behind_is_next(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 2);
	fixture_member(f, 0, 0, 0);
	fixture_member(f, 0, 1, 0);
	f->settings->queues[0].strategy = ACD_ALLOCATION;
	f->settings->members[0].share = 20;
	f->settings->members[1].share = 80;
	fixture_apply(f);
	login(f, 0, 0);
	login(f, 1, 1);
	acd_agent who[5];
	for (acd_call call = 1; call <= 5; call++) {
		enqueue(f, call, 0);
		who[call - 1] = offered(f, call)->agent;
		answer(f, offered(f, call));
		time_goes(f, 10 * S);
		ends(f, call);
	}
	assert_int_equal(who[0], 0); /* nobody has talked: the longest idle */
	assert_int_equal(who[1], 1);
	for (unsigned i = 2; i < 5; i++)
		assert_int_equal(who[i], 1);
}

/* One agent, a fifth of the talk for queue 0: idle for it while it has more, however long its caller waits. */
static void strict_shares_leave_an_agent_idle(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 2, 1);
	fixture_member(f, 0, 0, 0);
	fixture_member(f, 1, 0, 0);
	f->settings->queues[0].strategy = ACD_ALLOCATION;
	f->settings->queues[0].share_strict = true;
	f->settings->members[0].share = 20;
	fixture_apply(f);
	login(f, 0, 0);
	enqueue(f, 1, 0);
	answer(f, offered(f, 1)); /* nothing used yet */
	time_goes(f, 10 * S);
	ends(f, 1);
	enqueue(f, 2, 0);
	not_offered(f);
	time_goes(f, 60 * S);
	not_offered(f);
	enqueue(f, 3, 1); /* 30 s for the other queue: still more than a fifth */
	answer(f, offered(f, 3));
	time_goes(f, 30 * S);
	ends(f, 3);
	not_offered(f);
	enqueue(f, 4, 1); /* 10 of 51 */
	answer(f, offered(f, 4));
	time_goes(f, 10 * S);
	ends(f, 4);
	assert_int_equal(offered(f, 2)->agent, 0);
}

static acd_call taken_with(struct fixture *f, enum acd_prefer prefer)
{
	fixture_prepare(f, 2, 1);
	fixture_member(f, 0, 0, 0);
	fixture_member(f, 1, 0, 5); /* not its best */
	f->settings->queues[0].service_level_ms = 100000;
	f->settings->queues[1].service_level_ms = 10000;
	f->settings->agents[0].prefer = prefer;
	fixture_apply(f);
	enqueue(f, 1, 0);
	time_goes(f, 5 * S);
	enqueue(f, 2, 1);
	time_goes(f, 5 * S);
	login(f, 0, 0);
	return decided(f, ACD_D_OFFER, 0)->call;
}

static void need_prefers_the_longest_wait(void **state)
{
	assert_int_equal(taken_with(*state, ACD_PREFER_NEED), 1);
}

static void objective_prefers_who_has_used_most_of_it(void **state)
{
	assert_int_equal(taken_with(*state, ACD_PREFER_OBJECTIVE), 2);
}

static void skill_prefers_what_the_agent_is_best_at(void **state)
{
	assert_int_equal(taken_with(*state, ACD_PREFER_SKILL), 1);
}

static void fair_load_rests_until_the_half_hour_is_light_again(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 1);
	fixture_member(f, 0, 0, 0);
	f->settings->agents[0].occupancy_max = 50;
	f->settings->agents[0].rest_ms = 5000;
	fixture_apply(f);
	f->now_us = 3600 * S;
	login(f, 0, 0);
	talk(f, 1, 0, 0);
	time_goes(f, 60 * S);
	ends(f, 1);
	enqueue(f, 2, 0);
	not_offered(f); /* a rest of 5 s after each */
	time_goes(f, 5 * S);
	answer(f, decided(f, ACD_D_OFFER, 0));
	time_goes(f, 20 * 60 * S);
	ends(f, 2); /* 21 of 30 minutes: too much until 6 of them are forgotten */
	enqueue(f, 3, 0);
	time_goes(f, 8 * 60 * S);
	assert_int_equal(decided_count(f, ACD_D_OFFER), 0);
	time_goes(f, 8 * 60 * S);
	assert_true(decided_count(f, ACD_D_OFFER) > 0);
}

static void best_service_goes_where_the_wait_is_least(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 3, 2);
	fixture_member(f, 1, 0, 0);
	fixture_member(f, 2, 1, 0);
	f->settings->queues[0].best_count = 2;
	f->settings->queues[0].best[0] = 1;
	f->settings->queues[0].best[1] = 2;
	f->settings->queues[1].join_states = ACD_STATES_STAFFED;
	fixture_apply(f);
	login(f, 1, 1);
	enqueue(f, 1, 0);
	assert_int_equal(decided(f, ACD_D_ACCEPTED, 0)->queue, 2);
	answer(f, offered(f, 1));
	enqueue(f, 2, 0); /* queue 1 would refuse it */
	assert_int_equal(decided(f, ACD_D_ACCEPTED, 0)->queue, 2);
	login(f, 0, 0);
	enqueue(f, 3, 0);
	assert_int_equal(decided(f, ACD_D_ACCEPTED, 0)->queue, 1);
	assert_int_equal(queue_now(f, 0)->arrived, 0);
}

/* ---- Q12, Q13 ---- */

static void priority_and_head_take_effect_at_once(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 0);
	for (acd_call call = 1; call <= 3; call++) {
		enqueue(f, call, 0);
		time_goes(f, S);
	}
	fixture_event(f, &(struct acd_event){.type = ACD_PRIORITY, .call = 3, .priority = 1});
	call_does(f, ACD_PLACE, 3);
	assert_int_equal(decided(f, ACD_D_PLACE, 0)->position, 1);
	fixture_event(f, &(struct acd_event){.type = ACD_PRIORITY, .call = 2, .priority = 0});
	call_does(f, ACD_PLACE, 2);
	assert_int_equal(decided(f, ACD_D_PLACE, 0)->position, 1);
	call_does(f, ACD_PLACE, 3);
	assert_int_equal(decided(f, ACD_D_PLACE, 0)->position, 2);
}

static void who_gives_a_call_back_is_not_offered_it_at_once(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 1);
	talk(f, 1, 0, 0);
	enqueue(f, 2, 0);
	fixture_event(f, &(struct acd_event){.type = ACD_TALK_ENDED, .call = 1, .reason = 1});
	not_offered(f);
	fixture_event(f, &(struct acd_event){.type = ACD_ENQUEUE, .call = 1, .head = true, .transferred = true});
	time_goes(f, 5 * S);
	assert_int_equal(decided(f, ACD_D_OFFER, 0)->call, 1); /* before the one who has waited */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(reserve_agents_come_with_overload_and_go_below_the_lower_mark),
	    TEST(the_second_level_is_reached_by_waiting_time),
	    TEST(a_service_level_that_falls_calls_the_reserve),
	    TEST(kept_for_the_agent_while_predicted_free_within_the_bound),
	    TEST(not_kept_when_the_agent_is_needed_for_longer_or_leaves),
	    TEST(never_kept_longer_than_the_bound),
	    TEST(direct_calls_wait_for_their_agent_and_go_first),
	    TEST(direct_calls_in_turn_and_unanswered),
	    TEST(the_share_most_behind_is_next),
	    TEST(strict_shares_leave_an_agent_idle),
	    TEST(need_prefers_the_longest_wait),
	    TEST(objective_prefers_who_has_used_most_of_it),
	    TEST(skill_prefers_what_the_agent_is_best_at),
	    TEST(fair_load_rests_until_the_half_hour_is_light_again),
	    TEST(best_service_goes_where_the_wait_is_least),
	    TEST(priority_and_head_take_effect_at_once),
	    TEST(who_gives_a_call_back_is_not_offered_it_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
