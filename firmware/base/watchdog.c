#include "base/watchdog.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/notify.h"

/* The manager hears from us this many times as often as it has to. */
#define LOOKS_PER_INTERVAL 4
#define RETRY_US           (100 * US_PER_MS)

static uint64_t monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * US_PER_S + (uint64_t)now.tv_nsec / 1000;
}

static void tell_manager(const char *state)
{
	int error = notify_send(state);

	if (error)
		log_write(LOG_WARNING, LOG_BASE, "the service manager cannot be told \"%s\": %s", state,
		          strerror(-error));
}

/* The first that is stuck is known: when it is another one, all before that have advanced. */
static void say_stuck(struct watchdog *watchdog, const char *stuck)
{
	if (stuck == watchdog->stuck)
		return;
	if (watchdog->stuck)
		log_write(LOG_NOTICE, LOG_BASE, "the %s thread advances again", watchdog->stuck);
	if (stuck)
		log_write(LOG_ERROR, LOG_BASE, "the %s thread does not advance: the watchdog is not fed until it does",
		          stuck);
	watchdog->stuck = stuck;
}

static void become_ready(struct watchdog *watchdog)
{
	tell_manager("READY=1");
	watchdog->ready = true;
	watchdog->interval_us = notify_watchdog_us() / LOOKS_PER_INTERVAL;
}

bool watchdog_look(struct watchdog *watchdog)
{
	uint64_t now_us = monotonic_us();
	const char *stuck = NULL;
	bool advanced;

	if (now_us < watchdog->next_us || (watchdog->ready && !watchdog->interval_us))
		return false;
	advanced = heartbeat_all_advanced(&watchdog->heartbeat, &stuck);
	if (watchdog->ready)
		say_stuck(watchdog, stuck);
	if (advanced && watchdog->ready)
		tell_manager("WATCHDOG=1");
	else if (advanced)
		become_ready(watchdog);
	/* What is stuck is looked at more often: it is fed as soon as it goes on. */
	watchdog->next_us = now_us + (advanced ? watchdog->interval_us : RETRY_US);
	return true;
}

void watchdog_stopping(void)
{
	tell_manager("STOPPING=1");
}
