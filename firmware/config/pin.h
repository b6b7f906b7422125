/*
 * Private to config: PINs are kept as HMAC-SHA-256 with the box's key; the agent's number is the salt, so that a PIN
 * typed again is the same line. One that came with another box's backup names that box's key.
 */
#ifndef BELFRY_CONFIG_PIN_H
#define BELFRY_CONFIG_PIN_H

#include <stdbool.h>
#include <stddef.h>

/* The PIN in a line's words becomes its hash, in text, if it is not one already. */
void pin_hash_words(const char **word, unsigned count, char *text, size_t size);
bool pin_is_hash(const char *word);
/* The key that it was made with is there: the box's own, or that of the box it came from. */
bool pin_has_key(const char *hash);
/* The hash with the name of its key, as it leaves the box. */
void pin_with_id(const char *hash, char *named, size_t size);
/* It had fewer than 4 digits: kept, since the warning must survive the hashing. */
bool pin_is_short(const char *hash);

#endif
