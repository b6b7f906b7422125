/*
 * At the start: the scheduler as the journal of the run before left it, so that counters and turns go on (the fold over
 * the journal that they are). Main thread, before any actor runs.
 */
#ifndef BELFRY_RESUME_H
#define BELFRY_RESUME_H

#include "acd/acd.h"

/* NULL: there is none, or it cannot be read (said in the log); the scheduler begins anew. Unused space of the last
 * file is given back. */
struct acd *resume_scheduler(const char *journal_folder);

#endif
