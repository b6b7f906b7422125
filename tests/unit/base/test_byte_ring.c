#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "base/byte_ring.h"

#define MESSAGES 60000

static int put(struct byte_ring *ring, const void *first, size_t first_count, const void *second, size_t second_count)
{
	const struct byte_part parts[] = {{first, first_count}, {second, second_count}};

	return byte_ring_put(ring, parts, second_count ? 2 : 1);
}

static void bytes_come_as_they_went_in_and_parts_are_one_message(void **state)
{
	struct byte_ring *ring;
	char got[16];

	assert_int_equal(byte_ring_new(&ring, 100, NULL), 0);
	assert_int_equal(byte_ring_waiting(ring), 0);
	assert_false(byte_ring_take(ring, got, 1));
	assert_int_equal(put(ring, "head", 4, "body!", 5), 0);
	assert_int_equal(put(ring, "", 0, "", 0), 0); /* an empty one is none */
	assert_int_equal(byte_ring_waiting(ring), 9);
	assert_true(byte_ring_take(ring, got, 2));
	assert_memory_equal(got, "he", 2);
	assert_false(byte_ring_take(ring, got, 8)); /* not so many are there: nothing is taken */
	assert_int_equal(byte_ring_waiting(ring), 7);
	assert_true(byte_ring_take(ring, got, 7));
	assert_memory_equal(got, "adbody!", 7);
	assert_true(byte_ring_take(ring, got, 0));
	byte_ring_free(ring);
	byte_ring_free(NULL);
}

/* 100 octets asked for are 128; a message of any length meets the end of the memory at any place. */
static void it_goes_round_and_what_does_not_fit_is_refused_whole(void **state)
{
	struct byte_ring *ring;
	uint8_t message[128], got[128];
	uint64_t refused = 0;

	assert_int_equal(byte_ring_new(&ring, 100, NULL), 0);
	for (unsigned length = 1; length <= 128; length++) {
		unsigned kept = 0;

		for (unsigned i = 0; i < length; i++)
			message[i] = (uint8_t)(length + 3 * i);
		while (put(ring, message, length / 2, message + length / 2, length - length / 2) == 0)
			kept++;
		assert_int_equal(kept, 128 / length);
		assert_int_equal(byte_ring_refused(ring), ++refused);
		assert_int_equal(byte_ring_waiting(ring), kept * length);
		for (; kept; kept--) {
			assert_true(byte_ring_take(ring, got, length));
			assert_memory_equal(got, message, length);
		}
		assert_int_equal(byte_ring_waiting(ring), 0);
	}
	assert_int_equal(put(ring, message, 128, message, 1), -ENOBUFS);
	assert_int_equal(byte_ring_refused(ring), refused + 1);
	byte_ring_free(ring);
}

static void the_bell_is_rung_by_a_message_and_by_none_that_was_refused(void **state)
{
	struct doorbell *bell;
	struct byte_ring *ring;
	uint8_t bytes[64] = {0};

	assert_int_equal(doorbell_new(&bell), 0);
	assert_int_equal(byte_ring_new(&ring, 64, bell), 0);
	struct pollfd fd = {.fd = doorbell_fd(bell), .events = POLLIN};
	assert_true(doorbell_may_sleep(bell));
	doorbell_awake(bell);
	assert_int_equal(put(ring, bytes, 64, NULL, 0), 0);
	assert_false(doorbell_may_sleep(bell));
	doorbell_awake(bell);
	assert_int_equal(put(ring, bytes, 1, NULL, 0), -ENOBUFS);
	assert_true(doorbell_may_sleep(bell));
	assert_int_equal(poll(&fd, 1, 0), 0);
	doorbell_awake(bell);
	byte_ring_free(ring);
	doorbell_free(bell);
}

/* ---- two threads ---- */

/* A length, and so many octets that say which message it is. Refused ones are tried again. */
static void *write_messages(void *argument)
{
	struct byte_ring *ring = argument;
	uint8_t body[200];

	for (uint32_t n = 0; n < MESSAGES; n++) {
		uint8_t length = (uint8_t)(n * 7 % 200);

		memset(body, (int)(n % 251), sizeof(body));
		while (put(ring, &length, 1, body, length) != 0)
			sched_yield();
	}
	return NULL;
}

static void read_message(struct byte_ring *ring, uint32_t n)
{
	uint8_t length, body[200], wanted[200];

	while (!byte_ring_take(ring, &length, 1))
		sched_yield();
	assert_int_equal(length, n * 7 % 200);
	assert_true(byte_ring_take(ring, body, length)); /* a message is there as a whole or not at all */
	memset(wanted, (int)(n % 251), sizeof(wanted));
	assert_memory_equal(body, wanted, length);
}

static void one_writes_while_another_reads(void **state)
{
	struct byte_ring *ring;
	pthread_t writer;

	assert_int_equal(byte_ring_new(&ring, 1024, NULL), 0);
	assert_int_equal(pthread_create(&writer, NULL, write_messages, ring), 0);
	for (uint32_t n = 0; n < MESSAGES; n++)
		read_message(ring, n);
	assert_int_equal(pthread_join(writer, NULL), 0);
	assert_int_equal(byte_ring_waiting(ring), 0);
	byte_ring_free(ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bytes_come_as_they_went_in_and_parts_are_one_message),
	    cmocka_unit_test(it_goes_round_and_what_does_not_fit_is_refused_whole),
	    cmocka_unit_test(the_bell_is_rung_by_a_message_and_by_none_that_was_refused),
	    cmocka_unit_test(one_writes_while_another_reads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
