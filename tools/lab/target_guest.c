/*
 * What only a machine has: a disk of its own, which outlives it as flash does, and lines on which the lab gives orders
 * to the guest and to QEMU.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target_private.h"

#define DISK_BYTES    (96 << 20)
#define TAKEN_WALL_MS 10000

static int empty_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int r = fd < 0 || ftruncate(fd, DISK_BYTES) ? -errno : 0;
	if (fd >= 0)
		close(fd);
	return r;
}

/* An ext4 without blocks kept back for root: belfryd is root there, and a full disk is to be full. */
static int make_file_system(struct target *target, const char *path, char *error, size_t size)
{
	char image[4096];
	snprintf(image, sizeof image, "%s", path);
	char *argv[] = {"/sbin/mke2fs", "-q", "-F", "-t", "ext4", "-m", "0", image, NULL};
	int r = target_spawn(target, argv, NULL, error, size);
	if (r)
		return r;
	waitpid(target->pid, &target->wait_status, 0);
	target->pid = 0;
	if (!target->wait_status)
		return 0;
	char how[128];
	target_death_text(target, how, sizeof how);
	snprintf(error, size, "the guest's disk %s: mke2fs %s", path, how);
	return -EIO;
}

int guest_disk_make(struct target *target, char *path, size_t room, char *error, size_t size)
{
	int n = snprintf(path, room, "%s.disk", target->data);
	int r = n > 0 && (size_t)n < room ? 0 : -ENAMETOOLONG;
	if (!r && access(path, F_OK) == 0)
		return 0; /* as it was left */
	if (!r)
		r = empty_file(path);
	if (!r)
		return make_file_system(target, path, error, size);
	snprintf(error, size, "the guest's disk %s.disk: %s", target->data, strerror(-r));
	return r;
}

/*
 * QEMU takes a few bytes at a time and forgets the rest when the other end is gone: the line is closed when it has
 * taken all, which it says by closing its own end.
 */
static void wait_until_taken(int fd)
{
	char said[256];
	struct pollfd line = {.fd = fd, .events = POLLIN};
	if (shutdown(fd, SHUT_WR))
		return;
	for (int waited = 0; waited < TAKEN_WALL_MS; waited += 10)
		if (poll(&line, 1, 10) > 0 && recv(fd, said, sizeof said, MSG_DONTWAIT) == 0)
			return;
}

int guest_order(struct target *target, const char *path, const char *words, char *error, size_t size)
{
	struct target_console line = {.fd = -1};
	int r = target_console_connect(&line, path);
	if (r == 0)
		r = -ENOTCONN;
	if (r > 0)
		r = target_console_write(&line, words);
	if (!r)
		r = target_console_write(&line, "\n");
	if (!r)
		wait_until_taken(line.fd);
	target_console_close(&line);
	if (r)
		snprintf(error, size, "the guest takes no orders: %s", strerror(-r));
	return r;
}
