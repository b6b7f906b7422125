/*
 * libpri asks gettimeofday() and time(); the link wraps both for the archive and our own objects. The lab's clock
 * starts well above 0, since libpri takes a timer of time 0 for none.
 */
#include <stdint.h>
#include <sys/time.h>
#include <time.h>

#include "tools/lab/pri.h"

#define PRI_EPOCH_S 1767225600 /* 2026-01-01 */

int __wrap_gettimeofday(struct timeval *tv, void *tz);
time_t __wrap_time(time_t *out);

static uint64_t clock_samples;

void link_clock_set(uint64_t samples)
{
	clock_samples = samples;
}

int __wrap_gettimeofday(struct timeval *tv, void *tz)
{
	tv->tv_sec = (time_t)(PRI_EPOCH_S + clock_samples / 8000);
	tv->tv_usec = (suseconds_t)(clock_samples % 8000 * 125);
	return 0;
}

time_t __wrap_time(time_t *out)
{
	time_t now = (time_t)(PRI_EPOCH_S + clock_samples / 8000);
	if (out)
		*out = now;
	return now;
}
