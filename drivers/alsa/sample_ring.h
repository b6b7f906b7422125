/*
 * Samples from one thread to another: lock-free, one writer, one reader. Full: what does not fit is refused. Each side
 * keeps to its own functions.
 */
#ifndef BELFRY_DRIVERS_ALSA_SAMPLE_RING_H
#define BELFRY_DRIVERS_ALSA_SAMPLE_RING_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define SAMPLE_RING_SAMPLES 4096 /* 512 ms at 8 kHz; a power of two */

struct sample_ring {
	_Alignas(64) _Atomic uint32_t written;
	_Alignas(64) _Atomic uint32_t taken;
	int16_t sample[SAMPLE_RING_SAMPLES];
};

/* Either side. */
static inline uint32_t sample_ring_fill(const struct sample_ring *ring)
{
	uint32_t taken = atomic_load_explicit(&ring->taken, memory_order_acquire);
	return atomic_load_explicit(&ring->written, memory_order_acquire) - taken;
}

/* Writer: how many went in. */
static inline size_t sample_ring_put(struct sample_ring *ring, const int16_t *samples, size_t count)
{
	uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
	uint32_t room = SAMPLE_RING_SAMPLES - (written - atomic_load_explicit(&ring->taken, memory_order_acquire));
	size_t fits = count < room ? count : room;
	for (size_t i = 0; i < fits; i++)
		ring->sample[(written + i) % SAMPLE_RING_SAMPLES] = samples[i];
	atomic_store_explicit(&ring->written, written + (uint32_t)fits, memory_order_release);
	return fits;
}

/* Reader: how many there were. samples NULL: thrown away. */
static inline size_t sample_ring_take(struct sample_ring *ring, int16_t *samples, size_t count)
{
	uint32_t taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);
	uint32_t there = atomic_load_explicit(&ring->written, memory_order_acquire) - taken;
	size_t got = count < there ? count : there;
	for (size_t i = 0; samples && i < got; i++)
		samples[i] = ring->sample[(taken + i) % SAMPLE_RING_SAMPLES];
	atomic_store_explicit(&ring->taken, taken + (uint32_t)got, memory_order_release);
	return got;
}

#endif
