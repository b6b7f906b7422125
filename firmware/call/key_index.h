/*
 * Finds an object by a 32-bit key (never 0): open addressing, fixed size, no allocation after key_index_new().
 */
#ifndef BELFRY_CALL_KEY_INDEX_H
#define BELFRY_CALL_KEY_INDEX_H

#include <stdint.h>

#include "base/attributes.h"

struct key_index;
MUST_CHECK int key_index_new(struct key_index **out, uint32_t objects_max);
void key_index_free(struct key_index *index);
/* Replaces what the key had. There must not be more than objects_max keys. */
void key_index_put(struct key_index *index, uint32_t key, void *object);
void *key_index_get(const struct key_index *index, uint32_t key);
void key_index_remove(struct key_index *index, uint32_t key);

#endif
