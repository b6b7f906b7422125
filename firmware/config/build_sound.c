/* Sound cards, the zones of pages, music that comes in on a card. */
#include "config/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/table.h"

/* card or percent, into the place that the row names. */
int apply_sound_volume(struct build *build, void *object, const struct settings_line *line)
{
	uint32_t percent = CONFIG_SOUND_AS_IT_IS;
	const char *word = line->word[line->key_count];
	int error = strcmp(word, "card") ? text_to_u32(word, 0, 100, &percent) : 0;
	memcpy((char *)object + setting_rows[line->row].offset, &(uint16_t){(uint16_t)percent}, sizeof(uint16_t));
	return error;
}

void clear_sound(struct config_sound *sound)
{
	sound->volume = sound->input_volume = CONFIG_SOUND_AS_IT_IS;
}

/* The zone of a line "page zone N ...", made when it is named first. */
static struct config_zone *zone_of(struct build *build, const struct settings_line *line)
{
	struct config *config = build->config;
	uint32_t number;
	if (text_to_u32(line->word[2], 1, 9999, &number))
		return NULL;
	for (uint32_t i = 0; i < config->zone_count; i++)
		if (config->zones[i].number == number)
			return &config->zones[i];
	if (!config->zones && !(config->zones = calloc(CONFIG_ZONES_MAX, sizeof(*config->zones))))
		return NULL;
	if (config->zone_count == CONFIG_ZONES_MAX) {
		build_refuse(build, line, "more than %d zones", CONFIG_ZONES_MAX);
		return NULL;
	}
	config->zones[config->zone_count].number = number;
	return &config->zones[config->zone_count++];
}

int apply_zone_speaker(struct build *build, void *object, const struct settings_line *line)
{
	struct config_zone *zone = zone_of(build, line);
	int32_t sound = object_index(build, OBJECT_SOUND, line->word[4]);
	if (!zone || sound < 0)
		return build->config->zones ? -EINVAL : -ENOMEM;
	zone->speakers |= 1u << sound;
	return 0;
}

int apply_zone_port(struct build *build, void *object, const struct settings_line *line)
{
	struct config_zone *zone = zone_of(build, line);
	const char *slash = strchr(line->word[4], '/');
	uint32_t timeslot, span;
	char first[8];
	if (!zone)
		return build->config->zones ? -EINVAL : -ENOMEM;
	if (zone->port_count == CONFIG_ZONE_PORTS_MAX)
		return build_refuse(build, line, "more than %d telephones in a zone", CONFIG_ZONE_PORTS_MAX);
	if (!slash || (size_t)(slash - line->word[4]) >= sizeof(first))
		return -EINVAL;
	memcpy(first, line->word[4], (size_t)(slash - line->word[4]));
	first[slash - line->word[4]] = '\0';
	if (text_to_u32(first, 1, CONFIG_SPANS_MAX, &span) || text_to_u32(slash + 1, 1, 31, &timeslot))
		return -EINVAL;
	zone->ports[zone->port_count].span = (uint8_t)span;
	zone->ports[zone->port_count++].timeslot = (uint8_t)timeslot;
	return 0;
}

int apply_music(struct build *build, void *object, const struct settings_line *line)
{
	struct config *config = build->config;
	int32_t sound = line->word_count > 4 ? object_index(build, OBJECT_SOUND, line->word[4]) : 0;
	if (sound < 0 || (uint32_t)sound >= config->sound_count)
		return build_refuse(build, line,
		                    "there is no sound card; expected a line such as: sound main device hw:0");
	if (!config->musics && !(config->musics = calloc(CONFIG_MUSICS_MAX, sizeof(*config->musics))))
		return -ENOMEM;
	if (config->music_count == CONFIG_MUSICS_MAX)
		return build_refuse(build, line, "more than %d kinds of music from a sound card", CONFIG_MUSICS_MAX);
	text_copy(config->musics[config->music_count].name, CONFIG_TEXT_BYTES, line->word[1]);
	config->musics[config->music_count++].sound = (uint8_t)sound;
	return 0;
}

/* Who talks in a card neither hears pages in it nor plays music into it. */
static int check_headset(struct build *build, uint32_t sound)
{
	const struct config *config = build->config;
	const char *name = config->sounds[sound].name;
	for (uint32_t i = 0; i < config->zone_count; i++)
		if (config->zones[i].speakers & 1u << sound)
			return fault_set(build->fault, -EINVAL,
			                 "page zone %u speaker %s: the card is a headset (sound %s extension %s)",
			                 config->zones[i].number, name, name, config->sounds[sound].extension);
	for (uint32_t i = 0; i < config->music_count; i++)
		if (config->musics[i].sound == sound)
			return fault_set(build->fault, -EINVAL,
			                 "music %s line-in: card %s is a headset (sound %s extension %s)",
			                 config->musics[i].name, name, name, config->sounds[sound].extension);
	return 0;
}

/* A headset is a telephone behind those of the spans. */
int add_headsets(struct build *build)
{
	struct config *config = build->config;
	for (uint32_t i = 0; i < config->sound_count; i++) {
		const struct config_sound *sound = &config->sounds[i];
		struct config_port *ports, *port;
		if (!sound->extension[0])
			continue;
		ports = reallocarray(config->ports, config->port_count + 1, sizeof(*ports));
		if (!ports)
			return -ENOMEM;
		config->ports = ports;
		port = &ports[config->port_count++];
		memset(port, 0, sizeof(*port));
		port->span = CONFIG_HEADSET_SPAN;
		port->timeslot = (uint8_t)i;
		text_copy(port->extension, sizeof(port->extension), sound->extension);
		text_copy(port->name, sizeof(port->name), sound->name);
		port->caller_id = CONFIG_CALLER_ID_NONE;
		port->call_class = sound->call_class;
		port->supervisor = true;
	}
	return 0;
}

/* A warning: software of before took such lines, and settings that were committed stay in force. */
static void warn_of_zone_ports(struct build *build, const struct config_zone *zone)
{
	for (uint32_t i = 0; i < zone->port_count; i++) {
		char why[80];
		if (!build_telephone(build, zone->ports[i].span, zone->ports[i].timeslot, why, sizeof(why)))
			build_warn(build, "page zone %u port %u/%u: %s", zone->number, zone->ports[i].span,
			           zone->ports[i].timeslot, why);
	}
}

/* Two names for one device would take it from each other. */
int check_sounds(struct build *build)
{
	const struct config *config = build->config;
	for (uint32_t i = 0; i < config->sound_count; i++)
		for (uint32_t k = 0; k < i; k++)
			if (config->sounds[i].device[0] && !strcmp(config->sounds[i].device, config->sounds[k].device))
				return fault_set(build->fault, -EINVAL, "sound %s and sound %s are both %s",
				                 config->sounds[k].name, config->sounds[i].name,
				                 config->sounds[i].device);
	for (uint32_t i = 0; i < config->sound_count; i++) {
		int error = config->sounds[i].extension[0] ? check_headset(build, i) : 0;
		if (error)
			return error;
	}
	for (uint32_t i = 0; i < config->zone_count; i++) {
		if (!config->zones[i].speakers && !config->zones[i].port_count)
			build_warn(build, "page zone %u: nobody hears it", config->zones[i].number);
		warn_of_zone_ports(build, &config->zones[i]);
	}
	return 0;
}
