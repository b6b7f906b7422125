/*
 * commit confirm and its end, rollback, revisions: as a client sees them.
 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define MINUTE_US (60 * US_PER_S)

static void pass(uint64_t us)
{
	struct actor *actor = admin_actor(bench->admin);
	while (us) { /* as the box does: from deadline to deadline */
		uint64_t next = actor->next_deadline_us(actor->self), now = clock_now_us();
		uint64_t step = next > now && next - now < us ? next - now : us;
		clock_advance_us(step);
		us -= step;
		bench_settle();
	}
}

static void in_force(const char *country)
{
	assert_non_null(bench->applied);
	assert_string_equal(bench->applied->country, country);
	char *text = settings_text(bench->settings, "country", false), expected[40];
	snprintf(expected, sizeof(expected), "set country %s\n", country);
	assert_string_equal(text, expected);
	free(text);
}

static int begin(void)
{
	int client = client_open();
	expect(client, "set country de", '0', "");
	expect(client, "commit comment \"the first\"", '0', "commit complete\n");
	expect(client, "set country fr", '0', "");
	expect(client, "commit confirm 5 comment \"a trial\"", '0',
	       "commit complete: undone in 5 min unless confirmed by \"commit\"\n");
	in_force("fr");
	return client;
}

static void not_confirmed(void **state)
{
	int client = begin();
	pass(5 * MINUTE_US - 1000);
	in_force("fr");
	pass(1000);
	in_force("de");
	assert_int_equal(bench->applies, 3);
	char *answer = ask(client, "show revisions --json");
	assert_non_null(strstr(answer, "\"revision\":3"));
	assert_non_null(strstr(answer, "\"comment\":\"revision 2 was not confirmed: back to revision 1\""));
	assert_non_null(strstr(answer, "\"comment\":\"a trial\""));
	assert_non_null(strstr(answer, "\"comment\":\"the first\""));
	free(answer);
	pass(10 * MINUTE_US); /* once is enough */
	assert_int_equal(bench->applies, 3);
	close(client);
}

static void confirmed(void **state)
{
	int client = begin();
	pass(4 * MINUTE_US);
	expect(client, "commit", '0', "commit complete: revision 2 is confirmed\n");
	expect(client, "commit", '0', "no changes\n");
	pass(10 * MINUTE_US);
	in_force("fr");
	assert_int_equal(bench->applies, 2);
	close(client);
}

static void confirmed_by_another_session_with_changes(void **state)
{
	int client = begin(), other = client_open();
	expect(other, "set language de", '0', "");
	expect(other, "commit", '0', "commit complete\n");
	pass(10 * MINUTE_US);
	in_force("fr");
	close(client);
	close(other);
}

static void wait_goes_on_after_restart(void **state)
{
	int client = begin();
	pass(3 * MINUTE_US);
	close(client);
	bench_restart();
	pass(2 * MINUTE_US - 1000 * US_PER_MS);
	char *text = settings_text(bench->settings, "", false);
	assert_string_equal(text, "set country fr\n");
	free(text);
	pass(US_PER_S);
	in_force("de");
}

static void trial_can_be_prolonged(void **state)
{
	int client = begin();
	pass(4 * MINUTE_US);
	expect(client, "commit confirm 5", '0', "commit complete: undone in 5 min unless confirmed by \"commit\"\n");
	pass(4 * MINUTE_US);
	in_force("fr");
	pass(MINUTE_US);
	in_force("de"); /* the last one that was confirmed, not the trial before */
	close(client);
}

/* After a restart it cannot be applied: it is undone at once, not when its time is over. */
static void trial_that_cannot_be_applied_after_restart(void **state)
{
	close(begin());
	bench_restart();
	admin_settings_refused(bench->admin);
	bench_settle();
	in_force("de");
	assert_true(admin_actor(bench->admin)->next_deadline_us(bench->admin) == UINT64_MAX);
}

/* Control refuses: nothing is left of it on the disk. */
static void refused_trial(void **state)
{
	int client = client_open();
	expect(client, "set country de", '0', "");
	expect(client, "commit", '0', "commit complete\n");
	expect(client, "set country fr", '0', "");
	bench->refuse = -EIO;
	expect(client, "commit confirm 5", '1', "span 1 cannot be started\n");
	expect(client, "show | compare", '0', "- country de\n+ country fr\n");
	bench_restart();
	char *text = settings_text(bench->settings, "", false);
	assert_string_equal(text, "set country de\n");
	free(text);
	assert_true(admin_actor(bench->admin)->next_deadline_us(bench->admin) == UINT64_MAX);
	close(client);
}

/* On the disk before it is in force: control has not answered yet when the box dies. */
static void written_before_applied(void **state)
{
	int client = client_open();
	expect(client, "set country de", '0', "");
	expect(client, "commit", '0', "commit complete\n");
	expect(client, "set country fr", '0', "");
	bench->hold = true;
	client_send(client, "commit confirm 1\n");
	uint64_t left_ms;
	uint32_t undo_to;
	struct settings *found = NULL;
	assert_int_equal(settings_load(&found, bench->folder, NULL), 0);
	assert_true(settings_unconfirmed(found, &left_ms, &undo_to));
	assert_int_equal(undo_to, 1);
	settings_free(found);
	bench->hold = false;
	bench_release();
	bench_settle();
	in_force("fr");
	pass(MINUTE_US);
	in_force("de");
	close(client);
}

/* An undo that control refuses or that cannot be saved is tried again. */
static int no_space(const char *path, const void *bytes, size_t count)
{
	return -ENOSPC;
}

static void undo_is_tried_again(void **state)
{
	int client = begin();
	bench->refuse = -EBUSY;
	pass(5 * MINUTE_US);
	in_force("fr");
	bench->refuse = 0;
	settings_set_writer(no_space);
	pass(MINUTE_US);
	assert_string_equal(bench->applied->country, "de");
	settings_set_writer(NULL);
	pass(MINUTE_US);
	in_force("de");
	close(client);
}

static void wrong_words(void **state)
{
	int client = client_open();
	expect(client, "set country de", '0', "");
	expect(client, "commit confirm", '1', "commit confirm: expected minutes, 1 to 1440\n");
	expect(client, "commit confirm 0", '1', "commit confirm: expected minutes, 1 to 1440\n");
	expect(client, "commit confirm soon", '1', "commit confirm: expected minutes, 1 to 1440\n");
	expect(client, "commit confirm 5 because", '1', "commit confirm 5 because: expected comment or nothing more\n");
	expect(client, "commit comment", '1', "commit: expected one comment, in quotes if it has blanks\n");
	expect(client, "commit comment two words", '1', "commit: expected one comment, in quotes if it has blanks\n");
	expect(client, "commit now", '1', "commit: \"now\" is too much\n");
	expect(client, "rollback", '0', ""); /* 0 */
	expect(client, "rollback x", '1', "rollback: expected how many revisions back, 0 to 50\n");
	expect(client, "show configuration rollback 51", '1',
	       "show configuration: expected how many revisions back, 0 to 50\n");
	expect(client, "show configuration quue", '1', "unknown setting \"quue\": did you mean \"queue\"?\n");
	expect(client, "show configuration queue", '0', "");
	expect(client, "show configuration span 1", '0', "");
	expect(client, "show configuration span 1 typ", '1', NULL);
	expect(client, "delete span 1", '1', "span 1: nothing is set there\n");
	expect(client, "delete country du", '1', NULL);
	expect(client, "delete span 1 crc5", '1', NULL);
	expect(client, "show | compare rollback 9", '1',
	       "rollback 9: there is no such revision; see \"show revisions\"\n");
	assert_int_equal(bench->applies, 0);
	close(client);
}

static void rollback_and_compare(void **state)
{
	int client = begin();
	expect(client, "commit", '0', NULL);
	expect(client, "show configuration rollback 1", '0', "set country de\n");
	expect(client, "show | compare rollback 1", '0', "- country de\n+ country fr\n");
	expect(client, "show configuration | compare rollback 2", '0', "+ country fr\n");
	expect(client, "rollback 1", '0', "");
	expect(client, "show | compare", '0', "- country fr\n+ country de\n");
	expect(client, "show | compare roll 1", '0', "");
	expect(client, "commit", '0', "commit complete\n");
	in_force("de");
	expect(client, "sh rev | count", '0', "5 lines\n");
	expect(client, "show system commit | count", '0', "5 lines\n");
	close(client);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, bench_set_up, bench_tear_down)
	const struct CMUnitTest tests[] = {TEST(not_confirmed),
	                                   TEST(confirmed),
	                                   TEST(confirmed_by_another_session_with_changes),
	                                   TEST(wait_goes_on_after_restart),
	                                   TEST(trial_can_be_prolonged),
	                                   TEST(trial_that_cannot_be_applied_after_restart),
	                                   TEST(refused_trial),
	                                   TEST(written_before_applied),
	                                   TEST(undo_is_tried_again),
	                                   TEST(wrong_words),
	                                   TEST(rollback_and_compare)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
