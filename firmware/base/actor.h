/*
 * An actor: one owner of state, fed by mailboxes, woken by its doorbell and by its timers.
 *
 * On the box each actor is a thread (actor_run_thread). In the lab's virtual time one thread steps all of them, in the
 * order in which they were added, until none has anything left to do; then the clock may advance (actors_settle).
 * The same step functions serve both.
 *
 * Timers run on the belfry clock, which the media thread advances: after each period media calls actors_tick(), which
 * rings the doorbell of every actor whose next deadline has come.
 */
#ifndef BELFRY_BASE_ACTOR_H
#define BELFRY_BASE_ACTOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/mailbox.h"

#define ACTORS_MAX     12
#define ACTOR_POLL_MAX 64

struct pollfd;

struct actor {
	const char *name;
	int fifo_priority; /* SCHED_FIFO priority; 0: normal scheduling */
	void *self;
	/* Drains mailboxes and runs what is due at now_us. True if it did anything. */
	bool (*step)(void *self, uint64_t now_us);
	/* clock_now_us() of its next timer, or TIMER_NEVER. */
	uint64_t (*next_deadline_us)(void *self);
	/* Optional: further descriptors to wait on, filled in before each sleep; step() must do non-blocking reads. */
	int (*poll_fds)(void *self, struct pollfd *fds, int room);
	struct doorbell *bell;
	_Atomic uint64_t deadline_us; /* published after each step for actors_tick() */
	_Atomic uint64_t steps;       /* steps that returned, since start: whether it still works */
};

struct actor_threads;

struct actors {
	struct actor *actor[ACTORS_MAX];
	int count;
	struct actor_threads *threads; /* while they run */
};

void actors_add(struct actors *actors, struct actor *actor);

/* Virtual time: steps all actors until every one of them returns false. */
void actors_settle(struct actors *actors, uint64_t now_us);

/* Media thread, real time: rings every actor whose deadline has come. */
void actors_tick(const struct actors *actors, uint64_t now_us);

/* Any thread: wakes all of them, so that each that still works makes a step (a heartbeat is about to be taken). */
void actors_wake(const struct actors *actors);

/* Real time: starts one thread an actor; actors_stop() asks them to return and joins them, last added first. */
MUST_CHECK int actors_start_threads(struct actors *actors);
void actors_stop(struct actors *actors);

#endif
