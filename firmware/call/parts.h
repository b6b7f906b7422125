/*
 * The control actor from inside: its objects. Included by firmware/call/ alone; everything here lives on the control
 * thread, so nothing is locked.
 *
 * A call has two sides: `a` called, `b` was called. Either side is an ISDN leg or a telephone. A telephone knows the
 * one call that it takes part in; a leg finds its call by its handle.
 */
#ifndef BELFRY_CALL_PARTS_H
#define BELFRY_CALL_PARTS_H

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/timer.h"
#include "call/control.h"
#include "call/key_index.h"
#include "line/health.h"
#include "line/line.h"

#define PHONE_DIGITS_MAX    48
#define CALL_OFFERS_AT_ONCE 8
#define CALL_CAPS           3 /* limits that a call out may count for: telephone, prefix, trunk */
#define CALL_HOPS_MAX       8
#define PIN_ATTEMPTS_MAX    3
#define MENU_DIGITS_MAX     15

struct call;
struct phone;
struct remote;
struct login_line;

/* ---- telephones ---- */

enum phone_state {
	PHONE_IDLE,     /* on-hook */
	PHONE_DIALLING, /* lifted: dial tone, then digits */
	PHONE_PROMPT,   /* hears the answer to a keypad code; dial tone follows */
	PHONE_RINGING,  /* rung for a call or an offer */
	PHONE_IN_CALL,  /* calling, waiting or talking: the call says which */
	PHONE_TONE,     /* busy or reorder after the call */
	PHONE_SILENT,   /* after the tone; howler follows */
	PHONE_HOWLER,
	PHONE_ASIDE,    /* left off the hook: put aside with an alarm */
	PHONE_STANDBY,  /* lifted for good by an agent with a headset: waits in silence, is not rung */
	PHONE_TEST,     /* a technician tests it */
	PHONE_ZIP,      /* headset: hears the zip tone of a call that comes in */
	PHONE_ACK,      /* lifted for an offer: the key that takes it is awaited */
	PHONE_PAGE,     /* speaks to a zone */
	PHONE_RECORDER, /* records an announcement */
	PHONE_STATE_COUNT
};
extern const char *const phone_state_names[PHONE_STATE_COUNT];

struct phone {
	struct control *control;
	uint16_t channel;
	uint8_t span, timeslot;
	bool exists;                /* on an fxs span that is running */
	bool caller_id_due, in_use; /* in_use: the scheduler was told that the agent's telephone is busy */
	bool no_tone_dialling, no_pulse_dialling;
	enum phone_state state;
	const struct config_port *settings; /* NULL: no port row, defaults */
	uint32_t agent;                     /* number of who is logged in here; 0: nobody */
	uint32_t login_agent;               /* whose log-in is being decided; 0: none */
	bool login_busy;                    /* the scheduler knows already that the telephone is lifted */
	char ack_key;                       /* PHONE_ACK */
	bool code_pending;                  /* an answer from the scheduler is awaited for a keypad code */
	struct call *call;                  /* PHONE_RINGING, PHONE_IN_CALL */
	struct call *held;                  /* put on hold by a hook flash */
	struct call *waiting; /* a second call for the extension: its tone is heard, it rings for its caller */
	bool alerts;          /* PHONE_IDLE: rings briefly for an alarm, for no call */
	bool swaps;           /* call and held are two calls that came; flash changes between them */
	acd_offer offer;      /* PHONE_RINGING for an offer; 0: rung for a plain call */
	acd_call offer_call;
	uint64_t ring_from_us, lifted_us;
	uint32_t play_token;
	char digits[PHONE_DIGITS_MAX + 1];
	struct timer digit_timer, stage_timer;
};

/* ---- agents at numbers outside ---- */

enum remote_stage {
	REMOTE_IDLE,    /* not called */
	REMOTE_CALLING, /* for an offer: the number is called */
	REMOTE_ACK,     /* answered: the key that takes the call is awaited */
	REMOTE_TAKEN,   /* the scheduler was told; it gives the call, or it does not */
	REMOTE_TALKING, /* a party of `call` */
	REMOTE_ENDING,  /* its own call is being cleared; an offer that comes meanwhile waits for the end */
	REMOTE_STAGE_COUNT
};
extern const char *const remote_stage_names[REMOTE_STAGE_COUNT];

/* Where agents sit who are called out for their calls. The scheduler knows such a place by a number behind those of
 * the telephones. */
#define REMOTE_PLACES      CONFIG_AGENTS_MAX
#define REMOTE_PLACE_FIRST DRIVER_CHANNELS_MAX
_Static_assert(REMOTE_PLACE_FIRST + REMOTE_PLACES < ACD_NONE, "every place has a number of its own");

struct remote {
	struct control *control;
	uint16_t place;
	uint32_t agent;       /* who is logged in here; 0: nobody */
	uint32_t login_agent; /* whose log-in is being decided; 0: none */
	enum remote_stage stage;
	acd_offer offer; /* 0: none */
	acd_call offer_call;
	struct call *leg;  /* the call out to the agent, with a record of its own */
	struct call *call; /* REMOTE_TALKING: the one that is talked in */
	struct call *line; /* the agent's own call to the log-in line */
	char ack_key;
	bool in_use; /* the scheduler was told that the agent is on the telephone */
	uint64_t ring_from_us, lifted_us;
	struct timer timer; /* REMOTE_ACK */
};

/* ---- calls ---- */

enum call_state {
	CALL_STATE_FREE,
	CALL_DIGITS, /* overlap receiving */
	CALL_SETUP,  /* waits until its record is durable */
	CALL_ANNOUNCEMENT,
	CALL_MENU,
	CALL_LOGIN,   /* an agent outside at the log-in line */
	CALL_QUEUED,  /* with acd: waiting, or rung */
	CALL_RINGING, /* a telephone rings, or the far end is asked */
	CALL_TALKING,
	CALL_HELD,
	CALL_CLEARING, /* waits for its legs to be gone */
	CALL_WRAP_UP,  /* over; its agent's wrap-up is still counted */
	CALL_STATE_COUNT
};
extern const char *const call_state_names[CALL_STATE_COUNT];

/* PARTY_REMOTE: an agent outside, whose leg belongs to a call of its own. */
enum party_kind { PARTY_NONE, PARTY_LEG, PARTY_PHONE, PARTY_REMOTE };
struct party {
	enum party_kind kind;
	line_leg leg;
	struct phone *phone;
	struct remote *remote;
	uint16_t channel;
	bool answered;    /* the leg is connected; a telephone is lifted */
	bool far_cleared; /* the far end cleared first: what we send back is only the reply */
};

/* In a queue: where the caller stands, and what was said of it. */
struct queue_place {
	uint32_t position;        /* 0: a telephone rings for it */
	uint32_t low_ms, high_ms; /* the wait from then on; both 0: not known */
};
struct queue_told {
	uint64_t at_us; /* when position or wait were said last; 0: never */
	uint32_t position;
	uint64_t until_us; /* the latest that was promised; 0: nothing */
	uint64_t every_us; /* when the periodic announcement was last due */
};
enum announcing {
	ANNOUNCE_NOTHING,
	ANNOUNCE_WELCOME, /* being played */
	ANNOUNCE_MUSIC,   /* until the next announcement is due */
	ANNOUNCE_ASKED,   /* the same, and the scheduler is asked for the place */
	ANNOUNCE_PERIODIC /* being played */
};

/* call->destination or queue_leave(): own_destination instead of one of the settings. */
#define DESTINATION_OWN (-2)

struct call {
	struct control *control;
	enum call_state state;
	struct call *next, *previous; /* in the list of calls in progress, or next free */
	struct call_record record;
	struct party a, b;
	uint64_t arrived_us, answered_us, hold_from_us, ring_from_us;
	int32_t destination; /* to run once the record is durable; index in config.destinations */
	uint8_t hops, end_cause;
	bool looked_up, customer; /* in the customer table; found there, and valid */
	char customer_class[CONFIG_NAME_BYTES];
	bool did_counted; /* of those that limits of the number count */
	bool emergency, bridged, segment_open, overflow_due;
	bool wait_durable;
	bool queue_on_flash; /* the record on flash names the queue: should the box restart, the caller is known to wait
	                      */
	uint32_t offers_open; /* telephones that ring for it now, or ask for it: the record waits for their end */
	uint32_t play_token;
	/* in a queue */
	int32_t queue;            /* index in config.queues; -1 */
	struct queue_place place; /* as the scheduler last said */
	struct queue_told told;
	enum announcing announcing;
	uint64_t queued_us, talk_agent_us;
	uint32_t wrap_agent;     /* whose wrap-up after it is open, since talk_agent_us; 0: nobody's */
	acd_call acd;            /* its name with the scheduler; 0: not there */
	uint64_t queue_since_us; /* since when it waits, as the scheduler was told: its arrival, or a place regained */
	uint8_t priority;        /* with the scheduler; 0: the queue's */
	uint32_t kept_ms;        /* of the wait: kept for the agent of last time */
	uint64_t again_from_us;  /* waits again after an answer; 0: does not */
	uint32_t again_ms;       /* so waited: no talk */
	bool given_back;         /* the agent's part ends so */
	uint8_t requeues;        /* how often agents gave it back */
	struct config_destination own_destination; /* given by the supervisor */
	char withdraw_reason[48];
	bool withdrawn_for; /* a withdrawal was asked for: destination holds where to */
	struct timer announce_timer, overflow_timer, ring_timer;
	/* in a menu */
	int32_t menu; /* index in config.menus; -1 */
	char menu_keys[MENU_DIGITS_MAX + 1];
	uint8_t menu_attempts;
	uint16_t menu_choices; /* of all menus: a caller who goes round and round is let go at some time */
	/* in a hunt group */
	int32_t huntgroup; /* index in config.huntgroups; -1 */
	uint32_t hunt_first, hunt_tried;
	bool alerted;             /* A was told that somebody is rung */
	struct remote *remote;    /* this is the call out to an agent; the record says for whom */
	struct login_line *login; /* CALL_LOGIN */
	/* out through a trunk */
	char outside_number[CONFIG_DIGITS_BYTES];
	uint16_t caps[CALL_CAPS];     /* limits that it counts for, as caps.c knows them; 0: none */
	uint64_t outside_answered_us; /* when the far end answered; 0: it has not, or is counted */
	uint32_t trunk_try;           /* spans tried so far */
	uint32_t outside;             /* index of the outside rule, or UINT32_MAX: any trunk (emergency) */
};

/* One test, running or over; the last few are kept to be shown. */
struct line_test_run {
	uint32_t id; /* 0: never used */
	struct control *control;
	struct control_test wanted;
	uint16_t channel;
	struct phone *phone; /* NULL: a B channel */
	bool running, sounding;
	uint64_t began_us, began_wall_us, ended_us;
	uint32_t lifted, hung_up, flashes;
	char digits[PHONE_DIGITS_MAX + 1];
	struct media_event report; /* the last one */
	int16_t loudest_tenths_dbm0;
	struct timer timer;
	/* a bit-error test of a whole span */
	bool by_hardware;
	uint64_t errors_before; /* of the hardware's counter */
	uint32_t tested;        /* bit: this timeslot carries the pattern */
	struct {
		uint64_t bits, errors;
		uint32_t losses;
		bool synchronised;
	} channel_report[DRIVER_TIMESLOTS_MAX + 1];
};

/* The in-band code that asks the far end of a T1 for a loop, or for its end, while it is sent. */
struct loop_code {
	struct control *control;
	uint8_t span;
	struct timer timer;
};

#define ALARM_KEY_BYTES 64
struct alarm {
	uint32_t id;
	enum severity severity;
	uint64_t since_us;
	char key[ALARM_KEY_BYTES]; /* what it is about: "span 1 red"; raised once */
	char text[160];
};

/* What a rule of the settings (route) has done. */
struct route_count {
	uint32_t number;
	uint64_t hits, last_us; /* wall clock */
};

/* The night switch as set by telephone; it stands before that of the settings. */
struct night_switch {
	char hours[CONFIG_NAME_BYTES]; /* "": free */
	bool on, setting;              /* setting: what the settings said at that time */
};

struct pin_lock {
	uint32_t agent;
	uint8_t failures;
	uint64_t until_us;
};

/* Closed by hand for the day. */
struct queue_drain {
	char queue[CONFIG_NAME_BYTES];
	uint32_t day; /* yyyymmdd; 0: none */
};

/* What was found out of the zone, and from when to when that holds. */
struct zone {
	struct control_zone_view view;
	int64_t from_s, until_s;
};

/* Between the threads: a table that control is to take over, and the one before that somebody else frees. */
struct customers_given {
	_Atomic(struct customers *) next, retired;
};

#define CONTROL_PAGES_MAX 8
struct page_listener {
	uint16_t channel;
	uint32_t token; /* of the announcement; 0: heard */
};
struct page {
	struct control *control;
	uint32_t zone;        /* number; 0: free */
	struct phone *talker; /* NULL: an announcement */
	bool live;
	uint32_t speakers, listener_count; /* speakers: bits, sound cards */
	struct page_listener listeners[CONFIG_ZONE_PORTS_MAX + SOUND_CARDS_MAX];
	struct timer timer;
};

enum recorder_state {
	RECORDER_FREE,
	RECORDER_TONE,
	RECORDER_TAKING,
	RECORDER_REVIEW,
	RECORDER_KEEPING,
	RECORDER_DROPPED
};
struct recorder {
	struct control *control;
	_Atomic enum recorder_state state; /* admin's too, while it is RECORDER_KEEPING */
	struct phone *phone;               /* NULL: a sound card, or hung up */
	uint16_t channel;
	int card; /* -1: none */
	bool key_ended, silent;
	char name[CONFIG_TEXT_BYTES];
	struct media_take take;
	struct timer timer;
	struct doorbell *keeper;
};

struct control {
	struct customers *customers; /* NULL: no table */
	struct customers_given customers_given;
	struct control_customer_counts customer_counts;
	struct control_parts parts;
	struct actor actor;
	struct line *line;
	struct timers *timers;
	struct config *config;
	struct timer_values timer_values;
	struct mailbox *requests;
	struct control_request *stop_request;
	struct call *calls, *free_call, *first, *last;
	struct key_index *by_id, *by_leg;
	struct phone *phones;      /* DRIVER_CHANNELS_MAX, by channel index */
	struct remote *remotes;    /* REMOTE_PLACES */
	struct login_line *logins; /* LOGIN_LINES_MAX */
	struct kept_login *kept_logins;
	struct call **channel_call; /* by channel index: the call whose ISDN leg is on it */
	struct call *emergency_waiting;
	struct caps *caps;
	uint32_t call_count;
	uint32_t next_call_id, next_token, next_alarm_id;
	uint64_t now_us, calls_begun, calls_refused;
	struct alarm alarms[CONTROL_ALARMS_MAX];
	uint32_t alarm_count, alarms_dropped;
	struct pin_lock locks[CONFIG_AGENTS_MAX];
	uint32_t lock_count;
	struct route_count route_counts[CONTROL_ROUTES_MAX];
	uint32_t hunt_next[CONTROL_HUNTGROUPS_MAX]; /* circular: the member with which the next call begins */
	struct night_switch night[CONTROL_HOURS_MAX];
	struct queue_memory *memory;
	struct queue_drain drains[32];
	struct timer closing_timer;
	bool span_missing[CONFIG_SPANS_MAX + 1]; /* configured, and could not be started when the box was */
	char reconciliation[160];                /* what the last restart has cut, in words; "": nothing */
	bool stopping, stopped, clock_lost;
	bool supply_failing;                   /* no new calls */
	bool drained;                          /* the last call has ended: none begins any more */
	struct control_request *drain_request; /* no new calls either; done when there are none left; NULL: not asked */
	struct zone zone;
	struct timer day_timer;
	struct timer stop_timer, clock_timer, health_timer;
	struct line_test_run tests[CONTROL_TESTS_MAX];
	uint32_t next_test_id;
	struct loop_code loop_codes[CONFIG_SPANS_MAX]; /* by span - 1 */
	struct page pages[CONTROL_PAGES_MAX];
	uint8_t sound_users[SOUND_CARDS_MAX];
	struct recorder recorder;
	struct sweep *sweep;
	struct sweep_channels *sweep_channels;
	struct fairness *fairness;
	struct control_sweep_counts sweep_counts;
	struct health health[CONFIG_SPANS_MAX]; /* by span - 1 */
};

/* control.c */
void control_send_acd(struct control *control, const struct acd_event *event);

/* control_apply.c */
int control_apply(struct control *control, struct config *config, struct fault *fault);

/* view.c */
void control_fill_view(struct control *control, struct control_view *view);

/* audio.c: commands to the media thread */
void audio_open(struct control *control, uint16_t channel, bool dtmf);
void audio_close(struct control *control, uint16_t channel);
void audio_stop(struct control *control, uint16_t channel);
void audio_test(struct control *control, uint16_t channel, enum media_test test);
void audio_tone(struct control *control, uint16_t channel, enum media_tone tone);
/* Plays prompts by name (NULL ends); unknown names are left out and logged. Returns the token of MEDIA_PLAY_DONE. */
uint32_t audio_play(struct control *control, uint16_t channel, const char *const *names);
void audio_music(struct control *control, uint16_t channel, const char *name);
/* What comes in on from, until it is stopped. */
void audio_feed(struct control *control, uint16_t channel, uint16_t from);
uint32_t audio_play_take(struct control *control, uint16_t channel, const struct media_take *take);
void audio_bridge(struct control *control, uint16_t a, uint16_t b);
void audio_unbridge(struct control *control, uint16_t channel);
void audio_ring(struct control *control, uint16_t channel);
/* Short rings, no call: how long they take, until audio_ring_stop() is due; 0: too many for a cadence. */
uint64_t audio_ring_bursts(struct control *control, uint16_t channel, unsigned bursts);
/* Into a talk, heard on this side alone. */
void audio_beeps(struct control *control, uint16_t channel, unsigned beeps);
void audio_ring_stop(struct control *control, uint16_t channel);
/* waiting: the telephone is lifted and talks. */
void audio_caller_id(struct phone *phone, const struct call *call, bool waiting);
prompt_id audio_prompt(const struct control *control, const char *name); /* PROMPT_NONE: there is none */
bool audio_prompt_exists(const struct control *control, const char *name);

/* call.c: the object and its ends */
struct call *call_new(struct control *control, enum call_direction direction);
void call_free(struct call *call);
struct call *call_by_id(const struct control *control, uint32_t id);
struct call *call_by_leg(const struct control *control, line_leg leg);
void call_bind_leg(struct call *call, struct party *party, line_leg leg, uint16_t channel);
void call_bind_phone(struct call *call, struct party *party, struct phone *phone);
void call_set_state(struct call *call, enum call_state state);
/* The A side hears that it is answered (CONNECT); nothing if it was. */
void call_answer(struct call *call);
/* Connects a and b: the talk path. */
void call_talk(struct call *call);
void call_unbridge(struct call *call);
/* Ends the call on both sides with this cause; outcome is kept if one was set before. */
void call_end(struct call *call, uint8_t cause, enum call_outcome outcome, const char *reason);
/* One side has gone by itself: cause and location are what it said. */
void call_side_gone(struct call *call, struct party *party, uint8_t cause, uint8_t location);
void call_side_released(struct call *call, struct party *party, uint8_t cause, uint8_t location);
/* The B side could not be reached, or has gone before it answered: tone or cause to A. */
void call_b_failed(struct call *call, uint8_t cause, const char *reason);
/* The B side is let go, the call goes on without it. */
void call_drop_b(struct call *call);
void call_finish(struct call *call);
/* Finishes a call that is being cleared once both sides and all offers are gone. */
void call_finish_if_gone(struct call *call);
/* The side of the call that is this telephone, one of the two. */
struct party *call_side_of(struct call *call, const struct phone *phone);
void call_hold(struct call *call, struct party *holder);
void call_resume(struct call *call);

/* call_record.c */
/* durable: incoming_durable() follows once it is on flash. False: the store could not take it, nothing follows. */
bool record_post(struct call *call, bool durable);
void record_segment(struct call *call, enum segment_kind kind);
void record_segment_end(struct call *call);
void record_offer(struct call *call, uint32_t agent, enum acd_offer_result result, uint64_t ring_us);
void record_close(struct call *call);
uint32_t call_waited_again_ms(const struct call *call); /* in a queue after an answer: neither talk nor hold */

/* incoming.c: a call from the network */
void incoming_setup(struct control *control, const struct line_event *event);
void incoming_digits(struct call *call, const struct line_event *event, bool ended);
void incoming_durable(struct control *control, uint32_t id);

/* line_events.c */
void line_event_arrived(void *control, const struct line_event *event);

/* destination.c */
/* The queue to which a destination leads by itself, or NULL. */
const char *destination_queue(const struct control *control, int32_t destination);
void destination_external(struct call *call, const char *number);
void destination_run(struct call *call, int32_t destination);
void destination_play_done(struct call *call);
bool destination_supported(enum config_destination_type type);

/* kept_logins.c: agents who are logged in again after a restart */
int kept_logins_new(struct control *control);
void kept_logins_read(struct control *control, const char *name, const char *value); /* of store_kept() */
void kept_logins_note(struct control *control, uint32_t agent, const struct acd_decision *decision);
void kept_logins_restore(struct control *control); /* the first settings of this run are in force */

/* hours.c: opening hours and the night switch */
bool hours_open(const struct control *control, const struct config_hours *hours);
bool hours_night(const struct control *control, const struct config_hours *hours);
/* The other way round; returns how it is now. */
bool hours_night_switch(struct control *control, const struct config_hours *hours);
/* A switch that was kept over the restart (store_kept()). */
void hours_kept(void *control, const char *name, const char *value);
/* The settings have changed: what they now say otherwise than before counts. */
void hours_settings(struct control *control, const struct config *config);

/* routes.c: where a call from the network goes: the rules, then the numbers */
int32_t route_find(struct call *call, bool count); /* index in config.destinations, or -1 */
/* The limit of calls to its number that is reached, index in config.did_limits, or -1: then it is one of them. */
int32_t route_limit(struct call *call);
void routes_settings(struct control *control, const struct config *config);

/* customer.c: who calls, by the customer table */
bool customers_take(struct control *control); /* a new one has come */
void customers_end(struct control *control);
void customer_look_up(struct call *call);
bool customer_fits(struct call *call, const char *class);

/* menu.c */
void menu_enter(struct call *call, uint32_t menu);
void menu_digit(struct call *call, char digit);
void menu_play_done(struct call *call);
void menu_expired(struct call *call);
void menu_settings(struct control *control, const struct config *config);

/* huntgroup.c */
void huntgroup_enter(struct call *call, uint32_t group);
/* The telephone or number tried last cannot be had: true if the call goes on elsewhere. */
bool huntgroup_goes_on(struct call *call);
/* The time to ring is over. */
bool huntgroup_rung_out(struct call *call);
/* One of several that ring was lifted: the others fall silent. */
void huntgroup_taken(struct call *call, struct phone *phone);
void huntgroup_phone_gone(struct call *call, struct phone *phone);
/* The caller is gone: nothing rings any more. */
void huntgroup_stop(struct call *call);
void huntgroup_settings(struct control *control, const struct config *config);

/* call_waiting.c: a second call for a telephone that talks */
/* Whether it can wait there; then it does. */
bool waiting_begin(struct call *call, struct phone *phone);
/* The waiting call is gone, or another telephone's. */
void waiting_end(struct phone *phone);
/* Flash: to the call that waits, or between the two. False: neither is the case. */
bool waiting_flash(struct phone *phone);
/* Hung up: rings again for the one that waits or is held. False: there is none. */
bool waiting_hung_up(struct phone *phone);

/* drain.c: before the box is restarted */
/* Whatever the reason; emergency calls from telephones go all the same. */
bool no_new_calls(const struct control *control);
void drain(struct control *control, struct control_request *request);
/* Looks whether the last call has ended. */
void drain_step(struct control *control);

/* pin_locks.c: wrong PINs, counted over restarts, and the lock-out of an agent's number */
bool pin_locked(struct control *control, uint32_t agent);
void pin_failed(struct control *control, uint32_t agent);
void pin_passed(struct control *control, uint32_t agent);
/* A lock or wrong PINs that were kept over the restart (store_kept()). */
void pin_lock_kept(void *control, const char *name, const char *value);

/* extension.c: rings a telephone for a call */
/* The same, but a telephone that talks and may have call waiting gets the call beside the other. */
void extension_call(struct call *call, struct phone *phone);
void extension_ring(struct call *call, struct phone *phone);
struct phone *extension_find(const struct control *control, const char *digits);
void extension_lifted(struct call *call, struct phone *phone);
/* A is told that somebody is rung: ALERTING once, or ringing tone. */
void extension_tell_ringing(struct call *call);

/* transfer.c */
/* The telephone leaves the call: who stays is side a, and waits for what comes. */
void transfer_detach(struct phone *phone, struct call *held);
void transfer_complete(struct phone *phone, struct call *held, struct call *consult);
void transfer_recall(struct phone *phone, struct call *held);

/* caps.c: limits of calls out. phone: who dials, NULL: a call from elsewhere that goes out again. */
int caps_new(struct control *control);
/* One that a call by this rule counts for is reached; raises its alarm. */
bool caps_reached(struct control *control, const struct phone *phone, uint32_t outside);
void caps_begun(struct call *call, const struct phone *phone);
void caps_answered(struct call *call);
void caps_ended(struct call *call);
/* Counters that were kept over the restart (store_kept()). */
void caps_kept(void *control, const char *name, const char *value);
/* The side that was called out goes to another call: there it goes on to count. What that one has talked is counted. */
void caps_passed_on(struct call *to, struct call *from);
/* The telephone calls abroad, or tries what it may not. */
void caps_watch(struct phone *phone);

/* outside.c: out through a trunk */
void outside_call(struct call *call, uint32_t outside, const char *number);
void outside_emergency(struct call *call, const char *number);
void outside_event(struct call *call, const struct line_event *event);
void outside_channel_freed(struct control *control);

/* queue.c: the stay in a queue */
void queue_enter(struct call *call, uint32_t queue);
/* The settings of the queue that the call is in; never NULL. */
const struct config_queue *queue_settings(const struct call *call);
void queue_caller_gone(struct call *call);
void queue_digit(struct call *call, char digit);
/* Asks the scheduler to let it go; then to the destination, -1: by the rules of the queue. */
void queue_leave(struct call *call, int32_t destination, enum acd_exit why);
void queue_agent_gone(struct call *call);
void queue_accepted(struct call *call, const struct acd_decision *decision);
void queue_exited(struct call *call, enum acd_exit exit);

/* A call for one agent, wherever logged in; index in config.agents. False: this box has no room for such calls. */
bool queue_enter_agent(struct call *call, uint32_t agent);
/* The caller held by the agent goes back to the head of the queue. False: not a call of a queue, or too often. */
bool queue_give_back(struct phone *phone, struct call *held);
/* The party held at this telephone goes to a queue; its arrival and its history stay. */
void queue_transfer(struct phone *phone, struct call *held, uint32_t queue);
int32_t queue_find_extension(const struct control *control, const char *digits); /* index or -1 */

/* queue_memory.c: what queues remember of callers */
struct queue_memory;
MUST_CHECK int queue_memory_new(struct queue_memory **out);
void queue_memory_free(struct queue_memory *memory);
void queue_remember_agent(const struct call *call, uint32_t agent);
uint32_t queue_last_agent(const struct call *call); /* number; 0: none */
void queue_remember_place(const struct call *call);
uint64_t queue_regained_us(const struct call *call, const struct config_queue *queue);

/* queue_supervise.c: what a supervisor does to callers, and closing */
int supervise_priority(struct control *control, struct control_request *request);
int supervise_withdraw(struct control *control, struct control_request *request);
int supervise_evacuate(struct control *control, struct control_request *request);
int supervise_drain(struct control *control, struct control_request *request);
void supervise_closing(struct control *control);
bool queue_is_closed(struct control *control, const struct config_queue *queue);

/* queue_announce.c: what a waiting caller hears */
void announce_begin(struct call *call); /* the scheduler has taken it in: call->place is set */
void announce_due(struct call *call);   /* its announce_timer */
/* Who waits in a queue hears this once, in between; nobody where the prompt is not there. */
void announce_notice(struct call *call, const char *prompt);
void announce_place(struct call *call, const struct acd_decision *decision);
void announce_played(struct call *call);
void announce_end(struct call *call);

/* queue_decisions.c: what the scheduler has decided */
void queue_decision(struct control *control, const struct acd_decision *decision);
/* An offer has ended at its telephone; the call's record gets it. */
void queue_offer_over(struct phone *phone, enum acd_offer_result result, uint64_t ring_us);
/* The agent has heard what is whispered before the caller: the talk path is cut through. */
void queue_whisper_done(struct phone *phone);

/* Who has taken an offered call, and where. */
struct taken {
	uint32_t agent;
	uint16_t channel;
	uint64_t ring_from_us, lifted_us;
};
/* The agent is no longer rung for this call; its record gets what came of it. */
void queue_offer_ended(struct control *control, acd_call call, uint32_t agent, enum acd_offer_result result,
                       uint64_t ring_us);
/* The talk begins: side b is bound by the caller of this before call_talk(). */
void queue_taken(struct call *call, const struct taken *taken);
void queue_talk(struct call *call);
/* What the agent hears before the caller; the token of its end, 0: nothing. */
uint32_t queue_whisper(struct call *call, uint16_t channel);
/* The agent's line has gone while they talked: the caller waits again, before all others. */
void queue_take_back(struct call *call);

/* remote.c: agents at numbers outside, who are called out for each call */
int remotes_new(struct control *control);
struct remote *remote_at(const struct control *control, uint16_t place); /* NULL: not such a place */
struct remote *agent_remote(const struct control *control, uint32_t number);
const struct config_agent *remote_settings(const struct remote *remote); /* NULL: removed meanwhile */
/* At the number of the agent's settings. -EINVAL, -EBUSY: fault says why not. */
int remote_log_in(struct control *control, uint32_t number, struct call *line, struct fault *fault);
void remote_send(struct remote *remote, enum acd_event_type type, uint8_t reason);
/* Tells the scheduler whether the agent is on the telephone in another way than for an offer. */
void remote_in_use(struct remote *remote);
void remote_offer(struct control *control, const struct acd_decision *decision);
void remote_offer_cancelled(struct control *control, const struct acd_decision *decision);
void remote_winner(struct control *control, const struct acd_decision *decision);
void remote_agent_decided(struct control *control, const struct acd_decision *decision);
/* The agent has heard what is whispered: the talk path is cut through. */
void remote_whispered(struct remote *remote);
/* The caller's side is over, or goes without the agent. */
void remote_release(struct remote *remote, uint8_t cause);
void remotes_settings(struct control *control);
void remote_leg_ends(struct call *leg, uint8_t cause); /* from call_end(): whatever the reason */
void remote_leg_gone(struct call *leg);                /* from call_free() */

/* remote_leg.c: the call out to such an agent */
void remote_call(struct remote *remote);
void remote_leg_event(struct call *leg, const struct line_event *event);
void remote_digit(struct remote *remote, char digit);
void remote_played(struct remote *remote);
/* The number and presentation that the agent is shown. */
void remote_present(const struct call *leg, struct line_setup *setup);

/* login_line.c: agents outside log in, pause and log out by telephone */
#define LOGIN_LINES_MAX 32
int login_lines_new(struct control *control);
void login_line_enter(struct call *call);
void login_line_digit(struct call *call, char digit);
void login_line_played(struct call *call);
void login_line_expired(struct call *call);
void login_line_ends(struct call *call);
void login_line_say(struct call *call, const char *prompt);

/* phone.c: the telephone's states */
void phones_attach(struct control *control, const struct config *config);
struct phone *phone_at(const struct control *control, uint16_t channel);
void phone_set_state(struct phone *phone, enum phone_state state);
void phone_driver_event(struct phone *phone, const struct driver_event *event);
void phone_digit(struct phone *phone, char digit);
void phone_play_done(struct phone *phone, uint32_t token);
void phone_dial_tone(struct phone *phone, enum media_tone tone);
/* Whatever comes next, it is not left off the hook unheeded: that alarm is over. */
void phone_off_hook_over(struct phone *phone);
/* Its call is over while it is lifted: busy (17) or reorder tone. */
void phone_tone(struct phone *phone, uint8_t cause);
void phone_ring(struct phone *phone, struct call *call, acd_offer offer);
void phone_ring_stop(struct phone *phone);
/* An offer to a lifted headset: zip tone instead of the bell, then the call is taken by itself. */
void phone_zip(struct phone *phone, struct call *call, acd_offer offer);
/* The telephone stands by: the agent is offered calls again, unless one still waits or is held there. */
void phone_standby_free(struct phone *phone);
/* Lifted, and hung up before the offered call was taken. */
void phone_offer_declined(struct phone *phone);
/* Idle, it rings briefly so many times for an alarm; whatever happens to the telephone ends it. */
void phone_alert(struct phone *phone, unsigned bursts);
void phone_say(struct phone *phone, const char *const *names);
void phone_agent_in_use(struct phone *phone, bool in_use);

/* phone_ack.c: lifted for an offer; where a key is set for it, the call is taken by that key */
void phone_offer_lifted(struct phone *phone);
void phone_ack_digit(struct phone *phone, char digit);
void phone_ack_missing(struct phone *phone);

/* phone_dial.c: what the digits mean */
void phone_dial(struct phone *phone, bool ended);

/* phone_codes.c: keypad codes */
enum dial_match { DIAL_NOTHING, DIAL_PARTIAL, DIAL_COMPLETE, DIAL_MAY_GROW };
/* Index in config.agents, or -1. */
int32_t agent_index(const struct control *control, uint32_t number);
/* Whether this is the agent's PIN. False also while locked; *locked then, and after too many wrong ones. */
/* By the supervisor, without a PIN. */
int phone_log_in(struct phone *phone, uint32_t number, struct fault *fault);
bool pin_right(struct control *control, uint32_t number, const char *pin, bool *locked);
/* The telephone at which this agent is logged in, or NULL. */
bool pause_allowed(const struct control *control, uint8_t reason);
struct phone *agent_phone(const struct control *control, uint32_t number);
enum dial_match codes_match(const struct control *control, const char *digits, enum config_code *code,
                            const char **arguments);
void codes_run(struct phone *phone, enum config_code code, const char *arguments);
void codes_agent_decided(struct control *control, const struct acd_decision *decision);

/* health.c: the lines, looked at once a second */
void health_begin(struct control *control);

/* line_test.c: a technician's tests of telephones and B channels */
int line_test_begin(struct control *control, const struct control_test *wanted, uint32_t *id, struct fault *fault);
struct line_test_run *line_test_on(struct control *control, uint16_t channel); /* running; or NULL */
void line_test_end(struct line_test_run *run);
int line_test_stop(struct control *control, uint32_t id, struct fault *fault); /* 0: all */
void line_tests_report(struct control *control, const struct media_event *event);
void line_tests_view(const struct control *control, struct control_view *view);
void line_test_driver_event(struct phone *phone, const struct driver_event *event);
/* False: the test is over, the digit is dialled as ever. */
bool line_test_digit(struct phone *phone, char digit);
void line_test_phone_gone(struct phone *phone);
void line_tests_init(struct control *control);

/* span_test.c: loops, bit-error tests and alarms of whole spans */
void span_tests_init(struct control *control);
MUST_CHECK int span_test_check(struct control *control, const struct control_test *wanted, struct fault *fault);
MUST_CHECK int span_test_start(struct line_test_run *run, struct fault *fault);
void span_test_over(struct line_test_run *run); /* run->running is false already */
bool span_test_is(const struct line_test_run *run);
bool span_tests_report(struct control *control, const struct media_event *event); /* false: not of a whole span */
void span_test_words(const struct line_test_run *run, char *text, size_t size);
int span_action(struct control *control, struct control_request *request);
/* Ends those of one span, or of all (0). True: there was one. */
bool span_tests_end(struct control *control, unsigned span);
bool span_tested(const struct control *control, unsigned span);
/* A loop that we have made: the alarm of it says more than that of the line. */
bool span_test_loops(const struct control *control, unsigned span);

/* front_panel.c: what the machine says, and what its panel shows */
bool machine_take_events(struct control *control);
void panel_update(struct control *control);

/* diagnostics.c: what is wrong with the box, spoken */
void diagnostics_say(struct phone *phone);

/* note.c: what happens is told to the trace. party NULL: the box itself. */
void call_note(const struct call *call, enum trace_kind kind, const struct party *party, enum trace_way way,
               const char *format, ...) PRINTF_LIKE(5, 6);
/* A telephone that is not, or not yet, a party of the call. */
void phone_note(const struct phone *phone, uint32_t call, enum trace_kind kind, enum trace_way way, const char *format,
                ...) PRINTF_LIKE(5, 6);
void call_note_leg(const struct call *call, const struct party *party); /* which frames are the call's */
void frame_seen(void *control, unsigned span, bool sent, const uint8_t *bytes, size_t count, uint64_t at_us);
void trouble_seen(void *control, unsigned span, line_leg leg, enum line_trouble trouble, const char *what);

/* queue_alarms.c */
void queue_alarms_look(struct control *control);
/* Other settings: alarms of what is watched no longer are over. */
void queue_alarms_settings(struct control *control, const struct config *config);

/* sound.c: the sound cards */
void sounds_before(struct control *control, const struct config *config); /* these settings come next */
void sounds_settings(struct control *control);
bool sounds_take_events(struct control *control);
void sounds_silent(struct control *control, uint16_t channel, bool silent);
void sounds_view(const struct control *control, struct control_view *view);
void sound_card_use(struct control *control, unsigned card);
void sound_card_release(struct control *control, unsigned card);
/* Music of this name that a card gives, or NULL. */
const struct config_music *sound_music(const struct control *control, const char *name);

/* page.c */
void page_from_phone(struct phone *phone, const char *digits);
void page_live(struct phone *phone);
void page_digit(struct phone *phone, char digit);
void page_left(struct phone *phone);
bool page_played(struct control *control, uint32_t token); /* false: no page's */
int page_announce(struct control *control, struct control_request *request);
int page_stop(struct control *control, struct control_request *request);
void pages_end(struct control *control, const char *why);
void pages_card_lost(struct control *control, unsigned card);
bool pages_speaker_busy(const struct control *control, unsigned card);

/* recorder.c: announcements recorded on the box */
int recorder_new(struct control *control);
void recorder_free(struct control *control);
void recorder_from_phone(struct phone *phone, const char *digits);
void recorder_digit(struct phone *phone, char digit);
void recorder_played(struct phone *phone);
void recorder_left(struct phone *phone);
int recorder_from_card(struct control *control, struct control_request *request);
int recorder_stop(struct control *control, struct control_request *request);
void recorder_card_lost(struct control *control, unsigned card);
void recorder_cards_change(struct control *control);
void recorder_taken(struct control *control);
void recorder_kept(struct control *control, const struct control_request *request);
void recorder_view(const struct control *control, char *text, size_t size);

/* sweep.c: scheduler, calls and telephones compared every so often */
struct sweep;
int sweep_new(struct control *control);
void sweep_begin(struct control *control);
void sweep_free(struct control *control);
/* sweep_channels.c: the same for B channels; held: the line's leg on it, 0: none */
int sweep_channels_new(struct control *control);
void sweep_channel(struct control *control, uint16_t channel, line_leg held);
void sweep_channels_compare(struct control *control);
bool sweep_heard(struct control *control); /* the view has come: compare */
void sweep_compare(struct control *control, const struct acd_view *view);
bool sweep_queue_adds_up(const struct acd_queue_view *queue, uint64_t *in, uint64_t *out);
bool sweep_agent_adds_up(const struct acd_agent_view *agent, uint64_t *staffed_us, uint64_t *states_us);

/* fairness.c: how far apart the agents of a queue are in work */
struct fairness;
int fairness_new(struct control *control);
void fairness_free(struct control *control);
void fairness_look(struct control *control, const struct acd_view *view); /* at each sweep */

/* alarms.c */
void alarm_raise(struct control *control, enum severity severity, const char *key, const char *format, ...)
    PRINTF_LIKE(4, 5);
void alarm_clear(struct control *control, const char *key);
/* Those whose key has this word in it and is about nothing that the settings still know. */
void alarms_clear_unless(struct control *control, const char *word,
                         bool (*known)(const struct control *control, const char *key));
void alarms_receivers(struct control *control, const struct config *config); /* settings: who is told */
bool alarm_stands(const struct control *control, const char *key);

/* zone.c: libc's time zone */
void zone_begin(void); /* before there are threads */
void zone_set(struct control *control, const char *name);
void zone_fill_view(struct control *control, struct control_zone_view *view);

/* day.c: settings are in force, or the zone has changed. */
void day_watch(struct control *control);

static inline uint64_t control_timer_us(const struct control *control, enum timer_row row)
{
	return control->timer_values.ms[row] * US_PER_MS;
}
static inline void control_start(struct control *control, struct timer *timer, enum timer_row row)
{
	timer_start(control->timers, timer, control->now_us + control_timer_us(control, row));
}

#endif
