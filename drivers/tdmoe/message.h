/*
 * The tdmoe message and the TDMoE frames in it, as WIRE.md describes them. Pure: bytes in, facts out; every length is
 * checked before a byte is read. Nothing here knows which spans are configured.
 */
#ifndef BELFRY_DRIVERS_TDMOE_MESSAGE_H
#define BELFRY_DRIVERS_TDMOE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/driver.h"

#define TDMOE_MESSAGE_HEADER_BYTES 16
#define TDMOE_FRAME_SAMPLES        8
#define TDMOE_FRAMES_PER_PERIOD    (DRIVER_PERIOD_SAMPLES / TDMOE_FRAME_SAMPLES)
#define TDMOE_FRAME_HEADER_BYTES   22 /* Ethernet, span, dynamic-span header: up to the signalling bits */
#define TDMOE_CAS_WORDS_MAX        ((DRIVER_TIMESLOTS_MAX + 3) / 4)
#define TDMOE_FRAME_BYTES_MAX                                                                                          \
	(TDMOE_FRAME_HEADER_BYTES + 2 * TDMOE_CAS_WORDS_MAX + TDMOE_FRAME_SAMPLES * DRIVER_TIMESLOTS_MAX)
/* Room for every span of the build, and once more for duplicates and stragglers. */
#define TDMOE_MESSAGE_BYTES_MAX                                                                                        \
	(TDMOE_MESSAGE_HEADER_BYTES + 2 * CONFIG_SPANS_MAX * TDMOE_FRAMES_PER_PERIOD * (2 + TDMOE_FRAME_BYTES_MAX))

enum { TDMOE_FLAG_YELLOW = 1, TDMOE_FLAG_CAS = 2, TDMOE_FLAG_LOOPBACK = 4 };

struct tdmoe_header {
	uint64_t sample_clock;
	uint16_t samples, frames;
};

struct tdmoe_frame {
	uint16_t span; /* sub-address; 0 in a bad frame that is too short to say */
	uint8_t flags;
	uint16_t sequence, channels;
	const uint8_t *cas;     /* ceil(channels / 4) big-endian words; NULL: no signalling bits */
	const uint8_t *samples; /* TDMOE_FRAME_SAMPLES a channel, channel by channel */
};

/* Walks the frames of one message. */
struct tdmoe_cursor {
	const uint8_t *at, *end;
	unsigned frames_left;
};

/* 0, or -EBADMSG: not a tdmoe message. */
MUST_CHECK int tdmoe_message_open(const uint8_t *message, size_t bytes, struct tdmoe_header *header,
                                  struct tdmoe_cursor *cursor);
/* 1: a frame. 0: no more. -EBADMSG: a bad frame (its span is set where it can be told); the walk may go on. */
MUST_CHECK int tdmoe_message_next(struct tdmoe_cursor *cursor, struct tdmoe_frame *frame);

size_t tdmoe_frame_bytes(unsigned channels);
/* Both write at to and return what follows. */
uint8_t *tdmoe_put_header(uint8_t *to, const struct tdmoe_header *header);
/* The frame up to and with its signalling bits (cas: one word for four channels, host order); samples follow. */
uint8_t *tdmoe_put_frame(uint8_t *to, unsigned span, uint8_t flags, uint16_t sequence, unsigned channels,
                         const uint16_t *cas);

#endif
