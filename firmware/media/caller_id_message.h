/*
 * Builds the MEDIA_CALLER_ID command: what a telephone's display is to show. Any thread; no allocation.
 */
#ifndef BELFRY_MEDIA_CALLER_ID_MESSAGE_H
#define BELFRY_MEDIA_CALLER_ID_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "media/media.h"

struct media_caller {
	const char *number, *name;        /* "" : absent */
	bool withheld;                    /* the caller's number and name must not be shown */
	uint8_t month, day, hour, minute; /* local time */
};

/* 0, or -EINVAL where the standard has no such message; *command is set on success alone. */
MUST_CHECK int media_caller_id_command(struct media_command *command, uint16_t channel, enum media_caller_id standard,
                                       const struct media_caller *caller);

#endif
