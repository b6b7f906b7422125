/*
 * What stands beside the call records in the same file: callers to be called back, and small states that outlive a
 * restart. Private to the room; part of struct database, same thread and errors.
 *
 * A call-back is made in the transaction that closes the record of a caller whom a restart cut off while waiting, and
 * closed in the one that keeps the record of an answered call with the same number: never twice, never lost.
 */
#ifndef BELFRY_STORE_DATABASE_NOTES_H
#define BELFRY_STORE_DATABASE_NOTES_H

#include <sqlite3.h>

#include "store/store.h"

struct database_notes;

extern const char database_notes_schema[];
/* No step of the schema: a release that knows no dispositions goes on with the same file. */
extern const char database_dispositions_schema[];

MUST_CHECK int database_notes_new(struct database_notes **out, sqlite3 *sqlite);
void database_notes_free(struct database_notes *notes);

/* Within the transaction that puts this record. */
MUST_CHECK int database_notes_record(struct database_notes *notes, const struct call_record *record);
/* The transaction ended: what it did to the counts holds, or is undone with it. */
void database_notes_settle(struct database_notes *notes, bool committed);
/* Call-backs made since it was opened, by transactions that were committed. */
uint32_t database_notes_made(const struct database_notes *notes);
MUST_CHECK int database_notes_open(sqlite3 *sqlite, uint32_t *count);

/* state CALLBACK_DONE: by hand. -ENOENT: no open one of that id. */
MUST_CHECK int database_notes_close(sqlite3 *sqlite, uint32_t id, enum callback_state state, uint64_t wall_us);
MUST_CHECK int database_notes_callbacks(sqlite3 *sqlite,
                                        bool (*each)(void *user, const struct store_callback *callback), void *user);

MUST_CHECK int database_notes_dispose(sqlite3 *sqlite, uint32_t call, const struct call_disposition *disposition);

MUST_CHECK int database_notes_keep(sqlite3 *sqlite, const char *name, const char *value);
MUST_CHECK int database_notes_kept(sqlite3 *sqlite, void (*each)(void *user, const char *name, const char *value),
                                   void *user);

#endif
