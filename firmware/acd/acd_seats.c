/*
 * Who is offered the next call: per queue a heap of the agents who may be, by the queue's strategy.
 *
 * Before the strategy's own key come the offers an agent has missed in a row (tried again only after the others) and
 * the member's penalty. Keys are computed when an agent becomes eligible: nothing that they depend on changes while it
 * stays so, except occupancy, see there. With skills there is a heap for each stage of relaxation, and a caller looks
 * at the first of each up to its own stage.
 */
#include "acd/acd_private.h"

static uint64_t key_listed(const struct seat *seat)
{
	return seat->ordinal;
}

static uint64_t key_idle(const struct seat *seat)
{
	return seat->agent->idle_order;
}

static uint64_t key_turn(const struct seat *seat)
{
	return seat->turn;
}

static uint64_t key_calls(const struct seat *seat)
{
	return seat->calls;
}

static uint64_t key_talk(const struct seat *seat)
{
	return seat->talk_us;
}

static uint64_t key_handicap(const struct seat *seat)
{
	return seat->handicap;
}

#define ALL_OF_IT (UINT64_C(1) << 16)

uint64_t share_used(const struct seat *seat)
{
	const struct agent *agent = seat->agent;
	uint64_t all_us = 1000000; /* nobody has talked less */
	for (uint32_t i = 0; i < agent->seat_count; i++)
		all_us += agent->seats[i]->talk_us;
	return seat->talk_us * ALL_OF_IT / all_us * 100 / (seat->share ? seat->share : 1);
}

bool share_is_used_up(const struct seat *seat)
{
	const struct acd_queue_settings *settings = seat->queue->settings;
	return settings->share_strict && settings->strategy == ACD_ALLOCATION && seat->share &&
	       share_used(seat) > ALL_OF_IT;
}

static uint64_t period(const struct acd *acd)
{
	return acd->now_us / DRIFT_PERIOD_US;
}

/*
 * Work in 1/65536 of the time since login. It shrinks while the agent is free, so it is taken as of the start of the
 * period, or of when the agent became free if that was later: all keys change together, once in a period.
 */
static uint64_t key_occupancy(const struct seat *seat)
{
	const struct agent *agent = seat->agent;
	uint64_t as_of_us = period(agent->acd) * DRIFT_PERIOD_US;
	if (as_of_us < agent->since_us)
		as_of_us = agent->since_us;
	uint64_t staffed_us = as_of_us - agent->login_us, work_us = agent->work_us;
	if (agent->acd->settings->work_without_wrap_up)
		work_us -= agent->state_us[ACD_WRAP_UP];
	return staffed_us ? (work_us << 16) / staffed_us : 0;
}

static const struct strategy strategies[ACD_STRATEGY_COUNT] = {
    [ACD_RING_ALL] = {.all = true, .key = key_listed},
    [ACD_LINEAR] = {.key = key_listed},
    [ACD_CIRCULAR] = {.choose = pick_next},
    [ACD_LONGEST_IDLE] = {.key = key_idle},
    [ACD_LEAST_OCCUPIED] = {.key = key_occupancy, .drifts = true, .tie_idle = true},
    [ACD_FEWEST_CALLS] = {.key = key_calls},
    [ACD_LEAST_TALK] = {.key = key_talk, .tie_idle = true},
    [ACD_ROUND_ROBIN] = {.key = key_turn},
    [ACD_RANDOM] = {.choose = pick_lot},
    [ACD_WEIGHTED_RANDOM] = {.choose = pick_lot, .weighted = true},
    [ACD_SKILLS] = {.key = key_handicap, .skilled = true, .tie_idle = true},
    [ACD_ALLOCATION] = {.key = share_used, .tie_idle = true},
};

const struct strategy *strategy_find(enum acd_strategy strategy)
{
	return (unsigned)strategy < ACD_STRATEGY_COUNT ? &strategies[strategy] : NULL;
}

bool seat_takes_calls(const struct seat *seat)
{
	return seat->stage != STAGE_NEVER && !seat->paused && seat->reserve <= seat->queue->overload &&
	       !share_is_used_up(seat);
}

bool acd_strategy_available(enum acd_strategy strategy)
{
	return strategy_find(strategy) != NULL;
}

static bool before(const struct seat *a, const struct seat *b)
{
	if (a->key_high != b->key_high)
		return a->key_high < b->key_high;
	if (a->key_low != b->key_low)
		return a->key_low < b->key_low;
	if (a->key_tie != b->key_tie)
		return a->key_tie < b->key_tie;
	return a->ordinal < b->ordinal;
}

static void put(struct heap *heap, uint32_t place, struct seat *seat)
{
	heap->seats[place - 1] = seat;
	seat->place = place;
}

static void sift_up(struct heap *heap, uint32_t place, struct seat *seat)
{
	for (; place > 1 && before(seat, heap->seats[place / 2 - 1]); place /= 2)
		put(heap, place, heap->seats[place / 2 - 1]);
	put(heap, place, seat);
}

static void sift_down(struct heap *heap, uint32_t place, struct seat *seat)
{
	for (;;) {
		uint32_t child = 2 * place;
		if (child > heap->count)
			break;
		if (child < heap->count && before(heap->seats[child], heap->seats[child - 1]))
			child++;
		if (!before(heap->seats[child - 1], seat))
			break;
		put(heap, place, heap->seats[child - 1]);
		place = child;
	}
	put(heap, place, seat);
}

static void make_keys(struct seat *seat)
{
	const struct strategy *strategy = seat->queue->strategy;
	seat->key_high = (uint64_t)seat->agent->missed << 8 | seat->penalty;
	seat->key_low = strategy->key ? strategy->key(seat) : 0;
	seat->key_tie = strategy->tie_idle ? seat->agent->idle_order : 0;
}

/* Keys that drift are made anew when a period has gone by. */
static void freshen(struct queue *queue)
{
	struct heap *heap = &queue->heaps[0];
	if (!queue->strategy->drifts || queue->keyed_period == period(queue->acd))
		return;
	queue->keyed_period = period(queue->acd);
	for (uint32_t i = 0; i < heap->count; i++)
		make_keys(heap->seats[i]);
	for (uint32_t place = heap->count / 2; place; place--)
		sift_down(heap, place, heap->seats[place - 1]);
}

void seat_push(struct seat *seat)
{
	struct queue *queue = seat->queue;
	struct heap *heap = &queue->heaps[seat->stage];
	queue->free_count++;
	freshen(queue);
	make_keys(seat);
	if (queue->strategy->choose) {
		seat->place = 1;
		pick_put(seat, seat->key_high, queue->strategy->weighted ? seat->weight : 1);
	} else {
		sift_up(heap, ++heap->count, seat);
	}
}

static void take_out(struct heap *heap, uint32_t place, const struct seat *seat)
{
	struct seat *last = heap->seats[--heap->count];
	if (last == seat)
		return;
	if (place > 1 && before(last, heap->seats[place / 2 - 1]))
		sift_up(heap, place, last);
	else
		sift_down(heap, place, last);
}

void seat_remove(struct seat *seat)
{
	struct queue *queue = seat->queue;
	uint32_t place = seat->place;
	seat->place = 0;
	queue->free_count--;
	if (queue->strategy->choose)
		pick_out(seat);
	else
		take_out(&queue->heaps[seat->stage], place, seat);
}

struct seat *seat_best(struct queue *queue, uint8_t stage)
{
	if (queue->strategy->choose)
		return queue->strategy->choose(queue);
	freshen(queue);
	struct seat *best = NULL;
	for (unsigned i = 0; i <= stage; i++) {
		const struct heap *heap = &queue->heaps[i];
		if (heap->count && (!best || before(heap->seats[0], best)))
			best = heap->seats[0];
	}
	return best;
}

uint8_t seats_stage(const struct queue *queue)
{
	uint8_t stage = 0;
	while (stage < STAGES - 1 && !queue->heaps[stage].count)
		stage++;
	return stage;
}
