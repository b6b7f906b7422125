/* Events of the kernel: fetched when read() or write() says ELAST, or when a channel that nobody reads has one. */
#include <errno.h>
#include <sys/epoll.h>

#include "base/log.h"
#include "drivers/dahdi/dahdi.h"

#define EVENTS_AT_ONCE 64

static void watch_one(struct dahdi_driver *d, uint16_t channel, uint32_t what, bool watch)
{
	struct epoll_event event = {.events = what, .data.u32 = channel};

	if (d->channel[channel].fd < 0)
		return;
	if (epoll_ctl(d->event_epoll, watch ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, d->channel[channel].fd, &event) != 0 &&
	    watch && errno != EEXIST)
		log_write(LOG_ERROR, LOG_DRIVER, "channel %u/%u cannot be watched: error %d",
		          driver_channel_span(channel), driver_channel_timeslot(channel), errno);
}

void dahdi_events_watch(struct dahdi_driver *d, unsigned span, bool watch)
{
	const struct dahdi_span_state *state = &d->span[span - 1];

	if (state->settings.use == SPAN_USE_FXS)
		for (unsigned timeslot = 1; timeslot <= state->timeslots; timeslot++)
			watch_one(d, driver_channel(span, timeslot), EPOLLPRI, watch);
	else
		watch_one(d, driver_channel(span, state->reference), EPOLLPRI, watch);
	if (state->dchannel)
		watch_one(d, driver_channel(span, state->dchannel), EPOLLIN | EPOLLPRI, watch);
}

static void event_take(struct dahdi_driver *d, uint16_t channel, int event)
{
	switch (event) {
	case DAHDI_EVENT_ALARM:
	case DAHDI_EVENT_NOALARM:
	case DAHDI_EVENT_REMOVED:
		dahdi_status_update(d, driver_channel_span(channel));
		break;
	case DAHDI_EVENT_WRITE_UNDERRUN:
		if (d->channel[channel].in_use && !d->channel[channel].bridged) {
			driver_count(&dahdi_counters(d, channel)->periods_missed, 1);
			d->channel[channel].cushion_due = true;
		}
		break;
	case DAHDI_EVENT_READ_OVERRUN:
		if (d->channel[channel].in_use)
			driver_count_shared(&dahdi_counters(d, channel)->slips, 1);
		break;
	default:
		dahdi_telephone_event(d, channel, event);
		break;
	}
}

void dahdi_events_take(struct dahdi_driver *d, uint16_t channel)
{
	/* Bounded: the kernel keeps no more than this. */
	for (int i = 0; i < DAHDI_MAX_EVENTSIZE; i++) {
		int event = DAHDI_EVENT_NONE;

		if (dahdi_ioctl(d->channel[channel].fd, DAHDI_GETEVENT, &event) != 0 || event == DAHDI_EVENT_NONE)
			return;
		event_take(d, channel, event);
		if (event == DAHDI_EVENT_REMOVED)
			return;
	}
}

void dahdi_events_poll(struct dahdi_driver *d)
{
	struct epoll_event ready[EVENTS_AT_ONCE];
	int count = epoll_wait(d->event_epoll, ready, EVENTS_AT_ONCE, 0);
	bool dchannels = false;

	for (int i = 0; i < count; i++) {
		uint16_t channel = (uint16_t)ready[i].data.u32;

		if (driver_channel_timeslot(channel) == dahdi_span_of(d, channel)->dchannel)
			dchannels = true;
		else
			dahdi_events_take(d, channel);
	}
	if (dchannels && d->control_bell)
		doorbell_ring(d->control_bell);
}
