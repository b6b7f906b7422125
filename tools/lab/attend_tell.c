/* The other end of attend_lines.c: lines from a command, a pipe or a person's keyboard. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "attend.h"
#include "target_private.h"

#define PROMPT "lab> "

static int knock(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fits = snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	if (fd >= 0 && fits > 0 && (size_t)fits < sizeof address.sun_path &&
	    connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	fprintf(stderr, "belfry-lab: no telephones answer at %s: %s\n", path,
	        fd >= 0 && (size_t)fits >= sizeof address.sun_path ? "the name is too long" : strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool send_all(int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t sent = send(fd, text, length, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return false;
		text += sent;
		length -= (size_t)sent;
	}
	return true;
}

/* Prints the answer: its status, or -1 when the other end is gone. */
static int print_answer(int fd)
{
	char bytes[4096];
	bool ended = false;
	for (;;) {
		ssize_t got = recv(fd, bytes, sizeof bytes, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		for (ssize_t i = 0; i < got; i++) {
			if (ended)
				return fflush(stdout) ? -1 : bytes[i] != '0';
			ended = bytes[i] == '\0';
			if (!ended)
				putchar(bytes[i]);
		}
	}
}

static int tell(int fd, const char *line, size_t length)
{
	if (length > ATTEND_LINE_MAX - 1) {
		fprintf(stderr, "belfry-lab: a line has at most %d characters\n", ATTEND_LINE_MAX - 1);
		return 1;
	}
	int status = send_all(fd, line, length) && send_all(fd, "\n", 1) ? print_answer(fd) : -1;
	if (status >= 0)
		return status;
	fputs("belfry-lab: the machine and its telephones are gone\n", stderr);
	return 2;
}

static int tell_input(int fd)
{
	bool person = isatty(STDIN_FILENO);
	char *line = NULL;
	size_t room = 0;
	int status = 0;
	for (;;) {
		if (person)
			fputs(PROMPT, stdout);
		fflush(stdout);
		ssize_t length = getline(&line, &room, stdin);
		if (length < 0)
			break;
		if (length && line[length - 1] == '\n')
			line[--length] = '\0';
		int r = length ? tell(fd, line, (size_t)length) : 0;
		status = r ? r : status;
		if (r == 2 || (r && !person))
			break;
	}
	free(line);
	return status;
}

int attend_tell(const char *socket, const char *line)
{
	char beside[4096];
	if (!socket && target_program_path(beside, sizeof beside, ATTEND_TELL_NAME, NULL) == 0)
		socket = beside;
	int fd = socket ? knock(socket) : -1;
	if (fd < 0)
		return 2;
	int status = line ? tell(fd, line, strcspn(line, "\n")) : tell_input(fd);
	close(fd);
	return status;
}
