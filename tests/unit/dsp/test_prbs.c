/* The test pattern against its definition, and a receiver that must count what was done to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dsp/prbs.h"

#define PERIOD_BITS 32767

static unsigned bit_of(const uint8_t *octets, size_t i)
{
	return octets[i / 8] >> (7 - i % 8) & 1;
}

static void the_pattern_has_its_length_and_balance(void **state)
{
	static uint8_t octets[2 * PERIOD_BITS / 8 + 16];
	struct prbs_sender sender;
	unsigned ones = 0, run = 0, longest[2] = {0, 0};

	prbs_sender_init(&sender);
	prbs_send(&sender, octets, sizeof(octets));
	for (size_t i = 0; i < PERIOD_BITS; i++)
		assert_int_equal(bit_of(octets, i), bit_of(octets, i + PERIOD_BITS));
	for (size_t i = 0; i < PERIOD_BITS; i++) {
		unsigned bit = bit_of(octets, i);

		ones += bit;
		run = i && bit == bit_of(octets, i - 1) ? run + 1 : 1;
		longest[bit] = run > longest[bit] ? run : longest[bit];
		/* b(n) = b(n-14) + b(n-15), inverted */
		if (i >= 15)
			assert_int_equal(bit ^ 1, (bit_of(octets, i - 14) ^ bit_of(octets, i - 15)) & 1);
	}
	assert_int_equal(ones, PERIOD_BITS / 2); /* inverted: one zero more than ones */
	assert_int_equal(longest[0], 15);
	assert_int_equal(longest[1], 14);
}

static void a_clean_line_has_no_errors_from_any_place(void **state)
{
	uint8_t octets[1000];
	struct prbs_sender sender;

	for (size_t from = 0; from < 100; from += 7) {
		struct prbs_receiver receiver;

		prbs_sender_init(&sender);
		prbs_send(&sender, octets, sizeof(octets));
		prbs_receiver_init(&receiver);
		prbs_receive(&receiver, octets + from, sizeof(octets) - from);
		assert_true(receiver.synchronised);
		assert_int_equal(receiver.errors, 0);
		assert_true(receiver.bits > 7000);
	}
}

static void a_wrong_bit_is_one_error(void **state)
{
	uint8_t octets[1000];
	struct prbs_sender sender;
	struct prbs_receiver receiver;

	prbs_sender_init(&sender);
	prbs_receiver_init(&receiver);
	prbs_send(&sender, octets, sizeof(octets));
	octets[300] ^= 0x10;
	octets[301] ^= 0x81;
	octets[900] ^= 1;
	prbs_receive(&receiver, octets, sizeof(octets));
	assert_int_equal(receiver.errors, 4);
	assert_int_equal(receiver.losses, 0);
}

static void nothing_else_is_taken_for_it(void **state)
{
	static const uint8_t idle[] = {0xff, 0x00, 0xd5, 0x7f, 0x55, 0x7e};

	for (size_t i = 0; i < sizeof(idle); i++) {
		struct prbs_receiver receiver;
		uint8_t octets[2000];

		memset(octets, idle[i], sizeof(octets));
		prbs_receiver_init(&receiver);
		prbs_receive(&receiver, octets, sizeof(octets));
		assert_false(receiver.synchronised);
		assert_int_equal(receiver.bits, 0);
	}
}

static void a_lost_pattern_is_lost_and_found_again(void **state)
{
	uint8_t octets[2000], silence[500];
	struct prbs_sender sender;
	struct prbs_receiver receiver;

	memset(silence, 0xff, sizeof(silence));
	prbs_sender_init(&sender);
	prbs_receiver_init(&receiver);
	prbs_send(&sender, octets, sizeof(octets));
	prbs_receive(&receiver, octets, 1000);
	prbs_receive(&receiver, silence, sizeof(silence));
	assert_false(receiver.synchronised);
	assert_int_equal(receiver.losses, 1);
	prbs_receive(&receiver, octets + 1000, 1000);
	assert_true(receiver.synchronised);
	assert_int_equal(receiver.losses, 1);
	assert_true(receiver.errors < 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_pattern_has_its_length_and_balance),
	    cmocka_unit_test(a_clean_line_has_no_errors_from_any_place),
	    cmocka_unit_test(a_wrong_bit_is_one_error),
	    cmocka_unit_test(nothing_else_is_taken_for_it),
	    cmocka_unit_test(a_lost_pattern_is_lost_and_found_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
