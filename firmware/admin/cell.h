/*
 * Private to admin: tables for people, 80 columns wide.
 */
#ifndef BELFRY_ADMIN_CELL_H
#define BELFRY_ADMIN_CELL_H

#include <stdint.h>
#include <stdio.h>

#include "base/attributes.h"

/* One cell: as many columns as width (negative: to the right), cut or filled; absent (NULL, "") is a
 * dash. Blanks at the end of a line do not reach the client. */
void cell(FILE *out, int width, const char *text);
void cell_format(FILE *out, int width, const char *format, ...) PRINTF_LIKE(3, 4);
/* "0:42", "1:02:03" */
void cell_duration(FILE *out, int width, uint64_t ms);
void cell_time(FILE *out, uint64_t wall_us); /* "11-21 22:04:31", UTC, 14 columns */
void cell_end(FILE *out);

#endif
