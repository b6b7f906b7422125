/*
 * Numbers to pointers: open addressing with linear probing, fixed size, at most half full. Key 0 is nobody's.
 */
#include "acd/acd_private.h"

#include <errno.h>
#include <stdlib.h>

/* Numbers are given one after the other: sixteen of them lie side by side (few lines of the cache), sixteens by
 * Fibonacci. */
#define GROUP_BITS 4

int map_new(struct map *map, uint32_t entries)
{
	uint32_t bits = GROUP_BITS + 1;
	while ((UINT32_C(1) << bits) < 2 * entries)
		bits++;
	struct map_slot *slots = calloc((size_t)1 << bits, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	*map = (struct map){.slots = slots, .mask = (UINT32_C(1) << bits) - 1, .shift = 32 + GROUP_BITS - bits};
	return 0;
}

void map_free(struct map *map)
{
	free(map->slots);
	map->slots = NULL;
}

static uint32_t home(const struct map *map, uint32_t key)
{
	uint32_t group = ((key >> GROUP_BITS) * UINT32_C(2654435769)) >> map->shift;
	return group << GROUP_BITS | (key & ((UINT32_C(1) << GROUP_BITS) - 1));
}

static uint32_t find(const struct map *map, uint32_t key)
{
	uint32_t at = home(map, key);
	while (map->slots[at].key && map->slots[at].key != key)
		at = (at + 1) & map->mask;
	return at;
}

void *map_get(const struct map *map, uint32_t key)
{
	return key ? map->slots[find(map, key)].value : NULL;
}

void map_put(struct map *map, uint32_t key, void *value)
{
	map->slots[find(map, key)] = (struct map_slot){.key = key, .value = value};
}

/* Closes the gap by moving later entries of the same run, so that no tombstones pile up. */
void map_remove(struct map *map, uint32_t key)
{
	uint32_t gap = find(map, key);
	if (!map->slots[gap].key)
		return;
	for (uint32_t at = (gap + 1) & map->mask; map->slots[at].key; at = (at + 1) & map->mask) {
		uint32_t wanted = home(map, map->slots[at].key);
		if (((at - wanted) & map->mask) >= ((at - gap) & map->mask)) {
			map->slots[gap] = map->slots[at];
			gap = at;
		}
	}
	map->slots[gap] = (struct map_slot){0};
}
