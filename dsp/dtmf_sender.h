/*
 * Sends DTMF digits, 80 ms on and 80 ms off, low group -10 dBm0 and high group -8 dBm0 (within Q.24's and TBR 21's
 * masks: line loss is greater for the high group).
 */
#ifndef BELFRY_DSP_DTMF_SENDER_H
#define BELFRY_DSP_DTMF_SENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/oscillator.h"

#define DTMF_SENDER_DIGITS_MAX 128
#define DTMF_SENDER_ON_MS      80
#define DTMF_SENDER_OFF_MS     80

struct dtmf_sender {
	char digits[DTMF_SENDER_DIGITS_MAX];
	uint8_t count, next;
	bool on;
	uint32_t left; /* samples of this digit or pause */
	struct oscillator low, high;
};

/* Starts with these digits; characters that are no digits (dashes, blanks) are left out. */
void dtmf_sender_init(struct dtmf_sender *s, const char *digits, size_t count);
/* True while there is something to send, the last pause included. */
bool dtmf_sender_busy(const struct dtmf_sender *s);
/* Always fills the whole block. */
void dtmf_sender_process(struct dtmf_sender *s, int16_t *samples, size_t count);

#endif
