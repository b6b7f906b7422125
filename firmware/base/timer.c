/*
 * Timers: a binary heap of pointers, each timer knowing its place, so that stopping one costs no search.
 */
#include "base/timer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"

/*
 * A timer that always restarts itself in the past would keep its actor for ever. After this many expiries for each
 * place in the heap the rest waits for the next timers_run(), so that mailboxes get their turn.
 */
#define EXPIRIES_PER_PLACE 4

struct timers {
	uint32_t capacity;
	uint32_t count;
	uint64_t sequence;
	uint64_t overflows;
	struct timer *heap[]; /* from 1; heap[0] is unused */
};

int timers_new(struct timers **out, uint32_t capacity)
{
	struct timers *timers = calloc(1, sizeof(*timers) + ((size_t)capacity + 1) * sizeof(timers->heap[0]));

	if (!timers)
		return -ENOMEM;
	timers->capacity = capacity;
	*out = timers;
	return 0;
}

void timers_free(struct timers *timers)
{
	uint32_t place;

	if (!timers)
		return;
	for (place = 1; place <= timers->count; place++)
		timers->heap[place]->place = 0;
	free(timers);
}

void timer_init(struct timer *timer, const char *name, void (*expired)(void *argument), void *argument)
{
	*timer = (struct timer){.name = name, .expired = expired, .argument = argument};
}

static bool sooner(const struct timer *a, const struct timer *b)
{
	if (a->deadline_us != b->deadline_us)
		return a->deadline_us < b->deadline_us;
	return a->sequence < b->sequence;
}

static void put(struct timers *timers, uint32_t place, struct timer *timer)
{
	timers->heap[place] = timer;
	timer->place = place;
}

static void sift_up(struct timers *timers, uint32_t place, struct timer *timer)
{
	while (place > 1 && sooner(timer, timers->heap[place / 2])) {
		put(timers, place, timers->heap[place / 2]);
		place /= 2;
	}
	put(timers, place, timer);
}

static void sift_down(struct timers *timers, uint32_t place, struct timer *timer)
{
	for (;;) {
		uint32_t child = place * 2;

		if (child > timers->count)
			break;
		if (child < timers->count && sooner(timers->heap[child + 1], timers->heap[child]))
			child++;
		if (!sooner(timers->heap[child], timer))
			break;
		put(timers, place, timers->heap[child]);
		place = child;
	}
	put(timers, place, timer);
}

/* Brings a timer whose key has changed, or which is new at this place, to where it belongs. */
static void settle(struct timers *timers, uint32_t place, struct timer *timer)
{
	if (place > 1 && sooner(timer, timers->heap[place / 2]))
		sift_up(timers, place, timer);
	else
		sift_down(timers, place, timer);
}

static struct timer *latest(const struct timers *timers)
{
	struct timer *found = timers->heap[timers->count];
	uint32_t place;

	/* The latest is a leaf: leaves are the second half. */
	for (place = timers->count / 2 + 1; place <= timers->count; place++)
		if (sooner(found, timers->heap[place]))
			found = timers->heap[place];
	return found;
}

/* The heap is full: the latest of all gives way. False: that is the new one itself. */
static bool make_room(struct timers *timers, struct timer *timer)
{
	struct timer *loser = timer;

	if (timers->count && sooner(timer, latest(timers)))
		loser = latest(timers);
	timers->overflows++;
	log_write(LOG_ERROR, LOG_BASE, "timer heap of %" PRIu32 " is full: timer %s is lost (%" PRIu64 " lost so far)",
	          timers->capacity, loser->name, timers->overflows);
	if (loser == timer)
		return false;
	timer_stop(timers, loser);
	return true;
}

void timer_start(struct timers *timers, struct timer *timer, uint64_t deadline_us)
{
	timer->deadline_us = deadline_us;
	timer->sequence = timers->sequence++;
	if (timer->place) {
		settle(timers, timer->place, timer);
		return;
	}
	if (timers->count == timers->capacity && !make_room(timers, timer))
		return;
	timers->count++;
	sift_up(timers, timers->count, timer);
}

void timer_stop(struct timers *timers, struct timer *timer)
{
	uint32_t place = timer->place;
	struct timer *last;

	if (!place)
		return;
	timer->place = 0;
	last = timers->heap[timers->count--];
	if (last != timer)
		settle(timers, place, last);
}

bool timer_running(const struct timer *timer)
{
	return timer->place != 0;
}

uint64_t timers_next_us(const struct timers *timers)
{
	return timers->count ? timers->heap[1]->deadline_us : TIMER_NEVER;
}

uint32_t timers_run(struct timers *timers, uint64_t now_us)
{
	uint64_t limit = ((uint64_t)timers->capacity + 1) * EXPIRIES_PER_PLACE;
	uint32_t ran = 0;

	while (ran < limit && timers->count && timers->heap[1]->deadline_us <= now_us) {
		struct timer *timer = timers->heap[1];

		timer_stop(timers, timer);
		ran++;
		timer->expired(timer->argument);
	}
	return ran;
}
