/*
 * Sounds one tone pattern: cadenced, phase-continuous over blocks and over steps of the same frequency.
 */
#ifndef BELFRY_DSP_TONE_GENERATOR_H
#define BELFRY_DSP_TONE_GENERATOR_H

#include <stddef.h>
#include <stdint.h>

#include "dsp/oscillator.h"
#include "dsp/tone_plan.h"

struct tone_generator {
	const struct tone_pattern *pattern;
	uint8_t step;
	uint32_t left; /* samples of this step; 0 with a step without end */
	struct oscillator oscillator[TONE_FREQUENCIES_MAX];
};

/* The pattern must outlive the generator. */
void tone_generator_init(struct tone_generator *g, const struct tone_pattern *pattern);
/* Always fills the whole block. */
void tone_generator_process(struct tone_generator *g, int16_t *samples, size_t count);

#endif
