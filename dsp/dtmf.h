/*
 * The sixteen DTMF digits (ITU-T Q.23): frequencies and their places.
 */
#ifndef BELFRY_DSP_DTMF_H
#define BELFRY_DSP_DTMF_H

#include <stdbool.h>

#define DTMF_DIGITS "123A456B789C*0#D"

extern const float dtmf_row_hz[4], dtmf_column_hz[4];

/* Index in DTMF_DIGITS (row * 4 + column), or -1. Small letters count as capitals. */
int dtmf_digit_index(char digit);

#endif
