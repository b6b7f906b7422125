/*
 * Skills, needs, relaxation, ageing, autopause: into their places, and what a build refuses or warns of.
 */
#include "fixture.h"

static const char *const desk[] = {"agent 101 pin 4711",
                                   "agent 102 pin 4711",
                                   "agent 101 skill spanish 3",
                                   "agent 102 skill spanish 9",
                                   "agent 102 skill billing 1",
                                   "queue q strategy skills",
                                   "queue q agent 101",
                                   "queue q agent 102",
                                   "queue q need spanish 4 weight 2",
                                   NULL};

static void values(void **state)
{
	static const char *const more[] = {"queue q relax 2m need spanish 12",
	                                   "queue q relax 30s need spanish 8",
	                                   "queue q ageing 45s per-step",
	                                   "queue q autopause after 3 misses",
	                                   "queue q weight 7",
	                                   "system call-choice service-objective",
	                                   "system random-seed 42",
	                                   NULL};
	struct fixture *f = *state;
	set_all(f, desk);
	set_all(f, more);
	struct config *c = built(f);
	assert_string_equal(f->warnings, "");
	assert_int_equal(c->skill_count, 2);
	int spanish = strcmp(c->skills[0], "spanish") ? 1 : 0;
	assert_string_equal(c->skills[spanish], "spanish");
	assert_string_equal(c->skills[!spanish], "billing");
	assert_int_equal(c->agents[0].level[spanish], 3);
	assert_int_equal(c->agents[0].level[!spanish], 0);
	assert_int_equal(c->agents[1].level[spanish], 9);
	assert_int_equal(c->agents[1].level[!spanish], 1);
	const struct config_queue *q = &c->queues[0];
	assert_int_equal(q->need_count, 1);
	assert_int_equal(q->needs[0].skill, spanish);
	assert_int_equal(q->needs[0].level, 4);
	assert_int_equal(q->needs[0].weight, 2);
	assert_int_equal(q->relax_count, 2); /* by time: "2m" is behind "30s" */
	assert_int_equal(q->relax[0].after_ms, 30000);
	assert_int_equal(q->relax[0].level, 8);
	assert_int_equal(q->relax[1].after_ms, 120000);
	assert_int_equal(q->relax[1].level, 12);
	assert_int_equal(q->relax[1].skill, spanish);
	assert_int_equal(q->ageing_ms, 45000);
	assert_int_equal(q->autopause_after, 3);
	assert_int_equal(q->weight, 7);
	assert_int_equal(c->call_choice, CONFIG_CHOICE_SERVICE_OBJECTIVE);
	assert_int_equal(c->random_seed, 42);
	config_free(c);
}

static void off_by_default(void **state)
{
	struct fixture *f = *state;
	set(f, "agent 101 pin 4711");
	set(f, "queue q agent 101");
	struct config *c = built(f);
	assert_int_equal(c->skill_count, 0);
	assert_int_equal(c->queues[0].need_count, 0);
	assert_int_equal(c->queues[0].relax_count, 0);
	assert_int_equal(c->queues[0].ageing_ms, 0);
	assert_int_equal(c->queues[0].autopause_after, 0);
	assert_int_equal(c->call_choice, CONFIG_CHOICE_LONGEST_WAIT);
	assert_int_equal(c->random_seed, 0);
	config_free(c);
	set(f, "queue q ageing off");
	set(f, "queue q autopause off");
	c = built(f);
	assert_int_equal(c->queues[0].ageing_ms, 0);
	assert_int_equal(c->queues[0].autopause_after, 0);
	config_free(c);
}

static void refusals(void **state)
{
	static const struct {
		const char *lines[5], *sentence;
	} rows[] = {
	    {{"queue q relax 30s need spanish 3"},
	     "queue q relax 30s need spanish 3: is narrower than level 4, which will do before (rule relax-narrower)"},
	    {{"queue q relax 30s need spanish 8", "queue q relax 2m need spanish 6"},
	     "queue q relax 2m need spanish 6: is narrower than level 8, which will do before (rule relax-narrower)"},
	    {{"queue q relax 30s need spanish 8", "queue q relax 2m need spanish 8"}, NULL},
	    {{"queue q relax 30s need billing 8"},
	     "queue q relax 30s need billing 8: the queue does not need this skill (rule relax-unneeded)"},
	    {{"queue q need spanish 2"},
	     "queue q need spanish 2: no agent of the queue has all the levels that it needs "
	     "(rule no-skilled-agent)"},
	    {{"queue q need spanish 2", "queue q relax 1m need spanish 3"}, NULL},
	    {{"queue q need french 16"},
	     "queue q need french 16: no agent of the queue has all the levels that it needs "
	     "(rule no-skilled-agent)"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		set_all(f, desk);
		set_all(f, rows[i].lines);
		if (rows[i].sentence)
			build_refused(f, rows[i].sentence);
		else
			config_free(built(f));
		candidate_discard(f->candidate);
	}
}

static void limits(void **state)
{
	struct fixture *f = *state;
	char line[80], said[160];
	set_all(f, desk);
	for (int i = 0; i < CONFIG_SKILLS_MAX; i++) {
		snprintf(line, sizeof(line), "agent 101 skill s%02d 1", i);
		set(f, line);
	}
	build_refused(f, "agent 101 skill s31 1: there are at most 32 skills");
	candidate_discard(f->candidate);
	set_all(f, desk);
	for (int i = 1; i <= CONFIG_RELAX_MAX + 1; i++) {
		snprintf(line, sizeof(line), "queue q relax %ds need spanish 9", i);
		set(f, line);
	}
	snprintf(said, sizeof(said), "%s: a queue has at most 8 steps of relaxation", line);
	build_refused(f, said);
	candidate_discard(f->candidate);
	set_all(f, desk);
	for (int i = 0; i < CONFIG_NEEDS_MAX; i++) {
		snprintf(line, sizeof(line), "queue q need a%d 1", i);
		set(f, line);
	}
	build_refused(f, "queue q need a7 1: a queue needs at most 8 skills");
}

static void unused(void **state)
{
	struct fixture *f = *state;
	set_all(f, desk);
	set(f, "queue q strategy linear");
	config_free(built(f));
	assert_string_equal(f->warnings, "queue q need spanish 4 weight 2: has no effect: the queue's strategy is not "
	                                 "skills (rule skills-unused)\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(values, fixture_set_up, fixture_tear_down),
	    cmocka_unit_test_setup_teardown(off_by_default, fixture_set_up, fixture_tear_down),
	    cmocka_unit_test_setup_teardown(refusals, fixture_set_up, fixture_tear_down),
	    cmocka_unit_test_setup_teardown(limits, fixture_set_up, fixture_tear_down),
	    cmocka_unit_test_setup_teardown(unused, fixture_set_up, fixture_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
