/*
 * The audit log: what is in it, that it is bounded, that a change is found, and that a power cut leaves it whole.
 */
#include "bench.h"

#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "admin/audit.h"
#include "base/log.h"
#include "base/text.h"
#include "config/secret.h"
#include "store/durable.h"
#include "tests/unit/scratch.h"

static char folder[64];

static void empty(const char *path)
{
	DIR *open_folder = opendir(path);
	struct dirent *entry;
	while (open_folder && (entry = readdir(open_folder))) {
		char *inner = NULL;
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		assert_true(asprintf(&inner, "%s/%s", path, entry->d_name) > 0);
		if (unlink(inner)) {
			empty(inner);
			rmdir(inner);
		}
		free(inner);
	}
	if (open_folder)
		closedir(open_folder);
}

static int set_up(void **state)
{
	return !scratch_new(folder, sizeof(folder), "audit") || secret_load(folder, NULL);
}

static int tear_down(void **state)
{
	durable_fail_at(0, 0);
	empty(folder);
	rmdir(folder);
	return 0;
}

static struct audit *opened(uint32_t half)
{
	struct audit *audit = NULL;
	struct fault fault = {""};
	if (audit_new(&audit, folder, half, &fault))
		fail_msg("%s", fault.text);
	return audit;
}

static void put(struct audit *audit, const char *command, bool sync)
{
	struct audit_entry entry = {.wall_us = 5, .user = "ann lee", .from = "ttyS0", .result = "done"};
	text_copy(entry.command, sizeof(entry.command), command);
	audit_put(audit, &entry, sync);
}

struct seen {
	uint64_t count, first, last;
	char command[AUDIT_COMMAND_BYTES];
};

static void see(void *user, const struct audit_entry *entry)
{
	struct seen *seen = user;
	if (!seen->count++)
		seen->first = entry->number;
	else
		assert_int_equal(entry->number, seen->last + 1);
	seen->last = entry->number;
	assert_string_equal(entry->user[0] == 'b' ? "ann lee" : entry->user, "ann lee");
	text_copy(seen->command, sizeof(seen->command), entry->command);
}

static struct seen whole(struct audit *audit)
{
	struct seen seen = {0};
	uint64_t good;
	assert_int_equal(audit_each(audit, see, &seen, &good), 0);
	assert_int_equal(good, seen.last);
	return seen;
}

static void entries_survive(void **state)
{
	struct audit *audit = opened(0);
	put(audit, "set system name \"a \\ b\" # c", true);
	put(audit, "show calls", false);
	assert_int_equal(whole(audit).count, 2);
	audit_free(audit);
	audit = opened(0);
	put(audit, "commit", true);
	struct seen seen = whole(audit);
	assert_int_equal(seen.count, 3);
	assert_string_equal(seen.command, "commit");
	audit_free(audit);
}

static void bounded(void **state)
{
	struct audit *audit = opened(4096);
	char path[100];
	for (int i = 0; i < 2000; i++) {
		put(audit, "show calls", i % 5 == 0);
		if (i % 700 == 699) {
			audit_free(audit);
			audit = opened(4096);
		}
	}
	struct seen seen = whole(audit);
	assert_int_equal(seen.last, 2000);
	assert_true(seen.count >= 20 && seen.count < 200);
	audit_free(audit);
	snprintf(path, sizeof(path), "%s/audit", folder);
	FILE *file = fopen(path, "r");
	fseek(file, 0, SEEK_END);
	assert_true(ftell(file) < 4096 + 16384 + 200);
	fclose(file);
}

/* One byte changed, a line taken out, the half before exchanged: each is found. */
static void changes_are_found(void **state)
{
	char path[100], text[65536];
	struct seen seen = {0};
	uint64_t good = 0;
	struct audit *audit = opened(0);
	for (int i = 0; i < 300; i++) /* more than a batch, which a power cut might have torn */
		put(audit, "set country de", true);
	snprintf(path, sizeof(path), "%s/audit", folder);
	FILE *file = fopen(path, "r+");
	size_t bytes = fread(text, 1, sizeof(text), file);
	text[bytes] = '\0';
	char *at = strstr(text, " 5 ");
	for (int i = 0; i < 9; i++)
		at = strstr(at + 1, "country de");
	fseek(file, at - text + 8, SEEK_SET);
	fputs("fr", file);
	fclose(file);
	assert_int_equal(audit_each(audit, see, &seen, &good), -EBADMSG);
	assert_int_equal(good, 8);
	audit_free(audit);
	/* Kept as evidence; a new file goes on and says so. */
	audit = opened(0);
	snprintf(path, sizeof(path), "%s/audit-old", folder);
	assert_int_equal(access(path, R_OK), 0);
	seen = (struct seen){0};
	assert_int_equal(audit_each(audit, see, &seen, &good), -EBADMSG);
	assert_memory_equal(seen.command, "the chain is broken", 19);
	audit_free(audit);
}

static void end_cut_off_is_noted(void **state)
{
	char path[100];
	struct audit *audit = opened(0);
	put(audit, "set country de", true);
	audit_free(audit);
	snprintf(path, sizeof(path), "%s/audit", folder);
	FILE *file = fopen(path, "a");
	fputs("2 5 ann ttyS0 done half a li", file);
	fclose(file);
	audit = opened(0);
	struct seen seen = whole(audit);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.command, "an unfinished end was cut off (28 bytes)");
	audit_free(audit);
}

/* Every entry that was synced is there after a power cut at any operation, and the chain is whole. */
static void power_cut_everywhere(void **state)
{
	uint64_t k, operations = UINT64_MAX;
	for (k = 1; k <= 2 * operations; k++) {
		struct audit *audit;
		struct fault fault = {""};
		uint64_t synced = 0, before;
		empty(folder);
		assert_int_equal(durable_log_unsynced(folder), 0);
		before = durable_operations();
		durable_fail_at((k + 1) / 2, EIO);
		if (!audit_new(&audit, folder, 1024, &fault)) {
			for (unsigned i = 1; i <= 30; i++) {
				uint64_t done = durable_operations() - before;
				put(audit, "set country de", true);
				if (durable_operations() - before < (k + 1) / 2 && durable_operations() - before > done)
					synced = i;
			}
			audit_free(audit);
		}
		if (durable_operations() - before < (k + 1) / 2)
			operations = (k + 1) / 2;
		durable_fail_at(0, 0);
		assert_int_equal(durable_log_unsynced(NULL), 0);
		if (k % 2 ? durable_undo_unsynced(folder, &fault) : durable_undo_some(folder, k, &fault))
			fail_msg("undo: %s", fault.text);
		audit = opened(1024);
		struct seen seen = whole(audit);
		assert_true(seen.last >= synced);
		put(audit, "commit", true);
		assert_int_equal(whole(audit).last, seen.last + 1);
		audit_free(audit);
	}
	print_message("cut at each of %llu operations\n", (unsigned long long)operations - 1);
	assert_true(operations > 60);
}

/* ---- through the console ---- */

static void commands_are_recorded(void **state)
{
	int client = client_open();
	expect(client, "set agent 101 pin 4710815592", '0', "");
	expect(client, "set agent 101 pni 4710815593", '1', NULL);
	expect(client, "commit", '0', NULL);
	expect(client, "show calls", '0', NULL);
	expect(client, "nonsense 4710815594", '1', NULL);
	char *answer = ask(client, "show audit");
	assert_non_null(strstr(answer, "done: set agent 101 pin ********\n"));
	assert_non_null(strstr(answer, "refused: set agent 101 pni ********\n"));
	assert_non_null(strstr(answer, "done: commit\n"));
	assert_non_null(strstr(answer, "done: show calls\n"));
	assert_non_null(strstr(answer, "4 entries, the chain is whole\n"));
	assert_null(strstr(answer, "471081"));
	free(answer);
	bench_restart();
	close(client);
	client = client_open();
	answer = ask(client, "show audit 2");
	assert_null(strstr(answer, "done: commit\n"));
	assert_non_null(strstr(answer, "4 2026-03-29T00:55:02 root"));
	assert_non_null(strstr(answer, "done: show audit\n5 entries, the chain is whole\n"));
	free(answer);
	close(client);
}

/* As the user "nobody", whom the socket's mode would not let in by itself. */
static int client_of_nobody(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct passwd *nobody = getpwnam("nobody");
	int client = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_non_null(nobody);
	text_copy(address.sun_path, sizeof(address.sun_path), bench->socket);
	assert_int_equal(chmod(bench->folder, 0755) | chmod(bench->socket, 0666), 0);
	assert_int_equal(seteuid(nobody->pw_uid), 0);
	int result = connect(client, (struct sockaddr *)&address, sizeof(address));
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(result, 0);
	bench_settle();
	return client;
}

/* What each role may do, and what it may not. */
static void roles(void **state)
{
	static const struct {
		const char *command;
		enum config_role from;
	} rows[] = {{"show calls", CONFIG_VIEWER},
	            {"show configuration", CONFIG_VIEWER},
	            {"agent 101 pause", CONFIG_SUPERVISOR},
	            {"clear call 1", CONFIG_SUPERVISOR},
	            {"set country de", CONFIG_TECHNICIAN},
	            {"delete country", CONFIG_TECHNICIAN},
	            {"rollback 0", CONFIG_TECHNICIAN},
	            {"commit check", CONFIG_TECHNICIAN},
	            {"load /etc/hostname", CONFIG_ROLE_COUNT}, /* whatever the file says, it is not for a technician */
	            {"show time", CONFIG_VIEWER},
	            {"export csv agents", CONFIG_TECHNICIAN},
	            {"backup -", CONFIG_ADMINISTRATOR},
	            {"factory-reset cancel", CONFIG_ADMINISTRATOR},
	            {"show audit", CONFIG_ADMINISTRATOR}};
	if (geteuid() != 0)
		skip();
	int root = client_open(), nobody = client_of_nobody();
	for (int role = CONFIG_VIEWER; role < CONFIG_ROLE_COUNT; role++) {
		char line[80];
		snprintf(line, sizeof(line), "set user nobody role %s", config_role_names[role]);
		expect(root, line, '0', "");
		expect(root, "commit", '0', "commit complete\n");
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
			expect(nobody, rows[i].command, role >= (int)rows[i].from ? '0' : '1', NULL);
	}
	expect(root, "set user nobody role technician", '0', "");
	expect(root, "commit", '0', "commit complete\n");
	expect(nobody, "discard", '0', "");
	expect(nobody, "set country fr", '0', "");
	expect(nobody, "commit", '0', "commit complete\n");
	expect(nobody, "set user nobody role administrator", '0', "");
	expect(nobody, "commit", '1', "user: only an administrator may change users' roles\n");
	expect(nobody, "commit confirm 5", '1', "user: only an administrator may change users' roles\n");
	expect(nobody, "load /etc/hostname", '1', "load FILE: only an administrator may do that\n");
	expect(root, "delete user nobody", '0', "");
	expect(root, "commit", '0', "commit complete\n");
	expect(nobody, "commit", '1', "commit: needs the role technician; nobody is viewer\n");
	char *answer = ask(root, "show audit 200");
	assert_non_null(strstr(answer, "nobody program forbidden: commit\n"));
	free(answer);
	answer = ask(root, "show revisions");
	assert_non_null(strstr(answer, "nobody     program"));
	free(answer);
	close(root);
	close(nobody);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(entries_survive),
	    TEST(bounded),
	    TEST(changes_are_found),
	    TEST(end_cut_off_is_noted),
	    TEST(power_cut_everywhere),
	    cmocka_unit_test_setup_teardown(commands_are_recorded, bench_set_up, bench_tear_down),
	    cmocka_unit_test_setup_teardown(roles, bench_set_up, bench_tear_down)};
	if (log_start(LOG_ERROR))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
