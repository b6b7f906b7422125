/* SNMPv2c notifications. Everything is written from its end to its beginning (ber.h). */
#include "management/snmp_message.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "config_limits.h"
#include "management/ber.h"

#define VERSION_2C 1 /* RFC 1901 */

/* docs/BELFRY-MIB.txt: enterprise.1 is the MIB, below it 0 the notifications, 1 what they carry. */
#define MIB                 1, 3, 6, 1, 4, 1, CONFIG_ENTERPRISE_NUMBER, 1
#define ARCS(name, ...)     static const uint32_t name[] = {__VA_ARGS__}
#define OBJECT(writer, oid) ber_object(writer, oid, sizeof(oid) / sizeof((oid)[0]))

ARCS(sys_up_time, 1, 3, 6, 1, 2, 1, 1, 3, 0);
ARCS(trap_oid, 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0);
ARCS(cold_start, 1, 3, 6, 1, 6, 3, 1, 1, 5, 1);
ARCS(alarm_raised, MIB, 0, 1);
ARCS(alarm_cleared, MIB, 0, 2);
ARCS(alarm_id, MIB, 1, 1, 0);
ARCS(alarm_severity, MIB, 1, 2, 0);
ARCS(alarm_about, MIB, 1, 3, 0);
ARCS(alarm_text, MIB, 1, 4, 0);
ARCS(alarm_since, MIB, 1, 5, 0);
ARCS(box_name, MIB, 1, 6, 0);
ARCS(box_serial, MIB, 1, 7, 0);

/* As the MIB numbers them. */
static const int32_t severity_numbers[SEVERITY_COUNT] = {
    [SEVERITY_MINOR] = 3, [SEVERITY_MAJOR] = 2, [SEVERITY_CRITICAL] = 1};

#define BIND(writer, oid, value)                                                                                       \
	do {                                                                                                           \
		size_t mark_ = ber_mark(writer);                                                                       \
		value;                                                                                                 \
		OBJECT(writer, oid);                                                                                   \
		ber_close(writer, BER_SEQUENCE, mark_);                                                                \
	} while (0)

void snmp_date(uint64_t wall_us, uint8_t date[11])
{
	time_t seconds = (time_t)(wall_us / US_PER_S);
	struct tm utc;

	gmtime_r(&seconds, &utc);
	date[0] = (uint8_t)((utc.tm_year + 1900) >> 8);
	date[1] = (uint8_t)(utc.tm_year + 1900);
	date[2] = (uint8_t)(utc.tm_mon + 1);
	date[3] = (uint8_t)utc.tm_mday;
	date[4] = (uint8_t)utc.tm_hour;
	date[5] = (uint8_t)utc.tm_min;
	date[6] = (uint8_t)utc.tm_sec;
	date[7] = (uint8_t)(wall_us % US_PER_S / 100000);
	date[8] = '+';
	date[9] = date[10] = 0;
}

static void text(struct ber_writer *writer, const char *value)
{
	ber_octets(writer, value, strlen(value));
}

static void bind_alarm(struct ber_writer *writer, const struct management_alarm *alarm)
{
	uint8_t since[11];

	snmp_date(alarm->since_us, since);
	BIND(writer, alarm_since, ber_octets(writer, since, sizeof(since)));
	BIND(writer, alarm_text, text(writer, alarm->text));
	BIND(writer, alarm_about, text(writer, alarm->about));
	BIND(writer, alarm_severity, ber_integer(writer, severity_numbers[alarm->severity]));
	BIND(writer, alarm_id, ber_unsigned(writer, BER_UNSIGNED32, alarm->id));
}

static void bind_all(struct ber_writer *writer, const struct snmp_notification *what)
{
	size_t mark = ber_mark(writer);

	BIND(writer, box_serial, text(writer, what->serial));
	BIND(writer, box_name, text(writer, what->box));
	if (!what->alarm) {
		BIND(writer, trap_oid, OBJECT(writer, cold_start));
	} else {
		bind_alarm(writer, what->alarm);
		if (what->alarm->cleared)
			BIND(writer, trap_oid, OBJECT(writer, alarm_cleared));
		else
			BIND(writer, trap_oid, OBJECT(writer, alarm_raised));
	}
	BIND(writer, sys_up_time, ber_unsigned(writer, BER_TIMETICKS, what->up_ticks));
	ber_close(writer, BER_SEQUENCE, mark);
}

size_t snmp_message(const struct snmp_notification *what, uint8_t buffer[SNMP_MESSAGE_BYTES], const uint8_t **first)
{
	struct ber_writer writer = {.buffer = buffer, .at = SNMP_MESSAGE_BYTES};

	bind_all(&writer, what);
	ber_integer(&writer, 0); /* error index, error status */
	ber_integer(&writer, 0);
	ber_integer(&writer, what->request);
	ber_close(&writer, what->inform ? BER_INFORM : BER_TRAP, SNMP_MESSAGE_BYTES);
	text(&writer, what->community);
	ber_integer(&writer, VERSION_2C);
	ber_close(&writer, BER_SEQUENCE, SNMP_MESSAGE_BYTES);
	*first = buffer + writer.at;
	return writer.full ? 0 : SNMP_MESSAGE_BYTES - writer.at;
}

static bool next_integer(struct ber_reader *reader, int32_t *value)
{
	struct ber_reader content;
	uint8_t tag;

	return ber_next(reader, &tag, &content) && tag == BER_INTEGER && ber_to_integer(&content, value);
}

bool snmp_response(const uint8_t *bytes, size_t count, const char *community, int32_t *request)
{
	struct ber_reader all = {bytes, count}, message, pdu, name;
	int32_t version, error;
	uint8_t tag;

	if (!ber_next(&all, &tag, &message) || tag != BER_SEQUENCE || !next_integer(&message, &version) ||
	    version != VERSION_2C || !ber_next(&message, &tag, &name) || tag != BER_OCTETS ||
	    name.left != strlen(community) || memcmp(name.at, community, name.left) != 0)
		return false;
	return ber_next(&message, &tag, &pdu) && tag == BER_RESPONSE && next_integer(&pdu, request) &&
	       next_integer(&pdu, &error) && error == 0;
}
