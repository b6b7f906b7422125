/*
 * Private to the wire half of the lab: an exchange, its spans, and what passes between them.
 *
 * A period is 80 samples (10 ms). wire_speak() asks every span for a period's samples and makes the frames, a transport
 * carries them, wire_hear() takes a received frame apart. A transport never looks into a frame.
 */
#ifndef BELFRY_LAB_WIRE_H
#define BELFRY_LAB_WIRE_H

#include "tools/lab/exchange.h"
#include "tools/lab/hdlc.h"

#define PERIOD_SAMPLES  80
#define PERIOD_MS       10
#define FRAME_SAMPLES   8
#define CHANNELS_MAX    32 /* timeslots 1..31 are used */
#define FRAME_MAX       320
#define LAB_LATE_FRAMES 128
#define D_IN_MAX        2000 /* 250 ms of a D timeslot */

struct link;
struct capture;
struct transport;
struct span;

/* Where things are in a frame. */
enum {
	FRAME_ETHERTYPE = 12,
	FRAME_SPAN = 14,
	FRAME_SAMPLE_COUNT = 16,
	FRAME_FLAGS = 17,
	FRAME_SEQUENCE = 18,
	FRAME_CHANNELS = 20,
	FRAME_SIGNALLING = 22
};
#define FLAG_YELLOW     0x01
#define FLAG_SIGNALLING 0x02
#define FLAG_LOOPBACK   0x04

struct span_faults {
	bool l1_down, dchannel_dead;
	int alarm; /* 0 none, 1 red, 2 yellow, 3 blue */
	double loss, duplicate, truncate, ber, ppm, ppm_phase;
	unsigned late_ms;
	bool glare;
	uint64_t random;
	struct {
		uint64_t due_samples;
		uint16_t bytes;
		uint8_t frame[FRAME_MAX];
	} late[LAB_LATE_FRAMES];
	unsigned late_count;
	uint64_t late_overflow;
};

/* What a channel adds to what is said on it, whoever holds the channel. */
struct impairment {
	double echo_gain, noise_rms;
	unsigned echo_samples;
};

struct span {
	struct exchange *exchange;
	struct lab_span conf;
	unsigned channels, dchannel;   /* dchannel 0: none */
	uint64_t out_since, out_until; /* the last time without signalling; both 0: never */
	bool out;
	unsigned samples_at; /* offset of the samples in a frame */
	uint16_t frame_bytes;
	uint8_t idle;
	uint8_t blank[FRAME_MAX]; /* a frame with every channel idle */
	uint16_t next_tx, next_rx;
	bool rx_known;
	uint64_t heard_to;                 /* position of the next received sample */
	struct party *party[CHANNELS_MAX]; /* who is connected to the timeslot */
	uint8_t speech[CHANNELS_MAX][PERIOD_SAMPLES];
	uint32_t looped; /* bit: the timeslot is looped, what is heard goes back */
	uint8_t loop[CHANNELS_MAX][PERIOD_SAMPLES];
	uint32_t speaking;                    /* bit: speech[timeslot] is worth sending */
	uint8_t cas[CHANNELS_MAX][PERIOD_MS]; /* a nibble a millisecond, phone spans */
	uint8_t d_out[PERIOD_SAMPLES], d_in[D_IN_MAX];
	unsigned d_in_count;
	struct hdlc *hdlc;
	struct link *link;
	struct lab_call *calls[CHANNELS_MAX]; /* who holds the B channel */
	struct lab_phone *phones[CHANNELS_MAX];
	char last_called[48]; /* for a crossed call (glare) */
	int cause_location;   /* of the frame in hand; -1: it has none */
	bool hearing;         /* a frame is in hand */
	struct span_faults faults;
	struct impairment impairments[CHANNELS_MAX];
};

struct exchange {
	struct exchange_settings settings;
	char local_path[108], remote_path[108], prompt_folder[4][LAB_TEXT];
	uint64_t now;                          /* samples */
	struct span *spans[LAB_SPANS_MAX + 1]; /* by span number */
	unsigned span_count;
	unsigned order[LAB_SPANS_MAX];
	struct transport *transport;
	struct capture *capture;
	struct lab_counters counters;
	bool (*alive)(void *user); /* NULL: nobody knows */
	void *alive_user;
	struct lab_call *first_call, *last_call;
	struct party *live; /* parties that have a recording or digits to follow */
};

typedef void wire_out(void *user, const uint8_t *frame, size_t bytes);
/* Frames of one millisecond of one span (0, 1 or several with faults); calls out() for each. */
void wire_send_frames(struct span *span, unsigned ms, wire_out *out, void *user);
/* fault.c: the same, through the span's impairments. */
void fault_send(struct span *span, uint64_t at_samples, uint8_t *frame, wire_out *out, void *user);
uint8_t fault_flags(const struct span *span);
bool fault_cut(const struct span *span);   /* nothing goes out */
bool fault_mutes(const struct span *span); /* no message passes on its D channel */
unsigned fault_frames(struct span *span);  /* how many frames this millisecond has: 1, or 0 or 2 with a wrong clock */
/* Asks everybody for the coming period's samples. */
void wire_prepare(struct exchange *exchange);
/* One frame from the box. Its samples belong at the span's heard_to. */
void wire_hear(struct exchange *exchange, const uint8_t *frame, size_t bytes);
int span_new(struct span **out, struct exchange *exchange, const struct lab_span *conf, char *error, size_t size);
/* The other end of the span is another from now on: its link begins anew, telephones stay. */
int span_change(struct span *span, const struct lab_span *conf, char *error, size_t size);
void span_free(struct span *span);
/* After a period: D channels, timers, telephones. */
void wire_settle(struct exchange *exchange);

static inline unsigned get16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}
static inline void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}
static inline void put64(uint8_t *at, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		at[i] = (uint8_t)(value >> (56 - 8 * i));
}
static inline uint64_t get64(const uint8_t *at)
{
	uint64_t value = 0;
	for (int i = 0; i < 8; i++)
		value = value << 8 | at[i];
	return value;
}

#endif
