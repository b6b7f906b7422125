#include "drivers/tdmoe/span.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

#define FRAMES     TDMOE_FRAMES_PER_PERIOD
#define ALL_FRAMES ((UINT32_C(1) << FRAMES) - 1)
_Static_assert(FRAMES < 32, "a period's frames are bits of a word");
_Static_assert(LATE_WINDOW_FRAMES <= 64, "the history has 64 bits");

/* HDLC's idle line: a frame in progress is aborted, as it must be when part of it is missing. */
#define DCHANNEL_MISSING 0xff

static struct driver_span_counters *counters(struct tdmoe_span *span)
{
	return &span->driver->status[span->number - 1].counters;
}

static uint8_t *received(struct tdmoe_span *span, unsigned timeslot)
{
	return driver_received(span->driver, driver_channel(span->number, timeslot));
}

static uint8_t *transmitted(struct tdmoe_span *span, unsigned timeslot)
{
	return driver_transmitted(span->driver, driver_channel(span->number, timeslot));
}

/* ---- life ---- */

static void dchannel_frame(void *user, const uint8_t *frame, size_t bytes)
{
	struct tdmoe_span *span = user;

	if (frame_ring_put(span->from_line, frame, bytes) != 0) {
		driver_count_shared(&counters(span)->dchannel_refused, 1);
		return;
	}
	if (span->control_bell)
		doorbell_ring(span->control_bell);
}

static size_t dchannel_next(void *user, uint8_t *frame)
{
	struct tdmoe_span *span = user;
	int bytes = frame_ring_take(span->to_line, frame, HDLC_FRAME_BYTES_MAX);

	return bytes > 0 ? (size_t)bytes : 0;
}

static void bank_event(void *user, unsigned timeslot, enum driver_event_type type, char digit)
{
	struct tdmoe_span *span = user;
	struct driver_event event = {.type = type, .channel = driver_channel(span->number, timeslot), .digit = digit};

	driver_event_push(span->driver, &event);
}

int tdmoe_span_init(struct tdmoe_span *span, struct span_driver *driver, unsigned number, struct doorbell *control_bell)
{
	span->driver = driver;
	span->number = number;
	span->control_bell = control_bell;
	span->from_line = calloc(1, sizeof(*span->from_line));
	span->to_line = calloc(1, sizeof(*span->to_line));
	span->sent = calloc(DRIVER_TIMESLOTS_MAX + 1, DRIVER_PERIOD_SAMPLES);
	if (!span->from_line || !span->to_line || !span->sent)
		return -ENOMEM;
	if (hdlc_receiver_new(&span->receiver, dchannel_frame, span) != 0)
		return -ENOMEM;
	return hdlc_sender_new(&span->sender, dchannel_next, span);
}

void tdmoe_span_release(struct tdmoe_span *span)
{
	hdlc_receiver_free(span->receiver);
	hdlc_sender_free(span->sender);
	free(span->from_line);
	free(span->to_line);
	free(span->sent);
}

static void samples_to_silence(struct tdmoe_span *span)
{
	memset(received(span, 0), span->silence, (size_t)32 * DRIVER_PERIOD_SAMPLES);
	memset(transmitted(span, 0), span->silence, (size_t)32 * DRIVER_PERIOD_SAMPLES);
}

static bool same_wire(const struct driver_span *a, const struct driver_span *b)
{
	return a->type == b->type && a->use == b->use;
}

/* The receiving and sending state of a span that begins anew. */
static void wire_reset(struct tdmoe_span *span)
{
	span->in_step = false;
	span->history = 0;
	span->late_run = 0;
	span->lost_before = false;
	span->late_now = 0;
	span->run_frames = 0;
	span->flags = 0;
	span->loop = DRIVER_MAINT_OFF;
	span->alarm_simulated = false;
	span->absent_periods = span->present_periods = 0;
	memset(span->cas_seen, 0, sizeof(span->cas_seen));
	memset(span->send_cas, 0, sizeof(span->send_cas));
	hdlc_receiver_restart(span->receiver);
	hdlc_sender_restart(span->sender);
	frame_ring_clear(span->to_line);
	channel_bank_init(&span->bank, span->settings.flash_min_ms, span->settings.flash_max_ms, bank_event, span);
}

static void gains_set(struct tdmoe_span *span)
{
	enum law law = span->settings.law == SPAN_ALAW ? LAW_ALAW : LAW_MULAW;

	for (unsigned slot = 0; slot <= DRIVER_TIMESLOTS_MAX; slot++) {
		bool none = slot == 0 || slot == span->dchannel;

		gain_table_set(&span->gain[2 * slot], law, none ? 0 : span->settings.receive_gain[slot]);
		gain_table_set(&span->gain[2 * slot + 1], law, none ? 0 : span->settings.send_gain[slot]);
	}
}

void tdmoe_span_start(struct tdmoe_span *span, const struct driver_span *settings)
{
	bool anew = !span->running || !same_wire(&span->settings, settings);

	span->settings = *settings;
	span->timeslots = driver_timeslots(settings->type);
	span->dchannel = settings->use == SPAN_USE_PRI ? driver_dchannel_timeslot(settings->type) : 0;
	span->silence = driver_law_silence(settings->law);
	span->running = true;
	gains_set(span);
	samples_to_silence(span);
	channel_bank_set_flash(&span->bank, settings->flash_min_ms, settings->flash_max_ms);
	if (anew) {
		wire_reset(span);
		driver_alarms_set(span->driver, span->number, 0);
	}
}

void tdmoe_span_stop(struct tdmoe_span *span)
{
	if (!span->running)
		return;
	span->running = false;
	samples_to_silence(span);
	driver_alarms_set(span->driver, span->number, SPAN_ALARM_NOT_OPEN);
}

/* ---- the order of frames ---- */

static int frames_in_step_from(struct tdmoe_span *span, uint16_t sequence)
{
	if (span->next_frame >= FRAMES) {
		driver_count(&counters(span)->frames_bad, 1);
		return -1;
	}
	span->base = (uint16_t)(sequence - span->next_frame);
	span->in_step = true;
	span->history = 0;
	span->late_run = 0;
	return (int)span->next_frame;
}

/* A frame from before this period. */
static void late_frame(struct tdmoe_span *span, unsigned behind)
{
	if (span->history >> (behind - 1) & 1) {
		driver_count(&counters(span)->frames_duplicate, 1);
		return;
	}
	span->history |= UINT64_C(1) << (behind - 1);
	span->late_now++;
	span->late_run++;
}

/* Watches whether the message carries one unbroken run of frames. */
static void run_follow(struct tdmoe_span *span, uint16_t sequence)
{
	if (span->run_frames == 0)
		span->run_first = sequence;
	if (span->run_frames != UINT32_MAX && sequence == (uint16_t)(span->run_first + span->run_frames))
		span->run_frames++;
	else
		span->run_frames = UINT32_MAX;
}

/* One frame more than a period has, and no gap: the sender's clock is faster than ours. */
static bool surplus_frame(const struct tdmoe_span *span)
{
	return span->run_frames == FRAMES + 1 && span->run_first == span->base;
}

/*
 * Where the next period begins. A message with exactly a period's frames one after the other says so itself, even when
 * they came behind their time: from there on this is their time. So do late frames alone for a whole period.
 */
static void base_advance(struct tdmoe_span *span)
{
	bool dropped = surplus_frame(span) && span->filled == ALL_FRAMES;

	if (span->run_frames == FRAMES)
		span->base = span->run_first;
	else if (span->late_run >= FRAMES)
		span->in_step = false;
	span->base = (uint16_t)(span->base + FRAMES + dropped);
	span->run_frames = 0;
}

/*
 * A sender whose clock is slower than ours sends one frame fewer in a period now and then, and goes on without a gap in
 * its numbers: the frame that seemed lost, and the one behind its time, are one slip.
 */
static bool frame_fewer(const struct tdmoe_span *span)
{
	return span->run_frames == FRAMES && span->run_first == (uint16_t)(span->base - 1) && span->lost_before;
}

static void losses_account(struct tdmoe_span *span, unsigned missing)
{
	if (frame_fewer(span)) {
		driver_count(&counters(span)->slips, 1);
		span->lost_before = false;
	} else {
		driver_count(&counters(span)->frames_late, span->late_now);
		driver_count(&counters(span)->frames_lost, span->lost_before);
		span->lost_before = span->filled == ALL_FRAMES >> 1 && missing;
		driver_count(&counters(span)->frames_lost, span->lost_before ? 0 : missing);
	}
	span->late_now = 0;
}

/* The place in the period of the frame with this sequence number, or -1: it is to be thrown away. */
static int frame_place(struct tdmoe_span *span, uint16_t sequence)
{
	int ahead = (int16_t)(sequence - span->base);

	if (!span->in_step)
		return frames_in_step_from(span, sequence);
	if (ahead >= 0 && ahead < FRAMES) {
		span->late_run = 0;
		if (span->filled >> ahead & 1) {
			driver_count(&counters(span)->frames_duplicate, 1);
			return -1;
		}
		return ahead;
	}
	span->impaired = true;
	if (ahead == FRAMES && surplus_frame(span) && span->filled == ALL_FRAMES) {
		driver_count(&counters(span)->slips, 1);
		return -1;
	}
	/* After a period without any frame nothing has overtaken it: the sender has paused and goes on. */
	if (ahead < 0 && ahead >= -LATE_WINDOW_FRAMES && span->absent_periods == 0) {
		late_frame(span, (unsigned)-ahead);
		return -1;
	}
	if (ahead >= FRAMES && ahead < LOSS_WINDOW_FRAMES)
		driver_count(&counters(span)->frames_lost, (uint64_t)ahead - span->next_frame);
	return frames_in_step_from(span, sequence);
}

/* ---- receiving ---- */

void tdmoe_span_period_begin(struct tdmoe_span *span)
{
	span->filled = 0;
	span->next_frame = 0;
	if (span->loop == DRIVER_MAINT_LOOP_LOCAL)
		memcpy(span->sent, transmitted(span, 1), (size_t)span->timeslots * DRIVER_PERIOD_SAMPLES);
	memset(transmitted(span, 1), span->silence, (size_t)span->timeslots * DRIVER_PERIOD_SAMPLES);
}

void tdmoe_span_bad_frame(struct tdmoe_span *span)
{
	driver_count(&counters(span)->frames_bad, 1);
	span->impaired = true;
}

static void cas_changed(struct tdmoe_span *span, const uint8_t *cas, uint64_t at_samples)
{
	channel_bank_run(&span->bank, at_samples);
	for (unsigned timeslot = 1; timeslot <= span->timeslots; timeslot++) {
		unsigned k = timeslot - 1, low = cas[k / 4 * 2 + 1], high = cas[k / 4 * 2];
		unsigned bits = (high << 8 | low) >> 4 * (k % 4) & 0xf;

		channel_bank_receive(&span->bank, timeslot, (uint8_t)bits, at_samples);
	}
}

static void frame_signalling(struct tdmoe_span *span, const struct tdmoe_frame *frame, uint64_t at_samples)
{
	size_t bytes = (span->timeslots + 3) / 4 * 2;

	span->flags = frame->flags;
	if (span->settings.use != SPAN_USE_FXS || !frame->cas || memcmp(span->cas_seen, frame->cas, bytes) == 0)
		return;
	memcpy(span->cas_seen, frame->cas, bytes);
	cas_changed(span, frame->cas, at_samples);
}

void tdmoe_span_frame(struct tdmoe_span *span, const struct tdmoe_frame *frame, uint64_t at_samples)
{
	if (frame->channels != span->timeslots) {
		tdmoe_span_bad_frame(span);
		return;
	}
	run_follow(span, frame->sequence);
	int place = frame_place(span, frame->sequence);

	if (place < 0)
		return;
	uint8_t *to = received(span, 1) + place * TDMOE_FRAME_SAMPLES;
	const uint8_t *from = frame->samples;

	for (unsigned i = 0; i < span->timeslots; i++) {
		memcpy(to, from, TDMOE_FRAME_SAMPLES);
		to += DRIVER_PERIOD_SAMPLES;
		from += TDMOE_FRAME_SAMPLES;
	}
	span->filled |= UINT32_C(1) << place;
	/* Of frames that came out of order only the newest speaks for the present. */
	if ((unsigned)place >= span->next_frame) {
		span->next_frame = (unsigned)place + 1;
		frame_signalling(span, frame, at_samples + (unsigned)place * TDMOE_FRAME_SAMPLES);
	}
}

static void silence_missing(struct tdmoe_span *span)
{
	for (unsigned timeslot = 1; timeslot <= span->timeslots; timeslot++) {
		uint8_t *to = received(span, timeslot);
		uint8_t silence = timeslot == span->dchannel ? DCHANNEL_MISSING : span->silence;

		for (unsigned k = 0; k < FRAMES; k++)
			if (!(span->filled >> k & 1))
				memset(to + k * TDMOE_FRAME_SAMPLES, silence, TDMOE_FRAME_SAMPLES);
	}
}

static void dchannel_received(struct tdmoe_span *span)
{
	struct driver_span_counters *count = counters(span);
	struct hdlc_receive_counts hdlc;

	hdlc_receive(span->receiver, received(span, span->dchannel), DRIVER_PERIOD_SAMPLES);
	hdlc_receiver_counts(span->receiver, &hdlc);
	const struct hdlc_receive_counts *before = &span->hdlc_before;

	__atomic_store_n(&count->hdlc_aborts, hdlc.aborts - before->aborts, __ATOMIC_RELAXED);
	__atomic_store_n(&count->hdlc_bad_crc, hdlc.bad_crc - before->bad_crc, __ATOMIC_RELAXED);
	__atomic_store_n(&count->hdlc_bad_length, hdlc.bad_length - before->bad_length, __ATOMIC_RELAXED);
}

static uint32_t span_alarms(const struct tdmoe_span *span)
{
	return driver_span_alarms(span->driver, span->number);
}

static void alarms_update(struct tdmoe_span *span)
{
	bool red = span_alarms(span) & SPAN_ALARM_RED;
	uint32_t alarms = 0;

	if (red)
		red = span->present_periods < RED_CLEAR_MS / DRIVER_PERIOD_MS;
	else
		red = span->absent_periods >= RED_RAISE_MS / DRIVER_PERIOD_MS;
	if (red) {
		alarms = SPAN_ALARM_RED | (span->present_periods ? SPAN_ALARM_RECOVERING : 0);
	} else {
		alarms |= span->flags & TDMOE_FLAG_YELLOW ? SPAN_ALARM_YELLOW : 0;
		alarms |= span->flags & TDMOE_FLAG_LOOPBACK ? SPAN_ALARM_LOOPBACK : 0;
	}
	alarms |= span->alarm_simulated ? SPAN_ALARM_RED : 0;
	alarms |= span->loop != DRIVER_MAINT_OFF ? SPAN_ALARM_LOOPBACK : 0;
	driver_alarms_set(span->driver, span->number, alarms);
}

/* Presence, and what was lost; a span in red alarm loses nothing more. */
static void presence_update(struct tdmoe_span *span)
{
	unsigned missing = FRAMES - (unsigned)__builtin_popcount(span->filled);

	if (span->filled) {
		span->absent_periods = 0;
		span->present_periods++;
		driver_count(&counters(span)->frames_received, FRAMES - missing);
	} else {
		span->present_periods = 0;
		span->absent_periods++;
	}
	if (missing && span->in_step)
		span->impaired = true;
	losses_account(span, span->in_step ? missing : 0);
	if (span_alarms(span) & SPAN_ALARM_RED && !span->filled)
		span->in_step = false;
}

static void second_update(struct tdmoe_span *span)
{
	if (++span->second_periods * DRIVER_PERIOD_MS < 1000)
		return;
	if (span->impaired || span_alarms(span) & SPAN_ALARM_RED)
		driver_count(&counters(span)->errored_seconds, 1);
	span->second_periods = 0;
	span->impaired = false;
}

static void period_account(struct tdmoe_span *span)
{
	presence_update(span);
	span->history = span->history << FRAMES;
	for (unsigned k = 0; k < FRAMES; k++)
		span->history |= (uint64_t)(span->filled >> k & 1) << (FRAMES - 1 - k);
	base_advance(span);
	alarms_update(span);
	second_update(span);
}

/* ---- maintenance ---- */

void tdmoe_span_maint(struct tdmoe_span *span, enum driver_maint maint)
{
	if (!span->running)
		return;
	if (maint == DRIVER_MAINT_ALARM) {
		span->alarm_simulated = true;
		return;
	}
	span->alarm_simulated = span->alarm_simulated && maint != DRIVER_MAINT_OFF;
	span->loop = maint;
	memset(span->sent, span->silence, (size_t)(DRIVER_TIMESLOTS_MAX + 1) * DRIVER_PERIOD_SAMPLES);
}

void tdmoe_span_counters_reset(struct tdmoe_span *span)
{
	hdlc_receiver_counts(span->receiver, &span->hdlc_before);
	driver_counters_clear(span->driver, span->number);
}

static void gains_apply(struct tdmoe_span *span, bool send)
{
	/* a loop gives back what came */
	if (span->loop == DRIVER_MAINT_LOOP_PAYLOAD)
		return;
	for (unsigned timeslot = 1; timeslot <= span->timeslots; timeslot++) {
		uint8_t *samples = send ? transmitted(span, timeslot) : received(span, timeslot);

		if (!(span->clear_channels >> timeslot & 1))
			gain_apply(&span->gain[2 * timeslot + send], samples, DRIVER_PERIOD_SAMPLES);
	}
}

static void payload_loop(struct tdmoe_span *span)
{
	for (unsigned timeslot = 1; timeslot <= span->timeslots; timeslot++)
		if (timeslot != span->dchannel)
			memcpy(transmitted(span, timeslot), received(span, timeslot), DRIVER_PERIOD_SAMPLES);
}

void tdmoe_span_period_received(struct tdmoe_span *span, uint64_t at_samples)
{
	if (span->filled != ALL_FRAMES)
		silence_missing(span);
	if (span->loop == DRIVER_MAINT_LOOP_LOCAL)
		memcpy(received(span, 1), span->sent, (size_t)span->timeslots * DRIVER_PERIOD_SAMPLES);
	gains_apply(span, false);
	if (span->dchannel)
		dchannel_received(span);
	if (span->settings.use == SPAN_USE_FXS)
		channel_bank_run(&span->bank, at_samples + DRIVER_PERIOD_SAMPLES);
	period_account(span);
}

void tdmoe_span_absent(struct tdmoe_span *span, unsigned periods, uint64_t now_samples)
{
	span->filled = 0;
	for (unsigned i = 0; i < periods; i++)
		period_account(span);
	silence_missing(span);
	if (span->settings.use == SPAN_USE_FXS)
		channel_bank_run(&span->bank, now_samples);
}

bool tdmoe_span_delivers(const struct tdmoe_span *span)
{
	return span->running && span->in_step && span->loop != DRIVER_MAINT_LOOP_LOCAL && !span->alarm_simulated &&
	       span->absent_periods < CLOCK_HOLDOVER_PERIODS;
}

/* ---- sending ---- */

static void cas_prepare(struct tdmoe_span *span)
{
	if (!span->bank.bits_changed)
		return;
	span->bank.bits_changed = false;
	memset(span->send_cas, 0, sizeof(span->send_cas));
	for (unsigned k = 0; k < span->timeslots; k++)
		span->send_cas[k / 4] |= (uint16_t)(channel_bank_bits(&span->bank, k + 1) << 4 * (k % 4));
}

void tdmoe_span_prepare(struct tdmoe_span *span)
{
	if (span->loop == DRIVER_MAINT_LOOP_PAYLOAD)
		payload_loop(span);
	gains_apply(span, true);
	if (span->dchannel)
		hdlc_send(span->sender, transmitted(span, span->dchannel), DRIVER_PERIOD_SAMPLES);
	if (span->settings.use == SPAN_USE_FXS)
		cas_prepare(span);
	driver_count(&counters(span)->frames_sent, FRAMES);
}

uint8_t *tdmoe_span_put_frame(struct tdmoe_span *span, unsigned k, uint8_t *to)
{
	uint8_t flags = span_alarms(span) & SPAN_ALARM_RED ? TDMOE_FLAG_YELLOW : 0;

	if (span->loop == DRIVER_MAINT_LOOP_PAYLOAD)
		flags |= TDMOE_FLAG_LOOPBACK;
	const uint8_t *from = transmitted(span, 1) + k * TDMOE_FRAME_SAMPLES;

	to = tdmoe_put_frame(to, span->number, flags, span->send_sequence++, span->timeslots, span->send_cas);
	for (unsigned i = 0; i < span->timeslots; i++) {
		memcpy(to, from, TDMOE_FRAME_SAMPLES);
		to += TDMOE_FRAME_SAMPLES;
		from += DRIVER_PERIOD_SAMPLES;
	}
	return to;
}
