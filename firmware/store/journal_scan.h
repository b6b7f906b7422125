/*
 * The journal's bytes: headers and records, made and found. Pure; anything may be in the bytes.
 *
 * Layout: README.md. All numbers little-endian.
 */
#ifndef BELFRY_STORE_JOURNAL_SCAN_H
#define BELFRY_STORE_JOURNAL_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

#define JOURNAL_UNIT_BYTES        64 /* records begin at multiples of this */
#define JOURNAL_RECORD_HEAD_BYTES 24
#define JOURNAL_HEADER_BYTES      40
#define JOURNAL_HEADER_COPY_AT    4096 /* the header lies at 0 and here */
#define JOURNAL_RING_AT           8192
#define JOURNAL_RING_BYTES_MIN    65536

struct journal_header {
	uint64_t identity; /* random, seeds the CRC: bytes of another journal are never taken for records of this one */
	uint64_t ring_bytes;
};

struct journal_found {
	uint64_t sequence;
	uint64_t offset;     /* in the ring */
	size_t record_bytes; /* space it takes */
	const unsigned char *payload;
	size_t payload_bytes;
};

void journal_put_header(unsigned char *bytes, const struct journal_header *header);
/* From the first JOURNAL_RING_AT bytes of the file: the first good copy. 0 or -EBADMSG. */
MUST_CHECK int journal_get_header(struct journal_header *header, const unsigned char *bytes, size_t count);

size_t journal_record_bytes(size_t payload_bytes);
/* Into bytes, journal_record_bytes() of them. */
void journal_put_record(unsigned char *bytes, uint64_t identity, uint64_t sequence, const void *payload,
                        size_t payload_bytes);

/*
 * Finds every valid record of a ring, in order of place. fault (may be NULL) hears of records that begin but do not
 * hold: the place of a torn write, or of damage. Reading goes on behind it.
 */
void journal_scan(const unsigned char *ring, size_t ring_bytes, uint64_t identity,
                  void (*found)(void *user, const struct journal_found *found),
                  void (*fault)(void *user, uint64_t offset), void *user);

#endif
