#include "tools/lab/party.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RECORDING_LAG_SAMPLES 4000

int party_open(struct party *party, struct exchange *exchange, struct span *span, unsigned timeslot)
{
	memset(party, 0, sizeof(*party));
	party->exchange = exchange;
	party->span = span;
	party->timeslot = timeslot;
	party->mulaw = span->conf.mulaw;
	party->ring_from = party->ring_to = exchange->now;
	party->random = exchange->settings.seed * 2654435761u + span->conf.span * 32 + timeslot + 1;
	party->ring = malloc(RING_SAMPLES);
	return party->ring ? 0 : -ENOMEM;
}

static void leave_live(struct party *party)
{
	struct party **at = &party->exchange->live;
	while (*at && *at != party)
		at = &(*at)->next_live;
	if (*at)
		*at = party->next_live;
}

static void wav_header(FILE *file, uint64_t frames)
{
	uint32_t bytes = (uint32_t)(frames * 4);
	const uint32_t words[] = {0x46464952, bytes + 36, 0x45564157, 0x20746d66, 16,   0x00020001,
	                          8000,       32000,      0x00100004, 0x61746164, bytes};
	uint8_t header[44];
	for (unsigned i = 0; i < 11; i++)
		for (unsigned b = 0; b < 4; b++)
			header[4 * i + b] = (uint8_t)(words[i] >> (8 * b));
	rewind(file);
	if (fwrite(header, sizeof(header), 1, file) != 1)
		perror("belfry-lab: recording");
}

static void write_period(struct party *party)
{
	const int16_t *table = law_table(party->mulaw);
	int16_t frames[PERIOD_SAMPLES][2];
	for (unsigned i = 0; i < PERIOD_SAMPLES; i++) {
		frames[i][0] = table[party_octet(party, party->wav_from + i)];
		frames[i][1] = party->said[(party->wav_from + i) & (SAID_SAMPLES - 1)];
	}
	party->wav_from += PERIOD_SAMPLES;
	party->wav_frames += fwrite(frames, 4, PERIOD_SAMPLES, party->wav);
}

static void end_recording(struct party *party)
{
	if (!party->wav)
		return;
	while (party->wav_from + PERIOD_SAMPLES <= party->exchange->now)
		write_period(party);
	wav_header(party->wav, party->wav_frames);
	fclose(party->wav);
	party->wav = NULL;
	free(party->said);
	party->said = NULL;
	leave_live(party);
}

void party_close(struct party *party)
{
	end_recording(party);
	mouth_shut(&party->mouth);
	mouth_fax_free(party->fax);
	party->fax = NULL;
	ears_digits_free(party->digits);
	ears_prompts_free(party->prompts);
	party->digits = NULL;
	party->prompts = NULL;
	free(party->ring);
	party->ring = NULL;
	party->ring_from = party->ring_to = 0;
}

static double gaussian(uint64_t *random)
{
	double sum = 0;
	for (int i = 0; i < 12; i++) {
		*random = *random * 6364136223846793005u + 1442695040888963407u;
		sum += (double)(*random >> 40) / (double)(1 << 24);
	}
	return sum - 6.0;
}

static void impair(struct party *party, const struct impairment *by, int16_t *linear)
{
	const int16_t *table = law_table(party->mulaw);
	uint64_t heard = party->ring_to - PERIOD_SAMPLES; /* the newest period that is complete */
	for (unsigned i = 0; i < PERIOD_SAMPLES; i++) {
		double value = linear[i];
		if (by->echo_gain > 0)
			value += by->echo_gain * table[party_octet(party, heard + i - by->echo_samples)];
		if (by->noise_rms > 0)
			value += by->noise_rms * gaussian(&party->random);
		linear[i] = (int16_t)fmax(-32768, fmin(32767, value));
	}
}

bool party_speak(struct party *party, uint8_t *out)
{
	int16_t linear[PERIOD_SAMPLES];
	const struct impairment *impairment = &party->span->impairments[party->timeslot];
	bool impaired = impairment->echo_gain > 0 || impairment->noise_rms > 0;
	bool faxes = party->speaks && party->mouth.mode == MOUTH_FAX;
	bool speaks = party->speaks && mouth_speak(&party->mouth, party->mulaw, linear, PERIOD_SAMPLES);
	if (faxes)
		mouth_fax_speak(party, linear);
	if (!speaks && (!impaired || !party->speaks))
		return false;
	if (!speaks)
		memset(linear, 0, sizeof(linear));
	if (impaired)
		impair(party, impairment, linear);
	for (unsigned i = 0; i < PERIOD_SAMPLES; i++)
		out[i] = law_encode(party->mulaw, linear[i]);
	return true;
}

static void put_octets(struct party *party, uint64_t at, const uint8_t *samples, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		party->ring[(at + i) & (RING_SAMPLES - 1)] = samples ? samples[i] : law_idle(party->mulaw);
}

void party_hear(struct party *party, uint64_t at, const uint8_t *samples, unsigned count)
{
	if (!party->ring || at + count <= party->ring_from)
		return;
	if (at > party->ring_to + RING_SAMPLES) { /* nothing for more than a minute */
		party->ring_from = party->ring_to = at;
	} else if (at > party->ring_to) {
		put_octets(party, party->ring_to, NULL, (unsigned)(at - party->ring_to));
	}
	if (count == FRAME_SAMPLES && !(at & (FRAME_SAMPLES - 1)))
		memcpy(&party->ring[at & (RING_SAMPLES - 1)], samples, FRAME_SAMPLES);
	else
		put_octets(party, at, samples, count);
	if (at + count > party->ring_to)
		party->ring_to = at + count;
	if (party->ring_to - party->ring_from > RING_SAMPLES)
		party->ring_from = party->ring_to - RING_SAMPLES;
}

/* What a guest answers comes a little after its time: the recording waits for it. */
static uint64_t recording_lag(const struct party *party)
{
	return party->exchange->settings.transport == LAB_TO_ETHERNET ? RECORDING_LAG_SAMPLES : 0;
}

void party_settle(struct party *party, const uint8_t *said)
{
	const int16_t *table = law_table(party->mulaw);
	uint64_t period = party->exchange->now - PERIOD_SAMPLES;
	if (!party->wav)
		return;
	for (unsigned i = 0; i < PERIOD_SAMPLES; i++)
		party->said[(period + i) & (SAID_SAMPLES - 1)] = said ? table[said[i]] : 0;
	while (party->wav_from + PERIOD_SAMPLES + recording_lag(party) <= party->exchange->now)
		write_period(party);
}

int party_record(struct party *party, const char *wav, char *error, size_t size)
{
	end_recording(party);
	party->said = malloc(SAID_SAMPLES * sizeof(*party->said));
	party->wav = party->said ? fopen(wav, "wb+") : NULL;
	if (!party->wav) {
		int status = -errno;
		free(party->said);
		party->said = NULL;
		snprintf(error, size, "cannot record to %s: %s", wav, strerror(-status));
		return status;
	}
	wav_header(party->wav, 0);
	party->wav_frames = 0;
	party->wav_from = party->exchange->now;
	party->next_live = party->exchange->live;
	party->exchange->live = party;
	return 0;
}
