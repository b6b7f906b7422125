/*
 * Caller ID to a lifted telephone (GR-30 3, EN 300 659-2 6.2.1): the alerting signal, the telephone's DTMF D, then the
 * burst without channel seizure. Meanwhile neither party hears the other. A telephone that does not know the signal
 * says nothing, and the talk goes on.
 */
#include <string.h>

#include "media/internal.h"

#define ALERTING_MS 80  /* GR-30: 80 to 85 ms */
#define ASKING_MS   400 /* the tone takes up to 165 ms to begin and 65 ms, our detector some more */

/* Both tones at once; GR-30 has them at -15 dBm0 each on the line. */
static const struct tone_pattern signal_pattern = {
    .steps = 1,
    .repeat_from = 1,
    .step = {{.hz = {2130, 2750}, .count = 2, .dbm0 = -15, .samples = ALERTING_MS * (DSP_RATE / 1000)}},
};

void call_waiting_begin(struct media *media, struct channel *c)
{
	c->caller_id = CALLER_ID_ALERTING;
	c->caller_id_wait = ALERTING_MS * (DSP_RATE / 1000);
	c->was_muted = c->muted;
	c->muted = true;
	tone_generator_init(&c->alerting, &signal_pattern);
	if (c->bridge)
		bridge_review(media, c->bridge);
}

void call_waiting_end(struct media *media, struct channel *c)
{
	c->muted = c->was_muted;
	c->caller_id_off_hook = false;
	if (c->bridge)
		bridge_review(media, c->bridge);
}

void call_waiting_send(struct media *media, struct channel *c, uint8_t *out)
{
	int16_t samples[PERIOD];
	bool alerting = c->caller_id == CALLER_ID_ALERTING;

	if (alerting)
		tone_generator_process(&c->alerting, samples, PERIOD);
	else
		memset(samples, 0, sizeof(samples));
	law_encode((enum law)c->law, out, samples, PERIOD);
	c->caller_id_wait -= c->caller_id_wait < PERIOD ? c->caller_id_wait : PERIOD;
	if (c->caller_id_wait > 0)
		return;
	if (alerting) {
		c->caller_id = CALLER_ID_ASKING;
		c->caller_id_wait = ASKING_MS * (DSP_RATE / 1000);
	} else {
		channel_end_caller_id(media, c);
	}
}

bool call_waiting_digit(struct channel *c, char digit)
{
	/* GR-30 has A for an adjunct and D for a telephone. */
	if (c->caller_id != CALLER_ID_ASKING || (digit != 'D' && digit != 'A'))
		return false;
	c->caller_id = CALLER_ID_SENDING;
	return true;
}
