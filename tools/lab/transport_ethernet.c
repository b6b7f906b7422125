/*
 * To QEMU (-netdev dgram on unix sockets): a datagram is an Ethernet frame, one a span a millisecond, in real time.
 * Sends never block; what the socket does not take waits its turn, and what is too much for that is dropped and
 * counted.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tools/lab/transport.h"

#define TICK_US         1000
#define BEHIND_US       200000
#define ETHERTYPE_TDMOE 0xd00d
#define WAITING_MAX     256 /* 128 ms of two spans */
#define TAKE_MAX        512 /* frames taken in one go */

struct waiting_frame {
	uint16_t bytes;
	uint8_t octets[FRAME_MAX];
};

struct to_ethernet {
	struct transport transport; /* first */
	struct datagram socket;
	struct exchange *exchange; /* of the period being sent */
	int64_t next_tick_us;
	int status;
	struct waiting_frame frames[WAITING_MAX];
	unsigned first, waiting;
};

/* 1: gone out; 0: the socket is full; else nobody is there. */
static int try_send(struct to_ethernet *to, const uint8_t *frame, size_t bytes)
{
	if (send(to->socket.fd, frame, bytes, MSG_DONTWAIT) >= 0) {
		to->exchange->counters.frames_sent++;
		return 1;
	}
	if (errno == ECONNREFUSED || errno == ENOENT || errno == ENOTCONN || errno == ECONNRESET) {
		to->socket.connected = false;
		to->status = -EPIPE;
		return -EPIPE;
	}
	return 0;
}

/* What the socket does not take now waits a little, in order: a guest that was held up catches up. */
static void flush_waiting(struct to_ethernet *to)
{
	while (to->waiting) {
		const struct waiting_frame *oldest = &to->frames[to->first];
		if (try_send(to, oldest->octets, oldest->bytes) != 1)
			return;
		to->first = (to->first + 1) % WAITING_MAX;
		to->waiting--;
	}
}

static void send_frame(void *user, const uint8_t *frame, size_t bytes)
{
	struct to_ethernet *to = user;
	flush_waiting(to);
	if (to->status || (!to->waiting && try_send(to, frame, bytes)))
		return;
	if (to->waiting == WAITING_MAX || bytes > FRAME_MAX) {
		to->exchange->counters.frames_dropped_at_socket++;
		return;
	}
	struct waiting_frame *newest = &to->frames[(to->first + to->waiting++) % WAITING_MAX];
	newest->bytes = (uint16_t)bytes;
	memcpy(newest->octets, frame, bytes);
}

static void take_all(struct to_ethernet *to)
{
	uint8_t frame[2048];
	for (unsigned i = 0; i < TAKE_MAX; i++) {
		ssize_t bytes = recv(to->socket.fd, frame, sizeof(frame), MSG_DONTWAIT);
		if (bytes < 0)
			return;
		if (bytes > FRAME_SPAN && get16(frame + FRAME_ETHERTYPE) == ETHERTYPE_TDMOE)
			wire_hear(to->exchange, frame, (size_t)bytes); /* a guest says other things too */
	}
}

/* A span whose samples lag or lead is put right: the guest may have been held up. */
static void align(struct exchange *exchange)
{
	const uint64_t slack = 300 * 8;
	for (unsigned i = 0; i < exchange->span_count; i++) {
		struct span *span = exchange->spans[exchange->order[i]];
		if (span->heard_to + slack < exchange->now || span->heard_to > exchange->now + slack)
			span->heard_to = exchange->now & ~(uint64_t)(FRAME_SAMPLES - 1);
	}
}

static void keep_pace(struct to_ethernet *to)
{
	int64_t now_us = wall_us();
	if (!to->next_tick_us || now_us - to->next_tick_us > BEHIND_US)
		to->next_tick_us = now_us;
	if (now_us > to->next_tick_us + PERIOD_MS * TICK_US)
		to->exchange->counters.periods_late++;
}

static int ethernet_period(struct transport *transport, struct exchange *exchange, double wall_budget_s)
{
	struct to_ethernet *to = (struct to_ethernet *)transport;
	to->exchange = exchange;
	to->status = datagram_connect(&to->socket);
	wire_prepare(exchange);
	align(exchange);
	keep_pace(to);
	for (unsigned ms = 0; ms < PERIOD_MS; ms++) {
		wall_wait_until(to->next_tick_us);
		to->next_tick_us += TICK_US;
		for (unsigned i = 0; i < exchange->span_count && !to->status; i++)
			wire_send_frames(exchange->spans[exchange->order[i]], ms, send_frame, to);
		take_all(to);
	}
	return to->status;
}

static void ethernet_box_restarted(struct transport *transport)
{
	struct to_ethernet *to = (struct to_ethernet *)transport;
	uint8_t frame[2048];
	to->socket.connected = false;
	to->next_tick_us = 0;
	to->waiting = 0;
	while (recv(to->socket.fd, frame, sizeof(frame), MSG_DONTWAIT) >= 0)
		;
}

static void ethernet_close(struct transport *transport)
{
	struct to_ethernet *to = (struct to_ethernet *)transport;
	datagram_close(&to->socket);
	free(to);
}

int transport_ethernet_new(struct transport **out, const struct exchange *exchange, char *error, size_t size)
{
	struct to_ethernet *to = calloc(1, sizeof(*to));
	if (!to)
		return -ENOMEM;
	to->transport = (struct transport){ethernet_period, ethernet_box_restarted, ethernet_close};
	int status = datagram_open(&to->socket, exchange->local_path, exchange->remote_path, error, size);
	if (status) {
		free(to);
		return status;
	}
	*out = &to->transport;
	return 0;
}
