/*
 * belfry-sim check: the golden numbers of Erlang C and A (100 calls in 30 minutes of 180 s), and the real scheduler
 * against them. Seeds are fixed: it comes out the same every time.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "tools/sim/erlang.h"
#include "tools/sim/model.h"
#include "tools/sim/sim.h"

#define LOAD       10.0
#define TALK_S     180.0
#define TARGET_S   20.0
#define PATIENCE_S 120.0

static bool close_to(const char *what, unsigned agents, double value, double wanted, double tolerance)
{
	bool good = fabs(value - wanted) <= tolerance;
	if (!good)
		printf("FAIL %s, %u agents: %g is not within %g of %g\n", what, agents, value, tolerance, wanted);
	return good;
}

/* A 95 % interval is missed one time in twenty by chance; twice as wide, one in ten thousand. */
static bool agrees(const char *what, unsigned agents, struct estimate simulated, double wanted)
{
	bool narrow = simulated.half_width < wanted / 5;
	if (!narrow)
		printf("FAIL %s, %u agents: +- %g is too wide to say anything\n", what, agents, simulated.half_width);
	return close_to(what, agents, simulated.mean, wanted, 2 * simulated.half_width) && narrow;
}

static bool golden_c(void)
{
	static const double golden[4][3] = {
	    {0.6821, 0.3896, 122.78}, {0.4494, 0.6402, 40.44}, {0.2853, 0.7956, 17.12}, {0.1741, 0.8884, 7.84}};
	bool good = true;
	for (unsigned i = 0; i < 4; i++) {
		struct erlang_c c = erlang_c(LOAD, 11 + i, TALK_S, TARGET_S);
		good &= close_to("C wait", 11 + i, c.wait_probability, golden[i][0], 0.00006);
		good &= close_to("C service level", 11 + i, c.service_level, golden[i][1], 0.00006);
		good &= close_to("C mean wait", 11 + i, c.mean_wait_s, golden[i][2], 0.006);
	}
	return good;
}

static bool golden_a(void)
{
	static const double golden[3][3] = {{0.3828, 0.0942, 11.30}, {0.2798, 0.0616, 7.39}, {0.1937, 0.0384, 4.61}};
	bool good = true;
	for (unsigned i = 0; i < 3; i++) {
		struct erlang_a a = erlang_a(LOAD, 11 + i, TALK_S, PATIENCE_S);
		good &= close_to("A wait", 11 + i, a.wait_probability, golden[i][0], 0.00006);
		good &= close_to("A abandon", 11 + i, a.abandon_probability, golden[i][1], 0.00006);
		good &= close_to("A mean wait", 11 + i, a.mean_wait_s, golden[i][2], 0.006);
	}
	return good;
}

static bool simulate(unsigned agents, double patience_s, struct model_result *result)
{
	struct model model = {.calls_per_hour = 200,
	                      .talk_s = TALK_S,
	                      .patience_s = patience_s,
	                      .target_s = TARGET_S,
	                      .agents = agents,
	                      .seed = 20261121,
	                      .calls = 10000,
	                      .runs = 25};
	bool good = model_run(&model, result) == 0 && !result->refused;
	if (!good)
		printf("FAIL the model of %u agents could not be run\n", agents);
	return good;
}

static bool simulated_c(unsigned agents)
{
	struct erlang_c c = erlang_c(LOAD, agents, TALK_S, TARGET_S);
	struct model_result result;
	bool good = simulate(agents, 0, &result);
	good = good && agrees("simulated C wait", agents, result.wait_probability, c.wait_probability);
	good = good && agrees("simulated C service level", agents, result.service_level, c.service_level);
	return good && agrees("simulated C mean wait", agents, result.mean_wait_s, c.mean_wait_s);
}

static bool simulated_a(unsigned agents)
{
	struct erlang_a a = erlang_a(LOAD, agents, TALK_S, PATIENCE_S);
	struct model_result result;
	bool good = simulate(agents, PATIENCE_S, &result);
	good = good && agrees("simulated A wait", agents, result.wait_probability, a.wait_probability);
	good = good && agrees("simulated A abandon", agents, result.abandon_probability, a.abandon_probability);
	return good && agrees("simulated A mean wait", agents, result.mean_wait_s, a.mean_wait_s);
}

int sim_check(int count, char **words)
{
	bool good = golden_c();
	good &= golden_a();
	for (unsigned agents = 12; agents <= 14; agents++)
		good &= simulated_c(agents);
	for (unsigned agents = 11; agents <= 13; agents++)
		good &= simulated_a(agents);
	puts(good ? "ok: the formulas give the golden numbers, the scheduler agrees with them" : "FAIL");
	return good ? 0 : 1;
}
