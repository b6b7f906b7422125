/* The JSON reader: what RFC 8259 allows, and that everything else is refused with its place. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/lab/box_json.h"

static void values(void **state)
{
	struct json *json;
	char error[128];
	assert_int_equal(
	    json_parse(&json,
	               " {\"a\": [1, -2.5e1, true, false, null], \"b\": \"\\u00e9\\ud83d\\ude00\\n\\\"\", \"c\": {}} ",
	               error, sizeof error),
	    0);
	const struct json *a = json_get(json, "a")->first;
	assert_int_equal(a->integer, 1);
	assert_true(a->next->type == JSON_REAL && a->next->real == -25.0);
	assert_int_equal(a->next->next->type, JSON_TRUE);
	assert_int_equal(a->next->next->next->type, JSON_FALSE);
	assert_int_equal(a->next->next->next->next->type, JSON_NULL);
	assert_string_equal(json_text(json, "b", ""), "\xc3\xa9\xf0\x9f\x98\x80\n\"");
	assert_int_equal(json_get(json, "c")->type, JSON_OBJECT);
	assert_null(json_get(json, "d"));
	assert_true(json_number(json, "d", 7) == 7);
	json_free(json);
}

static void refusals(void **state)
{
	static const char *const wrong[] = {"",
	                                    "[",
	                                    "[1,]",
	                                    "{\"a\"}",
	                                    "{\"a\":1,}",
	                                    "{a:1}",
	                                    "01",
	                                    "1.e5x",
	                                    "+1",
	                                    "nul",
	                                    "\"a",
	                                    "\"\\x\"",
	                                    "\"\\u12g4\"",
	                                    "\"\\ud800\"",
	                                    "\"\\ud800\\u0041\"",
	                                    "[1] 2",
	                                    "\"a\nb\"",
	                                    "'a'",
	                                    "99999999999999999999",
	                                    "-",
	                                    "{\"a\":}",
	                                    "[1 2]"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct json *json = NULL;
		char error[128] = "";
		if (json_parse(&json, wrong[i], error, sizeof error) != -EBADMSG)
			fail_msg("taken: %s", wrong[i]);
		assert_null(json);
		assert_non_null(strstr(error, "at byte"));
	}
}

static void depth(void **state)
{
	char text[JSON_DEPTH_MAX * 2 + 8], error[128];
	struct json *json;
	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	text[2 * JSON_DEPTH_MAX] = '\0';
	assert_int_equal(json_parse(&json, text, error, sizeof error), 0);
	json_free(json);
	memset(text, '[', JSON_DEPTH_MAX + 1);
	text[JSON_DEPTH_MAX + 1] = '\0';
	assert_int_equal(json_parse(&json, text, error, sizeof error), -EBADMSG);
	assert_non_null(strstr(error, "too deep"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values),
	    cmocka_unit_test(refusals),
	    cmocka_unit_test(depth),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
