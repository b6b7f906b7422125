/* Private to firmware/line: the line, its spans and legs. */
#ifndef BELFRY_LINE_LINE_INTERNAL_H
#define BELFRY_LINE_LINE_INTERNAL_H

#include "line/line.h"
#include "line/pri_link.h"

#define TIMESLOTS (DRIVER_TIMESLOTS_MAX + 1)

enum leg_state {
	LEG_FREE,
	LEG_SETUP_SENT,        /* N1/U1 */
	LEG_OVERLAP_SENDING,   /* 2 */
	LEG_OUT_PROCEEDING,    /* 3 */
	LEG_DELIVERED,         /* 4: the far end rings */
	LEG_PRESENT,           /* 6: SETUP received, not answered */
	LEG_OVERLAP_RECEIVING, /* 25 */
	LEG_IN_PROCEEDING,     /* 9 */
	LEG_ALERTING,          /* 7: we have sent ALERTING */
	LEG_CONNECT_SENT,      /* 8 */
	LEG_ACTIVE,            /* 10 */
	LEG_HELD,              /* active, the far end has put it on hold */
	LEG_DISCONNECTED,      /* 12: DISCONNECT received */
	LEG_MESSAGE,           /* DISCONNECT with a message in band sent */
	LEG_CLEARING,          /* 11, 19: we clear */
	LEG_ENDED,             /* LINE_RELEASED is due */
	LEG_STATE_COUNT
};
extern const char *const leg_state_names[LEG_STATE_COUNT];

struct span;
struct leg {
	enum leg_state state;
	uint16_t generation, index;
	struct span *span;
	struct leg *next;       /* in its span's list, or in the free list */
	struct leg *next_ended; /* in the queue of legs whose LINE_RELEASED is due */
	struct q931_call *call; /* libpri's; NULL when it is gone */
	bool call_lost;         /* libpri has dropped it; the leg ends after the event in hand */
	uint32_t cref;
	uint8_t timeslot; /* 0: none */
	uint32_t interface;
	bool outgoing, channel_fixed, retried, glare_lost;
	uint8_t cause, cause_location; /* of its end, once known */
	struct timer timer;            /* T301, T302, T304 or T310: never two at once */
	enum timer_row timer_row;
	struct line_setup setup;
};

struct span {
	struct line *line;
	struct line_span_settings settings;
	bool configured, was_up;
	bool lost_due; /* LINE_DCHANNEL_LOST to deliver: the link was taken down from here */
	uint8_t number;
	struct pri_link *link;
	enum line_dchannel dchannel;
	uint32_t alarms;
	struct leg *legs;
	struct leg *holder[TIMESLOTS];
	bool out_of_service[TIMESLOTS], restarting[TIMESLOTS];
	bool no_answer[TIMESLOTS]; /* out of service because our RESTART was not acknowledged */
	bool withheld[TIMESLOTS];  /* from calls, by us */
	bool withheld_whole;
	uint32_t doubtful;      /* bits: the far end could not be told that a call is over, or has not acknowledged
	                         RESTART: it may hold the channel still */
	uint32_t restart_round; /* bits: the channels of the round under way */
	uint8_t restart_next;   /* RESTARTs that we send go one by one; 0: none under way */
	uint8_t restart_sent;   /* how often, for the channel in hand */
	bool restart_answered;  /* one of this round */
	struct timer restart_timer, resync_timer, doubt_timer;
	uint64_t frames_screened, restarts, timer_expiries, unanswered, calls_in, calls_out, glare, events_unexpected;
};

struct line {
	struct span_driver *driver;
	struct timers *timers;
	struct line_handlers handlers;
	struct timer_values values;
	struct span spans[CONFIG_SPANS_MAX + 1];
	struct leg legs[CONFIG_CALLS_MAX];
	struct leg *free_legs;
	struct leg *ended_first, **ended_last;
};

/* channels.c: who holds which B channel. */
bool channel_exists(const struct span *span, unsigned timeslot);
bool channel_free(const struct span *span, unsigned timeslot);
unsigned channel_hunt(const struct span *span); /* 0: none free */
void channel_take(struct leg *leg, unsigned timeslot);
void channel_release(struct leg *leg);
unsigned channels_count(const struct span *span);
unsigned channels_out_of_service(const struct span *span);
unsigned channels_free(const struct span *span);

/* leg.c: a leg's life. */
void legs_init(struct line *line);
struct leg *leg_new(struct span *span); /* NULL: limit */
struct leg *leg_find(const struct line *line, line_leg handle);
struct leg *leg_of_call(struct span *span, const struct q931_call *call);
struct leg *leg_of_cref(struct span *span, uint32_t cref);
line_leg leg_handle(const struct leg *leg);
uint32_t leg_channel_code(const struct leg *leg); /* for libpri: timeslot and interface */
void leg_enter(struct leg *leg, enum leg_state state);
void leg_timer(struct leg *leg, enum timer_row row);
void leg_timer_stop(struct leg *leg);
void leg_timer_expired(void *leg);
void leg_note_cause(struct leg *leg, uint8_t cause, uint8_t location); /* the first one stays */
/* libpri's call is gone (or given up): LINE_RELEASED will be delivered. */
void leg_end(struct leg *leg);
bool legs_deliver_ended(struct line *line);
void leg_unexpected(struct leg *leg, const char *what);
/* Sends one clearing step and ends the leg if libpri dropped the call at once. */
void leg_hang_up(struct leg *leg, uint8_t cause);

/* span_event.c: SERVICE for these channels (bits), as the settings have them. */
void service_tell(struct span *span, uint32_t channels);

/* line.c */
struct line_event line_event_for(struct span *span, struct leg *leg, enum line_event_type type);
void line_emit(struct line *line, const struct line_event *event);
void line_emit_leg(struct leg *leg, enum line_event_type type, bool inband);
/* leg may be NULL. */
void line_trouble(struct span *span, const struct leg *leg, enum line_trouble trouble, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* span_event.c: what the far end says. */
void span_on_event(void *span, const struct pri_link_event *event);
/* span_frame.c */
bool span_call_known(void *span, uint32_t cref);
size_t span_edit_sent(void *span, const struct q931_facts *facts, const uint8_t *frame, size_t count, uint8_t *out,
                      size_t size);
void span_on_frame(void *span, bool sent, const uint8_t *bytes, size_t count);
void span_on_screened(void *span, enum q931_verdict verdict);
/* leg_event.c: the same for one leg. */
void leg_on_event(struct leg *leg, const struct pri_link_event *event);
/* leg_in.c */
void leg_on_ring(struct span *span, const struct pri_link_event *event);
/* leg_out.c: after a lost collision, once, on another channel. True: SETUP was sent again. */
bool leg_retry(struct leg *leg, uint8_t cause);

/* restart.c */
void restart_init(struct span *span);
/* Every idle channel. */
void restart_begin(struct span *span);
/* Those that the far end may hold for calls of before, when the D channel has been up for a moment. */
void restart_doubtful_soon(struct span *span);
void restart_offered_again(struct span *span); /* channels that were kept from calls are free again */
void restart_abandon(struct span *span);
void restart_interrupted(struct span *span); /* the D channel is down, or the link is given up */
void restart_on_event(struct span *span, const struct pri_link_event *event);
void restart_acknowledged(struct span *span, unsigned timeslot);
/* The next round over the idle channels, counted from now, while the D channel is up and the settings want it. */
void resync_plan(struct span *span);

uint8_t cause_to_send(uint8_t cause);

#endif
