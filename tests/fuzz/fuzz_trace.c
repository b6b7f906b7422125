/*
 * Fuzz target: any octets as a D-channel frame, decoded and put into words, then through the trace as a whole.
 *
 * Input: an octet (bit 0 from the network, bits 1 and 2 whose operations, bit 3 through the trace too), then the frame.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "trace/trace.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct trace *trace;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	clock_start(1);
	return log_start(LOG_ERROR) < 0 || trace_new(&trace, NULL, NULL) < 0;
}

static void require(int condition)
{
	if (!condition)
		abort();
}

static void check(const struct decoded *decoded)
{
	char words[400];
	require(decoded->element_count <= DECODED_ELEMENTS_MAX && decoded->field_count <= DECODED_FIELDS_MAX);
	require(decoded->text_used <= sizeof(decoded->text));
	decoded_link_words(decoded, words, sizeof(words));
	for (unsigned i = 0; i < decoded->element_count; i++) {
		const struct decoded_element *element = &decoded->elements[i];
		require(element->first + element->count <= decoded->field_count);
		for (unsigned k = 0; k < element->count; k++) {
			const char *text = decoded_text(decoded, &decoded->fields[element->first + k]);
			require(memchr(text, '\0', (size_t)(decoded->text + sizeof(decoded->text) - text)) != NULL);
		}
		decoded_element_words(decoded, element, words, sizeof(words));
	}
}

/* No digit that was typed may be left; and masking changes nothing else that is shown. */
static void check_masked(uint8_t *frame, size_t count, bool from_network, enum decode_variant variant)
{
	static struct decoded before, after;
	decode_frame(&before, frame, count, from_network, variant);
	decode_mask(frame, count);
	decode_frame(&after, frame, count, from_network, variant);
	require(before.element_count == after.element_count && before.message == after.message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct decoded decoded;
	if (size < 1 || size > 600)
		return 0;
	bool from_network = data[0] & 1;
	enum decode_variant variant = (enum decode_variant)((data[0] >> 1 & 3) % 3);
	uint8_t *frame = malloc(size); /* of the right size, so that one octet too far is seen */
	require(frame != NULL);
	memcpy(frame, data + 1, size - 1);
	decode_frame(&decoded, frame, size - 1, from_network, variant);
	check(&decoded);
	(void)decode_call_key(&decoded, from_network);
	if (data[0] & 8) {
		struct trace_line line = {.span = 1, .network = !from_network, .variant = variant};
		trace_frame(trace, &line, data[0] & 16, frame, size - 1, 1000);
		if (decode_call_key(&decoded, data[0] & 16) > 0)
			trace_bind(trace, 1, (uint16_t)decode_call_key(&decoded, data[0] & 16), 1 + data[0], TRACE_A);
		trace_step(trace, clock_now_us());
	}
	check_masked(frame, size - 1, from_network, variant);
	free(frame);
	return 0;
}
