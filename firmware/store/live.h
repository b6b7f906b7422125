/*
 * The calls whose latest snapshot is not (yet) finally in the database. Private to the room; the store's thread.
 *
 * All memory is taken in live_new(). A call that has ended leaves once it is committed.
 */
#ifndef BELFRY_STORE_LIVE_H
#define BELFRY_STORE_LIVE_H

#include "store/store.h"

#define LIVE_NONE UINT32_MAX

struct live_call {
	struct call_record record;
	uint64_t recorded_us;                 /* wall clock when the snapshot came */
	uint64_t sequence;                    /* of its newest journal record that is still needed; 0: none */
	uint64_t place;                       /* of that record */
	uint64_t batch_sequence, batch_place; /* of the record in the batch that is not yet synced */
	bool used;
	bool committed; /* this very snapshot is in the database */
	bool waiting;   /* this snapshot is still to be put into the journal */
	bool recovered; /* read from the journal at start, not yet compared with the database */
	uint32_t next;  /* in its bucket, or of the free ones */
	uint32_t next_waiting;
};

struct live {
	uint32_t capacity, count, limit; /* slots at and above limit were never used */
	uint32_t free_first, waiting_first, waiting_last;
	uint32_t bucket_mask;
	uint32_t *buckets;
	struct live_call *calls;
};

MUST_CHECK int live_new(struct live *live, uint32_t capacity);
void live_free(struct live *live);
struct live_call *live_find(const struct live *live, uint32_t id);
/* The call of this id, a fresh one if there is none; NULL when all slots are taken. */
struct live_call *live_get(struct live *live, uint32_t id);
void live_drop(struct live *live, struct live_call *call);

/* The list of those to be put into the journal, oldest first. */
void live_wait(struct live *live, struct live_call *call);
struct live_call *live_first_waiting(const struct live *live);
struct live_call *live_next_waiting(const struct live *live, const struct live_call *call);
void live_wait_no_more(struct live *live, struct live_call *call);
/* Takes those out that are committed. */
void live_unlist_committed(struct live *live);
void live_unlist_all(struct live *live);

/* for (call = live_next(live, NULL); call; call = live_next(live, call)); dropping the current one is allowed. */
struct live_call *live_next(const struct live *live, const struct live_call *call);

#endif
