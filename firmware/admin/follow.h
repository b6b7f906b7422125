/*
 * Private to admin: what a session follows.
 */
#ifndef BELFRY_ADMIN_FOLLOW_H
#define BELFRY_ADMIN_FOLLOW_H

#include "admin/internal.h"
#include "trace/trace.h"

struct follow {
	const struct command *command;
	bool json;
	uint64_t after; /* trace: the last frame that was seen; log: how many lines */
	struct trace_filter filter;
	char *shown; /* monitor: what was shown last */
};

/* Makes session->follow, if it is not there: the command goes on. */
MUST_CHECK int follow_begin(struct session *session);
/* The client wants to see more (or no more): true: session->command is to be run again. */
bool follow_again(struct admin *admin, struct session *session, bool more);

#endif
