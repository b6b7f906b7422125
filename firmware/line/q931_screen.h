/*
 * Every D-channel frame is looked at here before libpri sees it, and again when it is written.
 *
 * libpri trusts lengths in a few places (README.md lists them), leaks call records for messages that cannot belong to
 * a call, and does not say in its events what some elements held. Screening therefore checks the frame, takes out
 * elements that libpri would misread (Q.931 5.8.7.2: a faulty optional element is ignored), and notes the facts.
 * An I-frame is never swallowed, since Q.921 must acknowledge it: what may not reach Q.931 is emptied instead.
 *
 * Pure: no state, no clock. Used by pri_io.c and by the fuzz target.
 */
#ifndef BELFRY_LINE_Q931_SCREEN_H
#define BELFRY_LINE_Q931_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define Q931_CREF_FLAG  0x8000u
#define Q931_CREF_DUMMY UINT32_MAX

/* The messages that this room looks at by itself (Q.931 table 4-2). */
enum q931_message {
	Q931_MSG_ALERTING = 0x01,
	Q931_MSG_CALL_PROCEEDING = 0x02,
	Q931_MSG_PROGRESS = 0x03,
	Q931_MSG_SETUP = 0x05,
	Q931_MSG_CONNECT = 0x07,
	Q931_MSG_SETUP_ACK = 0x0d,
	Q931_MSG_CONNECT_ACK = 0x0f,
	Q931_MSG_HOLD = 0x24,
	Q931_MSG_HOLD_ACK = 0x28,
	Q931_MSG_HOLD_REJECT = 0x30,
	Q931_MSG_RETRIEVE = 0x31,
	Q931_MSG_RETRIEVE_ACK = 0x33,
	Q931_MSG_RETRIEVE_REJECT = 0x37,
	Q931_MSG_DISCONNECT = 0x45,
	Q931_MSG_RESTART = 0x46,
	Q931_MSG_RELEASE = 0x4d,
	Q931_MSG_RESTART_ACK = 0x4e,
	Q931_MSG_RELEASE_COMPLETE = 0x5a,
	Q931_MSG_FACILITY = 0x62,
	Q931_MSG_NOTIFY = 0x6e,
	Q931_MSG_STATUS = 0x7d,
};

enum q931_verdict {
	Q931_PASS,
	Q931_EDITED,         /* an element, or the tail, was taken out */
	Q931_SHORT,          /* too short for its own header */
	Q931_ADDRESS,        /* not SAPI 0 / TEI 0 */
	Q931_DISCRIMINATOR,  /* neither Q.931 nor maintenance */
	Q931_CALL_REFERENCE, /* length or value that the message cannot have */
	Q931_DIRECTION,      /* from the wrong side of the call */
	Q931_UNKNOWN_CALL,   /* for a call that does not exist */
	Q931_DUPLICATE,      /* SETUP for a call that exists */
	Q931_VERDICT_COUNT
};
extern const char *const q931_verdict_names[Q931_VERDICT_COUNT];

struct q931_facts {
	bool message_present; /* the frame carries a layer 3 message */
	bool maintenance;     /* SERVICE family */
	uint8_t message;
	uint32_t cref; /* as libpri counts them: flag set for calls that we made */
	uint8_t cause, cause_location;
	bool cause_present;
	bool inband;       /* progress indicator 1 or 8 */
	bool name_follows; /* NI2 "information following" */
	bool user_user;    /* user-user information is there */
};

struct q931_screen_rules {
	bool maintenance; /* the switch type has SERVICE messages */
	void *user;
	bool (*call_known)(void *user, uint32_t cref);
};

/* Q.921 control field at byte 2. */
bool q921_is_information(const uint8_t *frame, size_t count);

/*
 * Checks and, where needed, edits a received frame (no FCS). *count shrinks when something is taken out.
 * Above Q931_EDITED: an I-frame has been cut to its 4-byte header; other frames must be dropped by the caller.
 */
enum q931_verdict q931_screen(uint8_t *frame, size_t *count, const struct q931_screen_rules *rules,
                              struct q931_facts *facts);

/* The facts of a frame that we send ourselves. */
void q931_note(const uint8_t *frame, size_t count, struct q931_facts *facts);

/*
 * Puts progress indicator 8 into a DISCONNECT (libpri cannot): copies the I-frame to out. Returns the new length, or 0
 * if it does not fit.
 */
size_t q931_disconnect_with_inband(const uint8_t *frame, size_t count, uint8_t *out, size_t size);

/* Puts user-user information (IA5 text, 35 octets at most) at its place among the elements of a SETUP. */
size_t q931_setup_with_user_user(const uint8_t *frame, size_t count, const char *text, uint8_t *out, size_t size);

#endif
