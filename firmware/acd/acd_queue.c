/*
 * Callers come into a queue and leave it, and every way is counted once: arrived = refused + short abandons + offered,
 * offered = answered + abandoned + diverted + waiting + ringing. Calls from another queue are counted beside that, in
 * the same way: a call counts once, where it was first offered.
 */
#include "acd/acd_private.h"

#include "base/clock.h"

/* ---- one call ---- */

static void wait_over(void *argument)
{
	struct call *call = argument;
	struct acd *acd = call->acd;
	if (acd->now_us < call->wait_timer.deadline_us)
		acd->now_us = call->wait_timer.deadline_us;
	if (call->phase == PHASE_WAITING)
		call_exit(call, ACD_EXIT_MAX_WAIT);
	else
		call->overdue = true;
	match_run(acd);
}

/* It has waited for a step of relaxation: more agents will do. Its place stays. */
static void relaxed(void *argument)
{
	struct call *call = argument;
	struct acd *acd = call->acd;
	if (acd->now_us < call->relax_timer.deadline_us)
		acd->now_us = call->relax_timer.deadline_us;
	if (!call->queue)
		return;
	if (call->phase == PHASE_WAITING) {
		waiting_remove(call_root(call), call);
		call_restage(call);
		waiting_insert(call_root(call), call);
		match_mark(call->queue);
	}
	call_relax(call);
	match_run(acd);
}

/* Progressive ring: the next free agent is rung as well, now or as soon as there is one. */
static void one_more(void *argument)
{
	struct call *call = argument;
	struct acd *acd = call->acd;
	if (acd->now_us < call->more_timer.deadline_us)
		acd->now_us = call->more_timer.deadline_us;
	if (call->phase != PHASE_RINGING || !call->queue || !call->queue->strategy->all)
		return;
	call->gathering = true;
	waiting_insert(&call->queue->gathering, call);
	match_mark(call->queue);
	match_run(acd);
}

void call_relax(struct call *call)
{
	const struct queue *queue = call->queue;
	call_restage(call);
	if (queue->strategy->skilled && call->relaxed < queue->settings->relax_count)
		timer_start(call->acd->timers, &call->relax_timer,
		            call->arrived_us + queue->settings->relax[call->relaxed].after_ms * US_PER_MS);
	else
		timer_stop(call->acd->timers, &call->relax_timer);
}

void call_init(struct acd *acd, struct call *call)
{
	*call = (struct call){.acd = acd, .left = acd->free_calls};
	timer_init(&call->wait_timer, "max-wait", wait_over, call);
	timer_init(&call->relax_timer, "relax", relaxed, call);
	bound_init(call);
	timer_init(&call->more_timer, "progressive", one_more, call);
	acd->free_calls = call;
}

/* The longest wait counts from the arrival, also from one in another queue. */
void call_watch(struct call *call)
{
	uint64_t limit_ms = call->queue->settings->wait_max_ms;
	call->overdue = false;
	if (!limit_ms || limit_ms > (UINT64_MAX - call->arrived_us) / US_PER_MS)
		timer_stop(call->acd->timers, &call->wait_timer);
	else
		timer_start(call->acd->timers, &call->wait_timer, call->arrived_us + limit_ms * US_PER_MS);
	call_relax(call);
}

void call_gather_no_more(struct call *call)
{
	if (call->gathering)
		waiting_remove(&call->queue->gathering, call);
	call->gathering = false;
	timer_stop(call->acd->timers, &call->more_timer);
}

void call_gather_later(struct call *call)
{
	call_gather_no_more(call);
	timer_start(call->acd->timers, &call->more_timer,
	            call->acd->now_us + call->queue->settings->progressive_ms * US_PER_MS);
}

static void leave_queue(struct call *call)
{
	timer_stop(call->acd->timers, &call->wait_timer);
	timer_stop(call->acd->timers, &call->relax_timer);
	timer_stop(call->acd->timers, &call->more_timer);
	if (!call->queue)
		return;
	call_gather_no_more(call);
	if (call->phase == PHASE_WAITING) {
		waiting_remove(call_root(call), call);
		bound_release(call);
		reserve_changed(call->queue);
	} else if (call->phase == PHASE_RINGING || call->phase == PHASE_WON) {
		call->queue->ringing--;
	}
}

void call_release(struct call *call)
{
	struct acd *acd = call->acd;
	map_remove(&acd->calls_by_id, call->id);
	leave_queue(call);
	call->phase = PHASE_FREE;
	call->queue = NULL;
	call->winner = NULL;
	call->left = acd->free_calls;
	call->right = NULL;
	acd->free_calls = call;
}

void call_exit(struct call *call, enum acd_exit why)
{
	struct acd_decision decision = {.type = ACD_D_EXIT,
	                                .call = call->id,
	                                .queue = call->queue ? call->queue->index : ACD_NONE,
	                                .agent = ACD_NONE,
	                                .port = ACD_NONE,
	                                .exit = why};
	if (call->queue) {
		call->queue->counts[call->transferred].diverted++;
		call->queue->exits[why]++;
	}
	call_release(call);
	emit(call->acd, &decision);
}

/* ---- in ---- */

static void refuse(struct acd *acd, struct queue *queue, const struct acd_event *event, enum acd_exit why)
{
	struct acd_decision decision = {.type = ACD_D_REFUSED,
	                                .call = event->call,
	                                .queue = queue ? queue->index : event->queue,
	                                .agent = ACD_NONE,
	                                .port = ACD_NONE,
	                                .exit = why};
	if (queue) {
		queue->counts[event->transferred].refused++;
		queue->exits[why]++;
	}
	emit(acd, &decision);
}

/* Closed, or beyond a limit that the sender keeps: the call was there and was refused. What follows is the sender's. */
void queue_turned_away(struct acd *acd, const struct acd_event *event)
{
	struct queue *queue = event->queue < acd->queue_count ? acd->queues[event->queue] : NULL;

	if (!queue || !event->reason || event->reason >= ACD_EXIT_COUNT) {
		unexpected(acd, event);
		return;
	}
	queue->counts[event->transferred].arrived++;
	queue->counts[event->transferred].refused++;
	queue->exits[event->reason]++;
}

static struct agent *named_agent(const struct acd *acd, const struct acd_event *event)
{
	return event->agent < acd->agent_count ? acd->agents[event->agent] : NULL;
}

static enum acd_exit admission(const struct acd *acd, const struct queue *queue, const struct agent *agent)
{
	const struct acd_queue_settings *settings = queue->settings;
	uint32_t length_max = settings->length_max ? settings->length_max : CONFIG_QUEUE_LENGTH_MAX;
	if (settings->direct && (!agent || agent->state == ACD_LOGGED_OUT))
		return ACD_EXIT_JOIN_EMPTY;
	if (!settings->grace_ms && !leave_may_join(queue))
		return ACD_EXIT_JOIN_EMPTY;
	if (waiting_count(queue->waiting) + queue->bound_count + queue->ringing >= length_max)
		return ACD_EXIT_FULL;
	return acd->free_calls ? ACD_EXIT_NONE : ACD_EXIT_LIMIT;
}

static bool admits(const struct queue *queue)
{
	return admission(queue->acd, queue, NULL) == ACD_EXIT_NONE;
}

static struct call *take(struct acd *acd, struct queue *queue, const struct acd_event *event)
{
	struct call *call = acd->free_calls;
	acd->free_calls = call->left;
	call->left = call->right = NULL;
	call->id = event->call;
	call->queue = queue;
	call->phase = PHASE_WAITING;
	call->priority = event->priority ? event->priority : queue->settings->priority;
	call->arrived_us = event->arrived_us && event->arrived_us < acd->now_us ? event->arrived_us : acd->now_us;
	call->entry = next_order(acd);
	call->offered = call->winner = NULL;
	call->gathering = call->rung = call->told = call->one_only = false;
	call->talk_us = call->bound_us = 0; /* of the call that had this place before */
	call->talk_in_time = false;
	call->talk_day = 0;
	call->told_low_ms = call->told_high_ms = 0;
	call->transferred = event->transferred;
	call->head = event->head;
	call->unadmitted = !leave_may_join(queue);
	call->joined_us = acd->now_us;
	map_put(&acd->calls_by_id, call->id, call);
	return call;
}

void call_join(struct call *call)
{
	call->phase = PHASE_WAITING;
	call_restage(call);
	if (call->bound) {
		bound_wait(call);
		return;
	}
	waiting_rank_call(call);
	waiting_insert(&call->queue->waiting, call);
	reserve_changed(call->queue);
	match_mark(call->queue);
	leave_joined(call);
}

void queue_enqueue(struct acd *acd, const struct acd_event *event)
{
	struct queue *queue = event->queue < acd->queue_count ? acd->queues[event->queue] : NULL;
	if (!event->call || map_get(&acd->calls_by_id, event->call)) {
		unexpected(acd, event);
		return;
	}
	if (!queue) {
		refuse(acd, NULL, event, ACD_EXIT_NO_QUEUE);
		return;
	}
	if (queue->settings->best_count)
		queue = best_queue(queue, admits);
	queue->counts[event->transferred].arrived++;
	enum acd_exit why = admission(acd, queue, named_agent(acd, event));
	if (why) {
		refuse(acd, queue, event, why);
		return;
	}
	struct call *call = take(acd, queue, event);
	bound_take(call, named_agent(acd, event));
	call_join(call);
	struct acd_decision decision = {.type = ACD_D_ACCEPTED,
	                                .call = call->id,
	                                .queue = queue->index,
	                                .agent = ACD_NONE,
	                                .port = ACD_NONE,
	                                .position = waiting_rank(*call_root(call), call)};
	forecast_tell(call, queue->free_count ? 0 : decision.position);
	if (call->told && !queue->forecast.muted) {
		decision.low_ms = call->told_low_ms;
		decision.high_ms = call->told_high_ms;
	}
	emit(acd, &decision);
	call_watch(call);
}

void queue_return(struct call *call)
{
	if (!call->queue) {
		call_exit(call, ACD_EXIT_NO_QUEUE);
		return;
	}
	if (call->overdue) {
		call_exit(call, ACD_EXIT_MAX_WAIT);
		return;
	}
	call_gather_no_more(call);
	call->queue->ringing--;
	if (call->direct)
		bound_again(call);
	call_join(call);
}

/* ---- out ---- */

static bool within(uint64_t wait_us, uint32_t threshold_ms)
{
	return wait_us <= threshold_ms * US_PER_MS;
}

void queue_answered(struct call *call)
{
	struct queue *queue = call->queue;
	timer_stop(call->acd->timers, &call->wait_timer);
	timer_stop(call->acd->timers, &call->relax_timer);
	if (!queue)
		return;
	uint64_t wait_us = call->acd->now_us - call->arrived_us;
	struct queue_counts *counts = &queue->counts[call->transferred];
	forecast_answered(call);
	queue->ringing--;
	counts->answered++;
	counts->wait_answered_us += wait_us;
	call->talk_in_time = within(wait_us, queue->settings->service_level_ms);
	counts->answered_within += call->talk_in_time;
	reserve_served(queue, call->talk_in_time);
}

/* Answered on a day that is over: it is of the present one again. Else that answer was none. */
static void take_answer_back(const struct call *call)
{
	struct queue_counts *counts = &call->queue->counts[call->transferred];
	uint64_t wait_us = call->talk_us - call->arrived_us;
	if ((call->talk_day && call->talk_day != call->acd->day) || !counts->answered) {
		counts->arrived++;
		return;
	}
	counts->answered--;
	counts->wait_answered_us -= wait_us < counts->wait_answered_us ? wait_us : counts->wait_answered_us;
	counts->answered_within -= call->talk_in_time;
}

void queue_unanswered(struct call *call)
{
	if (!call->queue) {
		call_exit(call, ACD_EXIT_NO_QUEUE);
		return;
	}
	take_answer_back(call);
	call->told = false; /* what it was told has been looked at */
	call->overdue = false;
	if (call->direct)
		bound_again(call);
	call_join(call);
	struct acd_decision decision = {.type = ACD_D_ACCEPTED,
	                                .call = call->id,
	                                .queue = call->queue->index,
	                                .agent = ACD_NONE,
	                                .port = ACD_NONE,
	                                .position = waiting_rank(*call_root(call), call)};
	emit(call->acd, &decision);
	call_watch(call);
}

static void count_abandoned(struct call *call)
{
	struct queue *queue = call->queue;
	if (!queue)
		return;
	forecast_given_up(call);
	uint64_t wait_us = call->acd->now_us - call->arrived_us;
	struct queue_counts *counts = &queue->counts[call->transferred];
	if (wait_us < queue->settings->short_abandon_ms * US_PER_MS) {
		counts->short_abandoned++;
		return;
	}
	counts->abandoned++;
	counts->abandoned_within += within(wait_us, queue->settings->service_level_ms);
	if (!within(wait_us, queue->settings->service_level_ms))
		reserve_served(queue, false);
}

void queue_gone(struct acd *acd, const struct acd_event *event)
{
	struct call *call = map_get(&acd->calls_by_id, event->call);
	if (!call || call->phase == PHASE_TALKING) {
		unexpected(acd, event);
		return;
	}
	count_abandoned(call);
	offer_cancel_all(call, ACD_OFFER_CANCELLED, NULL);
	call_release(call);
}

void queue_priority(struct acd *acd, const struct acd_event *event)
{
	struct call *call = map_get(&acd->calls_by_id, event->call);
	if (!call || !call->queue || (call->phase != PHASE_WAITING && call->phase != PHASE_RINGING)) {
		unexpected(acd, event);
		return;
	}
	bool in_order = call->phase == PHASE_WAITING;
	struct call **root = in_order ? call_root(call) : &call->queue->gathering;
	bool placed = in_order || call->gathering;
	if (placed)
		waiting_remove(root, call);
	call->head = event->priority == 0;
	call->priority = event->priority ? event->priority : call->priority;
	if (placed && call->bound) {
		bound_wait(call);
		return;
	}
	waiting_rank_call(call);
	if (placed)
		waiting_insert(root, call);
	if (in_order)
		reserve_changed(call->queue); /* somebody else may be next, who has waited longer */
	match_mark(call->queue);
}

void queue_withdraw(struct acd *acd, const struct acd_event *event)
{
	struct call *call = map_get(&acd->calls_by_id, event->call);
	if (!call || call->phase == PHASE_TALKING || call->phase == PHASE_WON) {
		unexpected(acd, event);
		return;
	}
	offer_cancel_all(call, ACD_OFFER_CANCELLED, NULL);
	call_exit(call, event->reason >= ACD_EXIT_KEY && event->reason < ACD_EXIT_COUNT ? (enum acd_exit)event->reason
	                                                                                : ACD_EXIT_WITHDRAWN);
}
