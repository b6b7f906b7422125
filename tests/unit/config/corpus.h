/*
 * The corpus of a fuzz target, once each: what was found stays found. Include the target first.
 */
#ifndef TESTS_CONFIG_CORPUS_H
#define TESTS_CONFIG_CORPUS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>

static inline unsigned corpus_run(const char *name)
{
	static uint8_t bytes[65536];
	char path[400];
	unsigned count = 0;
	snprintf(path, sizeof(path), "tests/fuzz/corpus/%s", name);
	DIR *folder = opendir(path);
	if (!folder)
		fail_msg("%s: not there (tests run in the root of the tree)", path);
	for (struct dirent *entry; (entry = readdir(folder));) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "tests/fuzz/corpus/%s/%s", name, entry->d_name);
		FILE *file = fopen(path, "r");
		assert_non_null(file);
		size_t size = fread(bytes, 1, sizeof(bytes), file);
		fclose(file);
		assert_int_equal(LLVMFuzzerTestOneInput(bytes, size), 0);
		count++;
	}
	closedir(folder);
	return count;
}

#endif
