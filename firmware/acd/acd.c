/*
 * The scheduler's door: takes an event, works off what was due before it, hands it to its room, matches callers and
 * agents. All memory is taken in acd_new().
 */
#include "acd/acd.h"

#include <errno.h>
#include <stdlib.h>

#include "acd/acd_private.h"

void emit(struct acd *acd, struct acd_decision *decision)
{
	decision->at_us = acd->now_us;
	decision->cause_sequence = acd->cause_sequence;
	decision->revision = acd->settings ? acd->settings->revision : 0;
	acd->emit(acd->user, decision);
}

void unexpected(struct acd *acd, const struct acd_event *event)
{
	struct acd_decision decision = {.type = ACD_D_UNEXPECTED,
	                                .call = event->call,
	                                .queue = event->queue,
	                                .agent = event->agent,
	                                .offer = event->offer,
	                                .port = event->port};
	acd->unexpected++;
	emit(acd, &decision);
}

/* ---- memory ---- */

static int take_pools(struct acd *acd)
{
	acd->call_pool = calloc(CONFIG_CALLS_MAX, sizeof(*acd->call_pool));
	acd->agent_pool = calloc(AGENT_POOL, sizeof(*acd->agent_pool));
	acd->queue_pool = calloc(CONFIG_QUEUES_MAX, sizeof(*acd->queue_pool));
	acd->agents = calloc(CONFIG_AGENTS_MAX, sizeof(struct agent *));
	acd->last_queue = calloc(CONFIG_AGENTS_MAX, sizeof(*acd->last_queue));
	acd->queues = calloc(CONFIG_QUEUES_MAX, sizeof(struct queue *));
	acd->next_queues = calloc(CONFIG_QUEUES_MAX, sizeof(struct queue *));
	acd->marked = calloc(CONFIG_QUEUES_MAX, sizeof(struct queue *));
	acd->seats = calloc(SEATS_MAX, sizeof(*acd->seats));
	acd->spare_seats = calloc(SEATS_MAX, sizeof(*acd->spare_seats));
	acd->heap_space = calloc(SEATS_MAX, sizeof(struct seat *));
	acd->pick_space = calloc(4 * (size_t)SEATS_MAX, sizeof(*acd->pick_space));
	acd->why = calloc(ACD_WHY_OFFERS, sizeof(*acd->why));
	acd->why_ties = calloc((size_t)ACD_WHY_OFFERS * ACD_WHY_AGENTS, sizeof(*acd->why_ties));
	acd->why_queue = calloc(ACD_WHY_OFFERS, sizeof(*acd->why_queue));
	acd->call_space = calloc(CONFIG_CALLS_MAX, sizeof(struct call *));
	acd->bound_agents = calloc(AGENT_POOL, sizeof(struct agent *));
	acd->agent_seats = calloc(SEATS_MAX, sizeof(struct seat *));
	acd->spare_agent_seats = calloc(SEATS_MAX, sizeof(struct seat *));
	bool all = acd->call_pool && acd->agent_pool && acd->queue_pool && acd->agents && acd->last_queue &&
	           acd->queues && acd->next_queues && acd->marked && acd->seats && acd->spare_seats &&
	           acd->heap_space && acd->pick_space && acd->why && acd->why_ties && acd->why_queue &&
	           acd->call_space && acd->bound_agents && acd->agent_seats && acd->spare_agent_seats;
	return all ? 0 : -ENOMEM;
}

static int take_indices(struct acd *acd)
{
	int error = map_new(&acd->calls_by_id, CONFIG_CALLS_MAX);
	if (!error)
		error = map_new(&acd->agents_by_offer, AGENT_POOL);
	if (!error)
		error = map_new(&acd->agents_by_port, AGENT_POOL);
	if (!error)
		error = map_new(&acd->agents_by_number, CONFIG_AGENTS_MAX);
	if (!error)
		error = timers_new(&acd->timers, AGENT_POOL + 4 * CONFIG_CALLS_MAX + 2 * CONFIG_QUEUES_MAX);
	return error;
}

/* Pools are handed out from their start. */
static void fill_pools(struct acd *acd)
{
	for (uint32_t i = CONFIG_CALLS_MAX; i-- > 0;)
		call_init(acd, &acd->call_pool[i]);
	for (uint32_t i = AGENT_POOL; i-- > 0;)
		agent_init(acd, &acd->agent_pool[i]);
	for (uint32_t i = CONFIG_QUEUES_MAX; i-- > 0;) {
		acd->queue_pool[i].free_next = acd->free_queues;
		acd->free_queues = &acd->queue_pool[i];
	}
}

int acd_new(struct acd **out)
{
	struct acd *acd = calloc(1, sizeof(*acd));
	if (!acd)
		return -ENOMEM;
	int error = take_pools(acd);
	if (!error)
		error = take_indices(acd);
	if (!error)
		error = acd_settings_new(&acd->settings, 0, 0, 0);
	if (error) {
		acd_free(acd);
		return error;
	}
	fill_pools(acd);
	acd->random = random_start(0);
	*out = acd;
	return 0;
}

void acd_free(struct acd *acd)
{
	if (!acd)
		return;
	acd_settings_free(acd->settings);
	timers_free(acd->timers);
	map_free(&acd->calls_by_id);
	map_free(&acd->agents_by_offer);
	map_free(&acd->agents_by_port);
	map_free(&acd->agents_by_number);
	free(acd->call_pool);
	free(acd->agent_pool);
	free(acd->queue_pool);
	free(acd->agents);
	free(acd->last_queue);
	free(acd->queues);
	free(acd->next_queues);
	free(acd->marked);
	free(acd->seats);
	free(acd->spare_seats);
	free(acd->heap_space);
	free(acd->pick_space);
	free(acd->why);
	free(acd->why_ties);
	free(acd->why_queue);
	free(acd->call_space);
	free(acd->bound_agents);
	free(acd->agent_seats);
	free(acd->spare_agent_seats);
	free(acd);
}

/* ---- events ---- */

typedef void event_handler(struct acd *acd, const struct acd_event *event);

static void nothing_but_time(struct acd *acd, const struct acd_event *event)
{
}

static event_handler *const handlers[ACD_EVENT_COUNT] = {
    [ACD_SETTINGS] = settings_event,        [ACD_AGENT_LOGIN] = agent_event,
    [ACD_AGENT_LOGOUT] = agent_event,       [ACD_AGENT_PAUSE] = agent_event,
    [ACD_AGENT_READY] = agent_event,        [ACD_AGENT_WRAP_UP_END] = agent_event,
    [ACD_AGENT_WRAP_UP_MORE] = agent_event, [ACD_AGENT_PHONE_BUSY] = agent_event,
    [ACD_AGENT_PHONE_FREE] = agent_event,   [ACD_AGENT_UNPLUGGED] = agent_event,
    [ACD_AGENT_OWES] = agent_event,         [ACD_AGENT_SETTLED] = agent_event,
    [ACD_ENQUEUE] = queue_enqueue,          [ACD_GONE] = queue_gone,
    [ACD_WITHDRAW] = queue_withdraw,        [ACD_PLACE] = queue_place,
    [ACD_PRIORITY] = queue_priority,        [ACD_OFFER_RINGING] = offer_event,
    [ACD_OFFER_ANSWER] = offer_event,       [ACD_OFFER_FAILED] = offer_event,
    [ACD_TALK_STARTED] = talk_event,        [ACD_TALK_HOLD] = talk_event,
    [ACD_TALK_RESUMED] = talk_event,        [ACD_TALK_ENDED] = talk_event,
    [ACD_TIME] = nothing_but_time,          [ACD_DAY] = day_event,
    [ACD_RESTART] = restart_event,          [ACD_TURNED_AWAY] = queue_turned_away,
};

/* An event at the very time of a deadline comes first (the agent has lifted in time); ACD_TIME takes both. */
static void work_off(struct acd *acd, const struct acd_event *event, uint64_t at_us)
{
	uint64_t due_us = event->type == ACD_TIME ? at_us : at_us ? at_us - 1 : 0;
	while (timers_next_us(acd->timers) <= due_us)
		timers_run(acd->timers, due_us);
}

void acd_decide(struct acd *acd, const struct acd_event *event, acd_emit *emit_to, void *user)
{
	bool later = event->at_us > acd->now_us && event->at_us <= INT64_MAX;
	uint64_t at_us = later ? event->at_us : acd->now_us;
	acd->emit = emit_to;
	acd->user = user;
	acd->cause_sequence = event->sequence;
	work_off(acd, event, at_us);
	if (at_us > acd->now_us)
		acd->now_us = at_us;
	if ((unsigned)event->type < ACD_EVENT_COUNT)
		handlers[event->type](acd, event);
	else
		unexpected(acd, event);
	match_run(acd);
}

uint64_t acd_next_deadline_us(const struct acd *acd)
{
	return timers_next_us(acd->timers);
}

uint64_t acd_sequence(const struct acd *acd)
{
	return acd->cause_sequence;
}
