/*
 * Revisions: who, when, why; back and forth; confirmation; and the power cut at every operation of a commit, which
 * leaves the old or the new revision, whole.
 */
#include "fixture.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/durable.h"

static void commit_as(struct fixture *f, const char *comment, uint64_t confirm_ms)
{
	struct settings_revision note = {.user = "ann", .from = "ttyS0", .confirm_ms = confirm_ms};
	text_copy(note.comment, sizeof(note.comment), comment);
	if (settings_write_ahead(f->settings, f->candidate, &note, &f->fault))
		fail_msg("commit: %s", f->fault.text);
	settings_adopt(f->settings);
	candidate_discard(f->candidate);
}

static void reload(struct fixture *f)
{
	candidate_free(f->candidate);
	settings_free(f->settings);
	f->candidate = NULL;
	f->settings = NULL;
	if (settings_load(&f->settings, f->folder, &f->fault))
		fail_msg("load: %s", f->fault.text);
	assert_int_equal(candidate_new(&f->candidate, f->settings), 0);
}

static void running_is(struct fixture *f, const char *expected)
{
	char *text = settings_text(f->settings, "", false);
	assert_string_equal(text, expected);
	free(text);
}

static void pin_is(struct fixture *f, const char *pin)
{
	struct config *config;
	assert_int_equal(settings_build(f->settings, &config, &f->fault), 0);
	assert_true(config_pin_matches(&config->agents[0], pin));
	config_free(config);
}

static void name_system(struct fixture *f, unsigned number)
{
	char line[60];
	snprintf(line, sizeof(line), "system name box%u", number);
	set(f, line);
}

static void who_when_why(void **state)
{
	struct fixture *f = *state;
	struct settings_revision revision;
	clock_start(UINT64_C(1774745702250000));
	set(f, "country de");
	commit_as(f, "a \"new\" country \\ #1", 0);
	set(f, "country fr");
	commit_as(f, "", 0);
	for (int after_restart = 0; after_restart < 2; after_restart++) {
		assert_int_equal(settings_revision(f->settings, 1, &revision), 0);
		assert_int_equal(revision.number, 1);
		assert_string_equal(revision.user, "ann");
		assert_string_equal(revision.from, "ttyS0");
		assert_string_equal(revision.comment, "a \"new\" country \\ #1");
		assert_true(revision.wall_us == UINT64_C(1774745702250000));
		assert_int_equal(settings_revision(f->settings, 0, &revision), 0);
		assert_int_equal(revision.number, 2);
		assert_string_equal(revision.comment, "");
		assert_int_equal(settings_revision(f->settings, 3, &revision), -ENOENT);
		reload(f);
	}
}

static void fifty_are_kept(void **state)
{
	struct fixture *f = *state;
	struct settings_revision revision;
	for (unsigned i = 1; i <= 60; i++) {
		name_system(f, i);
		commit_as(f, "", 0);
	}
	reload(f);
	for (unsigned back = 0; back <= 50; back++) {
		char expected[60];
		assert_int_equal(settings_revision(f->settings, back, &revision), 0);
		assert_int_equal(revision.number, 60 - back);
		char *text = settings_revision_text(f->settings, back, true, &f->fault);
		snprintf(expected, sizeof(expected), "set system name box%u\n", 60 - back);
		assert_string_equal(text, expected);
		free(text);
	}
	assert_int_equal(candidate_rollback(f->candidate, 51, &f->fault), -ENOENT);
	assert_string_equal(f->fault.text, "rollback 51: there is no such revision; see \"show revisions\"");
}

static void rollback_into_the_candidate(void **state)
{
	struct fixture *f = *state;
	set(f, "agent 1 pin 1111");
	commit_as(f, "", 0);
	set(f, "country de");
	set(f, "agent 1 pin 2222");
	commit_as(f, "", 0);
	set(f, "language de"); /* thrown away by the rollback */
	assert_int_equal(candidate_rollback(f->candidate, 1, &f->fault), 0);
	running_is(f, "set country de\nset agent 1 pin ********\n");
	pin_is(f, "2222");
	char *text = candidate_compare(f->candidate, 0, &f->fault);
	assert_string_equal(text, "- country de\n- agent 1 pin ********\n+ agent 1 pin ********\n");
	free(text);
	text = candidate_compare(f->candidate, 1, &f->fault);
	assert_string_equal(text, "");
	free(text);
	text = settings_revision_text(f->settings, 1, false, &f->fault);
	assert_string_equal(text, "set agent 1 pin ********\n");
	free(text);
	commit_as(f, "", 0);
	running_is(f, "set agent 1 pin ********\n");
	pin_is(f, "1111");
	/* And back again: the commit before was revision 2. */
	assert_int_equal(candidate_rollback(f->candidate, 1, &f->fault), 0);
	commit_as(f, "", 0);
	running_is(f, "set country de\nset agent 1 pin ********\n");
	pin_is(f, "2222");
	assert_int_equal(candidate_rollback(f->candidate, 4, &f->fault), 0); /* as the factory left it */
	commit_as(f, "", 0);
	running_is(f, "");
}

static void confirmation_survives(void **state)
{
	struct fixture *f = *state;
	uint64_t left_ms;
	uint32_t undo_to;
	set(f, "country de");
	commit_as(f, "", 0);
	set(f, "country fr");
	commit_as(f, "", 600000);
	reload(f);
	assert_true(settings_unconfirmed(f->settings, &left_ms, &undo_to));
	assert_int_equal(left_ms, 600000);
	assert_int_equal(undo_to, 1);
	assert_int_equal(settings_keep_left(f->settings, 123456), 0);
	reload(f);
	assert_true(settings_unconfirmed(f->settings, &left_ms, &undo_to));
	assert_int_equal(left_ms, 123456);
	/* A further one that has to be confirmed too still goes back to what was confirmed last. */
	set(f, "country it");
	commit_as(f, "", 60000);
	reload(f);
	assert_true(settings_unconfirmed(f->settings, &left_ms, &undo_to));
	assert_int_equal(left_ms, 60000); /* what was kept belongs to the one before */
	assert_int_equal(undo_to, 1);
	/* belfryd's own commit of its start-up file does not confirm. */
	set(f, "language de");
	assert_int_equal(settings_commit(f->settings, f->candidate, &f->fault), 0);
	assert_true(settings_unconfirmed(f->settings, &left_ms, &undo_to));
	assert_int_equal(undo_to, 1);
	assert_int_equal(settings_confirm(f->settings, &f->fault), 0);
	reload(f);
	assert_false(settings_unconfirmed(f->settings, &left_ms, &undo_to));
	running_is(f, "set country it\nset language de\n");
}

static void plain_commit_confirms(void **state)
{
	struct fixture *f = *state;
	uint64_t left_ms;
	uint32_t undo_to;
	set(f, "country de");
	commit_as(f, "", 60000);
	set(f, "language de");
	commit_as(f, "", 0);
	assert_false(settings_unconfirmed(f->settings, &left_ms, &undo_to));
	reload(f);
	assert_false(settings_unconfirmed(f->settings, &left_ms, &undo_to));
}

/* The revision to go back to must not leave its slot. */
static void too_many_unconfirmed(void **state)
{
	struct fixture *f = *state;
	struct settings_revision note = {.user = "ann", .confirm_ms = 60000};
	set(f, "country de");
	commit_as(f, "", 0);
	for (unsigned i = 0; i < 50; i++) {
		name_system(f, i);
		commit_as(f, "", 60000);
	}
	name_system(f, 50);
	assert_int_equal(settings_write_ahead(f->settings, f->candidate, &note, &f->fault), -EBUSY);
	assert_int_equal(candidate_rollback(f->candidate, 50, &f->fault), 0);
	commit_as(f, "", 0);
	running_is(f, "set country de\n");
}

static void withdrawn(void **state)
{
	struct fixture *f = *state;
	struct settings_revision note = {.user = "ann", .confirm_ms = 60000}, revision;
	set(f, "country de");
	commit_as(f, "why", 0);
	set(f, "country fr");
	assert_int_equal(settings_write_ahead(f->settings, f->candidate, &note, &f->fault), 0);
	assert_int_equal(settings_withdraw(f->settings, &f->fault), 0);
	assert_true(candidate_changed(f->candidate));
	reload(f);
	running_is(f, "set country de\n");
	assert_int_equal(settings_revision(f->settings, 0, &revision), 0);
	assert_string_equal(revision.comment, "why");
	assert_true(revision.confirm_ms == 0);
}

/* ---- the power is cut at operation k ---- */

#define ROUNDS 53 /* more than there are slots, so that one is written over */

/* Commits until something fails; returns how many were acknowledged. */
static unsigned commit_until_cut(struct fixture *f, unsigned from)
{
	struct settings_revision note = {.user = "ann", .comment = "a comment"};
	for (unsigned i = from; i <= ROUNDS; i++) {
		name_system(f, i);
		note.confirm_ms = i % 2 ? 60000 : 0;
		if (settings_write_ahead(f->settings, f->candidate, &note, &f->fault))
			return i - 1;
		settings_adopt(f->settings);
		candidate_discard(f->candidate);
		if (note.confirm_ms && settings_keep_left(f->settings, 1000 + i))
			return i;
	}
	return ROUNDS;
}

/* What is there after the start: the last acknowledged or the one in hand, whole, with all before it. */
static void check_after_cut(struct fixture *f, unsigned acknowledged)
{
	struct settings_revision revision;
	uint64_t left_ms;
	uint32_t undo_to;
	char expected[60];
	assert_int_equal(settings_revision(f->settings, 0, &revision), 0);
	assert_in_range(revision.number, acknowledged, acknowledged + 1);
	snprintf(expected, sizeof(expected), "set system name box%u\n", revision.number);
	running_is(f, expected);
	assert_int_equal(settings_unconfirmed(f->settings, &left_ms, &undo_to), revision.number % 2);
	if (revision.number % 2)
		assert_true(left_ms == 60000 || left_ms == 1000 + revision.number);
	for (uint32_t back = 1; back < SETTINGS_REVISIONS_KEPT && back < revision.number; back++) {
		char *text = settings_revision_text(f->settings, back, true, &f->fault);
		if (!text)
			fail_msg("%s", f->fault.text);
		snprintf(expected, sizeof(expected), "set system name box%u\n", revision.number - back);
		assert_string_equal(text, expected);
		free(text);
	}
}

static void cut_everywhere(struct fixture *f, unsigned from, uint64_t torn)
{
	uint64_t k, operations = UINT64_MAX;
	settings_set_writer(durable_replace);
	for (k = 1; k <= operations; k++) {
		fixture_empty(f->folder);
		reload(f);
		for (unsigned i = 1; i < from; i++) {
			name_system(f, i);
			commit_as(f, "", i % 2 ? 60000 : 0);
		}
		assert_int_equal(durable_log_unsynced(f->folder), 0);
		uint64_t before = durable_operations();
		durable_fail_at(k, EIO);
		unsigned acknowledged = commit_until_cut(f, from);
		if (durable_operations() - before < k)
			operations = k; /* this time nothing was cut */
		durable_fail_at(0, 0);
		assert_int_equal(durable_log_unsynced(NULL), 0);
		if (torn ? durable_undo_some(f->folder, torn * 1000 + k, &f->fault)
		         : durable_undo_unsynced(f->folder, &f->fault))
			fail_msg("undo: %s", f->fault.text);
		reload(f);
		check_after_cut(f, acknowledged);
		reload(f); /* and a crash instead of a power cut: what was written is there */
		check_after_cut(f, acknowledged);
	}
	settings_set_writer(NULL);
	print_message("cut at each of %llu operations\n", (unsigned long long)operations - 1);
	assert_true(operations > 10);
}

static void power_cut_at_every_operation(void **state)
{
	cut_everywhere(*state, ROUNDS - 3, 0);
}

static void power_cut_with_torn_writes(void **state)
{
	for (uint64_t seed = 1; seed <= 5; seed++)
		cut_everywhere(*state, ROUNDS - 3, seed);
}

/* kill -9: the page cache stays, so no undoing; the k-th operation and all after it never happened. */
static void crash_at_every_operation(void **state)
{
	struct fixture *f = *state;
	uint64_t k, operations = UINT64_MAX;
	settings_set_writer(durable_replace);
	for (k = 1; k <= operations; k++) {
		fixture_empty(f->folder);
		reload(f);
		uint64_t before = durable_operations();
		durable_fail_at(k, EIO);
		unsigned acknowledged = commit_until_cut(f, 1);
		if (durable_operations() - before < k || k > 60)
			operations = k;
		durable_fail_at(0, 0);
		reload(f);
		if (acknowledged)
			check_after_cut(f, acknowledged);
	}
	settings_set_writer(NULL);
	assert_true(operations > 10);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_set_up, fixture_tear_down)
	const struct CMUnitTest tests[] = {TEST(who_when_why),
	                                   TEST(fifty_are_kept),
	                                   TEST(rollback_into_the_candidate),
	                                   TEST(confirmation_survives),
	                                   TEST(plain_commit_confirms),
	                                   TEST(too_many_unconfirmed),
	                                   TEST(withdrawn),
	                                   TEST(power_cut_at_every_operation),
	                                   TEST(power_cut_with_torn_writes),
	                                   TEST(crash_at_every_operation)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
