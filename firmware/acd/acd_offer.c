/*
 * Offers: an agent is reserved, rung, lifts, and the talk path is confirmed; or one of these does not come and the call
 * goes to the next agent, keeping its place.
 */
#include "acd/acd_private.h"

#include "base/clock.h"

/* NULL: removed from the settings meanwhile. */
static const struct acd_agent_settings *settings_of(const struct agent *agent)
{
	return agent->index == ACD_NONE ? NULL : &agent->acd->settings->agents[agent->index];
}

static uint32_t ring_time_ms(const struct agent *agent, const struct queue *queue)
{
	const struct acd_agent_settings *own = settings_of(agent);
	return own && own->ring_time_ms ? own->ring_time_ms : queue->settings->ring_time_ms;
}

static void tell(struct agent *agent, enum acd_decision_type type, enum acd_offer_result result)
{
	const struct call *call = agent->call;
	const struct queue *queue = call->queue; /* NULL: deleted since, then nothing is offered */
	struct acd_decision decision = {
	    .type = type,
	    .call = call->id,
	    .queue = queue ? queue->index : ACD_NONE,
	    .agent = agent->index,
	    .offer = agent->offer,
	    .port = agent->port,
	    .result = result,
	    .kept_us = call->kept_us,
	    .ring_ms = queue && type == ACD_D_OFFER ? ring_time_ms(agent, queue) : 0,
	};
	emit(agent->acd, &decision);
}

/* At least 1 ms, so that time always gets on. */
static void start_timer(struct agent *agent, const char *name, uint32_t ms)
{
	agent->timer.name = name;
	timer_start(agent->acd->timers, &agent->timer, agent->acd->now_us + (ms ? ms : 1) * US_PER_MS);
}

static void link_offer(struct call *call, struct agent *agent)
{
	agent->call = call;
	agent->offer_previous = NULL;
	agent->offer_next = call->offered;
	if (call->offered)
		call->offered->offer_previous = agent;
	call->offered = agent;
}

static void unlink_offer(struct agent *agent)
{
	if (agent->offer_previous)
		agent->offer_previous->offer_next = agent->offer_next;
	else
		agent->call->offered = agent->offer_next;
	if (agent->offer_next)
		agent->offer_next->offer_previous = agent->offer_previous;
	agent->offer_next = agent->offer_previous = NULL;
}

/* The offer number is no longer valid: whatever comes late for it is unexpected. */
static void forget_offer(struct agent *agent)
{
	map_remove(&agent->acd->agents_by_offer, agent->offer);
	agent->offer = 0;
	timer_stop(agent->acd->timers, &agent->timer);
}

static void detach(struct agent *agent)
{
	forget_offer(agent);
	unlink_offer(agent);
	agent->call->winner = NULL;
	agent->call = NULL;
}

/* From the order of those who wait to being rung; a call that rings all stays open for further agents. */
static void begin_ringing(struct call *call)
{
	struct queue *queue = call->queue;
	forecast_taken(call);
	call->rung = true;
	bool one_only = call->bound != NULL;
	reserve_changed(queue);
	waiting_remove(call_root(call), call);
	bound_release(call);
	call->phase = PHASE_RINGING;
	call->unadmitted = false;
	queue->ringing++;
	call->one_only = one_only;
	call->gathering = queue->strategy->all && !queue->settings->progressive_ms && !one_only;
	if (call->gathering)
		waiting_insert(&queue->gathering, call);
}

static void count_offer(struct seat *seat)
{
	seat->turn = next_order(seat->agent->acd);
	seat->queue->last_offered = seat->ordinal + 1;
}

void offer_make(struct call *call, struct agent *agent, struct seat *seat)
{
	struct acd *acd = agent->acd;
	if (call->phase == PHASE_WAITING)
		begin_ringing(call);
	why_note(call, agent, seat);
	if (seat)
		count_offer(seat);
	link_offer(call, agent);
	agent->offer = ++acd->last_offer ? acd->last_offer : ++acd->last_offer;
	map_put(&acd->agents_by_offer, agent->offer, agent);
	agent_enter(agent, ACD_RESERVED);
	start_timer(agent, "offer-lease", acd->settings->offer_lease_ms);
	if (call->queue->strategy->all && call->queue->settings->progressive_ms && !call->one_only)
		call_gather_later(call);
	tell(agent, ACD_D_OFFER, ACD_OFFER_ANSWERED);
}

bool offer_pending(const struct agent *agent)
{
	return agent->offer && agent->call->phase == PHASE_RINGING;
}

/* ---- autopause ---- */

static void count_miss(uint32_t *misses, enum acd_offer_result result)
{
	misses[ACD_MISS_ANY]++;
	misses[ACD_MISS_NO_ANSWER] += result == ACD_OFFER_NO_ANSWER;
	misses[ACD_MISS_BUSY] += result == ACD_OFFER_BUSY;
}

static bool just_talked(const struct agent *agent, uint32_t delay_ms)
{
	return agent->talk_ended_us && agent->acd->now_us < agent->talk_ended_us + delay_ms * US_PER_MS;
}

/* Paused in one queue; in the last that was left: altogether. */
static void pause_here(struct agent *agent, struct seat *seat)
{
	seat->paused = true;
	for (uint32_t i = 0; i < agent->seat_count; i++)
		if (!agent->seats[i]->paused)
			return;
	agent->wish_paused = true;
	agent->reason = ACD_REASON_MISSED;
}

/* Not answered so many times in a row: nobody sits there. Until the agent says ready, nothing more is offered. */
static void pause_who_misses(struct agent *agent, const struct queue *queue, enum acd_offer_result result)
{
	struct seat *seat = queue ? agent_seat_in(agent, queue) : NULL;
	count_miss(agent->misses, result);
	if (!seat)
		return;
	count_miss(seat->misses, result);
	const struct acd_queue_settings *settings = queue->settings;
	const uint32_t *misses = settings->autopause_here ? seat->misses : agent->misses;
	if (!settings->autopause_after || misses[settings->autopause_on] < settings->autopause_after ||
	    agent->wish_paused || agent->wish_logout || just_talked(agent, settings->autopause_delay_ms))
		return;
	if (settings->autopause_here) {
		pause_here(agent, seat);
		return;
	}
	agent->wish_paused = true;
	agent->reason = ACD_REASON_MISSED;
}

/* The offer came to nothing by the agent's doing: it is tried again after the others, and not before pause_ms. */
static void lose(struct agent *agent, enum acd_offer_result result, uint32_t pause_ms, bool counts)
{
	struct call *call = agent->call;
	detach(agent);
	agent->missed++;
	if (counts)
		pause_who_misses(agent, call->queue, result);
	agent->retry_until_us = agent->acd->now_us + pause_ms * US_PER_MS;
	if (call->direct && result == ACD_OFFER_NO_ANSWER)
		call->overdue = true; /* who was asked for does not answer: there is nobody else */
	if (!call->offered)
		queue_return(call);
	bound_let_go(agent);
	agent_settle(agent);
}

static uint32_t retry_ms(const struct agent *agent)
{
	const struct queue *queue = agent->call->queue;
	const struct acd_agent_settings *own = settings_of(agent);
	uint32_t own_ms = own ? own->retry_ms : 0, queue_ms = queue ? queue->settings->retry_ms : 0;
	return own_ms > queue_ms ? own_ms : queue_ms;
}

void offer_drop(struct agent *agent, enum acd_offer_result result)
{
	tell(agent, ACD_D_OFFER_CANCEL, result);
	lose(agent, result, retry_ms(agent), !agent->unplugged); /* its line is cut: nobody's fault */
}

/* In these two nobody said in time what had become of it: that is a fault, and the offer ends all the same. */
static bool lease_ran_out(const struct agent *agent)
{
	return agent->call->phase == PHASE_WON || agent->state == ACD_RESERVED;
}

void offer_deadline(struct agent *agent)
{
	agent->acd->leases_expired += lease_ran_out(agent);
	offer_drop(agent, agent->call->phase == PHASE_WON ? ACD_OFFER_DECLINED : ACD_OFFER_NO_ANSWER);
}

void offer_cancel_all(struct call *call, enum acd_offer_result result, const struct agent *but)
{
	struct agent *next;
	for (struct agent *agent = call->offered; agent; agent = next) {
		next = agent->offer_next;
		if (agent == but)
			continue;
		tell(agent, ACD_D_OFFER_CANCEL, result);
		detach(agent);
		agent_settle(agent);
	}
}

static bool ringing(struct agent *agent)
{
	if (agent->state != ACD_RESERVED || !offer_pending(agent))
		return false;
	agent_enter(agent, ACD_RINGING);
	start_timer(agent, "ring-time", ring_time_ms(agent, agent->call->queue));
	return true;
}

static bool answer(struct agent *agent)
{
	struct call *call = agent->call;
	if (call->phase != PHASE_RINGING)
		return false;
	call_gather_no_more(call);
	call->phase = PHASE_WON;
	offer_cancel_all(call, ACD_OFFER_LOST_RACE, agent);
	call->winner = agent;
	start_timer(agent, "talk-lease", agent->acd->settings->offer_lease_ms);
	tell(agent, ACD_D_WINNER, ACD_OFFER_ANSWERED);
	return true;
}

/*
 * A telephone that could not be rung is not tried again at event speed: not before the lease would have run out.
 * After the agent has lifted, whatever went wrong counts as lifted and dropped.
 */
static bool failed(struct agent *agent, enum acd_offer_result result, uint8_t how)
{
	if (result != ACD_OFFER_BUSY && result != ACD_OFFER_DECLINED && result != ACD_OFFER_NO_ANSWER)
		return false;
	uint32_t pause_ms = retry_ms(agent), lease_ms = agent->acd->settings->offer_lease_ms;
	bool rung = agent->call->phase == PHASE_WON || result == ACD_OFFER_DECLINED;
	agent->phone_busy |= (how & ACD_FAILED_LIFTED) != 0;
	lose(agent, result, rung || pause_ms > lease_ms ? pause_ms : lease_ms, !(how & ACD_FAILED_UNCOUNTED));
	return true;
}

void offer_event(struct acd *acd, const struct acd_event *event)
{
	struct agent *agent = map_get(&acd->agents_by_offer, event->offer);
	bool fits = false;
	if (agent && event->type == ACD_OFFER_RINGING)
		fits = ringing(agent);
	else if (agent && event->type == ACD_OFFER_ANSWER)
		fits = answer(agent);
	else if (agent && event->type == ACD_OFFER_FAILED)
		fits = failed(agent, event->result, event->reason);
	if (!fits)
		unexpected(acd, event);
}

/* ---- talk ---- */

static void seat_count_call(struct agent *agent, const struct queue *queue)
{
	struct seat *seat = agent_seat_in(agent, queue);
	if (seat)
		seat->calls++;
}

/* What has been talked since the last change of state counts for the queue of the call. */
static void seat_count_talk(const struct call *call)
{
	const struct agent *agent = call->winner;
	struct seat *seat = agent->state == ACD_TALKING ? agent_seat_in(agent, call->queue) : NULL;
	if (seat)
		seat->talk_us += agent->acd->now_us - agent->since_us;
}

static void talk_started(struct call *call)
{
	struct agent *agent = call->winner;
	forget_offer(agent);
	unlink_offer(agent);
	call->phase = PHASE_TALKING;
	call->talk_us = agent->acd->now_us;
	call->talk_day = agent->acd->day;
	agent_answers(agent);
	agent->calls += !call->direct;
	agent->direct_calls += call->direct;
	agent->login_calls++;
	seat_count_call(agent, call->queue);
	queue_answered(call);
	agent_enter(agent, ACD_TALKING);
}

void wrap_up_begin(struct agent *agent)
{
	start_timer(agent, "wrap-up", agent->wrap_up_ms);
}

#define GIVEN_BACK_REST_US (5 * US_PER_S)

static uint32_t wrap_up_of(const struct call *call)
{
	const struct acd_agent_settings *own = settings_of(call->winner);
	if (own && own->own_wrap_up)
		return own->wrap_up_ms;
	return call->queue ? call->queue->settings->wrap_up_ms : 0;
}

/* Also where there is no wrap-up, the idle clock starts here. */
static void talk_ended(struct call *call, enum acd_talk_end end)
{
	struct agent *agent = call->winner;
	uint32_t wrap_up_ms = agent->wish_logout ? 0 : wrap_up_of(call);
	agent->owes |= end == ACD_TALK_OWES && agent->index != ACD_NONE;
	bool wraps_up = wrap_up_ms > 0; /* who owes a disposition does without a time too: agent_settle() */
	agent->idle_order = next_order(agent->acd);
	agent->talk_ended_us = agent->acd->now_us;
	seat_count_talk(call);
	if (call->queue)
		forecast_handled(call);
	if (end == ACD_TALK_GIVEN_BACK) /* somebody else first */
		agent->retry_until_us = agent->acd->now_us + GIVEN_BACK_REST_US;
	agent->wrap_up_ms = wrap_up_ms;
	if (wraps_up) {
		agent_enter(agent, ACD_WRAP_UP);
		wrap_up_begin(agent);
	}
	agent->call = NULL;
	call_release(call);
	if (!wraps_up)
		agent_settle(agent);
}

/* What answering has counted is taken back; the time that it took stays among the agent's. */
static void talk_dropped(struct call *call)
{
	struct agent *agent = call->winner;
	struct seat *seat = agent_seat_in(agent, call->queue);
	agent->calls -= !call->direct && agent->calls;
	agent->direct_calls -= call->direct && agent->direct_calls;
	agent->login_calls -= agent->login_calls > 0;
	if (seat)
		seat->calls -= seat->calls > 0;
	agent->call = NULL;
	call->winner = NULL;
	agent->missed++;
	pause_who_misses(agent, call->queue, ACD_OFFER_DECLINED);
	agent->retry_until_us = agent->acd->now_us + GIVEN_BACK_REST_US;
	queue_unanswered(call);
	bound_let_go(agent);
	agent_settle(agent);
}

static void hold(struct call *call)
{
	seat_count_talk(call);
	agent_enter(call->winner, ACD_HOLD);
}

void talk_event(struct acd *acd, const struct acd_event *event)
{
	struct call *call = map_get(&acd->calls_by_id, event->call);
	enum phase phase = call ? call->phase : PHASE_FREE;
	enum acd_state state = phase == PHASE_TALKING ? call->winner->state : ACD_LOGGED_OUT;
	if (event->type == ACD_TALK_STARTED && phase == PHASE_WON)
		talk_started(call);
	else if (event->type == ACD_TALK_HOLD && state == ACD_TALKING)
		hold(call);
	else if (event->type == ACD_TALK_RESUMED && state == ACD_HOLD)
		agent_enter(call->winner, ACD_TALKING);
	else if (event->type == ACD_TALK_ENDED && phase == PHASE_TALKING && event->reason == ACD_TALK_DROPPED)
		talk_dropped(call);
	else if (event->type == ACD_TALK_ENDED && phase == PHASE_TALKING)
		talk_ended(call, (enum acd_talk_end)event->reason);
	else if (event->type == ACD_TALK_ENDED && phase == PHASE_WON)
		lose(call->winner, ACD_OFFER_DECLINED, retry_ms(call->winner), true);
	else
		unexpected(acd, event);
}
