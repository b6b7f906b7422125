/*
 * The control actor from inside: its objects. Included by firmware/call/ alone; everything here lives on the control
 * thread, so nothing is locked.
 *
 * A call has two sides: `a` called, `b` was called. Either side is an ISDN leg or a telephone. A telephone knows the
 * one call that it takes part in; a leg finds its call by its handle.
 */
#ifndef BELFRY_CALL_OBJECTS_H
#define BELFRY_CALL_OBJECTS_H

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
	PHONE_MONITOR,  /* a supervisor's, who hears an agent's calls */
	PHONE_GONE,     /* a headset whose sound card does not work */
	PHONE_STATE_COUNT
};
extern const char *const phone_state_names[PHONE_STATE_COUNT];

#define PHONE_FLASH_MAX_MS 1000 /* a telephone hung up is known to be so after this: until then it may be a flash */

/* A supervisor at an agent's calls: hears them, speaks to the agent alone, or to both. */
enum monitor_mode { MONITOR_LISTEN, MONITOR_WHISPER, MONITOR_BARGE, MONITOR_MODE_COUNT };
struct monitor {
	uint32_t agent; /* number; 0: none */
	enum monitor_mode mode;
	uint32_t call, talk; /* the talk that is heard, as the call counts its talks; call 0: none now */
	uint16_t channel;    /* the agent's, in it */
};

struct phone {
	struct control *control;
	uint16_t channel;
	uint8_t span, timeslot;
	char place[CONFIG_NAME_BYTES]; /* "2/1"; a headset: its sound card's name */
	bool exists;                   /* on an fxs span that is running; a headset of the settings */
	bool headset, answers_itself;  /* at a sound card: no hook, no bell, no keys but the console's */
	bool caller_id_due, in_use;    /* in_use: the scheduler was told that the agent's telephone is busy */
	bool no_tone_dialling, no_pulse_dialling;
	enum phone_state state;
	const struct config_port *settings; /* NULL: no port row, defaults */
	uint32_t agent;                     /* number of who is logged in here; 0: nobody */
	uint32_t login_agent;               /* whose log-in is being decided; 0: none */
	bool login_busy;                    /* the scheduler knows already that the telephone is lifted */
	char ack_key, decline_key;          /* PHONE_ACK */
	uint32_t disposing;                 /* agent who gave a disposition: its being kept is confirmed; 0: none */
	uint8_t preset;       /* so many of the digits are a code that was not dialled: a question was asked */
	bool code_pending;    /* an answer from the scheduler is awaited for a keypad code */
	struct call *call;    /* PHONE_RINGING, PHONE_IN_CALL */
	struct call *held;    /* put on hold by a hook flash */
	struct call *waiting; /* a second call for the extension: its tone is heard, it rings for its caller */
	bool alerts;          /* PHONE_IDLE: rings briefly for an alarm, for no call */
	bool misdialled;      /* PHONE_PROMPT: what is dialled on still belongs to the number that was refused */
	bool cut;             /* its span has an alarm: it cannot be rung */
	bool swaps;           /* call and held are two calls that came; flash changes between them */
	acd_offer offer;      /* PHONE_RINGING for an offer; 0: rung for a plain call */
	acd_call offer_call;
	uint64_t ring_from_us, lifted_us;
	uint64_t free_at_us,
	    free_at_ns; /* hung up last, by the line's clock and by the box's own (reaction.c); 0: told */
	uint32_t play_token;
	struct monitor monitor; /* PHONE_MONITOR */
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
 * the telephones and headsets. */
#define REMOTE_PLACES      CONFIG_AGENTS_MAX
#define REMOTE_PLACE_FIRST MEDIA_CHANNELS_MAX
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
	char ack_key, decline_key;
	bool declined; /* by its key */
	bool carried;  /* the number is gone: what is owed was kept for the next log-in */
	bool in_use;   /* the scheduler was told that the agent is on the telephone */
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

/* call->destination or queue_leave(): the call's own route instead of one of the settings; further steps lie below. */
#define DESTINATION_OWN (-2)

struct call {
	struct control *control;
	enum call_state state;
	struct call *next, *previous; /* in the list of calls in progress, or next free */
	struct call_record record;
	struct party a, b;
	uint64_t arrived_us, answered_us, hold_from_us, ring_from_us;
	uint64_t cleared_us; /* it ended for those who talked; the network may take longer */
	int32_t destination; /* to run once the record is durable; index in config.destinations */
	uint8_t hops, end_cause;
	bool looked_up, customer; /* in the customer table; found there, and valid */
	char customer_class[CONFIG_NAME_BYTES];
	bool did_counted; /* of those that limits of the number count */
	uint32_t talks;   /* how often its sides were connected */
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
	struct {
		uint32_t agent, ring_ms;
		char port[8];
	} before;         /* who had it before the last answer: the record's again if that was none; agent 0: nobody */
	uint8_t requeues; /* how often agents gave it back */
	struct config_destination route[CONTROL_ROUTE_STEPS]; /* given by the supervisor */
	uint8_t route_count;
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
	bool stays_on; /* over, and its card has not ended it */
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

/* What ends on a span by itself. */
struct span_maintenance {
	struct control *control;
	uint8_t span;
	struct timer code; /* the in-band code that asks the far end of a T1 for a loop, or for its end, is sent */
	int refused;       /* what the card said when it did not end what was on; 0: nothing is */
	struct fault why;
	struct timer again;
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
	struct phone *phones;      /* MEDIA_CHANNELS_MAX, by channel index: telephones, and headsets behind them */
	uint32_t monitors;         /* of them in PHONE_MONITOR */
	struct remote *remotes;    /* REMOTE_PLACES */
	struct login_line *logins; /* LOGIN_LINES_MAX */
	struct kept_login *kept_logins;
	struct last_call *last_calls; /* disposition.c */
	struct call **channel_call;   /* by channel index: the call whose ISDN leg is on it */
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
	struct span_maintenance maintenance[CONFIG_SPANS_MAX]; /* by span - 1 */
	struct page pages[CONTROL_PAGES_MAX];
	uint8_t sound_users[SOUND_CARDS_MAX];
	struct recorder recorder;
	struct sweep *sweep;
	struct sweep_channels *sweep_channels;
	struct fairness *fairness;
	struct reaction *reaction;
	struct control_sweep_counts sweep_counts;
	struct health health[CONFIG_SPANS_MAX]; /* by span - 1 */
};

#endif
