/* The key index against a plain table, through many random puts and removals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "call/key_index.h"

#define OBJECTS 200
#define KEYS    997

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void finds_what_was_put_and_nothing_else(void **unused)
{
	static char object[KEYS];
	void *expected[KEYS] = {NULL};
	struct key_index *index;
	uint32_t random = 20261121, held = 0;
	int step;

	assert_int_equal(key_index_new(&index, OBJECTS), 0);
	for (step = 0; step < 200000; step++) {
		uint32_t which = next_random(&random) % KEYS;
		uint32_t key = which * 65536u + 7; /* keys that collide in their low bits */

		if (expected[which]) {
			key_index_remove(index, key);
			expected[which] = NULL;
			held--;
		} else if (held < OBJECTS) {
			expected[which] = &object[which];
			key_index_put(index, key, expected[which]);
			held++;
		}
		which = next_random(&random) % KEYS;
		assert_ptr_equal(key_index_get(index, which * 65536u + 7), expected[which]);
	}
	key_index_free(index);
}

static void key_zero_is_nobody(void **unused)
{
	struct key_index *index;

	assert_int_equal(key_index_new(&index, 4), 0);
	assert_null(key_index_get(index, 0));
	key_index_remove(index, 0);
	key_index_put(index, 5, index);
	key_index_put(index, 5, &index);
	assert_ptr_equal(key_index_get(index, 5), &index);
	key_index_remove(index, 5);
	assert_null(key_index_get(index, 5));
	key_index_free(index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_what_was_put_and_nothing_else),
	    cmocka_unit_test(key_zero_is_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
