/*
 * Fuzz target: tables of agents, telephones and numbers. What is taken in goes out as a table that changes nothing when
 * it is taken in again; what is refused is said by line, and nothing has changed. So with the customer table.
 */
#include <stdlib.h>
#include <string.h>

#include "config/csv.h"
#include "config/customers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct settings *settings;
static struct csv_report report;

static void must(bool right)
{
	if (!right)
		abort();
}

static void try_kind(enum csv_kind kind, const char *text)
{
	struct candidate *candidate;
	must(!candidate_new(&candidate, settings));
	if (candidate_import_csv(candidate, kind, text, &report)) {
		must(report.wrong && report.text[0] && !candidate_changed(candidate));
	} else {
		struct fault fault = {""};
		char *before = candidate_text(candidate, "", true),
		     *table = candidate_export_csv(candidate, kind, &fault);
		must(before && table);
		must(!candidate_import_csv(candidate, kind, table, &report));
		char *after = candidate_text(candidate, "", true);
		must(after && !strcmp(before, after));
		free(before);
		free(table);
		free(after);
	}
	candidate_free(candidate);
}

static void try_customers(const char *text)
{
	struct customers *customers = NULL, *again = NULL;
	if (customers_read(&customers, text, &report)) {
		must(report.wrong && report.text[0] && !customers);
		return;
	}
	char *table = customers_text(customers);
	must(table && !customers_read(&again, table, &report));
	must(customers_count(again) == customers_count(customers));
	char *same = customers_text(again);
	must(same && !strcmp(table, same));
	(void)customers_find(customers, text);
	free(table);
	free(same);
	customers_free(customers);
	customers_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault fault = {""};
	must(settings || !settings_load(&settings, "/nonexistent", &fault));
	char *text = calloc(1, size + 1);
	must(text != NULL);
	memcpy(text, data, size);
	for (int kind = 0; kind < CSV_KIND_COUNT; kind++)
		try_kind((enum csv_kind)kind, text);
	try_customers(text);
	free(text);
	return 0;
}
