/* See customers.h: the table, its file and the search. Making it from a table for spreadsheets: customers_read.c. */
#include "config/customers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_load.h"
#include "base/text.h"
#include "config/customers_parts.h"
#include "config/files.h"

#define FILE_NAME "customers.csv"

void customers_free(struct customers *customers)
{
	if (!customers)
		return;
	free(customers->row);
	free(customers);
}

uint32_t customers_count(const struct customers *customers)
{
	return customers ? customers->count : 0;
}

/* ---- search ---- */

size_t customer_digits(const char *number, char *digits)
{
	size_t count = 0, at = strlen(number);
	while (at-- > 0)
		if (number[at] >= '0' && number[at] <= '9') {
			if (count + 1 == CUSTOMER_NUMBER_BYTES)
				return 0;
			digits[count++] = number[at];
		}
	digits[count] = '\0';
	return count;
}

/* The first row that is not before these digits. */
static uint32_t lower(const struct customers *customers, const char *digits)
{
	uint32_t low = 0, high = customers->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (strcmp(customers->row[middle].digits, digits) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool begins(const struct customers *customers, uint32_t row, const char *digits, size_t count)
{
	return row < customers->count && !strncmp(customers->row[row].digits, digits, count);
}

/* Numbers are stored from their end: those that end alike stand together. */
const struct customer *customers_find(const struct customers *customers, const char *number)
{
	char digits[CUSTOMER_NUMBER_BYTES];
	size_t count = customers_count(customers) ? customer_digits(number, digits) : 0;
	if (!count)
		return NULL;
	uint32_t row = lower(customers, digits);
	if (begins(customers, row, digits, count + 1))
		return &customers->row[row];
	if (count < CUSTOMER_DIGITS_ALIKE)
		return NULL;
	if (begins(customers, row, digits, count)) /* a longer one ends so; two: nobody knows which */
		return begins(customers, row + 1, digits, count) ? NULL : &customers->row[row];
	while (--count >= CUSTOMER_DIGITS_ALIKE) {
		digits[count] = '\0';
		row = lower(customers, digits);
		if (begins(customers, row, digits, count + 1))
			return &customers->row[row];
	}
	return NULL;
}

/* ---- text and file ---- */

static void put_cell(FILE *out, const char *text)
{
	if (!strpbrk(text, ",;\"\t\r\n ")) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void put_row(FILE *out, const struct customer *row)
{
	for (size_t i = strlen(row->digits); i-- > 0;)
		fputc(row->digits[i], out);
	fputc(',', out);
	put_cell(out, row->name);
	fputc(',', out);
	put_cell(out, row->key);
	fputc(',', out);
	put_cell(out, row->class);
	fputc(',', out);
	if (row->until)
		fprintf(out, "%04u-%02u-%02u", row->until / 10000, row->until / 100 % 100, row->until % 100);
	fputs("\r\n", out);
}

char *customers_text(const struct customers *customers)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);
	if (!out)
		return NULL;
	fputs("number,name,key,class,until\r\n", out);
	for (uint32_t i = 0; i < customers_count(customers); i++)
		put_row(out, &customers->row[i]);
	bool bad = ferror(out);
	if (fclose(out) || bad) {
		free(text);
		return NULL;
	}
	return text;
}

static int path_of(const char *folder, char *path, size_t size, struct fault *fault)
{
	size_t used = 0;
	if (text_append(path, size, &used, "%s/%s", folder, FILE_NAME))
		return 0;
	return fault_set(fault, -ENAMETOOLONG, "data folder %s: its name is too long", folder);
}

int customers_load(struct customers **out, const char *folder, struct fault *fault)
{
	char path[4096], *text = NULL;
	size_t bytes;
	int error = path_of(folder, path, sizeof(path), fault);
	*out = NULL;
	if (error)
		return error;
	error = file_load(path, CUSTOMERS_BYTES_MAX, &text, &bytes);
	if (error == -ENOENT)
		return 0;
	if (error)
		return fault_set(fault, error, "customer table %s: %s", path, strerror(-error));
	struct csv_report *report = calloc(1, sizeof(*report));
	error = report ? customers_read(out, text, report) : -ENOMEM;
	if (error)
		fault_set(fault, error, "customer table %s: %.200s", path,
		          report && report->text[0] ? report->text : strerror(-error));
	free(report);
	free(text);
	return error;
}

int customers_keep(const char *text, const char *folder, struct fault *fault)
{
	char path[4096];
	int error = path_of(folder, path, sizeof(path), fault);
	if (!error)
		error = config_file_replace(path, text, strlen(text));
	return error ? fault_set(fault, error, "the customer table could not be written: %s", strerror(-error)) : 0;
}
