/* Basic encoding rules, back to front. */
#include "management/ber.h"

#include <string.h>

#define LENGTH_LONG_1 0x81 /* the length is in one byte more, in two */
#define LENGTH_LONG_2 0x82
#define LENGTH_SHORT  0x80 /* below: the length itself */
#define ARC_BITS      7
#define ARC_MORE      0x80

static void byte(struct ber_writer *writer, unsigned value)
{
	if (writer->at == 0)
		writer->full = true;
	else
		writer->buffer[--writer->at] = (uint8_t)value;
}

size_t ber_mark(const struct ber_writer *writer)
{
	return writer->at;
}

void ber_close(struct ber_writer *writer, enum ber_tag tag, size_t mark)
{
	size_t length = mark - writer->at;

	if (length > UINT16_MAX)
		writer->full = true;
	byte(writer, length & 0xff);
	if (length > 0xff)
		byte(writer, (unsigned)(length >> 8));
	if (length > 0xff)
		byte(writer, LENGTH_LONG_2);
	else if (length >= LENGTH_SHORT)
		byte(writer, LENGTH_LONG_1);
	byte(writer, tag);
}

void ber_octets(struct ber_writer *writer, const void *bytes, size_t count)
{
	size_t mark = ber_mark(writer);

	if (count > writer->at) {
		writer->full = true;
		return;
	}
	writer->at -= count;
	memcpy(writer->buffer + writer->at, bytes, count);
	ber_close(writer, BER_OCTETS, mark);
}

/* As few bytes as keep the sign: X.690 8.3.2. */
static void two_complement(struct ber_writer *writer, enum ber_tag tag, int64_t value)
{
	size_t mark = ber_mark(writer);

	do {
		byte(writer, (unsigned)(value & 0xff));
		value >>= 8;
	} while (!writer->full && !(value == 0 && !(writer->buffer[writer->at] & 0x80)) &&
	         !(value == -1 && writer->buffer[writer->at] & 0x80));
	ber_close(writer, tag, mark);
}

void ber_integer(struct ber_writer *writer, int32_t value)
{
	two_complement(writer, BER_INTEGER, value);
}

void ber_unsigned(struct ber_writer *writer, enum ber_tag tag, uint32_t value)
{
	two_complement(writer, tag, value);
}

static void arc(struct ber_writer *writer, uint32_t value)
{
	byte(writer, value & (ARC_MORE - 1));
	while (value >>= ARC_BITS)
		byte(writer, ARC_MORE | (value & (ARC_MORE - 1)));
}

void ber_object(struct ber_writer *writer, const uint32_t *arcs, size_t count)
{
	size_t mark = ber_mark(writer);

	while (count > 2)
		arc(writer, arcs[--count]);
	arc(writer, arcs[0] * 40 + arcs[1]);
	ber_close(writer, BER_OBJECT, mark);
}

static bool take(struct ber_reader *reader, uint8_t *value)
{
	if (!reader->left)
		return false;
	*value = *reader->at++;
	reader->left--;
	return true;
}

bool ber_next(struct ber_reader *reader, uint8_t *tag, struct ber_reader *content)
{
	uint8_t first, byte1 = 0, byte2 = 0;
	size_t length;

	if (!take(reader, tag) || !take(reader, &first))
		return false;
	length = first;
	if (first >= LENGTH_SHORT) {
		if ((first != LENGTH_LONG_1 && first != LENGTH_LONG_2) || !take(reader, &byte1) ||
		    (first == LENGTH_LONG_2 && !take(reader, &byte2)))
			return false;
		length = first == LENGTH_LONG_1 ? byte1 : (size_t)byte1 << 8 | byte2;
	}
	if (length > reader->left)
		return false;
	*content = (struct ber_reader){reader->at, length};
	reader->at += length;
	reader->left -= length;
	return true;
}

bool ber_to_integer(const struct ber_reader *content, int32_t *value)
{
	uint32_t bits;
	size_t i;

	if (content->left < 1 || content->left > sizeof(bits))
		return false;
	bits = content->at[0] & 0x80 ? UINT32_MAX : 0;
	for (i = 0; i < content->left; i++)
		bits = bits << 8 | content->at[i];
	memcpy(value, &bits, sizeof(bits));
	return true;
}
