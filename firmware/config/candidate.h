/*
 * Private to config: what settings and candidates are made of.
 */
#ifndef BELFRY_CONFIG_CANDIDATE_H
#define BELFRY_CONFIG_CANDIDATE_H

#include "config/settings.h"
#include "config/tree.h"

struct settings {
	struct tree tree;
	struct settings_revision now;
	bool key_lost;
	uint64_t left_ms; /* of now.confirm_ms */
	/* written already, not yet in force */
	struct tree ahead_tree;
	struct settings_revision ahead;
	char path[256], left_path[256 + 8];
};

struct candidate {
	const struct settings *settings;
	struct tree tree;
	uint32_t revision; /* of the settings that it was copied from */
	bool edited;       /* until then it follows the running settings */
};
const struct tree *candidate_tree(const struct candidate *candidate);

/* Before the first edit: others may have committed since the candidate was copied. */
MUST_CHECK int candidate_begin_edit(struct candidate *candidate, struct fault *fault);

/* One line into a tree; the leading word may be set or delete. */
MUST_CHECK int tree_set_line(struct tree *tree, const struct words *words, unsigned first, struct fault *fault);
MUST_CHECK int tree_delete_line(struct tree *tree, const struct words *words, unsigned first, struct fault *fault);
/* All lines of a text, or none. */
MUST_CHECK int tree_load_text(struct tree *tree, const char *text, struct fault *fault);

/* `set` lines of what is below the words; the caller frees. NULL: no memory. */
char *tree_text(const struct tree *tree, const char *below, bool with_secrets);
/* What b changes of a, as "-" and "+" lines. */
char *tree_compare(const struct tree *a, const struct tree *b);

#endif
