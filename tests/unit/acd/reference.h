/*
 * A second scheduler, slow and plain: every question is answered by looking at every call and every agent. It is the
 * measure for the real one: the same events must give the same decisions, one by one.
 *
 * It has no structures that could be stale: a state and a few numbers for each call and agent, nothing derived.
 */
#ifndef BELFRY_TEST_ACD_REFERENCE_H
#define BELFRY_TEST_ACD_REFERENCE_H

#include "acd/acd.h"

struct reference;
struct reference *reference_new(void);
void reference_free(struct reference *r);
/* Settings are copied, not taken. */
void reference_decide(struct reference *r, const struct acd_event *event, acd_emit *emit, void *user);
uint64_t reference_next_deadline_us(const struct reference *r);
/* Counters and states, as acd_look() shows them. */
void reference_look(const struct reference *r, struct acd_view *view);

#endif
