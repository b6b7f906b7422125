/*
 * Wrong PINs of an agent's number, counted; after some of them log-in is locked for a while. Kept by the store ("pin
 * N": wrong PINs and the wall-clock second until which it is locked), so that a restart or a power cut forgives
 * nothing; where the wall clock was set back or lost, a lock is no longer than it ever is.
 */
#include "call/parts.h"

#include <inttypes.h>
#include <string.h>

#define LOCK_OUT_S  300
#define KEPT_PREFIX "pin "

static struct pin_lock *lock_of(struct control *control, uint32_t agent)
{
	uint32_t i;

	for (i = 0; i < control->lock_count; i++)
		if (control->locks[i].agent == agent)
			return &control->locks[i];
	if (control->lock_count == CONFIG_AGENTS_MAX)
		return NULL;
	control->locks[control->lock_count] = (struct pin_lock){.agent = agent};
	return &control->locks[control->lock_count++];
}

static void keep(struct control *control, const struct pin_lock *lock)
{
	char name[STORE_KEPT_BYTES], value[STORE_VALUE_BYTES] = "";
	uint64_t until_s = lock->until_us > control->now_us ? clock_wall_at_us(lock->until_us) / US_PER_S : 0;
	size_t used = 0;

	text_append(name, sizeof(name), &used, KEPT_PREFIX "%u", lock->agent);
	used = 0;
	if (lock->failures || until_s)
		text_append(value, sizeof(value), &used, "%u %" PRIu64, lock->failures, until_s);
	if (store_keep(control->parts.store, name, value) < 0)
		log_write(LOG_ERROR, LOG_CALL, "agent %u: wrong PINs could not be kept for a restart", lock->agent);
}

static void alarm_key(uint32_t agent, char *key, size_t size)
{
	size_t used = 0;

	text_append(key, size, &used, "agent %u locked", agent);
}

static void raise(struct control *control, uint32_t agent)
{
	char key[32];

	alarm_key(agent, key, sizeof(key));
	alarm_clear(control, key);
	alarm_raise(control, SEVERITY_MINOR, key, "Agent %u: wrong PIN %u times, log-in is locked for %u minutes.",
	            agent, PIN_ATTEMPTS_MAX, LOCK_OUT_S / 60);
}

void pin_failed(struct control *control, uint32_t agent)
{
	struct pin_lock *lock = lock_of(control, agent);

	if (!lock)
		return;
	if (++lock->failures >= PIN_ATTEMPTS_MAX) {
		lock->failures = 0;
		lock->until_us = control->now_us + LOCK_OUT_S * US_PER_S;
		raise(control, agent);
	}
	keep(control, lock);
}

bool pin_locked(struct control *control, uint32_t agent)
{
	struct pin_lock *lock = lock_of(control, agent);

	return !lock || control->now_us < lock->until_us;
}

void pin_passed(struct control *control, uint32_t agent)
{
	struct pin_lock *lock = lock_of(control, agent);
	char key[32];

	if (lock && (lock->failures || lock->until_us)) {
		lock->failures = 0;
		lock->until_us = 0;
		keep(control, lock);
	}
	alarm_key(agent, key, sizeof(key));
	alarm_clear(control, key);
}

void pin_locks_settings(struct control *control)
{
	char key[32];
	uint32_t i = 0;

	while (i < control->lock_count) {
		struct pin_lock *lock = &control->locks[i];

		if (agent_index(control, lock->agent) >= 0) {
			i++;
			continue;
		}
		alarm_key(lock->agent, key, sizeof(key));
		alarm_clear(control, key);
		if (lock->failures || lock->until_us) {
			*lock = (struct pin_lock){.agent = lock->agent};
			keep(control, lock);
		}
		*lock = control->locks[--control->lock_count];
	}
}

void pin_lock_kept(void *user, const char *name, const char *value)
{
	struct control *control = user;
	char text[STORE_VALUE_BYTES], *until = text, *failures;
	uint64_t until_s, wall_us = clock_wall_us(), left_us;
	uint32_t agent, count;
	struct pin_lock *lock;

	if (strncmp(name, KEPT_PREFIX, strlen(KEPT_PREFIX)) != 0 || !text_copy(text, sizeof(text), value))
		return;
	failures = strsep(&until, " ");
	if (text_to_u32(name + strlen(KEPT_PREFIX), 1, UINT32_MAX, &agent) < 0 || !until ||
	    text_to_u32(failures, 0, PIN_ATTEMPTS_MAX - 1, &count) < 0 ||
	    text_to_u64(until, 0, UINT64_MAX / US_PER_S, &until_s) < 0 || !(lock = lock_of(control, agent)))
		return;
	left_us = until_s * US_PER_S > wall_us ? until_s * US_PER_S - wall_us : 0;
	left_us = left_us < LOCK_OUT_S * US_PER_S ? left_us : LOCK_OUT_S * US_PER_S;
	lock->failures = (uint8_t)count;
	lock->until_us = left_us ? control->now_us + left_us : 0;
	if (left_us)
		raise(control, agent);
}
