/*
 * Pseudo-random test pattern 2^15-1 (ITU-T O.151 clause 2.1: stages 14 and 15 fed back, output inverted), octets sent
 * first bit first as on the line, and its receiver, which finds the pattern by itself and counts bit errors.
 */
#ifndef BELFRY_DSP_PRBS_H
#define BELFRY_DSP_PRBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct prbs_sender {
	uint16_t stages;
};

struct prbs_receiver {
	uint16_t stages;
	bool synchronised;
	uint16_t right;                 /* bits predicted rightly in a row while not synchronised */
	uint16_t window, window_errors; /* of the present window while synchronised */
	uint64_t bits, errors, losses;  /* while synchronised; losses of synchronisation */
};

void prbs_sender_init(struct prbs_sender *sender);
void prbs_send(struct prbs_sender *sender, uint8_t *octets, size_t count);

void prbs_receiver_init(struct prbs_receiver *receiver);
void prbs_receive(struct prbs_receiver *receiver, const uint8_t *octets, size_t count);

#endif
