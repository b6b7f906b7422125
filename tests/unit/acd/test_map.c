/* The map from numbers to pointers: fills up, empties, and finds what it should after any order of removals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "acd/acd_private.h"

#define KEYS 4096

static uint64_t dice = 20261121;

static uint32_t roll(uint32_t sides)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (uint32_t)((dice >> 20) % sides);
}

static void finds_what_is_in_it_and_nothing_else(void **state)
{
	static int values[KEYS];
	static bool in[KEYS];
	struct map map;
	uint32_t count = 0, limit = 500;
	assert_int_equal(map_new(&map, limit), 0);
	for (unsigned round = 0; round < 200000; round++) {
		uint32_t key = 1 + roll(KEYS - 1), spread = key * UINT32_C(2246822519);
		if (in[key]) {
			map_remove(&map, spread);
			count--;
		} else if (count < limit) {
			map_put(&map, spread, &values[key]);
			count++;
		} else {
			continue;
		}
		in[key] = !in[key];
		for (unsigned i = 0; i < 8; i++) {
			uint32_t other = 1 + roll(KEYS - 1);
			void *found = map_get(&map, other * UINT32_C(2246822519));
			assert_ptr_equal(found, in[other] ? &values[other] : NULL);
		}
	}
	map_remove(&map, 12345); /* not there: nothing happens */
	assert_null(map_get(&map, 0));
	map_free(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(finds_what_is_in_it_and_nothing_else)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
