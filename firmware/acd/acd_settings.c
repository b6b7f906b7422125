/*
 * Settings replaced as a whole while calls go on: agents are matched by number, queues by name. Everything is checked
 * first; then what is gone leaves, the tables are rebuilt, and only then are callers and agents matched again.
 */
#include "acd/acd_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int acd_settings_new(struct acd_settings **out, uint32_t queues, uint32_t agents, uint32_t members)
{
	struct acd_settings *settings =
	    calloc(1, sizeof(*settings) + queues * sizeof(*settings->queues) + agents * sizeof(*settings->agents) +
	                  members * sizeof(*settings->members));
	if (!settings)
		return -ENOMEM;
	settings->queue_count = queues;
	settings->agent_count = agents;
	settings->member_count = members;
	settings->queues = (struct acd_queue_settings *)(settings + 1);
	settings->agents = (struct acd_agent_settings *)(settings->queues + queues);
	settings->members = (struct acd_member *)(settings->agents + agents);
	*out = settings;
	return 0;
}

void acd_settings_free(struct acd_settings *settings)
{
	free(settings);
}

int acd_settings_copy(struct acd_settings **out, const struct acd_settings *settings)
{
	struct acd_settings *copy;
	int error = acd_settings_new(&copy, settings->queue_count, settings->agent_count, settings->member_count);
	if (error)
		return error;
	struct acd_settings places = *copy;
	*copy = *settings;
	copy->queues = places.queues;
	copy->agents = places.agents;
	copy->members = places.members;
	memcpy(copy->queues, settings->queues, settings->queue_count * sizeof(*copy->queues));
	memcpy(copy->agents, settings->agents, settings->agent_count * sizeof(*copy->agents));
	memcpy(copy->members, settings->members, settings->member_count * sizeof(*copy->members));
	*out = copy;
	return 0;
}

/* ---- check ---- */

static uint32_t hash_name(const char *name)
{
	uint32_t hash = UINT32_C(2166136261);
	for (size_t i = 0; i < ACD_NAME_BYTES && name[i]; i++)
		hash = (hash ^ (uint8_t)name[i]) * UINT32_C(16777619);
	return hash;
}

static bool members_fit(struct acd *acd, const struct acd_settings *settings, uint32_t at)
{
	const struct acd_queue_settings *queue = &settings->queues[at];
	if (queue->member_first > settings->member_count ||
	    queue->member_count > settings->member_count - queue->member_first ||
	    queue->member_count > CONFIG_AGENTS_PER_QUEUE_MAX)
		return false;
	for (uint32_t i = 0; i < queue->member_count; i++) {
		acd_agent agent = settings->members[queue->member_first + i].agent;
		if (agent >= settings->agent_count || acd->last_queue[agent] == at + 1)
			return false;
		acd->last_queue[agent] = at + 1;
	}
	return true;
}

static bool queues_fit(struct acd *acd, const struct acd_settings *settings)
{
	uint64_t seats = 0;
	memset(acd->last_queue, 0, CONFIG_AGENTS_MAX * sizeof(*acd->last_queue));
	for (uint32_t i = 0; i < settings->queue_count; i++) {
		const struct acd_queue_settings *queue = &settings->queues[i];
		seats += queue->member_count;
		if (!strategy_find(queue->strategy) || (unsigned)queue->autopause_on >= ACD_MISS_COUNT ||
		    !members_fit(acd, settings, i))
			return false;
		for (uint32_t j = 0; j < i; j++)
			if (!strncmp(queue->name, settings->queues[j].name, ACD_NAME_BYTES))
				return false;
	}
	return seats <= SEATS_MAX;
}

static void clear_numbers(struct acd *acd)
{
	memset(acd->agents_by_number.slots, 0, sizeof(struct map_slot) * (acd->agents_by_number.mask + (size_t)1));
}

/* Leaves the numbers of the new settings in the map. */
static bool agents_fit(struct acd *acd, const struct acd_settings *settings)
{
	clear_numbers(acd);
	for (uint32_t i = 0; i < settings->agent_count; i++) {
		uint32_t number = settings->agents[i].number;
		if (!number || map_get(&acd->agents_by_number, number))
			return false;
		map_put(&acd->agents_by_number, number, &settings->agents[i]);
	}
	return true;
}

static bool fits(struct acd *acd, const struct acd_settings *settings)
{
	return settings && settings->queue_count <= CONFIG_QUEUES_MAX && settings->agent_count <= CONFIG_AGENTS_MAX &&
	       skills_fit(settings) && queues_fit(acd, settings) && agents_fit(acd, settings);
}

/* ---- agents ---- */

static void remove_agents(struct acd *acd)
{
	for (uint32_t i = 0; i < acd->agent_count; i++)
		if (!map_get(&acd->agents_by_number, acd->agents[i]->number)) {
			agent_remove(acd->agents[i]);
			acd->agents[i] = NULL;
		}
}

static void replace_agents(struct acd *acd, const struct acd_settings *settings)
{
	clear_numbers(acd);
	for (uint32_t i = 0; i < acd->agent_count; i++)
		if (acd->agents[i])
			map_put(&acd->agents_by_number, acd->agents[i]->number, acd->agents[i]);
	for (uint32_t i = 0; i < settings->agent_count; i++) {
		uint32_t number = settings->agents[i].number;
		struct agent *agent = map_get(&acd->agents_by_number, number);
		acd->agents[i] = agent ? agent : agent_take(acd, number);
		acd->agents[i]->index = (acd_agent)i;
	}
	acd->agent_count = settings->agent_count;
}

/* ---- queues ---- */

static struct queue *queue_named(const struct acd *acd, const char *name)
{
	uint32_t hash = hash_name(name);
	for (uint32_t i = 0; i < acd->queue_count; i++)
		if (acd->queues[i] && acd->queues[i]->name_hash == hash &&
		    !strncmp(acd->queues[i]->settings->name, name, ACD_NAME_BYTES))
			return acd->queues[i];
	return NULL;
}

/* Callers leave in order; what has been won goes on without a queue. */
static void clear_queue(struct acd *acd, struct queue *queue)
{
	while (queue->waiting)
		call_exit(waiting_first(queue->waiting), ACD_EXIT_NO_QUEUE);
	bound_clear_queue(queue);
	for (uint32_t i = 0; i < acd->agent_count; i++) {
		struct agent *agent = acd->agents[i];
		if (!agent || !offer_pending(agent) || agent->call->queue != queue)
			continue;
		struct call *call = agent->call;
		offer_cancel_all(call, ACD_OFFER_CANCELLED, NULL);
		call_exit(call, ACD_EXIT_NO_QUEUE);
	}
	for (uint32_t i = 0; i < CONFIG_CALLS_MAX; i++)
		if (acd->call_pool[i].queue == queue)
			acd->call_pool[i].queue = NULL;
	for (uint32_t i = 0; i < queue->seat_count; i++)
		queue->seats[i].queue = NULL; /* another queue may take its place at once */
}

static struct queue *take_queue(struct acd *acd, const char *name)
{
	struct queue *queue = acd->free_queues;
	acd->free_queues = queue->free_next;
	*queue = (struct queue){.acd = acd, .name_hash = hash_name(name)};
	leave_init(queue);
	reserve_init(queue);
	return queue;
}

/* Old queues that are found by name move over; acd->queues keeps those that are gone. */
static void match_queues(struct acd *acd, const struct acd_settings *settings)
{
	for (uint32_t i = 0; i < settings->queue_count; i++) {
		struct queue *queue = queue_named(acd, settings->queues[i].name);
		acd->next_queues[i] = queue;
		if (queue)
			acd->queues[queue->index] = NULL;
	}
}

static void remove_queues(struct acd *acd)
{
	for (uint32_t i = 0; i < acd->queue_count; i++) {
		struct queue *queue = acd->queues[i];
		if (!queue)
			continue;
		clear_queue(acd, queue);
		timer_stop(acd->timers, &queue->leave_timer);
		timer_stop(acd->timers, &queue->reserve_timer);
		queue->free_next = acd->free_queues;
		acd->free_queues = queue;
	}
}

static void replace_queues(struct acd *acd, const struct acd_settings *settings)
{
	for (uint32_t i = 0; i < settings->queue_count; i++) {
		struct queue *queue = acd->next_queues[i];
		if (!queue)
			queue = acd->next_queues[i] = take_queue(acd, settings->queues[i].name);
		queue->index = (acd_queue)i;
		queue->settings = &settings->queues[i];
		queue->strategy = strategy_find(settings->queues[i].strategy);
		while (!queue->strategy->all && queue->gathering)
			call_gather_no_more(waiting_first(queue->gathering));
	}
	struct queue **old = acd->queues;
	acd->queues = acd->next_queues;
	acd->next_queues = old;
	acd->queue_count = settings->queue_count;
}

/* ---- seats ---- */

static void share_out_seats(struct acd *acd, const struct acd_settings *settings)
{
	for (uint32_t i = 0; i < acd->agent_count; i++)
		acd->agents[i]->next_seat_count = 0;
	for (uint32_t i = 0; i < settings->queue_count; i++)
		for (uint32_t j = 0; j < settings->queues[i].member_count; j++)
			acd->agents[settings->members[settings->queues[i].member_first + j].agent]->next_seat_count++;
	struct seat **at = acd->spare_agent_seats;
	for (uint32_t i = 0; i < acd->agent_count; i++) {
		struct agent *agent = acd->agents[i];
		agent->next_seats = at;
		at += agent->next_seat_count;
		agent->next_seat_count = 0;
	}
}

static void fill_seat(struct seat *seat, struct queue *queue, struct agent *agent, const struct acd_member *member)
{
	const struct seat *old = agent_seat_in(agent, queue);
	*seat = (struct seat){.agent = agent,
	                      .queue = queue,
	                      .ordinal = (uint32_t)(seat - queue->seats),
	                      .penalty = member->penalty,
	                      .weight = member->weight ? member->weight : 1,
	                      .reserve = member->reserve,
	                      .share = member->share,
	                      .turn = old ? old->turn : 0,
	                      .calls = old ? old->calls : 0,
	                      .calls_began = old ? old->calls_began : 0,
	                      .talk_us = old ? old->talk_us : 0,
	                      .talk_began_us = old ? old->talk_began_us : 0,
	                      .returns = old && old->returns};
	if (old)
		memcpy(seat->misses, old->misses, sizeof(seat->misses));
	seat->paused = old && old->paused && queue->settings->autopause_here && queue->settings->autopause_after;
	if (old && old->ordinal + 1 == queue->last_offered)
		queue->next_last_offered = seat->ordinal + 1;
	agent->next_seats[agent->next_seat_count++] = seat;
}

/* Who is logged in and gets a further queue starts level with its agents, like one who logs in late. */
static void start_level(struct queue *queue)
{
	struct level level = {0};
	for (uint32_t i = 0; i < queue->seat_count; i++) {
		const struct seat *seat = &queue->seats[i];
		if (seat->agent->state != ACD_LOGGED_OUT && agent_seat_in(seat->agent, queue))
			level_add(&level, seat);
	}
	for (uint32_t i = 0; i < queue->seat_count && level.agents; i++) {
		struct seat *seat = &queue->seats[i];
		if (seat->agent->state != ACD_LOGGED_OUT && !agent_seat_in(seat->agent, queue))
			level_start(&level, seat);
	}
}

/* One heap for each stage of relaxation, as large as the agents who need it. */
static void clear_heaps(struct queue *queue, struct seat **heap, struct pick *picks)
{
	queue->free_count = 0;
	for (unsigned stage = 0; stage < STAGES; stage++) {
		queue->heaps[stage] = (struct heap){.seats = heap};
		for (uint32_t i = 0; i < queue->seat_count; i++)
			heap += queue->seats[i].stage == stage;
	}
	queue->picks = picks;
	queue->pick_size = pick_size(queue->seat_count);
	for (uint32_t i = 0; i < 2 * queue->pick_size; i++)
		picks[i] = (struct pick){.band = UINT64_MAX};
}

static void fill_seats(struct acd *acd, const struct acd_settings *settings)
{
	struct seat *seat = acd->spare_seats;
	struct seat **heap = acd->heap_space;
	struct pick *picks = acd->pick_space;
	for (uint32_t i = 0; i < acd->queue_count; i++) {
		struct queue *queue = acd->queues[i];
		const struct acd_member *members = settings->members + queue->settings->member_first;
		queue->seats = seat;
		queue->seat_count = queue->settings->member_count;
		queue->staffed = queue->next_last_offered = 0;
		memset(queue->staffed_at, 0, sizeof(queue->staffed_at));
		for (uint32_t j = 0; j < queue->seat_count; j++) {
			fill_seat(seat + j, queue, acd->agents[members[j].agent], &members[j]);
			seat_qualify(seat + j, &settings->agents[members[j].agent]);
			if (seat[j].agent->state != ACD_LOGGED_OUT)
				(void)seat_staff(seat + j, 1);
		}
		start_level(queue);
		queue->last_offered = queue->next_last_offered;
		clear_heaps(queue, heap, picks);
		seat += queue->seat_count;
		heap += queue->seat_count;
		picks += 2 * (size_t)queue->pick_size;
	}
}

static void swap_seats(struct acd *acd)
{
	struct seat *seats = acd->seats, **agent_seats = acd->agent_seats;
	acd->seats = acd->spare_seats;
	acd->spare_seats = seats;
	acd->agent_seats = acd->spare_agent_seats;
	acd->spare_agent_seats = agent_seats;
	for (uint32_t i = 0; i < acd->agent_count; i++) {
		acd->agents[i]->seats = acd->agents[i]->next_seats;
		acd->agents[i]->seat_count = acd->agents[i]->next_seat_count;
	}
}

/* ---- all of it ---- */

/* Nobody is in a heap any more; agent_review() brings those back who may be offered calls. */
static void stand_back(struct acd *acd)
{
	for (uint32_t i = 0; i < acd->agent_count; i++)
		acd->agents[i]->eligible = false;
}

static void watch_waiting(struct call *root)
{
	if (!root)
		return;
	watch_waiting(root->left);
	call_watch(root);
	watch_waiting(root->right);
}

/* The longest wait may have changed: for those who wait, and for those being rung. */
static void watch_again(struct acd *acd)
{
	for (uint32_t i = 0; i < acd->queue_count; i++) {
		waiting_sort(&acd->queues[i]->waiting);
		waiting_sort(&acd->queues[i]->gathering);
		watch_waiting(acd->queues[i]->waiting);
	}
	for (uint32_t i = 0; i < acd->agent_count; i++)
		watch_waiting(acd->agents[i]->bound);
	for (uint32_t i = 0; i < acd->agent_count; i++)
		if (acd->agents[i]->offer && acd->agents[i]->call->queue)
			call_watch(acd->agents[i]->call);
}

/* Whether a caller may still be kept for an agent is not known any more. */
static void let_go(struct acd *acd)
{
	for (uint32_t i = 0; i < acd->agent_count; i++) {
		acd->agents[i]->direct_in_turn = acd->settings->agents[i].direct_in_turn;
		acd->agents[i]->prefer = acd->settings->agents[i].prefer;
		bound_let_go(acd->agents[i]);
	}
}

static void resume(struct acd *acd)
{
	let_go(acd);
	watch_again(acd);
	for (uint32_t i = 0; i < acd->agent_count; i++) {
		agent_review(acd->agents[i]);
		agent_watch_pause(acd->agents[i]);
	}
	for (uint32_t i = 0; i < acd->queue_count; i++) {
		struct queue *queue = acd->queues[i];
		match_mark(queue);
	}
}

void settings_event(struct acd *acd, const struct acd_event *event)
{
	struct acd_settings *settings = event->settings, *old = acd->settings;
	if (!fits(acd, settings)) {
		unexpected(acd, event);
		acd_settings_free(settings);
		return;
	}
	why_settle(acd);
	acd->applying = true;
	stand_back(acd);
	match_queues(acd, settings);
	remove_agents(acd);
	remove_queues(acd);
	replace_agents(acd, settings);
	replace_queues(acd, settings);
	share_out_seats(acd, settings);
	fill_seats(acd, settings);
	swap_seats(acd);
	leave_settings(acd);
	acd->settings = settings;
	reserve_settings(acd);
	if (settings->seed != old->seed)
		acd->random = random_start(settings->seed);
	acd_settings_free(old);
	acd->applying = false;
	resume(acd);
}
