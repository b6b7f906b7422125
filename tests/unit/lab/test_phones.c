/* Telephones: ring, hook, flash, pulses, tones, caller ID and message waiting. */
#include "bank.h"

#include <spandsp.h>

static struct bank bank;

static int open_bank(void **state)
{
	bank_open(&bank);
	return 0;
}

static int close_bank(void **state)
{
	bank_close(&bank);
	return 0;
}

static void rings_with_a_cadence_and_falls_silent(void **state)
{
	unsigned ms[8];
	bank_run(&bank, 0.5);
	assert_false(phone_is(bank.phone, LAB_PHONE_RINGING));
	bank_ring(&bank, 2, 4);
	assert_true(phone_is(bank.phone, LAB_PHONE_RINGING));
	bank_ring(&bank, 2, 4);
	bank_ring(&bank, 0.7, 0.2); /* cut short: it has stopped */
	assert_true(phone_is(bank.phone, LAB_PHONE_SILENT));
	assert_false(phone_is(bank.phone, LAB_PHONE_RINGING));
	unsigned count = phone_ring_cadence(bank.phone, ms, 8);
	assert_int_equal(count, 5);
	for (unsigned i = 0; i < 4; i++)
		assert_in_range(ms[i], i & 1 ? 3980 : 1980, i & 1 ? 4020 : 2020);
	assert_true(phone_was(bank.phone, LAB_PHONE_RINGING, 8000, NULL));
	assert_false(phone_was(bank.phone, LAB_PHONE_RINGING, exchange_now_samples(bank.exchange), NULL));
}

static void falls_silent_after_the_longest_pause(void **state)
{
	bank_ring(&bank, 1, 3.9);
	assert_true(phone_is(bank.phone, LAB_PHONE_RINGING));
	bank_run(&bank, 0.6);
	assert_true(phone_is(bank.phone, LAB_PHONE_SILENT));
	bank_ring(&bank, 1, 0.5); /* the next call */
	assert_true(phone_is(bank.phone, LAB_PHONE_RINGING));
	assert_false(phone_is(bank.phone, LAB_PHONE_SILENT));
}

static void falls_silent_at_once_when_the_first_burst_is_cut(void **state)
{
	static const double cuts[] = {0.04, 0.13, 0.73, 1.03, 1.97};
	for (unsigned i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		bank_ring(&bank, cuts[i], 0.1);
		assert_true(phone_was(bank.phone, LAB_PHONE_RINGING, 0, NULL));
		assert_true(phone_is(bank.phone, LAB_PHONE_SILENT));
		bank_run(&bank, 1);
	}
	bank_ring(&bank, 2, 0.1);
	assert_true(phone_is(bank.phone, LAB_PHONE_RINGING));
}

static void distinctive_ringing_is_one_ringing(void **state)
{
	for (int i = 0; i < 3; i++) {
		bank_ring(&bank, 1.5, 0.5);
		assert_true(phone_is(bank.phone, LAB_PHONE_RINGING));
		bank_ring(&bank, 0.5, 3.5);
		assert_true(phone_is(bank.phone, LAB_PHONE_RINGING));
	}
}

static void lifting_closes_the_loop_and_ends_the_ring(void **state)
{
	bank_ring(&bank, 1, 0);
	assert_false(bank.loop);
	phone_lift(bank.phone);
	bank_run(&bank, 0.05);
	assert_true(bank.loop);
	assert_false(phone_is(bank.phone, LAB_PHONE_RINGING));
	assert_true(phone_is(bank.phone, LAB_PHONE_SILENT));
	phone_hang_up(bank.phone);
	bank_run(&bank, 0.05);
	assert_false(bank.loop);
}

static void flashes_within_the_window(void **state)
{
	phone_lift(bank.phone);
	bank_run(&bank, 1);
	phone_flash(bank.phone);
	bank_run(&bank, 1);
	assert_int_equal(bank.break_count, 2); /* the lift itself ended the first */
	assert_in_range(bank.breaks[1], 300, 500);
	assert_true(phone_lifted(bank.phone));
}

static void dials_by_pulses(void **state)
{
	char error[LAB_TEXT];
	struct lab_dial how = {.pulse = true};
	phone_lift(bank.phone);
	bank_run(&bank, 0.5);
	bank.break_count = 0;
	assert_int_equal(party_dial(phone_party(bank.phone), "30", &how, error, sizeof(error)), 0);
	assert_true(party_dialling(phone_party(bank.phone)));
	bank_run(&bank, 4);
	assert_false(party_dialling(phone_party(bank.phone)));
	assert_int_equal(bank.break_count, 13);
	for (unsigned i = 0; i < 13; i++)
		assert_int_equal(bank.breaks[i], 60);
	assert_int_not_equal(party_dial(phone_party(bank.phone), "#", &how, error, sizeof(error)), 0);
}

static void dials_by_tones_that_others_understand(void **state)
{
	char error[LAB_TEXT], got[32];
	int16_t linear[sizeof(bank.said)];
	phone_lift(bank.phone);
	bank_run(&bank, 0.2);
	bank.said_count = 0;
	assert_int_equal(party_dial(phone_party(bank.phone), "*11101#4711#", NULL, error, sizeof(error)), 0);
	bank_run(&bank, 2.5);
	for (size_t i = 0; i < bank.said_count; i++)
		linear[i] = law_table(true)[bank.said[i]];
	dtmf_rx_state_t *detector = dtmf_rx_init(NULL, NULL, NULL);
	dtmf_rx(detector, linear, (int)bank.said_count);
	dtmf_rx_get(detector, got, sizeof(got) - 1);
	assert_string_equal(got, "*11101#4711#");
	dtmf_rx_free(detector);
}

struct tone_row {
	const char *what;
	double hz[4], dbm0, on, off;
	bool dial, busy, howler;
};

static const struct tone_row tones[] = {
    {"dial us", {350, 440}, -16, 1, 0, true, false, false},
    {"dial de", {425}, -16, 1, 0, true, false, false},
    {"dial fr", {440}, -20, 1, 0, true, false, false},
    {"busy us", {480, 620}, -24, .5, .5, false, true, false},
    {"reorder us", {480, 620}, -24, .25, .25, false, true, false},
    {"busy de", {425}, -16, .48, .48, false, true, false},
    {"reorder de", {425}, -16, .24, .24, false, true, false},
    {"busy uk", {400}, -19, .375, .375, false, true, false},
    {"reorder it", {425}, -16, .2, .2, false, true, false},
    {"ringing us", {440, 480}, -19, 2, 4, false, false, false},
    {"howler", {1400, 2060, 2450, 2600}, -12, .1, .1, false, false, true},
    {"milliwatt", {1004}, -10, 1, 0, false, false, false},
    {"call waiting", {440}, -16, .3, 10, false, false, false},
};

static void tells_tones_apart(void **state)
{
	for (size_t i = 0; i < sizeof(tones) / sizeof(tones[0]); i++) {
		phone_lift(bank.phone);
		bank_run(&bank, 0.1);
		bank_tone(&bank, tones[i].hz, tones[i].dbm0, tones[i].on, tones[i].off, 3);
		if (phone_is(bank.phone, LAB_PHONE_DIAL_TONE) != tones[i].dial ||
		    phone_is(bank.phone, LAB_PHONE_BUSY_OR_REORDER) != tones[i].busy ||
		    phone_is(bank.phone, LAB_PHONE_HOWLER) != tones[i].howler)
			fail_msg(
			    "%s: dial %d busy %d howler %d", tones[i].what, phone_is(bank.phone, LAB_PHONE_DIAL_TONE),
			    phone_is(bank.phone, LAB_PHONE_BUSY_OR_REORDER), phone_is(bank.phone, LAB_PHONE_HOWLER));
		bank_run(&bank, 2);
		assert_false(phone_is(bank.phone, LAB_PHONE_DIAL_TONE));
		assert_false(phone_is(bank.phone, LAB_PHONE_BUSY_OR_REORDER));
		assert_false(phone_is(bank.phone, LAB_PHONE_HOWLER));
		phone_hang_up(bank.phone);
		bank_run(&bank, 0.5);
	}
}

static void stutter_dial_tone_is_dial_tone(void **state)
{
	const double hz[4] = {350, 440};
	phone_lift(bank.phone);
	bank_tone(&bank, hz, -16, .1, .1, 1);
	assert_false(phone_is(bank.phone, LAB_PHONE_DIAL_TONE));
	bank_tone(&bank, hz, -16, 1, 0, 0.7);
	assert_true(phone_is(bank.phone, LAB_PHONE_DIAL_TONE));
	assert_false(phone_was(bank.phone, LAB_PHONE_BUSY_OR_REORDER, 0, NULL));
}

static void ringing_of_one_tone_after_dialling_is_no_dial_tone(void **state)
{
	const double hz[4] = {425};
	char error[LAB_TEXT];
	phone_lift(bank.phone);
	bank_run(&bank, 0.1);
	party_dial(phone_party(bank.phone), "1", NULL, error, sizeof(error));
	bank_run(&bank, 0.5);
	bank_tone(&bank, hz, -16, 1, 4, 9);
	assert_false(phone_was(bank.phone, LAB_PHONE_DIAL_TONE, 0, NULL));
	assert_false(phone_was(bank.phone, LAB_PHONE_BUSY_OR_REORDER, 0, NULL));
}

static void prompts_are_no_tones(void **state)
{
	static const char *const names[] = {"agent-loginok", "vm-goodbye", "demo-congrats", "digits/7"};
	char path[256], error[LAB_TEXT];
	phone_lift(bank.phone);
	for (unsigned i = 0; i < 4; i++) {
		int16_t *audio;
		size_t samples;
		snprintf(path, sizeof(path), "%s/%s.wav", PROMPTS, names[i]);
		assert_int_equal(wave_read(path, true, &audio, &samples, error, sizeof(error)), 0);
		bank.audio = audio;
		bank.audio_left = samples;
		bank_run(&bank, (double)samples / 8000);
		bank.audio_left = 0;
		for (unsigned which = LAB_PHONE_DIAL_TONE; which <= LAB_PHONE_HOWLER; which++)
			assert_false(phone_was(bank.phone, which, 0, NULL));
		free(audio);
	}
}

/* A burst by spandsp's sender, between rings. */
static void send_burst(int standard, const uint8_t *message, int bytes, double dbm0)
{
	int16_t *audio = calloc(16000, sizeof(*audio));
	adsi_tx_state_t *sender = adsi_tx_init(NULL, standard);
	assert_true(adsi_tx_put_message(sender, message, bytes) > 0);
	int count = adsi_tx(sender, audio + 4000, 10000);
	for (int i = 0; i < count; i++)
		audio[4000 + i] = (int16_t)(audio[4000 + i] * pow(10, (dbm0 + 14) / 20));
	bank.audio = audio;
	bank.audio_left = 16000;
	bank_run(&bank, 2);
	bank.audio_left = 0;
	adsi_tx_free(sender);
	free(audio);
}

static int mdmf(uint8_t *message, int type, const char *time, const char *number, const char *name)
{
	int at = 2;
	const struct {
		int id;
		const char *text;
	} parts[] = {{1, time}, {2, number}, {7, name}};
	for (unsigned i = 0; i < 3; i++) {
		if (!parts[i].text)
			continue;
		message[at++] = (uint8_t)parts[i].id;
		message[at++] = (uint8_t)strlen(parts[i].text);
		memcpy(message + at, parts[i].text, strlen(parts[i].text));
		at += (int)strlen(parts[i].text);
	}
	message[0] = (uint8_t)type;
	message[1] = (uint8_t)(at - 2);
	return at;
}

static void reads_caller_id_in_both_modems(void **state)
{
	static const int standards[] = {ADSI_STANDARD_CLASS, ADSI_STANDARD_CLIP};
	for (unsigned i = 0; i < 2; i++) {
		uint8_t message[128];
		struct lab_caller_id id;
		int bytes = mdmf(message, 0x80, "03290155", "2125550123", "ACME Ltd");
		bank_ring(&bank, 2, 0.5);
		phone_caller_id(bank.phone, &id);
		assert_false(id.seen);
		send_burst(standards[i], message, bytes, -14);
		phone_caller_id(bank.phone, &id);
		assert_true(id.seen);
		assert_string_equal(id.number, "2125550123");
		assert_string_equal(id.name, "ACME Ltd");
		assert_string_equal(id.time, "03290155");
		assert_string_equal(id.presentation, "allowed");
		assert_int_equal(id.v23, i);
		bank_run(&bank, 1.5);
		bank_ring(&bank, 2, 6);
		phone_caller_id(bank.phone, &id);
		assert_true(id.seen); /* until the next call rings */
	}
}

static void reads_why_there_is_no_number(void **state)
{
	static const uint8_t restricted[] = {0x80, 3, 4, 1, 'P'};
	static const uint8_t single[] = {0x04, 9, '0', '3', '2', '9', '0', '1', '5', '5', 'O'};
	struct lab_caller_id id;
	bank_ring(&bank, 1, 0.5);
	send_burst(ADSI_STANDARD_CLASS, restricted, sizeof(restricted), -20);
	phone_caller_id(bank.phone, &id);
	assert_string_equal(id.presentation, "restricted");
	bank_run(&bank, 6);
	bank_ring(&bank, 1, 0.5);
	send_burst(ADSI_STANDARD_CLASS, single, sizeof(single), -20);
	phone_caller_id(bank.phone, &id);
	assert_string_equal(id.presentation, "unavailable");
	assert_string_equal(id.time, "03290155");
	assert_string_equal(id.number, "");
}

static void knows_about_waiting_messages(void **state)
{
	static const uint8_t on[] = {0x82, 3, 0x0b, 1, 0xff}, off[] = {0x82, 3, 0x0b, 1, 0};
	assert_int_equal(phone_message_waiting(bank.phone), -1);
	send_burst(ADSI_STANDARD_CLASS, on, sizeof(on), -14);
	assert_int_equal(phone_message_waiting(bank.phone), 1);
	send_burst(ADSI_STANDARD_CLASS, off, sizeof(off), -14);
	assert_int_equal(phone_message_waiting(bank.phone), 0);
}

static void a_stuck_telephone_stays_off_hook(void **state)
{
	char error[LAB_TEXT];
	struct lab_fault fault;
	fault_clear(&fault);
	fault.span = 2;
	fault.channel = 1;
	fault.stuck_offhook = 1;
	assert_int_equal(exchange_fault(bank.exchange, &fault, error, sizeof(error)), 0);
	bank_run(&bank, 0.1);
	assert_true(bank.loop);
	fault.stuck_offhook = 0;
	assert_int_equal(exchange_fault(bank.exchange, &fault, error, sizeof(error)), 0);
	bank_run(&bank, 0.1);
	assert_false(bank.loop);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bank, close_bank)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(rings_with_a_cadence_and_falls_silent),
	    TEST(falls_silent_after_the_longest_pause),
	    TEST(falls_silent_at_once_when_the_first_burst_is_cut),
	    TEST(distinctive_ringing_is_one_ringing),
	    TEST(lifting_closes_the_loop_and_ends_the_ring),
	    TEST(flashes_within_the_window),
	    TEST(dials_by_pulses),
	    TEST(dials_by_tones_that_others_understand),
	    TEST(tells_tones_apart),
	    TEST(stutter_dial_tone_is_dial_tone),
	    TEST(ringing_of_one_tone_after_dialling_is_no_dial_tone),
	    TEST(prompts_are_no_tones),
	    TEST(reads_caller_id_in_both_modems),
	    TEST(reads_why_there_is_no_number),
	    TEST(knows_about_waiting_messages),
	    TEST(a_stuck_telephone_stays_off_hook),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
