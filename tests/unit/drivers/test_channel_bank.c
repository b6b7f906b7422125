/* The channel bank's timing, millisecond by millisecond. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/tdmoe/channel_bank.h"

#define FLASH_MIN_MS 200
#define FLASH_MAX_MS 1000
#define CLOSED       0xf
#define OPENED       0x5

static struct channel_bank bank;
static uint64_t now_ms;
static char seen[4000];

/* "off@12 " : what happened, and when */
static void event(void *user, unsigned timeslot, enum driver_event_type type, char digit)
{
	static const char *const names[] = {
	    [DRIVER_OFF_HOOK] = "off",      [DRIVER_ON_HOOK] = "on",     [DRIVER_FLASH] = "flash",
	    [DRIVER_PULSE_DIGIT] = "digit", [DRIVER_RINGER_ON] = "ring", [DRIVER_RINGER_OFF] = "quiet",
	};
	char one[40];

	if (type == DRIVER_PULSE_DIGIT)
		snprintf(one, sizeof(one), "%u:%c@%lu ", timeslot, digit, (unsigned long)now_ms);
	else
		snprintf(one, sizeof(one), "%u:%s@%lu ", timeslot, names[type], (unsigned long)now_ms);
	strncat(seen, one, sizeof(seen) - strlen(seen) - 1);
}

static int set_up(void **state)
{
	channel_bank_init(&bank, FLASH_MIN_MS, FLASH_MAX_MS, event, NULL);
	now_ms = 0;
	seen[0] = 0;
	return 0;
}

/* Lets ms pass with the loop of timeslot 3 so. */
static void loop(unsigned bits, unsigned ms)
{
	while (ms--) {
		channel_bank_run(&bank, now_ms * 8);
		channel_bank_receive(&bank, 3, (uint8_t)bits, now_ms * 8);
		now_ms++;
	}
	channel_bank_run(&bank, now_ms * 8);
}

static void expect(const char *text)
{
	assert_string_equal(seen, text);
	seen[0] = 0;
}

static void lifted(void)
{
	loop(OPENED, 10);
	loop(CLOSED, 1000);
	seen[0] = 0;
	assert_true(channel_bank_off_hook(&bank, 3));
}

static void lift_is_debounced(void **state)
{
	loop(OPENED, 100);
	loop(CLOSED, LIFT_DEBOUNCE_MS - 1);
	loop(OPENED, 10);
	expect("");
	loop(CLOSED, 10);
	expect("3:off@121 ");
	loop(CLOSED, 10000);
	expect("");
}

static void bounce_while_lifting_is_no_digit(void **state)
{
	loop(OPENED, 100);
	loop(CLOSED, 10);
	loop(OPENED, 40);
	loop(CLOSED, 10);
	loop(OPENED, 20);
	loop(CLOSED, 2000);
	expect("3:off@106 ");
}

static void hanging_up_takes_the_flash_time(void **state)
{
	lifted();
	loop(OPENED, FLASH_MAX_MS);
	expect("3:on@2010 ");
	assert_false(channel_bank_off_hook(&bank, 3));
	loop(OPENED, 5000);
	expect("");
}

static void flash_within_its_limits_only(void **state)
{
	static const struct {
		unsigned open_ms;
		const char *expected;
	} cases[] = {{10, ""},       {PULSE_BREAK_MAX_MS + 1, ""}, {FLASH_MIN_MS - 1, ""}, {FLASH_MIN_MS, "flash"},
	             {600, "flash"}, {FLASH_MAX_MS - 1, "flash"},  {FLASH_MAX_MS, "on"},   {1500, "on"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set_up(NULL);
		lifted();
		loop(OPENED, cases[i].open_ms);
		loop(CLOSED, 5);
		if (cases[i].expected[0])
			assert_non_null(strstr(seen, cases[i].expected));
		else
			expect("");
	}
}

static void pulse(unsigned count, unsigned open_ms, unsigned closed_ms)
{
	while (count--) {
		loop(OPENED, open_ms);
		loop(CLOSED, closed_ms);
	}
}

static void pulses_make_digits(void **state)
{
	for (unsigned digit = 1; digit <= 10; digit++) {
		char expected[40];

		set_up(NULL);
		lifted();
		pulse(digit, 60, 40);
		snprintf(expected, sizeof(expected), "3:%u@%u ", digit % 10,
		         1010 + digit * 100 - 40 + PULSE_DIGIT_GAP_MS);
		loop(CLOSED, 600);
		expect(expected);
	}
}

static void two_digits_one_after_the_other(void **state)
{
	lifted();
	pulse(4, 66, 33);
	loop(CLOSED, 300);
	pulse(10, 40, 60);
	loop(CLOSED, 300);
	assert_non_null(strstr(seen, "3:4@"));
	assert_non_null(strstr(seen, "3:0@"));
	assert_int_equal(strlen(strstr(seen, "3:0@")), strlen("3:0@1234 "));
}

static void eleven_pulses_are_no_digit(void **state)
{
	lifted();
	pulse(11, 60, 40);
	loop(CLOSED, 600);
	expect("");
	assert_int_equal(bank.pulse_trains_bad, 1);
}

static void hanging_up_in_the_middle_of_a_digit(void **state)
{
	lifted();
	pulse(3, 60, 40);
	loop(OPENED, 2000);
	assert_null(strstr(seen, "3:3@"));
	assert_non_null(strstr(seen, "3:on@"));
}

static void rings_in_its_cadence_without_drift(void **state)
{
	static const struct driver_cadence cadence = {{400, 200, 400, 2005}};

	loop(OPENED, 10);
	channel_bank_set_line(&bank, 3, DRIVER_LINE_RING, &cadence, now_ms * 8);
	assert_int_equal(channel_bank_bits(&bank, 3), 0x0);
	assert_int_equal(channel_bank_bits(&bank, 4), 0x5);
	expect("3:ring@10 ");
	loop(OPENED, 3005 + 3005);
	expect("3:quiet@410 3:ring@610 3:quiet@1010 3:ring@3015 3:quiet@3415 3:ring@3615 3:quiet@4015 3:ring@6020 ");
	channel_bank_set_line(&bank, 3, DRIVER_LINE_IDLE, NULL, now_ms * 8);
	expect("3:quiet@6020 ");
	assert_int_equal(channel_bank_bits(&bank, 3), 0x5);
	loop(OPENED, 9000);
	expect("");
}

static void lifting_trips_the_ring(void **state)
{
	static const struct driver_cadence cadence = {{2000, 4000}};

	loop(OPENED, 10);
	channel_bank_set_line(&bank, 3, DRIVER_LINE_RING, &cadence, now_ms * 8);
	loop(OPENED, 500);
	seen[0] = 0;
	loop(CLOSED, 20);
	expect("3:quiet@516 3:off@516 ");
	assert_int_equal(channel_bank_bits(&bank, 3), 0x5);
	/* a ring command that crossed the lift must not ring in anybody's ear */
	channel_bank_set_line(&bank, 3, DRIVER_LINE_RING, &cadence, now_ms * 8);
	assert_int_equal(channel_bank_bits(&bank, 3), 0x5);
}

static void lifting_in_the_silent_interval(void **state)
{
	static const struct driver_cadence cadence = {{2000, 4000}};

	channel_bank_set_line(&bank, 3, DRIVER_LINE_RING, &cadence, now_ms * 8);
	loop(OPENED, 3000);
	seen[0] = 0;
	loop(CLOSED, 5000);
	expect("3:off@3006 ");
}

static void removed_battery_is_neither_flash_nor_hang_up_by_itself(void **state)
{
	lifted();
	channel_bank_set_line(&bank, 3, DRIVER_LINE_OPEN, NULL, now_ms * 8);
	assert_int_equal(channel_bank_bits(&bank, 3), 0xf);
	loop(OPENED, OPEN_MS);
	assert_int_equal(channel_bank_bits(&bank, 3), 0x5);
	loop(CLOSED, 2000);
	expect("");
	/* and afterwards a flash is a flash again */
	loop(OPENED, 400);
	loop(CLOSED, 10);
	assert_non_null(strstr(seen, "flash"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(lift_is_debounced, set_up),
	    cmocka_unit_test_setup(bounce_while_lifting_is_no_digit, set_up),
	    cmocka_unit_test_setup(hanging_up_takes_the_flash_time, set_up),
	    cmocka_unit_test_setup(flash_within_its_limits_only, set_up),
	    cmocka_unit_test_setup(pulses_make_digits, set_up),
	    cmocka_unit_test_setup(two_digits_one_after_the_other, set_up),
	    cmocka_unit_test_setup(eleven_pulses_are_no_digit, set_up),
	    cmocka_unit_test_setup(hanging_up_in_the_middle_of_a_digit, set_up),
	    cmocka_unit_test_setup(rings_in_its_cadence_without_drift, set_up),
	    cmocka_unit_test_setup(lifting_trips_the_ring, set_up),
	    cmocka_unit_test_setup(lifting_in_the_silent_interval, set_up),
	    cmocka_unit_test_setup(removed_battery_is_neither_flash_nor_hang_up_by_itself, set_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
