/* The frames of one span: a ring of entries over a ring of octets. The oldest go when either is full. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/internal.h"

struct ring_entry *ring_at(const struct ring *ring, uint32_t index)
{
	return &ring->entries[(ring->first + index) % CONFIG_TRACE_FRAMES];
}

static void drop_oldest(struct ring *ring)
{
	ring->first = (ring->first + 1) % CONFIG_TRACE_FRAMES;
	ring->count--;
}

/* A frame lies in one piece; the rest of the octets at the end of the ring stays unused then. */
static uint32_t make_room(struct ring *ring, size_t count)
{
	uint32_t at = ring->next + count <= RING_BYTES ? ring->next : 0;
	while (ring->count > 0) {
		const struct ring_entry *oldest = ring_at(ring, 0);
		bool wrapped = at == 0 && ring->next > 0 && oldest->at >= ring->next;
		bool overlaps = oldest->at < at + count && at < oldest->at + oldest->count;
		if (!wrapped && !overlaps && ring->count < CONFIG_TRACE_FRAMES)
			break;
		drop_oldest(ring);
	}
	ring->next = (uint32_t)(at + count);
	return at;
}

int ring_put(struct ring *ring, const struct ring_entry *entry, const uint8_t *bytes)
{
	if (!ring->entries) {
		ring->entries = calloc(CONFIG_TRACE_FRAMES, sizeof(*ring->entries));
		ring->bytes = malloc(RING_BYTES);
		if (!ring->entries || !ring->bytes) {
			ring_free(ring);
			return -ENOMEM;
		}
	}
	uint32_t at = make_room(ring, entry->count);
	struct ring_entry *kept = ring_at(ring, ring->count++);
	*kept = *entry;
	kept->at = at;
	memcpy(ring->bytes + at, bytes, entry->count);
	ring->ever++;
	return 0;
}

void ring_free(struct ring *ring)
{
	free(ring->entries);
	free(ring->bytes);
	ring->entries = NULL;
	ring->bytes = NULL;
}
