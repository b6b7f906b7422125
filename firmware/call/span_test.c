/*
 * Tests of whole spans: loops, bit errors over all channels, a simulated alarm. While one runs the span takes no new
 * calls; it ends by itself, and an alarm says that it is on. Loops of an earlier process are the driver's to take off.
 */
#include "call/parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Of each sort one at a time on a span. */
enum sort { SORT_NONE, SORT_LOOP, SORT_BIT_ERRORS, SORT_ALARM };

static const struct {
	enum sort sort;
	enum driver_maint maint;
	const char *title, *meanwhile;
} kinds[CONTROL_TEST_KIND_COUNT] = {
    [CONTROL_TEST_LOOP_LOCAL] = {SORT_LOOP, DRIVER_MAINT_LOOP_LOCAL, "local loop", "what is sent comes back here"},
    [CONTROL_TEST_LOOP_LINE] = {SORT_LOOP, DRIVER_MAINT_LOOP_LINE, "line loop",
                                "what the far end sends goes back to it, framing included"},
    [CONTROL_TEST_LOOP_PAYLOAD] = {SORT_LOOP, DRIVER_MAINT_LOOP_PAYLOAD, "payload loop",
                                   "what the far end sends on the channels goes back to it"},
    [CONTROL_TEST_LOOP_REMOTE] = {SORT_LOOP, DRIVER_MAINT_REMOTE_UP, "remote loop",
                                  "the far end was asked to give back what is sent"},
    [CONTROL_TEST_BERT] = {SORT_BIT_ERRORS, DRIVER_MAINT_PATTERN, "bit-error test", ""},
    [CONTROL_TEST_ALARM] = {SORT_ALARM, DRIVER_MAINT_ALARM, "simulated alarm", "see show spans and show alarms"},
};

static enum sort sort_of(const struct line_test_run *run)
{
	return run->wanted.port || run->wanted.timeslot ? SORT_NONE : kinds[run->wanted.kind].sort;
}

bool span_test_is(const struct line_test_run *run)
{
	return sort_of(run) != SORT_NONE;
}

static const struct line_test_run *running_sort(const struct control *control, unsigned span, enum sort sort)
{
	unsigned i;

	for (i = 0; i < CONTROL_TESTS_MAX; i++)
		if (control->tests[i].running && control->tests[i].wanted.span == span &&
		    sort_of(&control->tests[i]) == sort)
			return &control->tests[i];
	return NULL;
}

bool span_tested(const struct control *control, unsigned span)
{
	return running_sort(control, span, SORT_LOOP) || running_sort(control, span, SORT_BIT_ERRORS) ||
	       running_sort(control, span, SORT_ALARM);
}

bool span_test_loops(const struct control *control, unsigned span)
{
	const struct line_test_run *run = running_sort(control, span, SORT_LOOP);

	return run && run->wanted.kind != CONTROL_TEST_LOOP_REMOTE;
}

/* ---- may it begin ---- */

static unsigned calls_on(const struct control *control, unsigned span, bool telephones)
{
	struct line_span_status status;
	unsigned slot, count = 0;

	line_span_status(control->line, span, &status);
	for (slot = 1; telephones && slot <= DRIVER_TIMESLOTS_MAX; slot++) {
		const struct phone *phone = phone_at((struct control *)control, driver_channel(span, slot));

		count += phone && phone->state != PHONE_IDLE;
	}
	return telephones ? count : status.in_use;
}

static int check_calls(struct control *control, const struct control_test *wanted, struct fault *fault)
{
	const struct line_span_settings *settings = line_span_settings_of(control->line, wanted->span);
	bool telephones = settings && settings->signalling == LINE_FXS;
	unsigned calls = settings ? calls_on(control, wanted->span, telephones) : 0;

	if (!settings)
		return fault_set(fault, -ENODEV, "there is no span %u: see show spans", wanted->span);
	if (calls == 0 || wanted->force)
		return 0;
	return fault_set(fault, -EBUSY,
	                 telephones ? "span %u: telephones in use: %u; try again when they are free, or add force"
	                            : "span %u: calls in progress: %u; try again when they are over, or add force "
	                              "(they go on, disturbed)",
	                 wanted->span, calls);
}

int span_test_check(struct control *control, const struct control_test *wanted, struct fault *fault)
{
	enum sort sort = kinds[wanted->kind].sort;
	const struct line_test_run *other = running_sort(control, wanted->span, sort);
	const struct line_span_settings *settings = line_span_settings_of(control->line, wanted->span);

	if (sort == SORT_NONE)
		return fault_set(fault, -EINVAL, "a whole span cannot be tested so: test span N channel C %s",
		                 control_test_kind_names[wanted->kind]);
	if (other)
		return fault_set(fault, -EBUSY, "span %u: %s runs already (test %u): test span %u stop ends it",
		                 wanted->span, kinds[other->wanted.kind].title, other->id, wanted->span);
	if (settings && settings->signalling == LINE_FXS && sort != SORT_ALARM)
		return fault_set(fault, -ENOTSUP,
		                 "span %u carries telephones, which send nothing back: test port S/C echo tests one",
		                 wanted->span);
	return check_calls(control, wanted, fault);
}

/* ---- bit errors over all channels, where the hardware has no pattern ---- */

static void channels_begin(struct line_test_run *run)
{
	struct control *control = run->control;
	unsigned slot;

	for (slot = 1; slot <= DRIVER_TIMESLOTS_MAX; slot++) {
		uint16_t channel = driver_channel(run->wanted.span, slot);
		enum line_channel state = line_channel_state(control->line, run->wanted.span, slot);

		if (state == LINE_CHANNEL_NONE || state == LINE_CHANNEL_IN_USE || line_test_on(control, channel))
			continue;
		run->tested |= UINT32_C(1) << slot;
		audio_open(control, channel, false);
		audio_test(control, channel, MEDIA_TEST_BIT_ERRORS);
	}
}

static void channels_end(struct line_test_run *run)
{
	uint32_t left;

	for (left = run->tested; left; left &= left - 1)
		audio_close(run->control, driver_channel(run->wanted.span, (unsigned)__builtin_ctz(left)));
}

bool span_tests_report(struct control *control, const struct media_event *event)
{
	unsigned span = driver_channel_span(event->channel), slot = driver_channel_timeslot(event->channel), i;
	struct line_test_run *run = NULL;

	for (i = 0; i < CONTROL_TESTS_MAX; i++) {
		struct line_test_run *one = &control->tests[i];
		bool whole =
		    one->wanted.kind == CONTROL_TEST_BERT && one->wanted.span == span && one->tested >> slot & 1;

		if (one->id && (whole || one->channel == event->channel) && (!run || one->id > run->id))
			run = one;
	}
	if (!run || run->wanted.kind != CONTROL_TEST_BERT)
		return false;
	run->channel_report[slot].bits = event->test.bits;
	run->channel_report[slot].errors = event->test.errors;
	run->channel_report[slot].losses = event->test.losses;
	run->channel_report[slot].synchronised = event->test.synchronised;
	return true;
}

static int bit_errors_begin(struct line_test_run *run, struct fault *fault)
{
	struct driver_span_counters counters;
	int error = driver_span_maint(run->control->parts.driver, run->wanted.span, DRIVER_MAINT_PATTERN, fault);

	driver_span_counters(run->control->parts.driver, run->wanted.span, &counters);
	run->errors_before = counters.bit_errors;
	run->by_hardware = error == 0;
	if (error != -ENOTSUP)
		return error;
	channels_begin(run);
	if (!run->tested)
		return fault_set(fault, -EBUSY, "span %u: no channel is free for the pattern", run->wanted.span);
	return 0;
}

/* ---- begin and end ---- */

static void alarm_key_of(const struct line_test_run *run, char *key, size_t size)
{
	size_t used = 0;

	text_append(key, size, &used, "span %u test %u", run->wanted.span, run->id);
}

static int code_send(struct control *control, unsigned span, enum driver_maint code, struct fault *fault)
{
	int error = driver_span_maint(control->parts.driver, span, code, fault);

	if (!error)
		control_start(control, &control->maintenance[span - 1].code, TIMER_loop_code);
	return error;
}

static const char *without_span(const char *text, unsigned span)
{
	char name[16];
	int length = snprintf(name, sizeof(name), "span %u: ", span);

	return strncmp(text, name, (size_t)length) == 0 ? text + length : text;
}

static void ended(struct control *control, unsigned span, const char *key)
{
	struct span_maintenance *maintenance = &control->maintenance[span - 1];
	unsigned i;

	if (!maintenance->refused)
		return;
	maintenance->refused = 0;
	timer_stop(control->timers, &maintenance->again);
	for (i = 0; i < CONTROL_TESTS_MAX; i++)
		if (control->tests[i].wanted.span == span)
			control->tests[i].stays_on = false;
	alarm_clear(control, key);
}

/* Until its card has ended it nobody can say what the span does: that is an alarm. */
static void stays_on(struct control *control, unsigned span, int refused, const struct fault *why)
{
	struct span_maintenance *maintenance = &control->maintenance[span - 1];
	char key[ALARM_KEY_BYTES];
	size_t used = 0;

	text_append(key, sizeof(key), &used, "span %u test off", span);
	if (!refused) {
		ended(control, span, key);
		return;
	}
	maintenance->refused = refused;
	maintenance->why = *why;
	control_start(control, &maintenance->again, TIMER_test_off);
	/* the log has the whole reason */
	alarm_raise(control, SEVERITY_MAJOR, key,
	            "Span %u: a test does not end (%.60s): calls may fail. It is tried again; if it stays, restart the "
	            "box.",
	            span, without_span(why->text, span));
}

/* What still runs, all of it, and the code that is being sent from its beginning; the first error. */
static int on_again(struct control *control, unsigned span, struct fault *fault)
{
	const struct line_test_run *loop = running_sort(control, span, SORT_LOOP);
	bool remote = loop && loop->wanted.kind == CONTROL_TEST_LOOP_REMOTE;
	int error = 0, failed;
	enum sort sort;

	for (sort = SORT_LOOP; sort <= SORT_ALARM; sort++) {
		const struct line_test_run *run = running_sort(control, span, sort);

		if (!run || (sort == SORT_LOOP && remote) || (sort == SORT_BIT_ERRORS && !run->by_hardware))
			continue;
		failed =
		    driver_span_maint(control->parts.driver, span, kinds[run->wanted.kind].maint, error ? NULL : fault);
		error = error ? error : failed;
	}
	if (!timer_running(&control->maintenance[span - 1].code))
		return error;
	failed =
	    code_send(control, span, remote ? DRIVER_MAINT_REMOTE_UP : DRIVER_MAINT_REMOTE_DOWN, error ? NULL : fault);
	return error ? error : failed;
}

/* Everything off, and on again what still runs: a card may have ended all although it refused. The first error. */
static int settle(struct control *control, unsigned span, struct fault *fault)
{
	struct fault why = {""};
	int refused = driver_span_maint(control->parts.driver, span, DRIVER_MAINT_OFF, fault), error = 0;
	bool none = refused == -ENETDOWN || refused == -ENOTSUP; /* nothing can be on there */

	if (!refused && control->maintenance[span - 1].refused)
		log_write(LOG_NOTICE, LOG_CALL, "span %u: what was on is taken off", span);
	stays_on(control, span, none ? 0 : refused, fault);
	if (!none)
		error = on_again(control, span, &why);
	if (error)
		log_write(LOG_ERROR, LOG_CALL, "span %u: a test that runs is not on again: %s", span,
		          without_span(why.text, span));
	line_span_withhold(control->line, span, span_tested(control, span));
	if (refused)
		return none ? 0 : refused;
	return error ? fault_set(fault, error, "%s", why.text) : 0;
}

static void settle_and_log(struct control *control, unsigned span)
{
	struct fault fault = {""};

	if (settle(control, span, &fault) && control->maintenance[span - 1].refused)
		log_write(LOG_ERROR, LOG_CALL, "span %u: maintenance: %s", span, fault.text);
}

/* A loop from before the start that the driver could not end either. */
void span_tests_none(struct control *control, unsigned span)
{
	settle_and_log(control, span);
}

static void code_over(void *argument)
{
	struct span_maintenance *maintenance = argument;

	settle_and_log(maintenance->control, maintenance->span);
}

static void off_again(void *argument)
{
	struct span_maintenance *maintenance = argument;
	struct fault fault = {""};

	/* The end of the code tries, too; and one that is refused again is in the log already. */
	if (timer_running(&maintenance->code))
		control_start(maintenance->control, &maintenance->again, TIMER_test_off);
	else
		(void)settle(maintenance->control, maintenance->span, &fault);
}

static int begin(struct line_test_run *run, struct fault *fault)
{
	struct control *control = run->control;
	enum driver_maint maint = kinds[run->wanted.kind].maint;

	if (run->wanted.kind == CONTROL_TEST_BERT)
		return bit_errors_begin(run, fault);
	if (run->wanted.kind == CONTROL_TEST_LOOP_REMOTE)
		return code_send(control, run->wanted.span, maint, fault);
	return driver_span_maint(control->parts.driver, run->wanted.span, maint, fault);
}

int span_test_start(struct line_test_run *run, struct fault *fault)
{
	struct control *control = run->control;
	unsigned span = run->wanted.span;
	char key[ALARM_KEY_BYTES];
	int error = begin(run, fault);

	if (error) {
		run->running = false;
		/* Of any other error nobody knows what it has left on. */
		if (error != -ENOTSUP && error != -ENETDOWN && error != -EINVAL && error != -EBUSY)
			settle_and_log(control, span);
		return error;
	}
	line_span_withhold(control->line, span, true);
	alarm_key_of(run, key, sizeof(key));
	alarm_raise(control, SEVERITY_MAJOR, key,
	            "Span %u: %s for %u s (test %u), it takes no new calls. test span %u stop ends it.", span,
	            kinds[run->wanted.kind].title, run->wanted.for_ms / 1000, run->id, span);
	return 0;
}

static int remote_down(struct control *control, unsigned span, struct fault *fault)
{
	return code_send(control, span, DRIVER_MAINT_REMOTE_DOWN, fault);
}

void span_test_over(struct line_test_run *run)
{
	struct control *control = run->control;
	unsigned span = run->wanted.span;
	struct driver_span_counters counters;
	char key[ALARM_KEY_BYTES];
	struct fault fault = {""};

	driver_span_counters(control->parts.driver, span, &counters);
	run->channel_report[0].errors = counters.bit_errors - run->errors_before;
	run->channel_report[0].synchronised = driver_span_pattern(control->parts.driver, span);
	channels_end(run);
	alarm_key_of(run, key, sizeof(key));
	alarm_clear(control, key);
	if (run->wanted.kind == CONTROL_TEST_LOOP_REMOTE)
		timer_stop(control->timers, &control->maintenance[span - 1].code);
	settle_and_log(control, span);
	run->stays_on = control->maintenance[span - 1].refused != 0;
	if (run->wanted.kind == CONTROL_TEST_LOOP_REMOTE && remote_down(control, span, &fault))
		log_write(LOG_ERROR, LOG_CALL, "span %u: the far end may still be looped: %s", span, fault.text);
}

bool span_tests_end(struct control *control, unsigned span)
{
	bool found = false;
	unsigned i;

	for (i = 0; i < CONTROL_TESTS_MAX; i++) {
		struct line_test_run *run = &control->tests[i];

		if (!run->running || !span_test_is(run) || (span && run->wanted.span != span))
			continue;
		line_test_end(run);
		found = true;
	}
	return found;
}

void span_tests_init(struct control *control)
{
	unsigned i;

	for (i = 0; i < CONFIG_SPANS_MAX; i++) {
		struct span_maintenance *maintenance = &control->maintenance[i];

		maintenance->control = control;
		maintenance->span = (uint8_t)(i + 1);
		timer_init(&maintenance->code, "loop code", code_over, maintenance);
		timer_init(&maintenance->again, "test off", off_again, maintenance);
	}
}

/* The driver tries once more when it lets go of the span. */
void span_tests_forget(struct control *control, unsigned span)
{
	timer_stop(control->timers, &control->maintenance[span - 1].code);
	stays_on(control, span, 0, NULL);
}

/* ---- what is done at once ---- */

static int insert(struct control *control, const struct control_request *request, struct fault *fault)
{
	unsigned span = request->test.span;
	const struct line_test_run *run = running_sort(control, span, SORT_BIT_ERRORS);
	bool ours = request->maint == DRIVER_MAINT_INSERT_PRBS && run && !run->by_hardware;
	int error = check_calls(control, &request->test, fault);
	uint32_t i;

	for (i = 0; i < request->number && !error; i++) {
		if (ours)
			audio_test(control, driver_channel(span, (unsigned)__builtin_ctz(run->tested)),
			           MEDIA_TEST_WRONG_BIT);
		else
			error = driver_span_maint(control->parts.driver, span, request->maint, fault);
	}
	if (!error)
		log_write(LOG_NOTICE, LOG_CALL, "span %u: %s put in %u times", span, driver_maint_names[request->maint],
		          request->number);
	return error;
}

static int stop_all(struct control *control, unsigned span, struct fault *fault)
{
	struct span_maintenance *maintenance = &control->maintenance[span - 1];
	bool found = false, tried = false;
	unsigned i;

	for (i = 0; i < CONTROL_TESTS_MAX; i++) {
		struct line_test_run *run = &control->tests[i];

		if (!run->running || run->wanted.span != span)
			continue;
		line_test_end(run);
		tried = tried || span_test_is(run);
		found = true;
	}
	if (maintenance->refused)
		return tried ? fault_set(fault, maintenance->refused, "%s", maintenance->why.text)
		             : settle(control, span, fault);
	return found ? 0 : fault_set(fault, -ENOENT, "no test runs on span %u: see show tests", span);
}

int span_action(struct control *control, struct control_request *request)
{
	unsigned span = request->test.span;
	const struct line_test_run *loop = running_sort(control, span, SORT_LOOP);
	struct fault *fault = &request->fault;

	if (!line_span_settings_of(control->line, span))
		return fault_set(fault, -ENODEV, "there is no span %u: see show spans", span);
	switch (request->action) {
	case CONTROL_SPAN_INSERT:
		return insert(control, request, fault);
	case CONTROL_SPAN_REMOTE_DOWN:
		if (loop && loop->wanted.kind == CONTROL_TEST_LOOP_REMOTE)
			return line_test_stop(control, loop->id, fault);
		return remote_down(control, span, fault);
	case CONTROL_SPAN_RESET_COUNTERS:
		driver_counters_reset(control->parts.driver, span);
		log_write(LOG_NOTICE, LOG_CALL, "span %u: its counters begin at zero", span);
		return 0;
	case CONTROL_SPAN_STOP_TESTS:
		return stop_all(control, span, fault);
	}
	return -EINVAL;
}

/* ---- in words ---- */

static const char not_taken_off[] = "not taken off: see show alarms";

static void hardware_words(const struct line_test_run *run, char *text, size_t size)
{
	uint64_t errors = run->channel_report[0].errors;
	bool seen = run->channel_report[0].synchronised;

	if (run->running) {
		struct driver_span_counters counters;

		driver_span_counters(run->control->parts.driver, run->wanted.span, &counters);
		errors = counters.bit_errors - run->errors_before;
		seen = driver_span_pattern(run->control->parts.driver, run->wanted.span);
	}
	snprintf(text, size, "the card's pattern %s; bit errors: %" PRIu64 "%s%s",
	         seen ? "comes back" : "does not come back: loop the far end", errors, run->stays_on ? "; " : "",
	         run->stays_on ? not_taken_off : "");
}

static void channels_words(const struct line_test_run *run, char *text, size_t size)
{
	uint64_t bits = 0, errors = 0, losses = 0;
	unsigned silent = 0, lost = 0;
	uint32_t left;

	for (left = run->tested; left; left &= left - 1) {
		unsigned slot = (unsigned)__builtin_ctz(left);

		bits += run->channel_report[slot].bits;
		errors += run->channel_report[slot].errors;
		losses += run->channel_report[slot].losses;
		silent += run->channel_report[slot].bits == 0;
		lost += run->channel_report[slot].bits > 0 && !run->channel_report[slot].synchronised;
	}
	if (bits == 0)
		snprintf(text, size, "the test pattern comes back on none of %d channels: loop the far end",
		         __builtin_popcount(run->tested));
	else
		snprintf(text, size,
		         "%d channels: %" PRIu64 " bits, %" PRIu64 " errors, pattern lost %" PRIu64
		         " times; not there now on %u, never seen on %u",
		         __builtin_popcount(run->tested), bits, errors, losses, lost, silent);
}

void span_test_words(const struct line_test_run *run, char *text, size_t size)
{
	if (run->wanted.kind != CONTROL_TEST_BERT && !run->running)
		snprintf(text, size, "%s", run->stays_on ? not_taken_off : "taken off");
	else if (run->wanted.kind != CONTROL_TEST_BERT)
		snprintf(text, size, "%s", kinds[run->wanted.kind].meanwhile);
	else if (run->by_hardware)
		hardware_words(run, text, size);
	else
		channels_words(run, text, size);
}
