/* A whole file in memory: what there is, what is refused. */
#include "base/file_load.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/file_load.XXXXXX";

static const char *at(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void put(const char *name, const char *bytes, size_t count)
{
	FILE *file = fopen(at(name), "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, count, file), count);
	fclose(file);
}

static void whole_files(void **state)
{
	char *bytes;
	size_t count;

	put("some", "a\0b\n", 4);
	assert_int_equal(file_load(at("some"), 4, &bytes, &count), 0);
	assert_int_equal(count, 4);
	assert_memory_equal(bytes, "a\0b\n", 5); /* and the NUL behind */
	free(bytes);
	put("nothing", "", 0);
	assert_int_equal(file_load(at("nothing"), 0, &bytes, &count), 0);
	assert_int_equal(count, 0);
	assert_string_equal(bytes, "");
	free(bytes);
}

static void refused(const char *path, size_t bytes_max, int error)
{
	char *bytes = folder;
	size_t count = 99;

	assert_int_equal(file_load(path, bytes_max, &bytes, &count), error);
	assert_null(bytes);
	assert_int_equal(count, 0);
}

static void what_is_no_such_file(void **state)
{
	put("some", "four", 4);
	refused(at("some"), 3, -EFBIG);
	refused(at("none"), 3, -ENOENT);
	refused(folder, 1000, -EINVAL);
	assert_int_equal(mkfifo(at("pipe"), 0600), 0);
	refused(at("pipe"), 1000, -EINVAL); /* and nobody waits for its writer */
}

static int begin(void **state)
{
	return mkdtemp(folder) ? 0 : -1;
}

static int end(void **state)
{
	static const char *const names[] = {"some", "nothing", "pipe"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(at(names[i]));
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(whole_files), cmocka_unit_test(what_is_no_such_file)};

	return cmocka_run_group_tests(tests, begin, end);
}
