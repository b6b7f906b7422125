/* A call: the object, its two sides, and how it ends. */
#include "call/parts.h"

#include <string.h>

const char *const call_state_names[CALL_STATE_COUNT] = {
    "free",    "dialling", "setup",   "announcement", "menu",     "log-in",
    "waiting", "ringing",  "talking", "hold",         "clearing", "wrap-up",
};

static void overflow_expired(void *argument);
static void announce_expired(void *argument);
static void ring_expired(void *argument);

/* ---- the object ---- */

struct call *call_new(struct control *control, enum call_direction direction)
{
	struct call *call = control->free_call;

	if (!call) {
		control->calls_refused++;
		return NULL;
	}
	control->free_call = call->next;
	memset(call, 0, sizeof(*call));
	call->control = control;
	call->previous = control->last;
	if (control->last)
		control->last->next = call;
	else
		control->first = call;
	control->last = call;
	control->call_count++;
	control->calls_begun++;
	call->queue = -1;
	call->destination = call->menu = call->huntgroup = -1;
	call->outside = UINT32_MAX;
	call->a.channel = call->b.channel = DRIVER_NO_CHANNEL;
	call->arrived_us = control->now_us;
	call->record.id = control->next_call_id++;
	call->record.direction = (uint8_t)direction;
	call->record.arrived_us = clock_wall_at_us(control->now_us);
	call->state = CALL_SETUP;
	timer_init(&call->announce_timer, "announcement", announce_expired, call);
	timer_init(&call->overflow_timer, "overflow", overflow_expired, call);
	timer_init(&call->ring_timer, "no_answer", ring_expired, call);
	key_index_put(control->by_id, call->record.id, call);
	return call;
}

void call_free(struct call *call)
{
	struct control *control = call->control;

	if (call->remote)
		remote_leg_gone(call);
	timer_stop(control->timers, &call->announce_timer);
	timer_stop(control->timers, &call->overflow_timer);
	timer_stop(control->timers, &call->ring_timer);
	key_index_remove(control->by_id, call->record.id);
	if (call->previous)
		call->previous->next = call->next;
	else
		control->first = call->next;
	if (call->next)
		call->next->previous = call->previous;
	else
		control->last = call->previous;
	control->call_count--;
	if (control->emergency_waiting == call)
		control->emergency_waiting = NULL;
	call->state = CALL_STATE_FREE;
	call->next = control->free_call;
	control->free_call = call;
}

struct call *call_by_id(const struct control *control, uint32_t id)
{
	return key_index_get(control->by_id, id);
}

struct call *call_by_leg(const struct control *control, line_leg leg)
{
	return key_index_get(control->by_leg, leg);
}

void call_set_state(struct call *call, enum call_state state)
{
	log_write(LOG_DEBUG, LOG_CALL, "call %08x: %s -> %s", call->record.id, call_state_names[call->state],
	          call_state_names[state]);
	call->state = state;
}

void call_bind_leg(struct call *call, struct party *party, line_leg leg, uint16_t channel)
{
	struct control *control = call->control;

	party->kind = PARTY_LEG;
	party->leg = leg;
	party->channel = channel;
	party->answered = party->far_cleared = false;
	key_index_put(control->by_leg, leg, call);
	if (channel != DRIVER_NO_CHANNEL) {
		control->channel_call[channel] = call;
		audio_open(control, channel, true);
	}
	call_note_leg(call, party);
}

void call_bind_phone(struct call *call, struct party *party, struct phone *phone)
{
	party->kind = PARTY_PHONE;
	party->phone = phone;
	party->channel = phone->channel;
	phone->call = call;
}

/* ---- timers ---- */

static void overflow_expired(void *argument)
{
	struct call *call = argument;
	const struct config_queue *queue = &call->control->config->queues[call->queue];

	/* Never take a caller away while a telephone rings for them; queue_decisions asks again when it stops. */
	call->overflow_due = true;
	if (call->offers_open == 0)
		queue_leave(call, queue->overflow, ACD_EXIT_OVERFLOW);
}

static void announce_expired(void *argument)
{
	struct call *call = argument;

	if (call->state == CALL_MENU)
		menu_expired(call);
	else if (call->state == CALL_LOGIN)
		login_line_expired(call);
	else
		announce_due(call);
}

static void ring_expired(void *argument)
{
	struct call *call = argument;

	if (huntgroup_rung_out(call))
		return;
	log_write(LOG_INFO, LOG_CALL, "call %08x: no answer", call->record.id);
	call_unbridge(call);
	call_b_failed(call, 19, "no answer");
}

/* ---- connecting ---- */

void call_answer(struct call *call)
{
	if (call->a.kind == PARTY_LEG && !call->a.answered)
		line_leg_connect(call->control->line, call->a.leg);
	call->a.answered = true;
}

void call_unbridge(struct call *call)
{
	if (call->bridged)
		audio_unbridge(call->control, call->a.channel);
	call->bridged = false;
}

void call_talk(struct call *call)
{
	struct control *control = call->control;

	call_answer(call);
	timer_stop(control->timers, &call->ring_timer);
	audio_stop(control, call->a.channel);
	audio_stop(control, call->b.channel);
	audio_bridge(control, call->a.channel, call->b.channel);
	call->bridged = true;
	call->talks++;
	call->b.answered = true;
	call->huntgroup = -1;
	if (!call->answered_us) {
		call->answered_us = control->now_us;
		call->record.answered_us = call->record.arrived_us + (control->now_us - call->arrived_us);
		call->record.wait_ms = (uint32_t)((control->now_us - call->arrived_us) / US_PER_MS);
		/* A call that left its queue by a key or by overflow keeps that: the queue did not answer it. */
		if (call->record.outcome == CALL_OUTCOME_NONE)
			call->record.outcome = CALL_ANSWERED;
	}
	call_set_state(call, CALL_TALKING);
	call_note(call, TRACE_TALK, &call->b, TRACE_HERE, "talk");
	record_segment(call, SEGMENT_TALK);
	record_post(call, false);
}

struct party *call_side_of(struct call *call, const struct phone *phone)
{
	return call->a.kind == PARTY_PHONE && call->a.phone == phone ? &call->a : &call->b;
}

void call_hold(struct call *call, struct party *holder)
{
	struct party *held = holder == &call->a ? &call->b : &call->a;

	call_unbridge(call);
	call->hold_from_us = call->control->now_us;
	call_set_state(call, CALL_HELD);
	call_note(call, TRACE_HOLD, holder, TRACE_IN, "holds the other side");
	record_segment(call, SEGMENT_HOLD);
	audio_music(call->control, held->channel,
	            call->queue >= 0 ? call->control->config->queues[call->queue].music : "");
	if (call->acd) {
		struct acd_event event = {.type = ACD_TALK_HOLD, .call = call->acd};

		control_send_acd(call->control, &event);
	}
}

void call_resume(struct call *call)
{
	call->record.hold_ms += (uint32_t)((call->control->now_us - call->hold_from_us) / US_PER_MS);
	call->hold_from_us = 0;
	call_talk(call);
	if (call->acd) {
		struct acd_event event = {.type = ACD_TALK_RESUMED, .call = call->acd};

		control_send_acd(call->control, &event);
	}
}

/* ---- ending ---- */

static void party_clear(struct call *call, struct party *party, uint8_t cause)
{
	struct control *control = call->control;
	struct phone *phone = party->phone;

	if (party->kind == PARTY_LEG) {
		if (!party->far_cleared)
			call->record.cause_sent = cause;
		line_leg_clear(control->line, party->leg, cause);
		return;
	}
	if (party->kind == PARTY_REMOTE)
		remote_release(party->remote, cause);
	if (party->kind != PARTY_PHONE) {
		party->kind = PARTY_NONE;
		return;
	}
	party->kind = PARTY_NONE;
	if (phone->held == call) {
		phone->held = NULL;
		phone->swaps = false;
		phone_standby_free(phone);
	}
	if (phone->waiting == call) {
		waiting_end(phone);
		phone_standby_free(phone);
		return;
	}
	if (phone->call != call)
		return;
	phone->call = NULL;
	phone->swaps = false;
	if (phone->state == PHONE_RINGING)
		phone_ring_stop(phone);
	else if (phone->state == PHONE_IN_CALL)
		phone_tone(phone, cause);
}

void call_finish_if_gone(struct call *call)
{
	if (call->state == CALL_CLEARING && call->a.kind == PARTY_NONE && call->b.kind == PARTY_NONE &&
	    call->offers_open == 0)
		call_finish(call);
}

static void set_outcome(struct call *call, enum call_outcome outcome, const char *reason)
{
	if (call->record.outcome == CALL_OUTCOME_NONE)
		call->record.outcome = (uint8_t)outcome;
	if (reason && !call->record.reason[0])
		text_copy(call->record.reason, sizeof(call->record.reason), reason);
}

void call_end(struct call *call, uint8_t cause, enum call_outcome outcome, const char *reason)
{
	if (call->state == CALL_CLEARING || call->state == CALL_WRAP_UP || call->state == CALL_STATE_FREE)
		return;
	set_outcome(call, outcome, reason);
	call->end_cause = cause;
	call->cleared_us = call->control->now_us;
	call_note(call, TRACE_ENDED, NULL, TRACE_HERE, "ends: %s, cause %u %s",
	          reason ? reason : text_name(call_outcome_names, CALL_OUTCOME_COUNT, (int)outcome), cause,
	          line_cause_text(cause));
	call_unbridge(call);
	if (call->remote)
		remote_leg_ends(call, cause);
	if (call->login)
		login_line_ends(call);
	queue_agent_gone(call);
	huntgroup_stop(call);
	if (call->state == CALL_QUEUED)
		queue_caller_gone(call);
	call_set_state(call, CALL_CLEARING);
	record_segment_end(call);
	timer_stop(call->control->timers, &call->ring_timer);
	timer_stop(call->control->timers, &call->announce_timer);
	timer_stop(call->control->timers, &call->overflow_timer);
	party_clear(call, &call->b, cause);
	party_clear(call, &call->a, cause);
	call_finish_if_gone(call);
}

void call_side_gone(struct call *call, struct party *party, uint8_t cause, uint8_t location)
{
	bool answered = call->answered_us != 0;

	if (!call->record.cause && cause) {
		call->record.cause = cause;
		call->record.cause_location = location;
	}
	party->far_cleared = true;
	if (party->kind == PARTY_PHONE || party->kind == PARTY_REMOTE) {
		call_note(call, TRACE_HUNG_UP, party, TRACE_IN, "hangs up");
		party->kind = PARTY_NONE;
	}
	call_end(call, answered && cause ? cause : 16, answered ? CALL_ANSWERED : CALL_ABANDONED, NULL);
}

/* The leg is gone for good: its handle and channel are given back. */
void call_side_released(struct call *call, struct party *party, uint8_t cause, uint8_t location)
{
	struct control *control = call->control;

	key_index_remove(control->by_leg, party->leg);
	if (party->channel != DRIVER_NO_CHANNEL && control->channel_call[party->channel] == call) {
		control->channel_call[party->channel] = NULL;
		audio_close(control, party->channel);
	}
	call_unbridge(call);
	if (call->state != CALL_CLEARING && call->state != CALL_WRAP_UP)
		call_note(call, TRACE_TROUBLE, party, TRACE_HERE, "the line is gone, cause %u %s", cause,
		          line_cause_text(cause));
	party->kind = PARTY_NONE;
	if (call->state == CALL_CLEARING || call->state == CALL_WRAP_UP) {
		if (!call->record.cause && cause) {
			call->record.cause = cause;
			call->record.cause_location = location;
		}
		call_finish_if_gone(call);
	} else if (party == &call->b && !call->answered_us) {
		call->record.cause = cause;
		call->record.cause_location = location;
		call_b_failed(call, cause ? cause : 31, NULL);
	} else {
		call_side_gone(call, party, cause, location);
	}
	outside_channel_freed(control);
}

void call_b_failed(struct call *call, uint8_t cause, const char *reason)
{
	enum call_outcome outcome = cause == 19 || cause == 18 ? CALL_TIMEOUT : CALL_REFUSED;

	if (huntgroup_goes_on(call))
		return;
	call_end(call, cause, outcome, reason ? reason : line_cause_text(cause));
}

void call_drop_b(struct call *call)
{
	struct control *control = call->control;
	struct party *b = &call->b;
	struct phone *phone = b->phone;

	call_unbridge(call);
	timer_stop(control->timers, &call->ring_timer);
	if (b->kind == PARTY_LEG) {
		/* From now on the leg is nobody's: what comes of it is only taken note of (line_events.c). */
		key_index_remove(control->by_leg, b->leg);
		if (b->channel != DRIVER_NO_CHANNEL && control->channel_call[b->channel] == call) {
			control->channel_call[b->channel] = NULL;
			audio_close(control, b->channel);
		}
		line_leg_clear(control->line, b->leg, 16);
	} else if (b->kind == PARTY_REMOTE) {
		remote_release(b->remote, 16);
	} else if (b->kind == PARTY_PHONE && phone->waiting == call) {
		waiting_end(phone);
		phone_standby_free(phone);
	} else if (b->kind == PARTY_PHONE && phone->call == call) {
		phone->call = NULL;
		if (phone->state == PHONE_RINGING)
			phone_ring_stop(phone);
	}
	*b = (struct party){.channel = DRIVER_NO_CHANNEL};
}

/* Of the agent whose wrap-up is open: the agent's own, or the queue's. */
static uint64_t wrap_up_ms(const struct call *call)
{
	const struct config *config = call->control->config;
	int32_t agent = agent_index(call->control, call->wrap_agent);

	if (agent >= 0 && config->agents[agent].own_wrap_up)
		return config->agents[agent].wrap_up_ms;
	return call->queue >= 0 && (uint32_t)call->queue < config->queue_count ? config->queues[call->queue].wrap_up_ms
	                                                                       : 0;
}

void call_finish(struct call *call)
{
	bool wraps = call->queue >= 0 && call->wrap_agent && call->answered_us && !call->control->stopping &&
	             (wrap_up_ms(call) > 0 || disposition_owed(call->control, call->wrap_agent));
	bool first_time = !call->record.ended;

	record_close(call);
	if (wraps && first_time) {
		/* Kept until the agent's wrap-up is over, for the record's wrap_ms. */
		call_set_state(call, CALL_WRAP_UP);
		return;
	}
	call_free(call);
}
