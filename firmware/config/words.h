/*
 * A line taken apart into words, and put together again: settings lines here, console lines in admin.
 */
#ifndef BELFRY_CONFIG_WORDS_H
#define BELFRY_CONFIG_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/fault.h"

#define LINE_BYTES_MAX 4096
#define WORDS_MAX      64

struct words {
	char text[LINE_BYTES_MAX + WORDS_MAX];
	const char *word[WORDS_MAX];
	unsigned count;
	bool open_end; /* the last word is still being typed: no blank after it */
};

/* Blanks separate, "..." keeps blanks, \" and \\ inside quotes, # starts a comment. 0 or -EINVAL. */
MUST_CHECK int words_split(struct words *words, const char *line, struct fault *fault);

/* The word as it must be typed. text needs 2 * strlen(word) + 3 bytes. */
void word_quote(const char *word, char *text, size_t size);
/* The first count words as one line, cut at size. */
void words_join(const char *const *word, unsigned count, char *text, size_t size);

/* The one of count candidates that word was probably meant to be, or NULL. */
const char *word_nearest(const char *word, const char *const *candidates, unsigned count);

/* Digit runs as numbers, all else as bytes: "2/9" before "2/10". */
int word_compare(const char *a, const char *b);

#endif
