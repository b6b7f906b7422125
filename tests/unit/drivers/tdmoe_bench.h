/* The bench of the tdmoe driver's tests: the driver on a real socket pair, the far end made from WIRE.md by wire.h. */
#ifndef BELFRY_TESTS_DRIVERS_TDMOE_BENCH_H
#define BELFRY_TESTS_DRIVERS_TDMOE_BENCH_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "drivers/driver.h"
#include "tests/unit/drivers/wire.h"

#define FRAMES         (DRIVER_PERIOD_SAMPLES / 8)
#define SECOND_PERIODS (1000 / DRIVER_PERIOD_MS)

static struct {
	char folder[64], ours[100], theirs[100];
	int fd; /* the lab's socket */
	struct sockaddr_un to;
	struct span_driver *driver;
	struct wire_message message;
	uint8_t answer[WIRE_BYTES];
	size_t answer_bytes;
	uint64_t sample_clock;
	uint16_t sequence[CONFIG_SPANS_MAX + 1];
} t;

static const struct driver_span e1 = {
    .span = 1, .type = SPAN_E1, .use = SPAN_USE_PRI, .law = SPAN_ALAW, .clock_rank = 1};
static const struct driver_span phones = {
    .span = 2, .type = SPAN_T1, .use = SPAN_USE_FXS, .law = SPAN_MULAW, .flash_min_ms = 200, .flash_max_ms = 1000};

static inline void address(struct sockaddr_un *a, const char *path)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	strncpy(a->sun_path, path, sizeof(a->sun_path) - 1);
}

static inline void open_driver(bool virtual_time)
{
	struct driver_settings settings = {
	    .name = "tdmoe", .local_socket = t.ours, .remote_socket = t.theirs, .virtual_time = virtual_time};
	struct fault fault = {""};

	assert_int_equal(driver_open(&settings, &t.driver, &fault), 0);
}

static inline int set_up(void **state)
{
	struct sockaddr_un mine;
	int large = 1 << 20;

	memset(&t, 0, sizeof(t));
	clock_start(1);
	snprintf(t.folder, sizeof(t.folder), "/tmp/belfry-tdmoe-XXXXXX");
	assert_non_null(mkdtemp(t.folder));
	snprintf(t.ours, sizeof(t.ours), "%s/box", t.folder);
	snprintf(t.theirs, sizeof(t.theirs), "%s/lab", t.folder);
	address(&mine, t.theirs);
	address(&t.to, t.ours);
	t.fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	setsockopt(t.fd, SOL_SOCKET, SO_SNDBUF, &large, sizeof(large));
	assert_int_equal(bind(t.fd, (struct sockaddr *)&mine, sizeof(mine)), 0);
	open_driver(true);
	return 0;
}

static inline int tear_down(void **state)
{
	char lock[120];

	driver_close(t.driver);
	close(t.fd);
	unlink(t.theirs);
	snprintf(lock, sizeof(lock), "%s.lock", t.ours);
	unlink(lock);
	assert_int_equal(rmdir(t.folder), 0); /* the driver has removed its socket */
	return 0;
}

static inline void start(const struct driver_span *span)
{
	struct fault fault = {""};

	assert_int_equal(driver_span_start(t.driver, span, &fault), 0);
}

static inline void send_message(const void *bytes, size_t count)
{
	assert_int_equal(sendto(t.fd, bytes, count, 0, (struct sockaddr *)&t.to, sizeof(t.to)), count);
}

/* Runs one period with the message that has been made; the answer is left in t.answer. */
static inline int run_message(void)
{
	uint64_t elapsed = 0;

	send_message(t.message.byte, t.message.bytes);
	int result = driver_period_begin(t.driver, &elapsed);

	if (result > 0) {
		assert_int_equal(elapsed, DRIVER_PERIOD_MS * 1000);
		clock_advance_us(elapsed);
		t.sample_clock += DRIVER_PERIOD_SAMPLES;
	}
	return result;
}

static inline void take_answer(void)
{
	ssize_t bytes = recv(t.fd, t.answer, sizeof(t.answer), MSG_DONTWAIT);

	assert_true(bytes > 0);
	t.answer_bytes = (size_t)bytes;
}

static inline void begin(void)
{
	wire_begin(&t.message, t.sample_clock, DRIVER_PERIOD_SAMPLES);
}

/* A frame of the span whose sample j on channel k (from 0) is a function of its sequence number. */
static inline uint8_t sample(unsigned sequence, unsigned channel, unsigned j)
{
	return (uint8_t)(sequence * 8 + j + channel * 3);
}

static inline void frame_make(struct wire_frame *f, unsigned span, unsigned channels, unsigned sequence)
{
	memset(f, 0, sizeof(*f));
	f->span = span;
	f->channels = channels;
	f->flags = 2;
	f->sequence = sequence & 0xffff;
	for (unsigned k = 0; k < channels; k++)
		for (unsigned j = 0; j < 8; j++)
			f->samples[k][j] = sample(sequence & 0xffff, k, j);
}

static inline uint8_t *add(unsigned span, unsigned channels, unsigned sequence, unsigned flags)
{
	struct wire_frame f;

	frame_make(&f, span, channels, sequence);
	f.flags = flags;
	return wire_add(&t.message, &f);
}

/* A whole, good period of the E1 span. */
static inline int good_period(void)
{
	begin();
	for (unsigned k = 0; k < FRAMES; k++)
		add(1, 31, t.sequence[1]++, 2);
	return run_message();
}

static inline void end_period(void)
{
	driver_period_end(t.driver, false);
	take_answer();
}

static inline struct driver_span_counters counters(unsigned span)
{
	struct driver_span_counters c;

	driver_span_counters(t.driver, span, &c);
	return c;
}

static inline void drop_events(void)
{
	struct driver_event event;

	while (driver_next_event(t.driver, &event))
		;
}

static inline bool saw_event(enum driver_event_type type, uint16_t channel, struct driver_event *out)
{
	while (driver_next_event(t.driver, out))
		if (out->type == type && out->channel == channel)
			return true;
	return false;
}

#endif
