/*
 * Agents, telephones and numbers as tables of comma-separated values (RFC 4180), for spreadsheets.
 *
 * The columns are the rows of the settings table: the first names the object, the others its settings, by their own
 * names. Lists (skills, groups, an agent's queues) stand in one cell, their items parted by ";". A file may have any of
 * the columns, in any order; settings without a column stay as they are, an empty cell takes the setting away, objects
 * without a row stay. Read: comma, semicolon or tab (whichever the header has), CRLF or LF, a byte-order mark, quotes.
 *
 * Thread: admin.
 */
#ifndef BELFRY_CONFIG_CSV_H
#define BELFRY_CONFIG_CSV_H

#include "config/settings.h"

enum csv_kind { CSV_AGENTS, CSV_PHONES, CSV_NUMBERS, CSV_KIND_COUNT };
extern const char *const csv_kind_names[CSV_KIND_COUNT];

#define CSV_ERRORS_SHOWN 20
struct csv_report {
	uint32_t rows, wrong;
	char text[CSV_ERRORS_SHOWN * 320]; /* "line 3, column port: ..." lines, the first CSV_ERRORS_SHOWN */
	size_t used;
};

/* PINs as hashes. The caller frees. NULL with the fault: a cell's text does not fit, or no memory is left. */
char *candidate_export_csv(const struct candidate *candidate, enum csv_kind kind, struct fault *fault);
/* All rows or none: -EINVAL with what is wrong in the report; -ENOMEM, -ENOSPC. */
MUST_CHECK int candidate_import_csv(struct candidate *candidate, enum csv_kind kind, const char *text,
                                    struct csv_report *report);

#endif
