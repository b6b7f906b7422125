#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/notify.h"
#include "base/watchdog.h"

static uint64_t counter[2];

static uint64_t read_counter(const void *self)
{
	return *(const uint64_t *)self;
}

static struct watchdog two_threads(void)
{
	struct watchdog watchdog = {0};

	counter[0] = counter[1] = 0;
	heartbeat_add(&watchdog.heartbeat, "media", read_counter, &counter[0]);
	heartbeat_add(&watchdog.heartbeat, "control", read_counter, &counter[1]);
	return watchdog;
}

/* The service manager's end, under an abstract name. */
static int manager_open(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char name[64];
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(name, sizeof(name), "@belfry-test-%d", (int)getpid());
	memcpy(address.sun_path, name, strlen(name));
	address.sun_path[0] = '\0';
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
	    0);
	setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

static const char *heard(int fd)
{
	static char text[64];
	ssize_t got = recv(fd, text, sizeof(text) - 1, 0);

	if (got < 0)
		return "";
	text[got] = '\0';
	return text;
}

static void look_until_due(struct watchdog *watchdog)
{
	while (!watchdog_look(watchdog))
		poll(NULL, 0, 1);
}

static void test_all_must_advance(void **state)
{
	struct watchdog watchdog = two_threads();
	const char *stuck = NULL;

	assert_false(heartbeat_all_advanced(&watchdog.heartbeat, &stuck));
	assert_string_equal(stuck, "media");
	counter[0]++;
	assert_false(heartbeat_all_advanced(&watchdog.heartbeat, &stuck));
	assert_string_equal(stuck, "control");
	counter[1]++;
	assert_true(heartbeat_all_advanced(&watchdog.heartbeat, &stuck));
	/* Each beat asks anew; an advance that came while the other was stuck counts. */
	counter[1]++;
	assert_false(heartbeat_all_advanced(&watchdog.heartbeat, &stuck));
	counter[0]++;
	assert_true(heartbeat_all_advanced(&watchdog.heartbeat, &stuck));
}

static void test_manager_hears(void **state)
{
	struct watchdog watchdog = two_threads();
	int manager = manager_open();

	setenv("WATCHDOG_USEC", "4000", 1);
	unsetenv("WATCHDOG_PID");
	look_until_due(&watchdog);
	assert_string_equal(heard(manager), ""); /* not ready: nobody has made a step */
	counter[0]++, counter[1]++;
	look_until_due(&watchdog);
	assert_string_equal(heard(manager), "READY=1");
	counter[0]++, counter[1]++;
	look_until_due(&watchdog);
	assert_string_equal(heard(manager), "WATCHDOG=1");
	counter[0]++;
	look_until_due(&watchdog);
	assert_string_equal(heard(manager), "");
	assert_string_equal(watchdog.stuck, "control");
	counter[1]++;
	look_until_due(&watchdog);
	assert_string_equal(heard(manager), "WATCHDOG=1");
	assert_null(watchdog.stuck);
	watchdog_stopping();
	assert_string_equal(heard(manager), "STOPPING=1");
	close(manager);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
}

static char said[500];

static void take_line(void *argument, uint64_t wall_us, enum log_level level, enum log_room room, const char *text)
{
	snprintf(said + strlen(said), sizeof(said) - strlen(said), "%.60s\n", text);
}

static const char *look_and_log(struct watchdog *watchdog)
{
	look_until_due(watchdog);
	said[0] = '\0';
	log_drain(take_line, NULL);
	return said;
}

/* One that is stuck behind another is named as soon as that one goes on. */
static void test_each_stuck_thread_is_named(void **state)
{
	struct watchdog watchdog = two_threads();

	setenv("WATCHDOG_USEC", "4000", 1);
	unsetenv("WATCHDOG_PID");
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(log_start(LOG_NOTICE), 0);
	counter[0]++, counter[1]++;
	assert_string_equal(look_and_log(&watchdog), "");
	assert_string_equal(look_and_log(&watchdog), "the media thread does not advance: the watchdog is not fed u\n");
	assert_string_equal(look_and_log(&watchdog), ""); /* said once */
	counter[0]++;
	assert_string_equal(look_and_log(&watchdog), "the media thread advances again\n"
	                                             "the control thread does not advance: the watchdog is not fed\n");
	counter[1]++;
	assert_string_equal(look_and_log(&watchdog), "the control thread advances again\n");
	log_stop();
	unsetenv("WATCHDOG_USEC");
}

static void test_nobody_asks(void **state)
{
	struct watchdog watchdog = two_threads();

	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	counter[0]++, counter[1]++;
	look_until_due(&watchdog);
	assert_true(watchdog.ready);
	assert_false(watchdog_look(&watchdog));
	assert_int_equal(notify_send("READY=1"), 0);
}

static void test_interval(void **state)
{
	char pid[16];

	setenv("WATCHDOG_USEC", "3000000", 1);
	assert_int_equal(notify_watchdog_us(), 3000000);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_watchdog_us(), 0); /* meant for another */
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog_us(), 3000000);
	setenv("WATCHDOG_USEC", "soon", 1);
	assert_int_equal(notify_watchdog_us(), 0);
	unsetenv("WATCHDOG_PID");
	unsetenv("WATCHDOG_USEC");
}

static void test_no_manager_there(void **state)
{
	char long_name[200];

	setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
	assert_true(notify_send("READY=1") < 0);
	memset(long_name, 'x', sizeof(long_name));
	long_name[sizeof(long_name) - 1] = '\0';
	setenv("NOTIFY_SOCKET", long_name, 1);
	assert_true(notify_send("READY=1") < 0);
	unsetenv("NOTIFY_SOCKET");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_all_must_advance),
	    cmocka_unit_test(test_manager_hears),
	    cmocka_unit_test(test_each_stuck_thread_is_named),
	    cmocka_unit_test(test_nobody_asks),
	    cmocka_unit_test(test_interval),
	    cmocka_unit_test(test_no_manager_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
