/* G.711 against its definition, written down here a second time, from the other side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/g711.h"
#include "dsp/mixer.h"

static int16_t value_of(enum law law, uint8_t byte)
{
	if (law == LAW_MULAW) {
		int u = ~byte & 0xff, magnitude = ((((u & 15) << 1) + 33) << (u >> 4 & 7)) - 33;
		return (int16_t)(u & 0x80 ? -magnitude * 4 : magnitude * 4);
	}
	int a = byte ^ 0x55, segment = a >> 4 & 7, magnitude = (a & 15) * 2 + 1;
	if (segment)
		magnitude = (magnitude + 32) << (segment - 1);
	return (int16_t)(a & 0x80 ? magnitude * 8 : -magnitude * 8);
}

static void test_decode(void **state)
{
	for (int law = 0; law < 2; law++)
		for (int i = 0; i < 256; i++) {
			uint8_t byte = (uint8_t)i;
			int16_t sample;
			law_decode((enum law)law, &sample, &byte, 1);
			assert_int_equal(sample, value_of((enum law)law, byte));
		}
}

/* Half the width of the interval of samples that have this byte, in 16-bit units. */
static int half_step(enum law law, uint8_t byte)
{
	if (law == LAW_MULAW)
		return 4 << (~byte >> 4 & 7);
	int segment = (byte ^ 0x55) >> 4 & 7;
	return segment ? 8 << (segment - 1) : 8;
}

/* Each sample gets the byte in whose interval it lies, to the bits that the law does not look at; beyond all: the last.
 */
static void test_encode(void **state)
{
	static const int last[2] = {32256, 32124};
	for (int law = 0; law < 2; law++)
		for (int sample = -32768; sample < 32768; sample++) {
			int16_t in = (int16_t)sample, out;
			uint8_t byte;
			law_encode((enum law)law, &byte, &in, 1);
			law_decode((enum law)law, &out, &byte, 1);
			if (abs(sample) > last[law])
				assert_int_equal(abs(out), last[law]);
			else
				assert_in_range(abs(out - sample), 0, half_step((enum law)law, byte) + 4);
			if (abs(sample) > 8)
				assert_true((out > 0) == (sample > 0));
		}
}

static void test_bytes_survive(void **state)
{
	for (int law = 0; law < 2; law++)
		for (int i = 0; i < 256; i++) {
			uint8_t byte = (uint8_t)i, again;
			int16_t sample;
			law_decode((enum law)law, &sample, &byte, 1);
			law_encode((enum law)law, &again, &sample, 1);
			/* mu-law has two zeros */
			if (!(law == LAW_MULAW && byte == 0x7f))
				assert_int_equal(again, byte);
		}
	assert_int_equal(law_silence(LAW_MULAW), 0xff);
	assert_int_equal(law_silence(LAW_ALAW), 0xd5);
}

/* G.711 tables 3 and 4: the sign is kept, the value is near, silence stays silent, and the order of values is kept. */
static void test_convert(void **state)
{
	for (int law = 0; law < 2; law++) {
		enum law from = (enum law)law, to = (enum law) !law;
		for (int i = 0; i < 256; i++) {
			uint8_t byte = (uint8_t)i, other;
			law_convert(from, to, &other, &byte, 1);
			int a = value_of(from, byte), b = value_of(to, other);
			assert_in_range(abs(a - b), 0, abs(a) / 16 + 16);
			law_convert(from, from, &other, &byte, 1);
			assert_int_equal(other, byte);
		}
	}
	uint8_t silence = 0xff, out;
	law_convert(LAW_MULAW, LAW_ALAW, &out, &silence, 1);
	assert_int_equal(out, 0xd5);
}

static void test_mixer(void **state)
{
	int16_t a[5] = {30000, -30000, 1, -1, 100}, b[5] = {10000, -10000, 2, -2, 200}, out[5];
	int32_t sum[5];
	mixer_clear(sum, 5);
	mixer_add(sum, a, 5);
	mixer_add(sum, b, 5);
	mixer_without(out, sum, NULL, 5);
	assert_memory_equal(out, ((int16_t[]){32767, -32768, 3, -3, 300}), sizeof(out));
	mixer_without(out, sum, a, 5);
	assert_memory_equal(out, b, sizeof(out));
	mixer_add_to(out, a, 5);
	assert_memory_equal(out, ((int16_t[]){32767, -32768, 3, -3, 300}), sizeof(out));
}

static int setup(void **state)
{
	dsp_start();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_decode),  cmocka_unit_test(test_encode), cmocka_unit_test(test_bytes_survive),
	    cmocka_unit_test(test_convert), cmocka_unit_test(test_mixer),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
