/*
 * Places of analogue cards where the settings want a telephone and none can be: an FXO module, no module, or a card
 * that has not so many places. An alarm for each, as nothing else would say why the telephone is dead.
 */
#include "call/parts.h"

#include <stdio.h>

static void key_of(unsigned span, unsigned place, char *key, size_t size)
{
	snprintf(key, size, "port %u/%u place", span, place);
}

static bool telephones_run(const struct control *control, unsigned span)
{
	const struct line_span_settings *settings = line_span_settings_of(control->line, span);

	return settings && settings->signalling == LINE_FXS && !control->span_missing[span];
}

static bool is_wanted(const struct config *config, unsigned span, unsigned place)
{
	uint32_t i;

	for (i = 0; i < config->port_count; i++)
		if (config->ports[i].span == span && config->ports[i].timeslot == place)
			return true;
	for (i = 0; i < config->agent_count; i++)
		if (config->agents[i].home_span == span && config->agents[i].home_timeslot == place)
			return true;
	return false;
}

static const char *const why[DRIVER_PORT_COUNT] = {
    [DRIVER_PORT_NONE] = "its card has fewer places",
    [DRIVER_PORT_LINE] = "the module there is for a telephone line (FXO), a telephone needs an FXS module",
    [DRIVER_PORT_EMPTY] = "there is no working module in this place of the card",
};

void places_look(struct control *control)
{
	char key[ALARM_KEY_BYTES];
	unsigned span, place;

	for (span = 1; span <= CONFIG_SPANS_MAX; span++)
		for (place = 1; place <= DRIVER_PLACES_MAX; place++) {
			enum driver_port port = driver_port(control->parts.driver, span, place);

			key_of(span, place, key, sizeof(key));
			if (port == DRIVER_PORT_TELEPHONE || !telephones_run(control, span) ||
			    !is_wanted(control->config, span, place))
				alarm_clear(control, key);
			else
				alarm_raise(control, SEVERITY_MAJOR, key, "Port %u/%u: no telephone works here: %s.",
				            span, place, why[port]);
		}
}
