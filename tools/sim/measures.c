/* See measures.h. The scheduler's own counters are of the day: they are taken before each new one and at the end. */
#include "tools/sim/measures.h"

#include <math.h>
#include <string.h>

static struct acd_view view;

static struct queue_measures *queue_named(struct measures *measures, const char *name)
{
	for (uint32_t i = 0; i < measures->queue_count; i++)
		if (strncmp(measures->queues[i].name, name, ACD_NAME_BYTES) == 0)
			return &measures->queues[i];
	if (measures->queue_count == CONFIG_QUEUES_MAX)
		return NULL;
	struct queue_measures *queue = &measures->queues[measures->queue_count++];
	memcpy(queue->name, name, ACD_NAME_BYTES);
	return queue;
}

/* Negative counts cancel out: unsigned arithmetic. */
static void take(struct measures *measures, const struct acd *acd, uint64_t sign)
{
	acd_look(acd, &view);
	for (uint32_t i = 0; i < view.queue_count; i++) {
		struct queue_measures *queue = queue_named(measures, view.queues[i].name);
		if (!queue)
			continue;
		queue->offered += sign * view.queues[i].offered;
		queue->answered += sign * view.queues[i].answered;
		queue->abandoned += sign * view.queues[i].abandoned;
		queue->diverted += sign * view.queues[i].diverted;
		queue->answered_within += sign * view.queues[i].answered_within;
		queue->abandoned_within += sign * view.queues[i].abandoned_within;
		queue->wait_us += sign * view.queues[i].wait_answered_us;
	}
	for (uint32_t i = 0; i < view.agent_count; i++)
		measures->agents[i].number = view.agents[i].number;
	if (measures->agent_count < view.agent_count)
		measures->agent_count = view.agent_count;
}

static bool counts_now(const struct measures *measures)
{
	return !measures->only_day || measures->day == measures->only_day;
}

void measures_begin(struct measures *measures, const struct acd *acd)
{
	acd_look(acd, &view);
	measures->day = view.day;
	measures->met = counts_now(measures);
	if (measures->met)
		take(measures, acd, UINT64_MAX);
	measures->hash = UINT64_C(0xcbf29ce484222325);
	for (uint32_t i = 0; i < view.agent_count; i++) {
		measures->agents[i].state = view.agents[i].state;
		measures->agents[i].since_us = view.agents[i].since_us;
	}
}

static bool works(enum acd_state state)
{
	return state == ACD_RESERVED || state == ACD_RINGING || state == ACD_TALKING || state == ACD_HOLD ||
	       state == ACD_WRAP_UP;
}

static void enter(struct agent_measures *agent, enum acd_state state, uint64_t at_us, bool counts)
{
	uint64_t lasted_us = counts && at_us > agent->since_us ? at_us - agent->since_us : 0;
	agent->staffed_us += agent->state != ACD_LOGGED_OUT ? lasted_us : 0;
	agent->work_us += works(agent->state) ? lasted_us : 0;
	agent->calls += counts && state == ACD_TALKING && (agent->state == ACD_RINGING || agent->state == ACD_RESERVED);
	agent->state = state;
	agent->since_us = at_us;
}

void measures_event(struct measures *measures, const struct acd *acd, const struct acd_event *event)
{
	measures->unanswers = event->type == ACD_TALK_ENDED && event->reason == ACD_TALK_DROPPED;
	if (event->type != ACD_DAY || event->day == measures->day)
		return;
	bool counted = counts_now(measures);
	if (measures->day && counted)
		take(measures, acd, 1);
	for (uint32_t i = 0; i < CONFIG_AGENTS_MAX; i++)
		enter(&measures->agents[i], measures->agents[i].state, event->at_us, counted);
	measures->day = event->day;
	measures->met = measures->met || counts_now(measures);
}

static void agent_state(struct measures *measures, const struct acd_decision *decision)
{
	struct agent_measures *agent = &measures->agents[decision->agent];
	bool talked = agent->state == ACD_TALKING || agent->state == ACD_HOLD, counts = counts_now(measures);
	agent->calls -= counts && measures->unanswers && talked && agent->calls;
	enter(agent, decision->state, decision->at_us, counts);
}

void measures_decision(struct measures *measures, const struct acd_decision *decision)
{
	const uint64_t parts[] = {decision->type,   decision->at_us, decision->cause_sequence, decision->call,
	                          decision->queue,  decision->agent, decision->position,       decision->state,
	                          decision->result, decision->exit};
	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		measures->hash = (measures->hash ^ parts[i]) * UINT64_C(0x100000001b3);
	measures->decisions++;
	if (decision->type == ACD_D_AGENT_STATE && decision->agent < CONFIG_AGENTS_MAX)
		agent_state(measures, decision);
}

void measures_end(struct measures *measures, const struct acd *acd, uint64_t at_us)
{
	if (counts_now(measures))
		take(measures, acd, 1);
	for (uint32_t i = 0; i < CONFIG_AGENTS_MAX; i++)
		enter(&measures->agents[i], measures->agents[i].state, at_us, counts_now(measures));
}

double service_level(const struct queue_measures *queue)
{
	uint64_t of = queue->answered + queue->abandoned - queue->abandoned_within;
	return of ? (double)queue->answered_within / (double)of : 1;
}

static void sum_agents(const struct measures *measures, struct summary *summary)
{
	double work = 0, staffed = 0, squares = 0, sum = 0;
	summary->fewest_calls = UINT64_MAX;
	for (uint32_t i = 0; i < measures->agent_count; i++) {
		const struct agent_measures *agent = &measures->agents[i];
		if (!agent->staffed_us)
			continue;
		double occupancy = (double)agent->work_us / (double)agent->staffed_us;
		summary->agents++;
		work += (double)agent->work_us;
		staffed += (double)agent->staffed_us;
		sum += occupancy;
		squares += occupancy * occupancy;
		if (agent->calls > summary->most_calls)
			summary->most_calls = agent->calls;
		if (agent->calls < summary->fewest_calls)
			summary->fewest_calls = agent->calls;
	}
	if (!summary->agents) {
		summary->fewest_calls = 0;
		return;
	}
	double mean = sum / summary->agents;
	summary->occupancy = staffed > 0 ? work / staffed : 0;
	summary->occupancy_spread = sqrt(fmax(squares / summary->agents - mean * mean, 0));
}

void measures_sum(const struct measures *measures, struct summary *summary)
{
	*summary = (struct summary){0};
	struct queue_measures *all = &summary->all;
	for (uint32_t i = 0; i < measures->queue_count; i++) {
		const struct queue_measures *queue = &measures->queues[i];
		all->offered += queue->offered;
		all->answered += queue->answered;
		all->abandoned += queue->abandoned;
		all->diverted += queue->diverted;
		all->answered_within += queue->answered_within;
		all->abandoned_within += queue->abandoned_within;
		all->wait_us += queue->wait_us;
	}
	summary->service_level = service_level(all);
	summary->asa_s = all->answered ? (double)all->wait_us / 1e6 / (double)all->answered : 0;
	summary->abandoned = all->offered ? (double)all->abandoned / (double)all->offered : 0;
	sum_agents(measures, summary);
}
