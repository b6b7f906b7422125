/* What channels send: bridges, laws, conferences, playlists and tones, to the byte and to the period. */
#include "tests/unit/media/fixture.h"

static int is_all(const uint8_t *bytes, uint8_t value)
{
	for (int i = 0; i < PERIOD_SAMPLES; i++)
		if (bytes[i] != value)
			return 0;
	return 1;
}

static void test_bridge_copies_bytes(void **state)
{
	struct fixture *f = *state;
	fixture_open(f, US(1), false);
	fixture_open(f, US(2), false);
	fixture_bridge(f, US(1), US(2), false);
	fixture_pass(f);
	for (int i = 0; i < PERIOD_SAMPLES; i++)
		f->driver.received[US(1)][i] = (uint8_t)(i * 3), f->driver.received[US(2)][i] = (uint8_t)(i * 5 + 1);
	/* within the very period in which it was received */
	fixture_pass(f);
	assert_memory_equal(f->driver.transmitted[US(2)], f->driver.received[US(1)], PERIOD_SAMPLES);
	assert_memory_equal(f->driver.transmitted[US(1)], f->driver.received[US(2)], PERIOD_SAMPLES);
	fixture_simple(f, MEDIA_UNBRIDGE, US(1), false);
	fixture_pass(f);
	assert_true(is_all(f->driver.transmitted[US(1)], 0xff));
	assert_true(is_all(f->driver.transmitted[US(2)], 0xff));
}

/* G.711 by its definition: the value of a byte, and a conversion that goes to the nearest value there is. */
static int mulaw_value(uint8_t byte)
{
	int u = ~byte & 0xff, magnitude = ((((u & 15) << 1) + 33) << (u >> 4 & 7)) - 33;
	return u & 0x80 ? -magnitude * 4 : magnitude * 4;
}
static int alaw_value(uint8_t byte)
{
	int a = byte ^ 0x55, segment = a >> 4 & 7, magnitude = (a & 15) * 2 + 1;
	if (segment)
		magnitude = (magnitude + 32) << (segment - 1);
	return a & 0x80 ? magnitude * 8 : -magnitude * 8;
}

static void test_bridge_converts_laws(void **state)
{
	struct fixture *f = *state;
	fixture_open(f, US(1), false);
	fixture_open(f, EU(1), false);
	fixture_bridge(f, US(1), EU(1), false);
	for (int first = 0; first < 256; first += PERIOD_SAMPLES) {
		for (int i = 0; i < PERIOD_SAMPLES; i++)
			f->driver.received[US(1)][i] = f->driver.received[EU(1)][i] = (uint8_t)(first + i);
		fixture_pass(f);
		for (int i = 0; i < PERIOD_SAMPLES; i++) {
			int u = mulaw_value((uint8_t)(first + i)), a = alaw_value((uint8_t)(first + i));
			/* A step of the coarser law around the value at most: its 16th, or 16 near zero. */
			assert_in_range(abs(alaw_value(f->driver.transmitted[EU(1)][i]) - u), 0, abs(u) / 16 + 16);
			assert_in_range(abs(mulaw_value(f->driver.transmitted[US(1)][i]) - a), 0, abs(a) / 16 + 16);
		}
	}
}

static void test_mute_and_leave(void **state)
{
	struct fixture *f = *state;
	fixture_open(f, US(1), false);
	fixture_open(f, EU(2), false);
	fixture_bridge(f, US(1), EU(2), false);
	memset(f->driver.received[US(1)], 0x20, PERIOD_SAMPLES);
	memset(f->driver.received[EU(2)], 0x20, PERIOD_SAMPLES);
	fixture_simple(f, MEDIA_MUTE, US(1), true);
	fixture_pass(f);
	assert_true(is_all(f->driver.transmitted[EU(2)], 0xd5));
	assert_false(is_all(f->driver.transmitted[US(1)], 0xff));
	fixture_simple(f, MEDIA_MUTE, US(1), false);
	fixture_pass(f);
	assert_false(is_all(f->driver.transmitted[EU(2)], 0xd5));
	fixture_simple(f, MEDIA_CLOSE, US(1), false);
	fixture_pass(f);
	assert_true(is_all(f->driver.transmitted[EU(2)], 0xd5));
	assert_false(f->driver.used[US(1)]);
	assert_true(f->driver.used[EU(2)]);
}

/* Four talk at a frequency each: each hears the three others at their level and not itself. */
static void test_conference(void **state)
{
	static const double hz[4] = {400, 700, 1000, 1500};
	static int16_t heard[4][PERIOD_SAMPLES * 100];
	struct fixture *f = *state;
	const uint16_t member[4] = {US(1), EU(2), US(3), EU(4)};
	for (int i = 0; i < 4; i++)
		fixture_open(f, member[i], false);
	fixture_bridge(f, member[0], member[1], false);
	fixture_bridge(f, member[2], member[0], true);
	fixture_bridge(f, member[3], member[1], true);
	for (size_t p = 0; p < 100; p++) {
		for (int i = 0; i < 4; i++) {
			int16_t samples[PERIOD_SAMPLES];
			sine(samples, PERIOD_SAMPLES, hz[i], -15, p * PERIOD_SAMPLES);
			law_encode(i % 2 ? LAW_ALAW : LAW_MULAW, f->driver.received[member[i]], samples,
			           PERIOD_SAMPLES);
		}
		fixture_pass(f);
		for (int i = 0; i < 4; i++)
			law_decode(i % 2 ? LAW_ALAW : LAW_MULAW, heard[i] + p * PERIOD_SAMPLES,
			           f->driver.transmitted[member[i]], PERIOD_SAMPLES);
	}
	for (int i = 0; i < 4; i++)
		for (int j = 0; j < 4; j++) {
			double dbm0 = measure_dbm0(heard[i], ARRAY_SIZE(heard[i]), hz[j]);
			if (i == j)
				assert_true(dbm0 < -50);
			else
				assert_true(fabs(dbm0 + 15) < 0.2);
		}
	struct media_status status;
	media_status(f->media, &status);
	assert_int_equal(status.bridges, 1);
	assert_int_equal(status.channels_open, 4);
}

/* Loud members saturate, they do not wrap round. */
static void test_conference_saturates(void **state)
{
	struct fixture *f = *state;
	for (unsigned i = 1; i <= 3; i++) {
		fixture_open(f, US(i), false);
		memset(f->driver.received[US(i)], 0x80, PERIOD_SAMPLES); /* the greatest positive value */
	}
	fixture_bridge(f, US(1), US(2), false);
	fixture_bridge(f, US(3), US(1), true);
	fixture_pass(f);
	assert_true(is_all(f->driver.transmitted[US(1)], 0x80));
}

static void test_conference_is_full(void **state)
{
	struct fixture *f = *state;
	struct media_status status;
	for (unsigned i = 1; i <= MEDIA_BRIDGE_MEMBERS_MAX + 1; i++) {
		fixture_open(f, US(i), false);
		if (i > 1)
			fixture_bridge(f, US(i), US(1), i > 2);
	}
	fixture_pass(f);
	media_status(f->media, &status);
	assert_int_equal(status.commands_refused, 1);
	assert_int_equal(status.bridges, 1);
	for (unsigned i = 1; i <= MEDIA_BRIDGE_MEMBERS_MAX; i++)
		fixture_simple(f, MEDIA_CLOSE, US(i), false);
	fixture_pass(f);
	media_status(f->media, &status);
	assert_int_equal(status.bridges, 0);
	assert_int_equal(status.channels_open, 1);
}

static void test_driver_bridge(void **state)
{
	static const char *const names[] = {"a", NULL};
	struct fixture *f = *state;
	f->driver.can_bridge = true;
	fixture_open(f, US(1), false);
	fixture_open(f, US(2), false);
	fixture_bridge(f, US(1), US(2), false);
	memset(f->driver.received[US(1)], 0x20, PERIOD_SAMPLES);
	fixture_pass(f);
	assert_int_equal(f->driver.bridges, 1);
	assert_true(is_all(f->driver.transmitted[US(2)], 0xff)); /* nothing is written meanwhile */
	/* A whisper takes the bridge out of the driver, its end (200 samples: 3 periods) puts it back. */
	fixture_send(f, fixture_play(f, US(2), 0, MEDIA_PLAY_MIX, names));
	fixture_pass(f);
	assert_int_equal(f->driver.unbridges, 1);
	assert_false(is_all(f->driver.transmitted[US(1)], 0x20));
	fixture_pass(f);
	fixture_pass(f);
	assert_int_equal(f->driver.bridges, 2);
	fixture_simple(f, MEDIA_MUTE, US(1), true);
	fixture_pass(f);
	assert_int_equal(f->driver.unbridges, 2);
	assert_true(is_all(f->driver.transmitted[US(2)], 0xff));
}

static void test_playlist_is_gapless(void **state)
{
	static const char *const names[] = {"a", "empty", "one", "b", NULL};
	struct fixture *f = *state;
	uint8_t expected[5 * PERIOD_SAMPLES], got[5 * PERIOD_SAMPLES];
	memset(expected, 0xff, sizeof(expected));
	for (int i = 0; i < 200; i++)
		expected[i] = (uint8_t)(i % 64);
	expected[200] = 0x30;
	for (int i = 0; i < 120; i++)
		expected[201 + i] = (uint8_t)(0x40 + i % 64);
	fixture_open(f, US(1), false);
	fixture_send(f, fixture_play(f, US(1), 77, MEDIA_PLAY_ALONE, names));
	for (int i = 0; i < 5; i++) {
		fixture_pass(f);
		memcpy(got + i * PERIOD_SAMPLES, f->driver.transmitted[US(1)], PERIOD_SAMPLES);
		/* 321 samples end in the fifth period */
		assert_int_equal(fixture_count(f, MEDIA_PLAY_DONE, US(1)), i == 4);
	}
	assert_memory_equal(got, expected, sizeof(got));
	const struct media_event *done = fixture_find(f, MEDIA_PLAY_DONE, US(1));
	assert_int_equal(done->play.token, 77);
	assert_false(done->play.stopped);
	assert_int_equal(done->at_us, clock_now_us());
}

static void test_done_in_the_period_of_the_last_sample(void **state)
{
	static const char *const names[] = {"c", NULL}; /* 80 samples */
	struct fixture *f = *state;
	fixture_open(f, US(1), false);
	fixture_send(f, fixture_play(f, US(1), 1, MEDIA_PLAY_ALONE, names));
	for (unsigned i = 0; i < 80 / PERIOD_SAMPLES; i++) {
		assert_int_equal(fixture_count(f, MEDIA_PLAY_DONE, US(1)), 0);
		fixture_pass(f);
	}
	assert_int_equal(fixture_count(f, MEDIA_PLAY_DONE, US(1)), 1);
}

static void test_loop_and_start(void **state)
{
	static const char *const names[] = {"a", NULL};
	struct fixture *f = *state;
	struct media_command play = fixture_play(f, EU(1), 5, MEDIA_PLAY_ALONE, names);
	play.play.loop = true;
	play.play.start_samples = 3 * 200 + 150; /* music is somewhere in its fourth round */
	fixture_open(f, EU(1), false);
	fixture_send(f, play);
	uint32_t at = 150;
	for (int p = 0; p < 20; p++) {
		uint8_t mulaw[PERIOD_SAMPLES], expected[PERIOD_SAMPLES];
		fixture_pass(f);
		for (int i = 0; i < PERIOD_SAMPLES; i++, at++)
			mulaw[i] = (uint8_t)(at % 200 % 64);
		law_convert(LAW_MULAW, LAW_ALAW, expected, mulaw, PERIOD_SAMPLES);
		assert_memory_equal(f->driver.transmitted[EU(1)], expected, PERIOD_SAMPLES);
	}
	assert_int_equal(f->events, 0);
	fixture_simple(f, MEDIA_STOP, EU(1), false);
	fixture_pass(f);
	assert_true(is_all(f->driver.transmitted[EU(1)], 0xd5));
	assert_int_equal(fixture_count(f, MEDIA_PLAY_DONE, EU(1)), 1);
	assert_true(fixture_find(f, MEDIA_PLAY_DONE, EU(1))->play.stopped);
}

static void test_unknown_prompt_is_over_at_once(void **state)
{
	static const char *const names[] = {"no-such-prompt", "empty", NULL};
	struct fixture *f = *state;
	struct media_command play = fixture_play(f, US(1), 9, MEDIA_PLAY_ALONE, names);
	play.play.loop = true;
	fixture_open(f, US(1), false);
	fixture_send(f, play);
	fixture_pass(f);
	assert_int_equal(fixture_count(f, MEDIA_PLAY_DONE, US(1)), 1);
	/* and on a channel that is not open */
	fixture_send(f, fixture_play(f, US(2), 10, MEDIA_PLAY_ALONE, names));
	fixture_pass(f);
	assert_int_equal(fixture_find(f, MEDIA_PLAY_DONE, US(2))->play.token, 10);
}

static void test_modes_in_a_bridge(void **state)
{
	static const char *const names[] = {"a", NULL};
	struct fixture *f = *state;
	fixture_open(f, US(1), false);
	fixture_open(f, US(2), false);
	fixture_bridge(f, US(1), US(2), false);
	memset(f->driver.received[US(2)], 0x90, PERIOD_SAMPLES);

	fixture_send(f, fixture_play(f, US(1), 1, MEDIA_PLAY_ALONE, names));
	fixture_pass(f);
	assert_true(is_all(f->driver.transmitted[US(1)], 0x90));

	fixture_send(f, fixture_play(f, US(1), 2, MEDIA_PLAY_OVER, names));
	fixture_pass(f);
	for (int i = 0; i < PERIOD_SAMPLES; i++)
		assert_int_equal(f->driver.transmitted[US(1)][i], i % 64);
	assert_int_equal(fixture_count(f, MEDIA_PLAY_DONE, US(1)), 1); /* of the one replaced */

	fixture_send(f, fixture_play(f, US(1), 3, MEDIA_PLAY_MIX, names));
	fixture_pass(f);
	for (int i = 0; i < PERIOD_SAMPLES; i++) {
		int sum = mulaw_value((uint8_t)(i % 64)) + mulaw_value(0x90);
		assert_in_range(abs(mulaw_value(f->driver.transmitted[US(1)][i]) - sum), 0, abs(sum) / 32 + 8);
	}
	/* The other side hears nothing of it. */
	assert_true(is_all(f->driver.transmitted[US(2)], 0xff));
}

static void check_tone(struct fixture *f, uint16_t channel, const char *country, enum media_tone tone, const double *hz,
                       int count)
{
	static int16_t tape[PERIOD_SAMPLES * 200];
	void *plan;
	struct media_command command = {.type = MEDIA_COUNTRY};
	assert_int_equal(media_country_load(country, &plan, NULL), 0);
	command.country = plan;
	fixture_send(f, command);
	fixture_tone(f, channel, tone);
	fixture_record(f, channel, tape, 40);
	for (int i = 0; i < count; i++)
		assert_true(fabs(measure_dbm0(tape, 40 * PERIOD_SAMPLES, hz[i]) + 10) < 0.3);
}

static void test_tones_by_country(void **state)
{
	static const double us_dial[] = {350, 440}, us_ring[] = {440, 480}, de[] = {425}, gb[] = {400, 450};
	struct fixture *f = *state;
	fixture_open(f, US(1), false);
	check_tone(f, US(1), "us", MEDIA_TONE_DIAL, us_dial, 2);
	check_tone(f, US(1), "us", MEDIA_TONE_RINGBACK, us_ring, 2);
	check_tone(f, US(1), "de", MEDIA_TONE_DIAL, de, 1);
	check_tone(f, US(1), "uk", MEDIA_TONE_RINGBACK, gb, 2);
	void *plan;
	assert_int_equal(media_country_load("atlantis", &plan, NULL), -ENOENT);
}

/* US busy: half a second on, half a second off, to the sample; and it goes on for ever. */
static void test_cadence(void **state)
{
	static int16_t tape[PERIOD_SAMPLES * 400];
	struct fixture *f = *state;
	fixture_open(f, US(1), false);
	fixture_tone(f, US(1), MEDIA_TONE_BUSY);
	int periods = 4 * 8000 / PERIOD_SAMPLES;
	fixture_record(f, US(1), tape, periods);
	for (int half = 0; half < 8; half++) {
		double dbm0 = measure_dbm0(tape + half * 4000, 4000, 480);
		assert_true(half % 2 ? dbm0 < -60 : fabs(dbm0 + 10) < 0.2);
	}
}

static void test_beep_is_heard_in_a_call(void **state)
{
	static int16_t tape[PERIOD_SAMPLES * 20];
	struct fixture *f = *state;
	fixture_open(f, US(1), false);
	fixture_open(f, US(2), false);
	fixture_bridge(f, US(1), US(2), false);
	fixture_tone(f, US(1), MEDIA_TONE_CALL_WAITING);
	fixture_record(f, US(1), tape, 20);
	assert_true(fabs(measure_dbm0(tape, ARRAY_SIZE(tape), 440) + 10) < 0.3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_bridge_copies_bytes),
	    TEST(test_bridge_converts_laws),
	    TEST(test_mute_and_leave),
	    TEST(test_conference),
	    TEST(test_conference_saturates),
	    TEST(test_conference_is_full),
	    TEST(test_driver_bridge),
	    TEST(test_playlist_is_gapless),
	    TEST(test_done_in_the_period_of_the_last_sample),
	    TEST(test_loop_and_start),
	    TEST(test_unknown_prompt_is_over_at_once),
	    TEST(test_modes_in_a_bridge),
	    TEST(test_tones_by_country),
	    TEST(test_cadence),
	    TEST(test_beep_is_heard_in_a_call),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
