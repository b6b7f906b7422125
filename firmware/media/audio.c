/* One channel's period: what is heard on it and what is sent. No allocation, no lock, no system call. */
#include <string.h>

#include "dsp/mixer.h"
#include "media/internal.h"

_Static_assert(PERIOD <= 2 * DTMF_BLOCK_SAMPLES, "a digit could come and go within one period");

const int16_t *channel_linear(struct media *media, struct channel *c)
{
	if (c->linear_period != media->period) {
		law_decode((enum law)c->law, c->linear, channel_received(media, c), PERIOD);
		c->linear_period = media->period;
	}
	return c->linear;
}

static void send_digit(struct media *media, struct channel *c, enum media_event_type type, char digit)
{
	struct media_event event = {.type = type, .channel = c->number};
	event.digit = digit;
	events_send(&media->events, &event);
}

void audio_listen(struct media *media, struct channel *c)
{
	char digit = dtmf_detector_process(&c->detector, channel_linear(media, c), PERIOD);
	if (digit == c->digit)
		return;
	if (c->digit)
		send_digit(media, c, MEDIA_DTMF_END, c->digit);
	c->digit = digit;
	if (digit && !call_waiting_digit(c, digit))
		send_digit(media, c, MEDIA_DTMF_BEGIN, digit);
}

static void playback_over(struct media *media, struct channel *c)
{
	struct media_event done = {.type = MEDIA_PLAY_DONE, .channel = c->number};
	done.play.token = c->playback.token;
	done.play.stopped = false;
	playback_stop(&c->playback);
	atomic_fetch_sub_explicit(&media->playing, 1, memory_order_relaxed);
	if (done.play.token)
		events_send(&media->events, &done);
	if (c->bridge)
		bridge_review(media, c->bridge);
}

static void send_playback(struct media *media, struct channel *c, uint8_t *out)
{
	if (!feed_bytes(media, c, out) && playback_bytes(&c->playback, media->prompts, (enum law)c->law, out))
		playback_over(media, c);
}

static void send_mixed(struct media *media, struct channel *c, uint8_t *out)
{
	int16_t samples[PERIOD], played[PERIOD];
	bool over = !feed_samples(media, c, played) && playback_samples(&c->playback, media->prompts, played);
	if (bridge_samples(media, c, samples))
		mixer_add_to(samples, played, PERIOD);
	else
		memcpy(samples, played, sizeof(samples));
	law_encode((enum law)c->law, out, samples, PERIOD);
	if (over)
		playback_over(media, c);
}

/* The bridge wins over a playback that is alone; that one goes on unheard. */
static void send_bridge(struct media *media, struct channel *c, uint8_t *out)
{
	if (playback_active(&c->playback))
		audio_skip(media, c);
	if (!c->bridge->in_driver && !bridge_bytes(media, c, out))
		memset(out, law_silence((enum law)c->law), PERIOD);
}

static void send_digits(struct media *media, struct channel *c, uint8_t *out)
{
	int16_t samples[PERIOD];
	dtmf_sender_process(&c->sender, samples, PERIOD);
	law_encode((enum law)c->law, out, samples, PERIOD);
	if (dtmf_sender_busy(&c->sender))
		return;
	struct media_event done = {.type = MEDIA_DIGITS_DONE, .channel = c->number};
	c->sending_digits = false;
	events_send(&media->events, &done);
	if (c->bridge)
		bridge_review(media, c->bridge);
}

static void send_caller_id(struct media *media, struct channel *c, uint8_t *out)
{
	int16_t samples[PERIOD];
	if (!caller_id_sender_process(c->caller_id_sender, samples, PERIOD)) {
		channel_end_caller_id(media, c);
		return;
	}
	law_encode((enum law)c->law, out, samples, PERIOD);
}

static void send_data(struct media *media, struct channel *c, uint8_t *out)
{
	if (c->caller_id == CALLER_ID_SENDING)
		send_caller_id(media, c, out);
	else
		call_waiting_send(media, c, out);
}

static bool caller_id_due(struct media *media, struct channel *c)
{
	if (c->caller_id != CALLER_ID_WAITING)
		return c->caller_id >= CALLER_ID_ALERTING;
	c->caller_id_wait -= c->caller_id_wait < PERIOD ? c->caller_id_wait : PERIOD;
	if (c->caller_id_wait == 0 && c->caller_id_off_hook)
		call_waiting_begin(media, c);
	else if (c->caller_id_wait == 0)
		c->caller_id = CALLER_ID_SENDING;
	return false;
}

void audio_send(struct media *media, struct channel *c, uint8_t *out)
{
	bool plays = playback_active(&c->playback);
	if (c->test)
		channel_test_send(media, c, out);
	else if (c->caller_id && caller_id_due(media, c))
		send_data(media, c, out);
	else if (c->sending_digits)
		send_digits(media, c, out);
	else if (plays && (!c->bridge || c->playback.mode == MEDIA_PLAY_OVER))
		send_playback(media, c, out);
	else if (plays && c->playback.mode == MEDIA_PLAY_MIX)
		send_mixed(media, c, out);
	else if (c->bridge)
		send_bridge(media, c, out);
}

void audio_skip(struct media *media, struct channel *c)
{
	uint8_t unheard[PERIOD];
	if (playback_active(&c->playback))
		send_playback(media, c, unheard);
}
