/*
 * From "an agent is free" to "ring this telephone", on the scheduler's real thread and through its mailboxes: what a
 * waiting caller notices of the scheduler. The bench stands where the control actor stands; from there the ring
 * command leaves with the next period of audio (10 ms at most), whatever the load.
 *
 *   bench_reaction        prints "name value unit" lines and, where somebody else has measured it, the ratio
 *
 * The peers' figures are from other people's programs on a machine like this one, measured elsewhere (2026-08): with
 * them there is nothing here to run.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "acd/acd_actor.h"

#define SAMPLES   2000
#define PERIOD_MS 10
#define PAUSE_MS  1 /* between two samples, so that the scheduler's thread is asleep as it is on a quiet box */

struct bench {
	struct doorbell *bell;
	struct acd_actor *acd;
	struct actors actors;
	uint32_t agents, waiting;
	uint64_t now_us;
	acd_call next_call;
	acd_call *talking; /* a ring: the oldest talk ends first */
	uint32_t first, count;
	double took_us[SAMPLES];
};

/* ms, at the median; 0: nobody has measured it */
static const struct {
	uint32_t waiting, agents;
	double asterisk_ms, freeswitch_ms;
} peers[] = {{10, 10, 462, 47}, {100, 100, 355, 291}, {1000, 100, 494, 4650}, {1000, 500, 424, 0}};

static void die(const char *what)
{
	fprintf(stderr, "bench_reaction: %s\n", what);
	exit(1);
}

static double now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void send(struct bench *b, struct acd_event event)
{
	event.at_us = ++b->now_us;
	while (acd_actor_send(b->acd, &event) != 0)
		poll(NULL, 0, PAUSE_MS);
}

/* The next decision of this kind, as control waits for it: asleep until its doorbell rings. */
static struct acd_decision await(struct bench *b, enum acd_decision_type type)
{
	struct acd_decision decision;
	struct pollfd fd = {.fd = doorbell_fd(b->bell), .events = POLLIN};
	for (;;) {
		while (acd_actor_next_decision(b->acd, &decision))
			if (decision.type == type)
				return decision;
		if (doorbell_may_sleep(b->bell) && poll(&fd, 1, 5000) == 0)
			die("the scheduler says nothing");
		doorbell_awake(b->bell);
	}
}

static struct acd_settings *make_settings(const struct bench *b)
{
	struct acd_settings *settings;
	if (acd_settings_new(&settings, 1, b->agents, b->agents) != 0)
		die("out of memory");
	settings->offer_lease_ms = 5000;
	settings->queues[0] = (struct acd_queue_settings){.name = "sales",
	                                                  .strategy = ACD_LONGEST_IDLE,
	                                                  .ring_time_ms = 15000,
	                                                  .priority = 5,
	                                                  .length_max = CONFIG_CALLS_MAX,
	                                                  .service_level_ms = 20000,
	                                                  .member_count = b->agents};
	for (uint32_t i = 0; i < b->agents; i++) {
		settings->agents[i].number = 1000 + i;
		settings->members[i].agent = (acd_agent)i;
	}
	return settings;
}

static void take(struct bench *b, const struct acd_decision *offer)
{
	send(b, (struct acd_event){.type = ACD_OFFER_RINGING, .offer = offer->offer});
	send(b, (struct acd_event){.type = ACD_OFFER_ANSWER, .offer = offer->offer});
	send(b, (struct acd_event){.type = ACD_TALK_STARTED, .call = offer->call});
	b->talking[(b->first + b->count++) % b->agents] = offer->call;
}

static void arrive(struct bench *b)
{
	send(b, (struct acd_event){.type = ACD_ENQUEUE, .call = b->next_call++});
}

static void set_up(struct bench *b)
{
	b->talking = calloc(b->agents, sizeof(*b->talking));
	b->actors.count = 0;
	b->now_us = b->first = b->count = 0;
	b->next_call = 1;
	if (!b->talking || doorbell_new(&b->bell) != 0 || acd_actor_new(&b->acd, b->bell) != 0)
		die("out of memory");
	actors_add(&b->actors, acd_actor_base(b->acd));
	if (actors_start_threads(&b->actors) != 0)
		die("no thread");
	send(b, (struct acd_event){.type = ACD_SETTINGS, .settings = make_settings(b)});
	for (uint32_t i = 0; i < b->agents; i++) {
		send(b, (struct acd_event){.type = ACD_AGENT_LOGIN, .agent = (acd_agent)i, .port = (uint16_t)i});
		arrive(b);
		struct acd_decision offer = await(b, ACD_D_OFFER);
		take(b, &offer);
	}
	for (uint32_t i = 0; i < b->waiting; i++) {
		arrive(b);
		await(b, ACD_D_ACCEPTED);
	}
}

static void tear_down(struct bench *b)
{
	actors_stop(&b->actors);
	acd_actor_free(b->acd);
	doorbell_free(b->bell);
	free(b->talking);
}

static double free_to_ring(struct bench *b)
{
	acd_call call = b->talking[b->first];
	b->first = (b->first + 1) % b->agents;
	b->count--;
	poll(NULL, 0, PAUSE_MS);
	double begun = now_us();
	send(b, (struct acd_event){.type = ACD_TALK_ENDED, .call = call});
	struct acd_decision offer = await(b, ACD_D_OFFER);
	double took = now_us() - begun;
	take(b, &offer);
	await(b, ACD_D_WINNER);
	arrive(b);
	await(b, ACD_D_ACCEPTED);
	return took;
}

static int by_double(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

/* Theirs go up to the ring; so ours are taken with the whole period of audio that the ring command may have to wait. */
static void compare(const struct bench *b, double p50_us)
{
	for (size_t i = 0; i < sizeof(peers) / sizeof(*peers); i++) {
		double ours_ms = p50_us / 1e3 + PERIOD_MS;
		if (peers[i].waiting != b->waiting || peers[i].agents != b->agents)
			continue;
		printf("# %u agents, %u waiting: with the period %.2f ms; app_queue took %.0f times as long", b->agents,
		       b->waiting, ours_ms, peers[i].asterisk_ms / ours_ms);
		if (peers[i].freeswitch_ms > 0)
			printf(", mod_callcenter %.0f times", peers[i].freeswitch_ms / ours_ms);
		printf(" (medians; theirs measured elsewhere, from agent free to the next ring)\n");
	}
}

static void measure(uint32_t waiting, uint32_t agents)
{
	static struct bench b;
	b.waiting = waiting;
	b.agents = agents;
	set_up(&b);
	for (int i = 0; i < SAMPLES; i++)
		b.took_us[i] = free_to_ring(&b);
	tear_down(&b);
	qsort(b.took_us, SAMPLES, sizeof(*b.took_us), by_double);
	double p50 = b.took_us[SAMPLES / 2], p95 = b.took_us[SAMPLES * 95 / 100];
	printf("acd.free_to_ring_us.w%u.a%u.p50 %.1f us n=%d\n", waiting, agents, p50, SAMPLES);
	printf("acd.free_to_ring_us.w%u.a%u.p95 %.1f us n=%d\n", waiting, agents, p95, SAMPLES);
	compare(&b, p50);
	fflush(stdout);
}

int main(void)
{
	static const uint32_t waiting[] = {10, 100, 1000, 5000}, agents[] = {10, 100, 500};
	printf(
	    "# call.free_to_ring_us: scheduler's thread and mailboxes; the bell's command leaves with the next period "
	    "of audio, at most 10 ms later\n");
	for (int w = 0; w < 4; w++)
		for (int a = 0; a < 3; a++)
			measure(waiting[w], agents[a]);
	return 0;
}
