/* Threshold alarms of queues (Q11): three levels by the wait of the oldest caller, looked at once a second. */
#include "call/parts.h"

#include <inttypes.h>

static const char *const severities[CONFIG_QUEUE_ALARMS] = {"minor", "major", "critical"};

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

	text_append(key, size, &used, "%u oldest %.20s", level, queue->name);
}

static void look(struct control *control, const struct config_queue *queue, uint64_t wait_us)
{
	unsigned level = level_of(queue, wait_us), i;
	char key[32];

	for (i = 1; i <= CONFIG_QUEUE_ALARMS; i++) {
		key_of(queue, i, key, sizeof(key));
		if (i != level)
			alarm_clear(control, key);
		else
			alarm_raise(control, severities[i - 1], key,
			            "Queue %s: the oldest caller has waited %" PRIu64 " s (level %u: %" PRIu64 " s).",
			            queue->name, wait_us / US_PER_S, level, queue->alarm_ms[i - 1] / 1000);
	}
}

void queue_alarms_look(struct control *control)
{
	const struct config *config = control->config;
	uint32_t i;

	for (i = 0; config && i < config->queue_count; i++)
		if (config->queues[i].has_alarms)
			look(control, &config->queues[i], oldest_wait_us(control, (int32_t)i));
}
