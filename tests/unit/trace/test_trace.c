/* The keeper: rings that wrap, whose frames they are, ladders, filters, the flight recorder's triggers and files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "config_limits.h"
#include "tests/unit/scratch.h"
#include "trace/flight.h"

static struct trace *trace;
static uint64_t now_us;
static char folder[64];
static int write_error;
static unsigned writes;
static const struct trace_line line = {.span = 1, .variant = DECODE_ETSI};

static int write_file(const char *path, const void *bytes, size_t count)
{
	writes++;
	FILE *file = write_error ? NULL : fopen(path, "wb");
	if (!file)
		return write_error ? write_error : -errno;
	size_t done = count ? fwrite(bytes, count, 1, file) : 1;
	return fclose(file) || done != 1 ? -EIO : 0;
}

static int set_up(void **state)
{
	struct fault fault = {""};
	now_us = US_PER_S;
	write_error = 0;
	writes = 0;
	if (!scratch_new(folder, sizeof(folder), "trace") || trace_new(&trace, NULL, &fault))
		return -1;
	return flight_open(trace, folder, write_file, &fault);
}

static int tear_down(void **state)
{
	char command[100];
	trace_free(trace);
	for (unsigned id = 0; id < 60; id++) {
		snprintf(command, sizeof(command), "%s/%u.pcap", folder, id);
		unlink(command);
	}
	snprintf(command, sizeof(command), "%s/index", folder);
	unlink(command);
	return rmdir(folder);
}

/* An I-frame with a message: call reference, type and what follows. */
static void frame(bool sent, unsigned reference, bool to_caller, uint8_t type, const void *more, size_t count)
{
	uint8_t bytes[TRACE_FRAME_BYTES] = {0x02, 0x01, 0, 0, 8, 2};
	bytes[6] = (uint8_t)((to_caller ? 0x80 : 0) | reference >> 8);
	bytes[7] = (uint8_t)reference;
	bytes[8] = type;
	assert_true(count + 9 <= sizeof(bytes));
	if (count)
		memcpy(bytes + 9, more, count);
	trace_frame(trace, &line, sent, bytes, count + 9, now_us);
}

static void setup_from(unsigned reference, const char *number)
{
	uint8_t more[40] = {0x6c, (uint8_t)(strlen(number) + 2), 0x21, 0x83};
	memcpy(more + 4, number, strlen(number));
	frame(false, reference, false, 0x05, more, strlen(number) + 4);
}

static void cleared(unsigned reference, uint8_t cause)
{
	const uint8_t more[] = {0x08, 0x02, 0x82, (uint8_t)(0x80 | cause)};
	frame(false, reference, false, 0x45, more, sizeof(more));
}

static void step(uint64_t ms)
{
	now_us += ms * US_PER_MS;
	trace_step(trace, now_us);
}

struct seen {
	uint32_t count;
	uint64_t last;
	struct trace_kept kept[8];
	unsigned sum;
};

/* Every octet of a display is its number: a frame that was written over is noticed. */
static bool intact(void *user, const struct trace_kept *kept)
{
	struct seen *seen = user;
	assert_true(kept->sequence > seen->last);
	seen->last = kept->sequence;
	for (unsigned i = 12; i < kept->count; i++)
		assert_int_equal(kept->bytes[i], kept->bytes[11]);
	seen->count++;
	return true;
}

static void rings_wrap(void **state)
{
	uint8_t more[260] = {0x28};
	struct seen seen = {0};
	uint32_t kept;
	uint64_t ever, total = CONFIG_TRACE_FRAMES * 3 + 77;
	for (unsigned i = 0; i < total; i++) {
		size_t length =
		    i < total / 2 ? i * 7 % 40 : 60 + i * 11 % 190; /* first the entries are few, then the octets */
		more[1] = (uint8_t)length;
		memset(more + 2, (int)(i & 0x7f), length);
		frame(i & 1, 1, false, 0x7b, more, length + 2);
		step(0);
	}
	trace_span_counts(trace, 1, &kept, &ever);
	assert_int_equal(ever, total);
	assert_in_range(kept, 500, CONFIG_TRACE_FRAMES);
	trace_each(trace, 1, 0, intact, &seen);
	assert_int_equal(seen.count, kept);
	assert_int_equal(seen.last, trace_newest(trace));
	seen = (struct seen){.last = trace_newest(trace) - 5};
	trace_each(trace, 0, seen.last, intact, &seen);
	assert_int_equal(seen.count, 5);
	assert_int_equal(trace_lost(trace), 0);
}

/* Nobody takes the frames: the mailbox fills, the rest is counted, control never waits. */
static void overflow_is_counted(void **state)
{
	for (unsigned i = 0; i < 5000; i++)
		frame(false, 1, false, 0x7b, NULL, 0);
	assert_in_range(trace_lost(trace), 1, 4999);
	uint64_t lost = trace_lost(trace);
	uint32_t kept;
	uint64_t ever;
	step(0);
	trace_span_counts(trace, 1, &kept, &ever);
	assert_int_equal(ever + lost, 5000);
}

static bool gather(void *user, const struct trace_kept *kept)
{
	struct seen *seen = user;
	assert_true(seen->count < ARRAY_SIZE(seen->kept));
	seen->kept[seen->count++] = *kept;
	return true;
}

static void frames_find_their_call(void **state)
{
	struct seen seen = {0};
	unsigned count, dropped;
	setup_from(5, "111");
	frame(true, 5, true, 0x02, NULL, 0);
	setup_from(6, "222");
	trace_bind(trace, 1, 5, 70, TRACE_A);
	frame(true, 5, true, 0x07, NULL, 0);
	cleared(5, 16);
	setup_from(5, "333"); /* the call reference is used again */
	trace_bind(trace, 1, 5, 71, TRACE_A);
	step(0);
	trace_each(trace, 1, 0, gather, &seen);
	static const uint32_t calls[] = {70, 70, 0, 70, 70, 71};
	assert_int_equal(seen.count, ARRAY_SIZE(calls));
	for (unsigned i = 0; i < seen.count; i++)
		assert_int_equal(seen.kept[i].call, calls[i]);
	const struct trace_event *events = trace_events(trace, 70, &count, &dropped);
	assert_non_null(events);
	assert_int_equal(count, 4);
	assert_string_equal(events[0].text, "SETUP from 111");
	assert_int_equal(events[0].way, TRACE_IN);
	assert_int_equal(events[1].way, TRACE_OUT);
	assert_string_equal(events[3].text, "DISCONNECT, cause 16 normal call clearing");
	assert_null(trace_events(trace, 72, &count, &dropped));
}

/* What is known late stands where it happened; what has no room is counted; old calls give way. */
static void ladders(void **state)
{
	struct trace_event note = {.kind = TRACE_ROUTE, .text = "goes to queue sales"};
	unsigned count, dropped;
	setup_from(5, "111");
	trace_note(trace, 9, &note);
	trace_bind(trace, 1, 5, 9, TRACE_A);
	step(0);
	const struct trace_event *events = trace_events(trace, 9, &count, &dropped);
	assert_int_equal(count, 2);
	assert_string_equal(events[0].text, "SETUP from 111");
	assert_string_equal(events[1].text, "goes to queue sales");
	for (unsigned i = 0; i < TRACE_EVENTS_MAX; i++)
		trace_note(trace, 9, &note);
	step(0);
	trace_events(trace, 9, &count, &dropped);
	assert_int_equal(count, TRACE_EVENTS_MAX);
	assert_int_equal(dropped, 2);
	trace_note(trace, 9 + CONFIG_TRACE_CALLS, &note);
	trace_note(trace, 9, &note); /* too late: its place is a younger call's */
	step(0);
	assert_null(trace_events(trace, 9, &count, &dropped));
	assert_non_null(trace_events(trace, 9 + CONFIG_TRACE_CALLS, &count, &dropped));
	assert_int_equal(count, 1);
}

static unsigned taken(struct trace_filter *filter)
{
	struct seen seen = {0};
	struct decoded decoded;
	unsigned count = 0;
	trace_each(trace, 0, 0, gather, &seen);
	for (unsigned i = 0; i < seen.count; i++) {
		decode_frame(&decoded, seen.kept[i].bytes, seen.kept[i].count, true, DECODE_ETSI);
		count += trace_filter_takes(filter, &seen.kept[i], &decoded);
	}
	return count;
}

static void filters(void **state)
{
	setup_from(5, "2125550123");
	setup_from(6, "3035550000");
	frame(true, 5, true, 0x07, NULL, 0);
	frame(true, 6, true, 0x07, NULL, 0);
	cleared(5, 16);
	setup_from(5, "4045550000"); /* another caller by now */
	step(0);
	assert_int_equal(taken(&(struct trace_filter){.of = TRACE_OF_NUMBER, .number = "2125550123"}), 3);
	assert_int_equal(taken(&(struct trace_filter){.of = TRACE_OF_NUMBER, .number = "5550123"}), 3);
	assert_int_equal(taken(&(struct trace_filter){.of = TRACE_OF_NUMBER, .number = "0012125550123"}), 3);
	assert_int_equal(taken(&(struct trace_filter){.of = TRACE_OF_NUMBER, .number = "999"}), 0);
	assert_int_equal(taken(&(struct trace_filter){.of = TRACE_OF_SPAN, .span = 1}), 6);
	assert_int_equal(taken(&(struct trace_filter){.of = TRACE_OF_SPAN, .span = 2}), 0);
	assert_int_equal(taken(&(struct trace_filter){.of = TRACE_OF_CALL, .call = 0}), 0);
}

static const struct flight_record *newest(unsigned expected)
{
	unsigned count;
	uint64_t suppressed;
	const struct flight_record *records = flight_records(trace, &count, &suppressed);
	assert_int_equal(count, expected);
	return count ? &records[count - 1] : NULL;
}

static void one_call(uint8_t cause, uint64_t ms)
{
	setup_from(5, "111");
	frame(true, 5, true, 0x07, NULL, 0);
	step(ms);
	cleared(5, cause);
	step(5000);
}

static void triggers(void **state)
{
	struct flight_settings settings;
	flight_settings_initial(&settings);
	settings.pause_ms = 0;
	flight_configure(trace, &settings);
	one_call(16, 5000);
	newest(0); /* as it should be */
	one_call(17, 100);
	newest(0); /* busy callers clear soon */
	one_call(16, 1500);
	assert_int_equal(newest(1)->trigger, TRIGGER_SHORT_CALL);
	one_call(38, 5000);
	assert_int_equal(newest(2)->trigger, TRIGGER_CAUSE);
	assert_non_null(strstr(newest(2)->text, "cause 38 network out of order"));
	one_call(102, 5000);
	assert_int_equal(newest(3)->trigger, TRIGGER_TIMER);
	one_call(96, 5000);
	assert_int_equal(newest(4)->trigger, TRIGGER_PROTOCOL);
	trace_trouble(trace, 1, 12, TRIGGER_DCHANNEL, now_us, "the D channel went down");
	step(2000);
	assert_int_equal(newest(5)->trigger, TRIGGER_DCHANNEL);
	assert_int_equal(newest(5)->call, 12);
	settings.on[TRIGGER_CAUSE] = false;
	settings.expected_cause[38] = true;
	flight_configure(trace, &settings);
	one_call(38, 5000);
	one_call(41, 5000);
	newest(5);
}

/* The frames after the trigger are in the file; then there is a pause, in which triggers are only counted. */
static void a_pause_follows(void **state)
{
	unsigned count;
	uint64_t suppressed;
	setup_from(5, "111");
	step(5000);
	cleared(5, 41);
	step(100);
	assert_int_equal(writes, 0);
	frame(true, 5, true, 0x4d, NULL, 0);
	step(1000);
	assert_int_equal(newest(1)->frames, 3);
	one_call(41, 5000);
	newest(1);
	flight_records(trace, &count, &suppressed);
	assert_int_equal(suppressed, 1);
	step(60000);
	one_call(41, 5000);
	newest(2);
}

static bool count_one(void *user, const struct trace_kept *kept)
{
	unsigned *count = user;
	(*count)++;
	return true;
}

static void files(void **state)
{
	struct fault fault = {""};
	struct flight_settings settings;
	char path[100];
	uint32_t id;
	unsigned count = 0;
	setup_from(5, "111");
	step(0);
	write_error = -ENOSPC;
	assert_int_equal(flight_freeze(trace, "full", &id, &fault), -ENOSPC);
	newest(0);
	write_error = 0;
	assert_int_equal(flight_freeze(trace, "tab\tand\nline", &id, &fault), 0);
	assert_int_equal(flight_freeze(trace, "second", &id, &fault), 0);
	assert_int_equal(flight_read(trace, id, count_one, &count, &fault), 0);
	assert_int_equal(count, 1);
	/* as after a restart */
	trace_free(trace);
	assert_int_equal(trace_new(&trace, NULL, &fault), 0);
	assert_int_equal(flight_open(trace, folder, write_file, &fault), 0);
	assert_string_equal(newest(2)[-1].text, "tab and line");
	assert_string_equal(newest(2)->text, "second");
	/* a file that was cut, and one that is gone */
	snprintf(path, sizeof(path), "%s/%u.pcap", folder, id);
	assert_int_equal(truncate(path, 50), 0);
	assert_int_equal(flight_read(trace, id, count_one, &count, &fault), -EBADMSG);
	assert_int_equal(flight_read(trace, 999, count_one, &count, &fault), -ENOENT);
	flight_settings_initial(&settings);
	settings.keep = 2;
	flight_configure(trace, &settings);
	assert_int_equal(flight_freeze(trace, "third", &id, &fault), 0);
	assert_int_equal(id, 3);
	assert_string_equal(newest(2)[-1].text, "second");
	snprintf(path, sizeof(path), "%s/1.pcap", folder);
	assert_int_equal(access(path, F_OK), -1); /* the oldest went */
	unlink(path);
}

static void an_index_of_nonsense(void **state)
{
	static const char text[] =
	    "1\n\t\t\t\t\t\t\n9999999999\t1\t1\tcause\t1\t1\tx\n2\tx\t1\tcause\t1\t1\tx\n"
	    "3\t1\t77\tcause\t1\t1\tx\n4\t1\t1\tnothing\t1\t1\tx\n5\t1\t1\tcause\t1\t1\tno file\n";
	struct fault fault = {""};
	char path[100];
	uint32_t id;
	trace_free(trace);
	snprintf(path, sizeof(path), "%s/index", folder);
	assert_int_equal(write_file(path, text, sizeof(text) - 1), 0);
	assert_int_equal(trace_new(&trace, NULL, &fault), 0);
	assert_int_equal(flight_open(trace, folder, write_file, &fault), 0);
	newest(0);
	assert_int_equal(flight_freeze(trace, "", &id, &fault), 0);
	assert_int_equal(id, 6); /* an id is not used twice */
}

/* Without control's or the keeper's other half nothing happens. */
static void nothing_to_trace(void **state)
{
	struct trace_event note = {.kind = TRACE_ROUTE};
	trace_frame(NULL, &line, true, (const uint8_t *)"\0\1\3", 3, 0);
	trace_bind(NULL, 1, 1, 1, TRACE_A);
	trace_note(NULL, 1, &note);
	trace_trouble(NULL, 1, 1, TRIGGER_CAUSE, 0, "");
	trace_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(rings_wrap, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(overflow_is_counted, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(frames_find_their_call, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(ladders, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(filters, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(triggers, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_pause_follows, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(files, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(an_index_of_nonsense, set_up, tear_down),
	    cmocka_unit_test(nothing_to_trace),
	};
	clock_start(1);
	if (log_start(LOG_ERROR) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
