/*
 * What must hold of any scheduler whatever its rules, seen from outside: kept up from the events that went in and the
 * decisions that came out, nothing else. Fails the test that calls it.
 *
 * No call is lost, offered after its end, or ended twice; no agent's telephone has two offers; a call has one winner at
 * most, and who wins was being rung; nothing stays open when a call ends; what came in is what went out and what is
 * there.
 */
#ifndef BELFRY_TEST_ACD_PROPERTIES_H
#define BELFRY_TEST_ACD_PROPERTIES_H

#include "acd/acd.h"

struct properties;
struct properties *properties_new(void);
void properties_free(struct properties *p);
/* One event and all that was decided at it. */
void properties_step(struct properties *p, const struct acd_event *event, const struct acd_decision *decisions,
                     uint32_t count);
/* Calls that are in the scheduler by what was seen: for comparison with what it shows. */
uint32_t properties_in(const struct properties *p);

#endif
