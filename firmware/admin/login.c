/*
 * login NAME: a person whom the system does not know by a user of their own. The password is checked on a thread of its
 * own, since crypt(3) means to take long; after wrong ones the name is locked, each time for longer.
 */
#include "admin/internal.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "config/password.h"

#define TRIES_FREE 3
#define LOCK_US    (30 * US_PER_S)
#define LOCK_STEPS 7 /* 30 s, 1 min, 2 min ... 32 min */
/* A user who is not there takes as long as one with a wrong password. */
#define NOBODYS_HASH "$y$j9T$1gLj5CwJKZGpsDJK0mbrG1$qZooKj21joeF54xhM9vJTpWLWtjrJYwVkWoLQIEy2F5"

struct lock {
	char user[32]; /* "": the strangers' */
	uint32_t failures;
	uint64_t until_us;
};

enum check_state { CHECK_FREE, CHECK_RUNNING, CHECK_ENDED };

/* One password at a time; those who come meanwhile are told so. */
struct login {
	int done_fd;
	struct lock strangers; /* all names that are no user's: none of them can push a user's lock out */
	struct lock *locks;    /* one for a user at most: as many as the settings have */
	uint32_t lock_count;
	_Atomic int state;
	pthread_t thread;
	struct session *session;
	char user[32], hash[CONFIG_PASSWORD_BYTES], password[PASSWORD_BYTES_MAX + 2];
	bool known, right;
};

int login_new(struct login **out)
{
	struct login *login = calloc(1, sizeof(*login));
	if (!login)
		return -ENOMEM;
	login->done_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (login->done_fd < 0) {
		int error = -errno;
		free(login);
		return error;
	}
	*out = login;
	return 0;
}

void login_free(struct login *login)
{
	if (!login)
		return;
	if (login->state != CHECK_FREE)
		pthread_join(login->thread, NULL);
	close(login->done_fd);
	explicit_bzero(login->password, sizeof(login->password));
	free(login->locks);
	free(login);
}

int login_fd(const struct login *login)
{
	return login->done_fd;
}

/* ---- locks ---- */

static const struct config_user *user_of(const struct admin *admin, const char *name)
{
	for (uint32_t i = 0; admin->config && i < admin->config->user_count; i++)
		if (!strcmp(admin->config->users[i].name, name))
			return &admin->config->users[i];
	return NULL;
}

static struct lock *own_lock(const struct login *login, const char *user)
{
	for (uint32_t i = 0; i < login->lock_count; i++)
		if (!strcmp(login->locks[i].user, user))
			return &login->locks[i];
	return NULL;
}

/* The place of somebody who is no user any more, or one more. NULL: no memory. */
static struct lock *new_lock(struct admin *admin, const char *user)
{
	struct login *login = admin->login;
	uint32_t i = 0;
	while (i < login->lock_count && user_of(admin, login->locks[i].user))
		i++;
	if (i == login->lock_count) {
		struct lock *grown = reallocarray(login->locks, i + 1, sizeof(*grown));
		if (!grown)
			return NULL;
		login->locks = grown;
		login->lock_count++;
	}
	login->locks[i] = (struct lock){0};
	text_copy(login->locks[i].user, sizeof(login->locks[i].user), user);
	return &login->locks[i];
}

static struct lock *lock_of(struct admin *admin, const char *user)
{
	struct lock *lock = own_lock(admin->login, user);
	if (lock)
		return lock;
	return user_of(admin, user) ? new_lock(admin, user) : &admin->login->strangers;
}

static void failed(struct admin *admin, const char *user)
{
	struct lock *lock = lock_of(admin, user);
	if (!lock || ++lock->failures < TRIES_FREE)
		return;
	unsigned step = lock->failures - TRIES_FREE;
	lock->until_us = admin->now_us + (LOCK_US << (step < LOCK_STEPS ? step : LOCK_STEPS - 1));
	log_write(LOG_WARNING, LOG_ADMIN, "console: %u wrong passwords for %s %s: locked for %u s", lock->failures,
	          lock->user[0] ? "user" : "names that are no user's, the last one", user,
	          (unsigned)((lock->until_us - admin->now_us) / US_PER_S));
}

static int check_lock(struct admin *admin, struct session *session, const char *user)
{
	const struct lock *lock = lock_of(admin, user);
	if (!lock)
		return fault_set(&session->fault, -ENOMEM, "login %s: no memory left", user);
	if (lock->until_us <= admin->now_us)
		return 0;
	return fault_set(&session->fault, -EACCES, "login %s: locked after %u wrong passwords, for %u s still", user,
	                 lock->failures, (unsigned)((lock->until_us - admin->now_us + US_PER_S - 1) / US_PER_S));
}

/* ---- the check ---- */

static void *check(void *argument)
{
	struct login *login = argument;
	login->right = password_matches(login->hash, login->password) && login->known;
	atomic_store(&login->state, CHECK_ENDED);
	(void)eventfd_write(login->done_fd, 1);
	return NULL;
}

static int start_thread(struct login *login)
{
	pthread_attr_t attributes;
	const struct sched_param normal = {0};
	int error = pthread_attr_init(&attributes);
	if (error)
		return -error;
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attributes, SCHED_OTHER);
	pthread_attr_setschedparam(&attributes, &normal);
	atomic_store(&login->state, CHECK_RUNNING);
	error = pthread_create(&login->thread, &attributes, check, login);
	pthread_attr_destroy(&attributes);
	if (error)
		atomic_store(&login->state, CHECK_FREE);
	return -error;
}

static void prepare(struct admin *admin, const char *user, const char *password)
{
	struct login *login = admin->login;
	const struct config_user *known = user_of(admin, user);
	login->known = known && known->password[0];
	text_copy(login->user, sizeof(login->user), user);
	text_copy(login->password, sizeof(login->password), password);
	text_copy(login->hash, sizeof(login->hash), login->known ? known->password : NOBODYS_HASH);
}

int take_login(struct admin *admin, struct session *session, const char *text)
{
	const char *user = session->words.word[session->first];
	int error = check_lock(admin, session, user);
	if (!error && admin->login->state != CHECK_FREE)
		error = fault_set(&session->fault, -EBUSY, "login: somebody else is logging in: try again");
	if (error)
		return error;
	prepare(admin, user, text);
	admin->login->session = session;
	error = start_thread(admin->login);
	if (error)
		return fault_set(&session->fault, error, "login: %s", strerror(-error));
	session->state = SESSION_RUNNING; /* login_step() goes on */
	return 1;
}

int run_login(struct admin *admin, struct session *session)
{
	struct words *words = &session->words;
	if (words->count != session->first + 1 || !*words->word[session->first] ||
	    strlen(words->word[session->first]) >= sizeof(session->user))
		return fault_set(&session->fault, -EINVAL, "login: expected the name of a user");
	if (!strcmp(words->word[session->first], session->user))
		return 0; /* the system says so already */
	int error = check_lock(admin, session, words->word[session->first]);
	return error ? error : paste_secret(session, "password:");
}

bool login_step(struct admin *admin)
{
	struct login *login = admin->login;
	eventfd_t count;
	if (atomic_load(&login->state) != CHECK_ENDED)
		return false;
	(void)eventfd_read(login->done_fd, &count);
	pthread_join(login->thread, NULL);
	atomic_store(&login->state, CHECK_FREE);
	explicit_bzero(login->password, sizeof(login->password));
	struct session *session = login->session;
	int result = 0;
	session->fault.text[0] = '\0';
	if (login->right) {
		struct lock *lock = own_lock(login, login->user);
		if (lock)
			lock->failures = 0;
		kept_put(session);
		candidate_free(session->candidate);
		session->candidate = NULL;
		text_copy(session->user, sizeof(session->user), login->user);
		session->owner = false;
	} else {
		failed(admin, login->user);
		result = fault_set(&session->fault, -EACCES, "login %s: wrong user or password", login->user);
	}
	session_done(admin, session, result);
	return true;
}
