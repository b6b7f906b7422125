/*
 * Threshold alarms of queues (Q11): three levels by the wait of the oldest caller, looked at once a second. A level
 * that is reached is also heard, where the queue is set so: short rings at telephones of its agents that are on the
 * hook, beeps into the talks of the others.
 */
#include "call/parts.h"

#include <inttypes.h>
#include <string.h>

static uint64_t oldest_wait_us(const struct control *control, int32_t queue)
{
	const struct call *call;
	uint64_t oldest = 0;

	for (call = control->first; call; call = call->next)
		if (call->state == CALL_QUEUED && call->acd && call->queue == queue &&
		    control->now_us - call->arrived_us > oldest)
			oldest = control->now_us - call->arrived_us;
	return oldest;
}

/* 0: none; else 1 to 3, the highest that is reached. */
static unsigned level_of(const struct config_queue *queue, uint64_t wait_us)
{
	unsigned level = 0, i;

	for (i = 0; i < CONFIG_QUEUE_ALARMS; i++)
		if (queue->alarm_ms[i] && wait_us >= queue->alarm_ms[i] * US_PER_MS)
			level = i + 1;
	return level;
}

static void key_of(const struct config_queue *queue, unsigned level, char *key, size_t size)
{
	size_t used = 0;

	text_append(key, size, &used, "%u oldest %s", level, queue->name);
}

/* As the alarms stand; 0: none does. */
static unsigned level_standing(struct control *control, const struct config_queue *queue)
{
	unsigned level;
	char key[ALARM_KEY_BYTES];

	for (level = CONFIG_QUEUE_ALARMS; level > 0; level--) {
		key_of(queue, level, key, sizeof(key));
		if (alarm_stands(control, key))
			break;
	}
	return level;
}

/* The settings may have changed while it stood. */
static bool still_watched(const struct control *control, const char *key)
{
	const struct config *config = control->config;
	char watched[ALARM_KEY_BYTES];
	uint32_t i;
	unsigned level;

	for (i = 0; i < config->queue_count; i++)
		for (level = 1; config->queues[i].has_alarms && level <= CONFIG_QUEUE_ALARMS; level++) {
			key_of(&config->queues[i], level, watched, sizeof(watched));
			if (strcmp(watched, key) == 0)
				return true;
		}
	return false;
}

/* ---- heard by the agents ---- */

static bool hears_beeps(const struct phone *phone)
{
	return phone->state == PHONE_IN_CALL && phone->call && phone->call->state == CALL_TALKING &&
	       phone->call->bridged && !phone->waiting;
}

static void tell_agents(struct control *control, const struct config_queue *queue, unsigned level)
{
	struct phone *phone;
	uint32_t i;

	for (i = 0; i < queue->member_count; i++) {
		phone = agent_phone(control, control->config->agents[queue->members[i].agent].number);
		if (phone && queue->alarm_ring && level > 1)
			phone_alert(phone, level - 1);
		if (phone && queue->alarm_beep && hears_beeps(phone))
			audio_beeps(control, phone->channel, level);
	}
}

static void look(struct control *control, const struct config_queue *queue, uint64_t wait_us)
{
	unsigned level = level_of(queue, wait_us), stood = level_standing(control, queue), i;
	char key[ALARM_KEY_BYTES];

	for (i = 1; i <= CONFIG_QUEUE_ALARMS; i++) {
		key_of(queue, i, key, sizeof(key));
		if (i != level)
			alarm_clear(control, key);
		else
			alarm_raise(control, (enum severity)(SEVERITY_MINOR + i - 1), key,
			            "Queue %s: the oldest caller has waited %" PRIu64 " s (level %u: %" PRIu64 " s).",
			            queue->name, wait_us / US_PER_S, level, queue->alarm_ms[i - 1] / 1000);
	}
	/* With the list of alarms full none stands: then it is not told either, else it would be every second. */
	if (level > stood && level_standing(control, queue) == level)
		tell_agents(control, queue, level);
}

void queue_alarms_look(struct control *control)
{
	const struct config *config = control->config;
	uint32_t i;

	if (config)
		alarms_clear_unless(control, " oldest ", still_watched);
	for (i = 0; config && i < config->queue_count; i++)
		if (config->queues[i].has_alarms)
			look(control, &config->queues[i], oldest_wait_us(control, (int32_t)i));
}

void queue_alarms_settings(struct control *control, const struct config *config)
{
	const struct config *old = control->config;
	char key[ALARM_KEY_BYTES];
	uint32_t i, k;
	unsigned level;

	for (i = 0; old && i < old->queue_count; i++) {
		for (k = 0; k < config->queue_count; k++)
			if (config->queues[k].has_alarms && strcmp(config->queues[k].name, old->queues[i].name) == 0)
				break;
		for (level = 1; k == config->queue_count && level <= CONFIG_QUEUE_ALARMS; level++) {
			key_of(&old->queues[i], level, key, sizeof(key));
			alarm_clear(control, key);
		}
	}
}
