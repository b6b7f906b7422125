/* The plain scheduler: what it shows. */
#include <string.h>

#include "reference_parts.h"

static void look_forecast(const struct reference *r, int queue, struct acd_queue_view *v)
{
	const struct r_queue *q = &r->queues[queue];
	uint64_t place = ref_free_count(r, queue) ? 0 : v->waiting + 1;
	v->forecast_known = ref_range(r, queue, place, &v->forecast_low_ms, &v->forecast_high_ms);
	v->forecast_muted = q->muted;
	v->forecast_coverage = ref_coverage(q);
	v->forecast_told = q->held_count;
}

static void look_queue(const struct reference *r, int queue, struct acd_queue_view *v)
{
	const struct r_queue *q = &r->queues[queue];
	*v = q->counts;
	memcpy(v->name, q->settings.name, sizeof(v->name));
	v->offered = v->arrived - v->refused - v->short_abandoned;
	v->oldest_arrived_us = UINT64_MAX;
	for (int i = 0; i < r->top; i++) {
		const struct r_call *c = &r->calls[i];
		if (c->phase == GONE || c->phase == TALKING || c->queue != queue)
			continue;
		v->waiting += c->phase == WAITING;
		v->ringing += c->phase != WAITING;
		if (c->phase == WAITING && c->arrived < v->oldest_arrived_us)
			v->oldest_arrived_us = c->arrived;
	}
	for (int i = 0; i < AGENTS; i++) {
		const struct r_agent *a = &r->agents[i];
		bool here = a->exists && !a->removed && a->member[queue] >= 0;
		v->agents_staffed += here && a->state != ACD_LOGGED_OUT;
		v->agents_ready += here && a->state == ACD_READY && !a->busy;
	}
	look_forecast(r, queue, v);
}

static void look_agent(const struct r_agent *a, struct acd_agent_view *v, acd_call call)
{
	*v = (struct acd_agent_view){.number = a->number,
	                             .state = a->state,
	                             .wish_paused = a->paused,
	                             .phone_busy = a->busy,
	                             .owes = a->owes,
	                             .reason = (uint8_t)a->reason,
	                             .port = a->port,
	                             .since_us = a->since,
	                             .call = call,
	                             .calls = a->calls,
	                             .direct_calls = a->direct_calls,
	                             .login_calls = a->login_calls,
	                             .talk_us = a->talk,
	                             .login_us = a->login,
	                             .work_us = a->work};
	memcpy(v->name, a->settings.name, sizeof(v->name));
	memcpy(v->state_us, a->state_us, sizeof(v->state_us));
	memcpy(v->pauses, a->pauses, sizeof(v->pauses));
	for (int q = 0; q < QUEUES; q++)
		v->queues_paused += a->member[q] >= 0 && a->paused_here[q];
}

void reference_look(const struct reference *r, struct acd_view *view)
{
	view->agent_count = r->settings.agent_count;
	view->queue_count = r->settings.queue_count;
	view->unexpected = r->unexpected;
	view->leases_expired = r->leases;
	view->day = r->day;
	view->wall_us = r->wall;
	view->utc_offset_s = r->utc_offset;
	for (unsigned i = 0; i < view->agent_count; i++) {
		const struct r_agent *a = &r->agents[r->agent_at[i]];
		look_agent(a, &view->agents[i], a->call < 0 ? 0 : r->calls[a->call].id);
	}
	for (unsigned i = 0; i < view->queue_count; i++)
		look_queue(r, r->queue_at[i], &view->queues[i]);
}
