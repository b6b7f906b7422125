/*
 * Private to admin: wrong passwords of console users, counted; after three of them the name is locked, each further
 * one doubles the time. Kept on disk, so that a restart or a power cut neither forgives nor forgets.
 *
 * FOLDER/login-locks: a line "lock USER FAILURES UNTIL" each, UNTIL as wall-clock us; "strangers FAILURES UNTIL". It is
 * replaced as a whole for each password that counts; while a name is locked nothing is counted, which bounds the
 * writes. Where the wall clock makes no sense (no battery), a lock begins anew with the start, never longer.
 *
 * Thread: admin. Limits: a lock for each user of the settings, one for all other names together.
 */
#ifndef BELFRY_ADMIN_LOGIN_LOCKS_H
#define BELFRY_ADMIN_LOGIN_LOCKS_H

#include "config/config.h"

struct login_locks;

MUST_CHECK int login_locks_new(struct login_locks **out, const char *folder);
void login_locks_free(struct login_locks *locks);
/* Reads what was kept; config may be NULL. What cannot be read is logged and begun anew. */
void login_locks_load(struct login_locks *locks, const struct config *config, uint64_t now_us);
/* How long the name is locked still; 0: it is not. failures: how many there were. */
uint64_t login_locks_left_us(const struct login_locks *locks, const struct config *config, const char *user,
                             uint64_t now_us, uint32_t *failures);
void login_locks_failed(struct login_locks *locks, const struct config *config, const char *user, uint64_t now_us);
/* The right password: the user begins anew. */
void login_locks_right(struct login_locks *locks, const struct config *config, const char *user);

#endif
