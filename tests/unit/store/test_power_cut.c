/*
 * The power is cut at every operation of a run, one after the other: everything from operation k on fails, then what
 * was not synced is undone. After each: every acknowledged snapshot is there, and exactly one record a begun call.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>

#include "base/clock.h"
#include "base/log.h"
#include "folder.h"
#include "store/durable.h"
#include "store/reader.h"

#define CROWD         24 /* calls that overlap */
#define CALLS         28 /* and some that come alone */
#define STAGES        4
#define ID_STEP       5 /* so that they pass what the database has of ids in advance, more than once */
#define JOURNAL_BYTES 65536
#define TICK_MS       400
#define COMMIT_TICKS  3 /* in which a second passes, and a bit */

static char folder[64];
static struct doorbell *bell;

struct promise {
	int posted[CALLS + 1], durable[CALLS + 1]; /* highest stage of each call */
	uint32_t first_id;
};

/* Long records: they span sectors, so that they can tear, and the journal goes round more than once in a run. */
static struct call_record long_record(uint32_t id, int stage)
{
	struct call_record record = record_at(id, stage);

	while (record.segment_count < STORE_SEGMENTS_MAX)
		record.segments[record.segment_count++] =
		    (struct call_segment){.kind = SEGMENT_HOLD, .start_ms = id, .queue = "a queue with a long name"};
	return record;
}

static struct store *open_store(struct fault *fault)
{
	struct store_settings settings = {.folder = folder, .bell = bell, .journal_bytes = JOURNAL_BYTES};
	struct store *store = NULL;

	fault->text[0] = '\0';
	return store_new(&store, &settings, fault) ? NULL : store;
}

static void settle(struct store *store, struct promise *promise)
{
	struct actor *actor = store_actor(store);
	struct store_event event;

	while (actor->step(actor->self, clock_now_us()))
		;
	while (store_next_event(store, &event)) {
		int id = (int)(event.token / 10), stage = (int)(event.token % 10);

		if (event.type == STORE_DURABLE && event.flag && promise->durable[id] < stage)
			promise->durable[id] = stage;
	}
}

/* Every second call's end is of the kind that nobody waits for. */
static bool waited_for(int call, int stage)
{
	return stage < STAGES || call % 2;
}

static void post(struct store *store, struct promise *promise, int call, int stage)
{
	struct call_record record = long_record((uint32_t)call * ID_STEP, stage);

	assert_int_equal(store_post(store, &record, waited_for(call, stage) ? (uint64_t)(call * 10 + stage) : 0), 0);
	promise->posted[call] = stage;
}

/* An end that nobody waits for is on flash when its commit has come, unless that was told as failed. */
static void promise_end(struct store *store, struct promise *promise, int call)
{
	struct store_counts counts;

	store_get_counts(store, &counts);
	if (promise->posted[call] == STAGES && !waited_for(call, STAGES) && !counts.failures)
		promise->durable[call] = STAGES;
}

/* With nobody else about no sync but its own and its commit's is there for a call. */
static void lonely_calls(struct store *store, struct promise *promise)
{
	int call, tick;

	for (call = CROWD + 1; call <= CALLS; call++) {
		post(store, promise, call, 1);
		settle(store, promise);
		post(store, promise, call, STAGES);
		for (tick = 0; tick < COMMIT_TICKS; tick++) {
			settle(store, promise);
			clock_advance_us(TICK_MS * US_PER_MS);
		}
		settle(store, promise);
		promise_end(store, promise, call);
	}
}

/* Calls that overlap, some of them never ending, with time passing so that commits fall in between. */
static void run(struct promise *promise)
{
	struct fault fault;
	struct store *store = open_store(&fault);
	int tick, call;

	if (!store)
		return; /* cut while it started */
	promise->first_id = store_first_call_id(store);
	for (tick = 0; tick < CROWD + 4; tick++) {
		for (call = 1; call <= CROWD; call++) {
			int stage = tick - call + 2;

			if (stage >= 1 && stage <= STAGES && !(stage == STAGES && call % 3 == 0))
				post(store, promise, call, stage);
		}
		settle(store, promise);
		if (tick >= STAGES + COMMIT_TICKS)
			promise_end(store, promise, tick + 2 - STAGES - COMMIT_TICKS);
		clock_advance_us(TICK_MS * US_PER_MS);
		settle(store, promise);
	}
	lonely_calls(store, promise);
	store_free(store);
}

static void check_call(const struct call_record *record, int posted, int durable)
{
	struct call_record expected = long_record(record->id, STAGES);

	assert_true(record->ended);
	if (posted == STAGES && record->outcome == CALL_ANSWERED) {
		assert_true(same_record(record, &expected));
		return;
	}
	/* A snapshot later than the one that was promised may have got there as well. */
	assert_int_equal(record->outcome, CALL_RESTARTED);
	assert_string_equal(record->reason, "box restarted");
	assert_true(durable < STAGES);
	assert_true(durable < 2 || strcmp(record->queue, "sales") == 0);
	assert_true(durable < 3 || record->answered_us == expected.answered_us);
	assert_true(durable < 3 || record->offer_count == expected.offer_count);
	assert_true(record->ended_us >= record->arrived_us);
}

struct seen {
	const struct promise *promise;
	int times[CALLS + 1];
};

static bool see(void *user, const struct call_record *record)
{
	struct seen *seen = user;
	uint32_t call = record->id / ID_STEP;

	assert_int_equal(record->id % ID_STEP, 0);
	assert_in_range(call, 1, CALLS);
	seen->times[call]++;
	check_call(record, seen->promise->posted[call], seen->promise->durable[call]);
	return true;
}

static void check(const struct promise *promise)
{
	struct seen seen = {.promise = promise};
	struct store_reader *reader;
	struct fault fault;
	struct store *store = open_store(&fault);
	int call, highest = 0;

	if (!store)
		fail_msg("%s", fault.text);
	assert_int_equal(store_reader_new(&reader, folder, &fault), 0);
	assert_int_equal(store_reader_calls(reader, 1000, see, &seen), 0);
	store_reader_free(reader);
	for (call = 1; call <= CALLS; call++) {
		assert_true(seen.times[call] <= 1);
		assert_true(seen.times[call] == 1 || promise->durable[call] == 0);
		if (promise->posted[call])
			highest = call * ID_STEP;
	}
	assert_true(store_first_call_id(store) > (uint32_t)highest);
	store_free(store);
}

static void cut_power_everywhere(uint64_t torn)
{
	uint64_t k, operations = UINT64_MAX;

	for (k = 1; k <= operations; k++) {
		struct promise promise = {.first_id = 0};
		struct fault fault = {""};
		uint64_t before;

		folder_empty(folder);
		clock_start(UINT64_C(1774745700000000));
		assert_int_equal(durable_log_unsynced(folder), 0);
		before = durable_operations();
		durable_fail_at(k, EIO);
		run(&promise);
		if (durable_operations() - before < k)
			operations = k; /* this time nothing was cut: the last round */
		durable_fail_at(0, 0);
		assert_int_equal(durable_log_unsynced(NULL), 0);
		if (torn ? durable_undo_some(folder, torn * 1000 + k, &fault) : durable_undo_unsynced(folder, &fault))
			fail_msg("undo: %s", fault.text);
		check(&promise);
		if (!torn)
			check(&promise); /* and a second start changes nothing */
	}
	print_message("cut at each of %llu operations\n", (unsigned long long)operations - 1);
	assert_true(operations > 100);
}

static void at_every_operation(void **state)
{
	cut_power_everywhere(0);
}

static void at_every_operation_with_torn_writes(void **state)
{
	cut_power_everywhere(1);
}

static int start(void **state)
{
	/* The log's ring swallows what the store says about each of the hundreds of cuts. */
	return log_start(LOG_ERROR) || doorbell_new(&bell) || !folder_new(folder, sizeof(folder));
}

static void discard_log(void)
{
	int stderr_kept = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);

	dup2(nowhere, STDERR_FILENO);
	log_stop();
	dup2(stderr_kept, STDERR_FILENO);
	close(stderr_kept);
	close(nowhere);
}

static int stop(void **state)
{
	durable_fail_at(0, 0);
	folder_remove(folder);
	doorbell_free(bell);
	discard_log();
	return durable_log_unsynced(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(at_every_operation, start, stop),
	    cmocka_unit_test_setup_teardown(at_every_operation_with_torn_writes, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
