/*
 * Benchmark of the media pass: CPU per channel per period, all costs in but the driver's.
 *
 *   bench_media             prints "name value unit" lines: the median of rounds, per case, for 1 to 32 spans
 *   bench_media insn CASE   one case at 8 spans, 200 passes, for valgrind --tool=callgrind
 *                           --toggle-collect=media_pass: instructions / (200 x channels) are
 * media.insn_per_channel.CASE
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "dsp/g711.h"
#include "media/media.h"
#include "tests/unit/media/fake_driver.h"

#define ROUNDS            15
#define CHANNELS_PER_SPAN 30
#define INSN_SPANS        8
#define INSN_PASSES       200

struct bench {
	struct span_driver driver;
	struct media *media;
	struct prompts *prompts;
	struct doorbell *bell;
};

enum bench_case { IDLE, PLAY, DTMF, BRIDGE, CASE_COUNT };
static const char *const case_names[CASE_COUNT] = {"idle", "play", "dtmf", "bridge"};

static void die(const char *what)
{
	fprintf(stderr, "bench_media: %s\n", what);
	exit(1);
}

static void send(struct bench *b, struct media_command command)
{
	if (media_send(b->media, &command) != 0)
		die("a command was refused");
}

static uint16_t nth_channel(int n)
{
	return driver_channel((unsigned)(n / CHANNELS_PER_SPAN + 1), (unsigned)(n % CHANNELS_PER_SPAN + 1));
}

static void fill_with_noise(struct bench *b)
{
	uint32_t seed = 1;
	for (int c = 0; c < DRIVER_CHANNELS_MAX; c++) {
		int16_t samples[PERIOD_SAMPLES];
		for (int i = 0; i < PERIOD_SAMPLES; i++) {
			seed = seed * 1664525u + 1013904223u;
			samples[i] = (int16_t)((int32_t)seed >> 20);
		}
		law_encode(driver_channel_span((uint16_t)c) % 2 ? LAW_MULAW : LAW_ALAW, b->driver.received[c], samples,
		           PERIOD_SAMPLES);
	}
}

static void set_up(struct bench *b, enum bench_case what, int channels)
{
	static const char *const folders[] = {"build/prompts", NULL};
	fake_driver_init(&b->driver);
	b->driver.keep_transmit = true;
	clock_start(1);
	if (prompts_load(&b->prompts, folders, NULL) != 0 || prompts_count(b->prompts) == 0)
		die("no prompts in build/prompts (make prompts)");
	if (doorbell_new(&b->bell) != 0 || media_new(&b->media, &b->driver, b->prompts, b->bell) != 0)
		die("out of memory");
	fill_with_noise(b);
	for (int i = 0; i < channels; i++) {
		uint16_t channel = nth_channel(i);
		struct media_command command = {.type = MEDIA_OPEN, .channel = channel};
		command.flag = what == DTMF || what == BRIDGE;
		send(b, command);
		if (what == PLAY) {
			command = (struct media_command){.type = MEDIA_PLAY, .channel = channel};
			command.play.loop = true;
			command.play.count = 1;
			command.play.prompt[0] = prompts_find(b->prompts, "music/default");
			send(b, command);
		}
		/* Neighbours on one span, both listening for digits. */
		if (what == BRIDGE && i % 2)
			send(b, (struct media_command){
			            .type = MEDIA_BRIDGE, .channel = channel, .peer = nth_channel(i - 1)});
	}
}

static void tear_down(struct bench *b)
{
	media_free(b->media);
	doorbell_free(b->bell);
	prompts_free(b->prompts);
}

static void pass(struct bench *b, int passes)
{
	struct media_event event;
	for (int i = 0; i < passes; i++) {
		if (media_pass(b->media, false) != 1)
			die("the driver delivers nothing");
		while (media_next_event(b->media, &event))
			;
	}
}

static double cpu_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static double measure(enum bench_case what, int spans)
{
	static struct bench b;
	double round[ROUNDS];
	int channels = spans * CHANNELS_PER_SPAN, passes = 20000 / channels + 20;
	set_up(&b, what, channels);
	pass(&b, passes);
	for (int r = 0; r < ROUNDS; r++) {
		double start = cpu_ns();
		pass(&b, passes);
		round[r] = (cpu_ns() - start) / passes / channels;
	}
	tear_down(&b);
	qsort(round, ROUNDS, sizeof(round[0]), by_value);
	return round[ROUNDS / 2];
}

static void measure_all(void)
{
	static const int spans[] = {1, 2, 4, 8, 32};
	for (int what = 0; what < CASE_COUNT; what++)
		for (size_t i = 0; i < ARRAY_SIZE(spans) && spans[i] * 32 <= DRIVER_CHANNELS_MAX; i++) {
			double ns = measure((enum bench_case)what, spans[i]);
			printf("media.ns_per_channel.%s.%d_spans %.0f ns\n", case_names[what], spans[i], ns);
			/* The last, largest one is the figure. */
			if (i + 1 == ARRAY_SIZE(spans) || spans[i + 1] * 32 > DRIVER_CHANNELS_MAX) {
				printf("media.ns_per_channel.%s %.0f ns\n", case_names[what], ns);
				if (what == BRIDGE)
					printf("media.channels_per_core_without_driver %.0f channels\n",
					       0.7 * DRIVER_PERIOD_MS * 1e6 / ns);
			}
		}
}

static void run_for_callgrind(const char *name)
{
	static struct bench b;
	for (int what = 0; what < CASE_COUNT; what++)
		if (strcmp(name, case_names[what]) == 0) {
			set_up(&b, (enum bench_case)what, INSN_SPANS * CHANNELS_PER_SPAN);
			pass(&b, INSN_PASSES);
			printf("%d channels x %d passes, the first of which opened the channels\n",
			       INSN_SPANS * CHANNELS_PER_SPAN, INSN_PASSES);
			tear_down(&b);
			return;
		}
	die("no such case: idle, play, dtmf, bridge");
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "insn") == 0)
		run_for_callgrind(argv[2]);
	else
		measure_all();
	return 0;
}
