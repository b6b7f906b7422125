/*
 * CRC-32 of IEEE 802.3, as zlib counts it: crc32_more(0, ...) starts, and the result of one goes into the next.
 */
#ifndef BELFRY_STORE_CRC32_H
#define BELFRY_STORE_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32_more(uint32_t crc, const void *bytes, size_t count);

#endif
