#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "folder.h"
#include "store/durable.h"

static char folder[64];

static int start(void **state)
{
	return folder_new(folder, sizeof(folder)) ? durable_log_unsynced(folder) : -1;
}

static int stop(void **state)
{
	durable_fail_at(0, 0);
	durable_set_full(false);
	folder_remove(folder);
	return durable_log_unsynced(NULL);
}

static struct durable_file *open_file(const char *name)
{
	struct durable_file *file = NULL;

	assert_int_equal(durable_open(&file, in_folder(folder, name), O_RDWR | O_CREAT, 0600), 0);
	return file;
}

static void put(struct durable_file *file, const char *text, uint64_t offset)
{
	assert_int_equal(durable_write_at(file, text, strlen(text), offset), 0);
}

static void cut_power(void)
{
	struct fault fault = {""};

	assert_int_equal(durable_log_unsynced(NULL), 0);
	if (durable_undo_unsynced(folder, &fault))
		fail_msg("%s", fault.text);
	assert_int_equal(durable_log_unsynced(folder), 0);
}

static void expect_content(const char *name, const char *text)
{
	char content[256];
	FILE *file = fopen(in_folder(folder, name), "r");
	size_t count;

	if (!text) {
		assert_null(file);
		return;
	}
	assert_non_null(file);
	count = fread(content, 1, sizeof(content) - 1, file);
	content[count] = '\0';
	fclose(file);
	assert_string_equal(content, text);
}

static void what_was_not_synced_goes(void **state)
{
	struct durable_file *file = open_file("a");

	put(file, "0123456789", 0);
	assert_int_equal(durable_sync(file), 0);
	put(file, "xx", 3);
	put(file, "yyy", 4);
	put(file, "beyond", 10);
	expect_content("a", "012xyyy789beyond");
	durable_close(file);
	cut_power();
	expect_content("a", "0123456789");
}

static void one_files_sync_is_not_anothers(void **state)
{
	struct durable_file *a = open_file("a"), *b = open_file("b");

	put(a, "aaaa", 0);
	put(b, "bbbb", 0);
	assert_int_equal(durable_sync(a), 0);
	put(a, "AA", 1);
	put(b, "BB", 1);
	durable_close(a);
	durable_close(b);
	cut_power();
	expect_content("a", "aaaa");
	expect_content("b", "");
}

static void truncation_comes_back(void **state)
{
	struct durable_file *file = open_file("a");

	put(file, "0123456789", 0);
	assert_int_equal(durable_sync(file), 0);
	assert_int_equal(durable_truncate(file, 4), 0);
	put(file, "zz", 2);
	durable_close(file);
	cut_power();
	expect_content("a", "0123456789");
}

static void replace_is_all_or_nothing_at_every_operation(void **state)
{
	uint64_t k;
	bool done = false;

	assert_int_equal(durable_replace(in_folder(folder, "settings"), "old", 3), 0);
	for (k = 1; !done; k++) {
		int error;

		durable_fail_at(k, EIO);
		error = durable_replace(in_folder(folder, "settings"), "brand new", 9);
		durable_fail_at(0, 0);
		cut_power();
		done = error == 0;
		expect_content("settings", done ? "brand new" : "old");
		assert_true(k < 20);
	}
	print_message("%llu operations\n", (unsigned long long)k - 2);
}

static void an_unsynced_rename_is_undone(void **state)
{
	assert_int_equal(durable_replace(in_folder(folder, "a"), "first", 5), 0);
	assert_int_equal(durable_replace(in_folder(folder, "b"), "second", 6), 0);
	durable_fail_at(2, EIO); /* the rename works, the sync of the folder does not */
	char from[512];

	snprintf(from, sizeof(from), "%s", in_folder(folder, "a"));
	assert_int_equal(durable_rename(from, in_folder(folder, "b")), -EIO);
	expect_content("a", NULL);
	expect_content("b", "first");
	cut_power();
	expect_content("a", "first");
	expect_content("b", "second");
}

static void failing_and_full(void **state)
{
	struct durable_file *file = open_file("a");
	uint64_t before = durable_operations();

	put(file, "0123", 0);
	assert_int_equal(durable_sync(file), 0);
	assert_int_equal(durable_operations() - before, 2);
	durable_fail_at(2, ENXIO);
	put(file, "4", 0);
	assert_int_equal(durable_write_at(file, "5", 1, 0), -ENXIO);
	assert_int_equal(durable_sync(file), -ENXIO);
	durable_fail_at(0, 0);
	durable_set_full(true);
	put(file, "6", 3);
	assert_int_equal(durable_write_at(file, "7", 1, 4), -ENOSPC);
	assert_int_equal(durable_replace(in_folder(folder, "b"), "x", 1), -ENOSPC);
	durable_set_full(false);
	put(file, "8", 4);
	expect_content("a", "41268");
	durable_close(file);
}

/* The real thing: another process is killed in the middle; its page cache stays, the undo takes it back. */
static void a_killed_process_loses_what_it_did_not_sync(void **state)
{
	struct durable_file *file;
	char byte = 0;
	int pipes[2], status;
	pid_t child;

	assert_int_equal(pipe(pipes), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (durable_log_unsynced(folder) ||
		    durable_open(&file, in_folder(folder, "a"), O_RDWR | O_CREAT, 0600) ||
		    durable_write_at(file, "kept", 4, 0) || durable_sync(file) ||
		    durable_write_at(file, "LOST", 4, 0) || write(pipes[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(pipes[0]);
	close(pipes[1]);
	expect_content("a", "LOST");
	cut_power();
	expect_content("a", "kept");
}

static void torn_writes_tear_by_sector(void **state)
{
	static char blocks[2][8192], found[8192];
	struct fault fault = {""};
	struct durable_file *file = open_file("a");
	int old = 0, fresh = 0, i;

	memset(blocks[0], 'o', sizeof(blocks[0]));
	memset(blocks[1], 'n', sizeof(blocks[1]));
	assert_int_equal(durable_write_at(file, blocks[0], sizeof(blocks[0]), 0), 0);
	assert_int_equal(durable_sync(file), 0);
	assert_int_equal(durable_write_at(file, blocks[1], sizeof(blocks[1]), 0), 0);
	assert_int_equal(durable_undo_some(folder, 42, &fault), 0);
	assert_int_equal(durable_read_at(file, found, sizeof(found), 0), sizeof(found));
	durable_close(file);
	for (i = 0; i < 8192; i += 512) {
		assert_memory_equal(found + i, blocks[found[i] == 'n'], 512);
		old += found[i] == 'o';
		fresh += found[i] == 'n';
	}
	assert_true(old >= 3 && fresh >= 3);
}

static void without_a_log_there_is_nothing_to_undo(void **state)
{
	struct fault fault = {""};

	assert_int_equal(durable_undo_unsynced("/nonexistent", &fault), -ENOENT);
	assert_non_null(strstr(fault.text, "--power-cut-log"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_was_not_synced_goes, start, stop),
	    cmocka_unit_test_setup_teardown(one_files_sync_is_not_anothers, start, stop),
	    cmocka_unit_test_setup_teardown(truncation_comes_back, start, stop),
	    cmocka_unit_test_setup_teardown(replace_is_all_or_nothing_at_every_operation, start, stop),
	    cmocka_unit_test_setup_teardown(an_unsynced_rename_is_undone, start, stop),
	    cmocka_unit_test_setup_teardown(failing_and_full, start, stop),
	    cmocka_unit_test_setup_teardown(a_killed_process_loses_what_it_did_not_sync, start, stop),
	    cmocka_unit_test_setup_teardown(torn_writes_tear_by_sector, start, stop),
	    cmocka_unit_test(without_a_log_there_is_nothing_to_undo),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
