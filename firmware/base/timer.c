/*
 * Timers: a binary heap, each timer knowing its place, so that stopping one costs no search. What they are in order by
 * stands in the heap itself: to compare two, neither timer is touched.
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

struct entry {
	uint64_t deadline_us, sequence;
	struct timer *timer;
};

struct timers {
	uint32_t capacity;
	uint32_t count;
	uint64_t sequence;
	uint64_t overflows;
	struct entry heap[]; /* from 1; heap[0] is unused */
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
		timers->heap[place].timer->place = 0;
	free(timers);
}

void timer_init(struct timer *timer, const char *name, void (*expired)(void *argument), void *argument)
{
	*timer = (struct timer){.name = name, .expired = expired, .argument = argument};
}

static bool sooner(const struct entry *a, const struct entry *b)
{
	if (a->deadline_us != b->deadline_us)
		return a->deadline_us < b->deadline_us;
	return a->sequence < b->sequence;
}

static void put(struct timers *timers, uint32_t place, struct entry entry)
{
	timers->heap[place] = entry;
	entry.timer->place = place;
}

static void sift_up(struct timers *timers, uint32_t place, struct entry entry)
{
	while (place > 1 && sooner(&entry, &timers->heap[place / 2])) {
		put(timers, place, timers->heap[place / 2]);
		place /= 2;
	}
	put(timers, place, entry);
}

static void sift_down(struct timers *timers, uint32_t place, struct entry entry)
{
	for (;;) {
		uint32_t child = place * 2;

		if (child > timers->count)
			break;
		if (child < timers->count && sooner(&timers->heap[child + 1], &timers->heap[child]))
			child++;
		if (!sooner(&timers->heap[child], &entry))
			break;
		put(timers, place, timers->heap[child]);
		place = child;
	}
	put(timers, place, entry);
}

/* Brings an entry whose key has changed, or which is new at this place, to where it belongs. */
static void settle(struct timers *timers, uint32_t place, struct entry entry)
{
	if (place > 1 && sooner(&entry, &timers->heap[place / 2]))
		sift_up(timers, place, entry);
	else
		sift_down(timers, place, entry);
}

static const struct entry *latest(const struct timers *timers)
{
	const struct entry *found = &timers->heap[timers->count];
	uint32_t place;

	/* The latest is a leaf: leaves are the second half. */
	for (place = timers->count / 2 + 1; place <= timers->count; place++)
		if (sooner(found, &timers->heap[place]))
			found = &timers->heap[place];
	return found;
}

/* The heap is full: the latest of all gives way. False: that is the new one itself. */
static bool make_room(struct timers *timers, const struct entry *entry)
{
	struct timer *loser = entry->timer;

	if (timers->count && sooner(entry, latest(timers)))
		loser = latest(timers)->timer;
	timers->overflows++;
	log_write(LOG_ERROR, LOG_BASE, "timer heap of %" PRIu32 " is full: timer %s is lost (%" PRIu64 " lost so far)",
	          timers->capacity, loser->name, timers->overflows);
	if (loser == entry->timer)
		return false;
	timer_stop(timers, loser);
	return true;
}

void timer_start(struct timers *timers, struct timer *timer, uint64_t deadline_us)
{
	struct entry entry = {.deadline_us = deadline_us, .sequence = timers->sequence++, .timer = timer};

	timer->deadline_us = deadline_us;
	timer->sequence = entry.sequence;
	if (timer->place) {
		settle(timers, timer->place, entry);
		return;
	}
	if (timers->count == timers->capacity && !make_room(timers, &entry))
		return;
	timers->count++;
	sift_up(timers, timers->count, entry);
}

void timer_stop(struct timers *timers, struct timer *timer)
{
	uint32_t place = timer->place;
	struct entry last;

	if (!place)
		return;
	timer->place = 0;
	last = timers->heap[timers->count--];
	if (last.timer != timer)
		settle(timers, place, last);
}

bool timer_running(const struct timer *timer)
{
	return timer->place != 0;
}

uint64_t timers_next_us(const struct timers *timers)
{
	return timers->count ? timers->heap[1].deadline_us : TIMER_NEVER;
}

uint32_t timers_run(struct timers *timers, uint64_t now_us)
{
	uint64_t limit = ((uint64_t)timers->capacity + 1) * EXPIRIES_PER_PLACE;
	uint32_t ran = 0;

	while (ran < limit && timers->count && timers->heap[1].deadline_us <= now_us) {
		struct timer *timer = timers->heap[1].timer;

		timer_stop(timers, timer);
		ran++;
		timer->expired(timer->argument);
	}
	return ran;
}
