/*
 * A bounded ring of D-channel frames between two threads: one puts, one takes. Lock-free, memory taken once.
 */
#ifndef BELFRY_DRIVERS_TDMOE_FRAME_RING_H
#define BELFRY_DRIVERS_TDMOE_FRAME_RING_H

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "drivers/driver.h"
#include "dsp/hdlc.h"

/* A D channel carries some 30 frames of full length a second: half a second and more of them. */
#define FRAME_RING_SLOTS 32

struct frame_ring {
	_Atomic uint32_t head, tail; /* head: taker's, tail: putter's */
	struct {
		uint16_t bytes;
		uint8_t frame[HDLC_FRAME_BYTES_MAX];
	} slot[FRAME_RING_SLOTS];
};

/* 0, -ENOBUFS, -EMSGSIZE. */
static inline int frame_ring_put(struct frame_ring *ring, const uint8_t *frame, size_t bytes)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);

	if (bytes == 0 || bytes > HDLC_FRAME_BYTES_MAX)
		return -EMSGSIZE;
	if (tail - atomic_load_explicit(&ring->head, memory_order_acquire) == FRAME_RING_SLOTS)
		return -ENOBUFS;
	ring->slot[tail % FRAME_RING_SLOTS].bytes = (uint16_t)bytes;
	memcpy(ring->slot[tail % FRAME_RING_SLOTS].frame, frame, bytes);
	atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
	return 0;
}

/* Bytes, 0: empty, -EMSGSIZE: the frame was longer than size and is dropped. */
static inline int frame_ring_take(struct frame_ring *ring, uint8_t *frame, size_t size)
{
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);

	if (head == atomic_load_explicit(&ring->tail, memory_order_acquire))
		return 0;
	int bytes = ring->slot[head % FRAME_RING_SLOTS].bytes;

	if ((size_t)bytes <= size)
		memcpy(frame, ring->slot[head % FRAME_RING_SLOTS].frame, (size_t)bytes);
	else
		bytes = -EMSGSIZE;
	atomic_store_explicit(&ring->head, head + 1, memory_order_release);
	return bytes;
}

/* Taker's side. */
static inline void frame_ring_clear(struct frame_ring *ring)
{
	atomic_store_explicit(&ring->head, atomic_load_explicit(&ring->tail, memory_order_acquire),
	                      memory_order_release);
}

#endif
