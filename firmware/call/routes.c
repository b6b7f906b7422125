/* Where a call from the network goes: the ordered rules, the first that fits; then the longest fitting number. */
#include "call/parts.h"

#include <string.h>

static bool hours_fit(const struct control *control, const char *name)
{
	int32_t hours = config_find_hours(control->config, name);

	return hours >= 0 && hours_open(control, &control->config->hours[hours]);
}

static bool fits(struct call *call, const struct config_route *route)
{
	uint32_t span;

	if (route->destination < 0)
		return false;
	switch (route->match) {
	case CONFIG_ROUTE_TO:
		return config_pattern_fits(route->text, call->record.to);
	case CONFIG_ROUTE_FROM:
		return call->record.from[0] && config_pattern_fits(route->text, call->record.from);
	case CONFIG_ROUTE_SPAN:
		return text_to_u32(route->text, 1, CONFIG_SPANS_MAX, &span) == 0 && span == call->record.span;
	case CONFIG_ROUTE_HOURS:
		return hours_fit(call->control, route->text);
	case CONFIG_ROUTE_CUSTOMER:
		return customer_fits(call, route->text);
	case CONFIG_ROUTE_MATCH_COUNT:
		break;
	}
	return false;
}

int32_t route_find(struct call *call, bool count)
{
	struct control *control = call->control;
	const struct config *config = control->config;
	int32_t did;
	uint32_t i;

	customer_look_up(call);
	for (i = 0; i < config->route_count; i++) {
		if (!fits(call, &config->routes[i]))
			continue;
		if (count) {
			control->route_counts[i].hits++;
			control->route_counts[i].last_us = clock_wall_at_us(control->now_us);
			log_write(LOG_INFO, LOG_CALL, "call %08x: rule %u (%s %s) fits", call->record.id,
			          config->routes[i].number, config_route_match_names[config->routes[i].match],
			          config->routes[i].text);
		}
		return config->routes[i].destination;
	}
	did = config_match_did(config, call->record.to);
	return did < 0 ? -1 : config->dids[did].destination;
}

/* ---- limits of the numbers ---- */

static bool counts(const struct call *call, const struct config_did_limit *limit)
{
	if (limit->waiting)
		return call->did_counted && call->state == CALL_QUEUED;
	return call->did_counted && call->state != CALL_CLEARING && call->state != CALL_WRAP_UP;
}

static bool reached(const struct call *call, const struct config_did_limit *limit)
{
	const struct call *other;
	uint32_t calls = 0;

	if (!config_pattern_fits(limit->pattern, call->record.to))
		return false;
	for (other = call->control->first; other && calls < limit->calls; other = other->next)
		calls += other != call && counts(other, limit) && config_pattern_fits(limit->pattern, other->record.to);
	return calls >= limit->calls;
}

int32_t route_limit(struct call *call)
{
	const struct config *config = call->control->config;
	uint32_t i;

	for (i = 0; !call->did_counted && i < config->did_limit_count; i++)
		if (reached(call, &config->did_limits[i])) {
			log_write(LOG_NOTICE, LOG_CALL, "call %08x: number %s has its %u calls%s (limit did %s)",
			          call->record.id, call->record.to, config->did_limits[i].calls,
			          config->did_limits[i].waiting ? " that wait" : "", config->did_limits[i].pattern);
			return (int32_t)i;
		}
	call->did_counted = true;
	return -1;
}

/* Rules keep what they have counted as long as their number is there. */
void routes_settings(struct control *control, const struct config *config)
{
	struct route_count *counts = control->route_counts;
	uint32_t i, from = 0, kept = 0;

	/* Both are in the order of the numbers: what is kept moves down first, then up to its place. */
	for (i = 0; i < CONTROL_ROUTES_MAX && counts[i].number; i++) {
		while (from < config->route_count && config->routes[from].number < counts[i].number)
			from++;
		if (from < config->route_count && config->routes[from].number == counts[i].number)
			counts[kept++] = counts[i];
	}
	memset(counts + kept, 0, (CONTROL_ROUTES_MAX - kept) * sizeof(*counts));
	for (i = config->route_count; i-- > 0;) {
		bool known = kept > 0 && counts[kept - 1].number == config->routes[i].number;
		struct route_count count = {.number = config->routes[i].number};

		if (known)
			count = counts[--kept];
		counts[i] = count;
	}
}
