/*
 * The target `image`: the disk image, started by tools/image/run_qemu on a fresh overlay, and the dialogue on its
 * serial port that leads to the console: at the first start the password is chosen, at each later one it is asked for.
 *
 * The image is build/BOARD/belfry.img of the tree in which this program was built (or BELFRY_IMAGE).
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "target_private.h"

#define PASSWORD "bell-tower-9"

static int image_start(struct target *target, double unix_time, char *error, size_t size)
{
	static const char *const runs[] = {"../tools/image/run_qemu", "../../tools/image/run_qemu",
	                                   "../../../tools/image/run_qemu", NULL};
	static const char *const images[] = {"qemu-x86_64/belfry.img", "../qemu-x86_64/belfry.img",
	                                     "../../qemu-x86_64/belfry.img", NULL};
	char script[PATH_MAX], image[PATH_MAX], overlay[PATH_MAX + 16], serial[2 * TARGET_PATH_MAX + 64], date[64];
	if (machine_find(script, sizeof script, "BELFRY_IMAGE_RUN", runs) ||
	    machine_find(image, sizeof image, "BELFRY_IMAGE", images)) {
		snprintf(error, size, "there is no disk image to boot: make image first");
		return -ENOENT;
	}
	int r = machine_date(date, sizeof date, unix_time, error, size);
	if (r)
		return r;
	snprintf(overlay, sizeof overlay, "%s.overlay", target->data);
	machine_serial(target, serial, sizeof serial);
	unlink(target->monitor_socket);
	char *argv[] = {script, image, "-smp", "1", NULL}; /* tools/qemu/run says why */
	const char *const environment[][2] = {{"BELFRY_NET_LOCAL", target->box_socket},
	                                      {"BELFRY_NET_REMOTE", target->lab_socket},
	                                      {"BELFRY_SERIAL", serial},
	                                      {"BELFRY_DISK", overlay},
	                                      {"BELFRY_DATE", date},
	                                      {"BELFRY_MONITOR", target->monitor_socket},
	                                      {"BELFRY_SPANS", target->spans[0] ? target->spans : "1:31,2:24"},
	                                      {0}};
	return target_spawn(target, argv, environment, error, size);
}

/* Answers the door's question, if it has asked one; what was said so far is done with. */
static int answer_door(struct target_console *console)
{
	static const char *const questions[] = {"New password: ", "The same again: ", "Password: "};
	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
		if (!machine_console_ends(console, questions[i]))
			continue;
		target_console_reset(console);
		return target_console_write(console, PASSWORD "\r");
	}
	return 0;
}

static int image_console_open(struct target *target, char *error, size_t size)
{
	int r = machine_console_fill(target, error, size);
	if (r <= 0)
		return r;
	r = answer_door(&target->console);
	if (r) {
		snprintf(error, size, "serial port: %s", strerror(-r));
		return r;
	}
	return machine_console_ends(&target->console, MACHINE_PROMPT);
}

/* In order as an administrator does it: belfryd is the service manager's, and nobody else may stop it. */
static int image_terminate(struct target *target, char *error, size_t size)
{
	if (!target_alive(target)) {
		snprintf(error, size, "the box is off");
		return -ESRCH;
	}
	return target_console_send(target, "request power-off confirm", error, size);
}

/* Killing QEMU was the power cut. */
static int image_power_cut(struct target *target, char *error, size_t size)
{
	return 0;
}

static int image_disk(struct target *target, enum target_disk disk, char *error, size_t size)
{
	if (disk != TARGET_DISK_FULL)
		return machine_disk_speed(target, "flash", disk, error, size);
	snprintf(error, size,
	         "fault{disk=\"full\"} is not for the target image, where nobody but the box can write to its disk");
	return -ENOTSUP;
}

static int image_second(struct target *target, char *text, size_t size)
{
	snprintf(text, size,
	         "box.second() is for the host target: a machine has one belfryd, and nothing else can reach its data");
	return -ENOTSUP;
}

const struct target_ops target_image_ops = {
    .start = image_start,
    .terminate = image_terminate,
    .power_cut = image_power_cut,
    .disk = image_disk,
    .second = image_second,
    .console_open = image_console_open,
    .console_send = machine_console_send,
    .console_poll = machine_console_poll,
};
