#include "scan.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 65536

/* What a secret of ours looks like wherever it comes from: this text, then at least so many of these characters. */
static const struct {
	const char *begins, *characters;
	size_t count;
	const char *what;
} looks[] = {
    {"hmac:", "0123456789abcdef", 32, "the hash of a PIN"},
    {"hmac@", "0123456789abcdef:", 32, "the hash of a PIN"},
    {"hmac-short", "0123456789abcdef:@", 32, "the hash of a PIN"},
    {"$y$", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./$", 30, "the hash of a password"},
    {"$6$", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./$", 40, "the hash of a password"},
    {"-----BEGIN ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ ", 3, "a key or certificate"},
    {"belfry-backup ", "123456789", 1, "a backup"},
};
#define LOOKS (sizeof(looks) / sizeof(looks[0]))

struct value {
	const char *text;
	size_t bytes;
	uint32_t next; /* of the same bucket, index + 1 */
};

struct scan {
	char *text;
	struct value *values;
	uint32_t count, first[BUCKETS]; /* by the first two bytes, index + 1 */
};

static unsigned bucket(const char *bytes)
{
	return (unsigned)(unsigned char)bytes[0] << 8 | (unsigned char)bytes[1];
}

static void add(struct scan *scan, const char *text)
{
	struct value *value = &scan->values[scan->count];
	*value = (struct value){.text = text, .bytes = strlen(text)};
	if (value->bytes < SCAN_VALUE_MIN)
		return;
	value->next = scan->first[bucket(text)];
	scan->first[bucket(text)] = ++scan->count;
}

struct scan *scan_new(const char *values)
{
	struct scan *scan = calloc(1, sizeof(*scan));
	size_t lines = 1;
	for (const char *at = values; *at; at++)
		lines += *at == '\n';
	if (scan) {
		scan->text = strdup(values);
		scan->values = calloc(lines, sizeof(*scan->values));
	}
	if (!scan || !scan->text || !scan->values) {
		scan_free(scan);
		return NULL;
	}
	char *rest = scan->text, *line;
	while ((line = strsep(&rest, "\n")))
		add(scan, line);
	return scan;
}

void scan_free(struct scan *scan)
{
	if (!scan)
		return;
	free(scan->text);
	free(scan->values);
	free(scan);
}

static const char *look_at(const char *at, size_t left)
{
	for (size_t i = 0; i < LOOKS; i++) {
		size_t length = strlen(looks[i].begins), more = 0;
		if (length > left || memcmp(at, looks[i].begins, length) != 0)
			continue;
		while (length + more < left && at[length + more] && strchr(looks[i].characters, at[length + more]))
			more++;
		if (more >= looks[i].count)
			return looks[i].what;
	}
	return NULL;
}

const char *scan_bytes(const struct scan *scan, const char *bytes, size_t count)
{
	for (size_t at = 0; at + 2 <= count; at++) {
		for (uint32_t i = scan->first[bucket(bytes + at)]; i; i = scan->values[i - 1].next) {
			const struct value *value = &scan->values[i - 1];
			if (value->bytes <= count - at && !memcmp(bytes + at, value->text, value->bytes))
				return "a secret of the settings";
		}
		const char *what = look_at(bytes + at, count - at);
		if (what)
			return what;
	}
	return NULL;
}
