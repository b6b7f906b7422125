/*
 * Backups as files: there and back on one box and on another, and refused as soon as a single byte is not what was
 * written; factory resets that are cut and begun again.
 */
#include "fixture.h"

#include "config/backup.h"
#include "config/customers.h"
#include "config/factory_reset.h"
#include "config/secret.h"

#include <sys/stat.h>

#define PHRASE "correct horse battery"

static const char *const lines[] = {"system name north",
                                    "agent 101 name Ann",
                                    "agent 101 pin 4711",
                                    "agent 102 pin 123",
                                    "user bob role technician",
                                    "user bob password geheim99",
                                    NULL};

static void commit(struct fixture *f, const char *const *more)
{
	set_all(f, more);
	if (settings_commit(f->settings, f->candidate, &f->fault))
		fail_msg("%s", f->fault.text);
}

static char *backup(struct fixture *f, bool clone, const char *phrase)
{
	struct backup_wish wish = {.clone = clone, .phrase = phrase, .software = "0.1"};
	char *text = settings_backup(f->settings, &wish, &f->fault);
	if (!text)
		fail_msg("%s", f->fault.text);
	return text;
}

/* As "restore check" does, or, with keep, as a restore does before its commit. */
static int restore_or_check(struct fixture *f, const char *text, const char *phrase, bool keep)
{
	struct backup *opened = NULL;
	f->fault.text[0] = '\0';
	int error = backup_open(&opened, text, phrase, &f->fault);
	if (!error)
		error = candidate_restore(f->candidate, opened, &f->fault);
	if (!error && keep)
		error = backup_keep_keys(opened, f->folder, &f->fault);
	backup_free(opened);
	return error;
}

static int restore(struct fixture *f, const char *text, const char *phrase)
{
	return restore_or_check(f, text, phrase, true);
}

static void pin_is(struct fixture *f, uint32_t agent, const char *pin, bool right)
{
	struct config *config = built(f);
	assert_int_equal(config->agents[agent].number, 101 + agent);
	assert_int_equal(config_pin_matches(&config->agents[agent], pin), right);
	config_free(config);
}

static void same_box(void **state)
{
	static const char *const change[] = {"country de", "agent 101 pin 9999", NULL};
	struct fixture *f = *state;
	commit(f, lines);
	char *before = settings_text(f->settings, "", true), *text = backup(f, false, NULL);
	assert_null(strstr(text, "hmac:")); /* each with a character that base64 does not have */
	assert_null(strstr(text, "hmac-"));
	assert_null(strstr(text, "$y$"));
	commit(f, change);
	assert_int_equal(restore(f, text, NULL), 0);
	assert_int_equal(settings_commit(f->settings, f->candidate, &f->fault), 0);
	char *after = settings_text(f->settings, "", true);
	assert_string_equal(before, after);
	free(before);
	free(after);
	free(text);
}

/* The other box has another key: PINs of both are right there, also after it starts again. */
static void other_box(void **state)
{
	struct fixture *f = *state, *other = NULL;
	commit(f, lines);
	char *text = backup(f, true, PHRASE), *without = backup(f, false, NULL);
	assert_int_equal(fixture_set_up((void **)&other), 0);
	assert_int_equal(restore(other, text, NULL), -EACCES);
	assert_int_equal(restore(other, text, "correct horse batterie"), -EACCES);
	assert_int_equal(restore(other, without, PHRASE), -EACCES);
	assert_false(candidate_changed(other->candidate));
	set(other, "system name east");
	assert_int_equal(settings_commit(other->settings, other->candidate, &other->fault), 0);
	assert_int_equal(restore_or_check(other, text, PHRASE, false), 0);
	assert_null(secret_other_id(0));
	assert_int_equal(restore(other, text, PHRASE), 0);
	assert_non_null(secret_other_id(0));
	set(other, "agent 103 pin 8888");
	assert_int_equal(settings_commit(other->settings, other->candidate, &other->fault), 0);
	candidate_free(other->candidate);
	settings_free(other->settings);
	assert_int_equal(settings_load(&other->settings, other->folder, &other->fault), 0);
	assert_int_equal(candidate_new(&other->candidate, other->settings), 0);
	pin_is(other, 0, "4711", true);
	pin_is(other, 0, "4712", false);
	pin_is(other, 1, "123", true);
	pin_is(other, 2, "8888", true);
	char *name = settings_text(other->settings, "system", false);
	assert_string_equal(name, "set system name east\n");
	free(name);
	/* Its own backup takes the first box's key along: a third one can read it. */
	struct fixture *third = NULL;
	char *again = backup(other, false, "another phrase");
	assert_int_equal(fixture_set_up((void **)&third), 0);
	assert_int_equal(restore(third, again, "another phrase"), 0);
	pin_is(third, 0, "4711", true);
	pin_is(third, 2, "8888", true);
	fixture_tear_down((void **)&third);
	fixture_tear_down((void **)&other);
	free(again);
	free(text);
	free(without);
}

/* Without the key a PIN is nobody's, and a commit says so. */
static void key_lost(void **state)
{
	struct fixture *f = *state;
	char path[200];
	commit(f, lines);
	snprintf(path, sizeof(path), "%s/key", f->folder);
	assert_false(settings_key_lost(f->settings));
	assert_int_equal(unlink(path), 0);
	candidate_free(f->candidate);
	settings_free(f->settings);
	assert_int_equal(settings_load(&f->settings, f->folder, &f->fault), 0);
	assert_int_equal(candidate_new(&f->candidate, f->settings), 0);
	assert_true(settings_key_lost(f->settings));
	pin_is(f, 0, "4711", false);
}

static void every_byte_counts(void **state)
{
	struct fixture *f = *state;
	commit(f, lines);
	char *text = backup(f, false, PHRASE), *before = candidate_text(f->candidate, "", true);
	size_t bytes = strlen(text);
	for (size_t i = 0; i + 1 < bytes; i++) { /* but for the newline at the very end */
		char kept = text[i];
		text[i] = kept == '0' ? '1' : '0';
		if (!restore(f, text, NULL))
			fail_msg("byte %zu changed from %c: taken", i, kept);
		assert_true(f->fault.text[0]);
		text[i] = kept;
	}
	for (size_t i = 0; i + 1 < bytes; i++) {
		char kept = text[i];
		text[i] = '\0';
		assert_int_not_equal(restore(f, text, NULL), 0);
		text[i] = kept;
	}
	char *after = candidate_text(f->candidate, "", true);
	assert_string_equal(before, after);
	assert_int_equal(restore(f, text, NULL), 0);
	free(before);
	free(after);
	free(text);
}

/* Line ends as a transfer in text mode leaves them. */
static void other_line_ends(void **state)
{
	struct fixture *f = *state;
	commit(f, lines);
	char *text = backup(f, false, NULL), *crlf = calloc(2, strlen(text) + 1), *to = crlf;
	for (const char *at = text; *at; at++) {
		if (*at == '\n')
			*to++ = '\r';
		*to++ = *at;
	}
	assert_int_equal(restore(f, crlf, NULL), 0);
	free(crlf);
	free(text);
}

/* ---- announcements: what is written can be read back ---- */

static void put_prompt(struct fixture *f, const char *name, size_t bytes)
{
	char path[400];
	snprintf(path, sizeof(path), "%s/prompts", f->folder);
	assert_true(!mkdir(path, 0700) || errno == EEXIST);
	snprintf(path, sizeof(path), "%s/prompts/%s", f->folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(ftruncate(fileno(file), (off_t)bytes), 0);
	fclose(file);
}

static char *backup_prompts(struct fixture *f)
{
	char prompts[100];
	struct backup_wish wish = {
	    .software = "0.1", .prompts = prompts, .warnings = f->warnings, .warnings_bytes = sizeof(f->warnings)};
	snprintf(prompts, sizeof(prompts), "%s/prompts", f->folder);
	f->warnings[0] = f->fault.text[0] = '\0';
	return settings_backup(f->settings, &wish, &f->fault);
}

static void announcements(struct fixture *f, const char *text, uint32_t count)
{
	struct backup *opened = NULL;
	if (backup_open(&opened, text, NULL, &f->fault))
		fail_msg("%s", f->fault.text);
	assert_int_equal(backup_about(opened)->prompts, count);
	backup_free(opened);
}

/* ---- the customer table ---- */

static void keep_customers(struct fixture *f, unsigned count)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);
	fputs("number,name,key,class,until\r\n", out);
	for (unsigned i = 0; i < count; i++)
		fprintf(out, "21255%05u,\"Customer %u\",K%u,gold,2030-12-31\r\n", i, i, i);
	fclose(out);
	assert_int_equal(customers_keep(text, f->folder, &f->fault), 0);
	free(text);
}

static char *backup_with_customers(struct fixture *f)
{
	struct backup_wish wish = {.software = "0.1", .customers = f->folder};
	char *text = settings_backup(f->settings, &wish, &f->fault);
	if (!text)
		fail_msg("%s", f->fault.text);
	return text;
}

static void customers_are(struct fixture *f, const char *number, const char *name)
{
	struct customers *customers = NULL;
	assert_int_equal(customers_load(&customers, f->folder, &f->fault), 0);
	const struct customer *found = customers_find(customers, number);
	assert_int_equal(found != NULL, name != NULL);
	if (name)
		assert_string_equal(found->name, name);
	customers_free(customers);
}

/* Whatever is over of the last line; nobody's name or number can be read in the file. */
static void customer_table(void **state)
{
	struct fixture *f = *state;
	commit(f, lines);
	for (unsigned count = 0; count < 70; count += 3) {
		struct backup *opened = NULL;
		struct customers *taken = NULL;
		keep_customers(f, count);
		char *text = backup_with_customers(f);
		assert_null(strstr(text, "Customer 1"));
		assert_null(strstr(text, "2125500001"));
		keep_customers(f, 1);
		if (backup_open(&opened, text, NULL, &f->fault))
			fail_msg("%s", f->fault.text);
		assert_true(backup_about(opened)->has_customers);
		assert_int_equal(backup_about(opened)->customers, count);
		customers_are(f, "2125500002", NULL);
		assert_int_equal(backup_write_customers(opened, f->folder, &taken, &f->fault), 0);
		assert_int_equal(customers_count(taken), count);
		customers_are(f, "2125500002", count > 2 ? "Customer 2" : NULL);
		customers_free(taken);
		backup_free(opened);
		free(text);
	}
}

/* Made by a release that knew of no customers, or on a box that has none. */
static void no_customer_table(void **state)
{
	struct fixture *f = *state;
	struct backup *opened = NULL;
	struct customers *taken = NULL;
	commit(f, lines);
	char *text = backup_with_customers(f);
	assert_null(strstr(text, "customers"));
	keep_customers(f, 3);
	assert_int_equal(backup_open(&opened, text, NULL, &f->fault), 0);
	assert_false(backup_about(opened)->has_customers);
	assert_int_equal(backup_write_customers(opened, f->folder, &taken, &f->fault), 0);
	assert_null(taken);
	customers_are(f, "2125500002", "Customer 2");
	backup_free(opened);
	free(text);
}

/* The address sanitizer looks at strings to their end each time: it takes minutes for all. */
#ifdef __SANITIZE_ADDRESS__
#define CUSTOMERS_TRIED 2000
#else
#define CUSTOMERS_TRIED CUSTOMERS_MAX
#endif

/* As many as the box takes fit; a damaged table is said to be one, not written so that nobody can restore it. */
static void customer_table_at_its_limit(void **state)
{
	struct fixture *f = *state;
	char path[100];
	commit(f, lines);
	keep_customers(f, CUSTOMERS_TRIED);
	char *text = backup_with_customers(f);
	struct backup *opened = NULL;
	assert_int_equal(backup_open(&opened, text, NULL, &f->fault), 0);
	assert_int_equal(backup_about(opened)->customers, CUSTOMERS_TRIED);
	backup_free(opened);
	free(text);
	snprintf(path, sizeof(path), "%s/customers.csv", f->folder);
	FILE *file = fopen(path, "w");
	fputs("number,name\n5551234,\"half", file);
	fclose(file);
	struct backup_wish wish = {.software = "0.1", .customers = f->folder};
	assert_null(settings_backup(f->settings, &wish, &f->fault));
	assert_non_null(strstr(f->fault.text, "customer table"));
}

static void odd_names(void **state)
{
	static const char *const odd[] = {"two words.wav", "#first.wav", "quoted\".wav", "bell\007.wav",
	                                  "no-utf8\xff.wav"};
	static const char *const shown[] = {"two words.wav", "#first.wav", "quoted\".wav", "bell?.wav", "no-utf8?.wav"};
	struct fixture *f = *state;
	char name[200];
	commit(f, lines);
	memset(name, 'n', sizeof(name));
	name[127] = '\0';
	put_prompt(f, name, 5);
	put_prompt(f, "welcome.wav", 4000000);
	put_prompt(f, "empty", 0);
	put_prompt(f, "back\\slash#.wav", 49);
	put_prompt(f, ".left-over", 100);
	char *text = backup_prompts(f);
	assert_non_null(text);
	assert_string_equal(f->warnings, "");
	announcements(f, text, 4);
	free(text);
	name[127] = 'n';
	name[128] = '\0';
	put_prompt(f, name, 5);
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
		put_prompt(f, odd[i], 10);
	text = backup_prompts(f);
	assert_non_null(text);
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
		assert_non_null(strstr(f->warnings, shown[i]));
	assert_non_null(strstr(f->warnings, name));
	announcements(f, text, 4);
	free(text);
}

static void too_much(void **state)
{
	struct fixture *f = *state;
	char name[20], *text;
	commit(f, lines);
	for (unsigned i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "%u.wav", i);
		put_prompt(f, name, i < 4 ? 4u << 20 : 100);
	}
	assert_non_null(text = backup_prompts(f));
	assert_true(strlen(text) < BACKUP_BYTES_MAX);
	announcements(f, text, 500);
	free(text);
	put_prompt(f, "500.wav", 1);
	assert_null(backup_prompts(f));
	assert_non_null(strstr(f->fault.text, "more than the 500 announcements"));
	for (unsigned i = 4; i <= 500; i++) {
		snprintf(name, sizeof(name), "prompts/%u.wav", i);
		char path[200];
		snprintf(path, sizeof(path), "%s/%s", f->folder, name);
		assert_int_equal(unlink(path), 0);
	}
	put_prompt(f, "4.wav", 4u << 20);
	assert_null(backup_prompts(f));
	assert_non_null(strstr(f->fault.text, "larger than the 24 MB that restore takes"));
	put_prompt(f, "4.wav", (4u << 20) + 1);
	assert_null(backup_prompts(f));
	assert_non_null(strstr(f->fault.text, "announcement"));
}

/* ---- factory reset ---- */

static void load_again(struct fixture *f)
{
	candidate_free(f->candidate);
	settings_free(f->settings);
	f->candidate = NULL;
	f->settings = NULL;
	if (factory_reset_carry_out(f->folder, f->folder, &f->fault) ||
	    settings_load(&f->settings, f->folder, &f->fault) || candidate_new(&f->candidate, f->settings))
		fail_msg("%s", f->fault.text);
}

static void shows(struct fixture *f, const char *below, const char *expected)
{
	char *text = settings_text(f->settings, below, false);
	assert_string_equal(text, expected);
	free(text);
}

static void reset_settings(void **state)
{
	struct fixture *f = *state;
	commit(f, lines);
	load_again(f);
	shows(f, "system", "set system name north\n");
	assert_int_equal(factory_reset_ask(f->folder, RESET_SETTINGS, &f->fault), 0);
	shows(f, "system", "set system name north\n");
	load_again(f);
	shows(f, "", "set user bob role technician\nset user bob password ********\n");
	assert_int_equal(factory_reset_asked(f->folder), RESET_NONE);
	assert_int_equal(candidate_rollback(f->candidate, 1, &f->fault), 0);
	pin_is(f, 0, "4711", true);
	/* Cut behind the commit, before the flag was cleared: done again, the same comes out. */
	assert_int_equal(factory_reset_ask(f->folder, RESET_SETTINGS, &f->fault), 0);
	load_again(f);
	struct settings_revision now;
	assert_int_equal(settings_revision(f->settings, 0, &now), 0);
	assert_int_equal(now.number, 2);
	assert_int_equal(factory_reset_ask(f->folder, RESET_ALL, &f->fault), 0);
	assert_int_equal(factory_reset_ask(f->folder, RESET_NONE, &f->fault), 0);
	load_again(f);
	shows(f, "user", "set user bob role technician\nset user bob password ********\n");
}

static void reset_all(void **state)
{
	struct fixture *f = *state;
	char path[200];
	commit(f, lines);
	snprintf(path, sizeof(path), "%s/recordings", f->folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/recordings/1.wav", f->folder);
	fclose(fopen(path, "w"));
	assert_int_equal(factory_reset_ask(f->folder, RESET_ALL, &f->fault), 0);
	load_again(f);
	shows(f, "", "");
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(factory_reset_asked(f->folder), RESET_NONE);
	assert_int_not_equal(candidate_rollback(f->candidate, 1, &f->fault), 0);
}

/* Settings that cannot be read are the very reason for a reset. */
static void reset_of_damaged_settings(void **state)
{
	struct fixture *f = *state;
	char path[200];
	snprintf(path, sizeof(path), "%s/settings", f->folder);
	FILE *file = fopen(path, "w");
	fputs("set this is no setting\n", file);
	fclose(file);
	assert_int_equal(factory_reset_ask(f->folder, RESET_SETTINGS, &f->fault), 0);
	load_again(f);
	shows(f, "", "");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_set_up, fixture_tear_down)
	const struct CMUnitTest tests[] = {TEST(same_box),
	                                   TEST(other_box),
	                                   TEST(key_lost),
	                                   TEST(every_byte_counts),
	                                   TEST(other_line_ends),
	                                   TEST(reset_settings),
	                                   TEST(reset_all),
	                                   TEST(reset_of_damaged_settings),
	                                   TEST(odd_names),
	                                   TEST(too_much),
	                                   TEST(customer_table),
	                                   TEST(no_customer_table),
	                                   TEST(customer_table_at_its_limit)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
