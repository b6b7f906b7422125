/* A telephone's hook, ringer and history. */
#include "tools/lab/phone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BITS_ON_HOOK  0x5
#define BITS_OFF_HOOK 0xf
#define BIT_A         0x8
#define BIT_B         0x4

#define RING_DEBOUNCE_SAMPLES  160  /* 20 ms */
#define RING_OFF_AT_LEAST_MS   4200 /* the longest usual pause is 4 s */
#define RING_TOLERANCE_MS      200
#define BURST_TOLERANCE_MS     5
#define CYCLE_PAUSE_MS         1800  /* a pause of this length ends a cycle of the cadence */
#define CALLER_ID_LEAD_SAMPLES 24000 /* a burst may come this much before the first ring (ETS 300 659-1 6.1.2) */
#define FLASH_MS               400
#define ALERTING_PERIODS       6     /* of 8 that it lasts */
#define BURST_WAIT_SAMPLES     16000 /* an acknowledged burst is over by then */
#define PULSE_BREAK_MS         60
#define PULSE_MAKE_MS          40
#define PULSE_PAUSE_MS         800

void intervals_begin(struct intervals *intervals, uint64_t at)
{
	if (intervals_open(intervals))
		return;
	intervals->at[intervals->next] = (struct interval){at, 0};
	intervals->next = (intervals->next + 1) % PHONE_INTERVALS;
	if (intervals->count < PHONE_INTERVALS)
		intervals->count++;
}

void intervals_end(struct intervals *intervals, uint64_t at)
{
	if (intervals_open(intervals))
		intervals->at[(intervals->next + PHONE_INTERVALS - 1) % PHONE_INTERVALS].end = at ? at : 1;
}

bool intervals_open(const struct intervals *intervals)
{
	return intervals->count && !intervals->at[(intervals->next + PHONE_INTERVALS - 1) % PHONE_INTERVALS].end;
}

bool intervals_since(const struct intervals *intervals, uint64_t from, uint64_t *begin)
{
	for (unsigned i = 1; i <= intervals->count; i++) {
		const struct interval *at = &intervals->at[(intervals->next + PHONE_INTERVALS - i) % PHONE_INTERVALS];
		if (at->end && at->end < from)
			return false;
		if (at->end && at->end == at->begin)
			continue;
		if (begin)
			*begin = at->begin;
		return true;
	}
	return false;
}

int phone_new(struct lab_phone **out, struct span *span, unsigned timeslot)
{
	struct lab_phone *phone = calloc(1, sizeof(*phone));
	if (!phone)
		return -ENOMEM;
	phone->message_waiting = -1;
	phone->bits = BITS_ON_HOOK;
	int status = party_open(&phone->party, span->exchange, span, timeslot);
	if (!status)
		status = phone_tones_new(&phone->tones);
	if (!status)
		status = phone_fsk_new(&phone->fsk, phone);
	if (status) {
		phone_free(phone);
		return status;
	}
	phone->party.phone = phone;
	phone->party.hears = true;
	*out = phone;
	return 0;
}

void phone_free(struct lab_phone *phone)
{
	if (!phone)
		return;
	party_close(&phone->party);
	phone_tones_free(phone->tones);
	phone_fsk_free(phone->fsk);
	free(phone);
}

struct party *phone_party(struct lab_phone *phone)
{
	return &phone->party;
}

static void add_step(struct lab_phone *phone, unsigned ms, bool closed)
{
	if (phone->step_count == PHONE_STEPS || !ms)
		return;
	unsigned at = (phone->step_first + phone->step_count++) % PHONE_STEPS;
	phone->steps[at].samples = ms * 8;
	phone->steps[at].closed = closed;
}

static void ring_stops(struct lab_phone *phone, uint64_t at)
{
	intervals_end(&phone->states[LAB_PHONE_RINGING], at);
	intervals_begin(&phone->states[LAB_PHONE_SILENT], at);
}

static void set_hook(struct lab_phone *phone, bool lifted)
{
	uint64_t now = phone->party.exchange->now;
	phone->step_count = 0;
	phone->step_used = 0;
	phone->dialled = false;
	if (phone->lifted == lifted)
		return;
	phone->lifted = lifted;
	phone->party.speaks = lifted;
	if (lifted)
		phone->lifted_at = now;
	else
		mouth_shut(&phone->party.mouth);
	phone_tones_restart(phone, now);
	if (lifted && intervals_open(&phone->states[LAB_PHONE_RINGING]))
		ring_stops(phone, now);
}

void phone_lift(struct lab_phone *phone)
{
	set_hook(phone, true);
}

void phone_hang_up(struct lab_phone *phone)
{
	set_hook(phone, false);
}

void phone_flash(struct lab_phone *phone)
{
	if (!phone->lifted)
		return;
	mouth_shut(&phone->party.mouth);
	phone->dialled = false;
	phone_tones_restart(phone, phone->party.exchange->now);
	add_step(phone, FLASH_MS, false);
}

bool phone_lifted(const struct lab_phone *phone)
{
	return phone->lifted;
}

void phone_dialled(struct lab_phone *phone)
{
	phone->dialled = true;
	phone_tones_restart(phone, phone->party.exchange->now);
}

int phone_dial_pulses(struct lab_phone *phone, const char *digits, const struct lab_dial *how)
{
	if (!phone->lifted)
		return -ENOTCONN;
	mouth_shut(&phone->party.mouth);
	for (; *digits; digits++) {
		unsigned pulses = *digits == '0' ? 10 : (unsigned)(*digits - '0');
		if (*digits < '0' || *digits > '9')
			pulses = 0;
		for (unsigned i = 0; i < pulses; i++) {
			add_step(phone, how->on_ms ? how->on_ms : PULSE_BREAK_MS, false);
			add_step(phone, how->off_ms ? how->off_ms : PULSE_MAKE_MS, true);
		}
		add_step(phone, PULSE_PAUSE_MS, true);
	}
	phone_dialled(phone);
	return 0;
}

bool phone_pulsing(const struct lab_phone *phone)
{
	return phone->step_count;
}

static bool loop_now(struct lab_phone *phone)
{
	if (!phone->step_count)
		return phone->lifted || phone->stuck_offhook;
	bool closed = phone->steps[phone->step_first].closed;
	phone->step_used += FRAME_SAMPLES;
	if (phone->step_used >= phone->steps[phone->step_first].samples) {
		phone->step_used = 0;
		phone->step_first = (phone->step_first + 1) % PHONE_STEPS;
		phone->step_count--;
	}
	return closed || phone->stuck_offhook;
}

void phone_prepare(struct lab_phone *phone)
{
	uint8_t *nibbles = phone->party.span->cas[phone->party.timeslot];
	for (unsigned ms = 0; ms < PERIOD_MS; ms++) {
		phone->loop_closed = loop_now(phone);
		nibbles[ms] = phone->loop_closed ? BITS_OFF_HOOK : BITS_ON_HOOK;
	}
}

static void note_duration(struct lab_phone *phone, unsigned ms)
{
	if (phone->cadence_count < PHONE_CADENCE)
		phone->cadence[phone->cadence_count++] = ms;
}

static void ring_begins(struct lab_phone *phone, uint64_t at)
{
	bool first = !intervals_open(&phone->states[LAB_PHONE_RINGING]);
	if (first) {
		phone->cadence_count = phone->longest_off_ms = phone->shortest_on_ms = 0;
		if (!phone->caller_id_early || at - phone->caller_id_at > CALLER_ID_LEAD_SAMPLES)
			memset(&phone->caller_id, 0, sizeof(phone->caller_id));
		if (!phone->lifted) {
			intervals_end(&phone->states[LAB_PHONE_SILENT], at);
			intervals_begin(&phone->states[LAB_PHONE_RINGING], at);
		}
	} else {
		unsigned off_ms = (unsigned)((at - phone->ring_edge) / 8);
		note_duration(phone, off_ms);
		if (off_ms > phone->longest_off_ms)
			phone->longest_off_ms = off_ms;
	}
	phone->ring_on = true;
	phone->ring_edge = at;
}

/*
 * Whether a burst ended of itself. Exchanges count their cadences exactly, in round figures; a burst of any other
 * length was cut off, since somebody stopped the ringing. Of a stop in a pause the wire tells nothing until the next is
 * due.
 */
static bool whole_burst(const struct lab_phone *phone, unsigned on_ms)
{
	static const unsigned usual_ms[] = {200, 250,  300,  330,  350,  400,  500,  600,  670,  700,  750,
	                                    800, 1000, 1200, 1250, 1300, 1500, 1670, 1800, 2000, 2500, 3000};
	if (phone->longest_off_ms >= CYCLE_PAUSE_MS && phone->shortest_on_ms) /* a whole cycle is known */
		return on_ms + BURST_TOLERANCE_MS >= phone->shortest_on_ms;
	for (unsigned i = 0; i < sizeof(usual_ms) / sizeof(usual_ms[0]); i++)
		if (on_ms + BURST_TOLERANCE_MS >= usual_ms[i] && on_ms <= usual_ms[i] + BURST_TOLERANCE_MS)
			return true;
	return false;
}

static void ring_pauses(struct lab_phone *phone, uint64_t at)
{
	unsigned on_ms = (unsigned)((at - phone->ring_edge) / 8);
	bool whole = whole_burst(phone, on_ms);
	note_duration(phone, on_ms);
	if (whole && (!phone->shortest_on_ms || on_ms < phone->shortest_on_ms))
		phone->shortest_on_ms = on_ms;
	phone->ring_on = false;
	phone->ring_edge = at;
	if (!whole)
		ring_stops(phone, at);
}

void phone_bits(struct lab_phone *phone, uint8_t bits, uint64_t at)
{
	bool ringing = !(bits & (BIT_A | BIT_B));
	if (bits != phone->bits) {
		phone->bits = bits;
		phone->bits_since = at;
	}
	if (ringing == phone->ring_on || at - phone->bits_since < RING_DEBOUNCE_SAMPLES)
		return;
	if (ringing)
		ring_begins(phone, phone->bits_since);
	else
		ring_pauses(phone, phone->bits_since);
}

static void look_for_end_of_ring(struct lab_phone *phone)
{
	uint64_t now = phone->party.exchange->now;
	unsigned limit = phone->longest_off_ms + RING_TOLERANCE_MS;
	if (phone->ring_on || !intervals_open(&phone->states[LAB_PHONE_RINGING]))
		return;
	if (limit < RING_OFF_AT_LEAST_MS)
		limit = RING_OFF_AT_LEAST_MS;
	if (now > phone->ring_edge && (now - phone->ring_edge) / 8 > limit)
		ring_stops(phone, phone->ring_edge);
}

/*
 * Caller ID on call waiting (GR-30 3): the alerting signal is answered with DTMF D, then a burst is listened for. True
 * while one may come.
 */
static bool look_for_alerting(struct lab_phone *phone)
{
	uint64_t now = phone->party.ring_to;
	if (phone->burst_due_to > now)
		return true;
	for (; phone->fsk_to + PERIOD_SAMPLES <= now; phone->fsk_to += PERIOD_SAMPLES) {
		bool heard = phone_fsk_alerting(phone, phone->fsk_to);
		phone->alerting = heard ? phone->alerting + 1 : phone->alerting;
		if (heard)
			continue;
		if (phone->alerting >= ALERTING_PERIODS) {
			memset(&phone->caller_id, 0, sizeof(phone->caller_id));
			mouth_acknowledge(&phone->party.mouth, phone->party.mulaw);
			phone->burst_due_to = now + BURST_WAIT_SAMPLES;
		}
		phone->alerting = 0;
	}
	return phone->burst_due_to > now;
}

void phone_settle(struct lab_phone *phone)
{
	look_for_end_of_ring(phone);
	if (phone->loop_closed && !look_for_alerting(phone))
		phone->fsk_to = phone->party.ring_to;
	for (; phone->fsk_to + PERIOD_SAMPLES <= phone->party.ring_to; phone->fsk_to += PERIOD_SAMPLES)
		phone_fsk_hear(phone, phone->fsk_to);
}

bool phone_was(struct lab_phone *phone, enum lab_phone_state state, uint64_t from_samples, uint64_t *at_samples)
{
	if (state >= LAB_PHONE_DIAL_TONE)
		phone_tones_look(phone);
	return intervals_since(&phone->states[state], from_samples, at_samples);
}

bool phone_is(struct lab_phone *phone, enum lab_phone_state state)
{
	if (state >= LAB_PHONE_DIAL_TONE)
		phone_tones_look(phone);
	return intervals_open(&phone->states[state]);
}

unsigned phone_ring_cadence(const struct lab_phone *phone, unsigned *ms, unsigned room)
{
	unsigned count = phone->cadence_count < room ? phone->cadence_count : room;
	memcpy(ms, phone->cadence, count * sizeof(*ms));
	return count;
}

void phone_caller_id(const struct lab_phone *phone, struct lab_caller_id *out)
{
	*out = phone->caller_id;
}

int phone_message_waiting(const struct lab_phone *phone)
{
	return phone->message_waiting;
}

bool phone_burst_due(const struct lab_phone *phone)
{
	return phone->burst_due_to > phone->party.ring_to;
}
