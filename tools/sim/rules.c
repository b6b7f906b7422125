/* See rules.h. */
#include "tools/sim/rules.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define WORDS_MAX 16

struct line {
	char text[512];
	char *words[WORDS_MAX];
	uint32_t count;
	char *fault;
	size_t fault_size;
};

static bool wrong(struct line *line, const char *what, const char *word)
{
	size_t used = 0;
	text_append(line->fault, line->fault_size, &used, "%s%s%s", what, word[0] ? ": " : "", word);
	return false;
}

static bool split(struct line *line, const char *text)
{
	char *rest = NULL;
	if (!text_copy(line->text, sizeof(line->text), text))
		return wrong(line, "the line is too long", "");
	for (char *word = strtok_r(line->text, " \t\"", &rest); word; word = strtok_r(NULL, " \t\"", &rest)) {
		if (line->count == WORDS_MAX)
			return wrong(line, "too many words", word);
		line->words[line->count++] = word;
	}
	return line->count > 0 || wrong(line, "the line is empty", "");
}

static const char *word(const struct line *line, uint32_t at)
{
	return at < line->count ? line->words[at] : "";
}

static bool is(const struct line *line, uint32_t at, const char *text)
{
	return strcmp(word(line, at), text) == 0;
}

/* ---- values ---- */

enum kind { DURATION, NUMBER, STRATEGY, PAUSES };

struct rule {
	const char *name;
	enum kind kind;
	uint32_t offset, bytes;
	uint64_t low, high;
};
#define RULE(name, kind, field, low, high)                                                                             \
	{                                                                                                              \
		name, kind, offsetof(struct acd_queue_settings, field),                                                \
		    sizeof(((struct acd_queue_settings *)0)->field), low, high                                         \
	}

static const struct rule rules[] = {
    RULE("strategy", STRATEGY, strategy, 0, 0),
    RULE("ring-time", DURATION, ring_time_ms, 1000, 600000),
    RULE("retry", DURATION, retry_ms, 0, 3600000),
    RULE("wrap-up", DURATION, wrap_up_ms, 0, 86400000),
    RULE("priority", NUMBER, priority, 1, 10),
    RULE("ageing", DURATION, ageing_ms, 0, 86400000),
    RULE("weight", NUMBER, weight, 1, 1000),
    RULE("max-length", NUMBER, length_max, 0, CONFIG_QUEUE_LENGTH_MAX),
    RULE("max-wait", DURATION, wait_max_ms, 0, 86400000),
    RULE("service-level", DURATION, service_level_ms, 0, 86400000),
    RULE("short-abandon", DURATION, short_abandon_ms, 0, 86400000),
    RULE("sticky", DURATION, sticky_ms, 0, 86400000),
    RULE("progressive", DURATION, progressive_ms, 0, 86400000),
    RULE("autopause", PAUSES, autopause_after, 0, 255),
};

static void store(void *object, const struct rule *rule, uint64_t value)
{
	uint8_t *at = (uint8_t *)object + rule->offset;
	uint32_t middle = (uint32_t)value;
	if (rule->bytes == 1)
		*at = (uint8_t)value;
	else if (rule->bytes == 4)
		memcpy(at, &middle, sizeof(middle));
	else
		memcpy(at, &value, sizeof(value));
}

static int duration(const char *text, uint64_t low, uint64_t high, uint64_t *ms)
{
	uint64_t value;
	int error = text_to_duration_ms(text, &value);
	if (error || value < low || value > high)
		return error ? error : -ERANGE;
	*ms = value;
	return 0;
}

static bool strategy_of(struct line *line, const char *name, uint64_t *value)
{
	for (unsigned i = 0; i < ACD_STRATEGY_COUNT; i++)
		if (strcmp(acd_strategy_names[i], name) == 0) {
			*value = i;
			return true;
		}
	return wrong(line, "there is no such strategy", name);
}

static bool value_of(struct line *line, const struct rule *rule, uint32_t at, uint64_t *value)
{
	const char *text = word(line, at);
	if (rule->kind == STRATEGY)
		return strategy_of(line, text, value);
	if (rule->kind == PAUSES && is(line, at, "after"))
		text = word(line, at + 1);
	if (!rule->low && (strcmp(text, "off") == 0 || strcmp(text, "none") == 0)) {
		*value = 0;
		return true;
	}
	int error = rule->kind == DURATION ? duration(text, rule->low, rule->high, value)
	                                   : text_to_u64(text, rule->low, rule->high, value);
	return error == 0 ||
	       wrong(line, rule->kind == DURATION ? "expected a duration (15s, 3m)" : "expected a number", text);
}

static bool number_at(struct line *line, uint32_t at, uint32_t low, uint32_t high, uint32_t *value)
{
	return text_to_u32(word(line, at), low, high, value) == 0 || wrong(line, "expected a number", word(line, at));
}

/* ---- agents, members, skills ---- */

static uint32_t find_agent(const struct acd_settings *settings, uint32_t number)
{
	uint32_t at = 0;
	while (at < settings->agent_count && settings->agents[at].number != number)
		at++;
	return at;
}

static struct acd_settings *larger(const struct acd_settings *old, uint32_t agents, uint32_t members)
{
	struct acd_settings *settings;
	if (acd_settings_new(&settings, old->queue_count, old->agent_count + agents, old->member_count + members) < 0)
		return NULL;
	struct acd_settings places = *settings;
	*settings = *old;
	settings->queues = places.queues;
	settings->agents = places.agents;
	settings->members = places.members;
	settings->agent_count += agents;
	settings->member_count += members;
	memcpy(settings->queues, old->queues, old->queue_count * sizeof(*old->queues));
	memcpy(settings->agents, old->agents, old->agent_count * sizeof(*old->agents));
	return settings;
}

acd_agent rule_add_agent(struct acd_settings **settings, uint32_t number, const char *name)
{
	uint32_t at = (*settings)->agent_count;
	struct acd_settings *more = at < CONFIG_AGENTS_MAX ? larger(*settings, 1, 0) : NULL;
	if (!more)
		return ACD_NONE;
	memcpy(more->members, (*settings)->members, more->member_count * sizeof(*more->members));
	more->agents[at].number = number;
	text_copy(more->agents[at].name, ACD_NAME_BYTES, name);
	acd_settings_free(*settings);
	*settings = more;
	return (acd_agent)at;
}

bool rule_add_member(struct acd_settings **settings, uint32_t queue, struct acd_member member)
{
	struct acd_settings *old = *settings, *more = queue < old->queue_count ? larger(old, 0, 1) : NULL;
	if (!more)
		return false;
	uint32_t at = old->queues[queue].member_first + old->queues[queue].member_count;
	memcpy(more->members, old->members, at * sizeof(member));
	more->members[at] = member;
	memcpy(more->members + at + 1, old->members + at, (old->member_count - at) * sizeof(member));
	more->queues[queue].member_count++;
	for (uint32_t i = 0; i < more->queue_count; i++)
		if (i != queue && more->queues[i].member_first >= at)
			more->queues[i].member_first++;
	acd_settings_free(old);
	*settings = more;
	return true;
}

static void remove_member(struct acd_settings *settings, uint32_t queue, uint32_t at)
{
	struct acd_queue_settings *of = &settings->queues[queue];
	struct acd_member *members = settings->members + of->member_first;
	memmove(members + at, members + at + 1, (of->member_count - at - 1) * sizeof(*members));
	of->member_count--;
}

static bool member(struct acd_settings **settings, struct line *line, uint32_t queue, bool deletes)
{
	struct acd_member member = {.weight = 1};
	uint32_t number, value;
	if (!number_at(line, 3, 1, UINT32_MAX, &number))
		return false;
	uint32_t agent = find_agent(*settings, number);
	if (agent == (*settings)->agent_count)
		return wrong(line, "there is no such agent in the journal", word(line, 3));
	member.agent = (acd_agent)agent;
	for (uint32_t i = 4; i + 1 < line->count; i += 2) {
		if (!number_at(line, i + 1, 0, 255, &value))
			return false;
		if (is(line, i, "penalty"))
			member.penalty = (uint8_t)value;
		else if (is(line, i, "weight"))
			member.weight = (uint8_t)value;
		else
			return wrong(line, "expected penalty or weight", word(line, i));
	}
	struct acd_queue_settings *of = &(*settings)->queues[queue];
	for (uint32_t i = 0; i < of->member_count; i++) {
		if ((*settings)->members[of->member_first + i].agent != agent)
			continue;
		if (deletes)
			remove_member(*settings, queue, i);
		else
			(*settings)->members[of->member_first + i] = member;
		return true;
	}
	return deletes ? wrong(line, "is no member of the queue", word(line, 3))
	               : rule_add_member(settings, queue, member) || wrong(line, "out of memory", "");
}

static bool skill_of(struct acd_settings *settings, struct line *line, uint32_t at, uint8_t *skill)
{
	uint32_t i = 0;
	while (i < settings->skill_count && strncmp(settings->skills[i], word(line, at), ACD_NAME_BYTES) != 0)
		i++;
	if (i == settings->skill_count) {
		if (i == ACD_SKILLS_MAX || !text_copy(settings->skills[i], ACD_NAME_BYTES, word(line, at)))
			return wrong(line, "one skill too many", word(line, at));
		settings->skill_count++;
	}
	*skill = (uint8_t)i;
	return true;
}

static bool need(struct acd_settings *settings, struct line *line, struct acd_queue_settings *queue)
{
	struct acd_need need = {0};
	uint32_t level, weight = 1;
	if (!skill_of(settings, line, 3, &need.skill) || !number_at(line, 4, 1, ACD_LEVEL_WORST, &level) ||
	    (is(line, 5, "weight") && !number_at(line, 6, 1, 255, &weight)))
		return false;
	need.level = (uint8_t)level;
	need.weight = (uint8_t)weight;
	unsigned at = 0;
	while (at < queue->need_count && queue->needs[at].skill != need.skill)
		at++;
	if (at == ACD_NEEDS_MAX)
		return wrong(line, "one need too many", word(line, 3));
	queue->needs[at] = need;
	queue->need_count += at == queue->need_count;
	return true;
}

static bool relax(struct acd_settings *settings, struct line *line, struct acd_queue_settings *queue)
{
	struct acd_relax relax = {0};
	uint32_t level;
	if (duration(word(line, 3), 0, ACD_RELAX_AFTER_MAX_MS, &relax.after_ms) < 0 || !is(line, 4, "need"))
		return wrong(line, "expected relax AFTER need SKILL LEVEL", "");
	if (!skill_of(settings, line, 5, &relax.skill) || !number_at(line, 6, 1, ACD_LEVEL_WORST, &level))
		return false;
	relax.level = (uint8_t)level;
	unsigned at = 0;
	while (at < queue->relax_count && queue->relax[at].after_ms <= relax.after_ms)
		at++;
	if (queue->relax_count == ACD_RELAX_MAX)
		return wrong(line, "one step of relaxation too many", "");
	memmove(queue->relax + at + 1, queue->relax + at, (queue->relax_count - at) * sizeof(relax));
	queue->relax[at] = relax;
	queue->relax_count++;
	return true;
}

/* ---- lines ---- */

static bool queue_line(struct acd_settings **settings, struct line *line, bool deletes)
{
	uint32_t at = 0;
	uint64_t value;
	while (at < (*settings)->queue_count &&
	       strncmp((*settings)->queues[at].name, word(line, 1), ACD_NAME_BYTES) != 0)
		at++;
	if (at == (*settings)->queue_count)
		return wrong(line, "there is no such queue in the journal", word(line, 1));
	struct acd_queue_settings *queue = &(*settings)->queues[at];
	if (is(line, 2, "agent"))
		return member(settings, line, at, deletes);
	if (deletes)
		return wrong(line, "only members can be deleted", "");
	if (is(line, 2, "need"))
		return need(*settings, line, queue);
	if (is(line, 2, "relax"))
		return relax(*settings, line, queue);
	for (unsigned i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!is(line, 2, rules[i].name))
			continue;
		if (!value_of(line, &rules[i], 3, &value))
			return false;
		store(queue, &rules[i], value);
		return true;
	}
	return wrong(line, "does not concern the scheduler, or is not known", word(line, 2));
}

static bool agent_line(struct acd_settings *settings, struct line *line)
{
	uint32_t number, level;
	uint8_t skill;
	if (!number_at(line, 1, 1, UINT32_MAX, &number))
		return false;
	uint32_t at = find_agent(settings, number);
	if (at == settings->agent_count)
		return wrong(line, "there is no such agent in the journal", word(line, 1));
	if (!is(line, 2, "skill"))
		return wrong(line, "does not concern the scheduler, or is not known", word(line, 2));
	if (!skill_of(settings, line, 3, &skill) || !number_at(line, 4, 1, ACD_LEVEL_WORST, &level))
		return false;
	settings->agents[at].level[skill] = (uint8_t)level;
	return true;
}

static bool system_line(struct acd_settings *settings, struct line *line)
{
	for (unsigned i = 0; is(line, 1, "call-choice") && i < ACD_CHOICE_COUNT; i++)
		if (is(line, 2, acd_choice_names[i])) {
			settings->choice = (enum acd_choice)i;
			return true;
		}
	return wrong(line, "does not concern the scheduler, or is not known", word(line, 1));
}

bool rule_apply(struct acd_settings **settings, const char *text, char *fault, size_t fault_size)
{
	struct line line = {.fault = fault, .fault_size = fault_size};
	if (!split(&line, text))
		return false;
	bool deletes = is(&line, 0, "delete");
	if (deletes || is(&line, 0, "set")) {
		line.count--;
		memmove(line.words, line.words + 1, line.count * sizeof(line.words[0]));
	}
	if (is(&line, 0, "queue"))
		return queue_line(settings, &line, deletes);
	if (is(&line, 0, "agent") && !deletes)
		return agent_line(*settings, &line);
	if (is(&line, 0, "system") && !deletes)
		return system_line(*settings, &line);
	return wrong(&line, "expected a line of a queue, an agent or the system", word(&line, 0));
}
