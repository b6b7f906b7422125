/*
 * One-shot timers on the belfry clock, kept in a heap that one actor owns.
 *
 * Thread: the owner's only. No allocation after timers_new(). Deadlines are clock_now_us() values.
 * Expiry order: by deadline, then by the order in which they were started, so that a run is repeatable.
 */
#ifndef BELFRY_BASE_TIMER_H
#define BELFRY_BASE_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"

#define TIMER_NEVER UINT64_MAX

struct timers;

/* Embedded in the object it serves; initialise with timer_init() before use. */
struct timer {
	const char *name; /* as in the timer table ("T303"), for logs */
	void (*expired)(void *argument);
	void *argument;
	uint64_t deadline_us;
	uint64_t sequence;
	uint32_t place; /* in the heap, from 1; 0: not running */
};

/* capacity: how many can run at once. 0 or -ENOMEM; *out is set only on success. */
MUST_CHECK int timers_new(struct timers **out, uint32_t capacity);
void timers_free(struct timers *timers);

void timer_init(struct timer *timer, const char *name, void (*expired)(void *argument), void *argument);

/* Starts or restarts. A full heap is a sizing fault: counted, logged, and the timer with the latest deadline loses. */
void timer_start(struct timers *timers, struct timer *timer, uint64_t deadline_us);
void timer_stop(struct timers *timers, struct timer *timer);
bool timer_running(const struct timer *timer);

/* The earliest deadline, or TIMER_NEVER. */
uint64_t timers_next_us(const struct timers *timers);

/* Calls expired() of all whose deadline has come; a timer may start others, itself included. Returns how many ran. */
uint32_t timers_run(struct timers *timers, uint64_t now_us);

#endif
