/* The console session's socket: lines out, bytes in. How an answer ends is the target's own business. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "target_private.h"

#define CONSOLE_READ_BYTES 65536u

void target_console_reset(struct target_console *console)
{
	console->length = 0;
	console->complete = false;
	console->status = 0;
	if (console->bytes)
		console->bytes[0] = '\0';
}

void target_console_close(struct target_console *console)
{
	if (console->fd >= 0)
		close(console->fd);
	console->fd = -1;
	free(console->bytes);
	console->bytes = NULL;
	console->room = 0;
	target_console_reset(console);
}

int target_console_connect(struct target_console *console, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address.sun_path)
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof address)) {
		int error = errno;
		close(fd);
		return error == ENOENT || error == ECONNREFUSED || error == EAGAIN ? 0 : -error;
	}
	target_console_close(console);
	console->fd = fd;
	return 1;
}

int target_console_write(struct target_console *console, const char *text)
{
	size_t left = strlen(text);
	while (left) {
		ssize_t sent = send(console->fd, text, left, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return -errno;
		text += sent;
		left -= (size_t)sent;
	}
	return 0;
}

static int make_room(struct target_console *console)
{
	if (console->room - console->length > CONSOLE_READ_BYTES)
		return 0;
	size_t room = console->room * 2 + 2 * CONSOLE_READ_BYTES;
	char *bytes = realloc(console->bytes, room);
	if (!bytes)
		return -ENOMEM;
	console->bytes = bytes;
	console->room = room;
	return 0;
}

ssize_t target_console_fill(struct target_console *console)
{
	if (console->fd < 0)
		return -EPIPE;
	int r = make_room(console);
	if (r)
		return r;
	ssize_t got = recv(console->fd, console->bytes + console->length, CONSOLE_READ_BYTES, MSG_DONTWAIT);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (got == 0)
		return -EPIPE;
	console->length += (size_t)got;
	console->bytes[console->length] = '\0';
	return got;
}
