/*
 * Who comes late starts level with those who are there: at the group's fewest calls and least talk, or would be given
 * every call until level. Who was there when the box was restarted does not come late: what it had still counts, and
 * what everybody there has had since is added, so that the order among those who come back is what it was.
 */
#include "acd/acd_private.h"

void level_add(struct level *level, const struct seat *seat)
{
	uint32_t calls_since = seat->calls - seat->calls_began;
	uint64_t talk_since_us = seat->talk_us - seat->talk_began_us;
	if (!level->agents++) {
		*level = (struct level){1, seat->calls, calls_since, seat->talk_us, talk_since_us};
		return;
	}
	level->calls = seat->calls < level->calls ? seat->calls : level->calls;
	level->calls_since = calls_since < level->calls_since ? calls_since : level->calls_since;
	level->talk_us = seat->talk_us < level->talk_us ? seat->talk_us : level->talk_us;
	level->talk_since_us = talk_since_us < level->talk_since_us ? talk_since_us : level->talk_since_us;
}

void level_start(const struct level *level, struct seat *seat)
{
	seat->calls = level->calls;
	seat->calls_began = level->calls - level->calls_since;
	seat->talk_us = level->talk_us;
	seat->talk_began_us = level->talk_us - level->talk_since_us;
}

static struct level level_of(const struct queue *queue)
{
	struct level level = {0};
	for (uint32_t i = 0; i < queue->seat_count; i++)
		if (queue->seats[i].agent->state != ACD_LOGGED_OUT)
			level_add(&level, &queue->seats[i]);
	return level;
}

static void catch_up(struct seat *seat, const struct level *level)
{
	seat->calls += level->calls_since;
	seat->talk_us += level->talk_since_us;
}

void level_join(struct seat *seat)
{
	struct level level = level_of(seat->queue);
	if (seat->returns && seat->agent->returning_us)
		catch_up(seat, &level);
	else
		level_start(&level, seat);
	seat->returns = false;
}

/* Who was logged in comes back; who has not come back since the last restart is brought up to date with the others. */
void level_leave(struct queue *queue)
{
	struct level level = level_of(queue);
	for (uint32_t i = 0; i < queue->seat_count; i++) {
		struct seat *seat = &queue->seats[i];
		if (seat->agent->state != ACD_LOGGED_OUT)
			seat->returns = true;
		else if (seat->returns)
			catch_up(seat, &level);
	}
}

void level_restart(struct queue *queue)
{
	for (uint32_t i = 0; i < queue->seat_count; i++) {
		struct seat *seat = &queue->seats[i];
		seat->calls_began = seat->calls;
		seat->talk_began_us = seat->talk_us;
	}
}
