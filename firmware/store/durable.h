/*
 * The one layer that durable writes go through (journal, settings, SQLite by a VFS of its own), so that a test can cut
 * the power: with belfryd --power-cut-log every write that is not yet synced leaves its pre-image in a side log,
 * and `belfryd --undo-unsynced DATA` restores what a power cut would have left. It can also fail or cut at the k-th
 * write, sync or rename (tests).
 *
 * Thread: any one thread a file.
 */
#ifndef BELFRY_STORE_DURABLE_H
#define BELFRY_STORE_DURABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attributes.h"
#include "base/fault.h"

/*
 * Before any file is opened: remember pre-images of unsynced writes to files in folder (in folder/.unsynced).
 * Makes folder if it is missing. NULL: no longer.
 */
MUST_CHECK int durable_log_unsynced(const char *folder);
/* Undoes all that was not synced, as a power cut would. */
MUST_CHECK int durable_undo_unsynced(const char *folder, struct fault *fault);
/* As a power cut that tears: about half of the unsynced sectors, chosen by seed (not 0), did reach the flash. */
MUST_CHECK int durable_undo_some(const char *folder, uint64_t seed, struct fault *fault);

/* For tests: the k-th operation from now (write, sync, rename) and all after it fail with this errno; 0: never. */
void durable_fail_at(uint64_t k, int error);
uint64_t durable_operations(void);
/* Every operation that needs new space, and every write to a database, fails with -ENOSPC while set (tests, the hidden
 * debug command). */
void durable_set_full(bool full);

struct durable_file;
/* O_CREAT: the new name is durable when this returns. */
MUST_CHECK int durable_open(struct durable_file **out, const char *path, int flags, int mode);
void durable_close(struct durable_file *file);
MUST_CHECK ssize_t durable_read_at(struct durable_file *file, void *bytes, size_t count, uint64_t offset);
MUST_CHECK int durable_write_at(struct durable_file *file, const void *bytes, size_t count, uint64_t offset);
MUST_CHECK int durable_sync(struct durable_file *file);
MUST_CHECK int durable_truncate(struct durable_file *file, uint64_t bytes);
/* Makes it at least so long, zeros at the end, with the space for it taken; durable with the next sync. */
MUST_CHECK int durable_reserve(struct durable_file *file, uint64_t bytes);
MUST_CHECK int durable_size(struct durable_file *file, uint64_t *bytes);
/* Removes a file; durable when this returns. */
MUST_CHECK int durable_remove(const char *path);
/* And fsync of the folder. */
MUST_CHECK int durable_rename(const char *from, const char *to);
/* Replaces path as a whole: write new, fsync, rename, fsync the folder. */
MUST_CHECK int durable_replace(const char *path, const void *bytes, size_t count);

/* Registers the SQLite VFS "durable" as default. */
MUST_CHECK int durable_register_sqlite(void);

#endif
