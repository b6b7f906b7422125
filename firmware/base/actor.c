/*
 * Actors stepped by one thread (virtual time).
 */
#include "base/actor.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/timer.h"

void actors_add(struct actors *actors, struct actor *actor)
{
	if (actors->count == ACTORS_MAX) {
		/* The number of actors is fixed when the program is written: there is nothing to go on with. */
		log_write(LOG_ERROR, LOG_BASE, "no room for actor %s: ACTORS_MAX is %d", actor->name, ACTORS_MAX);
		abort();
	}
	atomic_store(&actor->deadline_us, TIMER_NEVER);
	atomic_store(&actor->steps, 0);
	actors->actor[actors->count++] = actor;
}

static bool step_once(struct actor *actor, uint64_t now_us)
{
	bool busy;

	doorbell_awake(actor->bell);
	busy = actor->step(actor->self, now_us);
	atomic_fetch_add_explicit(&actor->steps, 1, memory_order_relaxed);
	atomic_store_explicit(&actor->deadline_us, actor->next_deadline_us(actor->self), memory_order_release);
	return busy;
}

void actors_settle(struct actors *actors, uint64_t now_us)
{
	bool busy;
	int i;

	do {
		busy = false;
		for (i = 0; i < actors->count; i++)
			busy |= step_once(actors->actor[i], now_us);
	} while (busy);
}

void actors_tick(const struct actors *actors, uint64_t now_us)
{
	int i;

	for (i = 0; i < actors->count; i++)
		if (atomic_load_explicit(&actors->actor[i]->deadline_us, memory_order_acquire) <= now_us)
			doorbell_ring(actors->actor[i]->bell);
}

void actors_wake(const struct actors *actors)
{
	int i;

	for (i = 0; i < actors->count; i++)
		doorbell_ring(actors->actor[i]->bell);
}
