/*
 * What the control actor shows of itself: a copy, taken on its thread, for the console and the board.
 */
#ifndef BELFRY_CALL_VIEW_H
#define BELFRY_CALL_VIEW_H

#include "base/severity.h"
#include "config/config.h"
#include "drivers/sound.h"
#include "line/health.h"
#include "line/line.h"
#include "store/store.h"

struct control_call_view {
	struct call_record record; /* as far as it has come */
	char state[24];            /* "announcement", "waiting", "ringing", "talking", "dialling", "clearing" ... */
};

struct control_port_view {
	uint8_t span, timeslot;
	char place[CONFIG_NAME_BYTES]; /* "2/1"; a headset: its sound card's name */
	char extension[STORE_NUMBER_BYTES];
	uint8_t hook; /* 0 on, 1 off, 2 flash */
	bool ringing, talking;
	uint32_t agent; /* number; 0: nobody logged in there */
	char alarm[32]; /* "off-hook", "span" has an alarm, ...; "" : none */
};

struct control_span_view {
	uint8_t span;
	struct line_span_status line;
	struct driver_span_counters counters;
	bool clock_source, absent;
	bool analogue;          /* an analogue card: no line parameters */
	uint32_t telephones;    /* of a telephone span: places that have one, as bits */
	bool tested;            /* a test of the whole span runs */
	unsigned sync_source;   /* the span that its hardware takes the clock from; 0: none */
	uint32_t finding_count; /* 0: the line is well */
	struct health_report findings[HEALTH_FINDINGS_MAX];
};

struct control_channel_view {
	uint8_t span, timeslot;
	enum line_channel state;
	uint32_t call; /* 0: none */
	char party;    /* 'a' or 'b' of the call */
};

struct control_alarm_view {
	uint32_t id;
	enum severity severity;
	uint64_t since_us; /* wall clock */
	char text[160];
};
#define CONTROL_ALARMS_MAX     64
#define CONTROL_ROUTES_MAX     1000
#define CONTROL_HUNTGROUPS_MAX 200
#define CONTROL_HOURS_MAX      200

struct control_route_view {
	uint64_t hits, last_us; /* wall clock; 0: never */
};
struct control_hours_view {
	bool open, night;
};

enum control_test_kind {
	CONTROL_TEST_RING,
	CONTROL_TEST_HOOK,
	CONTROL_TEST_TONE,
	CONTROL_TEST_ECHO,
	CONTROL_TEST_LEVEL,
	CONTROL_TEST_BIT_ERRORS,
	/* of a whole span */
	CONTROL_TEST_LOOP_LOCAL,
	CONTROL_TEST_LOOP_LINE,
	CONTROL_TEST_LOOP_PAYLOAD,
	CONTROL_TEST_LOOP_REMOTE,
	CONTROL_TEST_BERT,
	CONTROL_TEST_ALARM,
	CONTROL_TEST_KIND_COUNT
};
extern const char *const control_test_kind_names[CONTROL_TEST_KIND_COUNT];

/* What is to be tested: a telephone, a B channel of a trunk, or a whole span (timeslot 0). */
struct control_test {
	enum control_test_kind kind;
	uint8_t span, timeslot;
	bool port;  /* a telephone is meant */
	bool force; /* a whole span: although there are calls */
	uint32_t for_ms;
};

/* What is done to a span at once, without a test's end. */
enum control_span_action {
	CONTROL_SPAN_INSERT, /* errors into what is sent */
	CONTROL_SPAN_REMOTE_DOWN,
	CONTROL_SPAN_RESET_COUNTERS,
	CONTROL_SPAN_STOP_TESTS
};

struct control_test_view {
	uint32_t id;
	struct control_test test;
	bool running;
	uint64_t since_us; /* wall clock */
	uint32_t lasted_ms;
	char text[200]; /* what it has shown so far */
};
#define CONTROL_TESTS_MAX 8

/* The audit sweep: how often scheduler, calls and telephones were compared, and what did not agree. */
struct control_sweep_counts {
	uint64_t sweeps, mismatches, repaired, leases_expired;
};

/* Calls looked up in the customer table. */
struct control_customer_counts {
	uint64_t found, unknown, expired;
};

/* The zone as it is at the view's wall_us: libc's zone is control's own, nobody else may ask it. */
struct control_zone_view {
	char name[48], abbreviation[16];
	int32_t offset_s, offset_then_s; /* to UTC, now and from the change on */
	bool summer;
	int64_t change_s; /* of the offset, wall clock; 0: none within a year */
};

struct control_sound_view {
	char name[CONFIG_NAME_BYTES];
	struct sound_status status;
	bool silent, paged;
	char extension[STORE_NUMBER_BYTES]; /* of a headset; "": it is none */
	const char *headset;                /* what the headset does, or NULL */
	char who[STORE_NUMBER_BYTES];       /* whom it rings for or talks with; "": nobody */
};

struct control_view {
	uint32_t sound_count;
	struct control_sound_view sounds[SOUND_CARDS_MAX];
	char recorder[120]; /* what is being recorded, and how far it is; "": nothing */
	struct control_zone_view zone;
	struct control_sweep_counts sweep;
	struct control_customer_counts customers;
	uint32_t customer_rows;
	uint64_t now_us, wall_us;
	uint32_t call_count, port_count, span_count, alarm_count, channel_count, test_count;
	struct control_call_view calls[CONFIG_CALLS_MAX];
	struct control_port_view ports[CONFIG_SPANS_MAX * 24 + SOUND_CARDS_MAX];
	struct control_span_view spans[CONFIG_SPANS_MAX];
	struct control_channel_view channels[CONFIG_SPANS_MAX * 30];
	struct control_alarm_view alarms[CONTROL_ALARMS_MAX];
	struct control_test_view tests[CONTROL_TESTS_MAX]; /* newest first */
	uint64_t calls_begun, calls_refused;
	/* as in the settings in force */
	uint32_t route_count, hours_count;
	struct control_route_view routes[CONTROL_ROUTES_MAX];
	struct control_hours_view hours[CONTROL_HOURS_MAX];
};

#endif
