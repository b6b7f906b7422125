/*
 * Private to management: SNMPv2c notifications (RFC 3416 4.2.6, 4.2.7) as docs/BELFRY-MIB.txt describes them, and the
 * response to an inform. Pure.
 */
#ifndef BELFRY_MANAGEMENT_SNMP_MESSAGE_H
#define BELFRY_MANAGEMENT_SNMP_MESSAGE_H

#include "management/management.h"

/* RFC 3417 3.1: every receiver takes 484 bytes; longer ones are common, and ours fit an Ethernet frame. */
#define SNMP_MESSAGE_BYTES 1024

struct snmp_notification {
	bool inform; /* else a trap */
	const char *community;
	int32_t request;   /* its number, which the response has */
	uint32_t up_ticks; /* hundredths of a second since the box began */
	const char *box, *serial;
	const struct management_alarm *alarm; /* NULL: the box has started (coldStart) */
};

/* Into the end of buffer; first: where it begins. Bytes, or 0 if it did not fit. */
size_t snmp_message(const struct snmp_notification *what, uint8_t buffer[SNMP_MESSAGE_BYTES], const uint8_t **first);

/* Whether that is a response without error, of this community; request: to which inform. */
bool snmp_response(const uint8_t *bytes, size_t count, const char *community, int32_t *request);

/* DateAndTime (RFC 2579), UTC, from microseconds since 1970. */
void snmp_date(uint64_t wall_us, uint8_t date[11]);

#endif
