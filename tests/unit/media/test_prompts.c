/* The prompt library: search order, names, empty and strange files, and the folder that the build makes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "config_limits.h"
#include "media/prompts.h"

static char own[64], built_in[64];

static void put(const char *folder, const char *name, const char *text)
{
	char path[200];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int setup(void **state)
{
	char path[200];
	snprintf(own, sizeof(own), "/tmp/belfry-own-XXXXXX");
	snprintf(built_in, sizeof(built_in), "/tmp/belfry-built-in-XXXXXX");
	if (!mkdtemp(own) || !mkdtemp(built_in))
		return -1;
	snprintf(path, sizeof(path), "%s/digits", built_in);
	mkdir(path, 0700);
	put(built_in, "digits/1.ulaw", "one");
	put(built_in, "hello.ulaw", "built in");
	put(built_in, "zero.ulaw", "");
	put(built_in, "readme.txt", "no prompt");
	put(built_in, ".ulaw", "no name");
	put(own, "hello.ulaw", "mine");
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {"digits/1.ulaw", "hello.ulaw", "zero.ulaw", "readme.txt", ".ulaw"};
	char path[200];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", built_in, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/digits", built_in);
	rmdir(path);
	rmdir(built_in);
	snprintf(path, sizeof(path), "%s/hello.ulaw", own);
	unlink(path);
	rmdir(own);
	return 0;
}

static void test_search_order(void **state)
{
	const char *const folders[] = {own, "/no/such/folder", built_in, NULL};
	struct prompts *prompts;
	uint32_t count;
	assert_int_equal(prompts_load(&prompts, folders, NULL), 0);
	assert_int_equal(prompts_count(prompts), 3);
	prompt_id id = prompts_find(prompts, "hello");
	assert_memory_equal(prompts_samples(prompts, id, &count), "mine", 4);
	assert_int_equal(count, 4);
	assert_string_equal(prompts_name(prompts, id), "hello");
	id = prompts_find(prompts, "digits/1");
	assert_memory_equal(prompts_samples(prompts, id, &count), "one", 3);
	prompts_samples(prompts, prompts_find(prompts, "zero"), &count);
	assert_int_equal(count, 0);
	static const char *const none[] = {"digits", "hello.ulaw", "readme", "", "zz", "a"};
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(prompts_find(prompts, none[i]), PROMPT_NONE);
	assert_null(prompts_samples(prompts, PROMPT_NONE, &count));
	assert_int_equal(count, 0);
	assert_string_equal(prompts_name(prompts, PROMPT_NONE), "none");
	prompts_free(prompts);
	prompts_free(NULL);
}

static void test_no_folder(void **state)
{
	const char *const folders[] = {"/no/such/folder", NULL};
	struct prompts *prompts;
	assert_int_equal(prompts_load(&prompts, folders, NULL), 0);
	assert_int_equal(prompts_count(prompts), 0);
	assert_int_equal(prompts_find(prompts, "hello"), PROMPT_NONE);
	prompts_free(prompts);
}

/* What make prompts made: the package's, the music, and what is spoken, each at least 0.2 s. */
static void test_built_folder(void **state)
{
	static const char *const names[] = {"agent-loginok",  "agent-incorrect", "digits/1",
	                                    "queue-thankyou", "music/default",   "queue-closed",
	                                    "agent-pause",    "locked-out",      "number-not-in-service"};
	const char *const folders[] = {"build/prompts", NULL};
	struct prompts *prompts;
	if (access("build/prompts/.stamp", R_OK) != 0)
		skip(); /* make prompts */
	assert_int_equal(prompts_load(&prompts, folders, NULL), 0);
	assert_true(prompts_count(prompts) > 600);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint32_t count;
		prompts_samples(prompts, prompts_find(prompts, names[i]), &count);
		assert_true(count > 1600);
	}
	prompts_free(prompts);
}

/* A name with new sound: the new one is found, the old one goes on sounding; the same sound is not taken twice. */
static void test_added_later(void **state)
{
	const char *const folders[] = {built_in, NULL};
	struct prompts *prompts;
	struct fault fault;
	char path[100];
	uint32_t count;
	prompt_id first, again, second;
	assert_int_equal(prompts_load(&prompts, folders, NULL), 0);
	prompt_id loaded = prompts_find(prompts, "hello");
	snprintf(path, sizeof(path), "%s/hello.ulaw", own);
	assert_int_equal(prompts_add(prompts, "hello", path, &first, &fault), 0);
	assert_int_equal(prompts_find(prompts, "hello"), first);
	assert_memory_equal(prompts_samples(prompts, first, &count), "mine", 4);
	assert_memory_equal(prompts_samples(prompts, loaded, &count), "built in", 8);
	assert_int_equal(prompts_add(prompts, "hello", path, &again, &fault), 0);
	assert_int_equal(again, first);
	snprintf(path, sizeof(path), "%s/digits/1.ulaw", built_in);
	assert_int_equal(prompts_add(prompts, "hello", path, &second, &fault), 0);
	assert_int_equal(prompts_find(prompts, "hello"), second);
	assert_memory_equal(prompts_samples(prompts, second, &count), "one", 3);
	assert_memory_equal(prompts_samples(prompts, first, &count), "mine", 4);
	assert_int_equal(prompts_count(prompts), 5);
	assert_string_equal(prompts_name(prompts, prompts_find(prompts, "digits/1")), "digits/1");
	assert_int_equal(prompts_add(prompts, "gone", "/no/such/file", &again, &fault), -ENOENT);
	while (prompts_count(prompts) < CONFIG_PROMPTS_MAX) {
		char name[20];
		snprintf(name, sizeof(name), "more-%u", prompts_count(prompts));
		assert_int_equal(prompts_add(prompts, name, path, &again, &fault), 0);
	}
	assert_int_equal(prompts_add(prompts, "one-more", path, &again, &fault), -ENOSPC);
	assert_int_equal(prompts_find(prompts, "hello"), second);
	prompts_free(prompts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_search_order),
	    cmocka_unit_test(test_added_later),
	    cmocka_unit_test(test_no_folder),
	    cmocka_unit_test(test_built_folder),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
