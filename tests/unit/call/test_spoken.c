/* Numbers in words, as they are said: names of prompts in their order. */
#include "call/spoken.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *said(uint32_t number)
{
	static char text[200];
	struct spoken spoken = {.count = 0};
	size_t i, used = 0;

	text[0] = '\0';
	spoken_number(&spoken, number);
	for (i = 0; spoken.names[i]; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? " " : "",
		                         spoken.names[i] + strlen("digits/"));
	assert_int_equal(i, spoken.count);
	return text;
}

static void numbers(void **state)
{
	assert_string_equal(said(0), "0");
	assert_string_equal(said(1), "1");
	assert_string_equal(said(19), "19");
	assert_string_equal(said(20), "20");
	assert_string_equal(said(21), "20 1");
	assert_string_equal(said(90), "90");
	assert_string_equal(said(99), "90 9");
	assert_string_equal(said(100), "1 hundred");
	assert_string_equal(said(115), "1 hundred 15");
	assert_string_equal(said(999), "9 hundred 90 9");
	assert_string_equal(said(1000), "1 thousand");
	assert_string_equal(said(20340), "20 thousand 3 hundred 40");
	assert_string_equal(said(UINT32_MAX), "20 thousand 9 hundred 90 9");
}

static void too_many_are_left_out(void **state)
{
	struct spoken spoken = {.count = 0};
	size_t i;

	spoken_add(&spoken, "");
	assert_int_equal(spoken.count, 0);
	for (i = 0; i < 2 * MEDIA_PLAYLIST_MAX; i++) {
		spoken_add(&spoken, "beep");
		spoken_number(&spoken, 42);
	}
	assert_int_equal(spoken.count, MEDIA_PLAYLIST_MAX);
	assert_null(spoken.names[MEDIA_PLAYLIST_MAX]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(numbers), cmocka_unit_test(too_many_are_left_out)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
