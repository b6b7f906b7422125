/*
 * Private to config and admin: passwords of console users, as crypt(3) makes them (yescrypt, some 18 ms of CPU each).
 *
 * Thread: any that is not real time; a password that somebody offers is checked on a thread of its own (admin/login.c).
 */
#ifndef BELFRY_CONFIG_PASSWORD_H
#define BELFRY_CONFIG_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

#define PASSWORD_BYTES_MIN 8
#define PASSWORD_BYTES_MAX 63

/* -EINVAL: crypt(3) cannot; -ENAMETOOLONG: no room for it. */
MUST_CHECK int password_hash(const char *password, char *hash, size_t size);
bool password_matches(const char *hash, const char *password);
/* A hash such as this release makes. */
bool password_is_hash(const char *word);
/* How many lines of a text of set lines have a password in them that is no hash yet. Quick. */
unsigned password_lines(const char *text);
/* The same text with hashes for them, which the caller frees. NULL: no memory. Takes long: any thread. */
char *password_lines_hashed(const char *text);
/* The password in the words of a `user NAME password` line becomes its hash, in text. */
void password_hash_words(const char **word, unsigned count, char *text, size_t size);

#endif
