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

int apply_queue_decline(struct build *build, void *object, const struct settings_line *line)
{
	((struct config_queue *)object)->decline = key_of(line->word[3]);
	return 0;
}

int apply_agent_decline(struct build *build, void *object, const struct settings_line *line)
{
	struct config_agent *agent = object;
	agent->own_decline = strcmp(line->word[3], "queue") != 0;
	agent->decline = agent->own_decline ? key_of(line->word[3]) : '\0';
	return 0;
}

int apply_queue_disposition(struct build *build, void *object, const struct settings_line *line)
{
	struct config_queue *queue = object;
	const char *code = line->word[3];
	if (strlen(code) >= CONFIG_DISPOSITION_BYTES || code[strspn(code, "0123456789")])
		return build_refuse(build, line, "expected a code of 1 to %d digits, as agents dial it",
		                    CONFIG_DISPOSITION_BYTES - 1);
	if (queue->disposition_count == CONFIG_DISPOSITIONS_MAX)
		return build_refuse(build, line, "a queue has at most %d dispositions", CONFIG_DISPOSITIONS_MAX);
	struct config_disposition *disposition =
	    build_one_more((void **)&queue->dispositions, queue->disposition_count, sizeof(*disposition));
	if (!disposition)
		return -ENOMEM;
	queue->disposition_count++;
	text_copy(disposition->code, sizeof(disposition->code), code);
	text_copy(disposition->text, sizeof(disposition->text), line->word[4]);
	queue->disposition_forced |= line->word_count > 5 && !strcmp(line->word[5], "forced");
	return 0;
}

/* The key that takes an agent's call of this queue, and the one that declines it. */
static bool keys_clash(const struct config_queue *queue, const struct config_agent *agent)
{
	char ack = agent && agent->own_ack ? agent->ack : queue->ack;
	char decline = agent && agent->own_decline ? agent->decline : queue->decline;
	return ack && ack == decline;
}

int check_offers(struct build *build)
{
	const struct config *config = build->config;
	for (uint32_t i = 0; i < config->queue_count; i++) {
		const struct config_queue *queue = &config->queues[i];
		if (keys_clash(queue, NULL))
			return fault_set(build->fault, -EINVAL,
			                 "queue %s decline %c: the same key takes the call (ack)", queue->name,
			                 queue->decline);
		for (uint32_t j = 0; j < queue->member_count; j++) {
			const struct config_agent *agent = &config->agents[queue->members[j].agent];
			if (keys_clash(queue, agent))
				return fault_set(
				    build->fault, -EINVAL,
				    "queue %s agent %u: the same key takes and declines a call (ack, decline)",
				    queue->name, agent->number);
		}
	}
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
