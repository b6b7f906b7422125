/*
 * The settings as text: set lines, and what a candidate changes.
 */
#include "config/candidate.h"
#include "config/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/secret.h"

#define SECRET_SHOWN "********"

static void print_line(FILE *out, const char *before, const struct settings_line *line, bool with_secrets)
{
	bool hide = setting_rows[line->row].secret && !with_secrets;
	fputs(before, out);
	for (unsigned i = 0; i < line->word_count; i++) {
		char quoted[2 * LINE_BYTES_MAX + 3];
		word_quote(hide && i >= line->key_count ? SECRET_SHOWN : line->word[i], quoted, sizeof(quoted));
		fprintf(out, "%s%s", i ? " " : "", quoted);
	}
	fputc('\n', out);
}

char *tree_text(const struct tree *tree, const char *below, bool with_secrets)
{
	struct words words;
	char *text = NULL;
	size_t size;
	if (words_split(&words, below, NULL))
		return strdup("");
	unsigned first = words.count && !strcmp(words.word[0], "set");
	const struct settings_line **sorted = tree_sorted(tree);
	FILE *out = sorted ? open_memstream(&text, &size) : NULL;
	for (uint32_t i = 0; out && i < tree->count; i++)
		if (settings_line_begins(sorted[i], words.word + first, words.count - first))
			print_line(out, "set ", sorted[i], with_secrets);
	free(sorted);
	if (!out || fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

char *settings_text(const struct settings *settings, const char *below, bool with_secrets)
{
	return tree_text(&settings->tree, below, with_secrets);
}

char *candidate_text(const struct candidate *candidate, const char *below, bool with_secrets)
{
	return tree_text(candidate_tree(candidate), below, with_secrets);
}

/* Lines of a that are not the same in b. A secret is shown as changed, not what it is. */
static void print_missing(FILE *out, const char *before, const struct tree *a, const struct tree *b)
{
	const struct settings_line **sorted = tree_sorted(a);
	for (uint32_t i = 0; sorted && i < a->count; i++) {
		const struct settings_line *other = tree_find(b, sorted[i]->word, sorted[i]->key_count);
		if (!other || !settings_line_equal(sorted[i], other))
			print_line(out, before, sorted[i], false);
	}
	free(sorted);
}

char *tree_compare(const struct tree *a, const struct tree *b)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	print_missing(out, "- ", a, b);
	print_missing(out, "+ ", b, a);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

char *settings_secrets(const struct settings *settings)
{
	const struct tree *tree = &settings->tree;
	char *text = NULL, own[2 * SECRET_BYTES + 1];
	size_t size;
	FILE *out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	secret_own_hex(own);
	fprintf(out, "%s\n", own);
	for (uint32_t i = 0; i < tree->count; i++) {
		const struct settings_line *line = tree->lines[i];
		for (unsigned w = line->key_count; setting_rows[line->row].secret && w < line->word_count; w++) {
			const char *colon = strchr(line->word[w], ':');
			fprintf(out, "%s\n%s%s", line->word[w], colon ? colon + 1 : "", colon ? "\n" : "");
		}
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* Only a line that fits the table shows which of its words are secret. */
void settings_redact(const char *line, char *text, size_t size)
{
	struct words words;
	struct match match;
	text_copy(text, size, "(not readable)");
	if (words_split(&words, line, NULL))
		return;
	unsigned first = words.count && (!strcmp(words.word[0], "set") || !strcmp(words.word[0], "delete"));
	bool fits = words.count > first && !match_line(&match, words.word + first, words.count - first);
	unsigned kept = words.count < first + 3 ? words.count : first + 3;
	if (fits && setting_rows[match.row].secret)
		kept = first + match.key_count;
	else if (fits)
		kept = words.count;
	for (unsigned i = kept; i < words.count; i++)
		words.word[i] = SECRET_SHOWN;
	words_join(words.word, words.count, text, size);
}

int settings_path_check(const char *below, struct fault *fault)
{
	struct words words;
	struct match match;
	int error = words_split(&words, below, fault);
	if (error || !words.count || !match_line(&match, words.word, words.count) || match.depth >= words.count)
		return error;
	return match_explain(&match, fault);
}
