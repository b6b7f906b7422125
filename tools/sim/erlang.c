/* See erlang.h. B by its recursion, C from B; A as the stationary state of its birth and death chain. */
#include "tools/sim/erlang.h"

#include <math.h>

struct erlang_c erlang_c(double load, unsigned agents, double talk_s, double target_s)
{
	double b = 1, spare = agents - load;
	for (unsigned n = 1; n <= agents; n++)
		b = load * b / (n + load * b);
	double wait = agents * b / (agents - load * (1 - b));
	return (struct erlang_c){.wait_probability = wait,
	                         .service_level = 1 - wait * exp(-spare * target_s / talk_s),
	                         .mean_wait_s = wait * talk_s / spare};
}

/* From state k - 1 to k: up by arrivals, down by talks that end and callers who give up. */
static double ratio(double load, unsigned agents, double leaving, unsigned k)
{
	return k <= agents ? load / k : load / (agents + (k - agents) * leaving);
}

struct erlang_a erlang_a(double load, unsigned agents, double talk_s, double patience_s)
{
	double leaving = talk_s / patience_s; /* callers who give up for each talk that ends */
	double p = 1, sum = 1, waits = 0, length = 0;
	if (!agents)
		waits = 1;
	for (unsigned k = 1; k < 1000000; k++) {
		p *= ratio(load, agents, leaving, k);
		sum += p;
		if (k >= agents) {
			waits += p;
			length += (k - agents) * p;
		}
		if (k > agents && k > load && p < sum * 1e-18)
			break;
		if (sum > 1e200) { /* only ratios matter */
			p /= sum;
			waits /= sum;
			length /= sum;
			sum = 1;
		}
	}
	double mean_wait_s = length / sum * talk_s / load; /* Little */
	return (struct erlang_a){.wait_probability = waits / sum,
	                         .abandon_probability = mean_wait_s / patience_s,
	                         .mean_wait_s = mean_wait_s};
}
