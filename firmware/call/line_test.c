/*
 * Tests that a technician runs on one telephone or one B channel: they end by themselves, never touch a call, and the
 * last few stay to be shown. A telephone under test is busy to everybody; who dials on it while it only sounds gets
 * out of the test, so that an emergency call is always possible.
 */
#include "call/parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const enum media_test media_tests[CONTROL_TEST_KIND_COUNT] = {
    [CONTROL_TEST_RING] = MEDIA_TEST_OFF,    [CONTROL_TEST_HOOK] = MEDIA_TEST_OFF,
    [CONTROL_TEST_TONE] = MEDIA_TEST_TONE,   [CONTROL_TEST_ECHO] = MEDIA_TEST_ECHO,
    [CONTROL_TEST_LEVEL] = MEDIA_TEST_LEVEL, [CONTROL_TEST_BIT_ERRORS] = MEDIA_TEST_BIT_ERRORS,
};

static void time_over(void *argument)
{
	line_test_end(argument);
}

void line_tests_init(struct control *control)
{
	unsigned i;

	for (i = 0; i < CONTROL_TESTS_MAX; i++) {
		control->tests[i].control = control;
		timer_init(&control->tests[i].timer, "line test", time_over, &control->tests[i]);
	}
	span_tests_init(control);
}

struct line_test_run *line_test_on(struct control *control, uint16_t channel)
{
	unsigned i;

	for (i = 0; i < CONTROL_TESTS_MAX; i++)
		if (control->tests[i].running && control->tests[i].channel == channel)
			return &control->tests[i];
	return NULL;
}

/* A place for one more: never used, or the oldest that is over. */
static struct line_test_run *new_run(struct control *control)
{
	struct line_test_run *oldest = NULL;
	unsigned i;

	for (i = 0; i < CONTROL_TESTS_MAX; i++)
		if (!control->tests[i].running && (!oldest || control->tests[i].id < oldest->id))
			oldest = &control->tests[i];
	return oldest;
}

/* ---- begin ---- */

static bool lifted_without_call(const struct phone *phone)
{
	return !phone->call && !phone->held &&
	       (phone->state == PHONE_DIALLING || phone->state == PHONE_TONE || phone->state == PHONE_SILENT ||
	        phone->state == PHONE_HOWLER || phone->state == PHONE_ASIDE);
}

static int check_phone(struct control *control, const struct control_test *wanted, struct fault *fault)
{
	struct phone *phone = phone_at(control, driver_channel(wanted->span, wanted->timeslot));
	bool sounds = wanted->kind != CONTROL_TEST_RING && wanted->kind != CONTROL_TEST_HOOK;

	if (!phone)
		return fault_set(fault, -ENODEV, "there is no telephone port %u/%u: see show ports", wanted->span,
		                 wanted->timeslot);
	if (phone->state == PHONE_IDLE || (sounds && lifted_without_call(phone)))
		return 0;
	if (lifted_without_call(phone))
		return fault_set(fault, -EBUSY, "port %u/%u is lifted: hang it up first", wanted->span,
		                 wanted->timeslot);
	return fault_set(fault, -EBUSY, "port %u/%u is in use (%s): try again when it is free", wanted->span,
	                 wanted->timeslot, phone_state_names[phone->state]);
}

static int take_channel(struct control *control, const struct control_test *wanted, struct fault *fault)
{
	int error;

	if (wanted->kind == CONTROL_TEST_RING || wanted->kind == CONTROL_TEST_HOOK)
		return fault_set(fault, -EINVAL, "only a telephone port can be tested so: test port S/C %s",
		                 control_test_kind_names[wanted->kind]);
	error = line_channel_withhold(control->line, wanted->span, wanted->timeslot, true);
	if (error == -EBUSY)
		return fault_set(fault, error, "span %u channel %u has a call: try again when it is free", wanted->span,
		                 wanted->timeslot);
	if (error)
		return fault_set(fault, error, "span %u has no B channel %u", wanted->span, wanted->timeslot);
	return 0;
}

static void sound(struct line_test_run *run)
{
	audio_stop(run->control, run->channel);
	audio_test(run->control, run->channel, media_tests[run->wanted.kind]);
	run->sounding = true;
}

static void begin_phone(struct line_test_run *run)
{
	struct phone *phone = run->phone;
	bool lifted = phone->state != PHONE_IDLE;

	phone_off_hook_over(phone);
	phone_agent_in_use(phone, true);
	phone_set_state(phone, PHONE_TEST);
	if (!lifted)
		audio_open(run->control, run->channel, true);
	if (run->wanted.kind == CONTROL_TEST_RING)
		audio_ring(run->control, run->channel);
	else if (run->wanted.kind != CONTROL_TEST_HOOK && lifted)
		sound(run);
}

int line_test_begin(struct control *control, const struct control_test *wanted, uint32_t *id, struct fault *fault)
{
	uint16_t channel = driver_channel(wanted->span, wanted->timeslot);
	struct line_test_run *run = new_run(control);
	struct timer timer;
	int error;

	bool whole = !wanted->port && wanted->timeslot == 0;

	if (!whole && line_test_on(control, channel))
		return fault_set(fault, -EBUSY, "%u/%u is being tested already: see show tests", wanted->span,
		                 wanted->timeslot);
	if (!run)
		return fault_set(fault, -EBUSY, "%d tests run already: stop one first", CONTROL_TESTS_MAX);
	if (whole)
		error = span_test_check(control, wanted, fault);
	else
		error = wanted->port ? check_phone(control, wanted, fault) : take_channel(control, wanted, fault);
	if (error)
		return error;
	timer = run->timer;
	*run = (struct line_test_run){.id = ++control->next_test_id,
	                              .control = control,
	                              .wanted = *wanted,
	                              .channel = channel,
	                              .phone = wanted->port ? phone_at(control, channel) : NULL,
	                              .running = true,
	                              .began_us = control->now_us,
	                              .began_wall_us = clock_wall_at_us(control->now_us),
	                              .loudest_tenths_dbm0 = INT16_MIN,
	                              .timer = timer};
	if (whole) {
		error = span_test_start(run, fault);
		if (error) {
			run->running = false;
			run->id = 0;
			control->next_test_id--;
			return error;
		}
	} else if (run->phone) {
		begin_phone(run);
	} else {
		audio_open(control, channel, false);
		sound(run);
	}
	timer_start(control->timers, &run->timer, control->now_us + (uint64_t)wanted->for_ms * US_PER_MS);
	if (whole)
		log_write(LOG_NOTICE, LOG_CALL, "test %u: %s of span %u for %u s", run->id,
		          control_test_kind_names[wanted->kind], wanted->span, wanted->for_ms / 1000);
	else
		log_write(LOG_NOTICE, LOG_CALL, "test %u: %s on %u/%u for %u s", run->id,
		          control_test_kind_names[wanted->kind], wanted->span, wanted->timeslot, wanted->for_ms / 1000);
	*id = run->id;
	return 0;
}

/* ---- what happens meanwhile, and the end ---- */

static bool on_hook(const struct line_test_run *run)
{
	return run->wanted.kind == CONTROL_TEST_RING || run->wanted.kind == CONTROL_TEST_HOOK
	           ? run->lifted == run->hung_up
	           : !run->sounding;
}

static void free_phone(struct line_test_run *run)
{
	struct phone *phone = run->phone;

	if (run->wanted.kind == CONTROL_TEST_RING)
		audio_ring_stop(run->control, run->channel);
	if (on_hook(run)) {
		phone_set_state(phone, PHONE_IDLE);
		audio_close(run->control, run->channel);
		phone_agent_in_use(phone, false);
	} else {
		audio_test(run->control, run->channel, MEDIA_TEST_OFF);
		phone_dial_tone(phone, MEDIA_TONE_DIAL);
	}
}

void line_test_end(struct line_test_run *run)
{
	struct control *control = run->control;

	if (!run->running)
		return;
	run->running = false;
	run->ended_us = control->now_us;
	timer_stop(control->timers, &run->timer);
	if (span_test_is(run)) {
		span_test_over(run);
	} else if (run->phone) {
		free_phone(run);
	} else {
		audio_close(control, run->channel);
		if (line_channel_withhold(control->line, run->wanted.span, run->wanted.timeslot, false) < 0)
			log_write(LOG_INFO, LOG_CALL, "test %u: span %u has gone meanwhile", run->id, run->wanted.span);
	}
	log_write(LOG_NOTICE, LOG_CALL, "test %u: over", run->id);
}

int line_test_stop(struct control *control, uint32_t id, struct fault *fault)
{
	bool found = false;
	unsigned i;

	for (i = 0; i < CONTROL_TESTS_MAX; i++) {
		struct line_test_run *run = &control->tests[i];

		if (!run->running || (id && run->id != id))
			continue;
		line_test_end(run);
		found = true;
	}
	return found || !id ? 0 : fault_set(fault, -ENOENT, "test %u does not run: see show tests", id);
}

void line_test_phone_gone(struct phone *phone)
{
	struct line_test_run *run = phone->state == PHONE_TEST ? line_test_on(phone->control, phone->channel) : NULL;

	if (run)
		line_test_end(run);
}

void line_tests_span_gone(struct control *control, unsigned span)
{
	unsigned i;

	for (i = 0; i < CONTROL_TESTS_MAX; i++)
		if (control->tests[i].wanted.span == span)
			line_test_end(&control->tests[i]);
	span_tests_forget(control, span);
}

static void lifted(struct line_test_run *run)
{
	run->lifted++;
	if (run->wanted.kind == CONTROL_TEST_RING)
		line_test_end(run);
	else if (run->wanted.kind != CONTROL_TEST_HOOK)
		sound(run);
}

static void hung_up(struct line_test_run *run)
{
	run->hung_up++;
	if (run->wanted.kind == CONTROL_TEST_HOOK || !run->sounding)
		return;
	run->sounding = false;
	line_test_end(run);
}

void line_test_driver_event(struct phone *phone, const struct driver_event *event)
{
	struct line_test_run *run = line_test_on(phone->control, phone->channel);

	if (!run)
		return;
	if (event->type == DRIVER_OFF_HOOK)
		lifted(run);
	else if (event->type == DRIVER_ON_HOOK)
		hung_up(run);
	else if (event->type == DRIVER_FLASH)
		run->flashes++;
	else if (event->type == DRIVER_PULSE_DIGIT)
		phone_digit(phone, event->digit);
}

/* Nothing holds an emergency call up, not even a test that counts digits. */
static bool ends_in_emergency(const struct line_test_run *run, const char **number)
{
	const struct config *config = run->control->config;
	size_t dialled = strlen(run->digits);
	uint32_t i;

	for (i = 0; i < config->emergency_count; i++) {
		size_t length = strlen(config->emergency[i]);

		if (length > 0 && length <= dialled && !strcmp(run->digits + dialled - length, config->emergency[i])) {
			*number = config->emergency[i];
			return true;
		}
	}
	return false;
}

bool line_test_digit(struct phone *phone, char digit)
{
	struct line_test_run *run = line_test_on(phone->control, phone->channel);
	const char *dialled = "";
	size_t length;

	if (!run || run->wanted.kind == CONTROL_TEST_RING)
		return true;
	length = strlen(run->digits);
	if (length < PHONE_DIGITS_MAX) {
		run->digits[length] = digit;
		run->digits[length + 1] = '\0';
	}
	if (run->wanted.kind == CONTROL_TEST_HOOK && !ends_in_emergency(run, &dialled))
		return true;
	line_test_end(run);
	/* The last digit comes by the usual way. */
	text_copy(phone->digits, sizeof(phone->digits), dialled);
	if (dialled[0])
		phone->digits[strlen(dialled) - 1] = '\0';
	return false;
}

void line_tests_report(struct control *control, const struct media_event *event)
{
	struct line_test_run *run = NULL;
	unsigned i;

	if (span_tests_report(control, event))
		return;
	/* The last report comes when the test is over: it belongs to the newest on that channel. */
	for (i = 0; i < CONTROL_TESTS_MAX; i++)
		if (control->tests[i].id && control->tests[i].channel == event->channel &&
		    (!run || control->tests[i].id > run->id))
			run = &control->tests[i];
	if (!run)
		return;
	run->report = *event;
	if (event->test.level_tenths_dbm0 > run->loudest_tenths_dbm0)
		run->loudest_tenths_dbm0 = event->test.level_tenths_dbm0;
}

/* ---- in words ---- */

static void level_words(const struct line_test_run *run, char *text, size_t size)
{
	int level = run->loudest_tenths_dbm0;

	if (level == INT16_MIN)
		snprintf(text, size, "%s", run->phone && !run->lifted ? "lift the telephone" : "nothing measured yet");
	else if (level <= -700)
		snprintf(text, size, "nothing received");
	else
		snprintf(text, size, "loudest second received: %s%d.%d dBm0", level < 0 ? "-" : "",
		         (level < 0 ? -level : level) / 10, (level < 0 ? -level : level) % 10);
}

static void bit_error_words(const struct line_test_run *run, char *text, size_t size)
{
	uint64_t bits = run->report.test.bits, errors = run->report.test.errors;

	if (bits == 0)
		snprintf(text, size, "the test pattern does not come back: loop the channel at the far end");
	else
		snprintf(text, size, "%" PRIu64 " bits, %" PRIu64 " errors, pattern lost %u times%s", bits, errors,
		         run->report.test.losses, run->report.test.synchronised ? "" : ", not there now");
}

static void words(const struct line_test_run *run, char *text, size_t size)
{
	switch (run->wanted.kind) {
	case CONTROL_TEST_RING:
		if (run->lifted)
			snprintf(text, size, "lifted after %u.%u s: bell and hook work",
			         (unsigned)((run->ended_us - run->began_us) / US_PER_S),
			         (unsigned)((run->ended_us - run->began_us) / (100 * US_PER_MS) % 10));
		else
			snprintf(text, size, run->running ? "ringing: lift the telephone" : "rang, was not lifted");
		break;
	case CONTROL_TEST_HOOK:
		snprintf(text, size, "lifted %u, hung up %u, flashed %u times; digits: %s", run->lifted, run->hung_up,
		         run->flashes, run->digits[0] ? run->digits : "none");
		break;
	case CONTROL_TEST_BIT_ERRORS:
		bit_error_words(run, text, size);
		break;
	case CONTROL_TEST_LOOP_LOCAL:
	case CONTROL_TEST_LOOP_LINE:
	case CONTROL_TEST_LOOP_PAYLOAD:
	case CONTROL_TEST_LOOP_REMOTE:
	case CONTROL_TEST_BERT:
	case CONTROL_TEST_ALARM:
		span_test_words(run, text, size);
		break;
	default:
		level_words(run, text, size);
		break;
	}
}

void line_tests_view(const struct control *control, struct control_view *view)
{
	uint32_t below = UINT32_MAX;

	for (view->test_count = 0; view->test_count < CONTROL_TESTS_MAX; view->test_count++) {
		const struct line_test_run *newest = NULL;
		struct control_test_view *out = &view->tests[view->test_count];
		unsigned i;

		for (i = 0; i < CONTROL_TESTS_MAX; i++)
			if (control->tests[i].id && control->tests[i].id < below &&
			    (!newest || control->tests[i].id > newest->id))
				newest = &control->tests[i];
		if (!newest)
			return;
		below = newest->id;
		*out = (struct control_test_view){.id = newest->id,
		                                  .test = newest->wanted,
		                                  .running = newest->running,
		                                  .since_us = newest->began_wall_us};
		out->lasted_ms =
		    (uint32_t)(((newest->running ? control->now_us : newest->ended_us) - newest->began_us) / US_PER_MS);
		words(newest, out->text, sizeof(out->text));
	}
}
