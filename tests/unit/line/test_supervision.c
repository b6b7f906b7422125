/* Overlap dialling, the timers of Q.931, and the D channel that comes and goes. */
#include "wire_bench.h"

static struct bench *overlap_start(enum line_switch switch_type)
{
	struct bench *bench = bench_open();
	struct line_span_settings user = bench_span(1, true, switch_type, false);
	struct line_span_settings network = bench_span(1, true, switch_type, true);
	user.overlap_in = user.overlap_out = network.overlap_in = network.overlap_out = true;
	bench_span_set(bench, &user, &network);
	bench_up(bench, 1);
	return bench;
}

static uint64_t ms_since(uint64_t at_us)
{
	return (clock_now_us() - at_us) / US_PER_MS;
}

static void overlap(enum line_switch switch_type, bool from_network)
{
	struct bench *bench = overlap_start(switch_type);
	struct line_setup setup = bench_setup("80", "200");
	setup.complete = false;
	struct pair pair = place(bench, from_network, &setup);
	assert_false(pair.setup->setup.complete);
	line_leg_need_digits(pair.callee->line, pair.in, true);
	assert_true(expect_event(bench, pair.caller, LINE_SETUP_ACK)->inband);
	line_leg_more_digits(pair.caller->line, pair.out, "05", false);
	const struct seen *digits = expect_event(bench, pair.callee, LINE_DIGITS);
	assert_string_equal(digits->digits, "0");
	digits = expect_event(bench, pair.callee, LINE_DIGITS);
	assert_string_equal(digits->digits, "5");
	assert_string_equal(digits->setup.called.digits, "8005");
	bench_run(bench, 7900);
	expect_no_event(bench, pair.callee, LINE_DIGITS_ENDED);
	bench_run(bench, 200); /* T302 */
	assert_string_equal(expect_event(bench, pair.callee, LINE_DIGITS_ENDED)->setup.called.digits, "8005");
	answer(bench, &pair);
	line_leg_clear(pair.caller->line, pair.out, 16);
	expect_event(bench, pair.callee, LINE_RELEASED);
	expect_idle(bench);
	bench_close(bench);
}

static void test_overlap(void **state)
{
	(void)state;
	for (int switch_type = 0; switch_type < LINE_SWITCH_COUNT; switch_type++) {
		overlap((enum line_switch)switch_type, true);
		overlap((enum line_switch)switch_type, false);
	}
}

/* En bloc on a span that could receive digits: sending complete is seen where the switch type has it. */
static void test_sending_complete(void **state)
{
	(void)state;
	static const enum line_switch types[] = {LINE_EUROISDN, LINE_QSIG};
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct bench *bench = overlap_start(types[i]);
		const struct line_setup setup = bench_setup("100", "200");
		struct pair pair = place(bench, true, &setup);
		assert_true(pair.setup->setup.complete);
		bench_close(bench);
	}
}

/* INFORMATION with sending complete, by hand: libpri cannot send it. */
static void test_digits_ended_by_caller(void **state)
{
	(void)state;
	struct bench *bench = overlap_start(LINE_EUROISDN);
	struct line_setup setup = bench_setup("8", "200");
	setup.complete = false;
	struct pair pair = place(bench, true, &setup);
	line_leg_need_digits(bench->user.line, pair.in, false);
	uint32_t cref = leg_find(bench->user.line, pair.in)->cref;
	const uint8_t information[] = {0x02, 0x01, 0x03, 0x08, 0x02, (uint8_t)(cref >> 8), (uint8_t)cref, 0x7b, 0xa1,
	                               0x70, 0x03, 0x81, '1',  '2'};
	wire_put(&bench->user.driver.received[1], information, sizeof information);
	assert_string_equal(expect_event(bench, &bench->user, LINE_DIGITS)->digits, "12");
	assert_string_equal(expect_event(bench, &bench->user, LINE_DIGITS_ENDED)->setup.called.digits, "812");
	bench_close(bench);
}

static void test_inband_on_setup_ack(void **state)
{
	(void)state;
	struct bench *bench = overlap_start(LINE_QSIG);
	bench->network.line->spans[1].settings.inband_on_setup_ack = true;
	struct line_setup setup = bench_setup("8", "200");
	setup.complete = false;
	struct pair pair = place(bench, true, &setup);
	line_leg_need_digits(bench->user.line, pair.in, false);
	assert_true(expect_event(bench, &bench->network, LINE_SETUP_ACK)->inband);
	bench_close(bench);
}

/* Calls out that the far end leaves in one state: cause and time of their end. */
static void runs_out(void (*bring)(struct line *line, line_leg leg), bool overlap_span, uint32_t after_ms,
                     uint8_t cause)
{
	struct bench *bench = overlap_span ? overlap_start(LINE_EUROISDN) : bench_start(true, LINE_EUROISDN);
	struct line_setup setup = bench_setup("100", "200");
	setup.complete = !overlap_span;
	struct pair pair = place(bench, true, &setup);
	bring(pair.callee->line, pair.in);
	bench_settle(bench);
	bench_run(bench, after_ms - 100);
	expect_no_event(bench, pair.caller, LINE_RELEASED);
	bench_run(bench, 200);
	assert_int_equal(expect_event(bench, pair.caller, LINE_RELEASED)->cause, cause);
	expect_event(bench, pair.callee, LINE_RELEASED);
	expect_idle(bench);
	struct line_span_status status;
	line_span_status(bench->network.line, 1, &status);
	assert_int_equal(status.timer_expiries, 1);
	bench_close(bench);
}

static void alert(struct line *line, line_leg leg)
{
	line_leg_alerting(line, leg, false);
}

static void ask_digits(struct line *line, line_leg leg)
{
	line_leg_need_digits(line, leg, false);
	line->spans[1].line->values.ms[TIMER_T302] = 60000;
}

static void test_t301_t304_t310(void **state)
{
	(void)state;
	runs_out(alert, false, 180000, 19);
	runs_out(line_leg_proceeding, false, 60000, 102);
	runs_out(ask_digits, true, 20000, 102);
}

/* T310 ends with PROGRESS (Q.931 5.1.6). */
static void test_progress_stops_t310(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	const struct line_setup setup = bench_setup("100", "200");
	struct pair pair = place(bench, true, &setup);
	line_leg_progress(pair.callee->line, pair.in);
	bench_run(bench, 70000);
	assert_true(line_leg_exists(pair.caller->line, pair.out));
	bench_close(bench);
}

static void test_timer_settings(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	struct timer_values values;
	timer_values_initial(&values);
	values.ms[TIMER_T301] = 30000;
	values.ms[TIMER_T303] = 1000;
	line_set_timers(bench->network.line, &values);
	const struct line_setup setup = bench_setup("100", "200");
	struct pair pair = place(bench, true, &setup);
	alert(pair.callee->line, pair.in);
	bench_run(bench, 30100);
	assert_int_equal(expect_event(bench, pair.caller, LINE_RELEASED)->cause, 19);
	pair = place(bench, true, &setup); /* never answered at all: T303 twice */
	uint64_t placed_us = clock_now_us();
	bench_run(bench, 2100);
	assert_int_equal(expect_event(bench, pair.caller, LINE_RELEASED)->cause, 18);
	assert_in_range(ms_since(placed_us), 2000, 2200);
	bench_close(bench);
}

/* The second SETUP of T303 must not be taken for a new call, nor change what is known of the first. */
static void test_setup_repeated(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	struct line_setup setup = bench_setup("100", "200");
	text_copy(setup.user_user, sizeof setup.user_user, "kept");
	struct pair pair = place(bench, true, &setup);
	bench_run(bench, 5000);
	expect_no_event(bench, pair.callee, LINE_SETUP);
	/* W26: the repeated SETUP says all that the first said. */
	struct q931_facts facts;
	const struct wire_frame *repeated = sent_message(pair.caller, Q931_MSG_SETUP);
	q931_note(repeated->bytes, repeated->count, &facts);
	assert_true(facts.user_user);
	struct line_span_status status;
	line_span_status(pair.callee->line, 1, &status);
	assert_int_equal(status.frames_screened, 1);
	answer(bench, &pair);
	bench_close(bench);
}

/* CALL PROCEEDING after ALERTING: passed on by libpri, counted here, and no harm to the call. */
static void test_unexpected(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	const struct line_setup setup = bench_setup("100", "200");
	struct pair pair = place(bench, false, &setup);
	alert(pair.callee->line, pair.in);
	expect_event(bench, pair.caller, LINE_ALERTING);
	uint32_t cref = leg_find(bench->user.line, pair.out)->cref;
	const uint8_t proceeding[] = {0x02, 0x01, 0x03, 0x08, 0x02, (uint8_t)(cref >> 8), (uint8_t)cref, 0x02};
	wire_put(&bench->user.driver.received[1], proceeding, sizeof proceeding);
	expect_no_event(bench, pair.caller, LINE_PROCEEDING);
	struct line_span_status status;
	line_span_status(bench->user.line, 1, &status);
	assert_int_equal(status.events_unexpected, 1);
	assert_string_equal(line_leg_state_name(bench->user.line, pair.out), "DELIVERED");
	line_leg_connect(pair.callee->line, pair.in);
	expect_event(bench, pair.caller, LINE_CONNECT);
	bench_close(bench);
}

static void cut(struct bench *bench, bool on)
{
	bench->user.driver.cut[1] = bench->network.driver.cut[1] = on;
}

static void run_until_down(struct bench *bench)
{
	for (int i = 0; i < 300; i++) {
		struct line_span_status user, network;
		bench_run(bench, 100);
		line_span_status(bench->user.line, 1, &user);
		line_span_status(bench->network.line, 1, &network);
		if (user.dchannel != LINE_DCHANNEL_UP && network.dchannel != LINE_DCHANNEL_UP)
			return;
	}
	fail_msg("the D channel never fell");
}

static void drop(enum line_switch switch_type, uint32_t t309_ms, uint32_t outage_ms, bool survives)
{
	struct bench *bench = bench_start(true, switch_type);
	struct timer_values values;
	timer_values_initial(&values);
	values.ms[TIMER_T309] = t309_ms;
	line_set_timers(bench->user.line, &values);
	line_set_timers(bench->network.line, &values);
	const struct line_setup setup = bench_setup("100", "200");
	struct pair talking = place(bench, true, &setup);
	answer(bench, &talking);
	struct pair ringing = place(bench, false, &setup);
	line_leg_alerting(ringing.callee->line, ringing.in, false);
	expect_event(bench, ringing.caller, LINE_ALERTING);
	struct pair offered = place(bench, true, &setup);
	cut(bench, true);
	bench_run(bench, outage_ms);
	/* Q.921 asks N200 times, then tries to come up N200 times, before it tells Q.931: 20 s at most. */
	if (outage_ms > 25000) {
		line_leg leg;
		assert_int_equal(line_call_out(bench->user.line, &setup, &leg), -ENETDOWN);
		assert_false(line_leg_exists(ringing.caller->line, ringing.out));
		assert_false(line_leg_exists(ringing.callee->line, ringing.in));
		assert_false(line_leg_exists(offered.callee->line, offered.in));
	}
	cut(bench, false);
	bench_run(bench, 10000);
	assert_int_equal(line_leg_exists(talking.caller->line, talking.out), survives);
	assert_int_equal(line_leg_exists(talking.callee->line, talking.in), survives);
	bench->user.taken = bench->network.taken = 0;
	assert_non_null(next_event(&bench->user, LINE_DCHANNEL_LOST));
	assert_non_null(next_event(&bench->user, LINE_DCHANNEL_RAISED));
	if (survives) {
		line_leg_clear(talking.caller->line, talking.out, 16);
		line_leg_clear(ringing.caller->line, ringing.out, 16);
		line_leg_clear(offered.caller->line, offered.out, 16);
		line_leg_clear(offered.callee->line, offered.in, 16);
		bench_run(bench, 1000);
	} else {
		bench->user.taken = 0;
		for (const struct seen *seen; (seen = next_event(&bench->user, LINE_RELEASED)) != NULL;)
			assert_true(seen->cause == 27 || seen->leg == offered.in);
	}
	expect_idle(bench);
	struct pair again = place(bench, true, &setup);
	answer(bench, &again);
	bench_close(bench);
}

static void test_t309(void **state)
{
	(void)state;
	for (int switch_type = 0; switch_type < LINE_SWITCH_COUNT; switch_type++) {
		drop((enum line_switch)switch_type, 10000, 16000, true);
		drop((enum line_switch)switch_type, 90000, 80000, true);
		drop((enum line_switch)switch_type, 6000, 40000, false);
	}
	drop(LINE_EUROISDN, 0, 30000, false);
}

/*
 * One end clears a call while the D channel is dead, for any length of that: when it is up again the other end knows
 * that its channel is free, whoever gave up first.
 */
static void cleared_in_silence(bool by_user, uint32_t before_ms, uint32_t after_ms)
{
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	const struct line_setup setup = bench_setup("100", "200");
	struct pair pair = place(bench, true, &setup), other = place(bench, true, &setup);
	struct end *clearing = by_user ? &bench->user : &bench->network;
	answer(bench, &pair);
	answer(bench, &other);
	cut(bench, true);
	bench_run(bench, before_ms);
	line_leg_clear(clearing->line, clearing == pair.caller ? pair.out : pair.in, 16);
	bench_run(bench, after_ms);
	cut(bench, false);
	bench_run(bench, 30000);
	assert_false(line_leg_exists(pair.caller->line, pair.out));
	assert_false(line_leg_exists(pair.callee->line, pair.in));
	bool kept = line_leg_exists(other.caller->line, other.out);
	assert_int_equal(line_leg_exists(other.callee->line, other.in), kept);
	assert_true(kept || before_ms + after_ms > 13000); /* T309 */
	assert_int_equal(line_span_free_channels(bench->user.line, 1), kept ? 29 : 30);
	assert_int_equal(line_span_free_channels(bench->network.line, 1), kept ? 29 : 30);
	pair = place(bench, true, &setup);
	answer(bench, &pair);
	bench_close(bench);
}

static void test_cleared_in_silence(void **state)
{
	(void)state;
	for (uint32_t after_ms = 500; after_ms <= 45000; after_ms += 500) {
		cleared_in_silence(true, 500, after_ms);
		cleared_in_silence(false, 500, after_ms);
		cleared_in_silence(true, 8000, after_ms);
	}
}

/* The link is made anew under a call: the far end hears of it by RESTART, which comes when the link is up again. */
static void test_link_rebuilt_under_a_call(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	const struct line_setup setup = bench_setup("100", "200");
	struct line_span_settings other = bench_span(1, true, LINE_NI1, false);
	struct pair pair = place(bench, true, &setup);
	answer(bench, &pair);
	uint16_t channel = line_leg_channel(pair.callee->line, pair.in);
	assert_int_equal(line_span_set(bench->user.line, &other, NULL), 0);
	bench_run(bench, 15000);
	assert_int_equal(expect_event(bench, &bench->network, LINE_RESTARTED)->channel, channel);
	expect_no_event(bench, &bench->network, LINE_RESTARTED);
	expect_idle(bench);
	bench_close(bench);
}

/* A short interruption that Q.921 survives raises no event at all, and alarms never touch the D channel (T04). */
static void test_alarm_is_not_the_dchannel(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	struct line_span_status status;
	line_alarm(bench->user.line, 1, SPAN_ALARM_RED);
	assert_int_equal(expect_event(bench, &bench->user, LINE_SPAN_ALARM)->span, 1);
	cut(bench, true);
	bench_run(bench, 3000);
	cut(bench, false);
	bench_run(bench, 15000);
	line_span_status(bench->user.line, 1, &status);
	assert_int_equal(status.dchannel, LINE_DCHANNEL_UP);
	assert_int_equal(status.alarms, SPAN_ALARM_RED);
	expect_no_event(bench, &bench->user, LINE_DCHANNEL_LOST);
	bench_close(bench);
}

/* T07: a link that nobody answers is tried again calmly. */
static void test_no_flood(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	cut(bench, true);
	run_until_down(bench);
	unsigned sent = bench->user.frames_sent;
	bench_run(bench, 100000);
	assert_in_range(bench->user.frames_sent - sent, 40, 110); /* about one SABME each T200 */
	bench_close(bench);
}

static void test_deadline(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	uint64_t next_us = line_next_deadline_us(bench->user.line); /* T203 */
	assert_in_range(next_us, clock_now_us(), clock_now_us() + 10 * US_PER_S);
	const struct line_setup setup = bench_setup("100", "200");
	line_leg leg;
	assert_int_equal(line_call_out(bench->user.line, &setup, &leg), 0);
	assert_in_range(line_next_deadline_us(bench->user.line), clock_now_us(), clock_now_us() + 4 * US_PER_S);
	line_leg_clear(bench->user.line, leg, 44); /* ends on the spot: the event is due now */
	assert_int_equal(line_next_deadline_us(bench->user.line), 0);
	bench_close(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_overlap),
	    cmocka_unit_test(test_sending_complete),
	    cmocka_unit_test(test_digits_ended_by_caller),
	    cmocka_unit_test(test_inband_on_setup_ack),
	    cmocka_unit_test(test_t301_t304_t310),
	    cmocka_unit_test(test_progress_stops_t310),
	    cmocka_unit_test(test_timer_settings),
	    cmocka_unit_test(test_setup_repeated),
	    cmocka_unit_test(test_unexpected),
	    cmocka_unit_test(test_t309),
	    cmocka_unit_test(test_cleared_in_silence),
	    cmocka_unit_test(test_link_rebuilt_under_a_call),
	    cmocka_unit_test(test_alarm_is_not_the_dchannel),
	    cmocka_unit_test(test_no_flood),
	    cmocka_unit_test(test_deadline),
	};
	return cmocka_run_group_tests_name("supervision", tests, bench_setup_group, NULL);
}
