/*
 * Settings on the console: the session's candidate, compare, commit.
 */
#include "admin/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/own_prompts.h"
#include "base/file_load.h"
#include "base/text.h"

#define WARNINGS_BYTES 65536

int session_candidate(struct admin *admin, struct session *session)
{
	if (session->candidate)
		return 0;
	int error = candidate_new(&session->candidate, admin->parts.settings);
	return error ? fault_set(&session->fault, error, "no memory left") : 0;
}

static void configure_flight_recorder(const struct admin *admin)
{
	const struct config_flight *from = &admin->config->flight;
	struct flight_settings to;
	if (!admin->parts.trace)
		return;
	flight_settings_initial(&to);
	to.on[TRIGGER_CAUSE] = from->cause;
	to.on[TRIGGER_TIMER] = from->timer;
	to.on[TRIGGER_SHORT_CALL] = from->short_call;
	to.on[TRIGGER_PROTOCOL] = from->protocol;
	to.on[TRIGGER_DCHANNEL] = from->dchannel;
	memcpy(to.expected_cause, from->expected_cause, sizeof(to.expected_cause));
	to.short_call_ms = from->short_call_ms;
	to.pause_ms = from->pause_ms;
	to.keep = from->keep;
	flight_configure(admin->parts.trace, &to);
}

int admin_refresh_config(struct admin *admin, struct fault *fault)
{
	struct config *config = NULL;
	int error = settings_build(admin->parts.settings, &config, fault);
	if (error)
		return error;
	config_free(admin->config);
	admin->config = config;
	configure_flight_recorder(admin);
	time_servers_changed(admin);
	management_network_changed(admin);
	return 0;
}

int run_delete(struct admin *admin, struct session *session)
{
	int error = session_candidate(admin, session);
	return error ? error : candidate_delete(session->candidate, session->rest, &session->fault);
}

static int print_and_free(struct session *session, char *text)
{
	if (!text)
		return fault_set(&session->fault, -ENOMEM, "no memory left");
	fputs(text, session->out);
	free(text);
	return 0;
}

/* How many revisions back the word number at says; 0 if the line ends there. */
static int revisions_back(struct session *session, unsigned at, uint32_t *back)
{
	struct words *words = &session->words;
	*back = 0;
	if (words->count <= at)
		return 0;
	if (words->count == at + 1 && !text_to_u32(words->word[at], 0, SETTINGS_REVISIONS_KEPT, back))
		return 0;
	return fault_set(&session->fault, -EINVAL, "%s: expected how many revisions back, 0 to %d",
	                 session->command->words, SETTINGS_REVISIONS_KEPT);
}

static bool is_rollback(const char *word)
{
	return *word && !strncmp("rollback", word, strlen(word));
}

/* Behind "compare": nothing, or rollback N. */
static int compare_from(struct admin *admin, struct session *session, unsigned at)
{
	uint32_t back = 0;
	int error = session_candidate(admin, session);
	if (!error && session->words.count > at) {
		if (!is_rollback(session->words.word[at]))
			return fault_set(&session->fault, -EINVAL, "compare: expected rollback N, or nothing more");
		error = revisions_back(session, at + 1, &back);
	}
	if (error)
		return error;
	char *text = candidate_compare(session->candidate, back, &session->fault);
	return text ? print_and_free(session, text) : -ENOENT;
}

int run_compare(struct admin *admin, struct session *session)
{
	return compare_from(admin, session, session->first);
}

static int show_old(struct admin *admin, struct session *session)
{
	uint32_t back;
	int error = revisions_back(session, session->first + 1, &back);
	if (error)
		return error;
	char *text = settings_revision_text(admin->parts.settings, back, false, &session->fault);
	return text ? print_and_free(session, text) : -ENOENT;
}

int run_show_configuration(struct admin *admin, struct session *session)
{
	char below[LINE_BYTES_MAX];
	struct words *words = &session->words;
	int error = session_candidate(admin, session);
	if (error)
		return error;
	if (words->count >= session->first + 2 && !strcmp(words->word[session->first], "|"))
		return compare_from(admin, session, session->first + 2);
	if (words->count > session->first && !strcmp(words->word[session->first], "rollback"))
		return show_old(admin, session);
	words_join(words->word + session->first, words->count - session->first, below, sizeof(below));
	char *text = candidate_text(session->candidate, below, false);
	if (text && !*text && (error = settings_path_check(below, &session->fault))) {
		free(text);
		return error;
	}
	return print_and_free(session, text);
}

int run_discard(struct admin *admin, struct session *session)
{
	if (session->candidate)
		candidate_discard(session->candidate);
	return 0;
}

int run_rollback(struct admin *admin, struct session *session)
{
	uint32_t back;
	int error = revisions_back(session, session->first, &back);
	if (!error)
		error = session_candidate(admin, session);
	if (error || !back)
		return error ? error : run_discard(admin, session);
	return candidate_rollback(session->candidate, back, &session->fault);
}

/* ---- commit ---- */

static int build(struct admin *admin, struct session *session, struct config **config)
{
	int error = session_candidate(admin, session);
	if (!session->warnings)
		session->warnings = calloc(1, WARNINGS_BYTES);
	if (!error && !session->warnings)
		error = fault_set(&session->fault, -ENOMEM, "no memory left");
	if (!error && candidate_stale(session->candidate))
		error = fault_set(&session->fault, -EAGAIN, SETTINGS_STALE);
	return error ? error
	             : candidate_build(session->candidate, config, session->warnings, WARNINGS_BYTES, &session->fault);
}

static void print_warnings(struct session *session)
{
	char *at = session->warnings, *line;
	while (at && *at && (line = strsep(&at, "\n")) && *line)
		fprintf(session->out, "warning: %s\n", line);
	free(session->warnings);
	session->warnings = NULL;
}

int run_commit_check(struct admin *admin, struct session *session)
{
	struct config *config = NULL;
	int error = build(admin, session, &config);
	config_free(error ? NULL : config);
	if (error)
		return error;
	print_warnings(session);
	fprintf(session->out, "the configuration can be committed\n");
	return 0;
}

/* A backup's announcements come with it and are there from the next start on. */
static int take_prompts(struct admin *admin, struct session *session)
{
	const struct admin_parts *parts = &admin->parts;
	if (!session->restoring)
		return own_prompts_take(admin->request.config, admin->config, parts->prompts, parts->data_folder,
		                        &session->fault);
	own_prompts_keep(admin->request.config, parts->prompts, parts->data_folder);
	return 0;
}

/* Puts the commit to control; one that has to be confirmed is on the disk before it is in force. */
int commit_begin(struct admin *admin, struct session *session)
{
	uint64_t left_ms;
	uint32_t undo_to;
	int error = session_candidate(admin, session);
	if (error)
		return error;
	text_copy(session->note.user, sizeof(session->note.user), session->user);
	text_copy(session->note.from, sizeof(session->note.from), session->from);
	admin->wrote_ahead = false;
	bool pending = settings_unconfirmed(admin->parts.settings, &left_ms, &undo_to);
	if (!candidate_changed(session->candidate) && !(pending && session->note.confirm_ms)) {
		candidate_discard(session->candidate);
		return 1; /* run_commit() says so */
	}
	error = role_check_commit(admin, session);
	if (!error)
		error = build(admin, session, &admin->request.config);
	if (error)
		return error;
	admin->request.type = CONTROL_APPLY;
	error = take_prompts(admin, session);
	if (!error && session->note.confirm_ms)
		error =
		    settings_write_ahead(admin->parts.settings, session->candidate, &session->note, &session->fault);
	admin->wrote_ahead = !error && session->note.confirm_ms;
	if (error) {
		config_free(admin->request.config);
		admin->request.config = NULL;
	}
	return error ? fault_add(&session->fault, error, "not saved, nothing changed") : 0;
}

static int take_comment(struct session *session, unsigned at)
{
	struct words *words = &session->words;
	if (words->count != at + 1)
		return fault_set(&session->fault, -EINVAL, "commit: expected one comment, in quotes if it has blanks");
	if (!text_copy(session->note.comment, sizeof(session->note.comment), words->word[at]))
		return fault_set(&session->fault, -EINVAL, "commit: the comment is longer than %d bytes",
		                 SETTINGS_COMMENT_BYTES - 1);
	return 0;
}

int begin_commit(struct admin *admin, struct session *session)
{
	memset(&session->note, 0, sizeof(session->note));
	return commit_begin(admin, session);
}

int begin_commit_comment(struct admin *admin, struct session *session)
{
	memset(&session->note, 0, sizeof(session->note));
	int error = take_comment(session, session->first);
	return error ? error : commit_begin(admin, session);
}

int begin_commit_confirm(struct admin *admin, struct session *session)
{
	struct words *words = &session->words;
	unsigned at = session->first;
	uint32_t minutes;
	memset(&session->note, 0, sizeof(session->note));
	if (words->count <= at || text_to_u32(words->word[at], 1, SETTINGS_CONFIRM_MS_MAX / 60000, &minutes))
		return fault_set(&session->fault, -EINVAL, "commit confirm: expected minutes, 1 to %d",
		                 (int)(SETTINGS_CONFIRM_MS_MAX / 60000));
	session->note.confirm_ms = minutes * UINT64_C(60000);
	if (words->count == at + 1)
		return commit_begin(admin, session);
	if (!*words->word[at + 1] || strncmp("comment", words->word[at + 1], strlen(words->word[at + 1])))
		return fault_set(&session->fault, -EINVAL, "commit confirm %u %s: expected comment or nothing more",
		                 minutes, words->word[at + 1]);
	int error = take_comment(session, at + 2);
	return error ? error : commit_begin(admin, session);
}

/* Nothing changes: there may be something to be confirmed. */
static int commit_nothing(struct admin *admin, struct session *session)
{
	struct settings_revision now;
	if (settings_revision(admin->parts.settings, 0, &now) || !now.confirm_ms) {
		fprintf(session->out, "no changes\n");
		return 0;
	}
	int error = settings_confirm(admin->parts.settings, &session->fault);
	if (error)
		return fault_add(&session->fault, error, "not confirmed");
	confirm_watch(admin);
	fprintf(session->out, "commit complete: revision %u is confirmed\n", now.number);
	return 0;
}

/* Control has refused: the config is still ours, and so is what was written ahead. */
static int commit_refused(struct admin *admin, struct session *session)
{
	int result = admin->request.result;
	session->fault = admin->request.fault;
	commit_abandoned(admin, session);
	return result;
}

void commit_abandoned(struct admin *admin, struct session *session)
{
	struct fault fault = {""};
	config_free(admin->request.config);
	admin->request.config = NULL;
	/* If not even this succeeds, a restart brings a revision that nobody confirms, and hence its end. */
	if (admin->wrote_ahead && settings_withdraw(admin->parts.settings, &fault))
		log_write(LOG_ERROR, LOG_ADMIN, "settings that were refused are still on the disk: %s", fault.text);
	admin->wrote_ahead = false;
}

static void say_complete(const struct admin *admin, struct session *session)
{
	if (session->gone)
		return;
	print_warnings(session);
	if (admin->request.text_long[0])
		fprintf(session->out,
		        "warning: yellow has no effect on span %s: only the card of a T1 or E1 line sends that alarm\n",
		        admin->request.text_long);
	if (session->note.confirm_ms)
		fprintf(session->out, "commit complete: undone in %u min unless confirmed by \"commit\"\n",
		        (unsigned)(session->note.confirm_ms / 60000));
	else
		fprintf(session->out, "commit complete\n");
}

int run_commit(struct admin *admin, struct session *session)
{
	struct control_request *request = &admin->request;
	int error = 0;
	if (request->type != CONTROL_APPLY || !request->config)
		return commit_nothing(admin, session);
	if (request->result)
		return commit_refused(admin, session);
	request->config = NULL;
	if (!admin->wrote_ahead)
		error =
		    settings_write_ahead(admin->parts.settings, session->candidate, &session->note, &session->fault);
	if (error) {
		admin->commit_error = error;
		admin->commit_fault = session->fault;
		return -EREMOTEIO; /* jobs_step() has it taken back */
	}
	admin->wrote_ahead = false;
	settings_adopt(admin->parts.settings);
	candidate_discard(session->candidate);
	confirm_watch(admin);
	error = admin_refresh_config(admin, &session->fault);
	if (error)
		log_write(LOG_ERROR, LOG_ADMIN, "settings in force cannot be shown: %s", session->fault.text);
	say_complete(admin, session);
	return 0;
}

int commit_reverted(struct admin *admin, struct session *session)
{
	session->fault = admin->commit_fault;
	if (!admin->request.result)
		return fault_add(&session->fault, admin->commit_error, "not saved, nothing changed");
	config_free(admin->request.config);
	log_write(LOG_ERROR, LOG_ADMIN, "settings are in force but not saved, and could not be taken back: %s",
	          admin->request.fault.text);
	return fault_add(&session->fault, admin->commit_error, "in force until the next restart, but not saved");
}

/* ---- files ---- */

int read_text_file(struct session *session, const char *path, size_t bytes_max, char **out)
{
	size_t count;
	int error = file_load(path, bytes_max, out, &count);
	if (error == -EINVAL || error == -EFBIG)
		return fault_set(&session->fault, -EINVAL, "%s: not a file of at most %zu bytes", path, bytes_max);
	if (error)
		return fault_set(&session->fault, error, "%s: %s", path, strerror(-error));
	if (strlen(*out) == count)
		return 0;
	free(*out);
	*out = NULL;
	return fault_set(&session->fault, -EINVAL, "%s: has a NUL byte in it", path);
}
