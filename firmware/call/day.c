/*
 * The day by the box's time zone, told to the scheduler, whose counters are of the day: after a start, after a change
 * of the zone, at midnight, and every hour, so that a wall clock that was set is noticed.
 */
#include "call/parts.h"

#include <time.h>

#include "base/clock.h"

#define LOOK_AGAIN_S 3600

static void look(void *argument)
{
	struct control *control = argument;
	uint64_t wall_us = clock_wall_at_us(control->now_us), left_s = LOOK_AGAIN_S;
	time_t seconds = (time_t)(wall_us / US_PER_S), midnight;
	struct acd_event event = {.type = ACD_DAY, .arrived_us = wall_us};
	struct tm local;

	if (!localtime_r(&seconds, &local))
		return;
	event.day = clock_date(&local);
	event.utc_offset_s = (int32_t)local.tm_gmtoff;
	control_send_acd(control, &event);
	local.tm_mday++;
	local.tm_hour = local.tm_min = local.tm_sec = 0;
	local.tm_isdst = -1;
	midnight = mktime(&local);
	if (midnight > seconds && (uint64_t)(midnight - seconds) < left_s)
		left_s = (uint64_t)(midnight - seconds);
	timer_start(control->timers, &control->day_timer, control->now_us + left_s * US_PER_S - wall_us % US_PER_S);
}

void day_watch(struct control *control)
{
	if (!control->day_timer.expired)
		timer_init(&control->day_timer, "day", look, control);
	look(control);
}
