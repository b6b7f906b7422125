/*
 * What a channel plays: a list of prompts, once or for ever, or a tone. Private to media/.
 */
#ifndef BELFRY_MEDIA_PLAYBACK_H
#define BELFRY_MEDIA_PLAYBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "dsp/g711.h"
#include "dsp/tone_generator.h"
#include "media/media.h"

enum playback_source { PLAYBACK_NOTHING, PLAYBACK_PROMPTS, PLAYBACK_TONE, PLAYBACK_FEED, PLAYBACK_TAKE };

struct playback {
	uint8_t source; /* enum playback_source */
	uint8_t mode;   /* enum media_play_mode */
	bool loop;
	uint8_t count, at;
	uint32_t token;
	uint32_t position; /* samples into prompt[at] */
	uint16_t from;     /* PLAYBACK_FEED: the channel that is heard; the prompts instead of it */
	const struct media_take *take;
	prompt_id prompt[MEDIA_PLAYLIST_MAX];
	struct tone_generator generator;
};

/* False: nothing in it to play (every prompt unknown or empty). */
bool playback_begin_prompts(struct playback *p, const struct media_play *play, const struct prompts *prompts);
/* What another channel hears; where that is nothing, the prompts over and over, if there are any. */
void playback_begin_feed(struct playback *p, uint16_t from, const struct media_play *instead,
                         const struct prompts *prompts);
bool playback_begin_take(struct playback *p, const struct media_play *play);
void playback_begin_tone(struct playback *p, const struct tone_pattern *pattern, enum media_play_mode mode);
void playback_stop(struct playback *p);

static inline bool playback_active(const struct playback *p)
{
	return p->source != PLAYBACK_NOTHING;
}

/*
 * One period, filled to its end with silence if the list ends in it. True: the list's last sample is in this period,
 * and the playback is over.
 */
bool playback_bytes(struct playback *p, const struct prompts *prompts, enum law law, uint8_t *out);
bool playback_samples(struct playback *p, const struct prompts *prompts, int16_t *out);

#endif
