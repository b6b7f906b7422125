/*
 * backup, clone, restore: the box's settings in a file and back.
 */
#include "admin/internal.h"
#include "admin/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/backup.h"
#include "config/customers.h"
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

/* A backup that is being made: the pass phrase becomes a key first, which takes long. */
struct making {
	char *path, *phrase;
	bool clone;
	int error;
	struct backup_lock lock;
};

static void lock(void *data)
{
	struct making *making = data;
	making->error = backup_lock_make(&making->lock, making->phrase);
}

static int write_backup(struct admin *admin, struct session *session, struct making *making)
{
	char prompts[300], warnings[1024] = "";
	prompts_folder(admin, prompts, sizeof(prompts));
	struct backup_wish backup = {.clone = making->clone,
	                             .phrase = making->phrase,
	                             .lock = making->phrase ? &making->lock : NULL,
	                             .software = BELFRY_VERSION,
	                             .prompts = prompts,
	                             .customers = admin->parts.data_folder,
	                             .warnings = warnings,
	                             .warnings_bytes = sizeof(warnings)};
	char *text = settings_backup(admin->parts.settings, &backup, &session->fault);
	if (!text)
		return -EINVAL;
	int error = put_text(admin, session, making->path, text, making->clone ? "clone" : "backup");
	if (error || !strcmp(making->path, "-")) /* what is printed is the file and nothing else */
		return error;
	fputs(warnings, session->out);
	if (!making->phrase)
		fprintf(session->out,
		        "only this box can restore it: a pass phrase (phrase PHRASE) opens it on others\n");
	return 0;
}

static int locked(struct admin *admin, struct session *session, void *data)
{
	struct making *making = data;
	if (making->error)
		return fault_set(&session->fault, making->error, "%s: %s", session->command->words,
		                 strerror(-making->error));
	return session->gone ? -ECANCELED : write_backup(admin, session, making);
}

static void release_making(void *data)
{
	struct making *making = data;
	if (making->phrase)
		explicit_bzero(making->phrase, strlen(making->phrase));
	explicit_bzero(&making->lock, sizeof(making->lock));
	free(making->phrase);
	free(making->path);
	free(making);
}

static int check_wish(struct session *session, const struct wish *wish, bool clone)
{
	if (wish->phrase && strlen(wish->phrase) < BACKUP_PHRASE_MIN)
		return fault_set(&session->fault, -EINVAL, "%s: a pass phrase has at least %d characters",
		                 session->command->words, BACKUP_PHRASE_MIN);
	if (clone && !wish->phrase)
		return fault_set(&session->fault, -EINVAL,
		                 "clone: another box can read it with a pass phrase only, expected %s",
		                 session->command->arguments);
	return 0;
}

int run_backup(struct admin *admin, struct session *session)
{
	struct wish wish;
	bool clone = !strcmp(session->command->words, "clone");
	int error = take_words(session, false, &wish);
	if (!error)
		error = check_wish(session, &wish, clone);
	if (error)
		return error;
	struct making *making = calloc(1, sizeof(*making));
	if (making) {
		making->clone = clone;
		making->path = strdup(wish.path);
		making->phrase = wish.phrase ? strdup(wish.phrase) : NULL;
	}
	if (!making || !making->path || (wish.phrase && !making->phrase)) {
		if (making)
			release_making(making);
		return fault_set(&session->fault, -ENOMEM, "no memory left");
	}
	struct worker_job job = {.data = making, .run = lock, .done = locked, .release = release_making};
	if (making->phrase)
		return worker_give(admin, session, &job);
	error = write_backup(admin, session, making);
	release_making(making);
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

/* A table cannot be undone as a revision can: it waits for a restore that is meant. */
static void restore_customers(struct admin *admin, struct session *session)
{
	const struct backup_about *about = backup_about(session->restoring);
	struct customers *customers = NULL;
	if (!about->has_customers)
		return;
	if (session->note.confirm_ms) {
		fprintf(session->out,
		        "warning: its %u customers are not taken in by a restore that has to be confirmed: restore it "
		        "without \"confirm\" to have them\n",
		        about->customers);
		return;
	}
	int error = backup_write_customers(session->restoring, admin->parts.data_folder, &customers, &session->fault);
	if (error) {
		fprintf(session->out, "warning: the customer table could not be restored: %s\n", session->fault.text);
		return;
	}
	fprintf(session->out, "%u customers taken in, in place of those before\n", customers_count(customers));
	control_give_customers(admin->parts.control, customers);
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
	if (backup_about(session->restoring)->has_customers)
		fprintf(session->out, "%u customers are in it\n", backup_about(session->restoring)->customers);
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

/* A backup that is being opened: its checks and its pass phrase take long. */
struct opening {
	char *text, *phrase;
	struct backup *backup;
	int error;
	struct fault fault;
};

static void open_text(void *data)
{
	struct opening *opening = data;
	opening->error = backup_open(&opening->backup, opening->text, opening->phrase, &opening->fault);
}

static int opened(struct admin *admin, struct session *session, void *data)
{
	struct opening *opening = data;
	if (opening->error) {
		session->fault = opening->fault;
		return fault_add(&session->fault, opening->error, "restore: nothing changed");
	}
	session->restoring = opening->backup;
	opening->backup = NULL;
	session->ticket = ++admin->tickets;
	session->state = SESSION_WAITING; /* begin_restore() goes on */
	return 1;
}

static void release_opening(void *data)
{
	struct opening *opening = data;
	if (opening->phrase)
		explicit_bzero(opening->phrase, strlen(opening->phrase));
	backup_free(opening->backup);
	free(opening->phrase);
	free(opening->text);
	free(opening);
}

/* Takes the text over. */
static int open_backup(struct admin *admin, struct session *session, char *text, const char *phrase)
{
	struct opening *opening = text ? calloc(1, sizeof(*opening)) : NULL;
	if (!opening || (phrase && !(opening->phrase = strdup(phrase)))) {
		free(opening);
		free(text);
		return fault_set(&session->fault, -ENOMEM, "no memory left");
	}
	opening->text = text;
	backup_free(session->restoring);
	session->restoring = NULL;
	return worker_give(
	    admin, session,
	    &(struct worker_job){.data = opening, .run = open_text, .done = opened, .release = release_opening});
}

/* The words, and that nothing else is being changed. */
static int may_restore(struct admin *admin, struct session *session, struct wish *wish)
{
	int error = take_words(session, true, wish);
	if (!error)
		error = session_candidate(admin, session);
	if (!error && candidate_changed(session->candidate))
		error = fault_set(&session->fault, -EBUSY,
		                  "restore: there are changes that are not committed: \"commit\" or \"discard\" first");
	return error;
}

int ahead_restore(struct admin *admin, struct session *session)
{
	struct wish wish;
	char *text = NULL;
	int error = may_restore(admin, session, &wish);
	backup_free(session->restoring);
	session->restoring = NULL;
	if (error || !strcmp(wish.path, "-"))
		return error; /* its lines are still to come */
	error = read_text_file(session, wish.path, BACKUP_BYTES_MAX, &text);
	return error ? error : open_backup(admin, session, text, wish.phrase);
}

int take_restore(struct admin *admin, struct session *session, const char *text)
{
	struct wish wish;
	int error = may_restore(admin, session, &wish);
	return error ? error : open_backup(admin, session, strdup(text), wish.phrase);
}

int begin_restore(struct admin *admin, struct session *session)
{
	struct wish wish;
	int error = may_restore(admin, session, &wish);
	if (!error && !session->restoring)
		return (error = paste_begin(session, "the lines of the backup")) ? error : 1;
	return error ? error : put_to_control(admin, session, &wish);
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
	restore_customers(admin, session);
	if (backup_about(session->restoring)->prompts)
		fprintf(session->out, "%u announcements are used from the next start on\n",
		        backup_about(session->restoring)->prompts);
	backup_free(session->restoring);
	session->restoring = NULL;
	return 0;
}
