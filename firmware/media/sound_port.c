/* The sound cards as channels: what is sent to them and heard from them, whether their input is silent, and feeds. */
#include <stdlib.h>
#include <string.h>

#include "media/internal.h"

#define QUIET_PEAK   80  /* of 32,767: about -50 dBm0, over the noise of a line input with nothing plugged in */
#define LOUD_PERIODS 10  /* so many not quiet ones among few quiet ones: there is something again */
#define FORGET_AFTER 100 /* quiet ones in a row */

void sound_port_init(struct sound_port *port)
{
	memset(port->received, LAW_MULAW_SILENCE, PERIOD);
	memset(port->sent, LAW_MULAW_SILENCE, PERIOD);
}

static struct sound_port *port_of(struct media *media, uint16_t number)
{
	return number >= DRIVER_CHANNELS_MAX ? &media->port[number - DRIVER_CHANNELS_MAX] : NULL;
}

const uint8_t *channel_received(struct media *media, const struct channel *c)
{
	const struct sound_port *port = port_of(media, c->number);
	return port ? port->received : driver_receive(media->driver, c->number);
}

uint8_t *channel_transmit(struct media *media, const struct channel *c)
{
	struct sound_port *port = port_of(media, c->number);
	return port ? port->sent : driver_transmit(media->driver, c->number);
}

static bool is_quiet(const int16_t *samples)
{
	for (int i = 0; i < PERIOD; i++)
		if (abs(samples[i]) > QUIET_PEAK)
			return false;
	return true;
}

static void tell_silent(struct media *media, unsigned card, bool silent)
{
	struct media_event event = {.type = MEDIA_SILENT, .channel = media_sound_channel(card), .flag = silent};
	media->port[card].silent = silent;
	events_send(&media->events, &event);
}

static void watch_silence(struct media *media, unsigned card, const int16_t *samples)
{
	struct sound_port *port = &media->port[card];
	if (is_quiet(samples)) {
		if (++port->quiet > FORGET_AFTER)
			port->loud = 0;
	} else {
		port->quiet = 0;
		port->loud++;
	}
	bool silent = port->silence_periods && port->quiet >= port->silence_periods;
	if (!port->silent && silent)
		tell_silent(media, card, true);
	else if (port->silent && (port->loud >= LOUD_PERIODS || !port->silence_periods))
		tell_silent(media, card, false);
}

static void exchange(struct media *media, unsigned card)
{
	struct sound_port *port = &media->port[card];
	int16_t to[PERIOD], from[PERIOD];
	bool was_working = port->working;
	port->working = sound_working(media->sound, card);
	if (!port->working && !was_working)
		return;
	law_decode(LAW_MULAW, to, port->sent, PERIOD);
	sound_exchange(media->sound, card, to, from);
	law_encode(LAW_MULAW, port->received, from, PERIOD);
	memset(port->sent, LAW_MULAW_SILENCE, PERIOD);
	if (!was_working)
		port->quiet = port->loud = 0;
	if (port->working)
		watch_silence(media, card, from);
}

void sound_ports_exchange(struct media *media)
{
	for (unsigned card = 0; media->sound && card < SOUND_CARDS_MAX; card++)
		exchange(media, card);
}

/* ---- feeds ---- */

static const struct channel *fed_by(struct media *media, const struct channel *c)
{
	if (c->playback.source != PLAYBACK_FEED)
		return NULL;
	const struct sound_port *port = port_of(media, c->playback.from);
	bool nothing = port && (!port->working || port->silent);
	return nothing ? NULL : &media->channel[c->playback.from];
}

bool feed_bytes(struct media *media, const struct channel *c, uint8_t *out)
{
	const struct channel *from = fed_by(media, c);
	if (from)
		law_convert((enum law)from->law, (enum law)c->law, out, channel_received(media, from), PERIOD);
	return from;
}

bool feed_samples(struct media *media, const struct channel *c, int16_t *out)
{
	const struct channel *from = fed_by(media, c);
	if (from)
		law_decode((enum law)from->law, out, channel_received(media, from), PERIOD);
	return from;
}
