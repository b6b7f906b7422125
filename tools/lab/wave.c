/* Reads a sound file: WAV (16-bit linear, mu-law or A-law, 8 kHz, first channel) or raw mu-law (.ulaw). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lab/party.h"

#define WAVE_BYTES_MAX (200u << 20)
#define RATE           8000u

enum wave_format { WAVE_PCM = 1, WAVE_ALAW = 6, WAVE_MULAW = 7 };

struct wave {
	unsigned format, channels, rate, bits;
	const uint8_t *data;
	size_t data_bytes;
};

static uint32_t little(const uint8_t *at, unsigned bytes)
{
	uint32_t value = 0;
	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

static int load(const char *path, uint8_t **out, size_t *bytes)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return -errno;
	int status = 0;
	long end = -1;
	if (!fseek(file, 0, SEEK_END))
		end = ftell(file);
	if (end < 0 || (unsigned long)end > WAVE_BYTES_MAX || fseek(file, 0, SEEK_SET))
		status = -EFBIG;
	uint8_t *data = status ? NULL : malloc((size_t)end + 1);
	if (!status && (!data || fread(data, 1, (size_t)end, file) != (size_t)end))
		status = data ? -EIO : -ENOMEM;
	fclose(file);
	if (status) {
		free(data);
		return status;
	}
	*out = data;
	*bytes = (size_t)end;
	return 0;
}

static int parse(const uint8_t *file, size_t bytes, struct wave *wave)
{
	if (bytes < 12 || memcmp(file, "RIFF", 4) || memcmp(file + 8, "WAVE", 4))
		return -EBADMSG;
	for (size_t at = 12; at + 8 <= bytes;) {
		size_t length = little(file + at + 4, 4);
		const uint8_t *body = file + at + 8;
		size_t room = bytes - at - 8;
		if (!memcmp(file + at, "fmt ", 4) && length >= 16 && room >= 16) {
			wave->format = little(body, 2);
			wave->channels = little(body + 2, 2);
			wave->rate = little(body + 4, 4);
			wave->bits = little(body + 14, 2);
		} else if (!memcmp(file + at, "data", 4)) {
			wave->data = body;
			wave->data_bytes = length < room ? length : room;
			return wave->channels ? 0 : -EBADMSG;
		}
		if (length > room)
			return -EBADMSG;
		at += 8 + length + (length & 1);
	}
	return -EBADMSG;
}

static int16_t sample(const struct wave *wave, size_t frame)
{
	size_t width = wave->bits / 8;
	const uint8_t *at = wave->data + frame * width * wave->channels;
	if (wave->format == WAVE_PCM)
		return (int16_t)little(at, 2);
	return law_table(wave->format == WAVE_MULAW)[*at];
}

static bool readable(const struct wave *wave)
{
	return (wave->format == WAVE_PCM && wave->bits == 16) ||
	       ((wave->format == WAVE_MULAW || wave->format == WAVE_ALAW) && wave->bits == 8);
}

static int convert(const struct wave *wave, int16_t **out, size_t *samples)
{
	size_t count = wave->data_bytes / (wave->bits / 8 * wave->channels);
	int16_t *linear = malloc((count + 1) * sizeof(*linear));
	if (!linear)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		linear[i] = sample(wave, i);
	*out = linear;
	*samples = count;
	return 0;
}

int wave_read(const char *path, bool mulaw, int16_t **out, size_t *samples, char *error, size_t size)
{
	struct wave wave = {0};
	uint8_t *file = NULL;
	size_t bytes = 0;
	const char *dot = strrchr(path, '.');
	law_init();
	int status = load(path, &file, &bytes);
	if (status) {
		snprintf(error, size, "%s: %s", path, strerror(-status));
		return status;
	}
	if (dot && (!strcmp(dot, ".ulaw") || !strcmp(dot, ".ul")))
		wave = (struct wave){WAVE_MULAW, 1, RATE, 8, file, bytes};
	else
		status = parse(file, bytes, &wave);
	if (status) {
		snprintf(error, size, "%s: not a WAV file", path);
	} else if (wave.rate != RATE) {
		status = -EINVAL;
		snprintf(error, size, "%s: %u samples a second; only %u will do (sox in.wav -r 8000 out.wav)", path,
		         wave.rate, RATE);
	} else if (!readable(&wave)) {
		status = -EINVAL;
		snprintf(error, size, "%s: only 16-bit linear, mu-law or A-law", path);
	} else {
		status = convert(&wave, out, samples);
	}
	free(file);
	return status;
}
