/*
 * Common part of the targets. Included by the target files only.
 */
#ifndef BELFRY_LAB_TARGET_PRIVATE_H
#define BELFRY_LAB_TARGET_PRIVATE_H

#include <sys/types.h>

#include "target.h"

#define TARGET_PATH_MAX 108 /* what a unix socket's address holds */

/* The bytes of one console answer as they come in. */
struct target_console {
	int fd; /* -1: closed */
	char *bytes;
	size_t length, room;
	int status;
	bool complete;
};

void target_console_reset(struct target_console *console);
void target_console_close(struct target_console *console);
/* 1 connected, 0 nobody listens there yet, -errno. */
int target_console_connect(struct target_console *console, const char *path);
int target_console_write(struct target_console *console, const char *text);
/* Takes in what is there, zero-terminated: bytes read, 0 nothing now, -EPIPE the other side has closed. */
ssize_t target_console_fill(struct target_console *console);

struct target_ops {
	int (*start)(struct target *target, double unix_time, char *error, size_t size);
	int (*terminate)(struct target *target, char *error, size_t size);
	void (*kill)(struct target *target); /* NULL: the process is the box */
	int (*power_cut)(struct target *target, char *error, size_t size);
	int (*disk)(struct target *target, enum target_disk disk, char *error, size_t size);
	int (*second)(struct target *target, char *text, size_t size);
	int (*console_open)(struct target *target, char *error, size_t size);
	int (*console_send)(struct target *target, const char *line);
	int (*console_poll)(struct target *target);
	void (*free)(struct target *target);
};

struct target {
	const struct target_ops *ops;
	enum target_kind kind;
	bool real_time, power_cut_log, disk_faults;
	char asound[4096]; /* "": none */
	char folder[TARGET_PATH_MAX], data[4096];
	char box_socket[TARGET_PATH_MAX], lab_socket[TARGET_PATH_MAX], console_socket[TARGET_PATH_MAX],
	    log[TARGET_PATH_MAX];
	/* A machine's: lines for orders, and what its belfryd says. */
	char control_socket[TARGET_PATH_MAX], monitor_socket[TARGET_PATH_MAX], control_log[TARGET_PATH_MAX];
	char serial_log[TARGET_PATH_MAX]; /* all that a machine has said on its serial port */
	char spans[256];
	char asked[1024]; /* the line that is being answered */
	pid_t pid;        /* 0: not running */
	int wait_status;
	struct target_console console;
};

/* Starts argv[0] with its output appended to the log; preload may be NULL. It dies with the lab. */
int target_spawn(struct target *target, char *const argv[], const char *const environment[][2], char *error,
                 size_t size);
/* The folder that holds this program: its neighbours are belfryd, the prompts and the disk shim. */
int target_program_path(char *path, size_t size, const char *neighbour, const char *variable);

/* folder/name; false: it does not fit. */
bool target_put_path(char *path, size_t size, const char *folder, const char *name);

/* target_guest.c: what only a machine has, its disk and its lines for orders. */
int guest_disk_make(struct target *target, char *path, size_t room, char *error, size_t size);
int guest_order(struct target *target, const char *socket, const char *words, char *error, size_t size);

/* target_qemu.c: what the two machines have in common. A file beside this program, by the first name that exists. */
int machine_find(char *path, size_t size, const char *variable, const char *const names[]);
/* Its serial port as QEMU takes it: our socket, and a file that keeps what was said. */
void machine_serial(const struct target *target, char *words, size_t size);
/* The date as QEMU's -rtc base= takes it. */
int machine_date(char *date, size_t room, double unix_time, char *error, size_t size);
/* The serial port is open and what has come from it is taken in: 1; 0 not yet, -errno. */
int machine_console_fill(struct target *target, char *error, size_t size);
#define MACHINE_PROMPT "> " /* behind the box's name, which the settings choose */
bool machine_console_ends(const struct target_console *console, const char *end);
int machine_console_send(struct target *target, const char *line);
int machine_console_poll(struct target *target);
/* The drive of this name in QEMU writes slowly, or as fast as it can. */
int machine_disk_speed(struct target *target, const char *drive, enum target_disk disk, char *error, size_t size);

extern const struct target_ops target_host_ops, target_qemu_ops, target_image_ops, target_attended_ops;

#endif
