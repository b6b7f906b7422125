/* See rules.h. */
#include "tools/sim/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tools/sim/line.h"

/* ---- values ---- */

#define AT(of, field) offsetof(struct of, field), sizeof(((struct of *)0)->field)
#define COUNT(list)   (sizeof(list) / sizeof((list)[0]))

static const char *const over_share_names[] = {"offer", "idle"};
static const char *const skip_names[ACD_SKIP_COUNT] = {"off", "steps", "on"};
static const char *const autopause_in_names[] = {"all", "queue"};
static const char *const autopause_on_names[ACD_MISS_COUNT] = {"any", "no-answer", "busy"};

static const struct rule queue_rules[] = {
    {"strategy", RULE_CHOICE, AT(acd_queue_settings, strategy), 0, ACD_STRATEGY_COUNT, acd_strategy_names,
     "there is no such strategy"},
    {"ring-time", RULE_DURATION, AT(acd_queue_settings, ring_time_ms), 1000, 600000, NULL, NULL},
    {"retry", RULE_DURATION, AT(acd_queue_settings, retry_ms), 0, 3600000, NULL, NULL},
    {"wrap-up", RULE_DURATION, AT(acd_queue_settings, wrap_up_ms), 0, 86400000, NULL, NULL},
    {"priority", RULE_NUMBER, AT(acd_queue_settings, priority), 1, 10, NULL, NULL},
    {"ageing", RULE_DURATION, AT(acd_queue_settings, ageing_ms), 0, 86400000, NULL, NULL},
    {"weight", RULE_NUMBER, AT(acd_queue_settings, weight), 1, 1000, NULL, NULL},
    {"max-length", RULE_NUMBER, AT(acd_queue_settings, length_max), 0, CONFIG_QUEUE_LENGTH_MAX, NULL, NULL},
    {"max-wait", RULE_DURATION, AT(acd_queue_settings, wait_max_ms), 0, 86400000, NULL, NULL},
    {"service-level", RULE_DURATION, AT(acd_queue_settings, service_level_ms), 0, 86400000, NULL, NULL},
    {"short-abandon", RULE_DURATION, AT(acd_queue_settings, short_abandon_ms), 0, 86400000, NULL, NULL},
    {"grace", RULE_DURATION, AT(acd_queue_settings, grace_ms), 0, 3600000, NULL, NULL},
    {"sticky", RULE_DURATION, AT(acd_queue_settings, sticky_ms), 0, 86400000, NULL, NULL},
    {"progressive", RULE_DURATION, AT(acd_queue_settings, progressive_ms), 0, 86400000, NULL, NULL},
    {"skip-empty", RULE_CHOICE, AT(acd_queue_settings, skip), 0, ACD_SKIP_COUNT, skip_names, NULL},
    {"over-share", RULE_CHOICE, AT(acd_queue_settings, share_strict), 0, COUNT(over_share_names), over_share_names,
     NULL},
    {"autopause", RULE_NUMBER, AT(acd_queue_settings, autopause_after), 0, 255, NULL, NULL},
    {"autopause-in", RULE_CHOICE, AT(acd_queue_settings, autopause_here), 0, COUNT(autopause_in_names),
     autopause_in_names, NULL},
    {"autopause-on", RULE_CHOICE, AT(acd_queue_settings, autopause_on), 0, ACD_MISS_COUNT, autopause_on_names, NULL},
    {"autopause-delay", RULE_DURATION, AT(acd_queue_settings, autopause_delay_ms), 0, 3600000, NULL, NULL},
};

static const char *const prefer_names[ACD_PREFER_COUNT] = {
    [ACD_PREFER_SYSTEM] = "system",
    [ACD_PREFER_NEED] = "greatest-need",
    [ACD_PREFER_SKILL] = "skill",
    [ACD_PREFER_OBJECTIVE] = "service-objective",
    [ACD_PREFER_PREDICTED] = "predicted-wait",
    [ACD_PREFER_SHARE] = "percent-allocation",
};
static const char *const direct_names[] = {"first", "in-turn"};

static const struct rule agent_rules[] = {
    {"prefer", RULE_CHOICE, AT(acd_agent_settings, prefer), 0, ACD_PREFER_COUNT, prefer_names, NULL},
    {"max-occupancy", RULE_NUMBER, AT(acd_agent_settings, occupancy_max), 0, 100, NULL, NULL},
    {"rest", RULE_DURATION, AT(acd_agent_settings, rest_ms), 0, 600000, NULL, NULL},
    {"direct", RULE_CHOICE, AT(acd_agent_settings, direct_in_turn), 0, COUNT(direct_names), direct_names, NULL},
    {"wrap-up", RULE_DURATION, AT(acd_agent_settings, wrap_up_ms), 0, 7200000, NULL, NULL},
};

static const char *const on_off_names[] = {"on", "off"};

static const struct rule idle_rules[] = {
    {"wrap-up", RULE_CHOICE, AT(acd_settings, idle_after_wrap_up), 0, COUNT(on_off_names), on_off_names, NULL},
    {"pause", RULE_CHOICE, AT(acd_settings, idle_after_pause), 0, COUNT(on_off_names), on_off_names, NULL},
    {"own-calls", RULE_CHOICE, AT(acd_settings, idle_after_own_call), 0, COUNT(on_off_names), on_off_names, NULL},
};
static const struct rule work_rules[] = {
    {"wrap-up", RULE_CHOICE, AT(acd_settings, work_without_wrap_up), 0, COUNT(on_off_names), on_off_names, NULL},
};

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
	if (!line_number(line, 3, 1, UINT32_MAX, &number))
		return false;
	uint32_t agent = find_agent(*settings, number);
	if (agent == (*settings)->agent_count)
		return line_wrong(line, "there is no such agent in the journal", line_word(line, 3));
	member.agent = (acd_agent)agent;
	for (uint32_t i = 4; i + 1 < line->count; i += 2) {
		if (!line_number(line, i + 1, 0, 255, &value))
			return false;
		if (line_is(line, i, "penalty"))
			member.penalty = (uint8_t)value;
		else if (line_is(line, i, "weight"))
			member.weight = (uint8_t)value;
		else if (line_is(line, i, "reserve") && value <= ACD_RESERVES)
			member.reserve = (uint8_t)value;
		else if (line_is(line, i, "share") && value <= 100)
			member.share = (uint8_t)value;
		else
			return line_wrong(line, "expected penalty, weight, reserve 1|2 or share PERCENT",
			                  line_word(line, i));
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
	return deletes ? line_wrong(line, "is no member of the queue", line_word(line, 3))
	               : rule_add_member(settings, queue, member) || line_wrong(line, "out of memory", "");
}

static bool skill_of(struct acd_settings *settings, struct line *line, uint32_t at, uint8_t *skill)
{
	uint32_t i = 0;
	while (i < settings->skill_count && strncmp(settings->skills[i], line_word(line, at), ACD_NAME_BYTES) != 0)
		i++;
	if (i == settings->skill_count) {
		if (i == ACD_SKILLS_MAX || !text_copy(settings->skills[i], ACD_NAME_BYTES, line_word(line, at)))
			return line_wrong(line, "one skill too many", line_word(line, at));
		settings->skill_count++;
	}
	*skill = (uint8_t)i;
	return true;
}

static bool need(struct acd_settings *settings, struct line *line, struct acd_queue_settings *queue)
{
	struct acd_need need = {0};
	uint32_t level, weight = 1;
	if (!skill_of(settings, line, 3, &need.skill) || !line_number(line, 4, 1, ACD_LEVEL_WORST, &level) ||
	    (line_is(line, 5, "weight") && !line_number(line, 6, 1, 255, &weight)))
		return false;
	need.level = (uint8_t)level;
	need.weight = (uint8_t)weight;
	unsigned at = 0;
	while (at < queue->need_count && queue->needs[at].skill != need.skill)
		at++;
	if (at == ACD_NEEDS_MAX)
		return line_wrong(line, "one need too many", line_word(line, 3));
	queue->needs[at] = need;
	queue->need_count += at == queue->need_count;
	return true;
}

static bool relax(struct acd_settings *settings, struct line *line, struct acd_queue_settings *queue)
{
	struct acd_relax relax = {0};
	uint32_t level;
	if (!line_duration(line, 3, 0, ACD_RELAX_AFTER_MAX_MS, &relax.after_ms))
		return false;
	if (!line_is(line, 4, "need"))
		return line_wrong(line, "expected relax AFTER need SKILL LEVEL", "");
	if (!skill_of(settings, line, 5, &relax.skill) || !line_number(line, 6, 1, ACD_LEVEL_WORST, &level))
		return false;
	relax.level = (uint8_t)level;
	unsigned at = 0;
	while (at < queue->relax_count && queue->relax[at].after_ms <= relax.after_ms)
		at++;
	if (queue->relax_count == ACD_RELAX_MAX)
		return line_wrong(line, "one step of relaxation too many", "");
	memmove(queue->relax + at + 1, queue->relax + at, (queue->relax_count - at) * sizeof(relax));
	queue->relax[at] = relax;
	queue->relax_count++;
	return true;
}

/* ---- joining, leaving, reserve, best service ---- */

/* "join always", "leave never", or "when" and states of agents. */
static bool states(struct line *line, uint16_t *mask)
{
	uint16_t wanted = 0;
	if (!line_is(line, 3, "when")) {
		if (!line_is(line, 3, line_is(line, 2, "join") ? "always" : "never") || line->count > 4)
			return line_wrong(line, "expected join always|when STATE..., leave never|when STATE...",
			                  line_word(line, 3));
		*mask = 0;
		return true;
	}
	for (uint32_t at = 4; at < line->count; at++) {
		unsigned state = 0;
		while (state < ACD_STATE_COUNT && !line_is(line, at, acd_state_names[state]))
			state++;
		if (state == ACD_STATE_COUNT)
			return line_wrong(line, "there is no such state of an agent", line_word(line, at));
		wanted |= ACD_STATE_BIT(state);
	}
	*mask = wanted;
	return wanted || line_wrong(line, "expected states of agents behind when", "");
}

/* The lower mark is half the limit unless it is said, of a service level half the way to 100 %. */
static bool reserve_limit(struct line *line, struct acd_reserve *limit)
{
	uint32_t value = 0, until = 0;
	uint64_t ms = 0, until_ms = 0;
	bool said = line_is(line, 7, "until");
	if (line_is(line, 5, "oldest")) {
		if (!line_duration(line, 6, 1000, 3600000, &ms) || (said && !line_duration(line, 8, 0, ms, &until_ms)))
			return false;
		limit->oldest_ms = ms;
		limit->oldest_until_ms = said ? until_ms : ms / 2;
		return true;
	}
	bool level = line_is(line, 5, "service-level");
	if (!level && !line_is(line, 5, "waiting"))
		return line_wrong(line, "expected waiting, oldest or service-level", line_word(line, 5));
	if (!line_number(line, 6, 1, level ? 100 : 10000, &value) ||
	    (said && !line_number(line, 8, level ? value : 0, level ? 100 : value, &until)))
		return false;
	if (level) {
		limit->level = (uint8_t)value;
		limit->level_until = (uint8_t)(said ? until : (value + 100) / 2);
	} else {
		limit->waiting = value;
		limit->waiting_until = said ? until : value / 2;
	}
	return true;
}

static bool reserve(struct line *line, struct acd_queue_settings *queue)
{
	uint32_t level;
	if (!line_number(line, 3, 1, ACD_RESERVES, &level))
		return false;
	if (!line_is(line, 4, "when"))
		return line_wrong(line, "expected reserve N when waiting|oldest|service-level LIMIT [until LIMIT]", "");
	return reserve_limit(line, &queue->reserve[level - 1]);
}

static uint32_t find_queue(const struct acd_settings *settings, const char *name)
{
	uint32_t at = 0;
	while (at < settings->queue_count && strncmp(settings->queues[at].name, name, ACD_NAME_BYTES) != 0)
		at++;
	return at;
}

static bool best_of(const struct acd_settings *settings, struct line *line, struct acd_queue_settings *queue)
{
	acd_queue best[ACD_BEST_MAX];
	uint8_t count = 0;
	for (uint32_t at = 3; at < line->count; at++) {
		uint32_t other = find_queue(settings, line_word(line, at));
		if (other == settings->queue_count)
			return line_wrong(line, "there is no such queue in the journal", line_word(line, at));
		if (count == ACD_BEST_MAX)
			return line_wrong(line, "one queue too many", line_word(line, at));
		best[count++] = (acd_queue)other;
	}
	memcpy(queue->best, best, count * sizeof(best[0]));
	queue->best_count = count;
	return count || line_wrong(line, "expected queues behind best-of", "");
}

/* ---- lines ---- */

static bool queue_line(struct acd_settings **settings, struct line *line, bool deletes)
{
	uint32_t at = find_queue(*settings, line_word(line, 1));
	if (at == (*settings)->queue_count)
		return line_wrong(line, "there is no such queue in the journal", line_word(line, 1));
	struct acd_queue_settings *queue = &(*settings)->queues[at];
	if (line_is(line, 2, "agent"))
		return member(settings, line, at, deletes);
	if (deletes)
		return line_wrong(line, "only members can be deleted", "");
	if (line_is(line, 2, "need"))
		return need(*settings, line, queue);
	if (line_is(line, 2, "relax"))
		return relax(*settings, line, queue);
	if (line_is(line, 2, "join") || line_is(line, 2, "leave"))
		return states(line, line_is(line, 2, "join") ? &queue->join_states : &queue->leave_states);
	if (line_is(line, 2, "reserve"))
		return reserve(line, queue);
	if (line_is(line, 2, "best-of"))
		return best_of(*settings, line, queue);
	return line_rule(line, queue_rules, COUNT(queue_rules), queue);
}

static bool agent_line(struct acd_settings *settings, struct line *line)
{
	uint32_t number, level;
	uint8_t skill;
	if (!line_number(line, 1, 1, UINT32_MAX, &number))
		return false;
	uint32_t at = find_agent(settings, number);
	if (at == settings->agent_count)
		return line_wrong(line, "there is no such agent in the journal", line_word(line, 1));
	if (line_is(line, 2, "wrap-up"))
		settings->agents[at].own_wrap_up = !line_is(line, 3, "queue");
	if (line_is(line, 2, "wrap-up") && line_is(line, 3, "queue"))
		return true;
	if (!line_is(line, 2, "skill"))
		return line_rule(line, agent_rules, COUNT(agent_rules), &settings->agents[at]);
	if (!skill_of(settings, line, 3, &skill) || !line_number(line, 4, 1, ACD_LEVEL_WORST, &level))
		return false;
	settings->agents[at].level[skill] = (uint8_t)level;
	return true;
}

static bool system_line(struct acd_settings *settings, struct line *line)
{
	for (unsigned i = 0; line_is(line, 1, "call-choice") && i < ACD_CHOICE_COUNT; i++)
		if (line_is(line, 2, acd_choice_names[i])) {
			settings->choice = (enum acd_choice)i;
			return true;
		}
	if (line_is(line, 1, "idle-counts"))
		return line_rule(line, idle_rules, COUNT(idle_rules), settings);
	if (line_is(line, 1, "work-counts"))
		return line_rule(line, work_rules, COUNT(work_rules), settings);
	return line_wrong(line, "does not concern the scheduler, or is not known", line_word(line, 1));
}

bool rule_apply(struct acd_settings **settings, const char *text, char *fault, size_t fault_size)
{
	struct line line = {.fault = fault, .fault_size = fault_size};
	if (!line_split(&line, text))
		return false;
	bool deletes = line_is(&line, 0, "delete");
	if (deletes || line_is(&line, 0, "set")) {
		line.count--;
		memmove(line.words, line.words + 1, line.count * sizeof(line.words[0]));
	}
	if (line_is(&line, 0, "queue"))
		return queue_line(settings, &line, deletes);
	if (line_is(&line, 0, "agent") && !deletes)
		return agent_line(*settings, &line);
	if (line_is(&line, 0, "system") && !deletes)
		return system_line(*settings, &line);
	return line_wrong(&line, "expected a line of a queue, an agent or the system", line_word(&line, 0));
}
