/*
 * A table taken in: each cell becomes a settings line like one that is typed, in a copy of the candidate's lines.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/csv_parts.h"

#define ROWS_MAX 10000

struct import {
	struct csv_table table;
	struct csv_reader reader;
	struct csv_report *report;
	struct tree tree;
	const struct csv_column *column[CSV_COLUMNS_MAX]; /* of the file, in its order */
	unsigned columns;
	char (*cell)[CSV_CELL_BYTES]; /* of the row in hand */
	unsigned line;                /* where the row begins */
	struct {
		char key[48];
		unsigned line;
	} * seen; /* rows so far */
	uint32_t seen_count;
};

static void complain(struct import *import, const char *column, const char *format, ...) PRINTF_LIKE(3, 4);
static void complain(struct import *import, const char *column, const char *format, ...)
{
	struct csv_report *report = import->report;
	char text[300];
	va_list arguments;
	if (++report->wrong > CSV_ERRORS_SHOWN)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	text_append(report->text, sizeof(report->text), &report->used, "line %u%s%s: %s\n", import->line,
	            column ? ", column " : "", column ? column : "", text);
}

/* ---- the header ---- */

static const struct csv_column *column_named(const struct csv_table *table, const char *name)
{
	for (unsigned i = 0; i < table->count; i++)
		if (!strcasecmp(table->column[i].name, name))
			return &table->column[i];
	return NULL;
}

static void unknown_column(struct import *import, const char *name)
{
	const char *names[CSV_COLUMNS_MAX];
	char list[200] = "";
	size_t used = 0;
	for (unsigned i = 0; i < import->table.count; i++) {
		names[i] = import->table.column[i].name;
		text_append(list, sizeof(list), &used, "%s%s", i ? ", " : "", names[i]);
	}
	const char *near = word_nearest(name, names, import->table.count);
	if (near)
		complain(import, NULL, "unknown column \"%.40s\": did you mean \"%s\"?", name, near);
	else
		complain(import, NULL, "unknown column \"%.40s\": expected %s", name, list);
}

static void read_error(struct import *import, int error)
{
	if (error == -EFBIG)
		complain(import, NULL, "a cell is longer than %d bytes", CSV_CELL_BYTES - 1);
	else
		complain(import, NULL,
		         "a double quote is not closed, or stands inside a cell that does not begin with one");
}

static bool read_header(struct import *import)
{
	unsigned keys = 0;
	int more;
	import->line = 1;
	do {
		more = csv_reader_next(&import->reader);
		if (more < 0)
			read_error(import, more);
		if (more <= 0)
			break;
		const struct csv_column *column = column_named(&import->table, import->reader.cell);
		bool twice = false;
		for (unsigned i = 0; column && i < import->columns; i++)
			twice |= import->column[i] == column;
		if (!column)
			unknown_column(import, import->reader.cell);
		else if (twice)
			complain(import, NULL, "column \"%s\" is there twice", column->name);
		else
			import->column[import->columns++] = column;
		keys += column && column->shape == CSV_KEY;
	} while (!import->reader.record_end);
	if (!keys && !import->report->wrong)
		complain(import, NULL, "expected a header with the column \"%s\"", import->table.column[0].name);
	return !import->report->wrong;
}

/* ---- rows ---- */

/* Puts one line, given as text, in or takes it away. */
static void carry_out(struct import *import, const char *column, const char *line, bool delete)
{
	struct words words;
	struct fault fault = {""};
	int error = words_split(&words, line, &fault);
	if (!error && delete)
		tree_remove(&import->tree, words.word, words.count);
	else if (!error)
		error = tree_set_line(&import->tree, &words, 0, &fault);
	if (error)
		complain(import, column, "%s", fault.text);
}

static void set_one(struct import *import, const struct csv_column *column, const char *key, const char *cell)
{
	char line[LINE_BYTES_MAX], quoted[2 * LINE_BYTES_MAX + 3], leaf[32] = "";
	size_t used = 0;
	if (setting_pattern(column->row)->key_items > 2)
		snprintf(leaf, sizeof(leaf), " %s", column->name);
	bool whole = strlen(cell) < LINE_BYTES_MAX;
	if (column->shape == CSV_ONE && whole)
		word_quote(cell, quoted, sizeof(quoted));
	else
		text_copy(quoted, sizeof(quoted), cell);
	text_append(line, sizeof(line), &used, "%s %s%s", import->table.root, key, leaf);
	if (!whole || (*cell && !text_append(line, sizeof(line), &used, " %s", quoted)))
		complain(import, column->name, "the cell is too long");
	else
		carry_out(import, column->name, line, !*cell);
}

/* All lines of the list that the object has now. */
static void clear_list(struct import *import, const struct csv_column *column, const char *key)
{
	struct tree *tree = &import->tree;
	unsigned at = column->shape == CSV_INVERSE ? 3 : 1;
	for (uint32_t i = tree->count; i-- > 0;) {
		const struct settings_line *line = tree->lines[i];
		char text[LINE_BYTES_MAX];
		struct words words;
		if (line->row != column->row || strcmp(line->word[at], key) != 0)
			continue;
		words_join(line->word, line->key_count, text, sizeof(text));
		if (!words_split(&words, text, NULL))
			tree_remove(tree, words.word, words.count);
	}
}

static void set_item(struct import *import, const struct csv_column *column, const char *key, char *item)
{
	char line[LINE_BYTES_MAX];
	size_t used = 0;
	bool whole;
	item += strspn(item, " ");
	size_t first = strcspn(item, " ");
	if (!*item)
		return;
	if (column->shape == CSV_INVERSE)
		whole = text_append(line, sizeof(line), &used, "%s %.*s %s %s%s", column->name, (int)first, item,
		                    import->table.root, key, item + first);
	else
		whole =
		    text_append(line, sizeof(line), &used, "%s %s %s %s", import->table.root, key, column->name, item);
	if (whole)
		carry_out(import, column->name, line, false);
	else
		complain(import, column->name, "an item of the cell is too long");
}

static void set_list(struct import *import, const struct csv_column *column, const char *key, char *cell)
{
	char *item;
	clear_list(import, column, key);
	while ((item = strsep(&cell, ";")))
		set_item(import, column, key, item);
}

/* The name of the row's object, checked as a word; "" with a complaint. */
static const char *key_of(struct import *import)
{
	const char *key = "";
	for (unsigned i = 0; i < import->columns; i++)
		if (import->column[i]->shape == CSV_KEY)
			key = import->cell[i];
	if (!*key || strpbrk(key, " \t\"\\#\r\n") || strlen(key) >= sizeof(import->seen->key)) {
		complain(import, import->table.column[0].name, "expected the %s, such as %s",
		         import->table.column[0].name,
		         !strcmp(import->table.root, "agent")  ? "101"
		         : !strcmp(import->table.root, "port") ? "2/1"
		                                               : "8005551000");
		return "";
	}
	for (uint32_t i = 0; i < import->seen_count; i++)
		if (!strcmp(import->seen[i].key, key)) {
			complain(import, import->table.column[0].name, "%s %s stands on line %u already",
			         import->table.column[0].name, key, import->seen[i].line);
			return "";
		}
	return key;
}

static int remember(struct import *import, const char *key)
{
	if ((import->seen_count & (import->seen_count + 1)) == 0) { /* 0, 1, 3, 7 ...: grow */
		void *grown = reallocarray(import->seen, import->seen_count * 2 + 1, sizeof(*import->seen));
		if (!grown)
			return -ENOMEM;
		import->seen = grown;
	}
	text_copy(import->seen[import->seen_count].key, sizeof(import->seen->key), key);
	import->seen[import->seen_count++].line = import->line;
	return 0;
}

static int take_row(struct import *import)
{
	const char *key = key_of(import);
	if (!*key)
		return 0;
	int error = remember(import, key);
	for (unsigned i = 0; !error && i < import->columns; i++) {
		const struct csv_column *column = import->column[i];
		if (column->shape == CSV_LIST || column->shape == CSV_INVERSE)
			set_list(import, column, key, import->cell[i]);
		else if (column->shape != CSV_KEY)
			set_one(import, column, key, import->cell[i]);
	}
	return error;
}

/* The cells of the next row: how many; 0: no more; -errno with a complaint. */
static int read_row(struct import *import)
{
	unsigned count = 0;
	int more;
	import->line = import->reader.line;
	do {
		more = csv_reader_next(&import->reader);
		if (more < 0)
			read_error(import, more);
		if (more <= 0)
			return more;
		if (count < import->columns)
			text_copy(import->cell[count], CSV_CELL_BYTES, import->reader.cell);
		count++;
	} while (!import->reader.record_end);
	return (int)count;
}

static int read_rows(struct import *import)
{
	int count, error = 0;
	while (!error && (count = read_row(import)) > 0) {
		if (count == 1 && !import->cell[0][0] && import->columns > 1)
			continue; /* an empty line */
		if (++import->report->rows > ROWS_MAX)
			return -ENOSPC;
		if ((unsigned)count != import->columns)
			complain(import, NULL, "%d cells, but the header has %u", count, import->columns);
		else
			error = take_row(import);
	}
	return error;
}

int candidate_import_csv(struct candidate *candidate, enum csv_kind kind, const char *text, struct csv_report *report)
{
	struct import *import = calloc(1, sizeof(*import));
	int error = import ? 0 : -ENOMEM;
	*report = (struct csv_report){0};
	if (!error) {
		import->report = report;
		csv_table_make(&import->table, kind);
		csv_reader_start(&import->reader, text);
		import->cell = calloc(CSV_COLUMNS_MAX, sizeof(*import->cell));
		error = import->cell ? candidate_begin_edit(candidate, NULL) : -ENOMEM;
	}
	if (!error)
		error = tree_copy(&import->tree, &candidate->tree);
	if (!error && read_header(import))
		error = read_rows(import);
	if (!error && report->wrong)
		error = -EINVAL;
	if (!error) {
		tree_free(&candidate->tree);
		candidate->tree = import->tree;
		candidate->edited = true;
	} else if (import) {
		tree_free(&import->tree);
	}
	if (import) {
		free(import->cell);
		free(import->seen);
	}
	free(import);
	return error;
}
