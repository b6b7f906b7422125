/*
 * What a supervisor does to callers who wait: another priority, out of the queue to a destination of the moment, the
 * whole queue emptied or closed for the rest of the day; and what happens to those who wait when a queue closes.
 */
#include "call/parts.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static int refuse_state(struct control_request *request, const struct call *call)
{
	if (!call)
		return fault_set(&request->fault, -ENOENT, "there is no call %u in progress", request->number);
	return fault_set(&request->fault, -EINVAL, "call %u does not wait in a queue: it is %s", request->number,
	                 call->state == CALL_QUEUED && call->offers_open ? "being rung for"
	                                                                 : call_state_names[call->state]);
}

int supervise_priority(struct control *control, struct control_request *request)
{
	struct call *call = call_by_id(control, request->number);
	struct acd_event event = {.type = ACD_PRIORITY, .priority = request->reason};

	if (!call || call->state != CALL_QUEUED)
		return refuse_state(request, call);
	event.call = call->acd;
	call->priority = request->reason;
	control_send_acd(control, &event);
	log_write(LOG_NOTICE, LOG_CALL, "call %08x: priority %u by the supervisor: %s", call->record.id,
	          request->reason, request->text);
	call_note(call, TRACE_QUEUE, NULL, TRACE_HERE, "priority %u: %s", request->reason, request->text);
	return 0;
}

static bool destination_exists(const struct control *control, const struct config_destination *to)
{
	const struct config *config = control->config;
	uint32_t i, number;

	switch (to->type) {
	case DEST_QUEUE:
		for (i = 0; i < config->queue_count; i++)
			if (!config->queues[i].direct && strcmp(config->queues[i].name, to->name) == 0)
				return true;
		return false;
	case DEST_EXTENSION:
		return extension_find(control, to->name) != NULL;
	case DEST_AGENT:
		return text_to_u32(to->name, 1, UINT32_MAX, &number) == 0 && agent_index(control, number) >= 0;
	case DEST_HUNTGROUP:
		return config_find_huntgroup(config, to->name) >= 0;
	case DEST_MENU:
		return config_find_menu(config, to->name) >= 0;
	case DEST_HOURS:
		return config_find_hours(config, to->name) >= 0;
	case DEST_ANNOUNCE:
		return audio_prompt_exists(control, to->name);
	default:
		return destination_supported(to->type);
	}
}

static int check_destination(const struct control *control, struct control_request *request)
{
	unsigned step;

	for (step = 0; step < request->route_count; step++) {
		const struct config_destination *to = &request->route[step];

		if (destination_exists(control, to))
			continue;
		return fault_set(&request->fault, -ENOENT, "there is no %s %s",
		                 to->type == DEST_ANNOUNCE
		                     ? "prompt"
		                     : text_name(config_destination_names, DEST_TYPE_COUNT, (int)to->type),
		                 to->name);
	}
	return 0;
}

static void send_away(struct call *call, const struct control_request *request)
{
	unsigned step;

	call->hops = 0; /* a person decides, as with a key */
	call->route_count = request->route_count;
	for (step = 0; step < request->route_count; step++) {
		call->route[step] = request->route[step];
		if (call->route[step].then >= 0)
			call->route[step].then = DESTINATION_OWN - call->route[step].then;
	}
	text_copy(call->withdraw_reason, sizeof(call->withdraw_reason), request->text);
	log_write(LOG_NOTICE, LOG_CALL, "call %08x: withdrawn from queue %s: %s", call->record.id, call->record.queue,
	          request->text);
	queue_leave(call, DESTINATION_OWN, ACD_EXIT_WITHDRAWN);
}

int supervise_withdraw(struct control *control, struct control_request *request)
{
	struct call *call = call_by_id(control, request->number);
	int error = check_destination(control, request);

	if (error)
		return error;
	if (!call || call->state != CALL_QUEUED || call->withdrawn_for)
		return refuse_state(request, call);
	send_away(call, request);
	return 0;
}

static int find_queue(const struct control *control, struct control_request *request, uint32_t *index)
{
	for (*index = 0; *index < control->config->queue_count; ++*index)
		if (strcmp(control->config->queues[*index].name, request->name) == 0)
			return 0;
	return fault_set(&request->fault, -ENOENT, "there is no queue %s", request->name);
}

/* Who has been lifted for is not sent away any more: the scheduler keeps those. */
int supervise_evacuate(struct control *control, struct control_request *request)
{
	const struct config_destination *to;
	struct call *call, *next;
	uint32_t index;
	int error = find_queue(control, request, &index);

	if (!error)
		error = check_destination(control, request);
	to = &request->route[request->route_count - 1];
	if (!error && to->type == DEST_QUEUE && strcmp(to->name, request->name) == 0)
		error = fault_set(&request->fault, -EINVAL, "queue %s cannot be evacuated to itself", request->name);
	if (error)
		return error;
	request->number = 0;
	for (call = control->first; call; call = next) {
		next = call->next;
		if (call->queue != (int32_t)index || call->state != CALL_QUEUED || call->withdrawn_for)
			continue;
		send_away(call, request);
		request->number++;
	}
	return 0;
}

/* ---- closing ---- */

static uint32_t today(const struct control *control)
{
	time_t seconds = (time_t)(clock_wall_at_us(control->now_us) / US_PER_S);
	struct tm local;

	if (!localtime_r(&seconds, &local))
		return 0;
	return clock_date(&local);
}

static struct queue_drain *drain_of(struct control *control, const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(control->drains); i++)
		if (control->drains[i].day && strcmp(control->drains[i].queue, name) == 0)
			return &control->drains[i];
	return NULL;
}

/* Closed by hand, a queue stays closed for the day over a restart too. */
#define KEPT_PREFIX "drain "

static void set_drain(struct control *control, struct queue_drain *drain, uint32_t day)
{
	char name[STORE_KEPT_BYTES], value[16] = "";
	size_t used = 0, value_used = 0;

	drain->day = day;
	text_append(name, sizeof(name), &used, KEPT_PREFIX "%s", drain->queue);
	if (day)
		text_append(value, sizeof(value), &value_used, "%u", day);
	if (store_keep(control->parts.store, name, value) < 0)
		log_write(LOG_ERROR, LOG_CALL, "queue %s: drain could not be kept for a restart", drain->queue);
}

void queue_drain_kept(struct control *control, const char *name, const char *value)
{
	uint32_t day;
	size_t i;

	if (strncmp(name, KEPT_PREFIX, strlen(KEPT_PREFIX)) != 0 || text_to_u32(value, 1, UINT32_MAX, &day) < 0)
		return;
	for (i = 0; i < ARRAY_SIZE(control->drains); i++) {
		if (control->drains[i].day)
			continue;
		control->drains[i].day = day;
		text_copy(control->drains[i].queue, sizeof(control->drains[i].queue), name + strlen(KEPT_PREFIX));
		return;
	}
}

static bool drained(struct control *control, const struct config_queue *queue)
{
	struct queue_drain *drain = drain_of(control, queue->name);

	if (drain && drain->day != today(control))
		set_drain(control, drain, 0); /* a new day: open again */
	return drain && drain->day;
}

bool queue_is_closed(struct control *control, const struct config_queue *queue)
{
	int32_t hours = config_find_hours(control->config, queue->hours);

	if (drained(control, queue))
		return true;
	return hours >= 0 && !hours_open(control, &control->config->hours[hours]);
}

/*
 * The queue has closed while callers wait: they are served on, or get the treatment of those who come too late. Nobody
 * is taken away while a telephone rings for them; if it is not lifted, their turn comes at the next look.
 */
static void close_waiting(struct control *control, uint32_t index)
{
	const struct config_queue *queue = &control->config->queues[index];
	struct call *call, *next;

	for (call = control->first; call; call = next) {
		next = call->next;
		if (call->queue == (int32_t)index && call->state == CALL_QUEUED && call->offers_open == 0)
			queue_leave(call, queue->closed, ACD_EXIT_CLOSED);
	}
}

int supervise_drain(struct control *control, struct control_request *request)
{
	struct queue_drain *drain;
	uint32_t index;
	size_t i;
	int error = find_queue(control, request, &index);

	if (error)
		return error;
	drain = drain_of(control, request->name);
	if (!request->reason) {
		if (drain)
			set_drain(control, drain, 0);
		return 0;
	}
	for (i = 0; !drain && i < ARRAY_SIZE(control->drains); i++)
		if (!control->drains[i].day || control->drains[i].day != today(control))
			drain = &control->drains[i];
	if (!drain)
		return fault_set(&request->fault, -ENOSPC, "too many queues are drained today");
	if (drain->day && strcmp(drain->queue, request->name) != 0)
		set_drain(control, drain, 0); /* of another day */
	text_copy(drain->queue, sizeof(drain->queue), request->name);
	set_drain(control, drain, today(control));
	log_write(LOG_NOTICE, LOG_CALL, "queue %s: drained until the end of the day, by the supervisor", drain->queue);
	if (control->config->queues[index].closing == CONFIG_CLOSING_SEND)
		close_waiting(control, index);
	return 0;
}

void supervise_closing(struct control *control)
{
	const struct config *config = control->config;
	uint32_t i;

	for (i = 0; config && i < config->queue_count; i++)
		if (config->queues[i].closing == CONFIG_CLOSING_SEND && queue_is_closed(control, &config->queues[i]))
			close_waiting(control, i);
}
