/*
 * Which tone the exchange sends, told by frequency and cadence alone, for any country: dial tone is continuous
 * (350+440, or one tone near 425), busy and reorder are the like of 480+620 or one tone near 425 in bursts of 0.15 to
 * 0.8 s, howler is loud and high in short bursts.
 */
#include "tools/lab/phone.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SAMPLES             80 /* edges are found to 10 ms */
#define WINDOW_SAMPLES            400
#define BIN_HZ                    20 /* 8000 / WINDOW_SAMPLES: the bins are orthogonal */
#define BINS                      51 /* up to 1,000 Hz */
#define TONE_AT_LEAST_DBM0        -40.0
#define HOWLER_AT_LEAST_DBM0      -25.0
#define SKIP_SAMPLES              80 /* of the attack */
#define DIAL_SAMPLES              4000
#define DIAL_AFTER_DIGITS_SAMPLES 13600 /* a ringing tone of one frequency lasts up to 1.5 s */
#define BURST_MIN                 1200
#define BURST_MAX                 6400
#define BURST_ENDED               8000
#define HOWL_MIN                  400
#define HOWL_MAX                  1600
#define BUSY_CYCLES               2
#define HOWL_CYCLES               4

enum kind { KIND_UNKNOWN, KIND_DIAL, KIND_MIDDLE, KIND_BUSY, KIND_RINGING, KIND_HIGH, KIND_OTHER };

struct phone_tones {
	uint64_t looked_to, edge; /* edge: when it last went on or off */
	bool on, window_done;
	enum kind kind;
	double level;
	unsigned busy_cycles, howl_cycles; /* complete on-off cycles in a row */
	uint64_t first_burst, last_on;     /* begin of the first of the row; length of the last burst */
};

int phone_tones_new(struct phone_tones **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void phone_tones_free(struct phone_tones *tones)
{
	free(tones);
}

void phone_tones_restart(struct lab_phone *phone, uint64_t at)
{
	for (unsigned state = LAB_PHONE_DIAL_TONE; state <= LAB_PHONE_HOWLER; state++)
		intervals_end(&phone->states[state], at);
	*phone->tones = (struct phone_tones){.looked_to = at, .edge = at};
}

static double energy(const double *bins, unsigned from_hz, unsigned to_hz)
{
	double sum = 0;
	for (unsigned bin = from_hz / BIN_HZ; bin <= to_hz / BIN_HZ; bin++)
		sum += bins[bin];
	return sum;
}

/* Power in every bin, as a share of the window's. Returns the window's root mean square. */
static double spectrum(const int16_t *window, double *bins)
{
	double total = 0, mean = 0;
	for (unsigned i = 0; i < WINDOW_SAMPLES; i++)
		mean += window[i];
	mean /= WINDOW_SAMPLES;
	for (unsigned i = 0; i < WINDOW_SAMPLES; i++)
		total += (window[i] - mean) * (window[i] - mean);
	for (unsigned bin = 1; bin < BINS; bin++) {
		double coefficient = 2 * cos(2 * M_PI * bin / WINDOW_SAMPLES), one = 0, two = 0;
		for (unsigned i = 0; i < WINDOW_SAMPLES; i++) {
			double zero = window[i] + coefficient * one - two;
			two = one;
			one = zero;
		}
		double power = one * one + two * two - coefficient * one * two;
		bins[bin] = total > 0 ? power * 2 / WINDOW_SAMPLES / total : 0;
	}
	bins[0] = 0;
	return sqrt(total / WINDOW_SAMPLES);
}

static bool pair(double low, double high)
{
	return low > 0.1 && high > 0.1 && low + high > 0.75;
}

static enum kind classify(struct lab_phone *phone, uint64_t at, double *level)
{
	int16_t window[WINDOW_SAMPLES];
	double bins[BINS];
	ears_linear(&phone->party, at, window, WINDOW_SAMPLES);
	*level = law_dbm0(phone->party.mulaw, spectrum(window, bins));
	if (energy(bins, BIN_HZ, 1000) < 0.3)
		return KIND_HIGH;
	if (pair(energy(bins, 340, 360), energy(bins, 420, 460)))
		return KIND_DIAL;
	if (pair(energy(bins, 460, 500), energy(bins, 600, 640)))
		return KIND_BUSY;
	if (pair(energy(bins, 420, 440), energy(bins, 480, 500)))
		return KIND_RINGING;
	return energy(bins, 380, 480) > 0.75 ? KIND_MIDDLE : KIND_OTHER;
}

static void look_at_burst(struct lab_phone *phone)
{
	struct phone_tones *tones = phone->tones;
	uint64_t length = tones->looked_to - tones->edge;
	if (!tones->window_done && length >= SKIP_SAMPLES + WINDOW_SAMPLES) {
		tones->window_done = true;
		tones->kind = classify(phone, tones->edge + SKIP_SAMPLES, &tones->level);
	}
	bool again = length > SKIP_SAMPLES + WINDOW_SAMPLES && length % DIAL_SAMPLES == 0;
	if (again) { /* a long tone must stay what it is */
		enum kind now = classify(phone, tones->looked_to - WINDOW_SAMPLES, &tones->level);
		bool tone = now == KIND_DIAL || now == KIND_MIDDLE;
		if (now != tones->kind && tone && tones->kind == KIND_OTHER)
			tones->edge = tones->looked_to - WINDOW_SAMPLES; /* a tone right behind speech */
		else if (now != tones->kind)
			now = KIND_OTHER;
		tones->kind = now;
	}
	uint64_t wanted = tones->kind == KIND_MIDDLE && phone->dialled ? DIAL_AFTER_DIGITS_SAMPLES : DIAL_SAMPLES;
	if ((tones->kind == KIND_DIAL || tones->kind == KIND_MIDDLE) && length >= wanted)
		intervals_begin(&phone->states[LAB_PHONE_DIAL_TONE], tones->edge);
	else if (again)
		intervals_end(&phone->states[LAB_PHONE_DIAL_TONE], tones->looked_to);
	if (length > BURST_MAX) {
		tones->busy_cycles = 0;
		intervals_end(&phone->states[LAB_PHONE_BUSY_OR_REORDER], tones->edge);
	}
}

static bool is_busy_burst(const struct phone_tones *tones, uint64_t on, uint64_t off)
{
	return (tones->kind == KIND_BUSY || tones->kind == KIND_MIDDLE) && on >= BURST_MIN && on <= BURST_MAX &&
	       off >= BURST_MIN && off <= BURST_MAX;
}

static bool is_howl(const struct phone_tones *tones, uint64_t on, uint64_t off)
{
	return tones->kind == KIND_HIGH && tones->level > HOWLER_AT_LEAST_DBM0 && on >= HOWL_MIN && on <= HOWL_MAX &&
	       off >= HOWL_MIN && off <= HOWL_MAX;
}

/* A burst and the pause behind it are complete. */
static void end_cycle(struct lab_phone *phone, uint64_t on, uint64_t off)
{
	struct phone_tones *tones = phone->tones;
	uint64_t begin = tones->edge - on;
	if (!tones->busy_cycles && !tones->howl_cycles)
		tones->first_burst = begin;
	tones->busy_cycles = is_busy_burst(tones, on, off) ? tones->busy_cycles + 1 : 0;
	tones->howl_cycles = is_howl(tones, on, off) ? tones->howl_cycles + 1 : 0;
	if (tones->busy_cycles == BUSY_CYCLES)
		intervals_begin(&phone->states[LAB_PHONE_BUSY_OR_REORDER], tones->first_burst);
	if (!tones->busy_cycles)
		intervals_end(&phone->states[LAB_PHONE_BUSY_OR_REORDER], begin);
	if (tones->howl_cycles == HOWL_CYCLES)
		intervals_begin(&phone->states[LAB_PHONE_HOWLER], tones->first_burst);
	if (!tones->howl_cycles)
		intervals_end(&phone->states[LAB_PHONE_HOWLER], begin);
}

static void turn(struct lab_phone *phone, bool on)
{
	struct phone_tones *tones = phone->tones;
	uint64_t length = tones->looked_to - tones->edge;
	if (on) {
		if (tones->last_on)
			end_cycle(phone, tones->last_on, length);
		tones->window_done = false;
		tones->kind = KIND_UNKNOWN;
	} else {
		tones->last_on = length;
		intervals_end(&phone->states[LAB_PHONE_DIAL_TONE], tones->looked_to);
	}
	tones->on = on;
	tones->edge = tones->looked_to;
}

static void look_at_silence(struct lab_phone *phone)
{
	struct phone_tones *tones = phone->tones;
	if (tones->looked_to - tones->edge < BURST_ENDED)
		return;
	tones->last_on = 0;
	tones->busy_cycles = tones->howl_cycles = 0;
	intervals_end(&phone->states[LAB_PHONE_BUSY_OR_REORDER], tones->edge);
	intervals_end(&phone->states[LAB_PHONE_HOWLER], tones->edge);
}

static bool sounding(const struct lab_phone *phone, uint64_t at)
{
	int16_t block[BLOCK_SAMPLES];
	double sum = 0;
	ears_linear(&phone->party, at, block, BLOCK_SAMPLES);
	for (unsigned i = 0; i < BLOCK_SAMPLES; i++)
		sum += (double)block[i] * block[i];
	return law_dbm0(phone->party.mulaw, sqrt(sum / BLOCK_SAMPLES)) > TONE_AT_LEAST_DBM0;
}

void phone_tones_look(struct lab_phone *phone)
{
	struct phone_tones *tones = phone->tones;
	if (!phone->lifted)
		return;
	tones->looked_to = ears_oldest(&phone->party, tones->looked_to);
	while (tones->looked_to + BLOCK_SAMPLES <= phone->party.ring_to) {
		bool on = sounding(phone, tones->looked_to);
		if (on != tones->on)
			turn(phone, on);
		tones->looked_to += BLOCK_SAMPLES;
		if (on)
			look_at_burst(phone);
		else
			look_at_silence(phone);
	}
}
