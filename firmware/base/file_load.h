/*
 * A whole file in memory. Any thread that may wait for the disk; never media, call or acd.
 */
#ifndef BELFRY_BASE_FILE_LOAD_H
#define BELFRY_BASE_FILE_LOAD_H

#include <stddef.h>

#include "base/attributes.h"

/*
 * Reads a regular file of at most bytes_max bytes. *bytes is freed by the caller, a NUL stands behind its *count bytes.
 * 0 or -errno, then *bytes is NULL: -ENOENT, -EINVAL: not a regular file, -EFBIG: longer, -ENOMEM, -EIO.
 */
MUST_CHECK int file_load(const char *path, size_t bytes_max, char **bytes, size_t *count);

#endif
