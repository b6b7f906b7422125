/* See rerun.h. */
#include "tools/sim/rerun.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acd/acd_journal.h"

#define BUCKETS 65536

enum guard { ALWAYS, WAITS, OFFERED, TALKS };

struct pending {
	uint64_t at_us, rank, order;
	uint32_t epoch, generation;
	enum guard guard;
	struct acd_event event;
};

struct live_call {
	acd_call id;
	uint32_t stay, generation; /* stay: + 1 */
	bool waits, talks;
	acd_agent agent;
};
struct live_offer {
	acd_offer id;
	acd_call call;
	struct answer *known;
};

struct rerun {
	struct day *day;
	const struct change *change;
	struct measures *measures;
	struct acd *acd;
	struct pending *heap;
	uint32_t count, room, absolute, epoch, generation;
	uint64_t now_us, sequence, order, unexpected;
	struct live_call calls[BUCKETS];
	struct live_offer offers[BUCKETS];
	uint32_t first_answer[BUCKETS], *next_answer;
	struct acd_decision *decisions; /* of the event in hand */
	uint32_t decision_count, decision_room;
	int error;
};

/* ---- what is to come ---- */

static bool sooner(const struct pending *a, const struct pending *b)
{
	if (a->epoch != b->epoch)
		return a->epoch < b->epoch;
	if (a->at_us != b->at_us)
		return a->at_us < b->at_us;
	return a->rank != b->rank ? a->rank < b->rank : a->order < b->order;
}

static void push(struct rerun *run, struct pending pending)
{
	if (run->count == run->room) {
		struct pending *more = realloc(run->heap, (run->room = 2 * run->room + 1024) * sizeof(*more));
		if (!more) {
			run->error = -ENOMEM;
			return;
		}
		run->heap = more;
	}
	pending.order = ++run->order;
	uint32_t at = run->count++;
	for (; at && sooner(&pending, &run->heap[(at - 1) / 2]); at = (at - 1) / 2)
		run->heap[at] = run->heap[(at - 1) / 2];
	run->heap[at] = pending;
}

static struct pending pop(struct rerun *run)
{
	struct pending first = run->heap[0], last = run->heap[--run->count];
	uint32_t at = 0;
	for (uint32_t child; (child = 2 * at + 1) < run->count; at = child) {
		if (child + 1 < run->count && sooner(&run->heap[child + 1], &run->heap[child]))
			child++;
		if (!sooner(&run->heap[child], &last))
			break;
		run->heap[at] = run->heap[child];
	}
	if (run->count)
		run->heap[at] = last;
	return first;
}

static void plan(struct rerun *run, const struct deed *deed, uint64_t since_us, enum guard guard, uint32_t generation)
{
	push(run, (struct pending){.at_us = since_us + deed->after_us,
	                           .rank = deed->rank,
	                           .epoch = run->epoch,
	                           .guard = guard,
	                           .generation = generation,
	                           .event = deed->event});
}

static uint32_t lot(uint64_t of, uint64_t what)
{
	uint64_t x = (of * UINT64_C(0x9e3779b97f4a7c15)) ^ (what * UINT64_C(0xbf58476d1ce4e5b9));
	x = (x ^ (x >> 31)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(x >> 32);
}

static struct live_call *live(struct rerun *run, acd_call id)
{
	struct live_call *call = &run->calls[id % BUCKETS];
	return call->id == id && id ? call : NULL;
}

/* ---- callers ---- */

static uint32_t stay_by_rank(const struct day *day, uint64_t rank)
{
	uint32_t low = 0, high = day->stay_count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (day->stays[middle].enqueue.rank < rank)
			low = middle + 1;
		else
			high = middle;
	}
	return low < day->stay_count && day->stays[low].enqueue.rank == rank ? low + 1 : 0;
}

static void caller_waits(struct rerun *run, const struct acd_event *event, uint64_t rank)
{
	uint32_t at = stay_by_rank(run->day, rank);
	struct live_call *call = &run->calls[event->call % BUCKETS];
	*call = (struct live_call){.id = event->call, .stay = at, .generation = ++run->generation, .waits = true};
	if (!at)
		return;
	const struct stay *stay = &run->day->stays[at - 1];
	for (uint32_t i = 0; i < stay->waiting_count; i++)
		plan(run, &stay->waiting[i], run->now_us, WAITS, call->generation);
	uint64_t patience_us = day_patience_us(run->day, stay->waited_us, lot(event->call, 1));
	if (stay->gone || patience_us == UINT64_MAX)
		return;
	struct deed gone = {
	    .event = {.type = ACD_GONE, .call = event->call}, .after_us = patience_us, .rank = UINT64_MAX};
	plan(run, &gone, run->now_us, WAITS, call->generation);
}

/* Sent away by the scheduler or taken out: what the caller did next, if it was the same. */
static void caller_left(struct rerun *run, acd_call id)
{
	struct live_call *call = live(run, id);
	if (!call || !call->stay)
		return;
	uint32_t next = run->day->stays[call->stay - 1].next;
	call->waits = false;
	call->generation = 0;
	if (next)
		plan(run, &run->day->stays[next - 1].enqueue, run->now_us, ALWAYS, 0);
}

/* ---- agents and offers ---- */

static bool can_lend(const struct answer *answer)
{
	return answer->missed || answer->lifted.event.type != ACD_TIME;
}

/* Of the same agent if it ever took an offer, else of any. */
static const struct answer *lender(struct rerun *run, acd_call call, acd_agent agent)
{
	const struct day *day = run->day;
	uint32_t start = day->answer_count ? lot(call, 2 + agent) % day->answer_count : 0;
	const struct answer *any = NULL;
	for (uint32_t i = 0; i < day->answer_count && i < 4096; i++) {
		const struct answer *answer = &day->answers[(start + i) % day->answer_count];
		if (!can_lend(answer))
			continue;
		if (answer->agent == agent)
			return answer;
		any = any ? any : answer;
	}
	return any;
}

static struct answer *known_answer(struct rerun *run, acd_call call, acd_agent agent)
{
	for (uint32_t at = run->first_answer[call % BUCKETS]; at; at = run->next_answer[at - 1]) {
		struct answer *answer = &run->day->answers[at - 1];
		if (answer->call == call && answer->agent == agent && !answer->used) {
			answer->used = true;
			return answer;
		}
	}
	return NULL;
}

static void plan_for_offer(struct rerun *run, struct deed deed, acd_offer offer, bool known, uint64_t not_before_us)
{
	if (deed.event.type == ACD_TIME)
		return;
	deed.event.offer = offer;
	deed.after_us = deed.after_us > not_before_us ? deed.after_us : not_before_us;
	deed.rank = known ? deed.rank : UINT64_MAX;
	plan(run, &deed, run->now_us, OFFERED, offer);
}

static void offered(struct rerun *run, const struct acd_decision *decision)
{
	struct answer *known = known_answer(run, decision->call, decision->agent);
	const struct answer *other = known && can_lend(known) ? NULL : lender(run, decision->call, decision->agent);
	struct deed ringing = {.event = {.type = ACD_OFFER_RINGING}, .rank = UINT64_MAX};
	run->offers[decision->offer % BUCKETS] =
	    (struct live_offer){.id = decision->offer, .call = decision->call, .known = known};
	plan_for_offer(run, known ? known->ringing : other ? other->ringing : ringing, decision->offer, known, 0);
	if (known && can_lend(known))
		plan_for_offer(run, known->lifted, decision->offer, true, 0);
	else if (other && !other->missed) /* one that was taken back would have been answered later than that */
		plan_for_offer(run, other->lifted, decision->offer, false, known ? known->cancelled_us + 1 : 0);
}

static void won(struct rerun *run, const struct acd_decision *decision)
{
	const struct live_offer *offer = &run->offers[decision->offer % BUCKETS];
	struct deed talk = {.event = {.type = ACD_TALK_STARTED, .call = decision->call}, .rank = UINT64_MAX};
	struct live_call *call = live(run, decision->call);
	if (call)
		call->agent = decision->agent;
	if (offer->id == decision->offer && offer->known && offer->known->talk.event.type != ACD_TIME) {
		talk = offer->known->talk;
		if (talk.event.offer)
			talk.event.offer = decision->offer;
	}
	plan(run, &talk, run->now_us, WAITS, call ? call->generation : 0);
}

/* ---- talk ---- */

static bool has_end(const struct stay *stay)
{
	for (uint32_t i = 0; i < stay->talking_count; i++)
		if (stay->talking[i].event.type == ACD_TALK_ENDED && stay->talking[i].event.reason != ACD_TALK_DROPPED)
			return true;
	return false;
}

static bool has_settled(const struct stay *stay)
{
	for (uint32_t i = 0; i < stay->talking_count; i++)
		if (stay->talking[i].event.type == ACD_AGENT_SETTLED)
			return true;
	return false;
}

static const struct stay *talk_like(struct rerun *run, acd_call call, acd_queue queue)
{
	const struct day *day = run->day;
	const struct stay *any = NULL;
	uint32_t start = lot(call, 3) % day->stay_count;
	for (uint32_t i = 0; i < day->stay_count && i < 4096; i++) {
		const struct stay *stay = &day->stays[(start + i) % day->stay_count];
		if (!stay->answered || !has_end(stay))
			continue;
		if (stay->enqueue.event.queue == queue)
			return stay;
		any = any ? any : stay;
	}
	return any;
}

static void talks(struct rerun *run, acd_call id)
{
	struct live_call *call = live(run, id);
	if (!call || !call->stay || !call->waits)
		return;
	const struct stay *own = &run->day->stays[call->stay - 1];
	const struct stay *stay = own->answered ? own : talk_like(run, id, own->enqueue.event.queue);
	/* A disposition that never came was cut off by a restart or had no room: it is not to be waited for here. */
	bool forgives = stay && !has_settled(stay) && (stay != own || stay->talking_count == STAY_DEEDS);
	call->waits = false;
	call->talks = true;
	call->generation = ++run->generation;
	for (uint32_t i = 0; stay && i < stay->talking_count; i++) {
		struct deed deed = stay->talking[i];
		bool of_agent = deed.event.type <= ACD_AGENT_SETTLED;
		deed.event.call = of_agent ? deed.event.call : id;
		deed.event.agent = of_agent ? call->agent : deed.event.agent;
		deed.rank = stay == own ? deed.rank : UINT64_MAX;
		if (forgives && deed.event.type == ACD_TALK_ENDED && deed.event.reason == ACD_TALK_OWES)
			deed.event.reason = ACD_TALK_OVER;
		/* What comes after the talk is the agent's and is not dropped with the call. */
		plan(run, &deed, run->now_us, of_agent ? ALWAYS : TALKS, call->generation);
	}
}

/* ---- one event ---- */

static void keep(void *user, const struct acd_decision *decision)
{
	struct rerun *run = user;
	measures_decision(run->measures, decision);
	if (run->decision_count == run->decision_room) {
		struct acd_decision *more =
		    realloc(run->decisions, (run->decision_room = 2 * run->decision_room + 256) * sizeof(*more));
		if (!more) {
			run->error = -ENOMEM;
			return;
		}
		run->decisions = more;
	}
	run->decisions[run->decision_count++] = *decision;
}

static void answer_decisions(struct rerun *run)
{
	for (uint32_t i = 0; i < run->decision_count; i++) {
		const struct acd_decision *decision = &run->decisions[i];
		if (decision->type == ACD_D_OFFER)
			offered(run, decision);
		if (decision->type == ACD_D_WINNER)
			won(run, decision);
		if (decision->type == ACD_D_EXIT || decision->type == ACD_D_REFUSED)
			caller_left(run, decision->call);
		if (decision->type == ACD_D_OFFER_CANCEL)
			run->offers[decision->offer % BUCKETS].id = 0;
		if (decision->type == ACD_D_UNEXPECTED)
			run->unexpected++;
	}
	run->decision_count = 0;
}

static void decide(struct rerun *run, struct acd_event *event, uint64_t rank)
{
	event->sequence = ++run->sequence;
	run->now_us = event->at_us;
	measures_event(run->measures, run->acd, event);
	acd_decide(run->acd, event, keep, run);
	if (event->type == ACD_ENQUEUE)
		caller_waits(run, event, rank);
	if (event->type == ACD_TALK_STARTED)
		talks(run, event->call);
	struct live_call *call = live(run, event->call);
	if (call && (event->type == ACD_GONE || (event->type == ACD_TALK_ENDED && call->talks)))
		call->generation = 0;
	if (event->type == ACD_TALK_ENDED && event->reason == ACD_TALK_DROPPED && call && call->talks)
		caller_waits(run, event, rank);
	answer_decisions(run);
}

/* When the box worked off a deadline at this time, by rank; UINT64_MAX: it had none then. */
static uint64_t deadline_rank(const struct rerun *run, uint64_t at_us)
{
	const struct day *day = run->day;
	uint32_t low = 0, high = day->time_count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		const struct deed *deed = &day->times[middle];
		if (deed->epoch < run->epoch || (deed->epoch == run->epoch && deed->event.at_us < at_us))
			low = middle + 1;
		else
			high = middle;
	}
	return low < day->time_count && day->times[low].epoch == run->epoch && day->times[low].event.at_us == at_us
	           ? day->times[low].rank
	           : UINT64_MAX;
}

/* A deadline before the next event; at its very time only if the box came to it first. What it leads to may come before
 * that event, so one at a time. */
static bool work_off(struct rerun *run, uint64_t at_us, uint64_t rank)
{
	uint64_t due_us = acd_next_deadline_us(run->acd);
	if (due_us > at_us || (due_us == at_us && deadline_rank(run, due_us) >= rank))
		return false;
	struct acd_event time = {.type = ACD_TIME, .at_us = due_us};
	decide(run, &time, UINT64_MAX);
	return true;
}

static bool still_holds(struct rerun *run, const struct pending *pending)
{
	const struct live_call *call = live(run, pending->event.call);
	if (pending->epoch != run->epoch)
		return false;
	if (pending->guard == WAITS || pending->guard == TALKS)
		return call && call->generation == pending->generation;
	if (pending->guard == OFFERED)
		return run->offers[pending->event.offer % BUCKETS].id == pending->event.offer;
	return true;
}

static bool prepare(struct rerun *run, struct pending *pending)
{
	struct acd_event *event = &pending->event;
	if (event->type != ACD_SETTINGS || !event->settings)
		return true;
	struct acd_settings *copy;
	if (acd_settings_copy(&copy, event->settings) < 0)
		return false;
	if (run->change->settings && !run->change->settings(run->change->user, &copy)) {
		acd_settings_free(copy);
		return false;
	}
	event->settings = copy;
	return true;
}

static void happen(struct rerun *run, struct pending *pending)
{
	struct acd_event event;
	if (!still_holds(run, pending))
		return;
	if (!prepare(run, pending)) {
		run->error = -EINVAL;
		return;
	}
	event = pending->event;
	event.at_us = event.type == ACD_RESTART ? 0 : pending->at_us;
	if (event.type == ACD_RESTART)
		run->epoch++;
	decide(run, &event, pending->rank);
}

/* ---- all of it ---- */

static void plan_absolute(struct rerun *run, const struct deed *deed)
{
	push(run,
	     (struct pending){.at_us = deed->after_us, .rank = deed->rank, .epoch = deed->epoch, .event = deed->event});
}

/* What happened, unless the change leaves it out. */
static bool is_left_out(const struct rerun *run, const struct deed *deed)
{
	bool of_agent = deed->event.type >= ACD_AGENT_LOGIN && deed->event.type <= ACD_AGENT_SETTLED;
	return of_agent && run->change->agent && !run->change->agent(run->change->user, run->day, deed);
}

static int begin(struct rerun *run)
{
	struct day *day = run->day;
	const char *fault;
	int error = acd_state_read(&run->acd, day->state, day->state_bytes, &fault);
	run->next_answer = calloc(day->answer_count + 1, sizeof(*run->next_answer));
	if (error || !run->next_answer)
		return error ? error : -ENOMEM;
	for (uint32_t i = day->answer_count; i-- > 0;) {
		day->answers[i].used = false;
		run->next_answer[i] = run->first_answer[day->answers[i].call % BUCKETS];
		run->first_answer[day->answers[i].call % BUCKETS] = i + 1;
	}
	run->sequence = acd_sequence(run->acd);
	measures_begin(run->measures, run->acd);
	if (run->change->settings && day->settings->queue_count)
		push(run, (struct pending){.event = {.type = ACD_SETTINGS, .settings = day->settings}});
	for (uint32_t i = 0; i < day->absolute_count; i++)
		if (!is_left_out(run, &day->absolute[i]))
			plan_absolute(run, &day->absolute[i]);
	for (uint32_t i = 0; i < run->change->more_count; i++)
		plan_absolute(run, &run->change->more[i]);
	return run->error;
}

int rerun(struct day *day, const struct change *change, struct measures *measures)
{
	struct rerun *run = calloc(1, sizeof(*run));
	if (!run)
		return -ENOMEM;
	*measures = (struct measures){.only_day = measures->only_day};
	run->day = day;
	run->change = change;
	run->measures = measures;
	uint32_t last_epoch = day->absolute_count ? day->absolute[day->absolute_count - 1].epoch : 0;
	int error = begin(run);
	while (!error && run->count) {
		const struct pending *next = &run->heap[0];
		if (next->epoch > last_epoch || (next->epoch == last_epoch && next->at_us > day->last_us))
			break;
		if (next->epoch != run->epoch || !work_off(run, next->at_us, next->rank)) {
			struct pending pending = pop(run);
			happen(run, &pending);
		}
		error = run->error;
	}
	if (!error) {
		while (work_off(run, day->last_us, UINT64_MAX))
			continue;
		measures_end(measures, run->acd, day->last_us);
	}
	acd_free(run->acd);
	free(run->next_answer);
	free(run->decisions);
	free(run->heap);
	free(run);
	return error;
}
