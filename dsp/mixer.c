#include "dsp/mixer.h"

#include <string.h>

void mixer_clear(int32_t *sum, size_t count)
{
	memset(sum, 0, count * sizeof(*sum));
}

void mixer_add(int32_t *sum, const int16_t *samples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sum[i] += samples[i];
}

void mixer_without(int16_t *out, const int32_t *sum, const int16_t *own, size_t count)
{
	if (!own) {
		for (size_t i = 0; i < count; i++)
			out[i] = mixer_saturate(sum[i]);
		return;
	}
	for (size_t i = 0; i < count; i++)
		out[i] = mixer_saturate(sum[i] - own[i]);
}

void mixer_add_to(int16_t *out, const int16_t *samples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out[i] = mixer_saturate(out[i] + samples[i]);
}
