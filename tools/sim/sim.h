/* belfry-sim: the subcommands. Each takes what follows its name and returns the exit status. */
#ifndef BELFRY_SIM_SIM_H
#define BELFRY_SIM_SIM_H

int sim_replay(int count, char **words);
int sim_whatif(int count, char **words);
int sim_model(int count, char **words);
int sim_check(int count, char **words);

#endif
