/*
 * At the start: the scheduler as the journal of the run before left it, so that counters and turns go on (the fold over
 * the journal that they are). Main thread, before any actor runs.
 */
#ifndef BELFRY_RESUME_H
#define BELFRY_RESUME_H

#include "acd/acd.h"

/* Of the newest file with a state in it: the last may be empty after a power cut. NULL: there is none, or none can be
 * read (said in the log); the scheduler begins anew. Unused space of the files looked at is given back. */
struct acd *resume_scheduler(const char *journal_folder);

#endif
