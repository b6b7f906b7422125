/*
 * The box's own key (DATA/key, made at the first start, readable by belfryd alone, never leaves the box) and what is
 * made with it. PINs have a key of their own, derived from it, that goes with a backup: those set on another box are
 * checked with that box's PIN key (DATA/keys).
 *
 * Thread: settings_load() and the console's thread change keys; everything else from any thread. Keys of other boxes
 * are only ever added, so that no reader needs a lock.
 */
#ifndef BELFRY_CONFIG_SECRET_H
#define BELFRY_CONFIG_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/fault.h"

#define SECRET_BYTES      32
#define SECRET_ID_BYTES   9  /* 8 hex digits and the end */
#define SECRET_KEYS_MAX   16 /* of other boxes */
#define SECRET_NONCE      12
#define SECRET_TAG        16
#define SECRET_SEAL_BYTES (SECRET_NONCE + SECRET_TAG) /* by how much a sealed text is longer */

/* Reads or makes the key of this data folder. Where there is no such folder the key lasts as long as the program. */
MUST_CHECK int secret_load(const char *folder, struct fault *fault);
/* The key was made by the last secret_load(): there was none. */
bool secret_is_fresh(void);

/* HMAC-SHA-256 of two pieces with the box's key. */
void secret_hmac(const void *a, size_t a_bytes, const void *b, size_t b_bytes, uint8_t digest[SECRET_BYTES]);
void secret_hmac_with(const uint8_t with[SECRET_BYTES], const void *bytes, size_t count, uint8_t digest[SECRET_BYTES]);
/* For PINs, with the PIN key of this name: this box's or another's. False: there is none. */
bool secret_hmac_by(const char *id, const void *a, size_t a_bytes, const void *b, size_t b_bytes,
                    uint8_t digest[SECRET_BYTES]);
/* Of bytes: two hex digits each and the end. Back: exactly count bytes, else -EINVAL. */
void secret_hex(const uint8_t *bytes, size_t count, char *text);
MUST_CHECK int secret_from_hex(const char *text, uint8_t *bytes, size_t count);

/* The box's key itself, to look for it where it must not be. */
void secret_own_hex(char text[2 * SECRET_BYTES + 1]);
/* The name of the box's key; the PIN key that goes by a name; the names of those of other boxes, from 0. Or NULL. */
const char *secret_id(void);
const uint8_t *secret_key(const char *id);
const char *secret_other_id(unsigned index);
/* Makes another box's PIN key known; secret_keep() makes it last. -ENOSPC: there are SECRET_KEYS_MAX. */
MUST_CHECK int secret_add(const char *id, const uint8_t key[SECRET_BYTES], struct fault *fault);
MUST_CHECK int secret_keep(const char *folder, struct fault *fault);

/* A key for one purpose, made from the box's or from any other key (from NULL: the box's). */
void secret_derive(const uint8_t *from, const char *purpose, uint8_t key[SECRET_BYTES]);
/* From a pass phrase: PBKDF2-HMAC-SHA-256, some 100 ms of CPU. */
void secret_from_phrase(const char *phrase, unsigned rounds, const uint8_t *salt, size_t salt_bytes,
                        uint8_t key[SECRET_BYTES]);
/* ChaCha20-Poly1305; sealed has bytes + SECRET_SEAL_BYTES. Open: -EBADMSG with the wrong key or a changed text. */
MUST_CHECK int secret_seal(const uint8_t key[SECRET_BYTES], const void *text, size_t bytes, uint8_t *sealed);
MUST_CHECK int secret_open(const uint8_t key[SECRET_BYTES], const uint8_t *sealed, size_t sealed_bytes, void *text);
MUST_CHECK int secret_random(void *bytes, size_t count);
void secret_sha256(const void *bytes, size_t count, uint8_t digest[SECRET_BYTES]);
/* In a time that does not depend on where they differ. */
bool secret_same(const void *a, const void *b, size_t count);

#endif
