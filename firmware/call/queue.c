/* The stay in a queue: admission, what the caller hears, keys, and how it is left. The scheduler decides the rest. */
#include "call/parts.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

/* A queue that a commit has taken away while the call was in it: leads nowhere, until the scheduler lets the call go.
 */
static const struct config_queue removed = {.overflow = -1,
                                            .full = -1,
                                            .closed = -1,
                                            .nobody = -1,
                                            .timeout = -1,
                                            .key = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}};

const struct config_queue *queue_settings(const struct call *call)
{
	const struct config *config = call->control->config;

	return (uint32_t)call->queue < config->queue_count ? &config->queues[call->queue] : &removed;
}

/* ---- in and out ---- */

/* Whom no queue has let in, and whom the treatment only hangs up, was refused: as the queue's counters have it. */
static bool is_turned_away(const struct call *call, int32_t destination)
{
	const struct config *config = call->control->config;

	return !call->place.position && destination >= 0 && (uint32_t)destination < config->destination_count &&
	       config->destinations[destination].type == DEST_HANGUP;
}

static void treat(struct call *call, int32_t destination, uint8_t cause, enum call_outcome outcome, const char *reason)
{
	if (destination_at(call, destination)) {
		if (outcome == CALL_REFUSED && !is_turned_away(call, destination))
			outcome = CALL_DIVERTED;
		call->record.outcome = (uint8_t)outcome;
		text_copy(call->record.reason, sizeof(call->record.reason), reason);
		destination_run(call, destination);
	} else {
		call_end(call, cause, outcome, reason);
	}
}

/* Calls of the queue, this one not counted; who has left it for somewhere else is of it no more. */
static uint32_t calls_in(const struct call *call)
{
	const struct call *other;
	uint32_t count = 0;

	for (other = call->control->first; other; other = other->next)
		count += other != call && other->acd && other->queue == call->queue &&
		         (other->state == CALL_QUEUED || other->state == CALL_TALKING || other->state == CALL_HELD);
	return count;
}

/* Nothing keeps the call out: the scheduler is asked. */
static void join(struct call *call, struct acd_event *event)
{
	const struct config_queue *queue = queue_settings(call);

	/* Offered once, by the first queue that lets it in: a queue before it that did not has counted it as refused.
	 */
	event->type = ACD_ENQUEUE;
	event->call = call->record.id;
	event->queue = (acd_queue)call->queue;
	event->transferred = call->queued_us != 0;
	event->priority = event->transferred && queue->keep_priority ? call->priority : 0;
	call->priority = event->priority ? event->priority : queue->priority;
	call->withdrawn_for = call->overflow_due = false;
	call_set_state(call, CALL_QUEUED);
	record_segment(call, SEGMENT_QUEUE);
	call->again_from_us = call->answered_us ? call->control->now_us : 0;
	call->acd = call->record.id;
	event->arrived_us = call->queue_since_us;
	control_send_acd(call->control, event);
}

/* The agent whom the caller talked to last, as the scheduler knows it. */
static acd_agent sticky_agent(const struct call *call, const struct config_queue *queue)
{
	uint32_t number = queue->sticky_ms ? queue_last_agent(call) : 0;
	int32_t index = number ? agent_index(call->control, number) : -1;

	return index < 0 ? ACD_NONE : (acd_agent)index;
}

/* Kept out here, so that the scheduler is not asked: it counts the call as refused, and decides nothing. */
static void turn_away(const struct call *call, enum acd_exit why)
{
	struct acd_event event = {.type = ACD_TURNED_AWAY,
	                          .call = call->record.id,
	                          .queue = (acd_queue)call->queue,
	                          .agent = ACD_NONE,
	                          .port = ACD_NONE,
	                          .transferred = call->queued_us != 0,
	                          .reason = (uint8_t)why};

	control_send_acd(call->control, &event);
}

void queue_enter(struct call *call, uint32_t index)
{
	const struct config_queue *queue = &call->control->config->queues[index];
	struct acd_event event = {.agent = sticky_agent(call, queue), .port = ACD_NONE};
	uint64_t regained_us = queue_regained_us(call, queue);

	call->queue_on_flash &= strcmp(call->record.queue, queue->name) == 0;
	text_copy(call->record.queue, sizeof(call->record.queue), queue->name);
	call->queue = (int32_t)index;
	call->record.outcome = CALL_OUTCOME_NONE;
	call->queue_since_us = regained_us && regained_us < call->arrived_us ? regained_us : call->arrived_us;
	if (queue_is_closed(call->control, queue)) {
		turn_away(call, ACD_EXIT_CLOSED);
		treat(call, queue->closed, 16, CALL_REFUSED, "queue closed");
		return;
	}
	if (queue->calls_max && calls_in(call) >= queue->calls_max) {
		turn_away(call, ACD_EXIT_FULL);
		treat(call, queue->full, 17, CALL_REFUSED, "limit of calls (FULL)");
		return;
	}
	join(call, &event);
}

bool queue_enter_agent(struct call *call, uint32_t agent)
{
	const struct config *config = call->control->config;
	struct acd_event event = {.agent = (acd_agent)agent, .port = ACD_NONE};

	if (!config->queue_count || !config->queues[config->queue_count - 1].direct)
		return false;
	call->record.queue[0] = '\0';
	call->queue_on_flash = false;
	call->queue = (int32_t)config->queue_count - 1;
	call->record.outcome = CALL_OUTCOME_NONE;
	call->queue_since_us = call->arrived_us;
	join(call, &event);
	return true;
}

/* Best service: the scheduler has chosen another queue for it. */
static void move_to(struct call *call, acd_queue queue)
{
	struct call_record *record = &call->record;

	call->queue = queue;
	call->queue_on_flash = false;
	text_copy(record->queue, sizeof(record->queue), queue_settings(call)->name);
	if (call->segment_open && record->segment_count > 0)
		text_copy(record->segments[record->segment_count - 1].queue, STORE_QUEUE_BYTES, record->queue);
}

/* The scheduler has taken the call in. */
void queue_accepted(struct call *call, const struct acd_decision *decision)
{
	const struct config_queue *queue;

	if (decision->queue != call->queue && decision->queue < call->control->config->queue_count &&
	    decision->revision == call->control->config->revision)
		move_to(call, decision->queue);
	queue = queue_settings(call);
	call->queued_us = call->control->now_us;
	call->place = (struct queue_place){decision->position, decision->low_ms, decision->high_ms};
	call_note(call, TRACE_QUEUE, NULL, TRACE_HERE, "waits in queue %s, position %u", queue->name,
	          decision->position);
	if (queue->answer == CONFIG_ANSWER_ARRIVAL)
		call_answer(call);
	if (queue->overflow >= 0 && queue->overflow_after_ms > 0)
		timer_start(call->control->timers, &call->overflow_timer,
		            call->control->now_us + queue->overflow_after_ms * US_PER_MS);
	announce_begin(call);
	/* Whose SETUP led straight here is known to wait here; a snapshot more would only cost a sync. */
	if (!call->queue_on_flash || call->record.segment_count > 1)
		call->queue_on_flash = record_post(call, !call->queue_on_flash);
}

static const struct {
	const char *reason;
	uint8_t cause;
	enum call_outcome outcome;
} exits[ACD_EXIT_COUNT] = {
    [ACD_EXIT_NONE] = {"left the queue", 16, CALL_WITHDRAWN},
    [ACD_EXIT_FULL] = {"queue full (FULL)", 17, CALL_REFUSED},
    [ACD_EXIT_JOIN_EMPTY] = {"nobody is there (JOINEMPTY)", 16, CALL_REFUSED},
    [ACD_EXIT_LEAVE_EMPTY] = {"nobody is left (LEAVEEMPTY)", 16, CALL_WITHDRAWN},
    [ACD_EXIT_MAX_WAIT] = {"longest wait reached (TIMEOUT)", 16, CALL_TIMEOUT},
    [ACD_EXIT_WITHDRAWN] = {"withdrawn (WITHDRAW)", 16, CALL_WITHDRAWN},
    [ACD_EXIT_NO_QUEUE] = {"queue removed", 41, CALL_WITHDRAWN},
    [ACD_EXIT_LIMIT] = {"limit of waiting calls (FULL)", 42, CALL_REFUSED},
    [ACD_EXIT_KEY] = {"key pressed (KEY)", 16, CALL_KEY_EXIT},
    [ACD_EXIT_OVERFLOW] = {"overflow", 16, CALL_DIVERTED},
    [ACD_EXIT_CLOSED] = {"queue has closed", 16, CALL_DIVERTED},
};

static int32_t treatment(const struct call *call, enum acd_exit exit)
{
	const struct config_queue *queue;

	if ((uint32_t)call->queue >= call->control->config->queue_count || exit == ACD_EXIT_NO_QUEUE)
		return -1;
	queue = queue_settings(call);
	switch (exit) {
	case ACD_EXIT_FULL:
	case ACD_EXIT_LIMIT:
		return queue->full;
	case ACD_EXIT_JOIN_EMPTY:
	case ACD_EXIT_LEAVE_EMPTY:
		return queue->nobody;
	case ACD_EXIT_MAX_WAIT:
		return queue->timeout >= 0 ? queue->timeout : queue->overflow;
	default:
		return -1;
	}
}

static void stop_sound(struct call *call)
{
	announce_end(call);
	timer_stop(call->control->timers, &call->overflow_timer);
	audio_stop(call->control, call->a.channel);
}

/* Who asked for an agent hears why not: no answer, or not there (any more). */
static void end_direct(struct call *call, enum acd_exit exit, int32_t destination, const char *reason)
{
	if (destination <= DESTINATION_OWN)
		treat(call, destination, 16, CALL_WITHDRAWN, reason);
	else if (exit == ACD_EXIT_MAX_WAIT)
		call_b_failed(call, 19, "no answer");
	else if (exit == ACD_EXIT_JOIN_EMPTY || exit == ACD_EXIT_LEAVE_EMPTY)
		call_b_failed(call, 20, "agent is not logged in");
	else
		call_b_failed(call, exits[exit].cause, reason);
}

/* The scheduler has let the call go, or never took it: its treatment follows. */
void queue_exited(struct call *call, enum acd_exit exit)
{
	int32_t destination = treatment(call, exit);
	enum call_outcome outcome = exits[exit].outcome;
	bool direct = call->queue >= 0 && queue_settings(call)->direct;
	char reason[sizeof(call->record.reason)] = "";
	size_t used = 0;

	stop_sound(call);
	call_note(call, TRACE_QUEUE, NULL, TRACE_HERE, "leaves queue %s: %s", call->record.queue, exits[exit].reason);
	call->acd = 0;
	record_segment_end(call);
	call_set_state(call, CALL_SETUP);
	if (call->withdrawn_for) {
		call->withdrawn_for = false;
		destination = call->destination;
	}
	if (exit == ACD_EXIT_LEAVE_EMPTY && destination >= 0)
		outcome = CALL_DIVERTED;
	if (exit == ACD_EXIT_WITHDRAWN && call->withdraw_reason[0])
		text_append(reason, sizeof(reason), &used, "%s (WITHDRAW)", call->withdraw_reason);
	else
		text_append(reason, sizeof(reason), &used, "%s", exits[exit].reason);
	if (direct)
		end_direct(call, exit, destination, reason);
	else
		treat(call, destination, exits[exit].cause, outcome, reason);
}

void queue_leave(struct call *call, int32_t destination, enum acd_exit why)
{
	struct acd_event event = {.type = ACD_WITHDRAW, .call = call->acd, .reason = (uint8_t)why};

	if (call->state != CALL_QUEUED || call->withdrawn_for)
		return;
	call->withdrawn_for = true;
	call->destination = destination;
	control_send_acd(call->control, &event);
}

void queue_digit(struct call *call, char digit)
{
	static const char keys[] = "0123456789*#";
	const char *key = strchr(keys, digit);
	int32_t destination = key ? queue_settings(call)->key[key - keys] : -1;

	/* which key is not told: digits may be a secret */
	call_note(call, TRACE_KEY, &call->a, TRACE_IN, "presses a key");
	if (destination >= 0)
		queue_leave(call, destination, ACD_EXIT_KEY);
}

/* The caller is gone, or the call is ended, while the scheduler has it. */
void queue_caller_gone(struct call *call)
{
	const struct config *config = call->control->config;
	struct acd_event event = {.type = ACD_GONE, .call = call->acd};
	uint64_t waited_ms = (call->control->now_us - call->arrived_us) / US_PER_MS;

	if (!call->acd)
		return;
	stop_sound(call);
	if ((uint32_t)call->queue < config->queue_count && call->record.outcome == CALL_ABANDONED &&
	    waited_ms < config->queues[call->queue].short_abandon_ms)
		call->record.outcome = CALL_SHORT_ABANDON;
	if ((uint32_t)call->queue < config->queue_count &&
	    (call->record.outcome == CALL_ABANDONED || call->record.outcome == CALL_SHORT_ABANDON))
		queue_remember_place(call);
	control_send_acd(call->control, &event);
	call->acd = 0;
}

/* The agent's part is over: whoever ended it. */
void queue_agent_gone(struct call *call)
{
	struct acd_event event = {.type = ACD_TALK_ENDED, .call = call->acd};

	if (!call->acd || (call->state != CALL_TALKING && call->state != CALL_HELD))
		return;
	event.reason = (uint8_t)disposition_talk_ends(call);
	/* A telephone still lifted is in use: said first, so that no call is offered to it in between. */
	if (call->b.kind == PARTY_PHONE && call->b.phone->state != PHONE_IDLE)
		phone_agent_in_use(call->b.phone, true);
	else if (call->b.kind == PARTY_REMOTE)
		remote_in_use(call->b.remote);
	call->talk_agent_us = call->control->now_us;
	call->wrap_agent = call->record.agent;
	control_send_acd(call->control, &event);
	call->acd = 0;
}

/* ---- from an agent ---- */

#define REQUEUES_MAX 3

int32_t queue_find_extension(const struct control *control, const char *digits)
{
	const struct config *config = control->config;
	uint32_t i;

	for (i = 0; i < config->queue_count; i++)
		if (config->queues[i].extension[0] && strcmp(config->queues[i].extension, digits) == 0)
			return (int32_t)i;
	return -1;
}

void queue_transfer(struct phone *phone, struct call *held, uint32_t queue)
{
	call_note(held, TRACE_TRANSFER, NULL, TRACE_IN, "is transferred by %s to queue %s", phone->place,
	          held->control->config->queues[queue].name);
	log_write(LOG_INFO, LOG_CALL, "call %08x: transferred by %s to queue %s", held->record.id, phone->place,
	          held->control->config->queues[queue].name);
	transfer_detach(phone, held);
	queue_enter(held, queue);
}

/* Not limited as giving back is: nobody has asked for it, and a caller is not let go for a bad line of ours. */
void queue_take_back(struct call *call)
{
	struct acd_event event = {.agent = ACD_NONE, .port = ACD_NONE, .head = true};

	if (call->hold_from_us)
		call->record.hold_ms += (uint32_t)((call->control->now_us - call->hold_from_us) / US_PER_MS);
	call->hold_from_us = 0;
	call->given_back = true;
	queue_agent_gone(call);
	call->given_back = false;
	call_unbridge(call);
	call->b = (struct party){.kind = PARTY_NONE, .channel = DRIVER_NO_CHANNEL};
	audio_stop(call->control, call->a.channel);
	call->record.outcome = CALL_OUTCOME_NONE;
	join(call, &event);
}

/* The agent's part is undone: an offer declined by one telephone. The scheduler gives the call its place back. */
static void take_answer_back(struct call *call)
{
	struct acd_event event = {.type = ACD_TALK_ENDED, .call = call->acd, .reason = ACD_TALK_DROPPED};
	struct call_record *record = &call->record;
	struct call_offer *offer = record->offer_count ? &record->offers[record->offer_count - 1] : NULL;
	bool first = call->answered_us >= call->b.phone->lifted_us; /* else one was before, and gave it back */

	if (offer && offer->agent == record->agent)
		offer->result = ACD_OFFER_DECLINED;
	disposition_undone(call, record->agent);
	call_unbridge(call);
	call->b = (struct party){.kind = PARTY_NONE, .channel = DRIVER_NO_CHANNEL};
	audio_stop(call->control, call->a.channel);
	record->outcome = CALL_OUTCOME_NONE;
	record->agent = call->before.agent;
	record->ring_ms = call->before.ring_ms;
	text_copy(record->port, sizeof(record->port), call->before.port);
	if (first)
		record->answered_us = call->answered_us = record->wait_ms = 0;
	else
		call->again_from_us = call->control->now_us;
	call->withdrawn_for = call->overflow_due = false;
	call_set_state(call, CALL_QUEUED);
	record_segment(call, SEGMENT_QUEUE);
	control_send_acd(call->control, &event);
}

bool queue_picked_up_only(struct phone *phone, struct call *call)
{
	struct control *control = call->control;
	struct call_record *record = &call->record;
	uint64_t within_us = (uint64_t)(control->timer_values.ms[TIMER_picked_up] + PHONE_FLASH_MAX_MS) * US_PER_MS;

	if (call->state != CALL_TALKING || !call->acd || queue_settings(call)->direct ||
	    queue_settings(call)->strategy != CONFIG_RING_ALL || control->stopping || call->b.kind != PARTY_PHONE ||
	    call->b.phone != phone || !control->timer_values.ms[TIMER_picked_up] ||
	    control->now_us - phone->lifted_us > within_us)
		return false;
	log_write(LOG_NOTICE, LOG_CALL,
	          "call %08x: agent %u lifted and put down at once; the caller waits again, first in queue %s",
	          record->id, record->agent, record->queue);
	call_note(call, TRACE_QUEUE, &call->b, TRACE_HERE, "lifted and put down at once: waits again");
	take_answer_back(call);
	return true;
}

/* An agent, or several in turn, could push a caller round for ever: not more often than so. */
bool queue_give_back(struct phone *phone, struct call *held)
{
	struct acd_event event = {.agent = ACD_NONE, .port = ACD_NONE, .head = true};

	/* Only who was called may: a caller would put the agent into the queue. */
	if (!held || held->b.kind != PARTY_PHONE || held->b.phone != phone)
		return false;
	if (!held->acd || held->queue < 0 || queue_settings(held)->direct || held->requeues == REQUEUES_MAX)
		return false;
	held->requeues++;
	held->given_back = true;
	call_note(held, TRACE_QUEUE, NULL, TRACE_IN, "is given back by %s", phone->place);
	transfer_detach(phone, held);
	held->given_back = false;
	held->record.outcome = CALL_OUTCOME_NONE;
	join(held, &event);
	return true;
}
