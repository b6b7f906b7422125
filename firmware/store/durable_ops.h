/*
 * What every durable operation asks first: is it the one that a test wants to fail? Private to the durable layer.
 */
#ifndef BELFRY_STORE_DURABLE_OPS_H
#define BELFRY_STORE_DURABLE_OPS_H

#include <stdbool.h>

#include "base/attributes.h"

/* Counts one operation. grows: it needs new space on the disk. 0 or the -errno it has to fail with. */
MUST_CHECK int durable_begin(bool grows);
/* Makes the folder of path keep its names: fsync, counted as an operation. */
MUST_CHECK int durable_sync_folder_of(const char *path);

#endif
