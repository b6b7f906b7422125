/*
 * The SQLite VFS "durable": the unix VFS for one process ("unix-excl"), with every write, sync, truncation, creation
 * and deletion of the files that matter (database, WAL, rollback journal) going through the durable layer's
 * accounting.
 *
 * What other processes would need to find their way in the WAL is kept in memory: as a -shm file it would be written
 * to flash every half minute, a third as much as the records themselves. Temporary files die with the power anyway.
 * Beyond what the unix VFS does, a sync of a file whose name is new also syncs the folder (SQLite itself does that
 * for its journals only, not for the database).
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "store/durable.h"
#include "store/durable_ops.h"
#include "store/unsynced.h"

#define ZEROS_BYTES 65536
#define KEPT_FILES  (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)

struct shim_file {
	sqlite3_file base;
	const char *path; /* SQLite keeps it as long as the file is open */
	bool kept;
	bool new_name;
	sqlite3_file real[]; /* the unix VFS's own */
};

static sqlite3_vfs *unix_vfs;

static struct shim_file *shim(sqlite3_file *file)
{
	return (struct shim_file *)(void *)file;
}

static sqlite3_file *real(sqlite3_file *file)
{
	return shim(file)->real;
}

static int failure(int error, int otherwise)
{
	if (error == -ENOMEM)
		return SQLITE_NOMEM;
	return error == -ENOSPC ? SQLITE_FULL : otherwise;
}

/* ---- the operations that are accounted for ---- */

static int keep_old(sqlite3_file *file, enum unsynced_type type, sqlite3_int64 size, sqlite3_int64 offset,
                    sqlite3_int64 count)
{
	void *old;
	int result = SQLITE_OK, error;

	if (!unsynced_on())
		return SQLITE_OK;
	if (offset + count > size)
		count = offset < size ? size - offset : 0;
	old = malloc((size_t)count + 1);
	if (!old)
		return SQLITE_NOMEM;
	if (count)
		result = real(file)->pMethods->xRead(real(file), old, (int)count, offset);
	if (result == SQLITE_OK) {
		error = unsynced_content(type, shim(file)->path, (uint64_t)size, (uint64_t)offset, old, (size_t)count);
		result = error ? failure(error, SQLITE_IOERR_WRITE) : SQLITE_OK;
	}
	free(old);
	return result;
}

static int begin_change(sqlite3_file *file, enum unsynced_type type, sqlite3_int64 offset, sqlite3_int64 count,
                        sqlite3_int64 new_end)
{
	sqlite3_int64 size = 0;
	int result = real(file)->pMethods->xFileSize(real(file), &size), error;

	if (result != SQLITE_OK)
		return result;
	/* A disk that tests call full has no room in the log either, as if it were used up. */
	error = durable_begin(type == UNSYNCED_WRITE || new_end > size);
	if (error)
		return failure(error, SQLITE_IOERR_WRITE);
	return keep_old(file, type, size, offset, count);
}

static int shim_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset)
{
	if (shim(file)->kept) {
		int result = begin_change(file, UNSYNCED_WRITE, offset, count, offset + count);

		if (result != SQLITE_OK)
			return result;
	}
	return real(file)->pMethods->xWrite(real(file), bytes, count, offset);
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	if (shim(file)->kept) {
		sqlite3_int64 now = 0;
		int result = real(file)->pMethods->xFileSize(real(file), &now);

		if (result == SQLITE_OK)
			result = begin_change(file, UNSYNCED_TRUNCATE, size, now > size ? now - size : 0, size);
		if (result != SQLITE_OK)
			return result;
	}
	return real(file)->pMethods->xTruncate(real(file), size);
}

static int shim_sync(sqlite3_file *file, int flags)
{
	int result;

	if (shim(file)->kept && durable_begin(false))
		return SQLITE_IOERR_FSYNC;
	result = real(file)->pMethods->xSync(real(file), flags);
	if (result != SQLITE_OK || !shim(file)->kept)
		return result;
	unsynced_synced(shim(file)->path);
	if (shim(file)->new_name && durable_sync_folder_of(shim(file)->path))
		return SQLITE_IOERR_DIR_FSYNC;
	shim(file)->new_name = false;
	return SQLITE_OK;
}

static int shim_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
	int error = durable_begin(false), result;

	if (!error && access(path, F_OK) == 0)
		error = unsynced_delete(path);
	if (error)
		return SQLITE_IOERR_DELETE;
	result = unix_vfs->xDelete(unix_vfs, path, sync_folder);
	if (result == SQLITE_OK && sync_folder)
		unsynced_names_synced();
	return result;
}

/* ---- the rest is passed on ---- */

static int shim_close(sqlite3_file *file)
{
	return real(file)->pMethods->xClose(real(file));
}
static int shim_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset)
{
	return real(file)->pMethods->xRead(real(file), bytes, count, offset);
}
static int shim_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real(file)->pMethods->xFileSize(real(file), size);
}
static int shim_lock(sqlite3_file *file, int lock)
{
	return real(file)->pMethods->xLock(real(file), lock);
}
static int shim_unlock(sqlite3_file *file, int lock)
{
	return real(file)->pMethods->xUnlock(real(file), lock);
}
static int shim_reserved(sqlite3_file *file, int *out)
{
	return real(file)->pMethods->xCheckReservedLock(real(file), out);
}
static int shim_control(sqlite3_file *file, int operation, void *argument)
{
	return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
static int shim_sector(sqlite3_file *file)
{
	return real(file)->pMethods->xSectorSize(real(file));
}
static int shim_device(sqlite3_file *file)
{
	return real(file)->pMethods->xDeviceCharacteristics(real(file));
}
static int shim_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
}
static int shim_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
static void shim_shm_barrier(sqlite3_file *file)
{
	real(file)->pMethods->xShmBarrier(real(file));
}
static int shim_shm_unmap(sqlite3_file *file, int delete_it)
{
	return real(file)->pMethods->xShmUnmap(real(file), delete_it);
}

static const sqlite3_io_methods shim_methods = {
    .iVersion = 2, /* not 3: no memory-mapped reading, its writes would pass us by */
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_reserved,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector,
    .xDeviceCharacteristics = shim_device,
    .xShmMap = shim_shm_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_shm_barrier,
    .xShmUnmap = shim_shm_unmap,
};

static int shim_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
	struct shim_file *opened = shim(file);
	int result;

	file->pMethods = NULL;
	opened->path = path;
	opened->kept = path && (flags & KEPT_FILES);
	opened->new_name = opened->kept && (flags & SQLITE_OPEN_CREATE) && access(path, F_OK) != 0;
	if (opened->new_name) {
		int error = durable_begin(true);

		if (!error)
			error = unsynced_create(path);
		if (error)
			return failure(error, SQLITE_CANTOPEN);
	}
	result = unix_vfs->xOpen(unix_vfs, path, real(file), flags, out_flags);
	if (result == SQLITE_OK)
		file->pMethods = &shim_methods;
	return result;
}

int durable_sqlite_keep_log(sqlite3 *sqlite, uint64_t bytes)
{
	static const char zeros[ZEROS_BYTES];
	sqlite3_int64 before = 0, size, wanted = (sqlite3_int64)bytes;
	sqlite3_file *log = NULL;
	int result = sqlite3_file_control(sqlite, "main", SQLITE_FCNTL_JOURNAL_POINTER, (void *)&log);

	if (result != SQLITE_OK || !log || !log->pMethods)
		return -EIO;
	result = shim_size(log, &before);
	if (result == SQLITE_OK && before >= wanted)
		return 0;
	for (size = before; result == SQLITE_OK && size < wanted; size += ZEROS_BYTES)
		result = shim_write(log, zeros, (int)(wanted - size < ZEROS_BYTES ? wanted - size : ZEROS_BYTES), size);
	if (result == SQLITE_OK)
		result = shim_sync(log, SQLITE_SYNC_NORMAL);
	if (result == SQLITE_OK)
		return 0;
	if (size > before && shim_truncate(log, before) != SQLITE_OK) /* what was taken is given back */
		log_write(LOG_WARNING, LOG_STORE, "database: its log keeps room that it could not fill");
	return -EIO;
}

int durable_register_sqlite(void)
{
	static sqlite3_vfs durable;

	if (unix_vfs)
		return 0;
	unix_vfs = sqlite3_vfs_find("unix-excl");
	if (!unix_vfs)
		return -ENOSYS;
	durable = *unix_vfs; /* the functions that concern no file take what the unix VFS put there */
	durable.pNext = NULL;
	durable.zName = "durable";
	durable.szOsFile = (int)sizeof(struct shim_file) + unix_vfs->szOsFile;
	durable.xOpen = shim_open;
	durable.xDelete = shim_delete;
	return sqlite3_vfs_register(&durable, 1) == SQLITE_OK ? 0 : -ENOSYS;
}
