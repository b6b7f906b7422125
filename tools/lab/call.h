/* Private: calls on a trunk, between libpri's adapter and the party. */
#ifndef BELFRY_LAB_CALL_H
#define BELFRY_LAB_CALL_H

#include "tools/lab/party.h"
#include "tools/lab/pri.h"

#define CALL_HISTORY 24

struct lab_call {
	struct party party; /* first: call_party() */
	struct exchange *exchange;
	struct span *span;
	link_call handle; /* NULL: libpri has forgotten it */
	enum lab_call_state state;
	struct {
		enum lab_call_state state;
		uint64_t at;
	} history[CALL_HISTORY];
	unsigned history_count;
	struct lab_call_facts facts;
	bool claimed, forgotten, ended_by_box, proceeding_sent;
	char setup_name[64];
	struct lab_call *next;
};

/* The channel is held from SETUP until the release is complete. */
unsigned call_free_channel(const struct span *span);
struct lab_call *call_make(struct span *span, bool from_box, unsigned channel);
void call_enter(struct lab_call *call, enum lab_call_state state);
void call_end(struct lab_call *call, bool by_box, int cause);
void call_let_go(struct lab_call *call); /* libpri has forgotten it: the channel is free */
void call_connect(struct lab_call *call, unsigned channel);
void call_tidy(struct exchange *exchange); /* frees the audio of calls long gone */
void calls_free(struct exchange *exchange);

/* call_outage.c */
void calls_outage(struct span *span);         /* after every period of a span with a D channel */
void call_reached(struct lab_call *call);     /* the box has said something about it */
void call_setup_ended(struct lab_call *call); /* the box has answered the SETUP, or will not */

/* call_link.c */
void call_link_event(void *user, const struct link_event *event); /* user: the span */
void call_frame_in(struct span *span, const uint8_t *frame, size_t bytes);

#endif
