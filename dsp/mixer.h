/*
 * Sums of several voices: kept in 32 bits, brought back to 16 by saturation.
 */
#ifndef BELFRY_DSP_MIXER_H
#define BELFRY_DSP_MIXER_H

#include <stddef.h>
#include <stdint.h>

static inline int16_t mixer_saturate(int32_t value)
{
	return (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

void mixer_clear(int32_t *sum, size_t count);
void mixer_add(int32_t *sum, const int16_t *samples, size_t count);
/* out: the sum without own (NULL: the whole sum). */
void mixer_without(int16_t *out, const int32_t *sum, const int16_t *own, size_t count);
/* out += samples */
void mixer_add_to(int16_t *out, const int16_t *samples, size_t count);

#endif
