/* What the line says, handed to the call it belongs to. */
#include "call/parts.h"

#include <stdio.h>

static void alarm_key(char *key, size_t size, unsigned span, const char *what)
{
	size_t used = 0;

	text_append(key, size, &used, "span %u %s", span, what);
}

static bool has_dchannel(const struct control *control, unsigned span)
{
	const struct line_span_settings *settings = line_span_settings_of(control->line, span);

	return settings && settings->signalling != LINE_FXS;
}

static void dchannel(struct control *control, unsigned span, bool up)
{
	char key[32];

	alarm_key(key, sizeof(key), span, "D channel");
	/* The link of a span that is deleted, or is a bank of telephones now, goes down too. */
	if (!up && !has_dchannel(control, span))
		return;
	if (!up)
		trace_trouble(control->parts.trace, span, 0, TRIGGER_DCHANNEL, clock_wall_us(),
		              "the D channel went down");
	if (up)
		alarm_clear(control, key);
	else
		alarm_raise(control, SEVERITY_CRITICAL, key,
		            "Span %u: the D channel is down, no calls can be set up. Check the cable and the far end.",
		            span);
}

static const struct {
	uint32_t bit;
	enum severity severity;
	const char *word, *text;
} span_alarms[] = {
    {SPAN_ALARM_RED, SEVERITY_CRITICAL, "red", "red alarm, nothing usable is received. Check the cable."},
    {SPAN_ALARM_YELLOW, SEVERITY_MAJOR, "yellow", "yellow alarm, the far end does not receive us."},
    {SPAN_ALARM_BLUE, SEVERITY_MAJOR, "blue", "blue alarm, the far end sends all ones: it is out of service."},
    {SPAN_ALARM_LOOPBACK, SEVERITY_MAJOR, "loopback", "the line is looped."},
};

static void alarms(struct control *control, unsigned span, uint32_t bits)
{
	bool configured = line_span_settings_of(control->line, span) != NULL;
	char key[32];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(span_alarms); i++) {
		alarm_key(key, sizeof(key), span, span_alarms[i].word);
		if (configured && bits & span_alarms[i].bit &&
		    !(span_alarms[i].bit == SPAN_ALARM_LOOPBACK && span_test_loops(control, span)))
			alarm_raise(control, span_alarms[i].severity, key, "Span %u: %s", span, span_alarms[i].text);
		else
			alarm_clear(control, key);
	}
	phones_span_alarms(control, span, bits);
}

void line_alarms_settings(struct control *control)
{
	char key[32];
	unsigned span;

	for (span = 1; span <= CONFIG_SPANS_MAX; span++) {
		alarm_key(key, sizeof(key), span, "D channel");
		if (!has_dchannel(control, span))
			alarm_clear(control, key);
		if (!line_span_settings_of(control->line, span))
			alarms(control, span, 0);
	}
}

static void channel_changed(struct call *call, struct party *party, uint16_t channel)
{
	struct control *control = call->control;

	if (party->channel == channel)
		return;
	if (party->channel != DRIVER_NO_CHANNEL) {
		audio_close(control, party->channel);
		if (control->channel_call[party->channel] == call)
			control->channel_call[party->channel] = NULL;
	}
	party->channel = channel;
	if (channel != DRIVER_NO_CHANNEL) {
		control->channel_call[channel] = call;
		audio_open(control, channel, true);
	}
	if (party == &call->a) {
		call->record.span = (uint8_t)driver_channel_span(channel);
		call->record.timeslot = (uint8_t)driver_channel_timeslot(channel);
	}
	call_note_leg(call, party);
	if (call->bridged)
		audio_bridge(control, call->a.channel, call->b.channel);
}

/* An event of the calling side of a call from the network. */
static void a_side(struct call *call, const struct line_event *event)
{
	switch (event->type) {
	case LINE_DIGITS:
	case LINE_DIGITS_ENDED:
		incoming_digits(call, event, event->type == LINE_DIGITS_ENDED);
		break;
	case LINE_DISCONNECT:
		call_side_gone(call, &call->a, event->cause, event->cause_location);
		break;
	case LINE_NAME:
		if (!event->setup)
			break;
		text_copy(call->record.name, sizeof(call->record.name), event->setup->calling_name);
		record_post(call, false); /* who is to be called back should the box restart has a name */
		break;
	case LINE_HOLD:
		call_unbridge(call);
		break;
	case LINE_RETRIEVE:
		if (call->state == CALL_TALKING) {
			audio_bridge(call->control, call->a.channel, call->b.channel);
			call->bridged = true;
		}
		break;
	default:
		break;
	}
}

static void leg_event(struct control *control, const struct line_event *event)
{
	struct call *call = call_by_leg(control, event->leg);
	struct party *party;

	if (!call) {
		log_write(LOG_DEBUG, LOG_CALL, "span %u: %s of a call that is over", event->span,
		          line_event_names[event->type]);
		if (event->type == LINE_DISCONNECT)
			line_leg_clear(control->line, event->leg, event->cause ? event->cause : 16);
		else if (event->type == LINE_RELEASED)
			outside_channel_freed(control);
		return;
	}
	party = call->a.kind == PARTY_LEG && call->a.leg == event->leg ? &call->a : &call->b;
	if (event->type == LINE_RELEASED)
		call_side_released(call, party, event->cause, event->cause_location);
	else if (event->type == LINE_CHANNEL)
		channel_changed(call, party, event->channel);
	else if (party == &call->a)
		a_side(call, event);
	else
		outside_event(call, event);
}

void line_event_arrived(void *user, const struct line_event *event)
{
	struct control *control = user;

	switch (event->type) {
	case LINE_SETUP:
		incoming_setup(control, event);
		break;
	case LINE_REFUSED:
		incoming_refused(control, event);
		break;
	case LINE_DCHANNEL_RAISED:
	case LINE_DCHANNEL_LOST:
		dchannel(control, event->span, event->type == LINE_DCHANNEL_RAISED);
		break;
	case LINE_SPAN_ALARM:
		alarms(control, event->span, event->alarms);
		break;
	case LINE_RESTARTED:
		log_write(LOG_NOTICE, LOG_CALL, "span %u: the far end has restarted channel %u", event->span,
		          event->channel == DRIVER_NO_CHANNEL ? 0 : driver_channel_timeslot(event->channel));
		break;
	default:
		leg_event(control, event);
		break;
	}
}
