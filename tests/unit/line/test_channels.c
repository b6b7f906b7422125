/* B channels: hunting, negotiation, collisions, RESTART, SERVICE, hold; and spans that change beside others. */
#include "wire_bench.h"

static void finish(struct bench *bench, const struct pair *pair)
{
	line_leg_clear(pair->caller->line, pair->out, 16);
	expect_event(bench, pair->caller, LINE_RELEASED);
	expect_event(bench, pair->callee, LINE_RELEASED);
	expect_idle(bench);
}

static void test_hunt_all(void **state)
{
	(void)state;
	for (int e1 = 0; e1 < 2; e1++) {
		struct bench *bench = bench_start(e1, LINE_EUROISDN);
		const struct line_setup setup = bench_setup("100", "200");
		unsigned channels = e1 ? 30 : 23;
		line_leg extra;
		assert_int_equal(line_span_free_channels(bench->user.line, 1), channels);
		for (unsigned i = 0; i < channels; i++) {
			struct pair pair = place(bench, i & 1, &setup);
			line_leg_proceeding(pair.callee->line, pair.in);
			assert_int_equal(line_leg_channel(pair.caller->line, pair.out),
			                 line_leg_channel(pair.callee->line, pair.in));
			assert_int_not_equal(driver_channel_timeslot(line_leg_channel(pair.caller->line, pair.out)),
			                     e1 ? 16 : 24);
		}
		assert_int_equal(line_span_free_channels(bench->user.line, 1), 0);
		assert_int_equal(line_call_out(bench->user.line, &setup, &extra), -EBUSY);
		bench_close(bench);
	}
}

/* The callee has the channel in use, which the caller cannot know. */
static void test_preferred_busy(void **state)
{
	(void)state;
	for (int from_network = 0; from_network < 2; from_network++) {
		struct bench *bench = bench_start(true, LINE_EUROISDN);
		struct end *callee = from_network ? &bench->user : &bench->network;
		callee->line->spans[1].out_of_service[5] = true;
		struct line_setup setup = bench_setup("100", "200");
		setup.timeslot = 5;
		struct pair pair = place(bench, from_network, &setup);
		uint16_t other = pair.setup->channel;
		assert_int_not_equal(other, driver_channel(1, 5));
		line_leg_proceeding(pair.callee->line, pair.in);
		assert_int_equal(expect_event(bench, pair.caller, LINE_CHANNEL)->channel, other);
		assert_int_equal(line_leg_channel(pair.caller->line, pair.out), other);
		finish(bench, &pair);
		bench_close(bench);
	}
}

static void test_exclusive_busy(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	bench->user.line->spans[1].out_of_service[5] = true;
	struct line_setup setup = bench_setup("100", "200");
	setup.timeslot = 5;
	setup.exclusive = true;
	line_leg leg;
	assert_int_equal(line_call_out(bench->network.line, &setup, &leg), 0);
	assert_int_equal(expect_event(bench, &bench->network, LINE_RELEASED)->cause, 44);
	expect_no_event(bench, &bench->user, LINE_SETUP);
	expect_idle(bench);
	bench_close(bench);
}

static void test_nothing_free(void **state)
{
	(void)state;
	struct bench *bench = bench_start(false, LINE_NI2);
	for (unsigned timeslot = 1; timeslot < TIMESLOTS; timeslot++)
		bench->user.line->spans[1].out_of_service[timeslot] = true;
	const struct line_setup setup = bench_setup("100", "200");
	line_leg leg;
	assert_int_equal(line_call_out(bench->network.line, &setup, &leg), 0);
	assert_int_equal(expect_event(bench, &bench->network, LINE_RELEASED)->cause, 34);
	bench_close(bench);
}

static void glare(bool exclusive)
{
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	struct line_setup setup = bench_setup("100", "200");
	line_leg from_user, from_network;
	setup.exclusive = exclusive;
	bench->user.line->spans[1].settings.hunt = LINE_HUNT_ASCENDING; /* as if wrongly set: both begin at 1 */
	assert_int_equal(line_call_out(bench->user.line, &setup, &from_user), 0);
	assert_int_equal(line_call_out(bench->network.line, &setup, &from_network), 0);
	const struct seen *loser = expect_event(bench, &bench->user, LINE_CHANNEL);
	assert_int_equal(loser->leg, from_user);
	assert_int_equal(loser->channel, DRIVER_NO_CHANNEL);
	const struct seen *at_user = expect_event(bench, &bench->user, LINE_SETUP);
	assert_int_equal(at_user->channel, driver_channel(1, 1));
	line_leg_connect(bench->user.line, at_user->leg);
	const struct seen *at_network = expect_event(bench, &bench->network, LINE_SETUP);
	assert_int_equal(at_network->channel, driver_channel(1, 2));
	line_leg_connect(bench->network.line, at_network->leg);
	expect_event(bench, &bench->network, LINE_CONNECT);
	expect_event(bench, &bench->user, LINE_CONNECT);
	assert_int_equal(line_leg_channel(bench->user.line, from_user), driver_channel(1, 2));
	assert_int_equal(line_leg_channel(bench->network.line, from_network), driver_channel(1, 1));
	struct line_span_status status;
	line_span_status(bench->user.line, 1, &status);
	assert_int_equal(status.glare, 1);
	assert_int_equal(status.in_use, 2);
	bench_close(bench);
}

static void test_glare(void **state)
{
	(void)state;
	glare(false);
	glare(true);
}

static void test_restart_one(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	const struct line_setup setup = bench_setup("100", "200");
	struct pair first = place(bench, true, &setup), second = place(bench, true, &setup);
	answer(bench, &first);
	answer(bench, &second);
	pri_link_restart(bench->network.line->spans[1].link, 1);
	const struct seen *released = expect_event(bench, &bench->user, LINE_RELEASED);
	assert_int_equal(released->leg, first.in);
	assert_int_equal(released->cause, 41);
	assert_int_equal(expect_event(bench, &bench->user, LINE_RESTARTED)->channel, driver_channel(1, 1));
	assert_non_null(sent_message(&bench->user, Q931_MSG_RESTART_ACK));
	assert_string_equal(line_leg_state_name(bench->user.line, second.in), "ACTIVE");
	bench_close(bench);
}

/* Whole interface: indicator 7, no channel identification (sent by hand: libpri only sends single ones). */
static void test_restart_all(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	const struct line_setup setup = bench_setup("100", "200");
	const uint8_t restart[] = {0x02, 0x01, 0x03, 0x08, 0x02, 0x00, 0x00, 0x46, 0x79, 0x01, 0x87};
	for (int i = 0; i < 3; i++) {
		struct pair pair = place(bench, true, &setup);
		answer(bench, &pair);
	}
	wire_put(&bench->user.driver.received[1], restart, sizeof restart);
	for (int i = 0; i < 3; i++)
		assert_int_equal(expect_event(bench, &bench->user, LINE_RELEASED)->cause, 41);
	struct line_span_status status;
	line_span_status(bench->user.line, 1, &status);
	assert_int_equal(status.in_use, 0);
	assert_int_equal(status.restarts, 30);
	bench_close(bench);
}

static void test_restart_on_up(void **state)
{
	(void)state;
	struct bench *bench = bench_open();
	struct line_span_settings user = bench_span(1, true, LINE_EUROISDN, false);
	const struct line_span_settings network = bench_span(1, true, LINE_EUROISDN, true);
	user.restart_on_up = true;
	bench_span_set(bench, &user, &network);
	bench_run(bench, 5000);
	for (unsigned timeslot = 1; timeslot <= 31; timeslot++)
		if (timeslot != 16)
			assert_int_equal(expect_event(bench, &bench->network, LINE_RESTARTED)->channel,
			                 driver_channel(1, timeslot));
	assert_int_equal(line_span_free_channels(bench->user.line, 1), 30);
	bench_close(bench);
}

/* Layer 2 bears a silence that RESTART does not. */
static void patient_layer_2(struct end *end)
{
	struct timer_values values;
	timer_values_initial(&values);
	values.ms[TIMER_T200] = 10000;
	values.ms[TIMER_T316] = 10000;
	line_set_timers(end->line, &values);
}

/* No answer: one channel stays aside, the others are left alone; it is back when the answer comes after all. */
static void test_restart_unanswered(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	const struct span *span = &bench->user.line->spans[1];
	patient_layer_2(&bench->user);
	patient_layer_2(&bench->network);
	restart_begin(&bench->user.line->spans[1]);
	bench->network.driver.cut[1] = true; /* what the network says is lost */
	bench_run(bench, 19000);
	assert_false(span->out_of_service[1]);
	bench_run(bench, 3000);
	assert_true(span->out_of_service[1]);
	assert_int_equal(line_span_free_channels(bench->user.line, 1), 29);
	bench_run(bench, 3000);
	assert_int_equal(span->dchannel, LINE_DCHANNEL_UP);
	bench->network.driver.cut[1] = false;
	bench_run(bench, 15000);
	assert_false(span->out_of_service[1]);
	assert_int_equal(line_span_free_channels(bench->user.line, 1), 30);
	bench_close(bench);
}

/* A channel whose call ended while nothing could be said, and a far end that knows no RESTART: it stays in use. */
static void test_restart_of_doubtful_unanswered(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_QSIG);
	struct span *span = &bench->user.line->spans[1];
	patient_layer_2(&bench->user);
	patient_layer_2(&bench->network);
	span->doubtful = 1u << 31 | 1u << 30;
	restart_doubtful_soon(span);
	assert_int_equal(channel_hunt(span), 29);
	bench_run(bench, 19000);
	bench->network.driver.cut[1] = true; /* what the network says is lost */
	bench_run(bench, 2000);
	assert_int_equal(line_channel_state(bench->user.line, 1, 30), LINE_CHANNEL_RESTARTING);
	bench_run(bench, 20000);
	assert_int_equal(span->dchannel, LINE_DCHANNEL_UP);
	assert_int_equal(span->doubtful, 0);
	assert_int_equal(line_span_free_channels(bench->user.line, 1), 30);
	assert_int_equal(channel_hunt(span), 31);
	bench_close(bench);
}

static unsigned restarts_seen(struct end *network, unsigned but)
{
	unsigned count = 0;
	for (unsigned i = 0; i < network->count; i++)
		if (network->seen[i % SEEN_MAX].type == LINE_RESTARTED) {
			assert_int_not_equal(driver_channel_timeslot(network->seen[i % SEEN_MAX].channel), but);
			count++;
		}
	return count;
}

static struct bench *resync_bench(uint64_t resync_ms)
{
	struct bench *bench = bench_open();
	struct line_span_settings user = bench_span(1, true, LINE_EUROISDN, false);
	const struct line_span_settings network = bench_span(1, true, LINE_EUROISDN, true);
	user.resync_ms = resync_ms;
	bench_span_set(bench, &user, &network);
	bench_up(bench, 1);
	return bench;
}

/* Idle channels are restarted every minute; not the one with a call, not those that are out of service. */
static void test_resync(void **state)
{
	(void)state;
	struct bench *bench = resync_bench(60000);
	const struct line_setup setup = bench_setup("100", "200");
	struct pair pair = place(bench, true, &setup);
	answer(bench, &pair);
	unsigned busy = driver_channel_timeslot(line_leg_channel(pair.callee->line, pair.in));
	bench->user.line->spans[1].out_of_service[9] = true;
	bench_run(bench, 50000);
	assert_int_equal(restarts_seen(&bench->network, busy), 0);
	bench_run(bench, 15000);
	assert_int_equal(restarts_seen(&bench->network, busy), 28);
	bench_run(bench, 60000);
	assert_int_equal(restarts_seen(&bench->network, busy), 56);
	assert_true(bench->user.line->spans[1].out_of_service[9]);
	struct line_span_status status;
	line_span_status(bench->user.line, 1, &status);
	assert_int_equal(status.in_use, 1);
	assert_int_equal(status.restarts, 0); /* by the network */
	bench_close(bench);
}

/* The D channel goes in the middle of a round: no channel is blamed, and when it is back the rounds go on. */
static void test_resync_dchannel_lost(void **state)
{
	(void)state;
	struct bench *bench = resync_bench(60000);
	bench_run(bench, 55000);
	bench->user.driver.cut[1] = bench->network.driver.cut[1] = true;
	bench_run(bench, 400000);
	struct line_span_status status;
	line_span_status(bench->user.line, 1, &status);
	assert_int_equal(status.dchannel, LINE_DCHANNEL_DOWN);
	assert_int_equal(status.out_of_service, 0);
	bench->user.driver.cut[1] = bench->network.driver.cut[1] = false;
	bench_up(bench, 1);
	unsigned before = restarts_seen(&bench->network, 0);
	bench_run(bench, 65000);
	assert_int_equal(restarts_seen(&bench->network, 0), before + 30);
	assert_int_equal(line_span_free_channels(bench->user.line, 1), 30);
	bench_close(bench);
}

static unsigned restarts_of(const struct end *network, unsigned timeslot)
{
	unsigned count = 0;
	for (unsigned i = 0; i < network->count; i++)
		count +=
		    network->seen[i].type == LINE_RESTARTED && network->seen[i].channel == driver_channel(1, timeslot);
	return count;
}

static void cut(struct bench *bench, bool both)
{
	bench->network.driver.cut[1] = true;
	bench->user.driver.cut[1] = both;
}

static void until_dchannel(struct bench *bench, enum line_dchannel wanted, bool mended)
{
	const struct line *lines[] = {bench->user.line, bench->network.line};
	if (mended)
		bench->user.driver.cut[1] = bench->network.driver.cut[1] = false;
	for (int i = 0; i < 6000; i++)
		if (lines[0]->spans[1].dchannel != wanted || (mended && lines[1]->spans[1].dchannel != wanted))
			bench_run(bench, 10);
	assert_int_equal(lines[0]->spans[1].dchannel, wanted);
}

/* The D channel goes again before RESTART is acknowledged: no channel is blocked or blamed for that, each is asked
 * again when it is back, but not one that has a call by then; and then never more. */
static void test_restart_interrupted(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	struct span *span = &bench->user.line->spans[1];
	struct line_setup setup = bench_setup("100", "200");
	span->doubtful = 1u << 3 | 1u << 7 | 1u << 9;
	restart_doubtful_soon(span);
	cut(bench, false);
	bench_run(bench, 2100);
	assert_int_equal(line_channel_state(bench->user.line, 1, 3), LINE_CHANNEL_RESTARTING);
	assert_int_equal(restarts_of(&bench->network, 3), 1); /* what it answered is lost */
	cut(bench, true);
	until_dchannel(bench, LINE_DCHANNEL_DOWN, false);
	bench_run(bench, 300000); /* longer than T316, twice */
	assert_int_equal(line_channel_state(bench->user.line, 1, 3), LINE_CHANNEL_IDLE);
	assert_int_equal(span->unanswered, 0);
	assert_int_equal(span->doubtful, 1u << 3 | 1u << 7 | 1u << 9);
	until_dchannel(bench, LINE_DCHANNEL_UP, true);
	setup.timeslot = 7;
	setup.exclusive = true;
	struct pair pair = place(bench, true, &setup);
	answer(bench, &pair);
	bench_run(bench, 5000);
	assert_int_equal(restarts_of(&bench->network, 3), 2);
	assert_int_equal(restarts_of(&bench->network, 7), 0);
	assert_int_equal(restarts_of(&bench->network, 9), 1);
	assert_string_equal(line_leg_state_name(bench->user.line, pair.in), "ACTIVE");
	bench_run(bench, 300000);
	assert_int_equal(restarts_seen(&bench->network, 7), 3);
	assert_int_equal(span->doubtful, 0);
	finish(bench, &pair);
	bench_close(bench);
}

/* The same of a round over all channels: it goes on where it was. */
static void test_restart_round_interrupted(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	restart_begin(&bench->user.line->spans[1]);
	for (int i = 0; i < 1000 && restarts_of(&bench->network, 5) == 0; i++) {
		(void)!line_step(bench->user.line, clock_now_us());
		(void)!line_step(bench->network.line, clock_now_us());
	}
	cut(bench, true);
	assert_int_equal(restarts_of(&bench->network, 6), 0);
	until_dchannel(bench, LINE_DCHANNEL_DOWN, false);
	until_dchannel(bench, LINE_DCHANNEL_UP, true);
	bench_run(bench, 5000);
	for (unsigned timeslot = 1; timeslot < TIMESLOTS; timeslot++)
		if (timeslot != 5)
			assert_int_equal(restarts_of(&bench->network, timeslot), timeslot != 16);
	assert_in_range(restarts_of(&bench->network, 5), 1, 2); /* whose answer may have been lost */
	assert_int_equal(bench->user.line->spans[1].doubtful, 0);
	assert_int_equal(line_span_free_channels(bench->user.line, 1), 30);
	bench_close(bench);
}

/* One under test is asked when that is over, one that has not answered before is asked with the others. */
static void test_restart_of_doubtful_under_test(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	struct span *span = &bench->user.line->spans[1];
	span->doubtful = 1u << 3 | 1u << 7 | 1u << 9 | 1u << 16;
	span->out_of_service[7] = span->no_answer[7] = true;
	assert_int_equal(line_channel_withhold(bench->user.line, 1, 9, true), 0);
	restart_doubtful_soon(span);
	bench_run(bench, 5000);
	assert_int_equal(restarts_of(&bench->network, 3), 1);
	assert_int_equal(restarts_of(&bench->network, 7), 1);
	assert_int_equal(line_channel_state(bench->user.line, 1, 7), LINE_CHANNEL_IDLE);
	assert_int_equal(restarts_of(&bench->network, 9), 0);
	assert_int_equal(span->doubtful, 1u << 9);
	assert_int_equal(line_channel_withhold(bench->user.line, 1, 9, false), 0);
	bench_run(bench, 5000);
	assert_int_equal(restarts_of(&bench->network, 9), 1);
	assert_int_equal(span->doubtful, 0);
	span->doubtful = 1u << 5; /* the whole span is under test */
	line_span_withhold(bench->user.line, 1, true);
	restart_doubtful_soon(span);
	bench_run(bench, 5000);
	assert_int_equal(restarts_of(&bench->network, 5), 0);
	line_span_withhold(bench->user.line, 1, false);
	bench_run(bench, 5000);
	assert_int_equal(restarts_of(&bench->network, 5), 1);
	bench_close(bench);
}

/* The span is set up anew before RESTART is acknowledged. */
static void test_restart_interrupted_by_settings(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	struct span *span = &bench->user.line->spans[1];
	struct line_span_settings other = bench_span(1, true, LINE_QSIG, false);
	const struct line_span_settings same = bench_span(1, true, LINE_EUROISDN, false);
	span->doubtful = 1u << 3;
	restart_doubtful_soon(span);
	cut(bench, false);
	bench_run(bench, 2100);
	assert_int_equal(line_channel_state(bench->user.line, 1, 3), LINE_CHANNEL_RESTARTING);
	span->doubtful = 0;
	assert_int_equal(line_span_set(bench->user.line, &other, NULL), 0);
	assert_int_equal(span->doubtful >> 3 & 1, 1);
	assert_int_equal(line_span_set(bench->user.line, &same, NULL), 0);
	until_dchannel(bench, LINE_DCHANNEL_UP, true);
	bench_run(bench, 5000);
	assert_int_equal(restarts_of(&bench->network, 3), 2);
	assert_int_equal(span->doubtful, 0);
	bench_close(bench);
}

/* Switched on and off while the span is up. */
static void test_resync_changed(void **state)
{
	(void)state;
	struct bench *bench = resync_bench(0);
	struct line_span_settings user = bench_span(1, true, LINE_EUROISDN, false);
	struct fault fault = {""};
	bench_run(bench, 130000);
	assert_int_equal(restarts_seen(&bench->network, 0), 0);
	user.resync_ms = 60000;
	assert_int_equal(line_span_set(bench->user.line, &user, &fault), 0);
	bench_run(bench, 65000);
	assert_int_equal(restarts_seen(&bench->network, 0), 30);
	user.resync_ms = 0;
	assert_int_equal(line_span_set(bench->user.line, &user, &fault), 0);
	bench_run(bench, 130000);
	assert_int_equal(restarts_seen(&bench->network, 0), 30);
	bench_close(bench);
}

/* SERVICE out of service for channel 3: acknowledged, kept out of hunting, no matter for Q.921. */
static void service(enum line_switch switch_type, uint8_t discriminator, uint8_t message, uint8_t acknowledgement)
{
	struct bench *bench = bench_start(false, switch_type);
	const uint8_t frame[] = {0x02, 0x01, 0x03, discriminator, 0x02, 0x00, 0x00, message,
	                         0x01, 0x01, 0xc2, 0x18,          0x03, 0xa9, 0x83, 0x83};
	wire_put(&bench->user.driver.received[1], frame, sizeof frame);
	bench_run(bench, 100);
	const struct end *user = &bench->user;
	const struct wire_frame *last = &user->last_sent[(user->last_sent_count - 1) % ARRAY_SIZE(user->last_sent)];
	assert_int_equal(last->bytes[4], discriminator);
	assert_int_equal(last->bytes[8], acknowledgement);
	struct line_span_status status;
	line_span_status(bench->user.line, 1, &status);
	assert_int_equal(status.dchannel, LINE_DCHANNEL_UP);
	assert_int_equal(line_span_free_channels(bench->user.line, 1), 22);
	assert_true(bench->user.line->spans[1].out_of_service[3]);
	bench_close(bench);
}

static void test_service(void **state)
{
	(void)state;
	service(LINE_NI2, 0x43, 0x07, 0x0f);
	service(LINE_5ESS, 0x03, 0x0f, 0x07);
	service(LINE_4ESS, 0x03, 0x0f, 0x07);
}

/* The same for the whole span does not say that the D channel has gone. */
static void test_service_of_span(void **state)
{
	(void)state;
	struct bench *bench = bench_start(false, LINE_5ESS);
	const uint8_t frame[] = {0x02, 0x01, 0x03, 0x03, 0x02, 0x00, 0x00, 0x0f, 0x01, 0x01, 0xc2};
	wire_put(&bench->user.driver.received[1], frame, sizeof frame);
	bench_run(bench, 100);
	expect_no_event(bench, &bench->user, LINE_DCHANNEL_LOST);
	assert_int_equal(line_span_free_channels(bench->user.line, 1), 0);
	bench_close(bench);
}

static void far_end_knows(struct bench *bench, unsigned out_of_service)
{
	struct line_span_status status;
	bench_run(bench, 500);
	line_span_status(bench->network.line, 1, &status);
	assert_int_equal(status.out_of_service, out_of_service);
}

/* What our settings take out of service: no call comes or goes there, and NI2's far end is told, put back the same way.
 */
static void test_service_of_ours(void **state)
{
	(void)state;
	struct bench *bench = bench_start(false, LINE_NI2);
	struct line_span_settings user = bench_span(1, false, LINE_NI2, false);
	struct line_span_status status;
	user.off_channels = 1u << 5 | 1u << 23;
	assert_int_equal(line_span_set(bench->user.line, &user, NULL), 0);
	far_end_knows(bench, 2);
	line_span_status(bench->user.line, 1, &status);
	assert_int_equal(status.out_of_service, 2);
	assert_int_equal(line_span_free_channels(bench->user.line, 1), 21);
	struct line_setup setup = bench_setup("100", "200");
	setup.timeslot = 5;
	line_leg leg;
	assert_int_equal(line_call_out(bench->user.line, &setup, &leg), -EBUSY);
	user.off_channels = 0;
	assert_int_equal(line_span_set(bench->user.line, &user, NULL), 0);
	far_end_knows(bench, 0);
	bench_close(bench);
}

static void hold_message(struct bench *bench, const struct pair *pair, uint8_t message)
{
	uint32_t cref = leg_find(bench->user.line, pair->in)->cref;
	const uint8_t frame[] = {0x02, 0x01, 0x03, 0x08, 0x02, (uint8_t)(cref >> 8), (uint8_t)cref, message};
	wire_put(&bench->user.driver.received[1], frame, sizeof frame);
}

static void test_hold(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	const struct line_setup setup = bench_setup("100", "200");
	struct pair pair = place(bench, true, &setup);
	hold_message(bench, &pair, Q931_MSG_HOLD); /* not answered yet: refused, no event */
	bench_settle(bench);
	assert_non_null(sent_message(&bench->user, Q931_MSG_HOLD_REJECT));
	expect_no_event(bench, &bench->user, LINE_HOLD);
	answer(bench, &pair);
	hold_message(bench, &pair, Q931_MSG_HOLD);
	expect_event(bench, &bench->user, LINE_HOLD);
	assert_non_null(sent_message(&bench->user, Q931_MSG_HOLD_ACK));
	assert_int_not_equal(line_leg_channel(bench->user.line, pair.in), DRIVER_NO_CHANNEL);
	hold_message(bench, &pair, Q931_MSG_RETRIEVE);
	expect_event(bench, &bench->user, LINE_RETRIEVE);
	assert_non_null(sent_message(&bench->user, Q931_MSG_RETRIEVE_ACK));
	assert_string_equal(line_leg_state_name(bench->user.line, pair.in), "ACTIVE");
	hold_message(bench, &pair, Q931_MSG_HOLD);
	expect_event(bench, &bench->user, LINE_HOLD);
	finish(bench, &pair); /* hung up while on hold */
	bench_close(bench);
}

/* A change of one span leaves the calls of the others alone. */
static void test_span_change(void **state)
{
	(void)state;
	struct bench *bench = bench_open();
	struct line_span_settings user[3], network[3];
	for (unsigned span = 1; span <= 2; span++) {
		user[span] = bench_span(span, true, LINE_EUROISDN, false);
		network[span] = bench_span(span, true, LINE_EUROISDN, true);
		bench_span_set(bench, &user[span], &network[span]);
	}
	bench_up(bench, 1);
	struct line_setup setup = bench_setup("100", "200");
	struct pair first = place(bench, true, &setup);
	answer(bench, &first);
	setup.span = 2;
	struct pair second = place(bench, true, &setup);
	answer(bench, &second);
	unsigned starts = bench->user.driver.starts;
	bench_span_set(bench, &user[1], &network[1]); /* unchanged */
	assert_int_equal(bench->user.driver.starts, starts);
	user[2].switch_type = network[2].switch_type = LINE_QSIG;
	bench_span_set(bench, &user[2], &network[2]);
	assert_int_equal(expect_event(bench, &bench->user, LINE_RELEASED)->leg, second.in);
	assert_int_equal(expect_event(bench, &bench->user, LINE_DCHANNEL_LOST)->span, 2);
	bench_up(bench, 2);
	assert_string_equal(line_leg_state_name(bench->user.line, first.in), "ACTIVE");
	assert_string_equal(line_leg_state_name(bench->network.line, first.out), "ACTIVE");
	second = place(bench, false, &setup);
	answer(bench, &second);
	bench_close(bench);
}

static void test_controllers_are_reused(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	unsigned controllers = 0;
	for (int i = 0; i < 20; i++) {
		for (int side = 0; side < 2; side++) {
			const struct line_span_settings user = bench_span(1, true, i & 1 ? LINE_NI2 : LINE_QSIG, side);
			const struct line_span_settings network =
			    bench_span(1, true, i & 1 ? LINE_NI2 : LINE_QSIG, !side);
			bench_span_set(bench, &user, &network);
			bench_up(bench, 1);
		}
		if (i == 1)
			controllers = pri_link_controllers();
	}
	assert_int_equal(pri_link_controllers(), controllers);
	const struct line_setup setup = bench_setup("100", "200");
	struct pair pair = place(bench, true, &setup);
	answer(bench, &pair);
	bench_close(bench);
}

static void test_leg_limit(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	struct leg *left = bench->user.line->free_legs;
	const struct line_setup setup = bench_setup("100", "200");
	line_leg leg;
	bench->user.line->free_legs = NULL;
	assert_int_equal(line_call_out(bench->user.line, &setup, &leg), -ENOSPC);
	assert_int_equal(line_call_out(bench->network.line, &setup, &leg), 0);
	assert_int_equal(expect_event(bench, &bench->network, LINE_RELEASED)->cause, 42);
	bench->user.line->free_legs = left;
	expect_idle(bench);
	bench_close(bench);
}

static void test_span_without_link(void **state)
{
	(void)state;
	struct bench *bench = bench_open();
	struct line_span_settings phones = bench_span(3, false, LINE_EUROISDN, false);
	phones.signalling = LINE_FXS;
	phones.driver.use = SPAN_USE_FXS;
	assert_int_equal(line_span_set(bench->user.line, &phones, NULL), 0);
	struct line_span_status status;
	line_span_status(bench->user.line, 3, &status);
	assert_int_equal(status.dchannel, LINE_DCHANNEL_NONE);
	assert_int_equal(status.channels, 24);
	struct line_setup setup = bench_setup("100", "200");
	line_leg leg;
	setup.span = 3;
	assert_int_equal(line_call_out(bench->user.line, &setup, &leg), -ENETDOWN);
	setup.span = 0;
	assert_int_equal(line_call_out(bench->user.line, &setup, &leg), -EINVAL);
	line_span_stop(bench->user.line, 3);
	assert_int_equal(bench->user.driver.stops, 1);
	bench_close(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_hunt_all),
	    cmocka_unit_test(test_preferred_busy),
	    cmocka_unit_test(test_exclusive_busy),
	    cmocka_unit_test(test_nothing_free),
	    cmocka_unit_test(test_glare),
	    cmocka_unit_test(test_restart_one),
	    cmocka_unit_test(test_restart_all),
	    cmocka_unit_test(test_restart_on_up),
	    cmocka_unit_test(test_resync),
	    cmocka_unit_test(test_resync_dchannel_lost),
	    cmocka_unit_test(test_resync_changed),
	    cmocka_unit_test(test_restart_interrupted),
	    cmocka_unit_test(test_restart_round_interrupted),
	    cmocka_unit_test(test_restart_of_doubtful_under_test),
	    cmocka_unit_test(test_restart_interrupted_by_settings),
	    cmocka_unit_test(test_restart_unanswered),
	    cmocka_unit_test(test_restart_of_doubtful_unanswered),
	    cmocka_unit_test(test_service),
	    cmocka_unit_test(test_service_of_ours),
	    cmocka_unit_test(test_hold),
	    cmocka_unit_test(test_span_change),
	    cmocka_unit_test(test_controllers_are_reused),
	    cmocka_unit_test(test_service_of_span),
	    cmocka_unit_test(test_leg_limit),
	    cmocka_unit_test(test_span_without_link),
	};
	return cmocka_run_group_tests_name("channels", tests, bench_setup_group, NULL);
}
