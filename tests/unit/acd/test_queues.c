/* Queues: order, admission, every way out counted once, and settings replaced while calls go on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "acd_fixture.h"

static void join(struct fixture *f, acd_call call, acd_queue queue, uint8_t priority, uint64_t arrived_us)
{
	fixture_event(
	    f, &(struct acd_event){
	           .type = ACD_ENQUEUE, .call = call, .queue = queue, .priority = priority, .arrived_us = arrived_us});
}

static void positions_follow_priority_arrival_and_entry(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 0);
	f->now_us = 100 * S;
	static const struct {
		uint8_t priority;
		uint64_t arrived_us;
		uint32_t position;
	} callers[] = {{5, 100 * S, 1}, {5, 100 * S, 2}, {5, 90 * S, 1}, {1, 100 * S, 1}, {10, 1, 5}, {0, 95 * S, 3}};
	for (acd_call i = 0; i < 6; i++) {
		join(f, i + 1, 0, callers[i].priority, callers[i].arrived_us);
		assert_int_equal(decided(f, ACD_D_ACCEPTED, 0)->position, callers[i].position);
	}
	assert_true(queue_now(f, 0)->oldest_arrived_us == 1);
}

/* R11: priority first, then the longest wait, across all queues of the agent */
static void freed_agent_takes_the_first_across_queues(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 3, 1);
	for (uint32_t i = 0; i < 3; i++)
		fixture_member(f, i, 0, 0);
	f->settings->queues[2].priority = 2;
	fixture_apply(f);
	enqueue(f, 1, 0);
	time_goes(f, S);
	enqueue(f, 2, 1);
	time_goes(f, S);
	enqueue(f, 3, 2);
	login(f, 0, 0);
	static const acd_call order[] = {3, 1, 2};
	for (unsigned i = 0; i < 3; i++) {
		acd_call call = order[i];
		answer(f, offered(f, call));
		call_does(f, ACD_TALK_ENDED, call);
	}
}

static void admission(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 2, 1);
	fixture_member(f, 0, 0, 0);
	fixture_member(f, 1, 0, 0);
	f->settings->queues[0].length_max = 2;
	f->settings->queues[1].join_states = ACD_STATES_STAFFED;
	fixture_apply(f);
	enqueue(f, 1, 0);
	enqueue(f, 2, 0);
	enqueue(f, 3, 0);
	assert_int_equal(decided(f, ACD_D_REFUSED, 0)->exit, ACD_EXIT_FULL);
	enqueue(f, 4, 1);
	assert_int_equal(decided(f, ACD_D_REFUSED, 0)->exit, ACD_EXIT_JOIN_EMPTY);
	enqueue(f, 5, 2);
	assert_int_equal(decided(f, ACD_D_REFUSED, 0)->exit, ACD_EXIT_NO_QUEUE);
	enqueue(f, 1, 0);
	assert_int_equal(decided_count(f, ACD_D_UNEXPECTED), 1);
	assert_int_equal(queue_now(f, 0)->refused, 1);
	assert_int_equal(queue_now(f, 1)->refused, 1);
	login(f, 0, 0);
	agent_does(f, ACD_AGENT_PAUSE, 0); /* paused is still staffed */
	enqueue(f, 6, 1);
	assert_int_equal(decided_count(f, ACD_D_ACCEPTED), 1);
}

/* Closed, say: the sender does not ask, the queue counts it as refused, and nothing else is decided or changed. */
static void turned_away_by_the_sender_is_counted_and_no_more(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 1);
	fixture_member(f, 0, 0, 0);
	fixture_apply(f);
	login(f, 0, 0);
	f->count = 0;
	struct acd_event away = {
	    .type = ACD_TURNED_AWAY, .call = 1, .agent = ACD_NONE, .port = ACD_NONE, .reason = ACD_EXIT_CLOSED};
	fixture_event(f, &away);
	assert_int_equal(f->count, 0);
	assert_int_equal(queue_now(f, 0)->refused, 1);
	assert_int_equal(f->view->queues[0].arrived, 1);
	assert_int_equal(f->view->queues[0].offered, 0);
	assert_int_equal(f->view->queues[0].exits[ACD_EXIT_CLOSED], 1);
	away.transferred = true;
	fixture_event(f, &away);
	assert_int_equal(queue_now(f, 0)->transferred_in, 1);
	assert_int_equal(f->view->queues[0].transferred_refused, 1);
	assert_int_equal(f->view->queues[0].refused, 1);
	away.queue = 1; /* there is none */
	fixture_event(f, &away);
	assert_int_equal(decided_count(f, ACD_D_UNEXPECTED), 1);
	away.queue = 0;
	away.reason = ACD_EXIT_COUNT;
	fixture_event(f, &away);
	assert_int_equal(decided_count(f, ACD_D_UNEXPECTED), 1);
	enqueue(f, 1, 0); /* the same call, let in later */
	assert_int_equal(queue_now(f, 0)->offered, 1);
}

static void the_builds_limit_refuses_and_recovers(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 4, 0);
	for (unsigned i = 0; i < 4; i++)
		f->settings->queues[i].length_max = CONFIG_CALLS_MAX;
	fixture_apply(f);
	for (acd_call call = 1; call <= CONFIG_CALLS_MAX; call++) {
		f->count = 0;
		acd_queue queue = (acd_queue)(call % 4);
		enqueue(f, call, queue);
		assert_int_equal(decided_count(f, ACD_D_ACCEPTED), 1);
	}
	enqueue(f, CONFIG_CALLS_MAX + 1, 0);
	assert_int_equal(decided(f, ACD_D_REFUSED, 0)->exit, ACD_EXIT_LIMIT);
	call_does(f, ACD_GONE, 17);
	enqueue(f, CONFIG_CALLS_MAX + 2, 0);
	assert_int_equal(decided_count(f, ACD_D_ACCEPTED), 1);
}

static void longest_wait_ends_in_an_exit_but_not_while_an_agent_is_rung(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 1);
	fixture_member(f, 0, 0, 0);
	f->settings->queues[0].wait_max_ms = 10000;
	fixture_apply(f);
	enqueue(f, 1, 0);
	time_goes(f, 10 * S);
	assert_int_equal(decided(f, ACD_D_EXIT, 0)->exit, ACD_EXIT_MAX_WAIT);
	enqueue(f, 2, 0);
	time_goes(f, 5 * S);
	login(f, 0, 0);
	offer_gets(f, ACD_OFFER_RINGING, offered(f, 2)->offer);
	time_goes(f, 10 * S);
	assert_int_equal(f->count, 0); /* 15 s by now, and ringing */
	time_goes(f, 5 * S);
	assert_int_equal(decided(f, ACD_D_EXIT, 0)->call, 2);
	not_offered(f);
	assert_int_equal(queue_now(f, 0)->diverted, 2);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
}

static void last_logout_empties_the_queue(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 2);
	fixture_member(f, 0, 0, 0);
	fixture_member(f, 0, 1, 0);
	f->settings->queues[0].leave_states = ACD_STATE_BIT(ACD_LOGGED_OUT);
	fixture_apply(f);
	login(f, 0, 0);
	login(f, 1, 1);
	agent_does(f, ACD_AGENT_PAUSE, 0);
	agent_does(f, ACD_AGENT_PAUSE, 1);
	enqueue(f, 1, 0);
	enqueue(f, 2, 0);
	agent_does(f, ACD_AGENT_LOGOUT, 0);
	assert_int_equal(decided_count(f, ACD_D_EXIT), 0);
	agent_does(f, ACD_AGENT_LOGOUT, 1);
	assert_int_equal(decided_count(f, ACD_D_EXIT), 2);
	assert_int_equal(decided(f, ACD_D_EXIT, 0)->call, 1);
	assert_int_equal(decided(f, ACD_D_EXIT, 1)->exit, ACD_EXIT_LEAVE_EMPTY);
}

/* Q01: masks of states; the grace keeps who finds nobody, and who would have to leave */
static void states_of_the_agents_let_in_and_send_on(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 1);
	fixture_member(f, 0, 0, 0);
	f->settings->queues[0].join_states = ACD_STATE_BIT(ACD_READY) | ACD_STATE_BIT(ACD_TALKING);
	f->settings->queues[0].leave_states = ACD_STATE_BIT(ACD_LOGGED_OUT) | ACD_STATE_BIT(ACD_PAUSED);
	fixture_apply(f);
	login(f, 0, 0);
	agent_does(f, ACD_AGENT_PAUSE, 0);
	enqueue(f, 1, 0);
	assert_int_equal(decided(f, ACD_D_REFUSED, 0)->exit, ACD_EXIT_JOIN_EMPTY);
	agent_does(f, ACD_AGENT_READY, 0);
	talk(f, 2, 0, 0);
	enqueue(f, 3, 0);
	assert_int_equal(decided_count(f, ACD_D_ACCEPTED), 1);
	agent_does(f, ACD_AGENT_PAUSE, 0); /* a wish: still talking */
	assert_int_equal(decided_count(f, ACD_D_EXIT), 0);
	call_does(f, ACD_TALK_ENDED, 2);
	assert_int_equal(decided(f, ACD_D_EXIT, 0)->exit, ACD_EXIT_LEAVE_EMPTY);
	assert_true(queue_now(f, 0)->exits[ACD_EXIT_LEAVE_EMPTY] == 1);
	assert_true(queue_now(f, 0)->exits[ACD_EXIT_JOIN_EMPTY] == 1);
}

static void a_grace_waits_for_late_log_ins(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 1);
	fixture_member(f, 0, 0, 0);
	f->settings->queues[0].join_states = ACD_STATES_STAFFED;
	f->settings->queues[0].leave_states = ACD_STATE_BIT(ACD_LOGGED_OUT);
	f->settings->queues[0].grace_ms = 10000;
	fixture_apply(f);
	enqueue(f, 1, 0);
	assert_int_equal(decided_count(f, ACD_D_ACCEPTED), 1);
	time_goes(f, 10 * S - 1);
	assert_int_equal(decided_count(f, ACD_D_EXIT), 0);
	time_goes(f, 1);
	assert_int_equal(decided(f, ACD_D_EXIT, 0)->exit, ACD_EXIT_JOIN_EMPTY);
	enqueue(f, 2, 0);
	time_goes(f, 9 * S);
	login(f, 0, 0);
	assert_int_equal(decided(f, ACD_D_OFFER, 0)->call, 2);
	agent_does(f, ACD_AGENT_LOGOUT, 0);
	time_goes(f, 9 * S);
	assert_int_equal(decided_count(f, ACD_D_EXIT), 0);
	time_goes(f, S);
	assert_int_equal(decided(f, ACD_D_EXIT, 0)->exit, ACD_EXIT_LEAVE_EMPTY);
}

static void abandons_and_answers_are_counted_as_defined(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 1);
	fixture_member(f, 0, 0, 0);
	f->settings->queues[0].short_abandon_ms = 5000;
	fixture_apply(f);
	enqueue(f, 1, 0);
	time_goes(f, 5 * S - 1);
	call_does(f, ACD_GONE, 1); /* short */
	enqueue(f, 2, 0);
	time_goes(f, 5 * S);
	call_does(f, ACD_GONE, 2); /* within the service level */
	enqueue(f, 3, 0);
	time_goes(f, 20 * S + 1);
	call_does(f, ACD_GONE, 3); /* after it */
	enqueue(f, 4, 0);
	time_goes(f, 20 * S);
	login(f, 0, 0);
	answer(f, offered(f, 4)); /* just within */
	call_does(f, ACD_TALK_ENDED, 4);
	agent_does(f, ACD_AGENT_PAUSE, 0);
	join(f, 5, 0, 0, f->now_us - 40 * S); /* came from another queue */
	agent_does(f, ACD_AGENT_READY, 0);
	answer(f, offered(f, 5));
	enqueue(f, 6, 0);
	call_does(f, ACD_WITHDRAW, 6);
	assert_int_equal(decided(f, ACD_D_EXIT, 0)->exit, ACD_EXIT_WITHDRAWN);
	const struct acd_queue_view *q = queue_now(f, 0);
	assert_int_equal(q->arrived, 6);
	assert_int_equal(q->short_abandoned, 1);
	assert_int_equal(q->offered, 5);
	assert_int_equal(q->abandoned, 2);
	assert_int_equal(q->abandoned_within, 1);
	assert_int_equal(q->answered, 2);
	assert_int_equal(q->answered_within, 1);
	assert_int_equal(q->diverted, 1);
	assert_true(q->wait_answered_us == 60 * S);
}

static void withdrawn_while_rung_but_not_once_won(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 1);
	enqueue(f, 1, 0);
	call_does(f, ACD_WITHDRAW, 1);
	assert_int_equal(decided(f, ACD_D_OFFER_CANCEL, 0)->result, ACD_OFFER_CANCELLED);
	assert_int_equal(decided_count(f, ACD_D_EXIT), 1);
	enqueue(f, 2, 0);
	offer_gets(f, ACD_OFFER_ANSWER, offered(f, 2)->offer);
	call_does(f, ACD_WITHDRAW, 2);
	assert_int_equal(decided_count(f, ACD_D_UNEXPECTED), 1);
	call_does(f, ACD_GONE, 2); /* hung up before talk: abandoned */
	assert_int_equal(decided(f, ACD_D_OFFER_CANCEL, 0)->result, ACD_OFFER_CANCELLED);
	assert_int_equal(queue_now(f, 0)->abandoned, 1);
}

/* ---- settings ---- */

static void new_settings_keep_who_talks_and_who_is_rung(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 2);
	talk(f, 1, 0, 0);
	enqueue(f, 2, 0);
	acd_offer offer = offered(f, 2)->offer;
	offer_gets(f, ACD_OFFER_RINGING, offer);
	enqueue(f, 3, 0);
	fixture_prepare(f, 2, 3); /* another order, another agent, another queue before */
	static const uint32_t numbers[] = {102, 101, 100};
	for (unsigned i = 0; i < 3; i++) {
		f->settings->agents[i].number = numbers[i];
		fixture_member(f, 1, i, 0);
	}
	f->settings->queues[0].name[5] = 'x';
	f->settings->queues[1].name[5] = '0';
	fixture_apply(f);
	assert_int_equal(f->count, 0);
	assert_int_equal(agent_now(f, 2)->state, ACD_TALKING);
	assert_int_equal(agent_now(f, 1)->state, ACD_RINGING);
	assert_int_equal(queue_now(f, 1)->answered, 1);
	assert_int_equal(queue_now(f, 1)->waiting, 1);
	offer_gets(f, ACD_OFFER_ANSWER, offer);
	assert_int_equal(decided(f, ACD_D_WINNER, 0)->agent, 1);
	call_does(f, ACD_TALK_STARTED, 2);
	login(f, 0, 9);
	assert_int_equal(offered(f, 3)->agent, 0);
	assert_int_equal(offered(f, 3)->queue, 1);
}

static void deleted_queue_lets_its_callers_go(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 2);
	talk(f, 1, 0, 0);
	enqueue(f, 2, 0);
	enqueue(f, 3, 0);
	fixture_prepare(f, 0, 2);
	fixture_apply(f);
	assert_int_equal(decided_count(f, ACD_D_EXIT), 2);
	assert_int_equal(decided(f, ACD_D_EXIT, 0)->exit, ACD_EXIT_NO_QUEUE);
	assert_int_equal(decided(f, ACD_D_OFFER_CANCEL, 0)->call, 2);
	assert_int_equal(agent_now(f, 0)->state, ACD_TALKING);
	call_does(f, ACD_TALK_ENDED, 1);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
}

static void deleted_agent_finishes_the_call(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 2);
	talk(f, 1, 0, 0);
	fixture_prepare(f, 1, 1);
	f->settings->agents[0].number = 101;
	fixture_member(f, 0, 0, 0);
	fixture_apply(f);
	assert_int_equal(f->count, 0);
	call_does(f, ACD_TALK_ENDED, 1);
	assert_int_equal(decided(f, ACD_D_AGENT_STATE, 0)->state, ACD_LOGGED_OUT);
	assert_int_equal(decided(f, ACD_D_AGENT_STATE, 0)->agent, ACD_NONE);
	assert_int_equal(decided(f, ACD_D_AGENT_STATE, 0)->port, 0);
	agent_does(f, ACD_AGENT_LOGOUT, 0);
	login(f, 0, 0); /* the telephone is free */
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
}

/* metrics.md 1, W23: counted where it was first offered; here it shows as transferred. */
static void a_call_from_another_queue_is_counted_once(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 2, 1);
	fixture_member(f, 0, 0, 0);
	fixture_member(f, 1, 0, 0);
	fixture_apply(f);
	enqueue(f, 1, 0);
	uint64_t arrived_us = f->now_us;
	time_goes(f, 10 * S);
	call_does(f, ACD_WITHDRAW, 1);
	struct acd_event move = {
	    .type = ACD_ENQUEUE, .call = 1, .queue = 1, .arrived_us = arrived_us, .transferred = true};
	fixture_event(f, &move);
	assert_int_equal(queue_now(f, 0)->offered + f->view->queues[1].offered, 1);
	assert_int_equal(f->view->queues[0].diverted, 1);
	assert_int_equal(f->view->queues[1].transferred_in, 1);
	assert_true(f->view->queues[1].oldest_arrived_us == arrived_us);
	login(f, 0, 0);
	answer(f, offered(f, 1));
	assert_int_equal(queue_now(f, 1)->answered, 0);
	assert_int_equal(f->view->queues[1].transferred_answered, 1);
	move.call = 2;
	fixture_event(f, &move);
	call_does(f, ACD_GONE, 2);
	assert_int_equal(queue_now(f, 1)->transferred_abandoned, 1);
	assert_int_equal(f->view->queues[1].abandoned, 0);
}

/* W07: new settings are one step in memory; what stays as it was causes no decision, however large the queue. */
static void new_settings_that_change_nothing_cause_nothing(void **state)
{
	struct fixture *f = *state;
	const uint32_t agents = 500;
	fixture_simple(f, agents);
	for (uint32_t i = 0; i < agents / 2; i++)
		agent_does(f, ACD_AGENT_PAUSE, (acd_agent)i);
	fixture_prepare(f, 1, agents);
	for (uint32_t i = 0; i < agents; i++)
		fixture_member(f, 0, i, 0);
	fixture_apply(f);
	assert_int_equal(f->count, 0);
	fixture_prepare(f, 1, agents - 1); /* one goes: that, and nothing else, is told */
	for (uint32_t i = 0; i < agents - 1; i++)
		fixture_member(f, 0, i, 0);
	fixture_apply(f);
	assert_int_equal(f->count, 1);
	assert_int_equal(decided(f, ACD_D_AGENT_STATE, 0)->state, ACD_LOGGED_OUT);
}

static void settings_that_cannot_be_carried_out_change_nothing(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 1);
	assert_false(acd_strategy_available(ACD_STRATEGY_COUNT));
	assert_true(acd_strategy_available(ACD_LONGEST_IDLE));
	for (unsigned wrong = 0; wrong < 4; wrong++) {
		fixture_prepare(f, 2, 2);
		fixture_member(f, 0, 0, 0);
		fixture_member(f, 0, 1, 0);
		if (wrong == 0)
			f->settings->queues[1].strategy = ACD_STRATEGY_COUNT;
		else if (wrong == 1)
			f->settings->members[1].agent = 0; /* twice */
		else if (wrong == 2)
			f->settings->agents[1].number = 100; /* twice */
		else
			f->settings->queues[1].name[5] = '0'; /* twice */
		fixture_apply(f);
		assert_int_equal(decided_count(f, ACD_D_UNEXPECTED), 1);
		enqueue(f, wrong + 1, 0);
		assert_int_equal(offered(f, wrong + 1)->agent, 0);
		call_does(f, ACD_GONE, wrong + 1);
		assert_int_equal(f->view->queue_count, 1);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(positions_follow_priority_arrival_and_entry),
	    TEST(freed_agent_takes_the_first_across_queues),
	    TEST(admission),
	    TEST(turned_away_by_the_sender_is_counted_and_no_more),
	    TEST(the_builds_limit_refuses_and_recovers),
	    TEST(longest_wait_ends_in_an_exit_but_not_while_an_agent_is_rung),
	    TEST(last_logout_empties_the_queue),
	    TEST(states_of_the_agents_let_in_and_send_on),
	    TEST(a_grace_waits_for_late_log_ins),
	    TEST(abandons_and_answers_are_counted_as_defined),
	    TEST(withdrawn_while_rung_but_not_once_won),
	    TEST(new_settings_keep_who_talks_and_who_is_rung),
	    TEST(deleted_queue_lets_its_callers_go),
	    TEST(deleted_agent_finishes_the_call),
	    TEST(a_call_from_another_queue_is_counted_once),
	    TEST(new_settings_that_change_nothing_cause_nothing),
	    TEST(settings_that_cannot_be_carried_out_change_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
