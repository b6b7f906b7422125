/*
 * Caller ID to a telephone: the message and its sound.
 *
 * FSK: multiple data message format, type 0x80, with date and time, number or the reason why there is none, name or the
 * reason (GR-30/GR-31 with Bell 202; ETSI EN 300 659 and BT SIN 227 with V.23, which put the call type in front).
 * DTMF: A NUMBER C, or B REASON C (EN 300 659-1 annex: 00 not available, 10 withheld).
 */
#ifndef BELFRY_DSP_CALLER_ID_H
#define BELFRY_DSP_CALLER_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

enum caller_id_standard { CALLER_ID_BELL202, CALLER_ID_V23, CALLER_ID_DTMF };

/* Beyond these texts are cut, not refused. */
#define CALLER_ID_NUMBER_MAX       20
#define CALLER_ID_NAME_BELL202_MAX 15
#define CALLER_ID_NAME_V23_MAX     50
#define CALLER_ID_MESSAGE_MAX      256

/* The letters are those of the wire. */
enum caller_id_absence { CALLER_ID_PRIVATE = 'P', CALLER_ID_OUT_OF_AREA = 'O' };

struct caller_id {
	uint8_t month, day, hour, minute; /* local time; month 0: the field is left out */
	const char *number;               /* digits, * and #; NULL or empty: absent, for the reason */
	enum caller_id_absence number_absence;
	const char *name; /* printable ASCII, other characters become '?'; NULL or empty: absent */
	enum caller_id_absence name_absence;
};

void caller_id_start(void); /* by dsp_start() */

/* Any thread. Returns the message's bytes, or -ENOSPC, -EINVAL (a month or hour that does not exist). */
MUST_CHECK int caller_id_build(enum caller_id_standard standard, const struct caller_id *id, uint8_t *message,
                               size_t size);

/* Sounds one message. Memory is taken in _new alone. */
struct caller_id_sender;
MUST_CHECK int caller_id_sender_new(struct caller_id_sender **out);
void caller_id_sender_free(struct caller_id_sender *s);
/* off_hook: to a lifted telephone, 80 bits of mark and no seizure. 0, or -EINVAL: no message that fits the standard. */
MUST_CHECK int caller_id_sender_begin(struct caller_id_sender *s, enum caller_id_standard standard, bool off_hook,
                                      const uint8_t *message, size_t bytes);
/* Fills the whole block, silence after the end. False: all was sent before this block began. */
bool caller_id_sender_process(struct caller_id_sender *s, int16_t *samples, size_t count);

#endif
