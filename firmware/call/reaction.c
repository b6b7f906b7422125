/*
 * How long it takes on the box's own clock, not on the line's, from a telephone that has become free to the command
 * that rings it for the next caller: through the scheduler's thread and back. Taken from what happens anyway and said
 * when the box stops; nothing is decided by it.
 */
#include "call/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define KEPT 4096 /* the last ones */

struct reaction {
	uint32_t us[KEPT];
	uint64_t count;
};

int reaction_new(struct control *control)
{
	control->reaction = calloc(1, sizeof(*control->reaction));
	return control->reaction ? 0 : -ENOMEM;
}

void reaction_free(struct control *control)
{
	free(control->reaction);
	control->reaction = NULL;
}

static uint64_t box_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

void reaction_begins(struct phone *phone)
{
	phone->free_at_us = phone->control->now_us;
	phone->free_at_ns = box_clock_ns();
}

void reaction_rings(struct phone *phone, uint64_t decided_at_us)
{
	struct reaction *reaction = phone->control->reaction;
	uint64_t ns = phone->free_at_ns;

	phone->free_at_ns = 0;
	if (!ns || decided_at_us != phone->free_at_us || !reaction)
		return; /* nobody waited then: this caller came later */
	ns = box_clock_ns() - ns;
	reaction->us[reaction->count++ % KEPT] = ns / 1000 < UINT32_MAX ? (uint32_t)(ns / 1000) : UINT32_MAX;
}

static int by_length(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

void reaction_say(struct control *control)
{
	struct reaction *reaction = control->reaction;
	uint32_t kept = reaction->count < KEPT ? (uint32_t)reaction->count : KEPT;

	if (!kept)
		return;
	qsort(reaction->us, kept, sizeof(reaction->us[0]), by_length);
	log_write(LOG_INFO, LOG_CALL,
	          "free agents were rung for who waited %u times: half of them within %u us, 95 of 100 within %u us, "
	          "the slowest after %u us",
	          kept, reaction->us[kept / 2], reaction->us[(uint64_t)kept * 95 / 100], reaction->us[kept - 1]);
}
