/* Sound cards: what the settings and the board's file say goes to the driver, what the driver says becomes an alarm. */
#include "call/parts.h"

#include <string.h>

static const char *card_name(const struct control *control, unsigned card)
{
	const struct config *config = control->config;

	return config && card < config->sound_count ? config->sounds[card].name : "?";
}

static void card_key(const struct control *control, unsigned card, const char *what, char *key)
{
	size_t used = 0;

	text_append(key, ALARM_KEY_BYTES, &used, "sound %s%s", card_name(control, card), what);
}

/* ---- settings ---- */

static void card_of(const struct control *control, const struct config_sound *wanted, struct sound_card *card)
{
	struct machine_sound board = {.device = ""};

	memset(card, 0, sizeof(*card));
	if (control->parts.machine)
		machine_sound(control->parts.machine, wanted->name, &board);
	text_copy(card->device, sizeof(card->device), wanted->device[0] ? wanted->device : board.device);
	text_copy(card->input, sizeof(card->input), wanted->input[0] ? wanted->input : board.input);
	card->rate_hz = wanted->rate_hz;
	card->volume = wanted->volume == CONFIG_SOUND_AS_IT_IS && board.device[0] ? board.volume : wanted->volume;
	card->input_volume = wanted->input_volume;
}

static bool gives_music(const struct config *config, unsigned card)
{
	uint32_t i;

	for (i = 0; i < config->music_count; i++)
		if (config->musics[i].sound == card)
			return true;
	return false;
}

static void watch_silence(struct control *control, const struct config *config, unsigned card)
{
	struct media_command command = {
	    .type = MEDIA_SILENCE, .channel = media_sound_channel(card), .peer = DRIVER_NO_CHANNEL};

	if (card < config->sound_count && gives_music(config, card))
		command.silence_ms = (uint32_t)config->sounds[card].silence_ms;
	if (media_send(control->parts.media, &command) < 0)
		log_write(LOG_ERROR, LOG_CALL, "sound card %u: the audio thread did not hear of its settings",
		          card + 1);
}

static bool known(const struct control *control, const char *key)
{
	uint32_t i;

	if (strncmp(key, "sound ", 6) != 0)
		return true;
	for (i = 0; i < control->config->sound_count; i++) {
		size_t length = strlen(control->config->sounds[i].name);

		if (strncmp(key + 6, control->config->sounds[i].name, length) == 0 &&
		    (key[6 + length] == '\0' || key[6 + length] == ' '))
			return true;
	}
	return false;
}

static bool same_cards(const struct config *a, const struct config *b)
{
	uint32_t i;

	if (!a || a->sound_count != b->sound_count)
		return !a;
	for (i = 0; i < a->sound_count; i++)
		if (strcmp(a->sounds[i].name, b->sounds[i].name) != 0 ||
		    strcmp(a->sounds[i].extension, b->sounds[i].extension) != 0)
			return false;
	return true;
}

void sounds_before(struct control *control, const struct config *config)
{
	if (same_cards(control->config, config))
		return;
	pages_end(control, "other sound cards are set");
	recorder_cards_change(control);
	headsets_detach(control);
}

void sounds_settings(struct control *control)
{
	const struct config *config = control->config;
	unsigned i;

	if (!control->parts.sound)
		return;
	for (i = 0; i < SOUND_CARDS_MAX; i++) {
		struct sound_card card;
		char key[ALARM_KEY_BYTES];

		memset(&card, 0, sizeof(card));
		card_key(control, i, "", key);
		if (i < config->sound_count)
			card_of(control, &config->sounds[i], &card);
		if (i < config->sound_count && !card.device[0])
			alarm_raise(control, SEVERITY_MINOR, key,
			            "Sound card %s: no device is set, and the board has none of this name.",
			            config->sounds[i].name);
		sound_set(control->parts.sound, i, &card);
		watch_silence(control, config, i);
	}
	alarms_clear_unless(control, "sound ", known);
}

/* ---- what comes back ---- */

static void said(struct control *control, const struct sound_event *event)
{
	char key[ALARM_KEY_BYTES];

	if (!control->config || event->card >= control->config->sound_count)
		return;
	card_key(control, event->card, "", key);
	alarm_clear(control, key);
	headset_works(control, event->card, event->working);
	if (event->working)
		return;
	alarm_raise(control, SEVERITY_MINOR, key, "Sound card %s (%s). It is tried again by itself.",
	            card_name(control, event->card), event->text);
	card_key(control, event->card, " silent", key);
	alarm_clear(control, key);
	pages_card_lost(control, event->card);
	recorder_card_lost(control, event->card);
}

bool sounds_take_events(struct control *control)
{
	struct sound_event event;
	bool did = false;

	while (control->parts.sound && sound_next_event(control->parts.sound, &event)) {
		said(control, &event);
		did = true;
	}
	return did;
}

void sounds_silent(struct control *control, uint16_t channel, bool silent)
{
	unsigned card = channel - DRIVER_CHANNELS_MAX;
	char key[ALARM_KEY_BYTES];

	card_key(control, card, " silent", key);
	if (!silent || !control->config || card >= control->config->sound_count)
		alarm_clear(control, key);
	else
		alarm_raise(control, SEVERITY_MINOR, key,
		            "Sound card %s: nothing has come in for %u s, callers hear the default music instead.",
		            card_name(control, card), (unsigned)(control->config->sounds[card].silence_ms / 1000));
}

/* ---- users of a card: paging, the recorder ---- */

void sound_card_use(struct control *control, unsigned card)
{
	if (control->sound_users[card]++ == 0)
		audio_open(control, media_sound_channel(card), false);
}

void sound_card_release(struct control *control, unsigned card)
{
	if (control->sound_users[card] && --control->sound_users[card] == 0)
		audio_close(control, media_sound_channel(card));
}

const struct config_music *sound_music(const struct control *control, const char *name)
{
	const struct config *config = control->config;
	uint32_t i;

	for (i = 0; config && i < config->music_count; i++)
		if (strcmp(config->musics[i].name, name[0] ? name : "default") == 0)
			return &config->musics[i];
	return NULL;
}

static void fill_card(const struct control *control, unsigned card, struct control_sound_view *out)
{
	char key[ALARM_KEY_BYTES];

	text_copy(out->name, sizeof(out->name), card_name(control, card));
	sound_status(control->parts.sound, card, &out->status);
	card_key(control, card, " silent", key);
	out->silent = alarm_stands(control, key);
	out->paged = pages_speaker_busy(control, card);
	text_copy(out->extension, sizeof(out->extension), control->config->sounds[card].extension);
	out->headset = headset_view(control, card, out->who, sizeof(out->who));
}

void sounds_view(const struct control *control, struct control_view *view)
{
	view->sound_count = 0;
	while (control->config && control->parts.sound && view->sound_count < control->config->sound_count) {
		fill_card(control, view->sound_count, &view->sounds[view->sound_count]);
		view->sound_count++;
	}
	recorder_view(control, view->recorder, sizeof(view->recorder));
}
