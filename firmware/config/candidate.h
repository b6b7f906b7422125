/*
 * Private to config: what settings and candidates are made of.
 */
#ifndef BELFRY_CONFIG_CANDIDATE_H
#define BELFRY_CONFIG_CANDIDATE_H

#include "config/settings.h"
#include "config/tree.h"

/* Lines of stored settings that this release cannot read and goes on without. */
struct unread {
	uint32_t count;
	char first[CONFIG_LEFT_OUT_BYTES]; /* a sentence about the first of them */
};

struct settings {
	struct tree tree;
	struct unread unread;
	char *stored; /* the file as it was read, while it says more than the tree; else NULL */
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
	struct unread unread; /* of what candidate_undo() brought back */
	uint32_t revision;    /* of the settings that it was copied from */
	bool edited;          /* until then it follows the running settings */
};
const struct tree *candidate_tree(const struct candidate *candidate);

/* Before the first edit: others may have committed since the candidate was copied. */
MUST_CHECK int candidate_begin_edit(struct candidate *candidate, struct fault *fault);

/* One line into a tree; the leading word may be set or delete. */
MUST_CHECK int tree_set_line(struct tree *tree, const struct words *words, unsigned first, struct fault *fault);
MUST_CHECK int tree_delete_line(struct tree *tree, const struct words *words, unsigned first, struct fault *fault);
/* The first length bytes of text as a line; the fault names its number. */
MUST_CHECK int tree_load_line(struct tree *tree, const char *text, size_t length, unsigned number, struct fault *fault);
/*
 * All lines of stored settings that can be read; the others are logged and counted in unread. -EINVAL: there are lines
 * and none can be read. On errors the tree may have lines all the same.
 */
MUST_CHECK int tree_load_stored(struct tree *tree, const char *text, struct unread *unread, struct fault *fault);
void unread_tell(const struct unread *unread, struct config *config); /* as its first left_out lines */
/* All lines of a text, or none. */
MUST_CHECK int tree_load_text(struct tree *tree, const char *text, struct fault *fault);

/* `set` lines of what is below the words; the caller frees. NULL: no memory. */
char *tree_text(const struct tree *tree, const char *below, bool with_secrets);
/* What b changes of a, as "-" and "+" lines. */
char *tree_compare(const struct tree *a, const struct tree *b);

#endif
