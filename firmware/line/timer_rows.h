/*
 * The timer table: every supervision time of the product is one row (name, default, range, help), settable as
 * `timer NAME DURATION`. A state change never spells a duration.
 */
#ifndef BELFRY_LINE_TIMER_ROWS_H
#define BELFRY_LINE_TIMER_ROWS_H

#include <stdint.h>

/* name, default ms, lowest ms, highest ms, help */
/* clang-format off */
#define TIMER_ROWS(row) \
	row(T200, 1000, 100, 10000, "Q.921: wait for an acknowledgement") \
	row(T203, 10000, 1000, 60000, "Q.921: longest time without a frame") \
	row(T301, 180000, 30000, 600000, "Q.931: called party rings without answer") \
	row(T302, 8000, 1000, 60000, "Q.931: overlap receiving, wait for the next digit") \
	row(T303, 4000, 1000, 20000, "Q.931: SETUP sent, no answer") \
	row(T304, 20000, 1000, 60000, "Q.931: overlap sending, wait for the network") \
	row(T305, 30000, 1000, 60000, "Q.931: DISCONNECT sent") \
	row(T308, 4000, 1000, 20000, "Q.931: RELEASE sent") \
	row(T309, 6000, 0, 180000, "Q.931: D channel lost, active calls are kept so long") \
	row(T310, 60000, 5000, 120000, "Q.931: CALL PROCEEDING received, no progress") \
	row(T313, 4000, 1000, 20000, "Q.931: CONNECT sent, no acknowledgement") \
	row(T316, 120000, 10000, 300000, "Q.931: RESTART sent, no acknowledgement") \
	row(name_wait, 2000, 0, 5000, "calling name announced for later: wait so long at most") \
	row(first_digit, 16000, 1000, 60000, "telephone lifted: wait for the first digit") \
	row(inter_digit, 8000, 1000, 60000, "telephone: wait for the next digit") \
	row(matched_digit, 3000, 500, 60000, "telephone: number complete, but longer ones exist") \
	row(dialled_on, 1000, 200, 2000, "telephone: digits so soon after a refused number still belong to it") \
	row(no_answer, 30000, 5000, 300000, "telephone rung by another telephone: no answer") \
	row(busy_tone, 15000, 1000, 120000, "busy or reorder tone before silence") \
	row(howler_after, 30000, 5000, 300000, "telephone left off the hook: howler tone after") \
	row(howler, 60000, 5000, 300000, "howler tone before the line is put aside") \
	row(offer_lease, 5000, 1000, 60000, "agent reserved, telephone does not ring: reservation ends") \
	row(acknowledge, 10000, 1000, 60000, "agent has lifted: wait for the key that takes the call") \
	row(picked_up, 750, 0, 5000, "ring-all: who lifts and hangs up within has not taken the call, and all are rung again") \
	row(remote_retry, 10000, 0, 600000, "agent at a number outside could not be had: not called again within") \
	row(recorder_key, 15000, 5000, 300000, "recorder: wait for the key that keeps it") \
	row(headset_answer, 2000, 100, 30000, "headset that answers by itself: rings so long before") \
	row(sweep, 10000, 1000, 3600000, "scheduler, calls and telephones are compared, and counters added up, every") \
	row(drain, 30000, 0, 600000, "orderly stop: wait so long for calls to end") \
	row(no_clock, 1000, 100, 60000, "no span delivers samples: alarm after") \
	row(early_media, 60000, 5000, 180000, "announcements before answer, at most") \
	row(loop_code, 6000, 5000, 60000, "T1: a loop code to the far end is sent so long") \
	row(test_off, 10000, 1000, 600000, "test that its card did not end: again after")
/* clang-format on */

#define TIMER_ENUM(name, initial_ms, low_ms, high_ms, help) TIMER_##name,
enum timer_row { TIMER_ROWS(TIMER_ENUM) TIMER_ROW_COUNT };
#undef TIMER_ENUM

struct timer_row_info {
	const char *name, *help;
	uint32_t initial_ms, low_ms, high_ms;
};
extern const struct timer_row_info timer_rows[TIMER_ROW_COUNT];

/* The values in force: plain data, sent by message to whoever supervises. */
struct timer_values {
	uint32_t ms[TIMER_ROW_COUNT];
};
void timer_values_initial(struct timer_values *values);

#endif
