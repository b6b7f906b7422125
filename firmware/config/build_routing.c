/*
 * Rows of queues and agents that say who helps when, and where a call goes best: reserve agents and their limits,
 * shares of time, preferences, fair load, best service. What contradicts itself is refused, what has no effect warned
 * of.
 */
#include "config/build.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

static int percent_of(const char *word, uint8_t *percent)
{
	char digits[8];
	uint32_t number;
	size_t length = strlen(word);
	if (length < 2 || length >= sizeof(digits) || word[length - 1] != '%')
		return -EINVAL;
	text_copy(digits, length, word);
	int error = text_to_u32(digits, 1, 100, &number);
	if (!error)
		*percent = (uint8_t)number;
	return error;
}

/* The word behind "until", or NULL. */
static const char *until_of(const struct settings_line *line)
{
	return line->word_count > 8 ? line->word[8] : NULL;
}

static struct config_reserve *reserve_of(void *object, const struct settings_line *line)
{
	return &((struct config_queue *)object)->reserve[line->word[3][0] - '1'];
}

int apply_reserve_waiting(struct build *build, void *object, const struct settings_line *line)
{
	struct config_reserve *reserve = reserve_of(object, line);
	int error = text_to_u32(line->word[6], 1, 10000, &reserve->waiting);
	reserve->waiting_until = reserve->waiting / 2;
	if (!error && until_of(line))
		error = text_to_u32(until_of(line), 0, 10000, &reserve->waiting_until);
	if (!error && reserve->waiting_until >= reserve->waiting)
		return build_refuse(build, line, "ends at %u, before which it begins (rule reserve-until)",
		                    reserve->waiting_until);
	return error;
}

int apply_reserve_oldest(struct build *build, void *object, const struct settings_line *line)
{
	struct config_reserve *reserve = reserve_of(object, line);
	int error = text_to_duration_ms(line->word[6], &reserve->oldest_ms);
	reserve->oldest_until_ms = reserve->oldest_ms / 2;
	if (!error && until_of(line))
		error = text_to_duration_ms(until_of(line), &reserve->oldest_until_ms);
	if (!error && reserve->oldest_until_ms >= reserve->oldest_ms)
		return build_refuse(build, line, "ends before it begins (rule reserve-until)");
	return error;
}

int apply_reserve_level(struct build *build, void *object, const struct settings_line *line)
{
	struct config_reserve *reserve = reserve_of(object, line);
	int error = percent_of(line->word[6], &reserve->level);
	reserve->level_until = (uint8_t)((reserve->level + 100) / 2);
	if (!error && until_of(line))
		error = percent_of(until_of(line), &reserve->level_until);
	if (!error && reserve->level_until < reserve->level)
		return build_refuse(build, line, "ends below the level at which it begins (rule reserve-until)");
	return error;
}

int apply_queue_best(struct build *build, void *object, const struct settings_line *line)
{
	struct config_queue *queue = object;
	if (queue->best_count == CONFIG_BEST_MAX)
		return build_refuse(build, line, "at most %d queues are compared", CONFIG_BEST_MAX);
	queue->best[queue->best_count++] = (uint16_t)object_index(build, OBJECT_QUEUE, line->word[3]);
	return 0;
}

int apply_agent_occupancy(struct build *build, void *object, const struct settings_line *line)
{
	struct config_agent *agent = object;
	agent->occupancy_max = 0;
	return strcmp(line->word[3], "off") ? percent_of(line->word[3], &agent->occupancy_max) : 0;
}

int apply_fairness_alarm(struct build *build, void *object, const struct settings_line *line)
{
	struct config *config = object;
	config->fairness_percent = 0;
	return strcmp(line->word[2], "off") ? percent_of(line->word[2], &config->fairness_percent) : 0;
}

/* Of nothing nothing can be less or more: 0% would be accepted and without effect. */
int check_some_percent(const char *const *words, unsigned count, struct fault *fault)
{
	static const char expected[] = "expected a percentage from 1% to 100%";
	if (count == 4 && !strcmp(words[3], "0%"))
		return fault_set(fault, -EINVAL, "%s %s %s 0%%: %s", words[0], words[1], words[2], expected);
	if (count > 6 && !strcmp(words[6], "0%"))
		return fault_set(fault, -EINVAL, "%s %s %s %s when %s 0%%: %s", words[0], words[1], words[2], words[3],
		                 words[5], expected);
	return 0;
}

/* ---- together ---- */

static bool limited(const struct config_reserve *reserve)
{
	return reserve->waiting || reserve->oldest_ms || reserve->level;
}

static int check_reserves(struct build *build, const struct config_queue *queue)
{
	bool regular = false, held[2] = {false, false};
	for (uint32_t i = 0; i < queue->member_count; i++) {
		unsigned level = queue->members[i].reserve;
		regular |= !level;
		if (level)
			held[level - 1] = true;
	}
	for (unsigned level = 0; level < 2; level++) {
		if (held[level] && !limited(&queue->reserve[level]) && !limited(&queue->reserve[1]))
			return fault_set(
			    build->fault, -EINVAL,
			    "queue %s: agents are in reserve %u, but nothing says when they help: queue %s "
			    "reserve %u when ... (rule reserve-never)",
			    queue->name, level + 1, queue->name, level + 1);
		if (limited(&queue->reserve[level]) && !held[0] && !held[1])
			build_warn(build, "queue %s reserve %u: no agent is in reserve (rule reserve-nobody)",
			           queue->name, level + 1);
	}
	if (queue->member_count && !regular)
		build_warn(build, "queue %s: all agents are in reserve (rule reserve-all)", queue->name);
	return 0;
}

static int check_best(struct build *build, const struct config_queue *queue)
{
	for (unsigned i = 0; i < queue->best_count; i++) {
		const struct config_queue *other = &build->config->queues[queue->best[i]];
		if (other == queue || other->best_count)
			return fault_set(build->fault, -EINVAL, "queue %s best-of %s: %s (rule best-of)", queue->name,
			                 other->name,
			                 other == queue ? "a queue cannot be compared with itself"
			                                : "that queue compares others itself, calls could go round");
	}
	if (queue->best_count && queue->member_count)
		build_warn(build, "queue %s best-of: its own agents get no calls (rule best-of)", queue->name);
	return 0;
}

static void check_shares(struct build *build)
{
	struct config *config = build->config;
	for (uint32_t a = 0; a < config->agent_count; a++) {
		unsigned sum = 0;
		for (uint32_t i = 0; i < config->queue_count; i++)
			for (uint32_t j = 0; j < config->queues[i].member_count; j++)
				sum += config->queues[i].members[j].agent == a ? config->queues[i].members[j].share : 0;
		if (sum > 100)
			build_warn(build, "agent %u: the shares of the queues are %u%% together (rule shares)",
			           config->agents[a].number, sum);
	}
}

/* Kept to its share, an agent without talk for other queues would never be offered a call again. */
static void warn_strict_shares(struct build *build, uint32_t index)
{
	const struct config *config = build->config;
	const struct config_queue *queue = &config->queues[index];
	bool strict = queue->share_strict && queue->strategy == CONFIG_ALLOCATION;
	for (uint32_t m = 0; strict && m < queue->member_count; m++) {
		bool elsewhere = false;
		for (uint32_t i = 0; i < config->queue_count; i++)
			for (uint32_t j = 0; i != index && j < config->queues[i].member_count; j++)
				elsewhere = elsewhere || config->queues[i].members[j].agent == queue->members[m].agent;
		if (!elsewhere && queue->members[m].share && queue->members[m].share < 100)
			build_warn(build,
			           "queue %s over-share idle: agent %u has no other queue and gets no more calls once "
			           "%u%% of the talk is for this one (rule over-share)",
			           queue->name, config->agents[queue->members[m].agent].number,
			           queue->members[m].share);
	}
}

static int check_extension(struct build *build, uint32_t index)
{
	const struct config *config = build->config;
	const char *digits = config->queues[index].extension;
	for (uint32_t i = 0; *digits && i < config->port_count; i++)
		if (!strcmp(config->ports[i].extension, digits))
			return fault_set(
			    build->fault, -EINVAL,
			    "queue %s extension %s: telephone %u/%u has this number too (rule same-number)",
			    config->queues[index].name, digits, config->ports[i].span, config->ports[i].timeslot);
	for (uint32_t i = 0; *digits && i < config->sound_count; i++)
		if (!strcmp(config->sounds[i].extension, digits))
			return fault_set(build->fault, -EINVAL,
			                 "queue %s extension %s: headset %s has this number too (rule same-number)",
			                 config->queues[index].name, digits, config->sounds[i].name);
	for (uint32_t i = 0; *digits && i < index; i++)
		if (!strcmp(config->queues[i].extension, digits))
			return fault_set(build->fault, -EINVAL,
			                 "queue %s extension %s: queue %s has this number too (rule same-number)",
			                 config->queues[index].name, digits, config->queues[i].name);
	return 0;
}

int check_routing(struct build *build)
{
	int error = 0;
	for (uint32_t i = 0; !error && i < build->config->queue_count; i++) {
		error = check_reserves(build, &build->config->queues[i]);
		if (!error)
			error = check_best(build, &build->config->queues[i]);
		if (!error)
			error = check_extension(build, i);
		warn_strict_shares(build, i);
	}
	if (!error) {
		check_shares(build);
		check_incomplete(build);
	}
	return error;
}
