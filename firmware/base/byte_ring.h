/*
 * A bounded ring of bytes between two threads: one writes whole messages, one reads them. Lock-free; memory is taken
 * once. A message that does not fit is refused as a whole and counted; the writer decides what gives way.
 */
#ifndef BELFRY_BASE_BYTE_RING_H
#define BELFRY_BASE_BYTE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/mailbox.h"

struct byte_ring;
struct byte_part {
	const void *bytes;
	size_t count;
};

/* bytes is rounded up to a power of two. bell: the reader's, rung by each message; may be NULL. 0 or -ENOMEM. */
MUST_CHECK int byte_ring_new(struct byte_ring **out, size_t bytes, struct doorbell *bell);
void byte_ring_free(struct byte_ring *ring);

/* Writer: the parts as one message. 0, or -ENOBUFS: nothing was written (counted). */
MUST_CHECK int byte_ring_put(struct byte_ring *ring, const struct byte_part *parts, unsigned count);
/* Reader: exactly so many bytes, which must be part of messages already put. False: they are not there. */
bool byte_ring_take(struct byte_ring *ring, void *bytes, size_t count);
size_t byte_ring_waiting(const struct byte_ring *ring);
uint64_t byte_ring_refused(const struct byte_ring *ring); /* messages, since start; any thread */

#endif
