/* What all targets share: their process, their log, and the way to the one that was asked for. */
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target_private.h"

#define SAID_BYTES 250u

bool target_put_path(char *path, size_t size, const char *folder, const char *name)
{
	int n = snprintf(path, size, "%s/%s", folder, name);
	return n > 0 && (size_t)n < size;
}

int target_new(struct target **out, const struct target_settings *settings, char *error, size_t size)
{
	struct target *t = calloc(1, sizeof *t);
	if (!t)
		return -ENOMEM;
	static const struct target_ops *const ops[] = {[TARGET_HOST] = &target_host_ops,
	                                               [TARGET_QEMU] = &target_qemu_ops,
	                                               [TARGET_IMAGE] = &target_image_ops,
	                                               [TARGET_ATTENDED] = &target_attended_ops};
	t->ops = ops[settings->kind];
	t->kind = settings->kind;
	t->real_time = settings->real_time;
	snprintf(t->asound, sizeof t->asound, "%s", settings->asound ? settings->asound : "");
	t->power_cut_log = settings->power_cut_log;
	t->disk_faults = settings->disk_faults;
	t->console.fd = -1;
	snprintf(t->folder, sizeof t->folder, "%s", settings->folder);
	snprintf(t->data, sizeof t->data, "%s", settings->data);
	snprintf(t->spans, sizeof t->spans, "%s", settings->spans);
	bool fits = target_put_path(t->lab_socket, sizeof t->lab_socket, settings->folder, "lab.sock") &&
	            target_put_path(t->log, sizeof t->log, settings->folder, "belfryd.log") &&
	            target_put_path(t->box_socket, sizeof t->box_socket, settings->folder,
	                            settings->kind == TARGET_HOST ? "box.sock" : "qemu.sock") &&
	            target_put_path(t->console_socket, sizeof t->console_socket, settings->folder,
	                            settings->kind == TARGET_HOST ? "console.sock" : "serial.sock") &&
	            target_put_path(t->control_socket, sizeof t->control_socket, settings->folder, "control") &&
	            target_put_path(t->control_log, sizeof t->control_log, settings->folder, "control.log") &&
	            target_put_path(t->monitor_socket, sizeof t->monitor_socket, settings->folder, "monitor") &&
	            target_put_path(t->serial_log, sizeof t->serial_log, settings->folder, "serial.log");
	if (!fits) {
		snprintf(error, size, "the folder's name is too long for sockets in it: %s", settings->folder);
		free(t);
		return -ENAMETOOLONG;
	}
	*out = t;
	return 0;
}

static void end_process(struct target *target)
{
	if (target_alive(target)) {
		kill(target->pid, SIGKILL);
		waitpid(target->pid, &target->wait_status, 0);
		target->pid = 0;
	}
	target_console_close(&target->console);
}

void target_free(struct target *target)
{
	if (!target)
		return;
	end_process(target);
	if (target->ops->free)
		target->ops->free(target);
	target_console_close(&target->console);
	free(target);
}

const char *target_box_socket(const struct target *target)
{
	return target->box_socket;
}

const char *target_lab_socket(const struct target *target)
{
	return target->lab_socket;
}

const char *target_console_path(const struct target *target)
{
	return target->console_socket;
}

bool target_on_ethernet(const struct target *target)
{
	return target->kind != TARGET_HOST;
}

int target_start(struct target *target, double unix_time, char *error, size_t size)
{
	unlink(target->console_socket);
	unlink(target->box_socket);
	return target->ops->start(target, unix_time, error, size);
}

bool target_alive(struct target *target)
{
	if (target->pid && waitpid(target->pid, &target->wait_status, WNOHANG) == target->pid) {
		target->pid = 0;
		target_console_close(&target->console);
	}
	return target->pid != 0;
}

bool target_busy(const struct target *target)
{
	char path[64], line[512];
	if (!target->pid)
		return false;
	snprintf(path, sizeof path, "/proc/%ld/stat", (long)target->pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	size_t n = fread(line, 1, sizeof line - 1, file);
	fclose(file);
	line[n] = '\0';
	const char *after_name = strrchr(line, ')');
	return after_name && after_name[1] && (after_name[2] == 'R' || after_name[2] == 'D');
}

int target_terminate(struct target *target, char *error, size_t size)
{
	return target->ops->terminate(target, error, size);
}

void target_kill(struct target *target)
{
	if (target->ops->kill && target_alive(target))
		target->ops->kill(target);
	end_process(target);
}

int target_power_cut(struct target *target, char *error, size_t size)
{
	end_process(target);
	return target->ops->power_cut(target, error, size);
}

int target_disk(struct target *target, enum target_disk disk, char *error, size_t size)
{
	return target->ops->disk(target, disk, error, size);
}

int target_second(struct target *target, char *text, size_t size)
{
	return target->ops->second(target, text, size);
}

void target_death_text(const struct target *target, char *text, size_t size)
{
	if (target->pid)
		snprintf(text, size, "still running");
	else if (WIFSIGNALED(target->wait_status))
		snprintf(text, size, "ended by signal %d (%s)", WTERMSIG(target->wait_status),
		         strsignal(WTERMSIG(target->wait_status)));
	else
		snprintf(text, size, "ended with status %d", WEXITSTATUS(target->wait_status));
}

static bool says_something(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && status.st_size > 0;
}

void target_log_tail(const struct target *target, char *text, size_t size, unsigned lines)
{
	text[0] = '\0';
	const char *path = target->log;
	if (says_something(target->serial_log)) /* a machine that has not got so far as to keep a log */
		path = target->serial_log;
	if (says_something(target->control_log))
		path = target->control_log;
	FILE *file = fopen(path, "re");
	if (!file)
		return;
	if (fseek(file, -(long)(size - 1), SEEK_END))
		rewind(file);
	size_t n = fread(text, 1, size - 1, file);
	fclose(file);
	text[n] = '\0';
	const char *from = text + n;
	for (unsigned seen = 0; from > text; from--)
		if (from[-1] == '\n' && seen++ == lines)
			break;
	memmove(text, from, strlen(from) + 1);
}

int target_console_open(struct target *target, char *error, size_t size)
{
	return target->ops->console_open(target, error, size);
}

int target_console_send(struct target *target, const char *line, char *error, size_t size)
{
	if (target->console.fd < 0) {
		snprintf(error, size, "console: %s",
		         target->kind == TARGET_ATTENDED ? "it is on the machine's own terminal" : "the box is off");
		return -ENOTCONN;
	}
	target_console_reset(&target->console);
	snprintf(target->asked, sizeof target->asked, "%s", line);
	int r = target->ops->console_send(target, line);
	if (r)
		snprintf(error, size, "console: %s", strerror(-r));
	return r;
}

int target_console_poll(struct target *target)
{
	return target->console.complete ? 1 : target->ops->console_poll(target);
}

void target_console_wait(const struct target *target, int ms)
{
	struct pollfd console = {.fd = target->console.fd, .events = POLLIN};
	(void)poll(&console, 1, ms);
}

const char *target_console_text(const struct target *target)
{
	return target->console.bytes ? target->console.bytes : "";
}

const char *target_console_said(const struct target *target)
{
	const struct target_console *console = &target->console;
	return console->length ? console->bytes + (console->length > SAID_BYTES ? console->length - SAID_BYTES : 0)
	                       : "";
}

int target_console_status(const struct target *target)
{
	return target->console.status;
}

/*
 * A machine plays hardware, which does not wait for others. Not by a real-time class: the host takes the processor from
 * it for 50 ms of every second in which it is always busy, as a machine is that starts. Where the host shares its time
 * out by sessions a priority counts within the session only. Where none of it is allowed, it waits.
 */
static void go_first(void)
{
	(void)setsid();
	FILE *group = fopen("/proc/self/autogroup", "we");
	if (group) {
		fprintf(group, "-20");
		fclose(group);
	}
	(void)setpriority(PRIO_PROCESS, 0, -20);
}

static void become(struct target *target, char *const argv[], const char *const environment[][2])
{
	int log = open(target->log, O_WRONLY | O_CREAT | O_APPEND, 0666);
	int none = open("/dev/null", O_RDONLY);
	if (log < 0 || none < 0 || dup2(none, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (target->kind != TARGET_HOST)
		go_first();
	(void)setpgid(0, 0); /* Ctrl-C is for the lab, which then stops the box in order */
	for (; environment && environment[0][0]; environment++)
		setenv(environment[0][0], environment[0][1], 1);
	execv(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

int target_spawn(struct target *target, char *const argv[], const char *const environment[][2], char *error,
                 size_t size)
{
	if (access(argv[0], X_OK)) {
		int r = -errno;
		snprintf(error, size, "cannot start the box: %s: %s", argv[0], strerror(errno));
		return r;
	}
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0) {
		int r = -errno;
		snprintf(error, size, "cannot start the box: %s", strerror(errno));
		return r;
	}
	if (pid == 0)
		become(target, argv, environment);
	target->pid = pid;
	target->wait_status = 0;
	return 0;
}

int target_program_path(char *path, size_t size, const char *neighbour, const char *variable)
{
	const char *given = variable ? getenv(variable) : NULL;
	if (given) {
		snprintf(path, size, "%s", given);
		return 0;
	}
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n < 0)
		return -errno;
	self[n] = '\0';
	int written = snprintf(path, size, "%s/%s", dirname(self), neighbour);
	return written > 0 && (size_t)written < size ? 0 : -ENAMETOOLONG;
}

const char *target_prompts(void)
{
	static char path[PATH_MAX];
	static const char *const places[] = {"prompts", "../prompts", "../../prompts"};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (target_program_path(path, sizeof path, places[i], "BELFRY_PROMPTS") == 0 && access(path, R_OK) == 0)
			return path;
	return "build/prompts";
}
