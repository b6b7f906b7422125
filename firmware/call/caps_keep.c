/*
 * What limits of calls out have counted outlives a restart and a power cut: a row of the store's kept states for each,
 * "caps " and its key:
 *
 *   SAVED CALLS TALK     SAVED: wall clock, s; CALLS, TALK: SLOT:N,N,... SLOT in us, then the slots, the newest first,
 *                        in calls and in seconds
 *
 * Written a second after a change at the earliest and a few at a time, so that the flash has a bounded part in it. A
 * wall clock that was set back or lost makes nothing younger than it was kept: then it counts as if no time had passed.
 */
#include "call/caps.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define KEPT_PREFIX "caps "
#define KEEP_US     US_PER_S
#define AT_ONCE     8 /* rows a second */

/* ---- out ---- */

static bool put_rate(char *text, size_t size, size_t *used, const struct rate *rate, uint32_t unit)
{
	unsigned slots = rate_slots(rate), i;
	bool whole = text_append(text, size, used, " %" PRIu64 ":", slots ? rate->slot_us : 0);

	for (i = 0; i < slots; i++)
		whole = text_append(text, size, used, "%s%" PRIu64, i ? "," : "",
		                    ((uint64_t)rate_slot(rate, i) + unit - 1) / unit) &&
		        whole;
	return whole;
}

static int keep_one(struct control *control, const struct cap *cap)
{
	char name[STORE_KEPT_BYTES], value[STORE_VALUE_BYTES];
	size_t used = 0;
	bool whole;

	text_append(name, sizeof(name), &used, KEPT_PREFIX "%s", cap->key);
	used = 0;
	whole = text_append(value, sizeof(value), &used, "%" PRIu64, clock_wall_at_us(control->now_us) / US_PER_S);
	whole = put_rate(value, sizeof(value), &used, &cap->calls, 1) && whole;
	whole = put_rate(value, sizeof(value), &used, &cap->talked_ms, 1000) && whole;
	if (!whole)
		log_write(LOG_WARNING, LOG_CALL, "%s: the limit's counters are too large to be kept for a restart",
		          cap->key);
	return whole ? store_keep(control->parts.store, name, value) : 0;
}

/* Some of those that have changed; the rest, and what the store has no room for, next time. */
static void keep_some(void *argument)
{
	struct control *control = argument;
	struct caps *caps = control->caps;
	unsigned kept = 0;
	bool more = false;
	uint32_t i;

	for (i = 0; i < caps->count; i++) {
		struct cap *cap = &caps->cap[(caps->keep_next + i) % caps->count];

		if (!cap->changed)
			continue;
		if (kept < AT_ONCE && keep_one(control, cap) == 0) {
			cap->changed = false;
			kept++;
		}
		more = more || cap->changed;
	}
	caps->keep_next += kept;
	if (more)
		timer_start(control->timers, &caps->keep_timer, control->now_us + KEEP_US);
}

void caps_keep(struct control *control, struct cap *cap)
{
	cap->changed = true;
	if (!timer_running(&control->caps->keep_timer))
		timer_start(control->timers, &control->caps->keep_timer, control->now_us + KEEP_US);
}

/* ---- back ---- */

/* "SLOT:N,N": 0, or -EINVAL. unit: of the numbers. */
static int take_rate(struct rate *rate, char *text, uint64_t age_us, uint64_t now_us, uint32_t unit)
{
	char *list = strchr(text, ':'), *number;
	uint64_t slot_us, back = 0;
	uint32_t more;

	if (!list)
		return -EINVAL;
	*list++ = '\0';
	if (text_to_u64(text, 0, UINT64_C(864000000000), &slot_us) < 0 || (!slot_us && *list))
		return -EINVAL;
	if (!slot_us)
		return 0;
	for (number = strsep(&list, ","); number; number = strsep(&list, ",")) {
		if (text_to_u32(number, 0, UINT32_MAX / unit, &more) < 0)
			return -EINVAL;
		rate_restore(rate, slot_us, now_us, age_us / slot_us + back++, more * unit);
	}
	return 0;
}

static int take(struct control *control, struct cap *cap, const char *value)
{
	char text[STORE_VALUE_BYTES], *calls, *talked;
	uint64_t wall_us = clock_wall_us(), saved_s, age_us;

	if (!text_copy(text, sizeof(text), value) || !(calls = strchr(text, ' ')) || !(talked = strchr(calls + 1, ' ')))
		return -EINVAL;
	*calls++ = *talked++ = '\0';
	if (text_to_u64(text, 0, UINT32_MAX, &saved_s) < 0)
		return -EINVAL;
	age_us = wall_us > saved_s * US_PER_S ? wall_us - saved_s * US_PER_S : 0;
	if (take_rate(&cap->calls, calls, age_us, control->now_us, 1) < 0 ||
	    take_rate(&cap->talked_ms, talked, age_us, control->now_us, 1000) < 0)
		return -EINVAL;
	return 0;
}

void caps_kept(void *user, const char *name, const char *value)
{
	struct control *control = user;
	struct caps *caps = control->caps;
	struct cap *cap = &caps->cap[caps->count];
	size_t prefix = strlen(KEPT_PREFIX);
	int error;

	if (strncmp(name, KEPT_PREFIX, prefix) != 0 || caps->count == CAPS_MAX)
		return;
	memset(cap, 0, sizeof(*cap));
	error = text_copy(cap->key, sizeof(cap->key), name + prefix) ? take(control, cap, value) : -EINVAL;
	if (error < 0)
		log_write(LOG_WARNING, LOG_CALL, "%s: the limit's counters of before the restart cannot be read", name);
	if (error == 0 && (rate_slots(&cap->calls) || rate_slots(&cap->talked_ms)))
		caps->count++;
	else if (store_keep(control->parts.store, name, "") < 0) /* over, or worthless */
		log_write(LOG_NOTICE, LOG_CALL, "%s: old counters are kept until the next start", name);
}

void caps_keep_init(struct control *control)
{
	timer_init(&control->caps->keep_timer, "limits_keep", keep_some, control);
}
