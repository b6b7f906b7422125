/*
 * Rows about how calls are offered to agents: progressive ring, acknowledgement by a key, wrap-up and pauses.
 */
#include "config/build.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "config/settings.h"

#define PROGRESSIVE_INITIAL_MS 10000

int apply_queue_progressive(struct build *build, void *object, const struct settings_line *line)
{
	struct config_queue *queue = object;
	const char *value = line->word[3];
	queue->progressive_ms = 0;
	if (!strcmp(value, "off"))
		return 0;
	if (strcmp(value, "on"))
		return text_to_duration_ms(value, &queue->progressive_ms);
	queue->progressive_ms = PROGRESSIVE_INITIAL_MS;
	return 0;
}

int apply_queue_alarm(struct build *build, void *object, const struct settings_line *line)
{
	struct config_queue *queue = object;
	uint32_t level;
	if (text_to_u32(line->word[3], 1, CONFIG_QUEUE_ALARMS, &level))
		return -EINVAL;
	queue->has_alarms = true;
	return text_to_duration_ms(line->word[5], &queue->alarm_ms[level - 1]);
}

/* 0: no key. */
static char key_of(const char *word)
{
	return strcmp(word, "off") ? word[0] : '\0';
}

int apply_queue_ack(struct build *build, void *object, const struct settings_line *line)
{
	((struct config_queue *)object)->ack = key_of(line->word[3]);
	return 0;
}

int apply_agent_ack(struct build *build, void *object, const struct settings_line *line)
{
	struct config_agent *agent = object;
	agent->own_ack = strcmp(line->word[3], "queue") != 0;
	agent->ack = agent->own_ack ? key_of(line->word[3]) : '\0';
	return 0;
}

int apply_agent_wrap_up(struct build *build, void *object, const struct settings_line *line)
{
	struct config_agent *agent = object;
	agent->own_wrap_up = strcmp(line->word[3], "queue") != 0;
	return agent->own_wrap_up ? text_to_duration_ms(line->word[3], &agent->wrap_up_ms) : 0;
}

int apply_agent_ring_time(struct build *build, void *object, const struct settings_line *line)
{
	struct config_agent *agent = object;
	agent->ring_time_ms = 0;
	return strcmp(line->word[3], "queue") ? text_to_duration_ms(line->word[3], &agent->ring_time_ms) : 0;
}

static int read_limit(struct config_pause_limit *limit, const struct settings_line *line, unsigned at)
{
	limit->log_out = line->word_count <= at + 1 || strcmp(line->word[at + 1], "ready") != 0;
	limit->after_ms = 0;
	return strcmp(line->word[at], "none") ? text_to_duration_ms(line->word[at], &limit->after_ms) : 0;
}

int apply_pause_max(struct build *build, void *object, const struct settings_line *line)
{
	return read_limit(&((struct config *)object)->pause_limit, line, 2);
}

int apply_reason_max(struct build *build, void *object, const struct settings_line *line)
{
	struct config_reason *reason = object;
	reason->own_limit = true;
	return read_limit(&reason->limit, line, 3);
}
