/* Where a call goes: one destination of the settings, carried out. */
#include "call/parts.h"

#include <string.h>

typedef void run(struct call *call, const struct config_destination *destination);

static void run_queue(struct call *call, const struct config_destination *destination)
{
	const struct config *config = call->control->config;
	uint32_t i;

	for (i = 0; i < config->queue_count; i++)
		if (strcmp(config->queues[i].name, destination->name) == 0) {
			queue_enter(call, i);
			return;
		}
	call_b_failed(call, 41, "queue is gone");
}

static void run_extension(struct call *call, const struct config_destination *destination)
{
	struct phone *phone = extension_find(call->control, destination->name);

	if (phone)
		extension_call(call, phone);
	else
		call_b_failed(call, 1, "no such extension");
}

static void run_agent(struct call *call, const struct config_destination *destination)
{
	struct phone *phone = NULL;
	uint32_t number;

	struct remote *remote = NULL;

	if (text_to_u32(destination->name, 1, UINT32_MAX, &number) == 0) {
		phone = agent_phone(call->control, number);
		remote = agent_remote(call->control, number);
	}
	if (!phone && !remote)
		call_b_failed(call, 20, "agent is not logged in");
	else if (queue_enter_agent(call, (uint32_t)agent_index(call->control, number)))
		return;
	else if (phone)
		extension_ring(call, phone);
	else
		call_b_failed(call, 20, "agent cannot be called directly");
}

static void run_announce(struct call *call, const struct config_destination *destination)
{
	const char *names[] = {destination->name, NULL};

	call->destination = destination->then;
	call_answer(call);
	call_set_state(call, CALL_ANNOUNCEMENT);
	record_segment(call, SEGMENT_IVR);
	call->play_token = audio_play(call->control, call->a.channel, names);
}

void destination_external(struct call *call, const char *wanted)
{
	const struct config *config = call->control->config;
	uint32_t i;

	char number[CONFIG_DIGITS_BYTES];
	size_t used = 0;

	/* The number may carry an outside prefix; without one it goes out by the first rule, as if it had it. */
	for (i = 0; i < config->outside_count; i++) {
		size_t length = strlen(config->outsides[i].prefix);

		if (strncmp(wanted, config->outsides[i].prefix, length) == 0) {
			outside_call(call, i, wanted);
			return;
		}
	}
	text_append(number, sizeof(number), &used, "%s%s", config->outside_count ? config->outsides[0].prefix : "",
	            wanted);
	if (config->outside_count > 0)
		outside_call(call, 0, number);
	else
		call_b_failed(call, 3, "no trunk rule leads outside");
}

static void run_external(struct call *call, const struct config_destination *destination)
{
	destination_external(call, destination->name);
}

static void run_login(struct call *call, const struct config_destination *destination)
{
	login_line_enter(call);
}

static void run_hangup(struct call *call, const struct config_destination *destination)
{
	uint8_t cause = destination->cause ? destination->cause : 16;

	call_end(call, cause, CALL_REFUSED, line_cause_text(cause));
}

/* Where a call goes by these hours now. */
static int32_t branch_now(const struct control *control, uint32_t hours)
{
	const struct config_hours *found = &control->config->hours[hours];

	return hours_open(control, found) ? found->then : found->otherwise;
}

static void run_hours(struct call *call, const struct config_destination *destination)
{
	int32_t hours = config_find_hours(call->control->config, destination->name);

	if (hours < 0)
		call_b_failed(call, 41, "hours are gone");
	else
		destination_run(call, branch_now(call->control, (uint32_t)hours));
}

static void run_menu(struct call *call, const struct config_destination *destination)
{
	int32_t menu = config_find_menu(call->control->config, destination->name);

	if (menu < 0)
		call_b_failed(call, 41, "menu is gone");
	else
		menu_enter(call, (uint32_t)menu);
}

static void run_huntgroup(struct call *call, const struct config_destination *destination)
{
	int32_t huntgroup = config_find_huntgroup(call->control->config, destination->name);

	if (huntgroup < 0)
		call_b_failed(call, 41, "hunt group is gone");
	else
		huntgroup_enter(call, (uint32_t)huntgroup);
}

/* Destinations without a function here are refused when the settings are applied (control_apply.c). */
static run *const runs[DEST_TYPE_COUNT] = {
    [DEST_QUEUE] = run_queue,       [DEST_EXTENSION] = run_extension, [DEST_AGENT] = run_agent,
    [DEST_ANNOUNCE] = run_announce, [DEST_EXTERNAL] = run_external,   [DEST_HANGUP] = run_hangup,
    [DEST_HOURS] = run_hours,       [DEST_MENU] = run_menu,           [DEST_HUNTGROUP] = run_huntgroup,
    [DEST_LOGIN] = run_login,
};

bool destination_supported(enum config_destination_type type)
{
	return type > DEST_NONE && type < DEST_TYPE_COUNT && runs[type] != NULL;
}

const char *destination_queue(const struct control *control, int32_t index)
{
	const struct config *config = control->config;
	const struct config_destination *to = index < 0 ? NULL : &config->destinations[index];
	unsigned hops;

	for (hops = 0; to && to->type == DEST_HOURS && hops < CONFIG_HOPS_MAX; hops++) {
		int32_t hours = config_find_hours(config, to->name);

		if (hours < 0)
			return NULL;
		index = branch_now(control, (uint32_t)hours);
		to = index < 0 ? NULL : &config->destinations[index];
	}
	return to && to->type == DEST_QUEUE ? to->name : NULL;
}

const struct config_destination *destination_at(const struct call *call, int32_t index)
{
	const struct config *config = call->control->config;
	uint32_t step = index < 0 ? (uint32_t)(DESTINATION_OWN - index) : 0;

	if (index >= 0)
		return (uint32_t)index < config->destination_count ? &config->destinations[index] : NULL;
	return index <= DESTINATION_OWN && step < call->route_count ? &call->route[step] : NULL;
}

void destination_run(struct call *call, int32_t index)
{
	const struct config_destination *destination = destination_at(call, index);

	if (!destination) {
		call_end(call, 16, call->record.outcome ? call->record.outcome : CALL_DIVERTED, NULL);
		return;
	}
	if (++call->hops > CONFIG_HOPS_MAX) {
		log_write(LOG_WARNING, LOG_CALL, "call %08x: goes in circles, ended", call->record.id);
		call->record.reason[0] = '\0'; /* not why it left the last queue */
		call_end(call, 25, CALL_REFUSED, "destinations lead in a circle");
		return;
	}
	call->destination = -1;
	call_note(call, TRACE_ROUTE, NULL, TRACE_HERE, "goes to %s%s%s",
	          text_name(config_destination_names, DEST_TYPE_COUNT, (int)destination->type),
	          destination->name[0] ? " " : "", destination->name);
	if (destination_supported(destination->type))
		runs[destination->type](call, destination);
	else
		call_end(call, 79, CALL_REFUSED, "destination is not available");
}

void destination_play_done(struct call *call)
{
	if (call->state != CALL_ANNOUNCEMENT)
		return;
	record_segment_end(call);
	if (destination_at(call, call->destination))
		destination_run(call, call->destination);
	else
		call_end(call, 16, CALL_DIVERTED, "announcement played");
}
