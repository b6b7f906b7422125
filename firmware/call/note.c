/* What happens to a call, told to the trace: steps of the call, frames and which call they belong to, trouble. */
#include "call/parts.h"

#include <stdarg.h>
#include <stdio.h>

static void post(const struct control *control, uint32_t call, struct trace_event *event, uint16_t channel)
{
	event->wall_us = clock_wall_at_us(control->now_us);
	if (channel != DRIVER_NO_CHANNEL) {
		event->span = (uint8_t)driver_channel_span(channel);
		event->timeslot = (uint8_t)driver_channel_timeslot(channel);
	}
	trace_note(control->parts.trace, call, event);
}

void call_note(const struct call *call, enum trace_kind kind, const struct party *party, enum trace_way way,
               const char *format, ...)
{
	struct trace_event event = {.kind = (uint8_t)kind, .way = (uint8_t)way};
	va_list arguments;

	if (!call->control->parts.trace)
		return;
	if (party)
		event.side = party == &call->a ? TRACE_A : TRACE_B;
	if (party && party->kind == PARTY_PHONE)
		event.agent = party->phone->agent;
	else if (party && party->kind == PARTY_REMOTE)
		event.agent = party->remote->agent;
	va_start(arguments, format);
	vsnprintf(event.text, sizeof(event.text), format, arguments);
	va_end(arguments);
	post(call->control, call->record.id, &event, party ? party->channel : DRIVER_NO_CHANNEL);
}

void phone_note(const struct phone *phone, uint32_t call, enum trace_kind kind, enum trace_way way, const char *format,
                ...)
{
	struct trace_event event = {.kind = (uint8_t)kind, .side = TRACE_B, .way = (uint8_t)way, .agent = phone->agent};
	va_list arguments;

	if (!phone->control->parts.trace)
		return;
	va_start(arguments, format);
	vsnprintf(event.text, sizeof(event.text), format, arguments);
	va_end(arguments);
	post(phone->control, call, &event, phone->channel);
}

void call_note_leg(const struct call *call, const struct party *party)
{
	const struct control *control = call->control;
	uint16_t reference = line_leg_call_reference(control->line, party->leg);

	if (party->channel != DRIVER_NO_CHANNEL)
		trace_bind(control->parts.trace, driver_channel_span(party->channel), reference, call->record.id,
		           party == &call->a ? TRACE_A : TRACE_B);
}

void frame_seen(void *user, unsigned span, bool sent, const uint8_t *bytes, size_t count, uint64_t at_us)
{
	const struct control *control = user;
	const struct line_span_settings *settings = line_span_settings_of(control->line, span);
	struct trace_line line = {.span = (uint8_t)span, .variant = DECODE_AMERICAN};

	if (!control->parts.trace)
		return;
	if (settings) {
		line.network = settings->signalling == LINE_PRI_NET;
		line.variant = settings->switch_type == LINE_EUROISDN ? DECODE_ETSI
		               : settings->switch_type == LINE_QSIG   ? DECODE_QSIG
		                                                      : DECODE_AMERICAN;
	}
	trace_frame(control->parts.trace, &line, sent, bytes, count, clock_wall_at_us(at_us));
}

void trouble_seen(void *user, unsigned span, line_leg leg, enum line_trouble trouble, const char *what)
{
	const struct control *control = user;
	const struct call *call = leg ? call_by_leg(control, leg) : NULL;

	if (call)
		call_note(call, TRACE_TROUBLE, call->a.leg == leg ? &call->a : &call->b, TRACE_HERE, "%s", what);
	trace_trouble(control->parts.trace, span, call ? call->record.id : 0,
	              trouble == LINE_TROUBLE_TIMER ? TRIGGER_TIMER : TRIGGER_PROTOCOL, clock_wall_us(), what);
}
