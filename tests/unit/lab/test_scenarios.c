/* The scenario runner by itself (no box): its clock, its steps, its failures; and what it derives from settings. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/lab/lua_lab.h"

static bool runs(const char *text)
{
	char path[] = "/tmp/belfry-scenario-XXXXXX";
	struct run_options options = {.seed = 5};
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	bool passed = lab_run_file(path, &options);
	unlink(path);
	return passed;
}

static void time_passes(void **state)
{
	assert_true(runs("local t = now() wait(1.5) assert(math.abs(now() - t - 1.5) < 0.011, now())"));
	assert_true(runs("local order = '' "
	                 "at(3, function() order = order .. 'c' end) "
	                 "spawn(function() wait(1) order = order .. 'a' wait(1) order = order .. 'b' end) "
	                 "wait(4) assert(order == 'abc', order)"));
	assert_true(
	    runs("wait(5) local hit at(2, function() hit = now() end) wait(3) assert(math.abs(hit - 7) < 0.011, hit)"));
}

static void the_end_drops_the_rest(void **state)
{
	assert_true(runs("spawn(function() wait(100) error('never') end) wait(1)"));
}

static void failures(void **state)
{
	assert_false(runs("wait(1) error('seen')"));
	assert_false(runs("spawn(function() wait(1) error('in a step') end) wait(2)"));
	assert_false(runs("this is not Lua"));
	assert_false(runs("box.query('show calls')")); /* no box yet */
	assert_false(runs("call{ span = 1 }"));
	assert_false(runs("wait('soon')"));
	assert_true(runs("local ok, why = pcall(wait, -1) assert(not ok)"));
	assert_true(runs("local ok, why = pcall(function() wait(0.5) error({ code = 7 }) end) assert(why.code == 7)"));
	assert_true(runs("local ok, why = pcall(coroutine.wrap(function() wait(1) end)) assert(why:find('spawn'))"));
}

static void chance_repeats(void **state)
{
	assert_true(runs("local n = {} for i = 1, 2000 do local r = random(3, 5) n[r] = (n[r] or 0) + 1 end "
	                 "assert(n[3] > 500 and n[4] > 500 and n[5] > 500 and not n[2] and not n[6])"));
	assert_true(runs("assert(random(9, 9) == 9)"));
	assert_false(runs("random(2, 1)"));
}

static void spans_from_settings(void **state)
{
	struct box_plan plan = {0};
	static const char *const lines[] = {
	    "span 1 type t1",       "set span 1 signalling pri-cpe", "span 1 switch ni2", "span 2 signalling fxs",
	    "span 3 type e1",       "span 3 signalling pri-net",     "span 3 overlap in", "span 4 signalling r2",
	    "queue sales agent 101"};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		box_plan_line(&plan, lines[i]);
	assert_int_equal(plan.count, 4);
	assert_true(!plan.spans[0].e1 && plan.spans[0].mulaw && plan.spans[0].network_side);
	assert_int_equal(plan.spans[0].switch_type, LAB_NI2);
	assert_int_equal(plan.spans[1].kind, LAB_SPAN_PHONES);
	assert_true(plan.spans[1].mulaw && !plan.spans[1].e1);
	assert_true(plan.spans[2].e1 && !plan.spans[2].mulaw && !plan.spans[2].network_side && plan.spans[2].overlap);
	assert_true(plan.carried[0] && plan.carried[1] && plan.carried[2] && !plan.carried[3]);
	struct box_span_override override = {
	    .span = 1, .switch_type = LAB_QSIG, .network_side = 0, .mulaw = -1, .missing = 1};
	box_plan_override(&plan, &override);
	assert_int_equal(plan.spans[0].switch_type, LAB_QSIG);
	assert_true(!plan.spans[0].network_side && plan.spans[0].mulaw && plan.spans[0].missing);
}

static void dates(void **state)
{
	double seconds;
	char error[160];
	assert_int_equal(box_parse_date("2026-03-29 01:55 Europe/Berlin", &seconds, error, sizeof error), 0);
	assert_true(seconds == 1774745700);
	assert_int_equal(box_parse_date("2026-03-29 03:05 Europe/Berlin", &seconds, error, sizeof error), 0);
	assert_true(seconds == 1774746300); /* ten minutes later: the hour between does not exist */
	assert_int_equal(box_parse_date("1970-01-02 00:00:01", &seconds, error, sizeof error), 0);
	assert_true(seconds == 86401);
	assert_int_not_equal(box_parse_date("2026-03-29 01:55 Mars/Olympus", &seconds, error, sizeof error), 0);
	assert_int_not_equal(box_parse_date("tomorrow", &seconds, error, sizeof error), 0);
	assert_true(fabs(box_parse_iso("2026-03-29T00:55:00.250Z") - 1774745700.25) < 1e-6);
	assert_true(isnan(box_parse_iso("2026-03-29")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(time_passes),    cmocka_unit_test(the_end_drops_the_rest), cmocka_unit_test(failures),
	    cmocka_unit_test(chance_repeats), cmocka_unit_test(spans_from_settings),    cmocka_unit_test(dates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
