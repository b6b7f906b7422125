/*
 * The journal: a preallocated file, overwritten in place as a ring. Private to the room; the store's thread.
 *
 * Places are counted for ever (lap after lap). What lies before the tail may be overwritten; the store moves the tail
 * when the records are in the database. Sequence numbers are never used twice.
 */
#ifndef BELFRY_STORE_JOURNAL_H
#define BELFRY_STORE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

struct journal;

/* One record found at opening. */
struct journal_record {
	uint64_t sequence;
	uint64_t place;
	const unsigned char *payload;
	size_t payload_bytes;
};

/* Creates the file with ring_bytes of records (rounded), filled with zeros so that later writes change no metadata. */
MUST_CHECK int journal_create(struct journal **out, const char *path, uint32_t ring_bytes, uint64_t first_sequence,
                              struct fault *fault);
/*
 * Opens an existing one and hands over every valid record, in no particular order. -ENOENT, -EBADMSG (no journal) or
 * an I/O error. *faults: places where a record begins but does not hold; each is logged.
 */
MUST_CHECK int journal_open(struct journal **out, const char *path,
                            void (*each)(void *user, const struct journal_record *record), void *user, uint32_t *faults,
                            struct fault *fault);
void journal_close(struct journal *journal);

/* Puts a record into the batch. 0, -EXFULL (the ring is full up to the tail) or an I/O error. */
MUST_CHECK int journal_append(struct journal *journal, const void *payload, size_t payload_bytes, uint64_t *sequence,
                              uint64_t *place);
/* Writes the batch and syncs once. On failure nothing of the batch counts as written. */
MUST_CHECK int journal_flush(struct journal *journal);
/* Writes the batch without a sync of its own: the next one takes it along. For what is on flash elsewhere. */
MUST_CHECK int journal_write(struct journal *journal);
/* Forgets the batch, and what was written since the last sync. */
void journal_abandon(struct journal *journal);

uint64_t journal_synced(const struct journal *journal);   /* the place up to which all is on flash */
uint64_t journal_unsynced(const struct journal *journal); /* bytes written behind it */
void journal_set_tail(struct journal *journal, uint64_t place);
uint64_t journal_used(const struct journal *journal); /* bytes between tail and head */
uint64_t journal_ring_bytes(const struct journal *journal);
/* The ring that journal_create() makes of a wanted size. */
uint64_t journal_ring_bytes_for(uint32_t wanted);
uint64_t journal_next_sequence(const struct journal *journal);
/* A number of its own for a record that goes another way. */
uint64_t journal_take_sequence(struct journal *journal);
/* Numbers below this are taken. */
void journal_raise_sequence(struct journal *journal, uint64_t sequence);

#endif
