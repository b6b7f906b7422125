/*
 * Runs the pure scheduler as an actor: mailboxes on both sides, the sequence numbers, the deadlines.
 * Thread: its own (SCHED_FIFO 70); senders and the reader of decisions: control.
 */
#ifndef BELFRY_ACD_ACTOR_H
#define BELFRY_ACD_ACTOR_H

#include "acd/acd.h"
#include "acd/acd_journal.h"
#include "base/actor.h"

struct acd_actor;

/* bell: rung when a decision is there (control's). */
MUST_CHECK int acd_actor_new(struct acd_actor **out, struct doorbell *bell);
void acd_actor_free(struct acd_actor *actor);
struct actor *acd_actor_base(struct acd_actor *actor);

/*
 * Before the first step: where the scheduler's journal goes (acd_journal.h; a file of it becomes file_bytes() large),
 * and, if there was one, the state that it ended with (passes to the actor). Then comes ACD_RESTART with the wall clock
 * as the first event, of whose decisions nobody hears. 0 or -ENOMEM.
 */
struct acd_actor_journal {
	acd_journal_put *put;
	uint64_t (*file_bytes)(void *user);
	void *user;
};
MUST_CHECK int acd_actor_keep_journal(struct acd_actor *actor, const struct acd_actor_journal *journal,
                                      struct acd *resumed, uint64_t wall_us);
/* As of the last step; any thread, for figures only. */
void acd_actor_journal_figures(const struct acd_actor *actor, struct acd_journal_figures *figures);

/*
 * Control thread. The sequence number is given by the actor when the event's turn comes (deadlines are events too).
 * 0, or -ENOBUFS: the event is not taken, settings stay the caller's.
 */
MUST_CHECK int acd_actor_send(struct acd_actor *actor, const struct acd_event *event);
bool acd_actor_next_decision(struct acd_actor *actor, struct acd_decision *decision);

/* Any one thread at a time: asks for a view; it is filled in and *done set (release) by the acd thread, bell rung. */
struct acd_view_request {
	struct acd_view *view;
	_Atomic bool done;
	struct doorbell *bell;
};
MUST_CHECK int acd_actor_ask_view(struct acd_actor *actor, struct acd_view_request *request);

/* The same for explanations: of a call's offers and, if it waits, how it stands (call is not 0), or of a queue's next
 * one. count: how many were put. */
struct acd_why_request {
	acd_call call;
	acd_queue queue;
	struct acd_why *why;
	uint32_t max, count;
	_Atomic bool done;
	struct doorbell *bell;
};
MUST_CHECK int acd_actor_ask_why(struct acd_actor *actor, struct acd_why_request *request);

#endif
