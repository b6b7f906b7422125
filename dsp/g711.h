/*
 * G.711: A-law and mu-law bytes to linear samples and back, and from law to law (G.711 tables 3 and 4). Table driven;
 * dsp_start() fills the tables. A-law is as on the line: even bits inverted. (Named law_ because spandsp exports
 * functions named g711_.)
 */
#ifndef BELFRY_DSP_G711_H
#define BELFRY_DSP_G711_H

#include <stddef.h>
#include <stdint.h>

enum law { LAW_ALAW, LAW_MULAW };

#define LAW_ALAW_SILENCE  0xd5
#define LAW_MULAW_SILENCE 0xff

static inline uint8_t law_silence(enum law law)
{
	return law == LAW_ALAW ? LAW_ALAW_SILENCE : LAW_MULAW_SILENCE;
}

void law_start(void); /* by dsp_start() */

void law_decode(enum law law, int16_t *samples, const uint8_t *bytes, size_t count);
void law_encode(enum law law, uint8_t *bytes, const int16_t *samples, size_t count);
/* Bytes of one law as bytes of another; a plain copy where they are the same. */
void law_convert(enum law from, enum law to, uint8_t *out, const uint8_t *in, size_t count);

#endif
