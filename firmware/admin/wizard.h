/*
 * Private to admin: the first-boot wizard. A few questions, each with an answer that Enter takes; what comes out are
 * plain settings lines in the session's candidate, to be looked at and committed like any others.
 */
#ifndef BELFRY_ADMIN_WIZARD_H
#define BELFRY_ADMIN_WIZARD_H

#include "admin/internal.h"

int run_wizard(struct admin *admin, struct session *session);
/* The answer to the question in hand. */
void wizard_line(struct admin *admin, struct session *session, const char *line);
void wizard_free(struct wizard *wizard);

#endif
