/*
 * show time takes the zone from control's view, and the bundle's program gets an environment of its own: libc's zone
 * and environment are control's to change.
 */
#include "bench.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

static void zone_of_the_view(void **state)
{
	int client = client_open();
	setenv("TZ", "Asia/Tokyo", 1);
	tzset();
	bench->view.wall_us = UINT64_C(1774745702250000);
	bench->view.zone = (struct control_zone_view){.name = "Europe/Berlin",
	                                              .abbreviation = "CET",
	                                              .offset_s = 3600,
	                                              .offset_then_s = 7200,
	                                              .change_s = INT64_C(1774746000)};
	char *text = ask(client, "show time");
	assert_non_null(strstr(text, "Time      2026-03-29 01:55:02 CET (2026-03-29T00:55:02Z)\n"
	                             "Zone      Europe/Berlin, standard time (CET, +60 min)\n"
	                             "Changes   after 2026-03-29 01:59 to +120 min\n"));
	free(text);
	text = ask(client, "show time --json");
	assert_non_null(strstr(text, "\"zone\":\"Europe/Berlin\",\"abbreviation\":\"CET\",\"offset_s\":3600,"
	                             "\"dst\":false,\"next_change\":\"2026-03-29T01:00:00.000Z\""));
	free(text);
	close(client);
}

static bool synchronised;

/* In the place of the C library's: the kernel's word on its clock. */
int adjtimex(struct timex *kernel)
{
	kernel->status = synchronised ? 0 : STA_UNSYNC;
	kernel->maxerror = 1234567;
	return 0;
}

/* A line of it, and none wider than a terminal: what the kernel and a clock on the board add has its own. */
static void shown(int client, const char *said)
{
	char *text = ask(client, "show time");
	if (!strstr(text, said))
		fail_msg("%s", text);
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 80);
	free(text);
}

static void told_by_the_kernel(void **state)
{
	int client = client_open();
	synchronised = false;
	shown(client, "\nState     not synchronised\n");
	synchronised = true;
	shown(client, "\nState     synchronised, wrong by 1234 ms at most\n");
	char *text = ask(client, "show time --json");
	assert_non_null(strstr(text, "\"synchronised\":true,\"max_error_ms\":1234,"));
	free(text);
	close(client);
}

static void tracking_says(int client, const char *line, const char *said)
{
	char path[120];
	snprintf(path, sizeof(path), "%s/time-tracking", bench->folder);
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fputs(line, file);
	assert_int_equal(fclose(file), 0);
	char *text = ask(client, "show time");
	if (!strstr(text, said))
		fail_msg("%s: %s", line, text);
	free(text);
}

/* What chronyd says; what somebody else wrote there is no offset. */
static void source_and_offset(void **state)
{
	int client = client_open();
	expect(client, "set ntp server 192.0.2.7", '0', "");
	expect(client, "commit", '0', "commit complete\n");
	tracking_says(client,
	              "C0000207,192.0.2.7,3,1774745702.1,0.001500000,0.1,0.2,-9.9,0,0.1,0.01,0.02,64.5,Normal\n",
	              "Offset    1.500 ms behind 192.0.2.7, stratum 3; last heard ");
	char *text = ask(client, "show time --json");
	assert_non_null(strstr(
	    text,
	    "\"source\":\"192.0.2.7\",\"stratum\":3,\"offset_ms\":-1.500,\"heard\":\"2026-03-29T00:55:02.000Z\""));
	free(text);
	static const char *const wrong[] = {"7F7F0101,,0,0.0,0.0,0,0,0,0,0,0,0,0,Not synchronised\n",
	                                    "",
	                                    "a,b,3,d\n",
	                                    "a,b,16,d,0.1,x\n",
	                                    "a,b,3,d,nan,x\n",
	                                    "a,b,3,d,0.1s,x\n"};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		tracking_says(client, wrong[i], "Offset    not known: no server has been heard\n");
	close(client);
}

/* In belfry's place: writes its environment where the bundle should go. */
static void put_program(char *path, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", path, size - 1);
	assert_true(length > 0);
	path[length] = '\0';
	char *slash = strrchr(path, '/');
	snprintf(slash + 1, size - (size_t)(slash + 1 - path), "belfry");
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fputs("#!/bin/sh\ntr '\\0' '\\n' < /proc/$$/environ > \"$4\"\n", file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

static void wait_for_answer(int client)
{
	struct actor *actor = admin_actor(bench->admin);
	struct pollfd fds[ACTOR_POLL_MAX];
	char status = 0;
	free(client_answer(client, &status));
	while (!status) {
		int count = actor->poll_fds(actor->self, fds, ACTOR_POLL_MAX);
		assert_true(poll(fds, (nfds_t)count, -1) > 0 || errno == EINTR);
		bench_settle();
		free(client_answer(client, &status));
	}
	assert_int_equal(status, '0');
}

static void environment_of_the_bundle(void **state)
{
	char program[4096], path[100], line[200], seen[4096] = "";
	int client = client_open();
	setenv("BELFRY_TEST_WORD", "not for others", 1);
	put_program(program, sizeof(program));
	snprintf(path, sizeof(path), "%s/bundle", bench->folder);
	snprintf(line, sizeof(line), "support bundle %s\n", path);
	client_send(client, line);
	wait_for_answer(client);
	unlink(program);
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	assert_true(fread(seen, 1, sizeof(seen) - 1, file) > 0);
	fclose(file);
	assert_string_equal(seen, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nTZ=UTC\n");
	close(client);
}

static bool clock_file(char *text, size_t size)
{
	char path[120];
	snprintf(path, sizeof(path), "%s/clock", bench->folder);
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	text[fread(text, 1, size - 1, file)] = '\0';
	fclose(file);
	return !unlink(path);
}

/* So long ago by the machine's clock (time() is the box's). */
static long heard_s(long ago_s)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (long)now.tv_sec - ago_s;
}

/* A clock of the program's own is set at once; the belfry clock does not notice. */
static void own_clock_set(void **state)
{
	int client = client_open();
	uint64_t now_us = clock_now_us();
	bench->wall_s = 1774749600;
	expect_part(client, "request time 2026-03-29 04:00", '0',
	            "the clock is set to the time of the zone (2026-03-29T02:00:00Z); it was 2026-03-29T00:55:02Z\n");
	assert_string_equal(bench->local_time, "2026-03-29 04:00");
	assert_int_equal(clock_wall_us(), UINT64_C(1774749600000000));
	assert_int_equal(clock_now_us(), now_us);
	expect_part(client, "request time", '1', "expected date and time as YYYY-MM-DD HH:MM[:SS]");
	expect_part(client, "request time 2026-03-29", '1', "expected date and time as YYYY-MM-DD HH:MM[:SS]");
	expect_part(client, "request time 2026-03-29 04:00 confirm", '1', "expected date and time as");
	char text[40];
	assert_false(clock_file(text, sizeof(text)));
	char line[100];
	snprintf(line, sizeof(line), "C0000207,192.0.2.7,3,%ld.1,0.001500000,0.1,0.2,-9.9\n", heard_s(3500));
	tracking_says(client, line, "Offset    1.500 ms");
	expect_part(client, "request time 2026-03-29 04:00", '1', "is set by the time server 192.0.2.7");
	snprintf(line, sizeof(line), "C0000207,192.0.2.7,3,%ld.1,0.001500000,0.1,0.2,-9.9\n", heard_s(3700));
	tracking_says(client, line, "Offset    1.500 ms");
	expect_part(client, "request time 2026-03-29 04:00", '0', "(2026-03-29T02:00:00Z)");
	close(client);
}

/* The box's system is told; on somebody's host nothing is. */
static void machine_clock_set(void **state)
{
	char path[120], text[40];
	int client = client_open();
	clock_start(0);
	bench->wall_s = 1774749600;
	expect_part(client, "request time 2026-03-29 04:00", '1', "its time is the host's, set it there");
	assert_int_not_equal(bench->asked, CONTROL_LOCAL_TIME);
	snprintf(path, sizeof(path), "%s/power-watched", bench->folder);
	fclose(fopen(path, "we"));
	snprintf(bench->boot.folder, sizeof(bench->boot.folder), "%s", bench->folder);
	expect_part(client, "request time 2026-03-29 04:00", '0', "(2026-03-29T02:00:00Z)");
	assert_true(clock_file(text, sizeof(text)));
	assert_string_equal(text, "1774749600\n");
	close(client);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, bench_set_up, bench_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(zone_of_the_view),  TEST(told_by_the_kernel),
	                                   TEST(source_and_offset), TEST(environment_of_the_bundle),
	                                   TEST(own_clock_set),     TEST(machine_clock_set)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
