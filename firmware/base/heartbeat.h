/*
 * Whether everybody still works: each part has a counter that goes on while it does. The hardware watchdog is fed
 * (by way of the service manager) only when all of them have gone on since the last time.
 *
 * Thread: heartbeat_*() main; progress() is called there, the counters may be any thread's.
 */
#ifndef BELFRY_BASE_HEARTBEAT_H
#define BELFRY_BASE_HEARTBEAT_H

#include <stdbool.h>
#include <stdint.h>

#define HEARTBEAT_PARTS_MAX 8

struct heartbeat {
	int count;
	struct heartbeat_part {
		const char *name;
		uint64_t (*progress)(const void *self);
		const void *self;
		uint64_t seen; /* at the last beat */
	} part[HEARTBEAT_PARTS_MAX];
};

/* The name must last. More parts than HEARTBEAT_PARTS_MAX is a mistake of the program: it ends. */
void heartbeat_add(struct heartbeat *heartbeat, const char *name, uint64_t (*progress)(const void *self),
                   const void *self);
/* True, and a new beat begins: all have gone on since the last one. False: *stuck is the first that has not. */
bool heartbeat_all_advanced(struct heartbeat *heartbeat, const char **stuck);

#endif
