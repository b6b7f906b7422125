/*
 * Lines of Lua from a socket, each a step of a scenario without end (attend.h). One thread, the lab's; nothing waits.
 */
#ifndef BELFRY_LAB_ATTEND_LINES_H
#define BELFRY_LAB_ATTEND_LINES_H

#include "box.h"

struct attend_lines;

/* Lines are taken at the path (NULL: none are) and act on this box, which stays the caller's. 0 or -errno with error.
 */
int attend_lines_new(struct attend_lines **out, struct box *box, const char *path, uint64_t seed, char *error,
                     size_t size);
/* Between two periods: takes lines in, goes on with those that wait, answers those that have ended. */
void attend_lines_run(struct attend_lines *lines);
void attend_lines_free(struct attend_lines *lines);

#endif
