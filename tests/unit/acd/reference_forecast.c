/* The plain scheduler: how long a caller will wait, as a range, and whether it did. In whole milliseconds throughout.
 */
#include <string.h>

#include "reference_parts.h"

#define ENOUGH       4  /* steps, before they say anything */
#define TOLD_ENOUGH  10 /* outcomes, before a queue falls silent */
#define SILENT_BELOW 60
#define SPEAKS_FROM  70

static void add(struct r_samples *samples, uint64_t us)
{
	if (samples->count == KEPT)
		memmove(samples->ms, samples->ms + 1, (KEPT - 1) * sizeof(samples->ms[0]));
	else
		samples->count++;
	samples->ms[samples->count - 1] = us / 1000;
}

/* Between two callers being taken, if the second was there already when the first was. */
void ref_taken(const struct reference *r, const struct r_call *c, struct r_queue *q)
{
	if (c->rung)
		return;
	if (q->taken && c->joined <= q->taken)
		add(&q->steps, r->now - q->taken);
	q->taken = r->now;
}

void ref_handled(const struct reference *r, const struct r_call *c, struct r_queue *q)
{
	add(&q->handling, r->now - c->talk + q->settings.wrap_up_ms * UINT64_C(1000));
}

static uint64_t mean(const struct r_samples *samples)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < samples->count; i++)
		sum += samples->ms[i];
	return samples->count ? sum / samples->count : 0;
}

static uint64_t square_root(uint64_t of)
{
	uint64_t low = 0, high = UINT64_C(1) << 32;
	while (high - low > 1) {
		uint64_t middle = (low + high) / 2;
		*(middle * middle <= of ? &low : &high) = middle;
	}
	return low;
}

static uint64_t deviation(const struct r_samples *samples)
{
	uint64_t middle = mean(samples), squares = 0;
	for (unsigned i = 0; i < samples->count; i++)
		squares += (samples->ms[i] - middle) * (samples->ms[i] - middle);
	return samples->count ? square_root(squares / samples->count) : 0;
}

static unsigned working(const struct reference *r, int queue)
{
	unsigned n = 0;
	for (int i = 0; i < AGENTS; i++) {
		const struct r_agent *a = &r->agents[i];
		n += a->exists && !a->removed && a->member[queue] >= 0 && a->state != ACD_LOGGED_OUT &&
		     a->state != ACD_PAUSED && a->state != ACD_UNPLUGGED;
	}
	return n;
}

/* Measured steps; while there are too few, the handling time shared by those who work, as uncertain as it is long. */
static bool step(const struct reference *r, int queue, uint64_t *middle, uint64_t *off)
{
	const struct r_queue *q = &r->queues[queue];
	unsigned at_work = working(r, queue);
	if (q->steps.count >= ENOUGH) {
		*middle = mean(&q->steps);
		*off = deviation(&q->steps);
		return true;
	}
	*middle = *off = at_work ? mean(&q->handling) / at_work : 0;
	return q->handling.count && at_work;
}

uint64_t ref_step_ms(const struct reference *r, int queue)
{
	uint64_t middle, off;
	return step(r, queue, &middle, &off) ? middle : 0;
}

uint64_t ref_handling_ms(const struct r_queue *q)
{
	return mean(&q->handling);
}

bool ref_range(const struct reference *r, int queue, uint64_t place, uint32_t *low, uint32_t *high)
{
	uint64_t middle, off;
	*low = *high = 0;
	if (!place)
		return true;
	if (!step(r, queue, &middle, &off))
		return false;
	uint64_t wait = place * middle;
	uint64_t spread = square_root(place * 10000) * off / 100 * 128 / 100; /* 1.28 deviations hold four of five */
	*low = (uint32_t)(wait > spread && wait - spread > wait / 10 ? wait - spread : wait / 10);
	*high = (uint32_t)(wait + spread);
	return true;
}

unsigned ref_coverage(const struct r_queue *q)
{
	unsigned held = 0;
	for (unsigned i = 0; i < q->held_count; i++)
		held += q->held[i];
	return q->held_count ? 100 * held / q->held_count : 0;
}

void ref_outcome(struct r_queue *q, bool held)
{
	if (q->held_count == KEPT)
		memmove(q->held, q->held + 1, (KEPT - 1) * sizeof(q->held[0]));
	else
		q->held_count++;
	q->held[q->held_count - 1] = held;
	if (q->held_count < TOLD_ENOUGH)
		return;
	if (ref_coverage(q) < SILENT_BELOW)
		q->muted = true;
	if (ref_coverage(q) >= SPEAKS_FROM)
		q->muted = false;
}
