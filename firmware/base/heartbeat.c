#include "base/heartbeat.h"

#include <stdlib.h>

#include "base/log.h"

void heartbeat_add(struct heartbeat *heartbeat, const char *name, uint64_t (*progress)(const void *self),
                   const void *self)
{
	if (heartbeat->count == HEARTBEAT_PARTS_MAX) {
		log_write(LOG_ERROR, LOG_BASE, "no room to watch %s: HEARTBEAT_PARTS_MAX is %d", name,
		          HEARTBEAT_PARTS_MAX);
		abort();
	}
	heartbeat->part[heartbeat->count++] =
	    (struct heartbeat_part){.name = name, .progress = progress, .self = self, .seen = progress(self)};
}

bool heartbeat_all_advanced(struct heartbeat *heartbeat, const char **stuck)
{
	uint64_t now[HEARTBEAT_PARTS_MAX];
	int i;

	for (i = 0; i < heartbeat->count; i++) {
		struct heartbeat_part *part = &heartbeat->part[i];

		now[i] = part->progress(part->self);
		if (now[i] == part->seen) {
			*stuck = part->name;
			return false;
		}
	}
	for (i = 0; i < heartbeat->count; i++)
		heartbeat->part[i].seen = now[i];
	return true;
}
