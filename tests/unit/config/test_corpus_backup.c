/* The corpus of tests/fuzz/fuzz_backup.c. */
#include "tests/fuzz/fuzz_backup.c"

#include "corpus.h"

static void corpus(void **state)
{
	assert_true(corpus_run("backup") >= 4);
	settings_free(settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(corpus)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
