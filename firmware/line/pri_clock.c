/*
 * The time that libpri sees: its timers must run on the line's clock, so that the lab's virtual time and the box's
 * real time give the same call. The linker redirects gettimeofday() and time() of the archive to these two
 * (--wrap); nothing else in the product asks them.
 */
#include <stddef.h>
#include <sys/time.h>
#include <time.h>

#include "base/clock.h"
#include "line/pri_clock.h"

/* libpri takes a time stamp of zero for "none". */
#define BASE_US (UINT64_C(1000000) * US_PER_S)

int __wrap_gettimeofday(struct timeval *tv, void *zone);
time_t __wrap_time(time_t *result);

int __wrap_gettimeofday(struct timeval *tv, void *zone)
{
	(void)zone;
	uint64_t now_us = clock_now_us() + BASE_US;
	tv->tv_sec = (time_t)(now_us / US_PER_S);
	tv->tv_usec = (suseconds_t)(now_us % US_PER_S);
	return 0;
}

/* libpri takes this one for the Date/time element alone: what people read. */
time_t __wrap_time(time_t *result)
{
	time_t now = (time_t)(clock_wall_us() / US_PER_S);
	if (result != NULL)
		*result = now;
	return now;
}

uint64_t pri_clock_us(const struct timeval *at)
{
	uint64_t at_us = (uint64_t)at->tv_sec * US_PER_S + (uint64_t)at->tv_usec;
	return at_us > BASE_US ? at_us - BASE_US : 0;
}
