/*
 * What a network management system is told of this box: alarms raised and cleared, and the start, as SNMPv2c traps or
 * informs (RFC 3416) and as syslog messages (RFC 5424 over UDP, RFC 5426); lines of the log to syslog besides.
 *
 * Thread: an actor of its own at normal priority, since a name may take long to resolve. Any thread tells, never
 * blocks: what does not fit is counted. Each receiver has a queue of its own: what cannot be sent yet (no network, no
 * address) waits there and goes in order; an inform waits until it is acknowledged. Full, the oldest is dropped and
 * counted. A receiver that is new is told at once of the alarms that stand.
 */
#ifndef BELFRY_MANAGEMENT_MANAGEMENT_H
#define BELFRY_MANAGEMENT_MANAGEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/actor.h"
#include "base/attributes.h"
#include "base/log.h"
#include "base/severity.h"

#define MANAGEMENT_RECEIVERS_MAX 8
#define MANAGEMENT_HOST_BYTES    64

enum management_kind { MANAGEMENT_SYSLOG, MANAGEMENT_TRAP, MANAGEMENT_INFORM, MANAGEMENT_KIND_COUNT };
/* "syslog", "trap", "inform". */
const char *management_kind_name(enum management_kind kind);

struct management_receiver {
	enum management_kind kind;
	char host[MANAGEMENT_HOST_BYTES]; /* name or address */
	uint16_t port;
	char community[33];   /* SNMP */
	enum log_level level; /* syslog: lines of the log of this level and worse */
};

struct management_settings {
	char box[64], serial[40]; /* who we are; serial: "" none */
	uint32_t count;
	struct management_receiver receivers[MANAGEMENT_RECEIVERS_MAX];
};

struct management_alarm {
	uint32_t id;
	bool cleared;
	enum severity severity;
	uint64_t since_us, at_us; /* wall clock; at: when it was raised or cleared */
	char about[64];           /* key: what it is about, "span 1 red" */
	char text[160];
};

/* How a receiver is doing. */
struct management_status {
	struct management_receiver receiver; /* without its community */
	uint64_t sent, acknowledged, dropped;
	uint32_t waiting;
	char trouble[80]; /* "": none */
};

struct management;
MUST_CHECK int management_new(struct management **out);
void management_free(struct management *management);
struct actor *management_actor(struct management *management);

/* Control thread. NULL: nobody is told. */
void management_configure(struct management *management, const struct management_settings *settings);
void management_alarm(struct management *management, const struct management_alarm *alarm);
/* The thread that drains the log. Alarms (LOG_ALARM) are left out: they are told by themselves. */
void management_log(struct management *management, uint64_t wall_us, enum log_level level, enum log_room room,
                    const char *text);

/* Any thread: a copy of how the receivers are doing; how many. */
uint32_t management_look(struct management *management, struct management_status *status, uint32_t room);
/* Messages that came faster than they could be told, since start. */
uint64_t management_refused(const struct management *management);

#endif
