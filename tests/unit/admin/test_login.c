/*
 * login NAME: passwords that were wrong are counted for the user they were tried for, whatever else is tried between.
 */
#include "bench.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES 32

static int client;

/* The password is checked on a thread of its own: until it has ended. */
static char *answer(void)
{
	struct actor *actor = admin_actor(bench->admin);
	struct pollfd fds[ACTOR_POLL_MAX];
	char status = 0, *text = client_answer(client, &status);
	while (!status) {
		int count = actor->poll_fds(actor->self, fds, ACTOR_POLL_MAX);
		assert_true(poll(fds, (nfds_t)count, -1) > 0 || errno == EINTR);
		bench_settle();
		free(text);
		text = client_answer(client, &status);
	}
	return text;
}

/* What is said to a name and a password; "" if they are right. The caller frees. */
static char *try(const char *name, const char *password)
{
	char line[80], *text;
	snprintf(line, sizeof(line), "login %s\n", name);
	client_send(client, line);
	text = answer();
	if (strncmp(text, "password:", 9) != 0)
		return text;
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
	char name[24], *text;
	snprintf(name, sizeof(name), "%s%d", stem, number);
	text = try(name, "wrong");
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

#define TEST(function) cmocka_unit_test_setup_teardown(function, bench_set_up, bench_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(made_up_names_unlock_nobody), TEST(right_one_begins_anew),
	                                   TEST(strangers_are_locked_together)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
