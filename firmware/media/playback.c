#include "media/playback.h"

#include <string.h>

#define PERIOD DRIVER_PERIOD_SAMPLES

bool playback_begin_prompts(struct playback *p, const struct media_play *play, const struct prompts *prompts)
{
	uint64_t total = 0;
	uint32_t first = 0;
	uint8_t count = play->count < MEDIA_PLAYLIST_MAX ? play->count : MEDIA_PLAYLIST_MAX;
	for (int i = 0; i < count; i++) {
		uint32_t samples;
		prompts_samples(prompts, play->prompt[i], &samples);
		total += samples;
		if (i == 0)
			first = samples;
	}
	if (total == 0)
		return false;
	p->source = PLAYBACK_PROMPTS;
	p->mode = (uint8_t)play->mode;
	p->loop = play->loop;
	p->count = count;
	p->at = 0;
	p->token = play->token;
	p->position = first ? play->start_samples % first : 0;
	memcpy(p->prompt, play->prompt, sizeof(p->prompt));
	return true;
}

void playback_begin_feed(struct playback *p, uint16_t from, const struct media_play *instead,
                         const struct prompts *prompts)
{
	if (!playback_begin_prompts(p, instead, prompts))
		p->count = 0;
	p->source = PLAYBACK_FEED;
	p->mode = (uint8_t)instead->mode;
	p->loop = true;
	p->token = 0;
	p->from = from;
}

bool playback_begin_take(struct playback *p, const struct media_play *play)
{
	if (play->take->count == 0)
		return false;
	p->source = PLAYBACK_TAKE;
	p->mode = (uint8_t)play->mode;
	p->token = play->token;
	p->take = play->take;
	p->position = 0;
	return true;
}

void playback_begin_tone(struct playback *p, const struct tone_pattern *pattern, enum media_play_mode mode)
{
	p->source = PLAYBACK_TONE;
	p->mode = (uint8_t)mode;
	p->token = 0;
	tone_generator_init(&p->generator, pattern);
}

void playback_stop(struct playback *p)
{
	p->source = PLAYBACK_NOTHING;
	p->token = 0;
}

/* Moves to the next prompt; false at the list's end. */
static bool next_prompt(struct playback *p)
{
	p->position = 0;
	if (++p->at < p->count)
		return true;
	p->at = 0;
	return p->loop;
}

/* The list has sound in it, so this ends: a prompt is joined to the next within the period. */
static bool prompt_bytes(struct playback *p, const struct prompts *prompts, uint8_t *out)
{
	uint32_t filled = 0;
	for (;;) {
		uint32_t samples;
		const uint8_t *from = prompts_samples(prompts, p->prompt[p->at], &samples);
		uint32_t left = samples > p->position ? samples - p->position : 0;
		uint32_t now = left < PERIOD - filled ? left : PERIOD - filled;
		if (now)
			memcpy(out + filled, from + p->position, now);
		filled += now;
		p->position += now;
		if (p->position < samples)
			return false;
		if (!next_prompt(p)) {
			memset(out + filled, LAW_MULAW_SILENCE, PERIOD - filled);
			return true;
		}
		if (filled == PERIOD)
			return false;
	}
}

static bool take_bytes(struct playback *p, uint8_t *out)
{
	uint32_t left = p->take->count - p->position, now = left < PERIOD ? left : PERIOD;

	memcpy(out, p->take->bytes + p->position, now);
	memset(out + now, LAW_MULAW_SILENCE, PERIOD - now);
	p->position += now;
	return now == left;
}

static bool stored_bytes(struct playback *p, const struct prompts *prompts, uint8_t *out)
{
	if (p->source == PLAYBACK_TAKE)
		return take_bytes(p, out);
	if (p->count)
		return prompt_bytes(p, prompts, out);
	memset(out, LAW_MULAW_SILENCE, PERIOD);
	return false;
}

bool playback_bytes(struct playback *p, const struct prompts *prompts, enum law law, uint8_t *out)
{
	if (p->source == PLAYBACK_TONE) {
		int16_t samples[PERIOD];
		tone_generator_process(&p->generator, samples, PERIOD);
		law_encode(law, out, samples, PERIOD);
		return false;
	}
	bool over = stored_bytes(p, prompts, out);
	if (law != LAW_MULAW)
		law_convert(LAW_MULAW, law, out, out, PERIOD);
	return over;
}

bool playback_samples(struct playback *p, const struct prompts *prompts, int16_t *out)
{
	if (p->source == PLAYBACK_TONE) {
		tone_generator_process(&p->generator, out, PERIOD);
		return false;
	}
	uint8_t bytes[PERIOD];
	bool over = stored_bytes(p, prompts, bytes);
	law_decode(LAW_MULAW, out, bytes, PERIOD);
	return over;
}
