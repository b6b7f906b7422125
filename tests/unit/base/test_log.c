#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define WRITERS    3
#define LINES_EACH 3000

static uint32_t errors_seen, infos_seen, losses_seen;
static char last[LOG_LINE_BYTES];

static void count(void *argument, uint64_t wall_us, enum log_level level, enum log_room room, const char *text)
{
	assert_ptr_equal(argument, &errors_seen);
	if (strstr(text, "lines lost"))
		losses_seen++;
	else if (level == LOG_ERROR)
		errors_seen++;
	else
		infos_seen++;
	snprintf(last, sizeof(last), "%s", text);
}

/* Standard error goes to nowhere: these tests write thousands of lines. */
static int start(void **state)
{
	int fd = open("/dev/null", O_WRONLY);

	*state = (void *)(intptr_t)dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
	errors_seen = infos_seen = losses_seen = 0;
	return log_start(LOG_INFO);
}

static int stop(void **state)
{
	log_stop();
	dup2((int)(intptr_t)*state, STDERR_FILENO);
	return close((int)(intptr_t)*state);
}

static void threshold_and_cutting(void **state)
{
	char longer[LOG_LINE_BYTES * 2];

	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(log_start(LOG_INFO), -EALREADY);
	log_write(LOG_DEBUG, LOG_BASE, "not wanted");
	log_write(LOG_INFO, LOG_BASE, "%s", longer);
	assert_int_equal(log_drain(count, &errors_seen), 1);
	assert_int_equal(strlen(last), LOG_LINE_BYTES - 1);
	log_set_threshold(LOG_ERROR);
	log_write(LOG_INFO, LOG_BASE, "not wanted");
	assert_int_equal(log_drain(count, &errors_seen), 0);
	assert_string_equal(log_level_name(LOG_NOTICE), "notice");
	assert_string_equal(log_room_name(LOG_ADMIN), "admin");
	assert_string_equal(log_room_name(LOG_ROOM_COUNT), "unknown");
}

static void info_gives_way_to_errors(void **state)
{
	uint64_t lost_before = log_lost();
	uint32_t i;

	for (i = 0; i < 5000; i++)
		log_write(LOG_INFO, LOG_CALL, "chatter %u", i);
	log_write(LOG_ERROR, LOG_CALL, "this must be seen");
	assert_int_equal(log_lost() - lost_before, 5000 - 1536);
	log_drain(count, &errors_seen);
	assert_int_equal(infos_seen, 1536);
	assert_int_equal(errors_seen, 1);
	assert_int_equal(losses_seen, 1);
	assert_non_null(strstr(last, "3464 info lines lost"));
}

static void *write_lines(void *argument)
{
	int i;

	for (i = 0; i < LINES_EACH; i++)
		log_write(LOG_ERROR, LOG_LINE, "writer %p line %d", argument, i);
	return NULL;
}

static void every_line_is_seen_or_counted(void **state)
{
	pthread_t threads[WRITERS];
	uint64_t lost_before = log_lost();
	int i;

	for (i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, &errors_seen), 0);
	for (i = 0; i < 50; i++)
		log_drain(count, &errors_seen);
	for (i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	while (log_drain(count, &errors_seen))
		;
	assert_int_equal(errors_seen + (log_lost() - lost_before), WRITERS * LINES_EACH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(threshold_and_cutting, start, stop),
	    cmocka_unit_test_setup_teardown(info_gives_way_to_errors, start, stop),
	    cmocka_unit_test_setup_teardown(every_line_is_seen_or_counted, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
