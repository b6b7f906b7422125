/* Levels of what arrived. All of it is computed on demand from the ring; repeated questions look at new audio only. */
#include "tools/lab/party.h"

#include <math.h>

#define BLOCK_SAMPLES 800 /* 100 ms */
#define HOP_SAMPLES   160

void ears_linear(const struct party *party, uint64_t at, int16_t *out, unsigned count)
{
	const int16_t *table = law_table(party->mulaw);
	if (at >= party->ring_from && at + count <= party->ring_to) {
		for (unsigned i = 0; i < count; i++)
			out[i] = table[party->ring[(at + i) & (RING_SAMPLES - 1)]];
		return;
	}
	for (unsigned i = 0; i < count; i++)
		out[i] = table[party_octet(party, at + i)];
}

uint64_t ears_oldest(const struct party *party, uint64_t from)
{
	return from < party->ring_from ? party->ring_from : from;
}

static double tone_rms(const int16_t *block, unsigned count, double hz)
{
	double coefficient = 2 * cos(2 * M_PI * hz / 8000.0), one = 0, two = 0;
	for (unsigned i = 0; i < count; i++) {
		double zero = block[i] + coefficient * one - two;
		two = one;
		one = zero;
	}
	double power = one * one + two * two - coefficient * one * two;
	return sqrt(fmax(power, 0) * 2) / count;
}

static double block_rms(const struct party *party, uint64_t at)
{
	const int16_t *table = law_table(party->mulaw);
	double sum = 0, mean = 0;
	for (unsigned i = 0; i < BLOCK_SAMPLES; i++) {
		double value = table[party_octet(party, at + i)];
		sum += value * value;
		mean += value;
	}
	mean /= BLOCK_SAMPLES; /* A-law's silence is not zero */
	return sqrt(fmax(sum / BLOCK_SAMPLES - mean * mean, 0));
}

double ears_block_dbm0(const struct party *party, uint64_t at, double hz)
{
	int16_t block[BLOCK_SAMPLES];
	if (hz <= 0)
		return law_dbm0(party->mulaw, block_rms(party, at));
	ears_linear(party, at, block, BLOCK_SAMPLES);
	return law_dbm0(party->mulaw, tone_rms(block, BLOCK_SAMPLES, hz));
}

static bool same(double a, double b)
{
	return fabs(a - b) < 1e-6;
}

static struct level_question *question(struct party *party, double hz, uint64_t from)
{
	struct level_question *oldest = &party->questions[0];
	for (unsigned i = 0; i < PARTY_QUESTIONS; i++) {
		struct level_question *at = &party->questions[i];
		if (at->asked && same(at->hz, hz) && at->from == from)
			return at;
		if (at->asked < oldest->asked)
			oldest = at;
	}
	*oldest = (struct level_question){.hz = hz, .from = from, .looked_to = from, .best = LAW_SILENCE_DBM0};
	return oldest;
}

static double loudest(const struct party *asked, double hz, uint64_t from)
{
	struct party *party = (struct party *)asked; /* the cache of answers is not the party's state */
	struct level_question *at = question(party, hz, from);
	at->asked = ++party->question_count;
	at->looked_to = ears_oldest(party, at->looked_to);
	for (; at->looked_to + BLOCK_SAMPLES <= party->ring_to; at->looked_to += HOP_SAMPLES) {
		double level = ears_block_dbm0(party, at->looked_to, hz);
		if (level > at->best)
			at->best = level;
	}
	return at->best;
}

double party_tone_level(const struct party *party, double hz, uint64_t from_samples)
{
	return loudest(party, hz, from_samples);
}

double party_level(const struct party *party, uint64_t from_samples)
{
	return loudest(party, 0, from_samples);
}
