/* The zone of the settings: what the view says of it, and that the environment's table stays as it is. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup(over_the_change, set_up),
	                                   cmocka_unit_test_setup(another_zone, set_up),
	                                   cmocka_unit_test_setup(environment_stays, set_up)};

	zone_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
