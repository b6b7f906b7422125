/*
 * belfry-lab attend: the network and the telephones at a machine that somebody else has started (make qemu), in real
 * time, until the machine is gone. Trunks are up; a call from the box rings and is answered with a tone, and what comes
 * in from there is told on standard output.
 */
#ifndef BELFRY_LAB_ATTEND_H
#define BELFRY_LAB_ATTEND_H

#include <stdint.h>

struct attend_options {
	const char *box_socket, *lab_socket; /* datagrams: the machine's end and ours */
	const char *spans;                   /* "1:31,2:24": E1 trunks of 31, banks of 24 telephones */
	uint64_t seed;
};

/* 0 when the machine has gone, 1 when it could not be attended. */
int attend_run(const struct attend_options *options);

#endif
