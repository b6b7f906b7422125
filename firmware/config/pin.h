/*
 * Private to config: PINs are kept as HMAC-SHA-256 with the box's key; the agent's number is the salt, so that a PIN
 * typed again is the same line.
 */
#ifndef BELFRY_CONFIG_PIN_H
#define BELFRY_CONFIG_PIN_H

#include <stdbool.h>
#include <stddef.h>

/* The PIN in a line's words becomes its hash, in text, if it is not one already. */
void pin_hash_words(const char **word, unsigned count, char *text, size_t size);
bool pin_is_hash(const char *word);
/* It had fewer than 4 digits: kept, since the warning must survive the hashing. */
bool pin_is_short(const char *hash);

#endif
