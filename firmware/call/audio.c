/* Commands to the media thread. A refused command is a sizing fault: counted there, logged here. */
#include "call/parts.h"

#include <string.h>
#include <time.h>

#include "media/caller_id_message.h"

static void send(struct control *control, const struct media_command *command)
{
	if (media_send(control->parts.media, command) < 0)
		log_write(LOG_ERROR, LOG_CALL, "span %u/%u: the audio thread does not keep up, a command was lost",
		          driver_channel_span(command->channel), driver_channel_timeslot(command->channel));
}

static void send_plain(struct control *control, enum media_command_type type, uint16_t channel, bool flag)
{
	struct media_command command = {.type = type, .channel = channel, .peer = DRIVER_NO_CHANNEL, .flag = flag};

	if (channel != DRIVER_NO_CHANNEL)
		send(control, &command);
}

void audio_open(struct control *control, uint16_t channel, bool dtmf)
{
	send_plain(control, MEDIA_OPEN, channel, dtmf && channel < DRIVER_CHANNELS_MAX); /* a headset has no keys */
}

void audio_close(struct control *control, uint16_t channel)
{
	send_plain(control, MEDIA_CLOSE, channel, false);
}

void audio_stop(struct control *control, uint16_t channel)
{
	send_plain(control, MEDIA_STOP, channel, false);
}

void audio_unbridge(struct control *control, uint16_t channel)
{
	send_plain(control, MEDIA_UNBRIDGE, channel, false);
}

void audio_tone(struct control *control, uint16_t channel, enum media_tone tone)
{
	struct media_command command = {.type = MEDIA_TONE, .channel = channel, .peer = DRIVER_NO_CHANNEL};

	command.tone = tone;
	if (channel != DRIVER_NO_CHANNEL)
		send(control, &command);
}

void audio_test(struct control *control, uint16_t channel, enum media_test test)
{
	struct media_command command = {.type = MEDIA_TEST, .channel = channel, .peer = DRIVER_NO_CHANNEL};

	command.test = test;
	send(control, &command);
}

/* The owner's announcements come before those of the package. */
prompt_id audio_prompt(const struct control *control, const char *name)
{
	const struct config *config = control->config;
	uint32_t i;

	for (i = 0; config && i < config->prompt_count; i++)
		if (config->prompts[i].sound && strcmp(config->prompts[i].name, name) == 0)
			return (prompt_id)(config->prompts[i].sound - 1);
	return prompts_find(control->parts.prompts, name);
}

bool audio_prompt_exists(const struct control *control, const char *name)
{
	return audio_prompt(control, name) != PROMPT_NONE;
}

uint32_t audio_play(struct control *control, uint16_t channel, const char *const *names)
{
	struct media_command command = {.type = MEDIA_PLAY, .channel = channel, .peer = DRIVER_NO_CHANNEL};

	if (++control->next_token == 0)
		control->next_token = 1;
	command.play.token = control->next_token;
	command.play.mode = MEDIA_PLAY_ALONE;
	for (; *names && command.play.count < MEDIA_PLAYLIST_MAX; names++) {
		prompt_id id = audio_prompt(control, *names);

		if (id == PROMPT_NONE)
			log_write(LOG_WARNING, LOG_CALL, "prompt \"%s\" is not there: left out", *names);
		else
			command.play.prompt[command.play.count++] = id;
	}
	send(control, &command);
	return command.play.token;
}

void audio_beeps(struct control *control, uint16_t channel, unsigned beeps)
{
	struct media_command command = {.type = MEDIA_PLAY, .channel = channel, .peer = DRIVER_NO_CHANNEL};
	prompt_id beep = prompts_find(control->parts.prompts, "beep");

	if (beep == PROMPT_NONE || beeps > MEDIA_PLAYLIST_MAX)
		return;
	command.play.mode = MEDIA_PLAY_MIX;
	while (command.play.count < beeps)
		command.play.prompt[command.play.count++] = beep;
	send(control, &command);
}

void audio_music(struct control *control, uint16_t channel, const char *name)
{
	struct media_command command = {.type = MEDIA_PLAY, .channel = channel, .peer = DRIVER_NO_CHANNEL};
	const struct config_music *from_card = sound_music(control, name);
	char path[CONFIG_TEXT_BYTES + 8] = "music/default";
	size_t used = 0;
	uint32_t samples = 0;
	prompt_id id;

	if (name[0])
		text_append(path, sizeof(path), &used, "music/%s", name);
	id = audio_prompt(control, path);
	if (id == PROMPT_NONE)
		id = audio_prompt(control, "music/default");
	if (id == PROMPT_NONE && !from_card)
		return;
	prompts_samples(control->parts.prompts, id, &samples);
	if (from_card) {
		command.type = MEDIA_FEED;
		command.peer = media_sound_channel(from_card->sound);
	}
	command.play.loop = true;
	command.play.count = id != PROMPT_NONE;
	command.play.prompt[0] = id;
	/* One source for all who listen: everybody hears the same place of the piece. */
	if (samples > 0)
		command.play.start_samples = (uint32_t)(control->now_us / US_PER_SAMPLE % samples);
	send(control, &command);
}

void audio_feed(struct control *control, uint16_t channel, uint16_t from)
{
	struct media_command command = {.type = MEDIA_FEED, .channel = channel, .peer = from};

	command.play.mode = MEDIA_PLAY_ALONE;
	send(control, &command);
}

uint32_t audio_play_take(struct control *control, uint16_t channel, const struct media_take *take)
{
	struct media_command command = {.type = MEDIA_PLAY, .channel = channel, .peer = DRIVER_NO_CHANNEL};

	if (++control->next_token == 0)
		control->next_token = 1;
	command.play.token = control->next_token;
	command.play.take = take;
	send(control, &command);
	return command.play.token;
}

void audio_bridge(struct control *control, uint16_t a, uint16_t b)
{
	struct media_command command = {.type = MEDIA_BRIDGE, .channel = a, .peer = b};

	if (a != DRIVER_NO_CHANNEL && b != DRIVER_NO_CHANNEL)
		send(control, &command);
}

void audio_join(struct control *control, uint16_t channel, uint16_t peer, bool muted)
{
	struct media_command command = {.type = MEDIA_BRIDGE, .channel = channel, .peer = peer, .flag = true};

	audio_mute(control, channel, muted);
	send(control, &command);
}

void audio_feed_beside(struct control *control, uint16_t channel, uint16_t from)
{
	struct media_command command = {.type = MEDIA_FEED, .channel = channel, .peer = from};

	command.play.mode = MEDIA_PLAY_MIX;
	send(control, &command);
}

void audio_mute(struct control *control, uint16_t channel, bool muted)
{
	send_plain(control, MEDIA_MUTE, channel, muted);
}

void audio_send_digits(struct control *control, uint16_t channel, const char *digits)
{
	struct media_command command = {.type = MEDIA_SEND_DTMF, .channel = channel, .peer = DRIVER_NO_CHANNEL};

	text_copy(command.digits, sizeof(command.digits), digits);
	if (channel != DRIVER_NO_CHANNEL)
		send(control, &command);
}

static const struct {
	const char *country;
	struct driver_cadence cadence;
} ring_cadences[] = {
    {"us", {{2000, 4000}}},          {"gb", {{400, 200, 400, 2000}}}, {"uk", {{400, 200, 400, 2000}}},
    {"au", {{400, 200, 400, 2000}}}, {"nz", {{400, 200, 400, 2000}}}, {"de", {{1000, 4000}}},
    {"fr", {{1500, 3500}}},          {"es", {{1500, 3000}}},          {"it", {{1000, 4000}}},
    {"jp", {{1000, 2000}}},
};

void audio_ring(struct control *control, uint16_t channel)
{
	struct media_command command = {.type = MEDIA_LINE, .channel = channel, .peer = DRIVER_NO_CHANNEL};
	size_t i;

	if (channel >= DRIVER_CHANNELS_MAX) {
		audio_tone(control, channel, MEDIA_TONE_RINGBACK); /* a headset has no bell */
		return;
	}
	command.line.line = DRIVER_LINE_RING;
	command.line.cadence = ring_cadences[0].cadence;
	for (i = 0; control->config && i < ARRAY_SIZE(ring_cadences); i++)
		if (strcmp(ring_cadences[i].country, control->config->country) == 0)
			command.line.cadence = ring_cadences[i].cadence;
	send(control, &command);
}

#define BURST_MS       500   /* long enough for every bell */
#define BURST_AFTER_MS 10000 /* stopped by then */

uint64_t audio_ring_bursts(struct control *control, uint16_t channel, unsigned bursts)
{
	struct media_command command = {.type = MEDIA_LINE, .channel = channel, .peer = DRIVER_NO_CHANNEL};
	unsigned i, steps = 2 * bursts;

	if (steps < 2 || steps > DRIVER_CADENCE_STEPS || channel >= DRIVER_CHANNELS_MAX)
		return 0;
	command.line.line = DRIVER_LINE_RING;
	for (i = 0; i < steps; i++)
		command.line.cadence.ms[i] = i + 1 < steps ? BURST_MS : BURST_AFTER_MS;
	send(control, &command);
	return steps * BURST_MS * US_PER_MS;
}

void audio_ring_stop(struct control *control, uint16_t channel)
{
	struct media_command command = {.type = MEDIA_LINE, .channel = channel, .peer = DRIVER_NO_CHANNEL};

	command.line.line = DRIVER_LINE_IDLE;
	if (channel < DRIVER_CHANNELS_MAX)
		send(control, &command);
	else
		audio_stop(control, channel);
}

static void local_time(const struct control *control, struct media_caller *caller)
{
	time_t seconds = (time_t)(clock_wall_at_us(control->now_us) / US_PER_S);
	struct tm local;

	if (!localtime_r(&seconds, &local))
		return;
	caller->month = (uint8_t)(local.tm_mon + 1);
	caller->day = (uint8_t)local.tm_mday;
	caller->hour = (uint8_t)local.tm_hour;
	caller->minute = (uint8_t)local.tm_min;
}

void audio_caller_id(struct phone *phone, const struct call *call, bool waiting)
{
	static const enum media_caller_id standards[] = {
	    [CONFIG_CALLER_ID_BELL202] = MEDIA_CALLER_ID_BELL202,
	    [CONFIG_CALLER_ID_V23] = MEDIA_CALLER_ID_V23,
	    [CONFIG_CALLER_ID_DTMF] = MEDIA_CALLER_ID_DTMF,
	    [CONFIG_CALLER_ID_NONE] = MEDIA_CALLER_ID_NONE,
	};
	struct media_caller caller = {.number = call->record.from,
	                              .name = call->record.name,
	                              .withheld = call->record.presentation == LINE_PRESENTATION_RESTRICTED};
	struct media_command command = {.type = MEDIA_CALLER_ID};
	int error;

	local_time(phone->control, &caller);
	error = media_caller_id_command(
	    &command, phone->channel, phone->settings ? standards[phone->settings->caller_id] : MEDIA_CALLER_ID_BELL202,
	    &caller);
	if (error < 0)
		log_write(LOG_WARNING, LOG_CALL, "port %s: caller ID of call %08x cannot be shown", phone->place,
		          call->record.id);
	command.flag = waiting;
	if (error == 0)
		send(phone->control, &command);
}
