/*
 * A call from the network: its number is collected, its record made durable, then its destination runs. CONNECT is
 * never sent before the record of SETUP is on flash.
 */
#include "call/parts.h"

#include <string.h>

static void fill_record(struct call *call, const struct line_setup *setup)
{
	struct call_record *record = &call->record;

	record->span = setup->span;
	record->timeslot = setup->timeslot;
	text_copy(record->from, sizeof(record->from), setup->calling.digits);
	text_copy(record->from_raw, sizeof(record->from_raw), setup->calling.digits);
	text_copy(record->to, sizeof(record->to), setup->called.digits);
	text_copy(record->name, sizeof(record->name), setup->calling_name);
	record->presentation = (uint8_t)setup->calling.presentation;
}

static void refuse(struct call *call, uint8_t cause, const char *reason)
{
	call->control->calls_refused++;
	call_end(call, cause, CALL_REFUSED, reason);
}

/* Beyond a limit of its number: true when it is refused, else the destination of those is its own. */
static bool over_limit(struct call *call, int32_t limit, int32_t *destination)
{
	*destination = call->control->config->did_limits[limit].destination;
	if (*destination < 0)
		refuse(call, 17, "number has all its calls");
	return *destination < 0;
}

/* The number is complete: the record goes to flash, and the destination runs when it is there. */
static void route(struct call *call)
{
	struct control *control = call->control;
	int32_t destination = route_find(call, false), limit;
	const char *queue;

	if (destination < 0) {
		log_write(LOG_NOTICE, LOG_CALL, "call %08x: number %s leads nowhere", call->record.id,
		          call->record.to[0] ? call->record.to : "(none)");
		refuse(call, 1, "number leads nowhere");
		return;
	}
	limit = route_limit(call);
	if (limit >= 0 && over_limit(call, limit, &destination))
		return;
	line_leg_proceeding(control->line, call->a.leg);
	call_set_state(call, CALL_SETUP);
	call->wait_durable = true;
	/* One sync for both: that there is a call, and for whom it waits. */
	queue = destination_queue(control, destination);
	call->queue_on_flash = queue != NULL;
	if (queue)
		text_copy(call->record.queue, sizeof(call->record.queue), queue);
	if (!record_post(call, true))
		incoming_durable(control, call->record.id, false); /* a record lost is bad, a caller lost is worse */
}

void incoming_durable(struct control *control, uint32_t id, bool durable)
{
	struct call *call = call_by_id(control, id);
	int32_t destination, limit;

	if (!call)
		return;
	call->queue_on_flash &= durable;
	if (!call->wait_durable)
		return;
	call->wait_durable = false;
	if (call->state != CALL_SETUP)
		return;
	if (call->record.direction != CALL_IN) {
		destination_run(call, call->destination);
		return;
	}
	/* Looked up again: the settings may have changed meanwhile. */
	limit = route_limit(call);
	destination = limit < 0 ? route_find(call, true) : -1;
	if (limit >= 0 && over_limit(call, limit, &destination))
		return;
	if (destination < 0)
		refuse(call, 1, "number leads nowhere");
	else
		destination_run(call, destination);
}

static bool number_is_complete(const struct control *control, const char *digits)
{
	return config_number_known(control->config, digits) && !config_did_may_grow(control->config, digits);
}

/* A call that got no further than the line is in the records all the same. */
static void record_refused(struct control *control, const struct line_setup *setup, uint8_t cause, const char *reason)
{
	struct call *call = call_new(control, CALL_IN);

	if (!call)
		return;
	fill_record(call, setup);
	call->record.cause = call->record.cause_sent = cause;
	log_write(LOG_INFO, LOG_CALL, "call %08x: from the network, span %u, to %s, refused: %s", call->record.id,
	          setup->span, call->record.to, reason);
	refuse(call, cause, reason);
}

void incoming_refused(struct control *control, const struct line_event *event)
{
	record_refused(control, event->setup, event->cause, "no B channel for it");
}

void incoming_setup(struct control *control, const struct line_event *event)
{
	struct call *call;

	if (no_new_calls(control) || !control->config) {
		if (control->config && !control->supply_failing)
			record_refused(control, event->setup, 41, "no new calls now");
		line_leg_clear(control->line, event->leg, 41);
		return;
	}
	call = call_new(control, CALL_IN);
	if (!call) {
		log_write(LOG_ERROR, LOG_CALL, "span %u: call refused, the limit of calls is reached", event->span);
		line_leg_clear(control->line, event->leg, 42);
		return;
	}
	fill_record(call, event->setup);
	call_bind_leg(call, &call->a, event->leg, event->channel);
	log_write(LOG_INFO, LOG_CALL, "call %08x: from the network, span %u/%u, to %s", call->record.id, event->span,
	          event->setup->timeslot, call->record.to);
	if (event->setup->complete || number_is_complete(control, call->record.to)) {
		route(call);
		return;
	}
	call_set_state(call, CALL_DIGITS);
	line_leg_need_digits(control->line, event->leg, call->record.to[0] == '\0');
	if (call->record.to[0] == '\0')
		audio_tone(control, call->a.channel, MEDIA_TONE_DIAL);
}

void incoming_digits(struct call *call, const struct line_event *event, bool ended)
{
	if (call->state != CALL_DIGITS)
		return;
	if (event->setup)
		text_copy(call->record.to, sizeof(call->record.to), event->setup->called.digits);
	audio_stop(call->control, call->a.channel);
	if (ended || number_is_complete(call->control, call->record.to))
		route(call);
	else if (!config_number_known(call->control->config, call->record.to) &&
	         !config_did_may_grow(call->control->config, call->record.to))
		refuse(call, 1, "number leads nowhere");
}
