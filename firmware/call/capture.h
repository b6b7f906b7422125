/*
 * D-channel capture to a pcap file (link type 177, LINUX_LAPD), as tshark reads it.
 *
 * The control thread hands frames over by a bounded mailbox and never waits for the disk; another thread (admin, or
 * the main loop in virtual time) writes them with capture_drain(). Frames that find the mailbox full are counted.
 */
#ifndef BELFRY_CALL_CAPTURE_H
#define BELFRY_CALL_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/fault.h"

struct capture;

/* path NULL: a capture that takes nothing. */
MUST_CHECK int capture_new(struct capture **out, const char *path, struct fault *fault);
void capture_free(struct capture *capture); /* writes what is left */
void capture_frame(struct capture *capture, unsigned span, bool sent, const uint8_t *bytes, size_t count,
                   uint64_t wall_us);
/* Writes what is queued. True if it wrote anything. */
bool capture_drain(struct capture *capture);
uint64_t capture_lost(const struct capture *capture);

#endif
