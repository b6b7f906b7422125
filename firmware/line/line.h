/*
 * What is on the wire: PRI spans (libpri) and analogue telephones, turned into legs and their events.
 *
 * A leg is one ISDN call on one B channel, ours or the network's; a port is one analogue telephone. Both live on the
 * control thread, which calls everything in this header; events arrive by the handler given to line_new(), on the
 * same thread, from within line_step() or line_timers. A handler may call any line function, line_leg_* included.
 *
 * PRI follows Q.921/Q.931 by libpri, its timers on our clock; T301, T302, T304 and T310, which libpri does not
 * supervise, are supervised here (timer rows). D-channel state is Q.921's, never the alarms'. Active calls survive a
 * D-channel drop for T309. Frames that could harm libpri are screened before it and counted.
 */
#ifndef BELFRY_LINE_LINE_H
#define BELFRY_LINE_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/fault.h"
#include "base/timer.h"
#include "drivers/driver.h"
#include "line/timer_rows.h"

#define LINE_DIGITS_MAX 40
#define LINE_NAME_BYTES 64

struct line;

enum line_signalling { LINE_PRI_CPE, LINE_PRI_NET, LINE_FXS };
enum line_switch { LINE_EUROISDN, LINE_NI1, LINE_NI2, LINE_DMS100, LINE_5ESS, LINE_4ESS, LINE_QSIG, LINE_SWITCH_COUNT };
enum line_hunt { LINE_HUNT_ASCENDING, LINE_HUNT_DESCENDING };
extern const char *const line_signalling_names[];
extern const char *const line_switch_names[];

struct line_span_settings {
	struct driver_span driver;
	enum line_signalling signalling;
	enum line_switch switch_type;
	enum line_hunt hunt; /* order of our own B-channel choice; the network's is the other end's */
	bool overlap_in, overlap_out;
	bool inband_on_setup_ack; /* treat SETUP ACKNOWLEDGE as "tones in band" (QSIG) */
	uint32_t off_channels;    /* bit: the timeslot takes no new calls; one in progress goes on */
	bool restart_on_up;       /* RESTART every idle B channel when the D channel first comes up */
	uint64_t resync_ms;       /* and again each so long while it is up; 0: never */
};

enum line_presentation { LINE_PRESENTATION_ALLOWED, LINE_PRESENTATION_RESTRICTED, LINE_PRESENTATION_UNAVAILABLE };
extern const char *const line_presentation_names[]; /* allowed, restricted, unavailable */

/* Q.931 4.5.8/4.5.10. Digits as received; restricted numbers keep their digits here, displays must not show them. */
struct line_number {
	char digits[LINE_DIGITS_MAX + 1]; /* "" : absent */
	uint8_t ton, npi;                 /* Q.931 codes: 0 unknown, 1 international, 2 national, ...; npi 1 = E.164 */
	enum line_presentation presentation;
	uint8_t screening; /* Q.931 octet 3a screening indicator 0..3 */
};

/* A call attempt, in either direction. */
struct line_setup {
	uint8_t span;
	uint8_t timeslot; /* 0: line chooses (out) */
	bool exclusive;
	struct line_number called, calling, redirecting, original_called;
	uint8_t redirecting_reason;
	char calling_name[LINE_NAME_BYTES];
	enum line_presentation name_presentation;
	bool name_follows;   /* the network said that a name comes in a later FACILITY */
	bool complete;       /* called number is complete (en bloc, or sending complete seen) */
	uint8_t bearer;      /* Q.931 4.5.5 transfer capability: 0 speech, 8 unrestricted digital, 16 3.1 kHz audio */
	char user_user[132]; /* UUI as text; "" : absent */
};

/* Identifies a leg; never reused while anybody may still hold it (index and generation). 0: none. */
typedef uint32_t line_leg;

enum line_event_type {
	LINE_SETUP,        /* incoming call: setup. Answer with line_leg_* ; B channel is already allocated */
	LINE_DIGITS,       /* overlap receiving: digits were appended to the called number; setup holds the whole */
	LINE_DIGITS_ENDED, /* overlap receiving: sending complete, or T302 ran out */
	LINE_SETUP_ACK,    /* outgoing, overlap sending: the network wants more digits (T304 runs) */
	LINE_PROCEEDING,   /* outgoing: CALL PROCEEDING; inband: progress indicator 1 or 8 */
	LINE_PROGRESS,     /* outgoing: PROGRESS; inband as above */
	LINE_ALERTING,     /* outgoing: ALERTING; inband as above; T301 runs */
	LINE_CONNECT,      /* outgoing: answered */
	LINE_CONNECT_ACK,  /* incoming: the network has connected our answer */
	LINE_DISCONNECT,   /* the far end clears: cause, location; inband: a tone or message is in band (indicator 8).
	                      Reply line_leg_clear() at once, or after the message. */
	LINE_RELEASED,     /* the leg is gone: cause, location. The last event of every leg. */
	LINE_NAME,         /* calling name that came late, in a FACILITY */
	LINE_CONNECTED_NUMBER,
	LINE_HOLD,
	LINE_RETRIEVE, /* the far end asks; line has answered it; stop or restart audio */
	LINE_CHANNEL, /* the B channel of the leg has changed in negotiation: timeslot in setup. DRIVER_NO_CHANNEL: lost
	                 in a collision, another LINE_CHANNEL or LINE_RELEASED follows */
	LINE_DCHANNEL_RAISED,
	LINE_DCHANNEL_LOST, /* span; Q.921 state */
	LINE_SPAN_ALARM,    /* span; alarms: the driver's set */
	LINE_REFUSED,   /* an incoming call that got no B channel and so no leg: setup; cause: what the far end was told
	                 */
	LINE_RESTARTED, /* span, timeslot: the far end restarted the channel (its leg, if any, was released first) */
	LINE_EVENT_COUNT
};
extern const char *const line_event_names[LINE_EVENT_COUNT];

struct line_event {
	enum line_event_type type;
	uint64_t at_us;
	uint8_t span;
	line_leg leg;
	uint16_t channel;                 /* channel index of the leg */
	const struct line_setup *setup;   /* valid during the handler only */
	const char *digits;               /* LINE_DIGITS: what was added */
	const struct line_number *number; /* LINE_CONNECTED_NUMBER: the party that answered */
	bool inband;
	uint8_t cause, cause_location; /* Q.850; cause 0: none */
	uint32_t alarms;
};

/* What goes wrong on a span without an event of a leg: for the flight recorder. */
enum line_trouble {
	LINE_TROUBLE_TIMER,   /* a supervision timer has run out (T302, which ends a number, is none) */
	LINE_TROUBLE_PROTOCOL /* a message that does not fit, a frame that was screened */
};

struct line_handlers {
	void *user;
	void (*event)(void *user, const struct line_event *event);
	/* Every D-channel frame both ways, for pcap, trace and the flight recorder. May be NULL. */
	void (*frame)(void *user, unsigned span, bool sent, const uint8_t *bytes, size_t count, uint64_t at_us);
	/* leg 0: of the span. what: a sentence for technicians. May be NULL. */
	void (*trouble)(void *user, unsigned span, line_leg leg, enum line_trouble trouble, const char *what);
};

MUST_CHECK int line_new(struct line **out, struct span_driver *driver, struct timers *timers,
                        const struct line_handlers *handlers);
void line_free(struct line *line);

/* Timer values from the settings; running timers keep their deadline. */
void line_set_timers(struct line *line, const struct timer_values *values);

/*
 * Starts or changes one span. An unchanged span is left alone; a changed signalling, switch type or side rebuilds that
 * span's link alone (its legs are released, cause 41 locally). line_span_stop() clears it.
 */
MUST_CHECK int line_span_set(struct line *line, const struct line_span_settings *settings, struct fault *fault);
void line_span_stop(struct line *line, unsigned span);

/* Reads D channels and runs libpri's schedule. True if anything was done. */
bool line_step(struct line *line, uint64_t now_us);
/* clock_now_us() of libpri's next scheduled work, or TIMER_NEVER. */
uint64_t line_next_deadline_us(const struct line *line);

/* The driver's alarm event for a span (alarms never change the D-channel state: T04). */
void line_alarm(struct line *line, unsigned span, uint32_t alarms);

/*
 * Calls out. setup->span is mandatory; timeslot 0 lets line hunt (from the end opposite to the network's) and lock the
 * channel in one step. -ENETDOWN: D channel down (cause 27); -EBUSY: no channel free (cause 34); -ENOSPC: leg limit
 * (cause 42). Progress comes as events; T303/T304/T310/T301 supervise it and end in LINE_RELEASED.
 */
MUST_CHECK int line_call_out(struct line *line, const struct line_setup *setup, line_leg *leg);
/* Overlap sending after LINE_SETUP_ACK. complete: no more will follow. */
void line_leg_more_digits(struct line *line, line_leg leg, const char *digits, bool complete);

/* Answers to LINE_SETUP, in Q.931's order; a step already taken is ignored. */
void line_leg_need_digits(struct line *line, line_leg leg, bool dial_tone); /* SETUP ACK; T302 starts */
void line_leg_proceeding(struct line *line, line_leg leg);
void line_leg_progress(struct line *line, line_leg leg); /* PROGRESS, indicator 8: in-band audio before answer */
void line_leg_alerting(struct line *line, line_leg leg, bool inband);
void line_leg_connect(struct line *line, line_leg leg);
/* Clears in any state with a Q.850 cause. LINE_RELEASED follows. inband_message: DISCONNECT with indicator 8. */
void line_leg_clear(struct line *line, line_leg leg, uint8_t cause);
void line_leg_disconnect_inband(struct line *line, line_leg leg, uint8_t cause);

bool line_leg_exists(const struct line *line, line_leg leg);
uint16_t line_leg_channel(const struct line *line, line_leg leg); /* DRIVER_NO_CHANNEL if none */
/* The call reference as Q.931 messages that we receive have it, flag included (0x8000: the call is ours). 0: no leg. */
uint16_t line_leg_call_reference(const struct line *line, line_leg leg);
const char *line_leg_state_name(const struct line *line, line_leg leg); /* "ALERTING", ... */

/*
 * Keeps a B channel from calls, both ways, until it is given back: for tests. -EBUSY: a call is on it; -ENODEV: there
 * is no such B channel.
 */
MUST_CHECK int line_channel_withhold(struct line *line, unsigned span, unsigned timeslot, bool withheld);
/* The same of all of a span's B channels; calls that are there go on. */
void line_span_withhold(struct line *line, unsigned span, bool withheld);

/* How many B channels could take a call out now. */
unsigned line_span_free_channels(const struct line *line, unsigned span);

enum line_dchannel { LINE_DCHANNEL_NONE, LINE_DCHANNEL_DOWN, LINE_DCHANNEL_UP };
enum line_channel {
	LINE_CHANNEL_NONE, /* no B channel of a trunk */
	LINE_CHANNEL_IDLE,
	LINE_CHANNEL_IN_USE,
	LINE_CHANNEL_RESTARTING,
	LINE_CHANNEL_OUT_OF_SERVICE, /* by the far end, or because it does not answer RESTART */
	LINE_CHANNEL_OFF,            /* by our settings */
	LINE_CHANNEL_TESTED,
	LINE_CHANNEL_STATE_COUNT
};
extern const char *const line_channel_names[LINE_CHANNEL_STATE_COUNT];
enum line_channel line_channel_state(const struct line *line, unsigned span, unsigned timeslot);

/* The leg that holds this B channel (driver's index); 0: none, or it is being cleared. */
line_leg line_channel_leg(const struct line *line, uint16_t channel);

/* The settings of a span in use, or NULL. */
const struct line_span_settings *line_span_settings_of(const struct line *line, unsigned span);

struct line_span_status {
	bool configured;
	struct line_span_settings settings;
	enum line_dchannel dchannel;
	uint32_t alarms;
	unsigned channels, in_use;
	unsigned
	    out_of_service; /* B channels that take no calls: by our settings, the far end, or an unanswered RESTART */
	uint64_t frames_screened; /* D-channel frames refused before libpri */
	uint64_t unanswered;      /* of timer_expiries: messages that the network left without a reply */
	uint64_t restarts, timer_expiries, calls_in, calls_out, glare;
	uint64_t events_unexpected; /* messages that did not fit the state of their leg */
};
void line_span_status(const struct line *line, unsigned span, struct line_span_status *out);

/* Q.850 cause values: a short text ("normal call clearing") for people. */
const char *line_cause_text(unsigned cause);

#endif
