/*
 * A busy hour on the lab's wires: callers that arrive at random, wait only so long, and talk; agents who lift when
 * rung.
 *
 * It sees nothing but the wire. That an agent talks to a caller it knows by ear: the agent's voice is a tone of its
 * own, and the caller who hears it has been put through; the caller then answers with a tone that the agent must hear.
 * One thread; traffic_step() once a period. Times are exchange samples. Every caller has a number of his own, by which
 * the box's records are compared, call by call.
 */
#ifndef BELFRY_LAB_TRAFFIC_H
#define BELFRY_LAB_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "box.h"
#include "box_json.h"

#define TRAFFIC_DIDS_MAX   64
#define TRAFFIC_AGENTS_MAX 512

struct traffic_agent_place {
	unsigned span, timeslot;
};

struct traffic_settings {
	double calls_per_hour, talk_s, patience_s; /* means; exponential */
	unsigned did_count, agent_count;
	const char *dids[TRAFFIC_DIDS_MAX]; /* copied */
	struct traffic_agent_place agents[TRAFFIC_AGENTS_MAX];
	uint64_t seed;
};

struct traffic;

/* 0 or -errno with error. The box must outlive it. */
int traffic_new(struct traffic **out, struct box *box, const struct traffic_settings *settings, char *error,
                size_t size);
void traffic_free(struct traffic *traffic);
/* New callers arrive until then. */
void traffic_run_until(struct traffic *traffic, uint64_t until_samples);
int traffic_step(struct traffic *traffic, char *error, size_t size);

struct traffic_counts {
	unsigned offered;   /* callers who tried */
	unsigned answered;  /* put through to an agent, by the caller's ear */
	unsigned abandoned; /* hung up while waiting */
	unsigned blocked;   /* no channel, or turned away before anything */
	unsigned cleared;   /* the box ended it while waiting */
	unsigned one_way;   /* the agent did not hear the caller */
	unsigned waiting, talking;
	double asa_s; /* mean wait of the answered, from SETUP to the agent's lifting */
};
void traffic_counts(const struct traffic *traffic, struct traffic_counts *counts);

/* Towards a comparison: no new callers, those who wait give up, those who talk hang up. */
void traffic_wind_up(struct traffic *traffic);
bool traffic_idle(const struct traffic *traffic);
/* How many records to ask for, so that every caller's is among them. */
unsigned traffic_records_wanted(const struct traffic *traffic);
/* Compares with the answer to `show calls last N --json`. The number of differences; the first ones in words. */
unsigned traffic_compare(const struct traffic *traffic, const struct json *records, char *text, size_t size);

#endif
