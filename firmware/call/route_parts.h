/*
 * Where a call goes: in from the network, to its destination, out through a trunk: what the files of firmware/call
 * named below offer each other. Control thread.
 */
#ifndef BELFRY_CALL_ROUTE_PARTS_H
#define BELFRY_CALL_ROUTE_PARTS_H

#include "call/objects.h"

/* incoming.c: a call from the network */
void incoming_setup(struct control *control, const struct line_event *event);
void incoming_refused(struct control *control, const struct line_event *event); /* by the line: a record, no more */
void incoming_digits(struct call *call, const struct line_event *event, bool ended);
void incoming_durable(struct control *control, uint32_t id, bool durable);

/* line_events.c */
void line_event_arrived(void *control, const struct line_event *event);
void line_alarms_settings(struct control *control); /* spans that are deleted have no alarms */

/* routes.c: where a call from the network goes: the rules, then the numbers */
int32_t route_find(struct call *call, bool count); /* index in config.destinations, or -1 */
/* The limit of calls to its number that is reached, index in config.did_limits, or -1: then it is one of them. */
int32_t route_limit(struct call *call);
void routes_settings(struct control *control, const struct config *config);

/* customer.c: who calls, by the customer table */
bool customers_take(struct control *control); /* a new one has come */
void customers_end(struct control *control);
void customer_look_up(struct call *call);
bool customer_fits(struct call *call, const char *class);

/* hours.c: opening hours and the night switch */
bool hours_open(const struct control *control, const struct config_hours *hours);
bool hours_night(const struct control *control, const struct config_hours *hours);
/* The other way round; returns how it is now. */
bool hours_night_switch(struct control *control, const struct config_hours *hours);
/* A switch that was kept over the restart (store_kept()). */
void hours_kept(void *control, const char *name, const char *value);
/* The settings have changed: what they now say otherwise than before counts. */
void hours_settings(struct control *control, const struct config *config);

/* destination.c */
/* The queue to which a destination leads by itself, or NULL. */
const char *destination_queue(const struct control *control, int32_t destination);
void destination_external(struct call *call, const char *number);
/* A destination of the settings, or a step of the call's own route (DESTINATION_OWN and below); NULL: there is none. */
const struct config_destination *destination_at(const struct call *call, int32_t index);
void destination_run(struct call *call, int32_t destination);
void destination_play_done(struct call *call);
bool destination_supported(enum config_destination_type type);

/* menu.c */
void menu_enter(struct call *call, uint32_t menu);
void menu_digit(struct call *call, char digit);
void menu_play_done(struct call *call);
void menu_expired(struct call *call);
void menu_settings(struct control *control, const struct config *config);

/* huntgroup.c */
void huntgroup_enter(struct call *call, uint32_t group);
/* The telephone or number tried last cannot be had: true if the call goes on elsewhere. */
bool huntgroup_goes_on(struct call *call);
/* The time to ring is over. */
bool huntgroup_rung_out(struct call *call);
/* One of several that ring was lifted: the others fall silent. */
void huntgroup_taken(struct call *call, struct phone *phone);
void huntgroup_phone_gone(struct call *call, struct phone *phone);
/* The caller is gone: nothing rings any more. */
void huntgroup_stop(struct call *call);
void huntgroup_settings(struct control *control, const struct config *config);

/* extension.c: rings a telephone for a call */
/* The same, but a telephone that talks and may have call waiting gets the call beside the other. */
void extension_call(struct call *call, struct phone *phone);
void extension_ring(struct call *call, struct phone *phone);
struct phone *extension_find(const struct control *control, const char *digits);
void extension_lifted(struct call *call, struct phone *phone);
/* A is told that somebody is rung: ALERTING once, or ringing tone. */
void extension_tell_ringing(struct call *call);

/* call_waiting.c: a second call for a telephone that talks */
/* Whether it can wait there; then it does. */
bool waiting_begin(struct call *call, struct phone *phone);
/* The waiting call is gone, or another telephone's. */
void waiting_end(struct phone *phone);
/* Flash: to the call that waits, or between the two. False: neither is the case. */
bool waiting_flash(struct phone *phone);
/* Hung up: rings again for the one that waits or is held. False: there is none. */
bool waiting_hung_up(struct phone *phone);

/* transfer.c */
/* The telephone leaves the call: who stays is side a, and waits for what comes. */
void transfer_detach(struct phone *phone, struct call *held);
void transfer_complete(struct phone *phone, struct call *held, struct call *consult);
void transfer_recall(struct phone *phone, struct call *held);

/* caps.c: limits of calls out. phone: who dials, NULL: a call from elsewhere that goes out again. */
int caps_new(struct control *control);
/* One that a call by this rule counts for is reached; raises its alarm. */
bool caps_reached(struct control *control, const struct phone *phone, uint32_t outside);
void caps_begun(struct call *call, const struct phone *phone);
void caps_answered(struct call *call);
void caps_ended(struct call *call);
/* Counters that were kept over the restart (store_kept()). */
void caps_kept(void *control, const char *name, const char *value);
void caps_settings(struct control *control); /* alarms of limits that are deleted or raised are over */
/* The side that was called out goes to another call: there it goes on to count. What that one has talked is counted. */
void caps_passed_on(struct call *to, struct call *from);
/* The telephone calls abroad, or tries what it may not. */
void caps_watch(struct phone *phone);

/* outside.c: out through a trunk */
void outside_call(struct call *call, uint32_t outside, const char *number);
void outside_emergency(struct call *call, const char *number);
void outside_event(struct call *call, const struct line_event *event);
void outside_channel_freed(struct control *control);

#endif
