/* Real time: the audio thread of the box. */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "media/internal.h"

#define FIFO_PRIORITY 80
#define HOLDOVER_MS   (CLOCK_HOLDOVER_PERIODS * DRIVER_PERIOD_MS)

/* The driver notices holdover itself when it is asked; the time-out is what makes us ask. */
static void wait_for_period(const struct media *media)
{
	struct pollfd fd = {.fd = driver_period_fd(media->driver), .events = POLLIN};
	poll(&fd, 1, HOLDOVER_MS);
}

static void *run(void *self)
{
	struct media *media = self;
	while (!atomic_load_explicit(&media->stop, memory_order_acquire)) {
		int passed = media_pass(media, false);
		if (passed > 0) {
			actors_tick(media->actors, clock_now_us());
		} else if (passed == 0) {
			wait_for_period(media);
		} else {
			atomic_store_explicit(&media->driver_error, passed, memory_order_relaxed);
			log_write(LOG_ERROR, LOG_MEDIA, "the span driver is dead: %s", strerrordesc_np(-passed));
			break;
		}
	}
	return NULL;
}

static int start(struct media *media, bool fifo)
{
	pthread_attr_t attributes;
	struct sched_param priority = {.sched_priority = FIFO_PRIORITY};
	pthread_attr_init(&attributes);
	if (fifo) {
		pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
		pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
		pthread_attr_setschedparam(&attributes, &priority);
	}
	int error = pthread_create(&media->thread, &attributes, run, media);
	pthread_attr_destroy(&attributes);
	return -error;
}

int media_start_thread(struct media *media, const struct actors *actors)
{
	media->actors = actors;
	atomic_store(&media->stop, false);
	int error = start(media, true);
	if (error == -EPERM) {
		log_write(LOG_WARNING, LOG_MEDIA, "no permission for SCHED_FIFO: audio may have gaps under load");
		error = start(media, false);
	}
	if (error)
		return error;
	pthread_setname_np(media->thread, "media");
	media->thread_runs = true;
	return 0;
}

void media_stop_thread(struct media *media)
{
	if (!media->thread_runs)
		return;
	atomic_store_explicit(&media->stop, true, memory_order_release);
	pthread_join(media->thread, NULL);
	media->thread_runs = false;
}
