/* What control hears of: digits, ends, the driver's events, the clock; caller ID and digits sent; limits. */
#include "tests/unit/media/fixture.h"

#include <poll.h>

#include "base/mailbox.h"
#include "dsp/caller_id.h"
#include "dsp/dtmf_detector.h"
#include "dsp/dsp.h"

#define MS_PERIODS(ms) ((ms) / DRIVER_PERIOD_MS)

/* The digit 5 from "now" on, in the channel's law, for this many periods; then silence. */
static void dial_5(struct fixture *f, uint16_t channel, int periods)
{
	enum law law = driver_channel_span(channel) % 2 ? LAW_MULAW : LAW_ALAW;
	for (int p = 0; p < periods; p++) {
		int16_t low[PERIOD_SAMPLES], high[PERIOD_SAMPLES];
		sine(low, PERIOD_SAMPLES, 770, -10, (size_t)(p * PERIOD_SAMPLES));
		sine(high, PERIOD_SAMPLES, 1336, -10, (size_t)(p * PERIOD_SAMPLES));
		for (int i = 0; i < PERIOD_SAMPLES; i++)
			low[i] = (int16_t)(low[i] + high[i]);
		law_encode(law, f->driver.received[channel], low, PERIOD_SAMPLES);
		fixture_pass(f);
	}
	memset(f->driver.received[channel], fake_silence(channel), PERIOD_SAMPLES);
}

static void passes(struct fixture *f, int count)
{
	for (int i = 0; i < count; i++)
		fixture_pass(f);
}

static void test_digits(void **state)
{
	struct fixture *f = *state;
	fixture_open(f, US(1), true);
	fixture_open(f, EU(1), true);
	fixture_open(f, EU(2), false);
	fixture_bridge(f, US(1), EU(1), false);
	passes(f, 3);
	uint64_t start_us = clock_now_us();
	dial_5(f, EU(1), MS_PERIODS(80));
	dial_5(f, EU(2), MS_PERIODS(80));
	passes(f, MS_PERIODS(60));
	const struct media_event *begin = fixture_find(f, MEDIA_DTMF_BEGIN, EU(1));
	const struct media_event *end = fixture_find(f, MEDIA_DTMF_END, EU(1));
	assert_non_null(begin);
	assert_non_null(end);
	assert_int_equal(begin->digit, '5');
	assert_int_equal(end->digit, '5');
	assert_in_range(begin->at_us - start_us, 25000, 40000 + DRIVER_PERIOD_MS * 1000);
	assert_in_range(end->at_us - start_us, 80000, 125000);
	assert_int_equal(f->events, 2); /* US(1) hears itself alone; EU(2) does not listen */
}

static void test_listening_off_ends_the_digit(void **state)
{
	struct fixture *f = *state;
	fixture_open(f, US(1), true);
	dial_5(f, US(1), MS_PERIODS(60));
	fixture_simple(f, MEDIA_DTMF, US(1), false);
	dial_5(f, US(1), MS_PERIODS(60));
	assert_int_equal(fixture_count(f, MEDIA_DTMF_BEGIN, US(1)), 1);
	assert_int_equal(fixture_count(f, MEDIA_DTMF_END, US(1)), 1);
	struct media_status status;
	media_status(f->media, &status);
	assert_int_equal(status.listening, 0);
}

/* The hybrid sends our own dial tone back; the first digit must be heard over it. */
static void test_digit_over_our_dial_tone(void **state)
{
	struct fixture *f = *state;
	fixture_open(f, US(1), true);
	fixture_tone(f, US(1), MEDIA_TONE_DIAL);
	for (int p = 0; p < MS_PERIODS(300); p++) {
		int16_t sum[PERIOD_SAMPLES], part[PERIOD_SAMPLES];
		size_t at = (size_t)(p * PERIOD_SAMPLES);
		static const double hz[4] = {350, 440, 770, 1336};
		memset(sum, 0, sizeof(sum));
		for (int t = 0; t < (p < MS_PERIODS(200) ? 2 : 4); t++) {
			sine(part, PERIOD_SAMPLES, hz[t], -10, at);
			for (int i = 0; i < PERIOD_SAMPLES; i++)
				sum[i] = (int16_t)(sum[i] + part[i]);
		}
		law_encode(LAW_MULAW, f->driver.received[US(1)], sum, PERIOD_SAMPLES);
		fixture_pass(f);
	}
	assert_int_equal(fixture_count(f, MEDIA_DTMF_BEGIN, US(1)), 1);
	assert_int_equal(fixture_find(f, MEDIA_DTMF_BEGIN, US(1))->digit, '5');
}

static void test_send_digits(void **state)
{
	static int16_t tape[PERIOD_SAMPLES * 200];
	struct fixture *f = *state;
	struct media_command command = {.type = MEDIA_SEND_DTMF, .channel = EU(1), .digits = "19#"};
	char heard[10] = "", now = '\0';
	struct dtmf_detector d;
	fixture_open(f, EU(1), false);
	fixture_send(f, command);
	fixture_record(f, EU(1), tape, MS_PERIODS(500));
	dtmf_detector_init(&d);
	for (int p = 0; p < MS_PERIODS(500); p++) {
		char digit = dtmf_detector_process(&d, tape + p * PERIOD_SAMPLES, PERIOD_SAMPLES);
		if (digit && digit != now)
			strncat(heard, &digit, 1);
		now = digit;
	}
	assert_string_equal(heard, "19#");
	/* 3 digits of 160 ms: over in the period that ends at 480 ms */
	assert_int_equal(fixture_find(f, MEDIA_DIGITS_DONE, EU(1))->at_us, 480000);
}

static struct media_command ann_calls(uint16_t channel)
{
	static const struct caller_id ann = {
	    .month = 11, .day = 21, .hour = 9, .minute = 45, .number = "2125550123", .name = "Ann Example"};
	struct media_command command = {.type = MEDIA_CALLER_ID, .channel = channel};
	command.caller_id.standard = MEDIA_CALLER_ID_BELL202;
	int bytes =
	    caller_id_build(CALLER_ID_BELL202, &ann, command.caller_id.message, sizeof(command.caller_id.message));
	assert_true(bytes > 0);
	command.caller_id.bytes = (uint16_t)bytes;
	return command;
}

/* A channel that nobody opened: half a second of silence, then the burst, as minimodem reads it. */
static void test_caller_id(void **state)
{
	static int16_t tape[PERIOD_SAMPLES * TAPE_PERIODS];
	struct fixture *f = *state;
	char path[] = "/tmp/belfry-cid-XXXXXX", line[200], heard[1000];
	fixture_send(f, ann_calls(US(1)));
	fixture_record(f, US(1), tape, MS_PERIODS(1500));
	for (int i = 0; i < 500 * 8; i++)
		assert_int_equal(tape[i], 0);
	/* 250 ms of seizure, then 150 ms of mark */
	assert_true(fabs(measure_dbm0(tape + 790 * 8, 80 * 8, 1200) + 14) < 1.5);
	assert_int_equal(fixture_count(f, MEDIA_CALLER_ID_DONE, US(1)), 1);
	assert_in_range(fixture_find(f, MEDIA_CALLER_ID_DONE, US(1))->at_us, 1200000, 1280000);
	assert_false(f->driver.used[US(1)]);

	FILE *probe = popen("command -v minimodem", "r");
	bool there = probe && fgetc(probe) != EOF;
	if (probe)
		pclose(probe);
	if (!there)
		skip();
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	size_t bytes = (size_t)(MS_PERIODS(1500) * PERIOD_SAMPLES) * sizeof(tape[0]);
	assert_int_equal(write(fd, tape, bytes), bytes);
	close(fd);
	snprintf(line, sizeof(line),
	         "sox -t raw -r 8000 -e signed -b 16 -c 1 %s -t wav - | "
	         "minimodem --rx --quiet -f /dev/stdin callerid 2>/dev/null",
	         path);
	FILE *pipe = popen(line, "r");
	assert_non_null(pipe);
	heard[fread(heard, 1, sizeof(heard) - 1, pipe)] = '\0';
	pclose(pipe);
	unlink(path);
	assert_non_null(strstr(heard, "Phone: 212-555-0123"));
	assert_non_null(strstr(heard, "Name:  Ann Example"));
}

/* Lifted in the middle of the burst: not a sample more, and whoever waits is told. */
static void test_caller_id_stops_when_lifted(void **state)
{
	struct fixture *f = *state;
	fixture_send(f, ann_calls(US(1)));
	passes(f, MS_PERIODS(700));
	int silent = 0;
	for (int i = 0; i < PERIOD_SAMPLES; i++)
		silent += f->driver.transmitted[US(1)][i] == 0xff;
	assert_true(silent < PERIOD_SAMPLES / 2);
	fake_event(&f->driver, DRIVER_OFF_HOOK, US(1));
	fixture_pass(f);
	for (int i = 0; i < PERIOD_SAMPLES; i++)
		assert_int_equal(f->driver.transmitted[US(1)][i], 0xff);
	assert_int_equal(fixture_count(f, MEDIA_CALLER_ID_DONE, US(1)), 1);
	assert_int_equal(fixture_count(f, MEDIA_DRIVER, US(1)), 1);
	/* and not at all into a telephone that is lifted */
	fixture_send(f, ann_calls(US(1)));
	passes(f, MS_PERIODS(700));
	assert_int_equal(fixture_count(f, MEDIA_CALLER_ID_DONE, US(1)), 2);
	for (int i = 0; i < PERIOD_SAMPLES; i++)
		assert_int_equal(f->driver.transmitted[US(1)][i], 0xff);
}

/* Britain rings twice in a row: the data waits for the long silence after the second burst. */
static void test_caller_id_waits_for_the_long_silence(void **state)
{
	static int16_t tape[PERIOD_SAMPLES * TAPE_PERIODS];
	struct fixture *f = *state;
	struct media_command idle = {.type = MEDIA_LINE, .channel = US(1)};
	int loud = 0;
	fixture_send(f, ann_calls(US(1)));
	fixture_record(f, US(1), tape, MS_PERIODS(200));
	fake_event(&f->driver, DRIVER_RINGER_ON, US(1));
	fixture_record(f, US(1), tape + 200 * 8, MS_PERIODS(400));
	fake_event(&f->driver, DRIVER_RINGER_OFF, US(1));
	fixture_record(f, US(1), tape + 600 * 8, MS_PERIODS(700));
	for (int i = 0; i < 1300 * 8; i++) {
		if (i < 1100 * 8)
			assert_int_equal(tape[i], 0);
		loud += abs(tape[i]) > 1000;
	}
	assert_true(loud > 180 * 8 / 2);
	/* The caller goes: ringing stops, and so does the data. */
	fixture_send(f, idle);
	fixture_pass(f);
	assert_int_equal(fixture_count(f, MEDIA_CALLER_ID_DONE, US(1)), 1);
	assert_int_equal(f->driver.transmitted[US(1)][PERIOD_SAMPLES / 2], 0xff);
	/* Data that runs into a ring is given up. */
	fixture_send(f, ann_calls(US(1)));
	passes(f, MS_PERIODS(700));
	fake_event(&f->driver, DRIVER_RINGER_ON, US(1));
	fixture_pass(f);
	assert_int_equal(fixture_count(f, MEDIA_CALLER_ID_DONE, US(1)), 2);
	assert_false(f->driver.used[US(1)]);
}

static void test_driver_events_and_line(void **state)
{
	struct fixture *f = *state;
	struct media_command ring = {.type = MEDIA_LINE, .channel = US(5)};
	ring.line.line = DRIVER_LINE_RING;
	ring.line.cadence.ms[0] = 2000, ring.line.cadence.ms[1] = 4000;
	fixture_send(f, ring);
	fake_event(&f->driver, DRIVER_FLASH, US(6));
	fake_event(&f->driver, DRIVER_PULSE_DIGIT, US(7));
	f->driver.event[1].digit = '7';
	fixture_pass(f);
	assert_int_equal(f->driver.line[US(5)], DRIVER_LINE_RING);
	assert_int_equal(f->driver.cadence[US(5)].ms[1], 4000);
	assert_int_equal(fixture_find(f, MEDIA_DRIVER, US(6))->driver.type, DRIVER_FLASH);
	assert_int_equal(fixture_find(f, MEDIA_DRIVER, US(7))->driver.digit, '7');
}

static void test_clock(void **state)
{
	static const char *const names[] = {"a", NULL}; /* 200 samples */
	struct fixture *f = *state;
	fixture_pass(f);
	assert_int_equal(clock_now_us(), DRIVER_PERIOD_MS * 1000);
	/* No span delivers: time goes on, told once; what plays comes to its end, so that no caller hangs on it. */
	fixture_open(f, US(1), false);
	fixture_send(f, fixture_play(f, US(1), 4, MEDIA_PLAY_ALONE, names));
	f->driver.next = 2;
	f->driver.elapsed_us = 30000;
	passes(f, 3);
	assert_int_equal(clock_now_us(), DRIVER_PERIOD_MS * 1000 + 90000);
	assert_int_equal(fixture_count(f, MEDIA_PLAY_DONE, US(1)), 0); /* the line may go on yet */
	f->driver.elapsed_us = 500000;
	passes(f, 1);
	f->driver.elapsed_us = 30000;
	passes(f, 1);
	assert_int_equal(clock_now_us(), DRIVER_PERIOD_MS * 1000 + 620000);
	assert_int_equal(fixture_count(f, MEDIA_NO_CLOCK, DRIVER_NO_CHANNEL), 1);
	assert_true(fixture_find(f, MEDIA_NO_CLOCK, DRIVER_NO_CHANNEL)->flag);
	assert_int_equal(fixture_count(f, MEDIA_PLAY_DONE, US(1)), 1);
	f->driver.next = 1;
	passes(f, 2);
	assert_int_equal(fixture_count(f, MEDIA_NO_CLOCK, DRIVER_NO_CHANNEL), 2);
	assert_int_equal(f->driver.ended, (int)f->passes);
	/* Nothing there: nothing happens, no command either. */
	f->driver.next = 0;
	assert_int_equal(media_pass(f->media, false), 0);
	f->driver.next = -EIO;
	assert_int_equal(media_pass(f->media, false), -EIO);
	f->driver.next = 1;
}

/* A line that was held up for a moment: what is heard goes on where it stopped, to the sample. */
static void test_held_up_line(void **state)
{
	static const char *const names[] = {"a", NULL}; /* 200 samples */
	struct fixture *f = *state;
	fixture_open(f, US(1), false);
	fixture_send(f, fixture_play(f, US(1), 4, MEDIA_PLAY_ALONE, names));
	fixture_pass(f);
	uint8_t first[PERIOD_SAMPLES], second[PERIOD_SAMPLES];
	memcpy(first, f->driver.transmitted[US(1)], sizeof(first));
	fixture_pass(f);
	memcpy(second, f->driver.transmitted[US(1)], sizeof(second));
	assert_memory_not_equal(first, second, sizeof(first));

	fixture_send(f, fixture_play(f, US(1), 5, MEDIA_PLAY_ALONE, names));
	fixture_pass(f);
	assert_memory_equal(f->driver.transmitted[US(1)], first, sizeof(first));
	f->driver.next = 2;
	f->driver.elapsed_us = 30000;
	passes(f, 16); /* 480 ms */
	f->driver.next = 1;
	f->driver.elapsed_us = DRIVER_PERIOD_MS * 1000;
	fixture_pass(f);
	assert_memory_equal(f->driver.transmitted[US(1)], second, sizeof(second));
}

static void test_bad_commands_are_refused(void **state)
{
	struct fixture *f = *state;
	struct media_status status;
	fixture_open(f, MEDIA_CHANNELS_MAX, true);
	fixture_open(f, DRIVER_NO_CHANNEL, true);
	fixture_open(f, US(1), false);
	fixture_bridge(f, US(1), US(1), false);
	fixture_bridge(f, US(1), US(2), false);
	fixture_bridge(f, US(1), DRIVER_NO_CHANNEL, true);
	fixture_tone(f, US(1), (enum media_tone)99);
	fixture_tone(f, US(3), MEDIA_TONE_BUSY);
	fixture_send(f, (struct media_command){.type = (enum media_command_type)99});
	fixture_send(f, (struct media_command){.type = MEDIA_COUNTRY});
	fixture_send(f, (struct media_command){.type = MEDIA_CALLER_ID,
	                                       .channel = US(1),
	                                       .caller_id = {.standard = MEDIA_CALLER_ID_NONE, .bytes = 10}});
	fixture_send(f, (struct media_command){.type = MEDIA_CALLER_ID,
	                                       .channel = US(1),
	                                       .caller_id = {.standard = MEDIA_CALLER_ID_V23, .bytes = 9999}});
	/* Stopping and closing what is not there is no fault. */
	fixture_simple(f, MEDIA_STOP, US(9), false);
	fixture_simple(f, MEDIA_UNBRIDGE, US(9), false);
	fixture_simple(f, MEDIA_CLOSE, US(9), false);
	fixture_pass(f);
	media_status(f->media, &status);
	assert_int_equal(status.commands_refused, 11);
	assert_int_equal(status.channels_open, 1);
	assert_int_equal(fixture_count(f, MEDIA_CALLER_ID_DONE, US(1)), 2);
}

static void test_command_mailbox_is_full(void **state)
{
	struct fixture *f = *state;
	struct media_command stop = {.type = MEDIA_STOP, .channel = US(1)};
	int error = 0, sent = 0;
	while ((error = media_send(f->media, &stop)) == 0 && sent < 100000)
		sent++;
	assert_int_equal(error, -ENOBUFS);
	struct media_status status;
	media_status(f->media, &status);
	assert_int_equal(status.commands_refused, 1);
	fixture_pass(f);
	assert_int_equal(media_send(f->media, &stop), 0);
}

/* Control asleep: hook events of the whole box, many times over, wait in their order; only beyond that are they lost.
 */
static void test_events_wait_for_control(void **state)
{
	struct fixture *f = *state;
	struct media_event event;
	struct media_status status;
	const int rounds = 6 * DRIVER_CHANNELS_MAX / FAKE_EVENTS_MAX;
	for (int r = 0; r < rounds; r++) {
		for (int i = 0; i < FAKE_EVENTS_MAX; i++) {
			fake_event(&f->driver, DRIVER_FLASH, US(1));
			f->driver.event[i].alarms = (uint32_t)(r * FAKE_EVENTS_MAX + i);
		}
		assert_int_equal(media_pass(f->media, false), 1);
	}
	media_status(f->media, &status);
	assert_int_equal(status.events_lost, 0);
	fake_event(&f->driver, DRIVER_FLASH, US(1));
	assert_int_equal(media_pass(f->media, false), 1);
	media_status(f->media, &status);
	assert_int_equal(status.events_lost, 1);
	uint32_t next = 0;
	for (int i = 0; i < 10; i++) {
		while (media_next_event(f->media, &event))
			assert_int_equal(event.driver.alarms, next++);
		assert_int_equal(media_pass(f->media, false), 1);
	}
	assert_int_equal(next, 6 * DRIVER_CHANNELS_MAX);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_digits),
	    TEST(test_listening_off_ends_the_digit),
	    TEST(test_digit_over_our_dial_tone),
	    TEST(test_send_digits),
	    TEST(test_caller_id),
	    TEST(test_caller_id_stops_when_lifted),
	    TEST(test_caller_id_waits_for_the_long_silence),
	    TEST(test_driver_events_and_line),
	    TEST(test_clock),
	    TEST(test_held_up_line),
	    TEST(test_bad_commands_are_refused),
	    TEST(test_command_mailbox_is_full),
	    TEST(test_events_wait_for_control),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
