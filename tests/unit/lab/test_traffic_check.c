/* The comparison of the wire with the box's records: silent when they agree, and loud for every way in which they do
 * not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/lab/traffic_private.h"

#define SECOND BOX_SECOND

/* Arrived at 10 s, an agent at 2/1 lifted at 15 s, talked until the caller hung up at 45 s. */
static struct traffic_agent agent = {.place = {2, 1}};
static struct traffic_caller answered = {.from = "2125000001",
                                         .to = "8005551000",
                                         .state = CALLER_GONE,
                                         .outcome = CALLER_ANSWERED,
                                         .on_wire = true,
                                         .hangs_up_first = true,
                                         .asked_to_speak = true,
                                         .heard_by_agent = true,
                                         .agent = &agent,
                                         .begun = 10 * SECOND,
                                         .lifted = 15 * SECOND,
                                         .talk_end = 45 * SECOND,
                                         .released = 45 * SECOND + 160,
                                         .facts = {.span = 1, .channel = 3, .cause = 16}};
static struct traffic_caller abandoned = {.from = "2125000002",
                                          .to = "8005551000",
                                          .state = CALLER_GONE,
                                          .outcome = CALLER_ABANDONED,
                                          .on_wire = true,
                                          .begun = 20 * SECOND,
                                          .talk_end = 30 * SECOND,
                                          .released = 30 * SECOND,
                                          .facts = {.span = 1, .channel = 4, .cause = 16}};
/* Never got a channel: the box knows nothing of it. */
static struct traffic_caller blocked = {
    .from = "2125000003", .to = "8005551000", .state = CALLER_GONE, .outcome = CALLER_BLOCKED};

static const char first[] =
    "{\"from\":\"2125000001\",\"to\":\"8005551000\",\"span\":1,\"channel\":3,\"cause\":16,"
    "\"outcome\":\"answered\",\"agent\":\"101\",\"port\":\"2/1\",\"talk_ms\":30050,\"wait_ms\":5010,"
    "\"arrived\":\"2026-03-04T10:00:10.010Z\"}";
static const char second[] = "{\"from\":\"2125000002\",\"to\":\"8005551000\",\"span\":1,\"channel\":4,\"cause\":16,"
                             "\"outcome\":\"abandoned\",\"arrived\":\"2026-03-04T10:00:20.010Z\"}";

static unsigned differences(const char *one, const char *two, char *text, size_t size)
{
	struct traffic_caller *callers[] = {&answered, &abandoned, &blocked};
	struct traffic traffic = {.unix_time = BOX_DEFAULT_UNIX, .callers = callers, .caller_count = 3};
	char all[2048], error[128];
	struct json *records;
	snprintf(all, sizeof all, "[%s%s%s]", one, one[0] && two[0] ? "," : "", two);
	assert_int_equal(json_parse(&records, all, error, sizeof error), 0);
	unsigned count = traffic_compare(&traffic, records, text, size);
	json_free(records);
	return count;
}

static void agreement(void **state)
{
	char text[1024];
	assert_int_equal(differences(first, second, text, sizeof text), 0);
	assert_int_equal(differences(second, first, text, sizeof text), 0);
	assert_string_equal(text, "");
}

/* The first record with one part replaced must be told, in words that say this part. */
static void told(const char *part, const char *instead, const char *words)
{
	char changed[1024], text[1024];
	const char *at = strstr(first, part);
	assert_non_null(at);
	snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - first), first, instead, at + strlen(part));
	if (differences(changed, second, text, sizeof text) != 1)
		fail_msg("%s instead of %s: %s", instead, part, text);
	if (!strstr(text, words))
		fail_msg("%s instead of %s: %s", instead, part, text);
}

static void every_difference(void **state)
{
	told("2125000001", "2125000009", "0 records");
	told("8005551000", "8005552000", "to 8005552000");
	told("\"span\":1", "\"span\":2", "span 1");
	told("\"channel\":3", "\"channel\":4", "channel 3");
	told("\"cause\":16", "\"cause\":31", "cause 16");
	told("\"answered\"", "\"abandoned\"", "recorded as abandoned");
	told("\"2/1\"", "\"2/2\"", "recorded 2/2");
	told("30050", "30101", "recorded 30101");
	told("30050", "29899", "recorded 29899");
	told("5010", "5200", "waited 5000");
	told("10:00:10.010", "10:00:10.300", "away from");
	told("10:00:10.010Z", "yesterday", "away from");
}

static void missing_and_double(void **state)
{
	char text[1024], twice[1024];
	assert_int_equal(differences(first, "", text, sizeof text), 1);
	assert_non_null(strstr(text, "2125000002"));
	snprintf(twice, sizeof twice, "%s,%s", first, first);
	assert_int_equal(differences(twice, second, text, sizeof text), 1);
	assert_non_null(strstr(text, "2 records"));
}

/* A SETUP that may never have come may have left a record or none; one that the box has answered has left one. */
static void setup_without_dchannel(void **state)
{
	char text[1024];
	const struct lab_call_facts facts = abandoned.facts;
	abandoned.facts.out_since = 19 * SECOND;
	abandoned.facts.out_until = 24 * SECOND;
	abandoned.facts.let_go = 60 * SECOND;
	abandoned.facts.setup_out = true;
	assert_int_equal(differences(first, "", text, sizeof text), 0);
	assert_int_equal(differences(first, second, text, sizeof text), 0);
	abandoned.facts.reached = 22 * SECOND;
	assert_int_equal(differences(first, "", text, sizeof text), 1);
	assert_non_null(strstr(text, "0 records"));
	abandoned.facts.begun = 20 * SECOND;
	told("10:00:10.010", "10:00:10.300", "away from"); /* the other call was there before */
	abandoned.facts = facts;
}

static unsigned with(const char *part, const char *instead)
{
	char changed[1024], text[1024];
	const char *at = strstr(first, part);
	snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - first), first, instead, at + strlen(part));
	return differences(changed, second, text, sizeof text);
}

/* An end in an outage is known to each side at its own time; one long after it is not excused. */
static void end_without_dchannel(void **state)
{
	const struct lab_call_facts facts = answered.facts;
	answered.facts.let_go = 52 * SECOND;
	assert_int_equal(with("30050", "33000"), 1);
	answered.facts.out_since = 25 * SECOND;
	answered.facts.out_until = 30 * SECOND;
	assert_int_equal(with("30050", "33000"), 1);
	assert_int_equal(with("\"cause\":16", "\"cause\":27"), 1);
	answered.facts.out_since = 43 * SECOND;
	answered.facts.out_until = 50 * SECOND;
	assert_int_equal(with("30050", "33000"), 0); /* DISCONNECT was late */
	assert_int_equal(with("30050", "28000"), 0); /* T309 */
	assert_int_equal(with("\"cause\":16", "\"cause\":27"), 0);
	assert_int_equal(with("30050", "27800"), 1); /* before it began */
	assert_int_equal(with("30050", "34300"), 1); /* after the agent had hung up */
	assert_int_equal(with("\"answered\"", "\"abandoned\""), 1);
	answered.facts = facts;
}

static void deafness(void **state)
{
	char text[1024];
	answered.heard_by_agent = false;
	assert_int_equal(differences(first, second, text, sizeof text), 1);
	assert_non_null(strstr(text, "did not hear"));
	answered.heard_by_agent = true;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(agreement),
	    cmocka_unit_test(every_difference),
	    cmocka_unit_test(missing_and_double),
	    cmocka_unit_test(setup_without_dchannel),
	    cmocka_unit_test(end_without_dchannel),
	    cmocka_unit_test(deafness),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
