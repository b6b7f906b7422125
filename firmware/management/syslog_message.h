/*
 * Private to management: syslog messages as RFC 5424 spells them. Pure.
 */
#ifndef BELFRY_MANAGEMENT_SYSLOG_MESSAGE_H
#define BELFRY_MANAGEMENT_SYSLOG_MESSAGE_H

#include "management/management.h"

/* RFC 5426 3.2: receivers take 2048 bytes as a rule, all of them 480. */
#define SYSLOG_MESSAGE_BYTES 1024

struct syslog_sender {
	const char *box;
	uint32_t process;
};

/* Bytes written; no terminating zero counts. */
size_t syslog_alarm(const struct syslog_sender *sender, const struct management_alarm *alarm,
                    char text[SYSLOG_MESSAGE_BYTES]);
size_t syslog_line(const struct syslog_sender *sender, uint64_t wall_us, enum log_level level, enum log_room room,
                   const char *line, char text[SYSLOG_MESSAGE_BYTES]);
size_t syslog_start(const struct syslog_sender *sender, uint64_t wall_us, const char *serial,
                    char text[SYSLOG_MESSAGE_BYTES]);

#endif
