#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/timer.h"

#define MANY 60

static int order[1024];
static uint32_t order_count;

struct probe {
	struct timer timer;
	struct timers *timers;
	int number;
	uint64_t restart_after_us; /* 0: does not */
	int restarts;
};

static void note(void *argument)
{
	struct probe *probe = argument;

	assert_false(timer_running(&probe->timer));
	if (order_count < ARRAY_SIZE(order))
		order[order_count++] = probe->number;
	if (probe->restarts) {
		probe->restarts--;
		timer_start(probe->timers, &probe->timer, probe->timer.deadline_us + probe->restart_after_us);
	}
}

static void prepare(struct probe *probe, struct timers *timers, int number)
{
	*probe = (struct probe){.timers = timers, .number = number};
	timer_init(&probe->timer, "probe", note, probe);
	order_count = 0;
}

static struct timers *heap(uint32_t capacity)
{
	struct timers *timers;

	assert_int_equal(timers_new(&timers, capacity), 0);
	return timers;
}

static void ties_run_in_order_of_start(void **state)
{
	static const uint64_t deadlines[] = {50, 10, 50, 10, 30, 50, 10, 30};
	static const int expected[] = {1, 3, 6, 4, 7, 0, 2, 5};
	struct timers *timers = heap(8);
	struct probe probes[8];
	int i;

	for (i = 0; i < 8; i++) {
		prepare(&probes[i], timers, i);
		timer_start(timers, &probes[i].timer, deadlines[i]);
	}
	assert_int_equal(timers_next_us(timers), 10);
	assert_int_equal(timers_run(timers, 9), 0);
	assert_int_equal(timers_run(timers, 30), 5);
	assert_int_equal(timers_run(timers, 1000), 3);
	assert_int_equal(timers_next_us(timers), TIMER_NEVER);
	assert_memory_equal(order, expected, sizeof(expected));
	timers_free(timers);
}

static void a_restart_goes_behind_its_equals(void **state)
{
	struct timers *timers = heap(2);
	struct probe a, b;

	prepare(&a, timers, 1);
	prepare(&b, timers, 2);
	timer_start(timers, &a.timer, 10);
	timer_start(timers, &b.timer, 10);
	timer_start(timers, &a.timer, 10);
	assert_int_equal(timers_run(timers, 10), 2);
	assert_int_equal(order[0], 2);
	assert_int_equal(order[1], 1);
	timers_free(timers);
}

static void a_timer_may_restart_itself(void **state)
{
	struct timers *timers = heap(2);
	struct probe a;

	prepare(&a, timers, 1);
	a.restart_after_us = 20;
	a.restarts = 3;
	timer_start(timers, &a.timer, 20);
	assert_int_equal(timers_run(timers, 65), 3);
	assert_true(timer_running(&a.timer));
	assert_int_equal(timers_run(timers, 80), 1);
	assert_false(timer_running(&a.timer));
	timers_free(timers);
}

static void one_that_restarts_in_the_past_does_not_hold_the_actor(void **state)
{
	struct timers *timers = heap(2);
	struct probe a;

	prepare(&a, timers, 1);
	a.restarts = 1000000;
	timer_start(timers, &a.timer, 20);
	assert_in_range(timers_run(timers, 20), 1, 100);
	timer_stop(timers, &a.timer);
	assert_int_equal(timers_run(timers, 20), 0);
	timers_free(timers);
}

static void the_latest_loses_when_full(void **state)
{
	struct timers *timers = heap(3);
	struct probe probes[5];
	int i;

	for (i = 0; i < 5; i++)
		prepare(&probes[i], timers, i);
	timer_start(timers, &probes[0].timer, 30);
	timer_start(timers, &probes[1].timer, 90);
	timer_start(timers, &probes[2].timer, 20);
	timer_start(timers, &probes[3].timer, 40);
	assert_false(timer_running(&probes[1].timer));
	assert_true(timer_running(&probes[3].timer));
	timer_start(timers, &probes[4].timer, 41);
	assert_false(timer_running(&probes[4].timer));
	assert_int_equal(timers_run(timers, 100), 3);
	timers_free(timers);
}

/* The naive list: the sooner deadline, then the earlier start. */
static int naive_next(struct probe *probes, const bool *running)
{
	int i, best = -1;

	for (i = 0; i < MANY; i++) {
		if (!running[i])
			continue;
		if (best < 0 || probes[i].timer.deadline_us < probes[best].timer.deadline_us ||
		    (probes[i].timer.deadline_us == probes[best].timer.deadline_us &&
		     probes[i].timer.sequence < probes[best].timer.sequence))
			best = i;
	}
	return best;
}

static uint32_t noise(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void agrees_with_a_naive_list(void **state)
{
	struct timers *timers = heap(MANY);
	struct probe probes[MANY];
	bool running[MANY] = {false};
	uint64_t now = 0;
	uint32_t seed = 4711, ran_at_all = 0;
	int step, i;

	for (i = 0; i < MANY; i++)
		prepare(&probes[i], timers, i);
	for (step = 0; step < 100000; step++) {
		uint32_t ran, n = 0;

		i = (int)(noise(&seed) % MANY);
		switch (noise(&seed) % 4) {
		case 0:
		case 1:
			timer_start(timers, &probes[i].timer, now + noise(&seed) % 40);
			running[i] = true;
			break;
		case 2:
			timer_stop(timers, &probes[i].timer);
			running[i] = false;
			break;
		default:
			now += noise(&seed) % 10;
			order_count = 0;
			ran = timers_run(timers, now);
			ran_at_all += ran;
			while ((i = naive_next(probes, running)) >= 0 && probes[i].timer.deadline_us <= now) {
				assert_true(n < ran);
				assert_int_equal(order[n++], i);
				running[i] = false;
			}
			assert_int_equal(n, ran);
		}
		i = naive_next(probes, running);
		assert_int_equal(timers_next_us(timers), i < 0 ? TIMER_NEVER : probes[i].timer.deadline_us);
		for (i = 0; i < MANY; i++)
			assert_int_equal(timer_running(&probes[i].timer), running[i]);
	}
	assert_true(ran_at_all > 10000);
	timers_free(timers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ties_run_in_order_of_start),
	    cmocka_unit_test(a_restart_goes_behind_its_equals),
	    cmocka_unit_test(a_timer_may_restart_itself),
	    cmocka_unit_test(one_that_restarts_in_the_past_does_not_hold_the_actor),
	    cmocka_unit_test(the_latest_loses_when_full),
	    cmocka_unit_test(agrees_with_a_naive_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
