/*
 * show calls, show calls last N: the records as settings.md names their fields.
 */
#include "admin/internal.h"

#include <errno.h>
#include <string.h>

#include "admin/cell.h"
#include "base/text.h"

static void json_offers(struct json *json, const struct call_record *record)
{
	json_open(json, "offers", '[');
	for (unsigned i = 0; i < record->offer_count && i < STORE_OFFERS_MAX; i++) {
		const struct call_offer *offer = &record->offers[i];
		json_open(json, NULL, '{');
		json_digits(json, "agent", offer->agent);
		json_text(json, "result", text_name(acd_offer_result_names, ACD_OFFER_RESULT_COUNT, offer->result));
		json_number(json, "ring_ms", offer->ring_ms);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void json_segments(struct json *json, const struct call_record *record)
{
	json_open(json, "segments", '[');
	for (unsigned i = 0; i < record->segment_count && i < STORE_SEGMENTS_MAX; i++) {
		const struct call_segment *segment = &record->segments[i];
		json_open(json, NULL, '{');
		json_text(json, "kind", text_name(segment_kind_names, SEGMENT_KIND_COUNT, segment->kind));
		json_number(json, "start_ms", segment->start_ms);
		json_number(json, "end_ms", segment->end_ms);
		json_digits(json, "agent", segment->agent);
		json_text(json, "queue", segment->queue);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void json_durations(struct json *json, const struct call_record *record)
{
	json_number(json, "wait_ms", record->wait_ms);
	json_number(json, "ring_ms", record->ring_ms);
	json_number(json, "talk_ms", record->talk_ms);
	json_number(json, "hold_ms", record->hold_ms);
	json_number(json, "wrap_ms", record->wrap_ms);
}

void json_call_fields(struct json *json, const struct call_record *record, const char *state)
{
	json_number(json, "id", record->id);
	json_text(json, "direction", text_name(call_direction_names, CALL_INTERNAL + 1, record->direction));
	json_some(json, "span", record->span);
	json_some(json, "channel", record->timeslot);
	json_text(json, "from", record->from);
	json_text(json, "from_raw", record->from_raw);
	json_text(json, "to", record->to);
	json_text(json, "name", record->name);
	json_text(json, "presentation", text_name(call_presentation_names, 3, record->presentation));
	json_text(json, "queue", record->queue);
	json_digits(json, "agent", record->agent);
	json_text(json, "port", record->port);
	json_time(json, "arrived", record->arrived_us);
	json_time(json, "answered", record->answered_us);
	json_time(json, "ended", record->ended_us);
	json_durations(json, record);
	json_text(json, "outcome",
	          record->outcome ? text_name(call_outcome_names, CALL_OUTCOME_COUNT, record->outcome) : NULL);
	json_text(json, "reason", record->reason);
	json_some(json, "cause", record->cause);
	json_some(json, "cause_sent", record->cause_sent);
	if (record->cause)
		json_number(json, "cause_location", record->cause_location);
	else
		json_null(json, "cause_location");
	json_offers(json, record);
	json_segments(json, record);
	json_null(json, "recording");
	json_text(json, "disposition", record->disposition.code);
	json_text(json, "disposition_text", record->disposition.text);
	json_digits(json, "disposition_agent", record->disposition.agent);
	json_time(json, "disposition_at", record->disposition.at_us);
	if (state)
		json_text(json, "state", state);
}

static void json_call(struct json *json, const struct call_record *record, const char *state)
{
	json_open(json, NULL, '{');
	json_call_fields(json, record, state);
	json_close(json, '}');
}

/* One object a line, so that a shell can read it too. */
static void begin_list(struct json *json, FILE *out)
{
	*json = (struct json){.out = out};
	json_open(json, NULL, '[');
}

static void call_place(FILE *out, int width, const struct call_record *record)
{
	if (record->span)
		cell_format(out, width, "%u/%u", record->span, record->timeslot);
	else
		cell(out, width, NULL);
}

static void table_agent(FILE *out, uint32_t agent)
{
	if (agent)
		cell_format(out, 8, "%u", agent);
	else
		cell(out, 8, NULL);
}

int run_show_calls(struct admin *admin, struct session *session)
{
	const struct control_view *view = admin->control_view;
	FILE *out = session->out;
	struct json json;
	if (session->json) {
		begin_list(&json, out);
		for (uint32_t i = 0; i < view->call_count; i++)
			json_call(&json, &view->calls[i].record, view->calls[i].state);
		json_close(&json, ']');
		return 0;
	}
	fprintf(out, "Id     Line  From          To            Queue    Agent    State          Since\n");
	for (uint32_t i = 0; i < view->call_count; i++) {
		const struct call_record *record = &view->calls[i].record;
		uint64_t age = view->wall_us > record->arrived_us ? view->wall_us - record->arrived_us : 0;
		cell_format(out, 6, "%u", record->id);
		call_place(out, 5, record);
		cell(out, 13, record->from);
		cell(out, 13, record->to);
		cell(out, 8, record->queue);
		table_agent(out, record->agent);
		cell(out, 12, view->calls[i].state);
		if (session->steady)
			cell(out, -7, NULL);
		else
			cell_duration(out, -7, age / 1000);
		cell_end(out);
	}
	if (!session->steady || !view->call_count)
		fprintf(out, "%u calls\n", view->call_count);
	return 0;
}

struct listing {
	struct session *session;
	struct json json;
	uint32_t count;
};

static bool list_finished(void *user, const struct call_record *record)
{
	struct listing *listing = user;
	FILE *out = listing->session->out;
	listing->count++;
	if (listing->session->json) {
		json_call(&listing->json, record, NULL);
		return true;
	}
	cell_format(out, 6, "%u", record->id);
	cell_time(out, record->arrived_us);
	cell(out, 11, record->from);
	cell(out, 10, record->to);
	cell(out, 7, record->queue);
	table_agent(out, record->agent);
	cell_duration(out, -6, record->talk_ms);
	cell(out, 10, record->outcome ? text_name(call_outcome_names, CALL_OUTCOME_COUNT, record->outcome) : NULL);
	cell_end(out);
	return true;
}

int run_show_calls_last(struct admin *admin, struct session *session)
{
	struct words *words = &session->words;
	struct listing listing = {.session = session};
	uint32_t last = 0;
	if (words->count != session->first + 1 || text_to_u32(words->word[session->first], 1, CALLS_LAST_MAX, &last))
		return fault_set(&session->fault, -EINVAL, "show calls last: expected a number from 1 to %d",
		                 CALLS_LAST_MAX);
	if (!admin->reader) {
		int error = store_reader_new(&admin->reader, admin->parts.data_folder, &session->fault);
		if (error)
			return fault_add(&session->fault, error, "call records");
	}
	if (session->json)
		begin_list(&listing.json, session->out);
	else
		fprintf(session->out, "Id     Arrived (UTC)  From        To         Queue   Agent      Talk Outcome\n");
	int error = store_reader_calls(admin->reader, last, list_finished, &listing);
	if (error)
		return fault_set(&session->fault, error, "call records: %s", strerror(-error));
	if (session->json)
		json_close(&listing.json, ']');
	else
		fprintf(session->out, "%u calls\n", listing.count);
	return 0;
}
