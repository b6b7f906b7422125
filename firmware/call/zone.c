/*
 * The time zone of the settings. libc knows one zone, in TZ; it is set and asked for on this thread alone, and whoever
 * else wants local time takes it from the view. The environment's table is changed once, before there are threads: from
 * then on only what stands behind "TZ=" is.
 */
#include "call/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define DAY_S     86400
#define YEAR_DAYS 366
#define PREFIX    "TZ="

static char variable[sizeof(PREFIX) + sizeof(((struct config *)NULL)->timezone)] = PREFIX "UTC";

void zone_begin(void)
{
	if (putenv(variable) != 0)
		log_write(LOG_ERROR, LOG_CALL, "no memory for the time zone: local time is UTC");
	tzset();
}

void zone_set(struct control *control, const char *name)
{
	text_copy(variable + sizeof(PREFIX) - 1, sizeof(variable) - sizeof(PREFIX) + 1, name[0] ? name : "UTC");
	tzset();
	memset(&control->zone, 0, sizeof(control->zone));
}

static long offset_at(time_t at)
{
	struct tm local;

	return localtime_r(&at, &local) ? local.tm_gmtoff : 0;
}

/* The second from which the zone's offset is another one; 0: none within a year. */
static time_t next_change(time_t now)
{
	long offset = offset_at(now);
	time_t low = now, high = now;

	for (int day = 0; day < YEAR_DAYS && offset_at(high) == offset; day++) {
		low = high;
		high += DAY_S;
	}
	if (offset_at(high) == offset)
		return 0;
	while (high - low > 1) {
		time_t middle = low + (high - low) / 2;

		if (offset_at(middle) == offset)
			low = middle;
		else
			high = middle;
	}
	return high;
}

static void look(struct control *control, time_t now)
{
	struct zone *zone = &control->zone;
	struct control_zone_view *view = &zone->view;
	time_t change = next_change(now);
	struct tm local;

	memset(zone, 0, sizeof(*zone));
	text_copy(view->name, sizeof(view->name), variable + sizeof(PREFIX) - 1);
	if (localtime_r(&now, &local)) {
		text_copy(view->abbreviation, sizeof(view->abbreviation), local.tm_zone);
		view->offset_s = (int32_t)local.tm_gmtoff;
		view->summer = local.tm_isdst > 0;
	}
	view->change_s = change;
	view->offset_then_s = change ? (int32_t)offset_at(change) : view->offset_s;
	zone->from_s = now;
	zone->until_s = change && change - now < DAY_S ? change : now + DAY_S;
}

int zone_wall_s(const char *local, int64_t *wall_s, struct fault *fault)
{
	struct tm wanted = {.tm_isdst = -1}, found;
	const char *end = strptime(local, "%Y-%m-%d %H:%M", &wanted);

	if (end && *end == ':')
		end = strptime(end, ":%S", &wanted);
	if (!end || *end)
		return fault_set(fault, -EINVAL, "\"%s\": expected date and time as YYYY-MM-DD HH:MM, with :SS or not",
		                 local);
	found = wanted;
	time_t at = mktime(&found);

	/* What is no day of its month, or left out when summer time begins, comes back as another time. */
	if (found.tm_mday != wanted.tm_mday || found.tm_hour != wanted.tm_hour || found.tm_min != wanted.tm_min)
		return fault_set(fault, -ERANGE, "%s: there is no such time in %s", local,
		                 variable + sizeof(PREFIX) - 1);
	if (at < (time_t)(FIRST_WALL_US / US_PER_S) || found.tm_year >= 200)
		return fault_set(fault, -ERANGE, "%s: expected a time from 2026 to 2099", local);
	*wall_s = at;
	return 0;
}

void zone_format(int64_t wall_s, char *text, size_t size)
{
	time_t at = (time_t)wall_s;
	struct tm local;

	if (!localtime_r(&at, &local) || !strftime(text, size, "%Y-%m-%d %H:%M:%S %Z", &local))
		text[0] = '\0';
}

void zone_fill_view(struct control *control, struct control_zone_view *view)
{
	time_t now = (time_t)(clock_wall_at_us(control->now_us) / US_PER_S);

	if (now < control->zone.from_s || now >= control->zone.until_s)
		look(control, now);
	*view = control->zone.view;
}
