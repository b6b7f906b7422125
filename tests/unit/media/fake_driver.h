/*
 * A span driver of arrays, for tests and the benchmark: included once a program, it stands in for drivers/driver.c.
 * Odd spans are T1 (mu-law), even ones E1 (A-law).
 */
#ifndef TESTS_MEDIA_FAKE_DRIVER_H
#define TESTS_MEDIA_FAKE_DRIVER_H

#include <errno.h>
#include <string.h>

#include "base/attributes.h"
#include "drivers/driver.h"

#define PERIOD_SAMPLES  DRIVER_PERIOD_SAMPLES
#define FAKE_EVENTS_MAX 64

struct span_driver {
	int next;            /* what driver_period_begin() returns */
	uint64_t elapsed_us; /* with it */
	bool can_bridge;
	int bridges, unbridges, ended;
	uint16_t bridge_a, bridge_b;
	bool off_hook[DRIVER_CHANNELS_MAX], used[DRIVER_CHANNELS_MAX], clear[DRIVER_CHANNELS_MAX];
	enum driver_line line[DRIVER_CHANNELS_MAX];
	struct driver_cadence cadence[DRIVER_CHANNELS_MAX];
	struct driver_event event[FAKE_EVENTS_MAX];
	int events, taken;
	bool keep_transmit; /* the benchmark's: do not clear between periods */
	uint8_t received[DRIVER_CHANNELS_MAX][PERIOD_SAMPLES];
	uint8_t transmitted[DRIVER_CHANNELS_MAX][PERIOD_SAMPLES];
};

static inline uint8_t fake_silence(uint16_t channel)
{
	return driver_channel_span(channel) % 2 ? 0xff : 0xd5;
}

static inline void fake_driver_init(struct span_driver *d)
{
	memset(d, 0, sizeof(*d));
	d->next = 1;
	d->elapsed_us = DRIVER_PERIOD_MS * 1000;
	for (uint16_t c = 0; c < DRIVER_CHANNELS_MAX; c++)
		memset(d->received[c], fake_silence(c), PERIOD_SAMPLES);
}

static inline void fake_event(struct span_driver *d, enum driver_event_type type, uint16_t channel)
{
	d->event[d->events++] = (struct driver_event){.type = type, .channel = channel};
	if (type == DRIVER_OFF_HOOK || type == DRIVER_ON_HOOK)
		d->off_hook[channel] = type == DRIVER_OFF_HOOK;
}

int driver_period_fd(const struct span_driver *d)
{
	return -1;
}
int driver_period_begin(struct span_driver *d, uint64_t *elapsed_us)
{
	if (d->next > 0) {
		*elapsed_us = d->elapsed_us;
		if (!d->keep_transmit)
			for (uint16_t c = 0; c < DRIVER_CHANNELS_MAX; c++)
				memset(d->transmitted[c], fake_silence(c), PERIOD_SAMPLES);
	}
	return d->next;
}
void driver_channel_use(struct span_driver *d, uint16_t channel, bool in_use)
{
	d->used[channel] = in_use;
}
void driver_channel_clear(struct span_driver *d, uint16_t channel, bool clear)
{
	d->clear[channel] = clear;
}
const uint8_t *driver_receive(const struct span_driver *d, uint16_t channel)
{
	return d->received[channel];
}
uint8_t *driver_transmit(struct span_driver *d, uint16_t channel)
{
	return d->transmitted[channel];
}
void driver_period_end(struct span_driver *d, bool defer)
{
	d->ended++;
}
void driver_period_flush(struct span_driver *d)
{
}
bool driver_next_event(struct span_driver *d, struct driver_event *event)
{
	if (d->taken == d->events) {
		d->taken = d->events = 0;
		return false;
	}
	*event = d->event[d->taken++];
	return true;
}
void driver_set_line(struct span_driver *d, uint16_t channel, enum driver_line line,
                     const struct driver_cadence *cadence)
{
	d->line[channel] = line;
	d->cadence[channel] = *cadence;
}
bool driver_off_hook(const struct span_driver *d, uint16_t channel)
{
	return d->off_hook[channel];
}
int driver_bridge(struct span_driver *d, uint16_t a, uint16_t b)
{
	if (!d->can_bridge)
		return -ENOTSUP;
	d->bridges++;
	d->bridge_a = a, d->bridge_b = b;
	return 0;
}
void driver_unbridge(struct span_driver *d, uint16_t a, uint16_t b)
{
	d->unbridges++;
}
bool driver_span_running(const struct span_driver *d, unsigned span, struct driver_span *out)
{
	*out = (struct driver_span){
	    .span = (uint8_t)span, .type = span % 2 ? SPAN_T1 : SPAN_E1, .law = span % 2 ? SPAN_MULAW : SPAN_ALAW};
	return true;
}

#endif
