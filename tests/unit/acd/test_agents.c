/* Agents: what they ask for, what their telephones allow, and what they are doing are three things. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "acd_fixture.h"

static void refusals_say_why(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 2);
	login(f, 0, 0);
	assert_int_equal(decided(f, ACD_D_AGENT_REFUSED, 0)->refusal, ACD_REFUSAL_ALREADY_LOGGED_IN);
	agent_does(f, ACD_AGENT_LOGOUT, 1);
	login(f, 1, 0);
	assert_int_equal(decided(f, ACD_D_AGENT_REFUSED, 0)->refusal, ACD_REFUSAL_PORT_IN_USE);
	agent_does(f, ACD_AGENT_LOGOUT, 1);
	assert_int_equal(decided(f, ACD_D_AGENT_REFUSED, 0)->refusal, ACD_REFUSAL_NOT_LOGGED_IN);
	agent_does(f, ACD_AGENT_PAUSE, 1);
	assert_int_equal(decided(f, ACD_D_AGENT_REFUSED, 0)->refusal, ACD_REFUSAL_NOT_LOGGED_IN);
	login(f, 2, 9);
	assert_int_equal(decided(f, ACD_D_AGENT_REFUSED, 0)->refusal, ACD_REFUSAL_UNKNOWN_AGENT);
	agent_does(f, ACD_AGENT_LOGOUT, 0);
	login(f, 1, 0); /* hot desk: the telephone is free again */
	assert_int_equal(agent_now(f, 1)->port, 0);
	assert_int_equal(agent_now(f, 1)->state, ACD_READY);
}

static void pause_asked_for_while_talking_follows_the_call(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 1);
	talk(f, 1, 0, 0);
	fixture_event(f, &(struct acd_event){.type = ACD_AGENT_PAUSE, .agent = 0, .reason = 3});
	assert_int_equal(agent_now(f, 0)->state, ACD_TALKING);
	assert_true(agent_now(f, 0)->wish_paused);
	call_does(f, ACD_TALK_ENDED, 1);
	assert_int_equal(agent_now(f, 0)->state, ACD_PAUSED);
	assert_int_equal(agent_now(f, 0)->reason, 3);
	enqueue(f, 2, 0);
	not_offered(f);
	agent_does(f, ACD_AGENT_READY, 0);
	assert_int_equal(offered(f, 2)->agent, 0);
}

static void another_reason_begins_another_interval(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 1);
	agent_does(f, ACD_AGENT_PAUSE, 0);
	time_goes(f, 10 * S);
	fixture_event(f, &(struct acd_event){.type = ACD_AGENT_PAUSE, .agent = 0, .reason = 2});
	assert_int_equal(decided(f, ACD_D_AGENT_STATE, 0)->reason, 2);
	assert_true(agent_now(f, 0)->since_us == f->now_us);
}

static void logout_asked_for_while_talking_skips_wrap_up(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 1);
	fixture_member(f, 0, 0, 0);
	f->settings->queues[0].wrap_up_ms = 30000;
	fixture_apply(f);
	login(f, 0, 0);
	talk(f, 1, 0, 0);
	agent_does(f, ACD_AGENT_LOGOUT, 0);
	assert_int_equal(agent_now(f, 0)->state, ACD_TALKING);
	call_does(f, ACD_TALK_ENDED, 1);
	assert_int_equal(agent_now(f, 0)->state, ACD_LOGGED_OUT);
	assert_int_equal(agent_now(f, 0)->port, ACD_NONE);
}

static void pause_while_rung_sends_the_caller_to_another(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 2);
	enqueue(f, 1, 0);
	offer_gets(f, ACD_OFFER_RINGING, offered(f, 1)->offer);
	agent_does(f, ACD_AGENT_PAUSE, 0);
	assert_int_equal(decided(f, ACD_D_OFFER_CANCEL, 0)->result, ACD_OFFER_DECLINED);
	assert_int_equal(offered(f, 1)->agent, 1);
	assert_int_equal(agent_now(f, 0)->state, ACD_PAUSED);
}

static void prepare_two_queues(struct fixture *f)
{
	fixture_prepare(f, 2, 1);
	fixture_member(f, 0, 0, 0);
	fixture_member(f, 1, 0, 0);
	f->settings->queues[0].wrap_up_ms = 30000;
	fixture_apply(f);
	login(f, 0, 0);
}

/* W06, P13 */
static void wrap_up_binds_in_all_queues(void **state)
{
	struct fixture *f = *state;
	prepare_two_queues(f);
	talk(f, 1, 0, 0);
	call_does(f, ACD_TALK_ENDED, 1);
	enqueue(f, 2, 1);
	not_offered(f);
	time_goes(f, 29 * S);
	not_offered(f);
	time_goes(f, S);
	assert_int_equal(offered(f, 2)->agent, 0);
}

static void wrap_up_ends_by_key_and_by_ready(void **state)
{
	struct fixture *f = *state;
	prepare_two_queues(f);
	talk(f, 1, 0, 0);
	call_does(f, ACD_TALK_ENDED, 1);
	agent_does(f, ACD_AGENT_WRAP_UP_END, 0);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
	agent_does(f, ACD_AGENT_WRAP_UP_END, 0);
	assert_int_equal(decided_count(f, ACD_D_UNEXPECTED), 1);
	talk(f, 2, 0, 0);
	call_does(f, ACD_TALK_ENDED, 2);
	agent_does(f, ACD_AGENT_PAUSE, 0);
	assert_int_equal(agent_now(f, 0)->state, ACD_WRAP_UP); /* the pause waits for its end */
	agent_does(f, ACD_AGENT_READY, 0);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
}

/* P13 */
static void wrap_up_is_extended_by_as_much_again(void **state)
{
	struct fixture *f = *state;
	prepare_two_queues(f);
	agent_does(f, ACD_AGENT_WRAP_UP_MORE, 0);
	assert_int_equal(decided_count(f, ACD_D_UNEXPECTED), 1); /* not in wrap-up */
	talk(f, 1, 0, 0);
	call_does(f, ACD_TALK_ENDED, 1);
	time_goes(f, 20 * S);
	agent_does(f, ACD_AGENT_WRAP_UP_MORE, 0);
	time_goes(f, 30 * S - 1);
	assert_int_equal(agent_now(f, 0)->state, ACD_WRAP_UP);
	time_goes(f, 1);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
}

/* P12 */
static void who_misses_too_often_is_paused_and_the_caller_keeps_its_place(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 1);
	fixture_member(f, 0, 0, 0);
	f->settings->queues[0].autopause_after = 2;
	fixture_apply(f);
	login(f, 0, 0);
	enqueue(f, 1, 0);
	offer_gets(f, ACD_OFFER_RINGING, offered(f, 1)->offer);
	time_goes(f, 15 * S);
	offer_gets(f, ACD_OFFER_RINGING, offered(f, 1)->offer); /* the first is forgiven */
	time_goes(f, 15 * S);
	not_offered(f);
	assert_int_equal(agent_now(f, 0)->state, ACD_PAUSED);
	assert_int_equal(agent_now(f, 0)->reason, ACD_REASON_MISSED);
	assert_int_equal(queue_now(f, 0)->waiting, 1);
	agent_does(f, ACD_AGENT_READY, 0);
	answer(f, offered(f, 1));
	call_does(f, ACD_TALK_ENDED, 1);
	enqueue(f, 2, 0);
	offer_gets(f, ACD_OFFER_RINGING, offered(f, 2)->offer);
	time_goes(f, 15 * S);
	offered(f, 2); /* an answer has cleared the count */
}

/* P14 */
static void agent_on_another_call_is_not_offered(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 1);
	agent_does(f, ACD_AGENT_PHONE_BUSY, 0);
	assert_int_equal(queue_now(f, 0)->agents_ready, 0);
	enqueue(f, 1, 0);
	not_offered(f);
	agent_does(f, ACD_AGENT_PHONE_FREE, 0);
	assert_int_equal(offered(f, 1)->agent, 0);
	agent_does(f, ACD_AGENT_PHONE_BUSY, 0); /* lifted for something else while reserved */
	assert_int_equal(decided(f, ACD_D_OFFER_CANCEL, 0)->result, ACD_OFFER_BUSY);
	not_offered(f);
}

static void login_with_the_receiver_off_waits_for_it(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 1);
	agent_does(f, ACD_AGENT_LOGOUT, 0);
	enqueue(f, 1, 0);
	agent_does(f, ACD_AGENT_PHONE_BUSY, 0);
	login(f, 0, 0);
	not_offered(f);
	agent_does(f, ACD_AGENT_PHONE_FREE, 0);
	assert_int_equal(offered(f, 1)->agent, 0);
}

static void unplugged_until_the_telephone_is_free(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 2);
	enqueue(f, 1, 0);
	agent_does(f, ACD_AGENT_UNPLUGGED, 0);
	assert_int_equal(agent_now(f, 0)->state, ACD_UNPLUGGED);
	assert_int_equal(offered(f, 1)->agent, 1);
	agent_does(f, ACD_AGENT_PHONE_BUSY, 0);
	assert_int_equal(agent_now(f, 0)->state, ACD_UNPLUGGED);
	agent_does(f, ACD_AGENT_PHONE_FREE, 0);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
}

static void what_does_not_fit_changes_nothing(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 1);
	static const enum acd_event_type senseless[] = {ACD_GONE,         ACD_WITHDRAW,     ACD_OFFER_RINGING,
	                                                ACD_OFFER_ANSWER, ACD_OFFER_FAILED, ACD_TALK_STARTED,
	                                                ACD_TALK_HOLD,    ACD_TALK_RESUMED, ACD_TALK_ENDED};
	for (unsigned i = 0; i < sizeof(senseless) / sizeof(*senseless); i++) {
		fixture_event(f, &(struct acd_event){.type = senseless[i], .call = 77, .offer = 88});
		assert_int_equal(f->count, 1);
		assert_int_equal(f->decisions[0].type, ACD_D_UNEXPECTED);
		assert_int_equal(agent_now(f, 0)->state, ACD_READY);
		assert_int_equal(f->view->unexpected, i + 1);
	}
}

/* Ends the talk of this call as said. */
static void talk_ends(struct fixture *f, acd_call call, enum acd_talk_end end)
{
	fixture_event(
	    f, &(struct acd_event){
	           .type = ACD_TALK_ENDED, .call = call, .agent = ACD_NONE, .queue = ACD_NONE, .reason = (uint8_t)end});
}

static void wrap_up_is_not_left_while_a_disposition_is_owed(void **state)
{
	struct fixture *f = *state;
	prepare_two_queues(f);
	talk(f, 1, 0, 0);
	talk_ends(f, 1, ACD_TALK_OWES);
	time_goes(f, 100 * S);
	enqueue(f, 2, 1);
	agent_does(f, ACD_AGENT_WRAP_UP_END, 0);
	agent_does(f, ACD_AGENT_READY, 0);
	not_offered(f);
	assert_int_equal(agent_now(f, 0)->state, ACD_WRAP_UP);
	assert_true(agent_now(f, 0)->owes);
	agent_does(f, ACD_AGENT_SETTLED, 0);
	assert_int_equal(offered(f, 2)->agent, 0);
	assert_false(agent_now(f, 0)->owes);
}

static void a_disposition_given_early_leaves_wrap_up_its_time(void **state)
{
	struct fixture *f = *state;
	prepare_two_queues(f);
	talk(f, 1, 0, 0);
	talk_ends(f, 1, ACD_TALK_OWES);
	agent_does(f, ACD_AGENT_LOGOUT, 0); /* noted */
	assert_int_equal(agent_now(f, 0)->state, ACD_WRAP_UP);
	agent_does(f, ACD_AGENT_SETTLED, 0);
	assert_int_equal(agent_now(f, 0)->state, ACD_WRAP_UP);
	time_goes(f, 30 * S);
	assert_int_equal(agent_now(f, 0)->state, ACD_LOGGED_OUT);
	agent_does(f, ACD_AGENT_SETTLED, 0);
	assert_int_equal(decided_count(f, ACD_D_UNEXPECTED), 1);
}

static void what_was_owed_before_a_restart_is_owed_at_the_next_login(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 1);
	agent_does(f, ACD_AGENT_LOGOUT, 0);
	agent_does(f, ACD_AGENT_OWES, 0);
	login(f, 0, 0);
	assert_int_equal(agent_now(f, 0)->state, ACD_WRAP_UP);
	agent_does(f, ACD_AGENT_SETTLED, 0);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
}

/* Its line is cut while it is rung: nobody there has missed anything. */
static void unplugged_while_rung_is_no_miss(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 1);
	fixture_member(f, 0, 0, 0);
	f->settings->queues[0].autopause_after = 1;
	fixture_apply(f);
	login(f, 0, 0);
	enqueue(f, 1, 0);
	offer_gets(f, ACD_OFFER_RINGING, offered(f, 1)->offer);
	agent_does(f, ACD_AGENT_UNPLUGGED, 0);
	assert_int_equal(agent_now(f, 0)->state, ACD_UNPLUGGED);
	agent_does(f, ACD_AGENT_PHONE_FREE, 0);
	assert_int_equal(agent_now(f, 0)->state, ACD_RESERVED);
}

static void pause_for(struct fixture *f, uint8_t reason, enum acd_event_type type)
{
	fixture_event(f, &(struct acd_event){.type = type, .agent = 0, .queue = ACD_NONE, .reason = reason});
}

static void pauses_are_counted_by_reason(void **state)
{
	struct fixture *f = *state;
	uint64_t sum_us = 0;
	fixture_simple(f, 1);
	for (uint8_t reason = 1; reason <= 20; reason++) {
		pause_for(f, reason, ACD_AGENT_PAUSE);
		time_goes(f, reason * S);
	}
	pause_for(f, 1, ACD_AGENT_PAUSE);
	time_goes(f, 5 * S);
	agent_does(f, ACD_AGENT_READY, 0);
	const struct acd_agent_view *agent = agent_now(f, 0);
	assert_int_equal(agent->pauses[0].reason, 1);
	assert_int_equal(agent->pauses[0].count, 2);
	assert_int_equal(agent->pauses[0].us, 6 * S);
	assert_int_equal(agent->pauses[ACD_PAUSES - 1].reason, ACD_REASON_OTHERS);
	for (unsigned i = 0; i < ACD_PAUSES; i++)
		sum_us += agent->pauses[i].us;
	assert_int_equal(sum_us, agent->state_us[ACD_PAUSED]);
	pause_for(f, 7, ACD_AGENT_LOGOUT);
	assert_int_equal(decided(f, ACD_D_AGENT_STATE, 0)->reason, 7);
	assert_int_equal(agent_now(f, 0)->reason, 7);
	login(f, 0, 0);
	assert_int_equal(agent_now(f, 0)->reason, 0);
	assert_int_equal(agent_now(f, 0)->pauses[0].count, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(refusals_say_why),
	    TEST(pause_asked_for_while_talking_follows_the_call),
	    TEST(another_reason_begins_another_interval),
	    TEST(logout_asked_for_while_talking_skips_wrap_up),
	    TEST(pause_while_rung_sends_the_caller_to_another),
	    TEST(wrap_up_binds_in_all_queues),
	    TEST(wrap_up_ends_by_key_and_by_ready),
	    TEST(wrap_up_is_extended_by_as_much_again),
	    TEST(wrap_up_is_not_left_while_a_disposition_is_owed),
	    TEST(a_disposition_given_early_leaves_wrap_up_its_time),
	    TEST(what_was_owed_before_a_restart_is_owed_at_the_next_login),
	    TEST(pauses_are_counted_by_reason),
	    TEST(who_misses_too_often_is_paused_and_the_caller_keeps_its_place),
	    TEST(agent_on_another_call_is_not_offered),
	    TEST(login_with_the_receiver_off_waits_for_it),
	    TEST(unplugged_until_the_telephone_is_free),
	    TEST(unplugged_while_rung_is_no_miss),
	    TEST(what_does_not_fit_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
