/* Lines of Lua to the telephones of a machine that somebody else runs: answers, failures, limits; no machine is needed.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/lab/attend.h"

#define TRIES_MS 60000

static char folder[] = "/tmp/belfry-attend-XXXXXX", box_path[64], lab_path[64], tell_path[64];
static pid_t lab;

/* A sender's end of the socket; -1 nobody is there. */
static int connected(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%s", tell_path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

static int set_up(void **state)
{
	if (!mkdtemp(folder))
		return -1;
	snprintf(box_path, sizeof box_path, "%s/box", folder);
	snprintf(lab_path, sizeof lab_path, "%s/lab", folder);
	snprintf(tell_path, sizeof tell_path, "%s/tell", folder);
	lab = fork();
	if (lab == 0) {
		const struct attend_options options = {box_path, lab_path, "1:31,2:24", tell_path, 1};
		_exit(attend_run(&options));
	}
	int fd = -1;
	for (int waited = 0; fd < 0 && waited < TRIES_MS; waited += 10) {
		fd = connected();
		usleep(10 * 1000);
	}
	close(fd);
	return fd < 0;
}

static int tear_down(void **state)
{
	int status;
	kill(lab, SIGTERM);
	waitpid(lab, &status, 0);
	unlink(lab_path);
	rmdir(folder);
	return status;
}

/* Sends it all, then waits for one answer: its text, and its status behind it ('0', '1', '-' when hung up on). */
static const char *told_on(int fd, const char *text)
{
	static char answer[16384];
	size_t used = 0;
	(void)send(fd, text, strlen(text), MSG_NOSIGNAL);
	while (used < sizeof answer - 2) {
		ssize_t got = recv(fd, answer + used, 1, 0);
		if (got <= 0)
			return "-";
		if (used && answer[used - 1] == '\0') {
			memmove(answer + used - 1, answer + used, 1);
			answer[used] = '\0';
			return answer;
		}
		used++;
		if (used == 1 && answer[0] == '\0') { /* an answer without text: its status follows */
			if (recv(fd, answer, 1, 0) != 1)
				return "-";
			answer[1] = '\0';
			return answer;
		}
	}
	return "too long";
}

static const char *told(const char *line)
{
	int fd = connected();
	assert_true(fd >= 0);
	const char *answer = told_on(fd, line);
	close(fd);
	return answer;
}

static void answers(void **state)
{
	assert_string_equal(told("1 + 1\n"), "2\n0");
	assert_string_equal(told("ann = phone('2/1') ann:lift() return 'up', 3\n"), "up\n3\n0");
	assert_string_equal(told("ann\n"), "phone 2/1\n0"); /* what one line has set the next one knows */
	assert_string_equal(told("print('a', 1) print(2)\n"), "a\t1\n2\n0");
	assert_string_equal(told("local t = now() wait(0.5) return now() - t > 0.49\n"), "true\n0");
	assert_string_equal(told("ann:hang_up()\n"), "0");
}

static void failures(void **state)
{
	assert_non_null(strstr(told("x =\n"), "unexpected symbol"));
	assert_non_null(strstr(told("ann:expect('ringing', 0.1)\n"), "expected ringing"));
	assert_non_null(strstr(told("call{ to = '800' }:expect('answered', 0.1)\n"), "expected answered"));
	assert_string_equal(told("box.query('show calls')\n"), "the console of this box is on its own terminal\n1");
	assert_non_null(strstr(told("fault{ disk = 'full' }\n"), "somebody else's"));
	assert_non_null(strstr(told("while true do end\n"), "computes for too long"));
	assert_string_equal(told("spawn(function() wait(0.1) error('later') end)\n"), "0");
	assert_string_equal(told("wait(0.3) return 'still there'\n"), "still there\n0");
}

/* Lines in one piece are answered one after the other; one without an end is turned away, and so is who is too many. */
static void limits(void **state)
{
	int fd = connected();
	assert_string_equal(told_on(fd, "1\n2\nreturn 3\n"), "1\n0");
	assert_string_equal(told_on(fd, ""), "2\n0");
	assert_string_equal(told_on(fd, ""), "3\n0");
	close(fd);
	char longest[ATTEND_LINE_MAX + 100];
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	assert_string_equal(told(longest), "-");
	int held[ATTEND_SENDERS_MAX];
	for (unsigned i = 0; i < ATTEND_SENDERS_MAX; i++) {
		held[i] = connected();
		assert_string_equal(told_on(held[i], "wait(0.01) return 1\n"), "1\n0");
	}
	assert_string_equal(told("1\n"), "-");
	/* One who goes in the middle of a line takes it along, and leaves its place. */
	const char *gone = "gone, open = 1, false while not open do wait(0.01) end gone = 2\n";
	(void)send(held[0], gone, strlen(gone), MSG_NOSIGNAL);
	assert_string_equal(told_on(held[1], "wait(0.1) return 1\n"), "1\n0");
	for (unsigned i = 0; i < ATTEND_SENDERS_MAX; i++)
		close(held[i]);
	assert_string_equal(told("open = true wait(0.1) return gone\n"), "1\n0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers),
	    cmocka_unit_test(failures),
	    cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
