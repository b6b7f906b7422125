/*
 * show spans, show ports, show alarms: what control sees of the lines.
 */
#include "admin/internal.h"

#include <inttypes.h>

#include "admin/cell.h"
#include "base/text.h"

static const char *const alarm_names[] = {"red", "yellow", "blue", "loopback", "recovering", "not-open"};
static const char *const dchannel_names[] = {"none", "down", "up"};
static const char *const hook_names[] = {"on", "off", "flash"};

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
	json_close(json, '}');
}

static void table_span(FILE *out, const struct control_span_view *span)
{
	const struct line_span_status *line = &span->line;
	char alarms[64] = "";
	size_t used = 0;
	for (unsigned i = 0; i < ARRAY_SIZE(alarm_names); i++)
		if (line->alarms & (1u << i))
			text_append(alarms, sizeof(alarms), &used, "%s%s", used ? "," : "", alarm_names[i]);
	cell_format(out, 4, "%u", span->span);
	cell(out, 4, line->settings.driver.type == SPAN_E1 ? "e1" : "t1");
	cell(out, 10, text_name(line_signalling_names, LINE_FXS + 1, (int)line->settings.signalling));
	cell(out, 8, switch_name(&line->settings));
	cell(out, 9, text_name(dchannel_names, ARRAY_SIZE(dchannel_names), (int)line->dchannel));
	cell_format(out, 5, "%u%s", line->settings.driver.clock_rank, span->clock_source ? "*" : "");
	cell_format(out, -6, "%u/%u", line->in_use, line->channels);
	cell_format(out, -5, "%" PRIu64, span->counters.slips);
	cell_format(out, -6, "%" PRIu64, span->counters.frames_lost);
	fprintf(out, "%s\n", used ? alarms : "none");
}

int run_show_spans(struct admin *admin, struct session *session)
{
	const struct control_view *view = admin->control_view;
	struct json json = {.out = session->out};
	if (session->json) {
		json_open(&json, NULL, '[');
		for (uint32_t i = 0; i < view->span_count; i++)
			json_span(&json, admin, &view->spans[i]);
		json_close(&json, ']');
		return 0;
	}
	fprintf(session->out, "Span Type Signalling Switch   D channel Clock    Use Slips   Lost Alarms\n");
	for (uint32_t i = 0; i < view->span_count; i++)
		table_span(session->out, &view->spans[i]);
	fprintf(session->out, "Clock: rank; * is the span that the clock follows now\n");
	return 0;
}

static void json_port(struct json *json, const struct control_port_view *port)
{
	char name[16];
	size_t used = 0;
	text_append(name, sizeof(name), &used, "%u/%u", port->span, port->timeslot);
	json_open(json, NULL, '{');
	json_text(json, "port", name);
	json_text(json, "extension", port->extension);
	json_text(json, "hook", text_name(hook_names, ARRAY_SIZE(hook_names), port->hook));
	json_bool(json, "ringing", port->ringing);
	json_digits(json, "agent", port->agent);
	json_text(json, "alarm", port->alarm);
	json_close(json, '}');
}

int run_show_ports(struct admin *admin, struct session *session)
{
	const struct control_view *view = admin->control_view;
	FILE *out = session->out;
	struct json json = {.out = out};
	if (session->json) {
		json_open(&json, NULL, '[');
		for (uint32_t i = 0; i < view->port_count; i++)
			json_port(&json, &view->ports[i]);
		json_close(&json, ']');
		return 0;
	}
	fprintf(out, "Port   Extension        Hook   Ringing  Agent     Alarm\n");
	for (uint32_t i = 0; i < view->port_count; i++) {
		const struct control_port_view *port = &view->ports[i];
		cell_format(out, 6, "%u/%u", port->span, port->timeslot);
		cell(out, 16, port->extension);
		cell(out, 6, text_name(hook_names, ARRAY_SIZE(hook_names), port->hook));
		cell(out, 8, port->ringing ? "yes" : "no");
		if (port->agent)
			cell_format(out, 9, "%u", port->agent);
		else
			cell(out, 9, NULL);
		cell(out, 20, port->alarm);
		cell_end(out);
	}
	return 0;
}

int run_show_alarms(struct admin *admin, struct session *session)
{
	const struct control_view *view = admin->control_view;
	FILE *out = session->out;
	struct json json = {.out = out};
	if (session->json)
		json_open(&json, NULL, '[');
	else
		fprintf(out, view->alarm_count ? "Id    Severity  Since (UTC)    Text\n" : "no alarms\n");
	for (uint32_t i = 0; i < view->alarm_count; i++) {
		const struct control_alarm_view *alarm = &view->alarms[i];
		if (session->json) {
			json_open(&json, NULL, '{');
			json_number(&json, "id", alarm->id);
			json_text(&json, "severity", severity_name(alarm->severity));
			json_time(&json, "since", alarm->since_us);
			json_text(&json, "text", alarm->text);
			json_close(&json, '}');
		} else {
			cell_format(out, 5, "%u", alarm->id);
			cell(out, 9, severity_name(alarm->severity));
			cell_time(out, alarm->since_us);
			fprintf(out, "%s\n", alarm->text);
		}
	}
	if (session->json)
		json_close(&json, ']');
	return 0;
}
