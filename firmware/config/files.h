/*
 * For config and admin: whole files, in and out.
 */
#ifndef BELFRY_CONFIG_FILES_H
#define BELFRY_CONFIG_FILES_H

#include <stddef.h>

#include "base/attributes.h"

/* The whole file as text, which the caller frees; *text is NULL if there is none. -EILSEQ: NUL bytes in it. */
MUST_CHECK int config_file_read(const char *path, char **text);
/* By the writer that settings_set_writer() gave, else by write, fsync, rename. Readable by the owner alone. */
MUST_CHECK int config_file_replace(const char *path, const void *bytes, size_t count);

#endif
