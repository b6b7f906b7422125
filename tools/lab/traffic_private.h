/*
 * Callers and agents of a traffic run. Included by traffic*.c only.
 */
#ifndef BELFRY_LAB_TRAFFIC_PRIVATE_H
#define BELFRY_LAB_TRAFFIC_PRIVATE_H

#include "traffic.h"

enum caller_state { CALLER_WAITING, CALLER_TALKING, CALLER_CLEARING, CALLER_GONE };
enum caller_outcome { CALLER_PENDING, CALLER_ANSWERED, CALLER_ABANDONED, CALLER_BLOCKED, CALLER_CLEARED };
enum agent_state { AGENT_IDLE, AGENT_RINGING, AGENT_SEEKING, AGENT_TALKING, AGENT_ENDING, AGENT_RESTING };

struct traffic_agent;

struct traffic_caller {
	struct lab_call *call; /* NULL once gone */
	char from[16];
	const char *to;
	enum caller_state state;
	enum caller_outcome outcome;
	bool on_wire; /* a SETUP was sent */
	bool hangs_up_first, asked_to_speak, heard_by_agent;
	struct traffic_agent *agent;
	uint64_t begun, give_up, talk_samples;
	uint64_t lifted, matched, talk_end; /* talk_end: the hanging up, by whoever it was */
	uint64_t released;
	struct lab_call_facts facts; /* when it ended for the caller */
	const struct lab_call *link; /* once gone: what the D channel said about it later; NULL: nothing */
	struct traffic_caller *next_active;
};

struct traffic_agent {
	struct traffic_agent_place place;
	struct lab_phone *phone;
	double hz; /* its voice */
	enum agent_state state;
	uint64_t due, lifted;
	struct traffic_caller *caller;
};

struct traffic {
	struct box *box;
	double unix_time;  /* of sample 0 */
	double per_sample; /* calls */
	double talk_s, patience_s;
	uint64_t random_state, next_arrival, until;
	unsigned did_count, agent_count, caller_count, caller_room;
	char dids[TRAFFIC_DIDS_MAX][48];
	struct traffic_agent *agents;
	struct traffic_caller **callers; /* all, by arrival */
	struct traffic_caller *active;
};

#endif
