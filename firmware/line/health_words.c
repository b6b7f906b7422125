/* What the hour of a span means, in words for who stands before the rack. */
#include "line/health.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"

#define RECENT_MINUTES 5
#define FLAPS_MIN      3 /* losses of the D channel in an hour that are no accident */
#define UNANSWERED_MIN 2
#define RESTARTS_MIN   3
/* The first SABME and its repeats, N200 x T200 by Q.921's own values, and a second. */
#define FIRST_ANSWER_US (5 * US_PER_S)

const char *const health_finding_names[HEALTH_FINDING_COUNT] = {
    "not-open",      "no-signal",      "all-ones",   "looped",      "far-no-signal", "clock",
    "dchannel-down", "dchannel-flaps", "bit-errors", "frames-lost", "unanswered",    "restarts",
};
const char *const health_trend_names[HEALTH_TREND_COUNT] = {"steady", "getting worse", "getting better", "over", "new"};

struct writer {
	const struct health *health;
	struct health_report *out;
	unsigned count, max;
};

static uint64_t sum(const struct health *health, enum health_count count, unsigned minutes)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < minutes && i <= health->minute; i++)
		total += health->minutes[(health->minute - i) % HEALTH_MINUTES][count];
	return total;
}

static uint64_t recent(const struct health *health, enum health_count count)
{
	return sum(health, count, RECENT_MINUTES);
}

/* The last minutes beside what came before them, as rates. */
static enum health_trend trend_of(const struct health *health, enum health_count count)
{
	uint64_t minutes = (health->at_us - health->first_us) / (60 * US_PER_S) + 1;
	uint64_t now = recent(health, count), hour = sum(health, count, HEALTH_MINUTES);
	uint64_t before = hour - now;

	if (now == 0)
		return HEALTH_OVER;
	if (minutes > HEALTH_MINUTES)
		minutes = HEALTH_MINUTES;
	if (minutes < 2 * RECENT_MINUTES)
		return HEALTH_NEW;
	before = before * RECENT_MINUTES / (minutes - RECENT_MINUTES);
	return now > 2 * before ? HEALTH_WORSE : 2 * now < before ? HEALTH_BETTER : HEALTH_STEADY;
}

static struct health_report *add(struct writer *writer, enum health_finding finding, enum health_trend trend,
                                 uint64_t since_us)
{
	if (writer->count == writer->max)
		return NULL;
	struct health_report *report = &writer->out[writer->count++];
	*report = (struct health_report){.finding = finding, .trend = trend, .since_us = since_us};
	return report;
}

static void state(struct writer *writer, enum health_finding finding, uint64_t since_us, const char *text)
{
	struct health_report *report = add(writer, finding, HEALTH_STEADY, since_us);

	if (report)
		snprintf(report->text, sizeof(report->text), "span %u %s", writer->health->span, text);
}

/* A finding that rests on a count; nothing if it did not grow within the hour. */
static struct health_report *counted(struct writer *writer, enum health_finding finding, enum health_count count)
{
	if (sum(writer->health, count, HEALTH_MINUTES) == 0)
		return NULL;
	return add(writer, finding, trend_of(writer->health, count), writer->health->last_us[count]);
}

/* How often within which time, for the end of a sentence. */
static void times(const struct health *health, enum health_count count, char *text, size_t size)
{
	uint64_t now = recent(health, count);
	unsigned minutes = now ? RECENT_MINUTES : HEALTH_MINUTES;

	snprintf(text, size, "%" PRIu64 " in the last %u minutes", now ? now : sum(health, count, HEALTH_MINUTES),
	         minutes);
}

/* ---- the layers, from the cable up ---- */

static bool layer_1(struct writer *writer)
{
	const struct health *health = writer->health;
	uint32_t alarms = health->status.alarms;

	if (alarms & SPAN_ALARM_NOT_OPEN)
		state(writer, HEALTH_NOT_OPEN, health->alarms_us,
		      "is not there: its card does not answer. Check that the card is fitted and detected.");
	else if (alarms & SPAN_ALARM_RED)
		state(writer, HEALTH_NO_SIGNAL, health->alarms_us,
		      "receives no signal (red alarm): check the cable and the equipment at its other end.");
	else if (alarms & SPAN_ALARM_BLUE)
		state(writer, HEALTH_ALL_ONES, health->alarms_us,
		      "receives all ones (blue alarm): the cable is good, but the equipment behind it has no signal "
		      "itself. Ask the network operator.");
	else if (alarms & SPAN_ALARM_LOOPBACK)
		state(writer, HEALTH_LOOPED, health->alarms_us,
		      "is looped: it hears itself. Remove the loop, here or at the network.");
	else if (alarms & SPAN_ALARM_YELLOW)
		state(writer, HEALTH_FAR_NO_SIGNAL, health->alarms_us,
		      "is not heard at the other end (yellow alarm): our sending pair does not arrive there. Check "
		      "that pair, the framing and the line build-out.");
	return writer->count == 0;
}

static void clocking(struct writer *writer)
{
	const struct health *health = writer->health;
	struct health_report *report = counted(writer, HEALTH_CLOCK, HEALTH_COUNT_SLIPS);
	char slips[64];

	if (!report)
		return;
	times(health, HEALTH_COUNT_SLIPS, slips, sizeof(slips));
	if (health->status.settings.driver.clock_rank == 0)
		snprintf(report->text, sizeof(report->text),
		         "span %u is not taking the network's clock: slips, %s. If the network gives the clock there, "
		         "set span %u clock 1; else it must take ours.",
		         health->span, slips, health->span);
	else if (health->clock_source && health->clock_source != health->span)
		snprintf(report->text, sizeof(report->text),
		         "span %u runs on the clock of span %u, which is not the same: slips, %s. Both must come from "
		         "one network, or span %u must be ranked first.",
		         health->span, health->clock_source, slips, health->span);
	else
		snprintf(report->text, sizeof(report->text),
		         "span %u is the clock source and slips all the same, %s: the network's clock is not steady, "
		         "or both ends take it from each other.",
		         health->span, slips);
}

/* A link that is being set up, at the start or since the line is good again, is not yet one that gets no answer
 * (Q.921 5.5.1: SABME, N200 times more). */
static bool awaits_answer(const struct health *health)
{
	return health->dchannel_us <= health->alarms_us && health->at_us - health->alarms_us < FIRST_ANSWER_US;
}

static void layer_2(struct writer *writer)
{
	const struct health *health = writer->health;
	uint64_t losses = sum(health, HEALTH_COUNT_DCHANNEL_LOSSES, HEALTH_MINUTES);
	struct health_report *report;

	if (health->status.dchannel == LINE_DCHANNEL_DOWN && !awaits_answer(health))
		state(writer, HEALTH_DCHANNEL_DOWN, health->dchannel_us,
		      "has a good line, but its D channel gets no answer: check that one end is network and the other "
		      "is user side, and ask the network whether the line is in service.");
	if (losses < FLAPS_MIN || !(report = counted(writer, HEALTH_DCHANNEL_FLAPS, HEALTH_COUNT_DCHANNEL_LOSSES)))
		return;
	snprintf(report->text, sizeof(report->text),
	         "span %u has lost its D channel %" PRIu64 " times within the hour while the line was good: look for "
	         "errors on the line, or a fault in the network's exchange.",
	         health->span, losses);
}

static void errors(struct writer *writer)
{
	const struct health *health = writer->health;
	struct health_report *report = counted(writer, HEALTH_BIT_ERRORS, HEALTH_COUNT_BIT_ERRORS);
	char text[64];

	if (report) {
		times(health, HEALTH_COUNT_BIT_ERRORS, text, sizeof(text));
		snprintf(report->text, sizeof(report->text),
		         "span %u receives bit errors, %s: check plugs, cable and earthing, then that coding and "
		         "CRC-4 are the same at both ends.",
		         health->span, text);
	}
	report = counted(writer, HEALTH_FRAMES_LOST, HEALTH_COUNT_LOST);
	if (report) {
		times(health, HEALTH_COUNT_LOST, text, sizeof(text));
		snprintf(report->text, sizeof(report->text),
		         "span %u has lost frames on their way here, %s: look at the network that carries them.",
		         health->span, text);
	}
}

static void layer_3(struct writer *writer)
{
	const struct health *health = writer->health;
	struct health_report *report;
	char text[64];

	if (sum(health, HEALTH_COUNT_UNANSWERED, HEALTH_MINUTES) >= UNANSWERED_MIN &&
	    (report = counted(writer, HEALTH_UNANSWERED, HEALTH_COUNT_UNANSWERED))) {
		times(health, HEALTH_COUNT_UNANSWERED, text, sizeof(text));
		snprintf(report->text, sizeof(report->text),
		         "span %u: the network leaves messages unanswered, %s. Check the switch type, and trace the "
		         "span.",
		         health->span, text);
	}
	if (sum(health, HEALTH_COUNT_RESTARTS, HEALTH_MINUTES) >= RESTARTS_MIN * (uint64_t)health->status.channels &&
	    (report = counted(writer, HEALTH_RESTARTS, HEALTH_COUNT_RESTARTS))) {
		times(health, HEALTH_COUNT_RESTARTS, text, sizeof(text));
		snprintf(report->text, sizeof(report->text),
		         "span %u: the network restarts its channels again and again, %s. Ask the network operator.",
		         health->span, text);
	}
}

unsigned health_findings(const struct health *health, struct health_report *out, unsigned max)
{
	struct writer writer = {.health = health, .out = out, .max = max};

	if (!health->begun)
		return 0;
	/* Without a signal nothing else is worth saying: it all follows from that. */
	if (!layer_1(&writer))
		return writer.count;
	clocking(&writer);
	layer_2(&writer);
	errors(&writer);
	layer_3(&writer);
	return writer.count;
}
