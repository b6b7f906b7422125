/*
 * Limits of calls out: so many begun and so many minutes talked within so long, for a telephone, an outside prefix, a
 * trunk group; and the watch for what looks like toll fraud. Emergency calls never come here.
 *
 * What a call has talked so far counts while it goes on; each minute it is put to what is kept.
 */
#include "call/caps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_US    (60 * US_PER_S) /* how often it is looked whether an alarm is over */
#define MS_PER_MIN 60000
#define FRAUD      "fraud "
#define PORT       "port "
#define OUTSIDE    "outside "
#define TRUNK      "trunk "

/* ---- what is limited, and by how much ---- */

static const struct config_limit *port_limit(const struct config *config, const char *place)
{
	char name[16];
	uint32_t i;

	for (i = 0; i < config->port_count; i++) {
		size_t used = 0;

		text_append(name, sizeof(name), &used, "%u/%u", config->ports[i].span, config->ports[i].timeslot);
		if (strcmp(name, place) == 0)
			return &config->ports[i].limit;
	}
	return NULL;
}

/* What the settings say now of what this key names; calls 0: not limited. */
static struct config_limit limit_of(const struct control *control, const char *key)
{
	const struct config *config = control->config;
	const struct config_limit *found = NULL;
	uint32_t i;

	if (strncmp(key, FRAUD, strlen(FRAUD)) == 0)
		return (struct config_limit){.calls = config->fraud_calls, .calls_ms = config->fraud_ms};
	if (strncmp(key, PORT, strlen(PORT)) == 0)
		found = port_limit(config, key + strlen(PORT));
	for (i = 0; i < config->outside_count && strncmp(key, OUTSIDE, strlen(OUTSIDE)) == 0; i++)
		if (strcmp(config->outsides[i].prefix, key + strlen(OUTSIDE)) == 0)
			found = &config->outsides[i].limit;
	for (i = 0; i < config->trunk_count && strncmp(key, TRUNK, strlen(TRUNK)) == 0; i++)
		if (strcmp(config->trunks[i].name, key + strlen(TRUNK)) == 0)
			found = &config->trunks[i].limit;
	return found ? *found : (struct config_limit){0};
}

static bool idle(struct cap *cap, const struct control *control)
{
	struct config_limit limit = limit_of(control, cap->key);

	return !cap->raised && rate_sum(&cap->calls, limit.calls_ms, control->now_us) == 0 &&
	       rate_sum(&cap->talked_ms, limit.minutes_ms, control->now_us) == 0;
}

/* Index + 1 in the table; made if it is not there; 0: it is full of what still counts. */
static uint16_t cap_find(struct control *control, const char *kind, const char *name)
{
	struct caps *caps = control->caps;
	char key[sizeof(caps->cap[0].key)];
	size_t used = 0;
	uint32_t i;

	text_append(key, sizeof(key), &used, "%s%s", kind, name);
	for (i = 0; i < caps->count; i++)
		if (strcmp(caps->cap[i].key, key) == 0)
			return (uint16_t)(i + 1);
	if (caps->count == CAPS_MAX)
		for (i = 0; i < caps->count && !idle(&caps->cap[i], control); i++)
			;
	if (i == CAPS_MAX)
		return 0;
	caps->count += i == caps->count;
	memset(&caps->cap[i], 0, sizeof(caps->cap[i]));
	text_copy(caps->cap[i].key, sizeof(caps->cap[i].key), key);
	return (uint16_t)(i + 1);
}

/* The three that a call out by this rule counts for; 0 where there is no limit. */
static void caps_of(struct control *control, const struct phone *phone, uint32_t outside, uint16_t found[CALL_CAPS])
{
	const struct config_outside *rule = &control->config->outsides[outside];
	const struct config_trunk *trunk = &control->config->trunks[rule->trunk];
	char place[16];
	size_t used = 0;

	memset(found, 0, CALL_CAPS * sizeof(*found));
	if (phone && phone->settings && phone->settings->limit.calls) {
		text_append(place, sizeof(place), &used, "%s", phone->place);
		found[0] = cap_find(control, PORT, place);
	}
	if (rule->limit.calls)
		found[1] = cap_find(control, OUTSIDE, rule->prefix);
	if (trunk->limit.calls)
		found[2] = cap_find(control, TRUNK, trunk->name);
}

/* ---- is it reached? ---- */

static uint64_t talking_ms(const struct control *control, uint16_t index)
{
	const struct call *call;
	uint64_t sum = 0;
	unsigned i;

	for (call = control->first; call; call = call->next)
		for (i = 0; i < CALL_CAPS && call->outside_answered_us; i++)
			if (call->caps[i] == index)
				sum += (control->now_us - call->outside_answered_us) / US_PER_MS;
	return sum;
}

static bool over(struct control *control, uint16_t index, struct config_limit *limit)
{
	struct cap *cap = &control->caps->cap[index - 1];
	uint64_t talked_ms;

	*limit = limit_of(control, cap->key);
	if (!limit->calls)
		return false;
	if (rate_sum(&cap->calls, limit->calls_ms, control->now_us) >= limit->calls)
		return true;
	if (!limit->minutes)
		return false;
	talked_ms = rate_sum(&cap->talked_ms, limit->minutes_ms, control->now_us) + talking_ms(control, index);
	return talked_ms >= (uint64_t)limit->minutes * MS_PER_MIN;
}

static void alarm_key(const struct cap *cap, char *key, size_t size)
{
	size_t used = 0;

	text_append(key, size, &used, "cap %s", cap->key);
}

static void raise(struct control *control, uint16_t index, const struct config_limit *limit)
{
	struct cap *cap = &control->caps->cap[index - 1];
	char key[ALARM_KEY_BYTES], within[24], minutes[64] = "";
	size_t used = 0;

	if (cap->raised)
		return;
	cap->raised = true;
	alarm_key(cap, key, sizeof(key));
	text_from_duration_ms(limit->calls_ms, within, sizeof(within));
	if (strncmp(cap->key, FRAUD, strlen(FRAUD)) == 0) {
		alarm_raise(
		    control, SEVERITY_MAJOR, key,
		    "toll fraud suspected: port %s made %u international calls or attempts beyond its class within %s",
		    cap->key + strlen(FRAUD), limit->calls, within);
	} else {
		if (limit->minutes)
			text_append(minutes, sizeof(minutes), &used, " or %u minutes", limit->minutes);
		alarm_raise(control, SEVERITY_MINOR, key,
		            "%s: the limit of calls out is reached (%u calls within %s%s): further ones are refused",
		            cap->key, limit->calls, within, minutes);
	}
	if (!timer_running(&control->caps->timer))
		timer_start(control->timers, &control->caps->timer, control->now_us + LOOK_US);
}

/* Alarms of limits that are no longer reached go. True: some stay. */
static bool look_at_all(struct control *control)
{
	struct config_limit limit;
	bool more = false;
	uint32_t i;

	for (i = 0; i < control->caps->count; i++) {
		struct cap *cap = &control->caps->cap[i];
		char key[ALARM_KEY_BYTES];

		if (!cap->raised)
			continue;
		cap->raised = over(control, (uint16_t)(i + 1), &limit);
		more |= cap->raised;
		alarm_key(cap, key, sizeof(key));
		if (!cap->raised)
			alarm_clear(control, key);
	}
	return more;
}

static void look(void *argument)
{
	struct control *control = argument;

	if (look_at_all(control))
		timer_start(control->timers, &control->caps->timer, control->now_us + LOOK_US);
}

void caps_settings(struct control *control)
{
	(void)look_at_all(control); /* the timer, where it runs, finds the rest */
}

/* ---- for outside.c and phone_dial.c ---- */

bool caps_reached(struct control *control, const struct phone *phone, uint32_t outside)
{
	struct config_limit limit;
	uint16_t found[CALL_CAPS];
	bool reached = false;
	unsigned i;

	caps_of(control, phone, outside, found);
	for (i = 0; i < CALL_CAPS; i++)
		if (found[i] && over(control, found[i], &limit)) {
			raise(control, found[i], &limit);
			reached = true;
		}
	return reached;
}

void caps_begun(struct call *call, const struct phone *phone)
{
	struct control *control = call->control;
	unsigned i;

	caps_ended(call); /* a call out that is passed on by another one */
	caps_of(control, phone, call->outside, call->caps);
	for (i = 0; i < CALL_CAPS; i++)
		if (call->caps[i]) {
			struct cap *cap = &control->caps->cap[call->caps[i] - 1];

			rate_add(&cap->calls, limit_of(control, cap->key).calls_ms, control->now_us, 1);
			caps_keep(control, cap);
		}
}

/* What a call has talked since the far end answered, or since this was last done. */
static void count_talk(struct call *call)
{
	struct control *control = call->control;
	uint64_t talked_ms = (control->now_us - call->outside_answered_us) / US_PER_MS;
	unsigned i;

	for (i = 0; i < CALL_CAPS && call->outside_answered_us; i++)
		if (call->caps[i]) {
			struct cap *cap = &control->caps->cap[call->caps[i] - 1];
			uint64_t window_ms = limit_of(control, cap->key).minutes_ms;

			rate_add(&cap->talked_ms, window_ms, control->now_us, (uint32_t)talked_ms);
			if (window_ms)
				caps_keep(control, cap);
		}
}

static void count_all_talk(void *argument)
{
	struct control *control = argument;
	struct call *call;
	bool more = false;

	for (call = control->first; call; call = call->next)
		if (call->outside_answered_us) {
			count_talk(call);
			call->outside_answered_us = control->now_us;
			more = true;
		}
	if (more)
		timer_start(control->timers, &control->caps->talk_timer, control->now_us + LOOK_US);
}

void caps_answered(struct call *call)
{
	struct control *control = call->control;

	call->outside_answered_us = control->now_us;
	if (!timer_running(&control->caps->talk_timer))
		timer_start(control->timers, &control->caps->talk_timer, control->now_us + LOOK_US);
}

void caps_ended(struct call *call)
{
	count_talk(call);
	call->outside_answered_us = 0;
}

int caps_new(struct control *control)
{
	control->caps = calloc(1, sizeof(*control->caps));
	if (!control->caps)
		return -ENOMEM;
	timer_init(&control->caps->timer, "limits", look, control);
	timer_init(&control->caps->talk_timer, "limits_talk", count_all_talk, control);
	caps_keep_init(control);
	return 0;
}

void caps_passed_on(struct call *to, struct call *from)
{
	caps_ended(to);
	memcpy(to->caps, from->caps, sizeof(to->caps));
	to->outside_answered_us = from->outside_answered_us;
	memset(from->caps, 0, sizeof(from->caps));
	from->outside_answered_us = 0;
}

void caps_watch(struct phone *phone)
{
	struct control *control = phone->control;
	struct config_limit limit;
	char place[16];
	size_t used = 0;
	uint16_t index;

	if (!control->config->fraud_calls)
		return;
	text_append(place, sizeof(place), &used, "%s", phone->place);
	index = cap_find(control, FRAUD, place);
	if (!index)
		return;
	rate_add(&control->caps->cap[index - 1].calls, control->config->fraud_ms, control->now_us, 1);
	caps_keep(control, &control->caps->cap[index - 1]);
	if (over(control, index, &limit))
		raise(control, index, &limit);
}
