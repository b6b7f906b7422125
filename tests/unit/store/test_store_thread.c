/*
 * The store as a thread, as on the box: control posts and waits for its doorbell, a reader reads meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include "base/clock.h"
#include "folder.h"
#include "store/durable.h"
#include "store/reader.h"

#define CALLS    300
#define STUCK_MS 60000

static char folder[64];
static _Atomic bool reading;
static sem_t has_read; /* posted when the reader saw a call */

static bool count_call(void *user, const struct call_record *record)
{
	struct call_record expected = record_at(record->id, 4);

	++*(uint32_t *)user;
	return same_record(record, &expected);
}

static void *read_on(void *argument)
{
	struct store_reader *reader;
	uint32_t *most = argument;
	struct fault fault;

	if (store_reader_new(&reader, folder, &fault)) {
		print_message("%s\n", fault.text);
		sem_post(&has_read);
		return argument;
	}
	while (atomic_load(&reading)) {
		uint32_t count = 0;

		if (store_reader_calls(reader, CALLS + 1, count_call, &count) || count <= *most)
			continue;
		if (*most == 0)
			sem_post(&has_read);
		*most = count;
	}
	store_reader_free(reader);
	return NULL;
}

/* A busy machine may give the reader no turn until all is posted. */
static void wait_for_reader(void)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += STUCK_MS / 1000;
	assert_int_equal(sem_timedwait(&has_read, &until), 0);
}

/* Control's part: sleeps on its doorbell until the acknowledgement is there. */
static void wait_for(struct store *store, struct doorbell *bell, uint64_t token)
{
	struct pollfd fd = {.fd = doorbell_fd(bell), .events = POLLIN};
	struct store_event event;

	for (;;) {
		doorbell_awake(bell);
		while (store_next_event(store, &event)) {
			assert_int_equal(event.type, STORE_DURABLE);
			assert_true(event.flag);
			if (event.token == token)
				return;
		}
		if (doorbell_may_sleep(bell))
			assert_int_equal(poll(&fd, 1, STUCK_MS), 1);
	}
}

static void control_posts_and_a_reader_reads(void **state)
{
	struct store_settings settings = {.folder = folder, .journal_bytes = 65536};
	struct actors actors = {.count = 0};
	struct store *store = NULL;
	struct fault fault = {""};
	uint32_t id, most = 0;
	pthread_t reader;
	void *failed;

	clock_start(0);
	assert_non_null(folder_new(folder, sizeof(folder)));
	assert_int_equal(doorbell_new(&settings.bell), 0);
	assert_int_equal(sem_init(&has_read, 0, 0), 0);
	if (store_new(&store, &settings, &fault))
		fail_msg("%s", fault.text);
	actors_add(&actors, store_actor(store));
	assert_int_equal(actors_start_threads(&actors), 0);
	atomic_store(&reading, true);
	assert_int_equal(pthread_create(&reader, NULL, read_on, &most), 0);
	for (id = 1; id <= CALLS; id++) {
		struct call_record record = record_at(id, 1);

		assert_int_equal(store_post(store, &record, id), 0);
		wait_for(store, settings.bell, id);
		record = record_at(id, 4);
		assert_int_equal(store_post(store, &record, CALLS + id), 0);
		wait_for(store, settings.bell, CALLS + id);
		clock_advance_us(100 * US_PER_MS);
		actors_tick(&actors, clock_now_us());
		if (id == CALLS / 2)
			wait_for_reader();
	}
	actors_stop(&actors);
	store_free(store);
	atomic_store(&reading, false);
	pthread_join(reader, &failed);
	assert_null(failed);
	print_message("the reader saw up to %u of %u calls while they were made\n", most, CALLS);
	assert_true(most > 0);
	folder_remove(folder);
	sem_destroy(&has_read);
	doorbell_free(settings.bell);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(control_posts_and_a_reader_reads)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
