#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/timer.h"
#include "folder.h"
#include "store/durable.h"
#include "store/reader.h"

#define WALL_START    UINT64_C(1774745700000000)
#define JOURNAL_BYTES 262144

static char folder[64];
static struct doorbell *bell;

static int start(void **state)
{
	clock_start(WALL_START);
	return doorbell_new(&bell) || !folder_new(folder, sizeof(folder));
}

static int stop(void **state)
{
	durable_fail_at(0, 0);
	durable_set_full(false);
	folder_remove(folder);
	doorbell_free(bell);
	return 0;
}

static struct store *open_store(void)
{
	struct store_settings settings = {.folder = folder, .bell = bell, .journal_bytes = JOURNAL_BYTES};
	struct fault fault = {""};
	struct store *store = NULL;

	if (store_new(&store, &settings, &fault))
		fail_msg("%s", fault.text);
	return store;
}

static void settle(struct store *store)
{
	struct actor *actor = store_actor(store);

	while (actor->step(actor->self, clock_now_us()))
		;
}

/* Lets the belfry clock run, stopping at each of the store's deadlines. */
static void run_for(struct store *store, uint64_t us)
{
	struct actor *actor = store_actor(store);
	uint64_t end = clock_now_us() + us;

	settle(store);
	while (actor->next_deadline_us(actor->self) <= end) {
		assert_true(actor->next_deadline_us(actor->self) > clock_now_us());
		clock_advance_us(actor->next_deadline_us(actor->self) - clock_now_us());
		settle(store);
	}
	clock_advance_us(end - clock_now_us());
}

static void post(struct store *store, uint32_t id, int stage, uint64_t token)
{
	struct call_record record = record_at(id, stage);

	assert_int_equal(store_post(store, &record, token), 0);
}

static void expect_event(struct store *store, enum store_event_type type, uint64_t token, bool flag)
{
	struct store_event event;

	assert_true(store_next_event(store, &event));
	assert_int_equal(event.type, type);
	assert_int_equal(event.token, token);
	assert_int_equal(event.flag, flag);
}

static void expect_no_event(struct store *store)
{
	struct store_event event;

	assert_false(store_next_event(store, &event));
}

struct list {
	struct call_record records[8];
	uint32_t count, stop_after;
};

static bool into_list(void *user, const struct call_record *record)
{
	struct list *list = user;

	assert_true(list->count < ARRAY_SIZE(list->records));
	list->records[list->count++] = *record;
	return list->count != list->stop_after;
}

static void read_calls(struct list *list, uint32_t last)
{
	struct store_reader *reader;
	struct fault fault = {""};

	list->count = 0;
	if (store_reader_new(&reader, folder, &fault))
		fail_msg("%s", fault.text);
	assert_int_equal(store_reader_calls(reader, last, into_list, list), 0);
	store_reader_free(reader);
}

static void an_ended_call_is_acknowledged_and_read_back_whole(void **state)
{
	struct store *store = open_store();
	struct call_record expected = record_at(7, 4);
	struct list list = {.stop_after = 0};

	post(store, 7, 1, 71);
	settle(store);
	expect_event(store, STORE_DURABLE, 71, true);
	post(store, 7, 3, 0);
	settle(store);
	expect_no_event(store);
	post(store, 7, 4, 72);
	settle(store);
	expect_event(store, STORE_DURABLE, 72, true);
	read_calls(&list, 10);
	assert_int_equal(list.count, 0);
	run_for(store, US_PER_S);
	read_calls(&list, 10);
	assert_int_equal(list.count, 1);
	assert_true(same_record(&list.records[0], &expected));
	assert_string_equal(list.records[0].from_raw, "+12125550");
	assert_string_equal(list.records[0].port, "2/1");
	assert_int_equal(list.records[0].segments_dropped, 14);
	assert_int_equal(list.records[0].segments[1].end_ms, 60000);
	store_free(store);
}

static void dispose(struct store *store, uint32_t call, const char *code, uint64_t token)
{
	struct call_disposition given = {.agent = 101, .at_us = WALL_START + 5};

	snprintf(given.code, sizeof(given.code), "%s", code);
	snprintf(given.text, sizeof(given.text), "Order taken");
	assert_int_equal(store_dispose(store, call, &given, token), 0);
	settle(store);
}

/* Before and after the record is written, twice, over a restart; with a full disk it is said, and written later. */
static void a_disposition_comes_to_its_record(void **state)
{
	struct store *store = open_store();
	struct list list;

	dispose(store, 1, "5", 77);
	expect_event(store, STORE_DISPOSED, 77, true);
	post(store, 1, 4, 0);
	run_for(store, 3000000);
	read_calls(&list, 1);
	assert_string_equal(list.records[0].disposition.code, "5");
	assert_string_equal(list.records[0].disposition.text, "Order taken");
	assert_int_equal(list.records[0].disposition.agent, 101);
	assert_int_equal(list.records[0].disposition.at_us, WALL_START + 5);
	durable_set_full(true);
	dispose(store, 1, "6", 78);
	expect_event(store, STORE_DISPOSED, 78, false);
	durable_set_full(false);
	post(store, 2, 4, 0);
	run_for(store, 3000000);
	expect_no_event(store);
	store_free(store);
	store = open_store();
	read_calls(&list, 2);
	assert_string_equal(list.records[list.records[0].id == 1 ? 0 : 1].disposition.code, "6");
	assert_string_equal(list.records[list.records[0].id == 1 ? 1 : 0].disposition.code, "");
	store_free(store);
}

static void newest_end_comes_first(void **state)
{
	struct store *store = open_store();
	struct list list = {.stop_after = 0};
	uint32_t id;

	for (id = 1; id <= 5; id++)
		post(store, id, 4, 0);
	post(store, 6, 2, 0);
	run_for(store, US_PER_S);
	read_calls(&list, 3);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.records[0].id, 5);
	assert_int_equal(list.records[2].id, 3);
	list.stop_after = 2;
	read_calls(&list, 5);
	assert_int_equal(list.count, 2);
	store_free(store);
}

static void one_sync_for_all_that_waits(void **state)
{
	struct store *store = open_store();
	struct store_counts counts;
	uint64_t before;
	uint32_t id;

	settle(store);
	before = durable_operations();
	for (id = 1; id <= 40; id++)
		post(store, id, 1, id);
	settle(store);
	assert_int_equal(durable_operations() - before, 2); /* a write and a sync */
	store_get_counts(store, &counts);
	assert_int_equal(counts.journal_syncs, 1);
	assert_int_equal(counts.journal_records, 40);
	for (id = 1; id <= 40; id++)
		expect_event(store, STORE_DURABLE, id, true);
	store_free(store);
}

/* Nobody waits for it, and the database takes it in a second: the journal is written, not synced. */
static void an_end_alone_has_one_sync(void **state)
{
	struct store *store = open_store();
	struct store_counts counts;

	post(store, 1, 4, 0);
	run_for(store, 2 * US_PER_S);
	store_get_counts(store, &counts);
	assert_int_equal(counts.journal_syncs, 0);
	assert_int_equal(counts.commits, 2); /* the first at the start */
	post(store, 2, 4, 0);
	post(store, 3, 1, 0); /* goes on: only the journal has it */
	run_for(store, 2 * US_PER_S);
	store_get_counts(store, &counts);
	assert_int_equal(counts.journal_syncs, 1);
	assert_int_equal(counts.journal_records, 2);
	store_free(store);
}

/* With nothing but ends, as on a trunk whose numbers lead nowhere: the ring goes round, and the store comes to rest. */
static void ends_alone_fill_no_ring(void **state)
{
	struct store *store = open_store();
	struct list list = {.stop_after = 1};
	struct store_counts counts;
	uint32_t id;

	for (id = 1; id <= 3000; id++) {
		post(store, id, 4, 0);
		run_for(store, 2 * US_PER_S);
	}
	store_get_counts(store, &counts);
	assert_int_equal(counts.committed, 3000);
	assert_in_range(counts.commits, 3000, 3003);
	read_calls(&list, 1);
	assert_int_equal(list.records[0].id, 3000);
	store_free(store);
}

/* An open snapshot is on flash within its second, though its call's end is to follow with the commit. */
static void an_end_does_not_hold_up_what_came_before(void **state)
{
	struct store *store = open_store();
	struct store_counts counts;

	post(store, 1, 3, 0);
	run_for(store, US_PER_S - 10000);
	post(store, 1, 4, 0);
	run_for(store, 20000);
	store_get_counts(store, &counts);
	assert_int_equal(counts.journal_syncs, 1);
	store_free(store);
}

/* It cannot be put into the database: within its second it is in the journal after all. */
static void an_end_that_the_database_refuses_is_in_the_journal(void **state)
{
	struct store *store = open_store();
	struct store_counts counts;

	settle(store);
	durable_set_full(true);
	post(store, 1, 4, 0);
	run_for(store, 1 * US_PER_S);
	store_get_counts(store, &counts);
	assert_int_equal(counts.failures, 1);
	assert_int_equal(counts.journal_records, 1);
	durable_set_full(false);
	store_free(store);
}

static int64_t number_of(const char *sql)
{
	char path[300];
	sqlite3 *sqlite;
	sqlite3_stmt *statement;
	int64_t number;

	snprintf(path, sizeof(path), "%s/belfry.db", folder);
	assert_int_equal(sqlite3_open_v2(path, &sqlite, SQLITE_OPEN_READONLY, "durable"), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(sqlite, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(sqlite);
	return number;
}

#define NEXT_ID "SELECT value FROM meta WHERE name = 'next_id'"

/* Not with each commit: it goes ahead of the calls, and is exact when the store ends well. */
static void the_next_id_is_written_for_many_calls(void **state)
{
	struct store *store = open_store();
	int64_t first = number_of(NEXT_ID), now = 0;
	uint32_t id, changes = 0;

	assert_true(first > 1);
	for (id = 1; id <= 200; id++) {
		int64_t before = number_of(NEXT_ID);

		post(store, id, 4, 0);
		run_for(store, 2 * US_PER_S);
		now = number_of(NEXT_ID);
		assert_true(now > id);
		changes += now != before;
	}
	assert_in_range(changes, 1, 4);
	store_free(store);
	assert_int_equal(number_of(NEXT_ID), 201);
}

static void cut_power(struct store *store)
{
	struct fault fault = {""};

	durable_fail_at(1, EIO);
	store_free(store);
	durable_fail_at(0, 0);
	assert_int_equal(durable_log_unsynced(NULL), 0);
	if (durable_undo_unsynced(folder, &fault))
		fail_msg("%s", fault.text);
}

/*
 * The power takes ends from the journal that the database has, and the next start cannot open the database: what it
 * promises then has numbers that the database does not take for old ones.
 */
static void promises_of_a_start_without_the_database_hold(void **state)
{
	struct list list = {.stop_after = 0};
	char database[300], away[300];
	struct store *store;
	uint32_t id;

	assert_int_equal(durable_log_unsynced(folder), 0);
	store = open_store();
	for (id = 1; id <= 70; id++) { /* the last but few write the database's own numbers */
		post(store, id, 4, 0);
		run_for(store, 2 * US_PER_S);
	}
	cut_power(store);
	snprintf(database, sizeof(database), "%s/belfry.db", folder);
	snprintf(away, sizeof(away), "%s/away", folder);
	assert_int_equal(rename(database, away), 0);
	assert_int_equal(mkdir(database, 0700), 0);
	store = open_store();
	id = store_first_call_id(store);
	assert_true(id > 70);
	post(store, id, 2, 5);
	settle(store);
	expect_event(store, STORE_ALARM, 0, true);
	expect_event(store, STORE_DURABLE, 5, true);
	durable_fail_at(1, EIO);
	store_free(store);
	durable_fail_at(0, 0);
	assert_int_equal(rmdir(database), 0);
	assert_int_equal(rename(away, database), 0);
	store = open_store();
	read_calls(&list, 1);
	assert_int_equal(list.records[0].id, id);
	assert_string_equal(list.records[0].queue, "sales");
	store_free(store);
}

static void calls_that_a_restart_cut_are_closed(void **state)
{
	struct store *store = open_store();
	struct store_event event;
	struct list list = {.stop_after = 0};

	post(store, 1, 3, 0);
	post(store, 2, 4, 0);
	clock_advance_us(5 * US_PER_S);
	settle(store);
	store_free(store);
	store = open_store();
	assert_true(store_next_event(store, &event));
	assert_int_equal(event.type, STORE_RECOVERED);
	assert_int_equal(event.count, 1);
	expect_no_event(store);
	read_calls(&list, 10);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.records[1].id, 2);
	assert_int_equal(list.records[0].id, 1); /* ended by the restart, after the other */
	assert_int_equal(list.records[0].outcome, CALL_RESTARTED);
	assert_string_equal(list.records[0].reason, "box restarted");
	assert_int_equal(list.records[0].ended_us, WALL_START + 5 * US_PER_S);
	assert_int_equal(list.records[0].segment_count, 2);
	store_free(store);
	store = open_store();
	expect_no_event(store);
	store_free(store);
}

/* Neither the clock nor what is added to a record moves a call from its place. */
static void the_last_call_is_the_one_that_ended_last(void **state)
{
	struct store *store = open_store();
	struct list list = {.stop_after = 0};

	post(store, 2, 4, 0);
	run_for(store, 5 * US_PER_S);
	post(store, 1, 4, 0); /* at the same instant by the wall clock */
	run_for(store, 5 * US_PER_S);
	post(store, 2, 4, 0);
	run_for(store, 5 * US_PER_S);
	read_calls(&list, 10);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.records[0].id, 1);
	/* And of those that one commit takes, whoever of them began first. */
	post(store, 3, 1, 0);
	post(store, 4, 1, 0);
	run_for(store, 5 * US_PER_S);
	post(store, 4, 4, 0);
	post(store, 3, 4, 0);
	run_for(store, 5 * US_PER_S);
	read_calls(&list, 2);
	assert_int_equal(list.records[0].id, 3);
	assert_int_equal(list.records[1].id, 4);
	/* Whoever of them waited first for the journal, with something else to say. */
	post(store, 5, 3, 0);
	run_for(store, US_PER_S / 4);
	post(store, 6, 4, 0);
	run_for(store, US_PER_S / 4);
	post(store, 5, 4, 0);
	run_for(store, 5 * US_PER_S);
	read_calls(&list, 2);
	assert_int_equal(list.records[0].id, 5);
	assert_int_equal(list.records[1].id, 6);
	store_free(store);
}

static void run_sql(const char *sql)
{
	char path[300];
	sqlite3 *sqlite;

	snprintf(path, sizeof(path), "%s/belfry.db", folder);
	assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sqlite, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(sqlite);
}

/* A file of the release before, to which that release may go back: the order is made, the schema's number stays. */
static void a_file_without_the_order_of_ends_gets_it(void **state)
{
	struct store *store = open_store();
	struct list list = {.stop_after = 0};

	post(store, 2, 4, 0);
	run_for(store, 5 * US_PER_S);
	post(store, 1, 4, 0);
	run_for(store, 5 * US_PER_S);
	store_free(store);
	run_sql("DROP INDEX calls_by_end_sequence; ALTER TABLE calls DROP COLUMN end_sequence;"
	        "CREATE TABLE before(version); INSERT INTO before SELECT * FROM pragma_user_version");
	store = open_store();
	read_calls(&list, 10);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.records[0].id, 1);
	store_free(store);
	/* An error would be a constraint that fails. */
	run_sql("CREATE TABLE now(same CHECK(same));"
	        "INSERT INTO now SELECT user_version = version FROM pragma_user_version, before");
}

static void ids_go_on_where_they_were(void **state)
{
	struct store *store = open_store();

	assert_int_equal(store_first_call_id(store), 1);
	post(store, 1, 4, 0);
	post(store, 2, 1, 0);
	settle(store);
	store_free(store);
	store = open_store();
	assert_int_equal(store_first_call_id(store), 3);
	store_free(store);
	store = open_store();
	assert_int_equal(store_first_call_id(store), 3);
	store_free(store);
}

static void the_journal_wraps_and_long_calls_stay(void **state)
{
	struct store *store = open_store();
	struct store_counts counts;
	struct store_reader *reader;
	struct call_record record;
	struct fault fault = {""};
	uint32_t id;

	post(store, 1, 3, 0);
	for (id = 2; id < 4000; id++) {
		post(store, id, 1, id);
		settle(store);
		expect_event(store, STORE_DURABLE, id, true);
		post(store, id, 4, id);
		settle(store);
		expect_event(store, STORE_DURABLE, id, true);
		run_for(store, 100 * US_PER_MS);
	}
	store_get_counts(store, &counts);
	assert_int_equal(counts.failures, 0);
	assert_true(counts.journal_records * 128 > 3 * JOURNAL_BYTES); /* it went round some times */
	store_free(store);
	store = open_store();
	assert_int_equal(store_reader_new(&reader, folder, &fault), 0);
	for (id = 1; id < 4000; id++) {
		assert_int_equal(store_reader_call(reader, id, &record), 0);
		assert_true(record.ended);
		assert_int_equal(record.outcome, id == 1 ? CALL_RESTARTED : CALL_ANSWERED);
	}
	assert_int_equal(store_reader_call(reader, 4000, &record), -ENOENT);
	store_reader_free(reader);
	store_free(store);
}

static void a_full_disk_stops_nothing(void **state)
{
	struct store *store = open_store();
	struct store_counts counts;
	struct list list = {.stop_after = 0};
	uint32_t id;

	durable_set_full(true);
	for (id = 1; id <= 5; id++) {
		post(store, id, 4, id);
		settle(store);
		expect_event(store, STORE_DURABLE, id, true); /* the journal needs no new space */
	}
	run_for(store, 2 * US_PER_S);
	expect_event(store, STORE_ALARM, 0, true);
	run_for(store, 200 * US_PER_S);
	expect_no_event(store);
	store_get_counts(store, &counts);
	assert_int_equal(counts.in_memory, 5);
	assert_int_equal(counts.lost, 0);
	assert_in_range(counts.failures, 3, 12); /* it backs off */
	durable_set_full(false);
	run_for(store, 61 * US_PER_S);
	expect_event(store, STORE_ALARM, 0, false);
	read_calls(&list, 8);
	assert_int_equal(list.count, 5);
	store_free(store);
}

/* A commit overwrites the log of the database in place, and never makes it longer; an ordinary end leaves none. */
static void the_log_of_the_database_keeps_its_size(void **state)
{
	char path[300];
	struct stat made, now;
	int starts;
	uint32_t id = 1;

	snprintf(path, sizeof(path), "%s/belfry.db-wal", folder);
	for (starts = 0; starts < 2; starts++) {
		struct store *store = open_store();

		assert_int_equal(stat(path, starts ? &now : &made), 0);
		assert_true(made.st_size >= 1 << 20);
		for (; id % 200; id++) { /* more than fills it once */
			post(store, id, 4, 0);
			run_for(store, US_PER_S);
		}
		assert_int_equal(stat(path, &now), 0);
		assert_int_equal(now.st_size, made.st_size);
		assert_int_equal(now.st_blocks, made.st_blocks);
		store_free(store);
		assert_int_equal(access(path, F_OK), -1);
		id++;
	}
}

/* Readers of the same process see what is committed, and no file of shared memory is there for flash to pay for. */
static void the_index_of_the_log_is_in_memory(void **state)
{
	char path[300];
	struct list list = {.stop_after = 0};
	struct store *store = open_store();

	snprintf(path, sizeof(path), "%s/belfry.db-shm", folder);
	post(store, 1, 4, 0);
	run_for(store, 2 * US_PER_S);
	read_calls(&list, 8);
	assert_int_equal(list.count, 1);
	assert_int_equal(access(path, F_OK), -1);
	post(store, 2, 4, 0);
	run_for(store, 2 * US_PER_S);
	read_calls(&list, 8);
	assert_int_equal(list.count, 2);
	assert_int_equal(access(path, F_OK), -1);
	store_free(store);
}

/* What took the place of a damaged database is read by who had that one open. */
static void a_reader_follows_the_name_of_the_database(void **state)
{
	char path[300], aside[320];
	struct list list = {.stop_after = 0};
	struct store_reader *reader;
	struct fault fault = {""};
	struct store *store = open_store();

	post(store, 1, 4, 0);
	run_for(store, 2 * US_PER_S);
	assert_int_equal(store_reader_new(&reader, folder, &fault), 0);
	assert_int_equal(store_reader_calls(reader, 8, into_list, &list), 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.records[0].id, 1);
	store_free(store);
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/belfry.db%s", folder, i ? "" : "-wal");
		snprintf(aside, sizeof(aside), "%s.aside", path);
		assert_int_equal(rename(path, aside), 0);
	}
	list.count = 0;
	assert_int_equal(store_reader_calls(reader, 8, into_list, &list), 0); /* meanwhile the one that it has */
	assert_int_equal(list.count, 1);
	store = open_store();
	post(store, 2, 4, 0);
	run_for(store, 2 * US_PER_S);
	list.count = 0;
	assert_int_equal(store_reader_calls(reader, 8, into_list, &list), 0);
	assert_true(list.count > 0); /* the journal may have the first one still */
	assert_int_equal(list.records[0].id, 2);
	store_reader_free(reader);
	store_free(store);
}

/* No room for zeros: what was begun of them is given back, and the store works when there is room again. */
static void a_log_without_room_is_left_short(void **state)
{
	char path[300];
	struct stat now = {.st_size = 0};
	struct list list = {.stop_after = 0};
	struct store *store = open_store();

	store_free(store);
	snprintf(path, sizeof(path), "%s/belfry.db-wal", folder);
	durable_set_full(true);
	store = open_store();
	assert_true(stat(path, &now) != 0 || now.st_size == 0);
	durable_set_full(false);
	post(store, 1, 4, 0);
	run_for(store, 2 * US_PER_S);
	read_calls(&list, 8);
	assert_int_equal(list.count, 1);
	store_free(store);
}

static void dead_flash_is_said_and_survived(void **state)
{
	struct store *store = open_store();
	struct store_event event;
	struct list list = {.stop_after = 0};

	durable_fail_at(1, EIO);
	post(store, 1, 1, 11);
	settle(store);
	expect_event(store, STORE_DURABLE, 11, false);
	assert_true(store_next_event(store, &event));
	assert_int_equal(event.type, STORE_ALARM);
	assert_true(event.flag);
	assert_non_null(strstr(event.text, "journal: Input/output error"));
	post(store, 1, 4, 12);
	settle(store);
	expect_event(store, STORE_DURABLE, 12, false);
	durable_fail_at(0, 0);
	run_for(store, 130 * US_PER_S);
	expect_event(store, STORE_ALARM, 0, false);
	expect_no_event(store);
	read_calls(&list, 8);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.records[0].outcome, CALL_ANSWERED);
	store_free(store);
}

static void lost_records_are_counted(void **state)
{
	struct store *store = open_store();
	struct store_counts counts;
	struct store_event event;
	uint64_t refused = 0;
	uint32_t id;

	durable_fail_at(1, ENOSPC);
	for (id = 1; id <= 4100; id++) {
		struct call_record record = record_at(id, 4);

		post(store, id, 4, id);
		settle(store);
		while (store_next_event(store, &event))
			refused += event.type == STORE_DURABLE && !event.flag;
		assert_int_equal(record.id, id);
	}
	store_get_counts(store, &counts);
	assert_int_equal(refused, 4100);
	assert_int_equal(counts.in_memory + counts.lost, 4100);
	assert_int_equal(counts.lost, 100);
	durable_fail_at(0, 0);
	store_free(store);
	store = open_store();
	assert_int_equal(store_first_call_id(store), 4101);
	store_free(store);
}

static uint32_t count_files(const char *part)
{
	struct dirent *entry;
	DIR *dir = opendir(folder);
	uint32_t count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		count += strstr(entry->d_name, part) != NULL;
	closedir(dir);
	return count;
}

static void overwrite(const char *name, uint64_t offset, size_t count)
{
	unsigned char noise[8192];
	int fd = open(in_folder(folder, name), O_WRONLY);

	memset(noise, 0xa5, sizeof(noise));
	assert_true(fd >= 0 && count <= sizeof(noise));
	assert_int_equal(pwrite(fd, noise, count, (off_t)offset), count);
	close(fd);
}

/* A store with call 1, part of one of its files overwritten, opened again: the file is set aside. */
static struct store *open_damaged(const char *name, uint64_t offset, size_t count)
{
	struct store *store = open_store();
	char aside[64];

	post(store, 1, 4, 0);
	run_for(store, 2 * US_PER_S);
	store_free(store);
	overwrite(name, offset, count);
	store = open_store();
	expect_event(store, STORE_ALARM, 0, true);
	snprintf(aside, sizeof(aside), "%s.damaged-", name);
	assert_int_equal(count_files(aside), 1);
	return store;
}

static void a_damaged_database_is_set_aside(void **state)
{
	struct store *store = open_damaged("belfry.db", 0, 8192);
	struct list list = {.stop_after = 0};
	uint32_t first;

	first = store_first_call_id(store);
	assert_true(first > 1);
	/* The journal still had it. */
	read_calls(&list, 8);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.records[0].id, 1);
	post(store, first, 4, 5);
	run_for(store, 2 * US_PER_S);
	read_calls(&list, 8);
	assert_int_equal(list.count, 2);
	store_free(store);
}

/* Its schema version, big-endian at byte 60, is less than none. */
static void a_database_with_an_impossible_schema_is_set_aside(void **state)
{
	store_free(open_damaged("belfry.db", 60, 4));
}

/* Calls 1 and 2 in a file too large to be checked whole when it is opened, with a page of one of its tables damaged. */
static void damage_page_of(const char *name)
{
	struct store *store = open_store();
	char sql[100];
	int64_t page, page_bytes;

	post(store, 1, 4, 0);
	run_for(store, 2 * US_PER_S);
	post(store, 2, 4, 0);
	run_for(store, 2 * US_PER_S);
	snprintf(sql, sizeof(sql), "SELECT rootpage FROM sqlite_master WHERE name = '%s'", name);
	page = number_of(sql);
	page_bytes = number_of("PRAGMA page_size");
	store_free(store);
	run_sql("CREATE TABLE filler(x); INSERT INTO filler VALUES(zeroblob(9000000))");
	overwrite("belfry.db", (uint64_t)((page - 1) * page_bytes), (size_t)page_bytes);
}

static void damage_that_shows_at_the_start_is_no_end(void **state)
{
	struct list list = {.stop_after = 0};
	struct store *store;

	damage_page_of("calls_without_end");
	store = open_store();
	expect_event(store, STORE_ALARM, 0, true);
	assert_int_equal(count_files("belfry.db.damaged-"), 1);
	read_calls(&list, 8);
	assert_int_equal(list.count, 2); /* the journal had them */
	store_free(store);
}

static void damage_that_shows_later_is_mended_by_the_next_start(void **state)
{
	struct list list = {.stop_after = 0};
	struct store *store;
	uint32_t id;

	damage_page_of("offers");
	store = open_store();
	id = store_first_call_id(store);
	post(store, id, 4, 0);
	run_for(store, 2 * US_PER_S);
	expect_event(store, STORE_ALARM, 0, true);
	assert_int_equal(count_files("belfry.db.damaged-"), 1);
	read_calls(&list, 8);
	assert_int_equal(list.count, 1);
	store_free(store);
	store = open_store();
	read_calls(&list, 8);
	assert_int_equal(list.count, 3);
	store_free(store);
	store = open_store();
	read_calls(&list, 8);
	assert_int_equal(list.count, 3);
	store_free(store);
}

static void a_damaged_journal_is_set_aside(void **state)
{
	struct store *store = open_damaged("journal", 0, 8192);
	struct list list = {.stop_after = 0};

	assert_int_equal(store_first_call_id(store), 2 + 256);
	post(store, 400, 1, 3);
	settle(store);
	expect_event(store, STORE_DURABLE, 3, true);
	store_free(store);
	store = open_store();
	read_calls(&list, 8);
	assert_int_equal(list.count, 2);
	store_free(store);
}

static void a_folder_that_is_missing_is_refused(void **state)
{
	struct store_settings settings = {
	    .folder = "/nonexistent/belfry", .bell = bell, .journal_bytes = JOURNAL_BYTES};
	struct store *store = NULL;
	struct fault fault = {""};

	assert_true(store_new(&store, &settings, &fault) < 0);
	assert_null(store);
	assert_memory_equal(fault.text, "store: ", 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(an_ended_call_is_acknowledged_and_read_back_whole, start, stop),
	    cmocka_unit_test_setup_teardown(a_disposition_comes_to_its_record, start, stop),
	    cmocka_unit_test_setup_teardown(newest_end_comes_first, start, stop),
	    cmocka_unit_test_setup_teardown(one_sync_for_all_that_waits, start, stop),
	    cmocka_unit_test_setup_teardown(an_end_alone_has_one_sync, start, stop),
	    cmocka_unit_test_setup_teardown(ends_alone_fill_no_ring, start, stop),
	    cmocka_unit_test_setup_teardown(an_end_does_not_hold_up_what_came_before, start, stop),
	    cmocka_unit_test_setup_teardown(promises_of_a_start_without_the_database_hold, start, stop),
	    cmocka_unit_test_setup_teardown(an_end_that_the_database_refuses_is_in_the_journal, start, stop),
	    cmocka_unit_test_setup_teardown(the_next_id_is_written_for_many_calls, start, stop),
	    cmocka_unit_test_setup_teardown(calls_that_a_restart_cut_are_closed, start, stop),
	    cmocka_unit_test_setup_teardown(the_last_call_is_the_one_that_ended_last, start, stop),
	    cmocka_unit_test_setup_teardown(a_file_without_the_order_of_ends_gets_it, start, stop),
	    cmocka_unit_test_setup_teardown(ids_go_on_where_they_were, start, stop),
	    cmocka_unit_test_setup_teardown(the_journal_wraps_and_long_calls_stay, start, stop),
	    cmocka_unit_test_setup_teardown(a_full_disk_stops_nothing, start, stop),
	    cmocka_unit_test_setup_teardown(the_log_of_the_database_keeps_its_size, start, stop),
	    cmocka_unit_test_setup_teardown(the_index_of_the_log_is_in_memory, start, stop),
	    cmocka_unit_test_setup_teardown(a_reader_follows_the_name_of_the_database, start, stop),
	    cmocka_unit_test_setup_teardown(a_log_without_room_is_left_short, start, stop),
	    cmocka_unit_test_setup_teardown(dead_flash_is_said_and_survived, start, stop),
	    cmocka_unit_test_setup_teardown(lost_records_are_counted, start, stop),
	    cmocka_unit_test_setup_teardown(a_damaged_database_is_set_aside, start, stop),
	    cmocka_unit_test_setup_teardown(a_database_with_an_impossible_schema_is_set_aside, start, stop),
	    cmocka_unit_test_setup_teardown(damage_that_shows_at_the_start_is_no_end, start, stop),
	    cmocka_unit_test_setup_teardown(damage_that_shows_later_is_mended_by_the_next_start, start, stop),
	    cmocka_unit_test_setup_teardown(a_damaged_journal_is_set_aside, start, stop),
	    cmocka_unit_test_setup_teardown(a_folder_that_is_missing_is_refused, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
