/*
 * The box's own key (DATA/key, made at the first start, readable by belfryd alone) and what is made with it.
 *
 * Thread: the key is set once by settings_load(); all else from any thread.
 */
#ifndef BELFRY_CONFIG_SECRET_H
#define BELFRY_CONFIG_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/fault.h"

#define SECRET_BYTES 32

/* Reads or makes the key of this data folder. Where there is no such folder the key lasts as long as the program. */
MUST_CHECK int secret_load(const char *folder, struct fault *fault);

/* HMAC-SHA-256 of two pieces with the box's key. */
void secret_hmac(const void *a, size_t a_bytes, const void *b, size_t b_bytes, uint8_t digest[SECRET_BYTES]);
/* Of a digest: 64 hex digits and the end. */
void secret_hex(const uint8_t *bytes, size_t count, char *text);

#endif
