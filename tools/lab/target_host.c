/* The target `host`: belfryd as an ordinary process, its console on a unix socket. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "target_private.h"

#define SECOND_WALL_MS 60000
#define ANSWER_MARK    '\x1e' /* a line of its own: mark, exit status */

static void shim_file(const struct target *target, char *path, size_t size)
{
	snprintf(path, size, "%s/disk", target->folder);
}

static int set_disk(struct target *target, enum target_disk disk, char *error, size_t size)
{
	static const char letters[] = {[TARGET_DISK_OK] = 'o', [TARGET_DISK_FULL] = 'f', [TARGET_DISK_SLOW] = 's'};
	char path[TARGET_PATH_MAX + 8];
	if (!target->disk_faults) {
		snprintf(error, size,
		         "disk faults were not prepared: say box{disk_faults=true} or mention disk= in the scenario");
		return -EINVAL;
	}
	shim_file(target, path, sizeof path);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	ssize_t n = fd < 0 ? -1 : pwrite(fd, &letters[disk], 1, 0);
	int r = n == 1 ? 0 : -errno;
	if (r)
		snprintf(error, size, "%s: %s", path, strerror(-r));
	if (fd >= 0)
		close(fd);
	return r;
}

#define ARGUMENTS_MAX 24

/* belfryd's command line; the strings in room live as long as it does. */
struct command_line {
	char *argv[ARGUMENTS_MAX];
	char program[PATH_MAX], prompts[PATH_MAX], date[32];
};

static int make_command_line(struct target *target, struct command_line *line, double unix_time)
{
	int r = target_program_path(line->program, sizeof line->program, "belfryd", "BELFRYD");
	snprintf(line->prompts, sizeof line->prompts, "%s", target_prompts());
	if (r)
		return r;
	snprintf(line->date, sizeof line->date, "%.3f", unix_time);
	char *level = getenv("BELFRY_LOG");
	char *const argv[ARGUMENTS_MAX] = {line->program,
	                                   "--driver",
	                                   "tdmoe",
	                                   "--socket",
	                                   target->box_socket,
	                                   "--peer",
	                                   target->lab_socket,
	                                   "--data",
	                                   target->data,
	                                   "--console",
	                                   target->console_socket,
	                                   "--prompts",
	                                   line->prompts,
	                                   "--date",
	                                   line->date,
	                                   "--log",
	                                   level ? level : "notice",
	                                   target->real_time ? "--realtime" : "--virtual",
	                                   target->power_cut_log ? "--power-cut-log" : NULL};
	memcpy(line->argv, argv, sizeof argv);
	return 0;
}

static void add(const char *environment[][2], size_t *count, const char *name, const char *value)
{
	environment[*count][0] = name;
	environment[(*count)++][1] = value;
}

static int host_start(struct target *target, double unix_time, char *error, size_t size)
{
	struct command_line line;
	char shim[PATH_MAX], file[TARGET_PATH_MAX + 8];
	int r = make_command_line(target, &line, unix_time);
	if (!r)
		r = target_program_path(shim, sizeof shim, "lab-disk.so", NULL);
	if (r) {
		snprintf(error, size, "cannot find belfryd: %s", strerror(-r));
		return r;
	}
	if (mkdir(target->data, 0777) && errno != EEXIST) {
		r = -errno;
		snprintf(error, size, "%s: %s", target->data, strerror(-r));
		return r;
	}
	shim_file(target, file, sizeof file);
	const char *environment[6][2] = {{0}};
	size_t count = 0;
	if (target->asound[0] || target->disk_faults)
		add(environment, &count, "BELFRY_LAB", "1");
	if (target->asound[0])
		add(environment, &count, "ALSA_CONFIG_PATH", target->asound);
	if (target->disk_faults) {
		add(environment, &count, "LD_PRELOAD", shim);
		add(environment, &count, "BELFRY_LAB_DISK", file);
		add(environment, &count, "BELFRY_LAB_DATA", target->data);
	}
	if (target->disk_faults && (r = set_disk(target, TARGET_DISK_OK, error, size)))
		return r;
	return target_spawn(target, line.argv, environment, error, size);
}

/* Its own sockets and log, in a folder of its own; only the data folder is shared. */
static int host_second(struct target *target, char *text, size_t size)
{
	struct target second = *target;
	struct command_line line;
	second.pid = 0;
	second.console = (struct target_console){.fd = -1};
	bool fits =
	    target_put_path(second.box_socket, sizeof second.box_socket, target->folder, "box2.sock") &&
	    target_put_path(second.console_socket, sizeof second.console_socket, target->folder, "console2.sock") &&
	    target_put_path(second.log, sizeof second.log, target->folder, "second.log");
	int r = fits ? make_command_line(&second, &line, (double)time(NULL)) : -ENAMETOOLONG;
	if (!r)
		r = target_spawn(&second, line.argv, NULL, text, size);
	for (int waited = 0; !r && target_alive(&second) && waited < SECOND_WALL_MS; waited += 10)
		nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
	bool ran = target_alive(&second);
	target_kill(&second);
	target_log_tail(&second, text, size, 20);
	if (r || ran)
		return r ? r : -ETIMEDOUT;
	return WIFEXITED(second.wait_status) ? WEXITSTATUS(second.wait_status) : 128 + WTERMSIG(second.wait_status);
}

static int host_terminate(struct target *target, char *error, size_t size)
{
	if (!target_alive(target)) {
		snprintf(error, size, "the box is off");
		return -ESRCH;
	}
	return kill(target->pid, SIGTERM) ? -errno : 0;
}

static int host_power_cut(struct target *target, char *error, size_t size)
{
	char program[PATH_MAX];
	if (!target->power_cut_log) {
		snprintf(error, size, "power cuts were not prepared: say box{power_cut=true}");
		return -EINVAL;
	}
	int r = target_program_path(program, sizeof program, "belfryd", "BELFRYD");
	if (r)
		return r;
	char *argv[] = {program, "--undo-unsynced", target->data, NULL};
	if ((r = target_spawn(target, argv, NULL, error, size)))
		return r;
	waitpid(target->pid, &target->wait_status, 0);
	target->pid = 0;
	if (target->wait_status) {
		char how[128];
		target_death_text(target, how, sizeof how);
		snprintf(error, size, "belfryd --undo-unsynced %s", how);
		return -EIO;
	}
	return 0;
}

static int host_console_open(struct target *target, char *error, size_t size)
{
	int r = target_console_connect(&target->console, target->console_socket);
	if (r < 0)
		snprintf(error, size, "console %s: %s", target->console_socket, strerror(-r));
	return r;
}

static int host_console_send(struct target *target, const char *line)
{
	int r = target_console_write(&target->console, line);
	return r ? r : target_console_write(&target->console, "\n");
}

/* The answer is complete when its last line is the mark and the status; both are cut off. */
static int host_console_poll(struct target *target)
{
	struct target_console *console = &target->console;
	ssize_t got = target_console_fill(console);
	if (got < 0)
		return (int)got;
	if (!console->length || console->bytes[console->length - 1] != '\n')
		return 0;
	char *mark = memrchr(console->bytes, ANSWER_MARK, console->length);
	if (!mark || (mark > console->bytes && mark[-1] != '\n'))
		return 0;
	console->status = 0;
	for (const char *digit = mark + 1; *digit >= '0' && *digit <= '9'; digit++)
		console->status = console->status * 10 + (*digit - '0');
	*mark = '\0';
	console->length = (size_t)(mark - console->bytes);
	console->complete = true;
	return 1;
}

const struct target_ops target_host_ops = {
    .start = host_start,
    .terminate = host_terminate,
    .power_cut = host_power_cut,
    .disk = set_disk,
    .second = host_second,
    .console_open = host_console_open,
    .console_send = host_console_send,
    .console_poll = host_console_poll,
};
