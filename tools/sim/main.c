/* belfry-sim: see README.md. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tools/sim/distribution.h"
#include "tools/sim/sim.h"

static const char replay_help[] =
    "belfry-sim replay [--hash] FOLDER|FILE\n"
    "  Decides everything in a journal again and compares it, byte for byte, with what was decided then.\n"
    "  FOLDER  the box's journal (DATA/acd), or one FILE.events of it\n"
    "  --hash  only the sum, not a line for each decision\n"
    "  Status 0: the same; 1: another decision; 2: something could not be read (which file and byte is said).\n";

static const char whatif_help[] =
    "belfry-sim whatif --journal FOLDER|FILE [--day YYYY-MM-DD] [--set LINE]...\n"
    "  Runs what is in a journal again with other rules or agents: service level, answer time, abandons, occupancy "
    "and\n"
    "  fairness before and after.\n"
    "  --day   measures this day alone\n"
    "  --set   a settings line of a queue, an agent or the system, or agents +N|-N [queue Q] [from HH:MM] [to HH:MM]\n"
    "  belfry-sim whatif --journal DATA/acd --set \"queue sales strategy linear\" --set \"agents +2 from 10:00\"\n";

static const char model_help[] =
    "belfry-sim model --calls PER-HOUR --aht SECONDS --agents N [--patience SECONDS] [--target SECONDS]\n"
    "                 [--arrivals-as D] [--aht-as D] [--patience-as D]\n"
    "                 [--seed N] [--length CALLS] [--runs N] [--journal FILE]\n"
    "  Plans without a journal: Erlang C and A beside what the scheduler does with calls drawn at random.\n"
    "  --aht       mean talk and wrap-up; --patience: mean wait until a caller gives up (never, unless said)\n"
    "  --target    of the service level [20]\n"
    "  --*-as D    how arrivals, talks and patience are distributed [exponential]: D is one of\n"
    "              " DISTRIBUTION_NAMES "\n"
    "  --length    calls in each run [20000]; --runs [40]; --seed [1]: another one draws other calls\n"
    "  --journal   the first run, as a journal for replay and whatif\n"
    "  belfry-sim model --calls 200 --aht 180 --agents 12 --patience 120 --aht-as lognormal:80\n";

static const char check_help[] = "belfry-sim check\n"
                                 "  Holds formulas and simulation against known figures.\n";

static const struct {
	const char *name, *help;
	int (*run)(int count, char **words);
} commands[] = {
    {"replay", replay_help, sim_replay},
    {"whatif", whatif_help, sim_whatif},
    {"model", model_help, sim_model},
    {"check", check_help, sim_check},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static bool asks_for_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "help");
}

static int tell(FILE *to, int status)
{
	fputs("The scheduler alone, without telephones (belfry-sim COMMAND --help).\n\n", to);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "%s%s", commands[i].help, i + 1 < COMMANDS ? "\n" : "");
	return status;
}

int main(int argc, char **argv)
{
	if (argc > 1 && asks_for_help(argv[1]))
		return tell(stdout, 0);
	for (size_t i = 0; argc > 1 && i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		for (int word = 2; word < argc; word++)
			if (asks_for_help(argv[word]))
				return fputs(commands[i].help, stdout) < 0;
		return commands[i].run(argc - 2, argv + 2);
	}
	if (argc > 1)
		fprintf(stderr, "belfry-sim: there is no command %s\n\n", argv[1]);
	return tell(stderr, 2);
}
