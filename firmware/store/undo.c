/*
 * The power cut: undoes, newest first, what the side log says was never synced.
 *
 * Losing all of it is the plainest outcome of a cut. A device may as well have written some sectors: with a seed the
 * undo stops early for about half of the sectors, which tears writes as a real cut does.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "store/crc32.h"
#include "store/durable.h"
#include "store/unsynced_format.h"

#define SECTOR_BYTES 512

uint32_t unsynced_crc(const struct unsynced_record *record, const void *name, const void *bytes)
{
	size_t head = offsetof(struct unsynced_record, type);
	uint32_t crc = crc32_more(0, (const char *)record + head, sizeof(*record) - head);

	crc = crc32_more(crc, name, record->name_bytes);
	return crc32_more(crc, bytes, record->count);
}

void unsynced_log_path(char *path, const char *folder)
{
	size_t used = 0;

	text_append(path, PATH_MAX, &used, "%s" UNSYNCED_FOLDER "/log", folder);
}

void unsynced_saved_path(char *path, const char *folder, uint64_t number)
{
	size_t used = 0;

	text_append(path, PATH_MAX, &used, "%s" UNSYNCED_FOLDER "/saved-%" PRIu64, folder, number);
}

struct entry {
	struct unsynced_record record;
	char name[UNSYNCED_NAME_BYTES];
	const unsigned char *bytes; /* in the loaded log */
	bool synced;
};

struct undo {
	char folder[PATH_MAX]; /* ends in a slash */
	unsigned char *log;
	size_t log_bytes;
	struct entry *entries;
	size_t count;
	uint64_t seed; /* 0: all is undone */
};

static int load(struct undo *undo, const char *path)
{
	struct stat stat;
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &stat)) {
		close(fd);
		return -errno;
	}
	undo->log = malloc((size_t)stat.st_size + 1);
	got = undo->log ? read(fd, undo->log, (size_t)stat.st_size) : -1;
	close(fd);
	if (got < 0)
		return undo->log ? -EIO : -ENOMEM;
	undo->log_bytes = (size_t)got;
	return 0;
}

/* The entry at offset, and the offset behind it; false at the end, which a kill may have torn. */
static bool parse(const struct undo *undo, size_t *offset, struct entry *entry)
{
	size_t left = undo->log_bytes - *offset;
	const unsigned char *at = undo->log + *offset + sizeof(entry->record);

	if (left < sizeof(entry->record))
		return false;
	memcpy(&entry->record, undo->log + *offset, sizeof(entry->record));
	left -= sizeof(entry->record);
	if (entry->record.magic != UNSYNCED_MAGIC || entry->record.name_bytes >= UNSYNCED_NAME_BYTES ||
	    entry->record.name_bytes > left || entry->record.count > left - entry->record.name_bytes)
		return false;
	if (entry->record.crc != unsynced_crc(&entry->record, at, at + entry->record.name_bytes))
		return false;
	memcpy(entry->name, at, entry->record.name_bytes);
	entry->name[entry->record.name_bytes] = '\0';
	entry->bytes = at + entry->record.name_bytes;
	entry->synced = false;
	*offset += sizeof(entry->record) + entry->record.name_bytes + entry->record.count;
	return true;
}

static int parse_all(struct undo *undo)
{
	size_t offset = 0, room = 0;

	for (;;) {
		if (undo->count == room) {
			struct entry *more;

			room = room ? room * 2 : 64;
			more = realloc(undo->entries, room * sizeof(*more));
			if (!more)
				return -ENOMEM;
			undo->entries = more;
		}
		if (!parse(undo, &offset, &undo->entries[undo->count]))
			return 0;
		undo->count++;
	}
}

static bool is_content(const struct entry *entry)
{
	return entry->record.type == UNSYNCED_WRITE || entry->record.type == UNSYNCED_TRUNCATE;
}

static void mark_synced(struct undo *undo)
{
	size_t i, before;

	for (i = 0; i < undo->count; i++) {
		const struct entry *sync = &undo->entries[i];

		if (sync->record.type != UNSYNCED_SYNC && sync->record.type != UNSYNCED_SYNC_NAMES)
			continue;
		for (before = 0; before <= i; before++) {
			struct entry *entry = &undo->entries[before];

			if (sync->record.type == UNSYNCED_SYNC_NAMES
			        ? !is_content(entry)
			        : strcmp(entry->name, sync->name) == 0 && is_content(entry))
				entry->synced = true;
		}
		undo->entries[i].synced = true;
	}
}

/* With a seed: did this version of the sector reach the flash before the cut? Then older ones do not come back. */
static bool sector_stays(const struct undo *undo, const struct entry *entry, uint64_t sector)
{
	uint64_t mixed = undo->seed ^ (sector + 1) * UINT64_C(0x9e3779b97f4a7c15) ^
	                 crc32_more(0, entry->name, entry->record.name_bytes);

	mixed = (mixed ^ mixed >> 31) * UINT64_C(0xbf58476d1ce4e5b9);
	return undo->seed && (mixed >> 40 & 1);
}

static int put_back(const struct undo *undo, const struct entry *entry, int fd)
{
	uint64_t at = 0;

	while (at < entry->record.count) {
		uint64_t offset = entry->record.offset + at;
		uint64_t count = SECTOR_BYTES - offset % SECTOR_BYTES;

		if (count > entry->record.count - at)
			count = entry->record.count - at;
		if (!sector_stays(undo, entry, offset / SECTOR_BYTES) &&
		    pwrite(fd, entry->bytes + at, count, (off_t)offset) != (ssize_t)count)
			return errno ? -errno : -EIO;
		at += count;
	}
	return 0;
}

static int undo_content(const struct undo *undo, const struct entry *entry, const char *path)
{
	struct stat stat;
	int fd = open(path, O_WRONLY | O_CLOEXEC), error;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	error = put_back(undo, entry, fd);
	if (!error && fstat(fd, &stat))
		error = -errno;
	/* The size is one piece of metadata: with a seed it stays or goes as a whole. */
	if (!error && (uint64_t)stat.st_size != entry->record.old_size &&
	    !((uint64_t)stat.st_size > entry->record.old_size && sector_stays(undo, entry, UINT64_MAX / 2)) &&
	    ftruncate(fd, (off_t)entry->record.old_size))
		error = -errno;
	close(fd);
	return error;
}

static int undo_rename(const struct undo *undo, const struct entry *entry, const char *path)
{
	char to[PATH_MAX], saved[PATH_MAX];
	size_t used = 0;

	text_append(to, sizeof(to), &used, "%s%.*s", undo->folder, (int)entry->record.count,
	            (const char *)entry->bytes);
	/* The record is written before the rename: it may not have come to it. */
	if (access(path, F_OK) == 0)
		return 0;
	if (rename(to, path) && errno != ENOENT)
		return -errno;
	if (!entry->record.offset)
		return 0;
	unsynced_saved_path(saved, undo->folder, entry->record.offset);
	return rename(saved, to) ? -errno : 0;
}

static int undo_delete(const struct undo *undo, const struct entry *entry, const char *path)
{
	char saved[PATH_MAX];

	if (!entry->record.offset || access(path, F_OK) == 0)
		return 0;
	unsynced_saved_path(saved, undo->folder, entry->record.offset);
	return rename(saved, path) ? -errno : 0;
}

static int undo_one(const struct undo *undo, const struct entry *entry)
{
	char path[PATH_MAX];
	size_t used = 0;

	if (!text_append(path, sizeof(path), &used, "%s%s", undo->folder, entry->name))
		return -ENAMETOOLONG;
	switch ((enum unsynced_type)entry->record.type) {
	case UNSYNCED_WRITE:
	case UNSYNCED_TRUNCATE:
		return undo_content(undo, entry, path);
	case UNSYNCED_CREATE:
		return unlink(path) && errno != ENOENT ? -errno : 0;
	case UNSYNCED_DELETE:
		return undo_delete(undo, entry, path);
	case UNSYNCED_RENAME:
		return undo_rename(undo, entry, path);
	case UNSYNCED_SYNC:
	case UNSYNCED_SYNC_NAMES:
		return 0;
	}
	return -EINVAL;
}

static void remove_saved(const struct undo *undo)
{
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < undo->count; i++) {
		const struct unsynced_record *record = &undo->entries[i].record;

		if ((record->type != UNSYNCED_DELETE && record->type != UNSYNCED_RENAME) || !record->offset)
			continue;
		unsynced_saved_path(path, undo->folder, record->offset);
		unlink(path);
	}
}

static int undo_all(struct undo *undo, struct fault *fault)
{
	size_t i;
	int error;

	mark_synced(undo);
	for (i = undo->count; i-- > 0;) {
		if (undo->entries[i].synced)
			continue;
		error = undo_one(undo, &undo->entries[i]);
		if (error)
			return fault_set(fault, error, "%s%s: %s", undo->folder, undo->entries[i].name,
			                 strerror(-error));
	}
	remove_saved(undo);
	return 0;
}

int durable_undo_some(const char *folder, uint64_t seed, struct fault *fault)
{
	struct undo undo = {.seed = seed};
	char path[PATH_MAX];
	size_t used = 0;
	int error;

	if (!text_append(undo.folder, sizeof(undo.folder), &used, "%s/", folder))
		return fault_set(fault, -ENAMETOOLONG, "%s: the name is too long", folder);
	unsynced_log_path(path, undo.folder);
	error = load(&undo, path);
	if (error == -ENOENT)
		return fault_set(fault, error, "%s: the box did not run with --power-cut-log", path);
	if (!error)
		error = parse_all(&undo);
	if (error)
		fault_set(fault, error, "%s: %s", path, strerror(-error));
	else
		error = undo_all(&undo, fault);
	if (!error && truncate(path, 0))
		error = fault_set(fault, -errno, "%s: %s", path, strerror(errno));
	free(undo.entries);
	free(undo.log);
	return error;
}

int durable_undo_unsynced(const char *folder, struct fault *fault)
{
	return durable_undo_some(folder, 0, fault);
}
