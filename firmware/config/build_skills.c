/*
 * Skills: the list of their names, what agents have and what queues need. The steps by which a queue comes to need less
 * are put in order of time; what the scheduler could never do is refused.
 */
#include "config/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Index of the skill in the list, which gets it if it is new; negative: the list is full. */
static int skill_index(struct build *build, const struct settings_line *line, const char *name)
{
	struct config *config = build->config;
	for (uint32_t i = 0; i < config->skill_count; i++)
		if (!strcmp(config->skills[i], name))
			return (int)i;
	if (config->skill_count == CONFIG_SKILLS_MAX)
		return build_refuse(build, line, "there are at most %d skills", CONFIG_SKILLS_MAX);
	text_copy(config->skills[config->skill_count], CONFIG_NAME_BYTES, name);
	return (int)config->skill_count++;
}

static int level_of(const char *word, uint8_t *level)
{
	uint32_t number;
	int error = text_to_u32(word, 1, 16, &number);
	if (!error)
		*level = (uint8_t)number;
	return error;
}

int apply_agent_skill(struct build *build, void *object, const struct settings_line *line)
{
	struct config_agent *agent = object;
	int skill = skill_index(build, line, line->word[3]);
	return skill < 0 ? skill : level_of(line->word[4], &agent->level[skill]);
}

int apply_queue_need(struct build *build, void *object, const struct settings_line *line)
{
	struct config_queue *queue = object;
	int skill = skill_index(build, line, line->word[3]);
	if (skill < 0)
		return skill;
	if (queue->need_count == CONFIG_NEEDS_MAX)
		return build_refuse(build, line, "a queue needs at most %d skills", CONFIG_NEEDS_MAX);
	struct config_need *need = &queue->needs[queue->need_count++];
	need->skill = (uint8_t)skill;
	need->weight = (uint8_t)option_number(line, "weight", 1);
	return level_of(line->word[4], &need->level);
}

int apply_queue_relax(struct build *build, void *object, const struct settings_line *line)
{
	struct config_queue *queue = object;
	int skill = skill_index(build, line, line->word[5]);
	if (skill < 0)
		return skill;
	if (queue->relax_count == CONFIG_RELAX_MAX)
		return build_refuse(build, line, "a queue has at most %d steps of relaxation", CONFIG_RELAX_MAX);
	struct config_relax *relax = &queue->relax[queue->relax_count++];
	relax->skill = (uint8_t)skill;
	int error = level_of(line->word[6], &relax->level);
	return error ? error : text_to_duration_ms(line->word[3], &relax->after_ms);
}

/* ---- together ---- */

static int compare_steps(const void *a, const void *b)
{
	const struct config_relax *x = a, *y = b;
	if (x->after_ms != y->after_ms)
		return x->after_ms < y->after_ms ? -1 : 1;
	return (int)x->skill - (int)y->skill;
}

/* The level that will do after so many steps; 0: the queue has no need of the skill. */
static uint8_t level_after(const struct config_queue *queue, uint8_t skill, unsigned steps)
{
	uint8_t level = 0;
	for (unsigned i = 0; i < queue->need_count; i++)
		if (queue->needs[i].skill == skill)
			level = queue->needs[i].level;
	for (unsigned i = 0; i < steps; i++)
		if (queue->relax[i].skill == skill)
			level = queue->relax[i].level;
	return level;
}

static const struct settings_line *relax_line(const struct build *build, const char *queue,
                                              const struct config_relax *relax)
{
	for (uint32_t i = 0; i < build->line_count; i++) {
		const struct settings_line *line = build->lines[i];
		uint64_t after_ms;
		if (line->word_count > 6 && !strcmp(line->word[0], "queue") && !strcmp(line->word[1], queue) &&
		    !strcmp(line->word[2], "relax") && !strcmp(line->word[5], build->config->skills[relax->skill]) &&
		    !text_to_duration_ms(line->word[3], &after_ms) && after_ms == relax->after_ms)
			return line;
	}
	return NULL;
}

static int check_step(struct build *build, const struct config_queue *queue, unsigned step)
{
	const struct config_relax *relax = &queue->relax[step];
	const struct settings_line *line = relax_line(build, queue->name, relax);
	bool needed = level_after(queue, relax->skill, 0) != 0;
	uint8_t before = level_after(queue, relax->skill, step);
	if (!line || (needed && relax->level >= before))
		return 0;
	if (!needed)
		return build_refuse(build, line, "the queue does not need this skill (rule relax-unneeded)");
	return build_refuse(build, line, "is narrower than level %u, which will do before (rule relax-narrower)",
	                    before);
}

static bool has_level(const struct config_queue *queue, const struct config_agent *agent,
                      const struct config_need *need)
{
	uint8_t level = agent->level[need->skill];
	return level && level <= level_after(queue, need->skill, queue->relax_count);
}

/* Whether the agent has all skills at the widest levels that are ever accepted. */
static bool ever_qualifies(const struct config_queue *queue, const struct config_agent *agent)
{
	for (unsigned i = 0; i < queue->need_count; i++)
		if (!has_level(queue, agent, &queue->needs[i]))
			return false;
	return true;
}

static const struct settings_line *need_line(const struct build *build, const struct config_queue *queue, unsigned need)
{
	const char *key[] = {"queue", queue->name, "need", build->config->skills[queue->needs[need].skill]};
	return tree_find(build->tree, key, ARRAY_SIZE(key));
}

/* The need that no agent ever meets; the first, if each is met by somebody but all by nobody. */
static unsigned unmet_need(const struct build *build, const struct config_queue *queue)
{
	for (unsigned need = 0; need < queue->need_count; need++) {
		bool met = false;
		for (uint32_t i = 0; i < queue->member_count; i++)
			met |= has_level(queue, &build->config->agents[queue->members[i].agent], &queue->needs[need]);
		if (!met)
			return need;
	}
	return 0;
}

/* A caller whom nobody may ever be given would wait for ever. */
static int check_reachable(struct build *build, const struct config_queue *queue)
{
	for (uint32_t i = 0; i < queue->member_count; i++)
		if (ever_qualifies(queue, &build->config->agents[queue->members[i].agent]))
			return 0;
	if (!queue->member_count)
		return 0; /* has its own warning */
	return build_refuse(build, need_line(build, queue, unmet_need(build, queue)),
	                    "no agent of the queue has all the levels that it needs%s (rule no-skilled-agent)",
	                    queue->relax_count ? ", even after the last step of relaxation" : "");
}

int check_skills(struct build *build)
{
	int error = 0;
	for (uint32_t i = 0; !error && i < build->config->queue_count; i++) {
		struct config_queue *queue = &build->config->queues[i];
		qsort(queue->relax, queue->relax_count, sizeof(*queue->relax), compare_steps);
		for (unsigned step = 0; !error && step < queue->relax_count; step++)
			error = check_step(build, queue, step);
		if (error)
			break;
		if (queue->strategy == CONFIG_SKILLS)
			error = check_reachable(build, queue);
		else if (queue->need_count)
			build_warn_line(build, need_line(build, queue, 0),
			                "has no effect: the queue's strategy is not skills (rule skills-unused)");
	}
	return error;
}
