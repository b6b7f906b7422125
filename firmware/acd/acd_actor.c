/*
 * The scheduler as an actor. Decisions are never lost: what the reader's mailbox cannot take yet waits here, and until
 * it is gone no further event is taken, so that a slow reader in the end sees -ENOBUFS on its own events.
 */
#include "acd/acd_actor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/timer.h"

/* The most that one event or one deadline decides: every agent's offer ends and a new one begins, every caller leaves.
 */
#define DECISIONS_MAX  (6 * (CONFIG_AGENTS_MAX + CONFIG_CALLS_MAX) + 2 * CONFIG_CALLS_MAX)
#define MAILBOX_EVENTS (2 * (CONFIG_CALLS_MAX + CONFIG_AGENTS_MAX))
#define MAILBOX_VIEWS  16

struct acd_actor {
	struct actor base;
	struct acd *acd;
	struct doorbell *bell;
	struct mailbox *events, *decisions, *views, *whys;
	uint64_t sequence, lost;
	struct acd_event held; /* taken from the mailbox, but deadlines come before it */
	bool holding;
	uint32_t kept_from, kept_to; /* decisions that the mailbox could not take yet */
	struct acd_decision kept[DECISIONS_MAX];
	_Atomic bool blocked;
	struct acd_journal *journal; /* NULL: none is kept */
	struct acd_actor_journal keeper;
	uint64_t begun_bytes;                /* of the file in hand, when it began */
	struct acd_journal_figures shown[2]; /* one is read while the other is written */
	_Atomic unsigned shown_at;
};

/* ---- out ---- */

static void keep(void *user, const struct acd_decision *decision)
{
	struct acd_actor *actor = user;
	if (actor->journal)
		acd_journal_decision(actor->journal, decision);
	if (actor->kept_to < DECISIONS_MAX) {
		actor->kept[actor->kept_to++] = *decision;
		return;
	}
	actor->lost++;
	log_write(LOG_ERROR, LOG_ACD, "decision %s of call %" PRIu32 " lost: more than %d at once (%" PRIu64 " so far)",
	          acd_decision_names[decision->type], decision->call, DECISIONS_MAX, actor->lost);
}

static bool deliver(struct acd_actor *actor)
{
	while (actor->kept_from < actor->kept_to) {
		if (mailbox_send(actor->decisions, &actor->kept[actor->kept_from]) == 0) {
			actor->kept_from++;
			continue;
		}
		if (atomic_exchange(&actor->blocked, true)) /* once more: the reader may have made room before it saw */
			return false;
	}
	actor->kept_from = actor->kept_to = 0;
	atomic_store(&actor->blocked, false);
	return true;
}

/* ---- the journal ---- */

/* A new file when this one has grown by as much as a file should hold; else what is pending goes out. */
static void keep_journal(struct acd_actor *actor)
{
	struct acd_journal_figures figures;
	if (!actor->journal)
		return;
	acd_journal_flush(actor->journal, actor->acd);
	acd_journal_figures(actor->journal, &figures);
	uint64_t room = actor->keeper.file_bytes(actor->keeper.user);
	if ((figures.event_bytes - actor->begun_bytes >= room || figures.decision_bytes >= room) &&
	    acd_journal_begin_file(actor->journal, actor->acd) == 0) {
		acd_journal_figures(actor->journal, &figures);
		actor->begun_bytes = figures.event_bytes;
	}
	unsigned next = 1 - atomic_load_explicit(&actor->shown_at, memory_order_relaxed);
	actor->shown[next] = figures;
	atomic_store_explicit(&actor->shown_at, next, memory_order_release);
}

/* ---- in ---- */

static bool decide(struct acd_actor *actor, struct acd_event *event)
{
	event->sequence = ++actor->sequence;
	if (actor->journal)
		acd_journal_event(actor->journal, event);
	acd_decide(actor->acd, event, keep, actor);
	if (actor->journal && acd_journal_wants_flush(actor->journal))
		acd_journal_flush(actor->journal, actor->acd);
	return deliver(actor);
}

/* Deadlines before limit_us, each as an event of its own. False: the reader is behind. */
static bool work_off_before(struct acd_actor *actor, uint64_t limit_us)
{
	for (uint64_t due_us; (due_us = acd_next_deadline_us(actor->acd)) < limit_us;) {
		struct acd_event time = {.type = ACD_TIME, .at_us = due_us};
		if (!decide(actor, &time))
			return false;
	}
	return true;
}

static bool take_events(struct acd_actor *actor, bool *did)
{
	while (actor->holding || mailbox_receive(actor->events, &actor->held)) {
		actor->holding = true;
		*did = true;
		if (!work_off_before(actor, actor->held.at_us))
			return false;
		actor->holding = false;
		if (!decide(actor, &actor->held))
			return false;
	}
	return true;
}

static void show(struct acd_actor *actor, bool *did)
{
	for (struct acd_view_request *request; mailbox_receive(actor->views, &request); *did = true) {
		struct doorbell *bell = request->bell;
		acd_look(actor->acd, request->view);
		atomic_store_explicit(&request->done, true, memory_order_release);
		if (bell)
			doorbell_ring(bell);
	}
}

static void explain(struct acd_actor *actor, bool *did)
{
	for (struct acd_why_request *request; mailbox_receive(actor->whys, &request); *did = true) {
		struct doorbell *bell = request->bell;
		if (request->call) {
			request->count = acd_explain(actor->acd, request->call, request->why, request->max);
			if (request->count < request->max)
				request->count +=
				    acd_explain_waiting(actor->acd, request->call, &request->why[request->count]);
		} else {
			request->count = request->max && acd_explain_next(actor->acd, request->queue, request->why);
		}
		atomic_store_explicit(&request->done, true, memory_order_release);
		if (bell)
			doorbell_ring(bell);
	}
}

static bool step(void *self, uint64_t now_us)
{
	struct acd_actor *actor = self;
	bool did = false;
	uint32_t kept = actor->kept_to - actor->kept_from;
	if (deliver(actor)) {
		did = kept > 0;
		uint64_t sequence = actor->sequence;
		if (take_events(actor, &did))
			work_off_before(actor, now_us + 1);
		did = did || actor->sequence != sequence;
	}
	if (did)
		keep_journal(actor);
	show(actor, &did);
	explain(actor, &did);
	return did;
}

static uint64_t next_deadline_us(void *self)
{
	struct acd_actor *actor = self;
	return atomic_load(&actor->blocked) ? TIMER_NEVER : acd_next_deadline_us(actor->acd);
}

/* ---- the door ---- */

int acd_actor_new(struct acd_actor **out, struct doorbell *bell)
{
	struct acd_actor *actor = calloc(1, sizeof(*actor));
	if (!actor)
		return -ENOMEM;
	int error = acd_new(&actor->acd);
	if (!error)
		error = doorbell_new(&actor->bell);
	if (!error)
		error =
		    mailbox_new(&actor->events, "acd events", sizeof(struct acd_event), MAILBOX_EVENTS, actor->bell);
	if (!error)
		error =
		    mailbox_new(&actor->decisions, "acd decisions", sizeof(struct acd_decision), MAILBOX_EVENTS, bell);
	if (!error)
		error = mailbox_new(&actor->views, "acd views", sizeof(struct acd_view_request *), MAILBOX_VIEWS,
		                    actor->bell);
	if (!error)
		error =
		    mailbox_new(&actor->whys, "acd whys", sizeof(struct acd_why_request *), MAILBOX_VIEWS, actor->bell);
	if (error) {
		acd_actor_free(actor);
		return error;
	}
	actor->base = (struct actor){.name = "acd",
	                             .fifo_priority = 70,
	                             .self = actor,
	                             .step = step,
	                             .next_deadline_us = next_deadline_us,
	                             .bell = actor->bell};
	*out = actor;
	return 0;
}

int acd_actor_keep_journal(struct acd_actor *actor, const struct acd_actor_journal *journal, struct acd *resumed,
                           uint64_t wall_us)
{
	struct acd_event restart = {.type = ACD_RESTART, .at_us = 0, .arrived_us = wall_us};
	int error = acd_journal_new(&actor->journal, journal->put, journal->user);
	if (error)
		return error;
	actor->keeper = *journal;
	if (resumed) {
		acd_free(actor->acd);
		actor->acd = resumed;
		actor->sequence = acd_sequence(resumed);
	}
	if (acd_journal_begin_file(actor->journal, actor->acd) < 0)
		log_write(LOG_ERROR, LOG_ACD, "the scheduler's journal cannot be begun");
	struct acd_journal_figures figures;
	acd_journal_figures(actor->journal, &figures);
	actor->begun_bytes = figures.event_bytes;
	decide(actor, &restart);
	for (struct acd_decision unheard; mailbox_receive(actor->decisions, &unheard);)
		continue;
	keep_journal(actor);
	return 0;
}

void acd_actor_journal_figures(const struct acd_actor *actor, struct acd_journal_figures *figures)
{
	*figures = actor->shown[atomic_load_explicit(&actor->shown_at, memory_order_acquire)];
}

/* Settings that were sent but not taken yet are still ours to free. */
static void drop_events(struct acd_actor *actor)
{
	if (actor->holding && actor->held.type == ACD_SETTINGS)
		acd_settings_free(actor->held.settings);
	for (struct acd_event event; actor->events && mailbox_receive(actor->events, &event);)
		if (event.type == ACD_SETTINGS)
			acd_settings_free(event.settings);
}

void acd_actor_free(struct acd_actor *actor)
{
	if (!actor)
		return;
	drop_events(actor);
	mailbox_free(actor->events);
	mailbox_free(actor->decisions);
	mailbox_free(actor->views);
	mailbox_free(actor->whys);
	doorbell_free(actor->bell);
	acd_journal_free(actor->journal);
	acd_free(actor->acd);
	free(actor);
}

struct actor *acd_actor_base(struct acd_actor *actor)
{
	return &actor->base;
}

int acd_actor_send(struct acd_actor *actor, const struct acd_event *event)
{
	return mailbox_send(actor->events, event);
}

bool acd_actor_next_decision(struct acd_actor *actor, struct acd_decision *decision)
{
	bool got = mailbox_receive(actor->decisions, decision);
	if (atomic_load(&actor->blocked))
		doorbell_ring(actor->bell);
	return got;
}

int acd_actor_ask_view(struct acd_actor *actor, struct acd_view_request *request)
{
	return mailbox_send(actor->views, &request);
}

int acd_actor_ask_why(struct acd_actor *actor, struct acd_why_request *request)
{
	return mailbox_send(actor->whys, &request);
}
