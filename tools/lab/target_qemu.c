/*
 * The targets `qemu` and `image`: a machine started by tools/qemu/run, whose console is typed on its serial port.
 *
 * The script gets BELFRY_LAB_DIR (put there: serial.sock, a stream socket to listen on; qemu.sock, its end of the wire,
 * whose other end is lab.sock), BELFRY_LAB_TARGET (qemu or image), BELFRY_LAB_DATE (unix seconds for -rtc) and
 * BELFRY_LAB_DISK (an overlay file that lives as long as the scenario's box; made when it is missing). It must become
 * QEMU by exec, so that a kill is a power cut.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target_private.h"

#define PROMPT_MARK '>'

static const char *script(void)
{
	const char *given = getenv("BELFRY_QEMU_RUN");
	return given ? given : "tools/qemu/run";
}

static int qemu_start(struct target *target, double unix_time, char *error, size_t size)
{
	char path[PATH_MAX], date[32], disk[TARGET_PATH_MAX + 16];
	snprintf(path, sizeof path, "%s", script());
	snprintf(date, sizeof date, "%.0f", unix_time);
	snprintf(disk, sizeof disk, "%s/overlay.img", target->folder);
	char *argv[] = {path, NULL};
	const char *const environment[][2] = {{"BELFRY_LAB_DIR", target->folder},
	                                      {"BELFRY_LAB_TARGET", target->kind == TARGET_QEMU ? "qemu" : "image"},
	                                      {"BELFRY_LAB_DATE", date},
	                                      {"BELFRY_LAB_DISK", disk},
	                                      {0}};
	return target_spawn(target, argv, environment, error, size);
}

/* A prompt is the last thing on the line and ends in "> ". */
static bool at_prompt(const struct target_console *console)
{
	return console->length >= 2 && console->bytes[console->length - 1] == ' ' &&
	       console->bytes[console->length - 2] == PROMPT_MARK;
}

/* Removes carriage returns, the echo of what was typed (the first line) and the prompt (the last). */
static void strip(struct target_console *console)
{
	char *to = console->bytes, *end = strrchr(console->bytes, '\n');
	if (end)
		end[1] = '\0';
	else
		console->bytes[0] = '\0';
	char *from = strchr(console->bytes, '\n');
	from = from ? from + 1 : console->bytes;
	for (; *from; from++)
		if (*from != '\r')
			*to++ = *from;
	*to = '\0';
	console->length = (size_t)(to - console->bytes);
}

static int qemu_console_open(struct target *target, char *error, size_t size)
{
	struct target_console *console = &target->console;
	if (console->fd < 0) {
		int r = target_console_connect(console, target->console_socket);
		if (r <= 0) {
			if (r < 0)
				snprintf(error, size, "serial port %s: %s", target->console_socket, strerror(-r));
			return r;
		}
	}
	ssize_t got = target_console_fill(console);
	if (got < 0) {
		snprintf(error, size, "serial port: %s", strerror((int)-got));
		return (int)got;
	}
	return at_prompt(console);
}

static int qemu_console_send(struct target *target, const char *line)
{
	int r = target_console_write(&target->console, line);
	return r ? r : target_console_write(&target->console, "\r");
}

/* The serial client ends a refused line's answer with "% ..." lines; its status is told by that. */
static int qemu_console_poll(struct target *target)
{
	struct target_console *console = &target->console;
	ssize_t got = target_console_fill(console);
	if (got < 0)
		return (int)got;
	if (!memchr(console->bytes ? console->bytes : "", '\n', console->length) || !at_prompt(console))
		return 0;
	strip(console);
	console->status = console->bytes[0] == '%' || strstr(console->bytes, "\n%") != NULL;
	console->complete = true;
	return 1;
}

static int qemu_terminate(struct target *target, char *error, size_t size)
{
	snprintf(error, size, "on this target the box is stopped by power_cut() only");
	return -ENOTSUP;
}

/* Killing QEMU was the power cut: its overlay holds what the guest had flushed. */
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
