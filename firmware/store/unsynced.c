/*
 * The side log of unsynced operations: writing it.
 */
#include "store/unsynced.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/text.h"
#include "store/crc32.h"
#include "store/durable.h"
#include "store/unsynced_format.h"

/* Files that may have unsynced content at once. Beyond it the log is right but no longer shortened. */
#define DIRTY_MAX 64

static struct {
	pthread_mutex_t lock; /* files of several threads share the log */
	bool on;
	int fd;
	char folder[PATH_MAX]; /* canonical, ends in a slash */
	char dirty[DIRTY_MAX][UNSYNCED_NAME_BYTES];
	bool names_dirty, dirty_overflow;
	uint64_t saved; /* number of the last saved file */
} side = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1};

bool unsynced_on(void)
{
	return side.on;
}

/* The path as seen from the data folder; false: not in it, hence not logged. */
static bool name_in_folder(const char *path, char *name)
{
	char folder[PATH_MAX], real[PATH_MAX];
	const char *base = strrchr(path, '/');
	size_t length = base ? (size_t)(base - path) : 0, used = 0;

	if (length >= sizeof(folder))
		return false;
	memcpy(folder, path, length);
	folder[length] = '\0';
	if (!realpath(length ? folder : base ? "/" : ".", real))
		return false;
	if (!text_append(folder, sizeof(folder), &used, "%s/%s", real, base ? base + 1 : path))
		return false;
	length = strlen(side.folder);
	return strncmp(folder, side.folder, length) == 0 && text_copy(name, UNSYNCED_NAME_BYTES, folder + length);
}

/* ---- which files have something unsynced; called with the lock held ---- */

static void mark(const char *name)
{
	int i, room = -1;

	for (i = 0; i < DIRTY_MAX; i++) {
		if (strcmp(side.dirty[i], name) == 0)
			return;
		if (!side.dirty[i][0])
			room = i;
	}
	if (room < 0)
		side.dirty_overflow = true;
	else
		text_copy(side.dirty[room], UNSYNCED_NAME_BYTES, name);
}

static void unmark(const char *name)
{
	int i;

	for (i = 0; i < DIRTY_MAX; i++)
		if (strcmp(side.dirty[i], name) == 0)
			side.dirty[i][0] = '\0';
}

static bool all_synced(void)
{
	int i;

	if (side.names_dirty || side.dirty_overflow)
		return false;
	for (i = 0; i < DIRTY_MAX; i++)
		if (side.dirty[i][0])
			return false;
	return true;
}

static void forget_all(void)
{
	char path[PATH_MAX];

	/* A log that cannot be emptied only says twice what was synced: harmless. */
	if (ftruncate(side.fd, 0))
		return;
	for (; side.saved; side.saved--) {
		unsynced_saved_path(path, side.folder, side.saved);
		unlink(path);
	}
}

/* ---- records ---- */

static int append(enum unsynced_type type, const char *name, uint64_t old_size, uint64_t offset, const void *bytes,
                  size_t count)
{
	struct unsynced_record record = {
	    .magic = UNSYNCED_MAGIC,
	    .type = type,
	    .name_bytes = (uint32_t)strlen(name),
	    .old_size = old_size,
	    .offset = offset,
	    .count = count,
	};
	struct iovec parts[] = {
	    {&record, sizeof(record)},
	    {(void *)(uintptr_t)name, record.name_bytes},
	    {(void *)(uintptr_t)bytes, count},
	};
	size_t length = sizeof(record) + record.name_bytes + count;
	ssize_t written;

	record.crc = unsynced_crc(&record, name, bytes);
	written = writev(side.fd, parts, ARRAY_SIZE(parts));
	if (written < 0)
		return -errno;
	return (size_t)written == length ? 0 : -ENOSPC;
}

int unsynced_content(enum unsynced_type type, const char *path, uint64_t old_size, uint64_t offset,
                     const void *old_bytes, size_t old_count)
{
	char name[UNSYNCED_NAME_BYTES];
	int error;

	if (!side.on || !name_in_folder(path, name))
		return 0;
	pthread_mutex_lock(&side.lock);
	error = append(type, name, old_size, offset, old_bytes, old_count);
	if (!error)
		mark(name);
	pthread_mutex_unlock(&side.lock);
	return error;
}

/* Keeps the file's present content under a number of its own. 0 in *number: there is no such file. */
static int save(const char *path, uint64_t *number)
{
	char saved[PATH_MAX];

	unsynced_saved_path(saved, side.folder, side.saved + 1);
	unlink(saved);
	*number = 0;
	if (link(path, saved))
		return errno == ENOENT ? 0 : -errno;
	*number = ++side.saved;
	return 0;
}

/* What changes names: saves what disappears, then records it. */
static int names_change(enum unsynced_type type, const char *path, const char *disappears, const char *to)
{
	char name[UNSYNCED_NAME_BYTES], to_name[UNSYNCED_NAME_BYTES] = "";
	uint64_t number = 0;
	int error = 0;

	if (!side.on || !name_in_folder(path, name) || (to && !name_in_folder(to, to_name)))
		return 0;
	pthread_mutex_lock(&side.lock);
	if (disappears)
		error = save(disappears, &number);
	if (!error)
		error = append(type, name, 0, number, to_name, strlen(to_name));
	if (!error)
		side.names_dirty = true;
	pthread_mutex_unlock(&side.lock);
	return error;
}

int unsynced_create(const char *path)
{
	return names_change(UNSYNCED_CREATE, path, NULL, NULL);
}

int unsynced_delete(const char *path)
{
	return names_change(UNSYNCED_DELETE, path, path, NULL);
}

int unsynced_rename(const char *from, const char *to)
{
	return names_change(UNSYNCED_RENAME, from, to, to);
}

void unsynced_synced(const char *path)
{
	char name[UNSYNCED_NAME_BYTES];

	if (!side.on || !name_in_folder(path, name))
		return;
	pthread_mutex_lock(&side.lock);
	unmark(name);
	/* If this cannot be written the undo goes too far back, which is a power cut a moment earlier. */
	if (all_synced())
		forget_all();
	else
		(void)append(UNSYNCED_SYNC, name, 0, 0, "", 0);
	pthread_mutex_unlock(&side.lock);
}

void unsynced_names_synced(void)
{
	if (!side.on)
		return;
	pthread_mutex_lock(&side.lock);
	side.names_dirty = false;
	if (all_synced())
		forget_all();
	else
		(void)append(UNSYNCED_SYNC_NAMES, "", 0, 0, "", 0);
	pthread_mutex_unlock(&side.lock);
}

/* ---- on and off ---- */

/* A run that was killed, not cut: what it wrote is in the page cache. Bring it to flash and start afresh. */
static void settle_leftovers(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	syncfs(fd);
	close(fd);
}

int durable_log_unsynced(const char *folder)
{
	char path[PATH_MAX];
	size_t used = 0;
	int error = 0;

	pthread_mutex_lock(&side.lock);
	if (side.fd >= 0)
		close(side.fd);
	side.fd = -1;
	side.on = false;
	memset(side.dirty, 0, sizeof(side.dirty));
	side.names_dirty = side.dirty_overflow = false;
	if (!folder) {
		pthread_mutex_unlock(&side.lock);
		return 0;
	}
	if (mkdir(folder, 0750) && errno != EEXIST)
		error = -errno;
	else if (!realpath(folder, path))
		error = -errno;
	else if (!text_append(side.folder, sizeof(side.folder), &used, "%s/", path))
		error = -ENAMETOOLONG;
	used = 0;
	if (!error) {
		settle_leftovers(folder);
		if (!text_append(path, sizeof(path), &used, "%s" UNSYNCED_FOLDER, side.folder))
			error = -ENAMETOOLONG;
		else if (mkdir(path, 0700) && errno != EEXIST)
			error = -errno;
	}
	if (!error) {
		unsynced_log_path(path, side.folder);
		side.fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_TRUNC | O_CLOEXEC, 0600);
		error = side.fd < 0 ? -errno : 0;
		side.on = !error;
	}
	pthread_mutex_unlock(&side.lock);
	return error;
}
