/*
 * Who is offered the next call: per queue a heap of the agents who may be, by the queue's strategy.
 *
 * Before the strategy's own key come the offers an agent has missed in a row (tried again only after the others) and
 * the member's penalty. Keys are computed when an agent becomes eligible: nothing that they depend on changes while it
 * stays so.
 */
#include "acd/acd_private.h"

static uint64_t key_listed(const struct seat *seat)
{
	return seat->ordinal;
}

static uint64_t key_idle(const struct seat *seat)
{
	return seat->agent->idle_order;
}

static uint64_t key_turn(const struct seat *seat)
{
	return seat->turn;
}

static uint64_t key_calls(const struct seat *seat)
{
	return seat->calls;
}

static const struct strategy strategies[ACD_STRATEGY_COUNT] = {
    [ACD_RING_ALL] = {.all = true, .key = key_listed},
    [ACD_LINEAR] = {.key = key_listed},
    [ACD_LONGEST_IDLE] = {.key = key_idle},
    [ACD_FEWEST_CALLS] = {.key = key_calls},
    [ACD_ROUND_ROBIN] = {.key = key_turn},
};

const struct strategy *strategy_find(enum acd_strategy strategy)
{
	return (unsigned)strategy < ACD_STRATEGY_COUNT && strategies[strategy].key ? &strategies[strategy] : NULL;
}

bool acd_strategy_available(enum acd_strategy strategy)
{
	return strategy_find(strategy) != NULL;
}

static bool before(const struct seat *a, const struct seat *b)
{
	if (a->key_high != b->key_high)
		return a->key_high < b->key_high;
	if (a->key_low != b->key_low)
		return a->key_low < b->key_low;
	return a->ordinal < b->ordinal;
}

static void put(struct queue *queue, uint32_t place, struct seat *seat)
{
	queue->heap[place - 1] = seat;
	seat->place = place;
}

static void sift_up(struct queue *queue, uint32_t place, struct seat *seat)
{
	for (; place > 1 && before(seat, queue->heap[place / 2 - 1]); place /= 2)
		put(queue, place, queue->heap[place / 2 - 1]);
	put(queue, place, seat);
}

static void sift_down(struct queue *queue, uint32_t place, struct seat *seat)
{
	for (;;) {
		uint32_t child = 2 * place;
		if (child > queue->heap_count)
			break;
		if (child < queue->heap_count && before(queue->heap[child], queue->heap[child - 1]))
			child++;
		if (!before(queue->heap[child - 1], seat))
			break;
		put(queue, place, queue->heap[child - 1]);
		place = child;
	}
	put(queue, place, seat);
}

void seat_push(struct seat *seat)
{
	struct queue *queue = seat->queue;
	seat->key_high = (uint64_t)seat->agent->missed << 8 | seat->penalty;
	seat->key_low = queue->strategy->key(seat);
	sift_up(queue, ++queue->heap_count, seat);
}

void seat_remove(struct seat *seat)
{
	struct queue *queue = seat->queue;
	uint32_t place = seat->place;
	struct seat *last = queue->heap[--queue->heap_count];
	seat->place = 0;
	if (last == seat)
		return;
	if (place > 1 && before(last, queue->heap[place / 2 - 1]))
		sift_up(queue, place, last);
	else
		sift_down(queue, place, last);
}

struct seat *seat_best(const struct queue *queue)
{
	return queue->heap_count ? queue->heap[0] : NULL;
}
