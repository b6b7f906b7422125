/*
 * The audit sweep (B04, B13): every so often what the scheduler shows is compared with itself and with what calls and
 * telephones say. Counters that do not add up are an alarm. Where scheduler and telephones disagree the finding must
 * stand in two sweeps, since messages between the two may be on their way; then it is put right, logged and counted.
 */
#include "call/parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SUSPECTS_MAX 64

enum finding {
	AGENT_WITHOUT_CALL, /* the scheduler thinks an agent has a call that there is not */
	AGENT_NOT_THERE,    /* logged in at a telephone that knows nothing of it */
	PHONE_NOT_AGENTS,   /* the telephone thinks an agent is logged in who is not */
	PHONE_THOUGHT_BUSY, /* on the hook, but nothing is offered there */
	PHONE_THOUGHT_FREE,
	PHONE_RINGS_FOR_NOTHING,
	FINDING_COUNT
};
static const char *const finding_texts[FINDING_COUNT] = {
    [AGENT_WITHOUT_CALL] = "was kept for a call that is over; freed",
    [AGENT_NOT_THERE] = "was logged in at a telephone where nobody is; logged out",
    [PHONE_NOT_AGENTS] = "was logged out, but a telephone was still kept for them; released",
    [PHONE_THOUGHT_BUSY] = "was thought to be telephoning; put right",
    [PHONE_THOUGHT_FREE] = "was thought to be free with the receiver lifted; put right",
    [PHONE_RINGS_FOR_NOTHING] = "was rung for no call; the bell is stopped",
};

struct suspect {
	enum finding finding;
	uint32_t agent;
};

struct sweep {
	struct acd_view *view;
	struct acd_view_request request;
	bool asked;
	struct timer timer;
	uint64_t leases_expired; /* at the last sweep */
	struct suspect suspects[SUSPECTS_MAX], next[SUSPECTS_MAX];
	uint32_t suspect_count, next_count;
};

/* True when it was there at the last sweep too: then it is no message on its way. */
static bool stands(struct control *control, enum finding finding, uint32_t agent)
{
	struct sweep *sweep = control->sweep;
	uint32_t i;

	for (i = 0; i < sweep->suspect_count; i++)
		if (sweep->suspects[i].finding == finding && sweep->suspects[i].agent == agent) {
			control->sweep_counts.mismatches++;
			control->sweep_counts.repaired++;
			log_write(LOG_WARNING, LOG_CALL, "agent %u %s", agent, finding_texts[finding]);
			return true;
		}
	if (sweep->next_count < SUSPECTS_MAX)
		sweep->next[sweep->next_count++] = (struct suspect){.finding = finding, .agent = agent};
	return false;
}

static void tell(struct control *control, enum acd_event_type type, const struct acd_agent_view *agent)
{
	int32_t index = agent_index(control, agent->number);
	struct acd_event event = {.type = type, .port = agent->port, .call = agent->call};

	if (index < 0)
		return;
	event.agent = (acd_agent)index;
	control_send_acd(control, &event);
}

/* ---- one agent ---- */

static void compare_call(struct control *control, const struct acd_agent_view *agent)
{
	bool offered = agent->state == ACD_RESERVED || agent->state == ACD_RINGING;
	bool talks = agent->state == ACD_TALKING || agent->state == ACD_HOLD;
	const struct call *call = agent->call ? call_by_id(control, agent->call) : NULL;

	if ((!offered && !talks) || (call && call->acd == agent->call))
		return;
	if (stands(control, AGENT_WITHOUT_CALL, agent->number))
		tell(control, offered ? ACD_GONE : ACD_TALK_ENDED, agent);
}

static void compare_phone(struct control *control, const struct acd_agent_view *agent, struct phone *phone)
{
	bool offered = agent->state == ACD_RESERVED || agent->state == ACD_RINGING;
	bool busy = agent->phone_busy || agent->state == ACD_UNPLUGGED;

	if (phone->state == PHONE_IDLE && busy && !phone->cut && stands(control, PHONE_THOUGHT_BUSY, agent->number))
		tell(control, ACD_AGENT_PHONE_FREE, agent);
	if (phone->in_use && !busy && agent->state == ACD_READY && stands(control, PHONE_THOUGHT_FREE, agent->number))
		tell(control, ACD_AGENT_PHONE_BUSY, agent);
	if (phone->state == PHONE_RINGING && phone->offer && !offered &&
	    stands(control, PHONE_RINGS_FOR_NOTHING, agent->number)) {
		queue_offer_over(phone, ACD_OFFER_CANCELLED, control->now_us - phone->ring_from_us);
		phone_ring_stop(phone);
	}
}

/* Nobody could end a wrap-up there that waits for a disposition. */
static void log_out_from_nowhere(struct control *control, const struct acd_agent_view *agent)
{
	if (!stands(control, AGENT_NOT_THERE, agent->number))
		return;
	tell(control, ACD_AGENT_LOGOUT, agent);
	disposition_carry(control, agent->number);
}

/* The same of an agent at a number outside. */
static void compare_remote(struct control *control, const struct acd_agent_view *agent, struct remote *remote)
{
	bool in = agent->state != ACD_LOGGED_OUT;

	if (in && !remote)
		log_out_from_nowhere(control, agent);
	if (!in && remote && stands(control, PHONE_NOT_AGENTS, agent->number))
		remote->agent = 0;
	if (in && remote && agent->phone_busy && !remote->in_use && stands(control, PHONE_THOUGHT_BUSY, agent->number))
		tell(control, ACD_AGENT_PHONE_FREE, agent);
}

static void compare_agent(struct control *control, const struct acd_agent_view *agent)
{
	struct phone *at = agent_phone(control, agent->number);
	struct remote *remote = agent_remote(control, agent->number);
	bool in = agent->state != ACD_LOGGED_OUT;

	compare_call(control, agent);
	if (remote_at(control, agent->port) || remote) {
		compare_remote(control, agent, remote);
		return;
	}
	if (in && !at && agent->port != ACD_NONE) {
		log_out_from_nowhere(control, agent);
	} else if (!in && at) {
		if (stands(control, PHONE_NOT_AGENTS, agent->number))
			at->agent = 0;
	} else if (in && at) {
		compare_phone(control, agent, at);
	}
}

/* ---- what must add up in itself, at any moment ---- */

static void counters_key(char *key, size_t size, const char *what, const char *name)
{
	size_t used = 0;

	text_append(key, size, &used, "counters %s %s", what, name);
}

/* Queues and agents that are deleted take their alarm with them. */
static bool still_counted(const struct control *control, const char *key)
{
	const struct config *config = control->config;
	char known[ALARM_KEY_BYTES];
	uint32_t i;

	for (i = 0; i < config->queue_count; i++) {
		counters_key(known, sizeof(known), "Queue", config->queues[i].name);
		if (strcmp(known, key) == 0)
			return true;
	}
	for (i = 0; i < config->agent_count; i++) {
		counters_key(known, sizeof(known), "Agent", config->agents[i].name);
		if (strcmp(known, key) == 0)
			return true;
	}
	return false;
}

/* On another day, or after a correction. */
static void counters_right(struct control *control, const char *what, const char *name)
{
	char key[ALARM_KEY_BYTES];

	counters_key(key, sizeof(key), what, name);
	alarm_clear(control, key);
}

static void counters_wrong(struct control *control, const char *what, const char *name, uint64_t one, uint64_t other)
{
	char key[ALARM_KEY_BYTES];

	counters_key(key, sizeof(key), what, name);
	control->sweep_counts.mismatches++;
	alarm_raise(control, SEVERITY_MAJOR, key,
	            "%s %s: the figures do not add up (%" PRIu64 " against %" PRIu64
	            "); do not trust reports of today.",
	            what, name, one, other);
}

bool sweep_queue_adds_up(const struct acd_queue_view *queue, uint64_t *in, uint64_t *out)
{
	*in = queue->offered + queue->transferred_in;
	*out = queue->answered + queue->abandoned + queue->diverted + queue->transferred_refused +
	       queue->transferred_answered + queue->transferred_abandoned + queue->transferred_diverted +
	       queue->waiting + queue->ringing + queue->cut + queue->transferred_cut;
	return queue->arrived == queue->refused + queue->short_abandoned + queue->offered && *in == *out;
}

bool sweep_agent_adds_up(const struct acd_agent_view *agent, uint64_t *staffed_us, uint64_t *states_us)
{
	int state;

	*staffed_us = agent->since_us - agent->login_us;
	*states_us = 0;
	for (state = 0; state < ACD_STATE_COUNT; state++)
		*states_us += state == ACD_LOGGED_OUT ? 0 : agent->state_us[state];
	return agent->state == ACD_LOGGED_OUT || *staffed_us == *states_us;
}

static void add_up(struct control *control, const struct acd_view *view)
{
	uint64_t one, other;
	uint32_t i;

	for (i = 0; i < view->queue_count; i++)
		if (!sweep_queue_adds_up(&view->queues[i], &one, &other))
			counters_wrong(control, "Queue", view->queues[i].name, one, other);
		else
			counters_right(control, "Queue", view->queues[i].name);
	for (i = 0; i < view->agent_count; i++)
		if (!sweep_agent_adds_up(&view->agents[i], &one, &other))
			counters_wrong(control, "Agent", view->agents[i].name, one / US_PER_S, other / US_PER_S);
		else
			counters_right(control, "Agent", view->agents[i].name);
}

/* An offer or a talk of which nobody said that it had begun: the scheduler has gone on, but somebody should know. */
static void watch_leases(struct control *control, const struct acd_view *view)
{
	struct sweep *sweep = control->sweep;

	control->sweep_counts.leases_expired = view->leases_expired;
	if (view->leases_expired > sweep->leases_expired)
		alarm_raise(control, SEVERITY_MINOR, "offers",
		            "Offers of calls ended without an answer from their telephones (%" PRIu64
		            " since start): callers went on to other agents.",
		            view->leases_expired);
	else
		alarm_clear(control, "offers");
	sweep->leases_expired = view->leases_expired;
}

/* ---- the round ---- */

void sweep_compare(struct control *control, const struct acd_view *view)
{
	struct sweep *sweep = control->sweep;
	uint32_t i;

	sweep->next_count = 0;
	for (i = 0; i < view->agent_count; i++)
		compare_agent(control, &view->agents[i]);
	alarms_clear_unless(control, "counters ", still_counted);
	add_up(control, view);
	watch_leases(control, view);
	fairness_look(control, view);
	for (i = 0; i < sweep->next_count; i++)
		sweep->suspects[i] = sweep->next[i];
	sweep->suspect_count = sweep->next_count;
	control->sweep_counts.sweeps++;
}

bool sweep_heard(struct control *control)
{
	struct sweep *sweep = control->sweep;

	if (!sweep->asked || !atomic_load_explicit(&sweep->request.done, memory_order_acquire))
		return false;
	sweep->asked = false;
	sweep_compare(control, sweep->view);
	sweep_channels_compare(control);
	return true;
}

static void sweep_due(void *argument)
{
	struct control *control = argument;
	struct sweep *sweep = control->sweep;

	control_start(control, &sweep->timer, TIMER_sweep);
	if (sweep->asked)
		return;
	sweep->request = (struct acd_view_request){.view = sweep->view, .bell = control->parts.bell};
	sweep->asked = acd_actor_ask_view(control->parts.acd, &sweep->request) == 0; /* else at the next round */
}

int sweep_new(struct control *control)
{
	struct sweep *sweep = calloc(1, sizeof(*sweep));

	if (!sweep)
		return -ENOMEM;
	control->sweep = sweep;
	sweep->view = calloc(1, sizeof(*sweep->view));
	if (!sweep->view || fairness_new(control) < 0 || sweep_channels_new(control) < 0)
		return -ENOMEM;
	timer_init(&sweep->timer, "sweep", sweep_due, control);
	return 0;
}

void sweep_begin(struct control *control)
{
	timer_start(control->timers, &control->sweep->timer, clock_now_us() + control_timer_us(control, TIMER_sweep));
}

void sweep_free(struct control *control)
{
	fairness_free(control);
	free(control->sweep_channels);
	if (!control->sweep)
		return;
	if (control->timers)
		timer_stop(control->timers, &control->sweep->timer); /* timers_free() would still find it */
	free(control->sweep->view);
	free(control->sweep);
	control->sweep = NULL;
}
