#include "dsp/dtmf_detector.h"

#include <math.h>
#include <string.h>

#include "dsp/dsp.h"
#include "dsp/dtmf.h"

#define BLOCK DTMF_BLOCK_SAMPLES

/* Each tone at least this loud. */
#define LEVEL_MIN_DBM0 (-40.0f)
/*
 * High group over low group and the reverse: beyond the 4 and 8 dB that must be accepted by what the louder tone's
 * side lobes may add to the other's measured level.
 */
#define TWIST_MAX         3.55f /* 5.5 dB */
#define REVERSE_TWIST_MAX 11.2f /* 10.5 dB */
/* In a first look the tones may be off-frequency and so appear weaker. */
#define LOOSE          1.6f
#define OTHER_TONE_MAX (1 / 3.0f) /* any other of the same group: -5 dB; twist and deviation together need it */
/* Part of the block's energy that is in the two tones: at first look, when a digit begins, and while it lasts. */
#define FRACTION_LOOK  0.60f
#define FRACTION_BEGIN 0.84f
#define FRACTION_HOLD  0.42f
/* Between the 1.5 % that must be accepted and the 3.5 % that must not; and what the phase can tell at all. */
#define DEVIATION_MAX    0.024f
#define DEVIATION_MAX_HZ 36.0f
#define MISSES_TO_END    2
#define NOTCH_RADIUS     0.975f

static float row_cosine[4], column_cosine[4];
static dtmf_vector row_coefficient, column_coefficient; /* 2 cos w */
static float power_min;

void dtmf_detector_start(void)
{
	for (int i = 0; i < 4; i++) {
		row_cosine[i] = cosf(2 * (float)M_PI * dtmf_row_hz[i] / DSP_RATE);
		column_cosine[i] = cosf(2 * (float)M_PI * dtmf_column_hz[i] / DSP_RATE);
		row_coefficient[i] = 2 * row_cosine[i];
		column_coefficient[i] = 2 * column_cosine[i];
	}
	float amplitude = DSP_PEAK_0_DBM0 * powf(10, LEVEL_MIN_DBM0 / 20);
	power_min = amplitude * amplitude * BLOCK * BLOCK / 4;
}

void dtmf_detector_init(struct dtmf_detector *d)
{
	memset(d, 0, sizeof(*d));
	d->digit = -1;
	d->last.digit = -1;
}

void dtmf_detector_ignore(struct dtmf_detector *d, const uint16_t *hz, unsigned count)
{
	d->notches = (uint8_t)(count < DTMF_NOTCHES_MAX ? count : DTMF_NOTCHES_MAX);
	for (unsigned i = 0; i < d->notches; i++)
		d->notch[i] = (struct dtmf_notch){.cosine2 = 2 * cosf(2 * (float)M_PI * hz[i] / DSP_RATE)};
}

/* Zeros on the unit circle, poles just inside. */
static float notch_next(struct dtmf_notch *n, float x)
{
	float w = x + NOTCH_RADIUS * n->cosine2 * n->z1 - NOTCH_RADIUS * NOTCH_RADIUS * n->z2;
	float y = w - n->cosine2 * n->z1 + n->z2;
	n->z2 = n->z1;
	n->z1 = w;
	return y;
}

static void take_filtered(struct dtmf_detector *d, const int16_t *samples, float *filtered, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		float x = samples[i];
		for (int n = 0; n < d->notches; n++)
			x = notch_next(&d->notch[n], x);
		filtered[i] = x;
	}
}

/*
 * The inner loop of the house: eight filters and the energy, one sample. The older value is taken off first, so that
 * only a multiplication and an addition depend on the sample before.
 */
#define TAKE(sample)                                                                                                   \
	do {                                                                                                           \
		float x_ = (sample);                                                                                   \
		dtmf_vector in_ = {x_, x_, x_, x_};                                                                    \
		dtmf_vector row_ = row_coefficient * row1 + (in_ - row2);                                              \
		dtmf_vector column_ = column_coefficient * column1 + (in_ - column2);                                  \
		energy += x_ * x_;                                                                                     \
		row2 = row1;                                                                                           \
		row1 = row_;                                                                                           \
		column2 = column1;                                                                                     \
		column1 = column_;                                                                                     \
	} while (0)

static void take(struct dtmf_detector *d, const int16_t *samples, size_t count)
{
	dtmf_vector row1 = d->row1, row2 = d->row2, column1 = d->column1, column2 = d->column2;
	float energy = d->energy;
	if (d->notches == 0) {
		for (size_t i = 0; i < count; i++)
			TAKE(samples[i]);
	} else {
		float filtered[BLOCK];
		take_filtered(d, samples, filtered, count);
		for (size_t i = 0; i < count; i++)
			TAKE(filtered[i]);
	}
	d->row1 = row1, d->row2 = row2, d->column1 = column1, d->column2 = column2;
	d->energy = energy;
}

static dtmf_vector powers(dtmf_vector last, dtmf_vector before, dtmf_vector coefficient)
{
	return last * last + before * before - coefficient * last * before;
}

/* The strongest of a group; -1 if another one comes near it. */
static int strongest(dtmf_vector power)
{
	int best = 0;
	for (int i = 1; i < 4; i++)
		if (power[i] > power[best])
			best = i;
	for (int i = 0; i < 4; i++)
		if (i != best && power[i] > power[best] * OTHER_TONE_MAX)
			return -1;
	return best;
}

static float phase(float last, float before, float cosine)
{
	return atan2f(before * sqrtf(1 - cosine * cosine), last - before * cosine);
}

static bool twist_within(float row, float column, float slack)
{
	return column < row * TWIST_MAX * slack && row < column * REVERSE_TWIST_MAX * slack;
}

/* Sines of amplitude A give N^2 A^2 / 4 of power here and N A^2 / 2 of energy. */
static float fraction(float power, float energy)
{
	return energy > 0 ? power * 2 / (BLOCK * energy) : 0;
}

static void look(const struct dtmf_detector *d, struct dtmf_block *seen)
{
	*seen = (struct dtmf_block){.digit = -1, .energy = d->energy};
	if (fraction(power_min, d->energy) > 1)
		return; /* not even one tone's energy: the usual case on a quiet line */
	dtmf_vector row = powers(d->row1, d->row2, row_coefficient);
	dtmf_vector column = powers(d->column1, d->column2, column_coefficient);
	int r = strongest(row), c = strongest(column);
	if (r < 0 || c < 0)
		return;
	if (row[r] * LOOSE < power_min || column[c] * LOOSE < power_min || !twist_within(row[r], column[c], LOOSE))
		return;
	float least = d->digit == r * 4 + c ? FRACTION_HOLD : FRACTION_LOOK;
	if (fraction(row[r] + column[c], d->energy) < least)
		return;
	seen->digit = (int8_t)(r * 4 + c);
	seen->row_power = row[r];
	seen->column_power = column[c];
	seen->row_phase = phase(d->row1[r], d->row2[r], row_cosine[r]);
	seen->column_phase = phase(d->column1[c], d->column2[c], column_cosine[c]);
}

/* How far a tone is from its nominal frequency, from the phase that it gained over one block. */
static float deviation_hz(float before, float after, float nominal_hz)
{
	float turns = (after - before) / (2 * (float)M_PI) - nominal_hz * BLOCK / DSP_RATE;
	turns -= roundf(turns);
	return turns * DSP_RATE / BLOCK;
}

static bool deviation_within(float hz, float nominal_hz)
{
	float off = fabsf(hz);
	return off <= nominal_hz * DEVIATION_MAX && off <= DEVIATION_MAX_HZ;
}

/* What a filter of one block loses of a tone that is off its centre, as a factor to put it right. */
static float loss(float off_hz)
{
	float x = (float)M_PI * off_hz * BLOCK / DSP_RATE;
	if (fabsf(x) < 0.01f)
		return 1;
	float sinc = sinf(x) / x;
	return 1 / (sinc * sinc);
}

static bool begins(const struct dtmf_block *first, const struct dtmf_block *second)
{
	if (second->digit < 0 || first->digit != second->digit)
		return false;
	float row_hz = dtmf_row_hz[second->digit / 4], column_hz = dtmf_column_hz[second->digit % 4];
	float row_off = deviation_hz(first->row_phase, second->row_phase, row_hz);
	float column_off = deviation_hz(first->column_phase, second->column_phase, column_hz);
	if (!deviation_within(row_off, row_hz) || !deviation_within(column_off, column_hz))
		return false;
	float row_loss = loss(row_off), column_loss = loss(column_off);
	const struct dtmf_block *const both[2] = {first, second};
	for (int i = 0; i < 2; i++) {
		float row = both[i]->row_power * row_loss, column = both[i]->column_power * column_loss;
		if (row < power_min || column < power_min || !twist_within(row, column, 1) ||
		    fraction(row + column, both[i]->energy) < FRACTION_BEGIN)
			return false;
	}
	return true;
}

static void end_block(struct dtmf_detector *d)
{
	struct dtmf_block seen;
	look(d, &seen);
	if (d->digit >= 0 && seen.digit == d->digit)
		d->misses = 0;
	else if (begins(&d->last, &seen))
		d->digit = seen.digit, d->misses = 0;
	else if (d->digit >= 0 && ++d->misses >= MISSES_TO_END)
		d->digit = -1;
	d->last = seen;
	d->row1 = d->row2 = d->column1 = d->column2 = (dtmf_vector){0};
	d->energy = 0;
	d->filled = 0;
}

char dtmf_detector_process(struct dtmf_detector *d, const int16_t *samples, size_t count)
{
	while (count > 0) {
		size_t room = (size_t)(BLOCK - d->filled), now = count < room ? count : room;
		take(d, samples, now);
		d->filled = (uint16_t)(d->filled + now);
		samples += now;
		count -= now;
		if (d->filled == BLOCK)
			end_block(d);
	}
	return d->digit < 0 ? '\0' : DTMF_DIGITS[d->digit];
}
