/*
 * show routes, show hours, show callbacks: the ways that calls from the network take, and what has come of them.
 */
#include "admin/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "admin/cell.h"
#include "base/text.h"

static const char *destination_text(const struct config *config, int32_t index, char *text, size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	if (index < 0 || (uint32_t)index >= config->destination_count)
		return text;
	const struct config_destination *to = &config->destinations[index];
	text_append(text, size, &used, "%s", config_destination_names[to->type]);
	if (to->type == DEST_HANGUP)
		text_append(text, size, &used, " %u", to->cause);
	else
		text_append(text, size, &used, " %s", to->name);
	return text;
}

static void json_route(struct json *json, const struct config *config, const struct config_route *route,
                       const struct control_route_view *count)
{
	char to[CONFIG_TEXT_BYTES + 16];
	json_open(json, NULL, '{');
	json_number(json, "route", route->number);
	json_text(json, "match", config_route_match_names[route->match]);
	json_text(json, "value", route->text);
	json_text(json, "destination", destination_text(config, route->destination, to, sizeof(to)));
	json_number(json, "hits", count->hits);
	json_time(json, "last_hit", count->last_us);
	json_close(json, '}');
}

int run_show_routes(struct admin *admin, struct session *session)
{
	const struct control_view *view = admin->control_view;
	const struct config *config = admin->config;
	uint32_t count = config->route_count < view->route_count ? config->route_count : view->route_count;
	struct json json = {.out = session->out};
	char to[CONFIG_TEXT_BYTES + 16];
	if (session->json)
		json_open(&json, NULL, '[');
	else
		fprintf(session->out, "Rule  Match Value                Hits Last hit      Destination\n");
	for (uint32_t i = 0; i < count; i++) {
		const struct config_route *route = &config->routes[i];
		if (session->json) {
			json_route(&json, config, route, &view->routes[i]);
			continue;
		}
		cell_format(session->out, 5, "%u", route->number);
		cell(session->out, 5, config_route_match_names[route->match]);
		cell(session->out, 18, route->text);
		cell_format(session->out, -6, "%" PRIu64, view->routes[i].hits);
		cell_time(session->out, view->routes[i].last_us);
		fprintf(session->out, "%s\n", destination_text(config, route->destination, to, sizeof(to)));
	}
	if (session->json)
		json_close(&json, ']');
	return 0;
}

int run_show_hours(struct admin *admin, struct session *session)
{
	const struct control_view *view = admin->control_view;
	const struct config *config = admin->config;
	uint32_t count = config->hours_count < view->hours_count ? config->hours_count : view->hours_count;
	struct json json = {.out = session->out};
	if (session->json)
		json_open(&json, NULL, '[');
	else
		fprintf(session->out, "No.  Hours                           State  Night switch\n");
	for (uint32_t i = 0; i < count; i++) {
		const struct control_hours_view *now = &view->hours[i];
		if (session->json) {
			json_open(&json, NULL, '{');
			json_number(&json, "number", i + 1);
			json_text(&json, "hours", config->hours[i].name);
			json_bool(&json, "open", now->open);
			json_bool(&json, "night_switch", now->night);
			json_close(&json, '}');
			continue;
		}
		cell_format(session->out, 4, "%u", i + 1);
		cell(session->out, 31, config->hours[i].name);
		cell(session->out, 6, now->open ? "open" : "closed");
		fprintf(session->out, "%s\n", now->night ? "on" : "off");
	}
	if (session->json)
		json_close(&json, ']');
	return 0;
}

/* ---- callers whom a restart cut off ---- */

struct callbacks {
	struct session *session;
	struct json json;
	uint32_t count;
};

static bool show_callback(void *user, const struct store_callback *callback)
{
	struct callbacks *all = user;
	FILE *out = all->session->out;
	struct json *json = &all->json;
	if (!all->session->json) {
		if (!all->count++)
			fputs("Call      Number           Name         Queue        Arrived        State\n", out);
		cell_format(out, 9, "%u", callback->id);
		cell(out, 16, callback->number);
		cell(out, 12, callback->name);
		cell(out, 12, callback->queue);
		cell_time(out, callback->arrived_us);
		fprintf(out, "%s\n", callback_state_names[callback->state]);
		return true;
	}
	json_open(json, NULL, '{');
	json_number(json, "id", callback->id);
	json_text(json, "number", callback->number);
	json_text(json, "name", callback->name);
	json_text(json, "queue", callback->queue);
	json_text(json, "to", callback->to);
	json_time(json, "arrived", callback->arrived_us);
	json_time(json, "created", callback->created_us);
	json_text(json, "state", callback_state_names[callback->state]);
	json_time(json, "closed", callback->closed_us);
	json_some(json, "call", callback->closed_by);
	json_close(json, '}');
	return true;
}

static int open_reader(struct admin *admin, struct session *session)
{
	return admin->reader ? 0 : store_reader_new(&admin->reader, admin->parts.data_folder, &session->fault);
}

int run_show_callbacks(struct admin *admin, struct session *session)
{
	struct callbacks all = {.session = session, .json = {.out = session->out}};
	int error = open_reader(admin, session);
	if (error)
		return error;
	if (session->json)
		json_open(&all.json, NULL, '[');
	error = store_reader_callbacks(admin->reader, show_callback, &all);
	if (error)
		fault_set(&session->fault, error, "call-backs cannot be read: %s", strerror(-error));
	else if (!session->json && !all.count)
		fputs("Nobody is to be called back.\n", session->out);
	if (session->json)
		json_close(&all.json, ']');
	return error;
}

struct wanted_callback {
	uint32_t id;
	bool open;
};

static bool find_callback(void *user, const struct store_callback *callback)
{
	struct wanted_callback *wanted = user;
	wanted->open |= callback->id == wanted->id && callback->state == CALLBACK_OPEN;
	return !wanted->open;
}

int begin_callback(struct admin *admin, struct session *session)
{
	struct words *words = &session->words;
	if (words->count != session->first + 2 ||
	    text_to_u32(words->word[session->first], 1, UINT32_MAX, &admin->request.number) ||
	    strcmp(words->word[session->first + 1], "done"))
		return fault_set(&session->fault, -EINVAL,
		                 "callback: expected its call, then done (see show callbacks)");
	struct wanted_callback wanted = {.id = admin->request.number};
	int error = open_reader(admin, session);
	if (error)
		return error;
	error = store_reader_callbacks(admin->reader, find_callback, &wanted);
	if (error)
		return fault_set(&session->fault, error, "call-backs cannot be read: %s", strerror(-error));
	if (!wanted.open)
		return fault_set(&session->fault, -ENOENT,
		                 "nobody is to be called back for call %u: see show callbacks", wanted.id);
	admin->request.type = CONTROL_CALLBACK_DONE;
	return 0;
}

int run_callback(struct admin *admin, struct session *session)
{
	return admin->request.result
	           ? fault_set(&session->fault, admin->request.result, "callback: %s", strerror(-admin->request.result))
	           : 0;
}

int run_show_customers(struct admin *admin, struct session *session)
{
	const struct control_view *view = admin->control_view;
	const struct control_customer_counts *counts = &view->customers;
	struct json json = {.out = session->out};
	if (session->json) {
		json_open(&json, NULL, '{');
		json_number(&json, "customers", view->customer_rows);
		json_number(&json, "found", counts->found);
		json_number(&json, "unknown", counts->unknown);
		json_number(&json, "expired", counts->expired);
		json_close(&json, '}');
		return 0;
	}
	fprintf(session->out, "%u customers; since the start %" PRIu64 " callers were found, %" PRIu64 " were not,\n",
	        view->customer_rows, counts->found, counts->unknown);
	fprintf(session->out, "%" PRIu64 " were past their last day\n", counts->expired);
	return 0;
}
