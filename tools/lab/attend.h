/*
 * belfry-lab attend: the network and the telephones at a machine that somebody else has started (make qemu), in real
 * time, until the machine is gone. Trunks are up; a call from the box rings and is answered with a tone, and what comes
 * in from there is told on standard output.
 *
 * belfry-lab tell: what a scenario could do with the telephones and the network, done by hand or by a program at such a
 * machine: a line of Lua is a step, its answer what the line returns or why it failed. The box's console is not part of
 * it: that is on the machine's own terminal.
 *
 * On the socket (a unix stream): a line of at most ATTEND_LINE_MAX octets; its answer is text, an octet 0, and '0' or
 * '1' (it failed). A line whose sender goes away is given up. At most ATTEND_SENDERS_MAX at a time, the next are turned
 * away.
 */
#ifndef BELFRY_LAB_ATTEND_H
#define BELFRY_LAB_ATTEND_H

#include <stdint.h>

#define ATTEND_TELL_NAME   "telephones" /* beside the program: where make qemu leaves the way to the socket */
#define ATTEND_LINE_MAX    4096
#define ATTEND_SENDERS_MAX 8

struct attend_options {
	const char *box_socket, *lab_socket; /* datagrams: the machine's end and ours */
	const char *spans;                   /* "1:31,2:24": E1 trunks of 31, banks of 24 telephones */
	const char *tell_socket;             /* where lines are taken, or NULL */
	uint64_t seed;
};

/* 0 when the machine has gone, 1 when it could not be attended. */
int attend_run(const struct attend_options *options);

/* socket: NULL: that of make qemu. Sends a line, or with NULL each line of standard input; answers go to standard
 * output. 0: all went well, 1: one failed (a program's lines end there; a person's go on), 2: nobody takes lines there.
 */
int attend_tell(const char *socket, const char *line);

#endif
