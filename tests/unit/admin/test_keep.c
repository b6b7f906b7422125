/*
 * backup, restore, tables and pastes on the console: what goes wrong leaves everything as it was.
 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

static void set_up_box(int client)
{
	expect(client, "set agent 101 name Ann", '0', "");
	expect(client, "set agent 101 pin 4711", '0', "");
	expect(client, "commit", '0', NULL);
}

static void in_force(const char *expected)
{
	char *text = settings_text(bench->settings, "country", false);
	assert_string_equal(text, expected);
	free(text);
}

static void ends_with(char *answer, const char *sentence)
{
	size_t length = strlen(answer), wanted = strlen(sentence);
	if (length < wanted || strcmp(answer + length - wanted, sentence) != 0)
		fail_msg("\"%s\" does not end with \"%s\"", answer, sentence);
	free(answer);
}

static char *send_lines(int client, const char *text, char *status)
{
	char *copy = strdup(text), *rest = copy, *line, *answer = NULL;
	while ((line = strsep(&rest, "\n")) && (*line || rest)) {
		client_send(client, line);
		client_send(client, "\n");
		bench_settle();
		free(answer);
		answer = client_answer(client, status);
	}
	free(copy);
	return answer;
}

static char *backup_of(int client)
{
	char *text = ask(client, "backup -");
	assert_memory_equal(text, "belfry-backup 1\n", 16);
	return text;
}

/* Control refuses what the backup holds: the old settings are in force, on the disk and in the candidate. */
static void refused_restore(void **state)
{
	int client = client_open();
	char status;
	expect(client, "set country de", '0', "");
	expect(client, "commit", '0', NULL);
	char *text = backup_of(client);
	expect(client, "set country fr", '0', "");
	expect(client, "commit", '0', NULL);
	bench->refuse = -EIO;
	expect(client, "restore -", '+', "the lines of the backup; a line with only \".\" ends\n");
	free(send_lines(client, text, &status));
	client_send(client, ".\n");
	bench_settle();
	ends_with(client_answer(client, &status), "span 1 cannot be started\n");
	assert_int_equal(status, '1');
	in_force("set country fr\n");
	expect(client, "show | compare", '0', "");
	bench_restart();
	in_force("set country fr\n");
	close(client);
	client = client_open();
	bench->refuse = 0;
	expect(client, "restore -", '+', NULL);
	free(send_lines(client, text, &status));
	client_send(client, ".\n");
	bench_settle();
	free(client_answer(client, &status));
	assert_int_equal(status, '0');
	in_force("set country de\n");
	free(text);
	close(client);
}

static void unfinished_changes_are_not_overwritten(void **state)
{
	int client = client_open();
	expect(client, "set country de", '0', "");
	expect(client, "restore -", '1',
	       "restore: there are changes that are not committed: \"commit\" or \"discard\" first\n");
	expect(client, "show | compare", '0', "+ country de\n");
	expect(client, "restore", '1',
	       "restore: not complete, expected FILE|-|serial [phrase P] [check|confirm MIN]\n");
	expect(client, "restore x twice", '1',
	       "restore twice: expected FILE|-|serial [phrase P] [check|confirm MIN]\n");
	expect(client, "backup /nowhere/at/all", '1', "/nowhere/at/all: No such file or directory\n");
	expect(client, "backup - phrase short", '1', "backup: a pass phrase has at least 8 characters\n");
	close(client);
}

/* More than a box can need: refused with a sentence, nothing of it taken in, the session goes on. */
static void ten_megabytes(void **state)
{
	int client = client_open();
	char status = '+', *answer = NULL, *line = calloc(1, 4002);
	memset(line, '#', 4000);
	line[4000] = '\n';
	expect(client, "load terminal", '+', NULL);
	expect(client, "set country de", '+', "");
	for (unsigned i = 0; status == '+' && i < 10u * 1024 * 1024 / 4001; i++) {
		client_send(client, line);
		bench_settle();
		free(answer);
		answer = client_answer(client, &status);
	}
	assert_int_equal(status, '1');
	assert_string_equal(answer, "load: more than 4194304 bytes\n");
	free(answer);
	free(line);
	expect(client, "show | compare", '0', "");
	expect(client, "show software", '0', NULL);
	close(client);
}

/* Bytes of any kind: each line is refused or taken, and the box goes on. */
static void binary_paste(void **state)
{
	int client = client_open();
	char status;
	unsigned seed = 1;
	for (int i = 0; i < 2000; i++) {
		char line[200];
		unsigned length = 5 + (unsigned)i % 150;
		for (unsigned j = 0; j < length; j++) {
			seed = seed * 1103515245 + 12345;
			line[j] = (char)(seed >> 16);
			if (line[j] == '\n' || !line[j] || line[j] == '\x05')
				line[j] = '\x7f';
		}
		line[length] = '\n';
		line[length + 1] = '\0';
		client_send(client, line);
		bench_settle();
		free(client_answer(client, &status));
		assert_true(status == '0' || status == '1');
	}
	expect(client, "show | compare", '0', "");
	expect(client, "import csv agents -", '+', NULL);
	expect(client, "agent,name", '+', "");
	expect(client, "101,\x01\x02", '+', "");
	client_send(client, ".\n");
	bench_settle();
	ends_with(client_answer(client, &status), "1 error, nothing taken in\n");
	assert_int_equal(status, '1');
	expect(client, "show | compare", '0', "");
	close(client);
}

/* The line drops in the middle of a paste: nothing of it is in force or kept. */
static void paste_that_ends(void **state)
{
	int client = client_open();
	expect(client, "load terminal", '+', NULL);
	expect(client, "set country de", '+', "");
	close(client);
	bench_settle();
	client = client_open();
	expect(client, "show | compare", '0', "");
	expect(client, "show configuration", '0', "");
	close(client);
}

static void files_of_tables(void **state)
{
	int client = client_open();
	char line[300], status;
	struct stat found;
	set_up_box(client);
	snprintf(line, sizeof(line), "export csv agents %s/agents.csv", bench->folder);
	free(ask(client, line));
	snprintf(line, sizeof(line), "%s/agents.csv", bench->folder);
	assert_int_equal(stat(line, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0600);
	snprintf(line, sizeof(line), "import csv agents %s/agents.csv", bench->folder);
	expect(client, line, '0', "1 rows taken in; see \"show | compare\", then \"commit\"\n");
	expect(client, "show | compare", '0', "");
	expect(client, "import csv agent -", '1',
	       "import csv agent: expected agents|phones|numbers|customers FILE|-\n");
	snprintf(line, sizeof(line), "import csv numbers %s/agents.csv\n", bench->folder);
	client_send(client, line);
	bench_settle();
	ends_with(client_answer(client, &status), "nothing taken in\n");
	close(client);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, bench_set_up, bench_tear_down)
	const struct CMUnitTest tests[] = {TEST(refused_restore), TEST(unfinished_changes_are_not_overwritten),
	                                   TEST(ten_megabytes),   TEST(binary_paste),
	                                   TEST(paste_that_ends), TEST(files_of_tables)};
	if (log_start(LOG_ERROR))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
