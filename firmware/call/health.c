/* The lines, looked at once a second: what their counters, alarms and D channels mean is line/health's business. */
#include "call/parts.h"

#define HEALTH_PERIOD_US US_PER_S
/* A card that was absent is looked for again so often. */
#define CARD_PERIOD_S 30

/* What is in its places is known only now. */
static void card_found(struct control *control)
{
	phones_attach(control, control->config);
	places_look(control);
}

/* A span without its card: an alarm says so, and it works as soon as the card is there. */
static void look_for_card(struct control *control, unsigned span, const struct line_span_status *status)
{
	struct driver_span settings = status->settings.driver;
	char key[ALARM_KEY_BYTES];
	struct fault fault;
	size_t used = 0;

	text_append(key, sizeof(key), &used, "span %u card", span);
	if (!status->configured || !driver_span_absent(control->parts.driver, span)) {
		alarm_clear(control, key);
		return;
	}
	alarm_raise(control, SEVERITY_CRITICAL, key, "Span %u: there is no card %s%s. Its number stays reserved.", span,
	            settings.location[0] ? "at " : "for it", settings.location);
	settings.may_be_absent = true;
	if (control->now_us / US_PER_S % CARD_PERIOD_S != 0)
		return;
	if (driver_span_start(control->parts.driver, &settings, &fault) != 0)
		log_write(LOG_ERROR, LOG_CALL, "%s", fault.text);
	else if (!driver_span_absent(control->parts.driver, span))
		card_found(control);
}

/* A card follows one of its own lines, whichever the box's clock is taken from. */
static unsigned clock_of(const struct control *control, unsigned span)
{
	unsigned own = driver_span_sync_source(control->parts.driver, span);

	return own ? own : driver_clock_source(control->parts.driver);
}

static void look(struct control *control, unsigned span)
{
	struct line_span_status status;
	struct driver_span_counters counters;
	struct health_sample sample = {.at_us = control->now_us,
	                               .status = &status,
	                               .counters = &counters,
	                               .clock_source = clock_of(control, span)};

	line_span_status(control->line, span, &status);
	look_for_card(control, span, &status);
	if (!status.configured) {
		health_reset(&control->health[span - 1]);
		return;
	}
	driver_span_look(control->parts.driver, span);
	driver_span_counters(control->parts.driver, span, &counters);
	health_sample(&control->health[span - 1], &sample);
}

/* A clock chip that has lost its time agrees with the box's clock, which was set by it: only the date tells. */
static void look_at_date(struct control *control)
{
	bool wrong = clock_wall_at_us(control->now_us) < FIRST_WALL_US;
	bool servers = control->config && control->config->ntp_count;

	if (!wrong || servers)
		alarm_clear(control, "date");
	if (!wrong || !servers)
		alarm_clear(control, "date-servers");
	if (wrong)
		alarm_raise(control, SEVERITY_MAJOR, servers ? "date-servers" : "date",
		            "The box's date is wrong (before 2026), and so are opening hours and the times of records. "
		            "Check the clock chip's battery; %s",
		            servers ? "no time server has set it." : "set ntp server, or \"request time\".");
}

static void second_over(void *argument)
{
	struct control *control = argument;
	unsigned span;

	for (span = 1; span <= CONFIG_SPANS_MAX; span++)
		look(control, span);
	look_at_date(control);
	queue_alarms_look(control);
	panel_update(control);
	timer_start(control->timers, &control->health_timer, control->now_us + HEALTH_PERIOD_US);
}

void health_begin(struct control *control)
{
	timer_init(&control->health_timer, "line health", second_over, control);
	timer_start(control->timers, &control->health_timer, clock_now_us() + HEALTH_PERIOD_US);
}
