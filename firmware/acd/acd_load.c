/*
 * The guard against wearing out the best (R22): an agent who has worked for more than a share of the last half hour
 * rests until it is within it again, and after each call for a while, if set so. Work is kept by the minute.
 */
#include "acd/acd_private.h"

#include <string.h>

#include "base/clock.h"

#define MINUTE_US (60 * US_PER_S)

static const struct acd_agent_settings *settings_of(const struct agent *agent)
{
	return agent->index == ACD_NONE ? NULL : &agent->acd->settings->agents[agent->index];
}

/* Forgets the minutes that are no longer among the last ones. */
static void go_on_to(struct agent *agent, uint64_t minute)
{
	uint64_t gone = minute - agent->load_minute;
	if (gone >= LOAD_MINUTES)
		memset(agent->load_ms, 0, sizeof(agent->load_ms));
	for (uint64_t i = 1; gone < LOAD_MINUTES && i <= gone; i++)
		agent->load_ms[(agent->load_minute + i) % LOAD_MINUTES] = 0;
	agent->load_minute = minute;
}

/* The clock begins anew: minutes of the old one would never be among the last ones again. */
void load_forget(struct agent *agent)
{
	memset(agent->load_ms, 0, sizeof(agent->load_ms));
	agent->load_minute = 0;
}

/* From since_us to now the agent has worked. */
void load_worked(struct agent *agent)
{
	const struct acd_agent_settings *settings = settings_of(agent);
	uint64_t now_us = agent->acd->now_us, from_us = agent->since_us;
	if (!settings || !settings->occupancy_max)
		return;
	if (now_us - from_us > LOAD_MINUTES * MINUTE_US)
		from_us = now_us - LOAD_MINUTES * MINUTE_US;
	while (from_us < now_us) {
		uint64_t end_us = (from_us / MINUTE_US + 1) * MINUTE_US;
		end_us = end_us < now_us ? end_us : now_us;
		if (from_us / MINUTE_US > agent->load_minute)
			go_on_to(agent, from_us / MINUTE_US);
		agent->load_ms[from_us / MINUTE_US % LOAD_MINUTES] += (uint32_t)((end_us - from_us) / US_PER_MS);
		from_us = end_us;
	}
}

/* When the work of the half hour before will be within the limit. */
static uint64_t light_enough_at(struct agent *agent, uint8_t percent)
{
	uint64_t now_us = agent->acd->now_us, minute = now_us / MINUTE_US, sum_ms = 0;
	uint64_t limit_ms = LOAD_MINUTES * UINT64_C(600) * percent;
	if (minute > agent->load_minute)
		go_on_to(agent, minute);
	for (unsigned i = 0; i < LOAD_MINUTES; i++)
		sum_ms += agent->load_ms[i];
	uint64_t oldest = minute + 1;
	for (; sum_ms > limit_ms; oldest++)
		sum_ms -= agent->load_ms[oldest % LOAD_MINUTES];
	return oldest == minute + 1 ? now_us : oldest * MINUTE_US;
}

/* The agent is about to be ready: not before it has rested. */
void load_rest(struct agent *agent, enum acd_state from)
{
	const struct acd_agent_settings *settings = settings_of(agent);
	bool from_call = from == ACD_TALKING || from == ACD_HOLD || from == ACD_WRAP_UP;
	agent->resting = false;
	if (!settings || !from_call)
		return;
	uint64_t until_us = agent->acd->now_us + settings->rest_ms * US_PER_MS;
	if (settings->occupancy_max) {
		uint64_t light_us = light_enough_at(agent, settings->occupancy_max);
		until_us = light_us > until_us ? light_us : until_us;
	}
	agent->resting = until_us > agent->acd->now_us && until_us >= agent->retry_until_us;
	if (agent->resting)
		agent->retry_until_us = until_us;
}
