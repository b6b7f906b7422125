/*
 * Private to management: ASN.1 basic encoding rules (X.690) as SNMP uses them. Written from the end of the buffer to
 * its beginning, so that a length is known when it is written. Pure, no allocation.
 */
#ifndef BELFRY_MANAGEMENT_BER_H
#define BELFRY_MANAGEMENT_BER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ber_tag {
	BER_INTEGER = 0x02,
	BER_OCTETS = 0x04,
	BER_OBJECT = 0x06,
	BER_SEQUENCE = 0x30,
	BER_UNSIGNED32 = 0x42, /* RFC 2578: Gauge32 */
	BER_TIMETICKS = 0x43,
	BER_RESPONSE = 0xa2,
	BER_INFORM = 0xa6,
	BER_TRAP = 0xa7
};

struct ber_writer {
	uint8_t *buffer;
	size_t at; /* what is written begins here, and ends at the buffer's end */
	bool full; /* something did not fit: nothing of it is of use */
};

/* Where what is written next will end: given to ber_close(). */
size_t ber_mark(const struct ber_writer *writer);
/* Tag and length before all that was written since mark. */
void ber_close(struct ber_writer *writer, enum ber_tag tag, size_t mark);
void ber_octets(struct ber_writer *writer, const void *bytes, size_t count);
void ber_integer(struct ber_writer *writer, int32_t value);
void ber_unsigned(struct ber_writer *writer, enum ber_tag tag, uint32_t value);
/* count arcs, the first two (1.3) among them. */
void ber_object(struct ber_writer *writer, const uint32_t *arcs, size_t count);

struct ber_reader {
	const uint8_t *at;
	size_t left;
};

/* The next element: its tag, and what is in it; false: there is none that is whole. Lengths of up to two bytes. */
bool ber_next(struct ber_reader *reader, uint8_t *tag, struct ber_reader *content);
/* The whole of an INTEGER's content, up to 32 bits. */
bool ber_to_integer(const struct ber_reader *content, int32_t *value);

#endif
