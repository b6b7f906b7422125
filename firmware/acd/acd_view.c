/*
 * What is shown of the scheduler: a copy, so that nobody else ever touches its objects.
 */
#include "acd/acd_private.h"

#include <string.h>

static void show_agent(const struct acd *acd, uint32_t at, struct acd_agent_view *view)
{
	const struct agent *agent = acd->agents[at];
	*view = (struct acd_agent_view){
	    .number = agent->number,
	    .state = agent->state,
	    .wish_paused = agent->wish_paused,
	    .phone_busy = agent->phone_busy,
	    .owes = agent->owes,
	    .reason = agent->reason,
	    .port = agent->port,
	    .since_us = agent->since_us,
	    .call = agent->call ? agent->call->id : 0,
	    .calls = agent->calls,
	    .direct_calls = agent->direct_calls,
	    .login_calls = agent->login_calls,
	    .talk_us = agent->talk_us,
	    .login_us = agent->login_us,
	    .work_us = agent->work_us,
	};
	for (uint32_t i = 0; i < agent->seat_count; i++)
		view->queues_paused += agent->seats[i]->paused;
	memcpy(view->state_us, agent->state_us, sizeof(view->state_us));
	memcpy(view->pauses, agent->pauses, sizeof(view->pauses));
	memcpy(view->name, acd->settings->agents[at].name, sizeof(view->name));
}

/* Ready agents in their retry pause count: it is short, and they are at hand. */
static uint32_t agents_ready(const struct queue *queue)
{
	uint32_t ready = 0;
	for (uint32_t i = 0; i < queue->seat_count; i++)
		ready += queue->seats[i].agent->state == ACD_READY && !queue->seats[i].agent->phone_busy;
	return ready;
}

/* In a queue with priorities the first in order need not be the oldest. */
static uint64_t oldest(const struct call *root)
{
	if (!root)
		return UINT64_MAX;
	uint64_t left = oldest(root->left), right = oldest(root->right), least = left < right ? left : right;
	return root->arrived_us < least ? root->arrived_us : least;
}

static uint64_t oldest_bound(const struct call *root, const struct queue *queue)
{
	if (!root)
		return UINT64_MAX;
	uint64_t left = oldest_bound(root->left, queue), right = oldest_bound(root->right, queue);
	uint64_t least = left < right ? left : right;
	return root->queue == queue && root->arrived_us < least ? root->arrived_us : least;
}

static uint64_t oldest_of(const struct queue *queue)
{
	const struct acd *acd = queue->acd;
	uint64_t least = oldest(queue->waiting);
	for (uint32_t i = 0; i < acd->agent_count && queue->bound_count; i++) {
		uint64_t bound = oldest_bound(acd->agents[i]->bound, queue);
		least = bound < least ? bound : least;
	}
	return least;
}

static void show_queue(const struct queue *queue, struct acd_queue_view *view)
{
	const struct queue_counts *counts = &queue->counts[0], *in = &queue->counts[1];
	*view = (struct acd_queue_view){
	    .waiting = waiting_count(queue->waiting) + queue->bound_count,
	    .ringing = queue->ringing,
	    .agents_ready = agents_ready(queue),
	    .agents_staffed = queue->staffed,
	    .oldest_arrived_us = oldest_of(queue),
	    .arrived = counts->arrived,
	    .refused = counts->refused,
	    .short_abandoned = counts->short_abandoned,
	    .offered = counts->arrived - counts->refused - counts->short_abandoned,
	    .answered = counts->answered,
	    .abandoned = counts->abandoned,
	    .diverted = counts->diverted,
	    .cut = counts->cut,
	    .answered_within = counts->answered_within,
	    .abandoned_within = counts->abandoned_within,
	    .wait_answered_us = counts->wait_answered_us,
	    .transferred_in = in->arrived,
	    .transferred_cut = in->cut,
	    .transferred_refused = in->refused,
	    .transferred_answered = in->answered,
	    .transferred_abandoned = in->abandoned + in->short_abandoned,
	    .transferred_diverted = in->diverted,
	};
	memcpy(view->name, queue->settings->name, sizeof(view->name));
	view->forecast_known = forecast_range(queue, queue->free_count ? 0 : view->waiting + 1, &view->forecast_low_ms,
	                                      &view->forecast_high_ms);
	view->forecast_muted = queue->forecast.muted;
	view->forecast_coverage = forecast_coverage(queue);
	view->forecast_told = queue->forecast.told < FORECAST_SAMPLES ? queue->forecast.told : FORECAST_SAMPLES;
	memcpy(view->exits, queue->exits, sizeof(view->exits));
}

void acd_look(const struct acd *acd, struct acd_view *view)
{
	view->agent_count = acd->agent_count;
	view->queue_count = acd->queue_count;
	view->unexpected = acd->unexpected;
	view->leases_expired = acd->leases_expired;
	view->day = acd->day;
	view->wall_us = acd->wall_us;
	view->utc_offset_s = acd->utc_offset_s;
	for (uint32_t i = 0; i < acd->agent_count; i++)
		show_agent(acd, i, &view->agents[i]);
	for (uint32_t i = 0; i < acd->queue_count; i++)
		show_queue(acd->queues[i], &view->queues[i]);
}
