/*
 * The control actor: owns the line (libpri, telephones), the legs and the calls; asks acd for agents, media for audio,
 * store for durable records.
 *
 * Thread: its own (SCHED_FIFO 60), or stepped in virtual time. The admin room talks to it by the request functions at
 * the end, from one thread of its own: each request is carried out on the control thread and answered by setting
 * `done` and ringing the asker's doorbell.
 */
#ifndef BELFRY_CALL_CONTROL_H
#define BELFRY_CALL_CONTROL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "acd/acd_actor.h"
#include "base/actor.h"
#include "base/boot_facts.h"
#include "base/fault.h"
#include "call/view.h"
#include "config/config.h"
#include "config/customers.h"
#include "drivers/driver.h"
#include "drivers/sound.h"
#include "machine/machine.h"
#include "management/management.h"
#include "media/media.h"
#include "store/event_files.h"
#include "store/store.h"
#include "trace/trace.h"

struct control;

struct control_parts {
	struct span_driver *driver;
	struct media *media;
	const struct prompts *prompts;
	struct acd_actor *acd;
	struct store *store;
	struct event_files *journal;   /* the scheduler's; or NULL */
	struct sound *sound;           /* the sound cards, or NULL */
	struct trace *trace;           /* what happens is told to it, or NULL */
	struct machine *machine;       /* NULL: there is no panel */
	struct management *management; /* told of alarms; or NULL */
	const struct boot_facts *boot; /* its alarms stand until the next start; or NULL */
	struct doorbell *bell;         /* the control actor's own, which the other rooms ring */
};

MUST_CHECK int control_new(struct control **out, const struct control_parts *parts, struct fault *fault);
void control_free(struct control *control);
struct actor *control_actor(struct control *control);

enum control_request_type {
	CONTROL_APPLY, /* config: checked and applied as a whole, or refused with fault (then nothing changed) */
	CONTROL_VIEW,  /* view: filled in */
	CONTROL_STOP,  /* orderly stop: no new calls; calls end with cause 41; records complete */
	CONTROL_DRAIN, /* number 1: no new calls but emergencies; done when the last one has ended; 0: new calls again
	                */
	CONTROL_CLEAR_CALL,    /* call: hang up, cause 31 */
	CONTROL_CALLBACK_DONE, /* number: this open call-back was dealt with */
	CONTROL_AGENT_LOGIN,   /* agent number; port_span: at that telephone, outside: at the number, else at home */
	CONTROL_AGENT_LOGOUT,  /* agent number, reason: logged out by the supervisor */
	CONTROL_AGENT_PAUSE,   /* reason */
	CONTROL_AGENT_READY,
	CONTROL_AGENT_DISPOSITION, /* agent number, text: the code, for the call it has or its last one */
	CONTROL_CALL_PRIORITY,     /* call number, reason: the priority, text */
	CONTROL_CALL_WITHDRAW,     /* call number, destination, text */
	CONTROL_QUEUE_EVACUATE,    /* name, destination, text; number comes back: how many callers */
	CONTROL_QUEUE_DRAIN,       /* name, reason: 1 closed for the rest of the day, 0 open again */
	CONTROL_TEST_BEGIN,        /* test; its id comes back in number */
	CONTROL_TEST_STOP,         /* number: its id; 0: all */
	CONTROL_SPAN_ACTION,       /* test.span, action; INSERT: maint, and number of errors */
	CONTROL_HARDWARE,          /* hardware: the spans that the cards have; number of them comes back in number */
	CONTROL_ANNOUNCE,          /* number: zone, text: prompt; number comes back: places that hear it */
	CONTROL_ANNOUNCE_STOP,     /* number: zone; 0: all pages */
	CONTROL_HEADSET,     /* name: sound card or "", headset, text: digits; text_long comes back: what it does */
	CONTROL_RECORD,      /* text: prompt, name: sound card or "", for_ms or 0; name comes back */
	CONTROL_RECORD_STOP, /* reason 1: forget it */
	CONTROL_LOCAL_TIME,  /* text: a local time; wall_s, and text_long for people, come back */
	CONTROL_RECORD_KEPT  /* the recording is in the library: number; reason 1: it is not, text_long why */
};

enum control_headset { HEADSET_ANSWER, HEADSET_HANG_UP, HEADSET_FLASH, HEADSET_CALL, HEADSET_DIAL, HEADSET_COUNT };
extern const char *const control_headset_names[HEADSET_COUNT];

#define CONTROL_ROUTE_STEPS 4

#define CONTROL_HARDWARE_MAX 64
struct control_request {
	enum control_request_type type;
	struct config *config;     /* APPLY: ownership passes on success; text_long: spans_without_yellow() */
	struct control_view *view; /* VIEW */
	struct control_test test;
	enum control_span_action action;
	enum control_headset headset;
	enum driver_maint maint;
	struct driver_hardware *hardware; /* HARDWARE: room for CONTROL_HARDWARE_MAX */
	uint32_t number;
	uint8_t reason; /* PAUSE, LOGOUT: 0 none */
	uint8_t port_span, port_timeslot;
	bool outside;
	char name[CONFIG_NAME_BYTES], text[CONFIG_TEXT_BYTES];
	uint32_t for_ms;
	int64_t wall_s; /* LOCAL_TIME: seconds since 1970 UTC */
	char text_long[200];
	/* Where callers are sent: announcements, each with the step that follows in then (-1: none), and a last one. */
	struct config_destination route[CONTROL_ROUTE_STEPS];
	uint8_t route_count;
	int result; /* 0 or -errno */
	struct fault fault;
	struct doorbell *bell; /* the asker's */
	_Atomic bool done;
};

/* The request must stay in place until done. 0, or -ENOBUFS. */
MUST_CHECK int control_ask(struct control *control, struct control_request *request);

/* Another customer table, which is control's from now on; in force with the next call. Main at the start, admin later.
 */
void control_give_customers(struct control *control, struct customers *customers);

/* An announcement that was recorded and is to be kept: admin's thread, whose bell is rung. Answered by
 * CONTROL_RECORD_KEPT. */
struct control_recording {
	const char *name;     /* of the prompt */
	const uint8_t *sound; /* mu-law; stays until the answer */
	uint32_t samples;
	bool silent; /* there is nothing but silence in it */
};
void control_set_keeper(struct control *control, struct doorbell *bell);
bool control_recording(const struct control *control, struct control_recording *out);

/* True once CONTROL_STOP has ended the last call. */
bool control_stopped(const struct control *control);

#endif
