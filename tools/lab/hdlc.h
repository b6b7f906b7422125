/*
 * HDLC on a D timeslot: flags, bit stuffing, FCS-16. The first bit on the line is the top bit of the timeslot's octet
 * (G.704), and it is the lowest bit of the HDLC octet (Q.921 2.8.1).
 */
#ifndef BELFRY_LAB_HDLC_H
#define BELFRY_LAB_HDLC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HDLC_FRAME_MAX    300
#define HDLC_QUEUE_FRAMES 64

struct hdlc;
typedef void hdlc_frame(void *user, const uint8_t *frame, size_t bytes);

int hdlc_new(struct hdlc **out, hdlc_frame *received, void *user);
void hdlc_free(struct hdlc *hdlc);
/* Queues a frame without its FCS. -ENOBUFS: the queue is full (counted); -EMSGSIZE. */
int hdlc_send(struct hdlc *hdlc, const uint8_t *frame, size_t bytes);
void hdlc_fill(struct hdlc *hdlc, uint8_t *octets, size_t count);
void hdlc_take(struct hdlc *hdlc, const uint8_t *octets, size_t count);
/* The line was cut: what was half received is thrown away, what waits to be sent too. */
void hdlc_reset(struct hdlc *hdlc);
struct hdlc_counters {
	uint64_t received, bad, sent, overflow;
};
void hdlc_counters(const struct hdlc *hdlc, struct hdlc_counters *out);

#endif
