/* belfryd: its start, its signals, its end. The rooms are opened and closed by rooms.c, run by run.c. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>

#include "base/clock.h"
#include "base/log.h"
#include "box.h"
#include "store/durable.h"

static int watch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return -errno;
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int undo(const char *folder)
{
	struct fault fault = {""};

	if (durable_undo_unsynced(folder, &fault) == 0)
		return 0;
	fprintf(stderr, "belfryd: %s\n", fault.text);
	return 1;
}

int main(int argc, char **argv)
{
	static struct box box;
	struct fault fault = {""};
	int result = options_parse(&box.options, argc, argv);

	if (result != 0)
		return result < 0;
	if (box.options.undo_unsynced)
		return undo(box.options.undo_unsynced);
	clock_start(box.options.wall_start_us);
	if (log_start(box.options.log_level) < 0 || (box.signals = watch_signals()) < 0) {
		fprintf(stderr, "belfryd: cannot start: %s\n", strerror(errno));
		return 1;
	}
	if (box.options.power_cut_log && durable_log_unsynced(box.options.data) < 0) {
		fprintf(stderr, "belfryd: %s: cannot keep the log of unsynced writes\n", box.options.data);
		return 1;
	}
	result = box_open(&box, &fault);
	if (result < 0) {
		log_drain(NULL, NULL);
		fprintf(stderr, "belfryd: %s\n", fault.text);
		box_close(&box);
		return 1;
	}
	if (!box.options.virtual_time && mlockall(MCL_CURRENT | MCL_FUTURE) < 0)
		log_write(LOG_NOTICE, LOG_BASE, "memory could not be locked: audio may be late under load");
	box_apply_settings(&box);
	result = box.options.virtual_time ? box_run_virtual(&box) : box_run_real(&box);
	box_housekeeping(&box);
	if (result < 0)
		fprintf(stderr, "belfryd: stopped: %s\n", strerror(-result));
	box_close(&box);
	log_drain(NULL, NULL);
	log_stop();
	return result < 0;
}
