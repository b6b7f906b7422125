/*
 * request restart: never without its confirmation, never before the last call has ended where that was asked for.
 */
#include "bench.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

static volatile sig_atomic_t ended;

static void end(int signal_number)
{
	ended++;
}

static int set_up(void **state)
{
	ended = 0;
	signal(SIGTERM, end);
	return bench_set_up(state);
}

static void later(uint64_t seconds)
{
	clock_advance_us(seconds * US_PER_S);
	bench_settle();
}

static void only_when_confirmed(void **state)
{
	int client = client_open();
	bench->view.call_count = 3;
	bench->view.calls[1].record.ended_us = 1; /* in wrap-up */
	expect_part(client, "request restart", '1', "and 2 calls would be cut");
	expect_part(client, "request restart confirm now", '1', "expected [drain [D]] confirm");
	expect_part(client, "request restart drain soon confirm", '1', "expected a duration from 1s to 24h");
	later(10);
	assert_int_equal(ended, 0);
	expect_part(client, "request restart confirm", '0', "2 calls are cut");
	assert_int_equal(ended, 0); /* the answer goes out first */
	expect_part(client, "request power-off confirm", '1', "restart is under way already");
	later(1);
	assert_int_equal(ended, 1);
	later(100);
	assert_int_equal(ended, 1);
}

static void drained(void **state)
{
	int client = client_open();
	expect_part(client, "request power-off drain 10m", '1', "type \"request power-off confirm\"");
	bench->held = CONTROL_DRAIN;
	expect_part(client, "request power-off drain 10m confirm", '0', "in 10m at the latest");
	later(100);
	assert_int_equal(ended, 0);
	bench_release();
	later(0);
	assert_int_equal(ended, 1);
}

static void not_for_ever(void **state)
{
	int client = client_open();
	bench->held = CONTROL_DRAIN;
	expect_part(client, "request restart drain 10m confirm", '0', "in 10m at the latest");
	later(599);
	assert_int_equal(ended, 0);
	later(1);
	assert_int_equal(ended, 1);
}

/* A wish that was taken back ends nothing, also when its drain is answered late; then it may be asked for anew. */
static void taken_back(void **state)
{
	int client = client_open();
	expect_part(client, "request cancel", '1', "nothing was asked for");
	bench->held = CONTROL_DRAIN;
	expect_part(client, "request restart drain 10m confirm", '0', "no new calls");
	struct control_request *open = bench->open;
	expect_part(client, "request cancel", '0', "calls are taken"); /* its own request is held, too */
	struct control_request *cancel = bench->open;
	assert_int_equal(cancel->number, 0);
	expect_part(client, "request restart drain confirm", '1', "too busy to answer");
	open->result = -1;
	atomic_store(&open->done, true);
	bench_release();
	later(3600);
	assert_int_equal(ended, 0);
	expect_part(client, "request restart drain confirm", '0', "in 30m at the latest");
	later(60);
	assert_int_equal(ended, 0);
	bench_release();
	later(0);
	assert_int_equal(ended, 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, bench_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(only_when_confirmed), TEST(drained), TEST(not_for_ever),
	                                   TEST(taken_back)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
