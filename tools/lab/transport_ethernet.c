/*
 * To QEMU (-netdev dgram on unix sockets): a datagram is an Ethernet frame, one a span a millisecond, in real time.
 * Sends never block; what the socket does not take waits its turn, and what is too much for that is dropped and
 * counted.
 *
 * The lab is the clock, and the machine that both run on may be busy. A guest that is held up is waited for: the lab's
 * time stands still, so nothing is lost and nothing comes in a burst that no real line would deliver. A lab that is
 * held up itself makes good a little, at twice the speed, and lets the rest of the time go.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tools/lab/transport.h"

#define TICK_US         1000
#define TICK_LEAST_US   500   /* when time is made good */
#define BEHIND_US       20000 /* that much of it; the box's buffers hold twice as much */
#define ETHERTYPE_TDMOE 0xd00d
#define WAITING_MAX     512                 /* 64 ms of eight spans */
#define TAKE_MAX        512                 /* frames taken in one go */
#define LAG_MAX         (5 * FRAME_SAMPLES) /* what may be unanswered before the guest is waited for */
#define PATIENCE_S      0.5                 /* after that it has lost the frames, or sends none */
#define REVIEW_FRAMES   1000                /* a second: a lag that never ended in it is frames that were lost */
#define QUIET_MS        10                  /* less than what the box takes for a dead line */
#define SURE_AT_MOST_US 25000
#define SEQUENCE_JUMP   1000 /* more than that is another beginning, not a gap */

struct waiting_frame {
	uint16_t bytes;
	uint8_t octets[FRAME_MAX];
};

/* How far behind the lab's clock what a span delivers is. */
struct lag {
	uint64_t least; /* since the last review */
	unsigned frames;
	bool begun; /* its frames have a place on the clock */
};

struct to_ethernet {
	struct transport transport; /* first */
	struct datagram socket;
	struct exchange *exchange; /* of the period being sent */
	uint64_t sent_to;          /* what has gone out is older than this */
	int64_t next_tick_us, last_tick_us;
	unsigned sent_frames; /* in this millisecond */
	int status;
	bool answering;             /* the guest answers frames, and may be waited for */
	bool unsure;                /* which frame it answers */
	bool box_there;             /* from its console's first word on, until its end of the wire is gone */
	struct lab_counters before; /* as they were when the box began: what a boot does to frames is nobody's fault */
	struct lag lag[LAB_SPANS_MAX + 1];
	struct waiting_frame frames[WAITING_MAX];
	unsigned first, waiting;
};

static void box_gone(struct to_ethernet *to)
{
	if (to->box_there)
		to->before = to->exchange->counters;
	to->box_there = false;
}

static void box_has_booted(struct to_ethernet *to)
{
	struct lab_counters *now = &to->exchange->counters;
	if (!to->box_there) {
		now->frames_dropped_at_socket = to->before.frames_dropped_at_socket;
		now->sequence_gaps = to->before.sequence_gaps;
		now->periods_late = to->before.periods_late;
		now->guest_silent = to->before.guest_silent;
	}
	to->box_there = true;
}

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
		box_gone(to);
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
	to->sent_frames++;
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

/* ---- where what comes belongs on the lab's clock ---- */

/* What has gone out and is not answered yet: never negative, since nothing is placed before its time. */
static uint64_t behind(const struct to_ethernet *to, const struct span *span)
{
	return to->sent_to > span->heard_to ? to->sent_to - span->heard_to : 0;
}

/* Frames that were lost leave a gap where they belong; none comes before its time. */
static void place(struct to_ethernet *to, struct span *span, unsigned sequence)
{
	struct lag *lag = &to->lag[span->conf.span];
	uint16_t missing = (uint16_t)(sequence - span->next_rx);
	if (!lag->begun || !span->rx_known || missing >= SEQUENCE_JUMP) {
		*lag = (struct lag){.begun = true, .least = UINT64_MAX};
		span->heard_to = to->sent_to;
		to->unsure = true;
	} else {
		span->heard_to += (uint64_t)missing * FRAME_SAMPLES;
	}
	if (span->heard_to + FRAME_SAMPLES > to->sent_to)
		span->heard_to = to->sent_to - FRAME_SAMPLES;
	to->answering = true;
	uint64_t late = behind(to, span) - FRAME_SAMPLES;
	if (late < lag->least)
		lag->least = late;
	if (++lag->frames < REVIEW_FRAMES)
		return;
	to->unsure = to->unsure || lag->least >= FRAME_SAMPLES;
	lag->frames = 0;
	lag->least = UINT64_MAX;
}

static void take(struct to_ethernet *to, const uint8_t *frame, size_t bytes)
{
	if (bytes < FRAME_SIGNALLING || get16(frame + FRAME_ETHERTYPE) != ETHERTYPE_TDMOE)
		return; /* a guest says other things too */
	unsigned number = get16(frame + FRAME_SPAN);
	struct span *span = number <= LAB_SPANS_MAX ? to->exchange->spans[number] : NULL;
	if (span && !span->faults.l1_down && !span->conf.missing)
		place(to, span, get16(frame + FRAME_SEQUENCE));
	wire_hear(to->exchange, frame, bytes);
}

static void take_all(struct to_ethernet *to)
{
	uint8_t frame[2048];
	for (unsigned i = 0; i < TAKE_MAX; i++) {
		ssize_t bytes = recv(to->socket.fd, frame, sizeof(frame), MSG_DONTWAIT);
		if (bytes < 0)
			return;
		take(to, frame, (size_t)bytes);
	}
}

/* Of the span that has answered most: all are answered at once, but one may be cut. */
static uint64_t unanswered(const struct to_ethernet *to)
{
	uint64_t least = UINT64_MAX;
	for (unsigned i = 0; i < to->exchange->span_count; i++) {
		const struct span *span = to->exchange->spans[to->exchange->order[i]];
		if (to->lag[span->conf.span].begun && behind(to, span) < least)
			least = behind(to, span);
	}
	return least;
}

static void forget(struct to_ethernet *to)
{
	memset(to->lag, 0, sizeof(to->lag));
	to->answering = false;
}

/* A frame was lost on purpose, perhaps the one that the guest would have answered: nothing is waited for. */
static void skip_answer(struct to_ethernet *to)
{
	for (unsigned i = 0; i < to->exchange->span_count; i++) {
		struct span *span = to->exchange->spans[to->exchange->order[i]];
		if (to->lag[span->conf.span].begun && behind(to, span))
			span->heard_to += FRAME_SAMPLES;
	}
}

/* The guest is held up: no time passes until it has caught up, or does not. */
static void wait_for_guest(struct to_ethernet *to)
{
	struct pollfd socket = {.fd = to->socket.fd, .events = POLLIN};
	double patience_s = to->exchange->settings.patience_s;
	int64_t until = wall_us() + (int64_t)(1e6 * (patience_s > 0 ? patience_s : PATIENCE_S));
	while (to->answering && !to->status && unanswered(to) > LAG_MAX) {
		if (wall_us() > until) {
			to->exchange->counters.guest_silent++;
			forget(to);
			return;
		}
		flush_waiting(to);
		(void)poll(&socket, 1, 1);
		take_all(to);
		to->next_tick_us = 0; /* not to be made good */
	}
}

/*
 * Frames were lost, or are answered for the first time: nothing is sent until no more answers come. Then all that was
 * sent has been answered, and the next answer is that of the next frame.
 */
static void make_sure(struct to_ethernet *to)
{
	struct pollfd socket = {.fd = to->socket.fd, .events = POLLIN};
	int64_t until = wall_us() + SURE_AT_MOST_US;
	while (!to->status && wall_us() < until && poll(&socket, 1, QUIET_MS) > 0)
		take_all(to);
	for (unsigned i = 0; i < to->exchange->span_count; i++) {
		struct span *span = to->exchange->spans[to->exchange->order[i]];
		if (to->lag[span->conf.span].begun)
			span->heard_to = to->sent_to;
	}
	to->unsure = false;
	to->next_tick_us = 0;
}

/* Waits for the millisecond's moment. */
static void keep_pace(struct to_ethernet *to)
{
	int64_t now_us = wall_us();
	if (to->next_tick_us && now_us - to->next_tick_us > BEHIND_US)
		to->exchange->counters.periods_late++;
	if (!to->next_tick_us || now_us - to->next_tick_us > BEHIND_US)
		to->next_tick_us = now_us;
	int64_t least_us = to->last_tick_us + TICK_LEAST_US;
	wall_wait_until(to->next_tick_us > least_us ? to->next_tick_us : least_us);
	to->last_tick_us = wall_us();
	to->next_tick_us += TICK_US;
}

static int ethernet_period(struct transport *transport, struct exchange *exchange, double wall_budget_s)
{
	struct to_ethernet *to = (struct to_ethernet *)transport;
	to->exchange = exchange;
	to->status = datagram_connect(&to->socket);
	wire_prepare(exchange);
	for (unsigned ms = 0; ms < PERIOD_MS; ms++) {
		wait_for_guest(to);
		if (to->unsure)
			make_sure(to);
		keep_pace(to);
		to->sent_to = exchange->now + (uint64_t)(ms + 1) * FRAME_SAMPLES;
		to->sent_frames = 0;
		for (unsigned i = 0; i < exchange->span_count && !to->status; i++)
			wire_send_frames(exchange->spans[exchange->order[i]], ms, send_frame, to);
		if (to->sent_frames < exchange->span_count)
			skip_answer(to);
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
	forget(to);
	if (to->exchange)
		box_has_booted(to);
	while (recv(to->socket.fd, frame, sizeof(frame), MSG_DONTWAIT) >= 0)
		;
}

static void ethernet_close(struct transport *transport)
{
	struct to_ethernet *to = (struct to_ethernet *)transport;
	datagram_close(&to->socket);
	free(to);
}

/* Where that is allowed the lab goes before everybody, as the line does: it needs little. What it starts does not. */
static void go_first(void)
{
	const struct sched_param second = {.sched_priority = 2};
	(void)sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &second);
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
	go_first();
	*out = &to->transport;
	return 0;
}
