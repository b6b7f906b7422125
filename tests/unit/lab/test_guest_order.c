/* An order to a machine, taken as QEMU takes it: a byte at a time, and none once the other end is gone. */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/lab/target_private.h"

static struct {
	int listening;
	char taken[64];
	size_t length;
} port;

static void *take(void *unused)
{
	int fd = accept(port.listening, NULL, NULL);
	while (port.length + 1 < sizeof port.taken) {
		struct pollfd line = {.fd = fd, .events = POLLIN};
		poll(NULL, 0, 5);
		if (poll(&line, 1, 60000) != 1 || line.revents & POLLHUP)
			break;
		if (read(fd, port.taken + port.length, 1) != 1)
			break;
		port.length++;
	}
	close(fd);
	return NULL;
}

static void an_order_is_taken_whole(void **state)
{
	char folder[] = "/tmp/test-order-XXXXXX", error[256] = "";
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct target target = {.console = {.fd = -1}};
	pthread_t thread;
	assert_non_null(mkdtemp(folder));
	snprintf(address.sun_path, sizeof address.sun_path, "%s/port", folder);
	port.listening = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(port.listening, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(port.listening, 1), 0);
	assert_int_equal(pthread_create(&thread, NULL, take, NULL), 0);
	assert_int_equal(guest_order(&target, address.sun_path, "disk full", error, sizeof error), 0);
	pthread_join(thread, NULL);
	assert_string_equal(port.taken, "disk full\n");
	close(port.listening);
	unlink(address.sun_path);
	assert_int_not_equal(guest_order(&target, address.sun_path, "stop", error, sizeof error), 0);
	assert_non_null(strstr(error, "takes no orders"));
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(an_order_is_taken_whole)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
