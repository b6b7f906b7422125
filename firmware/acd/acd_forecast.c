/*
 * The wait forecast (Q05, B06): place in the queue times the measured time between two callers being taken, as a range
 * that is meant to hold in about eight of ten cases. Measured is only what a caller who was already waiting when the
 * one before was taken shows; until there is enough of that, the mean handling time of the agents who work serves.
 * What was told is compared with what happened; when too many ranges were missed the forecast mutes itself.
 */
#include "acd/acd_private.h"

#include "base/clock.h"

#define SAMPLES      FORECAST_SAMPLES
#define ENOUGH       4  /* samples of the time between two callers */
#define TOLD_ENOUGH  10 /* outcomes before it may mute itself */
#define MUTE_BELOW   60 /* percent of ranges that held */
#define UNMUTE_ABOVE 70
#define SPREAD       128 /* percent: standard deviations each way that hold four of five */

_Static_assert(SAMPLES <= 32, "outcomes are bits of a word");

/* ---- a ring of samples ---- */

static void add(struct samples *samples, uint64_t us)
{
	uint64_t ms = us / US_PER_MS;
	samples->ms[samples->count++ % SAMPLES] = ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

static uint32_t kept(const struct samples *samples)
{
	return samples->count < SAMPLES ? samples->count : SAMPLES;
}

static uint64_t mean(const struct samples *samples)
{
	uint64_t sum = 0;
	for (uint32_t i = 0; i < kept(samples); i++)
		sum += samples->ms[i];
	return kept(samples) ? sum / kept(samples) : 0;
}

static uint64_t root(uint64_t square)
{
	uint64_t result = 0;
	for (uint64_t bit = UINT64_C(1) << 31; bit; bit >>= 1)
		if ((result + bit) * (result + bit) <= square)
			result += bit;
	return result;
}

static uint64_t deviation(const struct samples *samples, uint64_t middle)
{
	uint64_t squares = 0;
	for (uint32_t i = 0; i < kept(samples); i++) {
		uint64_t off = samples->ms[i] > middle ? samples->ms[i] - middle : middle - samples->ms[i];
		off = off < UINT32_MAX / 16 ? off : UINT32_MAX / 16;
		squares += off * off;
	}
	return kept(samples) ? root(squares / kept(samples)) : 0;
}

/* ---- what is measured ---- */

void forecast_taken(const struct call *call)
{
	struct queue *queue = call->queue;
	uint64_t now_us = queue->acd->now_us;
	if (call->rung)
		return;
	if (queue->forecast.taken_us && call->joined_us <= queue->forecast.taken_us)
		add(&queue->forecast.steps, now_us - queue->forecast.taken_us);
	queue->forecast.taken_us = now_us;
}

void forecast_handled(const struct call *call)
{
	uint64_t wrap_up_us = call->queue->settings->wrap_up_ms * US_PER_MS;
	add(&call->queue->forecast.handling, call->acd->now_us - call->talk_us + wrap_up_us);
}

/* ---- the range ---- */

static bool step_of(const struct queue *queue, uint64_t *middle_ms, uint64_t *deviation_ms)
{
	const struct forecast *forecast = &queue->forecast;
	if (kept(&forecast->steps) >= ENOUGH) {
		*middle_ms = mean(&forecast->steps);
		*deviation_ms = deviation(&forecast->steps, *middle_ms);
		return true;
	}
	if (!kept(&forecast->handling) || !queue->working)
		return false;
	*middle_ms = mean(&forecast->handling) / queue->working;
	*deviation_ms = *middle_ms;
	return true;
}

uint64_t forecast_step_ms(const struct queue *queue)
{
	uint64_t middle, off;
	return step_of(queue, &middle, &off) ? middle : 0;
}

uint64_t forecast_handling_ms(const struct queue *queue)
{
	return mean(&queue->forecast.handling);
}

/* Of the caller in this place; 1 is next. Place 0: an agent is free, no wait. False: nothing is known. */
bool forecast_range(const struct queue *queue, uint32_t place, uint32_t *low_ms, uint32_t *high_ms)
{
	uint64_t middle, off;
	*low_ms = *high_ms = 0;
	if (!place)
		return true;
	if (!step_of(queue, &middle, &off))
		return false;
	uint64_t wait = middle * place, spread = root(place * UINT64_C(10000)) * off / 100 * SPREAD / 100;
	uint64_t low = wait > spread ? wait - spread : 0, high = wait + spread;
	low = low < wait / 10 ? wait / 10 : low;
	*low_ms = low < UINT32_MAX ? (uint32_t)low : UINT32_MAX;
	*high_ms = high < UINT32_MAX ? (uint32_t)high : UINT32_MAX;
	return true;
}

/* ---- whether it held ---- */

static uint32_t told_kept(const struct forecast *forecast)
{
	return forecast->told < SAMPLES ? forecast->told : SAMPLES;
}

uint32_t forecast_coverage(const struct queue *queue)
{
	uint32_t count = told_kept(&queue->forecast);
	return count ? 100 * (uint32_t)__builtin_popcount(queue->forecast.held) / count : 0;
}

static void outcome(struct queue *queue, bool held)
{
	struct forecast *forecast = &queue->forecast;
	forecast->held = forecast->held << 1 | held;
	forecast->told++;
	if (told_kept(forecast) < TOLD_ENOUGH)
		return;
	uint32_t coverage = forecast_coverage(queue);
	forecast->muted = coverage < MUTE_BELOW || (forecast->muted && coverage < UNMUTE_ABOVE);
}

void forecast_tell(struct call *call, uint32_t place)
{
	call->told = place && forecast_range(call->queue, place, &call->told_low_ms, &call->told_high_ms);
}

void forecast_answered(const struct call *call)
{
	uint64_t waited_ms = (call->acd->now_us - call->joined_us) / US_PER_MS;
	if (call->told)
		outcome(call->queue, waited_ms >= call->told_low_ms && waited_ms <= call->told_high_ms);
}

/* Who gave up later than the range has shown that it did not hold; who gave up earlier has shown nothing. */
void forecast_given_up(const struct call *call)
{
	uint64_t waited_ms = (call->acd->now_us - call->joined_us) / US_PER_MS;
	if (call->told && waited_ms > call->told_high_ms)
		outcome(call->queue, false);
}

/* ---- how many work ---- */

static bool at_work(enum acd_state state)
{
	return state != ACD_LOGGED_OUT && state != ACD_PAUSED && state != ACD_UNPLUGGED;
}

void forecast_agent_moved(const struct agent *agent, enum acd_state from, enum acd_state to)
{
	if (at_work(from) == at_work(to))
		return;
	for (uint32_t i = 0; i < agent->seat_count; i++)
		agent->seats[i]->queue->working += at_work(to) ? 1u : UINT32_MAX;
}

void forecast_count(struct queue *queue)
{
	queue->working = 0;
	for (uint32_t i = 0; i < queue->seat_count; i++)
		queue->working += at_work(queue->seats[i].agent->state);
}

/* ---- asked on behalf of a caller ---- */

void queue_place(struct acd *acd, const struct acd_event *event)
{
	struct call *call = map_get(&acd->calls_by_id, event->call);
	if (!call || !call->queue || call->phase == PHASE_TALKING) {
		unexpected(acd, event);
		return;
	}
	struct acd_decision decision = {
	    .type = ACD_D_PLACE, .call = call->id, .queue = call->queue->index, .agent = ACD_NONE, .port = ACD_NONE};
	if (call->phase == PHASE_WAITING)
		decision.position = waiting_rank(*call_root(call), call);
	if (decision.position && !call->queue->forecast.muted)
		forecast_range(call->queue, decision.position, &decision.low_ms, &decision.high_ms);
	emit(acd, &decision);
}
