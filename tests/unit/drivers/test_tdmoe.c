/* The tdmoe driver: samples both ways, frames lost, late or twice, and what must never crash. */
#include "tests/unit/drivers/tdmoe_bench.h"

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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
