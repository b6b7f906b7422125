/*
 * The targets `qemu` and `image`: a machine started by tools/qemu/run, whose console is typed on its serial port.
 *
 * The script becomes QEMU by exec, so that a kill is a power cut. It is tools/qemu/run of the tree in which this
 * program was built (or BELFRY_QEMU_RUN), its guest the folder qemu beside this program (or BELFRY_QEMU_GUEST).
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "target_private.h"

#define PROMPT       "> "
#define PAGER_PROMPT "-- more: blank, Enter, q --"

/* The first of the names beside this program that exists. */
static int find(char *path, size_t size, const char *variable, const char *const *places)
{
	for (; *places; places++)
		if (target_program_path(path, size, *places, variable) == 0 && access(path, R_OK) == 0)
			return 0;
	return -ENOENT;
}

static int qemu_start(struct target *target, double unix_time, char *error, size_t size)
{
	static const char *const runs[] = {"../tools/qemu/run", "../../tools/qemu/run", "../../../tools/qemu/run",
	                                   NULL};
	static const char *const guests[] = {"qemu", "../qemu", "../../qemu", NULL};
	char script[PATH_MAX], guest[PATH_MAX], serial[TARGET_PATH_MAX + 32], clock[64];
	if (find(script, sizeof script, "BELFRY_QEMU_RUN", runs) ||
	    find(guest, sizeof guest, "BELFRY_QEMU_GUEST", guests)) {
		snprintf(error, size, "there is no guest to boot: make qemu-guest first");
		return -ENOENT;
	}
	snprintf(serial, sizeof serial, "unix:%s,server=on,wait=off", target->console_socket);
	struct tm tm;
	time_t seconds = (time_t)unix_time;
	if (!gmtime_r(&seconds, &tm) || !strftime(clock, sizeof clock, "base=%Y-%m-%dT%H:%M:%S", &tm)) {
		snprintf(error, size, "the date cannot be told to QEMU");
		return -ERANGE;
	}
	char *argv[] = {script, guest, "-rtc", clock, NULL};
	const char *const environment[][2] = {{"BELFRY_NET_LOCAL", target->box_socket},
	                                      {"BELFRY_NET_REMOTE", target->lab_socket},
	                                      {"BELFRY_SERIAL", serial},
	                                      {"BELFRY_SPANS", target->spans[0] ? target->spans : "1:31,2:24"},
	                                      {0}};
	return target_spawn(target, argv, environment, error, size);
}

static bool ends_with(const struct target_console *console, const char *end)
{
	size_t length = strlen(end);
	return console->length >= length && memcmp(console->bytes + console->length - length, end, length) == 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\r' || c == '\n' || c == '\b';
}

/* Where the echo of what was typed ends, or NULL. A long line may have been broken: blanks do not count. */
static char *after_echo(char *bytes, const char *typed)
{
	for (char *begin = bytes; *begin; begin++) {
		char *at = begin;
		const char *wanted = typed;
		for (; *wanted && (*at == *wanted || is_blank(*at) || is_blank(*wanted));) {
			bool same = *at == *wanted;
			if (same || is_blank(*wanted))
				wanted++;
			if (*at && (same || is_blank(*at)))
				at++;
		}
		if (!*wanted && at > begin)
			return at;
	}
	return NULL;
}

/* Leaves the answer, which stands between the echo's line and the prompt's, without the pager's questions. */
static void strip(struct target_console *console, char *from)
{
	char *last = strrchr(console->bytes, '\n'), *to = console->bytes;
	last[1] = '\0';
	for (char *more; (more = strstr(from, PAGER_PROMPT));)
		memset(more, '\r', strlen(PAGER_PROMPT));
	for (from = strchr(from, '\n') + 1; *from; from++) {
		/* "\r   \r" is how the pager wipes its question away */
		size_t blanks = *from == '\r' ? strspn(from + 1, " ") : 0;
		if (blanks > 1 && from[1 + blanks] == '\r')
			from += blanks + 1;
		else if (*from != '\r')
			*to++ = *from;
	}
	*to = '\0';
	console->length = (size_t)(to - console->bytes);
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* On the serial port a person reads, and no status is sent: it is told by what each kind of line answers when it works.
 */
static int status_of(const char *line, const char *answer)
{
	if (begins(line, "set ") || begins(line, "delete ") || begins(line, "discard"))
		return answer[0] != '\0';
	if (begins(line, "commit"))
		return !strstr(answer, "commit complete") && !strstr(answer, "no changes") &&
		       !strstr(answer, "can be committed");
	if (strstr(line, "--json"))
		return answer[0] != '[' && answer[0] != '{';
	return begins(answer, "unknown command");
}

static int qemu_console_open(struct target *target, char *error, size_t size)
{
	struct target_console *console = &target->console;
	if (console->fd < 0) {
		int r = target_console_connect(console, target->console_socket);
		if (r < 0)
			snprintf(error, size, "serial port %s: %s", target->console_socket, strerror(-r));
		if (r <= 0)
			return r;
	}
	ssize_t got = target_console_fill(console);
	if (got < 0) {
		snprintf(error, size, "serial port: %s", strerror((int)-got));
		return (int)got;
	}
	return ends_with(console, PROMPT);
}

static int qemu_console_send(struct target *target, const char *line)
{
	int r = target_console_write(&target->console, line);
	return r ? r : target_console_write(&target->console, "\r");
}

static int qemu_console_poll(struct target *target)
{
	struct target_console *console = &target->console;
	ssize_t got = target_console_fill(console);
	if (got < 0)
		return (int)got;
	if (got > 0 && ends_with(console, PAGER_PROMPT))
		target_console_write(console, " ");
	char *echoed = console->length && ends_with(console, PROMPT) ? after_echo(console->bytes, target->asked) : NULL;
	if (!echoed || !strchr(echoed, '\n'))
		return 0;
	strip(console, echoed);
	console->status = status_of(target->asked, console->bytes);
	console->complete = true;
	return 1;
}

static int qemu_terminate(struct target *target, char *error, size_t size)
{
	snprintf(error, size, "on this target the box is stopped by power_cut() only");
	return -ENOTSUP;
}

/* Killing QEMU was the power cut: what its disk holds is what the guest had flushed. */
static int qemu_power_cut(struct target *target, char *error, size_t size)
{
	return 0;
}

static int qemu_disk(struct target *target, enum target_disk disk, char *error, size_t size)
{
	snprintf(error, size, "disk faults are for the host target");
	return -ENOTSUP;
}

static int qemu_second(struct target *target, char *text, size_t size)
{
	snprintf(text, size, "a second program is for the host target");
	return -ENOTSUP;
}

const struct target_ops target_qemu_ops = {
    .start = qemu_start,
    .terminate = qemu_terminate,
    .power_cut = qemu_power_cut,
    .disk = qemu_disk,
    .second = qemu_second,
    .console_open = qemu_console_open,
    .console_send = qemu_console_send,
    .console_poll = qemu_console_poll,
};
