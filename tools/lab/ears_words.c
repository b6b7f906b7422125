/* What a party heard lately, in words. */
#include <stdio.h>
#include <string.h>

#include "tools/lab/party.h"

#define LOOK_BACK_SAMPLES (5 * 8000)
#define STEP_SAMPLES      4000 /* half a second a word */
#define QUIET_DBM0        -45.0

static double strongest_tone(struct party *party, uint64_t at, double *dbm0)
{
	static const double usual_hz[] = {350,  400,  425,  440,  450,  480,  620,  697,  770,  852, 941,
	                                  1004, 1100, 1209, 1336, 1400, 1477, 1633, 2100, 2225, 2600};
	double best = 0;
	*dbm0 = LAW_SILENCE_DBM0;
	for (unsigned i = 0; i < sizeof(usual_hz) / sizeof(usual_hz[0]); i++) {
		double level = ears_block_dbm0(party, at, usual_hz[i]);
		if (level > *dbm0) {
			*dbm0 = level;
			best = usual_hz[i];
		}
	}
	return best;
}

static void describe(struct party *party, uint64_t at, char *text, size_t size)
{
	double tone_dbm0, level = ears_block_dbm0(party, at, 0), hz = strongest_tone(party, at, &tone_dbm0);
	if (level < QUIET_DBM0)
		snprintf(text, size, "silence");
	else if (tone_dbm0 > level - 4)
		snprintf(text, size, "%.0f Hz at %.0f dBm0", hz, tone_dbm0);
	else
		snprintf(text, size, "sound at %.0f dBm0", level);
}

static size_t append(char *text, size_t size, size_t used, const char *more)
{
	int wrote = snprintf(text + used, size - used, "%s", more);
	return wrote > 0 && (size_t)wrote < size - used ? used + (size_t)wrote : used;
}

void party_heard_text(struct party *party, char *text, size_t size)
{
	char word[64], last[64] = "", line[96];
	size_t used = 0;
	if (!size)
		return;
	text[0] = 0;
	if (!party->ring || party->ring_to <= party->ring_from) {
		append(text, size, 0, "nothing: no audio has come through");
		return;
	}
	uint64_t from = party->ring_to > LOOK_BACK_SAMPLES ? party->ring_to - LOOK_BACK_SAMPLES : 0;
	for (uint64_t at = ears_oldest(party, from); at + STEP_SAMPLES <= party->ring_to; at += STEP_SAMPLES) {
		describe(party, at, word, sizeof(word));
		if (!strcmp(word, last))
			continue;
		snprintf(line, sizeof(line), "%s%s from %.1f s", used ? ", then " : "", word, (double)at / 8000.0);
		used = append(text, size, used, line);
		memcpy(last, word, sizeof(last));
	}
	const char *digits = party_digits_heard(party);
	if (*digits) {
		snprintf(line, sizeof(line), "; digits heard: %.60s", digits);
		used = append(text, size, used, line);
	}
	prompt_words(party, from, text + used, size - used);
}
