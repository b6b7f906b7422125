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
#define DRIVER_CHANNELS_MAX   (CONFIG_SPANS_MAX * 32)
#define DRIVER_NO_CHANNEL     UINT16_MAX
#define DRIVER_PLACES_MAX     24 /* telephones of a span */
#define DRIVER_LOCATION_BYTES 48
#define DRIVER_GAIN_MAX       200 /* tenths of a dB, either way */

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
	uint8_t line_build_out;  /* 0..7 */
	uint8_t clock_rank;      /* 0: never take the clock from it; else 1 is best */
	bool yellow_when_closed; /* the far end is sent yellow (RAI) while no channel is open: while nobody takes calls
	                          */
	uint32_t flash_min_ms;   /* FXS: a loop break of flash_min..flash_max is a hook flash */
	uint32_t flash_max_ms;   /* longer: on-hook */
	bool echo_cancel;
	uint32_t echo_exceptions; /* bit: on this timeslot it is the other way round */
	uint16_t echo_taps;       /* 32 .. 1024 samples, a power of two */
	/* Gain by timeslot, in tenths of a dB, on what is received and sent; never on a D channel. */
	int16_t receive_gain[DRIVER_TIMESLOTS_MAX + 1], send_gain[DRIVER_TIMESLOTS_MAX + 1];
	/* Where its hardware is: "PLACE/K", the K-th span of the card at PLACE (or with this serial number). "": the
	 * span that the kernel has given this number. Drivers without hardware take no notice. */
	char location[DRIVER_LOCATION_BYTES];
	bool may_be_absent; /* without its hardware it is no error: its number stays reserved (driver_span_absent()) */
};

/* Alarms of one span, as bits. */
enum span_alarm {
	SPAN_ALARM_RED = 1,      /* no usable signal from the line (frames absent, LOS, LFA) */
	SPAN_ALARM_YELLOW = 2,   /* the far end says that it does not receive us */
	SPAN_ALARM_BLUE = 4,     /* all ones */
	SPAN_ALARM_LOOPBACK = 8, /* looped */
	SPAN_ALARM_RECOVERING = 16,
	SPAN_ALARM_NOT_OPEN = 32,
	/* Why it is red, where the hardware says it. */
	SPAN_ALARM_LOS = 64,   /* no signal at all (LOS) */
	SPAN_ALARM_LFA = 128,  /* a signal, but no frame alignment (LFA) */
	SPAN_ALARM_LMFA = 256, /* frames, but no multiframe alignment (LMFA) */
};
#define SPAN_ALARM_COUNT 9

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
	/* E bits: CRC-4 errors that the far end tells of; bit errors: of the hardware's own test pattern */
	uint64_t bipolar_violations, ebit_errors, fas_errors, bit_errors;
	uint64_t interrupts_missed; /* of the span's card */
	uint64_t periods_missed;    /* our transmit was not there in time */
	uint64_t dchannel_refused;  /* D-channel frames given up because a queue was full, either way */
};

struct driver_settings {
	const char *name;              /* "tdmoe" or "dahdi" */
	const char *local_socket;      /* tdmoe: our datagram socket, created */
	const char *remote_socket;     /* tdmoe: the lab's */
	bool virtual_time;             /* tdmoe: the far end's messages are the clock */
	struct doorbell *control_bell; /* rung when a D-channel frame has arrived */
};

/*
 * Maintenance of a whole span. A loop or the pattern stays until DRIVER_MAINT_OFF or the end of the process: when a
 * span is started for the first time, what an earlier process has left behind is taken off.
 */
enum driver_maint {
	DRIVER_MAINT_OFF,
	DRIVER_MAINT_LOOP_LOCAL,   /* what we send comes back to us */
	DRIVER_MAINT_LOOP_LINE,    /* what the network sends goes back to it, framing included */
	DRIVER_MAINT_LOOP_PAYLOAD, /* the same of the channels alone; where the driver loops channels, of the B channels
	                            */
	DRIVER_MAINT_REMOTE_UP,    /* the in-band code that asks the far end for a loop (T1) */
	DRIVER_MAINT_REMOTE_DOWN,
	DRIVER_MAINT_PATTERN, /* the hardware's own PRBS, sent and looked for: bit_errors and driver_span_pattern() */
	DRIVER_MAINT_ALARM,   /* a simulated alarm */
	/* one error on what is sent */
	DRIVER_MAINT_INSERT_FAS,
	DRIVER_MAINT_INSERT_MULTIFRAME,
	DRIVER_MAINT_INSERT_CRC,
	DRIVER_MAINT_INSERT_CAS,
	DRIVER_MAINT_INSERT_PRBS,
	DRIVER_MAINT_INSERT_BIPOLAR,
	DRIVER_MAINT_COUNT
};
extern const char *const driver_maint_names[DRIVER_MAINT_COUNT]; /* "line loop" */

/* What is at a place where a telephone may be: analogue cards take modules, of two kinds and not always all of them. */
enum driver_port {
	DRIVER_PORT_NONE,      /* the span has no such place, is no telephones' span, or is not started */
	DRIVER_PORT_TELEPHONE, /* FXS */
	DRIVER_PORT_LINE,      /* a module for a telephone line (FXO): no telephone works here */
	DRIVER_PORT_EMPTY,     /* no module, or none that works */
	DRIVER_PORT_COUNT
};
extern const char *const driver_port_names[DRIVER_PORT_COUNT]; /* "FXO module" */

/* Places by kind, bit N is place N. All 0: every timeslot of the span is one. */
struct driver_places {
	uint32_t telephones, lines, empty;
};

/* A span of the hardware, as the driver finds it. */
struct driver_hardware {
	unsigned number; /* the kernel's */
	unsigned place;  /* from 1: which of its card's spans */
	unsigned span;   /* ours that uses it; 0: none */
	unsigned timeslots;
	bool analogue; /* a card with modules: places says which */
	struct driver_places places;
	char location[DRIVER_LOCATION_BYTES], serial[DRIVER_LOCATION_BYTES], name[40];
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

/*
 * [control] Begins or ends maintenance of a started span. -ENOTSUP with a sentence where the driver or its hardware
 * cannot; -ENETDOWN: the span is not started.
 */
MUST_CHECK int driver_span_maint(struct span_driver *driver, unsigned span, enum driver_maint maint,
                                 struct fault *fault);
/* [control] Takes in what the driver learns only by looking: to be called once a second for each span that is started.
 */
void driver_span_look(struct span_driver *driver, unsigned span);
/* [control] The span's counters begin at zero again, within a period or two. */
void driver_counters_reset(struct span_driver *driver, unsigned span);
/* [control] The spans that the hardware has, sorted by number. How many (at most max are written); 0 without hardware.
 */
unsigned driver_hardware_list(struct span_driver *driver, struct driver_hardware *out, unsigned max);

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
/*
 * [media] A channel in use that carries data and not speech: no gain, no echo canceller, until it is out of use. For
 * bit-true tests.
 */
void driver_channel_clear(struct span_driver *driver, uint16_t channel, bool clear);
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
/* [any] The span that the span's own hardware takes its clock from; 0: none, it runs free. */
unsigned driver_span_sync_source(const struct span_driver *driver, unsigned span);
/* [any] The span was started, but its hardware is not there. */
bool driver_span_absent(const struct span_driver *driver, unsigned span);
/*
 * [any] What a telephone span has at this place. A span whose hardware is absent has the places of a channel bank, so
 * that its numbers stay known.
 */
enum driver_port driver_port(const struct span_driver *driver, unsigned span, unsigned timeslot);
/* [any] Whether the span's hardware is an analogue card, which has no line parameters. */
bool driver_span_analogue(const struct span_driver *driver, unsigned span);
/* [any] Whether the span's hardware has a line, on which a yellow alarm can be sent: analogue cards and emulated spans
 * have none. True of a span that is not started. */
bool driver_span_has_line(const struct span_driver *driver, unsigned span);
/* [any] Whether the hardware sees its own test pattern (DRIVER_MAINT_PATTERN). */
bool driver_span_pattern(const struct span_driver *driver, unsigned span);

#endif
