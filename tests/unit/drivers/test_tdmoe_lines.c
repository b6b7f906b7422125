/* The tdmoe driver: alarms and the clock, the D channel, telephones, the socket. */
#include "tests/unit/drivers/tdmoe_bench.h"

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
	struct wire_frame f = {0};

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
	struct wire_frame f = {0};

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
	struct wire_frame f = {0};

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
	struct wire_frame f = {0};

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
