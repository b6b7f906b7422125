/* The time that libpri counts in, and ours. Private to pri_*.c. */
#ifndef BELFRY_LINE_PRI_CLOCK_H
#define BELFRY_LINE_PRI_CLOCK_H

#include <stdint.h>

struct timeval;

/* clock_now_us() of one of libpri's time stamps. */
uint64_t pri_clock_us(const struct timeval *at);

#endif
