#include "admin/login_locks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "config/files.h"
#include "config/words.h"
#include "store/durable.h"

#define FILE_NAME  "login-locks"
#define TRIES_FREE 3
#define LOCK_US    (30 * US_PER_S)
#define LOCK_STEPS 7 /* 30 s, 1 min, 2 min ... 32 min */

struct lock {
	char user[32]; /* "": the strangers' */
	uint32_t failures;
	uint64_t until_us, until_wall_us;
};

struct login_locks {
	char path[300];
	struct lock strangers; /* all names that are no user's: none of them can push a user's lock out */
	struct lock *locks;    /* one for a user at most: as many as the settings have */
	uint32_t count;
	bool failed; /* the file could not be written, and that was said */
};

int login_locks_new(struct login_locks **out, const char *folder)
{
	struct login_locks *locks = calloc(1, sizeof(*locks));
	if (!locks)
		return -ENOMEM;
	snprintf(locks->path, sizeof(locks->path), "%s/" FILE_NAME, folder);
	*out = locks;
	return 0;
}

void login_locks_free(struct login_locks *locks)
{
	if (!locks)
		return;
	free(locks->locks);
	free(locks);
}

static bool is_user(const struct config *config, const char *name)
{
	for (uint32_t i = 0; config && i < config->user_count; i++)
		if (!strcmp(config->users[i].name, name))
			return true;
	return false;
}

static struct lock *own_lock(const struct login_locks *locks, const char *user)
{
	for (uint32_t i = 0; i < locks->count; i++)
		if (!strcmp(locks->locks[i].user, user))
			return &locks->locks[i];
	return NULL;
}

/* The place of somebody who is no user any more, or one more. NULL: no memory. */
static struct lock *new_lock(struct login_locks *locks, const struct config *config, const char *user)
{
	uint32_t i = 0;
	while (i < locks->count && is_user(config, locks->locks[i].user))
		i++;
	if (i == locks->count) {
		struct lock *grown = reallocarray(locks->locks, i + 1, sizeof(*grown));
		if (!grown)
			return NULL;
		locks->locks = grown;
		locks->count++;
	}
	locks->locks[i] = (struct lock){0};
	text_copy(locks->locks[i].user, sizeof(locks->locks[i].user), user);
	return &locks->locks[i];
}

static uint64_t length_us(uint32_t failures)
{
	uint32_t step = failures < TRIES_FREE ? 0 : failures - TRIES_FREE;
	return failures < TRIES_FREE ? 0 : LOCK_US << (step < LOCK_STEPS ? step : LOCK_STEPS - 1);
}

/* ---- the file ---- */

static void save(struct login_locks *locks, const struct config *config)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	int error = -ENOMEM;
	if (!out)
		return;
	fprintf(out, "strangers %" PRIu32 " %" PRIu64 "\n", locks->strangers.failures, locks->strangers.until_wall_us);
	for (uint32_t i = 0; i < locks->count; i++) {
		const struct lock *lock = &locks->locks[i];
		char quoted[80];
		word_quote(lock->user, quoted, sizeof(quoted));
		if (lock->failures && is_user(config, lock->user))
			fprintf(out, "lock %s %" PRIu32 " %" PRIu64 "\n", quoted, lock->failures, lock->until_wall_us);
	}
	if (!fclose(out))
		error = durable_replace(locks->path, text, bytes);
	free(text);
	if (error && !locks->failed)
		log_write(LOG_ERROR, LOG_ADMIN, "%s: wrong passwords are counted, but a restart would forget them: %s",
		          locks->path, strerror(-error));
	locks->failed = error != 0;
}

/* A clock that was set back or lost makes no lock longer than it was. */
static void take(struct lock *lock, uint32_t failures, uint64_t until_wall_us, uint64_t now_us)
{
	uint64_t wall_us = clock_wall_us(), whole_us = length_us(failures);
	uint64_t left_us = until_wall_us > wall_us ? until_wall_us - wall_us : 0;
	left_us = left_us < whole_us ? left_us : whole_us;
	lock->failures = failures;
	lock->until_us = left_us ? now_us + left_us : 0;
	lock->until_wall_us = until_wall_us;
}

static bool take_line(struct login_locks *locks, const struct config *config, const char *line, uint64_t now_us)
{
	struct words words;
	uint32_t failures;
	uint64_t until_us;
	if (strlen(line) >= LINE_BYTES_MAX || words_split(&words, line, NULL) || words.count < 3)
		return false;
	bool strangers = words.count == 3 && !strcmp(words.word[0], "strangers");
	if ((!strangers && (words.count != 4 || strcmp(words.word[0], "lock") != 0)) ||
	    text_to_u32(words.word[words.count - 2], 0, UINT32_MAX, &failures) ||
	    text_to_u64(words.word[words.count - 1], 0, UINT64_MAX, &until_us))
		return false;
	if (!strangers && (!is_user(config, words.word[1]) || own_lock(locks, words.word[1])))
		return true;
	struct lock *lock = strangers ? &locks->strangers : new_lock(locks, config, words.word[1]);
	if (lock)
		take(lock, failures, until_us, now_us);
	return lock != NULL;
}

void login_locks_load(struct login_locks *locks, const struct config *config, uint64_t now_us)
{
	char *text = NULL, *rest, *line;
	bool whole = true;
	int error = config_file_read(locks->path, &text);
	rest = text;
	while ((line = strsep(&rest, "\n")))
		whole = (!*line || take_line(locks, config, line, now_us)) && whole;
	free(text);
	if (error || !whole)
		log_write(LOG_WARNING, LOG_ADMIN, "%s: cannot be read: wrong passwords of before are not counted",
		          locks->path);
}

/* ---- counting ---- */

uint64_t login_locks_left_us(const struct login_locks *locks, const struct config *config, const char *user,
                             uint64_t now_us, uint32_t *failures)
{
	const struct lock *lock = is_user(config, user) ? own_lock(locks, user) : &locks->strangers;
	*failures = lock ? lock->failures : 0;
	return lock && lock->until_us > now_us ? lock->until_us - now_us : 0;
}

void login_locks_failed(struct login_locks *locks, const struct config *config, const char *user, uint64_t now_us)
{
	bool known = is_user(config, user);
	struct lock *lock = known ? own_lock(locks, user) : &locks->strangers;
	if (!lock && !(lock = new_lock(locks, config, user)))
		return;
	lock->failures += lock->failures < UINT32_MAX;
	uint64_t long_us = length_us(lock->failures);
	lock->until_us = long_us ? now_us + long_us : 0;
	lock->until_wall_us = long_us ? clock_wall_us() + long_us : 0;
	if (long_us)
		log_write(LOG_WARNING, LOG_ADMIN, "console: %u wrong passwords for %s %s: locked for %u s",
		          lock->failures, known ? "user" : "names that are no user's, the last one", user,
		          (unsigned)(long_us / US_PER_S));
	save(locks, config);
}

void login_locks_right(struct login_locks *locks, const struct config *config, const char *user)
{
	struct lock *lock = own_lock(locks, user);
	if (!lock || !lock->failures)
		return;
	*lock = (struct lock){0};
	text_copy(lock->user, sizeof(lock->user), user);
	save(locks, config);
}
