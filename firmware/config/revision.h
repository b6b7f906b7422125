/*
 * Private to config: a revision in its file: who, when, from where and why as comments, then the lines.
 */
#ifndef BELFRY_CONFIG_REVISION_H
#define BELFRY_CONFIG_REVISION_H

#include "config/candidate.h"

/* The file's text, which the caller frees; NULL: no memory. */
char *revision_text(const struct settings_revision *revision, const struct tree *tree);
/* The same with the lines of a file's text, as they stand there. */
char *revision_text_of(const struct settings_revision *revision, const char *stored);
/* What the comments on top say; what they do not say stays zero. */
void revision_read(struct settings_revision *revision, const char *text);

/* Where an old revision is kept. Slots are used in turn: nothing needs to be removed. */
void revision_path(const struct settings *settings, uint32_t number, char *path, size_t size);
/*
 * The revision this many commits ago with its lines; tree NULL: only what the top says. -ENOENT: not kept.
 * unread: lines that cannot be read are left out and told there; NULL: refused.
 */
MUST_CHECK int revision_load(const struct settings *settings, uint32_t back, struct settings_revision *revision,
                             struct tree *tree, struct unread *unread, struct fault *fault);

#endif
