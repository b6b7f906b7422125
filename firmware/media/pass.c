/* One pass of the audio thread over the channels in use. */
#include "base/clock.h"
#include "media/internal.h"

#define LINE_WAITED_FOR_US (500 * US_PER_MS) /* then the line is gone, and playbacks end in their time */

static void tell_clock(struct media *media, bool no_clock)
{
	if (media->no_clock == no_clock)
		return;
	media->no_clock = no_clock;
	struct media_event event = {.type = MEDIA_NO_CLOCK, .channel = DRIVER_NO_CHANNEL};
	event.flag = no_clock;
	events_send(&media->events, &event);
}

static void take_driver_events(struct media *media)
{
	struct media_event event = {.type = MEDIA_DRIVER};
	while (driver_next_event(media->driver, &event.driver)) {
		event.channel = event.driver.channel;
		struct channel *c = channel_at(media, event.channel);
		if (c)
			channel_driver_event(media, c, event.driver.type);
		events_send(&media->events, &event);
	}
}

/* All are heard before any is sent: a conference's sum needs everybody's samples of this period. */
static void walk(struct media *media)
{
	for (uint16_t i = 0; i < media->active_count; i++) {
		struct channel *c = &media->channel[media->active[i]];
		if (c->listening)
			audio_listen(media, c);
		if (c->take)
			channel_take_period(media, c);
	}
	/* Backwards: a channel that leaves the list at the end of its caller ID is replaced by one already done. */
	for (uint16_t i = media->active_count; i-- > 0;) {
		struct channel *c = &media->channel[media->active[i]];
		audio_send(media, c, channel_transmit(media, c));
	}
	sound_ports_exchange(media);
}

/*
 * Without a line the box's own loudspeaker and line input work as ever. What is played to the line waits a little: a
 * line that was only held up goes on where it stopped, and nothing is missing from what is heard.
 */
static void skip_or_play(struct media *media, struct channel *c)
{
	if (c->number < DRIVER_CHANNELS_MAX) {
		if (media->unheard_us >= LINE_WAITED_FOR_US)
			audio_skip(media, c);
		return;
	}
	if (c->take)
		channel_take_period(media, c);
	audio_send(media, c, channel_transmit(media, c));
}

static void walk_unheard(struct media *media, uint64_t elapsed_us)
{
	for (uint64_t us = 0; us < elapsed_us; us += DRIVER_PERIOD_MS * US_PER_MS) {
		media->period++; /* what is received is of this one */
		for (uint16_t i = media->active_count; i-- > 0;)
			skip_or_play(media, &media->channel[media->active[i]]);
		sound_ports_exchange(media);
		media->unheard_us += DRIVER_PERIOD_MS * US_PER_MS;
	}
}

int media_pass(struct media *media, bool defer)
{
	uint64_t elapsed_us = 0;
	int period = driver_period_begin(media->driver, &elapsed_us);
	if (period <= 0)
		return period;
	media->period++;
	clock_advance_us(elapsed_us);
	atomic_fetch_add_explicit(&media->periods, 1, memory_order_relaxed);
	if (period == 1 && elapsed_us >= 2 * DRIVER_PERIOD_MS * US_PER_MS)
		atomic_fetch_add_explicit(&media->periods_late, 1, memory_order_relaxed);
	events_retry(&media->events);
	tell_clock(media, period == 2);
	commands_run(media);
	take_driver_events(media);
	if (period == 1) {
		media->unheard_us = 0;
		walk(media);
	} else {
		walk_unheard(media, elapsed_us);
	}
	driver_period_end(media->driver, defer);
	return 1;
}
