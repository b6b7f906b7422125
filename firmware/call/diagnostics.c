/*
 * Diagnostics spoken to a telephone (keypad code, first *99): each line that is not well and why, how many alarms
 * stand, and which port this is. What is said is what `show health` prints, in fewer words.
 */
#include "call/parts.h"

#include <string.h>

/* Lines told of at most: the announcement ends in reasonable time and fits a playlist. */
#define LINES_TOLD_MAX 3
#define NUMBER_BYTES   16

struct announcement {
	const char *names[MEDIA_PLAYLIST_MAX + 1];
	char numbers[MEDIA_PLAYLIST_MAX][NUMBER_BYTES];
	unsigned count;
};

static const char *const finding_prompts[HEALTH_FINDING_COUNT] = {
    [HEALTH_NOT_OPEN] = "health-not-open",           [HEALTH_NO_SIGNAL] = "health-no-signal",
    [HEALTH_ALL_ONES] = "health-all-ones",           [HEALTH_LOOPED] = "health-looped",
    [HEALTH_FAR_NO_SIGNAL] = "health-far-no-signal", [HEALTH_CLOCK] = "health-clock",
    [HEALTH_DCHANNEL_DOWN] = "health-dchannel-down", [HEALTH_DCHANNEL_FLAPS] = "health-dchannel-flaps",
    [HEALTH_BIT_ERRORS] = "health-bit-errors",       [HEALTH_FRAMES_LOST] = "health-frames-lost",
    [HEALTH_UNANSWERED] = "health-unanswered",       [HEALTH_RESTARTS] = "health-restarts",
};

static void say(struct announcement *announcement, const char *name)
{
	if (announcement->count < MEDIA_PLAYLIST_MAX)
		announcement->names[announcement->count++] = name;
}

/* 0 to 99: what spans, timeslots and alarms need. */
static void say_number(struct announcement *announcement, unsigned number)
{
	char *text = announcement->numbers[announcement->count % MEDIA_PLAYLIST_MAX];
	size_t used = 0;

	if (number <= 20 || number % 10 == 0) {
		text_append(text, NUMBER_BYTES, &used, "digits/%u", number);
		say(announcement, text);
		return;
	}
	say_number(announcement, number / 10 % 10 * 10);
	say_number(announcement, number % 10);
}

static void say_line(struct announcement *announcement, unsigned span, const struct health *health, unsigned *told)
{
	struct health_report report;

	if (!health->begun || health_findings(health, &report, 1) == 0 || report.trend == HEALTH_OVER)
		return;
	if ((*told)++ >= LINES_TOLD_MAX)
		return;
	say(announcement, "health-line");
	say_number(announcement, span);
	say(announcement, finding_prompts[report.finding]);
}

void diagnostics_say(struct phone *phone)
{
	const struct control *control = phone->control;
	struct announcement announcement = {.count = 0};
	unsigned span, told = 0;

	for (span = 1; span <= CONFIG_SPANS_MAX; span++)
		say_line(&announcement, span, &control->health[span - 1], &told);
	if (told == 0)
		say(&announcement, "health-all-well");
	if (control->alarm_count > 0) {
		say(&announcement, "health-alarms");
		say_number(&announcement, control->alarm_count);
	}
	say(&announcement, "health-port");
	say_number(&announcement, phone->span);
	say_number(&announcement, phone->timeslot);
	phone_say(phone, announcement.names);
}
