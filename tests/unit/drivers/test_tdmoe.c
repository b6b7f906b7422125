/* The tdmoe driver over a real socket pair, the far end made from WIRE.md by wire.h. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "drivers/driver.h"
#include "tests/unit/drivers/wire.h"

#define FRAMES         (DRIVER_PERIOD_SAMPLES / 8)
#define SECOND_PERIODS (1000 / DRIVER_PERIOD_MS)

static struct {
	char folder[64], ours[100], theirs[100];
	int fd; /* the lab's socket */
	struct sockaddr_un to;
	struct span_driver *driver;
	struct wire_message message;
	uint8_t answer[WIRE_BYTES];
	size_t answer_bytes;
	uint64_t sample_clock;
	uint16_t sequence[CONFIG_SPANS_MAX + 1];
} t;

static const struct driver_span e1 = {
    .span = 1, .type = SPAN_E1, .use = SPAN_USE_PRI, .law = SPAN_ALAW, .clock_rank = 1};
static const struct driver_span phones = {
    .span = 2, .type = SPAN_T1, .use = SPAN_USE_FXS, .law = SPAN_MULAW, .flash_min_ms = 200, .flash_max_ms = 1000};

static void address(struct sockaddr_un *a, const char *path)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	strncpy(a->sun_path, path, sizeof(a->sun_path) - 1);
}

static void open_driver(bool virtual_time)
{
	struct driver_settings settings = {
	    .name = "tdmoe", .local_socket = t.ours, .remote_socket = t.theirs, .virtual_time = virtual_time};
	struct fault fault = {""};

	assert_int_equal(driver_open(&settings, &t.driver, &fault), 0);
}

static int set_up(void **state)
{
	struct sockaddr_un mine;
	int large = 1 << 20;

	memset(&t, 0, sizeof(t));
	clock_start(1);
	snprintf(t.folder, sizeof(t.folder), "/tmp/belfry-tdmoe-XXXXXX");
	assert_non_null(mkdtemp(t.folder));
	snprintf(t.ours, sizeof(t.ours), "%s/box", t.folder);
	snprintf(t.theirs, sizeof(t.theirs), "%s/lab", t.folder);
	address(&mine, t.theirs);
	address(&t.to, t.ours);
	t.fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	setsockopt(t.fd, SOL_SOCKET, SO_SNDBUF, &large, sizeof(large));
	assert_int_equal(bind(t.fd, (struct sockaddr *)&mine, sizeof(mine)), 0);
	open_driver(true);
	return 0;
}

static int tear_down(void **state)
{
	char lock[120];

	driver_close(t.driver);
	close(t.fd);
	unlink(t.theirs);
	snprintf(lock, sizeof(lock), "%s.lock", t.ours);
	unlink(lock);
	assert_int_equal(rmdir(t.folder), 0); /* the driver has removed its socket */
	return 0;
}

static void start(const struct driver_span *span)
{
	struct fault fault = {""};

	assert_int_equal(driver_span_start(t.driver, span, &fault), 0);
}

static void send_message(const void *bytes, size_t count)
{
	assert_int_equal(sendto(t.fd, bytes, count, 0, (struct sockaddr *)&t.to, sizeof(t.to)), count);
}

/* Runs one period with the message that has been made; the answer is left in t.answer. */
static int run_message(void)
{
	uint64_t elapsed = 0;

	send_message(t.message.byte, t.message.bytes);
	int result = driver_period_begin(t.driver, &elapsed);

	if (result > 0) {
		assert_int_equal(elapsed, DRIVER_PERIOD_MS * 1000);
		clock_advance_us(elapsed);
		t.sample_clock += DRIVER_PERIOD_SAMPLES;
	}
	return result;
}

static void take_answer(void)
{
	ssize_t bytes = recv(t.fd, t.answer, sizeof(t.answer), MSG_DONTWAIT);

	assert_true(bytes > 0);
	t.answer_bytes = (size_t)bytes;
}

static void begin(void)
{
	wire_begin(&t.message, t.sample_clock, DRIVER_PERIOD_SAMPLES);
}

/* A frame of the span whose sample j on channel k (from 0) is a function of its sequence number. */
static uint8_t sample(unsigned sequence, unsigned channel, unsigned j)
{
	return (uint8_t)(sequence * 8 + j + channel * 3);
}

static void frame_make(struct wire_frame *f, unsigned span, unsigned channels, unsigned sequence)
{
	memset(f, 0, sizeof(*f));
	f->span = span;
	f->channels = channels;
	f->flags = 2;
	f->sequence = sequence & 0xffff;
	for (unsigned k = 0; k < channels; k++)
		for (unsigned j = 0; j < 8; j++)
			f->samples[k][j] = sample(sequence & 0xffff, k, j);
}

static uint8_t *add(unsigned span, unsigned channels, unsigned sequence, unsigned flags)
{
	struct wire_frame f;

	frame_make(&f, span, channels, sequence);
	f.flags = flags;
	return wire_add(&t.message, &f);
}

/* A whole, good period of the E1 span. */
static int good_period(void)
{
	begin();
	for (unsigned k = 0; k < FRAMES; k++)
		add(1, 31, t.sequence[1]++, 2);
	return run_message();
}

static void end_period(void)
{
	driver_period_end(t.driver, false);
	take_answer();
}

static struct driver_span_counters counters(unsigned span)
{
	struct driver_span_counters c;

	driver_span_counters(t.driver, span, &c);
	return c;
}

static void drop_events(void)
{
	struct driver_event event;

	while (driver_next_event(t.driver, &event))
		;
}

static bool saw_event(enum driver_event_type type, uint16_t channel, struct driver_event *out)
{
	while (driver_next_event(t.driver, out))
		if (out->type == type && out->channel == channel)
			return true;
	return false;
}

/* ---- samples both ways ---- */

static void samples_arrive_and_leave_where_they_belong(void **state)
{
	struct wire_frame f;
	unsigned sequence = 0;

	start(&e1);
	t.sequence[1] = 65530; /* over the wrap */
	for (unsigned period = 0; period < 3; period++) {
		unsigned first = t.sequence[1];

		assert_int_equal(good_period(), 1);
		for (unsigned slot = 1; slot <= 31; slot++)
			for (unsigned j = 0; slot != 16 && j < DRIVER_PERIOD_SAMPLES; j++)
				assert_int_equal(driver_receive(t.driver, driver_channel(1, slot))[j],
				                 sample((first + j / 8) & 0xffff, slot - 1, j % 8));
		for (unsigned j = 0; j < DRIVER_PERIOD_SAMPLES; j++)
			driver_transmit(t.driver, driver_channel(1, 7))[j] = (uint8_t)(j + period);
		end_period();
		assert_memory_equal(t.answer, "BTM1", 4);
		assert_int_equal(wire_read(t.answer + 4, 8), period * DRIVER_PERIOD_SAMPLES);
		assert_int_equal(wire_read(t.answer + 12, 2), DRIVER_PERIOD_SAMPLES);
		assert_int_equal(wire_read(t.answer + 14, 2), FRAMES);
		for (unsigned k = 0; k < FRAMES; k++) {
			assert_true(wire_frame_at(t.answer, t.answer_bytes, k, &f));
			assert_int_equal(f.span, 1);
			assert_int_equal(f.channels, 31);
			assert_int_equal(f.flags, 2);
			if (period + k > 0)
				assert_int_equal(f.sequence, (sequence + 1) & 0xffff);
			sequence = f.sequence;
			for (unsigned j = 0; j < 8; j++) {
				assert_int_equal(f.samples[6][j], (uint8_t)(k * 8 + j + period));
				assert_int_equal(f.samples[7][j], 0xd5);  /* A-law silence where nobody wrote */
				assert_int_equal(f.samples[15][j], 0x7e); /* flags on the D channel */
			}
		}
	}
	assert_int_equal(counters(1).frames_received, 3 * FRAMES);
	assert_int_equal(counters(1).frames_sent, 3 * FRAMES);
	assert_int_equal(counters(1).frames_lost + counters(1).frames_bad + counters(1).frames_late, 0);
}

static void several_spans_in_order_of_time_then_span(void **state)
{
	struct wire_frame f;

	start(&phones);
	start(&e1);
	begin();
	assert_int_equal(run_message(), 2); /* nothing on them yet, but we send */
	end_period();
	assert_int_equal(wire_read(t.answer + 14, 2), 2 * FRAMES);
	for (unsigned k = 0; k < 2 * FRAMES; k++) {
		assert_true(wire_frame_at(t.answer, t.answer_bytes, k, &f));
		assert_int_equal(f.span, 1 + k % 2);
		assert_int_equal(f.channels, k % 2 ? 24 : 31);
	}
	assert_false(wire_frame_at(t.answer, t.answer_bytes, 2 * FRAMES, &f));
}

static void deferred_answer_waits_for_the_flush(void **state)
{
	start(&e1);
	assert_int_equal(good_period(), 1);
	driver_period_end(t.driver, true);
	assert_int_equal(recv(t.fd, t.answer, sizeof(t.answer), MSG_DONTWAIT), -1);
	driver_period_flush(t.driver);
	take_answer();
	driver_period_flush(t.driver);
	assert_int_equal(recv(t.fd, t.answer, sizeof(t.answer), MSG_DONTWAIT), -1);
}

/* ---- loss, delay, duplicates ---- */

static void missing_frames_become_silence(void **state)
{
	start(&e1);
	good_period();
	end_period();
	begin();
	for (unsigned k = 0; k < FRAMES; k++, t.sequence[1]++)
		if (k != 2 && k != FRAMES - 1)
			add(1, 31, t.sequence[1], 2);
	assert_int_equal(run_message(), 1);
	const uint8_t *got = driver_receive(t.driver, driver_channel(1, 3));

	for (unsigned j = 0; j < DRIVER_PERIOD_SAMPLES; j++) {
		if (j / 8 == 2 || j / 8 == FRAMES - 1)
			assert_int_equal(got[j], 0xd5);
		else
			assert_int_equal(got[j], sample(FRAMES + j / 8, 2, j % 8));
	}
	assert_int_equal(counters(1).frames_lost, 2);
	end_period();
	good_period();
	end_period();
	assert_int_equal(counters(1).frames_lost, 2);
	assert_int_equal(counters(1).frames_received, 3 * FRAMES - 2);
}

static void duplicates_and_stragglers_are_dropped(void **state)
{
	start(&e1);
	good_period();
	end_period();
	begin();
	add(1, 31, 4, 2); /* again, from the last period */
	for (unsigned k = 0; k < FRAMES; k++, t.sequence[1]++)
		if (k != 5)
			add(1, 31, t.sequence[1], 2);
	add(1, 31, FRAMES + 3, 2); /* again, from this period */
	assert_int_equal(run_message(), 1);
	end_period();
	assert_int_equal(counters(1).frames_duplicate, 2);
	assert_int_equal(counters(1).frames_lost, 1);
	begin();
	add(1, 31, FRAMES + 5, 2); /* the one that was missing */
	for (unsigned k = 0; k < FRAMES; k++, t.sequence[1]++)
		add(1, 31, t.sequence[1], 2);
	assert_int_equal(run_message(), 1);
	assert_int_equal(driver_receive(t.driver, driver_channel(1, 3))[0], sample(2 * FRAMES, 2, 0));
	end_period();
	assert_int_equal(counters(1).frames_late, 1);
	assert_int_equal(counters(1).frames_duplicate, 2);
	assert_int_equal(counters(1).frames_lost, 1);
}

static void frames_out_of_order_within_a_period_are_put_in_order(void **state)
{
	start(&e1);
	good_period();
	end_period();
	begin();
	for (unsigned k = 0; k < FRAMES; k++)
		add(1, 31, FRAMES + (k ^ 1), 2);
	t.sequence[1] += FRAMES;
	assert_int_equal(run_message(), 1);
	for (unsigned j = 0; j < DRIVER_PERIOD_SAMPLES; j++)
		assert_int_equal(driver_receive(t.driver, driver_channel(1, 3))[j], sample(FRAMES + j / 8, 2, j % 8));
	end_period();
	assert_int_equal(counters(1).frames_lost, 0);
}

static void a_sender_that_begins_anew_is_followed(void **state)
{
	start(&e1);
	for (int i = 0; i < 5; i++) {
		good_period();
		end_period();
	}
	t.sequence[1] = 40000;
	good_period();
	assert_int_equal(driver_receive(t.driver, driver_channel(1, 3))[0], sample(40000, 2, 0));
	end_period();
	/* back by less than the window of late frames: the first period's frames are given up, then it is followed */
	t.sequence[1] = (uint16_t)(t.sequence[1] - 3 * FRAMES);
	good_period();
	end_period();
	unsigned first = t.sequence[1];
	uint64_t late = counters(1).frames_late;

	good_period();
	end_period();
	assert_int_equal(driver_receive(t.driver, driver_channel(1, 3))[0], sample(first, 2, 0));
	assert_int_equal(counters(1).frames_late, late);
}

/* ---- what must never crash ---- */

static void a_sender_that_paused_goes_on_at_once(void **state)
{
	start(&e1);
	good_period();
	end_period();
	for (int i = 0; i < 4; i++) {
		begin();
		run_message();
		end_period();
	}
	assert_int_equal(good_period(), 1);
	assert_int_equal(driver_receive(t.driver, driver_channel(1, 3))[0], sample(FRAMES, 2, 0));
	end_period();
	assert_int_equal(counters(1).frames_late, 0);
}

static void frames_that_lie_across_periods_find_their_place(void **state)
{
	start(&e1);
	/* the first three frames of the first period are lost: nobody can know where the period began */
	begin();
	for (unsigned k = 3; k < FRAMES; k++)
		add(1, 31, k, 2);
	t.sequence[1] = FRAMES;
	run_message();
	end_period();
	good_period();
	end_period();
	struct driver_span_counters before = counters(1);

	for (int i = 0; i < 10; i++) {
		unsigned first = t.sequence[1];

		good_period();
		assert_int_equal(driver_receive(t.driver, driver_channel(1, 3))[0], sample(first, 2, 0));
		end_period();
	}
	assert_int_equal(counters(1).frames_late, before.frames_late);
	assert_int_equal(counters(1).frames_lost, before.frames_lost);
}

static void hostile_messages(void **state)
{
	uint64_t elapsed;
	static uint8_t junk[70000];

	start(&e1);
	good_period();
	end_period();
	memset(junk, 0xa5, sizeof(junk));
	for (size_t bytes = 0; bytes < 20; bytes++) {
		send_message("BTM1\0\0\0\0\0\0\0\0\0\x50\xff\xff\xff\xff\0\0", bytes);
		int result = driver_period_begin(t.driver, &elapsed);

		assert_true(result >= 0);
		if (result > 0)
			end_period();
	}
	send_message(junk, sizeof(junk));
	assert_int_equal(driver_period_begin(t.driver, &elapsed), 0);
	/* another period length than ours */
	wire_begin(&t.message, 0, DRIVER_PERIOD_SAMPLES + 8);
	send_message(t.message.byte, t.message.bytes);
	assert_int_equal(driver_period_begin(t.driver, &elapsed), 0);
	assert_int_equal(good_period(), 1);
	end_period();
}

static void hostile_frames_are_counted_on_their_span(void **state)
{
	struct wire_frame f;
	uint64_t lost;

	start(&e1);
	good_period();
	end_period();
	lost = counters(1).frames_lost;
	begin();
	add(1, 24, t.sequence[1], 2);           /* a T1 frame on an E1 span */
	add(1, 31, t.sequence[1], 2)[16] = 9;   /* samples a channel */
	add(1, 31, t.sequence[1], 2)[21] = 200; /* channel count beyond the frame */
	add(1, 31, t.sequence[1], 2)[17] = 0;   /* length does not fit: signalling bits denied */
	add(1, 31, t.sequence[1], 2)[12] = 8;   /* ethertype: not even a span to be told */
	frame_make(&f, 999, 31, 0);
	wire_add(&t.message, &f); /* a span that nobody has */
	frame_make(&f, 3, 31, 0);
	wire_add(&t.message, &f); /* a span that is not started */
	for (unsigned k = 0; k < FRAMES; k++)
		add(1, 31, t.sequence[1]++, 2);
	assert_int_equal(run_message(), 1);
	end_period();
	assert_int_equal(counters(1).frames_bad, 4);
	assert_int_equal(counters(1).frames_lost, lost);
	assert_int_equal(counters(3).frames_bad, 0);
}

static void every_truncation_of_a_message(void **state)
{
	start(&e1);
	good_period();
	end_period();
	size_t whole;

	begin();
	for (unsigned k = 0; k < FRAMES; k++)
		add(1, 31, t.sequence[1] + k, 2);
	whole = t.message.bytes;
	for (size_t bytes = 16; bytes < whole; bytes += 7) {
		begin();
		for (unsigned k = 0; k < FRAMES; k++)
			add(1, 31, t.sequence[1]++, 2);
		t.message.bytes = bytes;
		assert_true(run_message() > 0);
		end_period();
	}
	assert_true(counters(1).frames_bad > 0);
}

/* ---- alarms and the clock ---- */

static int empty_period(void)
{
	begin();
	int result = run_message();

	driver_period_end(t.driver, false);
	take_answer();
	return result;
}

static void red_after_a_second_yellow_sent_and_cleared(void **state)
{
	struct driver_event event;
	struct wire_frame f;

	start(&e1);
	assert_int_equal(driver_span_alarms(t.driver, 1), SPAN_ALARM_NOT_OPEN);
	good_period();
	end_period();
	assert_true(saw_event(DRIVER_ALARM, driver_channel(1, 0), &event));
	assert_int_equal(event.alarms, 0);
	for (int i = 0; i < SECOND_PERIODS - 1; i++)
		empty_period();
	assert_int_equal(driver_span_alarms(t.driver, 1), 0);
	empty_period();
	assert_int_equal(driver_span_alarms(t.driver, 1), SPAN_ALARM_RED);
	assert_true(saw_event(DRIVER_ALARM, driver_channel(1, 0), &event));
	assert_int_equal(event.alarms, SPAN_ALARM_RED);
	assert_int_equal(event.at_us, (SECOND_PERIODS + 1) * DRIVER_PERIOD_MS * 1000);
	assert_true(wire_frame_at(t.answer, t.answer_bytes, 0, &f));
	assert_int_equal(f.flags & 1, 1);
	for (int i = 0; i < SECOND_PERIODS - 1; i++) {
		good_period();
		end_period();
	}
	assert_true(driver_span_alarms(t.driver, 1) & SPAN_ALARM_RED);
	good_period();
	end_period();
	assert_int_equal(driver_span_alarms(t.driver, 1), 0);
	assert_true(wire_frame_at(t.answer, t.answer_bytes, 0, &f));
	assert_int_equal(f.flags & 1, 0);
}

static void yellow_and_loopback_come_from_the_flags(void **state)
{
	start(&e1);
	begin();
	for (unsigned k = 0; k < FRAMES; k++)
		add(1, 31, t.sequence[1]++, 2 | 1);
	run_message();
	end_period();
	assert_int_equal(driver_span_alarms(t.driver, 1), SPAN_ALARM_YELLOW);
	begin();
	for (unsigned k = 0; k < FRAMES; k++)
		add(1, 31, t.sequence[1]++, 4);
	run_message();
	end_period();
	assert_int_equal(driver_span_alarms(t.driver, 1), SPAN_ALARM_LOOPBACK);
	good_period();
	end_period();
	assert_int_equal(driver_span_alarms(t.driver, 1), 0);
}

static void clock_source_is_the_best_span_that_delivers(void **state)
{
	struct driver_span second = e1, first = e1;
	struct driver_event event;

	second.span = 2;
	second.clock_rank = 1;
	first.clock_rank = 2;
	start(&first);
	start(&second);
	good_period();
	end_period();
	assert_int_equal(driver_clock_source(t.driver), 1);
	drop_events();
	begin();
	for (unsigned k = 0; k < FRAMES; k++) {
		add(1, 31, t.sequence[1]++, 2);
		add(2, 31, t.sequence[2]++, 2);
	}
	run_message();
	end_period();
	assert_int_equal(driver_clock_source(t.driver), 2);
	assert_true(saw_event(DRIVER_CLOCK_SOURCE, driver_channel(2, 0), &event));
	for (int i = 0; i < CLOCK_HOLDOVER_PERIODS; i++) {
		good_period();
		end_period();
	}
	assert_int_equal(driver_clock_source(t.driver), 1);
	driver_span_stop(t.driver, 1);
	good_period();
	end_period();
	assert_int_equal(driver_clock_source(t.driver), 0);
	assert_true(saw_event(DRIVER_CLOCK_SOURCE, DRIVER_NO_CHANNEL, &event));
}

static void time_goes_on_by_the_message_when_no_span_delivers(void **state)
{
	uint64_t elapsed;

	assert_int_equal(driver_period_begin(t.driver, &elapsed), 0); /* virtual time: no message, no time */
	assert_int_equal(empty_period(), 2);                          /* no span at all */
	start(&e1);
	assert_int_equal(good_period(), 1);
	end_period();
	for (int i = 1; i < CLOCK_HOLDOVER_PERIODS; i++)
		assert_int_equal(empty_period(), 1);
	assert_int_equal(empty_period(), 2);
	assert_int_equal(empty_period(), 2);
	assert_int_equal(good_period(), 1);
	end_period();
	assert_int_equal(clock_now_us(), (CLOCK_HOLDOVER_PERIODS + 4) * DRIVER_PERIOD_MS * 1000);
}

static void a_stopped_span_sends_nothing(void **state)
{
	struct driver_span out;

	start(&e1);
	good_period();
	assert_true(driver_span_running(t.driver, 1, &out));
	assert_int_equal(out.law, SPAN_ALAW);
	end_period();
	driver_span_stop(t.driver, 1);
	begin();
	run_message();
	driver_period_end(t.driver, false);
	take_answer();
	assert_int_equal(t.answer_bytes, 16);
	assert_false(driver_span_running(t.driver, 1, &out));
	assert_int_equal(driver_span_alarms(t.driver, 1), SPAN_ALARM_NOT_OPEN);
	assert_int_equal(driver_dchannel_send(t.driver, 1, (const uint8_t *)"abc", 3), -ENETDOWN);
}

/* ---- D channel ---- */

/* One frame as line octets, made bit by bit: flag, octets from the lowest bit with zeros inserted, FCS, flag. */
static size_t line_make(uint8_t *line, const uint8_t *frame, size_t bytes)
{
	size_t at = 0;
	unsigned crc = 0xffff, ones = 0;

	memset(line, 0, 600);
	for (size_t i = 0; i < (bytes + 2 + 2) * 8; i++) {
		size_t octet = i / 8;
		bool flag = octet == 0 || octet == bytes + 3;
		unsigned value = flag             ? 0x7e
		                 : octet <= bytes ? frame[octet - 1]
		                                  : (~crc >> 8 * (octet - bytes - 1)) & 0xff;
		unsigned bit = value >> i % 8 & 1;

		line[at / 8] |= (uint8_t)(bit << (7 - at % 8));
		at++;
		if (!flag && octet <= bytes)
			crc = crc >> 1 ^ ((crc ^ bit) & 1 ? 0x8408 : 0);
		ones = bit && !flag ? ones + 1 : 0;
		if (ones == 5) {
			at++;
			ones = 0;
		}
	}
	while (at % 8)
		line[at / 8] |= (uint8_t)(0x80 >> at % 8), at++; /* then the line idles on ones */
	return at / 8;
}

static void dchannel_in_and_out(void **state)
{
	static const uint8_t sabme[] = {0x02, 0x01, 0x7f};
	uint8_t line[600], frame[DRIVER_DCHANNEL_BYTES];
	struct wire_frame f;

	start(&e1);
	memset(line, 0xff, sizeof(line));
	size_t octets = line_make(line, sabme, sizeof(sabme));

	begin();
	for (unsigned k = 0; k < FRAMES; k++) {
		frame_make(&f, 1, 31, t.sequence[1]++);
		for (unsigned j = 0; j < 8; j++)
			f.samples[15][j] = k * 8 + j < octets ? line[k * 8 + j] : 0xff;
		wire_add(&t.message, &f);
	}
	assert_int_equal(run_message(), 1);
	assert_int_equal(driver_dchannel_receive(t.driver, 1, frame, sizeof(frame)), sizeof(sabme));
	assert_memory_equal(frame, sabme, sizeof(sabme));
	assert_int_equal(driver_dchannel_receive(t.driver, 1, frame, sizeof(frame)), 0);

	/* sent before the flush, it goes out with this period */
	driver_period_end(t.driver, true);
	assert_int_equal(driver_dchannel_send(t.driver, 1, sabme, sizeof(sabme)), 0);
	driver_period_flush(t.driver);
	take_answer();
	uint8_t sent[DRIVER_PERIOD_SAMPLES];

	for (unsigned k = 0; k < FRAMES; k++) {
		assert_true(wire_frame_at(t.answer, t.answer_bytes, k, &f));
		memcpy(sent + 8 * k, f.samples[15], 8);
	}
	size_t begin_at = 0;

	while (sent[begin_at + 1] == 0x7e)
		begin_at++;
	/* up to where the closing flag ends in the hand-made line */
	assert_memory_equal(sent + begin_at, line, octets - 1);
}

static void dchannel_queues_are_bounded(void **state)
{
	uint8_t frame[260];
	int error = 0;
	unsigned sent = 0;

	memset(frame, 0, sizeof(frame));
	start(&e1);
	while (sent < 1000 && (error = driver_dchannel_send(t.driver, 1, frame, sizeof(frame))) == 0)
		sent++;
	assert_int_equal(error, -ENOBUFS);
	assert_true(sent >= 16);
	assert_int_equal(counters(1).dchannel_refused, 1);
	assert_int_equal(driver_dchannel_send(t.driver, 1, frame, 0), -EMSGSIZE);
}

/* ---- telephones ---- */

static int phone_period(unsigned bits)
{
	begin();
	for (unsigned k = 0; k < FRAMES; k++) {
		struct wire_frame f;

		frame_make(&f, 2, 24, t.sequence[2]++);
		memset(f.cas, 5, sizeof(f.cas));
		f.cas[0] = (uint8_t)bits;
		wire_add(&t.message, &f);
	}
	return run_message();
}

static void a_telephone_rings_and_is_lifted(void **state)
{
	static const struct driver_cadence cadence = {{1000, 2000}};
	uint16_t channel = driver_channel(2, 1);
	struct driver_event event;
	struct wire_frame f;

	start(&phones);
	phone_period(5);
	driver_set_line(t.driver, channel, DRIVER_LINE_RING, &cadence);
	assert_true(saw_event(DRIVER_RINGER_ON, channel, &event));
	end_period();
	assert_true(wire_frame_at(t.answer, t.answer_bytes, FRAMES - 1, &f));
	assert_int_equal(f.cas[0], 0); /* DAHDI's ring to an fxo-signalled telephone */
	assert_int_equal(f.cas[1], 5);
	assert_int_equal(f.samples[0][0], 0xff);
	for (int i = 0; i < SECOND_PERIODS; i++) {
		phone_period(5);
		end_period();
	}
	assert_true(saw_event(DRIVER_RINGER_OFF, channel, &event));
	assert_true(wire_frame_at(t.answer, t.answer_bytes, 0, &f));
	assert_int_equal(f.cas[0], 5);
	assert_false(driver_off_hook(t.driver, channel));
	phone_period(15);
	end_period();
	assert_true(saw_event(DRIVER_OFF_HOOK, channel, &event));
	assert_true(driver_off_hook(t.driver, channel));
	for (int i = 0; i < SECOND_PERIODS + 1; i++) {
		phone_period(5);
		end_period();
	}
	assert_true(saw_event(DRIVER_ON_HOOK, channel, &event));
	assert_false(driver_off_hook(t.driver, channel));
}

/* ---- the socket ---- */

static void a_second_box_is_refused_and_a_dead_one_replaced(void **state)
{
	struct driver_settings settings = {
	    .name = "tdmoe", .local_socket = t.ours, .remote_socket = t.theirs, .virtual_time = true};
	struct span_driver *second = NULL;
	struct fault fault = {""};
	int status;

	assert_int_equal(driver_open(&settings, &second, &fault), -EADDRINUSE);
	assert_non_null(strstr(fault.text, "another belfryd"));
	assert_null(second);
	driver_close(t.driver);
	t.driver = NULL;
	/* a process that dies without closing leaves its socket file */
	pid_t child = fork();

	if (child == 0)
		_exit(driver_open(&settings, &second, &fault) == 0 ? 7 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_int_equal(access(t.ours, F_OK), 0);
	open_driver(true);
	start(&e1);
	assert_int_equal(good_period(), 1);
	end_period();
}

static void a_file_that_is_no_socket_stays(void **state)
{
	struct driver_settings settings = {.name = "tdmoe", .local_socket = t.ours, .remote_socket = t.theirs};
	struct span_driver *second = NULL;
	struct fault fault = {""};

	driver_close(t.driver);
	FILE *file = fopen(t.ours, "w");

	assert_non_null(file);
	fclose(file);
	assert_int_equal(driver_open(&settings, &second, &fault), -EEXIST);
	assert_int_equal(access(t.ours, F_OK), 0);
	unlink(t.ours);
	settings.name = "carrier-pigeon";
	assert_int_equal(driver_open(&settings, &second, &fault), -ENODEV);
	open_driver(true);
}

static void impossible_spans_are_refused(void **state)
{
	struct driver_span span = e1;
	struct fault fault = {""};

	span.span = 0;
	assert_int_equal(driver_span_start(t.driver, &span, &fault), -EINVAL);
	span = e1;
	span.use = SPAN_USE_FXS;
	assert_int_equal(driver_span_start(t.driver, &span, &fault), -EINVAL);
	span = phones;
	span.crc4 = true;
	assert_int_equal(driver_span_start(t.driver, &span, &fault), -EINVAL);
}

static void thirty_two_spans_fit(void **state)
{
	struct driver_span span = e1;
	unsigned spans = CONFIG_SPANS_MAX < 32 ? CONFIG_SPANS_MAX : 32;
	struct wire_frame f;

	for (unsigned i = 1; i <= spans; i++) {
		span.span = (uint8_t)i;
		start(&span);
	}
	begin();
	for (unsigned k = 0; k < FRAMES; k++)
		for (unsigned i = 1; i <= spans; i++)
			add(i, 31, t.sequence[i]++, 2);
	assert_int_equal(run_message(), 1);
	end_period();
	assert_true(wire_frame_at(t.answer, t.answer_bytes, spans * FRAMES - 1, &f));
	assert_int_equal(f.span, spans);
	assert_int_equal(driver_receive(t.driver, driver_channel(spans, 31))[9], sample(1, 30, 1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(samples_arrive_and_leave_where_they_belong),
	    TEST(several_spans_in_order_of_time_then_span),
	    TEST(deferred_answer_waits_for_the_flush),
	    TEST(missing_frames_become_silence),
	    TEST(duplicates_and_stragglers_are_dropped),
	    TEST(frames_out_of_order_within_a_period_are_put_in_order),
	    TEST(a_sender_that_begins_anew_is_followed),
	    TEST(a_sender_that_paused_goes_on_at_once),
	    TEST(frames_that_lie_across_periods_find_their_place),
	    TEST(hostile_messages),
	    TEST(hostile_frames_are_counted_on_their_span),
	    TEST(every_truncation_of_a_message),
	    TEST(red_after_a_second_yellow_sent_and_cleared),
	    TEST(yellow_and_loopback_come_from_the_flags),
	    TEST(clock_source_is_the_best_span_that_delivers),
	    TEST(time_goes_on_by_the_message_when_no_span_delivers),
	    TEST(a_stopped_span_sends_nothing),
	    TEST(dchannel_in_and_out),
	    TEST(dchannel_queues_are_bounded),
	    TEST(a_telephone_rings_and_is_lifted),
	    TEST(a_second_box_is_refused_and_a_dead_one_replaced),
	    TEST(a_file_that_is_no_socket_stays),
	    TEST(impossible_spans_are_refused),
	    TEST(thirty_two_spans_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
