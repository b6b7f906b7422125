/* What control asks for, done at the beginning of a pass. */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "media/internal.h"

static const char *const command_names[] = {
    [MEDIA_OPEN] = "open",     [MEDIA_CLOSE] = "close",         [MEDIA_PLAY] = "play",
    [MEDIA_TONE] = "tone",     [MEDIA_STOP] = "stop",           [MEDIA_DTMF] = "dtmf",
    [MEDIA_BRIDGE] = "bridge", [MEDIA_UNBRIDGE] = "unbridge",   [MEDIA_MUTE] = "mute",
    [MEDIA_LINE] = "line",     [MEDIA_CALLER_ID] = "caller-id", [MEDIA_SEND_DTMF] = "send-dtmf",
    [MEDIA_TEST] = "test",     [MEDIA_SPAN] = "span",           [MEDIA_COUNTRY] = "country",
    [MEDIA_FEED] = "feed",     [MEDIA_TAKE] = "take",           [MEDIA_SILENCE] = "silence",
};

typedef int handler(struct media *media, struct channel *c, const struct media_command *command);

static int do_open(struct media *media, struct channel *c, const struct media_command *command)
{
	channel_open(media, c, command->flag);
	return 0;
}

static int do_close(struct media *media, struct channel *c, const struct media_command *command)
{
	channel_close(media, c);
	return 0;
}

static int do_play(struct media *media, struct channel *c, const struct media_command *command)
{
	return channel_play(media, c, &command->play);
}

static int do_tone(struct media *media, struct channel *c, const struct media_command *command)
{
	if ((unsigned)command->tone >= MEDIA_TONE_COUNT)
		return -EINVAL;
	channel_tone(media, c, command->tone);
	return 0;
}

static int do_stop(struct media *media, struct channel *c, const struct media_command *command)
{
	channel_stop(media, c);
	return 0;
}

static int do_dtmf(struct media *media, struct channel *c, const struct media_command *command)
{
	channel_listen(media, c, command->flag);
	return 0;
}

static int do_bridge(struct media *media, struct channel *c, const struct media_command *command)
{
	struct channel *peer = channel_at(media, command->peer);
	if (!peer || !(peer->use & USE_OPEN))
		return -ENOTCONN;
	return bridge_join(media, c, peer, command->flag);
}

static int do_unbridge(struct media *media, struct channel *c, const struct media_command *command)
{
	bridge_leave(media, c);
	return 0;
}

static int do_mute(struct media *media, struct channel *c, const struct media_command *command)
{
	c->muted = command->flag;
	if (c->bridge)
		bridge_review(media, c->bridge);
	return 0;
}

static int do_line(struct media *media, struct channel *c, const struct media_command *command)
{
	if (c->number >= DRIVER_CHANNELS_MAX)
		return -ENODEV;
	driver_set_line(media->driver, c->number, command->line.line, &command->line.cadence);
	if (command->line.line != DRIVER_LINE_RING)
		channel_end_caller_id(media, c); /* the caller has gone */
	return 0;
}

static int do_caller_id(struct media *media, struct channel *c, const struct media_command *command)
{
	return c->number < DRIVER_CHANNELS_MAX ? channel_caller_id(media, c, command) : -ENODEV;
}

static int do_send_dtmf(struct media *media, struct channel *c, const struct media_command *command)
{
	channel_send_digits(media, c, command->digits, strnlen(command->digits, sizeof(command->digits)));
	return 0;
}

static int do_test(struct media *media, struct channel *c, const struct media_command *command)
{
	if ((unsigned)command->test > MEDIA_TEST_WRONG_BIT)
		return -EINVAL;
	if (command->test == MEDIA_TEST_WRONG_BIT)
		return channel_test_wrong_bit(c);
	if (command->test != MEDIA_TEST_OFF)
		return channel_test_begin(media, c, command->test);
	channel_test_end(media, c);
	return 0;
}

static int do_span(struct media *media, struct channel *c, const struct media_command *command)
{
	for (uint16_t i = 0; i < media->active_count; i++)
		channel_read_law(media, &media->channel[media->active[i]]);
	return 0;
}

static int do_feed(struct media *media, struct channel *c, const struct media_command *command)
{
	const struct channel *from = channel_at(media, command->peer);
	if (!from || from == c)
		return -ENODEV;
	channel_feed(media, c, from, &command->play);
	return 0;
}

static int do_take(struct media *media, struct channel *c, const struct media_command *command)
{
	channel_take_end(media, c);
	if (command->take)
		channel_take_begin(c, command->take);
	return 0;
}

static int do_silence(struct media *media, struct channel *c, const struct media_command *command)
{
	if (c->number < DRIVER_CHANNELS_MAX)
		return -ENODEV;
	media->port[c->number - DRIVER_CHANNELS_MAX].silence_periods = command->silence_ms / DRIVER_PERIOD_MS;
	return 0;
}

static int do_country(struct media *media, struct channel *c, const struct media_command *command)
{
	if (!command->country)
		return -EINVAL;
	media->tones = command->country;
	return 0;
}

enum needs { NEEDS_NOTHING, NEEDS_CHANNEL, NEEDS_OPEN };

static const struct {
	handler *run;
	enum needs needs;
} handlers[] = {
    [MEDIA_OPEN] = {do_open, NEEDS_CHANNEL},
    [MEDIA_CLOSE] = {do_close, NEEDS_CHANNEL},
    [MEDIA_PLAY] = {do_play, NEEDS_OPEN},
    [MEDIA_TONE] = {do_tone, NEEDS_OPEN},
    [MEDIA_STOP] = {do_stop, NEEDS_OPEN},
    [MEDIA_DTMF] = {do_dtmf, NEEDS_OPEN},
    [MEDIA_BRIDGE] = {do_bridge, NEEDS_OPEN},
    [MEDIA_UNBRIDGE] = {do_unbridge, NEEDS_OPEN},
    [MEDIA_MUTE] = {do_mute, NEEDS_OPEN},
    [MEDIA_LINE] = {do_line, NEEDS_CHANNEL},
    [MEDIA_CALLER_ID] = {do_caller_id, NEEDS_CHANNEL},
    [MEDIA_SEND_DTMF] = {do_send_dtmf, NEEDS_OPEN},
    [MEDIA_TEST] = {do_test, NEEDS_OPEN},
    [MEDIA_SPAN] = {do_span, NEEDS_NOTHING},
    [MEDIA_COUNTRY] = {do_country, NEEDS_NOTHING},
    [MEDIA_FEED] = {do_feed, NEEDS_OPEN},
    [MEDIA_TAKE] = {do_take, NEEDS_OPEN},
    [MEDIA_SILENCE] = {do_silence, NEEDS_CHANNEL},
};

/* Whoever waits for the end of what was refused is told that it is over. */
static void answer_refusal(struct media *media, const struct media_command *command)
{
	struct media_event event = {.channel = command->channel};
	if (command->type == MEDIA_PLAY && command->play.token) {
		event.type = MEDIA_PLAY_DONE;
		event.play.token = command->play.token;
		event.play.stopped = true;
	} else if (command->type == MEDIA_TAKE && command->take) {
		event.type = MEDIA_TAKE_DONE;
	} else if (command->type == MEDIA_CALLER_ID) {
		event.type = MEDIA_CALLER_ID_DONE;
	} else if (command->type == MEDIA_SEND_DTMF) {
		event.type = MEDIA_DIGITS_DONE;
	} else {
		return;
	}
	events_send(&media->events, &event);
}

static int run(struct media *media, const struct media_command *command)
{
	if ((unsigned)command->type >= ARRAY_SIZE(handlers))
		return -EINVAL;
	struct channel *c = channel_at(media, command->channel);
	enum needs needs = handlers[command->type].needs;
	if (needs != NEEDS_NOTHING && !c)
		return -ENODEV;
	if (needs == NEEDS_OPEN && !(c->use & USE_OPEN)) {
		/* Stopping what is not there is no fault: closing and stopping may cross. */
		return command->type == MEDIA_STOP || command->type == MEDIA_UNBRIDGE ? 0 : -ENOTCONN;
	}
	return handlers[command->type].run(media, c, command);
}

void commands_run(struct media *media)
{
	struct media_command command;
	while (mailbox_receive(media->commands, &command)) {
		int error = run(media, &command);
		if (!error)
			continue;
		atomic_fetch_add_explicit(&media->refused, 1, memory_order_relaxed);
		/* channel_play() has answered itself. */
		if (!(command.type == MEDIA_PLAY && error == -ENOENT))
			answer_refusal(media, &command);
		/* strerrordesc_np(), because strerror() may allocate. */
		log_write(LOG_WARNING, LOG_MEDIA, "channel %u/%u: %s refused: %s", driver_channel_span(command.channel),
		          driver_channel_timeslot(command.channel),
		          text_name(command_names, ARRAY_SIZE(command_names), (int)command.type),
		          strerrordesc_np(-error));
	}
}
