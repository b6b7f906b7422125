/*
 * Private: a telephone behind a loop-start channel bank. The bank's signalling bits ABCD are those of DAHDI's fxoks
 * (the box sends) and fxsks (we send): on hook 0101, off hook 1111; the box idles with 0101 and rings with 0000.
 */
#ifndef BELFRY_LAB_PHONE_H
#define BELFRY_LAB_PHONE_H

#include "tools/lab/party.h"

#define PHONE_STEPS     256 /* loop changes still to come */
#define PHONE_CADENCE   16
#define PHONE_INTERVALS 32

struct interval {
	uint64_t begin, end; /* end 0: still so */
};

struct intervals {
	struct interval at[PHONE_INTERVALS];
	unsigned next, count;
};

struct phone_tones;
struct phone_fsk;

struct lab_phone {
	struct party party; /* first: phone_party() */
	bool lifted, stuck_offhook, loop_closed;
	struct {
		uint32_t samples;
		bool closed;
	} steps[PHONE_STEPS];
	unsigned step_first, step_count;
	uint32_t step_used;
	bool dialled; /* since it was lifted or flashed */
	uint64_t lifted_at;
	/* ring */
	uint8_t bits;
	bool ring_on; /* debounced */
	uint64_t ring_edge, bits_since;
	unsigned cadence[PHONE_CADENCE], cadence_count; /* ms on, off, on ... */
	unsigned longest_off_ms, shortest_on_ms;
	struct intervals states[LAB_PHONE_HOWLER + 1];
	struct phone_tones *tones;
	struct phone_fsk *fsk;
	uint64_t fsk_to;       /* looked at so far */
	unsigned alerting;     /* periods in a row of the alerting signal for caller ID on call waiting */
	uint64_t burst_due_to; /* acknowledged: until then a burst may come while lifted */
	struct lab_caller_id caller_id;
	uint64_t caller_id_at;
	bool caller_id_early; /* it came before the first ring */
	int message_waiting;
};

int phone_new(struct lab_phone **out, struct span *span, unsigned timeslot);
void phone_free(struct lab_phone *phone);
void phone_prepare(struct lab_phone *phone);
void phone_bits(struct lab_phone *phone, uint8_t bits, uint64_t at);
void phone_settle(struct lab_phone *phone);
int phone_dial_pulses(struct lab_phone *phone, const char *digits, const struct lab_dial *how);
bool phone_pulsing(const struct lab_phone *phone);
void phone_dialled(struct lab_phone *phone);

/* Intervals in which a telephone was in a state; the oldest are forgotten. */
void intervals_begin(struct intervals *intervals, uint64_t at);
void intervals_end(struct intervals *intervals, uint64_t at);
bool intervals_open(const struct intervals *intervals);
bool intervals_since(const struct intervals *intervals, uint64_t from, uint64_t *begin);

/* phone_tones.c: what tone the exchange sends, by cadence and frequency; looks at new audio only. */
int phone_tones_new(struct phone_tones **out);
void phone_tones_free(struct phone_tones *tones);
void phone_tones_restart(struct lab_phone *phone, uint64_t at); /* lifted, flashed, hung up */
void phone_tones_look(struct lab_phone *phone);

/* phone_fsk.c: caller ID and message waiting by FSK, while on hook. */
int phone_fsk_new(struct phone_fsk **out, struct lab_phone *phone);
void phone_fsk_free(struct phone_fsk *fsk);
void phone_fsk_hear(struct lab_phone *phone, uint64_t at);
/* Whether these 10 ms are the alerting signal: 2130 and 2750 Hz and little else. */
bool phone_fsk_alerting(const struct lab_phone *phone, uint64_t at);
/* phone_message.c: one message of GR-30 / ETS 300 659, checksum already checked. */
void phone_message(struct lab_phone *phone, const uint8_t *message, size_t bytes, bool v23);

#endif
