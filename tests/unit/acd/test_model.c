/* The golden numbers of Erlang C and A, and the real scheduler fed by a model that agrees with them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tools/sim/erlang.h"
#include "tools/sim/model.h"

static void close_to(double value, double wanted, double tolerance)
{
	if (fabs(value - wanted) > tolerance) {
		print_error("%g is not within %g of %g\n", value, tolerance, wanted);
		fail();
	}
}

/* 100 calls in 30 minutes of 180 s each. */
static void erlang_c_gives_the_golden_numbers(void **state)
{
	static const double golden[4][3] = {
	    {0.6821, 0.3896, 122.78}, {0.4494, 0.6402, 40.44}, {0.2853, 0.7956, 17.12}, {0.1741, 0.8884, 7.84}};
	for (unsigned i = 0; i < 4; i++) {
		struct erlang_c c = erlang_c(10, 11 + i, 180, 20);
		close_to(c.wait_probability, golden[i][0], 0.00006);
		close_to(c.service_level, golden[i][1], 0.00006);
		close_to(c.mean_wait_s, golden[i][2], 0.006);
	}
}

static void erlang_a_gives_the_golden_numbers(void **state)
{
	static const double golden[3][3] = {{0.3828, 0.0942, 11.30}, {0.2798, 0.0616, 7.39}, {0.1937, 0.0384, 4.61}};
	for (unsigned i = 0; i < 3; i++) {
		struct erlang_a a = erlang_a(10, 11 + i, 180, 120);
		close_to(a.wait_probability, golden[i][0], 0.00006);
		close_to(a.abandon_probability, golden[i][1], 0.00006);
		close_to(a.mean_wait_s, golden[i][2], 0.006);
	}
}

/* A 95 % interval is missed one time in twenty by chance; twice as wide, one in ten thousand. The seed is fixed. */
static void agrees(struct estimate simulated, double wanted)
{
	assert_true(simulated.half_width < wanted / 5); /* worth something */
	close_to(simulated.mean, wanted, 2 * simulated.half_width);
}

static struct model_result simulated(unsigned agents, double patience_s)
{
	struct model model = {.calls_per_hour = 200,
	                      .talk_s = 180,
	                      .patience_s = patience_s,
	                      .target_s = 20,
	                      .agents = agents,
	                      .seed = 20261121,
	                      .calls = 10000,
	                      .runs = 25};
	struct model_result result;
	assert_int_equal(model_run(&model, &result), 0);
	assert_int_equal(result.refused, 0);
	return result;
}

static void the_scheduler_agrees_with_erlang_c(void **state)
{
	for (unsigned agents = 12; agents <= 14; agents++) {
		struct erlang_c c = erlang_c(10, agents, 180, 20);
		struct model_result result = simulated(agents, 0);
		agrees(result.wait_probability, c.wait_probability);
		agrees(result.service_level, c.service_level);
		agrees(result.mean_wait_s, c.mean_wait_s);
		close_to(result.abandon_probability.mean, 0, 0);
	}
}

static void the_scheduler_agrees_with_erlang_a(void **state)
{
	for (unsigned agents = 11; agents <= 13; agents++) {
		struct erlang_a a = erlang_a(10, agents, 180, 120);
		struct model_result result = simulated(agents, 120);
		agrees(result.wait_probability, a.wait_probability);
		agrees(result.abandon_probability, a.abandon_probability);
		agrees(result.mean_wait_s, a.mean_wait_s);
	}
}

/* One agent: Pollaczek and Khinchine's formula says what the variation of the talks makes of the mean wait. */
static void other_distributions_wait_as_long_as_they_should(void **state)
{
	static const struct {
		const char *name;
		double variation_2; /* coefficient of variation, squared */
	} rows[] = {
	    {"constant", 0}, {"erlang:4", 0.25}, {"uniform", 1.0 / 3}, {"exponential", 1}, {"lognormal:120", 1.44}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct model model = {.calls_per_hour = 10,
		                      .talk_s = 180,
		                      .target_s = 20,
		                      .agents = 1,
		                      .seed = 7,
		                      .calls = 10000,
		                      .runs = 25};
		struct model_result result;
		assert_int_equal(distribution_parse(rows[i].name, &model.talk), 0);
		assert_int_equal(model_run(&model, &result), 0);
		agrees(result.mean_wait_s, 90 * (1 + rows[i].variation_2));
		agrees(result.wait_probability, 0.5);
	}
}

static void distributions_by_name(void **state)
{
	static const char *const wrong[] = {"",        "gauss",      "erlang:0",    "erlang:101",
	                                    "erlang:", "constant:3", "lognormal:x", "uniforms"};
	struct distribution d = {DISTRIBUTION_UNIFORM, 3};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_not_equal(distribution_parse(wrong[i], &d), 0);
	assert_int_equal(d.kind, DISTRIBUTION_UNIFORM); /* untouched */
	assert_int_equal(distribution_parse("poisson", &d), 0);
	assert_int_equal(d.kind, DISTRIBUTION_EXPONENTIAL);
	assert_int_equal(distribution_parse("lognormal", &d), 0);
	assert_int_equal(d.parameter, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(erlang_c_gives_the_golden_numbers),
	    cmocka_unit_test(erlang_a_gives_the_golden_numbers),
	    cmocka_unit_test(the_scheduler_agrees_with_erlang_c),
	    cmocka_unit_test(the_scheduler_agrees_with_erlang_a),
	    cmocka_unit_test(distributions_by_name),
	    cmocka_unit_test(other_distributions_wait_as_long_as_they_should),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
