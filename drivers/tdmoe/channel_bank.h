/*
 * The exchange side of a T1 channel bank: up to 24 telephones, loop start with kewl-start disconnect, as DAHDI's
 * fxoks signalling does it. Pure: CAS bits and sample times in, CAS bits and events out; no socket, no clock.
 *
 * Media thread only. Times are samples (8,000 a second) on any clock that only goes forward.
 */
#ifndef BELFRY_DRIVERS_TDMOE_CHANNEL_BANK_H
#define BELFRY_DRIVERS_TDMOE_CHANNEL_BANK_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/driver.h"

#define CHANNEL_BANK_CHANNELS 24

/* ABCD signalling bits, A the highest. */
#define CAS_A 8
#define CAS_B 4
#define CAS_C 2
#define CAS_D 1
/* What the exchange sends: battery on (0101), ringing (0000), battery removed (1111). */
#define CAS_SEND_IDLE (CAS_B | CAS_D)
#define CAS_SEND_RING 0
#define CAS_SEND_OPEN (CAS_A | CAS_B | CAS_C | CAS_D)
/* What a telephone sends: 0101 loop open, 1111 loop closed; only A is looked at. */

#define SAMPLES_PER_MS 8
/* A loop closed for so long is a lifted telephone. Within one media period, so that it costs an answer nothing. */
#define LIFT_DEBOUNCE_MS 6
/* The hook switch bounces as it is lifted: no dial pulse can begin so early. */
#define LIFT_SETTLE_MS 150
/* Dial pulses (10 a second, 60 % break, with wide tolerance): the loop is open for one of these. */
#define PULSE_BREAK_MIN_MS 15
#define PULSE_BREAK_MAX_MS 120
/* The loop closed for so long ends a digit. */
#define PULSE_DIGIT_GAP_MS     250
#define PULSE_DIGIT_PULSES_MAX 10
/* Kewl start: battery removed, then a pause in which the loop is not looked at. */
#define OPEN_MS          500
#define OPEN_RECOVERY_MS 300

enum bank_hook {
	BANK_ON_HOOK,
	BANK_LIFTING, /* closed, not yet long enough */
	BANK_OFF_HOOK,
	BANK_BREAK, /* opened: a pulse, a flash, or the end */
	BANK_HOOK_STATES
};

struct bank_channel {
	enum bank_hook hook;
	enum driver_line line;
	bool loop_closed;
	bool break_is_ours; /* battery was off during this break: it means nothing */
	bool recovering;    /* after DRIVER_LINE_OPEN */
	uint8_t pulses;     /* of the digit being dialled */
	uint8_t ring_step;  /* in the cadence; even: ringing */
	uint8_t send_bits;
	uint64_t changed_at; /* when the loop opened (BREAK) or the telephone was lifted (OFF_HOOK) */
	uint64_t lifted_at;
	uint64_t hook_deadline, line_deadline; /* UINT64_MAX: none */
	struct driver_cadence cadence;
};

/* digit is 0 except for DRIVER_PULSE_DIGIT. */
typedef void (*channel_bank_event)(void *user, unsigned timeslot, enum driver_event_type type, char digit);

struct channel_bank {
	struct bank_channel channel[CHANNEL_BANK_CHANNELS];
	uint64_t flash_min_samples, flash_max_samples;
	uint64_t next_deadline;    /* of any channel: nothing to do before */
	bool bits_changed;         /* since channel_bank_bits_taken() */
	uint64_t pulse_trains_bad; /* more than ten pulses */
	channel_bank_event event;
	void *user;
};

const char *bank_hook_name(enum bank_hook hook);

void channel_bank_init(struct channel_bank *bank, uint32_t flash_min_ms, uint32_t flash_max_ms,
                       channel_bank_event event, void *user);
/* New flash limits for the breaks that begin from now on. */
void channel_bank_set_flash(struct channel_bank *bank, uint32_t flash_min_ms, uint32_t flash_max_ms);
/* Signalling bits received for a timeslot (1..24). Bits that say the same as before are ignored. */
void channel_bank_receive(struct channel_bank *bank, unsigned timeslot, uint8_t bits, uint64_t now_samples);
/* Runs what is due. Call before the bits of that time are given. */
void channel_bank_run(struct channel_bank *bank, uint64_t now_samples);
void channel_bank_set_line(struct channel_bank *bank, unsigned timeslot, enum driver_line line,
                           const struct driver_cadence *cadence, uint64_t now_samples);
static inline bool channel_bank_off_hook(const struct channel_bank *bank, unsigned timeslot)
{
	enum bank_hook hook = bank->channel[timeslot - 1].hook;

	return hook == BANK_OFF_HOOK || hook == BANK_BREAK;
}
static inline uint8_t channel_bank_bits(const struct channel_bank *bank, unsigned timeslot)
{
	return bank->channel[timeslot - 1].send_bits;
}

#endif
