/*
 * Private to management: one receiver, its socket and the messages that wait for it. Nothing blocks but the look-up of
 * a name. What cannot be sent is tried again after a while; an inform until it is acknowledged, less and less often.
 */
#ifndef BELFRY_MANAGEMENT_RECEIVER_H
#define BELFRY_MANAGEMENT_RECEIVER_H

#include "management/management.h"
#include "management/snmp_message.h"
#include "management/syslog_message.h"

#define RECEIVER_MESSAGES_MAX  80
#define RECEIVER_MESSAGE_BYTES 1024
_Static_assert(RECEIVER_MESSAGE_BYTES >= SNMP_MESSAGE_BYTES, "every trap has room");
_Static_assert(RECEIVER_MESSAGE_BYTES >= SYSLOG_MESSAGE_BYTES, "every line has room");

struct receiver_message {
	int32_t request; /* SNMP: its number */
	uint16_t bytes;
	uint8_t data[RECEIVER_MESSAGE_BYTES];
};

struct receiver {
	struct management_receiver wanted;
	int fd;               /* -1: no address yet, or the last attempt failed */
	unsigned address;     /* of those that its name has: the one whose turn it is */
	bool more_addresses;  /* behind the one that fd goes to */
	uint64_t due_us;      /* next attempt; 0: at once */
	uint64_t patience_us; /* informs: until the next repetition */
	bool asked;           /* informs: the first in the queue was sent and is not acknowledged */
	uint64_t sent, acknowledged, dropped;
	char trouble[80];
	uint32_t first, count;
	struct receiver_message queue[RECEIVER_MESSAGES_MAX];
};

void receiver_begin(struct receiver *receiver, const struct management_receiver *wanted);
void receiver_end(struct receiver *receiver);
bool receiver_is(const struct receiver *receiver, const struct management_receiver *wanted);

/* Room for one more message, the last; what gives way when there is none is counted. NULL: a line of the log does. */
struct receiver_message *receiver_add(struct receiver *receiver, bool log_line);
/* Sends what is due, hears what was acknowledged. True if it did anything. */
bool receiver_work(struct receiver *receiver, uint64_t now_us);
/* When it wants to work again; TIMER_NEVER: nothing waits. */
uint64_t receiver_due_us(const struct receiver *receiver);

#endif
