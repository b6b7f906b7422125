/* See byte_ring.h: two counters that only grow; the writer publishes its own when the whole message is in. */
#include "base/byte_ring.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct byte_ring {
	struct doorbell *bell;
	uint64_t mask;
	uint8_t *bytes;
	_Atomic uint64_t put, taken, refused;
};

int byte_ring_new(struct byte_ring **out, size_t bytes, struct doorbell *bell)
{
	struct byte_ring *ring = calloc(1, sizeof(*ring));
	uint64_t size = 64;

	if (!ring)
		return -ENOMEM;
	while (size < bytes)
		size *= 2;
	ring->mask = size - 1;
	ring->bell = bell;
	ring->bytes = malloc(size);
	if (!ring->bytes) {
		free(ring);
		return -ENOMEM;
	}
	*out = ring;
	return 0;
}

void byte_ring_free(struct byte_ring *ring)
{
	if (!ring)
		return;
	free(ring->bytes);
	free(ring);
}

static void copy_in(struct byte_ring *ring, uint64_t at, const uint8_t *bytes, size_t count)
{
	size_t place = at & ring->mask, to_end = ring->mask + 1 - place, first = count < to_end ? count : to_end;

	memcpy(ring->bytes + place, bytes, first);
	memcpy(ring->bytes, bytes + first, count - first);
}

int byte_ring_put(struct byte_ring *ring, const struct byte_part *parts, unsigned count)
{
	uint64_t at = atomic_load_explicit(&ring->put, memory_order_relaxed);
	uint64_t used = at - atomic_load_explicit(&ring->taken, memory_order_acquire), wanted = 0;
	unsigned i;

	for (i = 0; i < count; i++)
		wanted += parts[i].count;
	if (wanted > ring->mask + 1 - used) {
		atomic_fetch_add_explicit(&ring->refused, 1, memory_order_relaxed);
		return -ENOBUFS;
	}
	for (i = 0; i < count; at += parts[i].count, i++)
		if (parts[i].count)
			copy_in(ring, at, parts[i].bytes, parts[i].count);
	atomic_store_explicit(&ring->put, at, memory_order_release);
	if (ring->bell)
		doorbell_ring(ring->bell);
	return 0;
}

bool byte_ring_take(struct byte_ring *ring, void *bytes, size_t count)
{
	uint64_t at = atomic_load_explicit(&ring->taken, memory_order_relaxed);
	size_t place = at & ring->mask, to_end = ring->mask + 1 - place, first = count < to_end ? count : to_end;

	if (byte_ring_waiting(ring) < count)
		return false;
	memcpy(bytes, ring->bytes + place, first);
	memcpy((uint8_t *)bytes + first, ring->bytes, count - first);
	atomic_store_explicit(&ring->taken, at + count, memory_order_release);
	return true;
}

size_t byte_ring_waiting(const struct byte_ring *ring)
{
	return atomic_load_explicit(&ring->put, memory_order_acquire) -
	       atomic_load_explicit(&ring->taken, memory_order_relaxed);
}

uint64_t byte_ring_refused(const struct byte_ring *ring)
{
	return atomic_load_explicit(&ring->refused, memory_order_relaxed);
}
