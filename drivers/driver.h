/*
 * The span driver: what is between Belfry and the wire. Two drivers stand behind this header: `tdmoe` (user space,
 * the lab's frames) and `dahdi` (the kernel's). Nothing above it knows which one is in use.
 *
 * A span is a T1 (24 timeslots) or E1 (31), numbered from 1. A channel is one timeslot of one span, known everywhere
 * by its channel index: driver_channel(span, timeslot). Samples travel in media periods of DRIVER_PERIOD_SAMPLES
 * G.711 bytes a channel, in the channel's own law.
 *
 * Threads: functions marked [media] belong to the media thread, which alone reads and writes bearer and analogue
 * channels (on DAHDI both fail with -ELAST while an event waits, so one thread owns a file). Functions marked
 * [control] belong to the control thread: D channels and spans. driver_open/close: main, before and after the threads.
 */
#ifndef BELFRY_DRIVERS_DRIVER_H
#define BELFRY_DRIVERS_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/fault.h"
#include "base/mailbox.h"
#include "config_limits.h"

#define DRIVER_PERIOD_MS      CONFIG_MEDIA_PERIOD_MS
#define DRIVER_PERIOD_SAMPLES (8 * DRIVER_PERIOD_MS)
#define DRIVER_TIMESLOTS_MAX  31
/* Channel indexes run from 0 (timeslot 0 of span 1, never used) to DRIVER_CHANNELS_MAX - 1. */
#define DRIVER_CHANNELS_MAX (CONFIG_SPANS_MAX * 32)
#define DRIVER_NO_CHANNEL   UINT16_MAX

static inline uint16_t driver_channel(unsigned span, unsigned timeslot)
{
	return (uint16_t)((span - 1) * 32 + timeslot);
}
static inline unsigned driver_channel_span(uint16_t channel)
{
	return channel / 32u + 1;
}
static inline unsigned driver_channel_timeslot(uint16_t channel)
{
	return channel % 32u;
}

enum span_type { SPAN_E1, SPAN_T1 };
enum span_law { SPAN_ALAW, SPAN_MULAW };
enum span_framing { SPAN_FRAMING_CCS, SPAN_FRAMING_CAS, SPAN_FRAMING_ESF, SPAN_FRAMING_D4 };
enum span_coding { SPAN_CODING_HDB3, SPAN_CODING_AMI, SPAN_CODING_B8ZS };
/* What the driver does with the channels; the call signalling on top of it is line/'s business. */
enum span_use {
	SPAN_USE_PRI, /* clear channels and one HDLC D channel: timeslot 16 (E1) or 24 (T1) */
	SPAN_USE_FXS, /* every channel a telephone: loop-start channel-bank CAS, we are the exchange side */
};

struct driver_span {
	uint8_t span; /* from 1 */
	enum span_type type;
	enum span_use use;
	enum span_law law;
	enum span_framing framing;
	enum span_coding coding;
	bool crc4;
	uint8_t line_build_out; /* 0..7 */
	uint8_t clock_rank;     /* 0: never take the clock from it; else 1 is best */
	uint32_t flash_min_ms;  /* FXS: a loop break of flash_min..flash_max is a hook flash */
	uint32_t flash_max_ms;  /* longer: on-hook */
	bool echo_cancel;
};

/* Alarms of one span, as bits. */
enum span_alarm {
	SPAN_ALARM_RED = 1,      /* no usable signal from the line (frames absent, LOS, LFA) */
	SPAN_ALARM_YELLOW = 2,   /* the far end says that it does not receive us */
	SPAN_ALARM_BLUE = 4,     /* all ones */
	SPAN_ALARM_LOOPBACK = 8, /* looped */
	SPAN_ALARM_RECOVERING = 16,
	SPAN_ALARM_NOT_OPEN = 32,
};

enum driver_event_type {
	DRIVER_OFF_HOOK,    /* a telephone was lifted (answers a ring, or asks for dial tone) */
	DRIVER_ON_HOOK,     /* hung up */
	DRIVER_FLASH,       /* hook flash */
	DRIVER_PULSE_DIGIT, /* a dial-pulse digit: digit is '0'..'9' */
	DRIVER_RINGER_ON,   /* a ring burst began */
	DRIVER_RINGER_OFF,  /* a ring burst ended: the silent interval begins */
	DRIVER_ALARM,       /* channel is timeslot 0 of the span; alarms holds the new set */
	DRIVER_CLOCK_SOURCE /* the span that the clock is taken from has changed: channel's span, or none */
};

struct driver_event {
	enum driver_event_type type;
	uint16_t channel; /* DRIVER_NO_CHANNEL: none */
	char digit;
	uint32_t alarms;
	uint64_t at_us; /* clock_now_us() of the period it was seen in */
};

/* Ring cadence in ms: on, off, on, off ... repeated; 0 ends. Distinct per class of call. */
#define DRIVER_CADENCE_STEPS 6
struct driver_cadence {
	uint16_t ms[DRIVER_CADENCE_STEPS];
};

enum driver_line {
	DRIVER_LINE_IDLE, /* battery on, no ring: normal for a telephone, on-hook or off-hook */
	DRIVER_LINE_RING, /* ring with the cadence given */
	DRIVER_LINE_OPEN  /* battery removed for a moment (kewl start disconnect) */
};

/* Counters of one span since start. */
struct driver_span_counters {
	uint64_t frames_received, frames_sent;
	uint64_t frames_lost, frames_late, frames_duplicate, frames_bad; /* sequence gaps and what was thrown away */
	uint64_t hdlc_aborts, hdlc_bad_crc, hdlc_bad_length;
	uint64_t slips, crc4_errors, code_violations, framing_errors, errored_seconds;
	uint64_t periods_missed;   /* our transmit was not there in time */
	uint64_t dchannel_refused; /* D-channel frames given up because a queue was full, either way */
};

struct driver_settings {
	const char *name;              /* "tdmoe" or "dahdi" */
	const char *local_socket;      /* tdmoe: our datagram socket, created */
	const char *remote_socket;     /* tdmoe: the lab's */
	bool virtual_time;             /* tdmoe: the far end's messages are the clock */
	struct doorbell *control_bell; /* rung when a D-channel frame has arrived */
};

struct span_driver;

/*
 * Opens the driver without any span. -EADDRINUSE with a clear sentence when another belfryd has the socket.
 * driver_span_start() brings spans up.
 */
MUST_CHECK int driver_open(const struct driver_settings *settings, struct span_driver **out, struct fault *fault);
void driver_close(struct span_driver *driver);
const char *driver_name(const struct span_driver *driver);

/* [control] Starts, changes or stops one span without touching the others. Takes effect at the next period. */
MUST_CHECK int driver_span_start(struct span_driver *driver, const struct driver_span *span, struct fault *fault);
void driver_span_stop(struct span_driver *driver, unsigned span);

/* [media] The descriptor to poll for the next period. */
int driver_period_fd(const struct span_driver *driver);
/*
 * [media] Takes in one period if it is there. *elapsed_us is how much the line's clock has gone on. Returns 1: a
 * period with at least one span's samples; 0: nothing there yet; 2: time has passed on the fallback clock but no span
 * delivered (elapsed_us is set, the transmit buffers are not used); -errno: the driver is dead.
 */
MUST_CHECK int driver_period_begin(struct span_driver *driver, uint64_t *elapsed_us);
/*
 * [media] Whether anybody listens to or speaks on a bearer or analogue channel. A channel out of use delivers silence
 * and sends idle; the dahdi driver reads and writes only channels in use (one system call each a period), tdmoe
 * carries all of them at no cost. Signalling events arrive from both. Channels start out of use.
 */
void driver_channel_use(struct span_driver *driver, uint16_t channel, bool in_use);
/* [media] Received samples of this period, DRIVER_PERIOD_SAMPLES bytes in the channel's law; never NULL. */
const uint8_t *driver_receive(const struct span_driver *driver, uint16_t channel);
/* [media] Where to put the samples to send; what is not written is sent as silence of the law. */
uint8_t *driver_transmit(struct span_driver *driver, uint16_t channel);
/*
 * [media] Ends the period, after driver_period_begin() returned 1 or 2 (in virtual time the far end waits for an answer
 * to a period without spans too). With defer: sends nothing until driver_period_flush() (virtual time: after all
 * settled); events, rings and D-channel frames given before the flush still go out with this period.
 */
void driver_period_end(struct span_driver *driver, bool defer);
void driver_period_flush(struct span_driver *driver);
/* [media] Events of this period; false when there are no more. */
bool driver_next_event(struct span_driver *driver, struct driver_event *event);
/* [media] Ring, or stop ringing, a telephone. */
void driver_set_line(struct span_driver *driver, uint16_t channel, enum driver_line line,
                     const struct driver_cadence *cadence);
/* [media] Whether the channel's telephone is lifted (debounced). */
bool driver_off_hook(const struct span_driver *driver, uint16_t channel);
/*
 * [media] Connects two channels inside the driver; each leg's received audio still comes from driver_receive().
 * 0: done, the media thread writes nothing until driver_unbridge(). -ENOTSUP: bridge in the media thread.
 */
MUST_CHECK int driver_bridge(struct span_driver *driver, uint16_t a, uint16_t b);
void driver_unbridge(struct span_driver *driver, uint16_t a, uint16_t b);
/* [media] The span's type and law as running now. False if the span is not started. */
bool driver_span_running(const struct span_driver *driver, unsigned span, struct driver_span *out);

/*
 * [control] D-channel frames, FCS checked and stripped. Receive: bytes, 0 when there is none. Send: 0, -ENOBUFS
 * (queue full, counted), -ENETDOWN (span not started). Frames go out as flags allow; flags fill the gaps.
 */
#define DRIVER_DCHANNEL_BYTES 512
int driver_dchannel_receive(struct span_driver *driver, unsigned span, uint8_t *frame, size_t size);
MUST_CHECK int driver_dchannel_send(struct span_driver *driver, unsigned span, const uint8_t *frame, size_t bytes);

/* Names for logs: "off-hook", "yellow". Of alarms the lowest bit that is set names it; 0 is "none". */
const char *driver_event_name(enum driver_event_type type);
const char *driver_alarm_name(uint32_t alarms);

/* [any] Counters, alarms and the span that the clock follows (0: none, holdover). */
void driver_span_counters(const struct span_driver *driver, unsigned span, struct driver_span_counters *out);
uint32_t driver_span_alarms(const struct span_driver *driver, unsigned span);
unsigned driver_clock_source(const struct span_driver *driver);

#endif
