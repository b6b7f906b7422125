/*
 * The datagram socket to the lab, and the lock that keeps a second belfryd from it.
 */
#ifndef BELFRY_DRIVERS_TDMOE_SOCKET_H
#define BELFRY_DRIVERS_TDMOE_SOCKET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>

#include "base/fault.h"

struct tdmoe_socket {
	int fd, lock_fd;
	struct sockaddr_un local, remote;
};

/*
 * Takes the lock local + ".lock" and binds local; a socket file that a dead process has left is replaced.
 * message_bytes: the longest message that will be sent.
 */
MUST_CHECK int tdmoe_socket_open(struct tdmoe_socket *s, const char *local, const char *remote, size_t message_bytes,
                                 struct fault *fault);
void tdmoe_socket_close(struct tdmoe_socket *s);
/* Bytes of one message; 0: none is there; -EMSGSIZE: it was longer than size and is gone; else -errno. */
int tdmoe_socket_receive(const struct tdmoe_socket *s, uint8_t *message, size_t size);
/* 0 or -errno; never blocks. */
MUST_CHECK int tdmoe_socket_send(const struct tdmoe_socket *s, const uint8_t *message, size_t bytes);

#endif
