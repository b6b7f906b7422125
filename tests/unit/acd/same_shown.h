/*
 * Whether two things that the scheduler tells or shows are the same: field by field, since the bytes between the fields
 * of a struct are whatever the compiler leaves there. A new field changes the size of its struct and is compared in
 * same_shown.c, or that does not compile.
 */
#ifndef BELFRY_TESTS_SAME_SHOWN_H
#define BELFRY_TESTS_SAME_SHOWN_H

#include "acd/acd.h"

bool same_decision(const struct acd_decision *a, const struct acd_decision *b);

/* The name of the first field that differs; NULL: they are the same. */
const char *agent_view_differs(const struct acd_agent_view *a, const struct acd_agent_view *b);
const char *queue_view_differs(const struct acd_queue_view *a, const struct acd_queue_view *b);
const char *view_differs(const struct acd_view *a, const struct acd_view *b);
const char *why_differs(const struct acd_why *a, const struct acd_why *b);

#endif
