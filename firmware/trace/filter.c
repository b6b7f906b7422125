/* Which frames are to be seen: of a span, of a call, or of the calls from or to a number. */
#include <string.h>

#include "base/text.h"
#include "trace/trace.h"

#define Q931_SETUP 0x05

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);
	return tail > 0 && length >= tail && !strcmp(text + length - tail, end);
}

/* One number may be written with more digits in front than the other. */
static bool same_number(const char *a, const char *b)
{
	return a && *a && (ends_with(a, b) || (strlen(a) >= 6 && ends_with(b, a)));
}

static bool has_number(const struct decoded *decoded, const char *number)
{
	static const uint8_t elements[] = {0x6c, 0x70, 0x74, 0x73, 0x4c, 0x76};
	for (size_t i = 0; i < ARRAY_SIZE(elements); i++)
		if (same_number(decoded_value(decoded, elements[i], "number"), number))
			return true;
	return false;
}

static unsigned find(const struct trace_filter *filter, uint32_t key)
{
	unsigned i;
	for (i = 0; i < filter->key_count && filter->keys[i] != key; i++)
		;
	return i;
}

static void forget(struct trace_filter *filter, unsigned at)
{
	if (at < filter->key_count)
		filter->keys[at] = filter->keys[--filter->key_count];
}

static bool of_number(struct trace_filter *filter, const struct trace_kept *kept, const struct decoded *decoded)
{
	if (kept->key < 0)
		return false;
	uint32_t key = (uint32_t)kept->span << 16 | (uint32_t)kept->key;
	unsigned at = find(filter, key);
	if (decoded->message == Q931_SETUP && decoded->discriminator == 0x08) {
		forget(filter, at); /* another call by now */
		at = filter->key_count;
	}
	if (at < filter->key_count)
		return true;
	if (!has_number(decoded, filter->number))
		return false;
	if (filter->key_count == ARRAY_SIZE(filter->keys))
		memmove(filter->keys, filter->keys + 1, --filter->key_count * sizeof(filter->keys[0]));
	filter->keys[filter->key_count++] = key;
	return true;
}

bool trace_filter_takes(struct trace_filter *filter, const struct trace_kept *kept, const struct decoded *decoded)
{
	if (filter->messages_only && !decoded->message_present)
		return false;
	switch (filter->of) {
	case TRACE_OF_SPAN:
		return kept->span == filter->span;
	case TRACE_OF_CALL:
		return kept->call == filter->call && filter->call != 0;
	default:
		return of_number(filter, kept, decoded);
	}
}
