/*
 * The clock that all call handling runs on.
 *
 * A trunk delivers 8,000 samples a second per channel for ever, so time is read from the line: the media thread
 * advances this clock once a media period. In the lab's virtual time the same clock follows the lab's frames. When no
 * span has delivered for CLOCK_HOLDOVER_PERIODS periods the media thread goes on from the fallback clock (the
 * operating system's monotonic clock; in virtual time the sample count in the lab's messages) without a jump.
 *
 * Threads: clock_now_us() and clock_wall_us() from any thread, lock-free. clock_advance_us() from media alone.
 */
#ifndef BELFRY_BASE_CLOCK_H
#define BELFRY_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define CLOCK_HOLDOVER_PERIODS 3

#define US_PER_MS     UINT64_C(1000)
#define US_PER_S      UINT64_C(1000000)
#define US_PER_SAMPLE UINT64_C(125)

/*
 * Starts the clock at zero elapsed time.
 * wall_start_us: microseconds since 1970 UTC that count as the start (virtual time: from --date), or 0 to follow the
 * operating system's real-time clock from now on.
 */
void clock_start(uint64_t wall_start_us);

/* Microseconds since clock_start(), never decreasing, never jumping with the wall clock. */
uint64_t clock_now_us(void);

/* Media thread only: the line has delivered this much more time. */
void clock_advance_us(uint64_t elapsed_us);

/* Microseconds since 1970 UTC now, for time stamps that people read; never for durations. */
uint64_t clock_wall_us(void);

/* The wall clock is the operating system's, and set there. */
bool clock_follows_system(void);

/* For trials: as if somebody had set the wall clock by so much. The belfry clock does not notice. Any thread. */
void clock_step_wall_us(int64_t step_us);

/* The wall-clock time that belongs to a clock_now_us() value of this run. */
uint64_t clock_wall_at_us(uint64_t now_us);

/* ISO 8601 UTC with milliseconds, "2026-03-29T00:55:01.250Z", into text (at least 25 bytes). */
void clock_format_utc(uint64_t wall_us, char *text, size_t size);

/* The date of a broken-down time as the number yyyymmdd. */
uint32_t clock_date(const struct tm *when);

#endif
