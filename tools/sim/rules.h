/*
 * Settings lines of queues, agents and skills, as far as they concern the scheduler, applied to its settings.
 */
#ifndef BELFRY_SIM_RULES_H
#define BELFRY_SIM_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "acd/acd.h"

/* With or without the leading "set"; "delete queue Q agent N" too. *settings may be replaced by larger ones. False:
 * fault says what is wrong. */
bool rule_apply(struct acd_settings **settings, const char *line, char *fault, size_t fault_size);
/* Who is a member of the queue, at the end of the list; *settings is replaced. 0: no such queue or no memory. */
bool rule_add_member(struct acd_settings **settings, uint32_t queue, struct acd_member member);
/* One more agent; ACD_NONE: no memory or no room. */
acd_agent rule_add_agent(struct acd_settings **settings, uint32_t number, const char *name);

#endif
