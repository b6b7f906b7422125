/*
 * show ports, show alarms: what control sees of the telephones, and what is wrong.
 */
#include "admin/internal.h"

#include "admin/cell.h"
#include "base/text.h"

static const char *const hook_names[] = {"on", "off", "flash"};

static void json_port(struct json *json, const struct control_port_view *port)
{
	json_open(json, NULL, '{');
	json_text(json, "port", port->place);
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
		cell(out, 6, port->place);
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
