/*
 * WAV files with telephone sound: what an owner brings as an announcement, and what a speech program gives.
 *
 * Mono, in 16 bit PCM, mu-law or A-law (RIFF/WAVE, formats 1, 6, 7 and those three as WAVE_FORMAT_EXTENSIBLE). Any
 * thread, after dsp_start().
 */
#ifndef BELFRY_MEDIA_WAV_H
#define BELFRY_MEDIA_WAV_H

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/fault.h"

enum wav_coding { WAV_PCM16, WAV_ALAW, WAV_MULAW };

#define WAV_RATE_TELEPHONE 8000
#define WAV_RATE_ANY       0

struct wav {
	enum wav_coding coding;
	uint32_t rate_hz, samples;
	const uint8_t *data; /* in the caller's bytes */
};

/*
 * rate_hz: the only one that is taken, or WAV_RATE_ANY. -EINVAL with a sentence: what it is and what was expected.
 * A data chunk whose length the writer did not know (0x7ffff000 and more) reaches to the end of the bytes.
 */
MUST_CHECK int wav_read(struct wav *wav, const uint8_t *bytes, size_t count, uint32_t rate_hz, struct fault *fault);
/*
 * The sound as mu-law at 8 kHz, whatever the file's rate: *out, which the caller frees, and how many samples.
 * -ENOMEM; -EINVAL: so short that nothing is left.
 */
MUST_CHECK int wav_to_mulaw(const struct wav *wav, uint8_t **out, size_t *samples);

#endif
