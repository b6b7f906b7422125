/* Frames: from what everybody says to octets, and back. */
#include "tools/lab/wire.h"

#include <string.h>

#include "tools/lab/call.h"
#include "tools/lab/capture.h"
#include "tools/lab/phone.h"

static const uint8_t ethertype[2] = {0xd0, 0x0d};

static uint64_t period_of(const struct span *span, unsigned ms)
{
	return span->exchange->now + ms * FRAME_SAMPLES;
}

static void put_signalling(const struct span *span, unsigned ms, uint8_t *frame)
{
	for (unsigned timeslot = 1; timeslot <= span->channels; timeslot++) {
		unsigned channel = timeslot - 1;
		uint8_t *word = frame + FRAME_SIGNALLING + 2 * (channel / 4);
		uint8_t *octet = channel % 4 < 2 ? word + 1 : word;
		*octet |= (uint8_t)(span->cas[timeslot][ms] << (channel & 1 ? 4 : 0));
	}
}

static unsigned get_signalling(const uint8_t *frame, unsigned channel)
{
	return get16(frame + FRAME_SIGNALLING + 2 * (channel / 4)) >> (4 * (channel % 4)) & 0xf;
}

static void build(const struct span *span, unsigned ms, uint8_t *frame)
{
	memcpy(frame, span->blank, span->frame_bytes);
	frame[FRAME_FLAGS] = fault_flags(span);
	if (span->conf.kind == LAB_SPAN_PHONES)
		put_signalling(span, ms, frame);
	for (uint32_t left = span->speaking; left; left &= left - 1) {
		unsigned timeslot = (unsigned)__builtin_ctz(left);
		memcpy(frame + span->samples_at + (timeslot - 1) * FRAME_SAMPLES,
		       span->speech[timeslot] + ms * FRAME_SAMPLES, FRAME_SAMPLES);
	}
	if (span->dchannel)
		memcpy(frame + span->samples_at + (span->dchannel - 1) * FRAME_SAMPLES,
		       span->d_out + ms * FRAME_SAMPLES, FRAME_SAMPLES);
}

void wire_send_frames(struct span *span, unsigned ms, wire_out *out, void *user)
{
	uint8_t frame[FRAME_MAX];
	if (fault_cut(span))
		return;
	for (unsigned count = fault_frames(span); count; count--) {
		build(span, ms, frame);
		put16(frame + FRAME_SEQUENCE, span->next_tx++);
		fault_send(span, period_of(span, ms), frame, out, user);
	}
}

static void prepare_span(struct span *span)
{
	span->speaking = 0;
	for (unsigned timeslot = 1; timeslot <= span->channels; timeslot++) {
		if (span->phones[timeslot] && span->party[timeslot])
			phone_prepare(span->phones[timeslot]);
		if (span->party[timeslot] && party_speak(span->party[timeslot], span->speech[timeslot]))
			span->speaking |= 1u << timeslot;
	}
	for (uint32_t left = span->looped; left; left &= left - 1)
		memcpy(span->speech[__builtin_ctz(left)], span->loop[__builtin_ctz(left)], PERIOD_SAMPLES);
	span->speaking |= span->looped;
	if (!span->hdlc)
		return;
	if (span->faults.dchannel_dead)
		memset(span->d_out, 0xff, sizeof(span->d_out));
	else
		hdlc_fill(span->hdlc, span->d_out, sizeof(span->d_out));
}

void wire_prepare(struct exchange *exchange)
{
	for (unsigned i = 0; i < exchange->span_count; i++)
		prepare_span(exchange->spans[exchange->order[i]]);
}

/* The span that the frame belongs to, if the frame is as WIRE.md has it. */
static struct span *span_of(const struct exchange *exchange, const uint8_t *frame, size_t bytes, size_t *samples_at)
{
	if (bytes < FRAME_SIGNALLING || memcmp(frame + FRAME_ETHERTYPE, ethertype, sizeof(ethertype)))
		return NULL;
	unsigned number = get16(frame + FRAME_SPAN);
	struct span *span = number <= LAB_SPANS_MAX ? exchange->spans[number] : NULL;
	if (!span || frame[FRAME_SAMPLE_COUNT] != FRAME_SAMPLES || get16(frame + FRAME_CHANNELS) != span->channels)
		return NULL;
	*samples_at = FRAME_SIGNALLING + (frame[FRAME_FLAGS] & FLAG_SIGNALLING ? (span->channels + 3) / 4 * 2 : 0);
	return bytes == *samples_at + span->channels * FRAME_SAMPLES ? span : NULL;
}

static void note_sequence(struct span *span, unsigned sequence)
{
	if (span->rx_known && sequence != span->next_rx)
		span->exchange->counters.sequence_gaps++;
	span->rx_known = true;
	span->next_rx = (uint16_t)(sequence + 1);
}

static void hear_dchannel(struct span *span, const uint8_t *samples)
{
	if (span->faults.dchannel_dead || span->d_in_count + FRAME_SAMPLES > D_IN_MAX)
		return;
	memcpy(span->d_in + span->d_in_count, samples, FRAME_SAMPLES);
	span->d_in_count += FRAME_SAMPLES;
}

static void learn_address(struct span *span, const uint8_t *frame)
{
	memcpy(span->blank, frame + 6, 6);
}

void wire_hear(struct exchange *exchange, const uint8_t *frame, size_t bytes)
{
	size_t samples_at;
	struct span *span = span_of(exchange, frame, bytes, &samples_at);
	if (!span) {
		exchange->counters.frames_bad++;
		return;
	}
	if (span->faults.l1_down || span->conf.missing)
		return;
	exchange->counters.frames_received++;
	if (!span->rx_known)
		learn_address(span, frame);
	note_sequence(span, get16(frame + FRAME_SEQUENCE));
	const uint8_t *samples = frame + samples_at;
	for (unsigned timeslot = 1; timeslot <= span->channels; timeslot++, samples += FRAME_SAMPLES) {
		struct party *party = span->party[timeslot];
		if (party && party->hears)
			party_hear(party, span->heard_to, samples, FRAME_SAMPLES);
		if (party && party->phone && samples_at > FRAME_SIGNALLING)
			phone_bits(party->phone, (uint8_t)get_signalling(frame, timeslot - 1), span->heard_to);
		if (span->looped >> timeslot & 1)
			memcpy(span->loop[timeslot] + span->heard_to % PERIOD_SAMPLES, samples, FRAME_SAMPLES);
		if (timeslot == span->dchannel)
			hear_dchannel(span, samples);
	}
	span->heard_to += FRAME_SAMPLES;
}

static void settle_span(struct span *span)
{
	if (span->hdlc) {
		hdlc_take(span->hdlc, span->d_in, span->d_in_count);
		span->d_in_count = 0;
		link_run_timers(span->link);
		calls_outage(span);
	}
	for (unsigned timeslot = 1; timeslot <= span->channels; timeslot++)
		if (span->phones[timeslot])
			phone_settle(span->phones[timeslot]);
}

void wire_settle(struct exchange *exchange)
{
	link_clock_set(exchange->now);
	for (unsigned i = 0; i < exchange->span_count; i++)
		settle_span(exchange->spans[exchange->order[i]]);
	for (struct party *party = exchange->live; party; party = party->next_live)
		party_settle(party, party->span->speaking & 1u << party->timeslot ? party->span->speech[party->timeslot]
		                                                                  : NULL);
}
