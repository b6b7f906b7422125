/*
 * The files of a journal: a folder of them (NUMBER.events, NUMBER.decisions, as belfryd keeps them in DATA/acd), or
 * one.
 */
#ifndef BELFRY_SIM_JOURNAL_FILES_H
#define BELFRY_SIM_JOURNAL_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

struct bytes {
	uint8_t *at; /* freed by whoever has it */
	size_t count;
};

struct journal_file {
	char *path;      /* of the events */
	char *decisions; /* the file beside it; NULL: there is none */
	uint64_t number; /* in its name; 0: none */
};
struct journal_files {
	struct journal_file *files; /* oldest first */
	uint32_t count;
};

/* 0 or -errno; -ENOENT also where a folder has no journal. */
MUST_CHECK int journal_files_find(struct journal_files *files, const char *path);
void journal_files_free(struct journal_files *files);
MUST_CHECK int bytes_read(struct bytes *bytes, const char *path);

#endif
