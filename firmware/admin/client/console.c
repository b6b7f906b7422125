#include "console.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MARK_END   '\x1e'
#define READ_BYTES 65536

struct console {
	int fd;
	char *text;
	size_t used, room;
};

struct console *console_open(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct console *console = calloc(1, sizeof(*console));
	if (!console || strlen(path) >= sizeof(address.sun_path)) {
		fprintf(stderr, "belfry: %s: the path of the console socket is too long\n", path);
		free(console);
		return NULL;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	console->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (console->fd >= 0 && !connect(console->fd, (struct sockaddr *)&address, sizeof(address)))
		return console;
	if (errno == ENOENT || errno == ECONNREFUSED)
		fprintf(stderr, "belfry: %s: nobody answers: is belfryd running?\n", path);
	else
		fprintf(stderr, "belfry: %s: %s\n", path, strerror(errno));
	console_close(console);
	return NULL;
}

void console_close(struct console *console)
{
	if (!console)
		return;
	if (console->fd >= 0)
		close(console->fd);
	free(console->text);
	free(console);
}

static bool send_all(struct console *console, const char *bytes, size_t count)
{
	while (count) {
		ssize_t sent = send(console->fd, bytes, count, MSG_NOSIGNAL);
		if (sent < 0 && errno != EINTR)
			return false;
		if (sent > 0) {
			bytes += sent;
			count -= (size_t)sent;
		}
	}
	return true;
}

/* The line that ends an answer is the last one that has come: nothing follows it unasked. */
static char *end_mark(struct console *console)
{
	if (console->used < 3 || console->text[console->used - 1] != '\n')
		return NULL;
	char *mark = memrchr(console->text, MARK_END, console->used);
	return mark && (mark == console->text || mark[-1] == '\n') ? mark : NULL;
}

static bool receive_more(struct console *console)
{
	if (console->room - console->used < READ_BYTES) {
		char *grown = realloc(console->text, console->room + 2 * READ_BYTES);
		if (!grown)
			return false;
		console->text = grown;
		console->room += 2 * READ_BYTES;
	}
	ssize_t count = recv(console->fd, console->text + console->used, READ_BYTES - 1, 0);
	if (count < 0 && errno == EINTR)
		return true;
	if (count <= 0)
		return false;
	console->used += (size_t)count;
	return true;
}

int console_ask(struct console *console, const char *line, const char **text)
{
	char *mark;
	console->used = 0;
	*text = "";
	if (!send_all(console, line, strlen(line)) || !send_all(console, "\n", 1))
		return -1;
	do {
		if (!receive_more(console))
			return -1;
	} while (!(mark = end_mark(console)));
	int status = mark[1] == '0' ? 0 : mark[1] == '+' ? CONSOLE_MORE : mark[1] == '~' ? CONSOLE_FOLLOW : 1;
	*mark = '\0';
	*text = console->text;
	return status;
}
