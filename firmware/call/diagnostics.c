/*
 * Diagnostics spoken to a telephone (keypad code, first *99): each line that is not well and why, how many alarms
 * stand, and which port this is. What is said is what `show health` prints, in fewer words.
 */
#include "call/parts.h"
#include "call/spoken.h"

#include <string.h>

/* Lines told of at most: the announcement ends in reasonable time and fits a playlist. */
#define LINES_TOLD_MAX 3

static const char *const finding_prompts[HEALTH_FINDING_COUNT] = {
    [HEALTH_NOT_OPEN] = "health-not-open",           [HEALTH_NO_SIGNAL] = "health-no-signal",
    [HEALTH_ALL_ONES] = "health-all-ones",           [HEALTH_LOOPED] = "health-looped",
    [HEALTH_FAR_NO_SIGNAL] = "health-far-no-signal", [HEALTH_CLOCK] = "health-clock",
    [HEALTH_DCHANNEL_DOWN] = "health-dchannel-down", [HEALTH_DCHANNEL_FLAPS] = "health-dchannel-flaps",
    [HEALTH_BIT_ERRORS] = "health-bit-errors",       [HEALTH_FRAMES_LOST] = "health-frames-lost",
    [HEALTH_UNANSWERED] = "health-unanswered",       [HEALTH_RESTARTS] = "health-restarts",
};

static void say_line(struct spoken *spoken, unsigned span, const struct health *health, unsigned *told)
{
	struct health_report report;

	if (!health->begun || health_findings(health, &report, 1) == 0 || report.trend == HEALTH_OVER)
		return;
	if ((*told)++ >= LINES_TOLD_MAX)
		return;
	spoken_add(spoken, "health-line");
	spoken_number(spoken, span);
	spoken_add(spoken, finding_prompts[report.finding]);
}

void diagnostics_say(struct phone *phone)
{
	const struct control *control = phone->control;
	struct spoken spoken = {.count = 0};
	unsigned span, told = 0;

	for (span = 1; span <= CONFIG_SPANS_MAX; span++)
		say_line(&spoken, span, &control->health[span - 1], &told);
	if (told == 0)
		spoken_add(&spoken, "health-all-well");
	if (control->alarm_count > 0) {
		spoken_add(&spoken, "health-alarms");
		spoken_number(&spoken, control->alarm_count);
	}
	spoken_add(&spoken, "health-port");
	spoken_number(&spoken, phone->span);
	spoken_number(&spoken, phone->timeslot);
	phone_say(phone, spoken.names);
}
