/*
 * The box's link in the watchdog chain (hardware -> service manager -> belfryd): says READY=1 once every watched thread
 * has made a step, and from then on WATCHDOG=1 only when each has advanced since the last time. A thread that does not
 * is named in the log; the manager then ends and restarts the program.
 *
 * Thread: main. Real time only: uses CLOCK_MONOTONIC.
 */
#ifndef BELFRY_BASE_WATCHDOG_H
#define BELFRY_BASE_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/heartbeat.h"

/* All zero at first; heartbeat_add() the threads before the first look. */
struct watchdog {
	struct heartbeat heartbeat;
	uint64_t interval_us, next_us; /* between two looks, and the next one; monotonic */
	const char *stuck;             /* said to be stuck; NULL: all advance */
	bool ready;                    /* the manager was told */
};

/* Call it every 100 ms or so. True: it looked; wake what sleeps, so that it makes a step until the next look. */
bool watchdog_look(struct watchdog *watchdog);
/* An orderly end has begun. */
void watchdog_stopping(void);

#endif
