/* G.711, both laws, and its levels: a sine whose peak is the coder's overload point is at 3.17 (mu) or 3.14 (A) dBm0.
 */
#ifndef BELFRY_LAB_LAW_H
#define BELFRY_LAB_LAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAW_SILENCE_DBM0 -99.0

void law_init(void);
const int16_t *law_table(bool mulaw); /* 256 linear values on a 16-bit scale */
uint8_t law_encode(bool mulaw, int16_t linear);
/* Root mean square, on the 16-bit scale, of 0 dBm0; a sine of that level has sqrt(2) times that as its peak. */
double law_zero_rms(bool mulaw);
double law_dbm0(bool mulaw, double rms);
double law_rms(bool mulaw, double dbm0);
static inline uint8_t law_idle(bool mulaw)
{
	return mulaw ? 0xff : 0xd5;
}

#endif
