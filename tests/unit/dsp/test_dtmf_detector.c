/*
 * The DTMF receiver against the limits of ITU-T Q.24 and requirement I15, on tapes made here from the standard's
 * numbers (never by our own sender), and against all speech of Debian's prompt package.
 */
#include <fts.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/dtmf_detector.h"
#include "dsp/g711.h"

#define SOUNDS      "/usr/share/asterisk/sounds/en_US_f_Allison"
#define MS          8
#define PEAK_0_DBM0 22827.0
/* Digits start anywhere in the receiver's blocks: these starts cover a block evenly. */
#define ALIGNMENTS        17
#define ALIGNMENT_SAMPLES 6

static const double rows[4] = {697, 770, 852, 941}, columns[4] = {1209, 1336, 1477, 1633};
static const char digits[] = "123A456B789C*0#D";

struct shape {
	double row_dbm0, column_dbm0;
	double row_off, column_off; /* parts of the frequency */
	int on_samples;
};

static const struct shape plain = {-10, -10, 0, 0, 50 * MS};

#define TAPE_MAX 80000
static double tape[TAPE_MAX];
static size_t tape_length;

static void tape_clear(void)
{
	memset(tape, 0, sizeof(tape));
	tape_length = 0;
}

static void add_sine(size_t from, size_t count, double hz, double dbm0)
{
	double peak = PEAK_0_DBM0 * pow(10, dbm0 / 20);
	for (size_t i = 0; i < count; i++)
		tape[from + i] += peak * sin(2 * M_PI * hz * (double)i / 8000 + 0.3);
}

static void add_digit(int digit, const struct shape *shape)
{
	add_sine(tape_length, (size_t)shape->on_samples, rows[digit / 4] * (1 + shape->row_off), shape->row_dbm0);
	add_sine(tape_length, (size_t)shape->on_samples, columns[digit % 4] * (1 + shape->column_off),
	         shape->column_dbm0);
	tape_length += (size_t)shape->on_samples;
}

/* Repeatable noise: a linear congruential generator and the sum of twelve. */
static uint32_t seed = 1;
static double gauss(void)
{
	double sum = -6;
	for (int i = 0; i < 12; i++) {
		seed = seed * 1664525u + 1013904223u;
		sum += (seed >> 8) / 16777216.0;
	}
	return sum;
}

static void add_noise(double dbm0)
{
	double rms = PEAK_0_DBM0 / sqrt(2) * pow(10, dbm0 / 20);
	for (size_t i = 0; i < tape_length; i++)
		tape[i] += rms * gauss();
}

static int16_t saturated(double x)
{
	return (int16_t)lrint(fmax(-32768, fmin(32767, x)));
}

/* Plays the tape over an A-law line in periods of 80 samples; returns how many digits began, and which. */
static int hear(struct dtmf_detector *d, char *heard, int room)
{
	int count = 0;
	char now = '\0';
	for (size_t at = 0; at < tape_length; at += 80) {
		int16_t samples[80];
		uint8_t line[80];
		for (size_t i = 0; i < 80; i++)
			samples[i] = at + i < tape_length ? saturated(tape[at + i]) : 0;
		law_encode(LAW_ALAW, line, samples, 80);
		law_decode(LAW_ALAW, samples, line, 80);
		char digit = dtmf_detector_process(d, samples, 80);
		if (digit && digit != now && count < room)
			heard[count++] = digit;
		now = digit;
	}
	heard[count] = '\0';
	return count;
}

/* A new detector and a tape on which what comes next starts at one of the alignments. */
static void begin_at(struct dtmf_detector *d, int start)
{
	dtmf_detector_init(d);
	tape_clear();
	tape_length = 400 + (size_t)(start * ALIGNMENT_SAMPLES);
}

/* How many of all digits at all alignments were heard, each once and right. -1: a wrong one or one twice. */
static int heard_of_all(const struct shape *shape, double noise_dbm0)
{
	int right = 0;
	for (int digit = 0; digit < 16; digit++)
		for (int start = 0; start < ALIGNMENTS; start++) {
			struct dtmf_detector d;
			char heard[16];
			begin_at(&d, start);
			add_digit(digit, shape);
			tape_length += 50 * MS;
			if (noise_dbm0 > -90)
				add_noise(noise_dbm0);
			int count = hear(&d, heard, 15);
			if (count > 1 || (count == 1 && heard[0] != digits[digit]))
				return -1;
			right += count;
		}
	return right;
}
#define ALL (16 * ALIGNMENTS)

static void test_duration(void **state)
{
	struct shape s = plain;
	for (int ms = 40; ms <= 60; ms += 5) {
		s.on_samples = ms * MS;
		assert_int_equal(heard_of_all(&s, -99), ALL);
	}
	for (int ms = 5; ms <= 20; ms += 5) {
		s.on_samples = ms * MS;
		assert_int_equal(heard_of_all(&s, -99), 0);
	}
	for (int ms = 21; ms <= 40; ms += 1) {
		s.on_samples = ms * MS;
		print_message("  %d ms: %d of %d\n", ms, heard_of_all(&s, -99), ALL);
	}
}

/* 40 ms of pause part two equal digits, a drop-out of 5 ms does not. */
static void test_pause(void **state)
{
	for (int pause_ms = 5; pause_ms <= 60; pause_ms += 5)
		for (int start = 0; start < ALIGNMENTS; start++) {
			struct dtmf_detector d;
			char heard[16];
			begin_at(&d, start);
			add_digit(4, &plain);
			tape_length += (size_t)(pause_ms * MS);
			add_digit(4, &plain);
			tape_length += 50 * MS;
			int count = hear(&d, heard, 15);
			if (pause_ms <= 5)
				assert_int_equal(count, 1);
			if (pause_ms >= 40)
				assert_int_equal(count, 2);
		}
}

static void test_frequency(void **state)
{
	for (int sign_row = -1; sign_row <= 1; sign_row++)
		for (int sign_column = -1; sign_column <= 1; sign_column++) {
			struct shape s = plain;
			s.row_off = 0.015 * sign_row;
			s.column_off = 0.015 * sign_column;
			assert_int_equal(heard_of_all(&s, -99), ALL);
			s.on_samples = 40 * MS;
			assert_int_equal(heard_of_all(&s, -99), ALL);
			if (!sign_row && !sign_column)
				continue;
			s.row_off = 0.035 * sign_row;
			s.column_off = 0.035 * sign_column;
			s.on_samples = 100 * MS;
			assert_int_equal(heard_of_all(&s, -99), 0);
		}
}

static void test_twist(void **state)
{
	for (int db = -8; db <= 4; db += 2)
		for (int level = -20; level <= -6; level += 7) {
			struct shape s = plain;
			s.row_dbm0 = level - (db > 0 ? db : 0);
			s.column_dbm0 = level + (db < 0 ? db : 0);
			assert_int_equal(heard_of_all(&s, -99), ALL);
			s.row_off = 0.015, s.column_off = -0.015;
			assert_int_equal(heard_of_all(&s, -99), ALL);
		}
}

static void test_level(void **state)
{
	struct shape s = plain;
	int lowest = 0;
	for (int dbm0 = 0; dbm0 >= -50; dbm0--) {
		s.row_dbm0 = s.column_dbm0 = dbm0;
		int heard = heard_of_all(&s, -99);
		if (dbm0 >= -29)
			assert_int_equal(heard, ALL);
		if (heard == ALL)
			lowest = dbm0;
		if (dbm0 <= -45)
			assert_int_equal(heard, 0);
	}
	print_message("  0 to %d dBm0 a tone\n", lowest);
}

/* Signal to noise 15 dB: the digit's power is twice that of one tone. */
static void test_noise(void **state)
{
	struct shape s = plain;
	int heard = 0, tries = 0;
	for (int round = 0; round < 10; round++, tries += ALL) {
		int right = heard_of_all(&s, -10 + 3 - 15);
		assert_true(right >= 0);
		heard += right;
	}
	print_message("  15 dB of S/N: %d of %d\n", heard, tries);
	assert_int_equal(heard, tries);
	for (int snr = 14; snr >= 8; snr--)
		print_message("  %d dB of S/N: %d of %d\n", snr, heard_of_all(&s, -7 - snr), ALL);
}

static void test_noise_alone(void **state)
{
	char heard[100];
	for (int dbm0 = -40; dbm0 <= -4; dbm0 += 4) {
		struct dtmf_detector d;
		dtmf_detector_init(&d);
		tape_clear();
		tape_length = TAPE_MAX;
		add_noise(dbm0);
		assert_int_equal(hear(&d, heard, 99), 0);
	}
}

/* Call-progress tones alone are no digits, whether they are being ignored or not. */
static void test_tones_alone(void **state)
{
	static const double pairs[][2] = {{350, 440},  {425, 425},   {440, 480},   {480, 620},  {400, 450},
	                                  {950, 1400}, {1400, 1800}, {1400, 2060}, {697, 770},  {1209, 1336},
	                                  {697, 697},  {1209, 1209}, {1004, 1004}, {1100, 2100}};
	for (size_t p = 0; p < sizeof(pairs) / sizeof(pairs[0]); p++)
		for (int dbm0 = -30; dbm0 <= 0; dbm0 += 5)
			for (int ignoring = 0; ignoring < 2; ignoring++) {
				static const uint16_t dial[2] = {350, 440};
				struct dtmf_detector d;
				char heard[100];
				dtmf_detector_init(&d);
				if (ignoring)
					dtmf_detector_ignore(&d, dial, 2);
				tape_clear();
				tape_length = 8000;
				add_sine(0, 8000, pairs[p][0], dbm0);
				add_sine(0, 8000, pairs[p][1], dbm0);
				assert_int_equal(hear(&d, heard, 99), 0);
			}
}

/* Digits of -10 dBm0 a tone while our own dial tone comes back, as loud as they are. */
static void dialled_into_dial_tone(const uint16_t *hz, unsigned count)
{
	for (int digit = 0; digit < 16; digit++)
		for (int start = 0; start < ALIGNMENTS; start++) {
			struct dtmf_detector d;
			char heard[16];
			dtmf_detector_init(&d);
			dtmf_detector_ignore(&d, hz, count);
			tape_clear();
			tape_length = 1600 + (size_t)(start * ALIGNMENT_SAMPLES);
			add_digit(digit, &plain);
			tape_length += 50 * MS;
			for (unsigned i = 0; i < count; i++)
				add_sine(0, tape_length, hz[i], -10);
			assert_int_equal(hear(&d, heard, 15), 1);
			assert_int_equal(heard[0], digits[digit]);
		}
}

static void test_digit_over_dial_tone(void **state)
{
	dialled_into_dial_tone((const uint16_t[]){350, 440}, 2);
	dialled_into_dial_tone((const uint16_t[]){425}, 1);
}

/* ---- speech ---- */

static double speech_seconds;

static int digits_in_file(const char *path, int shift)
{
	static int16_t samples[TAPE_MAX];
	struct dtmf_detector d;
	char now = '\0';
	int count = 0;
	size_t got, at = 0;
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	fseek(file, 44 + 2 * shift, SEEK_SET);
	dtmf_detector_init(&d);
	while ((got = fread(samples, sizeof(samples[0]), 80, file)) > 0) {
		char digit = dtmf_detector_process(&d, samples, got);
		if (digit && digit != now) {
			print_message("  false %c in %s at %.2f s\n", digit, path, (double)at / 8000);
			count++;
		}
		now = digit;
		at += got;
	}
	speech_seconds += (double)at / 8000;
	fclose(file);
	return count;
}

/*
 * All prompts, those that we speak ourselves, and the music, at four alignments of the receiver's blocks. Measured:
 * 0 in 189 minutes; one is allowed for a package that is spoken anew. (The aim is 2 at most in half an hour.)
 */
#define FALSE_DIGITS_MAX 1
static void test_speech(void **state)
{
	int count = 0, files = 0;
	char root[] = SOUNDS, spoken[] = "build/prompts/spoken", music[] = "/usr/share/asterisk/moh";
	char *const roots[] = {root, spoken, music, NULL};
	FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	assert_non_null(tree);
	for (FTSENT *entry; (entry = fts_read(tree));) {
		size_t length = strlen(entry->fts_path);
		if (entry->fts_info != FTS_F || length < 4 || strcmp(entry->fts_path + length - 4, ".wav") != 0)
			continue;
		files++;
		for (int shift = 0; shift < 4; shift++)
			count += digits_in_file(entry->fts_path, shift * 25);
	}
	fts_close(tree);
	if (files == 0)
		skip(); /* the package is not installed: make deps */
	print_message("  %d false digits in %d files, %.0f minutes of speech and music\n", count, files,
	              speech_seconds / 60);
	assert_in_range(count, 0, FALSE_DIGITS_MAX);
}

static int setup(void **state)
{
	dsp_start();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_duration),
	    cmocka_unit_test(test_pause),
	    cmocka_unit_test(test_frequency),
	    cmocka_unit_test(test_twist),
	    cmocka_unit_test(test_level),
	    cmocka_unit_test(test_noise),
	    cmocka_unit_test(test_noise_alone),
	    cmocka_unit_test(test_tones_alone),
	    cmocka_unit_test(test_digit_over_dial_tone),
	    cmocka_unit_test(test_speech),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
