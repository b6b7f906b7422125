/* belfry-sim: see README.md. */
#include <stdio.h>
#include <string.h>

#include "tools/sim/sim.h"

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "replay") == 0)
		return sim_replay(argc - 2, argv + 2);
	if (argc > 1 && strcmp(argv[1], "whatif") == 0)
		return sim_whatif(argc - 2, argv + 2);
	if (argc > 1 && strcmp(argv[1], "model") == 0)
		return sim_model(argc - 2, argv + 2);
	if (argc == 2 && strcmp(argv[1], "check") == 0)
		return sim_check(argc - 2, argv + 2);
	fputs("usage: belfry-sim replay [--hash] FOLDER|FILE\n"
	      "       belfry-sim whatif --journal FOLDER|FILE [--set \"queue Q strategy S\"] [--set \"agents +2 "
	      "[queue Q] [from HH:MM] [to HH:MM]\"]...\n"
	      "       belfry-sim model --calls PER-HOUR --aht SECONDS --agents N [--patience SECONDS] [--target "
	      "SECONDS]\n"
	      "                        [--seed N] [--length CALLS] [--runs N] [--journal FILE]\n"
	      "       belfry-sim check\n",
	      stderr);
	return 2;
}
