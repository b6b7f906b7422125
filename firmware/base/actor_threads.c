/*
 * Actors as threads (real time).
 */
#include "base/actor.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/timer.h"

#define THREAD_NAME_BYTES 16 /* the kernel's */

struct actor_thread {
	struct actor *actor;
	pthread_t thread;
	_Atomic bool stop;
};

struct actor_threads {
	int count;
	struct actor_thread thread[ACTORS_MAX];
};

/* Steps until there is nothing to do, then publishes when there will be. */
static void work(struct actor *actor)
{
	bool busy;

	do {
		busy = actor->step(actor->self, clock_now_us());
		atomic_fetch_add_explicit(&actor->steps, 1, memory_order_relaxed);
	} while (busy);
	atomic_store_explicit(&actor->deadline_us, actor->next_deadline_us(actor->self), memory_order_release);
}

static void sleep_until_called(struct actor *actor)
{
	struct pollfd fds[ACTOR_POLL_MAX + 1];
	int count = 1;

	fds[0] = (struct pollfd){.fd = doorbell_fd(actor->bell), .events = POLLIN};
	if (actor->poll_fds)
		count += actor->poll_fds(actor->self, fds + 1, ACTOR_POLL_MAX);
	/* No time-out: the belfry clock wakes, by actors_tick(). EINTR is as good as a wake-up. */
	(void)poll(fds, (nfds_t)count, -1);
}

static void *run(void *argument)
{
	struct actor_thread *thread = argument;
	struct actor *actor = thread->actor;

	while (!atomic_load_explicit(&thread->stop, memory_order_acquire)) {
		doorbell_awake(actor->bell);
		work(actor);
		/* The clock may have passed the deadline before it was published: then no tick will ring for it soon.
		 */
		if (atomic_load_explicit(&actor->deadline_us, memory_order_relaxed) <= clock_now_us())
			continue;
		if (doorbell_may_sleep(actor->bell))
			sleep_until_called(actor);
	}
	return NULL;
}

static int create(struct actor_thread *thread, int fifo_priority)
{
	struct sched_param parameters = {.sched_priority = fifo_priority};
	pthread_attr_t attributes;
	int error = pthread_attr_init(&attributes);

	if (error)
		return -error;
	if (fifo_priority) {
		pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
		pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
		pthread_attr_setschedparam(&attributes, &parameters);
	}
	error = pthread_create(&thread->thread, &attributes, run, thread);
	pthread_attr_destroy(&attributes);
	return -error;
}

static int start(struct actor_thread *thread, struct actor *actor, bool *warned)
{
	char name[THREAD_NAME_BYTES];
	int error;

	thread->actor = actor;
	atomic_store(&thread->stop, false);
	error = create(thread, actor->fifo_priority);
	if (error == -EPERM && actor->fifo_priority) {
		if (!*warned)
			log_write(LOG_WARNING, LOG_BASE,
			          "thread %s: SCHED_FIFO is not permitted, running with normal scheduling (audio may "
			          "stutter)",
			          actor->name);
		*warned = true;
		error = create(thread, 0);
	}
	if (error)
		return error;
	text_copy(name, sizeof(name), actor->name);
	pthread_setname_np(thread->thread, name);
	return 0;
}

int actors_start_threads(struct actors *actors)
{
	bool warned = false;
	int i, error;

	if (actors->threads)
		return -EALREADY;
	actors->threads = calloc(1, sizeof(*actors->threads));
	if (!actors->threads)
		return -ENOMEM;
	for (i = 0; i < actors->count; i++) {
		error = start(&actors->threads->thread[i], actors->actor[i], &warned);
		if (error) {
			log_write(LOG_ERROR, LOG_BASE, "thread %s: %s", actors->actor[i]->name, strerror(-error));
			actors_stop(actors);
			return error;
		}
		actors->threads->count++;
	}
	return 0;
}

void actors_stop(struct actors *actors)
{
	struct actor_threads *threads = actors->threads;

	if (!threads)
		return;
	while (threads->count > 0) {
		struct actor_thread *thread = &threads->thread[--threads->count];

		atomic_store_explicit(&thread->stop, true, memory_order_release);
		doorbell_ring(thread->actor->bell);
		pthread_join(thread->thread, NULL);
	}
	actors->threads = NULL;
	free(threads);
}
