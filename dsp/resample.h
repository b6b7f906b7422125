/*
 * Sound of another rate as telephone sound (8 kHz): a windowed sinc, 3.4 kHz wide. For sound that is prepared once,
 * not for the audio thread: it computes its coefficients as it goes. Any thread.
 */
#ifndef BELFRY_DSP_RESAMPLE_H
#define BELFRY_DSP_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

#define RESAMPLE_OUT_HZ 8000

/* How many samples come out of so many at rate_hz (1 and more). */
size_t resample_count(size_t count, uint32_t rate_hz);
/* out has room for resample_count() samples. */
void resample(int16_t *out, const int16_t *in, size_t count, uint32_t rate_hz);

#endif
