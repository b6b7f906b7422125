/* D-channel frames between two threads: none lost, none torn, in order. Run it with SAN=thread too. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "drivers/tdmoe/frame_ring.h"

#define FRAMES 50000

static void *put_all(void *argument)
{
	struct frame_ring *ring = argument;
	uint8_t frame[HDLC_FRAME_BYTES_MAX];

	for (uint32_t i = 0; i < FRAMES; i++) {
		size_t bytes = 4 + i % 200;

		memset(frame, (int)(i & 0xff), bytes);
		memcpy(frame, &i, sizeof(i));
		while (frame_ring_put(ring, frame, bytes) == -ENOBUFS)
			sched_yield();
	}
	return NULL;
}

static void frames_cross_whole_and_in_order(void **state)
{
	struct frame_ring *ring = calloc(1, sizeof(*ring));
	uint8_t frame[HDLC_FRAME_BYTES_MAX];
	pthread_t putter;

	assert_non_null(ring);
	assert_int_equal(pthread_create(&putter, NULL, put_all, ring), 0);
	for (uint32_t i = 0; i < FRAMES;) {
		int bytes = frame_ring_take(ring, frame, sizeof(frame));
		uint32_t number;

		if (bytes == 0) {
			sched_yield();
			continue;
		}
		memcpy(&number, frame, sizeof(number));
		assert_int_equal(bytes, 4 + i % 200);
		assert_int_equal(number, i);
		for (int k = 4; k < bytes; k++)
			assert_int_equal(frame[k], i & 0xff);
		i++;
	}
	pthread_join(putter, NULL);
	free(ring);
}

static void limits(void **state)
{
	struct frame_ring *ring = calloc(1, sizeof(*ring));
	uint8_t frame[HDLC_FRAME_BYTES_MAX + 1] = {0};

	assert_non_null(ring);
	assert_int_equal(frame_ring_put(ring, frame, 0), -EMSGSIZE);
	assert_int_equal(frame_ring_put(ring, frame, sizeof(frame)), -EMSGSIZE);
	for (int i = 0; i < FRAME_RING_SLOTS; i++)
		assert_int_equal(frame_ring_put(ring, frame, 100), 0);
	assert_int_equal(frame_ring_put(ring, frame, 100), -ENOBUFS);
	assert_int_equal(frame_ring_take(ring, frame, 99), -EMSGSIZE);
	assert_int_equal(frame_ring_take(ring, frame, 100), 100);
	frame_ring_clear(ring);
	assert_int_equal(frame_ring_take(ring, frame, 100), 0);
	free(ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(frames_cross_whole_and_in_order),
	    cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
