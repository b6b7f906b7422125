#include "keyboard.h"

#include <errno.h>
#include <fcntl.h>
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

/*
 * Ctrl-C throws away what was typed before it: the key that poll() has seen may be gone when it is read, and a read()
 * that waits then does so with SIGINT blocked. Hence keys of the terminal that can interrupt us are read without
 * waiting, from a description of our own: standard input's is shared with the shell.
 */
static int keys(void)
{
	static int own = -1;
	if (own < 0 && tcgetsid(STDIN_FILENO) == getsid(0))
		own = open("/dev/tty", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return own < 0 ? STDIN_FILENO : own;
}

/* 1: a key; 0: there is none any more; -1: the end of input. */
static int read_key(char *key)
{
	ssize_t count = read(keys(), key, 1);
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return count == 1 ? 1 : -1;
}

int keyboard_byte(void)
{
	struct pollfd in = {.fd = keys(), .events = POLLIN};
	char key;
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
		int count = read_key(&key);
		if (count)
			return count > 0 ? (unsigned char)key : -2;
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
	struct pollfd in = {.fd = keys(), .events = POLLIN};
	struct timespec most = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
	char key = 0;
	int ready = ppoll(&in, watching ? 1 : 0, &most, &waiting);
	if (interrupted || keyboard_interrupted()) {
		interrupted = 0;
		return true;
	}
	if (ready <= 0)
		return false;
	return read_key(&key) < 0 || key == 'q' || key == 'Q';
}
