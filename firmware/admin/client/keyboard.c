#include "keyboard.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
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
	sigprocmask(SIG_BLOCK, &block, &waiting); /* a second start finds it blocked: */
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
		/* What is typed behind Ctrl-C may be there already; then ppoll() has not let the signal through. */
		if (interrupted || keyboard_interrupted()) {
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

static struct termios kept;
static bool watching, hooked;

/* However the program ends, the terminal is as it was. */
void keyboard_watch_end(void)
{
	if (watching)
		tcsetattr(STDIN_FILENO, TCSANOW, &kept);
	watching = false;
}

void keyboard_watch_begin(void)
{
	struct termios raw;
	keyboard_start();
	if (watching || !isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &kept))
		return;
	if (!hooked)
		atexit(keyboard_watch_end);
	hooked = watching = true;
	raw = kept;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

bool keyboard_watch(unsigned ms)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	struct timespec most = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
	char key = 0;
	int ready = ppoll(&in, watching ? 1 : 0, &most, &waiting);
	if (interrupted) {
		interrupted = 0;
		return true;
	}
	if (ready <= 0)
		return false;
	ssize_t count = read(STDIN_FILENO, &key, 1);
	return count == 0 || (count < 0 && errno != EINTR) || key == 'q' || key == 'Q';
}
