/* Arrivals, patience, talk, and the agents' hands: what happens on the wire. */
#include "traffic.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "traffic_private.h"

#define VOICE_DBM0          (-10.0)
#define HEARD_DBM0          (-18.0) /* a voice at this level has been put through */
#define ALONE_DB            1.5     /* all sound is at most so much louder than the voice in it */
#define CALLER_VOICE_HZ     440.0   /* below every agent's */
#define AGENT_VOICE_HZ      600.0
#define AGENT_VOICE_STEP_HZ 30.0
#define AGENT_VOICES        90u
#define LISTEN_SAMPLES      800u
#define SPEAK_SAMPLES       4000u
#define SEEK_S              10.0 /* nobody there: the agent hangs up */
#define REST_S              0.5
#define NEVER               UINT64_MAX

static uint64_t next_random(struct traffic *t)
{
	uint64_t z = t->random_state += 0x9E3779B97F4A7C15u;
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

/* From 0 to below 1 */
static double fraction(struct traffic *t)
{
	return (double)(next_random(t) >> 11) / 9007199254740992.0;
}

static uint64_t exponential(struct traffic *t, double mean_s)
{
	return (uint64_t)(-log(1 - fraction(t)) * mean_s * BOX_SECOND);
}

static uint64_t between(struct traffic *t, double low_s, double high_s)
{
	return (uint64_t)((low_s + fraction(t) * (high_s - low_s)) * BOX_SECOND);
}

static int seat_agents(struct traffic *t, const struct traffic_settings *settings, char *error, size_t size)
{
	for (unsigned i = 0; i < settings->agent_count; i++) {
		struct traffic_agent *agent = &t->agents[i];
		agent->place = settings->agents[i];
		agent->phone = phone_at(box_exchange(t->box), agent->place.span, agent->place.timeslot);
		agent->hz = AGENT_VOICE_HZ + AGENT_VOICE_STEP_HZ * (i % AGENT_VOICES);
		if (!agent->phone) {
			snprintf(error, size, "no telephone %u/%u", agent->place.span, agent->place.timeslot);
			return -ENODEV;
		}
	}
	return 0;
}

int traffic_new(struct traffic **out, struct box *box, const struct traffic_settings *settings, char *error,
                size_t size)
{
	struct traffic *t = calloc(1, sizeof *t);
	if (!t || !(t->agents = calloc(settings->agent_count + 1, sizeof *t->agents))) {
		free(t);
		return -ENOMEM;
	}
	t->box = box;
	t->unix_time = box_unix_time(box, 0);
	t->per_sample = settings->calls_per_hour / 3600 / BOX_SECOND;
	t->talk_s = settings->talk_s;
	t->patience_s = settings->patience_s;
	t->random_state = settings->seed * 1000003u;
	t->next_arrival = NEVER;
	t->agent_count = settings->agent_count;
	t->did_count = settings->did_count;
	for (unsigned i = 0; i < t->did_count; i++)
		snprintf(t->dids[i], sizeof t->dids[i], "%s", settings->dids[i]);
	int r = seat_agents(t, settings, error, size);
	if (r)
		traffic_free(t);
	else
		*out = t;
	return r;
}

void traffic_free(struct traffic *t)
{
	if (!t)
		return;
	for (unsigned i = 0; i < t->caller_count; i++)
		free(t->callers[i]);
	free(t->callers);
	free(t->agents);
	free(t);
}

static uint64_t gap(struct traffic *t)
{
	return (uint64_t)(-log(1 - fraction(t)) / t->per_sample) + 1;
}

void traffic_run_until(struct traffic *t, uint64_t until)
{
	t->until = until;
	t->next_arrival = box_now(t->box) + gap(t);
}

/* ---- callers ---- */

static int dial_in(struct traffic *t, struct traffic_caller *caller)
{
	struct lab_call_request request = {.ton = -1, .npi = -1, .presentation = -1, .bearer = -1};
	unsigned count = box_span_count(t->box), first = count ? (unsigned)(next_random(t) % count) : 0;
	int r = -EAGAIN;
	char error[LAB_TEXT];
	snprintf(request.to, sizeof request.to, "%s", caller->to);
	snprintf(request.from, sizeof request.from, "%s", caller->from);
	for (unsigned i = 0; i < count && r == -EAGAIN; i++) {
		const struct lab_span *span = box_span(t->box, (first + i) % count);
		request.span = span->span;
		if (span->kind == LAB_SPAN_PRI && span->network_side && !span->missing)
			r = call_out(box_exchange(t->box), &request, &caller->call, error, sizeof error);
	}
	return r;
}

static struct traffic_caller *new_caller(struct traffic *t)
{
	if (t->caller_count == t->caller_room) {
		unsigned room = t->caller_room * 2 + 64;
		struct traffic_caller **callers = realloc(t->callers, room * sizeof *callers);
		if (!callers)
			return NULL;
		t->callers = callers;
		t->caller_room = room;
	}
	struct traffic_caller *caller = calloc(1, sizeof *caller);
	if (caller)
		t->callers[t->caller_count++] = caller;
	return caller;
}

static int arrive(struct traffic *t, uint64_t now)
{
	struct traffic_caller *caller = new_caller(t);
	if (!caller)
		return -ENOMEM;
	box_new_number(t->box, caller->from, sizeof caller->from);
	caller->to = t->dids[next_random(t) % t->did_count];
	caller->begun = now;
	caller->give_up = now + exponential(t, t->patience_s);
	caller->talk_samples = exponential(t, t->talk_s) + BOX_SECOND;
	caller->hangs_up_first = next_random(t) & 1;
	if (dial_in(t, caller)) {
		caller->state = CALLER_GONE;
		caller->outcome = CALLER_BLOCKED;
		caller->released = now;
		return 0;
	}
	caller->on_wire = true;
	caller->next_active = t->active;
	t->active = caller;
	return 0;
}

static bool somebody_seeks(const struct traffic *t)
{
	for (unsigned i = 0; i < t->agent_count; i++)
		if (t->agents[i].state == AGENT_SEEKING)
			return true;
	return false;
}

static void caller_ended(struct traffic_caller *caller, enum lab_call_state state, uint64_t now)
{
	call_facts(caller->call, &caller->facts);
	caller->released = now;
	if (caller->outcome == CALLER_PENDING)
		caller->outcome = state == LAB_CALL_REJECTED ? CALLER_BLOCKED : CALLER_CLEARED;
	if (!caller->talk_end)
		caller->talk_end = now;
	call_forget(caller->call);
	caller->link = caller->call;
	caller->call = NULL;
	caller->state = CALLER_GONE;
}

static void hang_up(struct traffic_caller *caller, uint64_t now)
{
	caller->talk_end = now;
	call_hang_up(caller->call, 16);
	caller->state = CALLER_CLEARING;
}

static void caller_step(struct traffic *t, struct traffic_caller *caller, uint64_t now)
{
	enum lab_call_state state = call_state(caller->call);
	if (state == LAB_CALL_REJECTED || state == LAB_CALL_RELEASED) {
		caller_ended(caller, state, now);
		return;
	}
	/* Somebody who has just lifted may be talking to this one: it shows within moments. */
	if (caller->state == CALLER_WAITING && now >= caller->give_up && !somebody_seeks(t)) {
		caller->outcome = CALLER_ABANDONED;
		hang_up(caller, now);
	}
}

static void callers_step(struct traffic *t, uint64_t now)
{
	for (struct traffic_caller **link = &t->active, *caller; (caller = *link);) {
		caller_step(t, caller, now);
		if (caller->state == CALLER_GONE)
			*link = caller->next_active;
		else
			link = &caller->next_active;
	}
}

/* ---- agents ---- */

static void agent_goes(struct traffic_agent *agent, enum agent_state state, uint64_t due)
{
	agent->state = state;
	agent->due = due;
}

static bool voice_in_use(const struct traffic *t, const struct traffic_agent *agent)
{
	for (unsigned i = 0; i < t->agent_count; i++)
		if (&t->agents[i] != agent && t->agents[i].state == AGENT_SEEKING && t->agents[i].hz == agent->hz)
			return true;
	return false;
}

static void agent_ringing(struct traffic *t, struct traffic_agent *agent, uint64_t now)
{
	if (!phone_is(agent->phone, LAB_PHONE_RINGING)) {
		agent_goes(agent, AGENT_IDLE, 0);
	} else if (now >= agent->due && !voice_in_use(t, agent)) {
		phone_lift(agent->phone);
		party_say_tone(phone_party(agent->phone), agent->hz, VOICE_DBM0);
		agent->lifted = now;
		agent_goes(agent, AGENT_SEEKING, now + (uint64_t)(SEEK_S * BOX_SECOND));
	}
}

static void put_through(struct traffic *t, struct traffic_agent *agent, struct traffic_caller *caller, uint64_t now)
{
	party_say_nothing(phone_party(agent->phone));
	party_say_tone(call_party(caller->call), CALLER_VOICE_HZ, VOICE_DBM0);
	caller->agent = agent;
	caller->outcome = CALLER_ANSWERED;
	caller->state = CALLER_TALKING;
	caller->lifted = agent->lifted;
	caller->matched = now;
	agent->caller = caller;
	agent_goes(agent, AGENT_TALKING, now + caller->talk_samples);
}

/* This voice and nothing beside it: a note of the music on hold may have the same pitch, but is never alone for long.
 */
static bool voice_alone(const struct party *party, double hz, uint64_t lifted, uint64_t now)
{
	uint64_t from = now - 2 * LISTEN_SAMPLES;
	if (from < lifted)
		return false;
	double voice = party_tone_level(party, hz, from);
	return voice >= HEARD_DBM0 && party_level(party, from) - voice <= ALONE_DB;
}

static void agent_seeking(struct traffic *t, struct traffic_agent *agent, uint64_t now)
{
	if (now % LISTEN_SAMPLES == 0)
		for (struct traffic_caller *caller = t->active; caller; caller = caller->next_active)
			if (caller->state == CALLER_WAITING &&
			    voice_alone(call_party(caller->call), agent->hz, agent->lifted, now)) {
				put_through(t, agent, caller, now);
				return;
			}
	if (now >= agent->due || phone_is(agent->phone, LAB_PHONE_BUSY_OR_REORDER))
		agent_goes(agent, AGENT_ENDING, now);
}

static void listen_to_caller(struct traffic_agent *agent, struct traffic_caller *caller, uint64_t now)
{
	if (caller->asked_to_speak || now < caller->matched + SPEAK_SAMPLES)
		return;
	caller->asked_to_speak = true;
	caller->heard_by_agent =
	    party_tone_level(phone_party(agent->phone), CALLER_VOICE_HZ, caller->matched) >= HEARD_DBM0;
	party_say_nothing(call_party(caller->call));
}

static void agent_talking(struct traffic *t, struct traffic_agent *agent, uint64_t now)
{
	struct traffic_caller *caller = agent->caller;
	if (caller->state == CALLER_TALKING) {
		listen_to_caller(agent, caller, now);
		if (now < agent->due)
			return;
		if (caller->hangs_up_first) {
			hang_up(caller, now);
		} else {
			caller->talk_end = now;
			caller->state = CALLER_CLEARING;
			agent_goes(agent, AGENT_ENDING, now);
			return;
		}
	}
	agent_goes(agent, AGENT_ENDING, now + between(t, 0.3, 1.5));
}

static void agent_step(struct traffic *t, struct traffic_agent *agent, uint64_t now)
{
	switch (agent->state) {
	case AGENT_IDLE:
		if (phone_is(agent->phone, LAB_PHONE_RINGING))
			agent_goes(agent, AGENT_RINGING, now + between(t, 0.5, 3));
		break;
	case AGENT_RINGING:
		agent_ringing(t, agent, now);
		break;
	case AGENT_SEEKING:
		agent_seeking(t, agent, now);
		break;
	case AGENT_TALKING:
		agent_talking(t, agent, now);
		break;
	case AGENT_ENDING:
		if (now < agent->due)
			break;
		party_say_nothing(phone_party(agent->phone));
		phone_hang_up(agent->phone);
		agent->caller = NULL;
		agent_goes(agent, AGENT_RESTING, now + (uint64_t)(REST_S * BOX_SECOND));
		break;
	case AGENT_RESTING:
		if (now >= agent->due)
			agent_goes(agent, AGENT_IDLE, 0);
		break;
	}
}

int traffic_step(struct traffic *t, char *error, size_t size)
{
	uint64_t now = box_now(t->box);
	for (unsigned i = 0; i < t->agent_count; i++)
		agent_step(t, &t->agents[i], now);
	callers_step(t, now);
	while (t->next_arrival <= now && t->next_arrival < t->until) {
		if (arrive(t, now)) {
			snprintf(error, size, "traffic: no memory");
			return -ENOMEM;
		}
		t->next_arrival += gap(t);
	}
	return 0;
}

void traffic_counts(const struct traffic *t, struct traffic_counts *counts)
{
	double waits = 0;
	*counts = (struct traffic_counts){.offered = t->caller_count};
	for (unsigned i = 0; i < t->caller_count; i++) {
		const struct traffic_caller *caller = t->callers[i];
		counts->answered += caller->outcome == CALLER_ANSWERED;
		counts->abandoned += caller->outcome == CALLER_ABANDONED;
		counts->blocked += caller->outcome == CALLER_BLOCKED;
		counts->cleared += caller->outcome == CALLER_CLEARED;
		counts->waiting += caller->state == CALLER_WAITING;
		counts->talking += caller->state == CALLER_TALKING;
		counts->one_way += caller->asked_to_speak && !caller->heard_by_agent;
		if (caller->outcome == CALLER_ANSWERED)
			waits += box_seconds(caller->lifted - caller->begun);
	}
	counts->asa_s = counts->answered ? waits / counts->answered : 0;
}

void traffic_wind_up(struct traffic *t)
{
	uint64_t now = box_now(t->box);
	t->next_arrival = NEVER;
	for (struct traffic_caller *caller = t->active; caller; caller = caller->next_active)
		caller->give_up = now;
	for (unsigned i = 0; i < t->agent_count; i++)
		if (t->agents[i].state == AGENT_TALKING)
			t->agents[i].due = t->agents[i].caller->matched + SPEAK_SAMPLES > now
			                       ? t->agents[i].caller->matched + SPEAK_SAMPLES + BOX_PERIOD_SAMPLES
			                       : now;
}

bool traffic_idle(const struct traffic *t)
{
	for (unsigned i = 0; i < t->agent_count; i++)
		if (t->agents[i].state != AGENT_IDLE)
			return false;
	return t->active == NULL;
}
