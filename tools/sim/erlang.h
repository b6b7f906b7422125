/*
 * The formulas of Erlang, to hold the simulation against. Times in seconds, load in Erlangs (calls a second x talk).
 */
#ifndef BELFRY_SIM_ERLANG_H
#define BELFRY_SIM_ERLANG_H

/* C: nobody gives up. Only for agents > load. */
struct erlang_c {
	double wait_probability, service_level, mean_wait_s;
};
struct erlang_c erlang_c(double load, unsigned agents, double talk_s, double target_s);

/* A: each caller gives up after an exponential patience. */
struct erlang_a {
	double wait_probability, abandon_probability, mean_wait_s;
};
struct erlang_a erlang_a(double load, unsigned agents, double talk_s, double patience_s);

#endif
