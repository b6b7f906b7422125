/* The copy of the control actor's state that the console and the board show. */
#include "call/parts.h"

#include <string.h>

static void fill_call(const struct control *control, const struct call *call, struct control_call_view *out)
{
	uint64_t now_us = control->now_us;

	out->record = call->record;
	text_copy(out->state, sizeof(out->state),
	          call->state == CALL_QUEUED && call->offers_open > 0 ? "ringing" : call_state_names[call->state]);
	if (call->answered_us)
		out->record.talk_ms = (uint32_t)((now_us - call->answered_us) / US_PER_MS) - call->record.hold_ms -
		                      call_waited_again_ms(call);
	else
		out->record.wait_ms = (uint32_t)((now_us - call->arrived_us) / US_PER_MS);
	if (call->segment_open && out->record.segment_count > 0)
		out->record.segments[out->record.segment_count - 1].end_ms =
		    (uint32_t)((now_us - call->arrived_us) / US_PER_MS);
}

static void fill_port(const struct phone *phone, struct control_port_view *out)
{
	memset(out, 0, sizeof(*out));
	out->span = phone->span;
	out->timeslot = phone->timeslot;
	text_copy(out->place, sizeof(out->place), phone->place);
	if (phone->settings)
		text_copy(out->extension, sizeof(out->extension), phone->settings->extension);
	out->hook = phone->state == PHONE_IDLE || phone->state == PHONE_RINGING || phone->state == PHONE_GONE ? 0
	            : phone->held                                                                             ? 2
	                                                                                                      : 1;
	out->ringing = phone->state == PHONE_RINGING;
	out->agent = phone->agent;
	out->talking = phone->state == PHONE_IN_CALL && phone->call && phone->call->state == CALL_TALKING;
	if (phone->state == PHONE_HOWLER || phone->state == PHONE_ASIDE)
		text_copy(out->alarm, sizeof(out->alarm), "off-hook");
	else if (phone->state == PHONE_GONE)
		text_copy(out->alarm, sizeof(out->alarm), "no sound card");
	else if (phone->cut)
		text_copy(out->alarm, sizeof(out->alarm), "span");
}

/* Where a card has a place, but nothing for a telephone in it. */
static void fill_empty_place(unsigned span, unsigned place, enum driver_port port, struct control_view *view)
{
	struct control_port_view *out = &view->ports[view->port_count];
	size_t used = 0;

	if (view->port_count == ARRAY_SIZE(view->ports) || (port != DRIVER_PORT_LINE && port != DRIVER_PORT_EMPTY))
		return;
	*out = (struct control_port_view){.span = (uint8_t)span, .timeslot = (uint8_t)place};
	text_append(out->place, sizeof(out->place), &used, "%u/%u", span, place);
	text_copy(out->alarm, sizeof(out->alarm), driver_port_names[port]);
	view->port_count++;
}

static void fill_ports(const struct control *control, struct control_view *view)
{
	unsigned span, place, i;

	for (span = 1; span <= CONFIG_SPANS_MAX; span++)
		for (place = 1; place <= DRIVER_PLACES_MAX; place++) {
			const struct phone *phone = &control->phones[driver_channel(span, place)];

			if (phone->exists)
				fill_port(phone, &view->ports[view->port_count++]);
			else
				fill_empty_place(span, place, driver_port(control->parts.driver, span, place), view);
		}
	for (i = 0; i < SOUND_CARDS_MAX; i++)
		if (control->phones[media_sound_channel(i)].exists)
			fill_port(&control->phones[media_sound_channel(i)], &view->ports[view->port_count++]);
}

/* B channels of the trunks. */
static void fill_channels(const struct control *control, unsigned span, struct control_view *view)
{
	for (unsigned timeslot = 1; timeslot <= DRIVER_TIMESLOTS_MAX; timeslot++) {
		enum line_channel state = line_channel_state(control->line, span, timeslot);
		const struct call *call = control->channel_call[driver_channel(span, timeslot)];

		if (state == LINE_CHANNEL_NONE || view->channel_count == ARRAY_SIZE(view->channels))
			continue;
		view->channels[view->channel_count++] = (struct control_channel_view){
		    .span = (uint8_t)span,
		    .timeslot = (uint8_t)timeslot,
		    .state = state,
		    .call = call ? call->record.id : 0,
		    .party = call && call->a.channel == driver_channel(span, timeslot) ? 'a' : 'b'};
	}
}

static uint32_t telephones_of(const struct control *control, unsigned span)
{
	uint32_t telephones = 0;
	unsigned place;

	for (place = 1; place <= DRIVER_PLACES_MAX; place++)
		if (driver_port(control->parts.driver, span, place) == DRIVER_PORT_TELEPHONE)
			telephones |= UINT32_C(1) << place;
	return telephones;
}

static void fill_spans(const struct control *control, struct control_view *view)
{
	unsigned span;

	for (span = 1; span <= CONFIG_SPANS_MAX; span++) {
		struct control_span_view *out = &view->spans[view->span_count];

		line_span_status(control->line, span, &out->line);
		if (!out->line.configured)
			continue;
		out->span = (uint8_t)span;
		driver_span_counters(control->parts.driver, span, &out->counters);
		out->clock_source = driver_clock_source(control->parts.driver) == span;
		out->sync_source = driver_span_sync_source(control->parts.driver, span);
		out->absent = driver_span_absent(control->parts.driver, span);
		out->tested = span_tested(control, span);
		out->analogue = driver_span_analogue(control->parts.driver, span);
		out->telephones = telephones_of(control, span);
		out->finding_count = health_findings(&control->health[span - 1], out->findings, HEALTH_FINDINGS_MAX);
		view->span_count++;
		fill_channels(control, span, view);
	}
}

static void fill_ways(const struct control *control, struct control_view *view)
{
	const struct config *config = control->config;
	uint32_t i;

	view->route_count = config ? config->route_count : 0;
	for (i = 0; i < view->route_count; i++)
		view->routes[i] = (struct control_route_view){.hits = control->route_counts[i].hits,
		                                              .last_us = control->route_counts[i].last_us};
	view->hours_count = config ? config->hours_count : 0;
	for (i = 0; i < view->hours_count; i++)
		view->hours[i] = (struct control_hours_view){.open = hours_open(control, &config->hours[i]),
		                                             .night = hours_night(control, &config->hours[i])};
}

void control_fill_view(struct control *control, struct control_view *view)
{
	const struct call *call;
	uint32_t i;

	view->now_us = control->now_us;
	view->wall_us = clock_wall_at_us(control->now_us);
	view->call_count = view->port_count = view->span_count = view->channel_count = 0;
	view->calls_begun = control->calls_begun;
	view->sweep = control->sweep_counts;
	view->customers = control->customer_counts;
	view->customer_rows = customers_count(control->customers);
	view->calls_refused = control->calls_refused;
	for (call = control->first; call; call = call->next)
		if (call->state != CALL_WRAP_UP)
			fill_call(control, call, &view->calls[view->call_count++]);
	fill_ports(control, view);
	fill_spans(control, view);
	zone_fill_view(control, &view->zone);
	line_tests_view(control, view);
	sounds_view(control, view);
	fill_ways(control, view);
	view->alarm_count = control->alarm_count;
	for (i = 0; i < control->alarm_count; i++) {
		view->alarms[i].id = control->alarms[i].id;
		view->alarms[i].since_us = control->alarms[i].since_us;
		view->alarms[i].severity = control->alarms[i].severity;
		text_copy(view->alarms[i].text, sizeof(view->alarms[i].text), control->alarms[i].text);
	}
}
