/* Wall-clock times as scenarios write them, by the system's time zone database. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "box.h"

static double in_zone(struct tm *tm, const char *zone)
{
	char before[128] = "";
	const char *old = getenv("TZ");
	if (old)
		snprintf(before, sizeof before, "%s", old);
	setenv("TZ", zone, 1);
	tzset();
	time_t seconds = mktime(tm);
	if (old)
		setenv("TZ", before, 1);
	else
		unsetenv("TZ");
	tzset();
	return (double)seconds;
}

static bool zone_exists(const char *zone)
{
	char path[160];
	if (strcmp(zone, "UTC") == 0)
		return true;
	if (strstr(zone, "..") || zone[0] == '/')
		return false;
	snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", zone);
	return access(path, R_OK) == 0;
}

int box_parse_date(const char *text, double *unix_time, char *error, size_t size)
{
	struct tm tm = {.tm_isdst = -1};
	char zone[96] = "UTC";
	double seconds = 0;
	int used = 0;
	if (sscanf(text, "%d-%d-%d %d:%d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &used) !=
	    5) {
		snprintf(error, size, "date: \"%s\" is not like \"2026-03-29 01:55 Europe/Berlin\"", text);
		return -EINVAL;
	}
	text += used;
	if (*text == ':' && sscanf(text, ":%lf%n", &seconds, &used) == 1)
		text += used;
	if (sscanf(text, " %95s", zone) == 1 && !zone_exists(zone)) {
		snprintf(error, size, "date: no time zone \"%s\"", zone);
		return -EINVAL;
	}
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*unix_time = in_zone(&tm, zone) + seconds;
	return 0;
}

double box_parse_iso(const char *text)
{
	struct tm tm = {0};
	double seconds;
	char zone;
	if (sscanf(text, "%d-%d-%dT%d:%d:%lf%c", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
	           &seconds, &zone) != 7 ||
	    zone != 'Z')
		return NAN;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return (double)timegm(&tm) + seconds;
}
