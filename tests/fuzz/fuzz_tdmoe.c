/*
 * Fuzz target: a whole tdmoe message into the parser and two spans, one of trunks and one of telephones, several
 * periods long. Input: messages, each led by two bytes of length. Built with -fsanitize=fuzzer (clang), or with
 * FUZZ_REPLAY to run files given as arguments.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "drivers/tdmoe/message.h"
#include "drivers/tdmoe/span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct span_driver driver;
static struct tdmoe_span trunk, bank;

static bool any_span_runs(const struct span_driver *unused, unsigned span, struct driver_span *out)
{
	*out = (span == 1 ? trunk : bank).settings;
	return span <= 2;
}

static const struct driver_ops ops = {.name = "fuzz", .span_running = any_span_runs};

static void spans_make(void)
{
	static const struct driver_span e1 = {.span = 1, .type = SPAN_E1, .use = SPAN_USE_PRI, .law = SPAN_ALAW};
	static const struct driver_span t1 = {.span = 2,
	                                      .type = SPAN_T1,
	                                      .use = SPAN_USE_FXS,
	                                      .law = SPAN_MULAW,
	                                      .flash_min_ms = 200,
	                                      .flash_max_ms = 800};

	if (driver_base_init(&driver, &ops) != 0 || tdmoe_span_init(&trunk, &driver, 1, NULL) != 0 ||
	    tdmoe_span_init(&bank, &driver, 2, NULL) != 0)
		abort();
	tdmoe_span_start(&trunk, &e1);
	tdmoe_span_start(&bank, &t1);
}

static void message_run(const uint8_t *message, size_t bytes, uint64_t at_samples)
{
	struct tdmoe_header header;
	struct tdmoe_cursor cursor;
	struct tdmoe_frame frame;
	static uint8_t out[TDMOE_FRAME_BYTES_MAX];

	if (tdmoe_message_open(message, bytes, &header, &cursor) != 0)
		return;
	tdmoe_span_period_begin(&trunk);
	tdmoe_span_period_begin(&bank);
	for (int got = tdmoe_message_next(&cursor, &frame); got != 0; got = tdmoe_message_next(&cursor, &frame)) {
		struct tdmoe_span *span = frame.span == 1 ? &trunk : frame.span == 2 ? &bank : NULL;

		if (span && got == 1)
			tdmoe_span_frame(span, &frame, at_samples);
		else if (span)
			tdmoe_span_bad_frame(span);
	}
	tdmoe_span_period_received(&trunk, at_samples);
	tdmoe_span_period_received(&bank, at_samples);
	tdmoe_span_prepare(&trunk);
	tdmoe_span_prepare(&bank);
	for (unsigned k = 0; k < TDMOE_FRAMES_PER_PERIOD; k++)
		if (tdmoe_span_put_frame(&trunk, k, out) != out + tdmoe_frame_bytes(trunk.timeslots))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool made;
	static uint64_t at_samples;
	struct driver_event event;

	if (!made) {
		clock_start(1);
		spans_make();
		made = true;
	}
	while (size >= 2) {
		size_t bytes = (size_t)(data[0] << 8 | data[1]);

		data += 2;
		size -= 2;
		if (bytes > size)
			bytes = size;
		/* a copy of its own, so that the sanitizer sees the first byte read beyond it */
		uint8_t *message = malloc(bytes + 1);

		if (!message)
			abort();
		memcpy(message, data, bytes);
		message_run(message, bytes, at_samples);
		free(message);
		at_samples += DRIVER_PERIOD_SAMPLES;
		data += bytes;
		size -= bytes;
	}
	while (driver_next_event(&driver, &event))
		if (event.channel != DRIVER_NO_CHANNEL && event.channel >= DRIVER_CHANNELS_MAX)
			abort();
	return 0;
}

#ifdef FUZZ_REPLAY
int main(int argc, char **argv)
{
	static uint8_t data[1 << 20];

	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");

		if (!file) {
			perror(argv[i]);
			return 1;
		}
		size_t bytes = fread(data, 1, sizeof(data), file);

		fclose(file);
		LLVMFuzzerTestOneInput(data, bytes);
	}
	printf("%d inputs\n", argc - 1);
	return 0;
}
#endif
