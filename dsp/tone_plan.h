/*
 * The call-progress tones of a country: frequencies and cadence, from libtonezone's table (46 countries), each
 * component at the level that DAHDI gives it (-10 dBm0). What a country's table lacks is taken from its nearest
 * relative (stutter and recall dial tone from dial tone ...), the howler and the beep are the same everywhere.
 */
#ifndef BELFRY_DSP_TONE_PLAN_H
#define BELFRY_DSP_TONE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/fault.h"

#define TONE_STEPS_MAX       24
#define TONE_FREQUENCIES_MAX 4

enum tone_name {
	TONE_NONE,
	TONE_DIAL,
	TONE_RECALL_DIAL,
	TONE_STUTTER_DIAL,
	TONE_RINGBACK,
	TONE_BUSY,
	TONE_REORDER,
	TONE_HOWLER,
	TONE_CALL_WAITING,
	TONE_INFO,
	TONE_BEEP,
	TONE_NAME_COUNT
};

struct tone_step {
	uint16_t hz[TONE_FREQUENCIES_MAX]; /* all 0: a pause */
	uint8_t count;                     /* frequencies */
	bool modulated;                    /* hz[0] amplitude-modulated by hz[1] */
	int8_t dbm0;                       /* each component */
	uint32_t samples;                  /* 0: for ever */
};

struct tone_pattern {
	uint8_t steps;
	uint8_t repeat_from; /* after the last step; steps: silence then */
	struct tone_step step[TONE_STEPS_MAX];
};

struct tone_plan {
	char country[10];
	struct tone_pattern tone[TONE_NAME_COUNT];
};

const char *tone_name(enum tone_name tone);

/* "us", "de" ... (as settings name them). -ENOENT: unknown country. */
MUST_CHECK int tone_plan_load(struct tone_plan *plan, const char *country, struct fault *fault);

/* One pattern in libtonezone's syntax: [!]hz[+hz..|*hz][@][/ms],... 0 or -EINVAL. */
MUST_CHECK int tone_pattern_parse(struct tone_pattern *pattern, const char *text);

#endif
