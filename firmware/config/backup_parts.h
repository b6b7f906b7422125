/*
 * Private to config: what the two directions of a backup share.
 */
#ifndef BELFRY_CONFIG_BACKUP_PARTS_H
#define BELFRY_CONFIG_BACKUP_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/fault.h"
#include "config/customers.h"
#include "config/secret.h"

#define BACKUP_FORMAT      1
#define BACKUP_FIRST       "belfry-backup"
#define BACKUP_ROUNDS      100000
#define BACKUP_ROUNDS_MAX  1000000
#define BACKUP_SALT        BACKUP_SALT_BYTES
#define BACKUP_LINE_BYTES  48 /* of data on a line of hex or base64 */
#define BACKUP_PROMPTS_MAX 500
#define BACKUP_NAME_BYTES  128 /* an announcement's name and the end */
#define PURPOSE_WRAP       "backup wrap"
#define PURPOSE_SIGNATURE  "backup signature"
#define PURPOSE_SEAL       "backup secrets"

/* An announcement of this name can be written and read back: a word of its own on the line, in no other folder. */
bool backup_takes_name(const char *name);

/* backup_customers.c: the customer table of this folder; nothing if there is none. */
void backup_print_base64(FILE *out, const uint8_t *bytes, size_t count);
MUST_CHECK int backup_print_customers(FILE *out, const char *folder, const uint8_t file_key[SECRET_BYTES],
                                      struct fault *fault);
/* The same out of its octets, checked like one that is imported. */
MUST_CHECK int backup_open_customers(struct customers **out, const uint8_t *sealed, size_t bytes,
                                     const uint8_t file_key[SECRET_BYTES], struct fault *fault);

#endif
