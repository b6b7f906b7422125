/* The lines, looked at once a second: what their counters, alarms and D channels mean is line/health's business. */
#include "call/parts.h"

#define HEALTH_PERIOD_US US_PER_S

static void look(struct control *control, unsigned span)
{
	struct line_span_status status;
	struct driver_span_counters counters;
	struct health_sample sample = {.at_us = control->now_us,
	                               .status = &status,
	                               .counters = &counters,
	                               .clock_source = driver_clock_source(control->parts.driver)};

	line_span_status(control->line, span, &status);
	if (!status.configured) {
		health_reset(&control->health[span - 1]);
		return;
	}
	driver_span_counters(control->parts.driver, span, &counters);
	health_sample(&control->health[span - 1], &sample);
}

static void second_over(void *argument)
{
	struct control *control = argument;
	unsigned span;

	for (span = 1; span <= CONFIG_SPANS_MAX; span++)
		look(control, span);
	queue_alarms_look(control);
	panel_update(control);
	timer_start(control->timers, &control->health_timer, control->now_us + HEALTH_PERIOD_US);
}

void health_begin(struct control *control)
{
	timer_init(&control->health_timer, "line health", second_over, control);
	timer_start(control->timers, &control->health_timer, clock_now_us() + HEALTH_PERIOD_US);
}
