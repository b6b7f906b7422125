/* Fuzz target: WAV files. What is taken has sound that lies within the file; what is refused is said. */
#include <stdbool.h>
#include <stdlib.h>

#include "dsp/dsp.h"
#include "media/wav.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RATE_HZ_LEAST 100 /* below, a few bytes would be minutes of sound */

static void must(bool right)
{
	if (!right)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool begun;
	struct fault fault = {""};
	struct wav wav;
	uint8_t *sound;
	size_t samples;
	if (!begun)
		dsp_start();
	begun = true;
	if (wav_read(&wav, data, size, WAV_RATE_ANY, &fault)) {
		must(fault.text[0]);
		return 0;
	}
	size_t bytes = (size_t)wav.samples * (wav.coding == WAV_PCM16 ? 2 : 1);
	must(wav.samples && wav.data > data && bytes <= size && wav.data - data <= (ptrdiff_t)(size - bytes));
	if (wav.rate_hz < RATE_HZ_LEAST || wav_to_mulaw(&wav, &sound, &samples))
		return 0;
	must(samples > 0);
	free(sound);
	return 0;
}
