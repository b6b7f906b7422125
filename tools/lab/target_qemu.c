/*
 * The target `qemu`: a machine started by tools/qemu/run, whose console is typed on its serial port.
 *
 * When the box's program is stopped or killed the guest switches itself off, when the power is cut QEMU is killed; the
 * disk stays. A start is another machine with that disk.
 *
 * The script becomes QEMU by exec, so that a kill is a power cut. It is tools/qemu/run of the tree in which this
 * program was built (or BELFRY_QEMU_RUN), its guest the folder qemu beside this program (or BELFRY_QEMU_GUEST).
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "target_private.h"

#define KILL_WALL_MS 30000
#define SLOW_WRITES  "20"   /* a second */
#define MORE_PROMPT  "... " /* a question of the wizard, a paste */
#define PAGER_PROMPT "-- more: blank, Enter, q --"

/* The first of the names beside this program that exists. */
int machine_find(char *path, size_t size, const char *variable, const char *const *places)
{
	for (; *places; places++)
		if (target_program_path(path, size, *places, variable) == 0 && access(path, R_OK) == 0)
			return 0;
	return -ENOENT;
}

int machine_date(char *date, size_t room, double unix_time, char *error, size_t size)
{
	struct tm tm;
	time_t seconds = (time_t)unix_time;
	if (gmtime_r(&seconds, &tm) && strftime(date, room, "%Y-%m-%dT%H:%M:%S", &tm))
		return 0;
	snprintf(error, size, "the date cannot be told to QEMU");
	return -ERANGE;
}

void machine_serial(const struct target *target, char *words, size_t size)
{
	snprintf(words, size, "unix:%s,server=on,wait=off,logfile=%s,logappend=on", target->console_socket,
	         target->serial_log);
}

static int qemu_start(struct target *target, double unix_time, char *error, size_t size)
{
	static const char *const runs[] = {"../tools/qemu/run", "../../tools/qemu/run", "../../../tools/qemu/run",
	                                   NULL};
	static const char *const guests[] = {"qemu", "../qemu", "../../qemu", NULL};
	char script[PATH_MAX], guest[PATH_MAX], disk[PATH_MAX], serial[2 * TARGET_PATH_MAX + 64], date[64], clock[80];
	if (machine_find(script, sizeof script, "BELFRY_QEMU_RUN", runs) ||
	    machine_find(guest, sizeof guest, "BELFRY_QEMU_GUEST", guests)) {
		snprintf(error, size, "there is no guest to boot: make qemu-guest first");
		return -ENOENT;
	}
	machine_serial(target, serial, sizeof serial);
	int r = machine_date(date, sizeof date, unix_time, error, size);
	if (!r)
		r = guest_disk_make(target, disk, sizeof disk, error, size);
	if (r)
		return r;
	snprintf(clock, sizeof clock, "base=%s", date);
	unlink(target->control_socket);
	unlink(target->monitor_socket);
	char *argv[] = {script, guest, "-rtc", clock, NULL};
	const char *const environment[][2] = {{"BELFRY_NET_LOCAL", target->box_socket},
	                                      {"BELFRY_NET_REMOTE", target->lab_socket},
	                                      {"BELFRY_SERIAL", serial},
	                                      {"BELFRY_DATA_DISK", disk},
	                                      {"BELFRY_CONTROL", target->control_socket},
	                                      {"BELFRY_MONITOR", target->monitor_socket},
	                                      {"BELFRY_SPANS", target->spans[0] ? target->spans : "1:31,2:24"},
	                                      {0}};
	return target_spawn(target, argv, environment, error, size);
}

bool machine_console_ends(const struct target_console *console, const char *end)
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
	if (!*typed)
		return bytes;
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

int machine_console_fill(struct target *target, char *error, size_t size)
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
	return 1;
}

static int qemu_console_open(struct target *target, char *error, size_t size)
{
	int r = machine_console_fill(target, error, size);
	return r > 0 ? machine_console_ends(&target->console, MACHINE_PROMPT) : r;
}

int machine_console_send(struct target *target, const char *line)
{
	int r = target_console_write(&target->console, line);
	return r ? r : target_console_write(&target->console, "\r");
}

int machine_console_poll(struct target *target)
{
	struct target_console *console = &target->console;
	ssize_t got = target_console_fill(console);
	if (got < 0)
		return (int)got;
	if (got > 0 && machine_console_ends(console, PAGER_PROMPT))
		target_console_write(console, " ");
	bool waits = machine_console_ends(console, MACHINE_PROMPT) || machine_console_ends(console, MORE_PROMPT);
	char *echoed = waits ? after_echo(console->bytes, target->asked) : NULL;
	if (!echoed || !strchr(echoed, '\n'))
		return 0;
	strip(console, echoed);
	console->status = status_of(target->asked, console->bytes);
	console->complete = true;
	return 1;
}

static int qemu_terminate(struct target *target, char *error, size_t size)
{
	if (!target_alive(target)) {
		snprintf(error, size, "the box is off");
		return -ESRCH;
	}
	return guest_order(target, target->control_socket, "stop", error, size);
}

/* The guest ends as soon as its belfryd has been killed; in lab time that is at once. */
static void qemu_kill(struct target *target)
{
	char error[256];
	if (guest_order(target, target->control_socket, "kill", error, sizeof error))
		return;
	for (int waited = 0; target_alive(target) && waited < KILL_WALL_MS; waited += 20)
		nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
}

/* Killing QEMU was the power cut: what the guest had not yet written to its disk is gone. */
static int qemu_power_cut(struct target *target, char *error, size_t size)
{
	return 0;
}

int machine_disk_speed(struct target *target, const char *drive, enum target_disk disk, char *error, size_t size)
{
	char order[80];
	snprintf(order, sizeof order, "block_set_io_throttle %s 0 0 0 %s 0 0", drive,
	         disk == TARGET_DISK_SLOW ? SLOW_WRITES : "0");
	return guest_order(target, target->monitor_socket, order, error, size);
}

static int qemu_disk(struct target *target, enum target_disk disk, char *error, size_t size)
{
	int r = machine_disk_speed(target, "data", disk, error, size);
	if (r)
		return r;
	return guest_order(target, target->control_socket, disk == TARGET_DISK_FULL ? "disk full" : "disk ok", error,
	                   size);
}

static int qemu_second(struct target *target, char *text, size_t size)
{
	snprintf(text, size,
	         "box.second() is for the host target: a machine has one belfryd, and nothing else can reach its data");
	return -ENOTSUP;
}

const struct target_ops target_qemu_ops = {
    .start = qemu_start,
    .terminate = qemu_terminate,
    .kill = qemu_kill,
    .power_cut = qemu_power_cut,
    .disk = qemu_disk,
    .second = qemu_second,
    .console_open = qemu_console_open,
    .console_send = machine_console_send,
    .console_poll = machine_console_poll,
};
