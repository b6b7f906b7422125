/*
 * A gain on G.711 octets: one look-up an octet. Needs dsp_start() unless the gain is nought.
 */
#ifndef BELFRY_DSP_GAIN_H
#define BELFRY_DSP_GAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/g711.h"

struct gain_table {
	bool on; /* false: octets stay as they are, bit for bit */
	uint8_t octet[256];
};

/* tenths_db: tenths of a decibel; what would be too loud is limited, what becomes too quiet is silence. */
void gain_table_set(struct gain_table *table, enum law law, int tenths_db);
void gain_apply(const struct gain_table *table, uint8_t *octets, size_t count);

#endif
