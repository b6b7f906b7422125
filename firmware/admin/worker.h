/*
 * Private to admin: what takes long and needs nothing of the box, done on a thread of its own: passwords (yescrypt),
 * pass phrases (PBKDF2), speech. The console and whatever else admin does go on meanwhile.
 *
 * Thread: admin, but for run(). One job at a time in the order given; a session has one at most, so SESSIONS_MAX is the
 * limit. A job that has been given is carried out to its end, also when its session has gone.
 */
#ifndef BELFRY_ADMIN_WORKER_H
#define BELFRY_ADMIN_WORKER_H

#include "admin/internal.h"

struct worker_job {
	void *data; /* of these functions, and released by the last of them */
	/* Its turn has come: 0, or why not, with session->fault. May be NULL. */
	int (*begin)(struct admin *admin, struct session *session, void *data);
	void (*run)(void *data); /* on the worker's thread: touches data and nothing else */
	/* Back on admin's thread: the command's result; 1: the answer comes later. */
	int (*done)(struct admin *admin, struct session *session, void *data);
	void (*release)(void *data);
};

MUST_CHECK int worker_new(struct worker **out);
void worker_free(struct worker *worker); /* waits for what is being done; the rest is released */
/* Takes the data over in any case. 1: session_done() will be called; -errno with session->fault. As run() of a command.
 */
int worker_give(struct admin *admin, struct session *session, const struct worker_job *job);
bool worker_step(struct admin *admin);
int worker_fd(const struct worker *worker);
bool worker_busy(const struct worker *worker);

#endif
