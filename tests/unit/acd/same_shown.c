/* See same_shown.h. */
#include "same_shown.h"

#include <string.h>

#include "field_by_field.h"

SIZE_IS(acd_decision, 96);
SIZE_IS(acd_agent_view, 104 + ACD_STATE_COUNT * sizeof(uint64_t) + ACD_PAUSES * 16);
SIZE_IS(acd_queue_view, 216 + ACD_EXIT_COUNT * sizeof(uint64_t));
SIZE_IS(acd_why_agent, 56);
SIZE_IS(acd_why, 120 + ACD_WHY_AGENTS * sizeof(struct acd_why_agent));

#define SAME(field) (a->field == b->field)
bool same_decision(const struct acd_decision *a, const struct acd_decision *b)
{
	return SAME(type) && SAME(at_us) && SAME(cause_sequence) && SAME(revision) && SAME(call) && SAME(queue) &&
	       SAME(agent) && SAME(offer) && SAME(port) && SAME(ring_ms) && SAME(position) && SAME(low_ms) &&
	       SAME(high_ms) && SAME(kept_us) && SAME(result) && SAME(exit) && SAME(state) && SAME(refusal) &&
	       SAME(wish_paused) && SAME(reason);
}

const char *agent_view_differs(const struct acd_agent_view *a, const struct acd_agent_view *b)
{
	LOOK_AT(number);
	LOOK_AT_ARRAY(name);
	LOOK_AT(state);
	LOOK_AT(wish_paused);
	LOOK_AT(phone_busy);
	LOOK_AT(owes);
	LOOK_AT(reason);
	LOOK_AT(port);
	LOOK_AT(since_us);
	LOOK_AT(call);
	LOOK_AT(calls);
	LOOK_AT(direct_calls);
	LOOK_AT(login_calls);
	LOOK_AT(talk_us);
	LOOK_AT_ARRAY(state_us);
	for (unsigned i = 0; i < ACD_PAUSES; i++)
		if (a->pauses[i].reason != b->pauses[i].reason || a->pauses[i].count != b->pauses[i].count ||
		    a->pauses[i].us != b->pauses[i].us)
			return "pauses";
	LOOK_AT(login_us);
	LOOK_AT(work_us);
	LOOK_AT(queues_paused);
	return NULL;
}

static const char *forecast_differs(const struct acd_queue_view *a, const struct acd_queue_view *b)
{
	LOOK_AT(forecast_known);
	LOOK_AT(forecast_muted);
	LOOK_AT(forecast_low_ms);
	LOOK_AT(forecast_high_ms);
	LOOK_AT(forecast_coverage);
	LOOK_AT(forecast_told);
	return NULL;
}

static const char *transferred_differs(const struct acd_queue_view *a, const struct acd_queue_view *b)
{
	LOOK_AT(transferred_in);
	LOOK_AT(transferred_refused);
	LOOK_AT(transferred_answered);
	LOOK_AT(transferred_abandoned);
	LOOK_AT(transferred_diverted);
	LOOK_AT(transferred_cut);
	return forecast_differs(a, b);
}

const char *queue_view_differs(const struct acd_queue_view *a, const struct acd_queue_view *b)
{
	LOOK_AT_ARRAY(name);
	LOOK_AT(waiting);
	LOOK_AT(ringing);
	LOOK_AT(agents_ready);
	LOOK_AT(agents_staffed);
	LOOK_AT(oldest_arrived_us);
	LOOK_AT(arrived);
	LOOK_AT(refused);
	LOOK_AT(short_abandoned);
	LOOK_AT(offered);
	LOOK_AT(answered);
	LOOK_AT(abandoned);
	LOOK_AT(diverted);
	LOOK_AT(cut);
	LOOK_AT(answered_within);
	LOOK_AT(abandoned_within);
	LOOK_AT(wait_answered_us);
	LOOK_AT_ARRAY(exits);
	return transferred_differs(a, b);
}

const char *view_differs(const struct acd_view *a, const struct acd_view *b)
{
	LOOK_AT(agent_count);
	LOOK_AT(queue_count);
	LOOK_AT(day);
	LOOK_AT(wall_us);
	LOOK_AT(utc_offset_s);
	LOOK_AT(unexpected);
	LOOK_AT(leases_expired);
	const char *differs = NULL;
	for (uint32_t i = 0; i < a->agent_count && !differs; i++)
		differs = agent_view_differs(&a->agents[i], &b->agents[i]);
	for (uint32_t i = 0; i < a->queue_count && !differs; i++)
		differs = queue_view_differs(&a->queues[i], &b->queues[i]);
	return differs;
}

static const char *why_agent_differs(const struct acd_why_agent *a, const struct acd_why_agent *b)
{
	LOOK_AT(number);
	LOOK_AT(verdict);
	LOOK_AT(rank);
	LOOK_AT(missed);
	LOOK_AT(penalty);
	LOOK_AT(reason);
	LOOK_AT(measure);
	LOOK_AT(tie);
	LOOK_AT(until_us);
	LOOK_AT(ago_us);
	return NULL;
}

const char *why_differs(const struct acd_why *a, const struct acd_why *b)
{
	LOOK_AT(at_us);
	LOOK_AT(cause_sequence);
	LOOK_AT(call);
	LOOK_AT(offer);
	LOOK_AT(agent_number);
	LOOK_AT_ARRAY(queue);
	LOOK_AT(strategy);
	LOOK_AT(priority);
	LOOK_AT(stage);
	LOOK_AT(kept_us);
	LOOK_AT(direct);
	LOOK_AT(waited_us);
	LOOK_AT(ageing_ms);
	LOOK_AT(waits_for);
	LOOK_AT(waiting);
	LOOK_AT(agent_count);
	LOOK_AT(left_out);
	const char *differs = NULL;
	for (uint32_t i = 0; i < a->agent_count && !differs; i++)
		differs = why_agent_differs(&a->agents[i], &b->agents[i]);
	return differs;
}
