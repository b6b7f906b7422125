/* belfry-sim model: reads its options, prints the formulas beside the simulation. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tools/sim/erlang.h"
#include "tools/sim/model.h"
#include "tools/sim/sim.h"

struct options {
	uint64_t calls, aht, agents, patience, target, seed, length, runs;
	const char *journal;
	struct distribution arrivals, talk, patience_as;
};

static int complain(const char *what)
{
	fprintf(stderr, "belfry-sim: %s\n", what);
	return 2;
}

/* -1: none of these; else 0 or the status. */
static int read_distribution(struct options *options, const char *name, const char *value)
{
	const struct {
		const char *name;
		struct distribution *to;
	} all[] = {{"--arrivals-as", &options->arrivals},
	           {"--aht-as", &options->talk},
	           {"--patience-as", &options->patience_as}};
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (strcmp(all[i].name, name) != 0)
			continue;
		if (distribution_parse(value, all[i].to) == 0)
			return 0;
		fprintf(stderr, "belfry-sim: model %s %s: expected " DISTRIBUTION_NAMES "\n", name, value);
		return 2;
	}
	return -1;
}

static int read_number(struct options *options, const char *name, const char *value)
{
	const struct {
		const char *name;
		uint64_t *value, max;
	} all[] = {{"--calls", &options->calls, 1000000},
	           {"--aht", &options->aht, 86400},
	           {"--agents", &options->agents, CONFIG_AGENTS_MAX},
	           {"--patience", &options->patience, 86400},
	           {"--target", &options->target, 86400},
	           {"--seed", &options->seed, UINT32_MAX},
	           {"--length", &options->length, 10000000},
	           {"--runs", &options->runs, 10000}};
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (strcmp(all[i].name, name) != 0)
			continue;
		if (text_to_u64(value, 1, all[i].max, all[i].value) == 0)
			return 0;
		fprintf(stderr, "belfry-sim: model %s %s: expected a whole number from 1 to %" PRIu64 "\n", name, value,
		        all[i].max);
		return 2;
	}
	fprintf(stderr, "belfry-sim: model: %s is no option (belfry-sim model --help)\n", name);
	return 2;
}

static int read_options(struct options *options, int count, char **words)
{
	for (int i = 0; i < count; i += 2) {
		if (i + 1 == count) {
			fprintf(stderr, "belfry-sim: model: %s: a value is missing, or it is no option\n", words[i]);
			return 2;
		}
		if (strcmp(words[i], "--journal") == 0) {
			options->journal = words[i + 1];
			continue;
		}
		int status = read_distribution(options, words[i], words[i + 1]);
		if (status < 0)
			status = read_number(options, words[i], words[i + 1]);
		if (status)
			return status;
	}
	if (!options->calls || !options->aht || !options->agents || options->runs < 2)
		return complain("model needs --calls PER-HOUR, --aht SECONDS, --agents N, and two runs or more");
	if (!options->patience && options->patience_as.kind != DISTRIBUTION_EXPONENTIAL)
		return complain("model --patience-as needs --patience SECONDS, its mean");
	return 0;
}

static int put(void *user, const struct acd_journal_piece *piece)
{
	return fwrite(piece->events, 1, piece->event_bytes, user) == piece->event_bytes ? 0 : -EIO;
}

/* What a formula does not say: NAN. */
static void print_formula(double value, const char *unit)
{
	if (isnan(value))
		printf(" %11s", "-");
	else
		printf(" %9.2f %-1s", value, unit);
}

static void print_line(const char *name, double c, double a, struct estimate simulated, double scale, const char *unit)
{
	printf("%-14s", name);
	print_formula(c * scale, unit);
	print_formula(a * scale, unit);
	printf(" %9.2f %s +- %.2f\n", simulated.mean * scale, unit, simulated.half_width * scale);
}

static bool exponential(const struct model *model)
{
	return model->arrivals.kind == DISTRIBUTION_EXPONENTIAL && model->talk.kind == DISTRIBUTION_EXPONENTIAL &&
	       model->patience.kind == DISTRIBUTION_EXPONENTIAL;
}

/* Erlang C: nobody gives up, so there is none where the calls are too many for that. Erlang A: only with patience. */
static void print_result(const struct model *model, double load, const struct model_result *result)
{
	struct erlang_c c = {NAN, NAN, NAN};
	struct erlang_a a = {NAN, NAN, NAN};
	if (load < model->agents)
		c = erlang_c(load, model->agents, model->talk_s, model->target_s);
	if (model->patience_s > 0)
		a = erlang_a(load, model->agents, model->talk_s, model->patience_s);
	printf("load %.2f Erlang, %u agents, %" PRIu32 " runs of %" PRIu32
	       " calls; +- is a 95 %% confidence interval\n",
	       load, model->agents, model->runs, model->calls);
	printf("%-14s %11s %11s %11s\n", "", "Erlang C", "Erlang A", "simulated");
	print_line("wait", c.wait_probability, a.wait_probability, result->wait_probability, 100, "%");
	print_line("service level", c.service_level, NAN, result->service_level, 100, "%");
	print_line("abandon", NAN, a.abandon_probability, result->abandon_probability, 100, "%");
	print_line("mean wait", c.mean_wait_s, a.mean_wait_s, result->mean_wait_s, 1, "s");
	if (!(load < model->agents))
		puts("Erlang C has no answer: more calls than the agents can take, if nobody gives up.");
	if (!exponential(model))
		puts("The formulas suppose exponential times; what is simulated has those that were asked for.");
}

static int run(struct model *model, double load)
{
	struct model_result result;
	int error = model_run(model, &result);
	if (error) {
		fprintf(stderr, "belfry-sim: the model could not be run: %s\n", strerror(-error));
		return 1;
	}
	if (result.refused)
		printf("%" PRIu64 " calls found the queue full; the figures do not hold\n", result.refused);
	print_result(model, load, &result);
	return 0;
}

int sim_model(int count, char **words)
{
	struct options options = {.target = 20, .seed = 1, .length = 20000, .runs = 40};
	int status = read_options(&options, count, words);
	if (status)
		return status;
	double load = (double)options.calls / 3600 * (double)options.aht;
	if (!options.patience && load >= (double)options.agents)
		return complain("model: as many calls as the agents can take or more, and nobody gives up: the queue "
		                "would grow for "
		                "ever (more --agents, or --patience SECONDS)");
	struct model model = {.calls_per_hour = (double)options.calls,
	                      .talk_s = (double)options.aht,
	                      .patience_s = (double)options.patience,
	                      .target_s = (double)options.target,
	                      .arrivals = options.arrivals,
	                      .talk = options.talk,
	                      .patience = options.patience_as,
	                      .agents = (unsigned)options.agents,
	                      .seed = options.seed,
	                      .calls = (uint32_t)options.length,
	                      .runs = (uint32_t)options.runs};
	struct acd_journal_figures figures = {0};
	FILE *file = options.journal ? fopen(options.journal, "wb") : NULL;
	if (options.journal && (!file || acd_journal_new(&model.journal, put, file) != 0))
		status = complain("the journal could not be written");
	if (!status)
		status = run(&model, load);
	if (model.journal)
		acd_journal_figures(model.journal, &figures);
	if (figures.lost_events)
		status = complain("the journal could not be written");
	acd_journal_free(model.journal);
	if (file && fclose(file) != 0)
		status = complain("the journal could not be written");
	return status;
}
