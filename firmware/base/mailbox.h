/*
 * A bounded lock-free mailbox: any number of senders, one receiver, messages of one size copied in and out.
 *
 * Memory is taken once, in mailbox_new(). A full mailbox refuses the message and counts it; the sender decides what
 * gives way (statistics first, recordings next, calls never). Several mailboxes of one actor share its doorbell.
 */
#ifndef BELFRY_BASE_MAILBOX_H
#define BELFRY_BASE_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

/*
 * Wakes one actor. Ringing is cheap while the owner is awake (one atomic exchange); only a sleeping owner costs a
 * system call (eventfd). In virtual time nobody sleeps on it.
 */
struct doorbell;
MUST_CHECK int doorbell_new(struct doorbell **out);
void doorbell_free(struct doorbell *bell);
void doorbell_ring(struct doorbell *bell);
int doorbell_fd(const struct doorbell *bell); /* readable while rung and the owner asleep: for poll() */
/* Owner: about to sleep. True: nothing was rung since doorbell_awake(), poll() may block. False: step again first. */
bool doorbell_may_sleep(struct doorbell *bell);
void doorbell_awake(struct doorbell *bell); /* owner: after poll(), before draining */

struct mailbox;
/* capacity is rounded up to a power of two. bell may be NULL (the receiver polls). 0 or -ENOMEM. */
MUST_CHECK int mailbox_new(struct mailbox **out, const char *name, size_t message_bytes, uint32_t capacity,
                           struct doorbell *bell);
void mailbox_free(struct mailbox *box);

/* Any thread. 0, or -ENOBUFS when full (counted). */
MUST_CHECK int mailbox_send(struct mailbox *box, const void *message);
/* Receiver only. False when empty. */
bool mailbox_receive(struct mailbox *box, void *message);
bool mailbox_empty(const struct mailbox *box);
/* Messages waiting, from any thread: a snapshot, for gauges and for deciding what gives way. */
uint32_t mailbox_waiting(const struct mailbox *box);

const char *mailbox_name(const struct mailbox *box);
uint64_t mailbox_refused(const struct mailbox *box); /* messages refused because it was full, since start */

#endif
