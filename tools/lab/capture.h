/*
 * What passed on the D channels: a pcap file for Wireshark (link type 177, LINUX_LAPD) and the last frames in words for
 * failure messages.
 */
#ifndef BELFRY_LAB_CAPTURE_H
#define BELFRY_LAB_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAPTURE_TAIL_LINES 200
#define CAPTURE_LINE       160

struct capture;
int capture_new(struct capture **out, const char *pcap_path, char *error, size_t size);
void capture_free(struct capture *capture);
/* frame: without FCS. sent: by the lab. network_side: the lab is the network on this span. */
void capture_frame(struct capture *capture, unsigned span, bool sent, bool network_side, uint64_t at_samples,
                   const uint8_t *frame, size_t bytes);
/* A remark of the lab itself in the tail ("span 1: crossed call sent"). */
void capture_remark(struct capture *capture, uint64_t at_samples, const char *text);
void capture_tail(const struct capture *capture, char *text, size_t size, unsigned lines);
/* capture_words.c: one LAPD frame in words. False: not worth a line (a supervisory frame of a healthy link). */
bool capture_words(const uint8_t *frame, size_t bytes, char *text, size_t size);

#endif
