#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/text.h"

static void numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t low, high;
		int error;
		uint64_t value;
	} rows[] = {
	    {"0", 0, 10, 0, 0},
	    {"10", 0, 10, 0, 10},
	    {"11", 0, 10, -ERANGE, 0},
	    {"4", 5, 10, -ERANGE, 0},
	    {"007", 0, 10, 0, 7},
	    {"", 0, 10, -EINVAL, 0},
	    {" 1", 0, 10, -EINVAL, 0},
	    {"1 ", 0, 10, -EINVAL, 0},
	    {"+1", 0, 10, -EINVAL, 0},
	    {"-1", 0, 10, -EINVAL, 0},
	    {"0x1", 0, 10, -EINVAL, 0},
	    {"1e3", 0, 9999, -EINVAL, 0},
	    {"18446744073709551615", 0, UINT64_MAX, 0, UINT64_MAX},
	    {"18446744073709551616", 0, UINT64_MAX, -ERANGE, 0},
	    {"99999999999999999999999x", 0, UINT64_MAX, -EINVAL, 0},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value = 4711;

		print_message("number \"%s\"\n", rows[i].text);
		assert_int_equal(text_to_u64(rows[i].text, rows[i].low, rows[i].high, &value), rows[i].error);
		assert_int_equal(value, rows[i].error ? 4711 : rows[i].value);
	}
}

static void small_numbers(void **state)
{
	uint32_t value = 3;

	assert_int_equal(text_to_u32("4294967295", 0, UINT32_MAX, &value), 0);
	assert_int_equal(value, UINT32_MAX);
	assert_int_equal(text_to_u32("4294967296", 0, UINT32_MAX, &value), -ERANGE);
	assert_int_equal(text_to_u32("x", 0, UINT32_MAX, &value), -EINVAL);
	assert_int_equal(value, UINT32_MAX);
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		int error;
		uint64_t ms;
		const char *shortest;
	} rows[] = {
	    {"0", 0, 0, "0"},
	    {"0s", 0, 0, "0"},
	    {"500ms", 0, 500, "500ms"},
	    {"15s", 0, 15000, "15s"},
	    {"1500ms", 0, 1500, "1500ms"},
	    {"60s", 0, 60000, "1m"},
	    {"90m", 0, 5400000, "90m"},
	    {"2h", 0, 7200000, "2h"},
	    {"15", -EINVAL, 0, NULL},
	    {"", -EINVAL, 0, NULL},
	    {"s", -EINVAL, 0, NULL},
	    {"5S", -EINVAL, 0, NULL},
	    {"5 s", -EINVAL, 0, NULL},
	    {"-5s", -EINVAL, 0, NULL},
	    {"5sx", -EINVAL, 0, NULL},
	    {"5124095576030431h", -ERANGE, 0, NULL},
	    {"99999999999999999999ms", -ERANGE, 0, NULL},
	    {"99999999999999999999", -EINVAL, 0, NULL},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t ms = 4711;
		char spelt[24];

		print_message("duration \"%s\"\n", rows[i].text);
		assert_int_equal(text_to_duration_ms(rows[i].text, &ms), rows[i].error);
		if (rows[i].error) {
			assert_int_equal(ms, 4711);
			continue;
		}
		assert_int_equal(ms, rows[i].ms);
		text_from_duration_ms(ms, spelt, sizeof(spelt));
		assert_string_equal(spelt, rows[i].shortest);
	}
}

static void copies_end_and_say_when_cut(void **state)
{
	char to[4];

	assert_true(text_copy(to, sizeof(to), "abc"));
	assert_string_equal(to, "abc");
	assert_false(text_copy(to, sizeof(to), "abcd"));
	assert_string_equal(to, "abc");
	assert_false(text_copy(to, 0, "x"));
	assert_true(text_copy(to, 1, ""));
	assert_string_equal(to, "");
}

static void appending_stops_at_the_end(void **state)
{
	char to[8] = "";
	size_t used = 0;

	assert_true(text_append(to, sizeof(to), &used, "%d", 123));
	assert_int_equal(used, 3);
	assert_true(text_append(to, sizeof(to), &used, "abcd"));
	assert_int_equal(used, 7);
	assert_false(text_append(to, sizeof(to), &used, "e"));
	assert_int_equal(used, 7);
	assert_string_equal(to, "123abcd");
	used = 5;
	assert_false(text_append(to, sizeof(to), &used, "wxyz"));
	assert_string_equal(to, "123abwx");
	assert_int_equal(used, 7);
}

static void names(void **state)
{
	static const char *const table[] = {NULL, "one", "two"};

	assert_string_equal(text_name(table, 3, 2), "two");
	assert_string_equal(text_name(table, 3, 0), "unknown");
	assert_string_equal(text_name(table, 3, 3), "unknown");
	assert_string_equal(text_name(table, 3, -1), "unknown");
	assert_int_equal(text_name_index(table, 3, "one"), 1);
	assert_int_equal(text_name_index(table, 3, "three"), -1);
}

static void faults_read_as_a_path(void **state)
{
	struct fault fault;
	int i;

	assert_int_equal(fault_set(&fault, -EIO, "no carrier on %d", 3), -EIO);
	assert_int_equal(fault_add(&fault, -EIO, "span %d", 1), -EIO);
	assert_string_equal(fault.text, "span 1: no carrier on 3");
	assert_int_equal(fault_set(NULL, -EINVAL, "x"), -EINVAL);
	assert_int_equal(fault_add(NULL, -EINVAL, "x"), -EINVAL);
	for (i = 0; i < 200; i++)
		fault_add(&fault, -EIO, "layer %d", i);
	assert_int_equal(strlen(fault.text), sizeof(fault.text) - 1);
	assert_memory_equal(fault.text, "layer 199: layer 198: ", 22);
}

static void clock_and_wall(void **state)
{
	char text[25];
	uint64_t real, start = UINT64_C(1774745701250000);

	clock_start(start);
	assert_int_equal(clock_now_us(), 0);
	clock_advance_us(1500);
	assert_int_equal(clock_now_us(), 1500);
	assert_int_equal(clock_wall_us(), start + 1500);
	assert_int_equal(clock_wall_at_us(20), start + 20);
	clock_format_utc(start, text, sizeof(text));
	assert_string_equal(text, "2026-03-29T00:55:01.250Z");
	clock_start(0);
	clock_advance_us(10 * US_PER_S);
	real = clock_wall_us();
	assert_true(real > start - UINT64_C(31536000000000));
	/* Ten seconds ago; the two readings of the system's clock are at most a few seconds apart. */
	assert_in_range(clock_wall_at_us(0), real - 10 * US_PER_S, real - 5 * US_PER_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(small_numbers),
	    cmocka_unit_test(durations),
	    cmocka_unit_test(copies_end_and_say_when_cut),
	    cmocka_unit_test(appending_stops_at_the_end),
	    cmocka_unit_test(names),
	    cmocka_unit_test(faults_read_as_a_path),
	    cmocka_unit_test(clock_and_wall),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
