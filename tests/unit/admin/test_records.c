/*
 * What `show ... --json` prints, to the letter: names, order, null for what is absent (settings.md, "Records").
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define ARRIVED UINT64_C(1774745702250000) /* 2026-03-29T00:55:02.250Z */

static void fill_answered(struct call_record *r)
{
	*r = (struct call_record){.id = 7,
	                          .direction = CALL_IN,
	                          .outcome = CALL_ANSWERED,
	                          .presentation = 0,
	                          .span = 1,
	                          .timeslot = 31,
	                          .cause = 16,
	                          .cause_location = 0,
	                          .ended = true,
	                          .from = "2125550123",
	                          .from_raw = "2125550123",
	                          .to = "8005551000",
	                          .name = "ACME \"Ltd\" \xc3\xa9 \xff",
	                          .queue = "sales",
	                          .port = "2/1",
	                          .agent = 101,
	                          .arrived_us = ARRIVED,
	                          .answered_us = ARRIVED + 1500000,
	                          .ended_us = ARRIVED + 61500000,
	                          .wait_ms = 1500,
	                          .ring_ms = 1200,
	                          .talk_ms = 60000,
	                          .offer_count = 2,
	                          .segment_count = 2};
	r->offers[0] = (struct call_offer){.agent = 102, .result = ACD_OFFER_NO_ANSWER, .ring_ms = 1000};
	r->offers[1] = (struct call_offer){.agent = 101, .result = ACD_OFFER_ANSWERED, .ring_ms = 200};
	r->segments[0] = (struct call_segment){.kind = SEGMENT_QUEUE, .start_ms = 0, .end_ms = 1500, .queue = "sales"};
	r->segments[1] = (struct call_segment){.kind = SEGMENT_TALK, .start_ms = 1500, .end_ms = 61500, .agent = 101};
}

static const char answered[] =
    "{\"id\":7,\"direction\":\"in\",\"span\":1,\"channel\":31,\"from\":\"2125550123\",\"from_raw\":\"2125550123\","
    "\"to\":\"8005551000\",\"name\":\"ACME \\\"Ltd\\\" \xc3\xa9 \xef\xbf\xbd\",\"presentation\":\"allowed\","
    "\"queue\":\"sales\",\"agent\":\"101\",\"port\":\"2/1\",\"arrived\":\"2026-03-29T00:55:02.250Z\","
    "\"answered\":\"2026-03-29T00:55:03.750Z\",\"ended\":\"2026-03-29T00:56:03.750Z\",\"wait_ms\":1500,"
    "\"ring_ms\":1200,\"talk_ms\":60000,\"hold_ms\":0,\"wrap_ms\":0,\"outcome\":\"answered\",\"reason\":null,"
    "\"cause\":16,\"cause_sent\":null,\"cause_location\":0,\"offers\":[{\"agent\":\"102\",\"result\":\"no-answer\","
    "\"ring_ms\":1000},{\"agent\":\"101\",\"result\":\"answered\",\"ring_ms\":200}],\"segments\":[{\"kind\":\"queue\","
    "\"start_ms\":0,\"end_ms\":1500,\"agent\":null,\"queue\":\"sales\"},{\"kind\":\"talk\",\"start_ms\":1500,"
    "\"end_ms\":61500,\"agent\":\"101\",\"queue\":null}],\"recording\":null,\"disposition\":null,"
    "\"disposition_text\":null,\"disposition_agent\":null,\"disposition_at\":null";

static const char nothing_known[] =
    "{\"id\":8,\"direction\":\"out\",\"span\":null,\"channel\":null,\"from\":null,\"from_raw\":null,\"to\":null,"
    "\"name\":null,\"presentation\":\"allowed\",\"queue\":null,\"agent\":null,\"port\":null,"
    "\"arrived\":\"2026-03-29T00:55:02.250Z\",\"answered\":null,\"ended\":null,\"wait_ms\":0,\"ring_ms\":0,"
    "\"talk_ms\":0,\"hold_ms\":0,\"wrap_ms\":0,\"outcome\":null,\"reason\":null,\"cause\":null,\"cause_sent\":null,"
    "\"cause_location\":null,\"offers\":[],\"segments\":[],\"recording\":null,\"disposition\":null,"
    "\"disposition_text\":null,\"disposition_agent\":null,\"disposition_at\":null";

static void finished_calls(void **state)
{
	int client = client_open();
	char expected[4096];
	fill_answered(&bench->records[0]);
	bench->records[1] = (struct call_record){.id = 8, .direction = CALL_OUT, .arrived_us = ARRIVED};
	bench->record_count = 2;
	snprintf(expected, sizeof(expected), "[%s}]\n", answered);
	expect(client, "show calls last 1 --json", '0', expected);
	snprintf(expected, sizeof(expected), "[%s},%s}]\n", answered, nothing_known);
	expect(client, "show calls last 5 --json", '0', expected);
	expect(client, "show calls last 1", '0',
	       "Id     Arrived (UTC)  From        To         Queue   Agent      Talk Outcome\n"
	       "7      03-29 00:55:02 2125550123  8005551000 sales   101        1:00 answered\n1 calls\n");
	close(client);
}

static void calls_in_progress(void **state)
{
	int client = client_open();
	char expected[4096];
	bench->view.call_count = 1;
	bench->view.wall_us = ARRIVED + 65000000;
	fill_answered(&bench->view.calls[0].record);
	snprintf(bench->view.calls[0].state, sizeof(bench->view.calls[0].state), "talking");
	snprintf(expected, sizeof(expected), "[%s,\"state\":\"talking\"}]\n", answered);
	expect(client, "show calls --json", '0', expected);
	char *table = ask(client, "show calls");
	assert_non_null(
	    strstr(table, "7      1/31  2125550123    8005551000    sales    101      talking         1:05\n"));
	free(table);
	close(client);
}

static void agents(void **state)
{
	static const char *const lines[] = {"set agent 101 name Ann",   "set agent 101 pin 1111",
	                                    "set agent 102 pin 2222",   "set queue sales agent 101",
	                                    "set queue help agent 101", "set queue help agent 102",
	                                    "set reason 3 Lunch",       "commit"};
	int client = client_open();
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		expect(client, lines[i], '0', NULL);
	clock_advance_us(10 * US_PER_S);
	uint64_t since = clock_now_us() - 5 * US_PER_S;
	char time[32], expected[1200];
	clock_format_utc(clock_wall_at_us(since), time, sizeof(time));
	bench->acd.agent_count = 2;
	bench->acd.agents[0] = (struct acd_agent_view){.number = 101,
	                                               .name = "Ann",
	                                               .state = ACD_PAUSED,
	                                               .wish_paused = true,
	                                               .reason = 3,
	                                               .port = driver_channel(2, 1),
	                                               .since_us = since,
	                                               .calls = 4,
	                                               .talk_us = 90500000};
	bench->acd.agents[1] = (struct acd_agent_view){.number = 102, .port = ACD_NONE, .since_us = since};
	snprintf(
	    expected, sizeof(expected),
	    "[{\"agent\":\"101\",\"name\":\"Ann\",\"state\":\"paused\",\"wish\":\"paused\",\"since\":\"%s\","
	    "\"port\":\"2/"
	    "1\",\"queues\":[\"help\",\"sales\"],\"calls\":4,\"direct_calls\":0,\"talk_ms\":90500,\"reason\":\"Lunch\","
	    "\"paused_queues\":"
	    "0,\"disposition_due\":false},"
	    "{\"agent\":\"102\",\"name\":null,\"state\":\"logged-out\",\"wish\":null,\"since\":\"%s\",\"port\":null,"
	    "\"queues\":[\"help\"],\"calls\":0,\"direct_calls\":0,\"talk_ms\":0,\"reason\":null,\"paused_queues\":0,"
	    "\"disposition_due\":false}]"
	    "\n",
	    time, time);
	expect(client, "show agents --json", '0', expected);
	char *table = ask(client, "show agents");
	assert_non_null(
	    strstr(table, "101    Ann            paused        0:05 2/1       4    1:30 Lunch    help,sales"));
	free(table);
	close(client);
}

/* The ICMI example of metrics.md: 1000 answered, 860 in time; 60 abandoned, 20 in time: SL-4 is 82.7 %. */
#define NO_EXITS                                                                                                       \
	"\"exits\":{\"FULL\":0,\"JOINEMPTY\":0,\"LEAVEEMPTY\":0,\"TIMEOUT\":0,\"KEY\":0,\"WITHDRAW\":0,\"OVERFLOW\":"  \
	"0,"                                                                                                           \
	"\"CLOSED\":0,\"LIMIT\":0,\"REMOVED\":0},"
#define NO_FORECAST "\"forecast_coverage\":null,\"forecast_muted\":false"

static void queues(void **state)
{
	int client = client_open();
	clock_advance_us(100 * US_PER_S);
	bench->acd.queue_count = 2;
	bench->acd.queues[0] = (struct acd_queue_view){.name = "sales",
	                                               .waiting = 2,
	                                               .agents_ready = 0,
	                                               .agents_staffed = 5,
	                                               .oldest_arrived_us = clock_now_us() - 2500000,
	                                               .offered = 1065,
	                                               .answered = 1000,
	                                               .abandoned = 60,
	                                               .short_abandoned = 3,
	                                               .diverted = 3,
	                                               .refused = 1,
	                                               .transferred_in = 10,
	                                               .transferred_answered = 4,
	                                               .transferred_abandoned = 3,
	                                               .transferred_diverted = 2,
	                                               .transferred_refused = 1,
	                                               .answered_within = 860,
	                                               .abandoned_within = 20,
	                                               .wait_answered_us = UINT64_C(12500) * US_PER_S};
	bench->acd.queues[1] = (struct acd_queue_view){.name = "new", .oldest_arrived_us = UINT64_MAX};
	expect(client, "show queues --json", '0',
	       "[{\"queue\":\"sales\",\"waiting\":2,\"oldest_wait_ms\":2500,\"agents_ready\":0,\"agents_staffed\":5,"
	       "\"offered\":1065,\"answered\":1000,\"abandoned\":60,\"short_abandoned\":3,\"diverted\":3,\"refused\":1,"
	       "\"cut\":0,\"transferred_in\":10,\"transferred_answered\":4,\"transferred_abandoned\":3,"
	       "\"transferred_diverted\":2,\"transferred_refused\":1,\"transferred_cut\":0," NO_EXITS
	       "\"service_level\":82.7,\"asa_ms\":12500,\"forecast_low_ms\":null,\"forecast_high_ms\":null," NO_FORECAST
	       "},"
	       "{\"queue\":\"new\",\"waiting\":0,\"oldest_wait_ms\":null,\"agents_ready\":0,\"agents_staffed\":0,"
	       "\"offered\":0,"
	       "\"answered\":0,\"abandoned\":0,\"short_abandoned\":0,\"diverted\":0,\"refused\":0,\"cut\":0,"
	       "\"transferred_in\":0,"
	       "\"transferred_answered\":0,\"transferred_abandoned\":0,\"transferred_diverted\":0,"
	       "\"transferred_refused\":0,\"transferred_cut\":0," NO_EXITS "\"service_level\":null,"
	       "\"asa_ms\":null,\"forecast_low_ms\":null,\"forecast_high_ms\":null," NO_FORECAST "}]\n");
	close(client);
}

static void lines(void **state)
{
	int client = client_open();
	struct control_view *view = &bench->view;
	view->span_count = view->port_count = view->alarm_count = 1;
	view->spans[0] = (struct control_span_view){.span = 1,
	                                            .clock_source = true,
	                                            .line = {.settings = {.driver = {.type = SPAN_E1, .clock_rank = 1},
	                                                                  .signalling = LINE_PRI_CPE,
	                                                                  .switch_type = LINE_EUROISDN},
	                                                     .dchannel = LINE_DCHANNEL_UP,
	                                                     .alarms = SPAN_ALARM_RED | SPAN_ALARM_YELLOW,
	                                                     .channels = 30,
	                                                     .in_use = 4},
	                                            .counters = {.slips = 1,
	                                                         .frames_lost = 2,
	                                                         .errored_seconds = 3,
	                                                         .bipolar_violations = 4,
	                                                         .code_violations = 5,
	                                                         .crc4_errors = 6,
	                                                         .ebit_errors = 7,
	                                                         .fas_errors = 8,
	                                                         .framing_errors = 9,
	                                                         .bit_errors = 10,
	                                                         .interrupts_missed = 11,
	                                                         .periods_missed = 12,
	                                                         .hdlc_bad_crc = 13,
	                                                         .hdlc_aborts = 14}};
	view->ports[0] = (struct control_port_view){
	    .span = 2, .timeslot = 1, .place = "2/1", .extension = "201", .hook = 1, .agent = 101};
	view->alarms[0] = (struct control_alarm_view){
	    .id = 5, .severity = SEVERITY_MAJOR, .since_us = ARRIVED, .text = "span 1: red"};
	expect(client, "show spans --json", '0',
	       "[{\"span\":1,\"type\":\"e1\",\"signalling\":\"pri-cpe\",\"switch\":\"euroisdn\",\"driver\":\"tdmoe\","
	       "\"alarms\":[\"red\",\"yellow\"],\"dchannel\":\"up\",\"clock\":1,\"clock_source\":true,\"channels\":30,"
	       "\"in_use\":4,\"out_of_service\":0,\"slips\":1,\"frames_lost\":2,\"errored_seconds\":3,"
	       "\"sync_source\":null,\"service\":\"on\",\"location\":null,\"absent\":false,"
	       "\"bipolar_violations\":4,\"code_violations\":5,\"crc4_errors\":6,\"ebit_errors\":7,\"fas_errors\":8,"
	       "\"framing_errors\":9,\"bit_errors\":10,\"interrupts_missed\":11,\"periods_missed\":12,"
	       "\"hdlc_bad_crc\":13,\"hdlc_aborts\":14}]\n");
	expect(client, "show ports --json", '0',
	       "[{\"port\":\"2/"
	       "1\",\"extension\":\"201\",\"hook\":\"off\",\"ringing\":false,\"agent\":\"101\",\"alarm\":null}]\n");
	expect(client, "show alarms --json", '0',
	       "[{\"id\":5,\"severity\":\"major\",\"since\":\"2026-03-29T00:55:02.250Z\",\"text\":\"span 1: red\"}]\n");
	expect(client, "show alarms", '0',
	       "Id    Severity  Since (UTC)    Text\n5     major     03-29 00:55:02 span 1: red\n");
	close(client);
}

/* Tables are made for 80 columns; log lines, alarms' texts and names of queues may run over. */
static void tables_fit(void **state)
{
	static const char *const commands[] = {
	    "show calls", "show calls last 3", "show agents",   "show queues", "show spans",
	    "show ports", "show timers",       "show software", "help",        "why 7"};
	int client = client_open();
	bench->view.call_count = bench->record_count = 1;
	bench->why[0] = (struct acd_why){.call = 7, .queue = "sales", .agent_count = ACD_WHY_AGENTS, .left_out = 9};
	bench->why_count = 1;
	fill_answered(&bench->records[0]);
	bench->view.calls[0].record = bench->records[0];
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		char *text = ask(client, commands[i]);
		for (char *at = text, *line; (line = strsep(&at, "\n"));)
			if (strlen(line) > 80)
				fail_msg("%s: %zu columns: %s", commands[i], strlen(line), line);
		free(text);
	}
	close(client);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, bench_set_up, bench_tear_down)
	const struct CMUnitTest tests[] = {TEST(finished_calls), TEST(calls_in_progress), TEST(agents), TEST(queues),
	                                   TEST(lines),          TEST(tables_fit)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
