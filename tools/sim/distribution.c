/* See distribution.h. */
#include "tools/sim/distribution.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"

static const struct {
	const char *name;
	enum distribution_kind kind;
	uint32_t parameter, most; /* unless said; 0: takes none */
} rows[] = {
    {"exponential", DISTRIBUTION_EXPONENTIAL, 0, 0}, {"poisson", DISTRIBUTION_EXPONENTIAL, 0, 0},
    {"constant", DISTRIBUTION_CONSTANT, 0, 0},       {"uniform", DISTRIBUTION_UNIFORM, 0, 0},
    {"erlang", DISTRIBUTION_ERLANG, 2, 100},         {"lognormal", DISTRIBUTION_LOGNORMAL, 100, 1000},
};

int distribution_parse(const char *text, struct distribution *out)
{
	size_t length = strcspn(text, ":");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t parameter = rows[i].parameter;
		if (strlen(rows[i].name) != length || strncmp(rows[i].name, text, length) != 0)
			continue;
		if (text[length] && (!rows[i].most || text_to_u64(text + length + 1, 1, rows[i].most, &parameter) != 0))
			return -EINVAL;
		*out = (struct distribution){.kind = rows[i].kind, .parameter = (uint32_t)parameter};
		return 0;
	}
	return -EINVAL;
}

/* From 0 to 1, neither of them. */
static double even(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return ((double)(*random >> 12) + 0.5) / 4503599627370496.0;
}

static double exponential(uint64_t *random)
{
	return -log(even(random));
}

/* Box and Muller's method. */
static double normal(uint64_t *random)
{
	double radius = sqrt(2 * exponential(random));
	return radius * cos(2 * M_PI * even(random));
}

double distribution_draw(struct distribution of, double mean, uint64_t *random)
{
	double sum = 0, variation = of.parameter / 100.0, sigma_2 = log1p(variation * variation);
	switch (of.kind) {
	case DISTRIBUTION_CONSTANT:
		return mean;
	case DISTRIBUTION_UNIFORM:
		return 2 * mean * even(random);
	case DISTRIBUTION_ERLANG:
		for (uint32_t i = 0; i < of.parameter; i++)
			sum += exponential(random);
		return mean * sum / of.parameter;
	case DISTRIBUTION_LOGNORMAL:
		return mean * exp(normal(random) * sqrt(sigma_2) - sigma_2 / 2);
	default:
		return mean * exponential(random);
	}
}
