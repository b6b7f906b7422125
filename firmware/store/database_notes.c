/* Call-backs and kept states in SQLite. */
#include "store/database_notes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/database.h"

const char *const callback_state_names[CALLBACK_STATE_COUNT] = {"open", "answered", "done"};

const char database_notes_schema[] =
    "CREATE TABLE callbacks(id INTEGER PRIMARY KEY, number TEXT NOT NULL, name TEXT, queue TEXT NOT NULL,"
    " to_number TEXT, arrived_us INTEGER NOT NULL, created_us INTEGER NOT NULL, state TEXT NOT NULL,"
    " closed_us INTEGER, closed_by INTEGER);"
    "CREATE INDEX callbacks_open ON callbacks(number) WHERE state = 'open';"
    "CREATE TABLE kept(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;";

enum { MAKE, ANSWERED, STATEMENTS };

struct database_notes {
	sqlite3 *sqlite;
	sqlite3_stmt *statement[STATEMENTS];
	/* open: callers to be called back; nobody is looked for while there are none. */
	struct notes_count {
		uint32_t made, open;
	} kept, now; /* now: with the transaction at work */
};

static const char *const statements[STATEMENTS] = {
    /* One item a number and queue; the same call's record may be put again. */
    [MAKE] = "INSERT INTO callbacks(id, number, name, queue, to_number, arrived_us, created_us, state)"
             " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, 'open' WHERE NOT EXISTS(SELECT 1 FROM callbacks WHERE id = ?1"
             " OR (state = 'open' AND number = ?2 AND queue = ?4))",
    /* Called again, or called back: what was dialled ends with the number, whatever prefix stands before it. */
    [ANSWERED] = "UPDATE callbacks SET state = 'answered', closed_us = ?2, closed_by = ?3 WHERE state = 'open'"
                 " AND arrived_us < ?4 AND (number = ?1 OR (?5 AND length(number) >= 5"
                 " AND substr(?1, -length(number)) = number))",
};

int database_notes_new(struct database_notes **out, sqlite3 *sqlite)
{
	struct database_notes *notes = calloc(1, sizeof(*notes));
	int i, error = notes ? 0 : -ENOMEM;

	for (i = 0; i < STATEMENTS && !error; i++)
		error = database_failure(sqlite3_prepare_v3(sqlite, statements[i], -1, SQLITE_PREPARE_PERSISTENT,
		                                            &notes->statement[i], NULL));
	if (!error)
		error = database_notes_open(sqlite, &notes->kept.open);
	if (error) {
		database_notes_free(notes);
		return error;
	}
	notes->sqlite = sqlite;
	notes->now = notes->kept;
	*out = notes;
	return 0;
}

void database_notes_free(struct database_notes *notes)
{
	int i;

	if (!notes)
		return;
	for (i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(notes->statement[i]);
	free(notes);
}

static int run(sqlite3_stmt *statement)
{
	int result = sqlite3_step(statement);

	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return database_failure(result);
}

static void bind_text(sqlite3_stmt *statement, int place, const char *text)
{
	sqlite3_bind_text(statement, place, text, -1, SQLITE_STATIC);
}

static int make(struct database_notes *notes, const struct call_record *record)
{
	sqlite3_stmt *statement = notes->statement[MAKE];
	int error;

	sqlite3_bind_int64(statement, 1, record->id);
	bind_text(statement, 2, record->from);
	bind_text(statement, 3, record->name);
	bind_text(statement, 4, record->queue);
	bind_text(statement, 5, record->to);
	sqlite3_bind_int64(statement, 6, (sqlite3_int64)record->arrived_us);
	sqlite3_bind_int64(statement, 7, (sqlite3_int64)record->ended_us);
	error = run(statement);
	if (!error && sqlite3_changes(notes->sqlite) > 0) {
		notes->now.made++;
		notes->now.open++;
	}
	return error;
}

static int answered(struct database_notes *notes, const struct call_record *record)
{
	sqlite3_stmt *statement = notes->statement[ANSWERED];
	bool out = record->direction == CALL_OUT;
	uint32_t closed;
	int error;

	if (notes->now.open == 0)
		return 0;
	bind_text(statement, 1, out ? record->to : record->from);
	sqlite3_bind_int64(statement, 2, (sqlite3_int64)record->answered_us);
	sqlite3_bind_int64(statement, 3, record->id);
	sqlite3_bind_int64(statement, 4, (sqlite3_int64)record->arrived_us);
	sqlite3_bind_int(statement, 5, out);
	error = run(statement);
	closed = error ? 0 : (uint32_t)sqlite3_changes(notes->sqlite);
	notes->now.open -= closed < notes->now.open ? closed : notes->now.open;
	return error;
}

/* A caller who waited in a queue when the box restarted, and whose number may be used. */
static bool to_be_called_back(const struct call_record *record)
{
	return record->outcome == CALL_RESTARTED && record->direction == CALL_IN && !record->answered_us &&
	       record->queue[0] && record->from[0] && record->presentation == 0;
}

int database_notes_record(struct database_notes *notes, const struct call_record *record)
{
	if (record->answered_us && record->direction != CALL_INTERNAL)
		return answered(notes, record);
	return to_be_called_back(record) ? make(notes, record) : 0;
}

void database_notes_settle(struct database_notes *notes, bool committed)
{
	if (committed)
		notes->kept = notes->now;
	else
		notes->now = notes->kept;
}

uint32_t database_notes_made(const struct database_notes *notes)
{
	return notes->kept.made;
}

int database_notes_open(sqlite3 *sqlite, uint32_t *count)
{
	sqlite3_stmt *statement;
	int error = database_failure(
	    sqlite3_prepare_v2(sqlite, "SELECT count(*) FROM callbacks WHERE state = 'open'", -1, &statement, NULL));

	if (error)
		return error;
	error = database_failure(sqlite3_step(statement));
	if (!error)
		*count = (uint32_t)sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return error;
}

int database_notes_close(sqlite3 *sqlite, uint32_t id, enum callback_state state, uint64_t wall_us)
{
	sqlite3_stmt *statement;
	int error = database_failure(sqlite3_prepare_v2(
	    sqlite, "UPDATE callbacks SET state = ?1, closed_us = ?2 WHERE id = ?3 AND state = 'open'", -1, &statement,
	    NULL));

	if (error)
		return error;
	bind_text(statement, 1, callback_state_names[state]);
	sqlite3_bind_int64(statement, 2, (sqlite3_int64)wall_us);
	sqlite3_bind_int64(statement, 3, id);
	error = database_failure(sqlite3_step(statement));
	sqlite3_finalize(statement);
	return error ? error : sqlite3_changes(sqlite) ? 0 : -ENOENT;
}

static void take_text(sqlite3_stmt *statement, int place, char *text, size_t size)
{
	const char *found = (const char *)sqlite3_column_text(statement, place);

	text_copy(text, size, found ? found : "");
}

static void take_callback(sqlite3_stmt *statement, struct store_callback *callback)
{
	const char *state = (const char *)sqlite3_column_text(statement, 7);
	int index = state ? text_name_index(callback_state_names, CALLBACK_STATE_COUNT, state) : 0;

	memset(callback, 0, sizeof(*callback));
	callback->id = (uint32_t)sqlite3_column_int64(statement, 0);
	take_text(statement, 1, callback->number, sizeof(callback->number));
	take_text(statement, 2, callback->name, sizeof(callback->name));
	take_text(statement, 3, callback->queue, sizeof(callback->queue));
	take_text(statement, 4, callback->to, sizeof(callback->to));
	callback->arrived_us = (uint64_t)sqlite3_column_int64(statement, 5);
	callback->created_us = (uint64_t)sqlite3_column_int64(statement, 6);
	callback->state = index < 0 ? CALLBACK_OPEN : (enum callback_state)index;
	callback->closed_us = (uint64_t)sqlite3_column_int64(statement, 8);
	callback->closed_by = (uint32_t)sqlite3_column_int64(statement, 9);
}

int database_notes_callbacks(sqlite3 *sqlite, bool (*each)(void *user, const struct store_callback *callback),
                             void *user)
{
	struct store_callback callback;
	sqlite3_stmt *statement;
	int result, error = database_failure(sqlite3_prepare_v2(
	                sqlite,
	                "SELECT id, number, name, queue, to_number, arrived_us, created_us, state, closed_us, closed_by"
	                " FROM callbacks ORDER BY state = 'open' DESC, arrived_us",
	                -1, &statement, NULL));

	if (error)
		return error;
	while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
		take_callback(statement, &callback);
		if (!each(user, &callback))
			break;
	}
	sqlite3_finalize(statement);
	return database_failure(result);
}

/* ---- dispositions ---- */

const char database_dispositions_schema[] =
    "CREATE TABLE IF NOT EXISTS dispositions(call INTEGER PRIMARY KEY, code TEXT NOT NULL, text TEXT NOT NULL,"
    " agent INTEGER NOT NULL, at_us INTEGER NOT NULL)";

int database_notes_dispose(sqlite3 *sqlite, uint32_t call, const struct call_disposition *disposition)
{
	sqlite3_stmt *statement;
	int error =
	    database_failure(sqlite3_prepare_v2(sqlite,
	                                        "INSERT OR REPLACE INTO dispositions(call, code, text, agent, at_us)"
	                                        " VALUES(?1, ?2, ?3, ?4, ?5)",
	                                        -1, &statement, NULL));

	if (error)
		return error;
	sqlite3_bind_int64(statement, 1, call);
	bind_text(statement, 2, disposition->code);
	bind_text(statement, 3, disposition->text);
	sqlite3_bind_int64(statement, 4, disposition->agent);
	sqlite3_bind_int64(statement, 5, (sqlite3_int64)disposition->at_us);
	error = database_failure(sqlite3_step(statement));
	sqlite3_finalize(statement);
	return error;
}

/* ---- kept states ---- */

int database_notes_keep(sqlite3 *sqlite, const char *name, const char *value)
{
	const char *sql = value[0] ? "INSERT OR REPLACE INTO kept(name, value) VALUES(?1, ?2)"
	                           : "DELETE FROM kept WHERE name = ?1 AND ?2 = ''";
	sqlite3_stmt *statement;
	int error = database_failure(sqlite3_prepare_v2(sqlite, sql, -1, &statement, NULL));

	if (error)
		return error;
	bind_text(statement, 1, name);
	bind_text(statement, 2, value);
	error = database_failure(sqlite3_step(statement));
	sqlite3_finalize(statement);
	return error;
}

int database_notes_kept(sqlite3 *sqlite, void (*each)(void *user, const char *name, const char *value), void *user)
{
	sqlite3_stmt *statement;
	int result, error = database_failure(
	                sqlite3_prepare_v2(sqlite, "SELECT name, value FROM kept ORDER BY name", -1, &statement, NULL));

	if (error)
		return error;
	while ((result = sqlite3_step(statement)) == SQLITE_ROW)
		each(user, (const char *)sqlite3_column_text(statement, 0),
		     (const char *)sqlite3_column_text(statement, 1));
	sqlite3_finalize(statement);
	return database_failure(result);
}
