/*
 * One D channel: libpri as the network (or the user), behind this header. pri.c is the only file of the lab that
 * includes libpri.h; nothing of libpri's types leaves it. Not re-entrant: an event handler may call back in.
 */
#ifndef BELFRY_LAB_PRI_H
#define BELFRY_LAB_PRI_H

#include "tools/lab/exchange.h"

struct link;
typedef void *link_call; /* libpri's call; NULL: none */

enum link_event_type {
	LINK_UP,
	LINK_DOWN,
	LINK_SETUP,
	LINK_DIGITS, /* more digits of the called number */
	LINK_SETUP_ACK,
	LINK_PROCEEDING,
	LINK_PROGRESS,
	LINK_ALERTING,
	LINK_ANSWER,
	LINK_DISCONNECT, /* the other side clears; link_hang_up() goes on with it */
	LINK_RELEASED,   /* the call is gone: link_hang_up() frees it, then forget the pointer */
	LINK_RESTART,    /* channel: of one B channel; 0: of the whole span */
	LINK_HOLD,
	LINK_RETRIEVE,
	LINK_OTHER
};

struct link_event {
	enum link_event_type type;
	link_call call;
	unsigned channel; /* 0: none named */
	int cause;        /* -1: none */
	bool flexible, complete, inband;
	int presentation;
	char to[48], from[48], name[64], redirecting[48], connected[48];
};

struct link_settings {
	enum lab_switch switch_type;
	bool e1, network_side, overlap, mulaw;
	void (*send)(void *user, const uint8_t *frame, size_t bytes); /* without FCS */
	void (*event)(void *user, const struct link_event *event);
	void *user;
};

int link_new(struct link **out, const struct link_settings *settings, char *error, size_t size);
void link_free(struct link *link);
void link_receive(struct link *link, const uint8_t *frame, size_t bytes);
void link_run_timers(struct link *link);
bool link_is_up(const struct link *link);

int link_setup(struct link *link, const struct lab_call_request *request, link_call *out);
int link_digits(struct link *link, link_call call, const char *digits, bool complete);
int link_setup_ack(struct link *link, link_call call, unsigned channel);
int link_proceeding(struct link *link, link_call call, unsigned channel);
int link_alerting(struct link *link, link_call call, unsigned channel);
int link_progress(struct link *link, link_call call, unsigned channel);
int link_answer(struct link *link, link_call call, unsigned channel);
void link_hang_up(struct link *link, link_call call, int cause);
void link_destroy_call(struct link *link, link_call call);
int link_notify_hold(struct link *link, link_call call, bool held);
void link_hold_answer(struct link *link, link_call call, unsigned channel, bool retrieve);
/* A FACILITY with the calling name, as the span's switch writes it. ours: this side made the call. */
int link_send_name(struct link *link, link_call call, bool ours, const char *name);
/* Sends this Q.931 message, whatever it is, as the next I frame. */
int link_inject(struct link *link, const uint8_t *message, size_t bytes);

/* What libpri takes for the time of day: the lab's clock. */
void link_clock_set(uint64_t samples);

#endif
