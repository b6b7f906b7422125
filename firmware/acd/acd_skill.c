/*
 * Skills: at which stage of relaxation an agent's levels will do for a queue, and how good they are. Both are worked
 * out when settings come; a caller's stage is a matter of how long it has waited, and of who is logged in.
 */
#include "acd/acd_private.h"

#include "base/clock.h"

static const struct acd_need *find_need(const struct acd_queue_settings *queue, uint8_t skill)
{
	for (unsigned i = 0; i < queue->need_count; i++)
		if (queue->needs[i].skill == skill)
			return &queue->needs[i];
	return NULL;
}

static bool needs_fit(const struct acd_queue_settings *queue, uint32_t skill_count)
{
	if (queue->need_count > ACD_NEEDS_MAX)
		return false;
	for (unsigned i = 0; i < queue->need_count; i++) {
		const struct acd_need *need = &queue->needs[i];
		if (need->skill >= skill_count || !need->level || need->level > ACD_LEVEL_WORST ||
		    find_need(queue, need->skill) != need)
			return false;
	}
	return true;
}

/* The level that will do after these many steps. */
static uint8_t level_at(const struct acd_queue_settings *queue, const struct acd_need *need, unsigned stage)
{
	uint8_t level = need->level;
	for (unsigned i = 0; i < stage; i++)
		if (queue->relax[i].skill == need->skill)
			level = queue->relax[i].level;
	return level;
}

/* Steps in order of time, each for a skill that is needed, none narrower than what was allowed before. */
static bool relax_fits(const struct acd_queue_settings *queue)
{
	if (queue->relax_count > ACD_RELAX_MAX || (unsigned)queue->skip >= ACD_SKIP_COUNT)
		return false;
	for (unsigned i = 0; i < queue->relax_count; i++) {
		const struct acd_relax *relax = &queue->relax[i];
		const struct acd_need *need = find_need(queue, relax->skill);
		if (!need || relax->level > ACD_LEVEL_WORST || relax->level < level_at(queue, need, i) ||
		    relax->after_ms > ACD_RELAX_AFTER_MAX_MS || (i && relax->after_ms < relax[-1].after_ms))
			return false;
	}
	return true;
}

bool skills_fit(const struct acd_settings *settings)
{
	if (settings->skill_count > ACD_SKILLS_MAX || (unsigned)settings->choice >= ACD_CHOICE_COUNT)
		return false;
	for (uint32_t i = 0; i < settings->queue_count; i++)
		if (!needs_fit(&settings->queues[i], settings->skill_count) || !relax_fits(&settings->queues[i]))
			return false;
	return true;
}

static bool qualifies(const struct acd_queue_settings *queue, const struct acd_agent_settings *agent, unsigned stage)
{
	for (unsigned i = 0; i < queue->need_count; i++) {
		uint8_t level = agent->level[queue->needs[i].skill];
		if (!level || level > level_at(queue, &queue->needs[i], stage))
			return false;
	}
	return true;
}

void seat_qualify(struct seat *seat, const struct acd_agent_settings *agent)
{
	const struct acd_queue_settings *queue = seat->queue->settings;
	seat->stage = 0;
	seat->handicap = 0;
	if (!seat->queue->strategy->skilled)
		return;
	for (unsigned i = 0; i < queue->need_count; i++) {
		uint8_t weight = queue->needs[i].weight;
		seat->handicap += agent->level[queue->needs[i].skill] * (weight ? weight : UINT32_C(1));
	}
	while (seat->stage <= queue->relax_count && !qualifies(queue, agent, seat->stage))
		seat->stage++;
	if (seat->stage > queue->relax_count)
		seat->stage = STAGE_NEVER;
}

/* What nobody who is logged in would serve is not waited for. */
void call_skip(struct call *call)
{
	const struct queue *queue = call->queue;
	const struct acd_queue_settings *settings = queue->settings;
	call->stage = call->relaxed;
	if (!queue->strategy->skilled || settings->skip < (call->stage ? ACD_SKIP_STEPS : ACD_SKIP_ALL))
		return;
	while (call->stage < settings->relax_count && !queue->staffed_at[call->stage])
		call->stage++;
}

void call_restage(struct call *call)
{
	const struct acd_queue_settings *queue = call->queue->settings;
	uint64_t waited_us = call->acd->now_us - call->arrived_us;
	call->relaxed = 0;
	while (call->queue->strategy->skilled && call->relaxed < queue->relax_count &&
	       queue->relax[call->relaxed].after_ms * US_PER_MS <= waited_us)
		call->relaxed++;
	call_skip(call);
}

bool seat_staff(struct seat *seat, int by)
{
	struct queue *queue = seat->queue;
	queue->staffed += (uint32_t)by;
	if (seat->stage == STAGE_NEVER)
		return false;
	queue->staffed_at[seat->stage] += (uint32_t)by;
	return queue->staffed_at[seat->stage] == (by > 0);
}
