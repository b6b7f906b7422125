/*
 * export csv, import csv: tables for spreadsheets.
 */
#include "config/csv.h"
#include "config/customers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "admin/internal.h"
#include "base/text.h"

/* The kind and, behind it, the file. */
static int take_words(struct session *session, enum csv_kind *kind, const char **path)
{
	struct words *words = &session->words;
	unsigned at = session->first;
	int index = at < words->count ? text_name_index(csv_kind_names, CSV_KIND_COUNT, words->word[at]) : -1;
	if (index < 0 || words->count > at + 2)
		return fault_set(&session->fault, -EINVAL, "%s%s%s: expected %s", session->command->words,
		                 at < words->count ? " " : "", at < words->count ? words->word[at] : "",
		                 session->command->arguments);
	*kind = (enum csv_kind)index;
	*path = words->count > at + 1 ? words->word[at + 1] : NULL;
	return 0;
}

/* ---- customers: a table of their own, in force at once ---- */

static bool is_customers(const struct session *session)
{
	const struct words *words = &session->words;
	return session->first < words->count && !strcmp(words->word[session->first], "customers");
}

/* The file, or NULL. -EINVAL: there is more. */
static int customers_path(struct session *session, const char **path)
{
	struct words *words = &session->words;
	if (words->count > session->first + 2)
		return fault_set(&session->fault, -EINVAL, "%s customers: \"%s\" is too much", session->command->words,
		                 words->word[session->first + 2]);
	*path = words->count > session->first + 1 ? words->word[session->first + 1] : NULL;
	return 0;
}

static int export_customers(struct admin *admin, struct session *session)
{
	struct customers *customers = NULL;
	const char *path;
	int error = customers_path(session, &path);
	if (!error)
		error = customers_load(&customers, admin->parts.data_folder, &session->fault);
	if (error)
		return error;
	char *text = customers_text(customers);
	customers_free(customers);
	if (!text)
		return fault_set(&session->fault, -ENOMEM, "no memory left");
	return put_text(admin, session, path ? path : "-", text, "customers");
}

/* On flash first: what is in force is there after a restart too. */
static int take_customers(struct admin *admin, struct session *session, const char *text)
{
	struct csv_report *report = calloc(1, sizeof(*report));
	struct customers *customers = NULL;
	int error = report ? customers_read(&customers, text, report) : -ENOMEM;
	char *kept = error ? NULL : customers_text(customers);
	if (report)
		fputs(report->text, session->out);
	if (error == -EINVAL)
		fault_set(&session->fault, error, "%u %s, nothing taken in", report->wrong,
		          report->wrong == 1 ? "error" : "errors");
	else if (error == -ENOSPC)
		fault_set(&session->fault, error, "more than %d customers", CUSTOMERS_MAX);
	else if (error || !kept)
		error = fault_set(&session->fault, -ENOMEM, "no memory left");
	else
		error = customers_keep(kept, admin->parts.data_folder, &session->fault);
	free(kept);
	free(report);
	if (error) {
		customers_free(customers);
		return error;
	}
	fprintf(session->out, "%u customers taken in, in force from now on in place of those before\n",
	        customers_count(customers));
	control_give_customers(admin->parts.control, customers);
	return 0;
}

/* ---- agents, phones, numbers: into the candidate ---- */

int run_export_csv(struct admin *admin, struct session *session)
{
	enum csv_kind kind;
	const char *path;
	if (is_customers(session))
		return export_customers(admin, session);
	int error = take_words(session, &kind, &path);
	if (!error)
		error = session_candidate(admin, session);
	if (error)
		return error;
	char *text = candidate_export_csv(session->candidate, kind, &session->fault);
	return text ? put_text(admin, session, path ? path : "-", text, csv_kind_names[kind]) : -EINVAL;
}

int take_import_csv(struct admin *admin, struct session *session, const char *text)
{
	enum csv_kind kind;
	const char *path;
	if (is_customers(session))
		return take_customers(admin, session, text);
	int error = take_words(session, &kind, &path);
	if (!error)
		error = session_candidate(admin, session);
	struct csv_report *report = error ? NULL : calloc(1, sizeof(*report));
	if (error)
		return error;
	if (!report)
		return fault_set(&session->fault, -ENOMEM, "no memory left");
	error = candidate_import_csv(session->candidate, kind, text, report);
	if (!error)
		fprintf(session->out, "%u rows taken in; see \"show | compare\", then \"commit\"\n", report->rows);
	fputs(report->text, session->out);
	if (error == -EINVAL)
		fault_set(&session->fault, error, "%u %s, nothing taken in", report->wrong,
		          report->wrong == 1 ? "error" : "errors");
	else if (error)
		fault_set(&session->fault, error, "import: %s",
		          error == -ENOMEM ? "no memory left" : "more rows than the box can have");
	free(report);
	return error;
}

int run_import_csv(struct admin *admin, struct session *session)
{
	enum csv_kind kind;
	const char *path;
	char *text = NULL;
	bool customers = is_customers(session);
	int error = customers ? customers_path(session, &path) : take_words(session, &kind, &path);
	if (error)
		return error;
	if (!path)
		return fault_set(&session->fault, -EINVAL,
		                 "import csv %s: not complete, expected a file, or - for lines here",
		                 customers ? "customers" : csv_kind_names[kind]);
	if (!strcmp(path, "-") || !strcmp(path, "terminal"))
		return paste_begin(session, "the lines of the table, header first");
	if (session_role(admin, session) != CONFIG_ADMINISTRATOR)
		return fault_set(&session->fault, -EPERM, "import csv FILE: only an administrator may do that");
	error = read_text_file(session, path, customers ? CUSTOMERS_BYTES_MAX : LOAD_BYTES_MAX, &text);
	if (!error)
		error = take_import_csv(admin, session, text);
	free(text);
	return error;
}
