/*
 * Sessions, commands, commits: what a client sees on the socket.
 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

#define GO_ON "\005f"

static bool found_too_early;

/* The C library's. */
int listen(int fd, int backlog)
{
	found_too_early |= access(bench->socket, F_OK) == 0;
	return (int)syscall(SYS_listen, fd, backlog);
}

static const char *const example[] = {"set span 1 signalling pri-cpe", "set agent 101 pin 4711",
                                      "set queue sales agent 101", "set did 800 queue sales"};

static void set_example(int client)
{
	for (size_t i = 0; i < ARRAY_SIZE(example); i++)
		expect(client, example[i], '0', "");
}

static void set_and_commit(void **state)
{
	int client = client_open();
	set_example(client);
	expect(client, "set span 1 type e2", '1', "span 1 type e2: expected one of e1, t1\n");
	expect(
	    client, "show | compare", '0',
	    "+ span 1 signalling pri-cpe\n+ agent 101 pin ********\n+ queue sales agent 101\n+ did 800 queue sales\n");
	expect(client, "commit check", '0', "the configuration can be committed\n");
	assert_int_equal(bench->applies, 0);
	expect(client, "commit", '0', "commit complete\n");
	assert_int_equal(bench->applies, 1);
	assert_int_equal(bench->applied->queue_count, 1);
	expect(client, "commit", '0', "no changes\n");
	assert_int_equal(bench->applies, 1);
	expect(client, "show configuration agent 101", '0', "set agent 101 pin ********\n");
	expect(client, "show | compare", '0', "");
	close(client);
}

static void failed_commits(void **state)
{
	int client = client_open();
	expect(client, "set did 800 queue sales", '0', "");
	expect(client, "commit", '1', "did 800 queue sales: there is no queue sales\n");
	assert_int_equal(bench->applies, 0);
	expect(client, "show | compare", '0', "+ did 800 queue sales\n"); /* kept, to be mended */
	expect(client, "rollback 0", '0', "");
	expect(client, "show | compare", '0', "");
	set_example(client);
	bench->refuse = -EIO;
	expect(client, "commit", '1', "span 1 cannot be started\n");
	assert_null(bench->applied);
	char *text = settings_text(bench->settings, "", false);
	assert_string_equal(text, "");
	free(text);
	bench->refuse = 0;
	expect(client, "commit", '0', "commit complete\n");
	close(client);
}

static int no_space(const char *path, const void *bytes, size_t count)
{
	return -ENOSPC;
}

/* Applied but not saved: control is given the old configuration back. */
static void commit_that_cannot_be_saved(void **state)
{
	int client = client_open();
	char expected[200];
	set_example(client);
	settings_set_writer(no_space);
	snprintf(expected, sizeof(expected), "not saved, nothing changed: %s/settings-00: No space left on device\n",
	         bench->folder);
	expect(client, "commit", '1', expected);
	assert_int_equal(bench->applies, 2);
	assert_int_equal(bench->applied->queue_count, 0);
	settings_set_writer(NULL);
	expect(client, "commit", '0', "commit complete\n");
	assert_int_equal(bench->applied->queue_count, 1);
	close(client);
}

static void warnings_are_shown(void **state)
{
	int client = client_open();
	expect(client, "set queue sales priority 3", '0', "");
	expect(client, "commit", '0', "warning: queue sales has no agents (rule no-agents)\ncommit complete\n");
	close(client);
}

/* Nothing waits in step(); others go on; the answer comes when control has answered. */
static void commit_is_asynchronous(void **state)
{
	int client = client_open(), other = client_open();
	char status;
	set_example(client);
	bench->hold = true;
	client_send(client, "commit\n");
	char *answer = client_answer(client, &status);
	assert_int_equal(status, 0);
	free(answer);
	expect(other, "show software", '0', NULL);
	client_send(other, "show agents --json\n"); /* needs control too: in turn */
	answer = client_answer(other, &status);
	assert_int_equal(status, 0);
	free(answer);
	bench->hold = false;
	bench_release();
	answer = client_answer(client, &status);
	assert_string_equal(answer, "commit complete\n");
	free(answer);
	answer = client_answer(other, &status);
	assert_int_equal(status, '0');
	free(answer);
	close(client);
	close(other);
}

/* The session goes away while control works: what control has taken is saved all the same. */
static void client_leaves_during_commit(void **state)
{
	int client = client_open();
	set_example(client);
	bench->hold = true;
	client_send(client, "commit\n");
	close(client);
	bench_settle();
	bench_release();
	bench_settle();
	char *text = settings_text(bench->settings, "did", false);
	assert_string_equal(text, "set did 800 queue sales\n");
	free(text);
	client = client_open(); /* the place is free again */
	expect(client, "show | compare", '0', "");
	close(client);
}

/* As above, with a command that waited for another one's end. */
static void client_leaves_while_its_command_waits(void **state)
{
	int client = client_open(), other = client_open();
	set_example(client);
	bench->hold = true;
	client_send(client, "commit\n");
	client_send(other, "clear call 3\n");
	assert_int_equal(bench->asked, CONTROL_APPLY);
	close(other);
	bench_settle();
	bench->hold = false;
	bench_release();
	bench_settle();
	assert_int_equal(bench->asked, CONTROL_CLEAR_CALL);
	assert_int_equal(bench->asked_number, 3);
	close(client);
}

static void two_editors(void **state)
{
	int a = client_open(), b = client_open();
	expect(a, "set country de", '0', "");
	expect(b, "set country fr", '0', "");
	expect(a, "commit", '0', "commit complete\n");
	expect(
	    b, "commit", '1',
	    "another session has committed in between; see \"show | compare\", then \"discard\" and make your changes "
	    "again\n");
	expect(b, "discard", '0', "");
	expect(b, "show configuration", '0', "set country de\n");
	close(a);
	close(b);
}

static void abbreviations_and_mistakes(void **state)
{
	static const char *const rows[][2] = {
	    {"shwo calls", "unknown command \"shwo\": did you mean \"show\"?\n"},
	    {"show cals", "unknown command \"show cals\": did you mean \"calls\"?\n"},
	    {"sh qu sales n", "there is no queue sales\n"},
	    {"help dance", "help: there is no command \"dance\"\n"},
	    {"show log last x", "show log: expected a number from 1 to 1000\n"},
	    {"sh c", "\"sh c\" could be \"show configuration\" or \"show channels\"\n"},
	    {"sh spa nothing", "\"sh spa nothing\" could be \"show spans\" or \"show span-file\"\n"},
	    {"show span 99", "show spans: expected the number of a span, 1 to 32, not \"99\"\n"},
	    {"co ch ec", "commit check: \"ec\" is too much\n"},
	    {"show calls now", "show calls: \"now\" is too much\n"},
	    {"show span-file --json", "show span-file has no --json form\n"},
	    {"show calls last", "show calls last: expected a number from 1 to 10000\n"},
	    {"show calls last 0", "show calls last: expected a number from 1 to 10000\n"},
	    {"show calls last many", "show calls last: expected a number from 1 to 10000\n"},
	    {"clear call x", "clear call: expected the number of a call (see show calls)\n"},
	    {"agent 101 dance", "agent 101 dance: expected login, logout, pause, ready or disposition\n"},
	    {"clear call 404", "call 404: there is none\n"},
	    {"rollback 1", "rollback 1: there is no such revision; see \"show revisions\"\n"},
	    {"show calls | grep x", "behind \"|\" expected include TEXT, exclude TEXT, count or no-more\n"},
	    {"show \"calls", "a double quote is not closed\n"},
	    {"show \x01", "control character 0x01 at column 6\n"},
	};
	int client = client_open();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		expect(client, rows[i][0], '1', rows[i][1]);
	expect(client, "", '0', "");
	expect(client, "# a comment", '0', "");
	expect(client, "sh conf", '0', "");
	expect(client, "sh al --json", '0', "[]\n");
	char status;
	client_send(client, "debug disk full\n");
	char *answer = client_answer(client, &status);
	assert_int_equal(status, '1');
	assert_non_null(strstr(answer, "unknown command \"debug\": expected one of set, delete, show, "));
	assert_null(strstr(answer, ", debug"));
	free(answer);
	close(client);
}

static void actions_reach_control(void **state)
{
	int client = client_open();
	expect(client, "clear call 17", '0', "");
	assert_int_equal(bench->asked, CONTROL_CLEAR_CALL);
	assert_int_equal(bench->asked_number, 17);
	expect(client, "agent 101 logout", '0', "");
	assert_int_equal(bench->asked, CONTROL_AGENT_LOGOUT);
	expect(client, "agent 102 p", '0', "");
	assert_int_equal(bench->asked, CONTROL_AGENT_PAUSE);
	assert_int_equal(bench->asked_number, 102);
	close(client);
}

static void load_terminal(void **state)
{
	int client = client_open();
	expect(client, "load terminal", '+', "set and delete lines; a line with only \".\" ends\n");
	expect(client, "country de", '+', "");
	expect(client, "country mars", '+', "");
	char *answer;
	char status;
	client_send(client, ".\n");
	answer = client_answer(client, &status);
	assert_int_equal(status, '1');
	assert_memory_equal(answer, "line 2: country mars: expected one of ", 38);
	free(answer);
	expect(client, "show | compare", '0', "");
	expect(client, "load terminal", '+', NULL);
	expect(client, "set country de", '+', "");
	expect(client, ".", '0', "");
	expect(client, "show | compare", '0', "+ country de\n");
	expect(client, "load /nonexistent", '1', "/nonexistent: No such file or directory\n");
	expect(client, "load /dev/zero", '1', "/dev/zero: not a file of at most 4194304 bytes\n");
	close(client);
}

static void filters(void **state)
{
	int client = client_open();
	set_example(client);
	expect(client, "show configuration | include SALES", '0',
	       "set queue sales agent 101\nset did 800 queue sales\n");
	expect(client, "show configuration | exclude sales", '0',
	       "set span 1 signalling pri-cpe\nset agent 101 pin ********\n");
	expect(client, "show configuration | count", '0', "4 lines\n");
	expect(client, "show configuration did | no-more", '0', "set did 800 queue sales\n");
	close(client);
}

static void completion(void **state)
{
	int client = client_open();
	expect(client,
	       "\x05"
	       "cshow calls",
	       '0', "calls\tcalls in progress\n");
	expect(client,
	       "\x05"
	       "cco",
	       '0', "commit\tcheck the candidate and put it in force\n");
	expect(client,
	       "\x05"
	       "cset span 1 t",
	       '0', "type\tKind of line\n");
	expect(client,
	       "\x05"
	       "cdelete tim",
	       '0', "timezone\t\ntimer\t\n");
	expect(client, "\x05p", '0', "belfry\n");
	expect(client, "set country de", '0', "");
	expect(client, "\x05p", '0', "belfry*\n"); /* not committed */
	expect(client, "clear ?", '0', "  call               hang a call up (cause 31)\n");
	close(client);
}

/* ---- the socket ---- */

static void hostile_input(void **state)
{
	int client = client_open();
	char status, *answer, *line = calloc(1, 10000);
	memset(line, 'x', 9000);
	line[9000] = '\n';
	client_send(client, line);
	answer = client_answer(client, &status);
	assert_string_equal(answer, "the line is too long: 4095 bytes at most\n");
	assert_int_equal(status, '1');
	free(answer);
	assert_int_equal(send(client, "show\0calls\n", 11, 0), 11);
	bench_settle();
	answer = client_answer(client, &status);
	assert_string_equal(answer, "the line has a NUL byte in it\n");
	free(answer);
	line[4095] = '\n';
	line[4096] = '\0';
	client_send(client, line);
	answer = client_answer(client, &status);
	assert_int_equal(status, '1');
	free(answer);
	expect(client, "show software\r", '0', NULL);
	/* In pieces, and several at once. */
	client_send(client, "set coun");
	client_send(client, "try de\nset language de\nshow | compare\n");
	for (int i = 0; i < 3; i++) {
		answer = client_answer(client, &status);
		assert_int_equal(status, '0');
		assert_string_equal(answer, i < 2 ? "" : "+ country de\n+ language de\n");
		free(answer);
		if (i < 2) /* the answers may have come together: then they are all there */
			break;
	}
	free(line);
	close(client);
}

static void too_many_sessions(void **state)
{
	int clients[CONFIG_CONSOLE_SESSIONS_MAX], extra;
	char status;
	for (int i = 0; i < CONFIG_CONSOLE_SESSIONS_MAX; i++)
		clients[i] = client_open();
	extra = client_open();
	char *answer = client_answer(extra, &status);
	assert_string_equal(answer, "too many sessions: try again when one has ended\n");
	assert_int_equal(status, '1');
	free(answer);
	close(extra);
	close(clients[3]);
	bench_settle();
	extra = client_open();
	expect(extra, "show software", '0', NULL);
	close(extra);
	for (int i = 0; i < CONFIG_CONSOLE_SESSIONS_MAX; i++)
		if (i != 3)
			close(clients[i]);
}

/* A client that asks and asks but never reads is not served further, and dropped after a minute. */
static void slow_client(void **state)
{
	int client = client_open();
	for (int i = 0; i < 20000; i++) {
		if (send(client, "help\n", 5, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			break;
		bench_settle();
	}
	int other = client_open();
	expect(other, "show software", '0', NULL);
	uint64_t deadline = admin_actor(bench->admin)->next_deadline_us(bench->admin);
	assert_true(deadline > clock_now_us() && deadline <= clock_now_us() + 60 * US_PER_S + 1);
	clock_advance_us(deadline - clock_now_us());
	bench_settle();
	assert_true(admin_actor(bench->admin)->next_deadline_us(bench->admin) == UINT64_MAX);
	expect(other, "show software", '0', NULL);
	close(other);
	close(client);
}

static void second_server_is_refused(void **state)
{
	struct admin_parts parts = {.socket_path = bench->socket, .settings = bench->settings};
	struct admin *second = NULL;
	struct fault fault = {""};
	assert_int_equal(admin_new(&second, &parts, &fault), -EADDRINUSE);
	assert_null(second);
	assert_non_null(strstr(fault.text, "another belfryd answers there"));
}

/* Whoever finds the socket may connect at once; what a start that was cut off has left is in nobody's way. */
static void socket_is_found_when_it_answers(void **state)
{
	char left[110];
	snprintf(left, sizeof(left), "%s.new", bench->socket);
	found_too_early = false;
	bench_restart();
	assert_false(found_too_early);
	close(client_open());
	FILE *file = fopen(left, "w");
	assert_non_null(file);
	fclose(file);
	bench_restart();
	close(client_open());
	assert_int_equal(access(left, F_OK), -1);
}

/* Goes on with what was begun, and gives what is new. */
static char *go_on(int client, const char *line)
{
	char status;
	client_send(client, line);
	client_send(client, "\n");
	char *text = client_answer(client, &status);
	assert_int_equal(status, '~');
	return text;
}

static void log_lines(void **state)
{
	int client = client_open();
	for (int i = 0; i < 1200; i++) {
		char text[40];
		snprintf(text, sizeof(text), "line %d \x1b[31m\x1e", i);
		admin_log_line(bench->admin, UINT64_C(1774745702250000), LOG_NOTICE, LOG_CALL, text);
	}
	expect(client, "show log 1", '0', "2026-03-29T00:55:02.250Z notice call: line 1199 ?[31m?\n");
	expect(client, "show log 1000 | count", '0', "1000 lines\n");
	expect(client, "show log 1 --json", '0',
	       "[{\"time\":\"2026-03-29T00:55:02.250Z\",\"level\":\"notice\",\"room\":\"call\","
	       "\"text\":\"line 1199 \\u001b[31m\\u001e\"}]\n");
	free(go_on(client, "monitor log --json"));
	expect(client, GO_ON, '~', "");
	admin_log_line(bench->admin, UINT64_C(1774745702250000), LOG_WARNING, LOG_LINE, "span 1: one more");
	expect(client, GO_ON, '~',
	       "{\"time\":\"2026-03-29T00:55:02.250Z\",\"level\":\"warning\",\"room\":\"line\","
	       "\"text\":\"span 1: one more\"}\n");
	close(client);
}

/* What may stand behind a command's own words: names of what is there, words of all its forms, what a capital means. */
static void arguments(void **state)
{
	static const char *const asked[][2] = {
	    {"agent ?", "  101                Ann\n  AGENT              change an agent's state\n"},
	    {"agent 101 pause ?",
	     "  <enter>            change an agent's state\n  REASON             change an agent's state\n"},
	    {"agent 101 jump ?", ""},
	    {"test port 2/1 ring for ?", "  D                  a duration such as 30s, 5m or 1h\n"},
	    {"show queue sa ?", "  --json             as JSON, for programs\n"
	                        "  <enter>            a queue, and who would be rung now, and why\n"
	                        "  next               a queue, and who would be rung now, and why\n"},
	    {"show calls last 5 ?", "  --json             as JSON, for programs\n"
	                            "  <enter>            finished calls, newest first\n"},
	    {"commit confirm 5 comment ?", "  TEXT               a text, in double quotes if it has blanks\n"},
	    {"\005cagent 1", "101\tAnn\n"},
	    {"\005cagent 101 log", "login\tchange an agent's state\nlogout\tchange an agent's state\n"},
	    {"\005ccall 3 withdraw queue s", "sales\twho waits: another priority, or out of the queue\n<QUEUE>\twho "
	                                     "waits: another priority, or out of the queue\n"},
	    {"\005ccall 3 withdraw queue sales r", "reason\twho waits: another priority, or out of the queue\n"},
	    {"\005cmonitor calls -", "--json\tas JSON, for programs\n"},
	    {"\005ctest span 1 loopback local fo",
	     "force\ttest a B channel or a whole span\nfor\ttest a B channel or a whole span\n"},
	};
	int client = client_open();
	expect(client, "set agent 101 name Ann", '0', "");
	expect(client, "set queue sales agent 101", '0', "");
	expect(client, "commit", '0', NULL);
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++)
		expect(client, asked[i][0], '0', asked[i][1]);
	close(client);
}

/* Whatever command is begun and however far it has come, "?" has an answer: what comes next, or that it is complete. */
static void help_at_every_word(void **state)
{
	static const char *const lines[] = {
	    "set span 1 type e1",
	    "delete span 1",
	    "show configuration queue",
	    "commit confirm 5 comment x",
	    "rollback 3",
	    "load terminal",
	    "why 3",
	    "show queue sales next",
	    "callback 3 done",
	    "show spans 1",
	    "show health span 1",
	    "show log 5",
	    "show trace span 1 last 5 q931",
	    "show trace number 555 last 5",
	    "trace call 3 q931",
	    "flight-recorder export 1 /x",
	    "monitor queues",
	    "clear call 3",
	    "agent 101 login 2/1",
	    "agent 101 pause 1",
	    "call 3 priority 1 reason x",
	    "call 3 withdraw queue sales reason x",
	    "queue sales evacuate queue sales reason x",
	    "queue sales drain on",
	    "test port 2/1 ring for 5s",
	    "test span 1 channel 3 tone for 5s",
	    "test span 1 loopback local for 5s force",
	    "test span 1 insert fas 3 force",
	    "test stop all",
	    "announce zone 1 x",
	    "record prompt x card y for 5s",
	    "record stop discard",
	    "backup x phrase y",
	    "clone x phrase y",
	    "restore x phrase y confirm 5",
	    "factory-reset all confirm",
	    "request restart drain 5m confirm",
	    "export csv agents x",
	    "import csv agents x",
	    "support bundle x",
	    "login ann",
	    "show calls last 5",
	};
	int client = client_open();
	expect(client, "set queue sales strategy linear", '0', "");
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		for (const char *end = lines[i]; end; end = strchr(end + 1, ' ')) {
			char line[120];
			snprintf(line, sizeof(line), "%.*s?", (int)(end - lines[i]) + (*end == ' '), lines[i]);
			char *answer = ask(client, line);
			if (!*answer)
				fail_msg("%s: no answer", line);
			free(answer);
		}
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char line[120];
		snprintf(line, sizeof(line), "%s ?", lines[i]);
		char *answer = ask(client, line);
		if (!strstr(answer, "  "))
			fail_msg("%s: no answer", line);
		free(answer);
	}
	close(client);
}

/* As JSON a document for each change; that time passes is none. */
static void monitored(void **state)
{
	struct call_record *call = &bench->view.calls[0].record;
	int client = client_open();
	bench->view.call_count = 1;
	call->id = 7;
	call->wait_ms = 100;
	text_copy(call->to, sizeof(call->to), "8005551000");
	char *first = go_on(client, "monitor calls --json"), *once = ask(client, "show calls --json");
	assert_string_equal(first, once);
	free(first);
	first = go_on(client, "monitor calls --json");
	call->wait_ms = 60200;
	expect(client, GO_ON, '~', "");
	text_copy(call->to, sizeof(call->to), "8005551001");
	char *then = go_on(client, GO_ON);
	assert_non_null(strstr(then, "\"to\":\"8005551001\""));
	assert_non_null(strstr(then, "\"wait_ms\":60200"));
	expect(client, GO_ON, '~', "");
	free(first);
	free(once);
	free(then);
	close(client);
}

/* Enter at every question gives a box that can be committed and whose lines are plain. */
static void wizard(void **state)
{
	int client = client_open();
	expect(client, "wizard", '+',
	       "10 questions; an empty line takes what stands in brackets, \".\" ends.\n"
	       "1 of 10. Name of this box [belfry]\n");
	expect(client, "The \"box\"", '+', "2 of 10. Country, for tones (us, gb, de, fr, es, ...) [us]\n");
	client_send(client, "atlantis\n");
	char status;
	char *answer = client_answer(client, &status);
	assert_int_equal(status, '+');
	assert_memory_equal(answer, "country atlantis: expected one of ", 34);
	assert_non_null(strstr(answer, "\n2 of 10. Country"));
	free(answer);
	expect(client, "de", '+', "3 of 10. Time zone [Europe/Berlin]\n");
	expect(client, "", '+', "4 of 10. Trunk on span 1: e1 or t1 [e1]\n");
	expect(client, "", '+', NULL);
	expect(client, "", '+', "6 of 10. Telephones on the channel bank, span 2 (1 to 24) [8]\n");
	expect(client, "25", '+',
	       "expected a number from 1 to 24\n6 of 10. Telephones on the channel bank, span 2 (1 to 24) [8]\n");
	expect(client, "2", '+', "7 of 10. Name of the queue that calls come to [main]\n");
	expect(client, "sales", '+', "8 of 10. Agents of the queue (1 to 99) [2]\n");
	expect(client, "3", '+', NULL);
	expect(client, "8005551000", '+', "10 of 10. Prefix for calls to the outside [0]\n");
	expect(client, "", '0', NULL);
	expect(
	    client, "show configuration", '0',
	    "set system name \"The \\\"box\\\"\"\nset country de\nset timezone Europe/Berlin\n"
	    "set span 1 type e1\nset span 1 signalling pri-cpe\nset span 1 switch euroisdn\n"
	    "set span 2 type t1\nset span 2 signalling fxs\nset trunk main span 1\nset outside 0 trunk main\n"
	    "set port 2/1 extension 201\nset port 2/2 extension 202\n"
	    "set agent 101 pin ********\nset agent 101 port 2/1\nset agent 102 pin ********\nset agent 102 port 2/2\n"
	    "set agent 103 pin ********\nset queue sales strategy longest-idle\nset queue sales agent 101\n"
	    "set queue sales agent 102\nset queue sales agent 103\nset did 8005551000 queue sales\n");
	expect(client, "commit", '0', "commit complete\n");
	expect(client, "set country fr", '0', "");
	expect(client, "wizard", '1', "there are changes already: commit or discard them first\n");
	expect(client, "discard", '0', "");
	expect(client, "wizard", '+', NULL);
	expect(client, ".", '0', "nothing was changed\n");
	expect(client, "show | compare", '0', "");
	close(client);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, bench_set_up, bench_tear_down)
	const struct CMUnitTest tests[] = {TEST(set_and_commit),
	                                   TEST(failed_commits),
	                                   TEST(commit_that_cannot_be_saved),
	                                   TEST(warnings_are_shown),
	                                   TEST(commit_is_asynchronous),
	                                   TEST(client_leaves_during_commit),
	                                   TEST(client_leaves_while_its_command_waits),
	                                   TEST(two_editors),
	                                   TEST(abbreviations_and_mistakes),
	                                   TEST(actions_reach_control),
	                                   TEST(load_terminal),
	                                   TEST(filters),
	                                   TEST(completion),
	                                   TEST(hostile_input),
	                                   TEST(too_many_sessions),
	                                   TEST(slow_client),
	                                   TEST(second_server_is_refused),
	                                   TEST(socket_is_found_when_it_answers),
	                                   TEST(log_lines),
	                                   TEST(monitored),
	                                   TEST(arguments),
	                                   TEST(help_at_every_word),
	                                   TEST(wizard)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
