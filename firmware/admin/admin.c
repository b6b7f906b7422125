/*
 * The console server: what it owns, and its actor.
 */
#include "admin/internal.h"
#include "admin/login_locks.h"
#include "admin/worker.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/timer.h"
#include "store/durable.h"
#include "trace/flight.h"

static bool step(void *self, uint64_t now_us)
{
	struct admin *admin = self;
	admin->now_us = now_us;
	confirm_keep(admin, false);
	if (admin->parts.trace)
		trace_step(admin->parts.trace, now_us);
	bool did = worker_step(admin);
	did = helper_step(admin) || did;
	did = power_step(admin) || did;
	did = recording_step(admin) || did;
	did = jobs_step(admin) || did;
	return sessions_step(admin) || did;
}

/* Sessions that take no output are dropped after a while; a commit that is not confirmed is undone. */
static uint64_t next_deadline_us(void *self)
{
	const struct admin *admin = self;
	uint64_t next = confirm_deadline_us(admin), trace_us = trace_deadline_us(admin->parts.trace);
	uint64_t power_us = power_deadline_us(admin);
	next = trace_us < next ? trace_us : next;
	next = power_us < next ? power_us : next;
	for (unsigned i = 0; i < SESSIONS_MAX; i++) {
		uint64_t stalled = admin->sessions[i].stalled_us;
		if (stalled && stalled + STALLED_US < next)
			next = stalled + STALLED_US;
	}
	return next;
}

static int poll_fds(void *self, struct pollfd *fds, int room)
{
	const struct admin *admin = self;
	int count = sessions_poll(self, fds, room);
	if (count < room)
		fds[count++] = (struct pollfd){.fd = worker_fd(admin->worker), .events = POLLIN};
	if (count < room && helper_fd(admin->helper) >= 0)
		fds[count++] = (struct pollfd){.fd = helper_fd(admin->helper), .events = POLLIN};
	return count;
}

/* Another belfryd that still answers there is not pushed aside; a socket left behind is. */
static int take_address(const struct sockaddr_un *address, struct fault *fault)
{
	struct stat status;
	int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (probe < 0)
		return fault_set(fault, -errno, "console socket: %s", strerror(errno));
	bool alive = !connect(probe, (const struct sockaddr *)address, sizeof(*address)) || errno == EAGAIN;
	close(probe);
	if (alive)
		return fault_set(fault, -EADDRINUSE, "console socket %s: another belfryd answers there",
		                 address->sun_path);
	if (lstat(address->sun_path, &status))
		return 0;
	if (!S_ISSOCK(status.st_mode))
		return fault_set(fault, -EEXIST, "console socket %s: there is something that is no socket",
		                 address->sun_path);
	return unlink(address->sun_path)
	           ? fault_set(fault, -errno, "console socket %s: %s", address->sun_path, strerror(errno))
	           : 0;
}

/* It gets its name when it answers: whoever finds the socket may connect at once. */
static int listen_at(struct admin *admin, struct fault *fault)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX}, unnamed = {.sun_family = AF_UNIX};
	size_t used = 0;
	if (!text_copy(address.sun_path, sizeof(address.sun_path), admin->parts.socket_path) ||
	    !text_append(unnamed.sun_path, sizeof(unnamed.sun_path), &used, "%s.new", admin->parts.socket_path))
		return fault_set(fault, -ENAMETOOLONG, "console socket %s: the path is too long",
		                 admin->parts.socket_path);
	int error = take_address(&address, fault);
	if (error)
		return error;
	unlink(unnamed.sun_path); /* left behind by a start that was cut off */
	admin->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (admin->listener < 0 || bind(admin->listener, (struct sockaddr *)&unnamed, sizeof(unnamed)) ||
	    chmod(unnamed.sun_path, 0660) || listen(admin->listener, SESSIONS_MAX) ||
	    rename(unnamed.sun_path, address.sun_path)) {
		fault_set(fault, error = -errno, "console socket %s: %s", address.sun_path, strerror(errno));
		unlink(unnamed.sun_path);
	}
	return error;
}

static int take_memory(struct admin *admin)
{
	admin->control_view = calloc(1, sizeof(*admin->control_view));
	admin->acd_view = calloc(1, sizeof(*admin->acd_view));
	if (!admin->control_view || !admin->acd_view)
		return -ENOMEM;
	int error = log_ring_new(&admin->log);
	if (!error)
		error = worker_new(&admin->worker);
	if (!error)
		error = login_locks_new(&admin->locks, admin->parts.conf_folder);
	return error ? error : doorbell_new(&admin->bell);
}

/* Without it the box works as well. */
static void open_flight_recorder(struct admin *admin)
{
	struct fault fault = {""};
	char folder[4096];
	size_t used = 0;
	if (!admin->parts.trace)
		return;
	text_append(folder, sizeof(folder), &used, "%s/flight-recorder", admin->parts.data_folder);
	if (flight_open(admin->parts.trace, folder, durable_replace, &fault))
		log_write(LOG_WARNING, LOG_ADMIN, "no flight recorder: %s", fault.text);
}

int admin_new(struct admin **out, const struct admin_parts *parts, struct fault *fault)
{
	struct admin *admin = calloc(1, sizeof(*admin));
	if (!admin)
		return fault_set(fault, -ENOMEM, "no memory for the console");
	const char *lab = getenv("BELFRY_LAB");
	admin->parts = *parts;
	if (!admin->parts.conf_folder)
		admin->parts.conf_folder = parts->data_folder;
	admin->listener = -1;
	admin->lab = lab && !strcmp(lab, "1");
	for (unsigned i = 0; i < SESSIONS_MAX; i++)
		admin->sessions[i].fd = -1;
	int error = take_memory(admin);
	if (error)
		fault_set(fault, error, "no memory for the console");
	if (!error)
		open_flight_recorder(admin);
	if (!error && admin_refresh_config(admin, fault))
		log_write(LOG_WARNING, LOG_ADMIN, "the stored settings cannot be used: %s", fault ? fault->text : "");
	admin->now_us = clock_now_us();
	if (!error)
		login_locks_load(admin->locks, admin->config, admin->now_us);
	confirm_watch(admin);
	if (!error)
		error = listen_at(admin, fault);
	if (!error)
		error = audit_new(&admin->audit, admin->parts.conf_folder, 0, fault);
	if (error) {
		admin_free(admin);
		return error;
	}
	admin->actor = (struct actor){.name = "admin",
	                              .self = admin,
	                              .step = step,
	                              .next_deadline_us = next_deadline_us,
	                              .poll_fds = poll_fds,
	                              .bell = admin->bell};
	control_set_keeper(admin->parts.control, admin->bell);
	*out = admin;
	return 0;
}

void admin_free(struct admin *admin)
{
	if (!admin)
		return;
	worker_free(admin->worker); /* before the sessions that it works for */
	for (unsigned i = 0; i < SESSIONS_MAX; i++)
		session_close(&admin->sessions[i]);
	login_locks_free(admin->locks);
	confirm_end(admin);
	helper_end(admin);
	kept_free(admin);
	if (admin->listener >= 0) {
		close(admin->listener);
		unlink(admin->parts.socket_path);
	}
	store_reader_free(admin->reader);
	config_free(admin->config);
	audit_free(admin->audit);
	log_ring_free(admin->log);
	doorbell_free(admin->bell);
	free(admin->control_view);
	free(admin->acd_view);
	free(admin->why);
	free(admin);
}

struct actor *admin_actor(struct admin *admin)
{
	return &admin->actor;
}

bool admin_works(const struct admin *admin)
{
	return worker_busy(admin->worker) || admin->helper;
}

void admin_settings_refused(struct admin *admin)
{
	confirm_undo_now(admin);
}

void admin_log_line(struct admin *admin, uint64_t wall_us, enum log_level level, enum log_room room, const char *text)
{
	log_ring_put(admin->log, wall_us, level, room, text);
}

void admin_set_trial_hook(struct admin *admin, int (*hook)(void *user, const char *what, const char *word), void *user)
{
	admin->trial_hook = hook;
	admin->trial_user = user;
}
