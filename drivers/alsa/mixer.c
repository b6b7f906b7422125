/* ALSA's mixer controls: whatever stands between the stream and the plug is set, as far as it is there. */
#include <errno.h>
#include <string.h>

#include <alsa/asoundlib.h>

#include "base/text.h"
#include "drivers/alsa/device.h"

static const char *const outputs[] = {"Master", "PCM", "Speaker", "Headphone", "Line Out", "Front"};
static const char *const inputs[] = {"Capture", "Input", "Digital"};

static snd_mixer_elem_t *find(snd_mixer_t *mixer, const char *name)
{
	snd_mixer_selem_id_t *id;

	snd_mixer_selem_id_alloca(&id);
	snd_mixer_selem_id_set_name(id, name);
	return snd_mixer_find_selem(mixer, id);
}

static bool set_output(snd_mixer_elem_t *element, unsigned percent)
{
	long low, high;

	if (!element || !snd_mixer_selem_has_playback_volume(element) ||
	    snd_mixer_selem_get_playback_volume_range(element, &low, &high) < 0)
		return false;
	if (snd_mixer_selem_has_playback_switch(element))
		snd_mixer_selem_set_playback_switch_all(element, percent > 0);
	return snd_mixer_selem_set_playback_volume_all(element, low + (high - low) * (long)percent / 100) >= 0;
}

static bool set_input(snd_mixer_elem_t *element, unsigned percent)
{
	long low, high;

	if (!element || !snd_mixer_selem_has_capture_volume(element) ||
	    snd_mixer_selem_get_capture_volume_range(element, &low, &high) < 0)
		return false;
	if (snd_mixer_selem_has_capture_switch(element))
		snd_mixer_selem_set_capture_switch_all(element, percent > 0);
	return snd_mixer_selem_set_capture_volume_all(element, low + (high - low) * (long)percent / 100) >= 0;
}

static bool choose_item(snd_mixer_elem_t *element, const char *input)
{
	char item[64];
	int count = snd_mixer_selem_get_enum_items(element);

	for (int i = 0; i < count; i++)
		if (snd_mixer_selem_get_enum_item_name(element, (unsigned)i, sizeof(item), item) == 0 &&
		    strcasecmp(item, input) == 0) {
			for (int c = 0; c <= SND_MIXER_SCHN_LAST; c++)
				snd_mixer_selem_set_enum_item(element, (snd_mixer_selem_channel_id_t)c, (unsigned)i);
			return true;
		}
	return false;
}

/* Cards have either one control that lists the inputs, or a capture switch for each of them. */
static bool choose_input(snd_mixer_t *mixer, const char *input)
{
	bool chosen = false;

	for (snd_mixer_elem_t *at = snd_mixer_first_elem(mixer); at; at = snd_mixer_elem_next(at)) {
		if (snd_mixer_selem_is_enum_capture(at) || snd_mixer_selem_is_enumerated(at))
			chosen |= choose_item(at, input);
		else if (snd_mixer_selem_has_capture_switch(at) && strcasecmp(snd_mixer_selem_get_name(at), input) == 0)
			chosen |= snd_mixer_selem_set_capture_switch_all(at, 1) >= 0;
	}
	return chosen;
}

/* "hw:0,3" and "plughw:0" belong to the controls of "hw:0". False: not a card of its own. */
static bool control_name(const char *device, char *name, size_t size)
{
	const char *colon = strchr(device, ':');
	size_t used = 0;

	if (strcmp(device, "default") == 0)
		return text_append(name, size, &used, "default");
	if (!colon || (strncmp(device, "hw:", 3) != 0 && strncmp(device, "plughw:", 7) != 0))
		return false;
	return text_append(name, size, &used, "hw:%.*s", (int)strcspn(colon + 1, ","), colon + 1);
}

static snd_mixer_t *open_mixer(const char *name)
{
	snd_mixer_t *mixer;

	if (snd_mixer_open(&mixer, 0) < 0)
		return NULL;
	if (snd_mixer_attach(mixer, name) >= 0 && snd_mixer_selem_register(mixer, NULL, NULL) >= 0 &&
	    snd_mixer_load(mixer) >= 0)
		return mixer;
	snd_mixer_close(mixer);
	return NULL;
}

void mixer_set(const struct sound_card *card, char *text, size_t size)
{
	char name[SOUND_DEVICE_BYTES + 4];
	snd_mixer_t *mixer = control_name(card->device, name, sizeof(name)) ? open_mixer(name) : NULL;
	bool out = card->volume == SOUND_AS_IT_IS, in = card->input_volume == SOUND_AS_IT_IS, choice = !card->input[0];
	size_t used = 0;

	for (size_t i = 0; mixer && card->volume != SOUND_AS_IT_IS && i < ARRAY_SIZE(outputs); i++)
		out |= set_output(find(mixer, outputs[i]), card->volume);
	for (size_t i = 0; mixer && card->input_volume != SOUND_AS_IT_IS && i < ARRAY_SIZE(inputs); i++)
		in |= set_input(find(mixer, inputs[i]), card->input_volume);
	if (mixer && card->input[0])
		choice = choose_input(mixer, card->input);
	if (mixer)
		snd_mixer_close(mixer);
	text[0] = '\0';
	if (!out)
		text_append(text, size, &used, ", it has no volume control");
	if (!in)
		text_append(text, size, &used, ", it has no input volume control");
	if (!choice)
		text_append(text, size, &used, ", it has no input \"%s\"", card->input);
}
