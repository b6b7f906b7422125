#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/actor.h"
#include "base/clock.h"
#include "base/timer.h"

/* An actor that passes each number, less one, on to its neighbour, until zero. */
struct relay {
	struct actor actor;
	struct mailbox *in, *to;
	struct timers *timers;
	struct timer timer;
	_Atomic uint32_t seen, fired;
	int pipe_fd; /* -1: none */
	_Atomic uint32_t bytes;
	char name[16];
};
static char trace[64];
static size_t trace_used;
static bool tracing;

static bool relay_step(void *self, uint64_t now_us)
{
	struct relay *relay = self;
	uint32_t number;
	char byte;
	bool busy = timers_run(relay->timers, now_us) > 0;

	if (relay->pipe_fd >= 0 && read(relay->pipe_fd, &byte, 1) == 1) {
		atomic_fetch_add(&relay->bytes, 1);
		busy = true;
	}
	while (mailbox_receive(relay->in, &number)) {
		busy = true;
		if (tracing && trace_used < sizeof(trace) - 1)
			trace[trace_used++] = relay->actor.name[0];
		atomic_fetch_add(&relay->seen, 1);
		number--;
		if (number && mailbox_send(relay->to, &number))
			return true;
	}
	return busy;
}

static uint64_t relay_deadline(void *self)
{
	return timers_next_us(((struct relay *)self)->timers);
}

static int relay_fds(void *self, struct pollfd *fds, int room)
{
	struct relay *relay = self;

	if (relay->pipe_fd < 0)
		return 0;
	fds[0] = (struct pollfd){.fd = relay->pipe_fd, .events = POLLIN};
	return 1;
}

static void relay_fired(void *argument)
{
	struct relay *relay = argument;

	pthread_getname_np(pthread_self(), relay->name, sizeof(relay->name));
	atomic_fetch_add(&relay->fired, 1);
}

static void relay_new(struct relay *relay, const char *name)
{
	memset(relay, 0, sizeof(*relay));
	relay->pipe_fd = -1;
	assert_int_equal(doorbell_new(&relay->actor.bell), 0);
	assert_int_equal(mailbox_new(&relay->in, name, sizeof(uint32_t), 16, relay->actor.bell), 0);
	assert_int_equal(timers_new(&relay->timers, 4), 0);
	timer_init(&relay->timer, "probe", relay_fired, relay);
	relay->actor.name = name;
	relay->actor.self = relay;
	relay->actor.step = relay_step;
	relay->actor.next_deadline_us = relay_deadline;
	relay->actor.poll_fds = relay_fds;
}

static void relay_free(struct relay *relay)
{
	timers_free(relay->timers);
	mailbox_free(relay->in);
	doorbell_free(relay->actor.bell);
}

static void two_relays(struct actors *actors, struct relay *a, struct relay *b)
{
	memset(actors, 0, sizeof(*actors));
	relay_new(a, "a-relay");
	relay_new(b, "b-relay");
	a->to = b->in;
	b->to = a->in;
	actors_add(actors, &a->actor);
	actors_add(actors, &b->actor);
}

static void settling_goes_on_until_all_are_idle(void **state)
{
	struct actors actors;
	struct relay a, b;

	two_relays(&actors, &a, &b);
	tracing = true;
	assert_int_equal(mailbox_send(b.in, &(uint32_t){5}), 0);
	timer_start(a.timers, &a.timer, 100);
	actors_settle(&actors, 50);
	tracing = false;
	assert_string_equal(trace, "babab");
	assert_int_equal(a.fired, 0);
	assert_int_equal(a.actor.deadline_us, 100);
	assert_true(b.actor.deadline_us == TIMER_NEVER);
	actors_settle(&actors, 100);
	assert_int_equal(a.fired, 1);
	assert_true(a.actor.deadline_us == TIMER_NEVER);
	relay_free(&a);
	relay_free(&b);
}

/* Waits for other threads to get there; a counter that never comes fails the test. */
static bool reaches(_Atomic uint32_t *counter, uint32_t value)
{
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		if (atomic_load(counter) >= value)
			return true;
		sched_yield();
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - start.tv_sec < 60);
	return false;
}

static void threads_wake_for_mail_ticks_and_descriptors(void **state)
{
	struct actors actors;
	struct relay a, b;
	int pipes[2];

	clock_start(0);
	two_relays(&actors, &a, &b);
	assert_int_equal(pipe2(pipes, O_NONBLOCK), 0);
	a.pipe_fd = pipes[0];
	b.actor.fifo_priority = 60; /* without the permission it runs all the same */
	timer_start(b.timers, &b.timer, 1000);
	assert_int_equal(actors_start_threads(&actors), 0);
	assert_int_equal(actors_start_threads(&actors), -EALREADY);

	assert_int_equal(mailbox_send(a.in, &(uint32_t){20001}), 0);
	assert_true(reaches(&a.seen, 10001));
	assert_true(reaches(&b.seen, 10000));

	assert_int_equal(b.fired, 0);
	clock_advance_us(1000);
	actors_tick(&actors, clock_now_us());
	assert_true(reaches(&b.fired, 1));

	assert_int_equal(write(pipes[1], "x", 1), 1);
	assert_true(reaches(&a.bytes, 1));

	actors_stop(&actors);
	actors_stop(&actors);
	assert_string_equal(b.name, "b-relay");
	close(pipes[0]);
	close(pipes[1]);
	relay_free(&a);
	relay_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(settling_goes_on_until_all_are_idle),
	    cmocka_unit_test(threads_wake_for_mail_ticks_and_descriptors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
