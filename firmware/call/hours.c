/*
 * Opening hours: the box's wall clock in the zone of the settings, holidays, and the night switch. Whoever throws the
 * switch by telephone is obeyed until the settings themselves are changed there; it outlives a restart.
 */
#include "call/parts.h"

#include <string.h>
#include <time.h>

#define KEPT_PREFIX "night/"

static struct night_switch *switch_of(const struct control *control, const char *hours)
{
	uint32_t i;

	for (i = 0; i < CONTROL_HOURS_MAX; i++)
		if (strcmp(control->night[i].hours, hours) == 0)
			return (struct night_switch *)&control->night[i];
	return NULL;
}

/* "now setting" for the time after a restart. */
static void keep(struct control *control, const char *hours, const char *value)
{
	char name[STORE_KEPT_BYTES];
	size_t used = 0;

	text_append(name, sizeof(name), &used, KEPT_PREFIX "%s", hours);
	if (store_keep(control->parts.store, name, value) < 0)
		log_write(LOG_ERROR, LOG_CALL, "hours %s: the night switch could not be kept for a restart", hours);
}

bool hours_night(const struct control *control, const struct config_hours *hours)
{
	const struct night_switch *thrown = switch_of(control, hours->name);

	return thrown ? thrown->on : hours->night;
}

bool hours_night_switch(struct control *control, const struct config_hours *hours)
{
	struct night_switch *thrown = switch_of(control, hours->name);
	bool on = !hours_night(control, hours);

	if (!thrown)
		thrown = switch_of(control, ""); /* there is one for each that the settings may have */
	if (!thrown)
		return !on;
	text_copy(thrown->hours, sizeof(thrown->hours), hours->name);
	thrown->on = on;
	thrown->setting = hours->night;
	keep(control, hours->name, on ? thrown->setting ? "on on" : "on off" : thrown->setting ? "off on" : "off off");
	return on;
}

void hours_kept(void *user, const char *name, const char *value)
{
	struct control *control = user;
	size_t prefix = strlen(KEPT_PREFIX);
	struct night_switch *thrown = switch_of(control, "");

	if (strncmp(name, KEPT_PREFIX, prefix) != 0 || !thrown)
		return;
	text_copy(thrown->hours, sizeof(thrown->hours), name + prefix);
	thrown->on = strncmp(value, "on ", 3) == 0;
	thrown->setting = strstr(value, " on") != NULL;
}

void hours_settings(struct control *control, const struct config *config)
{
	uint32_t i;

	for (i = 0; i < CONTROL_HOURS_MAX; i++) {
		struct night_switch *thrown = &control->night[i];
		int32_t hours = config_find_hours(config, thrown->hours);

		if (!thrown->hours[0] || (hours >= 0 && config->hours[hours].night == thrown->setting))
			continue;
		keep(control, thrown->hours, "");
		memset(thrown, 0, sizeof(*thrown));
	}
}

static bool is_holiday(const struct config_hours *hours, const struct tm *local)
{
	uint32_t today = clock_date(local);
	uint32_t i;

	for (i = 0; i < hours->holiday_count; i++)
		if (hours->holidays[i] == today)
			return true;
	return false;
}

bool hours_open(const struct control *control, const struct config_hours *hours)
{
	time_t seconds = (time_t)(clock_wall_at_us(control->now_us) / US_PER_S);
	unsigned minute, day;
	struct tm local;
	uint32_t i;

	if (hours_night(control, hours) || !localtime_r(&seconds, &local) || is_holiday(hours, &local))
		return false;
	minute = (unsigned)(local.tm_hour * 60 + local.tm_min);
	day = (unsigned)(local.tm_wday + 6) % 7; /* Monday is 0 */
	for (i = 0; i < hours->range_count; i++) {
		const struct config_hours_range *range = &hours->ranges[i];

		/* The settings split what goes over midnight (build_rows.c). */
		if (range->days >> day & 1 && minute >= range->from_min && minute < range->to_min)
			return true;
	}
	return false;
}
