/*
 * The side log behind a simulated power cut: the pre-image of everything that is written and not yet synced.
 * Private to the durable layer. With the log off every function returns at once.
 *
 * One log file for all files of the data folder, DATA/.unsynced/log; records are appended before the operation they
 * describe. Survives SIGKILL (page cache), which is all it has to. Names are kept relative to the data folder.
 */
#ifndef BELFRY_STORE_UNSYNCED_H
#define BELFRY_STORE_UNSYNCED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

enum unsynced_type {
	UNSYNCED_WRITE = 1, /* old_size; bytes at offset as they were (as far as there were any) */
	UNSYNCED_TRUNCATE,  /* old_size; the bytes that are cut off */
	UNSYNCED_CREATE,    /* the name did not exist */
	UNSYNCED_DELETE,    /* the file is kept as DATA/.unsynced/saved-OFFSET */
	UNSYNCED_RENAME,    /* bytes: the new name; offset: number of the saved target, 0: none */
	UNSYNCED_SYNC,      /* everything written to this file is on flash */
	UNSYNCED_SYNC_NAMES /* everything created, deleted and renamed is on flash */
};

bool unsynced_on(void);
/* Writes that change old_count bytes at offset of a file that is old_size long. All: 0 or -errno. */
MUST_CHECK int unsynced_content(enum unsynced_type type, const char *path, uint64_t old_size, uint64_t offset,
                                const void *old_bytes, size_t old_count);
MUST_CHECK int unsynced_create(const char *path);
MUST_CHECK int unsynced_delete(const char *path);
MUST_CHECK int unsynced_rename(const char *from, const char *to);
void unsynced_synced(const char *path);
void unsynced_names_synced(void);

#endif
