/*
 * A queue by distributions: arrivals, talks and patience by name, agents who answer at once. Decided by the real
 * scheduler.
 */
#ifndef BELFRY_SIM_MODEL_H
#define BELFRY_SIM_MODEL_H

#include <stdint.h>

#include "acd/acd_journal.h"
#include "tools/sim/distribution.h"

struct model {
	double calls_per_hour, talk_s, patience_s, target_s; /* patience 0: nobody gives up */
	struct distribution arrivals, talk, patience;        /* all 0: exponential */
	unsigned agents;
	uint64_t seed;
	uint32_t calls, runs;
	struct acd_journal *journal; /* NULL: none; else the first run's events go there */
};

/* The mean over the runs, and half the width of its 95 % confidence interval. */
struct estimate {
	double mean, half_width;
};
struct model_result {
	struct estimate wait_probability, service_level, mean_wait_s, abandon_probability;
	uint64_t refused;
};
/* 0 or -errno. */
MUST_CHECK int model_run(const struct model *model, struct model_result *result);

#endif
