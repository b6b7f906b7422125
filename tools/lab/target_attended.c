/* The target that is somebody else's: only its wires are ours. */
#include <errno.h>
#include <stdio.h>

#include "target_private.h"

static int refuse(char *error, size_t size)
{
	snprintf(error, size,
	         "the machine is somebody else's: it is switched on and off, and its disk filled, where it runs");
	return -ENOTSUP;
}

static int attended_start(struct target *target, double unix_time, char *error, size_t size)
{
	return refuse(error, size);
}

static int attended_terminate(struct target *target, char *error, size_t size)
{
	return refuse(error, size);
}

static int attended_power_cut(struct target *target, char *error, size_t size)
{
	return refuse(error, size);
}

static int attended_disk(struct target *target, enum target_disk disk, char *error, size_t size)
{
	return refuse(error, size);
}

static int attended_second(struct target *target, char *text, size_t size)
{
	return refuse(text, size);
}

static int attended_console_open(struct target *target, char *error, size_t size)
{
	return refuse(error, size);
}

static int attended_console_send(struct target *target, const char *line)
{
	return -ENOTSUP;
}

static int attended_console_poll(struct target *target)
{
	return -ENOTSUP;
}

const struct target_ops target_attended_ops = {
    .start = attended_start,
    .terminate = attended_terminate,
    .power_cut = attended_power_cut,
    .disk = attended_disk,
    .second = attended_second,
    .console_open = attended_console_open,
    .console_send = attended_console_send,
    .console_poll = attended_console_poll,
};
