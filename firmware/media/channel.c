/* One channel: in use or not, what it plays, hears and sends. Called by commands and by driver events. */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "media/internal.h"

_Static_assert((int)MEDIA_TONE_COUNT == (int)TONE_NAME_COUNT && (int)MEDIA_TONE_BEEP == (int)TONE_BEEP &&
                   (int)MEDIA_TONE_RINGBACK == (int)TONE_RINGBACK && (int)MEDIA_TONE_HOWLER == (int)TONE_HOWLER,
               "tones have the same numbers in media and dsp");
_Static_assert((int)MEDIA_CALLER_ID_BELL202 == (int)CALLER_ID_BELL202 &&
                   (int)MEDIA_CALLER_ID_V23 == (int)CALLER_ID_V23 && (int)MEDIA_CALLER_ID_DTMF == (int)CALLER_ID_DTMF,
               "caller-ID standards have the same numbers in media and dsp");
_Static_assert((int)SPAN_ALAW == (int)LAW_ALAW && (int)SPAN_MULAW == (int)LAW_MULAW,
               "laws have the same numbers in drivers and dsp");

struct channel *channel_at(struct media *media, uint16_t number)
{
	return number < MEDIA_CHANNELS_MAX ? &media->channel[number] : NULL;
}

void channel_read_law(struct media *media, struct channel *c)
{
	struct driver_span span;
	if (c->number < DRIVER_CHANNELS_MAX &&
	    driver_span_running(media->driver, driver_channel_span(c->number), &span))
		c->law = (uint8_t)span.law;
}

/* ---- the list of channels that the pass walks ---- */

static void use(struct media *media, struct channel *c, enum use why)
{
	if (c->use == 0) {
		c->place = media->active_count;
		media->active[media->active_count++] = c->number;
		channel_read_law(media, c);
		if (c->number < DRIVER_CHANNELS_MAX)
			driver_channel_use(media->driver, c->number, true);
	}
	c->use |= (uint8_t)why;
}

static void unuse(struct media *media, struct channel *c, enum use why)
{
	if (!(c->use & why))
		return;
	c->use &= (uint8_t)~why;
	if (c->use)
		return;
	uint16_t last = media->active[--media->active_count];
	media->active[c->place] = last;
	media->channel[last].place = c->place;
	c->place = NO_PLACE;
	if (c->number < DRIVER_CHANNELS_MAX)
		driver_channel_use(media->driver, c->number, false);
}

/* ---- playback ---- */

static void send_play_done(struct media *media, struct channel *c, uint32_t token)
{
	if (token == 0)
		return;
	struct media_event done = {.type = MEDIA_PLAY_DONE, .channel = c->number};
	done.play.token = token;
	done.play.stopped = true;
	events_send(&media->events, &done);
}

static void end_playback(struct media *media, struct channel *c)
{
	if (!playback_active(&c->playback))
		return;
	playback_stop(&c->playback);
	atomic_fetch_sub_explicit(&media->playing, 1, memory_order_relaxed);
	dtmf_detector_ignore(&c->detector, NULL, 0);
}

static void playback_begun(struct media *media, struct channel *c)
{
	atomic_fetch_add_explicit(&media->playing, 1, memory_order_relaxed);
	if (c->bridge)
		bridge_review(media, c->bridge);
}

int channel_play(struct media *media, struct channel *c, const struct media_play *play)
{
	uint32_t replaced = c->playback.token;
	end_playback(media, c);
	send_play_done(media, c, replaced);
	if (play->take ? !playback_begin_take(&c->playback, play)
	               : !playback_begin_prompts(&c->playback, play, media->prompts)) {
		send_play_done(media, c, play->token);
		if (c->bridge)
			bridge_review(media, c->bridge);
		return -ENOENT;
	}
	playback_begun(media, c);
	return 0;
}

void channel_feed(struct media *media, struct channel *c, const struct channel *from, const struct media_play *instead)
{
	uint32_t replaced = c->playback.token;
	end_playback(media, c);
	send_play_done(media, c, replaced);
	playback_begin_feed(&c->playback, from->number, instead, media->prompts);
	playback_begun(media, c);
}

/* Beeps are heard beside the other party, dial tone is not. */
static enum media_play_mode tone_mode(enum media_tone tone)
{
	return tone == MEDIA_TONE_CALL_WAITING || tone == MEDIA_TONE_BEEP ? MEDIA_PLAY_MIX : MEDIA_PLAY_ALONE;
}

static bool is_dial_tone(enum media_tone tone)
{
	return tone == MEDIA_TONE_DIAL || tone == MEDIA_TONE_RECALL_DIAL || tone == MEDIA_TONE_STUTTER_DIAL;
}

void channel_tone(struct media *media, struct channel *c, enum media_tone tone)
{
	channel_stop(media, c);
	if (tone == MEDIA_TONE_NONE)
		return;
	const struct tone_pattern *pattern = &media->tones->tone[tone];
	playback_begin_tone(&c->playback, pattern, tone_mode(tone));
	/* What comes back of it from the telephone's hybrid must not cover the first digit. */
	if (is_dial_tone(tone))
		dtmf_detector_ignore(&c->detector, pattern->step[0].hz, pattern->step[0].count);
	playback_begun(media, c);
}

void channel_stop(struct media *media, struct channel *c)
{
	uint32_t token = c->playback.token;
	end_playback(media, c);
	send_play_done(media, c, token);
	if (c->bridge)
		bridge_review(media, c->bridge);
}

/* ---- digits ---- */

void channel_listen(struct media *media, struct channel *c, bool on)
{
	if (c->listening == on)
		return;
	c->listening = on;
	if (on) {
		dtmf_detector_init(&c->detector);
		atomic_fetch_add_explicit(&media->listening, 1, memory_order_relaxed);
		return;
	}
	atomic_fetch_sub_explicit(&media->listening, 1, memory_order_relaxed);
	if (c->digit) {
		struct media_event end = {.type = MEDIA_DTMF_END, .channel = c->number};
		end.digit = c->digit;
		events_send(&media->events, &end);
		c->digit = '\0';
	}
}

void channel_send_digits(struct media *media, struct channel *c, const char *digits, size_t count)
{
	dtmf_sender_init(&c->sender, digits, count);
	c->sending_digits = true;
	if (c->bridge)
		bridge_review(media, c->bridge);
}

/* ---- open and closed ---- */

static void all_off(struct media *media, struct channel *c)
{
	if (c->bridge)
		bridge_leave(media, c);
	end_playback(media, c);
	channel_test_end(media, c);
	channel_take_end(media, c);
	channel_listen(media, c, false);
	c->sending_digits = false;
	c->muted = false;
}

void channel_open(struct media *media, struct channel *c, bool listening)
{
	if (c->use & USE_OPEN)
		all_off(media, c);
	else
		atomic_fetch_add_explicit(&media->open, 1, memory_order_relaxed);
	use(media, c, USE_OPEN);
	c->linear_period = 0;
	c->digit = '\0';
	channel_listen(media, c, listening);
}

void channel_end_caller_id(struct media *media, struct channel *c)
{
	if (c->caller_id == CALLER_ID_OFF)
		return;
	struct media_event done = {.type = MEDIA_CALLER_ID_DONE, .channel = c->number};
	bool interrupts = c->caller_id_off_hook && c->caller_id >= CALLER_ID_ALERTING;
	c->caller_id = CALLER_ID_OFF;
	if (interrupts)
		call_waiting_end(media, c);
	c->caller_id_off_hook = false;
	unuse(media, c, USE_CALLER_ID);
	events_send(&media->events, &done);
}

void channel_close(struct media *media, struct channel *c)
{
	if (c->use & USE_OPEN) {
		all_off(media, c);
		atomic_fetch_sub_explicit(&media->open, 1, memory_order_relaxed);
		unuse(media, c, USE_OPEN);
	}
	channel_end_caller_id(media, c);
}

/* ---- caller ID ---- */

static void caller_id_wait(struct channel *c)
{
	c->caller_id = CALLER_ID_WAITING;
	c->caller_id_wait = CALLER_ID_DELAY_MS * (DSP_RATE / 1000);
}

int channel_caller_id(struct media *media, struct channel *c, const struct media_command *command)
{
	enum media_caller_id standard = command->caller_id.standard;
	if (standard >= MEDIA_CALLER_ID_NONE || command->caller_id.bytes > MEDIA_FSK_BYTES)
		return -EINVAL;
	if (command->flag && standard == MEDIA_CALLER_ID_DTMF)
		return -ENOTSUP;
	channel_end_caller_id(media, c);
	int error = caller_id_sender_begin(c->caller_id_sender, (enum caller_id_standard)standard, command->flag,
	                                   command->caller_id.message, command->caller_id.bytes);
	if (error)
		return error;
	c->caller_id_off_hook = command->flag;
	caller_id_wait(c);
	use(media, c, USE_CALLER_ID);
	/* Data into a telephone at somebody's ear is noise, unless it was asked for: the line is asked just before. */
	if (driver_off_hook(media->driver, c->number) != command->flag)
		channel_end_caller_id(media, c);
	return 0;
}

/*
 * Data goes into the long silence of the ringing: a short one, as between the two bursts of the British cadence, ends
 * before the delay has passed. A telephone that is lifted gets none.
 */
void channel_driver_event(struct media *media, struct channel *c, enum driver_event_type type)
{
	if (c->caller_id == CALLER_ID_OFF)
		return;
	if (c->caller_id_off_hook) {
		if (type == DRIVER_ON_HOOK || type == DRIVER_FLASH)
			channel_end_caller_id(media, c);
		return;
	}
	if (type == DRIVER_OFF_HOOK || (type == DRIVER_RINGER_ON && c->caller_id == CALLER_ID_SENDING))
		channel_end_caller_id(media, c);
	else if (type == DRIVER_RINGER_ON)
		c->caller_id = CALLER_ID_HELD;
	else if (type == DRIVER_RINGER_OFF && c->caller_id == CALLER_ID_HELD)
		caller_id_wait(c);
}
