/* Named distributions of times: arrivals, talks, patience. */
#ifndef BELFRY_SIM_DISTRIBUTION_H
#define BELFRY_SIM_DISTRIBUTION_H

#include <stdint.h>

#include "base/attributes.h"

enum distribution_kind {
	DISTRIBUTION_EXPONENTIAL, /* with arrivals: Poisson */
	DISTRIBUTION_CONSTANT,
	DISTRIBUTION_UNIFORM,   /* from 0 to twice the mean */
	DISTRIBUTION_ERLANG,    /* the sum of so many exponential phases */
	DISTRIBUTION_LOGNORMAL, /* with this coefficient of variation */
	DISTRIBUTION_KINDS
};
struct distribution {
	enum distribution_kind kind;
	uint32_t parameter; /* erlang: phases, 1..100; lognormal: coefficient of variation in percent, 1..1000 */
};

#define DISTRIBUTION_NAMES "exponential, constant, uniform, erlang[:PHASES] or lognormal[:CV-PERCENT]"

/* "exponential", "erlang:4", "lognormal:80"; poisson is exponential. 0, or -EINVAL and *out is as before. */
MUST_CHECK int distribution_parse(const char *text, struct distribution *out);

/* In the unit of the mean. random is the state of the generator, never 0. */
double distribution_draw(struct distribution of, double mean, uint64_t *random);

#endif
