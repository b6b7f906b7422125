/*
 * The keys of the client, on a terminal of their own: Ctrl-C is heard also when it throws away the key that was seen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "admin/client/keyboard.h"

#define CTRL_C   "\x03"
#define HANGS_S  120
#define WATCH_MS 5000

static int keyboard;    /* whose keys the terminal sends */
static bool interrupts; /* Ctrl-C comes between the look for a key and its reading */

static void press(const char *key)
{
	if (write(keyboard, key, 1) != 1)
		_exit(2);
}

static void interrupt(void)
{
	sigset_t pending;
	press(CTRL_C);
	do
		sigpending(&pending);
	while (!sigismember(&pending, SIGINT));
}

/* The C library's, but for what may happen right before it. */
ssize_t read(int fd, void *bytes, size_t count)
{
	if (interrupts) {
		interrupts = false;
		interrupt();
	}
	return syscall(SYS_read, fd, bytes, count);
}

/* Goes on at a new terminal that gives every key at once, without echo. */
static void take_terminal(void)
{
	struct termios modes = {0};
	int terminal;
	cfmakeraw(&modes);
	modes.c_cflag |= CREAD;
	modes.c_lflag |= ISIG;
	modes.c_cc[VINTR] = CTRL_C[0];
	modes.c_cc[VMIN] = 1;
	if (openpty(&keyboard, &terminal, NULL, &modes, NULL) || login_tty(terminal))
		_exit(2);
	interrupts = true;
}

static int bytes_read(void)
{
	keyboard_start();
	press("a");
	int first = keyboard_byte();
	press("b");
	return first == -1 && keyboard_byte() == 'b' ? 0 : 1;
}

static int watched(void)
{
	keyboard_watch_begin();
	press("a");
	if (!keyboard_watch(WATCH_MS) && !keyboard_watch(WATCH_MS))
		return 1;
	press("b");
	if (keyboard_watch(WATCH_MS))
		return 1;
	press("q");
	return keyboard_watch(WATCH_MS) ? 0 : 1;
}

/* A terminal is taken by a process; one that hangs is ended. */
static void at_terminal(int (*what)(void))
{
	int status = 0;
	pid_t child = fork();
	if (child == 0) {
		take_terminal();
		alarm(HANGS_S);
		_exit(what());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void interrupted_before_a_byte_is_read(void **state)
{
	at_terminal(bytes_read);
}

static void interrupted_before_a_watched_key_is_read(void **state)
{
	at_terminal(watched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(interrupted_before_a_byte_is_read),
	                                   cmocka_unit_test(interrupted_before_a_watched_key_is_read)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
