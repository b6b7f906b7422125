/* How a call is presented: one more telephone after each step, autopause by queue and kind, wrap-up, longest pauses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "acd_fixture.h"

static void progressive(struct fixture *f, uint32_t step_ms)
{
	fixture_prepare(f, 1, 3);
	f->settings->queues[0].strategy = ACD_RING_ALL;
	f->settings->queues[0].progressive_ms = step_ms;
	f->settings->queues[0].ring_time_ms = 60000;
	for (uint32_t i = 0; i < 3; i++)
		fixture_member(f, 0, i, 0);
	fixture_apply(f);
	for (uint32_t i = 0; i < 3; i++)
		login(f, (acd_agent)i, (uint16_t)i);
}

static void one_more_telephone_after_each_step(void **state)
{
	struct fixture *f = *state;
	progressive(f, 10000);
	enqueue(f, 1, 0);
	struct acd_decision first = *offered(f, 1);
	assert_int_equal(first.agent, 0);
	assert_int_equal(decided_count(f, ACD_D_OFFER), 1);
	offer_gets(f, ACD_OFFER_RINGING, first.offer);
	time_goes(f, 10 * S - 1);
	not_offered(f);
	time_goes(f, 1);
	struct acd_decision second = *offered(f, 1);
	assert_int_equal(second.agent, 1);
	assert_int_equal(decided_count(f, ACD_D_OFFER_CANCEL), 0); /* the first rings on */
	offer_gets(f, ACD_OFFER_RINGING, second.offer);
	time_goes(f, 10 * S);
	struct acd_decision third = *offered(f, 1);
	assert_int_equal(third.agent, 2);
	offer_gets(f, ACD_OFFER_ANSWER, second.offer);
	assert_int_equal(decided_count(f, ACD_D_WINNER), 1);
	assert_int_equal(decided_count(f, ACD_D_OFFER_CANCEL), 2);
	assert_int_equal(decided(f, ACD_D_OFFER_CANCEL, 0)->result, ACD_OFFER_LOST_RACE);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
}

static void a_step_that_finds_nobody_waits_for_the_next_one_free(void **state)
{
	struct fixture *f = *state;
	progressive(f, 10000);
	agent_does(f, ACD_AGENT_PAUSE, 1);
	agent_does(f, ACD_AGENT_PAUSE, 2);
	enqueue(f, 1, 0);
	offer_gets(f, ACD_OFFER_RINGING, offered(f, 1)->offer);
	agent_does(f, ACD_AGENT_READY, 1); /* before the step is due: not rung yet */
	not_offered(f);
	agent_does(f, ACD_AGENT_PAUSE, 1);
	time_goes(f, 12 * S);
	agent_does(f, ACD_AGENT_READY, 2);
	assert_int_equal(offered(f, 1)->agent, 2);
}

static void two_callers_share_the_agents_of_a_progressive_queue(void **state)
{
	struct fixture *f = *state;
	progressive(f, 10000);
	enqueue(f, 1, 0);
	assert_int_equal(offered(f, 1)->agent, 0);
	enqueue(f, 2, 0);
	assert_int_equal(offered(f, 2)->agent, 1); /* who waits comes before who is being rung */
}

/* Queues 0 and 1, agent 0 in both. */
static void two_queues(struct fixture *f, bool here, enum acd_miss kind)
{
	fixture_prepare(f, 2, 1);
	for (uint32_t q = 0; q < 2; q++) {
		f->settings->queues[q].autopause_after = 2;
		f->settings->queues[q].autopause_here = here;
		f->settings->queues[q].autopause_on = kind;
		fixture_member(f, q, 0, 0);
	}
	fixture_apply(f);
	login(f, 0, 0);
}

static void miss(struct fixture *f, acd_call call, acd_queue queue, enum acd_offer_result result)
{
	enqueue(f, call, queue);
	struct acd_decision offer = *offered(f, call);
	offer_gets(f, ACD_OFFER_RINGING, offer.offer);
	if (result == ACD_OFFER_NO_ANSWER)
		time_goes(f, (uint64_t)offer.ring_ms * 1000 - 1);
	offer_fails(f, offer.offer, result);
	call_does(f, ACD_GONE, call);
	time_goes(f, 30 * S); /* past any pause for a telephone that could not be rung */
}

static void paused_in_one_queue_and_ready_in_the_other(void **state)
{
	struct fixture *f = *state;
	two_queues(f, true, ACD_MISS_ANY);
	miss(f, 1, 0, ACD_OFFER_DECLINED);
	miss(f, 2, 1, ACD_OFFER_DECLINED); /* one in each: nobody is paused */
	assert_int_equal(agent_now(f, 0)->queues_paused, 0);
	miss(f, 3, 0, ACD_OFFER_DECLINED);
	assert_int_equal(agent_now(f, 0)->queues_paused, 1);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
	enqueue(f, 4, 0);
	not_offered(f);
	enqueue(f, 5, 1);
	offered(f, 5);
	call_does(f, ACD_GONE, 5);
	agent_does(f, ACD_AGENT_READY, 0);
	assert_int_equal(offered(f, 4)->agent, 0);
}

static void paused_in_all_queues_is_paused(void **state)
{
	struct fixture *f = *state;
	two_queues(f, true, ACD_MISS_ANY);
	for (acd_call call = 1; call < 5; call++)
		miss(f, call, call % 2, ACD_OFFER_DECLINED);
	assert_int_equal(agent_now(f, 0)->state, ACD_PAUSED);
	assert_int_equal(agent_now(f, 0)->reason, ACD_REASON_MISSED);
	agent_does(f, ACD_AGENT_READY, 0);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
	assert_int_equal(agent_now(f, 0)->queues_paused, 0);
}

static void only_the_kind_that_is_asked_for_counts(void **state)
{
	struct fixture *f = *state;
	two_queues(f, false, ACD_MISS_BUSY);
	for (acd_call call = 1; call < 6; call++)
		miss(f, call, 0, ACD_OFFER_DECLINED);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
	miss(f, 6, 0, ACD_OFFER_BUSY);
	miss(f, 7, 1, ACD_OFFER_BUSY);
	assert_int_equal(agent_now(f, 0)->state, ACD_PAUSED);
}

static void the_agents_own_wrap_up_comes_before_the_queues(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 1);
	f->settings->queues[0].wrap_up_ms = 5000;
	f->settings->agents[0].own_wrap_up = true;
	f->settings->agents[0].wrap_up_ms = 20000;
	fixture_member(f, 0, 0, 0);
	fixture_apply(f);
	login(f, 0, 0);
	talk(f, 1, 0, 0);
	call_does(f, ACD_TALK_ENDED, 1);
	time_goes(f, 20 * S - 1);
	assert_int_equal(agent_now(f, 0)->state, ACD_WRAP_UP);
	time_goes(f, 1);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
}

static void a_pause_ends_at_its_limit_counted_from_its_reason(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 1);
	f->settings->pause_limits[1] = (struct acd_pause_limit){.after_ms = 60000};
	f->settings->pause_limits[2] = (struct acd_pause_limit){.after_ms = 60000, .log_out = true};
	fixture_member(f, 0, 0, 0);
	fixture_apply(f);
	login(f, 0, 0);
	fixture_event(f, &(struct acd_event){.type = ACD_AGENT_PAUSE, .reason = 1});
	time_goes(f, 50 * S);
	fixture_event(f, &(struct acd_event){.type = ACD_AGENT_PAUSE, .reason = 1});
	time_goes(f, 59 * S);
	assert_int_equal(agent_now(f, 0)->state, ACD_PAUSED);
	time_goes(f, 1 * S);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
	fixture_event(f, &(struct acd_event){.type = ACD_AGENT_PAUSE, .reason = 2});
	time_goes(f, 60 * S);
	assert_int_equal(agent_now(f, 0)->state, ACD_LOGGED_OUT);
}

static void an_expired_lease_is_counted(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 1);
	enqueue(f, 1, 0);
	struct acd_decision offer = *offered(f, 1);
	time_goes(f, 60 * S);
	agent_now(f, 0);
	assert_true(f->view->leases_expired > 0);
	offer_gets(f, ACD_OFFER_RINGING, offer.offer);
	assert_int_equal(decided_count(f, ACD_D_UNEXPECTED), 1); /* too late */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(one_more_telephone_after_each_step),
	    TEST(a_step_that_finds_nobody_waits_for_the_next_one_free),
	    TEST(two_callers_share_the_agents_of_a_progressive_queue),
	    TEST(paused_in_one_queue_and_ready_in_the_other),
	    TEST(paused_in_all_queues_is_paused),
	    TEST(only_the_kind_that_is_asked_for_counts),
	    TEST(the_agents_own_wrap_up_comes_before_the_queues),
	    TEST(a_pause_ends_at_its_limit_counted_from_its_reason),
	    TEST(an_expired_lease_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
