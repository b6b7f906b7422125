/*
 * Parallel matching. An event marks the queues in which a call or an agent has become available; then, over all marked
 * queues, the first caller in order is offered to the best agent of its queue, until no caller finds an agent.
 *
 * Queues that were not marked had a caller or an agent but not both, and still have not. While matching, agents only
 * get fewer, so a queue without agents is done. Marked queues are kept in a heap by their first caller: the cost of one
 * offer is log n whatever is waiting.
 */
#include "acd/acd_private.h"

void match_mark(struct queue *queue)
{
	struct acd *acd = queue->acd;
	if (queue->marked || acd->applying)
		return;
	queue->marked = true;
	acd->marked[acd->marked_count++] = queue;
}

/*
 * The caller who is next and has an agent; those already being rung (ring-all) take further agents only when nobody
 * else waits.
 */
static struct call *find_candidate(const struct queue *queue)
{
	if (!queue->free_count)
		return NULL;
	if (!queue->waiting)
		return waiting_first(queue->gathering);
	uint8_t stage = queue->strategy->skilled ? seats_stage(queue) : 0;
	return stage ? waiting_first_at(queue->waiting, stage) : waiting_first(queue->waiting);
}

/* True: still the one that the queue is in the heap by. */
static bool look(struct queue *queue)
{
	const struct call *old = queue->candidate;
	bool waited = queue->candidate_waits;
	queue->candidate = find_candidate(queue);
	queue->candidate_waits = queue->waiting != NULL;
	return queue->candidate == old && queue->candidate_waits == waited;
}

static bool queue_before(const struct queue *a, const struct queue *b)
{
	if (a->candidate_waits != b->candidate_waits)
		return a->candidate_waits;
	return call_more_urgent(a->candidate, b->candidate);
}

static void sift_down(struct queue **heap, uint32_t count, uint32_t place, struct queue *queue)
{
	for (;;) {
		uint32_t child = 2 * place;
		if (child > count)
			break;
		if (child < count && queue_before(heap[child], heap[child - 1]))
			child++;
		if (!queue_before(heap[child - 1], queue))
			break;
		heap[place - 1] = heap[child - 1];
		place = child;
	}
	heap[place - 1] = queue;
}

/* Drops marked queues with nobody to match, heaps the others. */
static uint32_t heapify(struct acd *acd)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < acd->marked_count; i++) {
		struct queue *queue = acd->marked[i];
		queue->marked = false;
		look(queue);
		if (queue->candidate)
			acd->marked[kept++] = queue;
	}
	for (uint32_t place = kept / 2; place; place--)
		sift_down(acd->marked, kept, place, acd->marked[place - 1]);
	acd->marked_count = 0;
	return kept;
}

static void offer_best(struct queue *queue, struct call *call)
{
	struct seat *seat = seat_best(queue, call->stage);
	offer_make(call, seat->agent, seat);
}

static void offer_next(struct queue *queue)
{
	struct call *call = queue->candidate;
	do
		offer_best(queue, call);
	while (queue->strategy->all && !queue->settings->progressive_ms && queue->free_count);
}

/*
 * The queues stand in the heap by the candidate they had when they were last looked at. An agent taken by one queue can
 * leave another with a later candidate or none, never with an earlier one; so the first is looked at again.
 */
static void match_queues(struct acd *acd)
{
	uint32_t count = heapify(acd);
	struct queue **heap = acd->marked;
	while (count) {
		struct queue *queue = heap[0];
		if (look(queue)) {
			offer_next(queue);
			look(queue);
		}
		if (!queue->candidate)
			queue = heap[--count];
		if (count)
			sift_down(heap, count, 1, queue);
	}
}

/* Before the queues' callers those who wait for one agent only, after them those who are to be in turn with them. */
void match_run(struct acd *acd)
{
	if (acd->look_leave)
		leave_run(acd);
	if (acd->look_reserve)
		reserve_run(acd);
	if (acd->bound_agent_count)
		bound_run(acd, true);
	if (acd->marked_count)
		match_queues(acd);
	if (acd->bound_agent_count)
		bound_run(acd, false);
}
