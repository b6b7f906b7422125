/* belfry-sim model: reads its options, prints the formulas beside the simulation. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tools/sim/erlang.h"
#include "tools/sim/model.h"
#include "tools/sim/sim.h"

struct options {
	uint64_t calls, aht, agents, patience, target, seed, length, runs;
	const char *journal;
};

static int complain(const char *what)
{
	fprintf(stderr, "belfry-sim: %s\n", what);
	return 2;
}

static int read_options(struct options *options, int count, char **words)
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
	for (int i = 0; i < count; i += 2) {
		size_t at = 0;
		if (i + 1 == count)
			return complain("an option without a value");
		if (strcmp(words[i], "--journal") == 0) {
			options->journal = words[i + 1];
			continue;
		}
		while (at < sizeof(all) / sizeof(*all) && strcmp(all[at].name, words[i]) != 0)
			at++;
		if (at == sizeof(all) / sizeof(*all) || text_to_u64(words[i + 1], 1, all[at].max, all[at].value) != 0)
			return complain(
			    "model: --calls, --aht, --agents and --patience, --target, --seed, --length, --runs "
			    "take whole numbers from 1");
	}
	if (!options->calls || !options->aht || !options->agents || options->runs < 2)
		return complain("model needs --calls PER-HOUR, --aht SECONDS, --agents N, and two runs or more");
	return 0;
}

static int put(void *user, const struct acd_journal_piece *piece)
{
	return fwrite(piece->events, 1, piece->event_bytes, user) == piece->event_bytes ? 0 : -EIO;
}

static void print_line(const char *name, double formula, struct estimate simulated, double scale, const char *unit)
{
	printf("%-14s %9.2f %-2s  simulated %9.2f %-2s +- %.2f\n", name, formula * scale, unit, simulated.mean * scale,
	       unit, simulated.half_width * scale);
}

static void print_result(const struct model *model, double load, const struct model_result *result)
{
	printf("load %.2f Erlang, %u agents, %" PRIu32 " runs of %" PRIu32
	       " calls; +- is a 95 %% confidence interval\n",
	       load, model->agents, model->runs, model->calls);
	if (model->patience_s > 0) {
		struct erlang_a a = erlang_a(load, model->agents, model->talk_s, model->patience_s);
		puts("Erlang A");
		print_line("wait", a.wait_probability, result->wait_probability, 100, "%");
		print_line("abandon", a.abandon_probability, result->abandon_probability, 100, "%");
		print_line("mean wait", a.mean_wait_s, result->mean_wait_s, 1, "s");
		return;
	}
	struct erlang_c c = erlang_c(load, model->agents, model->talk_s, model->target_s);
	puts("Erlang C");
	print_line("wait", c.wait_probability, result->wait_probability, 100, "%");
	print_line("service level", c.service_level, result->service_level, 100, "%");
	print_line("mean wait", c.mean_wait_s, result->mean_wait_s, 1, "s");
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
		return complain(
		    "as many calls as agents can take or more, and nobody gives up: the queue would grow for ever");
	struct model model = {.calls_per_hour = (double)options.calls,
	                      .talk_s = (double)options.aht,
	                      .patience_s = (double)options.patience,
	                      .target_s = (double)options.target,
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
