/* The adapter of libsamplerate. */
#include "drivers/alsa/convert.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <samplerate.h>

#define OUT_MAX 16384

struct convert {
	SRC_STATE *state;
	double ratio;
	size_t waiting; /* of the last block, not used yet */
	float in[2 * CONVERT_BLOCK_MAX], out[OUT_MAX];
};

int convert_new(struct convert **out, double ratio)
{
	int error;
	struct convert *convert = calloc(1, sizeof(*convert));

	if (!convert)
		return -ENOMEM;
	convert->ratio = ratio;
	convert->state = src_new(SRC_SINC_FASTEST, 1, &error);
	if (!convert->state) {
		free(convert);
		return -ENOMEM;
	}
	*out = convert;
	return 0;
}

void convert_free(struct convert *convert)
{
	if (!convert)
		return;
	src_delete(convert->state);
	free(convert);
}

void convert_reset(struct convert *convert)
{
	convert->waiting = 0;
	src_reset(convert->state);
}

size_t convert_run(struct convert *convert, double less, const int16_t *in, size_t count, int16_t *out, size_t room)
{
	SRC_DATA data = {.data_in = convert->in, .data_out = convert->out, .src_ratio = convert->ratio * (1 - less)};

	if (count > CONVERT_BLOCK_MAX)
		count = CONVERT_BLOCK_MAX;
	if (convert->waiting > CONVERT_BLOCK_MAX)
		convert->waiting = 0; /* cannot be: it uses what it is given */
	src_short_to_float_array(in, convert->in + convert->waiting, (int)count);
	data.input_frames = (long)(convert->waiting + count);
	data.output_frames = room < OUT_MAX ? (long)room : OUT_MAX;
	if (src_process(convert->state, &data) != 0) {
		convert_reset(convert);
		return 0;
	}
	convert->waiting = (size_t)(data.input_frames - data.input_frames_used);
	memmove(convert->in, convert->in + data.input_frames_used, convert->waiting * sizeof(float));
	src_float_to_short_array(convert->out, out, (int)data.output_frames_gen);
	return (size_t)data.output_frames_gen;
}
