/*
 * One stream of samples at another rate, the rate finely adjustable while it runs without a click (libsamplerate).
 * Latency about 2 ms. Made once, then no memory is taken.
 */
#ifndef BELFRY_DRIVERS_ALSA_CONVERT_H
#define BELFRY_DRIVERS_ALSA_CONVERT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

#define CONVERT_BLOCK_MAX 2048 /* samples in */

struct convert;

/* ratio: rate out / rate in. -ENOMEM. */
MUST_CHECK int convert_new(struct convert **out, double ratio);
void convert_free(struct convert *convert);
/* What was fed is forgotten. */
void convert_reset(struct convert *convert);
/* count up to CONVERT_BLOCK_MAX. less: make so much less of it (1e-6 is 1 ppm). How many came out; what has no room is
 * lost. */
size_t convert_run(struct convert *convert, double less, const int16_t *in, size_t count, int16_t *out, size_t room);

#endif
