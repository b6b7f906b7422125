/*
 * Seeing and finding out: every D-channel frame and every step of a call, kept in memory for as long as there is room.
 *
 * Two threads. Control hands over frames, which call they belong to, and notes, by a bounded mailbox: it never waits,
 * allocates or touches a file; what finds the mailbox full is counted. Everything else belongs to one other thread
 * (admin): trace_step() sorts what has come into a ring of frames a span (CONFIG_TRACE_FRAMES), the ladders of the last
 * CONFIG_TRACE_CALLS calls, and the flight recorder (flight.h), which freezes a ring when something went wrong.
 *
 * Digits of Keypad facilities are masked before anything is kept.
 */
#ifndef BELFRY_TRACE_TRACE_H
#define BELFRY_TRACE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/fault.h"
#include "trace/decode.h"

#define TRACE_FRAME_BYTES  320 /* a longer frame is kept up to here; Q.921 N201 allows 264 */
#define TRACE_TEXT_BYTES   72
#define TRACE_EVENTS_MAX   72 /* of one call; later ones are counted */
#define TRACE_NUMBER_BYTES 41

struct trace;

/* pcap_path: every frame from now on goes to this file as well (link type 177), or NULL. */
MUST_CHECK int trace_new(struct trace **out, const char *pcap_path, struct fault *fault);
void trace_free(struct trace *trace);

/* ---- control's side; trace may be NULL: nothing is kept ---- */

struct trace_line {
	uint8_t span;
	bool network; /* we are the network side */
	enum decode_variant variant;
};
void trace_frame(struct trace *trace, const struct trace_line *line, bool sent, const uint8_t *bytes, size_t count,
                 uint64_t wall_us);

enum trace_side { TRACE_BOX, TRACE_A, TRACE_B }; /* who called, who was called */
enum trace_way { TRACE_HERE, TRACE_IN, TRACE_OUT };

/* The call reference key (decode_call_key()) on this span is this call's from now on, and since its SETUP. */
void trace_bind(struct trace *trace, unsigned span, uint16_t key, uint32_t call, enum trace_side side);

enum trace_kind {
	TRACE_MESSAGE, /* Q.931; made here from the frames */
	TRACE_DIALLED,
	TRACE_ROUTE, /* where the settings send it */
	TRACE_QUEUE,
	TRACE_RING,
	TRACE_LIFTED,
	TRACE_OFFER_OVER,
	TRACE_TALK,
	TRACE_HOLD,
	TRACE_TRANSFER,
	TRACE_KEY,
	TRACE_HUNG_UP,
	TRACE_TROUBLE,
	TRACE_ENDED,
	TRACE_KIND_COUNT
};
extern const char *const trace_kind_names[TRACE_KIND_COUNT];
extern const char *const trace_side_names[3]; /* box, a, b */

/* A step of a call. */
struct trace_event {
	uint64_t wall_us;
	uint64_t sequence; /* order of happening; filled in here */
	uint32_t agent;    /* number; 0: none */
	uint8_t kind, side, way;
	uint8_t span, timeslot; /* 0: none */
	uint8_t message;        /* TRACE_MESSAGE: Q.931 message type */
	uint8_t cause, location;
	char text[TRACE_TEXT_BYTES];
};
void trace_note(struct trace *trace, uint32_t call, const struct trace_event *event);

/* What the flight recorder is triggered by. */
enum trace_trigger {
	TRIGGER_CAUSE,
	TRIGGER_TIMER,
	TRIGGER_SHORT_CALL,
	TRIGGER_PROTOCOL,
	TRIGGER_DCHANNEL,
	TRIGGER_BY_HAND,
	TRIGGER_COUNT
};
extern const char *const trace_trigger_names[TRIGGER_COUNT];
/* Trouble on a span that no frame shows. call 0: of no call. */
void trace_trouble(struct trace *trace, unsigned span, uint32_t call, enum trace_trigger trigger, uint64_t wall_us,
                   const char *text);

/* ---- the keeper's side: one thread ---- */

/* Takes in what has come; freezes what is due. now_us: clock_now_us(). */
void trace_step(struct trace *trace, uint64_t now_us);
/* When trace_step() should be called again at the latest. */
uint64_t trace_deadline_us(const struct trace *trace);
uint64_t trace_lost(const struct trace *trace); /* frames and notes that found the mailbox full */

/* A frame as it is kept; bytes are valid during the call that gives it. */
struct trace_kept {
	uint64_t sequence, wall_us;
	uint32_t call; /* 0: of none, or not known */
	uint8_t span;
	bool sent, network;
	enum decode_variant variant;
	int32_t key; /* decode_call_key() */
	uint8_t message;
	uint16_t count;
	const uint8_t *bytes;
};
/* Frames of a span (0: of all) younger than this sequence number, in order. each() returns false to stop. */
void trace_each(const struct trace *trace, unsigned span, uint64_t after,
                bool (*each)(void *user, const struct trace_kept *kept), void *user);
uint64_t trace_newest(const struct trace *trace); /* sequence number */
/* How many frames of the span are kept, and how many there ever were. */
void trace_span_counts(const struct trace *trace, unsigned span, uint32_t *kept, uint64_t *ever);

/* Steps of a call, in order; NULL if it is not (any longer) known. *dropped: how many had no room. */
const struct trace_event *trace_events(const struct trace *trace, uint32_t call, unsigned *count, unsigned *dropped);

/* ---- what is to be seen ---- */

struct trace_filter {
	enum { TRACE_OF_SPAN, TRACE_OF_NUMBER, TRACE_OF_CALL } of;
	unsigned span;
	uint32_t call;
	char number[TRACE_NUMBER_BYTES];
	bool messages_only; /* Q.931 alone */
	unsigned key_count; /* calls found by number */
	uint32_t keys[64];
};
/* Frames must be put in order: a call is followed from its SETUP on. decoded: of this frame. */
bool trace_filter_takes(struct trace_filter *filter, const struct trace_kept *kept, const struct decoded *decoded);

#endif
