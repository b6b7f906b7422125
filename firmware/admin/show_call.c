/*
 * show call ID: one call, with everything that happened on its way.
 */
#include "admin/internal.h"

#include <errno.h>
#include <string.h>

#include "admin/cell.h"
#include "base/clock.h"
#include "base/text.h"

#define TEXT_COLUMN 33
#define COLUMNS     79

static const struct control_call_view *in_progress(const struct admin *admin, uint32_t id)
{
	for (uint32_t i = 0; i < admin->control_view->call_count; i++)
		if (admin->control_view->calls[i].record.id == id)
			return &admin->control_view->calls[i];
	return NULL;
}

static const char *agent_of(const struct admin *admin, uint32_t number)
{
	for (uint32_t i = 0; admin->config && i < admin->config->agent_count; i++)
		if (admin->config->agents[i].number == number)
			return admin->config->agents[i].name;
	return "";
}

static void print_causes(FILE *out, const struct call_record *record)
{
	if (record->cause)
		fprintf(out, "cause    %u %s, from %s\n", record->cause, line_cause_text(record->cause),
		        record->cause == record->cause_sent ? "this box"
		                                            : decode_location_name(record->cause_location));
	if (record->cause_sent && record->cause_sent != record->cause)
		fprintf(out, "sent     %u %s\n", record->cause_sent, line_cause_text(record->cause_sent));
}

static void print_disposition(FILE *out, const struct call_disposition *disposition)
{
	char at[32];
	if (!disposition->code[0])
		return;
	clock_format_utc(disposition->at_us, at, sizeof(at));
	fprintf(out, "said     %s %s, by agent %u, %s\n", disposition->code, disposition->text, disposition->agent, at);
}

static void print_record(const struct admin *admin, FILE *out, const struct call_record *record, const char *state)
{
	char arrived[32];
	clock_format_utc(record->arrived_us, arrived, sizeof(arrived));
	fprintf(out, "call     %u, %s, %s\n", record->id,
	        text_name(call_direction_names, CALL_INTERNAL + 1, record->direction),
	        state             ? state
	        : record->outcome ? text_name(call_outcome_names, CALL_OUTCOME_COUNT, record->outcome)
	                          : "over");
	fprintf(out, "from     ");
	cell(out, 20, record->from);
	fprintf(out, "to ");
	cell(out, 20, record->to);
	cell(out, 20, record->name[0] ? record->name : " ");
	fprintf(out, "\narrived  %s", arrived);
	if (record->span)
		fprintf(out, ", span %u channel %u", record->span, record->timeslot);
	fputc('\n', out);
	if (record->queue[0])
		fprintf(out, "queue    %s\n", record->queue);
	if (record->agent)
		fprintf(out, "agent    %u %s, telephone %s\n", record->agent, agent_of(admin, record->agent),
		        record->port);
	fprintf(out, "waited   %u.%u s, rang %u.%u s, talked %u.%u s, held %u.%u s\n", record->wait_ms / 1000,
	        record->wait_ms % 1000 / 100, record->ring_ms / 1000, record->ring_ms % 1000 / 100,
	        record->talk_ms / 1000, record->talk_ms % 1000 / 100, record->hold_ms / 1000,
	        record->hold_ms % 1000 / 100);
	if (record->reason[0])
		fprintf(out, "reason   %s\n", record->reason);
	print_disposition(out, &record->disposition);
	print_causes(out, record);
}

/* Text from its column on, broken at blanks; the lines below keep the box's own line. */
static void print_text(FILE *out, const char *text)
{
	size_t column = TEXT_COLUMN;
	while (*text) {
		size_t word = strcspn(text, " ");
		if (column > TEXT_COLUMN && column + word > COLUMNS) {
			fprintf(out, "\n%*s|%*s", 19, "", TEXT_COLUMN - 18, "");
			column = TEXT_COLUMN + 2;
		}
		for (size_t i = 0; i < word; i++)
			fputc((unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i], out);
		column += word;
		text += word;
		if (*text == ' ') {
			if (column < COLUMNS && text[1])
				fputc(' ', out);
			column++;
			text++;
		}
	}
	fputc('\n', out);
}

static void place_of(const struct trace_event *event, char *text, size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	if (event->span && event->timeslot)
		text_append(text, size, &used, "%u/%u", event->span, event->timeslot);
	else if (event->span)
		text_append(text, size, &used, "%u", event->span);
}

static void print_event(FILE *out, const struct trace_event *event, uint64_t begun_us)
{
	static const char *const a_arrows[] = {"   ", "-->", "<--"}, *const b_arrows[] = {"   ", "<--", "-->"};
	uint64_t ms = event->wall_us > begun_us ? (event->wall_us - begun_us) / 1000 : 0;
	char place[12], words[TRACE_TEXT_BYTES + 60];
	bool a = event->side == TRACE_A, b = event->side == TRACE_B;
	size_t used = 0;
	place_of(event, place, sizeof(place));
	fprintf(out, "%5u.%03u %5s %3s | %3s %-5s  ", (unsigned)(ms / 1000), (unsigned)(ms % 1000), a ? place : "",
	        a ? a_arrows[event->way] : "", b ? b_arrows[event->way] : "", b ? place : "");
	text_append(words, sizeof(words), &used, "%s", event->text);
	if (event->agent)
		text_append(words, sizeof(words), &used, ", agent %u", event->agent);
	if (event->kind == TRACE_MESSAGE && event->cause && event->way == TRACE_IN)
		text_append(words, sizeof(words), &used, ", from %s", decode_location_name(event->location));
	print_text(out, words);
}

static void print_ladder(FILE *out, const struct trace_event *events, unsigned count, unsigned dropped)
{
	fprintf(out, "\n   time s caller   box   called  what\n");
	for (unsigned i = 0; i < count; i++)
		print_event(out, &events[i], events[0].wall_us);
	if (dropped)
		fprintf(out, "%u further steps were not kept\n", dropped);
}

static void json_event(struct json *json, const struct trace_event *event, uint64_t begun_us)
{
	static const char *const ways[] = {NULL, "in", "out"};
	char place[12];
	place_of(event, place, sizeof(place));
	json_open(json, NULL, '{');
	json_time(json, "at", event->wall_us);
	json_number(json, "offset_ms", event->wall_us > begun_us ? (event->wall_us - begun_us) / 1000 : 0);
	json_text(json, "event", trace_kind_names[event->kind]);
	json_text(json, "side", trace_side_names[event->side]);
	json_text(json, "way", ways[event->way]);
	json_text(json, "line", place);
	json_digits(json, "agent", event->agent);
	json_text(json, "message", event->kind == TRACE_MESSAGE ? decode_message_name(8, event->message) : NULL);
	json_some(json, "cause", event->cause);
	json_text(json, "cause_location", event->cause ? decode_location_name(event->location) : NULL);
	json_text(json, "text", event->text);
	json_close(json, '}');
}

static void json_ladder(struct json *json, const struct trace_event *events, unsigned count, unsigned dropped)
{
	json_open(json, "events", '[');
	for (unsigned i = 0; i < count; i++)
		json_event(json, &events[i], events[0].wall_us);
	json_close(json, ']');
	json_number(json, "events_dropped", dropped);
}

/* The record as it is now, or as it was at the end. 0, or -errno with session->fault. */
static int find_record(struct admin *admin, struct session *session, uint32_t id, struct call_record *record,
                       const char **state)
{
	const struct control_call_view *view = in_progress(admin, id);
	*state = view ? view->state : NULL;
	if (view) {
		*record = view->record;
		return 0;
	}
	int error = admin->reader ? 0 : store_reader_new(&admin->reader, admin->parts.data_folder, &session->fault);
	if (!error)
		error = store_reader_call(admin->reader, id, record);
	return error;
}

int run_show_call(struct admin *admin, struct session *session)
{
	const struct words *words = &session->words;
	static struct call_record record; /* admin's thread alone */
	unsigned count = 0, dropped = 0;
	const char *state = NULL;
	uint32_t id;
	if (words->count != session->first + 1 || text_to_u32(words->word[session->first], 1, UINT32_MAX, &id))
		return fault_set(&session->fault, -EINVAL,
		                 "show call: expected the id of a call, as show calls has it");
	int error = find_record(admin, session, id, &record, &state);
	const struct trace_event *events =
	    admin->parts.trace ? trace_events(admin->parts.trace, id, &count, &dropped) : NULL;
	if (error && !events)
		return fault_set(&session->fault, -ENOENT, "there is no call %u", id);
	if (session->json) {
		struct json json = {.out = session->out};
		json_open(&json, NULL, '{');
		if (!error)
			json_call_fields(&json, &record, state);
		else
			json_number(&json, "id", id);
		json_ladder(&json, events, count, dropped);
		json_close(&json, '}');
		return 0;
	}
	if (!error)
		print_record(admin, session->out, &record, state);
	else
		fprintf(session->out, "call     %u: its record is not written yet\n", id);
	if (events)
		print_ladder(session->out, events, count, dropped);
	else
		fprintf(session->out, "its steps are no longer in memory: those of the last %d calls are\n",
		        CONFIG_TRACE_CALLS);
	return 0;
}
