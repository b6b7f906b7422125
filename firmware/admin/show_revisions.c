/*
 * `show revisions`: the running one and those that are kept, newest first.
 */
#include "admin/internal.h"

#include <errno.h>

#include "admin/cell.h"
#include "base/clock.h"

static void print_json(struct admin *admin, struct json *json, uint32_t back, const struct settings_revision *revision)
{
	json_open(json, NULL, '{');
	json_number(json, "rollback", back);
	json_number(json, "revision", revision->number);
	json_time(json, "time", revision->wall_us);
	json_text(json, "user", revision->user);
	json_text(json, "from", revision->from);
	json_text(json, "comment", revision->comment);
	json_some(json, "confirm_within_ms", !back && revision->confirm_ms ? confirm_left_ms(admin) : 0);
	json_close(json, '}');
}

static void print_row(struct admin *admin, FILE *out, uint32_t back, const struct settings_revision *revision)
{
	char time[32];
	cell_format(out, -3, "%u", back);
	cell_format(out, -8, "%u", revision->number);
	clock_format_utc(revision->wall_us, time, sizeof(time));
	time[10] = ' '; /* for the T */
	cell_format(out, 19, "%.19s", revision->wall_us ? time : "-");
	cell(out, 10, revision->user);
	cell(out, 9, revision->from);
	if (!back && revision->confirm_ms)
		fprintf(out, "(undone in %llu s unless confirmed) ", (unsigned long long)confirm_left_ms(admin) / 1000);
	fprintf(out, "%s", revision->comment);
	cell_end(out);
}

int run_show_revisions(struct admin *admin, struct session *session)
{
	struct json json = {.out = session->out};
	struct settings_revision revision;
	if (session->json)
		json_open(&json, NULL, '[');
	else
		fprintf(session->out, "  N revision time (UTC)          user       from      why\n");
	for (uint32_t back = 0; back <= SETTINGS_REVISIONS_KEPT; back++) {
		if (settings_revision(admin->parts.settings, back, &revision))
			continue;
		if (session->json)
			print_json(admin, &json, back, &revision);
		else
			print_row(admin, session->out, back, &revision);
	}
	if (session->json) {
		json_close(&json, ']');
		fputc('\n', session->out);
	}
	return 0;
}
