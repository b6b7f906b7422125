/*
 * Out through a trunk: the rule's spans are tried in order, each hunted from the far end; number sent and class of
 * service by the settings. Emergency calls take any span and, if all channels are busy, the channel of another call.
 */
#include "call/parts.h"

#include <errno.h>
#include <string.h>

/* The spans of the rule's trunk, or all trunk spans for an emergency call. 0: no more. */
static unsigned span_to_try(const struct call *call)
{
	const struct config *config = call->control->config;
	uint32_t i, seen = 0;

	if (!call->emergency) {
		const struct config_trunk *trunk = &config->trunks[config->outsides[call->outside].trunk];

		return call->trunk_try < trunk->span_count ? trunk->spans[call->trunk_try] : 0;
	}
	for (i = 0; i < config->span_count; i++)
		if (config->spans[i].signalling == CONFIG_PRI_CPE || config->spans[i].signalling == CONFIG_PRI_NET)
			if (seen++ == call->trunk_try)
				return config->spans[i].span;
	return 0;
}

static void fill_setup(const struct call *call, unsigned span, struct line_setup *setup)
{
	const struct config *config = call->control->config;

	memset(setup, 0, sizeof(*setup));
	setup->span = (uint8_t)span;
	setup->complete = true;
	setup->bearer = 16;
	setup->called.npi = 1;
	text_copy(setup->called.digits, sizeof(setup->called.digits), call->outside_number);
	setup->calling.npi = 1;
	if (call->outside < config->outside_count)
		text_copy(setup->calling.digits, sizeof(setup->calling.digits),
		          config->trunks[config->outsides[call->outside].trunk].number);
	if (!setup->calling.digits[0] && call->a.kind == PARTY_LEG)
		text_copy(setup->calling.digits, sizeof(setup->calling.digits), call->record.from);
	setup->calling.presentation = (enum line_presentation)call->record.presentation;
	if (call->remote)
		remote_present(call, setup);
}

/* A call that may give way to an emergency call: the youngest that is not one itself. */
static struct call *victim(struct control *control)
{
	struct call *call;

	for (call = control->last; call; call = call->previous)
		if (!call->emergency && call->state != CALL_CLEARING && call->state != CALL_WRAP_UP &&
		    (call->a.kind == PARTY_LEG || call->b.kind == PARTY_LEG))
			return call;
	return NULL;
}

static bool pre_empt(struct call *call)
{
	struct call *other = victim(call->control);

	if (!other)
		return false;
	log_write(LOG_WARNING, LOG_CALL, "call %08x gives way to an emergency call", other->record.id);
	call->control->emergency_waiting = call;
	call_end(other, 8, CALL_WITHDRAWN, "gave way to an emergency call");
	return true;
}

static void try_spans(struct call *call);

static void no_trunk(struct call *call, bool busy)
{
	/* Neither a test nor another call holds an emergency call up. */
	if (call->emergency && span_tests_end(call->control, 0)) {
		try_spans(call);
		return;
	}
	if (call->emergency && busy && pre_empt(call))
		return;
	call_b_failed(call, busy ? 34 : 27, busy ? "all trunk channels are busy" : "no trunk is in service");
}

static void try_spans(struct call *call)
{
	struct control *control = call->control;
	bool busy = false;
	unsigned span;

	for (call->trunk_try = 0; (span = span_to_try(call)) != 0; call->trunk_try++) {
		struct line_setup setup;
		line_leg leg = 0;
		int error;

		fill_setup(call, span, &setup);
		error = line_call_out(control->line, &setup, &leg);
		if (error == 0) {
			call_bind_leg(call, &call->b, leg, line_leg_channel(control->line, leg));
			if (call->record.direction != CALL_IN) {
				call->record.span = (uint8_t)span;
				call->record.timeslot =
				    (uint8_t)driver_channel_timeslot(line_leg_channel(control->line, leg));
			}
			return;
		}
		busy |= error == -EBUSY || error == -ENOSPC;
		call_note(call, TRACE_TROUBLE, NULL, TRACE_HERE, "span %u cannot take it: %s", span,
		          error == -ENETDOWN ? "D channel down" : "no channel free");
		log_write(LOG_INFO, LOG_CALL, "call %08x: span %u cannot take it: %s", call->record.id, span,
		          error == -ENETDOWN ? "D channel down" : "no channel free");
	}
	no_trunk(call, busy);
}

static void start(struct call *call)
{
	call_set_state(call, CALL_RINGING);
	record_segment(call, SEGMENT_RING);
	call->ring_from_us = call->control->now_us;
	try_spans(call);
}

/* number: as dialled, prefix included. */
void outside_call(struct call *call, uint32_t outside, const char *number)
{
	const struct config_outside *rule = &call->control->config->outsides[outside];
	size_t used = 0, strip = rule->strip;

	call->outside = outside;
	if (caps_reached(call->control, call->a.phone, outside)) {
		call_b_failed(call, 21, "the limit of calls out is reached");
		return;
	}
	caps_begun(call, call->a.phone);
	while (strip > 0 && *number) {
		number++;
		strip--;
	}
	text_append(call->outside_number, sizeof(call->outside_number), &used, "%s%s", rule->add, number);
	start(call);
}

void outside_emergency(struct call *call, const char *number)
{
	call->emergency = true;
	call->outside = UINT32_MAX;
	text_copy(call->outside_number, sizeof(call->outside_number), number);
	log_write(LOG_WARNING, LOG_CALL, "call %08x: EMERGENCY call to %s from port %s", call->record.id, number,
	          call->record.port);
	start(call);
}

void outside_channel_freed(struct control *control)
{
	struct call *call = control->emergency_waiting;

	if (!call || call->state != CALL_RINGING)
		return;
	control->emergency_waiting = NULL;
	try_spans(call);
}

/* The far end rings, or speaks before it answers. */
static void progress(struct call *call, const struct line_event *event)
{
	struct control *control = call->control;

	if (event->inband && !call->bridged) {
		audio_stop(control, call->a.channel);
		audio_bridge(control, call->a.channel, call->b.channel);
		call->bridged = true;
		if (call->a.kind == PARTY_LEG && !call->a.answered)
			line_leg_progress(control->line, call->a.leg);
		return;
	}
	if (event->type != LINE_ALERTING || call->bridged)
		return;
	extension_tell_ringing(call);
}

static void connected(struct call *call)
{
	call->record.ring_ms = (uint32_t)((call->control->now_us - call->ring_from_us) / US_PER_MS);
	call->bridged = false;
	if (!call->emergency)
		caps_answered(call);
	call_talk(call);
}

static void disconnected(struct call *call, const struct line_event *event)
{
	bool message = event->inband && !call->answered_us && call->a.kind == PARTY_PHONE;

	call->record.cause = event->cause;
	call->record.cause_location = event->cause_location;
	call->b.far_cleared = true;
	if (message) {
		/* The network explains in band why not: the caller hears it until one of them hangs up. */
		if (!call->bridged) {
			audio_stop(call->control, call->a.channel);
			audio_bridge(call->control, call->a.channel, call->b.channel);
			call->bridged = true;
		}
		return;
	}
	if (call->answered_us)
		call_side_gone(call, &call->b, event->cause, event->cause_location);
	else
		call_b_failed(call, event->cause ? event->cause : 31, NULL);
}

void outside_event(struct call *call, const struct line_event *event)
{
	if (call->state == CALL_CLEARING)
		return;
	if (call->remote) {
		remote_leg_event(call, event);
		return;
	}
	switch (event->type) {
	case LINE_PROCEEDING:
	case LINE_PROGRESS:
	case LINE_ALERTING:
		progress(call, event);
		break;
	case LINE_SETUP_ACK:
		line_leg_more_digits(call->control->line, call->b.leg, "", true);
		break;
	case LINE_CONNECT:
		if (call->state == CALL_RINGING)
			connected(call);
		break;
	case LINE_DISCONNECT:
		disconnected(call, event);
		break;
	default:
		break;
	}
}
