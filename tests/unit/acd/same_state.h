/*
 * Whether two schedulers are in the same state, field by field, whatever they will decide: a field of acd_private.h
 * that acd_state.c forgets shows here at once, also where events that would make it matter are rare. What is built anew
 * from the other values (heaps, trees, keys, marks) is left out by name.
 */
#ifndef BELFRY_TEST_ACD_SAME_STATE_H
#define BELFRY_TEST_ACD_SAME_STATE_H

#include "acd/acd.h"

/* Fails the test that calls it, and says in what they differ. Between events only. */
void assert_same_state(const struct acd *a, const struct acd *b);
void assert_same_settings(const struct acd_settings *a, const struct acd_settings *b);

#endif
