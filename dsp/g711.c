#include "dsp/g711.h"

#include <string.h>

#include <spandsp.h>

/*
 * Linear values are 14 bits wide in mu-law and 13 in A-law: the two low bits of a 16-bit sample decide nothing, so
 * that a quarter of the table suffices and stays in the first-level cache.
 */
#define ENCODE_SHIFT   2
#define ENCODE_ENTRIES (65536 >> ENCODE_SHIFT)

static int16_t linear[2][256];
static uint8_t encoded[2][ENCODE_ENTRIES];
static uint8_t other_law[2][256]; /* by the law that the byte is in */

void law_start(void)
{
	for (int i = 0; i < 256; i++) {
		linear[LAW_ALAW][i] = alaw_to_linear((uint8_t)i);
		linear[LAW_MULAW][i] = ulaw_to_linear((uint8_t)i);
		other_law[LAW_ALAW][i] = alaw_to_ulaw((uint8_t)i);
		other_law[LAW_MULAW][i] = ulaw_to_alaw((uint8_t)i);
	}
	for (int i = 0; i < ENCODE_ENTRIES; i++) {
		int sample = (int16_t)(i << ENCODE_SHIFT);
		encoded[LAW_ALAW][i] = linear_to_alaw(sample);
		encoded[LAW_MULAW][i] = linear_to_ulaw(sample);
	}
}

void law_decode(enum law law, int16_t *samples, const uint8_t *bytes, size_t count)
{
	const int16_t *table = linear[law];
	for (size_t i = 0; i < count; i++)
		samples[i] = table[bytes[i]];
}

void law_encode(enum law law, uint8_t *bytes, const int16_t *samples, size_t count)
{
	const uint8_t *table = encoded[law];
	for (size_t i = 0; i < count; i++)
		bytes[i] = table[(uint16_t)samples[i] >> ENCODE_SHIFT];
}

void law_convert(enum law from, enum law to, uint8_t *out, const uint8_t *in, size_t count)
{
	if (from == to) {
		memcpy(out, in, count);
		return;
	}
	const uint8_t *table = other_law[from];
	for (size_t i = 0; i < count; i++)
		out[i] = table[in[i]];
}
