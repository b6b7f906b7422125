/* A folder for a test: in memory where the machine has such a place, since some tests sync thousands of times. */
#ifndef BELFRY_TESTS_SCRATCH_H
#define BELFRY_TESTS_SCRATCH_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Its path in folder; NULL: none could be made. */
static inline const char *scratch_new(char *folder, size_t size, const char *name)
{
	snprintf(folder, size, "%s/belfry-%s-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", name);
	return mkdtemp(folder);
}

#endif
