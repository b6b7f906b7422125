/*
 * The box under test as a thing that is switched on and off: a process on this host, or a machine in QEMU; and the
 * administrator's session on its console.
 *
 * One thread. Nothing here waits for lab time; console answers are polled for. Errors are text for the scenario's
 * author.
 */
#ifndef BELFRY_LAB_TARGET_H
#define BELFRY_LAB_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/* TARGET_ATTENDED: a machine that somebody else runs, and whose console is on a terminal of theirs. */
enum target_kind { TARGET_HOST, TARGET_QEMU, TARGET_IMAGE, TARGET_ATTENDED };
enum target_disk { TARGET_DISK_OK, TARGET_DISK_FULL, TARGET_DISK_SLOW };

struct target_settings {
	enum target_kind kind;
	const char *folder; /* sockets and logs; exists */
	const char *data;   /* the box's data folder; a machine's disk is the file beside it, DATA.disk */
	const char *spans;  /* a machine's cards, as "1:31,2:24": span and channels */
	bool real_time;
	const char *asound; /* host: ALSA configuration file, or NULL */
	bool power_cut_log; /* host: keep what a power cut would need to undo */
	bool disk_faults;   /* host: make target_disk() possible */
};

struct target;

/* Nothing is started yet. 0 or -errno with error filled in, as everywhere here. */
int target_new(struct target **out, const struct target_settings *settings, char *error, size_t size);
/* Ends what still runs. */
void target_free(struct target *target);

/* Debian's asterisk-core-sounds-en, in which names of prompts are looked up first. */
#define LAB_PROMPTS "/usr/share/asterisk/sounds/en_US_f_Allison"
/* The box's own prompts: BELFRY_PROMPTS, or the folder beside this program or above it (one serves all builds). */
const char *target_prompts(void);

/* Datagram sockets by which frames travel: the box's and the lab's. */
const char *target_box_socket(const struct target *target);
const char *target_lab_socket(const struct target *target);
const char *target_console_path(const struct target *target);
/* Whether the box's frames travel one a millisecond in real time (else one message a period). */
bool target_on_ethernet(const struct target *target);

/* unix_time: the box's wall clock at this moment. */
int target_start(struct target *target, double unix_time, char *error, size_t size);
bool target_alive(struct target *target);
/* Whether it is working rather than waiting for something: an answer may still come without lab time passing. */
bool target_busy(const struct target *target);
/* Asks it to end in order; it is over when target_alive() says so. */
int target_terminate(struct target *target, char *error, size_t size);
/* The box's program dies at once; what it has written is there. */
void target_kill(struct target *target);
/* Dead at once, and everything that was not yet synced is gone. */
int target_power_cut(struct target *target, char *error, size_t size);
int target_disk(struct target *target, enum target_disk disk, char *error, size_t size);
/* Starts another one on the same data folder and waits (wall time) for its end: its status, or -ETIMEDOUT when it went
 * on running; text: what it said. */
int target_second(struct target *target, char *text, size_t size);
/* In words how it ended, and the last lines of its log. */
void target_death_text(const struct target *target, char *text, size_t size);
void target_log_tail(const struct target *target, char *text, size_t size, unsigned lines);

/* ---- the console: one session, one line at a time ---- */

/* 1 open, 0 not yet, -errno never. */
int target_console_open(struct target *target, char *error, size_t size);
int target_console_send(struct target *target, const char *line, char *error, size_t size);
/* 1: the whole answer is there; 0: not yet; -errno: the session is over. */
int target_console_poll(struct target *target);
/* Wall time: until something comes from the console, or ms have passed. */
void target_console_wait(const struct target *target, int ms);
/* Of the last whole answer; valid until the next line is sent. */
const char *target_console_text(const struct target *target);
/* The end of what has come, a whole answer or not. */
const char *target_console_said(const struct target *target);
int target_console_status(const struct target *target);

#endif
