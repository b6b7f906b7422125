/* Tone plans of all countries, the generator's frequencies, levels and cadence, and DTMF as multimon-ng hears it. */
#include <errno.h>
#include <math.h>
#include <stdbool.h>

#include "tests/unit/dsp/listen.h"

#include "dsp/dsp.h"
#include "dsp/dtmf_sender.h"
#include "dsp/tone_generator.h"
#include "dsp/tone_plan.h"

static double dbm0_of(const int16_t *samples, size_t count, double hz)
{
	double re = 0, im = 0;
	for (size_t i = 0; i < count; i++) {
		re += samples[i] * cos(2 * M_PI * hz * (double)i / 8000);
		im += samples[i] * sin(2 * M_PI * hz * (double)i / 8000);
	}
	return 20 * log10(2 * sqrt(re * re + im * im) / (double)count / 22827 + 1e-9);
}

/* Every country of the settings, and a check that each of its tones sounds. */
static void test_all_countries(void **state)
{
	static const char *const countries[] = {"us", "gb", "gr", "nz", "uk", "de", "fr", "es", "it", "jp", "au", "nl",
	                                        "se", "no", "fi", "dk", "ch", "at", "be", "pl", "pt", "br", "mx", "in",
	                                        "cn", "ru", "za", "il", "tw", "sg", "th", "cz", "hu", "lt"};
	for (size_t i = 0; i < sizeof(countries) / sizeof(countries[0]); i++) {
		struct tone_plan plan;
		struct fault fault;
		assert_int_equal(tone_plan_load(&plan, countries[i], &fault), 0);
		for (int tone = TONE_DIAL; tone < TONE_NAME_COUNT; tone++) {
			struct tone_generator g;
			int16_t samples[24000];
			double energy = 0;
			tone_generator_init(&g, &plan.tone[tone]);
			tone_generator_process(&g, samples, 24000);
			for (int s = 0; s < 24000; s++)
				energy += (double)samples[s] * samples[s];
			assert_true(energy / 24000 > 10000);
		}
	}
	struct tone_plan plan;
	assert_int_equal(tone_plan_load(&plan, "zz", NULL), -ENOENT);
	assert_int_equal(tone_plan_load(&plan, "far too long a name", NULL), -ENOENT);
}

static void test_syntax(void **state)
{
	static const char *const bad[] = {"",          "440/", "440/0", "440+",   "440,", "x", "440*480*500",
	                                  "1+2+3+4+5", "5000", "440 ",  "440//5", "!"};
	struct tone_pattern pattern;
	assert_int_equal(tone_pattern_parse(&pattern, "!350+440/100,!0/100,400*25/250,425@"), 0);
	assert_int_equal(pattern.steps, 4);
	assert_int_equal(pattern.repeat_from, 2);
	assert_int_equal(pattern.step[0].samples, 800);
	assert_int_equal(pattern.step[0].count, 2);
	assert_true(pattern.step[2].modulated);
	assert_int_equal(pattern.step[3].dbm0, -20);
	assert_int_equal(pattern.step[3].samples, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(tone_pattern_parse(&pattern, bad[i]) < 0, 1);
}

/* Cut into blocks of odd lengths the sound is the same: phase and cadence go on. */
static void test_blocks_join(void **state)
{
	static int16_t whole[16000], parts[16000];
	struct tone_pattern pattern;
	struct tone_generator g;
	assert_int_equal(tone_pattern_parse(&pattern, "440+480/700,0/300,440/13"), 0);
	tone_generator_init(&g, &pattern);
	tone_generator_process(&g, whole, 16000);
	tone_generator_init(&g, &pattern);
	for (size_t at = 0, n = 1; at < 16000; at += n, n = n % 97 + 1) {
		if (n > 16000 - at)
			n = 16000 - at;
		tone_generator_process(&g, parts + at, n);
	}
	assert_memory_equal(whole, parts, sizeof(whole));
	assert_true(fabs(dbm0_of(whole, 5600, 440) + 10) < 0.1);
	assert_true(fabs(dbm0_of(whole, 5600, 480) + 10) < 0.1);
	for (int i = 5600; i < 8000; i++)
		assert_int_equal(whole[i], 0);
}

/* A lone sine: nothing else in its spectrum down to 60 dB. */
static void test_purity(void **state)
{
	static int16_t samples[8000];
	struct tone_pattern pattern;
	struct tone_generator g;
	assert_int_equal(tone_pattern_parse(&pattern, "1004"), 0);
	tone_generator_init(&g, &pattern);
	tone_generator_process(&g, samples, 8000);
	for (int hz = 1; hz < 4000; hz += 1)
		if (hz != 1004)
			assert_true(dbm0_of(samples, 8000, hz) < -10 - 60);
	assert_true(fabs(dbm0_of(samples, 8000, 1004) + 10) < 0.05);
}

static void test_dtmf_as_multimon_hears_it(void **state)
{
	static const char digits[] = "1234567890*#ABCD";
	static int16_t samples[30000];
	struct dtmf_sender s;
	char heard[1000], wanted[1000] = "";
	size_t at = 0;
	dtmf_sender_init(&s, "12-34 567890*#abcD", 64);
	while (dtmf_sender_busy(&s)) {
		dtmf_sender_process(&s, samples + at, 80);
		at += 80;
	}
	assert_int_equal(at, 16 * 160 * 8);
	/* 80 ms of the first digit: 697 and 1209 Hz */
	assert_true(fabs(dbm0_of(samples, 640, 697) + 10) < 0.5);
	assert_true(fabs(dbm0_of(samples, 640, 1209) + 8) < 0.5);
	for (int i = 640; i < 1280; i++)
		assert_int_equal(samples[i], 0);
	for (size_t i = 0; i < sizeof(digits) - 1; i++)
		snprintf(wanted + strlen(wanted), sizeof(wanted) - strlen(wanted), "DTMF: %c\n", digits[i]);
	listen_with("multimon-ng", MULTIMON("DTMF"), samples, at + 2000, heard, sizeof(heard));
	assert_string_equal(heard, wanted);
}

static int setup(void **state)
{
	dsp_start();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_all_countries),
	    cmocka_unit_test(test_syntax),
	    cmocka_unit_test(test_blocks_join),
	    cmocka_unit_test(test_purity),
	    cmocka_unit_test(test_dtmf_as_multimon_hears_it),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
