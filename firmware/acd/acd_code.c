/* See acd_code.h. */
#include "acd/acd_code.h"

#include <string.h>

void code_fault(struct cursor *cursor, const char *fault)
{
	if (!cursor->fault)
		cursor->fault = fault;
}

/* ---- numbers ---- */

static void put_number(struct cursor *cursor, uint64_t value)
{
	if (cursor->limit - cursor->at < VARINT_BYTES) {
		code_fault(cursor, "too large");
		return;
	}
	uint8_t *to = cursor->out + cursor->at;
	for (; value >= 0x80; value >>= 7)
		*to++ = (uint8_t)(value | 0x80);
	*to++ = (uint8_t)value;
	cursor->at = (size_t)(to - cursor->out);
}

static uint64_t get_number(struct cursor *cursor)
{
	uint64_t value = 0;
	for (unsigned shift = 0; shift < 64 && cursor->at < cursor->limit; shift += 7) {
		uint8_t byte = cursor->in[cursor->at++];
		if (shift == 63 && byte > 1)
			break;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return value;
	}
	code_fault(cursor, "a record of the wrong length");
	return 0;
}

uint64_t code_number(struct cursor *cursor, uint64_t value)
{
	if (cursor->fault)
		return 0;
	if (!cursor->out)
		return get_number(cursor);
	put_number(cursor, value);
	return value;
}

int64_t code_signed(struct cursor *cursor, int64_t value)
{
	uint64_t folded = (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
	folded = code_number(cursor, folded);
	return (int64_t)(folded >> 1 ^ (folded & 1 ? UINT64_MAX : 0));
}

void code_text(struct cursor *cursor, char *text, size_t room)
{
	size_t count = code_number(cursor, cursor->out ? strnlen(text, room) : 0);
	if (cursor->fault)
		return;
	if (count > room || count > cursor->limit - cursor->at) {
		code_fault(cursor, "a text of the wrong length");
		return;
	}
	if (cursor->out) {
		memcpy(cursor->out + cursor->at, text, count);
	} else {
		memset(text, 0, room);
		memcpy(text, cursor->in + cursor->at, count);
	}
	cursor->at += count;
}

/* ---- rows ---- */

static uint64_t value_of(const struct code_row *row, const void *at)
{
	uint64_t wide;
	uint32_t middle;
	uint16_t narrow;
	switch (row->bytes) {
	case 1:
		return *(const uint8_t *)at;
	case 2:
		memcpy(&narrow, at, sizeof(narrow));
		return narrow;
	case 4:
		memcpy(&middle, at, sizeof(middle));
		return middle;
	default:
		memcpy(&wide, at, sizeof(wide));
		return wide;
	}
}

static uint64_t room_of(const struct code_row *row)
{
	uint64_t type_max = UINT64_MAX >> (64 - 8 * row->bytes);
	return row->max < type_max ? row->max : type_max;
}

static void take(struct cursor *cursor, const struct code_row *row, void *at, uint64_t value)
{
	uint32_t middle = (uint32_t)value;
	uint16_t narrow = (uint16_t)value;
	if (value > room_of(row)) {
		code_fault(cursor, "a value out of its range");
		return;
	}
	switch (row->bytes) {
	case 1:
		*(uint8_t *)at = (uint8_t)value;
		break;
	case 2:
		memcpy(at, &narrow, sizeof(narrow));
		break;
	case 4:
		memcpy(at, &middle, sizeof(middle));
		break;
	default:
		memcpy(at, &value, sizeof(value));
	}
}

static void code_value(struct cursor *cursor, const struct code_row *row, void *at)
{
	if (cursor->out)
		code_number(cursor, value_of(row, at));
	else
		take(cursor, row, at, code_number(cursor, 0));
}

static void code_array(struct cursor *cursor, const struct code_row *row, uint8_t *at)
{
	uint64_t count = row->elements;
	while (cursor->out && count && !value_of(row, at + (count - 1) * row->stride))
		count--;
	count = code_number(cursor, count);
	if (count > row->elements) {
		code_fault(cursor, "an array longer than this build allows");
		return;
	}
	for (uint64_t i = 0; i < count; i++)
		code_value(cursor, row, at + i * row->stride);
}

uint32_t code_row_count(struct cursor *cursor, uint32_t count)
{
	uint64_t there = code_number(cursor, count);
	if (there > count)
		code_fault(cursor, "written by a newer version: it has fields that this one does not know");
	return cursor->fault ? 0 : (uint32_t)there;
}

void code_rows(struct cursor *cursor, const struct code_row *rows, uint32_t count, void *object)
{
	for (uint32_t i = 0; i < count && !cursor->fault; i++) {
		uint8_t *at = (uint8_t *)object + rows[i].offset;
		if (rows[i].elements)
			code_array(cursor, &rows[i], at);
		else
			code_value(cursor, &rows[i], at);
	}
}

void code_sparse(struct cursor *cursor, const struct code_row *rows, uint32_t count, void *object)
{
	uint64_t mask = 0;
	for (uint32_t i = 0; cursor->out && i < count; i++)
		if (value_of(&rows[i], (const uint8_t *)object + rows[i].offset))
			mask |= UINT64_C(1) << i;
	mask = code_number(cursor, mask);
	if (count < 64 && mask >> count)
		code_fault(cursor, "written by a newer version: it has fields that this one does not know");
	for (; mask && !cursor->fault; mask &= mask - 1) {
		const struct code_row *row = &rows[__builtin_ctzll(mask)];
		code_value(cursor, row, (uint8_t *)object + row->offset);
	}
}

/* ---- CRC-32, four bytes at a time ---- */

#define CRC_POLYNOMIAL UINT32_C(0xedb88320)
static uint32_t crc_table[4][256];

static __attribute__((constructor)) void make_crc_tables(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ CRC_POLYNOMIAL : crc >> 1;
		crc_table[0][i] = crc;
	}
	for (unsigned lane = 1; lane < 4; lane++)
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t before = crc_table[lane - 1][i];
			crc_table[lane][i] = before >> 8 ^ crc_table[0][before & 0xff];
		}
}

uint32_t code_crc(uint32_t before, const uint8_t *bytes, size_t count)
{
	uint32_t crc = ~before;
	for (; count >= 4; count -= 4, bytes += 4) {
		crc ^= bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
		crc = crc_table[3][crc & 0xff] ^ crc_table[2][crc >> 8 & 0xff] ^ crc_table[1][crc >> 16 & 0xff] ^
		      crc_table[0][crc >> 24];
	}
	for (; count; count--, bytes++)
		crc = crc >> 8 ^ crc_table[0][(crc ^ *bytes) & 0xff];
	return ~crc;
}
