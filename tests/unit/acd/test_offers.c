/* Offers: who is rung, what each outcome leads to, and that a caller keeps place and arrival time through all of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "acd_fixture.h"

static void states_follow_one_call(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 1);
	fixture_member(f, 0, 0, 0);
	f->settings->queues[0].wrap_up_ms = 10000;
	fixture_apply(f);
	login(f, 0, 7);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
	enqueue(f, 1, 0);
	assert_int_equal(decided(f, ACD_D_ACCEPTED, 0)->position, 1);
	assert_int_equal(decided(f, ACD_D_AGENT_STATE, 0)->state, ACD_RESERVED);
	const struct acd_decision offer = *offered(f, 1);
	assert_int_equal(offer.port, 7);
	assert_int_equal(offer.ring_ms, 15000);
	offer_gets(f, ACD_OFFER_RINGING, offer.offer);
	assert_int_equal(agent_now(f, 0)->state, ACD_RINGING);
	assert_int_equal(queue_now(f, 0)->ringing, 1);
	offer_gets(f, ACD_OFFER_ANSWER, offer.offer);
	assert_int_equal(decided_count(f, ACD_D_WINNER), 1);
	call_does(f, ACD_TALK_STARTED, 1);
	assert_int_equal(agent_now(f, 0)->state, ACD_TALKING);
	time_goes(f, 5 * S);
	call_does(f, ACD_TALK_HOLD, 1);
	assert_int_equal(agent_now(f, 0)->state, ACD_HOLD);
	time_goes(f, 60 * S);
	call_does(f, ACD_TALK_RESUMED, 1);
	time_goes(f, 2 * S);
	call_does(f, ACD_TALK_ENDED, 1);
	assert_int_equal(agent_now(f, 0)->state, ACD_WRAP_UP);
	assert_int_equal(decided(f, ACD_D_AGENT_STATE, 0)->call, 1);
	assert_true(agent_now(f, 0)->talk_us == 7 * S); /* hold is kept apart */
	time_goes(f, 10 * S - 1);
	assert_int_equal(agent_now(f, 0)->state, ACD_WRAP_UP);
	time_goes(f, 1);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
	assert_int_equal(agent_now(f, 0)->calls, 1);
}

static void many_callers_meet_many_agents_at_once(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 3);
	for (acd_call call = 1; call <= 3; call++) {
		enqueue(f, call, 0);
		assert_int_equal(offered(f, call)->agent, call - 1);
	}
	enqueue(f, 4, 0);
	not_offered(f);
	assert_int_equal(queue_now(f, 0)->ringing, 3);
	assert_int_equal(queue_now(f, 0)->waiting, 1);
}

/* W19: a burst must not all pick the same agent. */
static void waiting_callers_spread_over_agents_logging_in(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 2);
	agent_does(f, ACD_AGENT_LOGOUT, 0);
	agent_does(f, ACD_AGENT_LOGOUT, 1);
	for (acd_call call = 1; call <= 5; call++)
		enqueue(f, call, 0);
	login(f, 0, 0);
	assert_int_equal(decided_count(f, ACD_D_OFFER), 1);
	assert_int_equal(offered(f, 1)->agent, 0);
	login(f, 1, 1);
	assert_int_equal(offered(f, 2)->agent, 1);
}

static void missed_ring_goes_to_the_next_agent_at_once(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 2);
	enqueue(f, 1, 0);
	acd_offer first = offered(f, 1)->offer;
	offer_gets(f, ACD_OFFER_RINGING, first);
	time_goes(f, 15 * S - 1);
	assert_int_equal(f->count, 0);
	time_goes(f, 1);
	assert_int_equal(decided(f, ACD_D_OFFER_CANCEL, 0)->result, ACD_OFFER_NO_ANSWER);
	assert_int_equal(decided(f, ACD_D_OFFER_CANCEL, 0)->offer, first);
	assert_int_equal(offered(f, 1)->agent, 1);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
	offer_gets(f, ACD_OFFER_ANSWER, first); /* too late */
	assert_int_equal(decided_count(f, ACD_D_UNEXPECTED), 1);
	assert_int_equal(f->count, 1);
}

static void missed_agent_is_tried_again_only_after_the_others(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 3);
	enqueue(f, 1, 0);
	static const acd_agent order[] = {0, 1, 2, 0, 1};
	for (unsigned i = 0; i < 5; i++) {
		const struct acd_decision *offer = offered(f, 1);
		assert_int_equal(offer->agent, order[i]);
		offer_gets(f, ACD_OFFER_RINGING, offer->offer);
		time_goes(f, 15 * S);
	}
	talk(f, 2, 0, 0); /* agent 2 is being rung for call 1; 0 and 1 have missed twice, 0 is the longer idle */
}

/* An agent who sits elsewhere is rung longer, and not tried again so soon. */
static void an_agents_own_ring_time_and_pause_count(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 1);
	fixture_member(f, 0, 0, 0);
	f->settings->queues[0].retry_ms = 5000;
	f->settings->agents[0].ring_time_ms = 25000;
	f->settings->agents[0].retry_ms = 12000;
	fixture_apply(f);
	login(f, 0, 5000); /* a place that is no telephone of the box */
	enqueue(f, 1, 0);
	assert_int_equal(offered(f, 1)->ring_ms, 25000);
	assert_int_equal(offered(f, 1)->port, 5000);
	offer_gets(f, ACD_OFFER_RINGING, offered(f, 1)->offer);
	time_goes(f, 25 * S - 1);
	assert_int_equal(f->count, 0);
	time_goes(f, 1);
	assert_int_equal(decided(f, ACD_D_OFFER_CANCEL, 0)->result, ACD_OFFER_NO_ANSWER);
	time_goes(f, 12 * S - 1);
	not_offered(f);
	time_goes(f, 1);
	assert_int_equal(offered(f, 1)->agent, 0);
}

static void retry_pauses_the_same_agent_only(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 1);
	fixture_member(f, 0, 0, 0);
	f->settings->queues[0].retry_ms = 5000;
	fixture_apply(f);
	login(f, 0, 0);
	enqueue(f, 1, 0);
	offer_gets(f, ACD_OFFER_RINGING, offered(f, 1)->offer);
	time_goes(f, 15 * S);
	not_offered(f);
	time_goes(f, 5 * S - 1);
	not_offered(f);
	time_goes(f, 1);
	assert_int_equal(offered(f, 1)->agent, 0);
}

static void unconfirmed_reservation_ends_with_its_lease(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 2);
	enqueue(f, 1, 0);
	time_goes(f, 2 * S);
	assert_int_equal(decided(f, ACD_D_OFFER_CANCEL, 0)->result, ACD_OFFER_NO_ANSWER);
	assert_int_equal(offered(f, 1)->agent, 1);
}

/* W13: an offer that fails at once must not be repeated at event speed. */
static void telephone_that_cannot_be_rung_is_not_hammered(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 1);
	enqueue(f, 1, 0);
	offer_fails(f, offered(f, 1)->offer, ACD_OFFER_BUSY);
	not_offered(f);
	time_goes(f, 2 * S);
	assert_int_equal(offered(f, 1)->agent, 0);
}

/* W02: lifted and dropped is one agent's decline; the caller keeps place and arrival. */
static void lifted_and_dropped_counts_as_declined(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 2);
	agent_does(f, ACD_AGENT_PAUSE, 1);
	enqueue(f, 1, 0);
	const struct acd_decision offer = *offered(f, 1);
	time_goes(f, S);
	enqueue(f, 2, 0);
	offer_gets(f, ACD_OFFER_RINGING, offer.offer);
	offer_gets(f, ACD_OFFER_ANSWER, offer.offer);
	time_goes(f, S);
	offer_fails(f, offer.offer, ACD_OFFER_DECLINED);
	assert_int_equal(decided_count(f, ACD_D_OFFER_CANCEL), 0);
	assert_int_equal(offered(f, 1)->agent, 0); /* first in order still */
	assert_int_equal(queue_now(f, 0)->answered, 0);
	answer(f, offered(f, 1));
	assert_true(queue_now(f, 0)->wait_answered_us == 2 * S);
}

static void talk_that_never_starts_ends_with_the_lease(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 1);
	enqueue(f, 1, 0);
	acd_offer offer = offered(f, 1)->offer;
	offer_gets(f, ACD_OFFER_ANSWER, offer);
	time_goes(f, 2 * S);
	assert_int_equal(decided(f, ACD_D_OFFER_CANCEL, 0)->result, ACD_OFFER_DECLINED);
	assert_int_equal(offered(f, 1)->agent, 0);
}

static void caller_who_hangs_up_leaves_the_agent_as_idle_as_before(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 2);
	enqueue(f, 1, 0);
	offer_gets(f, ACD_OFFER_RINGING, offered(f, 1)->offer);
	call_does(f, ACD_GONE, 1);
	assert_int_equal(decided(f, ACD_D_OFFER_CANCEL, 0)->result, ACD_OFFER_CANCELLED);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
	assert_int_equal(queue_now(f, 0)->abandoned, 1);
	talk(f, 2, 0, 0); /* still the longest idle */
}

static void idle_clock_starts_at_the_end_of_the_last_call(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 2);
	talk(f, 1, 0, 0);
	talk(f, 2, 0, 1);
	time_goes(f, 10 * S);
	call_does(f, ACD_TALK_ENDED, 2);
	time_goes(f, S);
	call_does(f, ACD_TALK_ENDED, 1);
	agent_does(f, ACD_AGENT_PAUSE, 1);
	agent_does(f, ACD_AGENT_READY, 1); /* a pause does not reset it */
	talk(f, 3, 0, 1);
}

/* Two agents; agent 0 does one of these three things, after which agent 1 is the longest idle, if it is set so. */
static void end_of_one_thing(struct fixture *f, unsigned thing)
{
	if (thing == 0) {
		talk(f, 1, 0, 0);
		talk(f, 2, 0, 1);
		call_does(f, ACD_TALK_ENDED, 1);
		call_does(f, ACD_TALK_ENDED, 2); /* agent 0's talk ended first, its wrap-up last */
		agent_does(f, ACD_AGENT_WRAP_UP_END, 1);
		agent_does(f, ACD_AGENT_WRAP_UP_END, 0);
	} else if (thing == 1) {
		agent_does(f, ACD_AGENT_PAUSE, 0);
		agent_does(f, ACD_AGENT_READY, 0);
	} else {
		agent_does(f, ACD_AGENT_PHONE_BUSY, 0);
		agent_does(f, ACD_AGENT_PHONE_FREE, 0);
	}
}

static void what_does_not_count_as_idle_starts_the_clock_anew(void **state)
{
	struct fixture *f = *state;
	for (unsigned turn = 0; turn < 6; turn++) {
		unsigned thing = turn / 2;
		fixture_prepare(f, 1, 2);
		fixture_member(f, 0, 0, 0);
		fixture_member(f, 0, 1, 0);
		f->settings->queues[0].wrap_up_ms = 60000;
		f->settings->idle_after_wrap_up = thing == 0 && turn % 2;
		f->settings->idle_after_pause = thing == 1 && turn % 2;
		f->settings->idle_after_own_call = thing == 2 && turn % 2;
		fixture_apply(f);
		login(f, 0, 0);
		login(f, 1, 1);
		end_of_one_thing(f, thing);
		talk(f, 10 + turn, 0, turn % 2);
		call_does(f, ACD_TALK_ENDED, 10 + turn);
		agent_does(f, ACD_AGENT_LOGOUT, 0);
		agent_does(f, ACD_AGENT_LOGOUT, 1);
	}
}

static void ring_all_has_one_winner(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 3);
	for (uint32_t i = 0; i < 3; i++)
		fixture_member(f, 0, i, 0);
	f->settings->queues[0].strategy = ACD_RING_ALL;
	fixture_apply(f);
	login(f, 0, 0);
	login(f, 1, 1);
	enqueue(f, 1, 0);
	assert_int_equal(decided_count(f, ACD_D_OFFER), 2);
	const struct acd_decision a = *decided(f, ACD_D_OFFER, 0), b = *decided(f, ACD_D_OFFER, 1);
	login(f, 2, 2); /* joins in */
	const struct acd_decision c = *offered(f, 1);
	offer_gets(f, ACD_OFFER_RINGING, a.offer);
	offer_gets(f, ACD_OFFER_ANSWER, b.offer);
	assert_int_equal(decided_count(f, ACD_D_OFFER_CANCEL), 2);
	assert_int_equal(decided(f, ACD_D_OFFER_CANCEL, 0)->result, ACD_OFFER_LOST_RACE);
	assert_int_equal(f->decisions[f->count - 1].type, ACD_D_WINNER); /* after the others were cancelled */
	assert_int_equal(f->decisions[f->count - 1].agent, 1);
	offer_gets(f, ACD_OFFER_ANSWER, a.offer);
	assert_int_equal(decided_count(f, ACD_D_WINNER), 0);
	offer_gets(f, ACD_OFFER_ANSWER, c.offer);
	assert_int_equal(decided_count(f, ACD_D_UNEXPECTED), 1);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
	assert_int_equal(agent_now(f, 2)->state, ACD_READY);
}

/* Lowest penalty first, but never a caller waiting while somebody is ready. */
static void penalty_orders_agents(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 2);
	fixture_member(f, 0, 0, 3);
	fixture_member(f, 0, 1, 0);
	fixture_apply(f);
	login(f, 0, 0);
	login(f, 1, 1);
	talk(f, 1, 0, 1);
	talk(f, 2, 0, 0);
}

static void fewest_calls_late_joiner_starts_at_the_minimum(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 3);
	for (uint32_t i = 0; i < 3; i++)
		fixture_member(f, 0, i, 0);
	f->settings->queues[0].strategy = ACD_FEWEST_CALLS;
	fixture_apply(f);
	login(f, 0, 0);
	login(f, 1, 1);
	for (acd_call call = 1; call <= 6; call++) {
		talk(f, call, 0, (acd_agent)((call - 1) % 2));
		call_does(f, ACD_TALK_ENDED, call);
	}
	login(f, 2, 2); /* three calls each: the new one is not behind */
	for (acd_call call = 7; call <= 12; call++) {
		talk(f, call, 0, (acd_agent)((call - 7) % 3));
		call_does(f, ACD_TALK_ENDED, call);
	}
}

static void fewest_calls_who_gets_the_queue_while_logged_in_starts_at_the_minimum(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 3);
	for (uint32_t i = 0; i < 2; i++)
		fixture_member(f, 0, i, 0);
	f->settings->queues[0].strategy = ACD_FEWEST_CALLS;
	fixture_apply(f);
	for (acd_agent agent = 0; agent < 3; agent++)
		login(f, agent, agent);
	for (acd_call call = 1; call <= 6; call++) {
		talk(f, call, 0, (acd_agent)((call - 1) % 2));
		call_does(f, ACD_TALK_ENDED, call);
	}
	fixture_prepare(f, 1, 3);
	for (uint32_t i = 0; i < 3; i++)
		fixture_member(f, 0, i, 0);
	f->settings->queues[0].strategy = ACD_FEWEST_CALLS;
	fixture_apply(f);
	for (acd_call call = 7; call <= 12; call++) {
		talk(f, call, 0, (acd_agent)((call - 7) % 3));
		call_does(f, ACD_TALK_ENDED, call);
	}
}

/* Two and two and one calls: whoever logs in first, the third is behind, by as much as before. */
static void fewest_calls_come_back_after_a_restart(void **state)
{
	struct fixture *f = *state;
	const struct acd_event restart = {.type = ACD_RESTART};
	static const acd_agent before[] = {0, 1, 2, 0, 1}, after[] = {2, 0, 1, 2, 3};
	acd_call call = 1;
	fixture_prepare(f, 1, 4);
	for (uint32_t i = 0; i < 4; i++)
		fixture_member(f, 0, i, 0);
	f->settings->queues[0].strategy = ACD_FEWEST_CALLS;
	fixture_apply(f);
	for (acd_agent agent = 0; agent < 3; agent++)
		login(f, agent, agent);
	for (unsigned i = 0; i < sizeof(before) / sizeof(*before); i++, call++) {
		talk(f, call, 0, before[i]);
		call_does(f, ACD_TALK_ENDED, call);
	}
	fixture_event(f, &restart);
	login(f, 0, 0);
	talk(f, call, 0, 0); /* 3 */
	call_does(f, ACD_TALK_ENDED, call++);
	login(f, 1, 1); /* 2, and the call that everybody there has had since */
	login(f, 3, 3); /* comes late: level with the others */
	login(f, 2, 2); /* 1, and one */
	for (unsigned i = 0; i < sizeof(after) / sizeof(*after); i++, call++) {
		talk(f, call, 0, after[i]);
		call_does(f, ACD_TALK_ENDED, call);
	}
}

static void round_robin_takes_turns_over_new_settings(void **state)
{
	struct fixture *f = *state;
	for (unsigned round = 0; round < 2; round++) {
		fixture_prepare(f, 1, 3);
		for (uint32_t i = 0; i < 3; i++)
			fixture_member(f, 0, i, 0);
		f->settings->queues[0].strategy = ACD_ROUND_ROBIN;
		fixture_apply(f);
		for (acd_agent agent = 0; round == 0 && agent < 3; agent++)
			login(f, agent, agent);
		for (acd_call i = 0; i < 2; i++) {
			acd_call call = 1 + 2 * round + i;
			talk(f, call, 0, (acd_agent)((call - 1) % 3));
			call_does(f, ACD_TALK_ENDED, call);
		}
	}
}

/* W01: whoever has won cannot win again, and who comes late cannot win at all. */
static void there_is_one_winner_however_often_they_lift(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 2);
	fixture_member(f, 0, 0, 0);
	fixture_member(f, 0, 1, 0);
	f->settings->queues[0].strategy = ACD_RING_ALL;
	fixture_apply(f);
	login(f, 0, 0);
	login(f, 1, 1);
	enqueue(f, 1, 0);
	acd_offer first = decided(f, ACD_D_OFFER, 0)->offer, second = decided(f, ACD_D_OFFER, 1)->offer;
	offer_gets(f, ACD_OFFER_ANSWER, first);
	assert_int_equal(decided_count(f, ACD_D_WINNER), 1);
	acd_offer all[] = {first, second};
	for (int i = 0; i < 2; i++) {
		offer_gets(f, ACD_OFFER_ANSWER, all[i]);
		assert_int_equal(decided_count(f, ACD_D_WINNER), 0);
		assert_int_equal(decided_count(f, ACD_D_UNEXPECTED), 1);
	}
}

/* W13: lifted, but the talk never comes about: the lease ends it, not the ring time. */
static void a_talk_that_is_not_confirmed_within_the_lease_is_given_up(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 1);
	enqueue(f, 1, 0);
	acd_offer offer = offered(f, 1)->offer;
	offer_gets(f, ACD_OFFER_RINGING, offer);
	offer_gets(f, ACD_OFFER_ANSWER, offer);
	time_goes(f, 2 * S - 1);
	assert_int_equal(f->count, 0);
	time_goes(f, 1);
	assert_int_equal(decided(f, ACD_D_OFFER_CANCEL, 0)->result, ACD_OFFER_DECLINED);
	assert_true(offered(f, 1)->offer != offer);
}

/* W02 */
static void an_answer_dropped_at_once_is_none(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 2);
	fixture_member(f, 0, 0, 0);
	fixture_member(f, 0, 1, 0);
	f->settings->queues[0].strategy = ACD_RING_ALL;
	fixture_apply(f);
	login(f, 0, 0);
	login(f, 1, 1);
	enqueue(f, 1, 0);
	time_goes(f, 3 * S);
	answer(f, decided(f, ACD_D_OFFER, 0) ? decided(f, ACD_D_OFFER, 0) : offered(f, 1));
	assert_int_equal(queue_now(f, 0)->answered, 1);
	acd_agent who = agent_now(f, 0)->state == ACD_TALKING ? 0 : 1;
	enqueue(f, 2, 0); /* came later: for the other agent, whom nobody else rings */
	time_goes(f, S);
	fixture_event(
	    f,
	    &(struct acd_event){
	        .type = ACD_TALK_ENDED, .call = 1, .agent = ACD_NONE, .queue = ACD_NONE, .reason = ACD_TALK_DROPPED});
	assert_int_equal(decided(f, ACD_D_ACCEPTED, 0)->call, 1);
	assert_int_equal(decided(f, ACD_D_ACCEPTED, 0)->position, 1);
	assert_int_equal(queue_now(f, 0)->answered, 0);
	assert_int_equal(queue_now(f, 0)->wait_answered_us, 0);
	assert_int_equal(agent_now(f, who)->calls, 0);
	assert_int_equal(agent_now(f, who)->state, ACD_READY);
	assert_identity(f);
	call_does(f, ACD_GONE, 1);
	assert_int_equal(queue_now(f, 0)->abandoned, 1);
	assert_identity(f);
}

/* P09 */
static void a_call_declined_by_key_is_no_miss_and_not_offered_again_before_hanging_up(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 1);
	fixture_member(f, 0, 0, 0);
	f->settings->queues[0].autopause_after = 1;
	fixture_apply(f);
	login(f, 0, 0);
	enqueue(f, 1, 0);
	struct acd_event event = {.type = ACD_OFFER_FAILED,
	                          .offer = offered(f, 1)->offer,
	                          .agent = ACD_NONE,
	                          .queue = ACD_NONE,
	                          .result = ACD_OFFER_DECLINED,
	                          .reason = ACD_FAILED_UNCOUNTED | ACD_FAILED_LIFTED};
	fixture_event(f, &event);
	not_offered(f);
	assert_int_equal(agent_now(f, 0)->state, ACD_READY);
	agent_does(f, ACD_AGENT_PHONE_FREE, 0);
	event.offer = offered(f, 1)->offer;
	event.reason = 0;
	fixture_event(f, &event);
	assert_int_equal(agent_now(f, 0)->state, ACD_PAUSED);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(states_follow_one_call),
	    TEST(many_callers_meet_many_agents_at_once),
	    TEST(waiting_callers_spread_over_agents_logging_in),
	    TEST(missed_ring_goes_to_the_next_agent_at_once),
	    TEST(an_agents_own_ring_time_and_pause_count),
	    TEST(missed_agent_is_tried_again_only_after_the_others),
	    TEST(retry_pauses_the_same_agent_only),
	    TEST(unconfirmed_reservation_ends_with_its_lease),
	    TEST(telephone_that_cannot_be_rung_is_not_hammered),
	    TEST(lifted_and_dropped_counts_as_declined),
	    TEST(talk_that_never_starts_ends_with_the_lease),
	    TEST(caller_who_hangs_up_leaves_the_agent_as_idle_as_before),
	    TEST(idle_clock_starts_at_the_end_of_the_last_call),
	    TEST(what_does_not_count_as_idle_starts_the_clock_anew),
	    TEST(ring_all_has_one_winner),
	    TEST(penalty_orders_agents),
	    TEST(fewest_calls_late_joiner_starts_at_the_minimum),
	    TEST(fewest_calls_who_gets_the_queue_while_logged_in_starts_at_the_minimum),
	    TEST(fewest_calls_come_back_after_a_restart),
	    TEST(round_robin_takes_turns_over_new_settings),
	    TEST(there_is_one_winner_however_often_they_lift),
	    TEST(a_talk_that_is_not_confirmed_within_the_lease_is_given_up),
	    TEST(an_answer_dropped_at_once_is_none),
	    TEST(a_call_declined_by_key_is_no_miss_and_not_offered_again_before_hanging_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
