/*
 * Words of a settings line: quotes, comments, near misses, natural order.
 */
#include "config/words.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Bytes of the UTF-8 sequence at text, 0 if it is not one. Overlong forms and surrogates are not. */
static unsigned utf8_length(const unsigned char *text)
{
	static const uint32_t lowest[5] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned length = text[0] < 0x80       ? 1
	                  : text[0] >> 5 == 6  ? 2
	                  : text[0] >> 4 == 14 ? 3
	                  : text[0] >> 3 == 30 ? 4
	                                       : 0;
	uint32_t code = length < 2 ? text[0] : text[0] & (0x7fu >> length);
	for (unsigned i = 1; i < length; i++) {
		if (text[i] >> 6 != 2)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (length && (code < lowest[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)))
		return 0;
	return length;
}

static int check_characters(const char *line, struct fault *fault)
{
	if (strlen(line) >= LINE_BYTES_MAX)
		return fault_set(fault, -EINVAL, "the line is longer than %d bytes", LINE_BYTES_MAX - 1);
	for (const char *at = line; *at;) {
		unsigned char c = (unsigned char)*at;
		if ((c < ' ' && !is_blank(*at)) || c == 0x7f)
			return fault_set(fault, -EINVAL, "control character 0x%02x at column %zu", c,
			                 (size_t)(at - line) + 1);
		unsigned length = utf8_length((const unsigned char *)at);
		if (!length)
			return fault_set(fault, -EINVAL, "byte 0x%02x at column %zu is not UTF-8 text", c,
			                 (size_t)(at - line) + 1);
		at += length;
	}
	return 0;
}

/* One word from *at into to; returns the end of what was written, NULL if a quote is not closed. */
static char *take_word(const char **at, char *to)
{
	bool quoted = false;
	for (; **at && (quoted || !is_blank(**at)); ++*at) {
		if (**at == '"')
			quoted = !quoted;
		else if (quoted && **at == '\\' && ((*at)[1] == '"' || (*at)[1] == '\\'))
			*to++ = *++*at;
		else
			*to++ = **at;
	}
	*to = '\0';
	return quoted ? NULL : to;
}

int words_split(struct words *words, const char *line, struct fault *fault)
{
	words->count = 0;
	words->open_end = false;
	int error = check_characters(line, fault);
	if (error)
		return error;
	char *to = words->text;
	for (const char *at = line;;) {
		while (is_blank(*at))
			at++;
		if (!*at || *at == '#')
			return 0;
		if (words->count == WORDS_MAX)
			return fault_set(fault, -EINVAL, "the line has more than %d words", WORDS_MAX);
		words->word[words->count++] = to;
		to = take_word(&at, to);
		if (!to)
			return fault_set(fault, -EINVAL, "a double quote is not closed");
		to++;
		words->open_end = !*at;
	}
}

void word_quote(const char *word, char *text, size_t size)
{
	size_t used = 0;
	bool quote = !*word || *word == '#' || strpbrk(word, " \t\"\\");
	if (quote)
		text_append(text, size, &used, "\"");
	for (; *word; word++)
		text_append(text, size, &used, *word == '"' || (*word == '\\' && quote) ? "\\%c" : "%c", *word);
	if (quote)
		text_append(text, size, &used, "\"");
}

void words_join(const char *const *word, unsigned count, char *text, size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	for (unsigned i = 0; i < count; i++) {
		char quoted[2 * LINE_BYTES_MAX + 3];
		word_quote(word[i], quoted, sizeof(quoted));
		text_append(text, size, &used, "%s%s", i ? " " : "", quoted);
	}
}

#define DISTANCE_MAX_BYTES 32

/* Optimal string alignment distance: insert, delete, change, swap of neighbours. */
static unsigned distance(const char *a, const char *b)
{
	size_t a_bytes = strlen(a), b_bytes = strlen(b);
	if (a_bytes > DISTANCE_MAX_BYTES || b_bytes > DISTANCE_MAX_BYTES)
		return DISTANCE_MAX_BYTES;
	unsigned cost[DISTANCE_MAX_BYTES + 1][DISTANCE_MAX_BYTES + 1];
	for (size_t i = 0; i <= a_bytes; i++)
		cost[i][0] = (unsigned)i;
	for (size_t j = 0; j <= b_bytes; j++)
		cost[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_bytes; i++)
		for (size_t j = 1; j <= b_bytes; j++) {
			unsigned best = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			if (cost[i - 1][j] + 1 < best)
				best = cost[i - 1][j] + 1;
			if (cost[i][j - 1] + 1 < best)
				best = cost[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    cost[i - 2][j - 2] + 1 < best)
				best = cost[i - 2][j - 2] + 1;
			cost[i][j] = best;
		}
	return cost[a_bytes][b_bytes];
}

const char *word_nearest(const char *word, const char *const *candidates, unsigned count)
{
	size_t bytes = strlen(word);
	unsigned limit = bytes < 3 ? 0 : bytes < 6 ? 1 : (unsigned)bytes / 3;
	const char *nearest = NULL;
	for (unsigned i = 0; i < count; i++) {
		unsigned far = distance(word, candidates[i]);
		if (far <= limit && far < strlen(candidates[i])) {
			limit = far ? far - 1 : 0;
			nearest = candidates[i];
		}
	}
	return nearest;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int word_compare(const char *a, const char *b)
{
	while (*a && *b) {
		if (is_digit(*a) && is_digit(*b)) {
			size_t a_zeros = strspn(a, "0"), b_zeros = strspn(b, "0");
			size_t a_digits = strspn(a + a_zeros, "0123456789"),
			       b_digits = strspn(b + b_zeros, "0123456789");
			if (a_digits != b_digits)
				return a_digits < b_digits ? -1 : 1;
			int order = strncmp(a + a_zeros, b + b_zeros, a_digits);
			if (order)
				return order;
			if (a_zeros != b_zeros)
				return a_zeros < b_zeros ? -1 : 1;
			a += a_zeros + a_digits;
			b += b_zeros + b_digits;
		} else if (*a != *b) {
			return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
		} else {
			a++;
			b++;
		}
	}
	return (*a != '\0') - (*b != '\0');
}
