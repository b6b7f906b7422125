#include "media/wav.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/g711.h"
#include "dsp/resample.h"

#define CHUNK_HEAD     8
#define UNKNOWN_LENGTH 0x7ffff000u /* a writer that could not seek back, and more */

enum { FORMAT_PCM = 1, FORMAT_ALAW = 6, FORMAT_MULAW = 7, FORMAT_EXTENSIBLE = 0xfffe };

/* The body of "fmt " */
struct format {
	unsigned format, channels, bits;
	uint32_t rate_hz;
};

static uint16_t le16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t le32(const uint8_t *at)
{
	return le16(at) | (uint32_t)le16(at + 2) << 16;
}

static const char *format_name(unsigned format)
{
	switch (format) {
	case FORMAT_PCM:
		return "PCM";
	case FORMAT_ALAW:
		return "A-law";
	case FORMAT_MULAW:
		return "mu-law";
	case 2:
	case 0x11:
		return "ADPCM";
	case 3:
		return "floating point";
	case 0x31:
		return "GSM";
	case 0x55:
		return "MP3";
	default:
		return "in an unknown coding";
	}
}

static int check_format(const struct format *format, uint32_t rate_hz, struct fault *fault)
{
	bool right = (format->format == FORMAT_PCM && format->bits == 16) ||
	             ((format->format == FORMAT_ALAW || format->format == FORMAT_MULAW) && format->bits == 8);
	bool rate = format->rate_hz && (rate_hz == WAV_RATE_ANY || format->rate_hz == rate_hz);

	if (right && rate && format->channels == 1)
		return 0;
	return fault_set(fault, -EINVAL,
	                 "a WAV file that is %s, %u bit, %u channel%s, %u Hz; expected 16 bit PCM, mu-law or A-law, "
	                 "1 channel, 8000 Hz",
	                 format_name(format->format), format->bits, format->channels, format->channels == 1 ? "" : "s",
	                 format->rate_hz);
}

static int read_format(struct format *format, const uint8_t *body, uint32_t length, struct fault *fault)
{
	if (length < 16)
		return fault_set(fault, -EINVAL, "a WAV file whose format chunk is damaged (%u bytes)", length);
	*format = (struct format){
	    .format = le16(body), .channels = le16(body + 2), .rate_hz = le32(body + 4), .bits = le16(body + 14)};
	if (format->format == FORMAT_EXTENSIBLE && length >= 26)
		format->format = le16(body + 24); /* the sub-format's first bytes */
	return 0;
}

static int take_data(struct wav *wav, const struct format *format, const uint8_t *body, uint32_t length, size_t left,
                     struct fault *fault)
{
	if (length > left && length < UNKNOWN_LENGTH)
		return fault_set(fault, -EINVAL, "a WAV file that is cut off: %zu of %u bytes of sound are there", left,
		                 length);
	if (length > left)
		length = (uint32_t)left;
	wav->coding = format->format == FORMAT_PCM ? WAV_PCM16 : format->format == FORMAT_ALAW ? WAV_ALAW : WAV_MULAW;
	wav->rate_hz = format->rate_hz;
	wav->samples = wav->coding == WAV_PCM16 ? length / 2 : length;
	wav->data = body;
	if (wav->samples == 0)
		return fault_set(fault, -EINVAL, "a WAV file without sound in it");
	return 0;
}

static int not_wav(const uint8_t *bytes, size_t count, struct fault *fault)
{
	static const struct {
		const char *begins, *what;
	} others[] = {
	    {"ID3", "an MP3 file"}, {"OggS", "an Ogg file"},  {"fLaC", "a FLAC file"},
	    {".snd", "an AU file"}, {"FORM", "an AIFF file"}, {"RIFX", "a big-endian WAV file"},
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (count >= strlen(others[i].begins) && memcmp(bytes, others[i].begins, strlen(others[i].begins)) == 0)
			return fault_set(fault, -EINVAL, "%s; expected a WAV file", others[i].what);
	return fault_set(fault, -EINVAL, "not a sound file; expected a WAV file (RIFF)");
}

int wav_read(struct wav *wav, const uint8_t *bytes, size_t count, uint32_t rate_hz, struct fault *fault)
{
	struct format format = {0};
	size_t at = 12;

	if (count < 12 || memcmp(bytes, "RIFF", 4) != 0 || memcmp(bytes + 8, "WAVE", 4) != 0)
		return not_wav(bytes, count, fault);
	while (count - at >= CHUNK_HEAD) {
		const uint8_t *head = bytes + at, *body = head + CHUNK_HEAD;
		uint32_t length = le32(head + 4);
		size_t left = count - at - CHUNK_HEAD;
		int error = 0;

		if (memcmp(head, "data", 4) == 0) {
			if (!format.format)
				return fault_set(fault, -EINVAL, "a WAV file without a format chunk before its sound");
			error = check_format(&format, rate_hz, fault);
			return error ? error : take_data(wav, &format, body, length, left, fault);
		}
		if (length > left)
			break;
		if (memcmp(head, "fmt ", 4) == 0 && (error = read_format(&format, body, length, fault)) < 0)
			return error;
		at += CHUNK_HEAD + length;
		if ((length & 1) && at < count) /* chunks begin at even places */
			at++;
	}
	return fault_set(fault, -EINVAL, "a WAV file that is damaged: no sound found in its %zu bytes", count);
}

static void to_linear(const struct wav *wav, int16_t *out)
{
	if (wav->coding != WAV_PCM16) {
		law_decode(wav->coding == WAV_ALAW ? LAW_ALAW : LAW_MULAW, out, wav->data, wav->samples);
		return;
	}
	for (uint32_t i = 0; i < wav->samples; i++)
		out[i] = (int16_t)le16(wav->data + (size_t)i * 2);
}

int wav_to_mulaw(const struct wav *wav, uint8_t **out, size_t *samples)
{
	size_t count = resample_count(wav->samples, wav->rate_hz);
	int16_t *linear, *telephone;

	if (count == 0)
		return -EINVAL;
	linear = calloc(wav->samples, sizeof(*linear));
	telephone = calloc(count, sizeof(*telephone));
	*out = malloc(count);
	if (!linear || !telephone || !*out) {
		free(linear);
		free(telephone);
		free(*out);
		return -ENOMEM;
	}
	to_linear(wav, linear);
	if (wav->rate_hz == WAV_RATE_TELEPHONE)
		memcpy(telephone, linear, count * sizeof(*linear));
	else
		resample(telephone, linear, wav->samples, wav->rate_hz);
	law_encode(LAW_MULAW, *out, telephone, count);
	*samples = count;
	free(linear);
	free(telephone);
	return 0;
}
