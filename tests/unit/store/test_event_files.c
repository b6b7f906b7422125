/*
 * The scheduler's journal on flash: what is there after a power cut, and what becomes of it when writing fails for a
 * while.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/timer.h"
#include "folder.h"
#include "store/durable.h"
#include "store/event_files.h"

#define SIZE_BYTES (1 << 20)
#define RING_BYTES 65536

static char folder[64];
static struct doorbell *bell;
static struct event_files *files;

static int start(void **state)
{
	struct fault fault;

	clock_start(UINT64_C(1774745700000000)); /* its seconds are in the names of files */
	if (!folder_new(folder, sizeof(folder)) || durable_log_unsynced(folder) || doorbell_new(&bell))
		return -1;
	return event_files_new(&files, folder, SIZE_BYTES, RING_BYTES, bell, &fault);
}

static int stop(void **state)
{
	durable_fail_at(0, 0);
	event_files_free(files);
	doorbell_free(bell);
	folder_remove(folder);
	return durable_log_unsynced(NULL);
}

static void step(uint64_t now_s)
{
	struct actor *actor = event_files_actor(files);

	actor->step(actor->self, now_s * US_PER_S);
}

static uint64_t deadline_us(void)
{
	struct actor *actor = event_files_actor(files);

	return actor->next_deadline_us(actor->self);
}

static void put(bool new_file, const char *events)
{
	assert_int_equal(event_files_put(files, new_file, events, strlen(events), "d", 1), 0);
}

/* The newest file of events with a number below it. */
static const char *newest(uint64_t below)
{
	static char path[512];

	assert_true(event_files_last(folder, &below, path, sizeof(path), false));
	return path;
}

static void expect_start(const char *path, const char *expected)
{
	char bytes[64] = "";
	FILE *file = fopen(path, "rb");

	assert_non_null(file);
	assert_int_equal(fread(bytes, 1, strlen(expected), file), strlen(expected));
	fclose(file);
	assert_string_equal(bytes, expected);
}

static uint64_t size_of(const char *path)
{
	struct stat stat_of;

	assert_int_equal(stat(path, &stat_of), 0);
	return (uint64_t)stat_of.st_size;
}

static void cut_power(void)
{
	struct fault fault;

	assert_int_equal(durable_log_unsynced(NULL), 0);
	assert_int_equal(durable_undo_unsynced(folder, &fault), 0);
	assert_int_equal(durable_log_unsynced(folder), 0);
}

static void the_first_bytes_of_a_file_are_durable_at_once(void **state)
{
	put(true, "state one");
	step(10);
	put(false, "events");
	step(11);
	cut_power();
	expect_start(newest(UINT64_MAX), "state one");
}

/* A small file is written through at once: what comes into it later changes no metadata when it is synced. */
static void what_is_reserved_is_written_ahead(void **state)
{
	const char *path;
	int file;

	put(true, "state one");
	step(10);
	path = newest(UINT64_MAX);
	file = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(file >= 0);
	assert_int_equal(lseek(file, 0, SEEK_HOLE), size_of(path));
	close(file);
	expect_start(path, "state one");
}

/* The state's sync fails: it is not taken for written, and is synced with the next attempt. */
static void the_first_bytes_are_synced_again_after_an_error(void **state)
{
	struct event_files_figures figures;
	uint64_t before = durable_operations(), all;

	put(true, "state one");
	step(10);
	all = durable_operations() - before;
	durable_fail_at(all + 2, EIO); /* two operations more: the file in hand is closed before */
	put(true, "state two");
	step(20);
	durable_fail_at(0, 0);
	event_files_figures(files, &figures);
	assert_int_equal(figures.failed, 1);
	step(30);
	cut_power();
	expect_start(newest(UINT64_MAX), "state two");
}

static void when_a_sync_works_again_nothing_is_due(void **state)
{
	struct event_files_event event;

	put(true, "state");
	step(10);
	put(false, "events");
	step(11);
	durable_fail_at(1, EIO);
	step(20);
	assert_true(event_files_next(files, &event) && event.on);
	assert_int_equal(deadline_us(), 21 * US_PER_S);
	durable_fail_at(0, 0);
	step(21);
	assert_true(deadline_us() == TIMER_NEVER);
	assert_true(event_files_next(files, &event) && !event.on);
}

/* At every operation of the change to a new file: the old one keeps all its bytes, and no more than those. */
static void the_old_file_has_its_end_whatever_fails(void **state)
{
	uint64_t k, failed = 0, now_s = 10;
	struct event_files_figures figures;
	const char *bytes = "state and events";

	put(true, bytes);
	step(now_s);
	for (k = 1; k < 30; k++) {
		durable_fail_at(k, EIO);
		put(true, bytes);
		step(now_s += 100);
		durable_fail_at(0, 0);
		step(now_s += 100);
		event_files_figures(files, &figures);
		assert_int_equal(size_of(newest(figures.last)), strlen(bytes));
		expect_start(newest(figures.last), bytes);
		expect_start(newest(UINT64_MAX), bytes);
		assert_int_equal(figures.last, k + 1);
		if (figures.failed == failed)
			break;
		failed = figures.failed;
	}
	assert_in_range(k, 5, 29);
}

static void files_are_found_from_the_newest_on(void **state)
{
	uint64_t number = UINT64_MAX;
	char path[512];

	put(true, "one");
	step(10);
	put(true, "two");
	step(20);
	assert_true(event_files_last(folder, &number, path, sizeof(path), false));
	assert_int_equal(number, 2);
	assert_true(event_files_last(folder, &number, path, sizeof(path), false));
	assert_int_equal(number, 1);
	expect_start(path, "one");
	assert_false(event_files_last(folder, &number, path, sizeof(path), false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(the_first_bytes_of_a_file_are_durable_at_once, start, stop),
	    cmocka_unit_test_setup_teardown(what_is_reserved_is_written_ahead, start, stop),
	    cmocka_unit_test_setup_teardown(the_first_bytes_are_synced_again_after_an_error, start, stop),
	    cmocka_unit_test_setup_teardown(when_a_sync_works_again_nothing_is_due, start, stop),
	    cmocka_unit_test_setup_teardown(the_old_file_has_its_end_whatever_fails, start, stop),
	    cmocka_unit_test_setup_teardown(files_are_found_from_the_newest_on, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
