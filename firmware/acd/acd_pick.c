/*
 * Choosing without a lasting order, for circular and random: a tree over the queue's members as listed, each node with
 * the best band (misses and penalty) below it and the weight of those in that band. Choosing and changing cost log n.
 */
#include "acd/acd_private.h"

static struct pick combine(struct pick a, struct pick b)
{
	if (a.band != b.band)
		return a.band < b.band ? a : b;
	a.weight += b.weight;
	return a;
}

uint32_t pick_size(uint32_t seats)
{
	uint32_t size = seats != 0;
	while (size < seats)
		size *= 2;
	return size;
}

static void set(struct queue *queue, uint32_t ordinal, struct pick pick)
{
	uint32_t at = queue->pick_size + ordinal;
	queue->picks[at] = pick;
	while ((at /= 2) >= 1)
		queue->picks[at] = combine(queue->picks[2 * at], queue->picks[2 * at + 1]);
}

void pick_put(struct seat *seat, uint64_t band, uint64_t weight)
{
	set(seat->queue, seat->ordinal, (struct pick){.band = band, .weight = weight});
}

void pick_out(struct seat *seat)
{
	set(seat->queue, seat->ordinal, (struct pick){.band = UINT64_MAX});
}

static uint32_t leftmost(const struct queue *queue, uint32_t at)
{
	while (at < queue->pick_size)
		at = 2 * at + (queue->picks[2 * at].band != queue->picks[1].band);
	return at - queue->pick_size;
}

/* The first of the best band from this place in the list on, else the first of all. */
static uint32_t first_from(const struct queue *queue, uint32_t ordinal)
{
	uint64_t band = queue->picks[1].band;
	if (ordinal >= queue->pick_size)
		return leftmost(queue, 1);
	uint32_t at = queue->pick_size + ordinal;
	if (queue->picks[at].band == band)
		return ordinal;
	for (; at > 1; at /= 2)
		if (!(at & 1) && queue->picks[at + 1].band == band)
			return leftmost(queue, at + 1);
	return leftmost(queue, 1);
}

struct seat *pick_next(struct queue *queue)
{
	return queue->free_count ? &queue->seats[first_from(queue, queue->last_offered)] : NULL;
}

/* ---- lots ---- */

/* Scrambles the seed, so that neighbouring seeds have nothing in common, and never gives 0. */
uint64_t random_start(uint64_t seed)
{
	seed = (seed + UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbf58476d1ce4e5b9);
	seed = (seed ^ (seed >> 31)) * UINT64_C(0x94d049bb133111eb);
	seed ^= seed >> 29;
	return seed ? seed : 1;
}

/* xorshift64; the remainder's bias is below 2^-20 for any weights there can be. */
static uint64_t draw(struct acd *acd, uint64_t sides)
{
	acd->random ^= acd->random << 13;
	acd->random ^= acd->random >> 7;
	acd->random ^= acd->random << 17;
	return (acd->random >> 11) % sides;
}

struct seat *pick_lot(struct queue *queue)
{
	if (!queue->free_count)
		return NULL;
	uint64_t band = queue->picks[1].band, lot = draw(queue->acd, queue->picks[1].weight);
	uint32_t at = 1;
	while (at < queue->pick_size) {
		const struct pick *left = &queue->picks[2 * at];
		uint64_t below = left->band == band ? left->weight : 0;
		at = 2 * at + (lot >= below);
		lot -= lot >= below ? below : 0;
	}
	return &queue->seats[at - queue->pick_size];
}
