/* DTMF in what arrived, by spandsp. */
#include <stdlib.h>
#include <string.h>

#include <spandsp.h>

#include "tools/lab/party.h"

#define DIGITS_MAX 256

struct ears_digits {
	dtmf_rx_state_t *detector;
	uint64_t looked_to;
	char text[DIGITS_MAX];
	size_t count;
};

static void take_digits(void *user, const char *digits, int count)
{
	struct ears_digits *ears = user;
	for (int i = 0; i < count && ears->count + 1 < sizeof(ears->text); i++)
		ears->text[ears->count++] = digits[i];
	ears->text[ears->count] = 0;
}

static struct ears_digits *digits_new(uint64_t from)
{
	struct ears_digits *ears = calloc(1, sizeof(*ears));
	if (!ears)
		return NULL;
	ears->looked_to = from;
	ears->detector = dtmf_rx_init(NULL, take_digits, ears);
	if (!ears->detector) {
		free(ears);
		return NULL;
	}
	return ears;
}

void ears_digits_free(struct ears_digits *ears)
{
	if (!ears)
		return;
	dtmf_rx_free(ears->detector);
	free(ears);
}

const char *party_digits_heard(const struct party *asked)
{
	struct party *party = (struct party *)asked; /* the detector follows the ring */
	if (!party->digits)
		party->digits = digits_new(party->ring_from);
	struct ears_digits *ears = party->digits;
	if (!ears)
		return "";
	ears->looked_to = ears_oldest(party, ears->looked_to);
	while (ears->looked_to + PERIOD_SAMPLES <= party->ring_to) {
		int16_t block[PERIOD_SAMPLES];
		ears_linear(party, ears->looked_to, block, PERIOD_SAMPLES);
		dtmf_rx(ears->detector, block, PERIOD_SAMPLES);
		ears->looked_to += PERIOD_SAMPLES;
	}
	return ears->text;
}
