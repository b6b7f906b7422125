/*
 * Private to caps.c, rate.c, caps_keep.c: what limits of calls out count.
 *
 * A window is cut into slots; the oldest slot goes as time passes, so what is counted is the last window, short of one
 * slot at most.
 */
#ifndef BELFRY_CALL_CAPS_H
#define BELFRY_CALL_CAPS_H

#include "call/parts.h"

#define RATE_SLOTS 30
#define CAPS_MAX   (CONFIG_SPANS_MAX * 24 * 2 + 320)

struct rate {
	uint64_t slot_us, now_slot;
	uint32_t sum[RATE_SLOTS];
};

struct cap {
	char key[48]; /* "port 2/1": what it limits */
	bool raised;
	bool changed; /* since it was kept for a restart */
	struct rate calls, talked_ms;
};

struct caps {
	struct timer timer, keep_timer, talk_timer;
	struct cap cap[CAPS_MAX];
	uint32_t count, keep_next;
};

void rate_add(struct rate *rate, uint64_t window_ms, uint64_t now_us, uint32_t more);
uint64_t rate_sum(struct rate *rate, uint64_t window_ms, uint64_t now_us);
/* How many slots back the last one that is not empty lies, and one more; 0: all are empty. */
unsigned rate_slots(const struct rate *rate);
/* From the present slot backwards. */
uint32_t rate_slot(const struct rate *rate, unsigned back);
/* A rate as it was: more in the slot so many slots back from now. */
void rate_restore(struct rate *rate, uint64_t slot_us, uint64_t now_us, uint64_t back, uint32_t more);

/* caps_keep.c: what was counted outlives a restart and a power cut, but for the last second. */
void caps_keep_init(struct control *control);
void caps_keep(struct control *control, struct cap *cap);

#endif
