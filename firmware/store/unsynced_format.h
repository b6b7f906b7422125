/*
 * The side log's records, shared by the one who writes them and the one who undoes them.
 */
#ifndef BELFRY_STORE_UNSYNCED_FORMAT_H
#define BELFRY_STORE_UNSYNCED_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "store/unsynced.h"

#define UNSYNCED_MAGIC      0x55776f4eu
#define UNSYNCED_FOLDER     ".unsynced"
#define UNSYNCED_NAME_BYTES 256

/* Followed by the name and count bytes. Written and read by the same program on the same machine: native order. */
struct unsynced_record {
	uint32_t magic;
	uint32_t crc; /* of all that follows */
	uint32_t type;
	uint32_t name_bytes;
	uint64_t old_size;
	uint64_t offset;
	uint64_t count;
};

uint32_t unsynced_crc(const struct unsynced_record *record, const void *name, const void *bytes);
/* folder ends in a slash; path has PATH_MAX bytes. */
void unsynced_log_path(char *path, const char *folder);
void unsynced_saved_path(char *path, const char *folder, uint64_t number);

#endif
