/* A folder stands for /sys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "machine/disk_errors.h"

static char sysfs[] = "/tmp/belfry-sysfs-XXXXXX";
static const char *const folders[] = {"/dev", "/dev/block", "/devices",     "/devices/vda", "/devices/vda/vda7",
                                      "/fs",  "/fs/ext4",   "/fs/ext4/vda7"};
enum { FOLDERS = sizeof(folders) / sizeof(*folders) };

static const char *in_sysfs(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s%s", sysfs, name);
	return path;
}

static void counted(const char *text)
{
	FILE *file = fopen(in_sysfs("/fs/ext4/vda7/errors_count"), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int make_sysfs(void **state)
{
	if (!mkdtemp(sysfs))
		return -1;
	for (size_t i = 0; i < FOLDERS; i++)
		if (mkdir(in_sysfs(folders[i]), 0700) != 0)
			return -1;
	return symlink("../../devices/vda/vda7", in_sysfs("/dev/block/254:7"));
}

static int remove_sysfs(void **state)
{
	unlink(in_sysfs("/fs/ext4/vda7/errors_count"));
	unlink(in_sysfs("/dev/block/254:7"));
	for (size_t i = FOLDERS; i > 0; i--)
		rmdir(in_sysfs(folders[i - 1]));
	return rmdir(sysfs);
}

static void errors_that_the_kernel_has_counted_are_found_by_the_device(void **state)
{
	counted("0\n");
	assert_false(disk_has_errors(sysfs, makedev(254, 7)));
	counted("3\n");
	assert_true(disk_has_errors(sysfs, makedev(254, 7)));
	assert_false(disk_has_errors(sysfs, makedev(254, 8))); /* another one */
}

static void what_is_no_ext4_or_cannot_be_read_has_none(void **state)
{
	counted("");
	assert_false(disk_has_errors(sysfs, makedev(254, 7)));
	counted("many\n");
	assert_false(disk_has_errors(sysfs, makedev(254, 7)));
	unlink(in_sysfs("/fs/ext4/vda7/errors_count"));
	assert_false(disk_has_errors(sysfs, makedev(254, 7)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(errors_that_the_kernel_has_counted_are_found_by_the_device),
	    cmocka_unit_test(what_is_no_ext4_or_cannot_be_read_has_none),
	};

	return cmocka_run_group_tests(tests, make_sysfs, remove_sysfs);
}
