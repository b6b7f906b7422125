/*
 * The box at work. In real time each actor is a thread and the main thread waits for signals. In the lab's virtual time
 * this thread steps all of them: a period comes in, everybody settles, the answer goes out.
 */
#include <errno.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "box.h"

#define HOUSEKEEPING_MS 100

/* Virtual time: where the CPU time of the one thread went. */
struct cpu_split {
	uint64_t audio_us, rest_us;
};

static void log_line(void *argument, uint64_t wall_us, enum log_level level, enum log_room room, const char *text)
{
	struct box *box = argument;

	if (box->admin)
		admin_log_line(box->admin, wall_us, level, room, text);
	management_log(box->management, wall_us, level, room, text);
}

void box_settle(struct box *box)
{
	actors_settle(&box->actors, clock_now_us());
}

void box_housekeeping(struct box *box)
{
	log_drain(log_line, box);
}

/* A signal asks for an orderly stop; the second one does not wait for the calls. True: leave now. */
static bool signal_came(struct box *box)
{
	struct signalfd_siginfo info;

	if (read(box->signals, &info, sizeof(info)) != sizeof(info))
		return false;
	if (box->stopping)
		return true;
	box->stopping = true;
	box->stop = (struct control_request){.type = CONTROL_STOP, .bell = box->main_bell};
	return control_ask(box->control, &box->stop) < 0;
}

static bool stopped(struct box *box)
{
	return box->stopping && atomic_load_explicit(&box->stop.done, memory_order_acquire);
}

static uint64_t thread_cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * US_PER_S + (uint64_t)now.tv_nsec / 1000;
}

static void report_costs(const struct cpu_split *cpu)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	log_write(LOG_INFO, LOG_BASE, "CPU time: audio and driver %llu us, everything else %llu us; memory %ld KiB",
	          (unsigned long long)cpu->audio_us, (unsigned long long)cpu->rest_us, usage.ru_maxrss);
}

/* One pass of the audio, then everybody else, then the answer to the lab. CPU time is counted apart for the figures. */
static int pass_virtual(struct box *box, struct cpu_split *cpu)
{
	uint64_t begun_us = thread_cpu_us(), heard_us;
	int passed = media_pass(box->media, true);

	heard_us = thread_cpu_us();
	box_settle(box);
	box_housekeeping(box);
	cpu->rest_us += thread_cpu_us() - heard_us;
	if (passed > 0)
		driver_period_flush(box->driver);
	cpu->audio_us += heard_us - begun_us;
	return passed;
}

int box_run_virtual(struct box *box)
{
	struct cpu_split cpu = {0};
	struct pollfd fds[ACTOR_POLL_MAX + 2];
	struct actor *admin = admin_actor(box->admin);
	int passed = 0;

	while (!stopped(box) && passed >= 0) {
		bool works = admin_works(box->admin); /* the lab's clock waits for it */
		int count = 2;

		fds[0] = (struct pollfd){.fd = works ? -1 : driver_period_fd(box->driver), .events = POLLIN};
		fds[1] = (struct pollfd){.fd = box->signals, .events = POLLIN};
		if (admin->poll_fds)
			count += admin->poll_fds(admin->self, fds + 2, ACTOR_POLL_MAX);
		if (poll(fds, (nfds_t)count, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[1].revents && signal_came(box))
			break;
		if (works)
			box_settle(box);
		else
			passed = pass_virtual(box, &cpu);
	}
	report_costs(&cpu);
	return passed < 0 ? passed : 0;
}

static uint64_t actor_steps(const void *self)
{
	const struct actor *actor = self;

	return atomic_load_explicit(&actor->steps, memory_order_relaxed);
}

static uint64_t media_periods(const void *self)
{
	struct media_status status;

	media_status(self, &status);
	return status.periods;
}

/* Those without which no call goes on. */
static void watch_threads(struct box *box)
{
	heartbeat_add(&box->watchdog.heartbeat, "media", media_periods, box->media);
	heartbeat_add(&box->watchdog.heartbeat, "control", actor_steps, control_actor(box->control));
	heartbeat_add(&box->watchdog.heartbeat, "acd", actor_steps, acd_actor_base(box->acd));
}

int box_run_real(struct box *box)
{
	struct pollfd fds[2] = {{.fd = box->signals, .events = POLLIN},
	                        {.fd = doorbell_fd(box->main_bell), .events = POLLIN}};
	int error = actors_start_threads(&box->actors);

	if (!error)
		error = media_start_thread(box->media, &box->actors);
	if (error)
		return error;
	watch_threads(box);
	while (!stopped(box)) {
		if (poll(fds, 2, HOUSEKEEPING_MS) < 0 && errno != EINTR)
			break;
		if (fds[0].revents && signal_came(box))
			break;
		/* A sleeping thread is woken, so that it has made a step at the next look. */
		if (watchdog_look(&box->watchdog))
			actors_wake(&box->actors);
		box_housekeeping(box);
	}
	watchdog_stopping();
	media_stop_thread(box->media);
	actors_stop(&box->actors);
	return 0;
}
