/*
 * The exchange side of a channel bank, made by hand: what the box would send to the telephones of span 2, and what the
 * telephones' loops look like from there.
 */
#ifndef BELFRY_TESTS_LAB_BANK_H
#define BELFRY_TESTS_LAB_BANK_H

#include <math.h>
#include <stdlib.h>

#include "pair.h"
#include "tools/lab/phone.h"

#define BANK_IDLE 0x5
#define BANK_RING 0x0

struct bank {
	struct exchange *exchange;
	struct lab_phone *phone; /* 2/1 */
	uint8_t bits;
	uint16_t sequence;
	const int16_t *audio;
	size_t audio_left;
	bool loop;
	unsigned loop_ms;
	unsigned breaks[64], break_count; /* ms of each loop break */
	uint8_t said[8000 * 5];
	size_t said_count;
};

static inline void bank_open(struct bank *bank)
{
	memset(bank, 0, sizeof(*bank));
	bank->exchange = pair_exchange("bank", NULL);
	pair_span(bank->exchange, (struct lab_span){.span = 2, .mulaw = true, .kind = LAB_SPAN_PHONES});
	bank->phone = phone_at(bank->exchange, 2, 1);
	assert_non_null(bank->phone);
	bank->bits = BANK_IDLE;
}

static inline void bank_close(struct bank *bank)
{
	exchange_free(bank->exchange);
}

static inline void bank_hears(void *user, const uint8_t *frame, size_t bytes)
{
	struct bank *bank = user;
	assert_int_equal(bytes, 14 + 2 + 6 + 12 + 24 * 8);
	assert_int_equal(frame[17] & 2, 2);
	bool loop = get16(frame + 22) & 8;
	bank->loop_ms++;
	if (loop != bank->loop) {
		if (loop && bank->break_count < 64)
			bank->breaks[bank->break_count++] = bank->loop_ms;
		bank->loop = loop;
		bank->loop_ms = 0;
	}
	if (bank->said_count + 8 <= sizeof(bank->said)) {
		memcpy(bank->said + bank->said_count, frame + 34, 8);
		bank->said_count += 8;
	}
}

static inline void bank_sends(struct bank *bank)
{
	uint8_t frame[14 + 2 + 6 + 12 + 24 * 8] = {0};
	memset(frame, 0xff, 6);
	put16(frame + 12, 0xd00d);
	put16(frame + 14, 2);
	frame[16] = 8;
	frame[17] = 2;
	put16(frame + 18, bank->sequence++);
	put16(frame + 20, 24);
	for (unsigned i = 0; i < 24; i++)
		frame[22 + 2 * (i / 4) + (i % 4 < 2)] |= (uint8_t)((i ? BANK_IDLE : bank->bits) << (i & 1 ? 4 : 0));
	memset(frame + 34, 0xff, 24 * 8);
	for (unsigned i = 0; i < 8 && bank->audio_left; i++, bank->audio_left--)
		frame[34 + i] = law_encode(true, *bank->audio++);
	wire_hear(bank->exchange, frame, sizeof(frame));
}

static inline void bank_run(struct bank *bank, double seconds)
{
	for (int i = 0; i < (int)(seconds * 100 + 0.5); i++) {
		struct span *span = bank->exchange->spans[2];
		wire_prepare(bank->exchange);
		span->heard_to = bank->exchange->now;
		for (unsigned ms = 0; ms < PERIOD_MS; ms++) {
			wire_send_frames(span, ms, bank_hears, bank);
			bank_sends(bank);
		}
		bank->exchange->now += PERIOD_SAMPLES;
		wire_settle(bank->exchange);
	}
}

static inline void bank_ring(struct bank *bank, double on, double off)
{
	bank->bits = BANK_RING;
	bank_run(bank, on);
	bank->bits = BANK_IDLE;
	bank_run(bank, off);
}

/* Sends tones: hz up to 4, on/off in seconds (off 0: continuous), level in dBm0 each. */
static inline void bank_tone(struct bank *bank, const double *hz, double dbm0, double on, double off, double seconds)
{
	size_t samples = (size_t)(seconds * 8000);
	int16_t *audio = calloc(samples, sizeof(*audio));
	for (size_t i = 0; i < samples; i++) {
		double at = (double)i / 8000, value = 0;
		if (off > 0 && fmod(at, on + off) >= on)
			continue;
		for (unsigned k = 0; k < 4 && hz[k] > 0; k++)
			value += sin(2 * M_PI * hz[k] * at) * law_rms(true, dbm0) * M_SQRT2;
		audio[i] = (int16_t)(value > 32767 ? 32767 : value < -32768 ? -32768 : value);
	}
	bank->audio = audio;
	bank->audio_left = samples;
	bank_run(bank, seconds);
	bank->audio_left = 0;
	free(audio);
}

#endif
