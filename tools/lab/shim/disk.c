/*
 * Preloaded into belfryd by the lab: the disk under its data folder becomes full or slow while the lab says so. It is
 * outside of the box's code on purpose, so that every write meets it, also those that forgot the durable layer.
 *
 * BELFRY_LAB_DISK names a file whose first byte is o (ok), f (full) or s (slow); BELFRY_LAB_DATA the folder it is
 * about.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static const volatile char *state;
static const char *folder;

__attribute__((constructor)) static void find_state(void)
{
	const char *path = getenv("BELFRY_LAB_DISK");
	folder = getenv("BELFRY_LAB_DATA");
	if (!path || !folder)
		return;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *map = fd < 0 ? MAP_FAILED : mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
	if (map != MAP_FAILED)
		state = map;
	if (fd >= 0)
		close(fd);
}

static int concerned(int fd)
{
	char link[64], path[PATH_MAX];
	if (!state || *state == 'o')
		return 0;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof path - 1);
	if (n <= 0)
		return 0;
	path[n] = '\0';
	return strncmp(path, folder, strlen(folder)) == 0;
}

static int full(int fd)
{
	if (!concerned(fd))
		return 0;
	if (*state == 's') {
		nanosleep(&(struct timespec){.tv_nsec = 50 * 1000 * 1000}, NULL);
		return 0;
	}
	errno = ENOSPC;
	return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t count)
{
	return full(fd) ? -1 : NEXT(write)(fd, bytes, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset)
{
	return full(fd) ? -1 : NEXT(pwrite)(fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset)
{
	return full(fd) ? -1 : NEXT(pwrite64)(fd, bytes, count, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	return full(fd) ? -1 : NEXT(writev)(fd, parts, count);
}

int ftruncate(int fd, off_t length)
{
	return full(fd) ? -1 : NEXT(ftruncate)(fd, length);
}

int ftruncate64(int fd, off64_t length)
{
	return full(fd) ? -1 : NEXT(ftruncate64)(fd, length);
}

int posix_fallocate(int fd, off_t offset, off_t length)
{
	return full(fd) ? ENOSPC : NEXT(posix_fallocate)(fd, offset, length);
}

int fallocate(int fd, int mode, off_t offset, off_t length)
{
	return full(fd) ? -1 : NEXT(fallocate)(fd, mode, offset, length);
}

int fsync(int fd)
{
	return concerned(fd) && *state == 's' && full(fd) ? -1 : NEXT(fsync)(fd);
}

int fdatasync(int fd)
{
	return concerned(fd) && *state == 's' && full(fd) ? -1 : NEXT(fdatasync)(fd);
}
