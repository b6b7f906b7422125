/*
 * The flight recorder: what was frozen, freezing by hand, giving the frames away.
 */
#include "admin/internal.h"

#include <errno.h>
#include <string.h>

#include "admin/cell.h"
#include "base/text.h"

static int check(const struct admin *admin, struct session *session)
{
	return admin->parts.trace ? 0 : fault_set(&session->fault, -ENODEV, "there is no flight recorder here");
}

static void json_records(struct session *session, const struct flight_record *records, unsigned count)
{
	struct json json = {.out = session->out};
	json_open(&json, NULL, '[');
	for (unsigned i = count; i-- > 0;) {
		json_open(&json, NULL, '{');
		json_number(&json, "id", records[i].id);
		json_time(&json, "time", records[i].wall_us);
		json_some(&json, "span", records[i].span);
		json_text(&json, "trigger", trace_trigger_names[records[i].trigger]);
		json_some(&json, "call", records[i].call);
		json_number(&json, "frames", records[i].frames);
		json_text(&json, "text", records[i].text);
		json_close(&json, '}');
	}
	json_close(&json, ']');
}

static void table_records(FILE *out, const struct flight_record *records, unsigned count)
{
	fprintf(out, "Id    Time (UTC)     Span Trigger    Call   Frames What\n");
	for (unsigned i = count; i-- > 0;) {
		cell_format(out, 5, "%u", records[i].id);
		cell_time(out, records[i].wall_us);
		if (records[i].span)
			cell_format(out, 4, "%u", records[i].span);
		else
			cell(out, 4, "all");
		cell(out, 10, trace_trigger_names[records[i].trigger]);
		if (records[i].call)
			cell_format(out, 6, "%u", records[i].call);
		else
			cell(out, 6, NULL);
		cell_format(out, -6, "%u", records[i].frames);
		fprintf(out, "%.28s\n", records[i].text);
		if (strlen(records[i].text) > 28)
			fprintf(out, "%51s%.28s\n", "", records[i].text + 28);
		if (strlen(records[i].text) > 56)
			fprintf(out, "%51s%.28s\n", "", records[i].text + 56);
	}
}

int run_show_flight(struct admin *admin, struct session *session)
{
	unsigned count;
	uint64_t suppressed;
	int error = check(admin, session);
	if (error)
		return error;
	if (session->words.count > session->first) {
		uint32_t id;
		if (session->words.count > session->first + 1 ||
		    text_to_u32(session->words.word[session->first], 1, UINT32_MAX, &id))
			return fault_set(&session->fault, -EINVAL,
			                 "show flight-recorder: expected the id of a frozen trace");
		return show_frozen_trace(admin, session, id);
	}
	const struct flight_record *records = flight_records(admin->parts.trace, &count, &suppressed);
	if (session->json) {
		json_records(session, records, count);
		return 0;
	}
	if (count)
		table_records(session->out, records, count);
	else
		fprintf(session->out, "nothing was frozen yet\n");
	for (unsigned span = 1; span <= CONFIG_SPANS_MAX; span++) {
		uint32_t kept;
		uint64_t ever;
		trace_span_counts(admin->parts.trace, span, &kept, &ever);
		if (ever)
			fprintf(session->out, "span %u: the last %u frames are in memory\n", span, kept);
	}
	if (suppressed)
		fprintf(session->out, "%llu further triggers came too soon after a freeze\n",
		        (unsigned long long)suppressed);
	if (trace_lost(admin->parts.trace))
		fprintf(session->out, "%llu frames or steps of calls were lost: the box was too busy\n",
		        (unsigned long long)trace_lost(admin->parts.trace));
	return 0;
}

int run_flight_freeze(struct admin *admin, struct session *session)
{
	char text[FLIGHT_TEXT_BYTES];
	uint32_t id;
	int error = check(admin, session);
	if (error)
		return error;
	words_join(session->words.word + session->first, session->words.count - session->first, text, sizeof(text));
	error = flight_freeze(admin->parts.trace, text, &id, &session->fault);
	if (!error)
		fprintf(session->out, "frozen as %u\n", id);
	return error;
}

int run_flight_export(struct admin *admin, struct session *session)
{
	const struct words *words = &session->words;
	uint32_t id;
	int error = check(admin, session);
	if (error)
		return error;
	if (words->count != session->first + 2 || text_to_u32(words->word[session->first], 1, UINT32_MAX, &id))
		return fault_set(
		    &session->fault, -EINVAL,
		    "flight-recorder export: expected the id of a frozen trace and the path of a new file");
	error = flight_export(admin->parts.trace, id, words->word[session->first + 1], &session->fault);
	if (!error)
		fprintf(session->out, "%s written\n", words->word[session->first + 1]);
	return error;
}
