/*
 * What is never lost: the journal and the call records.
 *
 * Control posts a snapshot of a call's record at each milestone. The store thread puts it into the journal (a
 * preallocated file, overwritten in place, CRC-protected, fdatasync) and later, batched, into SQLite. A snapshot that
 * asks for it is acknowledged when it is durable: CONNECT waits for the one of SETUP. At start the journal is read:
 * every call that had begun and has no end gets a record with outcome "restarted".
 *
 * Threads: store_post(), store_next_event() control; step: the store actor. Readers (console, reports) open the
 * database read-only on connections of their own (store/reader.h).
 * A full disk never stops calls: records are kept in memory up to a limit, an alarm is raised, nothing is dropped
 * silently.
 */
#ifndef BELFRY_STORE_STORE_H
#define BELFRY_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/actor.h"
#include "base/attributes.h"
#include "base/fault.h"

#define STORE_OFFERS_MAX   16
#define STORE_SEGMENTS_MAX 32
#define STORE_NUMBER_BYTES 41
#define STORE_NAME_BYTES   64
#define STORE_QUEUE_BYTES  32
#define STORE_CODE_BYTES   8

enum call_direction { CALL_IN, CALL_OUT, CALL_INTERNAL };
enum call_outcome {
	CALL_OUTCOME_NONE,
	CALL_ANSWERED,
	CALL_ABANDONED,
	CALL_SHORT_ABANDON,
	CALL_REFUSED,
	CALL_DIVERTED,
	CALL_TIMEOUT,
	CALL_KEY_EXIT,
	CALL_WITHDRAWN,
	CALL_RESTARTED,
	CALL_OUTCOME_COUNT
};
enum segment_kind {
	SEGMENT_IVR,
	SEGMENT_QUEUE,
	SEGMENT_RING,
	SEGMENT_TALK,
	SEGMENT_HOLD,
	SEGMENT_CONSULT,
	SEGMENT_TRANSFER,
	SEGMENT_WRAP_UP,
	SEGMENT_KIND_COUNT
};
extern const char *const call_direction_names[];
extern const char *const call_outcome_names[CALL_OUTCOME_COUNT]; /* index 0: NULL (absent) */
extern const char *const segment_kind_names[SEGMENT_KIND_COUNT];
extern const char *const call_presentation_names[]; /* allowed, restricted, unavailable */

struct call_offer {
	uint32_t agent; /* number */
	uint8_t result; /* enum acd_offer_result; names in acd/acd.h, same order as store's own table */
	uint32_t ring_ms;
};
struct call_segment {
	uint8_t kind;
	uint32_t start_ms, end_ms; /* since arrival */
	uint32_t agent;            /* 0: none */
	char queue[STORE_QUEUE_BYTES];
};

/* Everything known of one call. Plain data; times are wall-clock microseconds UTC, 0: has not happened. */
struct call_record {
	uint32_t id;
	uint8_t direction, outcome, presentation;
	uint8_t span, timeslot;                    /* 0: none */
	uint8_t cause, cause_sent, cause_location; /* Q.850; 0: none */
	uint8_t offer_count, segment_count;
	bool ended;
	char from[STORE_NUMBER_BYTES], from_raw[STORE_NUMBER_BYTES], to[STORE_NUMBER_BYTES], name[STORE_NAME_BYTES];
	char queue[STORE_QUEUE_BYTES], port[8], reason[64];
	uint32_t agent; /* number; 0: none */
	uint64_t arrived_us, answered_us, ended_us;
	uint32_t wait_ms, ring_ms, talk_ms, hold_ms, wrap_ms;
	uint32_t offers_dropped, segments_dropped; /* beyond the limits above */
	struct call_offer offers[STORE_OFFERS_MAX];
	struct call_segment segments[STORE_SEGMENTS_MAX];
	/* What the agent said the call was about; kept on its own (store_dispose()), also long after the call. */
	struct call_disposition {
		char code[STORE_CODE_BYTES], text[STORE_NAME_BYTES]; /* code "": none */
		uint32_t agent;                                      /* number */
		uint64_t at_us;
	} disposition;
};

/* A caller whom a restart cut off while waiting. */
enum callback_state { CALLBACK_OPEN, CALLBACK_ANSWERED, CALLBACK_DONE, CALLBACK_STATE_COUNT };
extern const char *const callback_state_names[CALLBACK_STATE_COUNT];
struct store_callback {
	uint32_t id; /* of the call that was cut */
	char number[STORE_NUMBER_BYTES], to[STORE_NUMBER_BYTES], name[STORE_NAME_BYTES], queue[STORE_QUEUE_BYTES];
	uint64_t arrived_us, created_us, closed_us; /* wall clock; closed 0: open */
	enum callback_state state;                  /* answered: by the call closed_by, that came or went since */
	uint32_t closed_by;
};

struct store_settings {
	const char *folder;     /* data folder: belfry.db, journal */
	struct doorbell *bell;  /* control's: rung when an event is there */
	uint32_t journal_bytes; /* size of the preallocated journal */
};

enum store_event_type {
	/*
	 * flag true: the snapshot with this token is on flash. False: it cannot be written (an alarm says why) and is
	 * kept in memory: the call goes on all the same. Every token is answered once.
	 */
	STORE_DURABLE,
	STORE_ALARM,     /* flag: raised (records cannot be written, or a file was damaged) or cleared; text */
	STORE_RECOVERED, /* at start: count calls were cut by the restart; text says what became of them */
	STORE_CALLBACKS, /* count call-backs are open: at start if there are any, and when it has changed */
	STORE_DISPOSED,  /* flag true: the disposition with this token is on flash; false: it is kept in memory until
	                    it can be written */
};
struct store_event {
	enum store_event_type type;
	uint64_t token;
	bool flag;
	uint32_t count;
	char text[160];
};

struct store;

/* Opens or creates the database and the journal, and closes the records of calls that a restart cut. */
MUST_CHECK int store_new(struct store **out, const struct store_settings *settings, struct fault *fault);
/* Writes everything out first. */
void store_free(struct store *store);
struct actor *store_actor(struct store *store);

/* Snapshot of a call's record; ended says that it is final. token 0: no acknowledgement wanted. 0, or -ENOBUFS. */
MUST_CHECK int store_post(struct store *store, const struct call_record *record, uint64_t token);
/* The power is failing: until told otherwise nothing waits for more to be written with it. Any thread. */
void store_hurry(struct store *store, bool hurry);
bool store_next_event(struct store *store, struct store_event *event);

/*
 * A small state that outlives a restart; value "" forgets it. Control thread; written soon, in order. 0, or -ENOBUFS.
 */
#define STORE_KEPT_BYTES  64 /* the name */
#define STORE_VALUE_BYTES 768
MUST_CHECK int store_keep(struct store *store, const char *name, const char *value);
/* What was kept; main thread, at start. */
void store_kept(struct store *store, void (*each)(void *user, const char *name, const char *value), void *user);
/* An open call-back was dealt with by hand. Control thread; 0, or -ENOBUFS. */
MUST_CHECK int store_callback_done(struct store *store, uint32_t id);

/*
 * What the agent said of this call, which may be over; replaces what was said before. The record shows it from then on.
 * Control thread; answered by STORE_DISPOSED with the token. 0, or -ENOBUFS.
 */
MUST_CHECK int store_dispose(struct store *store, uint32_t call, const struct call_disposition *disposition,
                             uint64_t token);

struct store_counts {
	uint64_t posted, acknowledged, not_durable; /* not_durable: acknowledged with flag false */
	uint64_t journal_records, journal_syncs, commits, committed;
	uint64_t lost;      /* snapshots for which there was no memory left while nothing could be written */
	uint64_t failures;  /* failed journal writes and commits */
	uint32_t in_memory; /* calls whose latest snapshot is not finally in the database */
};
/* The store's thread, or when it does not run. */
void store_get_counts(const struct store *store, struct store_counts *counts);

/* The next call id (ids never repeat, not over restarts either). Main thread, at start. */
uint32_t store_first_call_id(const struct store *store);

#endif
