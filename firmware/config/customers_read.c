/* A customer table from a table for spreadsheets: each cell checked, each mistake said by its line. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/csv_parts.h"
#include "config/customers_parts.h"
#include "config/table.h"

#define COLUMNS_MAX 16

enum column { NUMBER, NAME, KEY, CLASS, UNTIL, COLUMN_COUNT };
static const char *const column_names[COLUMN_COUNT] = {"number", "name", "key", "class", "until"};

struct reading {
	struct csv_reader reader;
	struct csv_report *report;
	struct customers *customers;
	uint32_t room;
	unsigned column_count;
	enum column column[COLUMNS_MAX];
};

static void wrong(struct reading *reading, unsigned line, const char *format, ...) PRINTF_LIKE(3, 4);
static void wrong(struct reading *reading, unsigned line, const char *format, ...)
{
	struct csv_report *report = reading->report;
	char text[240];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (report->wrong++ < CSV_ERRORS_SHOWN)
		text_append(report->text, sizeof(report->text), &report->used, "line %u, %s\n", line, text);
}

/* 1: a cell was read; 0: the end. */
static int next_cell(struct reading *reading)
{
	int result = csv_reader_next(&reading->reader);
	if (result < 0)
		wrong(reading, reading->reader.line, "a quote is not closed or out of place, or a cell is too long");
	return result < 0 ? -EINVAL : result;
}

static int read_header(struct reading *reading)
{
	unsigned seen = 0;
	int got;
	do {
		got = next_cell(reading);
		if (got <= 0)
			break;
		int column = text_name_index(column_names, COLUMN_COUNT, reading->reader.cell);
		if (column < 0 || seen >> column & 1 || reading->column_count == COLUMNS_MAX) {
			wrong(reading, 1, "column %.40s: expected each of number, name, key, class, until once at most",
			      reading->reader.cell);
			return -EINVAL;
		}
		seen |= 1u << column;
		reading->column[reading->column_count++] = (enum column)column;
	} while (!reading->reader.record_end);
	if (got >= 0 && !(seen & 1u << NUMBER))
		wrong(reading, 1,
		      "the first line names the columns: expected number, and any of name, key, class, until");
	return reading->report->wrong ? -EINVAL : 0;
}

static bool class_name(const char *word)
{
	return strlen(word) < CONFIG_NAME_BYTES &&
	       strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                    "0123456789-_.") == strlen(word) &&
	       strcmp(word, "any") != 0 && strcmp(word, "none") != 0;
}

static bool printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

static bool put_text(char *to, size_t size, const char *cell)
{
	return printable(cell) && text_copy(to, size, cell);
}

static bool put_date(struct customer *row, const char *cell)
{
	const struct value_type *date = value_type_find("DATE", 4);
	char canonical[32];
	if (!*cell)
		return true;
	if (!date || !date->check(cell, canonical, sizeof(canonical)))
		return false;
	row->until = 0;
	for (const char *at = canonical; *at; at++)
		if (*at != '-')
			row->until = row->until * 10 + (uint32_t)(*at - '0');
	return true;
}

static void take_cell(struct reading *reading, struct customer *row, enum column column)
{
	const char *cell = reading->reader.cell;
	switch (column) {
	case NUMBER:
		if (strspn(cell, "+0123456789 -/()") != strlen(cell) || !customer_digits(cell, row->digits))
			wrong(reading, row->line,
			      "column number: %.40s: expected a telephone number of up to %d digits", cell,
			      CUSTOMER_NUMBER_BYTES - 1);
		break;
	case NAME:
		if (!put_text(row->name, sizeof(row->name), cell))
			wrong(reading, row->line, "column name: %.40s: expected a text of up to %zu bytes", cell,
			      sizeof(row->name) - 1);
		break;
	case KEY:
		if (!put_text(row->key, sizeof(row->key), cell))
			wrong(reading, row->line, "column key: %.40s: expected a text of up to %zu bytes", cell,
			      sizeof(row->key) - 1);
		break;
	case CLASS:
		if (!class_name(cell) || !text_copy(row->class, sizeof(row->class), cell))
			wrong(reading, row->line,
			      "column class: %.40s: expected a name of letters, digits, - _ . (not any, not none)",
			      cell);
		break;
	case UNTIL:
		if (!put_date(row, cell))
			wrong(reading, row->line, "column until: %.40s: expected a date such as 2026-12-31", cell);
		break;
	case COLUMN_COUNT:
		break;
	}
}

static struct customer *one_more(struct reading *reading)
{
	struct customers *customers = reading->customers;
	if (customers->count == reading->room) {
		uint32_t room = reading->room ? reading->room * 2 : 256;
		struct customer *grown = reallocarray(customers->row, room, sizeof(*grown));
		if (!grown)
			return NULL;
		customers->row = grown;
		reading->room = room;
	}
	return memset(&customers->row[customers->count], 0, sizeof(struct customer));
}

/* One record. 1; 0: the end; a blank line counts for nothing. */
static int read_record(struct reading *reading)
{
	struct customer *row = one_more(reading);
	bool blank = true;
	if (!row)
		return -ENOMEM;
	row->line = reading->reader.line;
	for (unsigned at = 0;; at++) {
		int got = next_cell(reading);
		if (got <= 0)
			return got;
		blank &= !reading->reader.cell[0];
		if (at < reading->column_count && !(blank && reading->reader.record_end && at == 0))
			take_cell(reading, row, reading->column[at]);
		else if (reading->reader.cell[0])
			wrong(reading, row->line, "more cells than columns");
		if (reading->reader.record_end)
			break;
	}
	reading->customers->count += !blank;
	return 1;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct customer *)a)->digits, ((const struct customer *)b)->digits);
}

static void find_doubles(struct reading *reading)
{
	const struct customers *customers = reading->customers;
	for (uint32_t i = 1; i < customers->count; i++)
		if (customers->row[i].digits[0] && !compare(&customers->row[i - 1], &customers->row[i]))
			wrong(reading, customers->row[i].line, "column number: the same as in line %u",
			      customers->row[i - 1].line);
}

static int read_all(struct reading *reading)
{
	int got = read_header(reading);
	if (got < 0)
		return got;
	while ((got = read_record(reading)) > 0)
		if (reading->customers->count > CUSTOMERS_MAX)
			return -ENOSPC;
	if (got < 0)
		return got;
	if (reading->customers->count)
		qsort(reading->customers->row, reading->customers->count, sizeof(struct customer), compare);
	find_doubles(reading);
	reading->report->rows = reading->customers->count;
	return reading->report->wrong ? -EINVAL : 0;
}

int customers_read(struct customers **out, const char *text, struct csv_report *report)
{
	struct reading *reading = calloc(1, sizeof(*reading)); /* a cell is too large for the stack */
	struct customers *customers = calloc(1, sizeof(*customers));
	int error = reading && customers ? 0 : -ENOMEM;
	memset(report, 0, sizeof(*report));
	if (!error) {
		reading->report = report;
		reading->customers = customers;
		csv_reader_start(&reading->reader, text);
		error = read_all(reading);
	}
	free(reading);
	if (error)
		customers_free(customers);
	else
		*out = customers;
	return error;
}
