/*
 * How time goes on in real time when the line delivers no periods (messages, here): after CLOCK_HOLDOVER_PERIODS
 * periods without one whole periods are taken from the monotonic clock, and messages that arrive late in a burst for
 * time already counted do not count it again. Pure: the caller says what time it is.
 */
#ifndef BELFRY_DRIVERS_PACE_H
#define BELFRY_DRIVERS_PACE_H

#include <stdint.h>

#include "base/clock.h"
#include "drivers/driver.h"

#define PACE_PERIOD_US   (DRIVER_PERIOD_MS * US_PER_MS)
#define PACE_HOLDOVER_US (CLOCK_HOLDOVER_PERIODS * PACE_PERIOD_US)

struct pace {
	uint64_t reference_us; /* monotonic time up to which time has been counted */
	uint64_t ahead_us;     /* counted by the fallback clock since the last message */
	uint64_t last_message_us;
	int holdover; /* the fallback clock is running */
};

static inline void pace_start(struct pace *pace, uint64_t monotonic_us)
{
	*pace = (struct pace){.reference_us = monotonic_us, .last_message_us = monotonic_us};
}

/* No message is there: how much time goes on by the fallback clock; 0 while it may still come. */
static inline uint64_t pace_no_message(struct pace *pace, uint64_t monotonic_us)
{
	uint64_t behind = monotonic_us - pace->reference_us;

	if (behind < (pace->holdover ? PACE_PERIOD_US : PACE_HOLDOVER_US))
		return 0;
	behind -= behind % PACE_PERIOD_US;
	pace->holdover = 1;
	pace->reference_us += behind;
	pace->ahead_us += behind;
	return behind;
}

/* A message has come: a period, or 0 where the fallback clock has counted this period already. */
static inline uint64_t pace_message(struct pace *pace, uint64_t monotonic_us)
{
	/* One that follows the last at once was held up somewhere; one that comes at its time is new time. */
	int burst = monotonic_us - pace->last_message_us < PACE_PERIOD_US / 2;

	pace->last_message_us = monotonic_us;
	pace->reference_us = monotonic_us;
	if (!burst && !pace->holdover)
		pace->ahead_us = 0;
	pace->holdover = 0;
	if (!burst || pace->ahead_us < PACE_PERIOD_US)
		return PACE_PERIOD_US;
	pace->ahead_us -= PACE_PERIOD_US;
	return 0;
}

#endif
