/*
 * What a day was like for callers and agents, by the definitions of the field: service level SL-4 (answered within the
 * threshold, of all answered and abandoned but those abandoned within it), ASA, occupancy with wrap-up.
 */
#ifndef BELFRY_SIM_MEASURES_H
#define BELFRY_SIM_MEASURES_H

#include "acd/acd.h"

struct queue_measures {
	char name[ACD_NAME_BYTES];
	uint64_t offered, answered, abandoned, diverted, answered_within, abandoned_within, wait_us;
};
struct agent_measures {
	uint32_t number;
	uint64_t calls, staffed_us, work_us;
	enum acd_state state;
	uint64_t since_us;
};
struct measures {
	struct queue_measures queues[CONFIG_QUEUES_MAX];
	struct agent_measures agents[CONFIG_AGENTS_MAX];
	uint32_t queue_count, agent_count, day;
	uint32_t only_day;        /* YYYYMMDD: set before it begins; 0: all of them */
	bool met;                 /* there was such a day */
	bool unanswers;           /* the event in hand ends an answer that was none */
	uint64_t decisions, hash; /* of all decisions: two runs that decide alike have one */
};
struct summary {
	struct queue_measures all;
	double service_level, asa_s, abandoned, occupancy, occupancy_spread; /* shares of 1, but seconds */
	uint64_t most_calls, fewest_calls;
	uint32_t agents; /* who were logged in at all */
};

/* Before each event is decided, for each decision, and at the end. */
void measures_event(struct measures *measures, const struct acd *acd, const struct acd_event *event);
void measures_decision(struct measures *measures, const struct acd_decision *decision);
void measures_end(struct measures *measures, const struct acd *acd, uint64_t at_us);
/* The counters that a scheduler begins with do not count. */
void measures_begin(struct measures *measures, const struct acd *acd);
void measures_sum(const struct measures *measures, struct summary *summary);
double service_level(const struct queue_measures *queue);

#endif
