#include "dsp/tone_generator.h"

#include <string.h>

#include "dsp/mixer.h"

#define MODULATION_DEPTH_PERCENT 90

static void enter_step(struct tone_generator *g, uint8_t number)
{
	g->step = number;
	if (number >= g->pattern->steps) {
		g->left = 0;
		return;
	}
	const struct tone_step *step = &g->pattern->step[number];
	g->left = step->samples;
	for (int i = 0; i < TONE_FREQUENCIES_MAX; i++)
		oscillator_set(&g->oscillator[i], i < step->count ? step->hz[i] : 0, step->dbm0);
}

void tone_generator_init(struct tone_generator *g, const struct tone_pattern *pattern)
{
	*g = (struct tone_generator){.pattern = pattern};
	enter_step(g, 0);
}

static void sound_sum(struct tone_generator *g, int frequencies, int16_t *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int32_t sum = 0;
		for (int f = 0; f < frequencies; f++)
			sum += oscillator_next(&g->oscillator[f]);
		samples[i] = mixer_saturate(sum);
	}
}

/* The carrier's peak stays at the level asked for. */
static void sound_modulated(struct tone_generator *g, int16_t *samples, size_t count)
{
	struct oscillator *modulation = &g->oscillator[1];
	int32_t peak = modulation->amplitude > 0 ? modulation->amplitude : 1;
	for (size_t i = 0; i < count; i++) {
		int32_t swing = oscillator_next(modulation) * MODULATION_DEPTH_PERCENT / peak; /* percent */
		int32_t carrier = oscillator_next(&g->oscillator[0]);
		samples[i] = mixer_saturate(carrier * (100 + swing) / (100 + MODULATION_DEPTH_PERCENT));
	}
}

static void sound(struct tone_generator *g, int16_t *samples, size_t count)
{
	const struct tone_step *step = g->step < g->pattern->steps ? &g->pattern->step[g->step] : NULL;
	if (!step || step->hz[0] == 0)
		memset(samples, 0, count * sizeof(*samples));
	else if (step->modulated)
		sound_modulated(g, samples, count);
	else
		sound_sum(g, step->count, samples, count);
}

static void next_step(struct tone_generator *g)
{
	uint8_t next = (uint8_t)(g->step + 1);
	enter_step(g, next < g->pattern->steps ? next : g->pattern->repeat_from);
}

void tone_generator_process(struct tone_generator *g, int16_t *samples, size_t count)
{
	while (count > 0) {
		size_t now = g->left && g->left < count ? g->left : count;
		sound(g, samples, now);
		samples += now;
		count -= now;
		if (g->left) {
			g->left -= (uint32_t)now;
			if (g->left == 0)
				next_step(g);
		}
	}
}
