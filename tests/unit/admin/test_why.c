/*
 * why CALL and show queue NAME next, for people and for programs.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

static void fill(struct acd_why *why)
{
	*why = (struct acd_why){.at_us = clock_now_us(),
	                        .call = 7,
	                        .offer = 3,
	                        .agent_number = 102,
	                        .queue = "sales",
	                        .strategy = ACD_SKILLS,
	                        .priority = 5,
	                        .stage = 1,
	                        .waited_us = 21 * US_PER_S,
	                        .waiting = 2,
	                        .agent_count = 3,
	                        .left_out = 4};
	why->agents[0] = (struct acd_why_agent){.number = 102,
	                                        .verdict = ACD_CANDIDATE,
	                                        .rank = 1,
	                                        .penalty = 2,
	                                        .measure = 9,
	                                        .tie = 17,
	                                        .ago_us = ACD_WHY_UNKNOWN};
	why->agents[1] = (struct acd_why_agent){.number = 101,
	                                        .verdict = ACD_IN_WRAP_UP,
	                                        .missed = 1,
	                                        .until_us = clock_now_us() + 10 * US_PER_S,
	                                        .ago_us = ACD_WHY_UNKNOWN};
	why->agents[2] =
	    (struct acd_why_agent){.number = 103, .verdict = ACD_NOT_READY, .reason = 255, .ago_us = ACD_WHY_UNKNOWN};
}

#define AGENTS_JSON                                                                                                    \
	"\"agents\":[{\"agent\":\"102\",\"verdict\":\"candidate\",\"rank\":1,\"missed\":0,\"penalty\":2,\"measure\":"  \
	"9,\"tie\":17,\"reason\":null,\"reason_text\":null,\"until\":null,\"ago_ms\":null},{\"agent\":\"101\","        \
	"\"verdict\":\"wrap-"                                                                                          \
	"up\","                                                                                                        \
	"\"rank\":null,\"missed\":1,\"penalty\":0,\"measure\":null,\"tie\":null,\"reason\":null,\"reason_text\":null," \
	"\"until\":\"2026-03-29T00:55:12.250Z\",\"ago_ms\":null},{\"agent\":\"103\",\"verdict\":\"paused\",\"rank\":"  \
	"null,\"missed\":"                                                                                             \
	"0,\"penalty\":0,\"measure\":null,\"tie\":null,\"reason\":255,\"reason_text\":\"missed\",\"until\":null,"      \
	"\"ago_ms\":null}],"                                                                                           \
	"\"agents_left_out\":4,\"waits_for\":null,\"aged_priority\":null}"
#define AGENTS_TABLE                                                                                                   \
	"  Agent    Verdict      Rank Missed Penalty Sum of levels Until (UTC)\n"                                      \
	"  102      candidate       1      0       2             9 -\n"                                                \
	"  101      wrap-up         -      1       0             - 03-29 00:55:12\n"                                   \
	"  103      paused          -      0       0             - -              missed\n"                            \
	"  and 4 more agents\n"

static void offers(void **state)
{
	int client = client_open();
	fill(&bench->why[0]);
	bench->why_count = 1;
	expect(
	    client, "why 7 --json", '0',
	    "[{\"at\":\"2026-03-29T00:55:02.250Z\",\"call\":7,\"offer\":3,\"queue\":\"sales\",\"strategy\":\"skills\","
	    "\"agent\":\"102\",\"priority\":5,\"relaxed\":1,\"waited_ms\":21000,\"kept_ms\":0,\"direct\":false,"
	    "\"others_waiting\":2," AGENTS_JSON "]\n");
	assert_int_equal(bench->asked_call, 7);
	expect(client, "why 7", '0',
	       "03-29 00:55:02 offer 3 to agent 102\n"
	       "  queue sales, skills, priority 5, waited 21 s, 2 others wait, step 1 of relaxation\n" AGENTS_TABLE);
	bench->why[1] = bench->why[0];
	bench->why[1].offer = 4;
	bench->why_count = 2;
	char *text = ask(client, "why 7 | include offer");
	assert_non_null(strstr(text, "offer 3 to"));
	assert_non_null(strstr(text, "offer 4 to"));
	free(text);
	close(client);
}

static void offers_unknown(void **state)
{
	int client = client_open();
	expect(client, "why 8", '1', "call 8: no offer is known (kept for the last 1024 offers of the box)\n");
	expect(client, "why 8 --json", '0', "[]\n");
	expect(client, "why", '1', "why: expected the number of a call (see show calls)\n");
	expect(client, "why sales", '1', "why: expected the number of a call (see show calls)\n");
	expect(client, "why 0", '1', "why: expected the number of a call (see show calls)\n");
	close(client);
}

static void next(void **state)
{
	int client = client_open();
	expect(client, "set queue atlas priority 1", '0', "");
	expect(client, "set queue sales priority 2", '0', "");
	expect(client, "commit", '0', NULL);
	fill(&bench->why[0]);
	bench->why[0].offer = 0;
	bench->why_count = 1;
	expect(client, "show queue sales next --json", '0',
	       "{\"at\":\"2026-03-29T00:55:02.250Z\",\"call\":7,\"offer\":null,\"queue\":\"sales\","
	       "\"strategy\":\"skills\",\"agent\":\"102\",\"priority\":5,\"relaxed\":1,\"waited_ms\":21000,\"kept_ms\":"
	       "0,\"direct\":false,"
	       "\"others_waiting\":2," AGENTS_JSON "\n");
	assert_int_equal(bench->asked_call, 0);
	assert_int_equal(bench->asked_queue, 1);
	expect(client, "show queue sales next", '0',
	       "next is call 7, for agent 102\n"
	       "  queue sales, skills, priority 5, waited 21 s, 2 others wait, step 1 of relaxation\n" AGENTS_TABLE);
	bench->why[0] = (struct acd_why){.queue = "sales", .strategy = ACD_RANDOM, .agent_count = 1};
	bench->why[0].agents[0] = (struct acd_why_agent){.number = 101, .verdict = ACD_CANDIDATE, .rank = 1};
	expect(client, "show queue sales next", '0',
	       "nobody waits, for an agent drawn by lot\n  queue sales, random\n"
	       "  Agent    Verdict      Rank Missed Penalty           Lot Until (UTC)\n"
	       "  101      candidate       1      0       0             - -\n");
	bench->why[0].agents[0].verdict = ACD_ON_CALL;
	char *text = ask(client, "show queue sales next");
	assert_non_null(strstr(text, "nobody waits, no agent is free for it\n"));
	free(text);
	close(client);
}

/* Who waits has had these offers, and stands like this; an old caller's priority is below 1. */
static void waiting(void **state)
{
	int client = client_open();
	fill(&bench->why[0]);
	bench->why[1] = bench->why[0];
	bench->why[1].offer = bench->why[1].agent_number = 0;
	bench->why[1].ageing_ms = 3000;
	bench->why[1].waits_for = 103;
	bench->why_count = 2;
	char *text = ask(client, "why 7 | include ageing");
	assert_non_null(strstr(text, ", priority 5 (-2.0 by ageing), waited 21 s, 2 others wait, kept for agent 103 of "
	                             "last time, step 1"));
	free(text);
	text = ask(client, "why 7 | include waits");
	assert_non_null(strstr(text, "waits, for agent 103, who is not free"));
	free(text);
	text = ask(client, "why 7 --json");
	assert_non_null(strstr(text, "\"waits_for\":\"103\",\"aged_priority\":-2.0}]"));
	free(text);
	close(client);
}

static void next_refused(void **state)
{
	int client = client_open();
	expect(client, "set queue sales priority 2", '0', "");
	expect(client, "commit", '0', NULL);
	expect(client, "show queue", '1', "show queue: expected the name of a queue, and next or nothing more\n");
	expect(client, "show queue sales best", '1',
	       "show queue: expected the name of a queue, and next or nothing more\n");
	expect(client, "show queue slaes next", '1', "there is no queue slaes\n");
	/* The scheduler has other settings than the console at this moment. */
	bench->why[0] = (struct acd_why){.queue = "other"};
	bench->why_count = 1;
	expect(client, "show queue sales next", '1', "the settings are just being changed: try again\n");
	bench->why_count = 0;
	expect(client, "show queue sales next", '1', "the settings are just being changed: try again\n");
	expect(client, "show queues", '0', NULL);
	close(client);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, bench_set_up, bench_tear_down)
	const struct CMUnitTest tests[] = {TEST(offers), TEST(offers_unknown), TEST(next), TEST(waiting),
	                                   TEST(next_refused)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
