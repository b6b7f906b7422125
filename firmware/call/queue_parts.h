/*
 * A caller's stay in a queue, and the checks on queues: what the files of firmware/call named below offer each other.
 * Control thread.
 */
#ifndef BELFRY_CALL_QUEUE_PARTS_H
#define BELFRY_CALL_QUEUE_PARTS_H

#include "call/objects.h"

/* queue.c: the stay in a queue */
void queue_enter(struct call *call, uint32_t queue);
/* The settings of the queue that the call is in; never NULL. */
const struct config_queue *queue_settings(const struct call *call);
void queue_caller_gone(struct call *call);
void queue_digit(struct call *call, char digit);
/* Asks the scheduler to let it go; then to the destination, -1: by the rules of the queue. */
void queue_leave(struct call *call, int32_t destination, enum acd_exit why);
void queue_agent_gone(struct call *call);
void queue_accepted(struct call *call, const struct acd_decision *decision);
void queue_exited(struct call *call, enum acd_exit exit);

/* A call for one agent, wherever logged in; index in config.agents. False: this box has no room for such calls. */
bool queue_enter_agent(struct call *call, uint32_t agent);
/* The caller held by the agent goes back to the head of the queue. False: not a call of a queue, or too often. */
bool queue_give_back(struct phone *phone, struct call *held);
/* The party held at this telephone goes to a queue; its arrival and its history stay. */
void queue_transfer(struct phone *phone, struct call *held, uint32_t queue);
int32_t queue_find_extension(const struct control *control, const char *digits); /* index or -1 */

/* queue_memory.c: what queues remember of callers */
struct queue_memory;
MUST_CHECK int queue_memory_new(struct queue_memory **out);
void queue_memory_free(struct queue_memory *memory);
void queue_remember_agent(const struct call *call, uint32_t agent);
uint32_t queue_last_agent(const struct call *call); /* number; 0: none */
void queue_remember_place(const struct call *call);
uint64_t queue_regained_us(const struct call *call, const struct config_queue *queue);

/* queue_supervise.c: what a supervisor does to callers, and closing */
int supervise_priority(struct control *control, struct control_request *request);
int supervise_withdraw(struct control *control, struct control_request *request);
int supervise_evacuate(struct control *control, struct control_request *request);
void queue_drain_kept(struct control *control, const char *name, const char *value);
int supervise_drain(struct control *control, struct control_request *request);
void supervise_closing(struct control *control);
bool queue_is_closed(struct control *control, const struct config_queue *queue);

/* queue_announce.c: what a waiting caller hears */
void announce_begin(struct call *call); /* the scheduler has taken it in: call->place is set */
void announce_due(struct call *call);   /* its announce_timer */
/* Who waits in a queue hears this once, in between; nobody where the prompt is not there. */
void announce_notice(struct call *call, const char *prompt);
void announce_place(struct call *call, const struct acd_decision *decision);
void announce_played(struct call *call);
void announce_end(struct call *call);

/* queue_decisions.c: what the scheduler has decided */
void queue_decision(struct control *control, const struct acd_decision *decision);
/* An offer has ended at its telephone; the call's record gets it. */
void queue_offer_over(struct phone *phone, enum acd_offer_result result, uint64_t ring_us);
/* The agent has heard what is whispered before the caller: the talk path is cut through. */
void queue_whisper_done(struct phone *phone);

/* Who has taken an offered call, and where. */
struct taken {
	uint32_t agent;
	uint16_t channel;
	uint64_t ring_from_us, lifted_us;
};
/* The agent is no longer rung for this call; its record gets what came of it. */
void queue_offer_ended(struct control *control, acd_call call, uint32_t agent, enum acd_offer_result result,
                       uint64_t ring_us);
/* The talk begins: side b is bound by the caller of this before call_talk(). */
void queue_taken(struct call *call, const struct taken *taken);
void queue_talk(struct call *call);
/* What the agent hears before the caller; the token of its end, 0: nothing. */
uint32_t queue_whisper(struct call *call, uint16_t channel);
/* The agent's line has gone while they talked: the caller waits again, before all others. */
void queue_take_back(struct call *call);
/* One of all who were rung has lifted and at once put down the receiver (timer picked_up): that was no answer, the
 * caller waits again, before all others, and the others are rung again. False: it was an answer. */
bool queue_picked_up_only(struct phone *phone, struct call *call);

/* queue_alarms.c */
void queue_alarms_look(struct control *control);
/* Other settings: alarms of what is watched no longer are over. */
void queue_alarms_settings(struct control *control, const struct config *config);

/* reaction.c: from a telephone that is free to the ring of the next caller, by the box's own clock */
int reaction_new(struct control *control);
void reaction_free(struct control *control);
void reaction_begins(struct phone *phone);                        /* it is hung up */
void reaction_rings(struct phone *phone, uint64_t decided_at_us); /* it was told to */
void reaction_say(struct control *control);                       /* into the log */

/* sweep.c: scheduler, calls and telephones compared every so often */
struct sweep;
int sweep_new(struct control *control);
void sweep_begin(struct control *control);
void sweep_free(struct control *control);

/* sweep_channels.c: the same for B channels; held: the line's leg on it, 0: none */
int sweep_channels_new(struct control *control);
void sweep_channel(struct control *control, uint16_t channel, line_leg held);
void sweep_channels_compare(struct control *control);
bool sweep_heard(struct control *control); /* the view has come: compare */
void sweep_compare(struct control *control, const struct acd_view *view);
bool sweep_queue_adds_up(const struct acd_queue_view *queue, uint64_t *in, uint64_t *out);
bool sweep_agent_adds_up(const struct acd_agent_view *agent, uint64_t *staffed_us, uint64_t *states_us);

/* fairness.c: how far apart the agents of a queue are in work */
struct fairness;
int fairness_new(struct control *control);
void fairness_free(struct control *control);
void fairness_look(struct control *control, const struct acd_view *view); /* at each sweep */

#endif
