/*
 * The running settings and their file: `set` lines, replaced as a whole at each commit. The replacing of that one file
 * is what makes a commit: before it the old revision is in force after a restart, behind it the new one.
 */
#include "config/revision.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "config/build.h"
#include "config/files.h"
#include "config/secret.h"

const struct settings_timer *registered_timers;
unsigned registered_timer_count;

void settings_register_timers(const struct settings_timer *rows, size_t count)
{
	registered_timers = rows;
	registered_timer_count = (unsigned)count;
}

void settings_set_strategy_check(bool (*available)(int strategy))
{
	strategy_available = available;
}

void settings_set_prompt_check(bool (*known)(const char *name))
{
	prompt_known = known;
}

const struct settings_timer *timer_find(const char *name)
{
	for (unsigned i = 0; i < registered_timer_count; i++)
		if (!strcmp(registered_timers[i].name, name))
			return &registered_timers[i];
	return NULL;
}

/* ---- load and save ---- */

static int save_text(const char *path, char *text, struct fault *fault)
{
	if (!text)
		return fault_set(fault, -ENOMEM, "no memory left");
	int error = config_file_replace(path, text, strlen(text));
	free(text);
	return error ? fault_set(fault, error, "%s: %s", path, strerror(-error)) : 0;
}

/* What is in force, with the lines that only another release can read. */
static int save_now(const struct settings *settings, const char *path, const struct settings_revision *revision,
                    struct fault *fault)
{
	return save_text(path,
	                 settings->stored ? revision_text_of(revision, settings->stored)
	                                  : revision_text(revision, &settings->tree),
	                 fault);
}

/* What is left of the wait for a confirmation, as it was last written down; all of it if it never was. */
static uint64_t read_left(const struct settings *settings)
{
	struct words words;
	char *text = NULL;
	uint32_t number;
	uint64_t left_ms = settings->now.confirm_ms, read_ms;
	if (!left_ms || config_file_read(settings->left_path, &text) || !text)
		return left_ms;
	text[strcspn(text, "\n")] = '\0';
	if (strlen(text) < LINE_BYTES_MAX && !words_split(&words, text, NULL) && words.count == 2 &&
	    !text_to_u32(words.word[0], 0, UINT32_MAX, &number) && !text_to_u64(words.word[1], 0, left_ms, &read_ms) &&
	    number == settings->now.number)
		left_ms = read_ms;
	free(text);
	return left_ms;
}

/* With the box's key and no settings yet. */
static int open_folder(struct settings **out, const char *folder, struct fault *fault)
{
	struct settings *settings = calloc(1, sizeof(*settings));
	if (!settings)
		return fault_set(fault, -ENOMEM, "no memory left");
	int length = snprintf(settings->path, sizeof(settings->path), "%s/settings", folder);
	snprintf(settings->left_path, sizeof(settings->left_path), "%s/settings-left", folder);
	int error = 0;
	if (length < 0 || (size_t)length >= sizeof(settings->path))
		error = fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", folder);
	if (!error)
		error = secret_load(folder, fault);
	if (error)
		settings_free(settings);
	else
		*out = settings;
	return error;
}

int settings_load(struct settings **out, const char *folder, struct fault *fault)
{
	struct settings *settings;
	char *text = NULL;
	int error = open_folder(&settings, folder, fault);
	if (error)
		return error;
	error = config_file_read(settings->path, &text);
	if (error)
		fault_set(fault, error, "%s/settings: %s", folder, strerror(-error));
	else
		error = tree_load_stored(&settings->tree, text ? text : "", &settings->unread, fault);
	if (error && text)
		fault_add(fault, error, "%s", settings->path);
	settings->key_lost = text && secret_is_fresh();
	if (settings->key_lost)
		log_write(LOG_WARNING, LOG_CONFIG, SETTINGS_KEY_LOST, folder);
	if (!error && text) {
		revision_read(&settings->now, text);
		settings->left_ms = read_left(settings);
	}
	if (settings->unread.count)
		settings->stored = text;
	else
		free(text);
	if (error)
		settings_free(settings);
	else
		*out = settings;
	return error;
}

bool settings_key_lost(const struct settings *settings)
{
	return settings->key_lost;
}

/* The damaged file stays where it is as well: another version of the software may understand it. */
static void keep_damaged(const struct settings *settings)
{
	char path[sizeof(settings->path) + 16], *text = NULL;
	size_t used = 0;
	text_append(path, sizeof(path), &used, "%s.damaged", settings->path);
	if (!config_file_read(settings->path, &text) && text)
		(void)!config_file_replace(path, text, strlen(text));
	free(text);
}

int settings_load_factory(struct settings **out, const char *folder, struct fault *fault)
{
	int error = open_folder(out, folder, fault);
	if (!error)
		keep_damaged(*out);
	return error;
}

void settings_free(struct settings *settings)
{
	if (!settings)
		return;
	tree_free(&settings->tree);
	tree_free(&settings->ahead_tree);
	free(settings->stored);
	free(settings);
}

/* ---- commits ---- */

static uint64_t confirm_ms_left(const struct settings *settings)
{
	if (!settings->now.confirm_ms)
		return 0;
	return settings->left_ms ? settings->left_ms : 1;
}

/* What the next revision is called, and whether it has to be confirmed. */
static int name_next(const struct settings *settings, const struct settings_revision *note,
                     struct settings_revision *next, struct fault *fault)
{
	const struct settings_revision *now = &settings->now;
	if (note)
		*next = *note;
	else
		*next = (struct settings_revision){
		    .user = "belfryd", .from = "start-up", .confirm_ms = confirm_ms_left(settings)};
	next->number = now->number + 1;
	next->wall_us = clock_wall_us();
	next->undo_to = !next->confirm_ms ? 0 : now->confirm_ms ? now->undo_to : now->number;
	if (next->confirm_ms && next->number - next->undo_to > SETTINGS_REVISIONS_KEPT)
		return fault_set(fault, -EBUSY, "too many commits wait for a confirmation: \"commit\" confirms them");
	return 0;
}

int settings_write_ahead(struct settings *settings, const struct candidate *candidate,
                         const struct settings_revision *note, struct fault *fault)
{
	char path[sizeof(settings->path) + 16];
	if (candidate_stale(candidate))
		return fault_set(fault, -EAGAIN, SETTINGS_STALE);
	tree_free(&settings->ahead_tree);
	memset(&settings->ahead_tree, 0, sizeof(settings->ahead_tree));
	int error = name_next(settings, note, &settings->ahead, fault);
	if (error)
		return error;
	error = tree_copy(&settings->ahead_tree, candidate_tree(candidate));
	if (error)
		return fault_set(fault, error, "no memory left");
	revision_path(settings, settings->now.number, path, sizeof(path));
	error = save_now(settings, path, &settings->now, fault);
	if (error)
		return error;
	error = save_text(settings->path, revision_text(&settings->ahead, &settings->ahead_tree), fault);
	/* The new file may be in place although the folder could not be synced. */
	if (error && settings_withdraw(settings, NULL))
		return fault_add(fault, error, "after a restart either revision may be in force");
	return error;
}

void settings_adopt(struct settings *settings)
{
	tree_free(&settings->tree);
	free(settings->stored);
	settings->stored = NULL;
	settings->unread.count = 0;
	settings->tree = settings->ahead_tree;
	settings->now = settings->ahead;
	settings->left_ms = settings->now.confirm_ms;
	memset(&settings->ahead_tree, 0, sizeof(settings->ahead_tree));
}

int settings_withdraw(struct settings *settings, struct fault *fault)
{
	return save_now(settings, settings->path, &settings->now, fault);
}

int settings_commit(struct settings *settings, struct candidate *candidate, struct fault *fault)
{
	if (!candidate_stale(candidate) && !candidate_changed(candidate)) {
		candidate_discard(candidate);
		return 0; /* a start-up file that says what is in force already */
	}
	int error = settings_write_ahead(settings, candidate, NULL, fault);
	if (error)
		return error;
	settings_adopt(settings);
	candidate_discard(candidate);
	return 0;
}

static int build_running(const struct settings *settings, struct config **out, bool logged, struct fault *fault)
{
	int error = build_stored(&settings->tree, out, logged, fault);
	if (error)
		return error;
	(*out)->revision = settings->now.number;
	unread_tell(&settings->unread, *out);
	return 0;
}

int settings_build(const struct settings *settings, struct config **out, struct fault *fault)
{
	return build_running(settings, out, false, fault);
}

int settings_build_at_start(const struct settings *settings, struct config **out, struct fault *fault)
{
	return build_running(settings, out, true, fault);
}

/* ---- confirmation ---- */

bool settings_unconfirmed(const struct settings *settings, uint64_t *left_ms, uint32_t *undo_to)
{
	if (!settings->now.confirm_ms)
		return false;
	*left_ms = settings->left_ms;
	*undo_to = settings->now.undo_to;
	return true;
}

int settings_keep_left(struct settings *settings, uint64_t left_ms)
{
	char text[64];
	size_t used = 0;
	settings->left_ms = left_ms;
	text_append(text, sizeof(text), &used, "%" PRIu32 " %" PRIu64 "\n", settings->now.number, left_ms);
	return config_file_replace(settings->left_path, text, used);
}

int settings_confirm(struct settings *settings, struct fault *fault)
{
	struct settings_revision confirmed = settings->now;
	confirmed.confirm_ms = 0;
	confirmed.undo_to = 0;
	int error = save_now(settings, settings->path, &confirmed, fault);
	if (!error)
		settings->now = confirmed;
	return error;
}
