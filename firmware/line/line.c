/* The line: its spans, its steps, and what others may ask about it. */
#include "line/line.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "line/line_internal.h"

enum { CAUSE_TEMPORARY_FAILURE = 41 };

int line_new(struct line **out, struct span_driver *driver, struct timers *timers, const struct line_handlers *handlers)
{
	struct line *line = calloc(1, sizeof *line);
	if (line == NULL)
		return -ENOMEM;
	line->driver = driver;
	line->timers = timers;
	line->handlers = *handlers;
	timer_values_initial(&line->values);
	legs_init(line);
	for (unsigned number = 1; number <= CONFIG_SPANS_MAX; number++) {
		line->spans[number].line = line;
		line->spans[number].number = (uint8_t)number;
		restart_init(&line->spans[number]);
	}
	*out = line;
	return 0;
}

/* Legs end without their event: the line that would report it goes too. */
void line_free(struct line *line)
{
	if (line == NULL)
		return;
	for (unsigned number = 1; number <= CONFIG_SPANS_MAX; number++)
		line_span_stop(line, number);
	free(line);
}

struct line_event line_event_for(struct span *span, struct leg *leg, enum line_event_type type)
{
	struct line_event event = {.type = type,
	                           .at_us = clock_now_us(),
	                           .span = span->number,
	                           .channel = DRIVER_NO_CHANNEL,
	                           .alarms = span->alarms};
	if (leg != NULL) {
		event.leg = leg_handle(leg);
		event.setup = &leg->setup;
		if (leg->timeslot != 0)
			event.channel = driver_channel(span->number, leg->timeslot);
	}
	return event;
}

void line_emit(struct line *line, const struct line_event *event)
{
	line->handlers.event(line->handlers.user, event);
}

void line_emit_leg(struct leg *leg, enum line_event_type type, bool inband)
{
	struct line_event event = line_event_for(leg->span, leg, type);
	event.inband = inband;
	line_emit(leg->span->line, &event);
}

void line_set_timers(struct line *line, const struct timer_values *values)
{
	line->values = *values;
	for (unsigned number = 1; number <= CONFIG_SPANS_MAX; number++)
		if (line->spans[number].link != NULL)
			pri_link_set_timers(line->spans[number].link, values);
}

static int raise_link(struct span *span, struct fault *fault)
{
	const struct pri_link_settings settings = {
	    .span = span->number,
	    .network = span->settings.signalling == LINE_PRI_NET,
	    .e1 = span->settings.driver.type == SPAN_E1,
	    .alaw = span->settings.driver.law == SPAN_ALAW,
	    .switch_type = span->settings.switch_type,
	    .driver = span->line->driver,
	    .handlers = {.user = span,
	                 .event = span_on_event,
	                 .call_known = span_call_known,
	                 .edit = span_edit_sent,
	                 .frame = span_on_frame,
	                 .screened = span_on_screened},
	};
	int error = pri_link_open(&span->link, &settings);
	if (error != 0)
		return fault_set(fault, error, "span %u: %s", span->number,
		                 error == -ENOSPC ? "too many changes of switch type or side; restart the box"
		                                  : "no memory for a D channel");
	pri_link_set_timers(span->link, &span->line->values);
	span->dchannel = LINE_DCHANNEL_DOWN;
	return 0;
}

/* The link goes, and its legs with it. */
static void drop_link(struct span *span)
{
	struct pri_link *link = span->link;
	if (link == NULL)
		return;
	span->lost_due = span->lost_due || span->dchannel == LINE_DCHANNEL_UP;
	span->dchannel = LINE_DCHANNEL_NONE;
	for (struct leg *leg = span->legs; leg != NULL; leg = leg->next) {
		if (leg->call != NULL)
			pri_link_forget(link, leg->call);
		leg_note_cause(leg, CAUSE_TEMPORARY_FAILURE, 0);
		leg_end(leg);
	}
	span->link = NULL;
	span->was_up = false;
	restart_interrupted(span);
	resync_plan(span);
	memset(span->out_of_service, 0, sizeof span->out_of_service);
	memset(span->restarting, 0, sizeof span->restarting);
	memset(span->no_answer, 0, sizeof span->no_answer);
	pri_link_close(link);
}

static bool same_driver(const struct driver_span *a, const struct driver_span *b)
{
	return a->span == b->span && a->type == b->type && a->use == b->use && a->law == b->law &&
	       a->framing == b->framing && a->coding == b->coding && a->crc4 == b->crc4 &&
	       a->line_build_out == b->line_build_out && a->clock_rank == b->clock_rank &&
	       a->yellow_when_closed == b->yellow_when_closed && a->flash_min_ms == b->flash_min_ms &&
	       a->flash_max_ms == b->flash_max_ms && a->echo_cancel == b->echo_cancel && a->echo_taps == b->echo_taps &&
	       a->echo_exceptions == b->echo_exceptions &&
	       !memcmp(a->receive_gain, b->receive_gain, sizeof a->receive_gain) &&
	       !memcmp(a->send_gain, b->send_gain, sizeof a->send_gain) && !strcmp(a->location, b->location);
}

static bool same_link(const struct line_span_settings *a, const struct line_span_settings *b)
{
	return a->signalling == b->signalling && a->switch_type == b->switch_type && a->driver.type == b->driver.type &&
	       a->driver.law == b->driver.law;
}

int line_span_set(struct line *line, const struct line_span_settings *settings, struct fault *fault)
{
	unsigned number = settings->driver.span;
	if (number < 1 || number > CONFIG_SPANS_MAX)
		return fault_set(fault, -EINVAL, "span %u does not exist: this build has %d", number, CONFIG_SPANS_MAX);
	struct span *span = &line->spans[number];
	bool pri = settings->signalling != LINE_FXS;
	bool rebuild = !span->configured || (pri && span->link == NULL) || !same_link(&span->settings, settings);
	if (!span->configured || !same_driver(&span->settings.driver, &settings->driver)) {
		int error = driver_span_start(line->driver, &settings->driver, fault);
		if (error != 0)
			return error; /* the driver has named the span */
	}
	if (rebuild)
		drop_link(span);
	uint32_t changed = rebuild ? 0 : span->settings.off_channels ^ settings->off_channels;
	bool resync_changed = span->settings.resync_ms != settings->resync_ms;
	span->settings = *settings;
	if (resync_changed)
		resync_plan(span);
	service_tell(span, changed);
	span->configured = true;
	/* Told here too: the driver's own event of the same alarms may come later, and is then no news any more. */
	line_alarm(line, number, driver_span_alarms(line->driver, number));
	return pri && rebuild ? raise_link(span, fault) : 0;
}

void line_span_stop(struct line *line, unsigned number)
{
	if (number < 1 || number > CONFIG_SPANS_MAX || !line->spans[number].configured)
		return;
	struct span *span = &line->spans[number];
	drop_link(span);
	driver_span_stop(line->driver, number);
	span->configured = false;
	span->withheld_whole = false;
}

static bool step_span(struct span *span, uint64_t now_us)
{
	bool worked = span->lost_due;
	if (span->lost_due) {
		struct line_event event = line_event_for(span, NULL, LINE_DCHANNEL_LOST);
		span->lost_due = false;
		line_emit(span->line, &event);
	}
	return (span->link != NULL && pri_link_step(span->link, now_us)) || worked;
}

bool line_step(struct line *line, uint64_t now_us)
{
	bool worked = legs_deliver_ended(line);
	for (unsigned number = 1; number <= CONFIG_SPANS_MAX; number++)
		worked = step_span(&line->spans[number], now_us) || worked;
	return legs_deliver_ended(line) || worked;
}

uint64_t line_next_deadline_us(const struct line *line)
{
	uint64_t next_us = TIMER_NEVER;
	if (line->ended_first != NULL)
		return 0;
	for (unsigned number = 1; number <= CONFIG_SPANS_MAX; number++) {
		uint64_t link_us = line->spans[number].lost_due ? 0 : TIMER_NEVER;
		if (line->spans[number].link != NULL && link_us != 0)
			link_us = pri_link_next_us(line->spans[number].link);
		next_us = link_us < next_us ? link_us : next_us;
	}
	return next_us;
}

void line_alarm(struct line *line, unsigned number, uint32_t alarms)
{
	if (number < 1 || number > CONFIG_SPANS_MAX || line->spans[number].alarms == alarms)
		return;
	struct span *span = &line->spans[number];
	span->alarms = alarms;
	struct line_event event = line_event_for(span, NULL, LINE_SPAN_ALARM);
	line_emit(line, &event);
}

bool line_leg_exists(const struct line *line, line_leg handle)
{
	return leg_find(line, handle) != NULL;
}

uint16_t line_leg_channel(const struct line *line, line_leg handle)
{
	const struct leg *leg = leg_find(line, handle);
	if (leg == NULL || leg->timeslot == 0)
		return DRIVER_NO_CHANNEL;
	return driver_channel(leg->span->number, leg->timeslot);
}

uint16_t line_leg_call_reference(const struct line *line, line_leg handle)
{
	const struct leg *leg = leg_find(line, handle);
	return leg != NULL ? (uint16_t)leg->cref : 0;
}

const struct line_span_settings *line_span_settings_of(const struct line *line, unsigned number)
{
	bool there = number >= 1 && number <= CONFIG_SPANS_MAX && line->spans[number].configured;
	return there ? &line->spans[number].settings : NULL;
}

void line_trouble(struct span *span, const struct leg *leg, enum line_trouble trouble, const char *format, ...)
{
	const struct line_handlers *handlers = &span->line->handlers;
	char what[96];
	va_list arguments;
	if (handlers->trouble == NULL)
		return;
	va_start(arguments, format);
	vsnprintf(what, sizeof what, format, arguments);
	va_end(arguments);
	handlers->trouble(handlers->user, span->number, leg != NULL ? leg_handle(leg) : 0, trouble, what);
}

const char *line_leg_state_name(const struct line *line, line_leg handle)
{
	const struct leg *leg = leg_find(line, handle);
	return leg_state_names[leg != NULL ? leg->state : LEG_FREE];
}

unsigned line_span_free_channels(const struct line *line, unsigned number)
{
	if (number < 1 || number > CONFIG_SPANS_MAX || line->spans[number].dchannel != LINE_DCHANNEL_UP)
		return 0;
	return channels_free(&line->spans[number]);
}

static unsigned channels_in_use(const struct span *span)
{
	unsigned count = 0;
	for (unsigned timeslot = 1; timeslot < TIMESLOTS; timeslot++)
		count += span->holder[timeslot] != NULL;
	return count;
}

static unsigned telephones_count(const struct span *span)
{
	unsigned count = 0;
	for (unsigned place = 1; place <= DRIVER_PLACES_MAX; place++)
		count += driver_port(span->line->driver, span->number, place) == DRIVER_PORT_TELEPHONE;
	return count;
}

void line_span_status(const struct line *line, unsigned number, struct line_span_status *out)
{
	memset(out, 0, sizeof *out);
	if (number < 1 || number > CONFIG_SPANS_MAX || !line->spans[number].configured)
		return;
	const struct span *span = &line->spans[number];
	out->configured = true;
	out->settings = span->settings;
	out->dchannel = span->dchannel;
	out->alarms = span->alarms;
	out->channels = span->link != NULL ? channels_count(span) : telephones_count(span);
	out->in_use = channels_in_use(span);
	out->out_of_service = span->link != NULL ? channels_out_of_service(span) : 0;
	out->frames_screened = span->frames_screened;
	out->restarts = span->restarts;
	out->timer_expiries = span->timer_expiries;
	out->unanswered = span->unanswered;
	out->calls_in = span->calls_in;
	out->calls_out = span->calls_out;
	out->glare = span->glare;
	out->events_unexpected = span->events_unexpected;
}
