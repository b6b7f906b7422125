/*
 * What is incomplete, or set without any effect: warned of at a commit, never refused (B10). Queues without agents and
 * reserves are looked at beside the rules that they belong to.
 */
#include "config/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An agent whom no queue offers calls, and whom no number leads to either. */
static void warn_idle_agents(struct build *build)
{
	const struct config *config = build->config;
	bool *used = calloc(config->agent_count + 1, sizeof(*used));
	char number[16];
	for (uint32_t i = 0; used && i < config->queue_count; i++)
		for (uint32_t m = 0; m < config->queues[i].member_count; m++)
			used[config->queues[i].members[m].agent] = true;
	for (uint32_t i = 0; used && i < config->destination_count; i++)
		for (uint32_t a = 0; config->destinations[i].type == DEST_AGENT && a < config->agent_count; a++) {
			snprintf(number, sizeof(number), "%u", config->agents[a].number);
			used[a] = used[a] || !strcmp(config->destinations[i].name, number);
		}
	for (uint32_t a = 0; used && a < config->agent_count; a++)
		if (!used[a])
			build_warn(build, "agent %u is in no queue and is offered no calls (rule no-queue)",
			           config->agents[a].number);
	free(used);
}

/* Rules by which callers leave, with nowhere to go then. */
static void warn_treatments(struct build *build, const struct config_queue *queue)
{
	if (queue->wait_max_ms && queue->timeout < 0 && queue->overflow < 0)
		build_warn(build,
		           "queue %s has max-wait but no timeout treatment: callers are released (rule no-treatment)",
		           queue->name);
	if ((queue->join_states || queue->leave_states) && queue->nobody < 0)
		build_warn(build,
		           "queue %s has rules for joining or leaving but no nobody treatment: callers are released "
		           "(rule no-treatment)",
		           queue->name);
}

static void warn_strategy(struct build *build, const struct config_queue *queue)
{
	bool shared = false;
	for (uint32_t i = 0; i < queue->member_count; i++)
		shared |= queue->members[i].share != 0;
	if (queue->strategy == CONFIG_ALLOCATION && queue->member_count && !shared)
		build_warn(build, "queue %s: no agent has a share of talk for percent-allocation (rule shares)",
		           queue->name);
	if (queue->strategy == CONFIG_SKILLS && !queue->need_count)
		build_warn(build, "queue %s needs no skill: the longest idle agent is rung (rule skills-unused)",
		           queue->name);
	if (queue->progressive_ms && queue->strategy != CONFIG_RING_ALL)
		build_warn(build, "queue %s progressive has no effect: the strategy is not ring-all (rule progressive)",
		           queue->name);
}

/* A higher level that comes first hides the lower one. */
static void warn_alarms(struct build *build, const struct config_queue *queue)
{
	for (unsigned level = 1; level < CONFIG_QUEUE_ALARMS; level++)
		for (unsigned lower = 0; lower < level; lower++)
			if (queue->alarm_ms[level] && queue->alarm_ms[lower] >= queue->alarm_ms[level])
				build_warn(
				    build,
				    "queue %s alarm %u is never seen: alarm %u comes no later (rule alarm-order)",
				    queue->name, lower + 1, level + 1);
}

void check_incomplete(struct build *build)
{
	for (uint32_t i = 0; i < build->config->queue_count; i++) {
		warn_treatments(build, &build->config->queues[i]);
		warn_strategy(build, &build->config->queues[i]);
		warn_alarms(build, &build->config->queues[i]);
	}
	warn_idle_agents(build);
}
