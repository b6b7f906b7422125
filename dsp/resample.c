#include "dsp/resample.h"

#include <math.h>

#define CROSSINGS 12.0   /* of the sinc, on each side */
#define EDGE_HZ   3400.0 /* what a telephone line carries */

size_t resample_count(size_t count, uint32_t rate_hz)
{
	return (size_t)((uint64_t)count * RESAMPLE_OUT_HZ / rate_hz);
}

/* The filter's weight so many input samples from its middle; cut: the edge, in half cycles an input sample. */
static double weight(double distance, double cut, double half_width)
{
	double x = M_PI * cut * distance;
	double ideal = fabs(x) < 1e-9 ? 1.0 : sin(x) / x;

	return cut * ideal * (0.5 + 0.5 * cos(M_PI * distance / half_width));
}

static int16_t sample_at(const int16_t *in, size_t count, double at, double cut)
{
	double half_width = CROSSINGS / cut, sum = 0;
	long from = (long)ceil(at - half_width), to = (long)floor(at + half_width);

	for (long i = from < 0 ? 0 : from; i <= to && i < (long)count; i++)
		sum += in[i] * weight((double)i - at, cut, half_width);
	return (int16_t)(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : lrint(sum));
}

void resample(int16_t *out, const int16_t *in, size_t count, uint32_t rate_hz)
{
	size_t made = resample_count(count, rate_hz);
	double edge_hz = rate_hz * 0.45 < EDGE_HZ ? rate_hz * 0.45 : EDGE_HZ;

	for (size_t i = 0; i < made; i++)
		out[i] = sample_at(in, count, (double)i * rate_hz / RESAMPLE_OUT_HZ, 2 * edge_hz / rate_hz);
}
