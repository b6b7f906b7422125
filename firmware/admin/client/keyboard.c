#include "keyboard.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static sigset_t waiting; /* what is blocked while a key is waited for */
static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
	interrupted = 1;
}

void keyboard_start(void)
{
	struct sigaction action = {.sa_handler = interrupt};
	sigset_t block;
	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigprocmask(SIG_BLOCK, &block, &waiting);
	sigdelset(&waiting, SIGINT);
	sigaction(SIGINT, &action, NULL);
	signal(SIGTSTP, SIG_IGN); /* the terminal would be left in raw mode */
}

int keyboard_byte(void)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	unsigned char byte;
	for (;;) {
		int ready = ppoll(&in, 1, NULL, &waiting);
		if (interrupted) {
			interrupted = 0;
			return -1;
		}
		if (ready < 0 && errno != EINTR)
			return -2;
		if (ready <= 0)
			continue;
		ssize_t count = read(STDIN_FILENO, &byte, 1);
		if (count == 1)
			return byte;
		if (count == 0 || errno != EINTR)
			return -2;
	}
}

bool keyboard_interrupted(void)
{
	static const struct timespec now = {0, 0};
	sigset_t interrupts;
	sigemptyset(&interrupts);
	sigaddset(&interrupts, SIGINT);
	return sigtimedwait(&interrupts, NULL, &now) == SIGINT;
}
