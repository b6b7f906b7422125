/*
 * A bare SCHED_FIFO timer thread in the guest, beside which the audio thread is judged: image_tick SECONDS. Prints
 * "periods N missed M worst_us W": missed are periods that were over before the thread got to run.
 */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define PERIOD_NS INT64_C(10000000)
#define PRIORITY  80 /* the audio thread's */

static int64_t nanoseconds(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

static struct timespec from_nanoseconds(int64_t ns)
{
	return (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
}

int main(int argc, char **argv)
{
	struct sched_param priority = {.sched_priority = PRIORITY};
	long seconds = 0;
	int64_t due, end, late, worst = 0, periods = 0, missed = 0;
	struct timespec now;

	if (argc != 2 || sscanf(argv[1], "%ld", &seconds) != 1 || seconds < 1 ||
	    sched_setscheduler(0, SCHED_FIFO, &priority) < 0 || mlockall(MCL_CURRENT | MCL_FUTURE) < 0) {
		fprintf(stderr, "image_tick SECONDS: as root\n");
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	due = nanoseconds(&now);
	end = due + seconds * 1000000000;
	while (due < end) {
		struct timespec until;

		due += PERIOD_NS;
		until = from_nanoseconds(due);
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
		late = nanoseconds(&now) - due;
		worst = late > worst ? late : worst;
		periods++;
		/* As the audio thread does: what is over is counted, not made up for. */
		missed += late / PERIOD_NS;
		due += late / PERIOD_NS * PERIOD_NS;
	}
	printf("periods %lld missed %lld worst_us %lld\n", (long long)periods, (long long)missed,
	       (long long)(worst / 1000));
	return 0;
}
