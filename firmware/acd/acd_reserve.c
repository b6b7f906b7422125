/*
 * Reserve agents (R13): members who take calls of a queue only while it is overloaded. Two levels; each is on from when
 * one of its limits is reached (callers waiting, the wait of who is next, the service level of the last calls) until
 * all of them have fallen to their lower marks, so that agents do not come and go with every call.
 */
#include "acd/acd_private.h"

#include "base/clock.h"

#define SERVICE_ENOUGH 5 /* answered or given up, before their service level says anything */
#define SERVICE_KEPT   32

static void look_later(struct queue *queue)
{
	queue->look_reserve = queue->acd->look_reserve = true;
}

void reserve_changed(struct queue *queue)
{
	if (queue->reserves)
		look_later(queue);
}

void reserve_served(struct queue *queue, bool in_time)
{
	queue->served = queue->served << 1 | in_time;
	queue->served_count++;
	reserve_changed(queue);
}

/* Percent of the last calls in time; 100 while there are too few. */
static uint32_t service_level(const struct queue *queue)
{
	uint32_t count = queue->served_count < SERVICE_KEPT ? queue->served_count : SERVICE_KEPT;
	return count < SERVICE_ENOUGH ? 100 : 100 * (uint32_t)__builtin_popcount(queue->served) / count;
}

static uint64_t wait_of_next(const struct queue *queue)
{
	const struct call *call = waiting_first(queue->waiting);
	return call ? queue->acd->now_us - call->arrived_us : 0;
}

static bool reached(const struct queue *queue, const struct acd_reserve *limit)
{
	return (limit->waiting && waiting_count(queue->waiting) >= limit->waiting) ||
	       (limit->oldest_ms && wait_of_next(queue) >= limit->oldest_ms * US_PER_MS) ||
	       (limit->level && service_level(queue) < limit->level);
}

static bool over(const struct queue *queue, const struct acd_reserve *limit)
{
	return !(limit->waiting && waiting_count(queue->waiting) > limit->waiting_until) &&
	       !(limit->oldest_ms && wait_of_next(queue) > limit->oldest_until_ms * US_PER_MS) &&
	       !(limit->level && service_level(queue) < limit->level_until);
}

/* A seat that counts now, or does not any more: into the orders of who may be offered calls, or out of them. */
static void move_seats(struct queue *queue)
{
	for (uint32_t i = 0; i < queue->seat_count; i++) {
		struct seat *seat = &queue->seats[i];
		bool in = seat->agent->eligible && seat_takes_calls(seat);
		if (in && !seat->place)
			seat_push(seat);
		else if (!in && seat->place)
			seat_remove(seat);
	}
	match_mark(queue);
}

/* When who is next will have waited for a limit that is not reached yet. */
static void watch(struct queue *queue)
{
	const struct call *call = waiting_first(queue->waiting);
	uint64_t due = TIMER_NEVER;
	for (unsigned i = 0; call && i < ACD_RESERVES; i++) {
		uint64_t at = call->arrived_us + queue->settings->reserve[i].oldest_ms * US_PER_MS;
		if (queue->settings->reserve[i].oldest_ms && !(queue->reserve_on & 1u << i) && at < due)
			due = at;
	}
	if (due == TIMER_NEVER || due <= queue->acd->now_us)
		timer_stop(queue->acd->timers, &queue->reserve_timer);
	else if (!timer_running(&queue->reserve_timer) || queue->reserve_timer.deadline_us != due)
		timer_start(queue->acd->timers, &queue->reserve_timer, due);
}

static void look(struct queue *queue)
{
	uint8_t before = queue->overload;
	for (unsigned i = 0; i < ACD_RESERVES; i++) {
		const struct acd_reserve *limit = &queue->settings->reserve[i];
		uint8_t bit = (uint8_t)(1u << i);
		if (reached(queue, limit))
			queue->reserve_on |= bit;
		else if (over(queue, limit))
			queue->reserve_on &= (uint8_t)~bit;
	}
	queue->overload = queue->reserve_on & 2 ? 2 : queue->reserve_on & 1;
	if (queue->overload != before)
		move_seats(queue);
	watch(queue);
}

void reserve_run(struct acd *acd)
{
	if (acd->applying)
		return;
	acd->look_reserve = false;
	for (uint32_t i = 0; i < acd->queue_count; i++) {
		if (!acd->queues[i]->look_reserve)
			continue;
		acd->queues[i]->look_reserve = false;
		look(acd->queues[i]);
	}
}

static void limit_due(void *argument)
{
	struct queue *queue = argument;
	struct acd *acd = queue->acd;
	if (acd->now_us < queue->reserve_timer.deadline_us)
		acd->now_us = queue->reserve_timer.deadline_us;
	look_later(queue);
	match_run(acd);
}

void reserve_init(struct queue *queue)
{
	timer_init(&queue->reserve_timer, "reserve", limit_due, queue);
}

void reserve_settings(struct acd *acd)
{
	for (uint32_t i = 0; i < acd->queue_count; i++) {
		struct queue *queue = acd->queues[i];
		queue->reserves = false;
		for (unsigned j = 0; j < ACD_RESERVES; j++) {
			const struct acd_reserve *limit = &queue->settings->reserve[j];
			queue->reserves |= limit->waiting || limit->oldest_ms || limit->level;
		}
		if (!queue->reserves) {
			queue->reserve_on = queue->overload = 0;
			timer_stop(acd->timers, &queue->reserve_timer);
		}
		reserve_changed(queue);
	}
}
