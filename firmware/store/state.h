/*
 * The store's state, shared by store.c (its doors), writing.c (journal and commits) and recovery.c (start).
 */
#ifndef BELFRY_STORE_STATE_H
#define BELFRY_STORE_STATE_H

#include <limits.h>
#include <stdatomic.h>

#include "base/timer.h"
#include "config_limits.h"
#include "store/database.h"
#include "store/journal.h"
#include "store/live.h"
#include "store/store.h"

/* A finished call is in the database at the latest this much later. */
#define STORE_COMMIT_US      (1 * UINT64_C(1000000))
#define STORE_RETRY_FIRST_US (1 * UINT64_C(1000000))
#define STORE_RETRY_MOST_US  (60 * UINT64_C(1000000))
/* Calls in memory: all that can be in progress, and as many finished ones that cannot be written at the moment. */
#define STORE_LIVE_CALLS (2 * CONFIG_CALLS_MAX)
#define STORE_ACKS_MAX   512
#define STORE_NOTES_MAX  64 /* states to be kept and call-backs done that wait for the database */
/* The database's own numbers (struct database_meta) are written anew when the journal's tail has gone on so far, or
 * when as many calls have had ids. */
#define STORE_TAIL_STEP 256
/* Of ends written to the journal without a sync; fewer calls than ids are skipped after a crash. */
#define STORE_UNSYNCED_MOST 16384
/* Sequence numbers skipped where the database cannot be opened and may know more of them than the journal. */
#define STORE_SEQUENCES_SKIPPED (UINT64_C(1) << 20)
#define STORE_IDS_AHEAD         64
/* Ids skipped after a crash: some may have been given to calls of which nothing reached the flash. */
#define STORE_IDS_SKIPPED 256

struct store_ack {
	uint64_t token;
	uint32_t id;
	bool lost;
};

/* Something small to be written beside the records; name "": a call-back done by hand, or a disposition. */
struct store_note {
	char name[STORE_KEPT_BYTES], value[STORE_VALUE_BYTES];
	uint32_t callback;
	uint32_t disposed; /* the call that the disposition is of; 0: the note is another */
	struct call_disposition disposition;
	uint64_t token;
	bool answered; /* that it is not on flash yet */
};

struct store {
	struct actor actor;
	struct doorbell *bell;
	struct mailbox *posts, *events, *notes;
	char database_path[PATH_MAX], journal_path[PATH_MAX];

	struct database *database; /* NULL: not yet opened, because of database_error */
	struct database_meta meta; /* as it is in the database */
	bool rebuild; /* the database is new: at the next start it gets what the journal has of earlier calls */
	struct journal *journal;
	struct live live;
	uint32_t first_id;
	uint64_t next_id;
	bool closing;
	_Atomic bool hurry; /* the power is failing */

	uint64_t now_us; /* of the present step */
	uint64_t commit_due_us, write_due_us, retry_at_us, retry_after_us;
	uint64_t notes_due_us;     /* what waits beside the records is tried again, if no commit comes before */
	uint64_t journal_retry_us; /* until then the journal is not tried after a failure */
	int journal_error, database_error;
	char damaged[160]; /* what was set aside, for the alarm; "": nothing */
	bool alarm_raised, alarm_unsent;
	char alarm_text[160];

	bool notes_failing;                         /* and that was said */
	struct store_note waiting[STORE_NOTES_MAX]; /* notes that could not be written yet */
	uint32_t waiting_count;
	uint32_t callbacks_open, callbacks_told;

	struct store_ack acks[STORE_ACKS_MAX];
	uint32_t ack_count, acks_sent;
	struct store_counts counts;
};

/* ---- writing.c ---- */
/* Puts what waits into the journal with one sync; where that fails, into the database. */
void store_write_waiting(struct store *store);
/* Commits finished calls, or all. 0 or -errno; a failure is counted, logged and tried again later. */
int store_commit(struct store *store, bool all);
void store_retry(struct store *store);
void store_check_alarm(struct store *store);

/* ---- notes.c ---- */
/* Takes notes in and writes them; true: something was done. */
bool store_take_notes(struct store *store);
/* How many call-backs are open now; told to control if that has changed. */
void store_count_callbacks(struct store *store);
bool store_tell_callbacks(struct store *store);

/* ---- recovery.c ---- */
MUST_CHECK int store_recover(struct store *store, uint32_t journal_bytes, struct fault *fault);
/* Opens the database that could not be opened at start, or replaces a damaged one. */
MUST_CHECK int store_open_database(struct store *store, struct fault *fault);
MUST_CHECK int store_replace_damaged_database(struct store *store, struct fault *fault);

#endif
