/*
 * Hears DTMF digits within the limits of ITU-T Q.24: 40 ms of tone always, 20 ms never, level 0 to -25 dBm0 and well
 * below, twist +4/-8 dB, frequencies within 1.5 % always and off by 3.5 % never, 15 dB of noise.
 *
 * Eight Goertzel filters over blocks of 102 samples, side by side in two vectors. Two blocks in succession make a
 * digit; between them the phase of each tone says how far its frequency is off, which a filter of 12.75 ms alone cannot
 * tell and which speech does not pass. (spandsp's dtmf_rx takes five times the instructions and, its energy test
 * knowing nothing of the deviation, misses six in ten digits of the fourth column with both tones 1.5 % high.)
 */
#ifndef BELFRY_DSP_DTMF_DETECTOR_H
#define BELFRY_DSP_DTMF_DETECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DTMF_BLOCK_SAMPLES 102
#define DTMF_NOTCHES_MAX   2

typedef float dtmf_vector __attribute__((vector_size(16)));

/* What a block showed: a digit's two strongest tones, as complex amplitudes. */
struct dtmf_block {
	int8_t digit;                  /* index, or -1: no digit in it */
	float row_power, column_power; /* as if the block were one sine: N^2 A^2 / 4 */
	float row_phase, column_phase; /* at the block's end */
	float energy;
};

struct dtmf_notch {
	float cosine2;
	float z1, z2;
};

struct dtmf_detector {
	dtmf_vector row1, row2, column1, column2; /* the filters' last two values */
	float energy;
	uint16_t filled; /* samples of this block */
	uint8_t notches; /* in use */
	uint8_t misses;  /* blocks without the digit that is on */
	int8_t digit;    /* that is on; -1: none */
	struct dtmf_block last;
	struct dtmf_notch notch[DTMF_NOTCHES_MAX];
};

void dtmf_detector_start(void); /* by dsp_start() */

void dtmf_detector_init(struct dtmf_detector *d);
/* Takes out tones that we send ourselves (dial tone) before looking for digits. count 0: none. */
void dtmf_detector_ignore(struct dtmf_detector *d, const uint16_t *hz, unsigned count);
/*
 * Returns the digit that is on at the end of these samples ('\0': none). count at most two blocks, so that no digit
 * can come and go within one call.
 */
char dtmf_detector_process(struct dtmf_detector *d, const int16_t *samples, size_t count);

#endif
