/*
 * Text: bounded copies, strict numbers, durations, name tables.
 */
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool text_copy(char *to, size_t size, const char *from)
{
	size_t length;

	if (size == 0)
		return false;
	length = strnlen(from, size);
	if (length == size) {
		memcpy(to, from, size - 1);
		to[size - 1] = '\0';
		return false;
	}
	memcpy(to, from, length + 1);
	return true;
}

bool text_append(char *to, size_t size, size_t *used, const char *format, ...)
{
	va_list arguments;
	size_t room;
	int length;

	if (*used >= size)
		return false;
	room = size - *used;
	va_start(arguments, format);
	length = vsnprintf(to + *used, room, format, arguments);
	va_end(arguments);
	if (length < 0) {
		to[*used] = '\0';
		return false;
	}
	if ((size_t)length >= room) {
		*used = size - 1;
		return false;
	}
	*used += (size_t)length;
	return true;
}

/* Digits at the start of text; *end is the first character after them. 0, -EINVAL (none), -ERANGE. */
static int take_digits(const char *text, const char **end, uint64_t *value)
{
	uint64_t sum = 0;
	bool overflow = false;
	const char *at = text;

	for (; *at >= '0' && *at <= '9'; at++)
		overflow |= __builtin_mul_overflow(sum, UINT64_C(10), &sum) ||
		            __builtin_add_overflow(sum, (uint64_t)(*at - '0'), &sum);
	*end = at;
	if (at == text)
		return -EINVAL;
	if (overflow)
		return -ERANGE;
	*value = sum;
	return 0;
}

int text_to_u64(const char *text, uint64_t low, uint64_t high, uint64_t *value)
{
	const char *end;
	uint64_t number = 0;
	int error = take_digits(text, &end, &number);

	if (error == -EINVAL || *end != '\0')
		return -EINVAL;
	if (error || number < low || number > high)
		return -ERANGE;
	*value = number;
	return 0;
}

int text_to_u32(const char *text, uint32_t low, uint32_t high, uint32_t *value)
{
	uint64_t number;
	int error = text_to_u64(text, low, high, &number);

	if (!error)
		*value = (uint32_t)number;
	return error;
}

/* Largest first, so that the first unit that divides a duration gives its shortest spelling. */
static const struct {
	const char *suffix;
	uint64_t ms;
} duration_units[] = {{"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
#define DAY_SUFFIX "d" /* taken, but written in hours: 24h says the same everywhere */
#define DAY_MS     UINT64_C(86400000)

int text_to_duration_ms(const char *text, uint64_t *ms)
{
	const char *end;
	uint64_t number = 0;
	int error = take_digits(text, &end, &number);
	size_t i;

	if (error == -EINVAL)
		return error;
	if (*end == '\0' && !error && number == 0) {
		*ms = 0;
		return 0;
	}
	if (strcmp(end, DAY_SUFFIX) == 0) {
		if (error || __builtin_mul_overflow(number, DAY_MS, &number))
			return -ERANGE;
		*ms = number;
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(duration_units); i++) {
		if (strcmp(end, duration_units[i].suffix) != 0)
			continue;
		if (error || __builtin_mul_overflow(number, duration_units[i].ms, &number))
			return -ERANGE;
		*ms = number;
		return 0;
	}
	return -EINVAL;
}

void text_from_duration_ms(uint64_t ms, char *text, size_t size)
{
	size_t i = 0;

	if (ms == 0) {
		text_copy(text, size, "0");
		return;
	}
	while (ms % duration_units[i].ms != 0)
		i++;
	snprintf(text, size, "%" PRIu64 "%s", ms / duration_units[i].ms, duration_units[i].suffix);
}

const char *text_name(const char *const *names, size_t count, int value)
{
	if (value < 0 || (size_t)value >= count || !names[value])
		return "unknown";
	return names[value];
}

int text_name_index(const char *const *names, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (names[i] && strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}
