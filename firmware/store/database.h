/*
 * The call records in SQLite: the one file (with its VFS, durable_sqlite.c) that knows SQLite. Private to the room.
 *
 * Thread: one a connection. Errors: -ENOSPC disk full, -EIO, -EBADMSG damaged, -EBUSY, -EROFS, -ENOMEM.
 * What database_commit() has returned 0 for is on flash (WAL, synchronous=FULL).
 */
#ifndef BELFRY_STORE_DATABASE_H
#define BELFRY_STORE_DATABASE_H

#include "base/fault.h"
#include "store/store.h"

struct database;

struct database_meta {
	uint64_t tail_sequence; /* journal records below this one are in the database or superseded */
	uint64_t next_id;       /* no call has this id or a higher one */
	uint64_t running;       /* 1 while a store has it open, hence also at the next start after a crash */
};

struct database_row {
	struct call_record record;
	uint64_t recorded_us;
	uint64_t sequence;     /* of the journal record that the row was made from */
	uint64_t end_sequence; /* of the first one with the call's end; 0: it has not ended */
};

/* read_only: for a reader of its own; otherwise creates the file and brings its schema up to date. */
MUST_CHECK int database_open(struct database **out, const char *path, bool read_only, struct fault *fault);
void database_close(struct database *database);

MUST_CHECK int database_begin(struct database *database);
MUST_CHECK int database_put(struct database *database, const struct call_record *record, uint64_t recorded_us,
                            uint64_t sequence);
MUST_CHECK int database_put_meta(struct database *database, const struct database_meta *meta);
MUST_CHECK int database_commit(struct database *database);
void database_rollback(struct database *database);

MUST_CHECK int database_get_meta(struct database *database, struct database_meta *meta);
/* Sequence of the row of this call. -ENOENT. */
/* The greatest end_sequence, 0 when no call has ended. */
MUST_CHECK int database_newest_end(struct database *database, uint64_t *sequence);
MUST_CHECK int database_sequence(struct database *database, uint32_t id, uint64_t *sequence);
MUST_CHECK int database_get(struct database *database, uint32_t id, struct database_row *row);
/* Rows of calls without an end, by id; rows of ended ones, newest end first, at most last. each: false stops. */
MUST_CHECK int database_unfinished(struct database *database, bool (*each)(void *user, const struct database_row *row),
                                   void *user);
MUST_CHECK int database_finished(struct database *database, uint32_t last,
                                 bool (*each)(void *user, const struct database_row *row), void *user);
/* Call-backs and kept states (database_notes.h). */
uint32_t database_callbacks_made(const struct database *database);
MUST_CHECK int database_callbacks_open(struct database *database, uint32_t *count);
MUST_CHECK int database_callback_done(struct database *database, uint32_t id, uint64_t wall_us);
MUST_CHECK int database_callbacks(struct database *database,
                                  bool (*each)(void *user, const struct store_callback *callback), void *user);
MUST_CHECK int database_dispose(struct database *database, uint32_t call, const struct call_disposition *disposition);
MUST_CHECK int database_keep(struct database *database, const char *name, const char *value);
MUST_CHECK int database_kept(struct database *database, void (*each)(void *user, const char *name, const char *value),
                             void *user);
/* -errno of one of SQLite's results; 0 for success, a row, and the end. */
int database_failure(int result);
/* The database's own words about the last failure. */
const char *database_error(struct database *database);

#endif
