/*
 * The doorbell: an eventfd that is written only when the owner sleeps.
 *
 * State goes AWAKE -> (may_sleep) ASLEEP -> (ring) RUNG -> (awake) AWAKE, or AWAKE -> (ring) RUNG, which makes the
 * next may_sleep fail. A sender publishes its message before it exchanges the state; the owner exchanges the state
 * before it looks for messages: whichever exchange comes second sees the other side's work, so no wake-up is lost.
 */
#include "base/mailbox.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum bell_state { BELL_AWAKE, BELL_ASLEEP, BELL_RUNG };

struct doorbell {
	_Atomic int state;
	bool slept; /* owner's: the eventfd may have been written */
	int fd;
};

int doorbell_new(struct doorbell **out)
{
	struct doorbell *bell = calloc(1, sizeof(*bell));
	int error;

	if (!bell)
		return -ENOMEM;
	atomic_init(&bell->state, BELL_AWAKE);
	bell->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (bell->fd < 0) {
		error = -errno;
		free(bell);
		return error;
	}
	*out = bell;
	return 0;
}

void doorbell_free(struct doorbell *bell)
{
	if (!bell)
		return;
	close(bell->fd);
	free(bell);
}

void doorbell_ring(struct doorbell *bell)
{
	/* The write cannot fail in a way that matters: EAGAIN would mean a full counter, hence a readable one. */
	if (atomic_exchange(&bell->state, BELL_RUNG) == BELL_ASLEEP)
		(void)eventfd_write(bell->fd, 1);
}

int doorbell_fd(const struct doorbell *bell)
{
	return bell->fd;
}

bool doorbell_may_sleep(struct doorbell *bell)
{
	int awake = BELL_AWAKE;

	bell->slept = atomic_compare_exchange_strong(&bell->state, &awake, BELL_ASLEEP) || bell->slept;
	return awake == BELL_AWAKE;
}

void doorbell_awake(struct doorbell *bell)
{
	eventfd_t count;

	atomic_exchange(&bell->state, BELL_AWAKE);
	if (bell->slept) {
		/* A ring that is still on its way to its write wakes the next sleep once for nothing: harmless. */
		(void)eventfd_read(bell->fd, &count);
		bell->slept = false;
	}
}
