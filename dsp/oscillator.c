#include "dsp/oscillator.h"

#include <math.h>

int16_t oscillator_sine[1 << OSCILLATOR_BITS];

void oscillator_start(void)
{
	for (int i = 0; i < 1 << OSCILLATOR_BITS; i++)
		oscillator_sine[i] = (int16_t)lrint(32767.0 * sin(2 * M_PI * i / (1 << OSCILLATOR_BITS)));
}

void oscillator_set(struct oscillator *o, float hz, float dbm0)
{
	o->step = (uint32_t)(hz * (4294967296.0f / DSP_RATE));
	o->amplitude = hz > 0 ? (int32_t)lrintf(DSP_PEAK_0_DBM0 * powf(10, dbm0 / 20)) : 0;
}
