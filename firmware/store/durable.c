/*
 * The durable layer over plain files.
 */
#include "store/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "store/durable_ops.h"
#include "store/unsynced.h"

struct durable_file {
	int fd;
	char path[];
};

/* ---- counting and failing ---- */

static _Atomic uint64_t operations;
static _Atomic uint64_t fail_from; /* number of the first operation that fails; 0: none does */
static _Atomic int fail_error;
static _Atomic bool disk_full;

void durable_fail_at(uint64_t k, int error)
{
	atomic_store(&fail_error, error < 0 ? error : -error);
	atomic_store(&fail_from, k ? atomic_load(&operations) + k : 0);
}

void durable_set_full(bool full)
{
	atomic_store(&disk_full, full);
}

uint64_t durable_operations(void)
{
	return atomic_load(&operations);
}

int durable_begin(bool grows)
{
	uint64_t number = atomic_fetch_add(&operations, 1) + 1;
	uint64_t from = atomic_load(&fail_from);

	if (from && number >= from)
		return atomic_load(&fail_error);
	return grows && atomic_load(&disk_full) ? -ENOSPC : 0;
}

/* ---- names ---- */

static int folder_of(const char *path, char *folder)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return text_copy(folder, PATH_MAX, ".") ? 0 : -EINVAL;
	if (slash == path)
		slash++;
	if (slash - path >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = '\0';
	return 0;
}

int durable_sync_folder_of(const char *path)
{
	char folder[PATH_MAX];
	int error = folder_of(path, folder), fd;

	if (!error)
		error = durable_begin(false);
	if (error)
		return error;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = fsync(fd) ? -errno : 0;
	close(fd);
	if (!error)
		unsynced_names_synced();
	return error;
}

int durable_rename(const char *from, const char *to)
{
	int error = durable_begin(false);

	if (!error)
		error = unsynced_rename(from, to);
	if (!error && rename(from, to))
		error = -errno;
	return error ? error : durable_sync_folder_of(to);
}

int durable_remove(const char *path)
{
	int error = durable_begin(false);

	if (!error)
		error = unsynced_delete(path);
	if (!error && unlink(path))
		error = -errno;
	return error ? error : durable_sync_folder_of(path);
}

/* ---- files ---- */

static int create_if_missing(const char *path, int mode)
{
	int error, fd;

	if (access(path, F_OK) == 0)
		return 0;
	error = durable_begin(true);
	if (!error)
		error = unsynced_create(path);
	if (error)
		return error;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	close(fd);
	return durable_sync_folder_of(path);
}

int durable_open(struct durable_file **out, const char *path, int flags, int mode)
{
	struct durable_file *file;
	size_t length = strlen(path) + 1;
	int error = flags & O_CREAT ? create_if_missing(path, mode) : 0;

	if (error)
		return error;
	file = malloc(sizeof(*file) + length);
	if (!file)
		return -ENOMEM;
	memcpy(file->path, path, length);
	file->fd = open(path, (flags & ~(O_CREAT | O_TRUNC)) | O_CLOEXEC);
	error = file->fd < 0 ? -errno : 0;
	if (!error && (flags & O_TRUNC))
		error = durable_truncate(file, 0);
	if (error) {
		durable_close(file);
		return error;
	}
	*out = file;
	return 0;
}

void durable_close(struct durable_file *file)
{
	if (!file)
		return;
	if (file->fd >= 0)
		close(file->fd);
	free(file);
}

int durable_size(struct durable_file *file, uint64_t *bytes)
{
	struct stat stat;

	if (fstat(file->fd, &stat))
		return -errno;
	*bytes = (uint64_t)stat.st_size;
	return 0;
}

ssize_t durable_read_at(struct durable_file *file, void *bytes, size_t count, uint64_t offset)
{
	size_t done = 0;

	while (done < count) {
		ssize_t got = pread(file->fd, (char *)bytes + done, count - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

/* Puts what a change of [offset, offset + count) destroys into the side log. */
static int keep_old(struct durable_file *file, enum unsynced_type type, uint64_t size, uint64_t offset, size_t count)
{
	ssize_t got = 0;
	void *old;
	int error;

	if (!unsynced_on())
		return 0;
	old = malloc(count + 1);
	if (!old)
		return -ENOMEM;
	if (offset < size)
		got = durable_read_at(file, old, count, offset);
	error = got < 0 ? (int)got : unsynced_content(type, file->path, size, offset, old, (size_t)got);
	free(old);
	return error;
}

int durable_write_at(struct durable_file *file, const void *bytes, size_t count, uint64_t offset)
{
	uint64_t size = 0;
	size_t done = 0;
	int error = durable_size(file, &size);

	if (!error)
		error = durable_begin(offset + count > size);
	if (!error)
		error = keep_old(file, UNSYNCED_WRITE, size, offset, count);
	if (error)
		return error;
	while (done < count) {
		ssize_t put = pwrite(file->fd, (const char *)bytes + done, count - done, (off_t)(offset + done));

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		done += (size_t)put;
	}
	return 0;
}

int durable_truncate(struct durable_file *file, uint64_t bytes)
{
	uint64_t size = 0;
	int error = durable_size(file, &size);

	if (!error)
		error = durable_begin(bytes > size);
	if (!error)
		error = keep_old(file, UNSYNCED_TRUNCATE, size, bytes, bytes < size ? size - bytes : 0);
	if (!error && ftruncate(file->fd, (off_t)bytes))
		error = -errno;
	return error;
}

int durable_reserve(struct durable_file *file, uint64_t bytes)
{
	uint64_t size = 0;
	int error = durable_size(file, &size);

	if (error || size >= bytes)
		return error;
	error = durable_begin(true);
	if (!error)
		error = keep_old(file, UNSYNCED_TRUNCATE, size, size, 0);
	return error ? error : -posix_fallocate(file->fd, (off_t)size, (off_t)(bytes - size));
}

int durable_sync(struct durable_file *file)
{
	int error = durable_begin(false);

	if (!error && fdatasync(file->fd))
		error = -errno;
	if (!error)
		unsynced_synced(file->path);
	return error;
}

int durable_replace(const char *path, const void *bytes, size_t count)
{
	char fresh[PATH_MAX];
	struct durable_file *file;
	size_t used = 0;
	int error;

	if (!text_append(fresh, sizeof(fresh), &used, "%s.new", path))
		return -ENAMETOOLONG;
	error = durable_open(&file, fresh, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (error)
		return error;
	error = durable_write_at(file, bytes, count, 0);
	if (!error)
		error = durable_sync(file);
	durable_close(file);
	return error ? error : durable_rename(fresh, path);
}
