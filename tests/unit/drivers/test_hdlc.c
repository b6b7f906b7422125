/* dsp/hdlc against bits laid out by hand: Q.921 2 on a DAHDI timeslot (first bit on the line = highest bit). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dsp/hdlc.h"

#define LINE_BYTES 4096

/* A line of bits, written and read one by one. */
struct bits {
	uint8_t byte[LINE_BYTES];
	size_t count;
};

static void put_bit(struct bits *line, int bit)
{
	if (bit)
		line->byte[line->count / 8] |= (uint8_t)(0x80 >> line->count % 8);
	line->count++;
}

static void put_text(struct bits *line, const char *text)
{
	for (; *text; text++)
		if (*text != ' ')
			put_bit(line, *text == '1');
}

static void put_flags(struct bits *line, unsigned count)
{
	while (count--)
		put_text(line, "01111110");
}

/* Octets least significant bit first, a zero after five ones. */
static void put_stuffed(struct bits *line, const uint8_t *octets, size_t bytes)
{
	unsigned ones = 0;

	for (size_t i = 0; i < bytes * 8; i++) {
		int bit = octets[i / 8] >> i % 8 & 1;

		put_bit(line, bit);
		ones = bit ? ones + 1 : 0;
		if (ones == 5) {
			put_bit(line, 0);
			ones = 0;
		}
	}
}

/* The frame check sequence one bit at a time, x^16 + x^12 + x^5 + 1 reflected. */
static unsigned fcs(const uint8_t *octets, size_t bytes)
{
	unsigned crc = 0xffff;

	for (size_t i = 0; i < bytes * 8; i++) {
		unsigned bit = (crc ^ octets[i / 8] >> i % 8) & 1;

		crc = crc >> 1 ^ (bit ? 0x8408 : 0);
	}
	return ~crc & 0xffff;
}

static void put_frame(struct bits *line, const uint8_t *octets, size_t bytes)
{
	uint8_t whole[600];

	memcpy(whole, octets, bytes);
	whole[bytes] = (uint8_t)fcs(octets, bytes);
	whole[bytes + 1] = (uint8_t)(fcs(octets, bytes) >> 8);
	put_stuffed(line, whole, bytes + 2);
}

struct seen {
	unsigned frames;
	uint8_t frame[8][HDLC_FRAME_BYTES_MAX];
	size_t bytes[8];
};

static void frame_seen(void *user, const uint8_t *frame, size_t bytes)
{
	struct seen *seen = user;

	assert_true(seen->frames < 8 && bytes <= HDLC_FRAME_BYTES_MAX);
	memcpy(seen->frame[seen->frames], frame, bytes);
	seen->bytes[seen->frames++] = bytes;
}

static void check_value_of_the_standard(void **state)
{
	/* CRC-16/X-25 of "123456789" is 0x906e in every catalogue */
	assert_int_equal(fcs((const uint8_t *)"123456789", 9), 0x906e);
}

static void receives_bits_laid_by_hand(void **state)
{
	/* U frame 00 01 7f: each octet from its lowest bit, with the zero after five ones of 7f; FCS appended by hand
	 */
	struct bits line = {0};
	struct seen seen = {0};
	struct hdlc_receiver *receiver = NULL;
	struct hdlc_receive_counts counts;
	static const uint8_t sabme[] = {0x00, 0x01, 0x7f};
	uint8_t check[2] = {(uint8_t)fcs(sabme, 3), (uint8_t)(fcs(sabme, 3) >> 8)};

	put_text(&line, "01111110 00000000 10000000 111110110");
	put_stuffed(&line, check, 2);
	put_flags(&line, 3);
	assert_int_equal(hdlc_receiver_new(&receiver, frame_seen, &seen), 0);
	hdlc_receive(receiver, line.byte, line.count / 8);
	assert_int_equal(seen.frames, 1);
	assert_int_equal(seen.bytes[0], 3);
	assert_memory_equal(seen.frame[0], sabme, 3);
	hdlc_receiver_counts(receiver, &counts);
	assert_int_equal(counts.good, 1);
	assert_int_equal(counts.aborts + counts.bad_crc + counts.bad_length, 0);
	hdlc_receiver_free(receiver);
}

static void receives_in_any_pieces_at_any_alignment(void **state)
{
	uint8_t frame[260];

	for (size_t i = 0; i < sizeof(frame); i++)
		frame[i] = (uint8_t)(i % 7 == 0 ? 0xff : i);
	for (unsigned shift = 0; shift < 8; shift++) {
		for (size_t piece = 1; piece < 90; piece += 13) {
			struct bits line = {0};
			struct seen seen = {0};
			struct hdlc_receiver *receiver = NULL;

			put_flags(&line, 40);
			for (unsigned i = 0; i < shift; i++)
				put_bit(&line, 1);
			put_flags(&line, 1);
			put_frame(&line, frame, sizeof(frame));
			put_flags(&line, 1);
			put_frame(&line, frame, 4);
			put_flags(&line, 60);
			assert_int_equal(hdlc_receiver_new(&receiver, frame_seen, &seen), 0);
			for (size_t at = 0; at < line.count / 8; at += piece)
				hdlc_receive(receiver, line.byte + at,
				             line.count / 8 - at < piece ? line.count / 8 - at : piece);
			assert_int_equal(seen.frames, 2);
			assert_int_equal(seen.bytes[0], sizeof(frame));
			assert_memory_equal(seen.frame[0], frame, sizeof(frame));
			assert_int_equal(seen.bytes[1], 4);
			hdlc_receiver_free(receiver);
		}
	}
}

static void counts_what_is_broken(void **state)
{
	struct bits line = {0};
	struct seen seen = {0};
	struct hdlc_receiver *receiver = NULL;
	struct hdlc_receive_counts counts;
	uint8_t wrong[] = {2, 1, 3, 4, 5, 6};
	static uint8_t huge[HDLC_FRAME_BYTES_MAX + 20];

	put_flags(&line, 2);
	put_stuffed(&line, wrong, sizeof(wrong)); /* its last two octets are not its FCS */
	put_flags(&line, 2);
	put_text(&line, "0000000011111111"); /* an octet, then abort */
	put_flags(&line, 2);
	put_frame(&line, huge, sizeof(huge));
	put_flags(&line, 1);
	put_frame(&line, wrong, sizeof(wrong)); /* and a good one behind it all */
	put_flags(&line, 3);
	assert_int_equal(hdlc_receiver_new(&receiver, frame_seen, &seen), 0);
	for (size_t at = 0; at + 8 <= line.count / 8; at += 8)
		hdlc_receive(receiver, line.byte + at, 8);
	hdlc_receiver_counts(receiver, &counts);
	assert_int_equal(counts.bad_crc, 1);
	assert_int_equal(counts.aborts, 1);
	assert_int_equal(counts.bad_length, 1);
	assert_int_equal(counts.good, 1);
	assert_int_equal(seen.frames, 1);
	hdlc_receiver_free(receiver);
}

static void idle_ones_abort_nothing(void **state)
{
	struct seen seen = {0};
	struct hdlc_receiver *receiver = NULL;
	struct hdlc_receive_counts counts;
	struct bits line = {0};
	uint8_t ones[80];

	memset(ones, 0xff, sizeof(ones));
	put_flags(&line, 2);
	put_frame(&line, (const uint8_t *)"abc", 3);
	put_flags(&line, 4);
	assert_int_equal(hdlc_receiver_new(&receiver, frame_seen, &seen), 0);
	for (int i = 0; i < 5; i++)
		hdlc_receive(receiver, ones, sizeof(ones));
	hdlc_receive(receiver, line.byte, line.count / 8);
	hdlc_receive(receiver, ones, sizeof(ones));
	hdlc_receiver_counts(receiver, &counts);
	assert_int_equal(counts.aborts, 0);
	assert_int_equal(counts.good, 1);
	hdlc_receiver_free(receiver);
}

struct to_send {
	unsigned next, count;
	struct {
		uint8_t frame[300];
		size_t bytes;
	} item[4];
};

static size_t next_to_send(void *user, uint8_t *frame)
{
	struct to_send *queue = user;

	if (queue->next == queue->count)
		return 0;
	memcpy(frame, queue->item[queue->next].frame, queue->item[queue->next].bytes);
	return queue->item[queue->next++].bytes;
}

/* Bits from a line: skips flags, takes one frame's octets without its FCS, checks stuffing and FCS. */
static size_t take_frame(const uint8_t *line, size_t bits, size_t *at, uint8_t *frame)
{
	uint8_t octets[600] = {0};
	size_t taken = 0;
	unsigned ones = 0, last8 = 0;
	int inside = 0;

	for (; *at < bits; (*at)++) {
		int bit = line[*at / 8] >> (7 - *at % 8) & 1;

		last8 = (last8 << 1 | (unsigned)bit) & 0xff;
		if (last8 == 0x7e) {
			/* seven bits of the flag are in taken already */
			if (inside && taken >= 7 + 24) {
				taken -= 7;
				assert_int_equal(taken % 8, 0);
				size_t bytes = taken / 8 - 2;

				assert_int_equal(fcs(octets, bytes), octets[bytes] | octets[bytes + 1] << 8);
				memcpy(frame, octets, bytes);
				*at -= 7; /* the flag may open the next frame as well */
				return bytes;
			}
			inside = 1;
			taken = 0;
			ones = 0;
			memset(octets, 0, sizeof(octets));
			continue;
		}
		if (ones == 5 && !bit) {
			ones = 0;
			continue;
		}
		ones = bit ? ones + 1 : 0;
		if (inside && bit)
			octets[taken / 8] |= (uint8_t)(1u << taken % 8);
		taken++;
		assert_true(taken < 8 * 500);
	}
	return 0;
}

static void sends_what_it_should(void **state)
{
	struct to_send queue = {.count = 3};
	struct hdlc_sender *sender = NULL;
	static uint8_t line[3000];
	uint8_t frame[600];
	size_t at = 0;

	memset(queue.item[0].frame, 0xff, 260); /* the most zeros to insert */
	queue.item[0].bytes = 260;
	memcpy(queue.item[1].frame, "\x02\x01\x7f", 3);
	queue.item[1].bytes = 3;
	for (unsigned i = 0; i < 100; i++)
		queue.item[2].frame[i] = (uint8_t)(i * 37);
	queue.item[2].bytes = 100;

	assert_int_equal(hdlc_sender_new(&sender, next_to_send, &queue), 0);
	queue.count = 0;
	hdlc_send(sender, line, 80); /* idle: flags and nothing else */
	for (int i = 0; i < 80; i++)
		assert_int_equal(line[i], 0x7e);
	queue.count = 3;
	for (size_t i = 80; i < sizeof(line); i += 80)
		hdlc_send(sender, line + i, i + 80 <= sizeof(line) ? 80 : sizeof(line) - i);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(take_frame(line, sizeof(line) * 8, &at, frame), queue.item[i].bytes);
		assert_memory_equal(frame, queue.item[i].frame, queue.item[i].bytes);
	}
	assert_int_equal(take_frame(line, sizeof(line) * 8, &at, frame), 0);
	hdlc_sender_free(sender);
}

static void sends_the_bits_laid_by_hand(void **state)
{
	struct to_send queue = {.count = 1};
	struct hdlc_sender *sender = NULL;
	struct bits expected = {0};
	uint8_t line[64];
	size_t begin = 0;

	memcpy(queue.item[0].frame, "123456789", 9);
	queue.item[0].bytes = 9;
	put_flags(&expected, 1);
	put_stuffed(&expected, (const uint8_t *)"123456789\x6e\x90", 11);
	put_flags(&expected, 2);
	assert_int_equal(hdlc_sender_new(&sender, next_to_send, &queue), 0);
	queue.count = 0;
	hdlc_send(sender, line, 4);
	queue.count = 1;
	hdlc_send(sender, line + 4, 60);
	while (line[begin + 1] == 0x7e)
		begin++;
	assert_memory_equal(line + begin, expected.byte, expected.count / 8);
	hdlc_sender_free(sender);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(check_value_of_the_standard),
	    cmocka_unit_test(receives_bits_laid_by_hand),
	    cmocka_unit_test(receives_in_any_pieces_at_any_alignment),
	    cmocka_unit_test(counts_what_is_broken),
	    cmocka_unit_test(idle_ones_abort_nothing),
	    cmocka_unit_test(sends_what_it_should),
	    cmocka_unit_test(sends_the_bits_laid_by_hand),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
