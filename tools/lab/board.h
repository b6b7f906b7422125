/*
 * A busy box to look at: belfryd with telephones, queues, a trunk and agents, traffic on the wire, and a board that
 * shows what the box says of itself. On a terminal 80x24, redrawn once a second; otherwise a line every 10 s.
 */
#ifndef BELFRY_LAB_BOARD_H
#define BELFRY_LAB_BOARD_H

#include <stdint.h>

struct board_options {
	double speed; /* lab seconds a wall second */
	double for_s; /* lab seconds; 0: until q or Ctrl-C */
	uint64_t seed;
};

/* Exit status: 0 when the box's records agree with the wire. */
int board_run(const struct board_options *options);

#endif
