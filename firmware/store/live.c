/*
 * The live calls: a slab with a hash table over it.
 */
#include "store/live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int live_new(struct live *live, uint32_t capacity)
{
	uint32_t buckets = 64, i;

	memset(live, 0, sizeof(*live));
	while (buckets < capacity)
		buckets *= 2;
	live->buckets = malloc(buckets * sizeof(*live->buckets));
	live->calls = calloc(capacity, sizeof(*live->calls));
	if (!live->buckets || !live->calls) {
		live_free(live);
		return -ENOMEM;
	}
	for (i = 0; i < buckets; i++)
		live->buckets[i] = LIVE_NONE;
	live->bucket_mask = buckets - 1;
	live->capacity = capacity;
	live->free_first = live->waiting_first = live->waiting_last = LIVE_NONE;
	return 0;
}

void live_free(struct live *live)
{
	free(live->buckets);
	free(live->calls);
	memset(live, 0, sizeof(*live));
}

/* Ids count up, so their low bits spread by themselves. */
static uint32_t *bucket(const struct live *live, uint32_t id)
{
	return &live->buckets[id & live->bucket_mask];
}

static uint32_t index_of(const struct live *live, const struct live_call *call)
{
	return (uint32_t)(call - live->calls);
}

struct live_call *live_find(const struct live *live, uint32_t id)
{
	uint32_t at = *bucket(live, id);

	while (at != LIVE_NONE && live->calls[at].record.id != id)
		at = live->calls[at].next;
	return at == LIVE_NONE ? NULL : &live->calls[at];
}

static struct live_call *take_slot(struct live *live)
{
	struct live_call *call;

	if (live->free_first != LIVE_NONE) {
		call = &live->calls[live->free_first];
		live->free_first = call->next;
		return call;
	}
	return live->limit < live->capacity ? &live->calls[live->limit++] : NULL;
}

struct live_call *live_get(struct live *live, uint32_t id)
{
	struct live_call *call = live_find(live, id);

	if (call)
		return call;
	call = take_slot(live);
	if (!call)
		return NULL;
	memset(call, 0, sizeof(*call));
	call->record.id = id;
	call->used = true;
	call->next = *bucket(live, id);
	*bucket(live, id) = index_of(live, call);
	live->count++;
	return call;
}

void live_drop(struct live *live, struct live_call *call)
{
	uint32_t *link = bucket(live, call->record.id);

	while (*link != index_of(live, call))
		link = &live->calls[*link].next;
	*link = call->next;
	call->used = false;
	call->next = live->free_first;
	live->free_first = index_of(live, call);
	live->count--;
}

void live_wait(struct live *live, struct live_call *call)
{
	if (call->waiting)
		return;
	call->waiting = true;
	call->next_waiting = LIVE_NONE;
	if (live->waiting_last == LIVE_NONE)
		live->waiting_first = index_of(live, call);
	else
		live->calls[live->waiting_last].next_waiting = index_of(live, call);
	live->waiting_last = index_of(live, call);
}

struct live_call *live_first_waiting(const struct live *live)
{
	return live->waiting_first == LIVE_NONE ? NULL : &live->calls[live->waiting_first];
}

struct live_call *live_next_waiting(const struct live *live, const struct live_call *call)
{
	return call->next_waiting == LIVE_NONE ? NULL : &live->calls[call->next_waiting];
}

/* Takes those out that are committed, and this one. */
static void unlist(struct live *live, const struct live_call *gone)
{
	struct live_call *call = live_first_waiting(live);

	live->waiting_first = live->waiting_last = LIVE_NONE;
	while (call) {
		struct live_call *next = live_next_waiting(live, call);

		call->waiting = false;
		if (call != gone && !call->committed)
			live_wait(live, call);
		call = next;
	}
}

void live_wait_no_more(struct live *live, struct live_call *call)
{
	if (call->waiting)
		unlist(live, call);
}

void live_unlist_committed(struct live *live)
{
	unlist(live, NULL);
}

void live_unlist_all(struct live *live)
{
	struct live_call *call;

	for (call = live_first_waiting(live); call; call = live_next_waiting(live, call))
		call->waiting = false;
	live->waiting_first = live->waiting_last = LIVE_NONE;
}

struct live_call *live_next(const struct live *live, const struct live_call *call)
{
	uint32_t at = call ? index_of(live, call) + 1 : 0;

	while (at < live->limit && !live->calls[at].used)
		at++;
	return at < live->limit ? &live->calls[at] : NULL;
}
