/*
 * login NAME: a person whom the system does not know by a user of their own. The password is checked by the worker,
 * since crypt(3) means to take long; after wrong ones the name is locked, each time for longer (login_locks.c).
 *
 * Whatever is wrong with the name, the line behind it is taken as the password and nothing else: it must never be read
 * as a command, nor reach the audit log.
 */
#include "admin/internal.h"
#include "admin/login_locks.h"
#include "admin/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/clock.h"
#include "config/password.h"

/* A user who is not there takes as long as one with a wrong password. */
#define NOBODYS_HASH "$y$j9T$1gLj5CwJKZGpsDJK0mbrG1$qZooKj21joeF54xhM9vJTpWLWtjrJYwVkWoLQIEy2F5"

struct attempt {
	char user[32], hash[CONFIG_PASSWORD_BYTES], password[PASSWORD_BYTES_MAX + 2];
	bool known, right;
};

static const struct config_user *user_of(const struct admin *admin, const char *name)
{
	for (uint32_t i = 0; admin->config && i < admin->config->user_count; i++)
		if (!strcmp(admin->config->users[i].name, name))
			return &admin->config->users[i];
	return NULL;
}

/* Its turn: others may have tried in between, and what is locked costs no time. */
static int begin(struct admin *admin, struct session *session, void *data)
{
	struct attempt *attempt = data;
	uint32_t failures;
	uint64_t left_us = login_locks_left_us(admin->locks, admin->config, attempt->user, admin->now_us, &failures);
	if (left_us)
		return fault_set(&session->fault, -EACCES, "login %s: locked after %u wrong passwords, for %u s still",
		                 attempt->user, failures, (unsigned)((left_us + US_PER_S - 1) / US_PER_S));
	const struct config_user *known = user_of(admin, attempt->user);
	attempt->known = known && known->password[0];
	text_copy(attempt->hash, sizeof(attempt->hash), attempt->known ? known->password : NOBODYS_HASH);
	return 0;
}

static void check(void *data)
{
	struct attempt *attempt = data;
	attempt->right = password_matches(attempt->hash, attempt->password) && attempt->known;
}

static int done(struct admin *admin, struct session *session, void *data)
{
	struct attempt *attempt = data;
	if (!attempt->right) {
		login_locks_failed(admin->locks, admin->config, attempt->user, admin->now_us);
		return fault_set(&session->fault, -EACCES, "login %s: wrong user or password", attempt->user);
	}
	login_locks_right(admin->locks, admin->config, attempt->user);
	kept_put(session);
	candidate_free(session->candidate);
	session->candidate = NULL;
	text_copy(session->user, sizeof(session->user), attempt->user);
	session->owner = false;
	return 0;
}

static void release(void *data)
{
	explicit_bzero(data, sizeof(struct attempt));
	free(data);
}

int take_login(struct admin *admin, struct session *session, const char *text)
{
	const struct words *words = &session->words;
	const char *user = words->word[session->first];
	struct attempt *attempt;
	if (words->count != session->first + 1 || !*user || strlen(user) >= sizeof(attempt->user))
		return fault_set(&session->fault, -EINVAL, "login: expected the name of a user, then the password");
	if (!strcmp(user, session->user))
		return 0; /* the system says so already */
	if (!(attempt = calloc(1, sizeof(*attempt))))
		return fault_set(&session->fault, -ENOMEM, "login: no memory left");
	text_copy(attempt->user, sizeof(attempt->user), user);
	text_copy(attempt->password, sizeof(attempt->password), text);
	struct worker_job job = {.data = attempt, .begin = begin, .run = check, .done = done, .release = release};
	return worker_give(admin, session, &job);
}

int run_login(struct admin *admin, struct session *session)
{
	if (session->words.count == session->first)
		return fault_set(&session->fault, -EINVAL, "login: expected the name of a user");
	return paste_secret(session, "password:");
}
