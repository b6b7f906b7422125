/*
 * Revisions: how they stand in their files, and how old ones come back.
 */
#include "config/revision.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/files.h"

/* ---- the comments on top ---- */

static void print_text(FILE *out, const char *name, const char *text)
{
	char quoted[2 * SETTINGS_COMMENT_BYTES + 3];
	if (!*text)
		return;
	word_quote(text, quoted, sizeof(quoted));
	fprintf(out, "# %s %s\n", name, quoted);
}

char *revision_text(const struct settings_revision *revision, const struct tree *tree)
{
	char *lines = tree_text(tree, "", true), *text = NULL;
	size_t size;
	FILE *out = lines ? open_memstream(&text, &size) : NULL;
	if (out) {
		fprintf(out, "# revision %" PRIu32 "\n# time %" PRIu64 "\n", revision->number, revision->wall_us);
		print_text(out, "user", revision->user);
		print_text(out, "from", revision->from);
		print_text(out, "comment", revision->comment);
		if (revision->confirm_ms)
			fprintf(out, "# confirm %" PRIu64 " else %" PRIu32 "\n", revision->confirm_ms,
			        revision->undo_to);
		fputs(lines, out);
	}
	free(lines);
	if (!out || fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

char *revision_text_of(const struct settings_revision *revision, const char *stored)
{
	const struct tree none = {.lines = NULL};
	char *top = revision_text(revision, &none), *text = NULL;
	while (stored[0] == '#' && stored[1] == ' ') {
		stored += strcspn(stored, "\n");
		stored += *stored == '\n';
	}
	if (top && asprintf(&text, "%s%s", top, stored) < 0)
		text = NULL;
	free(top);
	return text;
}

static void read_words(struct settings_revision *revision, const char *const *word, unsigned count)
{
	const char *value = count > 1 ? word[1] : "";
	int error = 0;
	if (!strcmp(word[0], "revision"))
		error = text_to_u32(value, 0, UINT32_MAX, &revision->number);
	else if (!strcmp(word[0], "time"))
		error = text_to_u64(value, 0, UINT64_MAX, &revision->wall_us);
	else if (!strcmp(word[0], "user"))
		text_copy(revision->user, sizeof(revision->user), value);
	else if (!strcmp(word[0], "from"))
		text_copy(revision->from, sizeof(revision->from), value);
	else if (!strcmp(word[0], "comment"))
		text_copy(revision->comment, sizeof(revision->comment), value);
	else if (!strcmp(word[0], "confirm") && count == 4 && !text_to_u32(word[3], 0, UINT32_MAX, &revision->undo_to))
		error = text_to_u64(value, 1, SETTINGS_CONFIRM_MS_MAX, &revision->confirm_ms);
	(void)error; /* a value that is none leaves the field as it was */
}

void revision_read(struct settings_revision *revision, const char *text)
{
	memset(revision, 0, sizeof(*revision));
	for (; text[0] == '#' && text[1] == ' '; text += strcspn(text, "\n") + 1) {
		char line[LINE_BYTES_MAX];
		struct words words;
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n") - 2, text + 2);
		if (!words_split(&words, line, NULL) && words.count)
			read_words(revision, words.word, words.count);
		if (!text[strcspn(text, "\n")])
			return;
	}
}

/* ---- old ones ---- */

void revision_path(const struct settings *settings, uint32_t number, char *path, size_t size)
{
	snprintf(path, size, "%s-%02u", settings->path, number % SETTINGS_REVISIONS_KEPT);
}

static int not_kept(const struct settings *settings, uint32_t back, struct fault *fault)
{
	return fault_set(fault, -ENOENT, "rollback %u: there is no such revision; see \"show revisions\"", back);
}

int revision_load(const struct settings *settings, uint32_t back, struct settings_revision *revision, struct tree *tree,
                  struct unread *unread, struct fault *fault)
{
	char path[sizeof(settings->path) + 16], *text = NULL;
	struct settings_revision found;
	if (!back) {
		*revision = settings->now;
		int error = tree ? tree_copy(tree, &settings->tree) : 0;
		return error ? fault_set(fault, error, "no memory left") : 0;
	}
	if (back > SETTINGS_REVISIONS_KEPT || back > settings->now.number)
		return not_kept(settings, back, fault);
	revision_path(settings, settings->now.number - back, path, sizeof(path));
	int error = config_file_read(path, &text);
	if (error)
		return fault_set(fault, error, "%s: %s", path, strerror(-error));
	if (!text)
		return not_kept(settings, back, fault);
	revision_read(&found, text);
	if (found.number != settings->now.number - back)
		error = not_kept(settings, back, fault);
	if (!error && tree) {
		memset(tree, 0, sizeof(*tree));
		error = unread ? tree_load_stored(tree, text, unread, fault) : tree_load_text(tree, text, fault);
		if (error && unread)
			tree_free(tree);
		if (error)
			fault_add(fault, error, "revision %u", found.number);
	}
	free(text);
	if (!error)
		*revision = found;
	return error;
}

int settings_revision(const struct settings *settings, uint32_t back, struct settings_revision *out)
{
	return revision_load(settings, back, out, NULL, NULL, NULL);
}

char *settings_revision_text(const struct settings *settings, uint32_t back, bool with_secrets, struct fault *fault)
{
	struct settings_revision revision;
	struct tree tree;
	if (revision_load(settings, back, &revision, &tree, NULL, fault))
		return NULL;
	char *text = tree_text(&tree, "", with_secrets);
	tree_free(&tree);
	if (!text)
		fault_set(fault, -ENOMEM, "no memory left");
	return text;
}

static int take_back(struct candidate *candidate, uint32_t back, struct unread *unread, struct fault *fault)
{
	struct settings_revision revision;
	struct tree tree;
	int error = revision_load(candidate->settings, back, &revision, &tree, unread, fault);
	if (error)
		return error;
	tree_free(&candidate->tree);
	candidate->tree = tree;
	candidate->revision = candidate->settings->now.number;
	candidate->edited = true;
	return 0;
}

int candidate_rollback(struct candidate *candidate, uint32_t back, struct fault *fault)
{
	return take_back(candidate, back, NULL, fault);
}

int candidate_undo(struct candidate *candidate, uint32_t back, struct fault *fault)
{
	candidate->unread.count = 0;
	return take_back(candidate, back, &candidate->unread, fault);
}

char *candidate_compare(const struct candidate *candidate, uint32_t back, struct fault *fault)
{
	struct settings_revision revision;
	struct tree tree;
	if (revision_load(candidate->settings, back, &revision, &tree, NULL, fault))
		return NULL;
	char *text = tree_compare(&tree, candidate_tree(candidate));
	tree_free(&tree);
	if (!text)
		fault_set(fault, -ENOMEM, "no memory left");
	return text;
}
