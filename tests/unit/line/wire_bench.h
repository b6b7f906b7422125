/*
 * Two lines back to back: a user side and a network side on one wire, in virtual time. The span driver below is the
 * wire: what one end sends is what the other receives, unless the wire is cut.
 */
#ifndef BELFRY_TESTS_LINE_WIRE_BENCH_H
#define BELFRY_TESTS_LINE_WIRE_BENCH_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/timer.h"
#include "line/line.h"
#include "line/line_internal.h"

#define WIRE_FRAMES 512
#define BENCH_SPANS 3

struct wire_frame {
	uint8_t bytes[DRIVER_DCHANNEL_BYTES];
	size_t count;
};

struct wire_queue {
	struct wire_frame frames[WIRE_FRAMES];
	unsigned first, count;
};

struct span_driver {
	struct span_driver *peer;
	struct wire_queue received[BENCH_SPANS + 1];
	bool cut[BENCH_SPANS + 1];
	struct driver_span started[BENCH_SPANS + 1];
	unsigned starts, stops;
};

static void wire_put(struct wire_queue *queue, const uint8_t *bytes, size_t count)
{
	assert_true(queue->count < WIRE_FRAMES && count <= DRIVER_DCHANNEL_BYTES);
	struct wire_frame *frame = &queue->frames[(queue->first + queue->count++) % WIRE_FRAMES];
	memcpy(frame->bytes, bytes, count);
	frame->count = count;
}

int driver_span_start(struct span_driver *driver, const struct driver_span *span, struct fault *fault)
{
	(void)fault;
	driver->started[span->span] = *span;
	driver->starts++;
	return 0;
}

void driver_span_stop(struct span_driver *driver, unsigned span)
{
	driver->started[span].span = 0;
	driver->stops++;
}

enum driver_port driver_port(const struct span_driver *driver, unsigned span, unsigned timeslot)
{
	(void)driver, (void)span;
	return timeslot >= 1 && timeslot <= 24 ? DRIVER_PORT_TELEPHONE : DRIVER_PORT_NONE;
}

uint32_t driver_span_alarms(const struct span_driver *driver, unsigned span)
{
	(void)driver, (void)span;
	return 0;
}

int driver_dchannel_receive(struct span_driver *driver, unsigned span, uint8_t *frame, size_t size)
{
	struct wire_queue *queue = &driver->received[span];
	if (queue->count == 0)
		return 0;
	struct wire_frame *from = &queue->frames[queue->first];
	assert_true(from->count <= size);
	memcpy(frame, from->bytes, from->count);
	queue->first = (queue->first + 1) % WIRE_FRAMES;
	queue->count--;
	return (int)from->count;
}

int driver_dchannel_send(struct span_driver *driver, unsigned span, const uint8_t *frame, size_t bytes)
{
	if (driver->started[span].span == 0)
		return -ENETDOWN;
	if (!driver->cut[span] && driver->peer->started[span].span != 0)
		wire_put(&driver->peer->received[span], frame, bytes);
	return 0;
}

struct seen {
	enum line_event_type type;
	line_leg leg;
	uint8_t span, cause, location;
	uint16_t channel;
	bool inband;
	char digits[LINE_DIGITS_MAX + 1];
	struct line_setup setup;
	uint64_t at_us;
};

#define SEEN_MAX 512
struct end {
	struct line *line;
	struct span_driver driver;
	struct timers *timers;
	struct seen seen[SEEN_MAX];
	unsigned count, taken; /* events seen, and how many the test has looked at */
	unsigned frames_received, frames_sent;
	struct wire_frame last_sent[16]; /* I-frames, newest last */
	unsigned last_sent_count;
	bool auto_release; /* clear at once when the far end disconnects */
};

struct bench {
	struct end user, network;
};

static void end_on_event(void *argument, const struct line_event *event)
{
	struct end *end = argument;
	assert_true(end->count < SEEN_MAX);
	struct seen *seen = &end->seen[end->count++];
	memset(seen, 0, sizeof *seen);
	seen->type = event->type;
	seen->leg = event->leg;
	seen->span = event->span;
	seen->cause = event->cause;
	seen->location = event->cause_location;
	seen->channel = event->channel;
	seen->inband = event->inband;
	seen->at_us = event->at_us;
	if (event->digits != NULL)
		text_copy(seen->digits, sizeof seen->digits, event->digits);
	if (event->setup != NULL)
		seen->setup = *event->setup;
	if (event->type == LINE_DISCONNECT && end->auto_release)
		line_leg_clear(end->line, event->leg, event->cause);
}

static void end_on_frame(void *argument, unsigned span, bool sent, const uint8_t *bytes, size_t count, uint64_t at_us)
{
	struct end *end = argument;
	(void)span, (void)at_us;
	if (!sent) {
		end->frames_received++;
		return;
	}
	end->frames_sent++;
	if (!q921_is_information(bytes, count))
		return;
	struct wire_frame *frame = &end->last_sent[end->last_sent_count++ % ARRAY_SIZE(end->last_sent)];
	memcpy(frame->bytes, bytes, count);
	frame->count = count;
}

/* The newest I-frame of that message type that the end has sent; NULL: none of the last sixteen. */
static inline const struct wire_frame *sent_message(const struct end *end, uint8_t message)
{
	for (unsigned i = 1; i <= ARRAY_SIZE(end->last_sent) && i <= end->last_sent_count; i++) {
		const struct wire_frame *frame =
		    &end->last_sent[(end->last_sent_count - i) % ARRAY_SIZE(end->last_sent)];
		struct q931_facts facts;
		q931_note(frame->bytes, frame->count, &facts);
		if (facts.message_present && facts.message == message)
			return frame;
	}
	return NULL;
}

static void end_open(struct end *end)
{
	const struct line_handlers handlers = {.user = end, .event = end_on_event, .frame = end_on_frame};
	assert_int_equal(timers_new(&end->timers, 256), 0);
	assert_int_equal(line_new(&end->line, &end->driver, end->timers, &handlers), 0);
	end->auto_release = true;
}

static inline struct line_span_settings bench_span(unsigned span, bool e1, enum line_switch switch_type, bool network)
{
	struct line_span_settings settings = {
	    .driver = {.span = (uint8_t)span,
	               .type = e1 ? SPAN_E1 : SPAN_T1,
	               .use = SPAN_USE_PRI,
	               .law = e1 ? SPAN_ALAW : SPAN_MULAW},
	    .signalling = network ? LINE_PRI_NET : LINE_PRI_CPE,
	    .switch_type = switch_type,
	    .hunt = network ? LINE_HUNT_ASCENDING : LINE_HUNT_DESCENDING,
	};
	return settings;
}

static struct bench *bench_open(void)
{
	struct bench *bench = calloc(1, sizeof *bench);
	assert_non_null(bench);
	bench->user.driver.peer = &bench->network.driver;
	bench->network.driver.peer = &bench->user.driver;
	end_open(&bench->user);
	end_open(&bench->network);
	return bench;
}

static void bench_settle(struct bench *bench)
{
	bool worked = true;
	for (int i = 0; worked && i < 1000; i++) {
		worked = line_step(bench->user.line, clock_now_us());
		worked = line_step(bench->network.line, clock_now_us()) || worked;
	}
	assert_false(worked);
}

static void bench_run(struct bench *bench, uint32_t ms)
{
	bench_settle(bench);
	for (uint32_t at = 0; at < ms; at += 10) {
		clock_advance_us(10000);
		timers_run(bench->user.timers, clock_now_us());
		timers_run(bench->network.timers, clock_now_us());
		bench_settle(bench);
	}
}

static inline void bench_span_set(struct bench *bench, const struct line_span_settings *user,
                                  const struct line_span_settings *network)
{
	assert_int_equal(line_span_set(bench->user.line, user, NULL), 0);
	assert_int_equal(line_span_set(bench->network.line, network, NULL), 0);
}

static inline void bench_up(struct bench *bench, unsigned span)
{
	struct line_span_status user, network;
	bench_run(bench, 5000);
	line_span_status(bench->user.line, span, &user);
	line_span_status(bench->network.line, span, &network);
	assert_int_equal(user.dchannel, LINE_DCHANNEL_UP);
	assert_int_equal(network.dchannel, LINE_DCHANNEL_UP);
	bench->user.taken = bench->user.count;
	bench->network.taken = bench->network.count;
}

static inline struct bench *bench_start(bool e1, enum line_switch switch_type)
{
	struct bench *bench = bench_open();
	const struct line_span_settings user = bench_span(1, e1, switch_type, false);
	const struct line_span_settings network = bench_span(1, e1, switch_type, true);
	bench_span_set(bench, &user, &network);
	bench_up(bench, 1);
	return bench;
}

static void bench_close(struct bench *bench)
{
	line_free(bench->user.line);
	line_free(bench->network.line);
	timers_free(bench->user.timers);
	timers_free(bench->network.timers);
	free(bench);
}

/* The next event of that type that the test has not seen yet; everything before it counts as seen. */
static inline const struct seen *next_event(struct end *end, enum line_event_type type)
{
	while (end->taken < end->count) {
		const struct seen *seen = &end->seen[end->taken++];
		if (seen->type == type)
			return seen;
	}
	return NULL;
}

static inline const struct seen *expect_event(struct bench *bench, struct end *end, enum line_event_type type)
{
	bench_settle(bench);
	const struct seen *seen = next_event(end, type);
	if (seen == NULL) {
		log_drain(NULL, NULL);
		fail_msg("no %s", line_event_names[type]);
	}
	return seen;
}

static inline void expect_no_event(struct bench *bench, struct end *end, enum line_event_type type)
{
	bench_settle(bench);
	unsigned taken = end->taken;
	assert_null(next_event(end, type));
	end->taken = taken;
}

static inline struct line_setup bench_setup(const char *called, const char *calling)
{
	struct line_setup setup = {.span = 1, .bearer = 16, .complete = true};
	text_copy(setup.called.digits, sizeof setup.called.digits, called);
	setup.called.ton = 2;
	setup.called.npi = 1;
	text_copy(setup.calling.digits, sizeof setup.calling.digits, calling);
	setup.calling.ton = 2;
	setup.calling.npi = 1;
	return setup;
}

struct pair {
	struct end *caller, *callee;
	line_leg out, in;
	const struct seen *setup;
};

/* Places a call and waits for its SETUP at the other end. */
static inline struct pair place(struct bench *bench, bool from_network, const struct line_setup *setup)
{
	struct pair pair = {.caller = from_network ? &bench->network : &bench->user,
	                    .callee = from_network ? &bench->user : &bench->network};
	assert_int_equal(line_call_out(pair.caller->line, setup, &pair.out), 0);
	pair.setup = expect_event(bench, pair.callee, LINE_SETUP);
	pair.in = pair.setup->leg;
	return pair;
}

static inline void answer(struct bench *bench, const struct pair *pair)
{
	line_leg_proceeding(pair->callee->line, pair->in);
	line_leg_alerting(pair->callee->line, pair->in, false);
	line_leg_connect(pair->callee->line, pair->in);
	expect_event(bench, pair->caller, LINE_PROCEEDING);
	expect_event(bench, pair->caller, LINE_ALERTING);
	expect_event(bench, pair->caller, LINE_CONNECT);
	assert_string_equal(line_leg_state_name(pair->caller->line, pair->out), "ACTIVE");
	assert_string_equal(line_leg_state_name(pair->callee->line, pair->in), "ACTIVE");
}

/* Nothing may be left over after a call. */
static inline void expect_idle(const struct bench *bench)
{
	const struct line *lines[] = {bench->user.line, bench->network.line};
	for (int i = 0; i < 2; i++) {
		struct line_span_status status;
		line_span_status(lines[i], 1, &status);
		assert_int_equal(status.in_use, 0);
		assert_null(lines[i]->spans[1].legs);
	}
}

/* Before a group: the wall clock, and the log (environment LINE_LOG: in full). */
static inline int bench_setup_group(void **state)
{
	(void)state;
	clock_start(UINT64_C(1774745700) * US_PER_S);
	return log_start(getenv("LINE_LOG") ? LOG_DEBUG : LOG_WARNING);
}

static inline void drain_log(void)
{
	log_drain(NULL, NULL);
}

#endif
