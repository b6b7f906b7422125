/*
 * Why this agent: the ranking and what removed each of the others, kept for each offer, and the preview of the next.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "acd_fixture.h"
#include "same_shown.h"

static struct acd_why whys[4];

static const struct acd_why_agent *of_agent(const struct acd_why *why, uint32_t number)
{
	for (uint32_t i = 0; i < why->agent_count; i++)
		if (why->agents[i].number == number)
			return &why->agents[i];
	print_error("agent %u is not explained\n", number);
	fail();
	return NULL;
}

static void each_other_agent_has_what_removed_it(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 10);
	for (uint32_t i = 0; i < 10; i++)
		fixture_member(f, 0, i, i == 8);
	f->settings->queues[0].wrap_up_ms = 60000;
	f->settings->queues[0].retry_ms = 30000;
	fixture_apply(f);
	for (acd_agent i = 0; i < 9; i++)
		login(f, i, i);
	talk(f, 1, 0, 0);
	talk(f, 2, 0, 1);
	call_does(f, ACD_TALK_ENDED, 2);
	uint64_t wrap_up_until_us = f->now_us + 60 * S;
	fixture_event(f, &(struct acd_event){.type = ACD_AGENT_PAUSE, .agent = 2, .reason = 7});
	agent_does(f, ACD_AGENT_PHONE_BUSY, 3);
	agent_does(f, ACD_AGENT_UNPLUGGED, 4);
	enqueue(f, 3, 0);
	acd_offer first = offered(f, 3)->offer;
	offer_fails(f, first, ACD_OFFER_DECLINED); /* agent 105 rests, 106 is rung */
	assert_int_equal(acd_explain(f->acd, 3, whys, 4), 2);
	assert_int_equal(whys[0].offer, first);
	assert_int_equal(whys[0].agent_number, 105);
	assert_int_equal(whys[1].agent_number, 106);
	enqueue(f, 4, 0);
	assert_int_equal(acd_explain(f->acd, 4, whys, 4), 1);
	const struct acd_why *why = &whys[0];
	assert_int_equal(why->agent_count, 10);
	assert_int_equal(why->left_out, 0);
	assert_string_equal(why->queue, "queue0");
	assert_int_equal(why->agents[0].number, 107);
	assert_int_equal(of_agent(why, 107)->rank, 1);
	assert_int_equal(of_agent(why, 108)->rank, 2); /* its penalty */
	assert_int_equal(of_agent(why, 100)->verdict, ACD_ON_CALL);
	assert_int_equal(of_agent(why, 101)->verdict, ACD_IN_WRAP_UP);
	assert_true(of_agent(why, 101)->until_us == wrap_up_until_us);
	assert_int_equal(of_agent(why, 102)->verdict, ACD_NOT_READY);
	assert_int_equal(of_agent(why, 102)->reason, 7);
	assert_int_equal(of_agent(why, 103)->verdict, ACD_PHONE_USED);
	assert_int_equal(of_agent(why, 104)->verdict, ACD_LINE_OUT);
	assert_int_equal(of_agent(why, 105)->verdict, ACD_RESTING);
	assert_true(of_agent(why, 105)->until_us == f->now_us + 30 * S);
	assert_int_equal(of_agent(why, 106)->verdict, ACD_ON_OFFER);
	assert_int_equal(of_agent(why, 109)->verdict, ACD_NOT_LOGGED_IN);
}

static void a_level_that_is_too_low_is_named_until_it_is_relaxed(void **state)
{
	struct fixture *f = *state;
	fixture_prepare(f, 1, 1);
	fixture_member(f, 0, 0, 0);
	struct acd_queue_settings *queue = &f->settings->queues[0];
	queue->strategy = ACD_SKILLS;
	f->settings->skill_count = 1;
	f->settings->agents[0].level[0] = 5;
	queue->need_count = queue->relax_count = 1;
	queue->needs[0].level = 2;
	queue->relax[0] = (struct acd_relax){.after_ms = 10000, .level = 5};
	fixture_apply(f);
	login(f, 0, 0);
	enqueue(f, 1, 0);
	assert_true(acd_explain_next(f->acd, 0, whys));
	assert_int_equal(whys[0].call, 1);
	assert_int_equal(whys[0].agent_number, 0);
	assert_int_equal(whys[0].agents[0].verdict, ACD_LEVEL);
	time_goes(f, 10 * S);
	assert_int_equal(acd_explain(f->acd, 1, whys, 4), 1);
	assert_int_equal(whys[0].agent_number, 100);
	assert_int_equal(whys[0].stage, 1);
	assert_true(whys[0].waited_us == 10 * S);
}

/* W23: what is shown as next is what then happens. */
static void the_preview_comes_true_for_every_strategy(void **state)
{
	struct fixture *f = *state;
	for (int strategy = ACD_LINEAR; strategy < ACD_STRATEGY_COUNT; strategy++) {
		fixture_prepare(f, 1, 4);
		for (uint32_t i = 0; i < 4; i++)
			fixture_member(f, 0, i, i == 0);
		f->settings->queues[0].strategy = (enum acd_strategy)strategy;
		fixture_apply(f);
		for (acd_agent i = 0; i < 4; i++)
			login(f, i, i); /* the first time; refused later */
		for (uint32_t n = 0; n < 12; n++) {
			acd_call call = (acd_call)strategy * 100 + n + 1;
			assert_true(acd_explain_next(f->acd, 0, whys));
			enqueue(f, call, 0);
			uint32_t number = 100 + offered(f, call)->agent;
			if (whys[0].agent_number)
				assert_int_equal(whys[0].agent_number, number);
			else
				assert_true(strategy == ACD_RANDOM || strategy == ACD_WEIGHTED_RANDOM);
			assert_int_equal(of_agent(&whys[0], number)->rank, 1);
			assert_int_equal(acd_explain(f->acd, call, whys + 1, 1), 1);
			assert_int_equal(of_agent(&whys[1], number)->rank, 1);
			assert_int_equal(whys[1].agent_number, number);
			answer(f, offered(f, call));
			time_goes(f, (n * 7 % 5 + 1) * S);
			call_does(f, ACD_TALK_ENDED, call);
		}
	}
	assert_false(acd_explain_next(f->acd, 1, whys));
}

static void the_next_caller_is_shown_while_nobody_is_free(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 1);
	talk(f, 1, 0, 0);
	enqueue(f, 2, 0);
	fixture_event(f, &(struct acd_event){.type = ACD_ENQUEUE, .call = 3, .priority = 1});
	assert_true(acd_explain_next(f->acd, 0, whys));
	assert_int_equal(whys[0].call, 3);
	assert_int_equal(whys[0].waiting, 1);
	assert_int_equal(whys[0].agent_number, 0);
	call_does(f, ACD_TALK_ENDED, 1);
	assert_int_equal(offered(f, 3)->agent, 0);
}

static void the_last_thousand_offers_are_kept(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 1);
	for (acd_call call = 1; call <= ACD_WHY_OFFERS + 1; call++) {
		enqueue(f, call, 0);
		call_does(f, ACD_GONE, call);
	}
	assert_int_equal(acd_explain(f->acd, 1, whys, 4), 0);
	assert_int_equal(acd_explain(f->acd, 2, whys, 4), 1);
	assert_int_equal(acd_explain(f->acd, ACD_WHY_OFFERS + 1, whys, 4), 1);
	assert_int_equal(acd_explain(f->acd, 0, whys, 4), 0);
}

static void a_large_queue_shows_the_chosen_one_and_says_how_many_are_left_out(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 50);
	for (acd_agent i = 0; i < 45; i++)
		agent_does(f, ACD_AGENT_PAUSE, i);
	enqueue(f, 1, 0);
	assert_int_equal(acd_explain(f->acd, 1, whys, 4), 1);
	assert_int_equal(whys[0].agents[0].number, 145);
	assert_int_equal(whys[0].agent_count, ACD_WHY_AGENTS);
	assert_int_equal(whys[0].left_out, 50 - ACD_WHY_AGENTS);
}

static void strategy_of_five(struct fixture *f, enum acd_strategy strategy, bool later)
{
	fixture_prepare(f, 2, later ? 4 : 5);
	struct acd_queue_settings *queue = &f->settings->queues[0];
	for (uint32_t i = 0; i < f->settings->agent_count; i++) {
		f->settings->agents[i].level[0] = (uint8_t)(1 + i);
		fixture_member(f, 0, later ? f->settings->agent_count - 1 - i : i, (uint8_t)(later ? 2 : i == 3));
	}
	for (uint32_t i = 0; i < 2 && later; i++) /* the queue has another place, and its agents other numbers */
		f->settings->agents[i].number += 500;
	queue->strategy = later ? ACD_LINEAR : strategy;
	queue->wrap_up_ms = 30000;
	f->settings->skill_count = 1;
	queue->need_count = queue->relax_count = 1;
	queue->needs[0] = (struct acd_need){.level = 4};
	queue->relax[0] = (struct acd_relax){.after_ms = 10000, .level = 9};
	f->settings->queues[1].strategy = later ? strategy : ACD_LINEAR;
	if (later) {
		queue->name[0] = 'x';
		f->settings->queues[1].name[5] = '0';
	}
	fixture_apply(f);
}

/* What settings say of a queue's members is looked up when somebody asks: that of the time of the offer counts. */
static void an_offer_is_explained_the_same_after_new_settings(void **state)
{
	struct fixture *f = *state;
	static struct acd_why before[4], after[4];
	for (int strategy = 0; strategy < ACD_STRATEGY_COUNT; strategy++) {
		acd_call first = (acd_call)strategy * 10 + 1;
		strategy_of_five(f, (enum acd_strategy)strategy, false);
		for (acd_agent i = 0; i < 5; i++)
			login(f, i, i); /* some of them are there already */
		for (uint32_t i = 0; i < 4; i++) {
			enqueue(f, first + i, 0);
			if (!decided(f, ACD_D_OFFER, 0))
				continue;
			answer(f, offered(f, first + i));
			time_goes(f, 2 * S);
			if (i % 2)
				call_does(f, ACD_TALK_ENDED, first + i);
			assert_true(acd_explain(f->acd, first + i, &before[i], 1) == 1);
		}
		for (uint32_t round = 0; round < 2; round++) {
			strategy_of_five(f, (enum acd_strategy)strategy, true);
			for (uint32_t i = 0; i < 4; i++) {
				assert_int_equal(acd_explain(f->acd, first + i, &after[i], 1), 1);
				assert_null(why_differs(&before[i], &after[i]));
				assert_string_equal(after[i].queue, "queue0");
				assert_true(of_agent(&after[i], 103)->penalty == 1);
			}
		}
		for (uint32_t i = 0; i < 4; i++)
			call_does(f, ACD_TALK_ENDED, first + i);
		time_goes(f, 60 * S);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(each_other_agent_has_what_removed_it),
	    TEST(a_level_that_is_too_low_is_named_until_it_is_relaxed),
	    TEST(the_preview_comes_true_for_every_strategy),
	    TEST(the_next_caller_is_shown_while_nobody_is_free),
	    TEST(the_last_thousand_offers_are_kept),
	    TEST(a_large_queue_shows_the_chosen_one_and_says_how_many_are_left_out),
	    TEST(an_offer_is_explained_the_same_after_new_settings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
