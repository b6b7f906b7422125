/*
 * A party: the common part of a call on a trunk and of a telephone. It has a mouth (what it says, made only while it
 * speaks) and ears (all that arrived is kept in a ring and analysed only when somebody asks).
 */
#ifndef BELFRY_LAB_PARTY_H
#define BELFRY_LAB_PARTY_H

#include <stdio.h>

#include "tools/lab/law.h"
#include "tools/lab/wire.h"

#define RING_SAMPLES    (1u << 19) /* 65.5 s */
#define RING_SLACK      1600       /* the oldest samples may be overwritten while one looks at them */
#define SAID_SAMPLES    8192
#define DIAL_STEPS_MAX  256
#define PARTY_QUESTIONS 8

struct ears_prompts;
struct ears_digits;
struct mouth_fax;

enum mouth_mode { MOUTH_SHUT, MOUTH_TONE, MOUTH_FILE, MOUTH_DIGITS, MOUTH_FAX };

struct mouth {
	enum mouth_mode mode;
	double phase[2], step[2], amplitude[2];
	int16_t *file;
	size_t file_samples, file_at;
	char digits[DIAL_STEPS_MAX];
	unsigned digit, on_samples, off_samples, digit_at;
	unsigned acknowledging; /* samples of DTMF D still to come, in place of whatever is said */
	double acknowledge_phase[2], acknowledge_amplitude;
	double low, high; /* amplitudes of the digits' tones */
};

struct level_question {
	double hz; /* 0: total level */
	uint64_t from, looked_to;
	double best;
	uint64_t asked; /* a counter, to reuse the oldest */
};

struct party {
	struct exchange *exchange;
	struct span *span;
	unsigned timeslot;
	bool mulaw;
	bool speaks, hears; /* the path is through, this way and that way */
	struct mouth mouth;
	struct mouth_fax *fax;   /* while MOUTH_FAX, and its result after */
	struct lab_phone *phone; /* NULL: a call on a trunk */
	/* ears */
	uint8_t *ring;
	uint64_t ring_from, ring_to; /* positions kept: from .. to */
	struct level_question questions[PARTY_QUESTIONS];
	uint64_t question_count;
	struct ears_digits *digits;
	struct ears_prompts *prompts;
	uint64_t random; /* for noise */
	/* recording */
	FILE *wav;
	uint64_t wav_from, wav_frames; /* next sample to be written; what has been */
	int16_t *said;                 /* of the last SAID_SAMPLES, by position */
	struct party *next_live;
};

int party_open(struct party *party, struct exchange *exchange, struct span *span, unsigned timeslot);
void party_close(struct party *party); /* ring, file, detectors */
/* A period's samples of what the party says. False: nothing but silence. */
bool party_speak(struct party *party, uint8_t *out);
/* Some received samples at an absolute position. Gaps become silence. */
void party_hear(struct party *party, uint64_t at, const uint8_t *samples, unsigned count);
/* After a period: the recording goes on. */
void party_settle(struct party *party, const uint8_t *said);

/* mouth.c */
bool mouth_speak(struct mouth *mouth, bool mulaw, int16_t *out, unsigned count);
void mouth_shut(struct mouth *mouth);
/* A telephone's answer to the alerting signal of caller ID on call waiting: DTMF D for 65 ms. */
void mouth_acknowledge(struct mouth *mouth, bool mulaw);
/* mouth_fax.c */
void mouth_fax_speak(struct party *party, int16_t *out);
void mouth_fax_free(struct mouth_fax *fax);

/* ears.c: reading the ring. Positions before the oldest or after the newest sample read as silence. */
static inline uint8_t party_octet(const struct party *party, uint64_t at)
{
	if (at < party->ring_from || at >= party->ring_to)
		return party->mulaw ? 0xff : 0xd5;
	return party->ring[at & (RING_SAMPLES - 1)];
}
void ears_linear(const struct party *party, uint64_t at, int16_t *out, unsigned count);
/* The oldest position that may be read safely, at least from. */
uint64_t ears_oldest(const struct party *party, uint64_t from);
/* Level of 100 ms from there; hz 0: of everything. */
double ears_block_dbm0(const struct party *party, uint64_t at, double hz);
/* Names the prompts that were asked for and heard since then. */
void prompt_words(struct party *party, uint64_t from, char *text, size_t size);
void ears_digits_free(struct ears_digits *digits);
void ears_prompts_free(struct ears_prompts *prompts);

/* wave.c: reading a sound file of 8 kHz. *out is malloc()ed. */
int wave_read(const char *path, bool mulaw, int16_t **out, size_t *samples, char *error, size_t size);

#endif
