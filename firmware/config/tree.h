/*
 * Private to config: the settings as lines, one a path, in the order in which they were typed.
 */
#ifndef BELFRY_CONFIG_TREE_H
#define BELFRY_CONFIG_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/match.h"
#include "config/table.h"

#define TREE_LINES_MAX 200000

/* Immutable and shared between trees; one thread at a time. */
struct settings_line {
	uint32_t references, hash;
	uint16_t row;
	uint8_t key_count, word_count;
	const uint8_t *refers;
	const char *word[];
};

struct tree {
	struct settings_line **lines;
	uint32_t count, capacity;
	uint32_t *slots; /* hash table: index + 1 */
	uint32_t slot_count;
};

void tree_free(struct tree *tree);
MUST_CHECK int tree_copy(struct tree *to, const struct tree *from);

/* A line of its own from a match; key_count and words as given (lists are put in one by one). NULL: no memory. */
struct settings_line *settings_line_new(unsigned row, const char *const *word, const uint8_t *refers, unsigned count,
                                        unsigned key_count);
void settings_line_release(struct settings_line *line);
/* Takes over the line; replaces the one with the same path, in its place. 0, -ENOMEM, -ENOSPC (line is released). */
MUST_CHECK int tree_put(struct tree *tree, struct settings_line *line);
/* Removes all lines that begin with these words; returns how many. */
uint32_t tree_remove(struct tree *tree, const char *const *word, unsigned count);
const struct settings_line *tree_find(const struct tree *tree, const char *const *key, unsigned count);
bool settings_line_begins(const struct settings_line *line, const char *const *word, unsigned count);
bool settings_line_equal(const struct settings_line *a, const struct settings_line *b);
bool tree_equal(const struct tree *a, const struct tree *b);

/* By table, object, row, then as typed. The caller frees the array, not the lines. NULL: no memory. */
const struct settings_line **tree_sorted(const struct tree *tree);

#endif
