/*
 * export csv, import csv: tables for spreadsheets.
 */
#include "config/csv.h"

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

int run_export_csv(struct admin *admin, struct session *session)
{
	enum csv_kind kind;
	const char *path;
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
	int error = take_words(session, &kind, &path);
	if (error)
		return error;
	if (!path)
		return fault_set(&session->fault, -EINVAL,
		                 "import csv %s: not complete, expected a file, or - for lines here",
		                 csv_kind_names[kind]);
	if (!strcmp(path, "-") || !strcmp(path, "terminal"))
		return paste_begin(session, "the lines of the table, header first");
	if (session_role(admin, session) != CONFIG_ADMINISTRATOR)
		return fault_set(&session->fault, -EPERM, "import csv FILE: only an administrator may do that");
	error = read_text_file(session, path, LOAD_BYTES_MAX, &text);
	if (!error)
		error = take_import_csv(admin, session, text);
	free(text);
	return error;
}
