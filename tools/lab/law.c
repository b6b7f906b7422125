#include "tools/lab/law.h"

#include <math.h>

#define CODE_STEP 4 /* linear values are coded at 14 bits */
#define CODES     16384

static int16_t linear[2][256];
static uint8_t code[2][CODES];
static bool ready;

static int16_t mu_value(unsigned octet)
{
	unsigned inverted = ~octet & 0xff;
	int magnitude = (int)((((inverted & 0x0f) << 3) + 0x84) << (inverted >> 4 & 7)) - 0x84;
	return (int16_t)(inverted & 0x80 ? -magnitude : magnitude);
}

static int16_t a_value(unsigned octet)
{
	unsigned plain = octet ^ 0x55;
	unsigned segment = plain >> 4 & 7;
	int magnitude = (int)((plain & 0x0f) << 4) + 8;
	if (segment)
		magnitude = (magnitude + 0x100) << (segment - 1);
	return (int16_t)(plain & 0x80 ? magnitude : -magnitude);
}

static uint8_t nearest(bool mulaw, int value, const uint8_t *sorted)
{
	unsigned low = 0, high = 255;
	while (low < high) {
		unsigned middle = (low + high) / 2;
		if (linear[mulaw][sorted[middle]] < value)
			low = middle + 1;
		else
			high = middle;
	}
	if (low && value - linear[mulaw][sorted[low - 1]] <= linear[mulaw][sorted[low]] - value)
		low--;
	return sorted[low];
}

static void make_codes(bool mulaw)
{
	uint8_t sorted[256];
	for (unsigned i = 0; i < 256; i++) {
		unsigned at = i;
		for (; at && linear[mulaw][sorted[at - 1]] > linear[mulaw][i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = (uint8_t)i;
	}
	for (int i = 0; i < CODES; i++)
		code[mulaw][i] = nearest(mulaw, (i - CODES / 2) * CODE_STEP, sorted);
	code[mulaw][CODES / 2] = law_idle(mulaw);
}

void law_init(void)
{
	if (ready)
		return;
	for (unsigned i = 0; i < 256; i++) {
		linear[true][i] = mu_value(i);
		linear[false][i] = a_value(i);
	}
	make_codes(true);
	make_codes(false);
	ready = true;
}

const int16_t *law_table(bool mulaw)
{
	return linear[mulaw];
}

uint8_t law_encode(bool mulaw, int16_t value)
{
	int index = (value + CODE_STEP / 2 + CODES / 2 * CODE_STEP) / CODE_STEP;
	return code[mulaw][index >= CODES ? CODES - 1 : index];
}

double law_zero_rms(bool mulaw)
{
	/* overload: 8159 of 14 bits (mu), 4096 of 13 bits (A), both on a 16-bit scale */
	static const double rms[2] = {32768.0 * 0.696626 * 0.7071068, 32636.0 * 0.694224 * 0.7071068};
	return rms[mulaw];
}

double law_dbm0(bool mulaw, double rms)
{
	if (rms < 0.2) /* less than half a step */
		return LAW_SILENCE_DBM0;
	double level = 20.0 * log10(rms / law_zero_rms(mulaw));
	return level < LAW_SILENCE_DBM0 ? LAW_SILENCE_DBM0 : level;
}

double law_rms(bool mulaw, double dbm0)
{
	return law_zero_rms(mulaw) * pow(10.0, dbm0 / 20.0);
}
