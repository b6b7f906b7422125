/*
 * The call records in SQLite: connection, transactions, rows.
 */
#include "store/database.h"

#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/log.h"
#include "base/text.h"
#include "store/database_notes.h"
#include "store/database_schema.h"
#include "store/durable.h"
#include "store/durable_ops.h"
#include "store/names.h"

#define SQL_BYTES 1024
/* Of the write-ahead log, and how much of it is filled before it begins anew: the last commit has to fit in too. */
#define LOG_BYTES      (1 << 20)
#define LOG_ROOM_BYTES (4 * LOG_BYTES) /* on the disk, or its last room goes to zeros and a checkpoint has none */
#define LOG_USED_BYTES (LOG_BYTES / 8 * 7)
#define FRAME_BYTES    24 /* before each page in it */

/* ---- which column is which field ---- */

enum kind { KIND_U8, KIND_BOOL, KIND_U32, KIND_U64, KIND_TEXT, KIND_NAME };
struct column {
	const char *name;
	enum kind kind;
	size_t offset;
	size_t size; /* of a text */
	const char *const *names;
	size_t name_count;
};

#define NUMBER(struct_name, field, column_name, column_kind)                                                           \
	{                                                                                                              \
		.name = column_name, .kind = column_kind, .offset = offsetof(struct struct_name, field)                \
	}
#define TEXT(struct_name, field, column_name)                                                                          \
	{                                                                                                              \
		.name = column_name, .kind = KIND_TEXT, .offset = offsetof(struct struct_name, field),                 \
		.size = sizeof(((struct struct_name *)0)->field)                                                       \
	}
#define NAME(struct_name, field, column_name, table, count)                                                            \
	{                                                                                                              \
		.name = column_name, .kind = KIND_NAME, .offset = offsetof(struct struct_name, field), .names = table, \
		.name_count = count                                                                                    \
	}
#define ROW(field, column_kind) NUMBER(database_row, record.field, #field, column_kind)

static const struct column call_columns[] = {
    ROW(id, KIND_U32),
    NUMBER(database_row, sequence, "sequence", KIND_U64),
    NUMBER(database_row, end_sequence, "end_sequence", KIND_U64),
    NUMBER(database_row, recorded_us, "recorded_us", KIND_U64),
    NAME(database_row, record.direction, "direction", call_direction_names, CALL_DIRECTION_COUNT),
    NAME(database_row, record.outcome, "outcome", call_outcome_names, CALL_OUTCOME_COUNT),
    NAME(database_row, record.presentation, "presentation", call_presentation_names, CALL_PRESENTATION_COUNT),
    ROW(ended, KIND_BOOL),
    ROW(span, KIND_U8),
    ROW(timeslot, KIND_U8),
    ROW(cause, KIND_U8),
    ROW(cause_sent, KIND_U8),
    ROW(cause_location, KIND_U8),
    TEXT(database_row, record.from, "from_number"),
    TEXT(database_row, record.from_raw, "from_raw"),
    TEXT(database_row, record.to, "to_number"),
    TEXT(database_row, record.name, "name"),
    TEXT(database_row, record.queue, "queue"),
    TEXT(database_row, record.port, "port"),
    TEXT(database_row, record.reason, "reason"),
    ROW(agent, KIND_U32),
    ROW(arrived_us, KIND_U64),
    ROW(answered_us, KIND_U64),
    ROW(ended_us, KIND_U64),
    ROW(wait_ms, KIND_U32),
    ROW(ring_ms, KIND_U32),
    ROW(talk_ms, KIND_U32),
    ROW(hold_ms, KIND_U32),
    ROW(wrap_ms, KIND_U32),
    ROW(offers_dropped, KIND_U32),
    ROW(segments_dropped, KIND_U32),
};
static const struct column offer_columns[] = {
    NUMBER(call_offer, agent, "agent", KIND_U32),
    NAME(call_offer, result, "result", offer_result_names, OFFER_RESULT_COUNT),
    NUMBER(call_offer, ring_ms, "ring_ms", KIND_U32),
};
static const struct column segment_columns[] = {
    NAME(call_segment, kind, "kind", segment_kind_names, SEGMENT_KIND_COUNT),
    NUMBER(call_segment, start_ms, "start_ms", KIND_U32),
    NUMBER(call_segment, end_ms, "end_ms", KIND_U32),
    NUMBER(call_segment, agent, "agent", KIND_U32),
    TEXT(call_segment, queue, "queue"),
};

static const struct column disposition_columns[] = {
    TEXT(call_disposition, code, "code"),
    TEXT(call_disposition, text, "text"),
    NUMBER(call_disposition, agent, "agent", KIND_U32),
    NUMBER(call_disposition, at_us, "at_us", KIND_U64),
};

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	META_PUT,
	META_GET,
	CALL_PUT,
	CALL_SEQUENCE,
	CALL_END_SEQUENCE,
	OFFER_PUT,
	SEGMENT_PUT,
	WRITER_COUNT,
	CALL_GET = WRITER_COUNT,
	CALLS_UNFINISHED,
	CALLS_FINISHED,
	OFFERS_GET,
	SEGMENTS_GET,
	DISPOSITION_GET,
	STATEMENT_COUNT
};

struct database {
	sqlite3 *sqlite;
	sqlite3_stmt *statement[STATEMENT_COUNT];
	struct database_notes *notes; /* NULL: a reader's */
};

int database_failure(int result)
{
	switch (result & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_READONLY:
		return -EROFS;
	default:
		return -EIO;
	}
}

/* ---- values in and out ---- */

static uint64_t number_at(const struct column *column, const void *object)
{
	const char *at = (const char *)object + column->offset;

	switch (column->kind) {
	case KIND_U8:
	case KIND_NAME:
		return *(const uint8_t *)at;
	case KIND_BOOL:
		return *(const bool *)at;
	case KIND_U32:
		return *(const uint32_t *)(const void *)at;
	case KIND_U64:
		return *(const uint64_t *)(const void *)at;
	case KIND_TEXT:
		break;
	}
	return 0;
}

static void bind(sqlite3_stmt *statement, int place, const struct column *column, const void *object)
{
	uint64_t number = number_at(column, object);
	const char *text = (const char *)object + column->offset;

	if (column->kind == KIND_NAME) {
		text = number < column->name_count ? column->names[number] : NULL;
		sqlite3_bind_text(statement, place, text, -1, SQLITE_STATIC);
	} else if (column->kind == KIND_TEXT) {
		sqlite3_bind_text(statement, place, text, (int)strnlen(text, column->size), SQLITE_STATIC);
	} else {
		sqlite3_bind_int64(statement, place, (sqlite3_int64)number);
	}
}

static void load(sqlite3_stmt *statement, int place, const struct column *column, void *object)
{
	char *at = (char *)object + column->offset;
	const char *text = (const char *)sqlite3_column_text(statement, place);
	uint64_t number = (uint64_t)sqlite3_column_int64(statement, place);
	int name = column->kind == KIND_NAME && text ? text_name_index(column->names, column->name_count, text) : 0;

	switch (column->kind) {
	case KIND_NAME:
		*(uint8_t *)at = (uint8_t)(name < 0 ? 0 : name);
		break;
	case KIND_U8:
		*(uint8_t *)at = (uint8_t)number;
		break;
	case KIND_BOOL:
		*(bool *)at = number != 0;
		break;
	case KIND_U32:
		*(uint32_t *)(void *)at = (uint32_t)number;
		break;
	case KIND_U64:
		*(uint64_t *)(void *)at = number;
		break;
	case KIND_TEXT:
		text_copy(at, column->size, text ? text : "");
		break;
	}
}

static void bind_all(sqlite3_stmt *statement, int place, const struct column *columns, size_t count, const void *object)
{
	size_t i;

	for (i = 0; i < count; i++)
		bind(statement, place + (int)i, &columns[i], object);
}

static void load_all(sqlite3_stmt *statement, const struct column *columns, size_t count, void *object)
{
	size_t i;

	for (i = 0; i < count; i++)
		load(statement, (int)i, &columns[i], object);
}

/* ---- opening ---- */

static bool list_columns(char *sql, size_t *used, const struct column *columns, size_t count)
{
	bool all = true;
	size_t i;

	for (i = 0; i < count; i++)
		all &= text_append(sql, SQL_BYTES, used, "%s%s", i ? "," : "", columns[i].name);
	return all;
}

static int prepare(struct database *database, enum statement which, const char *sql)
{
	return database_failure(sqlite3_prepare_v3(database->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT,
	                                           &database->statement[which], NULL));
}

/* "INSERT OR REPLACE INTO table(key columns, columns) VALUES(?, ...)" */
static int prepare_put(struct database *database, enum statement which, const char *table, const char *key,
                       const struct column *columns, size_t count)
{
	size_t used = 0, marks = count + (*key ? 2 : 0), i;
	char sql[SQL_BYTES];
	bool all = text_append(sql, sizeof(sql), &used, "INSERT OR REPLACE INTO %s(%s", table, key);

	all &= list_columns(sql, &used, columns, count) && text_append(sql, sizeof(sql), &used, ") VALUES(");
	for (i = 0; i < marks; i++)
		all &= text_append(sql, sizeof(sql), &used, "%s", i ? ",?" : "?");
	all &= text_append(sql, sizeof(sql), &used, ")");
	return all ? prepare(database, which, sql) : -E2BIG;
}

static int prepare_get(struct database *database, enum statement which, const char *table, const char *where,
                       const struct column *columns, size_t count)
{
	char sql[SQL_BYTES];
	size_t used = 0;
	bool all = text_append(sql, sizeof(sql), &used, "SELECT ") && list_columns(sql, &used, columns, count) &&
	           text_append(sql, sizeof(sql), &used, " FROM %s WHERE %s", table, where);

	return all ? prepare(database, which, sql) : -E2BIG;
}

static int prepare_writer(struct database *database)
{
	static const char *const plain[WRITER_COUNT] = {
	    [BEGIN] = "BEGIN IMMEDIATE",
	    [COMMIT] = "COMMIT",
	    [ROLLBACK] = "ROLLBACK",
	    [META_PUT] = "INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)",
	    [META_GET] = "SELECT value FROM meta WHERE name = ?",
	    [CALL_SEQUENCE] = "SELECT sequence FROM calls WHERE id = ?",
	    [CALL_END_SEQUENCE] = "SELECT end_sequence FROM calls WHERE id = ? AND end_sequence > 0",
	};
	int which, error = 0;

	for (which = 0; which < WRITER_COUNT && !error; which++)
		if (plain[which])
			error = prepare(database, (enum statement)which, plain[which]);
	if (!error)
		error = prepare_put(database, CALL_PUT, "calls", "", call_columns, ARRAY_SIZE(call_columns));
	if (!error)
		error =
		    prepare_put(database, OFFER_PUT, "offers", "call,place,", offer_columns, ARRAY_SIZE(offer_columns));
	if (!error)
		error = prepare_put(database, SEGMENT_PUT, "segments", "call,place,", segment_columns,
		                    ARRAY_SIZE(segment_columns));
	return error ? error : database_notes_new(&database->notes, database->sqlite);
}

static int prepare_reader(struct database *database)
{
	size_t count = ARRAY_SIZE(call_columns);
	int error = prepare_get(database, CALL_GET, "calls", "id = ?", call_columns, count);

	if (!error)
		error = prepare_get(database, CALLS_UNFINISHED, "calls", "NOT ended ORDER BY id", call_columns, count);
	if (!error)
		error = prepare_get(database, CALLS_FINISHED, "calls", "ended ORDER BY end_sequence DESC LIMIT ?",
		                    call_columns, count);
	if (!error)
		error = prepare_get(database, OFFERS_GET, "offers", "call = ? ORDER BY place", offer_columns,
		                    ARRAY_SIZE(offer_columns));
	if (!error)
		error = prepare_get(database, SEGMENTS_GET, "segments", "call = ? ORDER BY place", segment_columns,
		                    ARRAY_SIZE(segment_columns));
	if (!error)
		error = prepare_get(database, DISPOSITION_GET, "dispositions", "call = ?", disposition_columns,
		                    ARRAY_SIZE(disposition_columns));
	return error;
}

/*
 * WAL: readers never hold up the writer. FULL: a commit is on flash when it returns, so that the journal's space may
 * be used again. Nothing temporary goes to a file. Small pages: a call changes a few rows in each of five of them, and
 * each goes to flash whole (a file that is there already keeps the size it has).
 */
static int configure(struct database *database, bool read_only, struct fault *fault)
{
	int error;

	fault_set(fault, 0, "%s", "");
	error = database_sql(database->sqlite, "PRAGMA temp_store = MEMORY");
	if (!read_only && !error)
		error = database_sql(database->sqlite,
		                     "PRAGMA page_size = 512; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
	if (!read_only && !error)
		error = database_schema_check(database->sqlite);
	if (!read_only && !error)
		error = database_schema_upgrade(database->sqlite, fault);
	if (!read_only && !error)
		error = prepare_writer(database);
	return error ? error : prepare_reader(database);
}

static bool has_room(const char *path)
{
	struct statvfs disk;

	return statvfs(path, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize >= LOG_ROOM_BYTES;
}

/* Where it cannot be done the log grows with what is written, and a commit costs more. */
static int keep_log(struct database *database, const char *path)
{
	int64_t page_bytes = 0;
	char sql[64];
	int error = database_sql_number(database->sqlite, "PRAGMA page_size", &page_bytes);

	if (error)
		return error;
	if (!has_room(path) || durable_sqlite_keep_log(database->sqlite, LOG_BYTES)) {
		log_write(LOG_WARNING, LOG_STORE,
		          "database: the disk has no room for a log of full length; it grows as it is needed");
		return 0;
	}
	snprintf(sql, sizeof(sql), "PRAGMA wal_autocheckpoint = %" PRId64, LOG_USED_BYTES / (page_bytes + FRAME_BYTES));
	return database_sql(database->sqlite, sql);
}

int database_open(struct database **out, const char *path, bool read_only, struct fault *fault)
{
	int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	struct database *database = calloc(1, sizeof(*database));
	struct fault why = {""};
	int error = database ? durable_register_sqlite() : -ENOMEM;

	if (!error)
		error = database_failure(sqlite3_open_v2(path, &database->sqlite, flags, "durable"));
	if (!error)
		error = configure(database, read_only, &why);
	if (!error && !read_only)
		error = keep_log(database, path);
	if (error) {
		fault_set(fault, error, "database %s: %s", path,
		          *why.text                      ? why.text
		          : database && database->sqlite ? sqlite3_errmsg(database->sqlite)
		                                         : strerror(-error));
		database_close(database);
		return error;
	}
	*out = database;
	return 0;
}

void database_close(struct database *database)
{
	int i;

	if (!database)
		return;
	for (i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(database->statement[i]);
	database_notes_free(database->notes);
	sqlite3_close(database->sqlite);
	free(database);
}

const char *database_error(struct database *database)
{
	return sqlite3_errmsg(database->sqlite);
}

/* ---- writing ---- */

/* Runs a statement that gives no row, and makes it ready for the next time. */
static int run(struct database *database, enum statement which)
{
	sqlite3_stmt *statement = database->statement[which];
	int result = sqlite3_step(statement);

	sqlite3_reset(statement);
	return database_failure(result);
}

int database_begin(struct database *database)
{
	return run(database, BEGIN);
}

int database_commit(struct database *database)
{
	int error = run(database, COMMIT);

	if (!error)
		database_notes_settle(database->notes, true);
	return error;
}

void database_rollback(struct database *database)
{
	/* Some failures have rolled back by themselves already. */
	if (!sqlite3_get_autocommit(database->sqlite))
		(void)run(database, ROLLBACK);
	database_notes_settle(database->notes, false);
}

static int put_part(struct database *database, enum statement which, uint32_t id, int place,
                    const struct column *columns, size_t count, const void *object)
{
	sqlite3_stmt *statement = database->statement[which];

	sqlite3_bind_int64(statement, 1, id);
	sqlite3_bind_int(statement, 2, place);
	bind_all(statement, 3, columns, count, object);
	return run(database, which);
}

/* A number of the call's row; -ENOENT when there is none. */
static int call_number(struct database *database, enum statement which, uint32_t id, uint64_t *number)
{
	sqlite3_stmt *statement = database->statement[which];
	int result;

	sqlite3_bind_int64(statement, 1, id);
	result = sqlite3_step(statement);
	if (result == SQLITE_ROW)
		*number = (uint64_t)sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return result == SQLITE_DONE ? -ENOENT : database_failure(result);
}

int database_sequence(struct database *database, uint32_t id, uint64_t *sequence)
{
	return call_number(database, CALL_SEQUENCE, id, sequence);
}

int database_newest_end(struct database *database, uint64_t *sequence)
{
	int64_t newest = 0;
	int error = database_sql_number(database->sqlite, "SELECT max(end_sequence) FROM calls WHERE ended", &newest);

	*sequence = newest > 0 ? (uint64_t)newest : 0;
	return error;
}

/* A call keeps its place among those that have ended, whatever is added to its record later. */
static int place_by_end(struct database *database, struct database_row *row)
{
	int error = call_number(database, CALL_END_SEQUENCE, row->record.id, &row->end_sequence);

	if (error == -ENOENT)
		row->end_sequence = row->sequence;
	return error == -ENOENT ? 0 : error;
}

int database_put(struct database *database, const struct call_record *record, uint64_t recorded_us, uint64_t sequence)
{
	struct database_row row = {.record = *record, .recorded_us = recorded_us, .sequence = sequence};
	int error = record->ended ? place_by_end(database, &row) : 0, i;

	if (error)
		return error;
	/* A later record has what the earlier ones had, and more: offers and segments are replaced one by one. */
	bind_all(database->statement[CALL_PUT], 1, call_columns, ARRAY_SIZE(call_columns), &row);
	error = run(database, CALL_PUT);
	sqlite3_clear_bindings(database->statement[CALL_PUT]); /* row goes away */
	for (i = 0; i < record->offer_count && i < STORE_OFFERS_MAX && !error; i++)
		error = put_part(database, OFFER_PUT, record->id, i, offer_columns, ARRAY_SIZE(offer_columns),
		                 &record->offers[i]);
	for (i = 0; i < record->segment_count && i < STORE_SEGMENTS_MAX && !error; i++)
		error = put_part(database, SEGMENT_PUT, record->id, i, segment_columns, ARRAY_SIZE(segment_columns),
		                 &record->segments[i]);
	return error ? error : database_notes_record(database->notes, record);
}

static int put_number(struct database *database, const char *name, uint64_t value)
{
	sqlite3_bind_text(database->statement[META_PUT], 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(database->statement[META_PUT], 2, (sqlite3_int64)value);
	return run(database, META_PUT);
}

int database_put_meta(struct database *database, const struct database_meta *meta)
{
	int error = put_number(database, "tail_sequence", meta->tail_sequence);

	if (!error)
		error = put_number(database, "next_id", meta->next_id);
	return error ? error : put_number(database, "running", meta->running);
}

/* ---- reading ---- */

static int get_number(struct database *database, const char *name, uint64_t *value)
{
	sqlite3_stmt *statement = database->statement[META_GET];
	int result;

	sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	result = sqlite3_step(statement);
	*value = result == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return database_failure(result);
}

int database_get_meta(struct database *database, struct database_meta *meta)
{
	int error = get_number(database, "tail_sequence", &meta->tail_sequence);

	if (!error)
		error = get_number(database, "next_id", &meta->next_id);
	return error ? error : get_number(database, "running", &meta->running);
}

/* The rows of one call's offers or segments into an array of count_max objects. */
static int get_parts(struct database *database, enum statement which, uint32_t id, const struct column *columns,
                     size_t column_count, void *objects, size_t object_bytes, uint8_t count_max, uint8_t *count)
{
	sqlite3_stmt *statement = database->statement[which];
	int result;

	sqlite3_bind_int64(statement, 1, id);
	*count = 0;
	while ((result = sqlite3_step(statement)) == SQLITE_ROW && *count < count_max)
		load_all(statement, columns, column_count, (char *)objects + object_bytes * (*count)++);
	sqlite3_reset(statement);
	return database_failure(result);
}

static int get_row(struct database *database, sqlite3_stmt *statement, struct database_row *row)
{
	struct call_record *record = &row->record;
	uint8_t disposed;
	int error;

	memset(row, 0, sizeof(*row));
	load_all(statement, call_columns, ARRAY_SIZE(call_columns), row);
	error = get_parts(database, OFFERS_GET, record->id, offer_columns, ARRAY_SIZE(offer_columns), record->offers,
	                  sizeof(record->offers[0]), STORE_OFFERS_MAX, &record->offer_count);
	if (!error)
		error = get_parts(database, SEGMENTS_GET, record->id, segment_columns, ARRAY_SIZE(segment_columns),
		                  record->segments, sizeof(record->segments[0]), STORE_SEGMENTS_MAX,
		                  &record->segment_count);
	return error ? error
	             : get_parts(database, DISPOSITION_GET, record->id, disposition_columns,
	                         ARRAY_SIZE(disposition_columns), &record->disposition, sizeof(record->disposition), 1,
	                         &disposed);
}

int database_get(struct database *database, uint32_t id, struct database_row *row)
{
	sqlite3_stmt *statement = database->statement[CALL_GET];
	int result, error;

	sqlite3_bind_int64(statement, 1, id);
	result = sqlite3_step(statement);
	if (result == SQLITE_ROW)
		error = get_row(database, statement, row);
	else
		error = result == SQLITE_DONE ? -ENOENT : database_failure(result);
	sqlite3_reset(statement);
	return error;
}

static int get_rows(struct database *database, enum statement which,
                    bool (*each)(void *user, const struct database_row *row), void *user)
{
	sqlite3_stmt *statement = database->statement[which];
	struct database_row row;
	int result, error = 0;

	while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
		error = get_row(database, statement, &row);
		if (error || !each(user, &row))
			break;
	}
	sqlite3_reset(statement);
	return error ? error : database_failure(result);
}

int database_unfinished(struct database *database, bool (*each)(void *user, const struct database_row *row), void *user)
{
	return get_rows(database, CALLS_UNFINISHED, each, user);
}

int database_finished(struct database *database, uint32_t last,
                      bool (*each)(void *user, const struct database_row *row), void *user)
{
	sqlite3_bind_int64(database->statement[CALLS_FINISHED], 1, last);
	return get_rows(database, CALLS_FINISHED, each, user);
}

/* ---- beside the records ---- */

uint32_t database_callbacks_made(const struct database *database)
{
	return database_notes_made(database->notes);
}

int database_callbacks_open(struct database *database, uint32_t *count)
{
	return database_notes_open(database->sqlite, count);
}

int database_callback_done(struct database *database, uint32_t id, uint64_t wall_us)
{
	return database_notes_close(database->sqlite, id, CALLBACK_DONE, wall_us);
}

int database_callbacks(struct database *database, bool (*each)(void *user, const struct store_callback *callback),
                       void *user)
{
	return database_notes_callbacks(database->sqlite, each, user);
}

int database_dispose(struct database *database, uint32_t call, const struct call_disposition *disposition)
{
	return database_notes_dispose(database->sqlite, call, disposition);
}

int database_keep(struct database *database, const char *name, const char *value)
{
	return database_notes_keep(database->sqlite, name, value);
}

int database_kept(struct database *database, void (*each)(void *user, const char *name, const char *value), void *user)
{
	return database_notes_kept(database->sqlite, each, user);
}
