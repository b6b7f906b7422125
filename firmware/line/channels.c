/* B channels of one span: hunting and holding are one step under one owner (the control thread). */
#include <errno.h>

#include "line/line_internal.h"

bool channel_exists(const struct span *span, unsigned timeslot)
{
	bool e1 = span->settings.driver.type == SPAN_E1;
	unsigned last = e1 ? 31 : 23;
	return timeslot >= 1 && timeslot <= last && !(e1 && timeslot == 16);
}

bool channel_free(const struct span *span, unsigned timeslot)
{
	/* Who calls on a looped span hears himself. */
	return channel_exists(span, timeslot) && span->holder[timeslot] == NULL && !span->out_of_service[timeslot] &&
	       !span->restarting[timeslot] && !span->withheld[timeslot] && !span->withheld_whole &&
	       !(span->alarms & SPAN_ALARM_LOOPBACK) && !(span->settings.off_channels >> timeslot & 1);
}

int line_channel_withhold(struct line *line, unsigned number, unsigned timeslot, bool withheld)
{
	struct span *span = number >= 1 && number <= CONFIG_SPANS_MAX ? &line->spans[number] : NULL;

	if (span == NULL || !span->configured || span->link == NULL || !channel_exists(span, timeslot))
		return -ENODEV;
	if (withheld && span->holder[timeslot] != NULL)
		return -EBUSY;
	span->withheld[timeslot] = withheld;
	if (!withheld)
		restart_offered_again(span);
	return 0;
}

void line_span_withhold(struct line *line, unsigned number, bool withheld)
{
	struct span *span = number >= 1 && number <= CONFIG_SPANS_MAX ? &line->spans[number] : NULL;

	if (span == NULL)
		return;
	span->withheld_whole = withheld;
	if (!withheld)
		restart_offered_again(span);
}

enum line_channel line_channel_state(const struct line *line, unsigned number, unsigned timeslot)
{
	const struct span *span = number >= 1 && number <= CONFIG_SPANS_MAX ? &line->spans[number] : NULL;
	if (span == NULL || !span->configured || span->link == NULL || !channel_exists(span, timeslot))
		return LINE_CHANNEL_NONE;
	if (span->holder[timeslot] != NULL)
		return LINE_CHANNEL_IN_USE;
	if (span->settings.off_channels >> timeslot & 1)
		return LINE_CHANNEL_OFF;
	if (span->out_of_service[timeslot])
		return LINE_CHANNEL_OUT_OF_SERVICE;
	if (span->withheld[timeslot] || span->withheld_whole)
		return LINE_CHANNEL_TESTED;
	return span->restarting[timeslot] ? LINE_CHANNEL_RESTARTING : LINE_CHANNEL_IDLE;
}

line_leg line_channel_leg(const struct line *line, uint16_t channel)
{
	unsigned number = driver_channel_span(channel), timeslot = driver_channel_timeslot(channel);
	const struct span *span = number >= 1 && number <= CONFIG_SPANS_MAX ? &line->spans[number] : NULL;
	const struct leg *leg = span && timeslot < TIMESLOTS ? span->holder[timeslot] : NULL;

	return leg && leg->state > LEG_FREE && leg->state < LEG_DISCONNECTED ? leg_handle(leg) : 0;
}

/* A channel that the far end may hold yet is the last choice: its RESTART is on the way. */
unsigned channel_hunt(const struct span *span)
{
	bool up = span->settings.hunt == LINE_HUNT_ASCENDING;
	unsigned doubtful = 0;
	for (unsigned i = 1; i < TIMESLOTS; i++) {
		unsigned timeslot = up ? i : TIMESLOTS - i;
		if (!channel_free(span, timeslot))
			continue;
		if (!(span->doubtful >> timeslot & 1))
			return timeslot;
		if (doubtful == 0)
			doubtful = timeslot;
	}
	return doubtful;
}

void channel_take(struct leg *leg, unsigned timeslot)
{
	channel_release(leg);
	leg->timeslot = (uint8_t)timeslot;
	leg->setup.timeslot = (uint8_t)timeslot;
	leg->span->holder[timeslot] = leg;
	leg->span->doubtful &= ~(1u << timeslot);
}

void channel_release(struct leg *leg)
{
	if (leg->timeslot != 0 && leg->span->holder[leg->timeslot] == leg)
		leg->span->holder[leg->timeslot] = NULL;
	leg->timeslot = 0;
}

unsigned channels_count(const struct span *span)
{
	return span->settings.driver.type == SPAN_E1 ? 30 : 23;
}

unsigned channels_free(const struct span *span)
{
	unsigned count = 0;
	for (unsigned timeslot = 1; timeslot < TIMESLOTS; timeslot++)
		count += channel_free(span, timeslot);
	return count;
}

unsigned channels_out_of_service(const struct span *span)
{
	unsigned count = 0;
	for (unsigned timeslot = 1; timeslot < TIMESLOTS; timeslot++)
		count += channel_exists(span, timeslot) &&
		         (span->out_of_service[timeslot] || span->settings.off_channels >> timeslot & 1);
	return count;
}
