/*
 * The customer table: what is taken in, what is refused by line, and whose number is whose.
 */
#include "fixture.h"

#include "config/customers.h"

static struct csv_report report;

static struct customers *read_table(const char *text)
{
	struct customers *customers = NULL;
	if (customers_read(&customers, text, &report))
		fail_msg("%s", report.text);
	return customers;
}

static const char *name_of(const struct customers *customers, const char *number)
{
	const struct customer *customer = customers_find(customers, number);
	return customer ? customer->name : "-";
}

static void round_trip(void **state)
{
	struct customers *one = read_table("number;class;name;until;key\r\n+1 212 555-0101;gold;\"Ann; & \"\"Co\"\"\";"
	                                   "2026-12-31;K-1\r\n\r\n2125550102;;;;\r\n");
	assert_int_equal(customers_count(one), 2);
	assert_int_equal(report.rows, 2);
	const struct customer *ann = customers_find(one, "12125550101");
	assert_non_null(ann);
	assert_string_equal(ann->name, "Ann; & \"Co\"");
	assert_string_equal(ann->class, "gold");
	assert_string_equal(ann->key, "K-1");
	assert_int_equal(ann->until, 20261231);
	char *text = customers_text(one);
	struct customers *other = read_table(text);
	char *again = customers_text(other);
	assert_string_equal(text, again);
	assert_non_null(strstr(text, "12125550101,\"Ann; & \"\"Co\"\"\",K-1,gold,2026-12-31\r\n"));
	free(text);
	free(again);
	customers_free(one);
	customers_free(other);
}

static void numbers_with_and_without_area_code(void **state)
{
	struct customers *customers = read_table("number,name\n2125550101,ann\n5550102,bob\n4930123456789,cleo\n"
	                                         "12125550103,dan\n13105550103,dora\n110,short\n");
	static const char *const cases[][2] = {
	    {"2125550101", "ann"},
	    {"12125550101", "ann"},
	    {"0012125550101", "ann"},
	    {"5550101", "ann"},
	    {"2125550102", "bob"},
	    {"5550102", "bob"},
	    {"030123456789", "-"},
	    {"30123456789", "cleo"},
	    {"5550103", "-"} /* dan or dora */,
	    {"12125550103", "dan"},
	    {"2125550103", "dan"},
	    {"110", "short"},
	    {"555110", "-"},
	    {"10", "-"},
	    {"", "-"},
	    {"anonymous", "-"},
	    {"9999999999999999999999999999", "-"},
	    {"2125550199", "-"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (strcmp(name_of(customers, cases[i][0]), cases[i][1]))
			fail_msg("%s: %s, expected %s", cases[i][0], name_of(customers, cases[i][0]), cases[i][1]);
	customers_free(customers);
	assert_null(customers_find(NULL, "110"));
}

static void what_is_wrong_is_said_by_line(void **state)
{
	static const char *const cases[][2] = {
	    {"", "line 1, the first line names the columns"},
	    {"name\nx\n", "expected number, and any of"},
	    {"number,number\n1,1\n", "line 1, column number: expected each"},
	    {"number,colour\n1,1\n", "line 1, column colour: expected each"},
	    {"number\n12a\n", "line 2, column number: 12a: expected a telephone number"},
	    {"number,name\n,x\n", "line 2, column number"},
	    {"number\n1234567890123456789012345\n", "up to 23 digits"},
	    {"number,class\n1,a b\n", "line 2, column class: a b"},
	    {"number,class\n1,any\n", "line 2, column class: any"},
	    {"number,until\n1,2026-02-30\n", "line 2, column until: 2026-02-30: expected a date"},
	    {"number\n1\n2\n1\n", "the same as in line"},
	    {"number\n1,2\n", "line 2, more cells than columns"},
	    {"number,name\n1,\"x\n", "a quote is not closed"},
	    {"number,name\n1,a\tb\a\n", "column name"},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct customers *customers = NULL;
		assert_int_equal(customers_read(&customers, cases[i][0], &report), -EINVAL);
		assert_null(customers);
		if (!strstr(report.text, cases[i][1]))
			fail_msg("%s: %s", cases[i][0], report.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(round_trip),
	    cmocka_unit_test(numbers_with_and_without_area_code),
	    cmocka_unit_test(what_is_wrong_is_said_by_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
