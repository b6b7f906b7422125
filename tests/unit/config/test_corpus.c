/*
 * The corpus of the fuzz target (tests/fuzz/corpus/settings), once each: what was found stays found.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>

#include "tests/fuzz/fuzz_settings.c"

#define CORPUS "tests/fuzz/corpus/settings"

static void corpus(void **state)
{
	static uint8_t bytes[65536];
	unsigned count = 0;
	DIR *folder = opendir(CORPUS);
	if (!folder)
		fail_msg(CORPUS ": not there (tests run in the root of the tree)");
	for (struct dirent *entry; (entry = readdir(folder));) {
		char path[400];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), CORPUS "/%s", entry->d_name);
		FILE *file = fopen(path, "r");
		assert_non_null(file);
		size_t size = fread(bytes, 1, sizeof(bytes), file);
		fclose(file);
		assert_int_equal(LLVMFuzzerTestOneInput(bytes, size), 0);
		count++;
	}
	closedir(folder);
	settings_free(settings);
	assert_true(count >= 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(corpus)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
