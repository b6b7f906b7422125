/*
 * Values as bytes, for the journal: one description of a record (rows) serves both ways; the cursor either writes the
 * field or reads it. Inside firmware/acd only.
 *
 * Numbers are varints: 7 bits a byte, least first, the top bit says that more follow. A record is written with the
 * number of its rows, so that rows may be added at its end: what an older journal has not reads as 0.
 */
#ifndef BELFRY_ACD_CODE_H
#define BELFRY_ACD_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VARINT_BYTES 10

struct cursor {
	uint8_t *out; /* NULL: reading */
	const uint8_t *in;
	size_t at, limit;
	const char *fault; /* the first thing that did not fit */
};

/* One field, or one in each element of an array; trailing elements of 0 are not written. */
struct code_row {
	uint32_t offset;
	uint16_t stride, elements; /* elements 0: not an array */
	uint8_t bytes;             /* 1, 2, 4, 8 */
	uint64_t max;              /* larger values are a fault when read */
};
#define CODE_ROW(object, field)                                                                                        \
	{                                                                                                              \
		offsetof(object, field), 0, 0, sizeof(((object *)0)->field), UINT64_MAX                                \
	}
#define CODE_ROW_TO(object, field, most)                                                                               \
	{                                                                                                              \
		offsetof(object, field), 0, 0, sizeof(((object *)0)->field), (most)                                    \
	}
/* A whole array of numbers. */
#define CODE_ARRAY(object, field, most)                                                                                \
	{                                                                                                              \
		offsetof(object, field[0]), sizeof(((object *)0)->field[0]),                                           \
		    sizeof(((object *)0)->field) / sizeof(((object *)0)->field[0]), sizeof(((object *)0)->field[0]),   \
		    (most)                                                                                             \
	}
/* One member of each element of an array of structs. */
#define CODE_COLUMN(object, field, member, most)                                                                       \
	{                                                                                                              \
		offsetof(object, field[0].member), sizeof(((object *)0)->field[0]),                                    \
		    sizeof(((object *)0)->field) / sizeof(((object *)0)->field[0]),                                    \
		    sizeof(((object *)0)->field[0].member), (most)                                                     \
	}
#define CODE_ROWS(rows) ((uint32_t)(sizeof(rows) / sizeof((rows)[0])))

/* Writing: the value is written and returned. Reading: the value read, 0 after a fault. */
uint64_t code_number(struct cursor *cursor, uint64_t value);
int64_t code_signed(struct cursor *cursor, int64_t value);
/* Up to room - 1 characters; what is not text is 0. */
void code_text(struct cursor *cursor, char *text, size_t room);

/* How many rows the record has: count when writing; reading, what the writer had (more than count is a fault). */
uint32_t code_row_count(struct cursor *cursor, uint32_t count);
void code_rows(struct cursor *cursor, const struct code_row *rows, uint32_t count, void *object);
/* Only those that are not 0, behind a mask of them; for rows that are not arrays, at most 64. */
void code_sparse(struct cursor *cursor, const struct code_row *rows, uint32_t count, void *object);

void code_fault(struct cursor *cursor, const char *fault);

/* CRC-32 (IEEE); start with 0. */
uint32_t code_crc(uint32_t before, const uint8_t *bytes, size_t count);

#endif
