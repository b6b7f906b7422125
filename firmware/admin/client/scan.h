/*
 * Looks for secrets in files: by their values, and by what hashes, keys and the like look like.
 */
#ifndef BELFRY_CLIENT_SCAN_H
#define BELFRY_CLIENT_SCAN_H

#include <stddef.h>

struct scan;
/* Values a line each; lines of fewer than SCAN_VALUE_MIN bytes are in anything and left out. NULL: no memory. */
#define SCAN_VALUE_MIN 6
struct scan *scan_new(const char *values);
void scan_free(struct scan *scan);
/* What was found, in words that do not repeat it, or NULL. */
const char *scan_bytes(const struct scan *scan, const char *bytes, size_t count);

#endif
