/*
 * HDLC on a 64 kbit/s timeslot (Q.921 2): flags, zero insertion, 16-bit frame check sequence.
 *
 * The first bit on the line is the most significant bit of a timeslot octet; the octets of a frame go out least
 * significant bit first, the low octet of the FCS before the high one, as DAHDI does it. Not thread-safe; the owner is
 * whoever calls it. No allocation after _new(). An idle line (octets that do not change) costs a compare or a memset.
 */
#ifndef BELFRY_DSP_HDLC_H
#define BELFRY_DSP_HDLC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

/* The longest frame without its FCS. Q.921 needs 264 (N201 of 260). */
#define HDLC_FRAME_BYTES_MAX 400

struct hdlc_receive_counts {
	uint64_t good, aborts, bad_crc, bad_length;
};

struct hdlc_receiver;
/* frame: without its FCS, valid during the call. */
typedef void (*hdlc_frame_handler)(void *user, const uint8_t *frame, size_t bytes);

MUST_CHECK int hdlc_receiver_new(struct hdlc_receiver **out, hdlc_frame_handler handler, void *user);
void hdlc_receiver_free(struct hdlc_receiver *receiver);
/* Forgets a frame in progress and hunts for a flag; the counts stay. */
void hdlc_receiver_restart(struct hdlc_receiver *receiver);
void hdlc_receive(struct hdlc_receiver *receiver, const uint8_t *line, size_t bytes);
void hdlc_receiver_counts(const struct hdlc_receiver *receiver, struct hdlc_receive_counts *out);

struct hdlc_sender;
/* Asked for the next frame when the one before has gone: bytes put into frame (room: HDLC_FRAME_BYTES_MAX), or 0. */
typedef size_t (*hdlc_next_frame)(void *user, uint8_t *frame);

MUST_CHECK int hdlc_sender_new(struct hdlc_sender **out, hdlc_next_frame next, void *user);
void hdlc_sender_free(struct hdlc_sender *sender);
/* Drops a frame in progress and goes on with flags. */
void hdlc_sender_restart(struct hdlc_sender *sender);
/* Fills line with the next bytes octets: frames as they come, flags between and after them. */
void hdlc_send(struct hdlc_sender *sender, uint8_t *line, size_t bytes);

#endif
