/*
 * Settings on the console: the session's candidate, compare, commit, load.
 */
#include "admin/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WARNINGS_BYTES 65536

int session_candidate(struct admin *admin, struct session *session)
{
	if (session->candidate)
		return 0;
	int error = candidate_new(&session->candidate, admin->parts.settings);
	return error ? fault_set(&session->fault, error, "no memory left") : 0;
}

int admin_refresh_config(struct admin *admin, struct fault *fault)
{
	struct config *config = NULL;
	int error = settings_build(admin->parts.settings, &config, fault);
	if (error)
		return error;
	config_free(admin->config);
	admin->config = config;
	return 0;
}

int run_set(struct admin *admin, struct session *session)
{
	int error = session_candidate(admin, session);
	return error ? error : candidate_set(session->candidate, session->rest, &session->fault);
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

int run_compare(struct admin *admin, struct session *session)
{
	int error = session_candidate(admin, session);
	return error ? error : print_and_free(session, candidate_compare(session->candidate));
}

int run_show_configuration(struct admin *admin, struct session *session)
{
	char below[LINE_BYTES_MAX];
	struct words *words = &session->words;
	int error = session_candidate(admin, session);
	if (error)
		return error;
	if (words->count == session->first + 2 && !strcmp(words->word[session->first], "|"))
		return run_compare(admin, session);
	words_join(words->word + session->first, words->count - session->first, below, sizeof(below));
	return print_and_free(session, candidate_text(session->candidate, below, false));
}

int run_discard(struct admin *admin, struct session *session)
{
	struct words *words = &session->words;
	bool right = !strcmp(session->command->words, "discard")
	                 ? words->count == session->first
	                 : words->count == session->first + 1 && !strcmp(words->word[session->first], "0");
	if (!right)
		return fault_set(&session->fault, -EINVAL, "%s: expected %s", session->command->words,
		                 *session->command->arguments ? "0, the running configuration" : "nothing more");
	if (session->candidate)
		candidate_discard(session->candidate);
	return 0;
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
		error =
		    fault_set(&session->fault, -EAGAIN,
		              "another session has committed in between; see \"show | compare\", then \"discard\" and "
		              "make your changes again");
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

int begin_commit(struct admin *admin, struct session *session)
{
	if (session->words.count > session->first)
		return fault_set(&session->fault, -EINVAL, "commit %s: expected check or nothing more",
		                 session->words.word[session->first]);
	int error = session_candidate(admin, session);
	if (error)
		return error;
	if (!candidate_changed(session->candidate)) {
		candidate_discard(session->candidate);
		return 1; /* run_commit() says so */
	}
	admin->request.type = CONTROL_APPLY;
	return build(admin, session, &admin->request.config);
}

int run_commit(struct admin *admin, struct session *session)
{
	struct control_request *request = &admin->request;
	if (request->type != CONTROL_APPLY || !request->config) {
		fprintf(session->out, "no changes\n");
		return 0;
	}
	if (request->result) { /* refused as a whole: the config is still ours */
		config_free(request->config);
		request->config = NULL;
		session->fault = request->fault;
		return request->result;
	}
	request->config = NULL;
	int error = settings_commit(admin->parts.settings, session->candidate, &session->fault);
	if (error) {
		admin->commit_error = error;
		admin->commit_fault = session->fault;
		return -EREMOTEIO; /* jobs_step() has it taken back */
	}
	error = admin_refresh_config(admin, &session->fault);
	if (error)
		log_write(LOG_ERROR, LOG_ADMIN, "settings in force cannot be shown: %s", session->fault.text);
	if (session->gone)
		return 0;
	print_warnings(session);
	fprintf(session->out, "commit complete\n");
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

/* ---- load ---- */

static int load_file(struct session *session, const char *path)
{
	struct stat status;
	int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (file < 0 || fstat(file, &status)) {
		int error = -errno;
		if (file >= 0)
			close(file);
		return fault_set(&session->fault, error, "%s: %s", path, strerror(-error));
	}
	char *text =
	    S_ISREG(status.st_mode) && status.st_size < (off_t)LOAD_BYTES_MAX ? calloc(1, LOAD_BYTES_MAX) : NULL;
	ssize_t count = text ? read(file, text, LOAD_BYTES_MAX - 1) : -1;
	close(file);
	int error = 0;
	if (count < 0)
		error = fault_set(&session->fault, -EINVAL, "%s: not a file of at most %u bytes", path, LOAD_BYTES_MAX);
	else if (memchr(text, '\0', (size_t)count))
		error = fault_set(&session->fault, -EINVAL, "%s: has a NUL byte in it", path);
	else
		error = candidate_load_text(session->candidate, text, &session->fault);
	if (error && count >= 0)
		fault_add(&session->fault, error, "%s", path);
	free(text);
	return error;
}

int run_load(struct admin *admin, struct session *session)
{
	struct words *words = &session->words;
	int error = session_candidate(admin, session);
	if (error)
		return error;
	if (words->count != session->first + 1)
		return fault_set(&session->fault, -EINVAL, "load: expected terminal, or the path of a file");
	if (strcmp(words->word[session->first], "terminal"))
		return load_file(session, words->word[session->first]);
	session->loading = calloc(1, 1);
	session->loading_bytes = 0;
	if (!session->loading)
		return fault_set(&session->fault, -ENOMEM, "no memory left");
	fprintf(session->out, "set and delete lines; a line with only \".\" ends\n");
	return 0;
}

static void end_load(struct session *session)
{
	free(session->loading);
	session->loading = NULL;
	session->loading_bytes = 0;
}

/* One line of `load terminal`. Each gets an answer, so that the protocol stays a line in, an answer out. */
void load_line(struct admin *admin, struct session *session, const char *line)
{
	size_t length = strlen(line);
	if (!strcmp(line, ".")) {
		int error = candidate_load_text(session->candidate, session->loading, &session->fault);
		end_load(session);
		command_finish(admin, session, error);
		return;
	}
	char *grown = session->loading_bytes + length + 2 < LOAD_BYTES_MAX
	                  ? realloc(session->loading, session->loading_bytes + length + 2)
	                  : NULL;
	if (!grown) {
		end_load(session);
		command_finish(admin, session,
		               fault_set(&session->fault, -EFBIG, "load: more than %u bytes", LOAD_BYTES_MAX));
		return;
	}
	memcpy(grown + session->loading_bytes, line, length);
	memcpy(grown + session->loading_bytes + length, "\n", 2);
	session->loading = grown;
	session->loading_bytes += length + 1;
	command_finish(admin, session, 0);
}
