/*
 * What every durable operation asks first: is it the one that a test wants to fail? Private to the durable layer.
 */
#ifndef BELFRY_STORE_DURABLE_OPS_H
#define BELFRY_STORE_DURABLE_OPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"

/* Counts one operation. grows: it needs new space on the disk. 0 or the -errno it has to fail with. */
MUST_CHECK int durable_begin(bool grows);
/* Makes the folder of path keep its names: fsync, counted as an operation. */
MUST_CHECK int durable_sync_folder_of(const char *path);

struct sqlite3;
/*
 * The write-ahead log of a database, which was opened for writing and read from, gets its size in zeros: it is then
 * overwritten in place, and a commit's sync changes no metadata. A log that could not be made longer is as it was, and
 * grows with what is written. Whoever closes the database last deletes it, as ever. 0 or -EIO.
 */
MUST_CHECK int durable_sqlite_keep_log(struct sqlite3 *sqlite, uint64_t bytes);

#endif
