/* The wait forecast: measured from callers being taken, a range, and whether it held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "acd_fixture.h"

static const struct acd_decision *place_of(struct fixture *f, acd_call call)
{
	call_does(f, ACD_PLACE, call);
	return decided(f, ACD_D_PLACE, 0);
}

/* One agent, who takes the first of those waiting, for so long. */
static void serve(struct fixture *f, acd_call call, uint64_t us)
{
	answer(f, offered(f, call));
	time_goes(f, us);
	call_does(f, ACD_TALK_ENDED, call);
}

static void nothing_is_said_before_something_is_known(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 0);
	enqueue(f, 1, 0);
	assert_int_equal(decided(f, ACD_D_ACCEPTED, 0)->high_ms, 0);
	assert_int_equal(place_of(f, 1)->position, 1);
	assert_int_equal(place_of(f, 1)->high_ms, 0);
	assert_false(queue_now(f, 0)->forecast_known);
}

static void handling_time_serves_until_the_queue_has_been_seen(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 2);
	talk(f, 1, 0, 0);
	time_goes(f, 60 * S);
	call_does(f, ACD_TALK_ENDED, 1);
	assert_true(queue_now(f, 0)->forecast_known && queue_now(f, 0)->forecast_high_ms == 0); /* somebody is free */
	talk(f, 2, 0, 1);
	talk(f, 3, 0, 0);
	enqueue(f, 4, 0);
	/* 60 s for two agents: every 30 s one of them, give or take as much again. */
	assert_int_equal(decided(f, ACD_D_ACCEPTED, 0)->low_ms, 3000);
	assert_int_equal(decided(f, ACD_D_ACCEPTED, 0)->high_ms, 30000 + 38400);
	agent_does(f, ACD_AGENT_LOGOUT, 1); /* a wish: talks on, and counts until then */
	enqueue(f, 5, 0);
	assert_true(decided(f, ACD_D_ACCEPTED, 0)->high_ms > 60000);
}

static void the_rate_is_measured_while_callers_wait(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 1);
	for (acd_call call = 1; call <= 8; call++)
		enqueue(f, call, 0);
	time_goes(f, 0);
	struct acd_decision first = {.offer = 1, .call = 1};
	answer(f, &first);
	time_goes(f, 20 * S);
	call_does(f, ACD_TALK_ENDED, 1);
	for (acd_call call = 2; call <= 6; call++)
		serve(f, call, 20 * S);
	/* 7 is being rung, 8 waits; each took 20 s without any spread. */
	assert_int_equal(place_of(f, 7)->position, 0);
	assert_int_equal(place_of(f, 8)->position, 1);
	assert_int_equal(place_of(f, 8)->low_ms, 20000);
	assert_int_equal(place_of(f, 8)->high_ms, 20000);
	enqueue(f, 9, 0);
	assert_int_equal(decided(f, ACD_D_ACCEPTED, 0)->low_ms, 40000);
}

/* B06: told 20 s each, and it takes a minute: after ten of these nothing is said any more, until it holds again. */
static void it_mutes_itself_when_its_ranges_do_not_hold(void **state)
{
	struct fixture *f = *state;
	fixture_simple(f, 1);
	acd_call next = 1;
	enqueue(f, next++, 0);
	answer(f, offered(f, 1));
	bool was_muted = false, said_again = false;
	for (unsigned i = 0; i < 80; i++) {
		enqueue(f, next, 0); /* waits for the whole talk of the one before */
		bool said = decided(f, ACD_D_ACCEPTED, 0)->high_ms != 0;
		bool muted = queue_now(f, 0)->forecast_muted;
		assert_true(!muted || !said);
		was_muted |= muted;
		said_again |= was_muted && said;
		/* erratic at first, then like a clock */
		time_goes(f, i < 30 ? (i % 5 ? S : 100 * S) : 20 * S);
		call_does(f, ACD_TALK_ENDED, next - 1);
		answer(f, offered(f, next));
		next++;
	}
	assert_true(was_muted && said_again);
	assert_true(queue_now(f, 0)->forecast_coverage > 70);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nothing_is_said_before_something_is_known),
	    TEST(handling_time_serves_until_the_queue_has_been_seen),
	    TEST(the_rate_is_measured_while_callers_wait),
	    TEST(it_mutes_itself_when_its_ranges_do_not_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
