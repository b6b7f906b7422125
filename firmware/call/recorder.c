/*
 * The announcement recorder: one recording at a time, from a telephone (code recorder, the announcement's number and #)
 * or from a sound card's input (console). It is in memory until it is kept; keeping it is admin's, which owns the
 * files.
 *
 * A telephone: tone, speak, any key; then 1 keeps it, 2 plays it, 3 records again. Hung up before the 1: forgotten.
 */
#include "call/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_A_MS  8
#define KEY_MS      200 /* at the end: the key that ended it */
#define SHORTEST_MS 300
#define QUIET_CODE  10 /* mu-law: 80 of 32,767 */

static const char *const begin_prompts[] = {"record-after-tone", "beep", NULL};

int recorder_new(struct control *control)
{
	struct recorder *recorder = &control->recorder;

	recorder->control = control;
	recorder->take.size = CONFIG_ANNOUNCEMENT_SECONDS_MAX * 1000 * BYTES_A_MS;
	recorder->take.bytes = calloc(1, recorder->take.size);
	return recorder->take.bytes ? 0 : -ENOMEM;
}

void recorder_free(struct control *control)
{
	free(control->recorder.take.bytes);
}

static enum recorder_state state_of(const struct recorder *recorder)
{
	return atomic_load_explicit(&recorder->state, memory_order_acquire);
}

static void set_state(struct recorder *recorder, enum recorder_state state)
{
	atomic_store_explicit(&recorder->state, state, memory_order_release);
}

static void media_take(struct recorder *recorder, bool on)
{
	struct media_command command = {.type = MEDIA_TAKE, .channel = recorder->channel, .peer = DRIVER_NO_CHANNEL};

	command.take = on ? &recorder->take : NULL;
	if (media_send(recorder->control->parts.media, &command) < 0)
		log_write(LOG_ERROR, LOG_CALL, "recorder: the audio thread does not keep up");
}

static void release(struct recorder *recorder)
{
	timer_stop(recorder->control->timers, &recorder->timer);
	if (recorder->card >= 0)
		sound_card_release(recorder->control, (unsigned)recorder->card);
	recorder->card = -1;
	recorder->phone = NULL;
	set_state(recorder, RECORDER_FREE);
}

/* Where the audio thread still writes, its answer is awaited first. */
static void drop(struct recorder *recorder)
{
	bool taking = state_of(recorder) == RECORDER_TAKING;

	if (state_of(recorder) == RECORDER_FREE || state_of(recorder) == RECORDER_DROPPED)
		return;
	log_write(LOG_NOTICE, LOG_CALL, "recording of %s was dropped", recorder->name);
	recorder->phone = NULL;
	if (state_of(recorder) == RECORDER_KEEPING)
		return; /* it was wanted */
	timer_stop(recorder->control->timers, &recorder->timer);
	if (!taking) {
		release(recorder);
		return;
	}
	set_state(recorder, RECORDER_DROPPED);
	media_take(recorder, false);
}

static void expired(void *argument);

static void reserve(struct recorder *recorder, const struct config_prompt *prompt, uint16_t channel)
{
	text_copy(recorder->name, sizeof(recorder->name), prompt->name);
	recorder->channel = channel;
	recorder->card = -1;
	recorder->phone = NULL;
	recorder->silent = false;
	timer_init(&recorder->timer, "recorder", expired, recorder);
}

/* ---- from a telephone ---- */

static void say(struct recorder *recorder, const char *const *names)
{
	recorder->phone->play_token = audio_play(recorder->control, recorder->channel, names);
}

static void again(struct recorder *recorder)
{
	set_state(recorder, RECORDER_TONE);
	say(recorder, begin_prompts);
}

static void review(struct recorder *recorder)
{
	static const char *const keys[] = {"vm-review", NULL};

	set_state(recorder, RECORDER_REVIEW);
	control_start(recorder->control, &recorder->timer, TIMER_recorder_key);
	say(recorder, keys);
}

static void too_short(struct recorder *recorder)
{
	static const char *const names[] = {"vm-tooshort", "record-after-tone", "beep", NULL};

	set_state(recorder, RECORDER_TONE);
	say(recorder, names);
}

void recorder_from_phone(struct phone *phone, const char *digits)
{
	static const char *const unknown[] = {"record-unknown", NULL}, *const busy[] = {"record-busy", NULL};
	struct control *control = phone->control;
	struct recorder *recorder = &control->recorder;
	const struct config *config = control->config;
	uint32_t number = 0, i = 0;

	if (text_to_u32(digits, 1, 99999999, &number) == 0)
		while (i < config->prompt_count && config->prompts[i].record != number)
			i++;
	if (!number || i == config->prompt_count) {
		phone_say(phone, unknown);
		return;
	}
	if (state_of(recorder) != RECORDER_FREE) {
		phone_say(phone, busy);
		return;
	}
	log_write(LOG_NOTICE, LOG_CALL, "port %s: announcement %s is being recorded", phone->place,
	          config->prompts[i].name);
	reserve(recorder, &config->prompts[i], phone->channel);
	phone_set_state(phone, PHONE_RECORDER);
	recorder->phone = phone;
	again(recorder);
}

void recorder_digit(struct phone *phone, char digit)
{
	struct recorder *recorder = &phone->control->recorder;

	if (recorder->phone != phone)
		return;
	if (state_of(recorder) == RECORDER_TAKING) {
		recorder->key_ended = true;
		media_take(recorder, false);
		return;
	}
	if (state_of(recorder) != RECORDER_REVIEW)
		return;
	control_start(recorder->control, &recorder->timer, TIMER_recorder_key);
	if (digit == '1') {
		timer_stop(recorder->control->timers, &recorder->timer);
		audio_stop(recorder->control, recorder->channel);
		set_state(recorder, RECORDER_KEEPING);
		doorbell_ring(recorder->keeper);
	} else if (digit == '2') {
		phone->play_token = audio_play_take(recorder->control, recorder->channel, &recorder->take);
	} else if (digit == '3') {
		timer_stop(recorder->control->timers, &recorder->timer);
		again(recorder);
	}
}

/* The tone is over, or what was recorded was heard. */
void recorder_played(struct phone *phone)
{
	struct recorder *recorder = &phone->control->recorder;

	if (recorder->phone != phone || state_of(recorder) != RECORDER_TONE)
		return;
	set_state(recorder, RECORDER_TAKING);
	recorder->key_ended = false;
	media_take(recorder, true);
}

void recorder_left(struct phone *phone)
{
	if (phone->control->recorder.phone == phone)
		drop(&phone->control->recorder);
}

/* ---- from a card ---- */

static const struct config_prompt *named_prompt(const struct config *config, const char *name)
{
	uint32_t i;

	for (i = 0; i < config->prompt_count; i++)
		if (strcmp(config->prompts[i].name, name) == 0 && config->prompts[i].record)
			return &config->prompts[i];
	return NULL;
}

/* By its name; "": the first. */
static int card_named(const struct config *config, const char *name)
{
	uint32_t i;

	for (i = 0; i < config->sound_count; i++)
		if (!name[0] || strcmp(config->sounds[i].name, name) == 0)
			return (int)i;
	return -1;
}

int recorder_from_card(struct control *control, struct control_request *request)
{
	struct recorder *recorder = &control->recorder;
	const struct config *config = control->config;
	const struct config_prompt *prompt = config ? named_prompt(config, request->text) : NULL;
	int card = config ? card_named(config, request->name) : -1;
	struct sound_status status;

	if (!prompt)
		return fault_set(&request->fault, -ENOENT,
		                 "record prompt %s: expected a prompt of a line such as: prompt %s record 31",
		                 request->text, request->text);
	if (card < 0)
		return fault_set(&request->fault, -ENOENT, "record prompt: there is no sound card %s", request->name);
	if (config->sounds[card].extension[0])
		return fault_set(&request->fault, -EBUSY,
		                 "record prompt: card %s is a headset; record with it by: headset %s call %s%u#",
		                 config->sounds[card].name, config->sounds[card].name, config->codes[CODE_RECORDER],
		                 prompt->record);
	if (state_of(recorder) != RECORDER_FREE)
		return fault_set(&request->fault, -EBUSY, "record prompt: %s is being recorded", recorder->name);
	sound_status(control->parts.sound, (unsigned)card, &status);
	if (!status.working || !status.captures)
		return fault_set(&request->fault, -ENODEV, "record prompt: sound card %s %s (%s)",
		                 config->sounds[card].name, status.working ? "has no input" : "does not work",
		                 status.text);
	reserve(recorder, prompt, media_sound_channel((unsigned)card));
	recorder->card = card;
	sound_card_use(control, (unsigned)card);
	set_state(recorder, RECORDER_TAKING);
	recorder->key_ended = false;
	media_take(recorder, true);
	if (request->for_ms)
		timer_start(control->timers, &recorder->timer, control->now_us + request->for_ms * US_PER_MS);
	text_copy(request->name, sizeof(request->name), config->sounds[card].name);
	return 0;
}

int recorder_stop(struct control *control, struct control_request *request)
{
	struct recorder *recorder = &control->recorder;

	if (recorder->card < 0 || state_of(recorder) != RECORDER_TAKING)
		return fault_set(&request->fault, -ENOENT, "record stop: nothing is being recorded from a sound card");
	if (request->reason) /* forget it */
		drop(recorder);
	else
		media_take(recorder, false);
	return 0;
}

void recorder_card_lost(struct control *control, unsigned card)
{
	if (control->recorder.card == (int)card && state_of(&control->recorder) == RECORDER_TAKING) {
		log_write(LOG_WARNING, LOG_CALL, "recording of %s: the sound card is lost", control->recorder.name);
		drop(&control->recorder);
	}
}

void recorder_cards_change(struct control *control)
{
	if (control->recorder.card >= 0)
		drop(&control->recorder);
}

/* ---- both ---- */

static void expired(void *argument)
{
	struct recorder *recorder = argument;

	if (state_of(recorder) == RECORDER_TAKING)
		media_take(recorder, false);
	else if (recorder->phone)
		phone_tone(recorder->phone, 0); /* leaves the recorder */
}

static bool is_silence(const struct media_take *take)
{
	uint32_t i, loud = 0;

	for (i = 0; i < take->count; i++)
		loud += (~take->bytes[i] & 0x7f) > QUIET_CODE;
	return loud < SHORTEST_MS * BYTES_A_MS / 10;
}

/* The audio thread has let go of it. */
void recorder_taken(struct control *control)
{
	struct recorder *recorder = &control->recorder;
	uint32_t cut = recorder->key_ended ? KEY_MS * BYTES_A_MS : 0;

	if (state_of(recorder) == RECORDER_DROPPED) {
		release(recorder);
		return;
	}
	if (state_of(recorder) != RECORDER_TAKING)
		return;
	recorder->take.count -= recorder->take.count < cut ? recorder->take.count : cut;
	recorder->silent = is_silence(&recorder->take);
	if (recorder->phone && (recorder->take.count < SHORTEST_MS * BYTES_A_MS || recorder->silent)) {
		too_short(recorder);
	} else if (recorder->phone) {
		review(recorder);
	} else {
		timer_stop(control->timers, &recorder->timer);
		set_state(recorder, RECORDER_KEEPING);
		doorbell_ring(recorder->keeper);
	}
}

/* Admin has kept it, or could not. */
void recorder_kept(struct control *control, const struct control_request *request)
{
	static const char *const saved[] = {"record-saved", NULL}, *const failed[] = {"record-failed", NULL};
	struct recorder *recorder = &control->recorder;
	struct phone *phone = recorder->phone;
	uint32_t i;

	if (state_of(recorder) != RECORDER_KEEPING)
		return;
	alarm_clear(control, "recorder");
	for (i = 0; !request->reason && i < control->config->prompt_count; i++)
		if (strcmp(control->config->prompts[i].name, recorder->name) == 0)
			control->config->prompts[i].sound = request->number;
	if (request->reason)
		alarm_raise(control, SEVERITY_MINOR, "recorder", "The recording of announcement %s: %s", recorder->name,
		            request->text_long);
	else
		log_write(LOG_NOTICE, LOG_CALL, "announcement %s was recorded, %u s", recorder->name,
		          recorder->take.count / (1000 * BYTES_A_MS));
	release(recorder);
	if (phone && phone->state == PHONE_RECORDER)
		phone_say(phone, request->reason ? failed : saved);
}

void recorder_view(const struct control *control, char *text, size_t size)
{
	static const char *const words[] = {"", "tone", "recording", "review", "being kept", "being dropped"};
	const struct recorder *recorder = &control->recorder;
	enum recorder_state state = state_of(recorder);
	size_t used = 0;

	text[0] = '\0';
	if (state != RECORDER_FREE)
		text_append(text, size, &used, "%s: %s", recorder->name, words[state]);
}

/* ---- admin's thread ---- */

void control_set_keeper(struct control *control, struct doorbell *bell)
{
	control->recorder.keeper = bell;
}

bool control_recording(const struct control *control, struct control_recording *out)
{
	const struct recorder *recorder = &control->recorder;

	if (state_of(recorder) != RECORDER_KEEPING)
		return false;
	*out = (struct control_recording){.name = recorder->name,
	                                  .sound = recorder->take.bytes,
	                                  .samples = recorder->take.count,
	                                  .silent = recorder->silent};
	return true;
}
