/* The tables of the call records' file, and the steps that bring an older file up to date. */
#include "store/database_schema.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/attributes.h"
#include "store/database.h"
#include "store/database_notes.h"

/* Up to this size the whole file is checked when it is opened; beyond it, damage shows when a page is used. */
#define CHECKED_BYTES_MAX (8 << 20)

/* ---- schema: user_version says how many of these steps the file has seen ---- */

static const char *const schema_steps[] = {
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE calls(id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, recorded_us INTEGER NOT NULL,"
    " direction TEXT NOT NULL, outcome TEXT, presentation TEXT NOT NULL, ended INTEGER NOT NULL,"
    " span INTEGER, timeslot INTEGER, cause INTEGER, cause_sent INTEGER, cause_location INTEGER,"
    " from_number TEXT, from_raw TEXT, to_number TEXT, name TEXT, queue TEXT, port TEXT, reason TEXT, agent INTEGER,"
    " arrived_us INTEGER, answered_us INTEGER, ended_us INTEGER, wait_ms INTEGER, ring_ms INTEGER, talk_ms INTEGER,"
    " hold_ms INTEGER, wrap_ms INTEGER, offers_dropped INTEGER, segments_dropped INTEGER);"
    "CREATE INDEX calls_by_end ON calls(ended_us, id) WHERE ended;"
    "CREATE INDEX calls_without_end ON calls(id) WHERE NOT ended;"
    "CREATE TABLE offers(call INTEGER NOT NULL REFERENCES calls(id), place INTEGER NOT NULL, agent INTEGER,"
    " result TEXT NOT NULL, ring_ms INTEGER, PRIMARY KEY(call, place)) WITHOUT ROWID;"
    "CREATE TABLE segments(call INTEGER NOT NULL REFERENCES calls(id), place INTEGER NOT NULL, kind TEXT NOT NULL,"
    " start_ms INTEGER, end_ms INTEGER, agent INTEGER, queue TEXT, PRIMARY KEY(call, place)) WITHOUT ROWID;",
    database_notes_schema,
};

/*
 * The order in which calls ended, which the clock does not tell when it has been set back. No step of the schema: a
 * release that does not know it, in the other slot, goes on with the same file, and what it writes is placed at the
 * next start of this one.
 */
static const char end_order_column[] = "ALTER TABLE calls ADD COLUMN end_sequence INTEGER NOT NULL DEFAULT 0";
static const char end_order[] = "CREATE INDEX IF NOT EXISTS calls_by_end_sequence ON calls(end_sequence) WHERE ended;"
                                "UPDATE calls SET end_sequence = sequence WHERE ended AND end_sequence = 0;"
                                "DROP INDEX IF EXISTS calls_by_end";

int database_sql(sqlite3 *sqlite, const char *sql)
{
	return database_failure(sqlite3_exec(sqlite, sql, NULL, NULL, NULL));
}

int database_sql_number(sqlite3 *sqlite, const char *sql, int64_t *number)
{
	sqlite3_stmt *statement;
	int result = sqlite3_prepare_v2(sqlite, sql, -1, &statement, NULL);

	if (result != SQLITE_OK)
		return database_failure(result);
	result = sqlite3_step(statement);
	*number = result == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
	sqlite3_finalize(statement);
	return database_failure(result);
}

int database_schema_check(sqlite3 *sqlite)
{
	sqlite3_stmt *statement;
	int64_t pages = 0, page_bytes = 0;
	bool ok = false;
	int error = database_sql_number(sqlite, "PRAGMA page_count", &pages), result;

	if (!error)
		error = database_sql_number(sqlite, "PRAGMA page_size", &page_bytes);
	if (error || pages > CHECKED_BYTES_MAX / (page_bytes > 0 ? page_bytes : 1))
		return error;
	result = sqlite3_prepare_v2(sqlite, "PRAGMA quick_check(1)", -1, &statement, NULL);
	if (result != SQLITE_OK)
		return database_failure(result);
	result = sqlite3_step(statement);
	if (result == SQLITE_ROW) {
		const char *said = (const char *)sqlite3_column_text(statement, 0);

		ok = said && strcmp(said, "ok") == 0;
	}
	sqlite3_finalize(statement);
	error = database_failure(result);
	return error ? error : ok ? 0 : -EBADMSG;
}

static int keep_end_order(sqlite3 *sqlite)
{
	int64_t known = 0;
	int error = database_sql_number(
	    sqlite, "SELECT count(*) FROM pragma_table_info('calls') WHERE name = 'end_sequence'", &known);

	if (!error && !known)
		error = database_sql(sqlite, end_order_column);
	return error ? error : database_sql(sqlite, end_order);
}

int database_schema_upgrade(sqlite3 *sqlite, struct fault *fault)
{
	int64_t version = 0;
	int error = database_sql_number(sqlite, "PRAGMA user_version", &version);

	if (!error && version > (int64_t)ARRAY_SIZE(schema_steps))
		return fault_set(fault, -EPROTO, "its schema %" PRId64 " is newer than this firmware's %zu", version,
		                 ARRAY_SIZE(schema_steps));
	if (!error && version < 0)
		return -EBADMSG;
	while (!error && version < (int64_t)ARRAY_SIZE(schema_steps)) {
		char sql[64];

		snprintf(sql, sizeof(sql), "PRAGMA user_version = %" PRId64 "; COMMIT", version + 1);
		error = database_sql(sqlite, "BEGIN IMMEDIATE");
		if (!error)
			error = database_sql(sqlite, schema_steps[version]);
		if (!error)
			error = database_sql(sqlite, sql);
		version++;
	}
	if (!error)
		error = keep_end_order(sqlite);
	return error ? error : database_sql(sqlite, database_dispositions_schema);
}
