/*
 * One PRI D channel through libpri: the only door to that library. What is behind it is in pri_*.c.
 *
 * Thread: control. The link pulls frames from the span driver, screens them, lets libpri work and hands out one event
 * at a time as plain data. libpri has a single event slot a controller and its call pointers die without notice;
 * so an event is copied at once, and pri_link_call_alive() tells whether a call still exists.
 */
#ifndef BELFRY_LINE_PRI_LINK_H
#define BELFRY_LINE_PRI_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "line/line.h"
#include "line/q931_screen.h"

#define PRI_TIMESLOT_NONE 0    /* SETUP without a B channel (call waiting) */
#define PRI_TIMESLOT_ANY  0xff /* any channel, or no channel identification */

struct pri_link;
struct q931_call; /* libpri's; never dereferenced here */

enum pri_event_type {
	PRI_LINK_NOTHING, /* libpri had no event, but calls may have died: message, cref, cause are the frame's */
	PRI_LINK_UP,
	PRI_LINK_DOWN,
	PRI_LINK_RING,
	PRI_LINK_DIGITS,
	PRI_LINK_SETUP_ACK,
	PRI_LINK_PROCEEDING,
	PRI_LINK_PROGRESS,
	PRI_LINK_ALERTING,
	PRI_LINK_CONNECT,
	PRI_LINK_CONNECT_ACK,
	PRI_LINK_DISCONNECT, /* HANGUP_REQ: DISCONNECT received */
	PRI_LINK_RELEASE,    /* HANGUP: RELEASE, RELEASE COMPLETE, T303 or T309 ran out */
	PRI_LINK_RELEASED,   /* HANGUP_ACK: the call is gone */
	PRI_LINK_FACILITY,   /* name or number came late */
	PRI_LINK_NOTIFY,
	PRI_LINK_HOLD,
	PRI_LINK_RETRIEVE,
	PRI_LINK_RESTART,
	PRI_LINK_RESTART_ACK,
	PRI_LINK_SERVICE,
	PRI_LINK_MISMATCH, /* both ends think they are the same side */
	PRI_LINK_OTHER,
	PRI_LINK_EVENT_COUNT
};
extern const char *const pri_link_event_names[PRI_LINK_EVENT_COUNT];

struct pri_link_event {
	enum pri_event_type type;
	struct q931_call *call; /* may have died in the meantime */
	uint32_t cref;          /* as in q931_facts */
	uint8_t message;        /* NOTHING: the frame's, 0 if it had none */
	uint8_t timeslot;       /* or PRI_TIMESLOT_* */
	uint32_t interface;     /* explicit interface identifier to echo in our answers */
	bool exclusive, signalling_only;
	uint8_t cause, cause_location;
	bool inband;
	bool name_present,
	    number_present; /* in setup.calling_name / setup.calling, or number for the connected party */
	bool display_only;  /* the name is a Display text, perhaps another one */
	bool in_service;    /* SERVICE */
	char digits[LINE_DIGITS_MAX + 1];
	struct line_setup setup; /* RING; late name and connected number too */
};

struct pri_link_handlers {
	void *user;
	/* After every frame and timer, with PRI_LINK_NOTHING too: calls may have died without an event. */
	void (*event)(void *user, const struct pri_link_event *event);
	bool (*call_known)(void *user, uint32_t cref);
	/* A message of ours before it is written: an edited copy in out (its length), or 0 to send it as it is. */
	size_t (*edit)(void *user, const struct q931_facts *facts, const uint8_t *frame, size_t count, uint8_t *out,
	               size_t size);
	void (*frame)(void *user, bool sent, const uint8_t *bytes, size_t count);
	void (*screened)(void *user, enum q931_verdict verdict);
};

struct pri_link_settings {
	uint8_t span;
	bool network, e1, alaw;
	enum line_switch switch_type;
	struct span_driver *driver;
	struct pri_link_handlers handlers;
};

/* Takes a controller from the pool or makes one. -ENOSPC: the pool's limit; -ENOMEM. */
MUST_CHECK int pri_link_open(struct pri_link **out, const struct pri_link_settings *settings);
/* Retires the controller into the pool, silently: its calls are gone, nothing more is sent or reported. */
void pri_link_close(struct pri_link *link);
/* How many controllers exist, in use or retired (libpri cannot free one). */
unsigned pri_link_controllers(void);

void pri_link_set_timers(struct pri_link *link, const struct timer_values *values);
bool pri_link_step(struct pri_link *link, uint64_t now_us);
uint64_t pri_link_next_us(struct pri_link *link);

/* Calls. Every channel argument is a timeslot plus the interface of the event that brought it. */
bool pri_link_call_alive(struct pri_link *link, struct q931_call *call);
MUST_CHECK int pri_link_setup(struct pri_link *link, const struct line_setup *setup, bool sending_complete,
                              struct q931_call **call, uint32_t *cref);
void pri_link_information(struct pri_link *link, struct q931_call *call, const char *digits);
void pri_link_setup_ack(struct pri_link *link, struct q931_call *call, uint32_t channel, bool inband);
void pri_link_proceeding(struct pri_link *link, struct q931_call *call, uint32_t channel, bool inband);
void pri_link_progress(struct pri_link *link, struct q931_call *call);
void pri_link_alerting(struct pri_link *link, struct q931_call *call, uint32_t channel, bool inband);
void pri_link_connect(struct pri_link *link, struct q931_call *call, uint32_t channel);
void pri_link_connect_ack(struct pri_link *link, struct q931_call *call);
void pri_link_hold_answer(struct pri_link *link, struct q931_call *call, uint8_t reject_cause);
void pri_link_retrieve_answer(struct pri_link *link, struct q931_call *call, uint32_t channel, uint8_t reject_cause);
/* One step of clearing: DISCONNECT, RELEASE or RELEASE COMPLETE as the call's state asks. */
void pri_link_hang_up(struct pri_link *link, struct q931_call *call, uint8_t cause);
/* We have sent DISCONNECT with a message in band, and it is over: RELEASE now. */
void pri_link_release_after_message(struct pri_link *link, uint32_t cref, uint8_t cause);
/* Forgets a call without a word to the far end (RESTART does that). */
void pri_link_forget(struct pri_link *link, struct q931_call *call);
/* SERVICE for one B channel; only switch types with service messages may be asked (pri_link_has_service()). */
bool pri_link_has_service(const struct pri_link *link);
void pri_link_service(struct pri_link *link, uint8_t timeslot, bool in_service);
void pri_link_restart(struct pri_link *link, uint8_t timeslot);

#endif
