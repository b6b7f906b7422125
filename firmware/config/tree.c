/*
 * The tree of settings: shared immutable lines, an array in typing order, a hash table by path.
 */
#include "config/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint32_t hash_words(const char *const *word, unsigned count)
{
	uint32_t hash = 2166136261u;
	for (unsigned i = 0; i < count; i++) {
		for (const char *at = word[i]; *at; at++)
			hash = (hash ^ (unsigned char)*at) * 16777619u;
		hash = (hash ^ ' ') * 16777619u;
	}
	return hash;
}

struct settings_line *settings_line_new(unsigned row, const char *const *word, const uint8_t *refers, unsigned count,
                                        unsigned key_count)
{
	size_t bytes = sizeof(struct settings_line) + count * (sizeof(char *) + 1);
	for (unsigned i = 0; i < count; i++)
		bytes += strlen(word[i]) + 1;
	struct settings_line *line = malloc(bytes);
	if (!line)
		return NULL;
	uint8_t *classes = (uint8_t *)&line->word[count];
	char *text = (char *)classes + count;
	memcpy(classes, refers, count);
	for (unsigned i = 0; i < count; i++) {
		size_t length = strlen(word[i]) + 1;
		line->word[i] = memcpy(text, word[i], length);
		text += length;
	}
	line->references = 1;
	line->row = (uint16_t)row;
	line->key_count = (uint8_t)key_count;
	line->word_count = (uint8_t)count;
	line->refers = classes;
	line->hash = hash_words(word, key_count);
	return line;
}

void settings_line_release(struct settings_line *line)
{
	if (line && !--line->references)
		free(line);
}

void tree_free(struct tree *tree)
{
	for (uint32_t i = 0; i < tree->count; i++)
		settings_line_release(tree->lines[i]);
	free(tree->lines);
	free(tree->slots);
	memset(tree, 0, sizeof(*tree));
}

static bool same_key(const struct settings_line *line, const char *const *key, unsigned count)
{
	return line->key_count == count && settings_line_begins(line, key, count);
}

static uint32_t *find_slot(const struct tree *tree, uint32_t hash, const char *const *key, unsigned count)
{
	uint32_t at = hash & (tree->slot_count - 1);
	while (tree->slots[at]) {
		const struct settings_line *line = tree->lines[tree->slots[at] - 1];
		if (line->hash == hash && same_key(line, key, count))
			break;
		at = (at + 1) & (tree->slot_count - 1);
	}
	return &tree->slots[at];
}

static void index_lines(struct tree *tree)
{
	memset(tree->slots, 0, tree->slot_count * sizeof(*tree->slots));
	for (uint32_t i = 0; i < tree->count; i++) {
		const struct settings_line *line = tree->lines[i];
		*find_slot(tree, line->hash, line->word, line->key_count) = i + 1;
	}
}

/* Room for capacity lines; the hash table stays at most half full. */
static int reserve(struct tree *tree, uint32_t capacity)
{
	uint32_t slots = 64;
	while (slots < capacity * 2)
		slots *= 2;
	struct settings_line **lines = realloc(tree->lines, capacity * sizeof(struct settings_line *));
	if (!lines)
		return -ENOMEM;
	tree->lines = lines;
	uint32_t *index = malloc(slots * sizeof(*index));
	if (!index)
		return -ENOMEM;
	free(tree->slots);
	tree->slots = index;
	tree->slot_count = slots;
	tree->capacity = capacity;
	index_lines(tree);
	return 0;
}

int tree_copy(struct tree *to, const struct tree *from)
{
	memset(to, 0, sizeof(*to));
	int error = reserve(to, from->count < 32 ? 32 : from->count + from->count / 4);
	if (error) {
		tree_free(to);
		return error;
	}
	for (uint32_t i = 0; i < from->count; i++) {
		to->lines[i] = from->lines[i];
		to->lines[i]->references++;
	}
	to->count = from->count;
	index_lines(to);
	return 0;
}

int tree_put(struct tree *tree, struct settings_line *line)
{
	if (!line)
		return -ENOMEM;
	int error = 0;
	if (tree->count == tree->capacity)
		error = reserve(tree, tree->capacity ? tree->capacity * 2 : 32);
	uint32_t *slot = error ? NULL : find_slot(tree, line->hash, line->word, line->key_count);
	if (!error && !*slot && tree->count == TREE_LINES_MAX)
		error = -ENOSPC;
	if (error) {
		settings_line_release(line);
		return error;
	}
	if (*slot) {
		settings_line_release(tree->lines[*slot - 1]);
		tree->lines[*slot - 1] = line;
	} else {
		tree->lines[tree->count++] = line;
		*slot = tree->count;
	}
	return 0;
}

bool settings_line_begins(const struct settings_line *line, const char *const *word, unsigned count)
{
	if (line->word_count < count)
		return false;
	for (unsigned i = 0; i < count; i++)
		if (strcmp(line->word[i], word[i]))
			return false;
	return true;
}

uint32_t tree_remove(struct tree *tree, const char *const *word, unsigned count)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < tree->count; i++) {
		if (settings_line_begins(tree->lines[i], word, count))
			settings_line_release(tree->lines[i]);
		else
			tree->lines[kept++] = tree->lines[i];
	}
	uint32_t removed = tree->count - kept;
	tree->count = kept;
	if (removed)
		index_lines(tree);
	return removed;
}

const struct settings_line *tree_find(const struct tree *tree, const char *const *key, unsigned count)
{
	if (!tree->slot_count)
		return NULL;
	uint32_t slot = *find_slot(tree, hash_words(key, count), key, count);
	return slot ? tree->lines[slot - 1] : NULL;
}

bool settings_line_equal(const struct settings_line *a, const struct settings_line *b)
{
	return a == b || (a->word_count == b->word_count && settings_line_begins(a, b->word, b->word_count));
}

bool tree_equal(const struct tree *a, const struct tree *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (!settings_line_equal(a->lines[i], b->lines[i]))
			return false;
	return true;
}

/* ---- order ---- */

struct sort_entry {
	const struct settings_line *line;
	uint32_t typed, group;
};

/* The first row with the same root word. */
static uint32_t row_group(unsigned row)
{
	size_t root = strcspn(setting_rows[row].pattern, " ");
	while (row && !strncmp(setting_rows[row - 1].pattern, setting_rows[row].pattern, root + 1))
		row--;
	return row;
}

static int compare_entries(const void *left, const void *right)
{
	const struct sort_entry *a = left, *b = right;
	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (setting_pattern(a->line->row)->items[1].value && setting_pattern(b->line->row)->items[1].value &&
	    setting_pattern(a->line->row)->key_items > 1) {
		int order = word_compare(a->line->word[1], b->line->word[1]);
		if (order)
			return order;
	}
	if (a->line->row != b->line->row)
		return a->line->row < b->line->row ? -1 : 1;
	return a->typed < b->typed ? -1 : a->typed > b->typed;
}

const struct settings_line **tree_sorted(const struct tree *tree)
{
	struct sort_entry *entries = calloc(tree->count + 1, sizeof(*entries));
	const struct settings_line **sorted = calloc(tree->count + 1, sizeof(*sorted));
	if (!entries || !sorted) {
		free(entries);
		free(sorted);
		return NULL;
	}
	for (uint32_t i = 0; i < tree->count; i++)
		entries[i] = (struct sort_entry){tree->lines[i], i, row_group(tree->lines[i]->row)};
	qsort(entries, tree->count, sizeof(*entries), compare_entries);
	for (uint32_t i = 0; i < tree->count; i++)
		sorted[i] = entries[i].line;
	free(entries);
	return sorted;
}
