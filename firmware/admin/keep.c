/*
 * backup, clone, restore, factory-reset: the box's settings in a file and back.
 */
#include "admin/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/backup.h"
#include "config/factory_reset.h"
#include "config/files.h"

#define PROMPTS_FOLDER "prompts"

struct wish {
	const char *path, *phrase;
	bool check;
	uint32_t minutes; /* to be confirmed within; 0: final */
};

static void prompts_folder(const struct admin *admin, char *path, size_t size)
{
	snprintf(path, size, "%s/" PROMPTS_FOLDER, admin->parts.data_folder);
}

static int expected(struct session *session, const char *word)
{
	const char *name = session->command->words;
	if (word)
		return fault_set(&session->fault, -EINVAL, "%s %s: expected %s", name, word,
		                 session->command->arguments);
	return fault_set(&session->fault, -EINVAL, "%s: not complete, expected %s", name, session->command->arguments);
}

/* FILE [phrase P] [check | confirm MINUTES] */
static int take_words(struct session *session, bool restore, struct wish *wish)
{
	struct words *words = &session->words;
	unsigned at = session->first;
	*wish = (struct wish){0};
	if (at >= words->count)
		return expected(session, NULL);
	wish->path = words->word[at++];
	if (!strcmp(wish->path, "serial"))
		return fault_set(&session->fault, -EINVAL, "%s serial: the program \"belfry\" does that, on a terminal",
		                 session->command->words);
	while (at < words->count) {
		const char *word = words->word[at++], *value = at < words->count ? words->word[at] : NULL;
		if (!strcmp(word, "phrase") && value) {
			wish->phrase = words->word[at++];
		} else if (restore && !strcmp(word, "check")) {
			wish->check = true;
		} else if (restore && !strcmp(word, "confirm") && value) {
			if (text_to_u32(value, 1, SETTINGS_CONFIRM_MS_MAX / 60000, &wish->minutes))
				return fault_set(&session->fault, -EINVAL,
				                 "restore confirm %s: expected minutes, 1 to %d", value,
				                 (int)(SETTINGS_CONFIRM_MS_MAX / 60000));
			at++;
		} else {
			return expected(session, strcmp(word, "phrase") ? word : "phrase");
		}
	}
	return 0;
}

/* ---- out ---- */

int put_text(struct admin *admin, struct session *session, const char *path, char *text, const char *what)
{
	size_t bytes = strlen(text);
	int error = 0;
	if (!strcmp(path, "-")) {
		fputs(text, session->out);
	} else if (session_role(admin, session) != CONFIG_ADMINISTRATOR) {
		error = fault_set(&session->fault, -EPERM,
		                  "%s to a file of the box: only an administrator may do that; \"-\" prints it",
		                  session->command->words);
	} else if ((error = config_file_replace(path, text, bytes))) {
		fault_set(&session->fault, error, "%s: %s", path, strerror(-error));
	} else {
		fprintf(session->out, "%s written to %s (%zu bytes)\n", what, path, bytes);
	}
	explicit_bzero(text, bytes);
	free(text);
	return error;
}

int run_backup(struct admin *admin, struct session *session)
{
	char prompts[300], warnings[1024] = "";
	struct wish wish;
	bool clone = !strcmp(session->command->words, "clone");
	int error = take_words(session, false, &wish);
	if (error)
		return error;
	if (wish.phrase && strlen(wish.phrase) < BACKUP_PHRASE_MIN)
		return fault_set(&session->fault, -EINVAL, "%s: a pass phrase has at least %d characters",
		                 session->command->words, BACKUP_PHRASE_MIN);
	if (clone && !wish.phrase)
		return fault_set(&session->fault, -EINVAL,
		                 "clone: another box can read it with a pass phrase only, expected %s",
		                 session->command->arguments);
	prompts_folder(admin, prompts, sizeof(prompts));
	struct backup_wish backup = {.clone = clone,
	                             .phrase = wish.phrase,
	                             .software = BELFRY_VERSION,
	                             .prompts = prompts,
	                             .warnings = warnings,
	                             .warnings_bytes = sizeof(warnings)};
	char *text = settings_backup(admin->parts.settings, &backup, &session->fault);
	if (!text)
		return -EINVAL;
	error = put_text(admin, session, wish.path, text, clone ? "clone" : "backup");
	if (!error && strcmp(wish.path, "-") != 0) /* what is printed is the file and nothing else */
		fputs(warnings, session->out);
	if (!error && !wish.phrase && strcmp(wish.path, "-"))
		fprintf(session->out,
		        "only this box can restore it: a pass phrase (phrase PHRASE) opens it on others\n");
	return error;
}

/* ---- back ---- */

static void say_restored(struct session *session, const char *what)
{
	const struct backup_about *about = backup_about(session->restoring);
	fprintf(session->out, "%s: %s of %s, revision %u, made %.19s by release %s%s\n", what,
	        about->clone ? "clone" : "backup", about->box, about->revision, about->made, about->software,
	        about->other_box ? " on another box" : "");
}

static int only_check(struct admin *admin, struct session *session)
{
	struct config *config = NULL;
	int error = candidate_build(session->candidate, &config, NULL, 0, &session->fault);
	config_free(error ? NULL : config);
	candidate_discard(session->candidate);
	if (error)
		return error;
	say_restored(session, "can be restored");
	backup_free(session->restoring);
	session->restoring = NULL;
	return 1;
}

/* The candidate is the backup; what is in force does not change before control has taken it. */
static int put_to_control(struct admin *admin, struct session *session, const struct wish *wish)
{
	const struct backup_about *about = backup_about(session->restoring);
	struct settings_revision *note = &session->note;
	size_t used = 0;
	memset(note, 0, sizeof(*note));
	text_append(note->comment, sizeof(note->comment), &used, "restored from the %s of %s made %.19s",
	            about->clone ? "clone" : "backup", about->box, about->made);
	note->confirm_ms = wish->minutes * UINT64_C(60000);
	int error = candidate_restore(session->candidate, session->restoring, &session->fault);
	if (error)
		return error;
	if (wish->check)
		return only_check(admin, session);
	error = backup_keep_keys(session->restoring, admin->parts.conf_folder, &session->fault);
	if (!error)
		error = commit_begin(admin, session);
	if (error < 0)
		candidate_discard(session->candidate);
	return error;
}

static int open_backup(struct session *session, const struct wish *wish)
{
	char *text = session->pasted;
	int error = 0;
	session->pasted = NULL;
	backup_free(session->restoring);
	session->restoring = NULL;
	if (!text)
		error = read_text_file(session, wish->path, BACKUP_BYTES_MAX, &text);
	if (error)
		return error;
	error = backup_open(&session->restoring, text, wish->phrase, &session->fault);
	free(text);
	return error ? fault_add(&session->fault, error, "restore: nothing changed") : 0;
}

int begin_restore(struct admin *admin, struct session *session)
{
	struct wish wish;
	int error = take_words(session, true, &wish);
	if (!error)
		error = session_candidate(admin, session);
	if (!error && candidate_changed(session->candidate))
		error = fault_set(&session->fault, -EBUSY,
		                  "restore: there are changes that are not committed: \"commit\" or \"discard\" first");
	if (!error && !strcmp(wish.path, "-") && !session->pasted)
		return (error = paste_begin(session, "the lines of the backup")) ? error : 1;
	if (!error)
		error = open_backup(session, &wish);
	return error ? error : put_to_control(admin, session, &wish);
}

int take_restore(struct admin *admin, struct session *session, const char *text)
{
	free(session->pasted);
	session->pasted = strdup(text);
	if (!session->pasted)
		return fault_set(&session->fault, -ENOMEM, "no memory left");
	session->ticket = ++admin->tickets;
	session->state = SESSION_WAITING;
	return 1;
}

int run_restore(struct admin *admin, struct session *session)
{
	char folder[300];
	if (session->loading || !session->restoring)
		return 0; /* its lines are still to come, or it was only checked */
	int result = run_commit(admin, session);
	if (result < 0) {
		candidate_discard(session->candidate);
		return result;
	}
	prompts_folder(admin, folder, sizeof(folder));
	if (backup_write_prompts(session->restoring, folder, &session->fault))
		fprintf(session->out, "warning: the announcements could not be restored: %s\n", session->fault.text);
	say_restored(session, "restored");
	if (backup_about(session->restoring)->prompts)
		fprintf(session->out, "%u announcements are used from the next start on\n",
		        backup_about(session->restoring)->prompts);
	backup_free(session->restoring);
	session->restoring = NULL;
	return 0;
}

/* ---- factory reset ---- */

int run_factory_reset(struct admin *admin, struct session *session)
{
	static const char *const loses[RESET_LEVEL_COUNT] = {
	    "", "all settings but the users are as delivered (\"rollback 1\" brings them back)",
	    "everything is lost for good: settings, users, keys, call records, recordings, the audit log"};
	struct words *words = &session->words;
	const char *word = words->count > session->first ? words->word[session->first] : "";
	bool cancel = !strcmp(word, "cancel") && words->count == session->first + 1;
	int level = cancel ? RESET_NONE : text_name_index(reset_level_names, RESET_LEVEL_COUNT, word);
	if (!cancel && level <= RESET_NONE)
		return expected(session, *word ? word : NULL);
	bool confirmed = words->count == session->first + 2 && !strcmp(words->word[session->first + 1], "confirm");
	if (!cancel && !confirmed)
		return fault_set(
		    &session->fault, -EINVAL,
		    "factory-reset %s: after the next start %s; type \"factory-reset %s confirm\" to have it", word,
		    loses[level], word);
	int error = factory_reset_ask(admin->parts.conf_folder, (enum reset_level)level, &session->fault);
	if (error)
		return error;
	if (cancel)
		fprintf(session->out, "no factory reset\n");
	else
		fprintf(session->out, "at the next start %s; \"factory-reset cancel\" until then\n", loses[level]);
	log_write(LOG_NOTICE, LOG_ADMIN, "factory reset: %s asked for by %s", reset_level_names[level], session->user);
	return 0;
}
