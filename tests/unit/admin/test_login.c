/*
 * login NAME and passwords: what was wrong is counted for the user it was tried for, whatever else is tried between,
 * and over a restart; what takes long is done elsewhere; a password is never read as a command.
 */
#include "bench.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define NAMES 32

static int client;
static _Atomic bool bell_is_late; /* a worker rings only when its end is waited for */

/* The C library's, both. */
int eventfd_write(int fd, eventfd_t count)
{
	while (gettid() != getpid() && atomic_load(&bell_is_late))
		sched_yield();
	return write(fd, &count, sizeof(count)) == sizeof(count) ? 0 : -1;
}

int pthread_join(pthread_t thread, void **result)
{
	const struct timespec never = {.tv_sec = INT32_MAX};
	atomic_store(&bell_is_late, false);
	return pthread_timedjoin_np(thread, result, &never);
}

static char *answer(void)
{
	char status;
	return client_answer(client, &status);
}

/* What is said to a name and a password; "" if they are right. The caller frees. */
static char *try(const char *name, const char *password)
{
	char line[80];
	snprintf(line, sizeof(line), "login %s\n", name);
	client_send(client, line);
	char *text = answer();
	assert_string_equal(text, "password:\n");
	free(text);
	snprintf(line, sizeof(line), "%s\n", password);
	client_send(client, line);
	return answer();
}

static void is(const char *name, const char *password, const char *said)
{
	char *text = try(name, password);
	if (!strstr(text, said) || (!*said && *text))
		fail_msg("login %s: \"%s\", expected \"%s\"", name, text, said);
	free(text);
}

static void add_users(void)
{
	client = client_open();
	expect(client, "set user bob password correct-horse-9", '0', NULL);
	expect(client, "set user bob role administrator", '0', NULL);
	expect(client, "set user eve password battery-staple-9", '0', NULL);
	expect(client, "set user eve role viewer", '0', NULL);
	expect(client, "commit", '0', NULL);
}

static void made_up(const char *stem, int number)
{
	char name[24];
	snprintf(name, sizeof(name), "%s%d", stem, number);
	char *text = try(name, "wrong");
	assert_true(*text);
	free(text);
}

static void made_up_names_unlock_nobody(void **state)
{
	add_users();
	for (int i = 0; i < NAMES; i++)
		made_up("x", i);
	is("bob", "guess", "wrong user or password");
	is("bob", "guess", "wrong user or password");
	made_up("y", 1);
	is("bob", "guess", "wrong user or password");
	made_up("y", 2);
	is("bob", "correct-horse-9", "login bob: locked after 3 wrong passwords");
	is("eve", "battery-staple-9", ""); /* strangers' names lock no user */
}

static void right_one_begins_anew(void **state)
{
	add_users();
	is("eve", "guess", "wrong user or password");
	is("eve", "guess", "wrong user or password");
	is("eve", "battery-staple-9", "");
	is("bob", "guess", "wrong user or password");
	is("bob", "guess", "wrong user or password");
	is("bob", "correct-horse-9", "");
	is("eve", "guess", "wrong user or password");
	is("eve", "battery-staple-9", "");
}

static void strangers_are_locked_together(void **state)
{
	add_users();
	for (int i = 0; i < 3; i++)
		made_up("x", i);
	is("y", "wrong", "login y: locked after 3 wrong passwords");
}

static void restart(void)
{
	close(client);
	bench_restart();
	client = client_open();
}

/* Neither what was counted nor a lock is forgotten; a lock is never longer than it was. */
static void locks_survive_a_restart(void **state)
{
	add_users();
	is("bob", "guess", "wrong user or password");
	is("bob", "guess", "wrong user or password");
	is("eve", "guess", "wrong user or password");
	restart();
	is("bob", "guess", "wrong user or password");
	restart();
	is("bob", "correct-horse-9", "login bob: locked after 3 wrong passwords, for 30 s still");
	is("eve", "battery-staple-9", "");
	restart();
	is("eve", "guess", "wrong user or password"); /* the right one was remembered, too */
	is("eve", "guess", "wrong user or password");
	is("eve", "battery-staple-9", "");
	for (int i = 0; i < 3; i++)
		made_up("x", i);
	restart();
	is("z", "wrong", "login z: locked after 3 wrong passwords");
}

static void put_locks(const char *text)
{
	char path[120];
	snprintf(path, sizeof(path), "%s/login-locks", bench->folder);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* A clock without battery, a file that somebody wrote into: no lock for ever, no crash. */
static void damaged_locks(void **state)
{
	add_users();
	put_locks("strangers 3 18446744073709551615\nlock bob 4 18446744073709551615\nlock nobody 9 1\n");
	restart();
	is("bob", "correct-horse-9", "locked after 4 wrong passwords, for 60 s still");
	is("z", "wrong", "locked after 3 wrong passwords, for 30 s still");
	put_locks("lock bob\n\x01\x02 lock\nlock bob x y\nlock \"bob 3\nstrangers -1 4\n");
	restart();
	is("bob", "correct-horse-9", "");
}

/* A script sends the name and the password without looking at what is said to the name. */
static void password_is_no_command(void **state)
{
	static const char *const names[] = {"bob", "nobody-here", "\"\"", "a b",
	                                    "a-name-that-is-much-too-long-to-be-one"};
	add_users();
	for (int i = 0; i < 3; i++)
		is("bob", "guess", "wrong user or password");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *text = try(names[i], "set system name secret");
		assert_non_null(strstr(text, "login"));
		free(text);
	}
	expect(client, "show | compare", '0', "");
	char *audit = ask(client, "show audit");
	assert_non_null(strstr(audit, "refused: login bob"));
	assert_null(strstr(audit, "secret"));
	free(audit);
}

/* Each of many has its turn, a commit and what others type meanwhile do not wait, and a lock counts at once. */
static void many_at_once(void **state)
{
	enum { MANY = 8 };
	int clients[MANY], other = client_open();
	char status;
	add_users();
	expect(other, "set system name many", '0', "");
	bench->hold = true;
	client_send(other, "commit\n");
	for (int i = 0; i < MANY; i++) {
		clients[i] = client_open();
		client_send(clients[i], "login bob\n");
		free(client_answer(clients[i], &status));
		client_send(clients[i], "guess-again\n");
	}
	expect(client, "show configuration user bob role", '0', "set user bob role administrator\n");
	assert_true(admin_works(bench->admin)); /* that did not wait for them */
	int wrong = 0, locked = 0;
	for (int i = 0; i < MANY; i++) {
		char *text = client_answer(clients[i], &status);
		wrong += strstr(text, "wrong user or password") != NULL;
		locked += strstr(text, "locked after 3 wrong passwords") != NULL;
		free(text);
		close(clients[i]);
	}
	assert_int_equal(wrong, 3);
	assert_int_equal(locked, MANY - 3);
	bench_release();
	bench_settle();
	char *text = client_answer(other, &status);
	assert_string_equal(text, "commit complete\n");
	free(text);
	close(other);
}

/* Somebody whose line drops while the password is checked, and a box that is stopped then. */
static void gone_meanwhile(void **state)
{
	add_users();
	for (int i = 0; i < 3; i++) {
		int gone = client_open();
		client_send(gone, "login eve\nbattery-staple-9\n");
		close(gone);
		bench_settle();
	}
	client_send(client, "set user eve password another-one-9\n");
	close(client);
	client = client_open();
	is("eve", "battery-staple-9", "");
	client_send(client, "login bob\nguess\n");
	restart(); /* with the check under way */
	is("bob", "correct-horse-9", "");
}

static bool anything_to_do(void)
{
	struct actor *actor = admin_actor(bench->admin);
	struct pollfd fds[ACTOR_POLL_MAX];
	return poll(fds, (nfds_t)actor->poll_fds(actor->self, fds, ACTOR_POLL_MAX), 0) != 0;
}

/* The end of a check may be seen before its bell is rung, which then wakes the console once and not for ever. */
static void bell_that_comes_late(void **state)
{
	add_users();
	atomic_store(&bell_is_late, true);
	client_send(client, "login eve\nbattery-staple-9\n");
	while (admin_works(bench->admin))
		bench_settle();
	assert_false(atomic_load(&bell_is_late));
	assert_false(anything_to_do());
}

static void typed(const char *line, char status, const char *said)
{
	expect(client, line, status, said);
}

/* set user NAME password: asked for twice, shown nowhere. */
static void password_asked_for(void **state)
{
	add_users();
	typed("set user bob password", '+', "new password:\n");
	typed("short", '1', "user bob password: expected a password of 8 to 63 characters\n");
	typed("set user bob password", '+', "new password:\n");
	typed("a new one, \"9\"", '+', "the same password again:\n");
	typed("a new one, \"8\"", '1', "user bob password: the two differ: nothing is set\n");
	typed("show | compare", '0', "");
	typed("set user bob password", '+', "new password:\n");
	typed("a new one, \"9\"", '+', "the same password again:\n");
	typed("a new one, \"9\"", '0', "");
	typed("show | compare", '0', "- user bob password ********\n+ user bob password ********\n");
	typed("commit", '0', "commit complete\n");
	is("bob", "correct-horse-9", "wrong user or password");
	is("bob", "a new one, \"9\"", "");
	char *audit = ask(client, "show audit");
	assert_null(strstr(audit, "a new"));
	assert_non_null(strstr(audit, "done: set user bob password\n"));
	free(audit);
}

/* In a table of lines, too; wrong lines are named as ever, nothing of it is taken then. */
static void passwords_in_lines(void **state)
{
	add_users();
	typed("load terminal", '+', NULL);
	typed("user ann password \"battery # staple\"", '+', "");
	typed("# set user no password comment-only", '+', "");
	typed("set user ann role viewer", '+', "");
	typed("set user ann roll viewer", '+', "");
	char *text;
	client_send(client, ".\n");
	text = answer();
	assert_non_null(strstr(text, "line 4: user ann roll"));
	free(text);
	typed("show | compare", '0', "");
	typed("load terminal", '+', NULL);
	typed("user ann password \"battery # staple\"", '+', "");
	typed("set user ann role viewer", '+', "");
	typed(".", '0', "");
	typed("commit", '0', "commit complete\n");
	is("ann", "battery # staple", "");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, bench_set_up, bench_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(made_up_names_unlock_nobody),
	                                   TEST(right_one_begins_anew),
	                                   TEST(strangers_are_locked_together),
	                                   TEST(locks_survive_a_restart),
	                                   TEST(damaged_locks),
	                                   TEST(password_is_no_command),
	                                   TEST(many_at_once),
	                                   TEST(gone_meanwhile),
	                                   TEST(bell_that_comes_late),
	                                   TEST(password_asked_for),
	                                   TEST(passwords_in_lines)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
