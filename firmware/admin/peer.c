/*
 * Who is at the other end of a console connection.
 */
#include "admin/internal.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

/* /proc/PID/stat: the terminal is the fifth field behind the name in brackets. */
static void terminal_of(pid_t pid, char *from, size_t size)
{
	char path[40], line[512];
	unsigned terminal = 0;
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "re");
	const char *fields = file && fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	if (!fields || sscanf(fields, ") %*c %*d %*d %*d %u", &terminal) != 1)
		terminal = 0;
	if (file)
		fclose(file);
	unsigned major = (terminal >> 8) & 0xfff, minor = (terminal & 0xff) | ((terminal >> 12) & 0xfff00);
	if (major >= 136 && major <= 143)
		snprintf(from, size, "pts/%u", (major - 136) * 256 + minor);
	else if (major == 4 && minor >= 64)
		snprintf(from, size, "ttyS%u", minor - 64);
	else if (major == 4)
		snprintf(from, size, "tty%u", minor);
	else if (terminal)
		snprintf(from, size, "tty %u:%u", major, minor);
	else
		text_copy(from, size, "program");
}

void peer_name(int fd, char *user, size_t user_size, char *from, size_t from_size)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	struct passwd entry, *found = NULL;
	char room[1024];
	text_copy(user, user_size, "unknown");
	text_copy(from, from_size, "unknown");
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return;
	terminal_of(peer.pid, from, from_size);
	if (getpwuid_r(peer.uid, &entry, room, sizeof(room), &found) || !found)
		snprintf(user, user_size, "uid %u", peer.uid);
	else
		text_copy(user, user_size, entry.pw_name);
}
