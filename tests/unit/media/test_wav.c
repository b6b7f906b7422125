/* The WAV reader: the codings that are taken, what is refused with which words, other rates as telephone sound. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dsp/dsp.h"
#include "dsp/g711.h"
#include "media/wav.h"

#define FILE_MAX 200000

struct file {
	uint8_t bytes[FILE_MAX];
	size_t count;
};

static struct file file;

static void put(const void *bytes, size_t count)
{
	assert_true(file.count + count <= FILE_MAX);
	memcpy(file.bytes + file.count, bytes, count);
	file.count += count;
}

static void number(uint32_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		put(&(uint8_t){(uint8_t)(value >> 8 * i)}, 1);
}

static void chunk(const char *name, uint32_t length)
{
	put(name, 4);
	number(length, 4);
}

static void begin(unsigned format, unsigned channels, uint32_t rate_hz, unsigned bits)
{
	file.count = 0;
	chunk("RIFF", 0);
	put("WAVE", 4);
	chunk("fmt ", 16);
	number(format, 2);
	number(channels, 2);
	number(rate_hz, 4);
	number(rate_hz * channels * bits / 8, 4);
	number(channels * bits / 8, 2);
	number(bits, 2);
}

static void refused(const char *words)
{
	struct fault fault = {""};
	struct wav wav;
	assert_int_equal(wav_read(&wav, file.bytes, file.count, WAV_RATE_TELEPHONE, &fault), -EINVAL);
	assert_string_equal(fault.text, words);
}

static size_t taken(uint32_t rate_hz, uint8_t **out)
{
	struct fault fault = {""};
	struct wav wav;
	size_t samples;
	assert_int_equal(wav_read(&wav, file.bytes, file.count, rate_hz, &fault), 0);
	assert_int_equal(wav_to_mulaw(&wav, out, &samples), 0);
	return samples;
}

static void pcm(void **state)
{
	static const int16_t linear[] = {0, 1000, -1000, 32767, -32768};
	uint8_t expected[5], *out;
	begin(1, 1, 8000, 16);
	chunk("data", 10);
	for (int i = 0; i < 5; i++)
		number((uint16_t)linear[i], 2);
	law_encode(LAW_MULAW, expected, linear, 5);
	assert_int_equal(taken(WAV_RATE_TELEPHONE, &out), 5);
	assert_memory_equal(out, expected, 5);
	free(out);
}

static void laws(void **state)
{
	uint8_t expected[4], *out;
	begin(7, 1, 8000, 8);
	chunk("LIST", 3); /* odd: one more follows, before the sound */
	put("abc", 4);
	chunk("data", 4);
	put("\x10\x80\xff\x23", 4);
	assert_int_equal(taken(WAV_RATE_TELEPHONE, &out), 4);
	assert_memory_equal(out, "\x10\x80\xff\x23", 4);
	free(out);
	begin(6, 1, 8000, 8);
	chunk("data", 4);
	put("\xd5\x2a\x11\x93", 4);
	law_convert(LAW_ALAW, LAW_MULAW, expected, (const uint8_t *)"\xd5\x2a\x11\x93", 4);
	assert_int_equal(taken(WAV_RATE_TELEPHONE, &out), 4);
	assert_memory_equal(out, expected, 4);
	free(out);
}

static void extensible(void **state)
{
	uint8_t *out;
	begin(0xfffe, 1, 8000, 16);
	file.bytes[16] = 40; /* the chunk's length */
	number(22, 2);
	number(16, 2);
	number(4, 4);
	number(1, 2); /* PCM, and the rest of its name */
	put("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71", 14);
	chunk("data", 4);
	number(0, 4);
	assert_int_equal(taken(WAV_RATE_TELEPHONE, &out), 2);
	assert_memory_equal(out, "\xff\xff", 2);
	free(out);
}

static void wrong_formats(void **state)
{
	static const struct {
		unsigned format, channels;
		uint32_t rate_hz;
		unsigned bits;
		const char *words;
	} wrong[] = {
	    {1, 2, 8000, 16, "PCM, 16 bit, 2 channels, 8000 Hz"},
	    {1, 1, 44100, 16, "PCM, 16 bit, 1 channel, 44100 Hz"},
	    {1, 1, 8000, 8, "PCM, 8 bit, 1 channel, 8000 Hz"},
	    {3, 1, 8000, 32, "floating point, 32 bit, 1 channel, 8000 Hz"},
	    {0x31, 1, 8000, 0, "GSM, 0 bit, 1 channel, 8000 Hz"},
	    {7, 1, 8000, 16, "mu-law, 16 bit, 1 channel, 8000 Hz"},
	};
	char words[200];
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		begin(wrong[i].format, wrong[i].channels, wrong[i].rate_hz, wrong[i].bits);
		chunk("data", 4);
		number(0, 4);
		snprintf(words, sizeof(words),
		         "a WAV file that is %s; expected 16 bit PCM, mu-law or A-law, 1 channel, 8000 Hz",
		         wrong[i].words);
		refused(words);
	}
}

static void damaged(void **state)
{
	file.count = 0;
	refused("not a sound file; expected a WAV file (RIFF)");
	put("fLaC", 4);
	refused("a FLAC file; expected a WAV file");
	begin(1, 1, 8000, 16);
	refused("a WAV file that is damaged: no sound found in its 36 bytes");
	chunk("data", 100);
	number(0, 4);
	refused("a WAV file that is cut off: 4 of 100 bytes of sound are there");
	begin(1, 1, 8000, 16);
	chunk("data", 1); /* not even one sample */
	number(0, 1);
	refused("a WAV file without sound in it");
	file.count = 0;
	chunk("RIFF", 0);
	put("WAVE", 4);
	chunk("data", 4);
	number(0, 4);
	refused("a WAV file without a format chunk before its sound");
}

/* As a program writes that cannot go back to enter the length. */
static void length_unknown(void **state)
{
	uint8_t *out;
	begin(1, 1, 8000, 16);
	chunk("data", 0x7ffff000);
	number(0, 4);
	number(0, 2);
	assert_int_equal(taken(WAV_RATE_TELEPHONE, &out), 3);
	free(out);
}

/* How strong a tone is, of one of full scale. */
static double strength(const uint8_t *mulaw, size_t count, double hz)
{
	double real = 0, imaginary = 0;
	for (size_t i = 0; i < count; i++) {
		int16_t sample;
		law_decode(LAW_MULAW, &sample, mulaw + i, 1);
		real += sample * cos(2 * M_PI * hz * (double)i / 8000);
		imaginary += sample * sin(2 * M_PI * hz * (double)i / 8000);
	}
	return 2 * sqrt(real * real + imaginary * imaginary) / (double)count / 32768;
}

static void other_rates(void **state)
{
	static const uint32_t rates[] = {22050, 16000, 44100, 6000};
	for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++) {
		uint32_t count = rates[r];
		uint8_t *out;
		begin(1, 1, rates[r], 16);
		chunk("data", count * 2);
		for (uint32_t i = 0; i < count; i++) /* one tone that stays, and one that would fold back to 2,000 Hz */
			number(
			    (uint16_t)(int16_t)lrint(8000 * sin(2 * M_PI * 1000 * i / rates[r]) +
			                             (count > 15000 ? 8000 * sin(2 * M_PI * 6000 * i / rates[r]) : 0)),
			    2);
		assert_int_equal(taken(WAV_RATE_ANY, &out), 8000);
		assert_true(fabs(strength(out, 8000, 1000) - 8000.0 / 32768) < 0.01);
		assert_true(strength(out, 8000, 2000) < 0.002);
		free(out);
	}
}

static int start(void **state)
{
	dsp_start();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pcm),           cmocka_unit_test(laws),    cmocka_unit_test(extensible),
	    cmocka_unit_test(wrong_formats), cmocka_unit_test(damaged), cmocka_unit_test(length_unknown),
	    cmocka_unit_test(other_rates),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
