/*
 * Telephones, and agents at them or at numbers outside: what the files of firmware/call named below offer each other.
 * Control thread.
 */
#ifndef BELFRY_CALL_AGENT_PARTS_H
#define BELFRY_CALL_AGENT_PARTS_H

#include "call/objects.h"

/* phone.c: the telephone's states */
void phones_attach(struct control *control, const struct config *config);
struct phone *phone_at(const struct control *control, uint16_t channel);
void phone_set_state(struct phone *phone, enum phone_state state);
void phone_driver_event(struct phone *phone, const struct driver_event *event);
void phone_digit(struct phone *phone, char digit);
void phone_init(struct phone *phone, struct control *control, uint16_t channel);
/* Whatever it rings, talks or holds for is over. */
void phone_drop(struct phone *phone, const char *why);
/* The same, and it is no telephone any more. */
void phone_detach(struct phone *phone);
void phone_lift(struct phone *phone);
void phone_hang_up(struct phone *phone);
void phone_flash(struct phone *phone);
/* The agent who is logged in here cannot be reached at this telephone. */
void phone_unplugged(struct phone *phone);
/* The telephones of a span with these alarms: out of reach while the line is cut; calls that are up go on. */
void phones_span_alarms(struct control *control, unsigned span, uint32_t alarms);
void phone_play_done(struct phone *phone, uint32_t token);
void phone_dial_tone(struct phone *phone, enum media_tone tone);
/* Whatever comes next, it is not left off the hook unheeded: that alarm is over. */
void phone_off_hook_over(struct phone *phone);
/* Its call is over while it is lifted: busy (17) or reorder tone. */
void phone_tone(struct phone *phone, uint8_t cause);
void phone_ring(struct phone *phone, struct call *call, acd_offer offer);
void phone_ring_stop(struct phone *phone);
/* An offer to a lifted headset: zip tone instead of the bell, then the call is taken by itself. */
void phone_zip(struct phone *phone, struct call *call, acd_offer offer);
/* The telephone stands by: the agent is offered calls again, unless one still waits or is held there. */
void phone_standby_free(struct phone *phone);
/* Lifted, and hung up before the offered call was taken. */
void phone_offer_declined(struct phone *phone);
/* Idle, it rings briefly so many times for an alarm; whatever happens to the telephone ends it. */
void phone_alert(struct phone *phone, unsigned bursts);
void phone_say(struct phone *phone, const char *const *names);
void phone_agent_in_use(struct phone *phone, bool in_use);

/* phone_ack.c: lifted for an offer; where a key is set for it, the call is taken by that key */
void phone_offer_lifted(struct phone *phone);
void phone_ack_digit(struct phone *phone, char digit);
void phone_ack_missing(struct phone *phone);
/* As the call's queue says, an agent who has answered and not taken the call is paused, or logged out. */
void agent_not_taken(struct control *control, uint32_t agent, acd_call call);

/* phone_dial.c: what the digits mean */
void phone_dial(struct phone *phone, bool ended);

/* phone_codes.c: keypad codes */
/* Asks for what the code lacks: the code itself counts as dialled. */
void phone_ask(struct phone *phone, enum config_code code, const char *prompt);
enum dial_match { DIAL_NOTHING, DIAL_PARTIAL, DIAL_COMPLETE, DIAL_MAY_GROW };
/* Index in config.agents, or -1. */
int32_t agent_index(const struct control *control, uint32_t number);
/* Nobody is logged in as this agent, or the settings (system second-login) and what goes on at the former place let the
 * agent leave it: it is being logged out there. */
bool agent_leaves_place(struct control *control, uint32_t number);
/* By the supervisor, without a PIN. */
int phone_log_in(struct phone *phone, uint32_t number, struct fault *fault);
/* Whether this is the agent's PIN. False also while locked; *locked then, and after too many wrong ones. */
bool pin_right(struct control *control, uint32_t number, const char *pin, bool *locked);
/* Whether the settings let an agent pause, or log out, for this reason; 0: for none. */
bool pause_allowed(const struct control *control, uint8_t reason);
bool logout_allowed(const struct control *control, uint8_t reason);
/* The telephone at which this agent is logged in, or NULL. */
struct phone *agent_phone(const struct control *control, uint32_t number);
enum dial_match codes_match(const struct control *control, const char *digits, enum config_code *code,
                            const char **arguments);
/* ended: no further digit comes. */
void codes_run(struct phone *phone, enum config_code code, const char *arguments, bool ended);
/* Number of the agent whom a decision is about. One that was made under former settings counts their agents, and so
 * says nothing by its index: then it is who is at the place that it names. 0: nobody any more. */
uint32_t decided_agent(const struct control *control, const struct acd_decision *decision);
void codes_agent_decided(struct control *control, const struct acd_decision *decision);

/* pin_locks.c: wrong PINs, counted over restarts, and the lock-out of an agent's number */
bool pin_locked(struct control *control, uint32_t agent);
void pin_failed(struct control *control, uint32_t agent);
void pin_passed(struct control *control, uint32_t agent);
/* A lock or wrong PINs that were kept over the restart (store_kept()). */
void pin_lock_kept(void *control, const char *name, const char *value);
void pin_locks_settings(struct control *control); /* agents that are deleted are forgotten */

/* kept_logins.c: agents who are logged in again after a restart */
int kept_logins_new(struct control *control);
void kept_logins_read(struct control *control, const char *name, const char *value); /* of store_kept() */
void kept_logins_note(struct control *control, uint32_t agent, const struct acd_decision *decision);
void kept_logins_restore(struct control *control); /* the first settings of this run are in force */

/* disposition.c: what agents say their calls were about */
int dispositions_new(struct control *control);
void dispositions_read(struct control *control, const char *name, const char *value); /* of store_kept() */
void dispositions_restore(struct control *control); /* before the agents log in again */
/* first: of this run; the scheduler knows of nothing that is owed yet. */
void dispositions_settings(struct control *control, bool first);
void disposition_talk(const struct call *call, uint32_t agent);
void disposition_undone(const struct call *call, uint32_t agent); /* it was no talk */
enum acd_talk_end disposition_talk_ends(struct call *call);
/* The agent's wrap-up is not left before a disposition is given. */
bool disposition_owed(const struct control *control, uint32_t agent);
/* Said behind a log-out from a place that is gone or left: what is owed is owed at the next place. */
void disposition_carry(struct control *control, uint32_t agent);
/* Whether wrap-up is held, for the console: 0, or -EBUSY with the reason. */
int disposition_refuses(const struct control *control, uint32_t agent, struct fault *fault);
/* For the agent's present call, else its last. 0, or -ENOENT, -EINVAL, -ENOBUFS: fault says why. */
int disposition_give(struct control *control, uint32_t agent, const char *code, struct fault *fault);
void disposition_ask(struct phone *phone);
void disposition_code(struct phone *phone, const char *code);
void disposition_call_digit(struct phone *phone, char digit);
void disposition_kept(struct control *control, uint32_t agent, bool written);

/* remote.c: agents at numbers outside, who are called out for each call */
int remotes_new(struct control *control);
struct remote *remote_at(const struct control *control, uint16_t place); /* NULL: not such a place */
struct remote *agent_remote(const struct control *control, uint32_t number);
const struct config_agent *remote_settings(const struct remote *remote); /* NULL: removed meanwhile */
/* At the number of the agent's settings. -EINVAL, -EBUSY: fault says why not. */
int remote_log_in(struct control *control, uint32_t number, struct call *line, struct fault *fault);
void remote_send(struct remote *remote, enum acd_event_type type, uint8_t reason);
/* Tells the scheduler whether the agent is on the telephone in another way than for an offer. */
void remote_in_use(struct remote *remote);
void remote_offer(struct control *control, const struct acd_decision *decision);
void remote_offer_cancelled(struct control *control, const struct acd_decision *decision);
void remote_winner(struct control *control, const struct acd_decision *decision);
void remote_agent_decided(struct control *control, const struct acd_decision *decision);
/* The agent has heard what is whispered: the talk path is cut through. */
void remote_whispered(struct remote *remote);
/* The caller's side is over, or goes without the agent. */
void remote_release(struct remote *remote, uint8_t cause);
void remotes_settings(struct control *control);
void remote_leg_ends(struct call *leg, uint8_t cause); /* from call_end(): whatever the reason */
void remote_leg_gone(struct call *leg);                /* from call_free() */

/* remote_leg.c: the call out to such an agent */
void remote_call(struct remote *remote);
void remote_leg_event(struct call *leg, const struct line_event *event);
void remote_digit(struct remote *remote, char digit);
void remote_played(struct remote *remote);
/* The number and presentation that the agent is shown. */
void remote_present(const struct call *leg, struct line_setup *setup);

/* login_line.c: agents outside log in, pause and log out by telephone */
#define LOGIN_LINES_MAX 32
int login_lines_new(struct control *control);
void login_line_enter(struct call *call);
void login_line_digit(struct call *call, char digit);
void login_line_played(struct call *call);
void login_line_expired(struct call *call);
void login_line_ends(struct call *call);
void login_line_say(struct call *call, const char *prompt);
/* What the agent gave there is kept. */
void login_line_disposed(struct control *control, uint32_t agent, const char *prompt);

#endif
