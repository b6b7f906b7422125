/* How periods travel. Each transport is a file of its own behind this table. */
#ifndef BELFRY_LAB_TRANSPORT_H
#define BELFRY_LAB_TRANSPORT_H

#include "tools/lab/wire.h"

struct transport {
	int (*period)(struct transport *transport, struct exchange *exchange, double wall_budget_s);
	void (*box_restarted)(struct transport *transport);
	void (*close)(struct transport *transport);
};

int transport_process_new(struct transport **out, const struct exchange *exchange, char *error, size_t size);
int transport_ethernet_new(struct transport **out, const struct exchange *exchange, char *error, size_t size);

/* transport_socket.c: a unix datagram socket bound to one path, connected to another when there is somebody. */
struct datagram {
	int fd;
	bool connected;
	const char *local_path, *remote_path;
};
int datagram_open(struct datagram *datagram, const char *local_path, const char *remote_path, char *error, size_t size);
void datagram_close(struct datagram *datagram);
/* 0, or -EPIPE: nobody is there. */
int datagram_connect(struct datagram *datagram);
bool datagram_peer_alive(const struct datagram *datagram);

/* Wall time in microseconds, and waiting for it. */
int64_t wall_us(void);
void wall_wait_until(int64_t us);

#endif
