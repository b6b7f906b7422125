/* PRI calls, the lab against itself: every switch type, names, clearing, hunting, audio, faults. */
#include "pair.h"

static struct exchange *network, *user;

static void open_pair(enum lab_switch type, bool e1, bool overlap)
{
	network = pair_exchange("net", NULL);
	user = pair_exchange("cpe", NULL);
	struct lab_span span = {.span = 1,
	                        .e1 = e1,
	                        .mulaw = !e1,
	                        .kind = LAB_SPAN_PRI,
	                        .switch_type = type,
	                        .network_side = true,
	                        .overlap = overlap};
	pair_span(network, span);
	span.network_side = false;
	pair_span(user, span);
	pair_run(network, user, 3);
	assert_true(exchange_dchannel_up(network, 1));
	assert_true(exchange_dchannel_up(user, 1));
}

static void close_pair(void)
{
	exchange_free(network);
	exchange_free(user);
}

static struct lab_call *call_from(struct exchange *exchange, struct lab_call_request request)
{
	char error[LAB_TEXT];
	struct lab_call *call = NULL;
	assert_int_equal(call_out(exchange, &request, &call, error, sizeof(error)), 0);
	return call;
}

static struct lab_call *call_to(struct exchange *exchange)
{
	struct lab_call *call = NULL;
	for (int i = 0; i < 100 && !call; i++) {
		pair_period(network, user);
		call = call_incoming(exchange, 1);
	}
	assert_non_null(call);
	return call;
}

static const struct {
	enum lab_switch type;
	bool e1, names;
} switches[] = {
    {LAB_EUROISDN, true, true}, {LAB_EUROISDN, false, true}, {LAB_NI1, false, false},
    {LAB_NI2, false, true},     {LAB_DMS100, false, true},   {LAB_5ESS, false, false},
    {LAB_4ESS, false, false},   {LAB_QSIG, true, true},      {LAB_QSIG, false, true},
};

static void every_switch_type_carries_a_call_both_ways(void **state)
{
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		struct lab_call_facts facts;
		open_pair(switches[i].type, switches[i].e1, false);
		for (int way = 0; way < 2; way++) {
			struct exchange *caller = way ? user : network, *called = way ? network : user;
			struct lab_call_request request = pair_request(1, "8005551000", "2125550123");
			if (!way)
				snprintf(request.name, sizeof(request.name), "ACME Ltd");
			struct lab_call *out = call_from(caller, request), *in = call_to(called);
			call_facts(in, &facts);
			assert_string_equal(facts.to, "8005551000");
			assert_string_equal(facts.from, "2125550123");
			if (!way && switches[i].names && switches[i].type != LAB_NI2)
				assert_string_equal(facts.name, "ACME Ltd");
			assert_int_equal(facts.channel, 1);
			pair_run(network, user, 0.1);
			assert_true(call_was(out, LAB_CALL_PROCEEDING, 0, NULL));
			assert_int_equal(call_alert(in), 0);
			pair_run(network, user, 0.1);
			assert_int_equal(call_state(out), LAB_CALL_ALERTING);
			assert_int_equal(call_answer(in), 0);
			pair_run(network, user, 0.1);
			assert_int_equal(call_state(out), LAB_CALL_ANSWERED);
			assert_int_equal(call_hang_up(in, 31), 0);
			pair_run(network, user, 0.2);
			assert_int_equal(call_state(out), LAB_CALL_RELEASED);
			call_facts(out, &facts);
			assert_int_equal(facts.cause, 31);
			call_forget(in);
			call_forget(out);
		}
		close_pair();
	}
}

static void a_refused_call_is_rejected_with_its_cause(void **state)
{
	struct lab_call_facts facts;
	open_pair(LAB_EUROISDN, true, false);
	struct lab_call *out = call_from(network, pair_request(1, "1", "2")), *in = call_to(user);
	assert_int_equal(call_reject(in, 17), 0);
	pair_run(network, user, 0.2);
	assert_int_equal(call_state(out), LAB_CALL_REJECTED);
	call_facts(out, &facts);
	assert_int_equal(facts.cause, 17);
	assert_true(facts.cause_location >= 0);
	close_pair();
}

static void audio_passes_from_the_answer_on_at_the_right_level(void **state)
{
	open_pair(LAB_EUROISDN, true, false);
	struct lab_call *out = call_from(network, pair_request(1, "1", "2")), *in = call_to(user);
	call_alert(in);
	party_say_tone(call_party(in), 1004, -10);
	pair_run(network, user, 0.5);
	assert_true(party_tone_level(call_party(out), 1004, 0) < -90);
	call_answer(in);
	pair_run(network, user, 0.1);
	uint64_t from = exchange_now_samples(network);
	pair_run(network, user, 0.5);
	double level = party_tone_level(call_party(out), 1004, from);
	assert_true(level > -10.2 && level < -9.8);
	assert_true(party_tone_level(call_party(out), 697, from) < -50);
	char error[LAB_TEXT];
	assert_int_equal(party_dial(call_party(out), "159#D", NULL, error, sizeof(error)), 0);
	assert_true(party_dialling(call_party(out)));
	pair_run(network, user, 1);
	assert_false(party_dialling(call_party(out)));
	assert_string_equal(party_digits_heard(call_party(in)), "159#D");
	close_pair();
}

static void channels_are_hunted_upwards_and_freed(void **state)
{
	struct lab_call *calls[30];
	char error[LAB_TEXT];
	struct lab_call_facts facts;
	struct lab_call_request request = pair_request(1, "1", "2");
	open_pair(LAB_EUROISDN, true, false);
	for (unsigned i = 0; i < 30; i++) {
		calls[i] = call_from(network, request);
		call_facts(calls[i], &facts);
		assert_int_equal(facts.channel, i < 15 ? i + 1 : i + 2);
		if (i % 5 == 4)
			pair_run(network, user, 0.2);
	}
	struct lab_call *more;
	assert_int_not_equal(call_out(network, &request, &more, error, sizeof(error)), 0);
	pair_run(network, user, 0.2);
	call_hang_up(calls[3], 16);
	pair_run(network, user, 0.2);
	call_facts(call_from(network, request), &facts);
	assert_int_equal(facts.channel, 4);
	close_pair();
}

static void overlap_digits_arrive(void **state)
{
	struct lab_call_facts facts;
	open_pair(LAB_EUROISDN, true, true);
	struct lab_call_request request = pair_request(1, "80", "2");
	request.overlap = true;
	struct lab_call *out = call_from(network, request), *in = call_to(user);
	pair_run(network, user, 0.1);
	assert_int_equal(call_state(out), LAB_CALL_SETUP_ACK);
	assert_int_equal(call_more_digits(out, "0555", false), 0);
	pair_run(network, user, 0.1);
	call_facts(in, &facts);
	assert_string_equal(facts.to, "800555");
	assert_int_equal(call_more_digits(out, "1", true), 0);
	pair_run(network, user, 0.2);
	call_facts(in, &facts);
	assert_string_equal(facts.to, "8005551");
	assert_int_equal(call_state(out), LAB_CALL_PROCEEDING);
	close_pair();
}

static void a_short_loss_of_the_d_channel_keeps_calls(void **state)
{
	char error[LAB_TEXT];
	struct lab_fault fault;
	open_pair(LAB_EUROISDN, true, false);
	struct lab_call *out = call_from(network, pair_request(1, "1", "2")), *in = call_to(user);
	call_answer(in);
	pair_run(network, user, 0.2);
	fault_clear(&fault);
	fault.span = 1;
	fault.dchannel = 0;
	assert_int_equal(exchange_fault(network, &fault, error, sizeof(error)), 0);
	party_say_tone(call_party(in), 440, -15);
	uint64_t from = exchange_now_samples(network);
	pair_run(network, user, 40);
	assert_false(exchange_dchannel_up(network, 1));
	assert_true(party_tone_level(call_party(out), 440, from) > -16);
	fault.dchannel = 1;
	assert_int_equal(exchange_fault(network, &fault, error, sizeof(error)), 0);
	pair_run(network, user, 20);
	assert_true(exchange_dchannel_up(network, 1));
	assert_int_equal(call_state(out), LAB_CALL_ANSWERED);
	close_pair();
}

static void glare_crosses_the_next_setup(void **state)
{
	char error[LAB_TEXT];
	struct lab_fault fault;
	struct lab_call_facts facts;
	open_pair(LAB_EUROISDN, true, false);
	fault_clear(&fault);
	fault.span = 1;
	fault.glare = 1;
	assert_int_equal(exchange_fault(network, &fault, error, sizeof(error)), 0);
	struct lab_call_request request = pair_request(1, "555", "777");
	request.channel = 5;
	request.exclusive = true;
	struct lab_call *lost = call_from(user, request);
	pair_run(network, user, 0.5);
	assert_int_equal(call_state(lost), LAB_CALL_REJECTED);
	call_facts(lost, &facts);
	assert_int_equal(facts.cause, 44);
	close_pair();
}

static void names_follow_in_a_facility(void **state)
{
	char tail[4096];
	open_pair(LAB_NI2, false, false);
	struct lab_call *out = call_from(network, pair_request(1, "1", "2"));
	call_answer(call_to(user));
	pair_run(network, user, 0.2);
	assert_int_equal(call_facility(out, "LATER NAME"), 0);
	pair_run(network, user, 0.2);
	exchange_trace_tail(user, tail, sizeof(tail), 20);
	assert_non_null(strstr(tail, "FACILITY"));
	assert_int_equal(call_state(out), LAB_CALL_ANSWERED);
	close_pair();
}

static void injected_messages_go_out_as_they_are(void **state)
{
	char error[LAB_TEXT], tail[4096];
	struct lab_fault fault;
	open_pair(LAB_EUROISDN, true, false);
	fault_clear(&fault);
	fault.span = 1;
	fault.q931_hex = "08 02 7f 11 45 08 02 80 90"; /* DISCONNECT of a call that nobody knows */
	assert_int_equal(exchange_fault(network, &fault, error, sizeof(error)), 0);
	pair_run(network, user, 0.5);
	exchange_trace_tail(user, tail, sizeof(tail), 20);
	assert_non_null(strstr(tail, "DISCONNECT ref 32529 cause 16"));
	fault.q931_hex = "0";
	assert_int_not_equal(exchange_fault(network, &fault, error, sizeof(error)), 0);
	/* the link goes on */
	struct lab_call *out = call_from(network, pair_request(1, "1", "2"));
	call_answer(call_to(user));
	pair_run(network, user, 0.2);
	assert_int_equal(call_state(out), LAB_CALL_ANSWERED);
	close_pair();
}

static void calls_survive_lost_and_late_frames(void **state)
{
	char error[LAB_TEXT];
	struct lab_fault fault;
	open_pair(LAB_EUROISDN, true, false);
	fault_clear(&fault);
	fault.loss_percent = 1;
	fault.late_ms = 5;
	fault.ber = 1e-6;
	assert_int_equal(exchange_fault(network, &fault, error, sizeof(error)), 0);
	struct lab_call *out = call_from(network, pair_request(1, "1", "2"));
	struct lab_call *in = NULL;
	for (int i = 0; i < 2000 && !in; i++) {
		pair_period(network, user);
		in = call_incoming(user, 1);
	}
	assert_non_null(in);
	call_answer(in);
	pair_run(network, user, 10);
	assert_int_equal(call_state(out), LAB_CALL_ANSWERED);
	struct lab_counters counters;
	exchange_counters(user, &counters);
	assert_true(counters.sequence_gaps > 5 && counters.sequence_gaps < 400);
	close_pair();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_switch_type_carries_a_call_both_ways),
	    cmocka_unit_test(a_refused_call_is_rejected_with_its_cause),
	    cmocka_unit_test(audio_passes_from_the_answer_on_at_the_right_level),
	    cmocka_unit_test(channels_are_hunted_upwards_and_freed),
	    cmocka_unit_test(overlap_digits_arrive),
	    cmocka_unit_test(a_short_loss_of_the_d_channel_keeps_calls),
	    cmocka_unit_test(glare_crosses_the_next_setup),
	    cmocka_unit_test(names_follow_in_a_facility),
	    cmocka_unit_test(injected_messages_go_out_as_they_are),
	    cmocka_unit_test(calls_survive_lost_and_late_frames),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
