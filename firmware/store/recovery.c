/*
 * The store's start: what the journal knows and the database does not, and the calls that a restart has cut.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/durable.h"
#include "store/record_code.h"
#include "store/state.h"

#define RESTART_REASON "box restarted"

/* One valid journal record, with a copy of its payload. */
struct item {
	uint64_t sequence, place;
	uint32_t id;
	uint32_t payload_bytes;
	size_t payload_at; /* in the arena */
};

struct recovery {
	struct store *store;
	struct item *items;
	size_t count, room;
	unsigned char *arena;
	size_t arena_used, arena_room;
	uint32_t highest_id;
	uint32_t undecodable;
	bool out_of_memory;
	bool journal_is_new;
};

/* ---- files that are damaged ---- */

/* Out of the way, never deleted. The WAL belongs to its database: beside a fresh one it would be poison. */
static int set_aside(struct store *store, const char *path, const char *const *tails)
{
	char from[PATH_MAX + 8], to[PATH_MAX + 48];
	uint64_t number = clock_wall_us();
	int i, error = 0;

	do
		snprintf(to, sizeof(to), "%s.damaged-%" PRIu64, path, number++);
	while (access(to, F_OK) == 0);
	number--;
	for (i = 0; tails[i] && !error; i++) {
		snprintf(from, sizeof(from), "%s%s", path, tails[i]);
		snprintf(to, sizeof(to), "%s.damaged-%" PRIu64 "%s", path, number, tails[i]);
		if (access(from, F_OK) == 0)
			error = durable_rename(from, to);
	}
	snprintf(to, sizeof(to), "%s.damaged-%" PRIu64, path, number);
	log_write(LOG_ERROR, LOG_STORE, "%s is damaged, it is set aside as %s%s%s", path, to, error ? ": " : "",
	          error ? strerror(-error) : "");
	snprintf(store->damaged, sizeof(store->damaged), "%.60s was damaged and is set aside", strrchr(path, '/') + 1);
	return error;
}

static int set_database_aside(struct store *store)
{
	/* The WAL first: if the power goes in between, the database is still found damaged at the next start. */
	static const char *const tails[] = {"-wal", "-shm", "", NULL};

	return set_aside(store, store->database_path, tails);
}

int store_replace_damaged_database(struct store *store, struct fault *fault)
{
	struct live_call *call;
	int error;

	database_close(store->database);
	store->database = NULL;
	memset(&store->meta, 0, sizeof(store->meta));
	error = set_database_aside(store);
	if (!error)
		error = database_open(&store->database, store->database_path, false, fault);
	for (call = live_next(&store->live, NULL); call; call = live_next(&store->live, call))
		call->committed = false;
	return error;
}

/* ---- the database at start ---- */

static void close_record(struct call_record *record, uint64_t recorded_us)
{
	uint64_t end_us = recorded_us;

	if (record->ended)
		return;
	if (record->arrived_us > end_us)
		end_us = record->arrived_us;
	if (record->answered_us > end_us)
		end_us = record->answered_us;
	record->ended = true;
	record->ended_us = end_us;
	record->outcome = CALL_RESTARTED;
	text_copy(record->reason, sizeof(record->reason), RESTART_REASON);
}

struct unfinished {
	struct store *store;
	uint32_t closed;
};

static bool close_row(void *user, const struct database_row *row)
{
	struct unfinished *unfinished = user;
	struct store *store = unfinished->store;
	struct live_call *call;

	if (live_find(&store->live, row->record.id))
		return true;
	call = live_get(&store->live, row->record.id);
	if (!call)
		return false; /* the next start finds it again */
	call->record = row->record;
	call->recorded_us = row->recorded_us;
	close_record(&call->record, row->recorded_us);
	unfinished->closed++;
	return true;
}

/* Leaves of the recovered ones those that the database does not know as well or better, and adds its open ones. */
static int compare(struct store *store, uint64_t tail_sequence, uint32_t *closed)
{
	struct unfinished unfinished = {.store = store};
	struct live_call *call;
	uint64_t sequence;
	int error = 0;

	for (call = live_next(&store->live, NULL); call && !error; call = live_next(&store->live, call)) {
		if (!call->recovered)
			continue;
		call->recovered = false;
		error = database_sequence(store->database, call->record.id, &sequence);
		if (error && error != -ENOENT)
			break;
		if (call->sequence < tail_sequence || (!error && sequence >= call->sequence))
			live_drop(&store->live, call);
		error = 0;
	}
	if (!error)
		error = database_unfinished(store->database, close_row, &unfinished);
	*closed += unfinished.closed;
	return error;
}

/* Above all that the database knows: what ends now ended last. */
static void raise_sequence(struct store *store)
{
	uint64_t newest_end = 0;

	journal_raise_sequence(store->journal, store->meta.tail_sequence);
	if (database_newest_end(store->database, &newest_end) == 0)
		journal_raise_sequence(store->journal, newest_end + 1);
}

int store_open_database(struct store *store, struct fault *fault)
{
	struct database_meta meta;
	uint32_t closed = 0;
	int error = database_open(&store->database, store->database_path, false, fault);

	if (error)
		return error;
	error = database_get_meta(store->database, &meta);
	if (!error)
		error = compare(store, meta.tail_sequence, &closed);
	if (error) {
		database_close(store->database);
		store->database = NULL;
		return error;
	}
	store->meta = meta;
	raise_sequence(store);
	if (meta.next_id > store->next_id)
		store->next_id = meta.next_id;
	return 0;
}

/* At start. A database that cannot be opened now, for want of space or by an I/O error, is opened later. */
static int first_open(struct store *store, struct database_meta *meta, struct fault *fault)
{
	int error = database_open(&store->database, store->database_path, false, fault);

	memset(meta, 0, sizeof(*meta));
	if (!error)
		error = database_get_meta(store->database, meta);
	store->meta = *meta;
	if (error == -EBADMSG)
		error = store_replace_damaged_database(store, fault);
	return error;
}

/* ---- the journal at start ---- */

static bool make_room(struct recovery *recovery, size_t payload_bytes)
{
	if (recovery->count == recovery->room) {
		size_t room = recovery->room ? recovery->room * 2 : 256;
		struct item *items = realloc(recovery->items, room * sizeof(*items));

		if (!items)
			return false;
		recovery->items = items;
		recovery->room = room;
	}
	if (recovery->arena_room - recovery->arena_used < payload_bytes) {
		size_t room = recovery->arena_room * 2 + payload_bytes + 65536;
		unsigned char *arena = realloc(recovery->arena, room);

		if (!arena)
			return false;
		recovery->arena = arena;
		recovery->arena_room = room;
	}
	return true;
}

static void collect(void *user, const struct journal_record *found)
{
	struct recovery *recovery = user;
	struct call_record record;
	uint64_t recorded_us;
	struct item *item;

	if (record_decode(&record, &recorded_us, found->payload, found->payload_bytes)) {
		recovery->undecodable++;
		return;
	}
	if (!make_room(recovery, found->payload_bytes)) {
		recovery->out_of_memory = true;
		return;
	}
	item = &recovery->items[recovery->count++];
	*item = (struct item){.sequence = found->sequence,
	                      .place = found->place,
	                      .id = record.id,
	                      .payload_bytes = (uint32_t)found->payload_bytes,
	                      .payload_at = recovery->arena_used};
	memcpy(recovery->arena + recovery->arena_used, found->payload, found->payload_bytes);
	recovery->arena_used += found->payload_bytes;
	if (record.id > recovery->highest_id)
		recovery->highest_id = record.id;
}

static int by_id_newest_first(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->sequence > y->sequence ? -1 : x->sequence < y->sequence;
}

/* Of each call the newest record, and none that the database has done with. */
static void keep_newest(struct recovery *recovery, uint64_t tail_sequence)
{
	size_t i, kept = 0;
	uint32_t last_id = 0; /* ids start from 1 */

	if (recovery->count)
		qsort(recovery->items, recovery->count, sizeof(recovery->items[0]), by_id_newest_first);
	for (i = 0; i < recovery->count; i++) {
		bool newest = recovery->items[i].id != last_id;

		last_id = recovery->items[i].id;
		if (newest && recovery->items[i].sequence >= tail_sequence)
			recovery->items[kept++] = recovery->items[i];
	}
	recovery->count = kept;
}

static int create_journal(struct store *store, uint32_t journal_bytes, uint64_t first_sequence, struct fault *fault)
{
	return journal_create(&store->journal, store->journal_path, journal_bytes, first_sequence ? first_sequence : 1,
	                      fault);
}

static int open_journal(struct recovery *recovery, uint32_t journal_bytes, const struct database_meta *meta,
                        struct fault *fault)
{
	static const char *const tails[] = {"", NULL};
	struct store *store = recovery->store;
	uint32_t faults = 0;
	int error = journal_open(&store->journal, store->journal_path, collect, recovery, &faults, fault);

	if (error == -EBADMSG) {
		error = set_aside(store, store->journal_path, tails);
		if (!error)
			error = -ENOENT;
	}
	if (error == -ENOENT) {
		/* Without both there is no telling which ids and numbers were used. */
		if (!store->database)
			return fault_set(fault, store->database_error, "neither database nor journal can be opened: %s",
			                 strerror(-store->database_error));
		error = create_journal(store, journal_bytes, meta->tail_sequence, fault);
		recovery->journal_is_new = true;
	}
	if (error)
		return error;
	if (recovery->out_of_memory)
		return fault_set(fault, -ENOMEM, "no memory to read the journal");
	if (recovery->undecodable)
		log_write(LOG_ERROR, LOG_STORE, "journal: %" PRIu32 " records are of a version that is not known here",
		          recovery->undecodable);
	if (store->database)
		raise_sequence(store);
	else
		journal_raise_sequence(store->journal, journal_next_sequence(store->journal) + STORE_SEQUENCES_SKIPPED);
	return 0;
}

/* ---- putting both together ---- */

static void to_live(struct recovery *recovery, const struct item *item, uint64_t *oldest_place)
{
	struct live_call *call = live_get(&recovery->store->live, item->id);

	if (!call ||
	    record_decode(&call->record, &call->recorded_us, recovery->arena + item->payload_at, item->payload_bytes))
		return; /* cannot be: there is room for each, and each was decoded before */
	call->sequence = item->sequence;
	call->place = item->place;
	call->recovered = true;
	if (item->place < *oldest_place)
		*oldest_place = item->place;
}

static bool count_row(void *user, const struct database_row *row)
{
	++*(uint32_t *)user;
	return true;
}

static int fill_live(struct recovery *recovery, const struct database_meta *meta, uint32_t *closed, struct fault *fault)
{
	struct store *store = recovery->store;
	uint64_t oldest_place = journal_synced(store->journal);
	struct live_call *call;
	uint32_t open_rows = 0;
	int error = 0;
	size_t i;

	if (store->database)
		error = database_unfinished(store->database, count_row, &open_rows);
	if (!error)
		error = live_new(&store->live, STORE_LIVE_CALLS + open_rows + (uint32_t)recovery->count);
	for (i = 0; i < recovery->count && !error; i++)
		to_live(recovery, &recovery->items[i], &oldest_place);
	journal_set_tail(store->journal, oldest_place);
	if (!error && store->database)
		error = compare(store, meta->tail_sequence, closed);
	if (error)
		return fault_set(fault, error, "reading back calls: %s", strerror(-error));
	for (call = live_next(&store->live, NULL); call; call = live_next(&store->live, call)) {
		if (call->record.ended)
			continue;
		close_record(&call->record, call->recorded_us);
		++*closed;
	}
	return 0;
}

static void choose_first_id(struct store *store, const struct recovery *recovery, const struct database_meta *meta)
{
	uint64_t next = (uint64_t)recovery->highest_id + 1;

	if (meta->next_id > next)
		next = meta->next_id;
	/* A run that did not end well may have given ids of which nothing is left; so may one before the first commit.
	 */
	if (meta->running || !store->database || store->damaged[0] || (!meta->next_id && !recovery->journal_is_new))
		next += STORE_IDS_SKIPPED;
	store->first_id = (uint32_t)next;
	store->next_id = next;
}

/*
 * The reconciliation: how many calls were in progress, and what became of them. A record torn by the power cut was
 * never acknowledged, so nobody was told that it is safe; one that is whole but not understood may be a call's.
 */
static void say_recovered(struct store *store, uint32_t closed, uint32_t unreadable)
{
	struct store_event event = {.type = STORE_RECOVERED, .count = closed};
	uint32_t made = store->database ? database_callbacks_made(store->database) : 0;
	size_t used = 0;

	if (!closed && !unreadable)
		return;
	text_append(event.text, sizeof(event.text), &used, "%" PRIu32 " calls were in progress, ", closed);
	if (unreadable)
		text_append(event.text, sizeof(event.text), &used,
		            "%" PRIu32 " journal records cannot be read and may be of others, ", unreadable);
	else
		text_append(event.text, sizeof(event.text), &used, "all accounted for, ");
	text_append(event.text, sizeof(event.text), &used, "%" PRIu32 " call-backs created", made);
	log_write(LOG_NOTICE, LOG_STORE, "restart: %s", event.text);
	if (mailbox_send(store->events, &event))
		log_write(LOG_ERROR, LOG_STORE, "no room to tell control so");
}

/* A journal of another size than wanted is replaced as soon as the database has all of it. */
static int resize_journal(struct store *store, uint32_t journal_bytes, struct fault *fault)
{
	uint64_t next = journal_next_sequence(store->journal), now = journal_ring_bytes(store->journal);

	if (store->live.count || now == journal_ring_bytes_for(journal_bytes))
		return 0;
	log_write(LOG_NOTICE, LOG_STORE, "journal: %" PRIu64 " bytes become %" PRIu32, now, journal_bytes);
	journal_close(store->journal);
	store->journal = NULL;
	return create_journal(store, journal_bytes, next, fault);
}

static int read_back(struct recovery *recovery, uint32_t journal_bytes, const struct database_meta *meta,
                     uint32_t *closed, struct fault *fault)
{
	int error = open_journal(recovery, journal_bytes, meta, fault);

	if (error)
		return error;
	choose_first_id(recovery->store, recovery, meta);
	keep_newest(recovery, meta->tail_sequence);
	return fill_live(recovery, meta, closed, fault);
}

/* Damage that showed only when its rows were read: what the journal has goes into a fresh one. */
static int read_back_without(struct recovery *recovery, uint32_t journal_bytes, uint32_t *closed, struct fault *fault)
{
	const struct database_meta none = {.tail_sequence = 0};
	struct store *store = recovery->store;
	int error;

	live_free(&store->live);
	error = store_replace_damaged_database(store, fault);
	if (error)
		return error;
	journal_close(store->journal);
	store->journal = NULL;
	recovery->count = recovery->arena_used = recovery->undecodable = *closed = 0;
	return read_back(recovery, journal_bytes, &none, closed, fault);
}

int store_recover(struct store *store, uint32_t journal_bytes, struct fault *fault)
{
	struct recovery recovery = {.store = store};
	struct database_meta meta;
	uint32_t closed = 0;
	int error = first_open(store, &meta, fault);

	store->database_error = error;
	if (error == -ENOSPC || error == -EIO)
		error = 0;
	if (!error)
		error = read_back(&recovery, journal_bytes, &meta, &closed, fault);
	if (error == -EBADMSG)
		error = read_back_without(&recovery, journal_bytes, &closed, fault);
	free(recovery.items);
	free(recovery.arena);
	if (error)
		return error;
	/* A failure here is told by an alarm, and tried again; the journal keeps what it has until then. */
	(void)store_commit(store, true);
	store_count_callbacks(store);
	say_recovered(store, closed, recovery.undecodable);
	return resize_journal(store, journal_bytes, fault);
}
