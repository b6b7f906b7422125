/*
 * The columns of the tables, and the tables as text.
 */
#include "config/csv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/csv_parts.h"
#include "config/pin.h"

const char *const csv_kind_names[CSV_KIND_COUNT] = {"agents", "phones", "numbers"};

static const struct {
	const char *root, *key, *inverse; /* inverse: "QUEUE agent AGENT" is a column of agents */
} kinds[CSV_KIND_COUNT] = {{"agent", "agent", "queue"}, {"port", "port", NULL}, {"did", "number", NULL}};

static void add_column(struct csv_table *table, const char *name, enum csv_shape shape, unsigned row)
{
	if (table->count == CSV_COLUMNS_MAX)
		return;
	struct csv_column *column = &table->column[table->count++];
	text_copy(column->name, sizeof(column->name), name);
	column->shape = shape;
	column->row = row;
}

static bool is_word(const struct item *item, const char *word)
{
	return !item->value && item->choices->kind == CHOICE_WORD && (!word || !strcmp(item->choices->word, word));
}

/* "ROOT {KEY} LEAF = VALUE", "ROOT {KEY} LEAF {ITEM} = VALUE" and "ROOT {KEY} = VALUE" have a column. */
static void add_row(struct csv_table *table, unsigned row)
{
	const struct pattern *pattern = setting_pattern(row);
	const struct item *item = pattern->items;
	unsigned value_items = (unsigned)pattern->item_count - pattern->key_items;
	if (!is_word(&item[0], table->root) ||
	    (setting_rows[row].secret && setting_rows[row].keep_as != pin_hash_words))
		return;
	bool simple = value_items == 1 && !pattern->group_count && !item[pattern->key_items].repeat &&
	              item[pattern->key_items].choices->kind != CHOICE_DESTINATION;
	if (pattern->key_items == 2)
		add_column(table, "destination", CSV_WORDS, row);
	else if (pattern->key_items == 3 && is_word(&item[2], NULL))
		add_column(table, item[2].choices->word, simple ? CSV_ONE : CSV_WORDS, row);
	else if (pattern->key_items == 4 && is_word(&item[2], NULL) && item[3].value)
		add_column(table, item[2].choices->word, CSV_LIST, row);
}

void csv_table_make(struct csv_table *table, enum csv_kind kind)
{
	table->root = kinds[kind].root;
	table->count = 0;
	add_column(table, kinds[kind].key, CSV_KEY, 0);
	for (unsigned row = 0; row < setting_row_count; row++)
		add_row(table, row);
	for (unsigned row = 0; kinds[kind].inverse && row < setting_row_count; row++) {
		const struct pattern *pattern = setting_pattern(row);
		if (is_word(&pattern->items[0], kinds[kind].inverse) && pattern->key_items == 4 &&
		    is_word(&pattern->items[2], table->root))
			add_column(table, kinds[kind].inverse, CSV_INVERSE, row);
	}
}

/* ---- out ---- */

static void print_cell(FILE *out, const char *text)
{
	size_t length = strlen(text);
	bool quote = strpbrk(text, ",;\t\"\r\n") || (length && (*text == ' ' || text[length - 1] == ' '));
	if (!quote) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++)
		fprintf(out, *text == '"' ? "\"\"" : "%c", *text);
	fputc('"', out);
}

/* False, here and below: it does not fit into the cell. */
static bool append_item(char *cell, size_t size, const char *first, const char *const *word, unsigned count)
{
	size_t used = strlen(cell);
	char value[2 * LINE_BYTES_MAX + 3 * WORDS_MAX];
	words_join(word, count, value, sizeof(value));
	return text_append(cell, size, &used, "%s%s%s%s", used ? "; " : "", first, count ? " " : "", value);
}

/* What one line of the tree adds to a cell of the object. */
static bool take_line(const struct csv_column *column, const struct settings_line *line, const char *key, char *cell,
                      size_t size)
{
	if (line->row != column->row || strcmp(line->word[column->shape == CSV_INVERSE ? 3 : 1], key) != 0)
		return true;
	const char *const *value = line->word + line->key_count;
	unsigned count = (unsigned)line->word_count - line->key_count;
	if (column->shape == CSV_INVERSE)
		return append_item(cell, size, line->word[1], value, count);
	if (column->shape == CSV_LIST)
		return append_item(cell, size, line->word[3], value, count);
	if (column->shape == CSV_WORDS)
		words_join(value, count, cell, size); /* of one line: there is room */
	else if (setting_rows[line->row].keep_as == pin_hash_words)
		pin_with_id(value[0], cell, size);
	else
		text_copy(cell, size, value[0]);
	return true;
}

static int print_object(FILE *out, const struct csv_table *table, const struct settings_line **sorted, uint32_t count,
                        const char *key, struct fault *fault)
{
	for (unsigned c = 0; c < table->count; c++) {
		const struct csv_column *column = &table->column[c];
		char cell[CSV_CELL_BYTES];
		cell[0] = '\0';
		if (column->shape == CSV_KEY)
			text_copy(cell, sizeof(cell), key);
		for (uint32_t i = 0; column->shape != CSV_KEY && i < count; i++)
			if (!take_line(column, sorted[i], key, cell, sizeof(cell)))
				return fault_set(
				    fault, -EFBIG,
				    "%s %s, column %s: more than the %d bytes that a cell can have; nothing exported",
				    table->root, key, column->name, CSV_CELL_BYTES - 1);
		fputs(c ? "," : "", out);
		print_cell(out, cell);
	}
	fputs("\r\n", out);
	return 0;
}

char *candidate_export_csv(const struct candidate *candidate, enum csv_kind kind, struct fault *fault)
{
	const struct tree *tree = candidate_tree(candidate);
	const struct settings_line **sorted = tree_sorted(tree);
	struct csv_table table;
	char *text = NULL;
	const char *last = "";
	size_t size;
	int error = fault_set(fault, 0, "no memory left");
	FILE *out = sorted ? open_memstream(&text, &size) : NULL;
	csv_table_make(&table, kind);
	for (unsigned c = 0; out && c < table.count; c++)
		fprintf(out, "%s%s%s", c ? "," : "", table.column[c].name, c + 1 == table.count ? "\r\n" : "");
	for (uint32_t i = 0; out && !error && i < tree->count; i++) {
		if (strcmp(sorted[i]->word[0], table.root) != 0 || !strcmp(sorted[i]->word[1], last))
			continue;
		last = sorted[i]->word[1];
		error = print_object(out, &table, sorted, tree->count, last, fault);
	}
	free(sorted);
	if (!out || fclose(out) || error) {
		free(text);
		return NULL;
	}
	return text;
}
