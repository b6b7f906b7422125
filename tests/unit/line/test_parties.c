/* Names, numbers and texts that a SETUP carries, per switch type and direction. */
#include "wire_bench.h"

static void test_name(void **state)
{
	(void)state;
	for (int switch_type = 0; switch_type < LINE_SWITCH_COUNT; switch_type++)
		for (int from_network = 0; from_network < 2; from_network++) {
			struct bench *bench = bench_start(false, (enum line_switch)switch_type);
			struct line_setup setup = bench_setup("100", "200");
			text_copy(setup.calling_name, sizeof setup.calling_name, "Zo\xc3\xab & Co");
			struct pair pair = place(bench, from_network, &setup);
			line_leg_proceeding(pair.callee->line, pair.in);
			bench_settle(bench);
			const struct seen *late = next_event(pair.callee, LINE_NAME);
			const char *name = late != NULL ? late->setup.calling_name : pair.setup->setup.calling_name;
			/* A European user side has no name to give: Display is the network's alone (T17). */
			bool silent = switch_type == LINE_EUROISDN && !from_network;
			assert_string_equal(name, silent ? "" : "Zo\xc3\xab & Co");
			/* NI2 announces the name and sends it after CALL PROCEEDING (unless Display had it already). */
			struct q931_facts facts;
			const struct wire_frame *sent = sent_message(pair.caller, Q931_MSG_SETUP);
			q931_note(sent->bytes, sent->count, &facts);
			assert_int_equal(facts.name_follows, switch_type == LINE_NI2 && from_network);
			if (facts.name_follows)
				assert_non_null(late);
			line_leg_clear(pair.caller->line, pair.out, 16);
			bench_settle(bench);
			bench_close(bench);
		}
}

static void facility(struct bench *bench, const struct pair *pair, const uint8_t *elements, size_t count)
{
	uint32_t cref = leg_find(bench->user.line, pair->in)->cref;
	uint8_t frame[128] = {0x02, 0x01, 0x03, 0x08, 0x02, (uint8_t)(cref >> 8), (uint8_t)cref, 0x62};
	memcpy(frame + 8, elements, count);
	wire_put(&bench->user.driver.received[1], frame, 8 + count);
}

/* Names by themselves, after SETUP: in a Facility element, and in a Display. */
static void test_late_name(void **state)
{
	(void)state;
	static const uint8_t calling_name[] = {0x1c, 0x12, 0x9f, 0x8b, 0x01, 0x00, 0xa1, 0x0c, 0x02, 0x01,
	                                       0x05, 0x02, 0x01, 0x00, 0x80, 0x04, 'A',  'C',  'M',  'E'};
	static const uint8_t display[] = {0x1c, 0x01, 0x91, 0x28, 0x05, 0xb1, 'A', 'C', 'M', 'E'};
	for (int switch_type = 0; switch_type < LINE_SWITCH_COUNT; switch_type++)
		for (int by_display = 0; by_display < 2; by_display++) {
			bool rose = switch_type == LINE_NI2 || switch_type == LINE_QSIG;
			if (by_display ? switch_type == LINE_QSIG : !rose)
				continue; /* not a way of this switch type */
			struct bench *bench = bench_start(false, (enum line_switch)switch_type);
			const struct line_setup setup = bench_setup("100", "200");
			struct pair pair = place(bench, true, &setup);
			facility(bench, &pair, by_display ? display : calling_name,
			         by_display ? sizeof display : sizeof calling_name);
			const struct seen *name = expect_event(bench, &bench->user, LINE_NAME);
			assert_string_equal(name->setup.calling_name, "ACME");
			struct line_span_status status;
			line_span_status(bench->user.line, 1, &status);
			assert_int_equal(status.frames_screened, 0);
			/* A second text is not a second name. */
			facility(bench, &pair, display, sizeof display);
			expect_no_event(bench, &bench->user, LINE_NAME);
			bench_close(bench);
		}
}

static void test_presentation(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	struct line_setup setup = bench_setup("100", "2125550123");
	setup.calling.presentation = LINE_PRESENTATION_RESTRICTED;
	setup.calling.screening = 3;
	struct pair pair = place(bench, true, &setup);
	assert_string_equal(pair.setup->setup.calling.digits, "2125550123");
	assert_int_equal(pair.setup->setup.calling.presentation, LINE_PRESENTATION_RESTRICTED);
	assert_int_equal(pair.setup->setup.calling.screening, 3);
	setup.calling.digits[0] = '\0';
	pair = place(bench, true, &setup);
	assert_string_equal(pair.setup->setup.calling.digits, "");
	assert_int_equal(pair.setup->setup.calling.presentation, LINE_PRESENTATION_UNAVAILABLE);
	bench_close(bench);
}

static void test_redirecting(void **state)
{
	(void)state;
	for (int switch_type = 0; switch_type < LINE_SWITCH_COUNT; switch_type++)
		for (int from_network = 0; from_network < 2; from_network++) {
			struct bench *bench = bench_start(true, (enum line_switch)switch_type);
			struct line_setup setup = bench_setup("100", "200");
			text_copy(setup.redirecting.digits, sizeof setup.redirecting.digits, "300");
			setup.redirecting.ton = 2;
			setup.redirecting.npi = 1;
			setup.redirecting_reason = 15;
			text_copy(setup.original_called.digits, sizeof setup.original_called.digits, "400");
			setup.original_called.npi = 1;
			struct pair pair = place(bench, from_network, &setup);
			assert_string_equal(pair.setup->setup.redirecting.digits, "300");
			assert_int_equal(pair.setup->setup.redirecting_reason, 15);
			if (switch_type == LINE_QSIG || switch_type == LINE_EUROISDN)
				assert_string_equal(pair.setup->setup.original_called.digits, "400");
			bench_close(bench);
		}
}

static void test_user_user(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	struct line_setup setup = bench_setup("100", "200");
	text_copy(setup.user_user, sizeof setup.user_user, "order 4711");
	assert_string_equal(place(bench, true, &setup).setup->setup.user_user, "order 4711");
	bench_close(bench);
}

static void test_bearer(void **state)
{
	(void)state;
	static const uint8_t bearers[] = {0, 8, 16};
	for (int switch_type = 0; switch_type < LINE_SWITCH_COUNT; switch_type++)
		for (size_t i = 0; i < ARRAY_SIZE(bearers); i++) {
			struct bench *bench = bench_start(false, (enum line_switch)switch_type);
			struct line_setup setup = bench_setup("100", "200");
			setup.bearer = bearers[i];
			assert_int_equal(place(bench, true, &setup).setup->setup.bearer, bearers[i]);
			bench_close(bench);
		}
}

/* A number at our limit and beyond libpri's: cut, never overrun. */
static void test_long_numbers(void **state)
{
	(void)state;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	struct line_setup setup = bench_setup("1234567890123456789012345678901234567890", "200");
	struct pair pair = place(bench, true, &setup);
	assert_string_equal(pair.setup->setup.called.digits, "1234567890123456789012345678901");
	bench_close(bench);
}

static void test_cause_texts(void **state)
{
	(void)state;
	for (unsigned cause = 0; cause <= 300; cause++)
		assert_true(strlen(line_cause_text(cause)) > 4);
	assert_string_equal(line_cause_text(16), "normal call clearing");
	assert_string_equal(line_cause_text(17), "user busy");
	assert_string_equal(line_cause_text(48), "service or option not available");
	assert_string_equal(line_cause_text(200), "not a cause value");
}

static void test_timer_rows(void **state)
{
	(void)state;
	struct timer_values values;
	timer_values_initial(&values);
	for (int row = 0; row < TIMER_ROW_COUNT; row++) {
		assert_non_null(timer_rows[row].name);
		assert_in_range(values.ms[row], timer_rows[row].low_ms, timer_rows[row].high_ms);
	}
	assert_int_equal(values.ms[TIMER_T303], 4000);
	assert_string_equal(timer_rows[TIMER_offer_lease].name, "offer_lease");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_name),        cmocka_unit_test(test_presentation),
	    cmocka_unit_test(test_redirecting), cmocka_unit_test(test_user_user),
	    cmocka_unit_test(test_bearer),      cmocka_unit_test(test_long_numbers),
	    cmocka_unit_test(test_cause_texts), cmocka_unit_test(test_timer_rows),
	    cmocka_unit_test(test_late_name),
	};
	return cmocka_run_group_tests_name("parties", tests, bench_setup_group, NULL);
}
