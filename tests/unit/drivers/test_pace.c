/* The fallback clock: no jump, nothing counted twice; and the driver in real time. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "drivers/driver.h"
#include "drivers/pace.h"
#include "tests/unit/drivers/wire.h"

#define MS     UINT64_C(1000)
#define PERIOD PACE_PERIOD_US

static void messages_in_time_are_a_period_each(void **state)
{
	struct pace pace;
	uint64_t now = 5000000, counted = 0;

	pace_start(&pace, now);
	for (int i = 0; i < 100; i++) {
		now += PERIOD + (i % 3 - 1) * (int)MS; /* jitter */
		assert_int_equal(pace_no_message(&pace, now - 1), 0);
		counted += pace_message(&pace, now);
	}
	assert_int_equal(counted, 100 * PERIOD);
}

static void silence_is_bridged_in_whole_periods(void **state)
{
	struct pace pace;
	uint64_t start = 1000, counted = 0;

	pace_start(&pace, start);
	for (uint64_t now = start; now <= start + 1000 * MS; now += 3 * MS) {
		uint64_t more = pace_no_message(&pace, now);

		assert_int_equal(more % PERIOD, 0);
		counted += more;
		assert_true(counted <= now - start);
		if (now - start >= PACE_HOLDOVER_US)
			assert_true(counted + PERIOD > now - start - 3 * MS);
	}
	assert_true(counted >= 990 * MS);
}

static void a_stalled_caller_catches_up_at_once(void **state)
{
	struct pace pace;

	pace_start(&pace, 0);
	assert_int_equal(pace_no_message(&pace, 777 * MS), 777 * MS / PERIOD * PERIOD);
	assert_int_equal(pace_no_message(&pace, 778 * MS), 0);
}

static void a_burst_after_silence_is_not_counted_again(void **state)
{
	struct pace pace;
	uint64_t counted = 0, now = 0;

	pace_start(&pace, 0);
	for (now = 0; now <= 200 * MS; now += 5 * MS)
		counted += pace_no_message(&pace, now);
	/* the far end was held up and delivers all of it at once */
	for (int i = 0; i < 20; i++)
		counted += pace_message(&pace, now += 100);
	for (int i = 0; i < 50; i++)
		counted += pace_message(&pace, now += PERIOD);
	assert_true(counted + 2 * PERIOD >= now);
	assert_true(counted <= now + 2 * PERIOD);
}

static void a_far_end_that_was_gone_counts_from_its_return(void **state)
{
	struct pace pace;
	uint64_t counted = 0, now = 0;

	pace_start(&pace, 0);
	for (now = 0; now < 60000 * MS; now += 7 * MS)
		counted += pace_no_message(&pace, now);
	for (int i = 0; i < 500; i++)
		counted += pace_message(&pace, now += PERIOD);
	assert_true(counted + 2 * PERIOD >= now);
	assert_true(counted <= now + 2 * PERIOD);
}

static uint64_t wall_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* The whole driver without a far end, then with one: its clock keeps to the wall's. */
static void the_driver_in_real_time(void **state)
{
	char folder[] = "/tmp/belfry-pace-XXXXXX", ours[80], theirs[80], lock[90];
	struct span_driver *driver = NULL;
	struct fault fault;
	static struct wire_message m;
	struct sockaddr_un to = {.sun_family = AF_UNIX}, mine = {.sun_family = AF_UNIX};
	uint64_t counted = 0, elapsed, begun;

	assert_non_null(mkdtemp(folder));
	snprintf(ours, sizeof(ours), "%s/box", folder);
	snprintf(theirs, sizeof(theirs), "%s/lab", folder);
	snprintf(lock, sizeof(lock), "%s.lock", ours);
	struct driver_settings settings = {.name = "tdmoe", .local_socket = ours, .remote_socket = theirs};

	strncpy(to.sun_path, ours, sizeof(to.sun_path) - 1);
	strncpy(mine.sun_path, theirs, sizeof(mine.sun_path) - 1);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&mine, sizeof(mine)), 0);
	assert_int_equal(driver_open(&settings, &driver, &fault), 0);
	begun = wall_us();
	for (int i = 0; i < 60; i++) {
		struct pollfd p = {.fd = driver_period_fd(driver), .events = POLLIN};
		bool message = i >= 30;

		if (message) {
			wire_begin(&m, (uint64_t)i * DRIVER_PERIOD_SAMPLES, DRIVER_PERIOD_SAMPLES);
			assert_true(sendto(fd, m.byte, m.bytes, 0, (struct sockaddr *)&to, sizeof(to)) > 0);
		}
		if (message)
			poll(NULL, 0, DRIVER_PERIOD_MS); /* the far end's pace */
		poll(&p, 1, DRIVER_PERIOD_MS);
		elapsed = 0;
		int result = driver_period_begin(driver, &elapsed);

		assert_true(result == 0 || result == 2);
		assert_int_equal(elapsed % PERIOD, 0);
		counted += elapsed;
		driver_period_end(driver, false);
		if (message)
			assert_int_equal(recv(fd, m.byte, sizeof(m.byte), MSG_DONTWAIT), 16);
	}
	uint64_t passed = wall_us() - begun;

	/* 300 ms of fallback, then 30 messages; a loaded machine stretches the pauses between those */
	assert_true(counted >= 30 * PERIOD + 25 * PERIOD);
	assert_true(counted <= passed + 2 * PERIOD);
	driver_close(driver);
	close(fd);
	unlink(theirs);
	unlink(lock);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(messages_in_time_are_a_period_each),
	    cmocka_unit_test(silence_is_bridged_in_whole_periods),
	    cmocka_unit_test(a_stalled_caller_catches_up_at_once),
	    cmocka_unit_test(a_burst_after_silence_is_not_counted_again),
	    cmocka_unit_test(a_far_end_that_was_gone_counts_from_its_return),
	    cmocka_unit_test(the_driver_in_real_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
