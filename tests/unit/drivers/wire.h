/*
 * The far end of the tdmoe wire for tests: frames made and read by WIRE.md alone, nothing of the driver's.
 */
#ifndef BELFRY_TESTS_DRIVERS_WIRE_H
#define BELFRY_TESTS_DRIVERS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WIRE_BYTES 400000

struct wire_message {
	uint8_t byte[WIRE_BYTES];
	size_t bytes;
	unsigned frames;
};

struct wire_frame {
	unsigned span, flags, sequence, channels;
	uint8_t cas[32]; /* one nibble a channel */
	uint8_t samples[32][8];
};

static inline void wire_number(uint8_t *at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

static inline uint64_t wire_read(const uint8_t *at, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value = value * 256 + at[i];
	return value;
}

static inline void wire_begin(struct wire_message *m, uint64_t sample_clock, unsigned samples)
{
	memcpy(m->byte, "BTM1", 4);
	wire_number(m->byte + 4, sample_clock, 8);
	wire_number(m->byte + 12, samples, 2);
	wire_number(m->byte + 14, 0, 2);
	m->bytes = 16;
	m->frames = 0;
}

/* Appends one frame; flag bit 1 says whether the signalling bits go along. Returns its Ethernet header. */
static inline uint8_t *wire_add(struct wire_message *m, const struct wire_frame *f)
{
	uint8_t *length = m->byte + m->bytes, *eth = length + 2, *at = eth;

	memcpy(at, "\xff\xff\xff\xff\xff\xff\x00\x11\x22\x33\x44\x55\xd0\x0d", 14);
	wire_number(at + 14, f->span, 2);
	at[16] = 8;
	at[17] = (uint8_t)f->flags;
	wire_number(at + 18, f->sequence & 0xffff, 2);
	wire_number(at + 20, f->channels, 2);
	at += 22;
	if (f->flags & 2) {
		for (unsigned word = 0; word < (f->channels + 3) / 4; word++, at += 2) {
			unsigned bits = 0;

			for (unsigned i = 0; i < 4 && word * 4 + i < f->channels; i++)
				bits |= (unsigned)(f->cas[word * 4 + i] & 15) << 4 * i;
			wire_number(at, bits, 2);
		}
	}
	for (unsigned k = 0; k < f->channels; k++, at += 8)
		memcpy(at, f->samples[k], 8);
	wire_number(length, (uint64_t)(at - eth), 2);
	m->bytes = (size_t)(at - m->byte);
	wire_number(m->byte + 14, ++m->frames, 2);
	return eth;
}

/* Takes an answer's frame number index (from 0) to pieces. False if it is not exactly of WIRE.md's form. */
static inline bool wire_frame_at(const uint8_t *message, size_t bytes, unsigned index, struct wire_frame *out)
{
	const uint8_t *at = message + 16, *end = message + bytes;

	while (index--) {
		if (at + 2 > end)
			return false;
		at += 2 + wire_read(at, 2);
	}
	if (at + 2 + 22 > end)
		return false;
	size_t length = wire_read(at, 2);
	const uint8_t *eth = at + 2;

	out->span = (unsigned)wire_read(eth + 14, 2);
	out->flags = eth[17];
	out->sequence = (unsigned)wire_read(eth + 18, 2);
	out->channels = (unsigned)wire_read(eth + 20, 2);
	size_t cas = out->flags & 2 ? (out->channels + 3) / 4 * 2 : 0;

	if (wire_read(eth + 12, 2) != 0xd00d || eth[16] != 8 || out->channels > 32 || eth + length > end ||
	    length != 22 + cas + (size_t)out->channels * 8)
		return false;
	for (unsigned k = 0; cas && k < out->channels; k++)
		out->cas[k] = (uint8_t)(wire_read(eth + 22 + k / 4 * 2, 2) >> 4 * (k % 4) & 15);
	memcpy(out->samples, eth + 22 + cas, (size_t)out->channels * 8);
	return true;
}

#endif
