/*
 * The settings: one table row each, a tree of lines, a candidate, commits.
 *
 * A row names path, type, range, default, help; parsing, validation, completion, `show configuration`, the reference
 * and struct config all come from the table (settings_table.c). Nothing is configured any other way.
 *
 * Thread: admin (console sessions); settings_load() on the main thread at start. Applying a commit is the callers'
 * business: settings_build() gives the typed config, the owner checks it, then settings_commit() makes it current.
 */
#ifndef BELFRY_CONFIG_SETTINGS_H
#define BELFRY_CONFIG_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/fault.h"
#include "config/config.h"

#define SETTINGS_REVISIONS_KEPT 50 /* besides the running one */
#define SETTINGS_COMMENT_BYTES  160
#define SETTINGS_CONFIRM_MS_MAX UINT64_C(86400000)
#define SETTINGS_STALE                                                                                                 \
	"another session has committed in between; see \"show | compare\", then \"discard\" and make your changes "    \
	"again"

#define SETTINGS_KEY_LOST                                                                                              \
	"the box's key (%s/key) was missing and was made anew: agents cannot log in before their PINs are set again, " \
	"and older entries of the audit log cannot be checked"

/* A commit: who, when, from where, why. */
struct settings_revision {
	uint32_t number; /* 0: as the factory left it */
	uint64_t wall_us;
	char user[32], from[32], comment[SETTINGS_COMMENT_BYTES];
	uint64_t confirm_ms; /* undone after so long unless confirmed; 0: final */
	uint32_t undo_to;    /* then in force again */
};

struct settings;  /* the running configuration and its file */
struct candidate; /* one session's edits */

/*
 * Reads DATA/settings (set lines) if it is there; a factory-fresh box has none. Lines that this release cannot read are
 * left out, logged, told by settings_build(), and stay in the file until a commit, then in the former revision's.
 * -EINVAL: no line of it can be read; the first is named by number.
 */
MUST_CHECK int settings_load(struct settings **out, const char *folder, struct fault *fault);
/*
 * For when settings_load() fails: factory settings. The file that could not be read stays in place until the next
 * commit, and a copy of it for good as settings.damaged, if it can be read at all.
 */
MUST_CHECK int settings_load_factory(struct settings **out, const char *folder, struct fault *fault);
void settings_free(struct settings *settings);
/* There were settings, but not the key that belongs to them: PINs must be set again. */
bool settings_key_lost(const struct settings *settings);

MUST_CHECK int candidate_new(struct candidate **out, const struct settings *settings);
void candidate_free(struct candidate *candidate);

/* "span 1 type e1" with or without the leading "set". Says what, where and what was expected; changes nothing then. */
MUST_CHECK int candidate_set(struct candidate *candidate, const char *line, struct fault *fault);
/* "span 1" (all below), "did 800 queue sales", "queue sales agent 101". */
MUST_CHECK int candidate_delete(struct candidate *candidate, const char *line, struct fault *fault);
/* A file of set / delete lines with # comments; the fault names the line; nothing is half applied. */
MUST_CHECK int candidate_load_text(struct candidate *candidate, const char *text, struct fault *fault);
bool candidate_changed(const struct candidate *candidate);
/* Another session has committed since this one's first edit: settings_commit() would refuse with -EAGAIN. */
bool candidate_stale(const struct candidate *candidate);
void candidate_discard(struct candidate *candidate); /* back to the running configuration */

/* Checks references and the rules between rows; warnings (may be NULL) get one sentence a line. */
MUST_CHECK int candidate_build(const struct candidate *candidate, struct config **out, char *warnings,
                               size_t warnings_size, struct fault *fault);
/* Of a candidate that was in force before: as settings_build(). */
MUST_CHECK int candidate_build_stored(const struct candidate *candidate, struct config **out, struct fault *fault);
/*
 * A commit: written durably as the next revision by settings_write_ahead(), then adopted (which cannot fail; discard
 * the candidate behind it) or withdrawn: the file is again what it was. note: user, from, comment, and confirm_ms if
 * it has to be confirmed; a note without confirm_ms confirms what was pending. NULL: belfryd itself, pending stays
 * pending. -EAGAIN: another session has committed in between. -EBUSY: too many that nobody has confirmed.
 */
MUST_CHECK int settings_write_ahead(struct settings *settings, const struct candidate *candidate,
                                    const struct settings_revision *note, struct fault *fault);
void settings_adopt(struct settings *settings);
MUST_CHECK int settings_withdraw(struct settings *settings, struct fault *fault);
/* All of it at once, by belfryd itself; nothing is written if nothing changes. */
MUST_CHECK int settings_commit(struct settings *settings, struct candidate *candidate, struct fault *fault);

/* Whether the running revision waits for its confirmation, for how long still (as last kept), and what comes else. */
bool settings_unconfirmed(const struct settings *settings, uint64_t *left_ms, uint32_t *undo_to);
/* Writes down how long is left, for after a restart. */
MUST_CHECK int settings_keep_left(struct settings *settings, uint64_t left_ms);
MUST_CHECK int settings_confirm(struct settings *settings, struct fault *fault);

/* Old revisions, back commits ago; 0 is the running one. -ENOENT: not kept. Texts: NULL with the fault set. */
MUST_CHECK int settings_revision(const struct settings *settings, uint32_t back, struct settings_revision *out);
char *settings_revision_text(const struct settings *settings, uint32_t back, bool with_secrets, struct fault *fault);
/* The candidate becomes that revision. */
MUST_CHECK int candidate_rollback(struct candidate *candidate, uint32_t back, struct fault *fault);
/* The same of what was in force before a commit that nobody confirmed: lines that cannot be read are left out. */
MUST_CHECK int candidate_undo(struct candidate *candidate, uint32_t back, struct fault *fault);
/* "+ ..." and "- ..." lines: what the candidate changes of that revision. */
char *candidate_compare(const struct candidate *candidate, uint32_t back, struct fault *fault);

/*
 * The running configuration as typed data; the caller owns it. Lines that an older release took and this one refuses,
 * and those that settings_load() could not read, are left out, and told in left_out.
 */
MUST_CHECK int settings_build(const struct settings *settings, struct config **out, struct fault *fault);
/* The same for the first of those who ask for it: what is left out is logged. */
MUST_CHECK int settings_build_at_start(const struct settings *settings, struct config **out, struct fault *fault);

/* Text as `set` lines, secrets redacted unless asked for; the caller frees. below: "" for all, "span 1" for a part. */
char *settings_text(const struct settings *settings, const char *below, bool with_secrets);
char *candidate_text(const struct candidate *candidate, const char *below, bool with_secrets);

/* Whether lines could stand below these words; -EINVAL with what was expected in place of the first that is wrong. */
MUST_CHECK int settings_path_check(const char *below, struct fault *fault);

/* The values of all secret rows in force and the box's key, a line each, to look for where none may be. */
char *settings_secrets(const struct settings *settings);

/* A set or delete line as it may be shown to everybody: secrets hidden, and all behind the third word if it is wrong.
 */
void settings_redact(const char *line, char *text, size_t size);

/* Completion and help for a settings line being typed: each() gets a word and its help. */
void candidate_complete(const struct candidate *candidate, const char *line,
                        void (*each)(void *user, const char *word, const char *help), void *user);

/*
 * What config is told at start, before settings_load(), of rooms that it may not include. Rows must stay in place.
 * Timers: `timer NAME D` knows these names and ranges. Strategies: false for one that the scheduler cannot do (index
 * as enum config_strategy). Prompts: false for a name that the library has not (a warning). Writer: how the settings
 * file is replaced durably (store/durable.h); without it config writes, syncs and renames by itself.
 */
struct settings_timer {
	const char *name, *help;
	uint32_t initial_ms, low_ms, high_ms;
};
void settings_register_timers(const struct settings_timer *rows, size_t count);
void settings_set_strategy_check(bool (*available)(int strategy));
void settings_set_prompt_check(bool (*known)(const char *name));
void settings_set_writer(int (*replace)(const char *path, const void *bytes, size_t count));

/* The settings reference in Markdown, from the table. */
char *settings_reference(void);

#endif
