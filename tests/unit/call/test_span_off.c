/* A span's test that its card does not end: told, tried again, and over when the card has ended it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "call/parts.h"
#include "drivers/driver_ops.h"

static struct {
	struct span_driver driver;
	int refuses;     /* what it says to whoever ends something */
	bool ends;       /* all the same */
	const char *why; /* instead of a short reason */
	int fails;       /* what it says to whoever begins something, which is on all the same */
	unsigned asked, codes;
	bool on[DRIVER_MAINT_COUNT];
} card;

static struct {
	char text[8192];
	size_t used;
} logged;

static struct control *control;

static int card_start(struct span_driver *driver, const struct driver_span *span, struct fault *fault)
{
	(void)driver, (void)span, (void)fault;
	return 0;
}

static void card_stop(struct span_driver *driver, unsigned span)
{
	(void)driver, (void)span;
}

static int card_maint(struct span_driver *driver, unsigned span, enum driver_maint maint, struct fault *fault)
{
	(void)driver;
	if (maint != DRIVER_MAINT_OFF) {
		card.codes += maint == DRIVER_MAINT_REMOTE_DOWN;
		card.on[maint] = card.fails != -ENOTSUP;
		return card.fails ? fault_set(fault, card.fails, "span %u: not begun", span) : 0;
	}
	card.asked++;
	if (!card.refuses || card.ends)
		memset(card.on, 0, sizeof(card.on));
	return card.refuses ? fault_set(fault, card.refuses, "span %u: %s", span, card.why ? card.why : "not taken off")
	                    : 0;
}

static int card_receive(struct span_driver *driver, unsigned span, uint8_t *frame, size_t size)
{
	(void)driver, (void)span, (void)frame, (void)size;
	return 0;
}

static int card_send(struct span_driver *driver, unsigned span, const uint8_t *frame, size_t bytes)
{
	(void)driver, (void)span, (void)frame, (void)bytes;
	return 0;
}

static void heard(void *user, const struct line_event *event)
{
	(void)user, (void)event;
}

static void hear(void *argument, uint64_t wall_us, enum log_level level, enum log_room room, const char *text)
{
	(void)argument, (void)wall_us, (void)room;
	text_append(logged.text, sizeof(logged.text), &logged.used, "%s %s\n", log_level_name(level), text);
}

static unsigned lines(const char *words)
{
	unsigned count = 0;

	log_drain(hear, NULL);
	for (const char *at = logged.text; (at = strstr(at, words)); at++)
		count++;
	return count;
}

static int set_up(void **state)
{
	static const struct driver_ops ops = {.span_start = card_start,
	                                      .span_stop = card_stop,
	                                      .span_maint = card_maint,
	                                      .dchannel_receive = card_receive,
	                                      .dchannel_send = card_send};
	struct line_span_settings span = {.driver = {.span = 1, .type = SPAN_E1, .use = SPAN_USE_PRI, .law = SPAN_ALAW},
	                                  .signalling = LINE_PRI_CPE};
	struct fault fault;

	(void)state;
	memset(&card, 0, sizeof(card));
	memset(&logged, 0, sizeof(logged));
	assert_int_equal(log_start(LOG_NOTICE), 0);
	control = calloc(1, sizeof(*control));
	control->phones = calloc(MEDIA_CHANNELS_MAX, sizeof(*control->phones));
	control->channel_call = calloc(MEDIA_CHANNELS_MAX, sizeof(*control->channel_call));
	timer_values_initial(&control->timer_values);
	assert_int_equal(driver_base_init(&card.driver, &ops), 0);
	control->parts.driver = &card.driver;
	assert_int_equal(timers_new(&control->timers, 512), 0);
	assert_int_equal(
	    line_new(&control->line, &card.driver, control->timers, &(struct line_handlers){.event = heard}), 0);
	assert_int_equal(line_span_set(control->line, &span, &fault), 0);
	line_tests_init(control);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	line_free(control->line);
	timers_free(control->timers);
	driver_base_release(&card.driver);
	free(control->phones);
	free(control->channel_call);
	free(control);
	log_stop();
	return 0;
}

static int begin(enum control_test_kind kind, uint32_t for_ms)
{
	struct control_test wanted = {.span = 1, .kind = kind, .for_ms = for_ms};
	struct fault fault = {""};
	uint32_t id;

	return line_test_begin(control, &wanted, &id, &fault);
}

static void loop_for(uint32_t for_ms)
{
	assert_int_equal(begin(CONTROL_TEST_LOOP_LOCAL, for_ms), 0);
	assert_true(card.on[DRIVER_MAINT_LOOP_LOCAL]);
}

static int stop(struct control_request *request)
{
	*request = (struct control_request){.action = CONTROL_SPAN_STOP_TESTS, .test = {.span = 1}};
	return span_action(control, request);
}

static void pass(unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++) {
		control->now_us += US_PER_S;
		timers_run(control->timers, control->now_us);
	}
}

static const char *words(unsigned before)
{
	static struct control_view view;

	line_tests_view(control, &view);
	assert_false(view.tests[before].running);
	return view.tests[before].text;
}

static const char *newest(void)
{
	return words(0);
}

static void told(void)
{
	assert_int_equal(control->alarm_count, 1);
	assert_string_equal(control->alarms[0].text,
	                    "Span 1: a test does not end (not taken off): calls may fail. It is "
	                    "tried again; if it stays, restart the box.");
	assert_string_equal(newest(), "not taken off: see show alarms");
}

static void over(void)
{
	assert_int_equal(control->alarm_count, 0);
	assert_string_equal(newest(), "taken off");
	unsigned asked = card.asked;

	pass(60);
	assert_int_equal(card.asked, asked);
}

static void tried_again_by_itself(void **state)
{
	(void)state;
	loop_for(5000);
	card.refuses = -EIO;
	pass(6);
	told();
	assert_true(card.on[DRIVER_MAINT_LOOP_LOCAL]);
	pass(60); /* an alarm for all of them */
	assert_in_range(card.asked, 6, 8);
	told();
	card.refuses = 0;
	pass(10);
	assert_false(card.on[DRIVER_MAINT_LOOP_LOCAL]);
	over();
	assert_int_equal(lines("notice span 1: what was on is taken off"), 1);
}

static void tried_again_by_hand(void **state)
{
	struct control_request request;

	(void)state;
	loop_for(60000);
	card.refuses = -EIO;
	assert_int_equal(stop(&request), -EIO);
	assert_string_equal(request.fault.text, "span 1: not taken off");
	assert_int_equal(stop(&request), -EIO);
	told();
	card.refuses = 0;
	assert_int_equal(stop(&request), 0);
	assert_false(card.on[DRIVER_MAINT_LOOP_LOCAL]);
	over();
	assert_int_equal(stop(&request), -ENOENT);
}

/* The next test of the span is told from what stays, and ends both. */
static void another_test_meanwhile(void **state)
{
	(void)state;
	loop_for(5000);
	card.refuses = -EIO;
	pass(6);
	loop_for(15000);
	assert_int_equal(control->alarm_count, 2);
	pass(10); /* tried again, and the new one goes on */
	assert_true(card.on[DRIVER_MAINT_LOOP_LOCAL]);
	card.refuses = 0;
	pass(10);
	over();
}

static void a_span_that_is_gone(void **state)
{
	(void)state;
	loop_for(5000);
	card.refuses = -ENETDOWN; /* not started: nothing can be on */
	pass(6);
	over();
	loop_for(60000);
	card.refuses = -EIO;
	line_tests_span_gone(control, 1);
	line_span_stop(control->line, 1);
	over();
}

/* Nothing was taken off there, and nothing is said to be. */
static void a_card_that_dies_meanwhile(void **state)
{
	(void)state;
	loop_for(5000);
	card.refuses = -EIO;
	pass(6);
	told();
	card.refuses = -ENETDOWN;
	pass(10);
	over();
	assert_int_equal(lines("is taken off"), 0);
}

static void a_driver_without_tests(void **state)
{
	(void)state;
	card.refuses = -ENOTSUP;
	span_tests_none(control, 1);
	assert_int_equal(control->alarm_count, 0);
	assert_int_equal(lines("maintenance"), 0);
}

/* What the card has ended although it refused something is on again. */
static void what_runs_goes_on(void **state)
{
	(void)state;
	loop_for(60000);
	assert_int_equal(begin(CONTROL_TEST_ALARM, 5000), 0);
	card.refuses = -EIO;
	card.ends = true;
	pass(6);
	assert_true(card.on[DRIVER_MAINT_LOOP_LOCAL]);
	assert_false(card.on[DRIVER_MAINT_ALARM]);
	assert_int_equal(control->alarm_count, 2);
	assert_int_equal(lines("error span 1: maintenance: span 1: not taken off"), 1);
}

static void what_runs_cannot_go_on(void **state)
{
	struct control_request request;

	(void)state;
	assert_int_equal(begin(CONTROL_TEST_ALARM, 5000), 0);
	card.refuses = -EIO;
	pass(6);
	loop_for(60000);
	card.refuses = 0;
	card.fails = -EIO;
	pass(10);
	assert_int_equal(control->alarm_count, 1);
	assert_int_equal(lines("notice span 1: what was on is taken off"), 1);
	assert_int_equal(lines("error span 1: a test that runs is not on again: not begun"), 1);
	assert_int_equal(stop(&request), 0);
}

/* It may be on or not: it is ended, and is none of those that run. */
static void one_that_does_not_begin(void **state)
{
	(void)state;
	card.fails = -ENOTSUP;
	assert_int_equal(begin(CONTROL_TEST_LOOP_LOCAL, 5000), -ENOTSUP);
	assert_int_equal(card.asked, 0);
	card.fails = -EIO;
	assert_int_equal(begin(CONTROL_TEST_LOOP_LOCAL, 5000), -EIO);
	assert_false(card.on[DRIVER_MAINT_LOOP_LOCAL]);
	card.refuses = -EIO;
	assert_int_equal(begin(CONTROL_TEST_LOOP_LOCAL, 5000), -EIO);
	assert_true(card.on[DRIVER_MAINT_LOOP_LOCAL]);
	assert_int_equal(control->alarm_count, 1);
	card.refuses = 0;
	pass(10);
	assert_false(card.on[DRIVER_MAINT_LOOP_LOCAL]);
	assert_int_equal(control->alarm_count, 0);
}

static void one_from_before_the_start(void **state)
{
	struct control_request request;

	(void)state;
	card.on[DRIVER_MAINT_LOOP_LINE] = true;
	card.refuses = -EIO;
	span_tests_none(control, 1);
	assert_int_equal(control->alarm_count, 1);
	assert_int_equal(stop(&request), -EIO);
	card.refuses = 0;
	pass(10);
	assert_false(card.on[DRIVER_MAINT_LOOP_LINE]);
	assert_int_equal(control->alarm_count, 0);
}

/* The far end obeys a code only when it comes for seconds. */
static void the_code_is_not_cut_by_what_is_refused(void **state)
{
	struct control_request request;

	(void)state;
	assert_int_equal(begin(CONTROL_TEST_LOOP_REMOTE, 60000), 0);
	pass(7);
	card.asked = 0;
	card.refuses = -EIO;
	card.ends = true;
	assert_int_equal(stop(&request), -EIO);
	assert_string_equal(request.fault.text, "span 1: not taken off");
	assert_int_equal(card.asked, 1);
	assert_true(card.on[DRIVER_MAINT_REMOTE_DOWN]);
}

static void the_code_is_not_cut_by_another_try(void **state)
{
	struct control_request request = {.action = CONTROL_SPAN_REMOTE_DOWN, .test = {.span = 1}};

	(void)state;
	loop_for(5000);
	card.refuses = -EIO;
	pass(12);
	card.refuses = 0;
	assert_int_equal(span_action(control, &request), 0);
	card.asked = 0;
	pass(5);
	assert_int_equal(card.asked, 0);
	assert_true(card.on[DRIVER_MAINT_REMOTE_DOWN]);
	pass(2);
	assert_false(card.on[DRIVER_MAINT_REMOTE_DOWN]);
	over();
}

static void the_code_is_not_cut_by_another_end(void **state)
{
	struct control_request request;

	(void)state;
	assert_int_equal(begin(CONTROL_TEST_LOOP_REMOTE, 60000), 0);
	assert_int_equal(begin(CONTROL_TEST_BERT, 60000), 0);
	pass(7);
	assert_int_equal(stop(&request), 0);
	assert_false(card.on[DRIVER_MAINT_PATTERN]);
	assert_true(card.on[DRIVER_MAINT_REMOTE_DOWN]);
	pass(7);
	assert_false(card.on[DRIVER_MAINT_REMOTE_DOWN]);
}

static void a_code_takes_the_others_place(void **state)
{
	struct control_request request;

	(void)state;
	assert_int_equal(begin(CONTROL_TEST_LOOP_REMOTE, 60000), 0);
	pass(2);
	assert_int_equal(stop(&request), 0);
	assert_true(card.on[DRIVER_MAINT_REMOTE_DOWN]);
	assert_false(card.on[DRIVER_MAINT_REMOTE_UP]);
	assert_int_equal(card.codes, 1);
}

/* Each test tells of its own end. */
static void words_of_each(void **state)
{
	(void)state;
	loop_for(5000);
	pass(6);
	assert_int_equal(begin(CONTROL_TEST_BERT, 5000), 0);
	card.refuses = -EIO;
	pass(6);
	assert_string_equal(words(0),
	                    "the card's pattern does not come back: loop the far end; bit errors: 0; not taken "
	                    "off: see show alarms");
	assert_string_equal(words(1), "taken off");
	card.refuses = 0;
	pass(10);
	assert_string_equal(words(0), "the card's pattern does not come back: loop the far end; bit errors: 0");
}

static void a_long_reason_leaves_room_for_the_help(void **state)
{
	(void)state;
	card.refuses = -EIO;
	card.why = "loop or pattern not taken off: Interrupted system call should be restarted";
	span_tests_none(control, 1);
	assert_non_null(strstr(control->alarms[0].text, "not taken off: Interrupted system call"));
	assert_non_null(
	    strstr(control->alarms[0].text, "): calls may fail. It is tried again; if it stays, restart the box."));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(tried_again_by_itself, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(tried_again_by_hand, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(another_test_meanwhile, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_span_that_is_gone, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_card_that_dies_meanwhile, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_driver_without_tests, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_runs_goes_on, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_runs_cannot_go_on, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(one_that_does_not_begin, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(one_from_before_the_start, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_code_is_not_cut_by_what_is_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_code_is_not_cut_by_another_try, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_code_is_not_cut_by_another_end, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_code_takes_the_others_place, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(words_of_each, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_long_reason_leaves_room_for_the_help, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
