/* Gains on G.711: the level that is asked for, limits, and nothing at all at 0 dB. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "dsp/dsp.h"
#include "dsp/gain.h"

#define COUNT 800

/* The level of a 1,004 Hz tone of so many dBm0 after the gain, in tenths of a dB against before. */
static double changed_db(enum law law, double amplitude, int tenths)
{
	struct gain_table table;
	int16_t samples[COUNT];
	uint8_t octets[COUNT];
	double before = 0, after = 0;

	for (int i = 0; i < COUNT; i++)
		samples[i] = (int16_t)(amplitude * sin(2 * M_PI * 1004 * i / 8000));
	law_encode(law, octets, samples, COUNT);
	law_decode(law, samples, octets, COUNT);
	for (int i = 0; i < COUNT; i++)
		before += (double)samples[i] * samples[i];
	gain_table_set(&table, law, tenths);
	gain_apply(&table, octets, COUNT);
	law_decode(law, samples, octets, COUNT);
	for (int i = 0; i < COUNT; i++)
		after += (double)samples[i] * samples[i];
	return 10 * log10(after / before);
}

static void level(void **state)
{
	for (int law = LAW_ALAW; law <= LAW_MULAW; law++)
		for (int tenths = -200; tenths <= 60; tenths += 5) {
			double db = changed_db((enum law)law, 8000, tenths);

			if (fabs(db - tenths / 10.0) > 0.25)
				fail_msg("law %d: %d.%d dB asked for, %.2f dB came", law, tenths / 10, abs(tenths % 10),
				         db);
		}
}

static void too_loud_is_limited(void **state)
{
	struct gain_table table;
	uint8_t loudest[2] = {0x80, 0x00}; /* mu-law: the largest, both signs */

	gain_table_set(&table, LAW_MULAW, 200);
	gain_apply(&table, loudest, 2);
	assert_int_equal(loudest[0], 0x80);
	assert_int_equal(loudest[1], 0x00);
}

static void nothing_at_zero(void **state)
{
	struct gain_table table;
	uint8_t octets[256];

	for (int i = 0; i < 256; i++)
		octets[i] = (uint8_t)i;
	for (int law = LAW_ALAW; law <= LAW_MULAW; law++) {
		gain_table_set(&table, (enum law)law, 0);
		gain_apply(&table, octets, 256);
		for (int i = 0; i < 256; i++)
			assert_int_equal(octets[i], i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(level),
	    cmocka_unit_test(too_loud_is_limited),
	    cmocka_unit_test(nothing_at_zero),
	};

	dsp_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
