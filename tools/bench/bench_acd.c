/*
 * Benchmark of the scheduler: whole calls per CPU second, and what one decision takes with many waiting.
 *
 *   bench_acd         prints "name value unit" lines
 *   bench_acd insn    10,000 calls with 100 agents, for valgrind --tool=callgrind --toggle-collect=acd_decide
 *   bench_acd routed AGENTS    only whole calls with so many agents, for a profiler
 *   bench_acd insn WAITING AGENTS idle|roundrobin|multiqueue|skills    INSN_CALLS calls taken with so many waiting
 *
 * A call's life here: arrival, offer, ringing, answer, talk, end, wrap-up by its timer. The build has the largest
 * limits that Kconfig knows (tools/build/bench.mk), so that 10,000 callers can wait.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "acd/acd.h"
#include "base/text.h"

#define ROUNDS        7
#define CALLS_A_ROUND 200000
#define INSN_CALLS    10000
#define QUEUES_EACH   20
#define SKILLS        2
#define DECISIONS     40000

struct bench {
	struct acd *acd;
	uint32_t agents, queues;
	uint64_t now_us, sequence;
	acd_call next_call;
	acd_call *talking; /* a ring: the oldest talk ends first */
	uint32_t talk_first, talk_count;
	struct acd_decision offer; /* the last of the event */
	bool offered;
	uint32_t *took_ns; /* one a decision, when they are measured */
	uint32_t took_count;
};

__attribute__((noreturn)) static void die(const char *what)
{
	fprintf(stderr, "bench_acd: %s\n", what);
	exit(1);
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void note(void *user, const struct acd_decision *decision)
{
	struct bench *b = user;
	if (decision->type == ACD_D_OFFER) {
		b->offer = *decision;
		b->offered = true;
	}
}

static void feed(struct bench *b, struct acd_event event)
{
	event.at_us = b->now_us;
	event.sequence = ++b->sequence;
	if (!b->took_ns) {
		acd_decide(b->acd, &event, note, b);
		return;
	}
	uint64_t start = clock_ns(CLOCK_MONOTONIC);
	acd_decide(b->acd, &event, note, b);
	if (b->took_count < DECISIONS)
		b->took_ns[b->took_count++] = (uint32_t)(clock_ns(CLOCK_MONOTONIC) - start);
}

/* Two skills at level 4; every 10 ms of waiting another step, in the end everybody will do. */
static void need_skills(struct acd_queue_settings *queue)
{
	queue->need_count = SKILLS;
	queue->relax_count = ACD_RELAX_MAX;
	for (uint8_t skill = 0; skill < SKILLS; skill++)
		queue->needs[skill] = (struct acd_need){.skill = skill, .level = 4, .weight = (uint8_t)(1 + skill)};
	for (uint8_t i = 0; i < ACD_RELAX_MAX; i++)
		queue->relax[i] = (struct acd_relax){
		    .after_ms = 10 * (1 + i / SKILLS), .skill = i % SKILLS, .level = (uint8_t)(7 + i / SKILLS * 3)};
}

static struct acd_settings *make_settings(const struct bench *b, enum acd_strategy strategy, uint32_t wrap_up_ms)
{
	struct acd_settings *settings;
	if (acd_settings_new(&settings, b->queues, b->agents, b->queues * b->agents) != 0)
		die("out of memory");
	settings->offer_lease_ms = 5000;
	for (uint32_t q = 0; q < b->queues; q++) {
		struct acd_queue_settings *queue = &settings->queues[q];
		size_t used = 0;
		if (!text_append(queue->name, sizeof(queue->name), &used, "queue %u", q))
			die("name");
		queue->strategy = strategy;
		queue->ring_time_ms = 15000;
		queue->wrap_up_ms = wrap_up_ms;
		queue->priority = 5;
		queue->length_max = CONFIG_CALLS_MAX;
		queue->service_level_ms = 20000;
		if (strategy == ACD_SKILLS)
			need_skills(queue);
		queue->member_first = q * b->agents;
		queue->member_count = b->agents;
		for (uint32_t a = 0; a < b->agents; a++)
			settings->members[q * b->agents + a].agent = (acd_agent)a;
	}
	for (uint32_t a = 0; a < b->agents; a++)
		settings->agents[a].number = 1000 + a;
	settings->skill_count = SKILLS;
	for (uint32_t a = 0; a < b->agents; a++)
		for (uint32_t skill = 0; skill < SKILLS; skill++)
			settings->agents[a].level[skill] = (uint8_t)(1 + (a * 7 + skill * 5) % ACD_LEVEL_WORST);
	return settings;
}

static void set_up(struct bench *b, uint32_t agents, uint32_t queues, enum acd_strategy strategy, uint32_t wrap_up_ms)
{
	*b = (struct bench){.agents = agents, .queues = queues, .now_us = 1, .next_call = 1};
	b->talking = calloc(agents, sizeof(*b->talking));
	if (!b->talking || acd_new(&b->acd) != 0)
		die("out of memory");
	feed(b, (struct acd_event){.type = ACD_SETTINGS, .settings = make_settings(b, strategy, wrap_up_ms)});
	for (uint32_t a = 0; a < agents; a++)
		feed(b, (struct acd_event){.type = ACD_AGENT_LOGIN, .agent = (acd_agent)a, .port = (uint16_t)a});
}

static void tear_down(struct bench *b)
{
	acd_free(b->acd);
	free(b->talking);
	free(b->took_ns);
}

static void arrive(struct bench *b)
{
	acd_call call = b->next_call++;
	feed(b, (struct acd_event){.type = ACD_ENQUEUE, .call = call, .queue = (acd_queue)(call % b->queues)});
}

/* The agent who is being offered a call takes it. */
static void take(struct bench *b)
{
	struct acd_decision offer = b->offer;
	b->offered = false;
	feed(b, (struct acd_event){.type = ACD_OFFER_RINGING, .offer = offer.offer});
	feed(b, (struct acd_event){.type = ACD_OFFER_ANSWER, .offer = offer.offer});
	feed(b, (struct acd_event){.type = ACD_TALK_STARTED, .call = offer.call});
	if (b->talk_count == b->agents)
		die("more talks than agents");
	b->talking[(b->talk_first + b->talk_count++) % b->agents] = offer.call;
}

static void end_oldest_talk(struct bench *b)
{
	acd_call call = b->talking[b->talk_first];
	b->talk_first = (b->talk_first + 1) % b->agents;
	b->talk_count--;
	feed(b, (struct acd_event){.type = ACD_TALK_ENDED, .call = call});
}

/* 6 of 10 agents talk, 2 are in wrap-up, 2 are ready; one call arrives and one ends each second. */
static void route(struct bench *b, uint32_t calls)
{
	while (calls--) {
		b->now_us += 1000000;
		arrive(b);
		if (!b->offered)
			die("a call arrived, agents were ready, none was offered");
		take(b);
		if (b->talk_count > b->agents * 6 / 10)
			end_oldest_talk(b);
	}
}

static int by_double(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static void routed_per_cpu_second(uint32_t agents)
{
	double per_s[ROUNDS];
	struct bench b;
	set_up(&b, agents, 1, ACD_LONGEST_IDLE, agents * 200);
	route(&b, CALLS_A_ROUND / 4);
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
		route(&b, CALLS_A_ROUND);
		per_s[i] = CALLS_A_ROUND * 1e9 / (double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - start);
	}
	tear_down(&b);
	qsort(per_s, ROUNDS, sizeof(*per_s), by_double);
	printf("acd.routed_per_cpu_s.a%u %.0f calls/s n=%d min=%.0f max=%.0f\n", agents, per_s[ROUNDS / 2], ROUNDS,
	       per_s[0], per_s[ROUNDS - 1]);
}

static int by_u32(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	return (a > b) - (a < b);
}

static void print_percentiles(struct bench *b, uint32_t waiting, const char *name)
{
	static const struct {
		const char *name;
		double part;
	} percentiles[] = {{"p50", 0.5}, {"p99", 0.99}, {"p999", 0.999}, {"max", 1}};
	qsort(b->took_ns, b->took_count, sizeof(*b->took_ns), by_u32);
	for (size_t i = 0; i < sizeof(percentiles) / sizeof(*percentiles); i++)
		printf("acd.decision_%s_ns.w%u.a%u.%s %u ns\n", percentiles[i].name, waiting, b->agents, name,
		       b->took_ns[(uint32_t)((b->took_count - 1) * percentiles[i].part)]);
}

static const struct kind {
	const char *name;
	uint32_t queues;
	enum acd_strategy strategy;
} kinds[] = {{"idle", 1, ACD_LONGEST_IDLE},
             {"roundrobin", 1, ACD_ROUND_ROBIN},
             {"multiqueue", QUEUES_EACH, ACD_LONGEST_IDLE},
             {"skills", 1, ACD_SKILLS}};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

/* All agents talk, this many wait. */
static void fill(struct bench *b, uint32_t waiting, uint32_t agents, const struct kind *kind)
{
	set_up(b, agents, kind->queues, kind->strategy, 0);
	for (uint32_t i = 0; i < agents; i++) {
		arrive(b);
		b->now_us += 100000;
		feed(b, (struct acd_event){.type = ACD_TIME}); /* skills: as far as they are relaxed */
		take(b);
	}
	for (uint32_t i = 0; i < waiting; i++)
		arrive(b);
}

/* An agent becomes free, takes the next caller, another caller arrives. */
static void next_caller(struct bench *b)
{
	b->now_us += 100000;
	end_oldest_talk(b);
	if (!b->offered)
		die("an agent became free, callers waited, none was offered");
	take(b);
	arrive(b);
}

static void decisions(uint32_t waiting, uint32_t agents, const struct kind *kind)
{
	struct bench b;
	fill(&b, waiting, agents, kind);
	b.took_ns = calloc(DECISIONS, sizeof(*b.took_ns));
	if (!b.took_ns)
		die("out of memory");
	while (b.took_count < DECISIONS)
		next_caller(&b);
	print_percentiles(&b, waiting, kind->name);
	tear_down(&b);
}

static void all_decisions(void)
{
	static const uint32_t waiting[] = {10, 100, 1000, 10000}, agents[] = {10, 100, 1000};
	for (int w = 0; w < 4; w++)
		for (int a = 0; a < 3; a++)
			for (size_t kind = 0; kind < KINDS; kind++)
				decisions(waiting[w], agents[a], &kinds[kind]);
}

/* What callgrind counts: apart, so that filling the queue is not in it. */
__attribute__((noinline)) static void deep_call(struct bench *b)
{
	next_caller(b);
}

static int count_deep(const char *waiting_text, const char *agents_text, const char *name)
{
	uint32_t waiting = 0, agents = 0;
	size_t kind = 0;
	struct bench b;
	while (kind < KINDS && strcmp(kinds[kind].name, name) != 0)
		kind++;
	if (kind == KINDS || text_to_u32(waiting_text, 0, CONFIG_CALLS_MAX / 2, &waiting) != 0 ||
	    text_to_u32(agents_text, 1, CONFIG_AGENTS_MAX, &agents) != 0)
		die("insn: expected WAITING AGENTS idle|roundrobin|multiqueue|skills");
	fill(&b, waiting, agents, &kinds[kind]);
	for (int i = 0; i < INSN_CALLS; i++)
		deep_call(&b);
	tear_down(&b);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "insn") == 0)
		return count_deep(argv[2], argv[3], argv[4]);
	if (argc == 2 && strcmp(argv[1], "insn") == 0) {
		struct bench b;
		set_up(&b, 100, 1, ACD_LONGEST_IDLE, 20000);
		route(&b, INSN_CALLS);
		tear_down(&b);
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "routed") == 0) {
		uint32_t agents;
		if (text_to_u32(argv[2], 5, CONFIG_AGENTS_MAX, &agents) != 0)
			die("routed: expected AGENTS");
		routed_per_cpu_second(agents);
		return 0;
	}
	routed_per_cpu_second(10);
	routed_per_cpu_second(100);
	routed_per_cpu_second(1000);
	all_decisions();
	return 0;
}
