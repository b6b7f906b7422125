/* The zone of the settings: what the view says of it, and that the environment's table stays as it is. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "call/parts.h"

#define BEFORE_US UINT64_C(1774745702250000) /* 2026-03-29T00:55:02.250Z, five minutes before summer time in Berlin */
#define CHANGE_S  INT64_C(1774746000)

static struct control control;

static int set_up(void **state)
{
	clock_start(BEFORE_US);
	memset(&control, 0, sizeof(control));
	control.now_us = clock_now_us();
	return 0;
}

static void over_the_change(void **state)
{
	struct control_zone_view view;

	zone_set(&control, "Europe/Berlin");
	zone_fill_view(&control, &view);
	assert_string_equal(view.name, "Europe/Berlin");
	assert_string_equal(view.abbreviation, "CET");
	assert_int_equal(view.offset_s, 3600);
	assert_false(view.summer);
	assert_int_equal(view.change_s, CHANGE_S);
	assert_int_equal(view.offset_then_s, 7200);
	control.now_us += 300 * US_PER_S;
	zone_fill_view(&control, &view);
	assert_string_equal(view.abbreviation, "CEST");
	assert_int_equal(view.offset_s, 7200);
	assert_true(view.summer);
	control.now_us -= 300 * US_PER_S; /* the clock was set back */
	zone_fill_view(&control, &view);
	assert_int_equal(view.offset_s, 3600);
}

static void another_zone(void **state)
{
	struct control_zone_view view;

	zone_set(&control, "Europe/Berlin");
	zone_fill_view(&control, &view);
	zone_set(&control, "Asia/Tokyo");
	zone_fill_view(&control, &view);
	assert_string_equal(view.abbreviation, "JST");
	assert_int_equal(view.offset_s, 9 * 3600);
	assert_int_equal(view.change_s, 0);
	zone_set(&control, "");
	zone_fill_view(&control, &view);
	assert_string_equal(view.name, "UTC");
	assert_int_equal(view.offset_s, 0);
}

/* Other threads look for their own variables meanwhile. */
static void environment_stays(void **state)
{
	char **table = environ, *entries[200];
	size_t count = 0, i;

	for (; table[count]; count++)
		if (count < ARRAY_SIZE(entries))
			entries[count] = table[count];
	zone_set(&control, "America/Argentina/ComodRivadavia");
	zone_set(&control, "Asia/Tokyo");
	assert_ptr_equal(environ, table);
	for (i = 0; i < count && i < ARRAY_SIZE(entries); i++)
		assert_ptr_equal(environ[i], entries[i]);
	assert_null(environ[count]);
	assert_string_equal(getenv("TZ"), "Asia/Tokyo");
}

static void says(const char *zone, const char *local, int error, int64_t wall_s, const char *text)
{
	struct fault fault = {""};
	char back[40];
	int64_t found = 0;

	zone_set(&control, zone);
	assert_int_equal(zone_wall_s(local, &found, &fault), error);
	if (error) {
		if (!strstr(fault.text, text))
			fail_msg("%s: %s", local, fault.text);
		return;
	}
	zone_format(found, back, sizeof(back));
	assert_int_equal(found, wall_s);
	assert_string_equal(back, text);
}

/* What somebody types who looks at a clock on the wall. */
static void local_time_to_utc(void **state)
{
	says("Europe/Berlin", "2026-03-29 01:59", 0, CHANGE_S - 60, "2026-03-29 01:59:00 CET");
	says("Europe/Berlin", "2026-03-29 03:00:07", 0, CHANGE_S + 7, "2026-03-29 03:00:07 CEST");
	says("UTC", "2026-03-29 01:00", 0, CHANGE_S, "2026-03-29 01:00:00 UTC");
	says("America/New_York", "2026-03-28 21:00", 0, CHANGE_S, "2026-03-28 21:00:00 EDT");
	says("Europe/Berlin", "2026-03-29 02:30", -ERANGE, 0,
	     "2026-03-29 02:30: there is no such time in Europe/Berlin");
	says("UTC", "2027-02-29 12:00", -ERANGE, 0, "no such time in UTC");
	says("UTC", "2025-12-31 23:59", -ERANGE, 0, "expected a time from 2026 to 2099");
	says("UTC", "26-11-22 18:05", -ERANGE, 0, "expected a time from 2026 to 2099");
	says("UTC", "1960-01-01 00:00", -ERANGE, 0, "expected a time from 2026 to 2099");
	says("UTC", "1969-12-31 23:59", -ERANGE, 0, "expected a time from 2026 to 2099");
	says("UTC", "2100-01-01 00:00", -ERANGE, 0, "expected a time from 2026 to 2099");
	static const char *const wrong[] = {"",
	                                    "now",
	                                    "2026-03-29",
	                                    "2026-03-29 1",
	                                    "2026-13-29 10:00",
	                                    "2026-03-29 24:01",
	                                    "2026-03-29 10:00:",
	                                    "2026-03-29 10:00:00.5",
	                                    "2026-03-29 10:00 CET",
	                                    "29.03.2026 10:00",
	                                    "-99999999999-03-29 10:00"};
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		says("UTC", wrong[i], -EINVAL, 0, "expected date and time as YYYY-MM-DD HH:MM");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(over_the_change, set_up), cmocka_unit_test_setup(another_zone, set_up),
	    cmocka_unit_test_setup(environment_stays, set_up), cmocka_unit_test_setup(local_time_to_utc, set_up)};

	zone_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
