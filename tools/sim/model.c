/*
 * See model.h. Each run has its own scheduler and its own stretch of random numbers; the first tenth of its calls warm
 * it up and are not counted. The runs are independent, so their spread gives the confidence interval.
 */
#include "tools/sim/model.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/timer.h"

struct caller {
	struct run *run;
	struct timer timer; /* patience, then talk */
	uint64_t arrived_us;
	acd_call id; /* 0: free */
	bool talks;
};

struct run {
	const struct model *model;
	struct acd *acd;
	struct timers *timers;
	struct acd_journal *journal;
	struct caller callers[CONFIG_CALLS_MAX];
	struct acd_decision offers[CONFIG_CALLS_MAX]; /* made by the event being decided */
	uint32_t offer_count;
	uint64_t random, now_us, sequence;
	uint64_t counted, waited, in_time, abandoned, refused;
	double wait_s;
};

static uint64_t draw_us(struct run *run, struct distribution of, double mean_s)
{
	return (uint64_t)(distribution_draw(of, mean_s, &run->random) * 1e6);
}

static struct caller *caller_of(struct run *run, acd_call id)
{
	return &run->callers[id % CONFIG_CALLS_MAX];
}

static void note(void *user, const struct acd_decision *decision)
{
	struct run *run = user;
	if (run->journal)
		acd_journal_decision(run->journal, decision);
	if (decision->type == ACD_D_OFFER)
		run->offers[run->offer_count++] = *decision;
	if (decision->type == ACD_D_REFUSED) {
		caller_of(run, decision->call)->id = 0;
		run->refused++;
	}
}

static void feed(struct run *run, struct acd_event event)
{
	event.at_us = run->now_us;
	event.sequence = ++run->sequence;
	if (run->journal)
		acd_journal_event(run->journal, &event);
	acd_decide(run->acd, &event, note, run);
	if (run->journal && acd_journal_wants_flush(run->journal))
		acd_journal_flush(run->journal, run->acd);
}

static bool warm(const struct run *run, const struct caller *caller)
{
	return caller->id > run->model->calls / 10;
}

/* Whoever is offered a call lifts at once. */
static void take_offers(struct run *run)
{
	while (run->offer_count) {
		struct acd_decision offer = run->offers[--run->offer_count];
		struct caller *caller = caller_of(run, offer.call);
		uint64_t wait_us = run->now_us - caller->arrived_us;
		feed(run, (struct acd_event){.type = ACD_OFFER_RINGING, .offer = offer.offer});
		feed(run, (struct acd_event){.type = ACD_OFFER_ANSWER, .offer = offer.offer});
		feed(run, (struct acd_event){.type = ACD_TALK_STARTED, .call = offer.call});
		caller->talks = true;
		timer_start(run->timers, &caller->timer,
		            run->now_us + draw_us(run, run->model->talk, run->model->talk_s));
		if (!warm(run, caller))
			continue;
		run->waited += wait_us > 0;
		run->in_time += (double)wait_us <= run->model->target_s * 1e6;
		run->wait_s += (double)wait_us / 1e6;
	}
}

static void talk_or_patience_ends(void *argument)
{
	struct caller *caller = argument;
	struct run *run = caller->run;
	run->now_us = caller->timer.deadline_us;
	if (!caller->talks && warm(run, caller)) {
		run->abandoned++;
		run->waited++;
		run->wait_s += (double)(run->now_us - caller->arrived_us) / 1e6;
	}
	feed(run, (struct acd_event){.type = caller->talks ? ACD_TALK_ENDED : ACD_GONE, .call = caller->id});
	caller->id = 0;
	take_offers(run);
}

static int arrive(struct run *run, acd_call id)
{
	struct caller *caller = caller_of(run, id);
	if (caller->id)
		return -ENOSPC; /* still there after so many others: the model has no steady state */
	caller->id = id;
	caller->talks = false;
	caller->arrived_us = run->now_us;
	run->counted += warm(run, caller);
	feed(run, (struct acd_event){.type = ACD_ENQUEUE, .call = id});
	if (caller->id && run->model->patience_s > 0)
		timer_start(run->timers, &caller->timer,
		            run->now_us + draw_us(run, run->model->patience, run->model->patience_s));
	take_offers(run);
	return 0;
}

static int settle(struct run *run)
{
	struct acd_settings *settings;
	int error = acd_settings_new(&settings, 1, run->model->agents, run->model->agents);
	size_t used = 0;
	if (error)
		return error;
	settings->offer_lease_ms = 5000;
	if (!text_append(settings->queues[0].name, ACD_NAME_BYTES, &used, "model"))
		error = -ENAMETOOLONG;
	settings->queues[0].strategy = ACD_LONGEST_IDLE;
	settings->queues[0].ring_time_ms = 15000;
	settings->queues[0].priority = 5;
	settings->queues[0].member_count = run->model->agents;
	for (uint32_t i = 0; i < run->model->agents; i++) {
		settings->agents[i].number = 1 + i;
		settings->members[i].agent = (acd_agent)i;
	}
	feed(run, (struct acd_event){.type = ACD_SETTINGS, .settings = settings});
	for (uint32_t i = 0; i < run->model->agents; i++)
		feed(run, (struct acd_event){.type = ACD_AGENT_LOGIN, .agent = (acd_agent)i, .port = (uint16_t)i});
	return error;
}

static int play(struct run *run)
{
	int error = run->journal ? acd_journal_begin_file(run->journal, run->acd) : 0;
	uint64_t next_us = 0;
	if (!error)
		error = settle(run);
	for (acd_call id = 1; id <= run->model->calls && !error; id++) {
		next_us += draw_us(run, run->model->arrivals, 3600 / run->model->calls_per_hour);
		while (timers_next_us(run->timers) <= next_us)
			timers_run(run->timers, timers_next_us(run->timers));
		run->now_us = next_us;
		error = arrive(run, id);
	}
	while (!error && timers_next_us(run->timers) != TIMER_NEVER)
		timers_run(run->timers, timers_next_us(run->timers));
	if (run->journal)
		acd_journal_flush(run->journal, run->acd);
	return error;
}

/* ---- over the runs ---- */

struct sum {
	double sum, squares;
};

static void add(struct sum *sum, double value)
{
	sum->sum += value;
	sum->squares += value * value;
}

/* Student's t for 95 %, well enough from 10 runs on. */
static struct estimate estimate(const struct sum *sum, uint32_t runs)
{
	double mean = sum->sum / runs, variance = (sum->squares - sum->sum * mean) / (runs - 1);
	double t = 1.96 + 2.5 / (runs - 1);
	return (struct estimate){.mean = mean, .half_width = t * sqrt(fmax(variance, 0) / runs)};
}

static int one_run(const struct model *model, uint32_t number, struct sum sums[4], uint64_t *refused)
{
	struct run *run = calloc(1, sizeof(*run));
	if (!run)
		return -ENOMEM;
	run->model = model;
	run->journal = number ? NULL : model->journal;
	run->random = (model->seed + number + 1) * UINT64_C(0x9e3779b97f4a7c15);
	run->now_us = 1;
	int error = acd_new(&run->acd);
	if (!error)
		error = timers_new(&run->timers, CONFIG_CALLS_MAX);
	for (uint32_t i = 0; i < CONFIG_CALLS_MAX; i++) {
		run->callers[i].run = run;
		timer_init(&run->callers[i].timer, "caller", talk_or_patience_ends, &run->callers[i]);
	}
	if (!error)
		error = play(run);
	double counted = run->counted ? (double)run->counted : 1;
	add(&sums[0], (double)run->waited / counted);
	add(&sums[1], (double)run->in_time / counted);
	add(&sums[2], run->wait_s / counted);
	add(&sums[3], (double)run->abandoned / counted);
	*refused += run->refused;
	acd_free(run->acd);
	timers_free(run->timers);
	free(run);
	return error;
}

int model_run(const struct model *model, struct model_result *result)
{
	struct sum sums[4] = {{0}};
	*result = (struct model_result){.refused = 0};
	for (uint32_t i = 0; i < model->runs; i++) {
		int error = one_run(model, i, sums, &result->refused);
		if (error)
			return error;
	}
	result->wait_probability = estimate(&sums[0], model->runs);
	result->service_level = estimate(&sums[1], model->runs);
	result->mean_wait_s = estimate(&sums[2], model->runs);
	result->abandon_probability = estimate(&sums[3], model->runs);
	return 0;
}
