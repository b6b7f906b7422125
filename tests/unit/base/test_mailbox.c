#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "base/mailbox.h"

#define SENDERS  4
#define MESSAGES 50000
/* A lost wake-up shows as a sleep that no ring ends. */
#define LOST_WAKE_UP_MS 60000

struct message {
	uint32_t sender, number;
	unsigned char filling[40];
};

static void order_and_overflow(void **state)
{
	struct mailbox *box;
	uint32_t i, round, value;

	assert_int_equal(mailbox_new(&box, "probe", sizeof(value), 5, NULL), 0);
	assert_string_equal(mailbox_name(box), "probe");
	for (round = 0; round < 100; round++) {
		assert_true(mailbox_empty(box));
		assert_false(mailbox_receive(box, &value));
		for (i = 0; i < 8; i++)
			assert_int_equal(mailbox_send(box, &(uint32_t){round * 8 + i}), 0);
		assert_int_equal(mailbox_waiting(box), 8);
		assert_int_equal(mailbox_send(box, &i), -ENOBUFS);
		assert_int_equal(mailbox_refused(box), round + 1);
		assert_false(mailbox_empty(box));
		for (i = 0; i < 8; i++) {
			assert_true(mailbox_receive(box, &value));
			assert_int_equal(value, round * 8 + i);
		}
	}
	mailbox_free(box);
	mailbox_free(NULL);
}

static int readable(struct doorbell *bell, int timeout_ms)
{
	struct pollfd fd = {.fd = doorbell_fd(bell), .events = POLLIN};

	return poll(&fd, 1, timeout_ms);
}

static void a_bell_rung_while_awake_forbids_sleep(void **state)
{
	struct doorbell *bell;

	assert_int_equal(doorbell_new(&bell), 0);
	doorbell_awake(bell);
	doorbell_ring(bell);
	assert_int_equal(readable(bell, 0), 0); /* no system call was spent */
	assert_false(doorbell_may_sleep(bell));
	doorbell_awake(bell);
	assert_true(doorbell_may_sleep(bell));
	doorbell_ring(bell);
	doorbell_ring(bell);
	assert_int_equal(readable(bell, 0), 1);
	doorbell_awake(bell);
	assert_int_equal(readable(bell, 0), 0);
	assert_true(doorbell_may_sleep(bell));
	doorbell_free(bell);
	doorbell_free(NULL);
}

struct sender {
	pthread_t thread;
	uint32_t number;
	struct mailbox *box;
};

static void *send_many(void *argument)
{
	struct sender *sender = argument;
	struct message message = {.sender = sender->number};

	for (message.number = 0; message.number < MESSAGES; message.number++) {
		memset(message.filling, (int)(message.number & 0xff), sizeof(message.filling));
		while (mailbox_send(sender->box, &message))
			sched_yield();
	}
	return NULL;
}

static void check(const struct message *message, uint32_t *expected)
{
	assert_true(message->sender < SENDERS);
	assert_int_equal(message->number, expected[message->sender]++);
	assert_int_equal(message->filling[0], message->number & 0xff);
	assert_int_equal(message->filling[39], message->number & 0xff);
}

/* Several real senders on two mailboxes of one owner: nothing lost, nothing torn, each sender's order, no lost bell. */
static void several_threads(void **state)
{
	struct sender senders[SENDERS];
	struct mailbox *box[2];
	struct doorbell *bell;
	struct message message;
	uint32_t expected[SENDERS] = {0}, received = 0, sleeps = 0, i;

	assert_int_equal(doorbell_new(&bell), 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(mailbox_new(&box[i], "probe", sizeof(message), 64, bell), 0);
	for (i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender){.number = i, .box = box[i % 2]};
		assert_int_equal(pthread_create(&senders[i].thread, NULL, send_many, &senders[i]), 0);
	}
	while (received < SENDERS * MESSAGES) {
		doorbell_awake(bell);
		for (i = 0; i < 2; i++) {
			while (mailbox_receive(box[i], &message)) {
				check(&message, expected);
				received++;
			}
		}
		if (received < SENDERS * MESSAGES && doorbell_may_sleep(bell)) {
			sleeps++;
			assert_int_equal(readable(bell, LOST_WAKE_UP_MS), 1);
		}
	}
	for (i = 0; i < SENDERS; i++) {
		assert_int_equal(pthread_join(senders[i].thread, NULL), 0);
		assert_int_equal(expected[i], MESSAGES);
	}
	print_message("%u messages, the owner slept %u times\n", received, sleeps);
	assert_true(mailbox_empty(box[0]) && mailbox_empty(box[1]));
	mailbox_free(box[0]);
	mailbox_free(box[1]);
	doorbell_free(bell);
}

/* One message at a time each way: every one has to wake the other side. */
struct side {
	struct mailbox *in, *out;
	struct doorbell *bell;
	uint32_t rounds;
};

static bool next_message(struct side *side, uint32_t *value)
{
	for (;;) {
		doorbell_awake(side->bell);
		if (mailbox_receive(side->in, value))
			return true;
		if (doorbell_may_sleep(side->bell) && readable(side->bell, LOST_WAKE_UP_MS) != 1)
			return false;
	}
}

static void *echo(void *argument)
{
	struct side *side = argument;
	uint32_t value;

	while (side->rounds--) {
		if (!next_message(side, &value) || mailbox_send(side->out, &value))
			return side;
	}
	return NULL;
}

static void ping_pong(void **state)
{
	struct doorbell *bells[2];
	struct mailbox *boxes[2];
	struct side far, near;
	pthread_t thread;
	uint32_t i, value;
	void *stuck;

	for (i = 0; i < 2; i++) {
		assert_int_equal(doorbell_new(&bells[i]), 0);
		assert_int_equal(mailbox_new(&boxes[i], "ping", sizeof(value), 4, bells[i]), 0);
	}
	near = (struct side){.in = boxes[0], .out = boxes[1], .bell = bells[0], .rounds = 20000};
	far = (struct side){.in = boxes[1], .out = boxes[0], .bell = bells[1], .rounds = 20000};
	assert_int_equal(pthread_create(&thread, NULL, echo, &far), 0);
	for (i = 0; i < near.rounds; i++) {
		assert_int_equal(mailbox_send(near.out, &i), 0);
		assert_true(next_message(&near, &value));
		assert_int_equal(value, i);
	}
	assert_int_equal(pthread_join(thread, &stuck), 0);
	assert_null(stuck);
	for (i = 0; i < 2; i++) {
		mailbox_free(boxes[i]);
		doorbell_free(bells[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(order_and_overflow),
	    cmocka_unit_test(a_bell_rung_while_awake_forbids_sleep),
	    cmocka_unit_test(several_threads),
	    cmocka_unit_test(ping_pong),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
