/*
 * show spans: alarms, D channels, clock, counters; the spans that the cards have.
 */
#include "admin/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "admin/cell.h"
#include "base/text.h"

static const char *const alarm_names[SPAN_ALARM_COUNT] = {"red",      "yellow", "blue", "loopback", "recovering",
                                                          "not-open", "los",    "lfa",  "lmfa"};
static const char *const dchannel_names[] = {"none", "down", "up"};

/* name: in --json beside those that always stood there, or NULL. */
static const struct {
	const char *name, *title;
	size_t at;
} counters[] = {
    {NULL, "Slips", offsetof(struct driver_span_counters, slips)},
    {NULL, "Errored seconds", offsetof(struct driver_span_counters, errored_seconds)},
    {"bipolar_violations", "Bipolar violations (BPV)", offsetof(struct driver_span_counters, bipolar_violations)},
    {"code_violations", "Coding violations (CV)", offsetof(struct driver_span_counters, code_violations)},
    {"crc4_errors", "CRC-4 errors", offsetof(struct driver_span_counters, crc4_errors)},
    {"ebit_errors", "E bits (far end's CRC-4)", offsetof(struct driver_span_counters, ebit_errors)},
    {"fas_errors", "FAS errors", offsetof(struct driver_span_counters, fas_errors)},
    {"framing_errors", "Framing errors", offsetof(struct driver_span_counters, framing_errors)},
    {"bit_errors", "Bit errors of the pattern", offsetof(struct driver_span_counters, bit_errors)},
    {"interrupts_missed", "Interrupts missed", offsetof(struct driver_span_counters, interrupts_missed)},
    {NULL, "Frames lost", offsetof(struct driver_span_counters, frames_lost)},
    {"periods_missed", "Periods sent too late", offsetof(struct driver_span_counters, periods_missed)},
    {"hdlc_bad_crc", "D channel: wrong check sum", offsetof(struct driver_span_counters, hdlc_bad_crc)},
    {"hdlc_aborts", "D channel: frames broken", offsetof(struct driver_span_counters, hdlc_aborts)},
};

static uint64_t counter(const struct control_span_view *span, unsigned which)
{
	const char *base = (const char *)&span->counters;
	return *(const uint64_t *)(const void *)(base + counters[which].at);
}

/* "draining": out of service as soon as the calls in progress are over. */
static const char *service_name(const struct control_span_view *span)
{
	if (span->tested)
		return "test";
	if (span->line.settings.off_channels != UINT32_MAX)
		return "on";
	return span->line.in_use ? "draining" : "off";
}

static const char *switch_name(const struct line_span_settings *settings)
{
	if (settings->signalling == LINE_FXS)
		return NULL;
	return text_name(line_switch_names, LINE_SWITCH_COUNT, (int)settings->switch_type);
}

static void json_span(struct json *json, const struct admin *admin, const struct control_span_view *span)
{
	const struct line_span_status *line = &span->line;
	json_open(json, NULL, '{');
	json_number(json, "span", span->span);
	json_text(json, "type", line->settings.driver.type == SPAN_E1 ? "e1" : "t1");
	json_text(json, "signalling", text_name(line_signalling_names, LINE_FXS + 1, (int)line->settings.signalling));
	json_text(json, "switch", switch_name(&line->settings));
	json_text(json, "driver", admin->parts.driver_name);
	json_open(json, "alarms", '[');
	for (unsigned i = 0; i < ARRAY_SIZE(alarm_names); i++)
		if (line->alarms & (1u << i))
			json_text(json, NULL, alarm_names[i]);
	json_close(json, ']');
	json_text(json, "dchannel", text_name(dchannel_names, ARRAY_SIZE(dchannel_names), (int)line->dchannel));
	json_number(json, "clock", line->settings.driver.clock_rank);
	json_bool(json, "clock_source", span->clock_source);
	json_number(json, "channels", line->channels);
	json_number(json, "in_use", line->in_use);
	json_number(json, "out_of_service", line->out_of_service);
	json_number(json, "slips", span->counters.slips);
	json_number(json, "frames_lost", span->counters.frames_lost);
	json_number(json, "errored_seconds", span->counters.errored_seconds);
	json_some(json, "sync_source", span->sync_source);
	json_text(json, "service", service_name(span));
	json_text(json, "location", line->settings.driver.location);
	json_bool(json, "absent", span->absent);
	for (unsigned i = 0; i < ARRAY_SIZE(counters); i++)
		if (counters[i].name)
			json_number(json, counters[i].name, counter(span, i));
	json_close(json, '}');
}

static void alarm_words(const struct control_span_view *span, char *alarms, size_t size)
{
	size_t used = 0;
	for (unsigned i = 0; i < ARRAY_SIZE(alarm_names); i++)
		if (span->line.alarms & (1u << i))
			text_append(alarms, size, &used, "%s%s", used ? "," : "", alarm_names[i]);
	if (!used)
		text_append(alarms, size, &used, "none");
}

static void table_span(FILE *out, const struct control_span_view *span)
{
	const struct line_span_status *line = &span->line;
	char alarms[64] = "";
	alarm_words(span, alarms, sizeof(alarms));
	cell_format(out, 4, "%u", span->span);
	cell(out, 4, line->settings.driver.type == SPAN_E1 ? "e1" : "t1");
	cell(out, 10, text_name(line_signalling_names, LINE_FXS + 1, (int)line->settings.signalling));
	cell(out, 8, switch_name(&line->settings));
	cell(out, 9, text_name(dchannel_names, ARRAY_SIZE(dchannel_names), (int)line->dchannel));
	cell_format(out, 5, "%u%s", line->settings.driver.clock_rank, span->clock_source ? "*" : "");
	cell_format(out, -6, "%u/%u", line->in_use, line->channels);
	cell_format(out, -5, "%" PRIu64, span->counters.slips);
	cell_format(out, -6, "%" PRIu64, span->counters.frames_lost);
	fprintf(out, "%s\n", alarms);
}

static void detail_span(FILE *out, const struct admin *admin, const struct control_span_view *span)
{
	const struct line_span_status *line = &span->line;
	char alarms[64] = "";
	alarm_words(span, alarms, sizeof(alarms));
	fprintf(out, "Span %u: %s, %s%s%s, driver %s, D channel %s\n", span->span,
	        line->settings.driver.type == SPAN_E1 ? "e1" : "t1",
	        text_name(line_signalling_names, LINE_FXS + 1, (int)line->settings.signalling),
	        switch_name(&line->settings) ? " " : "",
	        switch_name(&line->settings) ? switch_name(&line->settings) : "", admin->parts.driver_name,
	        text_name(dchannel_names, ARRAY_SIZE(dchannel_names), (int)line->dchannel));
	fprintf(out, "Alarms    %s\n", alarms);
	fprintf(out, "Service   %s; %u of %u channels in use, %u out of service\n", service_name(span), line->in_use,
	        line->channels, line->out_of_service);
	if (line->settings.driver.clock_rank)
		fprintf(out, "Clock     rank %u", line->settings.driver.clock_rank);
	else
		fprintf(out, "Clock     never taken from it");
	fprintf(out, span->clock_source ? "; the box follows it now" : "; the box does not follow it now");
	if (span->sync_source)
		fprintf(out, "; its hardware follows span %u\n", span->sync_source);
	else
		fprintf(out, "; its hardware runs free\n");
	if (line->settings.driver.location[0])
		fprintf(out, "Location  %s%s\n", line->settings.driver.location,
		        span->absent ? ": there is no card" : "");
	for (unsigned i = 0; i < ARRAY_SIZE(counters); i++) {
		cell(out, 26, counters[i].title);
		cell_format(out, -10, "%" PRIu64, counter(span, i));
		fprintf(out, i % 2 || i == ARRAY_SIZE(counters) - 1 ? "\n" : "  ");
	}
}

/* The span that the line names; none: NULL. */
static int one_span(struct admin *admin, struct session *session, const struct control_span_view **only)
{
	const struct control_view *view = admin->control_view;
	uint32_t number;
	if (session->first >= session->words.count)
		return 0;
	const char *word = session->words.word[session->first];
	if (session->first + 1 < session->words.count || text_to_u32(word, 1, CONFIG_SPANS_MAX, &number))
		return fault_set(&session->fault, -EINVAL,
		                 "show spans: expected the number of a span, 1 to %d, not \"%s\"", CONFIG_SPANS_MAX,
		                 word);
	for (uint32_t i = 0; i < view->span_count; i++)
		if (view->spans[i].span == number)
			*only = &view->spans[i];
	return *only ? 0 : fault_set(&session->fault, -ENOENT, "there is no span %u in the settings", number);
}

int run_show_spans(struct admin *admin, struct session *session)
{
	const struct control_view *view = admin->control_view;
	struct json json = {.out = session->out};
	const struct control_span_view *only = NULL;
	int error = one_span(admin, session, &only);
	if (error)
		return error;
	if (session->json) {
		json_open(&json, NULL, '[');
		for (uint32_t i = 0; i < view->span_count; i++)
			if (!only || only == &view->spans[i])
				json_span(&json, admin, &view->spans[i]);
		json_close(&json, ']');
		return 0;
	}
	if (only) {
		detail_span(session->out, admin, only);
		return 0;
	}
	fprintf(session->out, "Span Type Signalling Switch   D channel Clock    Use Slips   Lost Alarms\n");
	for (uint32_t i = 0; i < view->span_count; i++)
		table_span(session->out, &view->spans[i]);
	fprintf(session->out, "Clock: rank; * is the span that the clock follows now\n");
	return 0;
}

/* ---- the cards ---- */

int begin_show_hardware(struct admin *admin, struct session *session)
{
	admin->request.type = CONTROL_HARDWARE;
	admin->request.hardware = admin->hardware;
	return 0;
}

static void json_places(struct json *json, const char *name, uint32_t places)
{
	char words[PLACES_WORDS_BYTES];
	json_text(json, name, places_words(places, 0, words, sizeof(words)));
}

static void json_hardware(struct json *json, const struct driver_hardware *one)
{
	json_open(json, NULL, '{');
	json_number(json, "number", one->number);
	json_text(json, "location", one->location);
	json_text(json, "serial", one->serial);
	json_number(json, "place", one->place);
	json_number(json, "channels", one->timeslots);
	json_some(json, "span", one->span);
	json_text(json, "name", one->name);
	if (one->analogue) {
		json_places(json, "telephones", one->places.telephones);
		json_places(json, "lines", one->places.lines);
		json_places(json, "empty", one->places.empty);
	}
	json_close(json, '}');
}

static void table_places(FILE *out, const char *title, uint32_t places)
{
	char words[PLACES_WORDS_BYTES];
	if (places)
		fprintf(out, "       %s: %s\n", title, places_words(places, 0, words, sizeof(words)));
}

static void table_hardware(FILE *out, const struct driver_hardware *one)
{
	char where[DRIVER_LOCATION_BYTES + 8];
	snprintf(where, sizeof(where), "%s/%u", one->location[0] ? one->location : one->serial, one->place);
	cell_format(out, -6, "%u", one->number);
	cell(out, 30, where);
	cell_format(out, -8, "%u", one->timeslots);
	if (one->span)
		cell_format(out, 4, "%u", one->span);
	else
		cell(out, 4, NULL);
	fprintf(out, "%s\n", one->name);
	table_places(out, "places for telephones (FXS)", one->places.telephones);
	table_places(out, "places for lines (FXO), of no use here", one->places.lines);
	table_places(out, "places without a working module", one->places.empty);
}

int run_show_hardware(struct admin *admin, struct session *session)
{
	const struct driver_hardware *hardware = admin->hardware;
	unsigned count = admin->request.number < CONTROL_HARDWARE_MAX ? admin->request.number : CONTROL_HARDWARE_MAX;
	struct json json = {.out = session->out};

	if (session->json) {
		json_open(&json, NULL, '[');
		for (unsigned i = 0; i < count; i++)
			json_hardware(&json, &hardware[i]);
		json_close(&json, ']');
	} else {
		fputs(count ? "Kernel Location                       Channels Span Card\n"
		      : strcmp(admin->parts.driver_name, "dahdi") ? "there are no cards: the spans are emulated\n"
		                                                  : "there is no card with spans: see show alarms\n",
		      session->out);
		for (unsigned i = 0; i < count; i++)
			table_hardware(session->out, &hardware[i]);
	}
	return 0;
}
