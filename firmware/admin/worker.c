#include "admin/worker.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* The pages of all threads are locked: no more than crypt(3) needs. */
#define STACK_BYTES (512u << 10)

enum work_state { WORK_NONE, WORK_RUNNING, WORK_ENDED };

struct job {
	struct session *session;
	struct worker_job job;
};

struct worker {
	int done_fd;
	_Atomic int state; /* of the first job */
	pthread_t thread;
	struct job jobs[SESSIONS_MAX]; /* a ring */
	unsigned first, count;
};

int worker_new(struct worker **out)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	if (!worker)
		return -ENOMEM;
	worker->done_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (worker->done_fd < 0) {
		int error = -errno;
		free(worker);
		return error;
	}
	*out = worker;
	return 0;
}

void worker_free(struct worker *worker)
{
	if (!worker)
		return;
	if (worker->state != WORK_NONE)
		pthread_join(worker->thread, NULL);
	for (unsigned i = 0; i < worker->count; i++) {
		struct worker_job *job = &worker->jobs[(worker->first + i) % SESSIONS_MAX].job;
		job->release(job->data);
	}
	close(worker->done_fd);
	free(worker);
}

int worker_fd(const struct worker *worker)
{
	return worker->done_fd;
}

bool worker_busy(const struct worker *worker)
{
	return worker->count > 0;
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct worker_job *job = &worker->jobs[worker->first].job;
	job->run(job->data);
	atomic_store(&worker->state, WORK_ENDED);
	(void)eventfd_write(worker->done_fd, 1);
	return NULL;
}

static int start_thread(struct worker *worker)
{
	pthread_attr_t attributes;
	const struct sched_param normal = {0};
	int error = pthread_attr_init(&attributes);
	if (error)
		return -error;
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attributes, SCHED_OTHER);
	pthread_attr_setschedparam(&attributes, &normal);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	atomic_store(&worker->state, WORK_RUNNING);
	error = pthread_create(&worker->thread, &attributes, work, worker);
	pthread_attr_destroy(&attributes);
	if (error)
		atomic_store(&worker->state, WORK_NONE);
	return -error;
}

/* The first job's session hears of it; the next one may begin. */
static void finish(struct admin *admin, int result)
{
	struct worker *worker = admin->worker;
	struct job job = worker->jobs[worker->first];
	worker->first = (worker->first + 1) % SESSIONS_MAX;
	worker->count--;
	job.job.release(job.job.data);
	if (result != 1)
		session_done(admin, job.session, result);
}

/* Begins the first job; those that may not begin are over. */
static void start_next(struct admin *admin)
{
	struct worker *worker = admin->worker;
	while (worker->count && atomic_load(&worker->state) == WORK_NONE) {
		struct job *first = &worker->jobs[worker->first];
		first->session->fault.text[0] = '\0';
		int error = first->job.begin ? first->job.begin(admin, first->session, first->job.data) : 0;
		if (!error && (error = start_thread(worker)))
			fault_set(&first->session->fault, error, "%s: %s", first->session->command->words,
			          strerror(-error));
		if (error)
			finish(admin, error);
	}
}

int worker_give(struct admin *admin, struct session *session, const struct worker_job *job)
{
	struct worker *worker = admin->worker;
	if (worker->count == SESSIONS_MAX) {
		job->release(job->data);
		return fault_set(&session->fault, -EBUSY, "the box is too busy: try again");
	}
	worker->jobs[(worker->first + worker->count++) % SESSIONS_MAX] = (struct job){session, *job};
	session->state = SESSION_RUNNING; /* worker_step() goes on */
	if (worker->count == 1)
		(void)eventfd_write(worker->done_fd, 1); /* begun by the next step, not here: the session is in use */
	return 1;
}

bool worker_step(struct admin *admin)
{
	struct worker *worker = admin->worker;
	int state = atomic_load(&worker->state);
	eventfd_t count;
	if (state == WORK_RUNNING)
		return false;
	/* Also when there is nothing to do: the end of a job may be seen before its bell, which would ring for ever. */
	(void)eventfd_read(worker->done_fd, &count);
	if (!worker->count)
		return false;
	if (state == WORK_ENDED) {
		struct job *first = &worker->jobs[worker->first];
		pthread_join(worker->thread, NULL);
		atomic_store(&worker->state, WORK_NONE);
		first->session->fault.text[0] = '\0';
		finish(admin, first->job.done(admin, first->session, first->job.data));
	}
	start_next(admin);
	return true;
}
