/*
 * show journal: what the scheduler's journal holds, for whoever wants to replay it (belfry-sim).
 */
#include "admin/internal.h"

#include <errno.h>
#include <inttypes.h>

#include "acd/acd_actor.h"
#include "base/clock.h"
#include "store/event_files.h"

static void print_json(FILE *out, const struct event_files_figures *files, const struct acd_journal_figures *now,
                       const char *hash)
{
	struct json json = {.out = out};
	json_open(&json, NULL, '{');
	json_number(&json, "files", files->files);
	json_some(&json, "first_file", files->first);
	json_some(&json, "last_file", files->last);
	json_time(&json, "from", files->first_wall_us);
	json_time(&json, "to", clock_wall_at_us(now->last_us));
	json_number(&json, "bytes", files->bytes);
	json_number(&json, "size_bytes", files->size_bytes);
	json_number(&json, "written_bytes", files->written_bytes);
	json_number(&json, "events", now->events);
	json_number(&json, "decisions", now->decisions);
	json_number(&json, "last_event", now->last_sequence);
	json_number(&json, "lost_events", now->lost_events);
	json_number(&json, "gaps", now->gaps);
	json_number(&json, "write_failures", files->failed);
	json_number(&json, "dropped_files", files->dropped_files);
	json_text(&json, "hash", hash);
	json_close(&json, '}');
}

static void print_text(FILE *out, const struct event_files_figures *files, const struct acd_journal_figures *now,
                       const char *hash)
{
	char from[32], to[32];
	clock_format_utc(files->first_wall_us, from, sizeof(from));
	clock_format_utc(clock_wall_at_us(now->last_us), to, sizeof(to));
	fprintf(out, "Files      %" PRIu64 " (numbers %" PRIu64 " to %" PRIu64 ")\n", files->files, files->first,
	        files->last);
	fprintf(out, "Time       %s to %s\n", from, to);
	fprintf(out, "Flash      %" PRIu64 " of %" PRIu64 " KiB; %" PRIu64 " bytes written since the start\n",
	        files->bytes >> 10, files->size_bytes >> 10, files->written_bytes);
	fprintf(out, "Events     %" PRIu64 " since the start, number %" PRIu64 " the last\n", now->events,
	        now->last_sequence);
	fprintf(out, "Decisions  %" PRIu64 "; those of the last file have the hash %s\n", now->decisions, hash);
	fprintf(out,
	        "Lost       %" PRIu64 " events in %" PRIu64 " gaps; %" PRIu64 " failures to write; %" PRIu64
	        " files dropped for new ones\n",
	        now->lost_events, now->gaps, files->failed, files->dropped_files);
}

int run_show_journal(struct admin *admin, struct session *session)
{
	struct event_files_figures files;
	struct acd_journal_figures now;
	char hash[24];
	if (!admin->parts.journal || !admin->parts.acd)
		return fault_set(&session->fault, -ENOENT, "no journal of the scheduler is kept");
	event_files_figures(admin->parts.journal, &files);
	acd_actor_journal_figures(admin->parts.acd, &now);
	snprintf(hash, sizeof(hash), "%016" PRIx64, now.hash);
	(session->json ? print_json : print_text)(session->out, &files, &now, hash);
	return 0;
}
