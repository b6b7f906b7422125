/*
 * Private to config: a table's columns, and a file's cells.
 */
#ifndef BELFRY_CONFIG_CSV_PARTS_H
#define BELFRY_CONFIG_CSV_PARTS_H

#include "config/candidate.h"
#include "config/csv.h"

#define CSV_COLUMNS_MAX 48
#define CSV_CELL_BYTES  32768 /* what a cell of a spreadsheet holds */

enum csv_shape {
	CSV_KEY,
	CSV_ONE,    /* one word */
	CSV_WORDS,  /* a value of several words, as typed on the console: queue sales */
	CSV_LIST,   /* "ITEM VALUE; ITEM VALUE": agent 101 skill ITEM VALUE */
	CSV_INVERSE /* the same, but the item is the object: queue ITEM agent 101 VALUE */
};

struct csv_column {
	char name[24];
	enum csv_shape shape;
	unsigned row; /* of the settings table */
};

struct csv_table {
	const char *root; /* "agent" */
	unsigned count;
	struct csv_column column[CSV_COLUMNS_MAX];
};
void csv_table_make(struct csv_table *table, enum csv_kind kind);

/* Cells of a file, one after the other. */
struct csv_reader {
	const char *at;
	char separator;
	unsigned line;   /* of at */
	bool record_end; /* the cell read last was its record's last */
	char cell[CSV_CELL_BYTES];
};
void csv_reader_start(struct csv_reader *reader, const char *text);
/* The next cell, in reader->cell. 1; 0: no more; -EINVAL: a quote is not closed, or stands where none may; -EFBIG. */
int csv_reader_next(struct csv_reader *reader);

#endif
