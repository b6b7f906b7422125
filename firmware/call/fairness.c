/*
 * Fairness (B07): at each sweep the work of the last half hour is added up by agent. Where the busiest and the least
 * busy agent of a queue are further apart than the settings allow, that is an alarm with both names; it is over when
 * they are clearly closer, so that it does not come and go.
 */
#include "call/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MINUTES   30
#define MINUTE_US (60 * US_PER_S)
#define LEAST_MS  (10 * 60 * 1000) /* logged in for less, an agent is not compared */

struct worker {
	uint32_t number; /* 0: nobody */
	bool compared;
	uint32_t permille;                      /* worked, of the time logged in */
	uint64_t login_us, work_us, staffed_us; /* at the last look */
	uint32_t work_ms[MINUTES], staffed_ms[MINUTES];
};

struct fairness {
	uint64_t looked_us, minute;
	struct worker workers[CONFIG_AGENTS_MAX]; /* by index in config.agents */
};

int fairness_new(struct control *control)
{
	control->fairness = calloc(1, sizeof(*control->fairness));
	return control->fairness ? 0 : -ENOMEM;
}

void fairness_free(struct control *control)
{
	free(control->fairness);
	control->fairness = NULL;
}

/* ---- the work of each ---- */

static struct worker *find(struct fairness *fairness, uint32_t number)
{
	uint32_t i;

	for (i = 0; i < CONFIG_AGENTS_MAX; i++)
		if (fairness->workers[i].number == number)
			return &fairness->workers[i];
	return NULL;
}

/* New settings may have put an agent at another place: its figures follow, those of who was there make room. */
static struct worker *worker_of(struct fairness *fairness, uint32_t index, uint32_t number)
{
	struct worker *worker = &fairness->workers[index], *from, kept;

	if (worker->number == number)
		return worker;
	kept = *worker;
	from = find(fairness, number);
	if (!from)
		from = find(fairness, 0);
	memset(worker, 0, sizeof(*worker));
	if (from && from->number == number)
		*worker = *from;
	if (from && from != worker)
		*from = kept;
	worker->number = number;
	return worker;
}

static void forget_before(struct fairness *fairness, uint64_t minute)
{
	uint64_t gone = minute - fairness->minute, m;
	uint32_t i;

	gone = gone < MINUTES ? gone : MINUTES;
	for (m = minute - gone + 1; gone && m <= minute; m++)
		for (i = 0; i < CONFIG_AGENTS_MAX; i++)
			fairness->workers[i].work_ms[m % MINUTES] = fairness->workers[i].staffed_ms[m % MINUTES] = 0;
	fairness->minute = minute;
}

static uint32_t more_ms(uint64_t now_us, uint64_t before_us, uint64_t most_us)
{
	uint64_t more_us = now_us > before_us ? now_us - before_us : 0;

	return (uint32_t)((more_us < most_us ? more_us : most_us) / US_PER_MS);
}

static void add_up(struct worker *worker)
{
	uint64_t work_ms = 0, staffed_ms = 0;
	unsigned i;

	for (i = 0; i < MINUTES; i++) {
		work_ms += worker->work_ms[i];
		staffed_ms += worker->staffed_ms[i];
	}
	worker->compared = staffed_ms >= LEAST_MS;
	worker->permille = staffed_ms ? (uint32_t)(work_ms * 1000 / staffed_ms) : 0;
}

static void note(struct fairness *fairness, const struct acd_agent_view *agent, struct worker *worker, uint64_t now_us)
{
	bool works = agent->state >= ACD_RESERVED && agent->state <= ACD_WRAP_UP;
	uint64_t until_us = now_us > agent->since_us ? now_us : agent->since_us;
	uint64_t work_us = agent->work_us + (works ? until_us - agent->since_us : 0);
	uint64_t staffed_us = until_us - agent->login_us, most_us = now_us - fairness->looked_us;
	unsigned slot = fairness->minute % MINUTES;

	worker->compared = false;
	if (agent->state == ACD_LOGGED_OUT)
		return;
	if (worker->login_us != agent->login_us)
		worker->work_us = worker->staffed_us = 0;
	worker->work_ms[slot] += more_ms(work_us, worker->work_us, most_us);
	worker->staffed_ms[slot] += more_ms(staffed_us, worker->staffed_us, most_us);
	worker->login_us = agent->login_us;
	worker->work_us = work_us;
	worker->staffed_us = staffed_us;
	add_up(worker);
}

/* ---- the queues ---- */

static void key_of(const struct config_queue *queue, char *key, size_t size)
{
	size_t used = 0;

	text_append(key, size, &used, "fairness %s", queue->name);
}

static bool still_watched(const struct control *control, const char *key)
{
	char watched[ALARM_KEY_BYTES];
	uint32_t i;

	for (i = 0; control->config->fairness_percent && i < control->config->queue_count; i++) {
		key_of(&control->config->queues[i], watched, sizeof(watched));
		if (strcmp(watched, key) == 0)
			return true;
	}
	return false;
}

static void tell(struct control *control, const struct config_queue *queue, uint32_t most, uint32_t least)
{
	const struct config_agent *agents = control->config->agents;
	const struct worker *workers = control->fairness->workers;
	char key[ALARM_KEY_BYTES];

	key_of(queue, key, sizeof(key));
	alarm_raise(control, SEVERITY_MINOR, key,
	            "Queue %.20s: in the last 30 minutes agent %u %.16s worked %u%%, agent %u %.16s %u%% of the time "
	            "(allowed: %u%% apart).",
	            queue->name, agents[most].number, agents[most].name, workers[most].permille / 10,
	            agents[least].number, agents[least].name, workers[least].permille / 10,
	            control->config->fairness_percent);
}

static void compare(struct control *control, const struct config_queue *queue)
{
	const struct worker *workers = control->fairness->workers;
	uint32_t limit = control->config->fairness_percent * 10u, most = UINT32_MAX, least = UINT32_MAX, apart, i;
	char key[ALARM_KEY_BYTES];

	for (i = 0; i < queue->member_count; i++) {
		uint32_t agent = queue->members[i].agent;

		if (!workers[agent].compared)
			continue;
		if (most == UINT32_MAX || workers[agent].permille > workers[most].permille)
			most = agent;
		if (least == UINT32_MAX || workers[agent].permille < workers[least].permille)
			least = agent;
	}
	apart = most == UINT32_MAX ? 0 : workers[most].permille - workers[least].permille;
	key_of(queue, key, sizeof(key));
	if (apart > limit)
		tell(control, queue, most, least);
	else if (apart <= limit * 3 / 4)
		alarm_clear(control, key);
}

void fairness_look(struct control *control, const struct acd_view *view)
{
	struct fairness *fairness = control->fairness;
	const struct config *config = control->config;
	uint32_t i;

	if (!fairness->looked_us)
		fairness->looked_us = control->now_us;
	forget_before(fairness, control->now_us / MINUTE_US);
	for (i = 0; i < view->agent_count; i++) {
		int32_t index = agent_index(control, view->agents[i].number);

		if (index >= 0)
			note(fairness, &view->agents[i], worker_of(fairness, (uint32_t)index, view->agents[i].number),
			     control->now_us);
	}
	fairness->looked_us = control->now_us;
	alarms_clear_unless(control, "fairness ", still_watched);
	for (i = 0; config->fairness_percent && i < config->queue_count; i++)
		compare(control, &config->queues[i]);
}
