/* Linear probing with backward-shift deletion, so that no tombstones pile up. */
#include "call/key_index.h"

#include <errno.h>
#include <stdlib.h>

struct slot {
	uint32_t key; /* 0: empty */
	void *object;
};

struct key_index {
	uint32_t mask;
	struct slot slot[];
};

static uint32_t home(const struct key_index *index, uint32_t key)
{
	return (key * UINT32_C(2654435769)) & index->mask;
}

static uint32_t place(const struct key_index *index, uint32_t key)
{
	uint32_t at = home(index, key);

	while (index->slot[at].key != 0 && index->slot[at].key != key)
		at = (at + 1) & index->mask;
	return at;
}

int key_index_new(struct key_index **out, uint32_t objects_max)
{
	uint32_t size = 16;
	struct key_index *index;

	while (size < objects_max * 2)
		size *= 2;
	index = calloc(1, sizeof(*index) + size * sizeof(index->slot[0]));
	if (!index)
		return -ENOMEM;
	index->mask = size - 1;
	*out = index;
	return 0;
}

void key_index_free(struct key_index *index)
{
	free(index);
}

void key_index_put(struct key_index *index, uint32_t key, void *object)
{
	uint32_t at = place(index, key);

	index->slot[at].key = key;
	index->slot[at].object = object;
}

void *key_index_get(const struct key_index *index, uint32_t key)
{
	return key == 0 ? NULL : index->slot[place(index, key)].object;
}

void key_index_remove(struct key_index *index, uint32_t key)
{
	uint32_t hole = place(index, key);
	uint32_t at = hole;

	if (key == 0 || index->slot[hole].key == 0)
		return;
	for (;;) {
		at = (at + 1) & index->mask;
		if (index->slot[at].key == 0)
			break;
		/* May the entry at `at` move back into the hole without passing its home? */
		if (((at - home(index, index->slot[at].key)) & index->mask) >= ((at - hole) & index->mask)) {
			index->slot[hole] = index->slot[at];
			hole = at;
		}
	}
	index->slot[hole].key = 0;
	index->slot[hole].object = NULL;
}
