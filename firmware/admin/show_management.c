/*
 * show management: the syslog servers and receivers of SNMP traps that are told of alarms, and how that goes.
 */
#include "admin/internal.h"

#include <inttypes.h>

#include "admin/cell.h"
#include "management/management.h"

static void print_json(FILE *out, const struct management_status *status, uint32_t count)
{
	struct json json = {.out = out};
	json_open(&json, NULL, '[');
	for (uint32_t i = 0; i < count; i++) {
		json_open(&json, NULL, '{');
		json_text(&json, "kind", management_kind_name(status[i].receiver.kind));
		json_text(&json, "host", status[i].receiver.host);
		json_number(&json, "port", status[i].receiver.port);
		json_number(&json, "sent", status[i].sent);
		if (status[i].receiver.kind == MANAGEMENT_INFORM)
			json_number(&json, "acknowledged", status[i].acknowledged);
		else
			json_null(&json, "acknowledged");
		json_number(&json, "waiting", status[i].waiting);
		json_number(&json, "dropped", status[i].dropped);
		json_text(&json, "trouble", status[i].trouble);
		json_close(&json, '}');
	}
	json_close(&json, ']');
}

static void print_table(FILE *out, const struct management_status *status, uint32_t count)
{
	fputs("Kind    Server                                   Sent   Acked  Waiting Dropped\n", out);
	for (uint32_t i = 0; i < count; i++) {
		cell(out, 7, management_kind_name(status[i].receiver.kind));
		cell_format(out, 40, "%s port %u", status[i].receiver.host, status[i].receiver.port);
		cell_format(out, 6, "%" PRIu64, status[i].sent);
		if (status[i].receiver.kind == MANAGEMENT_INFORM)
			cell_format(out, 6, "%" PRIu64, status[i].acknowledged);
		else
			cell(out, 6, "-");
		cell_format(out, 7, "%" PRIu32, status[i].waiting);
		fprintf(out, "%" PRIu64 "\n", status[i].dropped);
		if (status[i].trouble[0])
			fprintf(out, "        %.70s\n", status[i].trouble);
	}
}

int run_show_management(struct admin *admin, struct session *session)
{
	struct management_status status[MANAGEMENT_RECEIVERS_MAX];
	struct management *management = admin->parts.management;
	uint32_t count = management ? management_look(management, status, MANAGEMENT_RECEIVERS_MAX) : 0;
	uint64_t refused = management ? management_refused(management) : 0;
	if (session->json) {
		print_json(session->out, status, count);
		return 0;
	}
	if (count)
		print_table(session->out, status, count);
	else
		fputs("nobody is told of alarms: set system syslog SERVER, or\n"
		      "set system snmp trap SERVER community TEXT\n",
		      session->out);
	if (refused)
		fprintf(session->out, "%" PRIu64 " messages came faster than they could be sent: left out\n", refused);
	return 0;
}
