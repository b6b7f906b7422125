/* The hour of a span: what is said of it, how it fades, and which fault hides which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "line/health.h"

static struct {
	struct health health;
	struct line_span_status status;
	struct driver_span_counters counters;
	unsigned clock_source;
	uint64_t now_us;
	struct health_report report[HEALTH_FINDINGS_MAX];
} t;

static int set_up(void **state)
{
	memset(&t, 0, sizeof(t));
	t.now_us = 1000 * US_PER_S;
	t.clock_source = 1;
	t.status = (struct line_span_status){.configured = true, .dchannel = LINE_DCHANNEL_UP, .channels = 30};
	t.status.settings.driver = (struct driver_span){.span = 2, .clock_rank = 1};
	return 0;
}

static void seconds(unsigned count)
{
	struct health_sample sample = {.status = &t.status, .counters = &t.counters, .clock_source = t.clock_source};

	for (; count > 0; count--) {
		t.now_us += US_PER_S;
		sample.at_us = t.now_us;
		health_sample(&t.health, &sample);
	}
}

static unsigned findings(void)
{
	return health_findings(&t.health, t.report, HEALTH_FINDINGS_MAX);
}

static void only(enum health_finding finding, const char *words)
{
	assert_int_equal(findings(), 1);
	assert_int_equal(t.report[0].finding, finding);
	assert_non_null(strstr(t.report[0].text, words));
}

static void what_stood_before_the_first_look_is_no_fault(void **state)
{
	t.counters = (struct driver_span_counters){.slips = 9, .frames_lost = 9, .crc4_errors = 9};
	assert_int_equal(findings(), 0);
	seconds(5);
	assert_int_equal(findings(), 0);
}

static void slips_name_the_clock_that_is_wrong(void **state)
{
	seconds(1);
	t.counters.slips++;
	seconds(1);
	only(HEALTH_CLOCK, "span 2 runs on the clock of span 1");
	t.clock_source = 2;
	seconds(1);
	only(HEALTH_CLOCK, "is the clock source and slips");
	t.status.settings.driver.clock_rank = 0;
	seconds(1);
	only(HEALTH_CLOCK, "set span 2 clock 1");
}

static void an_hour_later_it_is_forgotten(void **state)
{
	seconds(1);
	t.counters.slips += 3;
	seconds(1);
	only(HEALTH_CLOCK, "3 in the last 5 minutes");
	assert_int_equal(t.report[0].trend, HEALTH_NEW);
	uint64_t counted_us = t.report[0].since_us;
	seconds(6 * 60);
	only(HEALTH_CLOCK, "3 in the last 60 minutes");
	assert_int_equal(t.report[0].trend, HEALTH_OVER);
	assert_int_equal(t.report[0].since_us, counted_us);
	seconds(55 * 60);
	assert_int_equal(findings(), 0);
}

static void a_gap_in_looking_forgets_no_less(void **state)
{
	seconds(1);
	t.counters.slips++;
	seconds(1);
	t.now_us += 3 * 3600 * US_PER_S;
	seconds(1);
	assert_int_equal(findings(), 0);
}

static void it_grows_worse_and_better(void **state)
{
	for (unsigned minute = 0; minute < 30; minute++) {
		t.counters.slips += 2;
		seconds(60);
	}
	findings();
	assert_int_equal(t.report[0].trend, HEALTH_STEADY);
	for (unsigned minute = 0; minute < 5; minute++) {
		t.counters.slips += 10;
		seconds(60);
	}
	findings();
	assert_int_equal(t.report[0].trend, HEALTH_WORSE);
	seconds(4 * 60);
	t.counters.slips++;
	seconds(60);
	findings();
	assert_int_equal(t.report[0].trend, HEALTH_BETTER);
}

static void a_cut_cable_hides_what_follows_from_it(void **state)
{
	seconds(1);
	t.counters.slips++;
	t.counters.crc4_errors++;
	t.status.alarms = SPAN_ALARM_RED | SPAN_ALARM_YELLOW;
	t.status.dchannel = LINE_DCHANNEL_DOWN;
	seconds(1);
	uint64_t cut_us = t.now_us;
	seconds(10);
	only(HEALTH_NO_SIGNAL, "receives no signal");
	assert_int_equal(t.report[0].since_us, cut_us);
}

static void each_alarm_has_its_sentence(void **state)
{
	static const struct {
		uint32_t alarms;
		enum health_finding finding;
	} rows[] = {{SPAN_ALARM_YELLOW, HEALTH_FAR_NO_SIGNAL},
	            {SPAN_ALARM_BLUE, HEALTH_ALL_ONES},
	            {SPAN_ALARM_LOOPBACK, HEALTH_LOOPED},
	            {SPAN_ALARM_RED | SPAN_ALARM_NOT_OPEN, HEALTH_NOT_OPEN}};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		t.status.alarms = rows[i].alarms;
		seconds(1);
		only(rows[i].finding, "span 2 ");
	}
	t.status.alarms = 0;
	seconds(1);
	assert_int_equal(findings(), 0);
}

/* The grace of a link that is being set up; up in between, and lost with the line good: told at once. */
static void no_answer_after_the_grace(void)
{
	seconds(4);
	assert_int_equal(findings(), 0);
	seconds(2);
	only(HEALTH_DCHANNEL_DOWN, "gets no answer");
	t.status.dchannel = LINE_DCHANNEL_UP;
	seconds(1);
	assert_int_equal(findings(), 0);
	t.status.dchannel = LINE_DCHANNEL_DOWN;
	seconds(1);
	only(HEALTH_DCHANNEL_DOWN, "gets no answer");
}

static void a_link_that_is_being_set_up_is_not_yet_without_answer(void **state)
{
	t.status.dchannel = LINE_DCHANNEL_DOWN;
	no_answer_after_the_grace();
}

static void a_cable_that_comes_back_has_the_same_grace(void **state)
{
	t.status.dchannel = LINE_DCHANNEL_DOWN;
	t.status.alarms = SPAN_ALARM_RED;
	seconds(60);
	only(HEALTH_NO_SIGNAL, "receives no signal");
	t.status.alarms = 0;
	no_answer_after_the_grace();
}

static void a_dchannel_that_flaps_is_not_one_that_is_down(void **state)
{
	seconds(1);
	for (unsigned i = 0; i < 3; i++) {
		t.status.dchannel = LINE_DCHANNEL_DOWN;
		seconds(5);
		assert_int_equal(findings(), i < 2 ? 1 : 2);
		assert_int_equal(t.report[0].finding, HEALTH_DCHANNEL_DOWN);
		t.status.dchannel = LINE_DCHANNEL_UP;
		seconds(5);
		if (i < 2)
			assert_int_equal(findings(), 0);
	}
	only(HEALTH_DCHANNEL_FLAPS, "lost its D channel 3 times");
}

static void bit_errors_count_where_frames_are_whole(void **state)
{
	seconds(1);
	t.counters.frames_lost++;
	t.counters.hdlc_bad_crc++;
	seconds(1);
	only(HEALTH_FRAMES_LOST, "1 in the last 5 minutes");
	t.counters.hdlc_bad_crc++;
	seconds(1);
	assert_int_equal(findings(), 2);
	assert_int_equal(t.report[0].finding, HEALTH_BIT_ERRORS);
	assert_non_null(strstr(t.report[0].text, ", 1 in the last 5 minutes"));
	t.counters.bipolar_violations++;
	t.counters.fas_errors += 2;
	seconds(1);
	assert_int_equal(findings(), 2);
	assert_non_null(strstr(t.report[0].text, ", 4 in the last 5 minutes"));
}

static void one_unanswered_message_is_an_accident(void **state)
{
	seconds(1);
	t.status.unanswered++;
	seconds(1);
	assert_int_equal(findings(), 0);
	t.status.unanswered++;
	t.status.restarts += 3 * 30;
	seconds(1);
	assert_int_equal(findings(), 2);
	assert_int_equal(t.report[0].finding, HEALTH_UNANSWERED);
	assert_int_equal(t.report[1].finding, HEALTH_RESTARTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(what_stood_before_the_first_look_is_no_fault, set_up),
	    cmocka_unit_test_setup(slips_name_the_clock_that_is_wrong, set_up),
	    cmocka_unit_test_setup(an_hour_later_it_is_forgotten, set_up),
	    cmocka_unit_test_setup(a_gap_in_looking_forgets_no_less, set_up),
	    cmocka_unit_test_setup(it_grows_worse_and_better, set_up),
	    cmocka_unit_test_setup(a_cut_cable_hides_what_follows_from_it, set_up),
	    cmocka_unit_test_setup(each_alarm_has_its_sentence, set_up),
	    cmocka_unit_test_setup(a_link_that_is_being_set_up_is_not_yet_without_answer, set_up),
	    cmocka_unit_test_setup(a_cable_that_comes_back_has_the_same_grace, set_up),
	    cmocka_unit_test_setup(a_dchannel_that_flaps_is_not_one_that_is_down, set_up),
	    cmocka_unit_test_setup(bit_errors_count_where_frames_are_whole, set_up),
	    cmocka_unit_test_setup(one_unanswered_message_is_an_accident, set_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
