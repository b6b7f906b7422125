/*
 * The belfry clock: a counter that the media thread advances, and the wall clock beside it.
 */
#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

static _Atomic uint64_t elapsed_us;
static _Atomic uint64_t wall_start; /* 0: follow CLOCK_REALTIME */
static _Atomic uint64_t wall_step;  /* trials: by how much the wall clock was set; wraps around when back */

void clock_start(uint64_t wall_start_us)
{
	atomic_store(&elapsed_us, 0);
	atomic_store(&wall_start, wall_start_us);
	atomic_store(&wall_step, 0);
}

bool clock_follows_system(void)
{
	return atomic_load_explicit(&wall_start, memory_order_relaxed) == 0;
}

void clock_step_wall_us(int64_t step_us)
{
	atomic_fetch_add(&wall_step, (uint64_t)step_us);
}

uint64_t clock_now_us(void)
{
	return atomic_load_explicit(&elapsed_us, memory_order_acquire);
}

void clock_advance_us(uint64_t more_us)
{
	atomic_fetch_add_explicit(&elapsed_us, more_us, memory_order_release);
}

static uint64_t system_wall_us(void)
{
	struct timespec now;

	/* Not gettimeofday() or time(): those are wrapped for libpri and answer with the belfry clock. */
	clock_gettime(CLOCK_REALTIME, &now);
	return atomic_load_explicit(&wall_step, memory_order_relaxed) + (uint64_t)now.tv_sec * US_PER_S +
	       (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_wall_us(void)
{
	uint64_t start = atomic_load_explicit(&wall_start, memory_order_relaxed);

	return start ? start + wall_step + clock_now_us() : system_wall_us();
}

uint64_t clock_wall_at_us(uint64_t now_us)
{
	uint64_t start = atomic_load_explicit(&wall_start, memory_order_relaxed);

	/* Unsigned wrap-around makes both signs of the difference come out right. */
	return start ? start + wall_step + now_us : system_wall_us() + (now_us - clock_now_us());
}

void clock_format_utc(uint64_t wall_us, char *text, size_t size)
{
	time_t seconds = (time_t)(wall_us / US_PER_S);
	unsigned int ms = (unsigned int)(wall_us % US_PER_S / US_PER_MS);
	struct tm utc;

	gmtime_r(&seconds, &utc);
	snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
	         utc.tm_hour, utc.tm_min, utc.tm_sec, ms);
}

uint32_t clock_date(const struct tm *when)
{
	return (uint32_t)((when->tm_year + 1900) * 10000 + (when->tm_mon + 1) * 100 + when->tm_mday);
}
