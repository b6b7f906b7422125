/*
 * Private to config: a line's words against the table: which row, canonical words, or why not.
 */
#ifndef BELFRY_CONFIG_MATCH_H
#define BELFRY_CONFIG_MATCH_H

#include "config/table.h"
#include "config/words.h"

#define ALTERNATIVES_MAX 96

struct match {
	/* in */
	const char *const *word;
	unsigned count;
	/* out, of the row that matched */
	int row;
	const char *canonical[WORDS_MAX];
	uint8_t refers[WORDS_MAX]; /* enum object_class of each word */
	unsigned canonical_count, key_count;
	/* the furthest place where something else was expected, and what; NULL stands for the end of the line */
	unsigned depth, alternative_count;
	const struct item *alternatives[ALTERNATIVES_MAX];
	const char *alternative_help[ALTERNATIVES_MAX];
	/* work space */
	const char *help;
	char text[2 * LINE_BYTES_MAX];
	size_t text_used;
};

/* 0: match.row and the canonical words are set; -EINVAL otherwise (alternatives tell what was expected). */
MUST_CHECK int match_line(struct match *match, const char *const *word, unsigned count);

/* How many words at the front of a path are not kept: 1 for "system country", which is "country". */
unsigned match_also_under(const char *const *word, unsigned count);

/* The sentence for a failed match. Returns -EINVAL. */
int match_explain(const struct match *match, struct fault *fault);

#endif
