/*
 * Sine oscillators by table and 32-bit phase: any frequency to 2 microhertz, phase kept over blocks, spurious tones
 * 70 dB down.
 */
#ifndef BELFRY_DSP_OSCILLATOR_H
#define BELFRY_DSP_OSCILLATOR_H

#include <stdint.h>

#include "dsp/dsp.h"

#define OSCILLATOR_BITS 12

extern int16_t oscillator_sine[1 << OSCILLATOR_BITS]; /* read-only after dsp_start(); peak 32,767 */

struct oscillator {
	uint32_t phase, step;
	int32_t amplitude; /* linear peak */
};

void oscillator_start(void); /* by dsp_start() */

/* Keeps the phase. hz 0: silence. */
void oscillator_set(struct oscillator *o, float hz, float dbm0);

static inline int32_t oscillator_next(struct oscillator *o)
{
	int32_t value = (o->amplitude * oscillator_sine[o->phase >> (32 - OSCILLATOR_BITS)]) >> 15;
	o->phase += o->step;
	return value;
}

#endif
