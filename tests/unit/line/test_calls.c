/* Calls in and out over every switch type, E1 and T1, both sides calling. */
#include "wire_bench.h"

struct combination {
	bool e1, from_network;
	enum line_switch switch_type;
};

static void for_all(void (*test)(struct bench *bench, const struct combination *combination))
{
	for (int switch_type = 0; switch_type < LINE_SWITCH_COUNT; switch_type++)
		for (int shape = 0; shape < 4; shape++) {
			const struct combination combination = {
			    .e1 = shape & 1, .from_network = shape & 2, .switch_type = (enum line_switch)switch_type};
			struct bench *bench = bench_start(combination.e1, combination.switch_type);
			test(bench, &combination);
			bench_close(bench);
		}
}

static void released(struct bench *bench, const struct pair *pair, uint8_t cause)
{
	assert_int_equal(expect_event(bench, pair->caller, LINE_RELEASED)->cause, cause);
	assert_int_equal(expect_event(bench, pair->callee, LINE_RELEASED)->cause, cause);
	assert_false(line_leg_exists(pair->caller->line, pair->out));
	assert_false(line_leg_exists(pair->callee->line, pair->in));
	expect_idle(bench);
}

static void basic(struct bench *bench, const struct combination *combination)
{
	const struct line_setup setup = bench_setup("8005551000", "2125550123");
	struct pair pair = place(bench, combination->from_network, &setup);
	assert_string_equal(pair.setup->setup.called.digits, "8005551000");
	assert_string_equal(pair.setup->setup.calling.digits, "2125550123");
	assert_int_equal(pair.setup->setup.calling.ton, 2);
	assert_int_equal(pair.setup->setup.calling.presentation, LINE_PRESENTATION_ALLOWED);
	assert_true(pair.setup->setup.complete);
	assert_int_equal(pair.setup->setup.bearer, 16);
	unsigned first = combination->from_network ? 1 : combination->e1 ? 31 : 23;
	assert_int_equal(pair.setup->channel, driver_channel(1, first));
	answer(bench, &pair);
	assert_int_equal(line_leg_channel(pair.caller->line, pair.out), driver_channel(1, first));
	bench_run(bench, 15000); /* past every timer that an unacknowledged CONNECT would have */
	assert_string_equal(line_leg_state_name(pair.caller->line, pair.out), "ACTIVE");
	line_leg_clear(pair.caller->line, pair.out, 16);
	const struct seen *cleared = expect_event(bench, pair.callee, LINE_DISCONNECT);
	assert_int_equal(cleared->cause, 16);
	released(bench, &pair, 16);
}

static void test_basic(void **state)
{
	(void)state;
	for_all(basic);
}

static void callee_clears(struct bench *bench, const struct combination *combination)
{
	const struct line_setup setup = bench_setup("100", "200");
	struct pair pair = place(bench, combination->from_network, &setup);
	answer(bench, &pair);
	expect_event(bench, pair.callee, LINE_CONNECT_ACK);
	line_leg_clear(pair.callee->line, pair.in, 31);
	const struct seen *cleared = expect_event(bench, pair.caller, LINE_DISCONNECT);
	assert_int_equal(cleared->cause, 31);
	assert_int_equal(cleared->location, 1);
	released(bench, &pair, 31);
}

static void test_callee_clears(void **state)
{
	(void)state;
	for_all(callee_clears);
}

/* Every Q.850 value, from SETUP, from ringing and from talking, arrives as it was given. */
static void test_causes(void **state)
{
	(void)state;
	for (int switch_type = 0; switch_type < LINE_SWITCH_COUNT; switch_type += 2)
		for (unsigned stage = 0; stage < 3; stage++) {
			struct bench *bench = bench_start(true, (enum line_switch)switch_type);
			for (unsigned cause = 1; cause <= 127; cause++) {
				struct line_setup setup = bench_setup("100", "200");
				setup.timeslot = 5;
				setup.exclusive = true; /* else 44 and 6 are tried again on another channel */
				struct pair pair = place(bench, cause & 1, &setup);
				if (stage >= 1)
					line_leg_alerting(pair.callee->line, pair.in, false);
				if (stage >= 2)
					line_leg_connect(pair.callee->line, pair.in);
				bench_settle(bench);
				line_leg_clear(pair.callee->line, pair.in, (uint8_t)cause);
				released(bench, &pair, (uint8_t)cause);
				drain_log();
				bench->user.count = bench->user.taken = 0;
				bench->network.count = bench->network.taken = 0;
			}
			bench_close(bench);
			drain_log();
		}
}

static void test_odd_causes(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	const struct line_setup setup = bench_setup("100", "200");
	struct pair pair = place(bench, true, &setup);
	line_leg_clear(pair.callee->line, pair.in, 200);
	released(bench, &pair, 31);
	pair = place(bench, true, &setup);
	line_leg_clear(pair.callee->line, pair.in, 0);
	released(bench, &pair, 16);
	bench_close(bench);
}

/* Both ends hang up, each in each state that the call can be in, alone and at the same moment. */
static void bring_to(struct bench *bench, const struct pair *pair, unsigned stage)
{
	if (stage >= 1)
		line_leg_proceeding(pair->callee->line, pair->in);
	if (stage >= 2)
		line_leg_progress(pair->callee->line, pair->in);
	if (stage >= 3)
		line_leg_alerting(pair->callee->line, pair->in, true);
	if (stage >= 4)
		line_leg_connect(pair->callee->line, pair->in);
	if (stage != 5)
		bench_settle(bench);
}

static void hang_up_everywhere(struct bench *bench, const struct combination *combination)
{
	for (unsigned stage = 0; stage <= 5; stage++)
		for (unsigned who = 1; who <= 3; who++) {
			const struct line_setup setup = bench_setup("100", "200");
			struct pair pair = place(bench, combination->from_network, &setup);
			bring_to(bench, &pair, stage);
			if (who & 1)
				line_leg_clear(pair.caller->line, pair.out, 16);
			if (who & 2)
				line_leg_clear(pair.callee->line, pair.in, 16);
			released(bench, &pair, 16);
		}
}

static void test_hang_up_everywhere(void **state)
{
	(void)state;
	for_all(hang_up_everywhere);
}

/* The caller gives up before SETUP has arrived: RELEASED once, last, on both ends or the one that knew. */
static void test_give_up_at_once(void **state)
{
	(void)state;
	for (int cause = 1; cause <= 127; cause++) {
		struct bench *bench = bench_start(false, LINE_NI2);
		const struct line_setup setup = bench_setup("100", "200");
		line_leg leg;
		assert_int_equal(line_call_out(bench->user.line, &setup, &leg), 0);
		line_leg_clear(bench->user.line, leg, (uint8_t)cause);
		assert_int_equal(expect_event(bench, &bench->user, LINE_RELEASED)->leg, leg);
		bench_run(bench, 40000);
		expect_no_event(bench, &bench->user, LINE_RELEASED);
		expect_idle(bench);
		bench_close(bench);
		drain_log();
	}
}

static void inband(struct bench *bench, const struct combination *combination)
{
	const struct line_setup setup = bench_setup("100", "200");
	struct pair pair = place(bench, combination->from_network, &setup);
	line_leg_progress(pair.callee->line, pair.in);
	assert_true(expect_event(bench, pair.caller, LINE_PROGRESS)->inband);
	line_leg_alerting(pair.callee->line, pair.in, true);
	assert_true(expect_event(bench, pair.caller, LINE_ALERTING)->inband);
	line_leg_clear(pair.callee->line, pair.in, 17);
	released(bench, &pair, 17);
}

static void test_inband(void **state)
{
	(void)state;
	for_all(inband);
}

/* A refused caller hears the message: DISCONNECT with indicator 8, RELEASE when the message is over. */
static void disconnect_inband(struct bench *bench, const struct combination *combination)
{
	const struct line_setup setup = bench_setup("100", "200");
	struct pair pair = place(bench, combination->from_network, &setup);
	pair.caller->auto_release = false;
	line_leg_disconnect_inband(pair.callee->line, pair.in, 1);
	const struct seen *seen = expect_event(bench, pair.caller, LINE_DISCONNECT);
	assert_true(seen->inband);
	assert_int_equal(seen->cause, 1);
	bench_run(bench, 5000);
	assert_true(line_leg_exists(pair.callee->line, pair.in));
	assert_int_not_equal(line_leg_channel(pair.callee->line, pair.in), DRIVER_NO_CHANNEL);
	if (combination->e1)
		line_leg_clear(pair.callee->line, pair.in, 1); /* the message is over */
	else
		line_leg_clear(pair.caller->line, pair.out, 16); /* the caller has heard enough */
	bench_run(bench, 100);
	released(bench, &pair, 1);
}

static void test_disconnect_inband(void **state)
{
	(void)state;
	for_all(disconnect_inband);
}

/* A dead far end: RELEASED comes all the same, by T305 and T308. */
static void test_clear_towards_silence(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	const struct line_setup setup = bench_setup("100", "200");
	struct pair pair = place(bench, true, &setup);
	answer(bench, &pair);
	bench->user.driver.cut[1] = bench->network.driver.cut[1] = true;
	line_leg_clear(pair.caller->line, pair.out, 16);
	bench_run(bench, 60000);
	assert_int_equal(expect_event(bench, pair.caller, LINE_RELEASED)->cause, 16);
	assert_int_equal(expect_event(bench, pair.callee, LINE_RELEASED)->cause, 27);
	expect_idle(bench);
	bench_close(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_basic),
	    cmocka_unit_test(test_callee_clears),
	    cmocka_unit_test(test_hang_up_everywhere),
	    cmocka_unit_test(test_inband),
	    cmocka_unit_test(test_disconnect_inband),
	    cmocka_unit_test(test_causes),
	    cmocka_unit_test(test_odd_causes),
	    cmocka_unit_test(test_give_up_at_once),
	    cmocka_unit_test(test_clear_towards_silence),
	};
	return cmocka_run_group_tests_name("calls", tests, bench_setup_group, NULL);
}
