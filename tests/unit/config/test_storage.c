/*
 * The running settings: the file, commits, sessions beside each other, deletes, loads, completion, the reference.
 */
#include "fixture.h"

#include <time.h>

#include <sys/stat.h>

#include "base/text.h"
#include "config/files.h"

static char *file_text(const struct fixture *f)
{
	char path[128];
	static char text[65536];
	snprintf(path, sizeof(path), "%s/settings", f->folder);
	FILE *file = fopen(path, "r");
	if (!file)
		return NULL;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	char *lines = text;
	while (*lines == '#') /* who, when, why: test_revisions.c */
		lines += strcspn(lines, "\n") + 1;
	return lines;
}

static void write_file(const struct fixture *f, const char *text)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/settings", f->folder);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void commit(struct fixture *f)
{
	if (settings_commit(f->settings, f->candidate, &f->fault))
		fail_msg("commit: %s", f->fault.text);
}

static void commit_and_load(void **state)
{
	struct fixture *f = *state;
	struct stat status;
	struct settings *again;
	char path[128];
	assert_null(file_text(f));
	set(f, "agent 101 name Ann");
	set(f, "system name \"A \\\"b\\\" \\\\ c\"");
	assert_true(candidate_changed(f->candidate));
	commit(f);
	assert_false(candidate_changed(f->candidate));
	assert_string_equal(file_text(f), "set system name \"A \\\"b\\\" \\\\ c\"\nset agent 101 name Ann\n");
	snprintf(path, sizeof(path), "%s/settings", f->folder);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(settings_load(&again, f->folder, &f->fault), 0);
	char *text = settings_text(again, "", false), *part = settings_text(again, "agent 101", true);
	assert_string_equal(text, "set system name \"A \\\"b\\\" \\\\ c\"\nset agent 101 name Ann\n");
	assert_string_equal(part, "set agent 101 name Ann\n");
	free(text);
	free(part);
	settings_free(again);
}

static int disk_full(const char *path, const void *bytes, size_t count)
{
	return -ENOSPC;
}

static void failed_write_changes_nothing(void **state)
{
	struct fixture *f = *state;
	set(f, "country de");
	commit(f);
	set(f, "country fr");
	settings_set_writer(disk_full);
	assert_int_equal(settings_commit(f->settings, f->candidate, &f->fault), -ENOSPC);
	assert_non_null(strstr(f->fault.text, "No space left on device"));
	char *text = settings_text(f->settings, "", false);
	assert_string_equal(text, "set country de\n");
	assert_string_equal(file_text(f), "set country de\n");
	assert_true(candidate_changed(f->candidate));
	free(text);
}

static void two_sessions(void **state)
{
	struct fixture *f = *state;
	struct candidate *other;
	assert_int_equal(candidate_new(&other, f->settings), 0);
	set(f, "country de");
	assert_int_equal(candidate_set(other, "country fr", &f->fault), 0);
	commit(f);
	assert_true(candidate_stale(other));
	assert_int_equal(settings_commit(f->settings, other, &f->fault), -EAGAIN);
	candidate_discard(other);
	assert_false(candidate_stale(other));
	/* A session without edits follows the running configuration, also when it begins to edit later. */
	set(f, "language de");
	commit(f);
	assert_false(candidate_changed(other));
	assert_int_equal(candidate_set(other, "timezone UTC", NULL), 0);
	assert_int_equal(settings_commit(f->settings, other, &f->fault), 0);
	char *text = settings_text(f->settings, "", false);
	assert_string_equal(text, "set country de\nset timezone UTC\nset language de\n");
	free(text);
	candidate_free(other);
}

static void compare_hides_secrets(void **state)
{
	struct fixture *f = *state;
	set(f, "agent 1 pin 1111");
	set(f, "country de");
	commit(f);
	set(f, "agent 1 pin 2222");
	assert_int_equal(candidate_delete(f->candidate, "country", &f->fault), 0);
	char *text = candidate_compare(f->candidate, 0, &f->fault);
	assert_string_equal(text, "- country de\n- agent 1 pin ********\n+ agent 1 pin ********\n");
	free(text);
}

static void deletes(void **state)
{
	static const char *const lines[] = {"agent 101 name A",
	                                    "agent 102 name B",
	                                    "queue a agent 101 penalty 2",
	                                    "queue a agent 102",
	                                    "queue a ring-time 60s",
	                                    "queue b priority 2",
	                                    "did 800 queue a",
	                                    "emergency 112 911",
	                                    "system country it",
	                                    "timezone UTC",
	                                    NULL};
	static const char *const deleted[] = {"queue a agent 101",
	                                      "delete queue a ring-time 60s",
	                                      "did 800 queue a",
	                                      "emergency 112",
	                                      "queue b",
	                                      "system country", /* another way to type it, as it was set */
	                                      "system timezone UTC",
	                                      "set",
	                                      NULL};
	struct fixture *f = *state;
	set_all(f, lines);
	for (int i = 0; deleted[i] && strcmp(deleted[i], "set"); i++)
		if (candidate_delete(f->candidate, deleted[i], &f->fault))
			fail_msg("%s: %s", deleted[i], f->fault.text);
	char *text = candidate_text(f->candidate, "", true);
	assert_string_equal(text,
	                    "set emergency 911\nset agent 101 name A\nset agent 102 name B\nset queue a agent 102\n");
	free(text);
	assert_int_equal(candidate_delete(f->candidate, "queue b", &f->fault), -ENOENT);
	assert_string_equal(f->fault.text, "queue b: nothing is set there");
	assert_int_equal(candidate_delete(f->candidate, "quue b", &f->fault), -EINVAL);
	assert_string_equal(f->fault.text, "unknown setting \"quue b\": did you mean \"queue\"?");
	assert_int_equal(candidate_delete(f->candidate, "queue a agent 10", &f->fault), -ENOENT);
	assert_int_equal(candidate_delete(f->candidate, "delete", &f->fault), -EINVAL);
}

static void load_is_all_or_nothing(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(
	    candidate_load_text(
	        f->candidate, "# a comment\nset country de\r\n\n  language de # another\ndelete country\n", &f->fault),
	    0);
	char *text = candidate_text(f->candidate, "", true);
	assert_string_equal(text, "set language de\n");
	free(text);
	assert_int_equal(candidate_load_text(f->candidate, "country fr\n\ntimezon UTC", &f->fault), -EINVAL);
	assert_string_equal(f->fault.text, "line 3: unknown setting \"timezon UTC\": did you mean \"timezone\"?");
	text = candidate_text(f->candidate, "", true);
	assert_string_equal(text, "set language de\n");
	free(text);
}

static void bad_file_is_named(void **state)
{
	struct fixture *f = *state;
	struct settings *again;
	char expected[200];
	write_file(f, "# revision 7\nset country mars\n\x7f\x01\n");
	assert_int_equal(settings_load(&again, f->folder, &f->fault), -EINVAL);
	snprintf(expected, sizeof(expected), "%s/settings: line 2: country mars: expected one of ae, ", f->folder);
	assert_memory_equal(f->fault.text, expected, strlen(expected));
}

static char *file_named(const struct fixture *f, const char *name)
{
	char path[128], *text = NULL;
	snprintf(path, sizeof(path), "%s/%s", f->folder, name);
	assert_int_equal(config_file_read(path, &text), 0);
	assert_non_null(text);
	return text;
}

/* As after a rollback to an older release: the rest is in force, and the newer one finds all of it again. */
static void lines_of_another_release_are_left_out(void **state)
{
	static const char text[] = "# revision 7\n# user \"ann\"\nset country de\nset span 1 violet on\n"
	                           "set key-server 192.0.2.1 shared hushhush\nset language de\nset country mars\n"
	                           "set system name \"no end\n";
	struct fixture *f = *state;
	struct settings *again;
	struct candidate *candidate;
	struct config *config;
	char path[128], *kept;
	write_file(f, text);
	assert_int_equal(settings_load(&again, f->folder, &f->fault), 0);
	assert_int_equal(settings_build(again, &config, &f->fault), 0);
	assert_string_equal(config->country, "de");
	assert_string_equal(config->language, "de");
	assert_int_equal(config->left_out_count, 4);
	assert_non_null(strstr(config->left_out, "line 4, set span 1 violet"));
	config_free(config);
	/* To confirm, or to start again, loses nothing. */
	assert_int_equal(settings_confirm(again, &f->fault), 0);
	kept = file_named(f, "settings");
	assert_non_null(strstr(kept, "# revision 7\n"));
	assert_string_equal(strstr(kept, "set "), strstr(text, "set "));
	free(kept);
	/* A commit is of what this release knows; the former revision stays what it was. */
	assert_int_equal(candidate_new(&candidate, again), 0);
	assert_int_equal(candidate_set(candidate, "span 1 violet on", &f->fault), -EINVAL);
	assert_int_equal(candidate_set(candidate, "language fr", &f->fault), 0);
	assert_int_equal(settings_commit(again, candidate, &f->fault), 0);
	assert_int_equal(settings_build(again, &config, &f->fault), 0);
	assert_int_equal(config->left_out_count, 0);
	config_free(config);
	kept = file_named(f, "settings-07");
	assert_string_equal(strstr(kept, "set "), strstr(text, "set "));
	free(kept);
	assert_int_equal(candidate_rollback(candidate, 1, &f->fault), -EINVAL);
	assert_non_null(strstr(f->fault.text, "revision 7"));
	/* What nobody confirmed is undone all the same. */
	assert_int_equal(candidate_undo(candidate, 1, &f->fault), 0);
	assert_int_equal(candidate_build_stored(candidate, &config, &f->fault), 0);
	assert_string_equal(config->language, "de");
	assert_int_equal(config->left_out_count, 4);
	config_free(config);
	candidate_free(candidate);
	settings_free(again);
	snprintf(path, sizeof(path), "%s/settings-07", f->folder);
	assert_int_equal(unlink(path), 0);
}

#define PIN "471108155921" /* so long that no hash has it by chance */

/* Only hashes are kept, also of PINs that an older release has left in the file; the key is the box's own. */
static void pins(void **state)
{
	struct fixture *f = *state;
	struct config *config;
	struct stat status;
	char path[128], key[2][80];
	set(f, "agent 101 pin " PIN);
	set(f, "agent 102 pin " PIN);
	commit(f);
	char *text = settings_text(f->settings, "", true);
	assert_null(strstr(text, PIN));
	assert_memory_equal(text, "set agent 101 pin hmac:", 23);
	char *second = strstr(text, "set agent 102");
	assert_int_not_equal(memcmp(text + 23, second + 23, 64), 0); /* the same PIN, another hash */
	assert_null(strstr(file_text(f), PIN));
	set(f, "agent 101 pin " PIN); /* again: the same line */
	assert_false(candidate_changed(f->candidate));
	assert_int_equal(candidate_delete(f->candidate, "agent 102 pin 471108155922", &f->fault), -ENOENT);
	assert_int_equal(candidate_delete(f->candidate, "agent 102 pin " PIN, &f->fault), 0);
	assert_int_equal(candidate_load_text(f->candidate, text, &f->fault), 0); /* an export is taken back */
	config = built(f);
	assert_true(config_pin_matches(&config->agents[0], PIN));
	assert_true(config_pin_matches(&config->agents[1], PIN));
	assert_false(config_pin_matches(&config->agents[1], "0" PIN));
	config_free(config);
	free(text);
	for (int box = 0; box < 2; box++) {
		snprintf(path, sizeof(path), "%s/key", f->folder);
		FILE *file = fopen(path, "r");
		assert_non_null(file);
		assert_non_null(fgets(key[box], sizeof(key[box]), file));
		fclose(file);
		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_mode & 0777, 0600);
		if (box)
			break;
		fixture_empty(f->folder);
		write_file(f, "set agent 101 pin " PIN "\n"); /* as it was before there were hashes */
		settings_free(f->settings);
		f->settings = NULL;
		candidate_free(f->candidate);
		f->candidate = NULL;
		assert_int_equal(settings_load(&f->settings, f->folder, &f->fault), 0);
		assert_int_equal(candidate_new(&f->candidate, f->settings), 0);
	}
	assert_string_not_equal(key[0], key[1]);
	config = built(f);
	assert_true(config_pin_matches(&config->agents[0], PIN));
	config_free(config);
}

static void bad_key_is_named(void **state)
{
	struct fixture *f = *state;
	struct settings *again;
	char path[128], expected[200];
	snprintf(path, sizeof(path), "%s/key", f->folder);
	FILE *file = fopen(path, "w");
	fputs("not a key\n", file);
	fclose(file);
	assert_int_equal(settings_load(&again, f->folder, &f->fault), -EBADMSG);
	snprintf(expected, sizeof(expected), "%s: that is no key", path);
	assert_string_equal(f->fault.text, expected);
}

static void collect(void *user, const char *word, const char *help)
{
	char *words = user;
	size_t used = strlen(words);
	text_append(words, 1000, &used, "%s ", word);
}

static void completion(void **state)
{
	static const char *const rows[][2] = {
	    {"que", "queue "},
	    {"set queue", "queue "},
	    {"set queue s", "sales support <QUEUE> "},
	    {"queue sales s", "strategy service-level short-abandon sticky skip-empty "},
	    {"queue sales strategy l", "linear longest-idle least-occupied least-talk "},
	    {"queue sales agent ", "101 <AGENT> "},
	    {"queue sales agent 101 ", "penalty weight reserve share <enter> "},
	    {"queue sales agent 101 penalty ", "<0..255> "},
	    {"queue sales ring-time ", "<duration> "},
	    {"did 800 queue su", "support <QUEUE> "},
	    {"did 800 announce hello ", "then <enter> "},
	    {"did 800 announce hello then h", "huntgroup hours hangup "},
	    {"timer T31", "T310 T313 T316 "},
	    {"code pic", "pick-up "},
	    {"nonsense ", ""},
	    {"queue sales priority 3 ", "<enter> "},
	};
	struct fixture *f = *state;
	set(f, "agent 101 pin 1234");
	set(f, "queue sales agent 101");
	set(f, "queue support agent 101");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char words[1000] = "";
		candidate_complete(f->candidate, rows[i][0], collect, words);
		print_message("%s\n", rows[i][0]);
		assert_string_equal(words, rows[i][1]);
	}
}

static double cpu_ms(void)
{
	return (double)clock() * 1000 / CLOCKS_PER_SEC;
}

/* 2,000 lines: the aim of figures.md is 100 ms of CPU for a commit; wide enough for a sanitizer build. */
static void large_file_is_quick(void **state)
{
	struct fixture *f = *state;
	struct config *config;
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);
	assert_non_null(out);
	for (int i = 1; i <= 500; i++)
		fprintf(out, "agent %d name A%d\nagent %d pin %d\nqueue q%d agent %d\ndid 800%d queue q%d\n", i, i, i,
		        1000 + i, i % 20, i, i, i % 20);
	fclose(out);
	double start = cpu_ms();
	assert_int_equal(candidate_load_text(f->candidate, text, &f->fault), 0);
	double loaded = cpu_ms();
	config = built(f);
	commit(f);
	double end = cpu_ms();
	print_message("2,000 lines: load %.1f ms, build and commit %.1f ms of CPU\n", loaded - start, end - loaded);
	assert_int_equal(config->agent_count, 500);
	assert_int_equal(config->did_count, 500);
	assert_true(end - start < 1000);
	config_free(config);
	free(text);
}

/* Run with BELFRY_UPDATE_DOCS=1 after a change of the table. */
static void reference_is_up_to_date(void **state)
{
	char *reference = settings_reference(), *stored = calloc(1, 200000);
	if (getenv("BELFRY_UPDATE_DOCS")) {
		FILE *out = fopen("docs/settings.md", "w");
		assert_non_null(out);
		fputs(reference, out);
		fclose(out);
	}
	FILE *file = fopen("docs/settings.md", "r");
	if (!file)
		fail_msg("docs/settings.md: not there (tests run in the root of the tree)");
	(void)!fread(stored, 1, 199999, file);
	fclose(file);
	if (strcmp(stored, reference))
		fail_msg("docs/settings.md is not up to date: BELFRY_UPDATE_DOCS=1 tests/unit/config/test_storage");
	free(reference);
	free(stored);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_set_up, fixture_tear_down)
	const struct CMUnitTest tests[] = {TEST(commit_and_load),
	                                   TEST(failed_write_changes_nothing),
	                                   TEST(two_sessions),
	                                   TEST(compare_hides_secrets),
	                                   TEST(deletes),
	                                   TEST(load_is_all_or_nothing),
	                                   TEST(bad_file_is_named),
	                                   TEST(lines_of_another_release_are_left_out),
	                                   TEST(pins),
	                                   TEST(bad_key_is_named),
	                                   TEST(completion),
	                                   TEST(large_file_is_quick),
	                                   TEST(reference_is_up_to_date)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
