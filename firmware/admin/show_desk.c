/*
 * show agents, show queues: the scheduler's view, with names from the settings.
 */
#include "admin/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "admin/cell.h"
#include "base/clock.h"
#include "base/text.h"

/* acd numbers its agents as the settings do, but the two may be one commit apart: by number. */
static void each_queue_of(const struct config *config, uint32_t agent, void (*each)(void *user, const char *queue),
                          void *user)
{
	for (uint32_t i = 0; config && i < config->queue_count; i++)
		for (uint32_t j = 0; j < config->queues[i].member_count; j++)
			if (config->agents[config->queues[i].members[j].agent].number == agent)
				each(user, config->queues[i].name);
}

static void json_queue_name(void *user, const char *queue)
{
	json_text(user, NULL, queue);
}

#define QUEUES_COLUMNS 10

struct name_list {
	char text[64];
	size_t used;
};

static void list_queue_name(void *user, const char *queue)
{
	struct name_list *list = user;
	text_append(list->text, sizeof(list->text), &list->used, "%s%s", list->used ? "," : "", queue);
}

/* The box's own. */
static const char *const special_reasons[] = {[ACD_REASON_OTHERS - ACD_REASON_OTHERS] = "others",
                                              [ACD_REASON_PAUSE_OVER - ACD_REASON_OTHERS] = "pause over",
                                              [ACD_REASON_NOT_TAKEN - ACD_REASON_OTHERS] = "not taken",
                                              [ACD_REASON_MISSED - ACD_REASON_OTHERS] = "missed"};

/* The words of a pause's or a log-out's reason; the number itself where the settings have none. NULL: none. */
const char *pause_reason(const struct config *config, uint32_t reason, char *text, size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	if (!reason)
		return NULL;
	if (reason >= ACD_REASON_OTHERS && reason <= ACD_REASON_MISSED)
		return special_reasons[reason - ACD_REASON_OTHERS];
	for (uint32_t i = 0; config && i < config->reason_count; i++)
		if (config->reasons[i].number == reason)
			return config->reasons[i].text;
	text_append(text, size, &used, "%u", reason);
	return text;
}

static const char *reason_text(const struct config *config, const struct acd_agent_view *agent, char *text, size_t size)
{
	return pause_reason(config, agent->reason, text, size);
}

/* An agent outside sits at a number of the settings, not at a telephone of the box. */
static const char *number_outside(const struct config *config, uint32_t agent)
{
	for (uint32_t i = 0; config && i < config->agent_count; i++)
		if (config->agents[i].number == agent && config->agents[i].outside[0])
			return config->agents[i].outside;
	return "outside";
}

static const char *port_text(const struct config *config, const struct acd_agent_view *agent, char *text, size_t size)
{
	size_t used = 0;
	uint16_t port = agent->port;
	if (port == ACD_NONE)
		return NULL;
	if (port >= MEDIA_CHANNELS_MAX)
		return number_outside(config, agent->number);
	if (port >= DRIVER_CHANNELS_MAX)
		return config && port - DRIVER_CHANNELS_MAX < (int)config->sound_count
		           ? config->sounds[port - DRIVER_CHANNELS_MAX].name
		           : NULL;
	text_append(text, size, &used, "%u/%u", driver_channel_span(port), driver_channel_timeslot(port));
	return text;
}

static const char *wish_text(const struct acd_agent_view *agent)
{
	return agent->state == ACD_LOGGED_OUT ? NULL : agent->wish_paused ? "paused" : "ready";
}

/* The scheduler's state; but who talks on a call that is none of a queue's is not at hand, and is shown to talk. */
static const char *state_text(const struct admin *admin, const struct acd_agent_view *agent)
{
	const struct control_view *view = admin->control_view;
	enum acd_state state = agent->state;
	for (uint32_t i = 0; state == ACD_READY && agent->phone_busy && i < view->port_count; i++)
		if (view->ports[i].agent == agent->number && view->ports[i].talking)
			state = ACD_TALKING;
	return text_name(acd_state_names, ACD_STATE_COUNT, (int)state);
}

static void json_agent_fields(struct json *json, const struct admin *admin, const struct acd_agent_view *agent)
{
	const struct config *config = admin->config;
	char port[16], reason[16];
	json_digits(json, "agent", agent->number);
	json_text(json, "name", agent->name);
	json_text(json, "state", state_text(admin, agent));
	json_text(json, "wish", wish_text(agent));
	json_time(json, "since", clock_wall_at_us(agent->since_us));
	json_text(json, "port", port_text(config, agent, port, sizeof(port)));
	json_open(json, "queues", '[');
	each_queue_of(config, agent->number, json_queue_name, json);
	json_close(json, ']');
	json_number(json, "calls", agent->calls);
	json_number(json, "direct_calls", agent->direct_calls);
	json_number(json, "talk_ms", agent->talk_us / US_PER_MS);
	json_text(json, "reason", pause_reason(config, agent->reason, reason, sizeof(reason)));
	json_number(json, "paused_queues", agent->queues_paused);
	json_bool(json, "disposition_due", agent->owes);
}

static void json_agent(struct json *json, const struct admin *admin, const struct acd_agent_view *agent)
{
	json_open(json, NULL, '{');
	json_agent_fields(json, admin, agent);
	json_close(json, '}');
}

static void table_agent(FILE *out, const struct admin *admin, const struct acd_agent_view *agent, bool steady)
{
	char port[16], reason[16];
	struct name_list queues = {.text = ""};
	uint64_t since = admin->now_us > agent->since_us ? admin->now_us - agent->since_us : 0;
	each_queue_of(admin->config, agent->number, list_queue_name, &queues);
	cell_format(out, 6, "%u", agent->number);
	cell(out, 14, agent->name);
	cell(out, 10, state_text(admin, agent));
	if (steady)
		cell(out, -7, NULL);
	else
		cell_duration(out, -7, since / US_PER_MS);
	cell(out, 5,
	     agent->port >= MEDIA_CHANNELS_MAX && agent->port != ACD_NONE
	         ? "out"
	         : port_text(admin->config, agent, port, sizeof(port)));
	cell_format(out, -5, "%u", agent->calls);
	cell_duration(out, -7, agent->talk_us / US_PER_MS);
	if (agent->owes)
		cell(out, 8, "code due");
	else if (agent->queues_paused && !agent->reason)
		cell_format(out, 8, "in %u q.", agent->queues_paused);
	else
		cell(out, 8, pause_reason(admin->config, agent->reason, reason, sizeof(reason)));
	if (strlen(queues.text) > QUEUES_COLUMNS)
		memcpy(queues.text + QUEUES_COLUMNS - 2, "..", 3); /* --json has them all */
	fprintf(out, "%s\n", queues.text);
}

int run_show_agents(struct admin *admin, struct session *session)
{
	const struct acd_view *view = admin->acd_view;
	struct json json = {.out = session->out};
	if (session->json) {
		json_open(&json, NULL, '[');
		for (uint32_t i = 0; i < view->agent_count; i++)
			json_agent(&json, admin, &view->agents[i]);
		json_close(&json, ']');
		return 0;
	}
	fprintf(session->out, "Agent  Name           State        Since Port  Calls    Talk Reason   Queues\n");
	for (uint32_t i = 0; i < view->agent_count; i++)
		table_agent(session->out, admin, &view->agents[i], session->steady);
	return 0;
}

/* ---- one agent ---- */

/* In the present state too: what is shown is as of now. */
static uint64_t time_in(const struct admin *admin, const struct acd_agent_view *agent, enum acd_state state)
{
	uint64_t now_us =
	    agent->state == state && admin->now_us > agent->since_us ? admin->now_us - agent->since_us : 0;
	return (agent->state_us[state] + now_us) / US_PER_MS;
}

static void json_one(struct json *json, const struct admin *admin, const struct acd_agent_view *agent)
{
	char reason[16];
	json_open(json, NULL, '{');
	json_agent_fields(json, admin, agent);
	json_open(json, "state_ms", '{');
	for (int state = ACD_LOGGED_OUT + 1; state < ACD_STATE_COUNT; state++)
		json_number(json, acd_state_names[state], time_in(admin, agent, (enum acd_state)state));
	json_close(json, '}');
	json_open(json, "pauses", '[');
	for (int i = 0; i < ACD_PAUSES && agent->pauses[i].count; i++) {
		json_open(json, NULL, '{');
		json_text(json, "reason", pause_reason(admin->config, agent->pauses[i].reason, reason, sizeof(reason)));
		json_number(json, "count", agent->pauses[i].count);
		json_number(json, "ms", agent->pauses[i].us / US_PER_MS);
		json_close(json, '}');
	}
	json_close(json, ']');
	json_close(json, '}');
}

static void print_pauses(FILE *out, const struct admin *admin, const struct acd_agent_view *agent)
{
	for (int i = 0; i < ACD_PAUSES && agent->pauses[i].count; i++) {
		const struct acd_pause *pause = &agent->pauses[i];
		char reason[16];
		const char *words = pause_reason(admin->config, pause->reason, reason, sizeof(reason));
		fprintf(out, "pauses   %s: %u, ended ones ", words ? words : "no reason", pause->count);
		cell_duration(out, -7, pause->us / US_PER_MS);
		fputc('\n', out);
	}
}

static void print_one(FILE *out, const struct admin *admin, const struct acd_agent_view *agent, bool steady)
{
	char port[16], reason[16];
	const char *where = port_text(admin->config, agent, port, sizeof(port));
	const char *words = reason_text(admin->config, agent, reason, sizeof(reason));
	fprintf(out, "agent    %u %s, %s%s%s%s%s\n", agent->number, agent->name, state_text(admin, agent),
	        words ? ", " : "", words ? words : "", where ? ", at " : "", where ? where : "");
	if (agent->owes)
		fprintf(out, "waits    for the disposition of the last call: until then wrap-up is not left\n");
	fprintf(out, "calls    %u, direct %u\n", agent->calls, agent->direct_calls);
	for (int state = ACD_LOGGED_OUT + 1; state < ACD_STATE_COUNT && !steady; state++) {
		uint64_t ms = time_in(admin, agent, (enum acd_state)state);
		if (!ms)
			continue;
		fprintf(out, "time     %-10s", acd_state_names[state]);
		cell_duration(out, -7, ms);
		fputc('\n', out);
	}
	print_pauses(out, admin, agent);
}

int run_show_agent(struct admin *admin, struct session *session)
{
	const struct words *words = &session->words;
	const struct acd_view *view = admin->acd_view;
	struct json json = {.out = session->out};
	uint32_t number;
	if (words->count == session->first)
		return run_show_agents(admin, session);
	if (words->count != session->first + 1 || text_to_u32(words->word[session->first], 1, UINT32_MAX, &number))
		return fault_set(&session->fault, -EINVAL, "show agent: expected the number of an agent");
	for (uint32_t i = 0; i < view->agent_count; i++) {
		if (view->agents[i].number != number)
			continue;
		if (session->json)
			json_one(&json, admin, &view->agents[i]);
		else
			print_one(session->out, admin, &view->agents[i], session->steady);
		return 0;
	}
	return fault_set(&session->fault, -ENOENT, "show agent %u: there is no such agent", number);
}

/* SL-4: answered within the threshold of all answered and abandoned but those who left within it; in 1/10 %. */
static bool service_level(const struct acd_queue_view *queue, uint64_t *tenths)
{
	uint64_t of = queue->answered + queue->abandoned - queue->abandoned_within;
	if (!of)
		return false;
	*tenths = (queue->answered_within * 1000 + of / 2) / of;
	return true;
}

static uint64_t oldest_wait_ms(const struct admin *admin, const struct acd_queue_view *queue)
{
	return admin->now_us > queue->oldest_arrived_us ? (admin->now_us - queue->oldest_arrived_us) / US_PER_MS : 0;
}

/* By which reason callers did not get in, or left without an agent. */
static void json_exits(struct json *json, const struct acd_queue_view *queue)
{
	static const struct {
		const char *name;
		enum acd_exit exit;
	} exits[] = {
	    {"FULL", ACD_EXIT_FULL},
	    {"JOINEMPTY", ACD_EXIT_JOIN_EMPTY},
	    {"LEAVEEMPTY", ACD_EXIT_LEAVE_EMPTY},
	    {"TIMEOUT", ACD_EXIT_MAX_WAIT},
	    {"KEY", ACD_EXIT_KEY},
	    {"WITHDRAW", ACD_EXIT_WITHDRAWN},
	    {"OVERFLOW", ACD_EXIT_OVERFLOW},
	    {"CLOSED", ACD_EXIT_CLOSED},
	    {"LIMIT", ACD_EXIT_LIMIT},
	    {"REMOVED", ACD_EXIT_NO_QUEUE},
	};
	json_open(json, "exits", '{');
	for (size_t i = 0; i < sizeof(exits) / sizeof(*exits); i++)
		json_number(json, exits[i].name, queue->exits[exits[i].exit]);
	json_close(json, '}');
}

/* Without its brackets: show queue QUEUE has more to say. */
void json_queue(struct json *json, const struct admin *admin, const struct acd_queue_view *queue)
{
	uint64_t tenths;
	json_text(json, "queue", queue->name);
	json_number(json, "waiting", queue->waiting);
	if (queue->oldest_arrived_us == UINT64_MAX)
		json_null(json, "oldest_wait_ms");
	else
		json_number(json, "oldest_wait_ms", oldest_wait_ms(admin, queue));
	json_number(json, "agents_ready", queue->agents_ready);
	json_number(json, "agents_staffed", queue->agents_staffed);
	json_number(json, "offered", queue->offered);
	json_number(json, "answered", queue->answered);
	json_number(json, "abandoned", queue->abandoned);
	json_number(json, "short_abandoned", queue->short_abandoned);
	json_number(json, "diverted", queue->diverted);
	json_number(json, "refused", queue->refused);
	json_number(json, "cut", queue->cut); /* by a restart */
	/* Counted in another queue first: not in the figures above. */
	json_number(json, "transferred_in", queue->transferred_in);
	json_number(json, "transferred_answered", queue->transferred_answered);
	json_number(json, "transferred_abandoned", queue->transferred_abandoned);
	json_number(json, "transferred_diverted", queue->transferred_diverted);
	json_number(json, "transferred_refused", queue->transferred_refused);
	json_number(json, "transferred_cut", queue->transferred_cut);
	json_exits(json, queue);
	if (service_level(queue, &tenths))
		json_tenths(json, "service_level", tenths);
	else
		json_null(json, "service_level");
	if (queue->answered)
		json_number(json, "asa_ms", queue->wait_answered_us / queue->answered / US_PER_MS);
	else
		json_null(json, "asa_ms");
	/* A range that has not held of late is not shown; how many of the last ones held is. */
	if (queue->forecast_known && !queue->forecast_muted) {
		json_number(json, "forecast_low_ms", queue->forecast_low_ms);
		json_number(json, "forecast_high_ms", queue->forecast_high_ms);
	} else {
		json_null(json, "forecast_low_ms");
		json_null(json, "forecast_high_ms");
	}
	if (queue->forecast_told)
		json_number(json, "forecast_coverage", queue->forecast_coverage);
	else
		json_null(json, "forecast_coverage");
	json_bool(json, "forecast_muted", queue->forecast_muted);
}

void table_queues(FILE *out)
{
	fprintf(out, "Queue            Waiting  Oldest  Agents Offered Answered Abandon Level    ASA\n");
}

void table_queue(FILE *out, const struct admin *admin, const struct acd_queue_view *queue, bool steady)
{
	uint64_t tenths;
	cell(out, 16, queue->name);
	cell_format(out, -7, "%u", queue->waiting);
	if (queue->oldest_arrived_us == UINT64_MAX || steady)
		cell(out, -7, NULL);
	else
		cell_duration(out, -7, oldest_wait_ms(admin, queue));
	cell_format(out, -7, "%u/%u", queue->agents_ready, queue->agents_staffed);
	cell_format(out, -7, "%" PRIu64, queue->offered);
	cell_format(out, -8, "%" PRIu64, queue->answered);
	cell_format(out, -7, "%" PRIu64, queue->abandoned);
	if (service_level(queue, &tenths))
		cell_format(out, -6, "%u.%u%%", (unsigned)(tenths / 10), (unsigned)(tenths % 10));
	else
		cell(out, -6, NULL);
	if (queue->answered)
		cell_duration(out, -5, queue->wait_answered_us / queue->answered / US_PER_MS);
	else
		cell(out, -5, NULL);
	cell_end(out);
	if (queue->cut + queue->transferred_cut)
		fprintf(out, "  %" PRIu64 " callers were cut off by a restart (see show callbacks)\n",
		        queue->cut + queue->transferred_cut);
	if (queue->forecast_muted)
		fprintf(out, "  the expected wait is not told (muted): %u%% of the last %u ranges held\n",
		        queue->forecast_coverage, queue->forecast_told);
}

void print_forecast(FILE *out, const struct acd_queue_view *queue)
{
	if (!queue->forecast_known || queue->forecast_muted)
		return;
	fprintf(out, "expected wait %u to %u s", queue->forecast_low_ms / 1000, (queue->forecast_high_ms + 999) / 1000);
	if (queue->forecast_told)
		fprintf(out, "; %u%% of the last %u ranges held", queue->forecast_coverage, queue->forecast_told);
	fputc('\n', out);
}

/* The calls for single agents are a queue of the box; it is shown once there has been one. */
static bool shown(const struct acd_queue_view *queue)
{
	return queue->name[0] != '*' || queue->arrived || queue->transferred_in;
}

int run_show_queues(struct admin *admin, struct session *session)
{
	const struct acd_view *view = admin->acd_view;
	struct json json = {.out = session->out};
	if (session->json) {
		json_open(&json, NULL, '[');
		for (uint32_t i = 0; i < view->queue_count; i++)
			if (shown(&view->queues[i])) {
				json_open(&json, NULL, '{');
				json_queue(&json, admin, &view->queues[i]);
				json_close(&json, '}');
			}
		json_close(&json, ']');
		return 0;
	}
	table_queues(session->out);
	for (uint32_t i = 0; i < view->queue_count; i++)
		if (shown(&view->queues[i]))
			table_queue(session->out, admin, &view->queues[i], session->steady);
	return 0;
}
