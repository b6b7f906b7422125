/*
 * One span on tdmoe: the order of its frames, silence for those that are missing, alarms, D channel or channel bank,
 * and its frames back. Media thread only, but for the two rings' far ends. Knows no socket.
 */
#ifndef BELFRY_DRIVERS_TDMOE_SPAN_H
#define BELFRY_DRIVERS_TDMOE_SPAN_H

#include "drivers/driver_ops.h"
#include "drivers/tdmoe/channel_bank.h"
#include "drivers/tdmoe/frame_ring.h"
#include "drivers/tdmoe/message.h"
#include "dsp/gain.h"
#include "dsp/hdlc.h"

/* Red is raised when no frame has come for so long, and cleared when they have come again for so long. */
#define RED_RAISE_MS 1000
#define RED_CLEAR_MS 1000
/* A frame up to so many behind its time was delayed or doubled; further off, the sender has begun anew. */
#define LATE_WINDOW_FRAMES 64
/* A gap up to so many frames is loss; a wider one a new beginning. */
#define LOSS_WINDOW_FRAMES 1000

struct tdmoe_span {
	/* What it belongs to; set once. */
	struct span_driver *driver;
	unsigned number;
	struct doorbell *control_bell;
	struct frame_ring *from_line, *to_line;
	struct hdlc_receiver *receiver;
	struct hdlc_sender *sender;

	struct driver_span settings;
	bool running;
	unsigned timeslots, dchannel; /* dchannel 0: none */
	uint8_t silence;

	/* receiving */
	bool in_step;
	uint16_t base;       /* sequence number of the period's first frame */
	uint64_t history;    /* bit i: frame base - 1 - i has come */
	unsigned late_run;   /* late frames without one in step between */
	unsigned late_now;   /* late frames of this period */
	bool lost_before;    /* the last frame of the period before has not come: lost, or never sent (a slip) */
	uint16_t run_first;  /* the frames of this period's message, as long as each follows the one before */
	unsigned run_frames; /* how many; UINT32_MAX: they do not */
	uint32_t filled;     /* bit k: this period's frame k has come */
	unsigned next_frame; /* one after the highest that has come */
	uint8_t flags;       /* of the last good frame */
	bool impaired;       /* something was wrong in this second */
	unsigned second_periods;
	uint32_t absent_periods, present_periods;
	uint8_t cas_seen[2 * TDMOE_CAS_WORDS_MAX];

	/* sending */
	uint16_t send_sequence;
	uint16_t send_cas[TDMOE_CAS_WORDS_MAX];
	struct channel_bank bank;

	/* maintenance */
	enum driver_maint loop; /* OFF, LOOP_LOCAL or LOOP_PAYLOAD */
	bool alarm_simulated;
	uint32_t clear_channels;                /* bit: the timeslot carries data, no gain */
	struct hdlc_receive_counts hdlc_before; /* when the counters were reset */
	uint8_t *sent; /* the last period's samples as they were sent, timeslot by timeslot: for the local loop */
	struct gain_table gain[2 * (DRIVER_TIMESLOTS_MAX + 1)]; /* received, then sent, by timeslot */
};

/* 0 or -ENOMEM; tdmoe_span_release() takes half-made ones. */
MUST_CHECK int tdmoe_span_init(struct tdmoe_span *span, struct span_driver *driver, unsigned number,
                               struct doorbell *control_bell);
void tdmoe_span_release(struct tdmoe_span *span);

void tdmoe_span_start(struct tdmoe_span *span, const struct driver_span *settings);
void tdmoe_span_stop(struct tdmoe_span *span);

/* One period: begin, a call a frame, end; at_samples is the time at the period's beginning. */
void tdmoe_span_period_begin(struct tdmoe_span *span);
void tdmoe_span_frame(struct tdmoe_span *span, const struct tdmoe_frame *frame, uint64_t at_samples);
void tdmoe_span_bad_frame(struct tdmoe_span *span);
void tdmoe_span_period_received(struct tdmoe_span *span, uint64_t at_samples);
/* Periods in which no message came at all. */
void tdmoe_span_absent(struct tdmoe_span *span, unsigned periods, uint64_t now_samples);
void tdmoe_span_maint(struct tdmoe_span *span, enum driver_maint maint);
void tdmoe_span_counters_reset(struct tdmoe_span *span);
bool tdmoe_span_delivers(const struct tdmoe_span *span);

/* Puts the D channel's octets and the signalling bits in place for sending. */
void tdmoe_span_prepare(struct tdmoe_span *span);
/* Writes the period's frame number k (0..); returns what follows it. */
uint8_t *tdmoe_span_put_frame(struct tdmoe_span *span, unsigned k, uint8_t *to);

#endif
