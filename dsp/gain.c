#include "dsp/gain.h"

#include <math.h>

static int16_t limited(double sample)
{
	if (sample > INT16_MAX)
		return INT16_MAX;
	if (sample < INT16_MIN)
		return INT16_MIN;
	return (int16_t)lround(sample);
}

void gain_table_set(struct gain_table *table, enum law law, int tenths_db)
{
	double factor = pow(10, tenths_db / 200.0);

	table->on = tenths_db != 0;
	for (unsigned i = 0; table->on && i < 256; i++) {
		uint8_t octet = (uint8_t)i;
		int16_t sample;

		law_decode(law, &sample, &octet, 1);
		sample = limited(sample * factor);
		law_encode(law, &table->octet[i], &sample, 1);
	}
}

void gain_apply(const struct gain_table *table, uint8_t *octets, size_t count)
{
	if (!table->on)
		return;
	for (size_t i = 0; i < count; i++)
		octets[i] = table->octet[octets[i]];
}
