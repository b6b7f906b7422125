/*
 * The store's writing: snapshots into the journal, finished calls into the database, and what happens when either
 * does not work.
 *
 * While the journal fails every batch goes straight into the database; while the database fails finished calls stay
 * in memory and in the journal. Only when both fail is a snapshot acknowledged as not durable.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/record_code.h"
#include "store/state.h"

/* ---- failures ---- */

static void note_failure(struct store *store, int *where, const char *what, int error)
{
	if (*where != error)
		log_write(LOG_ERROR, LOG_STORE,
		          "%s: %s; %" PRIu32 " calls are kept in memory, next try in %" PRIu64 " ms", what,
		          strerror(-error), store->live.count, store->retry_after_us / US_PER_MS);
	*where = error;
	store->counts.failures++;
	store->retry_at_us = store->now_us + store->retry_after_us;
	store->retry_after_us *= 2;
	if (store->retry_after_us > STORE_RETRY_MOST_US)
		store->retry_after_us = STORE_RETRY_MOST_US;
}

static void note_success(struct store *store, int *where, const char *what)
{
	if (*where)
		log_write(LOG_NOTICE, LOG_STORE, "%s: writing works again", what);
	*where = 0;
	if (store->journal_error || store->database_error)
		return;
	store->retry_at_us = TIMER_NEVER;
	store->retry_after_us = STORE_RETRY_FIRST_US;
}

static void describe(const struct store *store, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	if (store->journal_error)
		text_append(text, size, &used, "journal: %s; ", strerror(-store->journal_error));
	if (store->database_error)
		text_append(text, size, &used, "database: %s; ", strerror(-store->database_error));
	text_append(text, size, &used, "%s", store->damaged);
}

void store_check_alarm(struct store *store)
{
	char text[sizeof(store->alarm_text)];

	describe(store, text, sizeof(text));
	if (strcmp(text, store->alarm_text) == 0)
		return;
	text_copy(store->alarm_text, sizeof(store->alarm_text), text);
	store->alarm_raised = text[0] != '\0';
	store->alarm_unsent = true;
}

/* ---- the journal ---- */

static bool needed_in_journal(const struct live_call *call)
{
	return !call->committed && call->sequence;
}

/* The ring may be overwritten up to the oldest record that is still needed. */
static void move_tail(struct store *store)
{
	uint64_t tail = journal_synced(store->journal);
	struct live_call *call;

	for (call = live_next(&store->live, NULL); call; call = live_next(&store->live, call))
		if (needed_in_journal(call) && call->place < tail)
			tail = call->place;
	journal_set_tail(store->journal, tail);
}

static void batch_is_durable(struct store *store)
{
	struct live_call *call;

	for (call = live_first_waiting(&store->live); call; call = live_next_waiting(&store->live, call)) {
		call->sequence = call->batch_sequence;
		call->place = call->batch_place;
		store->counts.journal_records++;
	}
	live_unlist_all(&store->live);
	store->counts.journal_syncs++;
}

static int append(struct store *store, struct live_call *call)
{
	unsigned char bytes[RECORD_CODE_BYTES_MAX];
	size_t count = record_encode(&call->record, call->recorded_us, bytes);
	int error = journal_append(store->journal, bytes, count, &call->batch_sequence, &call->batch_place);

	if (error != -EXFULL)
		return error;
	/* What is superseded or committed gives its space. */
	move_tail(store);
	return journal_append(store->journal, bytes, count, &call->batch_sequence, &call->batch_place);
}

static int append_waiting(struct store *store)
{
	struct live_call *call;
	int error = 0;

	for (call = live_first_waiting(&store->live); call && !error; call = live_next_waiting(&store->live, call))
		error = append(store, call);
	if (error)
		journal_abandon(store->journal);
	else
		error = journal_flush(store->journal);
	if (!error)
		batch_is_durable(store);
	return error;
}

static void journal_failed(struct store *store, int error)
{
	note_failure(store, &store->journal_error, "journal", error);
	store->journal_retry_us = store->retry_at_us;
}

void store_write_waiting(struct store *store)
{
	int error;

	if (!live_first_waiting(&store->live))
		return;
	if (store->journal_error && store->now_us < store->journal_retry_us) {
		if (!store->database_error)
			(void)store_commit(store, true);
		return;
	}
	error = append_waiting(store);
	if (!error) {
		note_success(store, &store->journal_error, "journal");
		return;
	}
	/* A full ring is no fault of the disk: committing all frees it, and makes what waits durable as well. */
	if (error != -EXFULL)
		journal_failed(store, error);
	if (store_commit(store, true) && error == -EXFULL)
		journal_failed(store, -ENOSPC);
}

/* ---- the database ---- */

static bool to_commit(const struct live_call *call, bool all)
{
	return !call->committed && (all || call->record.ended);
}

/* What the journal still has to say after this commit starts here. */
static uint64_t tail_sequence(const struct store *store, bool all)
{
	uint64_t tail = journal_next_sequence(store->journal);
	struct live_call *call;

	for (call = live_next(&store->live, NULL); call; call = live_next(&store->live, call))
		if (needed_in_journal(call) && !to_commit(call, all) && call->sequence < tail)
			tail = call->sequence;
	return tail;
}

static bool append_end(struct store *store, struct live_call *call)
{
	int error = call->record.ended && !store->journal_error ? append(store, call) : -EXFULL;

	if (error && error != -EXFULL)
		journal_abandon(store->journal);
	return !error;
}

/*
 * Snapshots that are not in the journal take numbers that are newer than all of their others there, in the order in
 * which they came: it is the order of the ends, too. Ends go there as well, with the next sync: they are for a database
 * that turns out to be damaged one day.
 */
static void number_waiting(struct store *store, bool all)
{
	struct live_call *call;

	for (call = live_first_waiting(&store->live); call; call = live_next_waiting(&store->live, call))
		if (to_commit(call, all) && !append_end(store, call))
			call->batch_sequence = journal_take_sequence(store->journal);
}

static uint64_t sequence_to_put(struct store *store, const struct live_call *call)
{
	if (call->waiting)
		return call->batch_sequence;
	return call->sequence ? call->sequence : journal_take_sequence(store->journal);
}

static int put_calls(struct store *store, bool all)
{
	struct live_call *call;
	int error = 0;

	for (call = live_next(&store->live, NULL); call && !error; call = live_next(&store->live, call)) {
		if (to_commit(call, all))
			error = database_put(store->database, &call->record, call->recorded_us,
			                     sequence_to_put(store, call));
	}
	return error;
}

/* Few commits change it: an older tail only means that more of the journal is compared with the rows at a start. */
static int put_meta(struct store *store, bool all)
{
	struct database_meta meta = {.tail_sequence = store->rebuild ? 0 : tail_sequence(store, all),
	                             .next_id = store->next_id,
	                             .running = !store->closing};
	int error;

	if (!store->closing && store->meta.running && meta.next_id <= store->meta.next_id &&
	    meta.tail_sequence - store->meta.tail_sequence < STORE_TAIL_STEP)
		return 0;
	if (!store->closing)
		meta.next_id += STORE_IDS_AHEAD;
	error = database_put_meta(store->database, &meta);
	if (!error)
		store->meta = meta;
	return error;
}

static int write_transaction(struct store *store, bool all)
{
	struct database_meta before = store->meta;
	int error = database_begin(store->database);

	if (!error)
		number_waiting(store, all);
	if (!error)
		error = put_calls(store, all);
	if (!error)
		error = put_meta(store, all);
	if (!error)
		error = database_commit(store->database);
	if (error) {
		database_rollback(store->database);
		journal_abandon(store->journal);
		store->meta = before;
	}
	return error;
}

/*
 * Once they are in the database. Where no other snapshot comes, which would be synced, they are now and then: the ring
 * has no space behind what is not on flash.
 */
static void write_ends(struct store *store, bool all)
{
	bool sync = all || journal_unsynced(store->journal) > STORE_UNSYNCED_MOST;
	int error = store->journal_error ? 0 : sync ? journal_flush(store->journal) : journal_write(store->journal);

	if (error)
		journal_failed(store, error);
}

static void after_commit(struct store *store, bool all)
{
	struct live_call *call;

	for (call = live_next(&store->live, NULL); call; call = live_next(&store->live, call)) {
		if (!to_commit(call, all))
			continue;
		call->committed = true;
		call->sequence = 0;
		store->counts.committed++;
	}
	write_ends(store, all);
	live_unlist_committed(&store->live);
	for (call = live_next(&store->live, NULL); call; call = live_next(&store->live, call))
		if (call->committed && call->record.ended)
			live_drop(&store->live, call);
	move_tail(store);
	store->counts.commits++;
}

int store_commit(struct store *store, bool all)
{
	struct fault fault = {""};
	int error = store->database ? 0 : store_open_database(store, &fault);

	store->commit_due_us = TIMER_NEVER;
	if (!error)
		error = write_transaction(store, all);
	if (error == -EBADMSG) {
		error = store_replace_damaged_database(store, &fault);
		store->rebuild = true;
		if (!error)
			error = write_transaction(store, true);
		all = true;
	}
	if (error) {
		note_failure(store, &store->database_error, "database", error);
		return error;
	}
	after_commit(store, all);
	note_success(store, &store->database_error,
	             "database"); /* first: what waits beside the records is written now */
	if (store->callbacks_open || database_callbacks_made(store->database) || store->waiting_count)
		store_count_callbacks(store);
	return 0;
}

/* With nothing waiting a failed journal is tried again by the next snapshot. */
void store_retry(struct store *store)
{
	store->retry_at_us = TIMER_NEVER;
	store->journal_retry_us = store->now_us;
	store_write_waiting(store);
	if (store->database_error && store->retry_at_us == TIMER_NEVER)
		(void)store_commit(store, false);
}
