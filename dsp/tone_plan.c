#include "dsp/tone_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <dahdi/tonezone.h>

#include "base/text.h"
#include "dsp/dsp.h"

#define LEVEL_DBM0         (-10)
#define LEVEL_REDUCED_DBM0 (-20) /* a component marked @ */

static const char *const tone_names[TONE_NAME_COUNT] = {
    "none",    "dial",   "recall-dial",  "stutter-dial", "ringback", "busy",
    "reorder", "howler", "call-waiting", "info",         "beep",
};

const char *tone_name(enum tone_name tone)
{
	return text_name(tone_names, TONE_NAME_COUNT, (int)tone);
}

/* Where each tone comes from: libtonezone's id, the relative that stands in, or a pattern of ours. */
struct source {
	int tonezone;
	enum tone_name relative;
	const char *pattern;
};

static const struct source sources[TONE_NAME_COUNT] = {
    [TONE_DIAL] = {DAHDI_TONE_DIALTONE, TONE_NONE, NULL},
    [TONE_RECALL_DIAL] = {DAHDI_TONE_DIALRECALL, TONE_DIAL, NULL},
    [TONE_STUTTER_DIAL] = {DAHDI_TONE_STUTTER, TONE_DIAL, NULL},
    [TONE_RINGBACK] = {DAHDI_TONE_RINGTONE, TONE_NONE, "440+480/2000,0/4000"},
    [TONE_BUSY] = {DAHDI_TONE_BUSY, TONE_NONE, "480+620/500,0/500"},
    [TONE_REORDER] = {DAHDI_TONE_CONGESTION, TONE_BUSY, NULL},
    /* GR-506 receiver off-hook tone */
    [TONE_HOWLER] = {-1, TONE_NONE, "1400+2060+2450+2600/100,0/100"},
    [TONE_CALL_WAITING] = {DAHDI_TONE_CALLWAIT, TONE_NONE, "440/300,0/10000"},
    [TONE_INFO] = {DAHDI_TONE_INFO, TONE_NONE, "950/330,1400/330,1800/330,0/1000"},
    [TONE_BEEP] = {-1, TONE_NONE, "!1000/200,0"},
};

static int take_number(const char **text, uint32_t high, uint32_t *value)
{
	char digits[8];
	size_t length = strspn(*text, "0123456789");
	if (length == 0 || length >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, *text, length);
	digits[length] = '\0';
	*text += length;
	return text_to_u32(digits, 0, high, value);
}

/* hz, hz+hz.., hz*hz, each with an optional @ at the end. */
static int parse_frequencies(struct tone_step *step, const char **text)
{
	do {
		uint32_t hz;
		if (step->count == TONE_FREQUENCIES_MAX)
			return -EINVAL;
		if (step->count)
			step->modulated |= *(*text)++ == '*';
		int error = take_number(text, DSP_RATE / 2, &hz);
		if (error)
			return error;
		step->hz[step->count++] = (uint16_t)hz;
	} while (**text == '+' || **text == '*');
	if (**text == '@') {
		step->dbm0 = LEVEL_REDUCED_DBM0;
		++*text;
	}
	return step->modulated && step->count != 2 ? -EINVAL : 0;
}

static int parse_step(struct tone_step *step, const char **text)
{
	*step = (struct tone_step){.dbm0 = LEVEL_DBM0};
	int error = parse_frequencies(step, text);
	if (error)
		return error;
	if (**text == '/') {
		uint32_t ms;
		++*text;
		/* The table has a stray ! after one country's slashes; it says nothing there. */
		*text += **text == '!';
		error = take_number(text, 600000, &ms);
		if (error)
			return error;
		step->samples = ms * (DSP_RATE / 1000);
		/* A step of no length would never end the search for sound; the table has none. */
		return step->samples ? 0 : -EINVAL;
	}
	return 0;
}

int tone_pattern_parse(struct tone_pattern *pattern, const char *text)
{
	struct tone_pattern parsed = {.repeat_from = UINT8_MAX};
	for (;; text++) {
		if (parsed.steps == TONE_STEPS_MAX)
			return -EINVAL;
		bool once = *text == '!';
		text += once;
		int error = parse_step(&parsed.step[parsed.steps], &text);
		if (error)
			return error;
		if (!once && parsed.repeat_from == UINT8_MAX)
			parsed.repeat_from = parsed.steps;
		parsed.steps++;
		if (*text != ',')
			break;
	}
	if (*text != '\0')
		return -EINVAL;
	if (parsed.repeat_from == UINT8_MAX)
		parsed.repeat_from = parsed.steps;
	*pattern = parsed;
	return 0;
}

static const char *zone_text(const struct tone_zone *zone, int tonezone)
{
	if (tonezone < 0)
		return NULL;
	for (int i = 0; i < DAHDI_TONE_MAX; i++)
		/* Unused rows are all zero, and zero is dial tone's id: a row without text is none. */
		if (zone->tones[i].toneid == tonezone && zone->tones[i].data[0])
			return zone->tones[i].data;
	return NULL;
}

static int load_tone(struct tone_plan *plan, enum tone_name tone, const struct tone_zone *zone)
{
	const struct source *source = &sources[tone];
	const char *text = zone_text(zone, source->tonezone);
	if (text && tone_pattern_parse(&plan->tone[tone], text) == 0)
		return 0;
	if (source->pattern)
		return tone_pattern_parse(&plan->tone[tone], source->pattern);
	if (source->relative == TONE_NONE)
		return -EINVAL;
	if (plan->tone[source->relative].steps == 0) {
		int error = load_tone(plan, source->relative, zone);
		if (error)
			return error;
	}
	plan->tone[tone] = plan->tone[source->relative];
	return 0;
}

/* libtonezone calls Great Britain uk, ISO 3166 and the settings call it gb. */
static const struct tone_zone *find_zone(char *country)
{
	static char uk[] = "uk";
	return tone_zone_find(strcasecmp(country, "gb") == 0 ? uk : country);
}

int tone_plan_load(struct tone_plan *plan, const char *country, struct fault *fault)
{
	struct tone_plan loaded = {.country = ""};
	if (!text_copy(loaded.country, sizeof(loaded.country), country))
		return fault_set(fault, -ENOENT, "no tones are known for country \"%s\"", country);
	const struct tone_zone *zone = find_zone(loaded.country);
	if (!zone)
		return fault_set(fault, -ENOENT, "no tones are known for country \"%s\"", country);
	for (int tone = TONE_DIAL; tone < TONE_NAME_COUNT; tone++) {
		int error = load_tone(&loaded, (enum tone_name)tone, zone);
		if (error)
			return fault_set(fault, error, "country \"%s\": its %s tone cannot be read", country,
			                 tone_name((enum tone_name)tone));
	}
	*plan = loaded;
	return 0;
}
