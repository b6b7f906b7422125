/*
 * The journal's frames, shared by its writer and its reader: varint of length << 3 | kind, body, CRC-32 of the frame
 * before's CRC, length and body. Inside firmware/acd only.
 */
#ifndef BELFRY_ACD_FRAME_H
#define BELFRY_ACD_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define FRAME_MAGIC_BYTES     8
#define FRAME_EVENTS_MAGIC    "BELFRYJ3"
#define FRAME_DECISIONS_MAGIC "BELFRYD3"
#define FRAME_OLDEST          '2' /* the last octet of the oldest version whose records are understood */
#define FRAME_KIND_BITS       3
#define FRAME_CRC_BYTES       4
#define FRAME_HASH_START      UINT64_C(0xcbf29ce484222325)

/* 0 never is one: zeros are the end. */
enum frame_kind { FRAME_END, FRAME_STATE, FRAME_EVENTS, FRAME_GAP, FRAME_DECISIONS };

/* The build's limits that decisions may depend on, behind the magic; at most FRAME_LIMITS_BYTES. */
#define FRAME_LIMITS_BYTES 40
size_t frame_limits(uint8_t *bytes);
/* FNV-1a, 64 bit. */
uint64_t frame_hash(uint64_t hash, const uint8_t *bytes, size_t count);

#endif
