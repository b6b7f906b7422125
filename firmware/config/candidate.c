/*
 * A candidate: one session's edits of a copy of the running settings.
 */
#include "config/candidate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/build.h"
#include "config/password.h"

int candidate_new(struct candidate **out, const struct settings *settings)
{
	struct candidate *candidate = calloc(1, sizeof(*candidate));
	if (!candidate)
		return -ENOMEM;
	candidate->settings = settings;
	candidate->revision = settings->now.number;
	int error = tree_copy(&candidate->tree, &settings->tree);
	if (error) {
		free(candidate);
		return error;
	}
	*out = candidate;
	return 0;
}

void candidate_free(struct candidate *candidate)
{
	if (!candidate)
		return;
	tree_free(&candidate->tree);
	free(candidate);
}

/* Puts the lines of one match into the tree: one, or one for each item of a repeated path. */
static int put_match(struct tree *tree, const struct match *match)
{
	const struct pattern *pattern = setting_pattern((unsigned)match->row);
	unsigned fixed = pattern->key_items - 1u;
	if (!pattern->items[fixed].repeat)
		return tree_put(tree, settings_line_new((unsigned)match->row, match->canonical, match->refers,
		                                        match->canonical_count, match->key_count));
	for (unsigned i = fixed; i < match->key_count; i++) {
		const char *word[WORDS_MAX];
		memcpy(word, match->canonical, fixed * sizeof(*word));
		word[fixed] = match->canonical[i];
		int error =
		    tree_put(tree, settings_line_new((unsigned)match->row, word, match->refers, fixed + 1, fixed + 1));
		if (error)
			return error;
	}
	return 0;
}

int tree_set_line(struct tree *tree, const struct words *words, unsigned first, struct fault *fault)
{
	struct match match;
	char kept[128];
	if (first >= words->count)
		return fault_set(fault, -EINVAL, "set: expected a setting, such as: set span 1 type e1");
	if (match_line(&match, words->word + first, words->count - first))
		return match_explain(&match, fault);
	const struct setting_row *row = &setting_rows[match.row];
	int error = row->check ? row->check(match.canonical, match.canonical_count, fault) : 0;
	if (error)
		return error;
	if (row->keep_as)
		row->keep_as(match.canonical, match.canonical_count, kept, sizeof(kept));
	error = put_match(tree, &match);
	if (error == -ENOSPC)
		return fault_set(fault, error, "more than %d settings", TREE_LINES_MAX);
	return error ? fault_set(fault, error, "no memory left") : 0;
}

int tree_delete_line(struct tree *tree, const struct words *words, unsigned first, struct fault *fault)
{
	const char *const *word = words->word + first;
	unsigned count = words->count - first;
	char text[200], kept[128];
	struct match match;
	if (first >= words->count)
		return fault_set(fault, -EINVAL, "delete: expected a setting, such as: delete span 1");
	unsigned unkept = match_also_under(word, count);
	if (tree_remove(tree, word + unkept, count - unkept))
		return 0;
	/* Spelled otherwise than it is kept: 60s for 1m. */
	bool wrong = match_line(&match, word, count) != 0;
	if (!wrong) {
		/* A password has a new salt each time: its hash would never be found. */
		if (setting_rows[match.row].keep_as && setting_rows[match.row].keep_as != password_hash_words)
			setting_rows[match.row].keep_as(match.canonical, match.canonical_count, kept, sizeof(kept));
		if (tree_remove(tree, match.canonical, match.canonical_count))
			return 0;
	}
	if (!match.depth ||
	    (wrong && match.depth < count)) /* else: the beginning of a line, or one that is not there */
		return match_explain(&match, fault);
	words_join(word, count, text, sizeof(text));
	return fault_set(fault, -ENOENT, "%s: nothing is set there", text);
}

static int apply_words(struct tree *tree, const struct words *words, struct fault *fault)
{
	if (!words->count)
		return 0;
	if (!strcmp(words->word[0], "delete"))
		return tree_delete_line(tree, words, 1, fault);
	return tree_set_line(tree, words, !strcmp(words->word[0], "set"), fault);
}

int tree_load_line(struct tree *tree, const char *text, size_t length, unsigned number, struct fault *fault)
{
	char line[LINE_BYTES_MAX + 1];
	struct words words;
	size_t kept = length < LINE_BYTES_MAX ? length : LINE_BYTES_MAX;
	memcpy(line, text, kept);
	line[kept] = '\0';
	int error = words_split(&words, line, fault);
	if (!error)
		error = apply_words(tree, &words, fault);
	return error ? fault_add(fault, error, "line %u", number) : 0;
}

int tree_load_text(struct tree *tree, const char *text, struct fault *fault)
{
	struct tree work;
	int error = tree_copy(&work, tree);
	for (unsigned number = 1; !error && *text; number++) {
		size_t length = strcspn(text, "\n");
		error = tree_load_line(&work, text, length, number, fault);
		text += length + (text[length] == '\n');
	}
	if (error) {
		tree_free(&work);
		return error;
	}
	tree_free(tree);
	*tree = work;
	return 0;
}

const struct tree *candidate_tree(const struct candidate *candidate)
{
	return candidate->edited ? &candidate->tree : &candidate->settings->tree;
}

bool candidate_changed(const struct candidate *candidate)
{
	return candidate->edited && !tree_equal(&candidate->tree, &candidate->settings->tree);
}

bool candidate_stale(const struct candidate *candidate)
{
	return candidate->edited && candidate->revision != candidate->settings->now.number;
}

void candidate_discard(struct candidate *candidate)
{
	struct tree fresh;
	if (tree_copy(&fresh, &candidate->settings->tree))
		return; /* no memory: the edits stay, which the session sees */
	tree_free(&candidate->tree);
	candidate->tree = fresh;
	candidate->revision = candidate->settings->now.number;
	candidate->edited = false;
}

/* Before the first edit: others may have committed since it was copied. */
int candidate_begin_edit(struct candidate *candidate, struct fault *fault)
{
	struct tree fresh;
	if (candidate->edited || candidate->revision == candidate->settings->now.number)
		return 0;
	int error = tree_copy(&fresh, &candidate->settings->tree);
	if (error)
		return fault_set(fault, error, "no memory left");
	tree_free(&candidate->tree);
	candidate->tree = fresh;
	candidate->revision = candidate->settings->now.number;
	return 0;
}

static int end_edit(struct candidate *candidate, int error)
{
	candidate->edited |= !error;
	return error;
}

int candidate_set(struct candidate *candidate, const char *line, struct fault *fault)
{
	struct words words;
	int error = words_split(&words, line, fault);
	if (!error)
		error = candidate_begin_edit(candidate, fault);
	if (!error)
		error = tree_set_line(&candidate->tree, &words, words.count && !strcmp(words.word[0], "set"), fault);
	return end_edit(candidate, error);
}

int candidate_delete(struct candidate *candidate, const char *line, struct fault *fault)
{
	struct words words;
	int error = words_split(&words, line, fault);
	if (!error)
		error = candidate_begin_edit(candidate, fault);
	if (!error)
		error =
		    tree_delete_line(&candidate->tree, &words, words.count && !strcmp(words.word[0], "delete"), fault);
	return end_edit(candidate, error);
}

int candidate_load_text(struct candidate *candidate, const char *text, struct fault *fault)
{
	int error = candidate_begin_edit(candidate, fault);
	if (!error)
		error = tree_load_text(&candidate->tree, text, fault);
	return end_edit(candidate, error);
}

int candidate_build(const struct candidate *candidate, struct config **out, char *warnings, size_t warnings_size,
                    struct fault *fault)
{
	struct config *config = NULL;
	int error = build_config(candidate_tree(candidate), &config, warnings, warnings_size, NULL, fault);
	if (error)
		return error;
	config->revision = candidate->settings->now.number + 1;
	*out = config;
	return 0;
}

int candidate_build_stored(const struct candidate *candidate, struct config **out, struct fault *fault)
{
	int error = build_stored(candidate_tree(candidate), out, true, fault);
	if (error)
		return error;
	(*out)->revision = candidate->settings->now.number + 1;
	unread_tell(&candidate->unread, *out);
	return 0;
}
