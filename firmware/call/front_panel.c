/* The machine's own alarms among ours, its supply and its reset button; and what its panel shows. */
#include "call/parts.h"

#include <string.h>

#define SUPPLY_BEEPS 3

static void hurry(struct control *control, bool failing)
{
	store_hurry(control->parts.store, failing);
	if (control->parts.journal)
		event_files_hurry(control->parts.journal, failing);
}

/*
 * What is left is short: what is known of each call goes to flash now, and nothing waits there for more to come. Those
 * who wait for an agent are told; who talks hears three beeps.
 */
static void calls_before_the_end(struct control *control)
{
	struct call *call;

	for (call = control->first; call; call = call->next) {
		record_post(call, false);
		if (call->state == CALL_TALKING && call->b.kind == PARTY_PHONE)
			audio_beeps(control, call->b.channel, SUPPLY_BEEPS);
		else
			announce_notice(call, "power-failing");
	}
}

static void supply_failing(struct control *control)
{
	if (control->supply_failing)
		return;
	control->supply_failing = true;
	hurry(control, true);
	calls_before_the_end(control);
	alarm_raise(control, SEVERITY_CRITICAL, "supply",
	            "The power supply is failing: no new calls are taken until it is back.");
}

static void supply_back(struct control *control)
{
	control->supply_failing = false;
	hurry(control, false);
	alarm_clear(control, "supply");
}

static void machine_said(struct control *control, const struct machine_event *event)
{
	switch (event->type) {
	case MACHINE_ALARM_RAISED:
		/* The text has the new value. */
		alarm_clear(control, event->key);
		alarm_raise(control, event->severity, event->key, "%s", event->text);
		break;
	case MACHINE_ALARM_OVER:
		alarm_clear(control, event->key);
		break;
	case MACHINE_RESET_WANTED:
		alarm_raise(control, SEVERITY_MAJOR, "factory reset",
		            "A factory reset was asked for with the reset button: it is done at the next start.");
		break;
	case MACHINE_SUPPLY_FAILING:
		supply_failing(control);
		break;
	case MACHINE_SUPPLY_BACK:
		supply_back(control);
		break;
	}
}

bool machine_take_events(struct control *control)
{
	struct machine_event event;
	bool did = false;

	while (control->parts.machine && machine_next_event(control->parts.machine, &event)) {
		machine_said(control, &event);
		did = true;
	}
	return did;
}

static enum machine_lamp lamp_of(const struct control *control, unsigned span)
{
	struct line_span_status status;

	line_span_status(control->line, span, &status);
	if (!status.configured)
		return MACHINE_LAMP_OFF;
	if (status.alarms)
		return MACHINE_LAMP_RED;
	return status.dchannel == LINE_DCHANNEL_DOWN ? MACHINE_LAMP_GREEN_BLINKS : MACHINE_LAMP_GREEN;
}

void panel_update(struct control *control)
{
	struct machine_picture picture = {.minor = false};
	uint32_t i;

	if (!control->parts.machine)
		return;
	for (i = 0; i < CONFIG_SPANS_MAX; i++)
		picture.spans[i] = (uint8_t)lamp_of(control, i + 1);
	for (i = 0; i < control->alarm_count; i++)
		if (control->alarms[i].severity == SEVERITY_MINOR)
			picture.minor = true;
		else
			picture.major = true;
	machine_show(control->parts.machine, &picture);
}
