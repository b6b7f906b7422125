/*
 * To belfryd: one message a period with all spans' frames, one answer with the same sample clock
 * (drivers/tdmoe/WIRE.md). In virtual time the box sets the pace. In real time the wall does, and the lab goes on when
 * an answer is late.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tools/lab/transport.h"

#define MESSAGE_HEAD  16
#define MESSAGE_BYTES (MESSAGE_HEAD + LAB_SPANS_MAX * 4 * PERIOD_MS * (FRAME_MAX + 2))
#define PERIOD_US     (PERIOD_MS * 1000)
#define PROBE_MS      20     /* how often to look whether the box still lives */
#define BEHIND_US     200000 /* more than this late: start counting anew */

static const uint8_t magic[4] = {'B', 'T', 'M', '1'};

struct to_process {
	struct transport transport; /* first */
	struct datagram socket;
	uint8_t *out, *in;
	size_t out_bytes;
	unsigned frames;
	int64_t next_tick_us; /* 0: not started */
	int64_t given_up_us;  /* by counting anew, and what the box did not get */
};

static void add_frame(void *user, const uint8_t *frame, size_t bytes)
{
	struct to_process *to = user;
	if (to->out_bytes + 2 + bytes > MESSAGE_BYTES)
		return;
	put16(to->out + to->out_bytes, (unsigned)bytes);
	memcpy(to->out + to->out_bytes + 2, frame, bytes);
	to->out_bytes += 2 + bytes;
	to->frames++;
}

static void make_message(struct to_process *to, struct exchange *exchange)
{
	to->out_bytes = MESSAGE_HEAD;
	to->frames = 0;
	for (unsigned ms = 0; ms < PERIOD_MS; ms++)
		for (unsigned i = 0; i < exchange->span_count; i++)
			wire_send_frames(exchange->spans[exchange->order[i]], ms, add_frame, to);
	memcpy(to->out, magic, sizeof(magic));
	put64(to->out + 4, exchange->now);
	put16(to->out + 12, PERIOD_SAMPLES);
	put16(to->out + 14, to->frames);
	exchange->counters.frames_sent += to->frames;
}

/* Whether the message is well formed; its frames are looked at one by one later. */
static bool well_formed(const uint8_t *message, size_t bytes)
{
	if (bytes < MESSAGE_HEAD || memcmp(message, magic, sizeof(magic)) || get16(message + 12) != PERIOD_SAMPLES)
		return false;
	unsigned frames = get16(message + 14);
	size_t at = MESSAGE_HEAD;
	for (; frames; frames--) {
		if (bytes - at < 2 || bytes - at - 2 < get16(message + at))
			return false;
		at += 2 + get16(message + at);
	}
	return at == bytes;
}

static void take_frames(struct exchange *exchange, const uint8_t *message, uint64_t clock)
{
	size_t at = MESSAGE_HEAD;
	for (unsigned i = 0; i < exchange->span_count; i++)
		exchange->spans[exchange->order[i]]->heard_to = clock;
	for (unsigned frames = get16(message + 14); frames; frames--) {
		unsigned bytes = get16(message + at);
		wire_hear(exchange, message + at + 2, bytes);
		at += 2 + bytes;
	}
}

/* Takes one answer if there is one. 1: the one for this period; 0: an older one or none; -EPROTO: nonsense. */
static int take_answer(struct to_process *to, struct exchange *exchange)
{
	ssize_t bytes = recv(to->socket.fd, to->in, MESSAGE_BYTES, 0);
	if (bytes < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -EPIPE;
	if (!well_formed(to->in, (size_t)bytes)) {
		exchange->counters.frames_bad++;
		return -EPROTO;
	}
	uint64_t clock = get64(to->in + 4);
	if (clock > exchange->now)
		return -EPROTO;
	bool late = clock < exchange->now;
	if (!late || exchange->settings.real_time)
		take_frames(exchange, to->in, clock);
	return late ? 0 : 1;
}

static bool box_alive(const struct to_process *to, const struct exchange *exchange)
{
	return exchange->alive ? exchange->alive(exchange->alive_user) : datagram_peer_alive(&to->socket);
}

/* Until the answer is there (1), the wall clock says until_us (0), or the box is gone. */
static int await(struct to_process *to, struct exchange *exchange, int64_t until_us)
{
	int64_t probe_us = wall_us() + PROBE_MS * 1000;
	for (;;) {
		int status = take_answer(to, exchange);
		if (status)
			return status;
		int64_t now_us = wall_us();
		if (now_us >= until_us)
			return 0;
		if (now_us >= probe_us) {
			if (!box_alive(to, exchange))
				return -EPIPE;
			probe_us = now_us + PROBE_MS * 1000;
		}
		int64_t wait_us = until_us < probe_us ? until_us - now_us : probe_us - now_us;
		struct timespec wait = {wait_us / 1000000, wait_us % 1000000 * 1000};
		struct pollfd poll_fd = {.fd = to->socket.fd, .events = POLLIN};
		(void)ppoll(&poll_fd, 1, &wait, NULL);
	}
}

static int send_message(struct to_process *to, struct exchange *exchange)
{
	int status = datagram_connect(&to->socket);
	if (status)
		return status;
	if (send(to->socket.fd, to->out, to->out_bytes, MSG_DONTWAIT) >= 0)
		return 0;
	if (errno == ECONNREFUSED || errno == ENOENT || errno == ENOTCONN || errno == ECONNRESET) {
		to->socket.connected = false;
		return -EPIPE;
	}
	exchange->counters.frames_dropped_at_socket += to->frames;
	to->given_up_us += PERIOD_US;
	return errno == EAGAIN || errno == ENOBUFS ? 0 : -errno;
}

static void keep_pace(struct to_process *to, struct exchange *exchange)
{
	int64_t now_us = wall_us();
	if (!to->next_tick_us)
		to->next_tick_us = now_us;
	int64_t behind_us = to->given_up_us + now_us - to->next_tick_us;
	if (behind_us > (int64_t)exchange->counters.behind_us)
		exchange->counters.behind_us = (uint64_t)behind_us;
	if (now_us - to->next_tick_us > BEHIND_US) {
		to->given_up_us = behind_us;
		to->next_tick_us = now_us;
	}
	if (now_us > to->next_tick_us + PERIOD_US)
		exchange->counters.periods_late++;
	wall_wait_until(to->next_tick_us);
	to->next_tick_us += PERIOD_US;
}

static int process_period(struct transport *transport, struct exchange *exchange, double wall_budget_s)
{
	struct to_process *to = (struct to_process *)transport;
	int64_t budget_us = wall_us() + (int64_t)(wall_budget_s * 1e6);
	wire_prepare(exchange);
	make_message(to, exchange);
	if (exchange->settings.real_time)
		keep_pace(to, exchange);
	int status = send_message(to, exchange);
	if (status)
		return status;
	int64_t until_us = exchange->settings.real_time ? to->next_tick_us : budget_us;
	status = await(to, exchange, until_us);
	while (status == -EPROTO) /* nonsense is counted; the answer may still come */
		status = await(to, exchange, until_us);
	if (status < 0)
		return status;
	return status || exchange->settings.real_time ? 0 : -ETIMEDOUT;
}

static void process_box_restarted(struct transport *transport)
{
	struct to_process *to = (struct to_process *)transport;
	to->socket.connected = false;
	to->next_tick_us = 0;
	while (recv(to->socket.fd, to->in, MESSAGE_BYTES, 0) >= 0)
		;
}

static void process_close(struct transport *transport)
{
	struct to_process *to = (struct to_process *)transport;
	datagram_close(&to->socket);
	free(to->out);
	free(to->in);
	free(to);
}

int transport_process_new(struct transport **out, const struct exchange *exchange, char *error, size_t size)
{
	struct to_process *to = calloc(1, sizeof(*to));
	if (!to)
		return -ENOMEM;
	to->transport = (struct transport){process_period, process_box_restarted, process_close};
	to->socket.fd = -1;
	to->out = malloc(MESSAGE_BYTES);
	to->in = malloc(MESSAGE_BYTES);
	int status = to->out && to->in
	                 ? datagram_open(&to->socket, exchange->local_path, exchange->remote_path, error, size)
	                 : -ENOMEM;
	if (status) {
		process_close(&to->transport);
		return status;
	}
	*out = &to->transport;
	return 0;
}
