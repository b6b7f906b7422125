/*
 * set and load: lines into the session's candidate. Passwords among them become hashes first, by the worker, since
 * crypt(3) means to take long. `set user NAME password` without the password asks for it, twice and without echo.
 */
#include "admin/internal.h"
#include "admin/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/password.h"

#define PASSWORDS_MAX 100 /* in one text: some seconds for the worker */

/* ---- passwords become hashes ---- */

/* Puts the lines into the candidate; 0, or -errno with session->fault. */
typedef int (*take_lines)(struct session *session, const char *text);

struct hashing {
	char *text, *hashed;
	take_lines take;
};

static void hash(void *data)
{
	struct hashing *hashing = data;
	hashing->hashed = password_lines_hashed(hashing->text);
}

static int hashed(struct admin *admin, struct session *session, void *data)
{
	struct hashing *hashing = data;
	int error = hashing->hashed ? session_candidate(admin, session) : -ENOMEM;
	if (error)
		return fault_set(&session->fault, error, "no memory left");
	return hashing->take(session, hashing->hashed);
}

static void release(void *data)
{
	struct hashing *hashing = data;
	if (hashing->text)
		explicit_bzero(hashing->text, strlen(hashing->text));
	free(hashing->text);
	free(hashing->hashed);
	free(hashing);
}

/* As run() of a command. */
static int with_hashes(struct admin *admin, struct session *session, const char *text, take_lines take)
{
	unsigned count = password_lines(text);
	if (!count)
		return take(session, text);
	if (count > PASSWORDS_MAX)
		return fault_set(&session->fault, -E2BIG, "%s: %u passwords at once: expected %d at most",
		                 session->command->words, count, PASSWORDS_MAX);
	struct hashing *hashing = calloc(1, sizeof(*hashing));
	if (!hashing || !(hashing->text = strdup(text))) {
		free(hashing);
		return fault_set(&session->fault, -ENOMEM, "no memory left");
	}
	hashing->take = take;
	struct worker_job job = {.data = hashing, .run = hash, .done = hashed, .release = release};
	return worker_give(admin, session, &job);
}

/* ---- set ---- */

static int set_line(struct session *session, const char *text)
{
	char line[LINE_BYTES_MAX];
	text_copy(line, sizeof(line), text);
	line[strcspn(line, "\n")] = '\0';
	return candidate_set(session->candidate, line, &session->fault);
}

static bool asks_for_password(const struct session *session)
{
	const struct words *words = &session->words;
	unsigned first =
	    session->first + (words->count > session->first && !strcmp(words->word[session->first], "set"));
	return words->count == first + 3 && !strcmp(words->word[first], "user") &&
	       !strcmp(words->word[first + 2], "password");
}

int run_set(struct admin *admin, struct session *session)
{
	int error = session_candidate(admin, session);
	session->secret[0] = '\0';
	if (!error && asks_for_password(session))
		return paste_secret(session, "new password:");
	return error ? error : with_hashes(admin, session, session->rest, set_line);
}

static int set_password(struct admin *admin, struct session *session)
{
	char line[LINE_BYTES_MAX], name[LINE_BYTES_MAX], password[2 * sizeof(session->secret) + 3];
	size_t used = 0;
	word_quote(session->words.word[session->words.count - 2], name, sizeof(name));
	word_quote(session->secret, password, sizeof(password));
	text_append(line, sizeof(line), &used, "user %s password %s", name, password);
	int result = with_hashes(admin, session, line, set_line);
	explicit_bzero(line, sizeof(line));
	explicit_bzero(password, sizeof(password));
	return result;
}

/* The password, then the same again. */
int take_set(struct admin *admin, struct session *session, const char *text)
{
	size_t length = strlen(text);
	int result;
	if (length < PASSWORD_BYTES_MIN || length > PASSWORD_BYTES_MAX) {
		result = fault_set(&session->fault, -EINVAL, "%s: expected a password of %d to %d characters",
		                   session->rest, PASSWORD_BYTES_MIN, PASSWORD_BYTES_MAX);
	} else if (!session->secret[0]) {
		text_copy(session->secret, sizeof(session->secret), text);
		return paste_secret(session, "the same password again:");
	} else if (strcmp(session->secret, text) != 0) {
		result = fault_set(&session->fault, -EINVAL, "%s: the two differ: nothing is set", session->rest);
	} else {
		result = set_password(admin, session);
	}
	explicit_bzero(session->secret, sizeof(session->secret));
	return result;
}

/* ---- load ---- */

static int load_text(struct session *session, const char *text)
{
	return candidate_load_text(session->candidate, text, &session->fault);
}

static int load_text_of_file(struct session *session, const char *text)
{
	int error = load_text(session, text);
	return error ? fault_add(&session->fault, error, "%s", session->words.word[session->first]) : 0;
}

static int load_file(struct admin *admin, struct session *session, const char *path)
{
	char *text = NULL;
	int error = read_text_file(session, path, LOAD_BYTES_MAX, &text);
	if (error)
		return error;
	int result = with_hashes(admin, session, text, load_text_of_file);
	explicit_bzero(text, strlen(text));
	free(text);
	return result;
}

int take_load(struct admin *admin, struct session *session, const char *text)
{
	return with_hashes(admin, session, text, load_text);
}

int run_load(struct admin *admin, struct session *session)
{
	struct words *words = &session->words;
	int error = session_candidate(admin, session);
	if (error)
		return error;
	if (words->count != session->first + 1)
		return fault_set(&session->fault, -EINVAL, "load: expected terminal, or the path of a file");
	if (!strcmp(words->word[session->first], "terminal"))
		return paste_begin(session, "set and delete lines");
	if (session_role(admin, session) != CONFIG_ADMINISTRATOR)
		return fault_set(&session->fault, -EPERM, "load FILE: only an administrator may do that");
	return load_file(admin, session, words->word[session->first]);
}
