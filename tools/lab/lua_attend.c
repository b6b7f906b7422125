/* Lines that a person or a program sends to the telephones of a machine: taken, run as steps, answered. */
#include "attend_lines.h"

#include <errno.h>
#include <lua5.4/lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "attend.h"
#include "lua_lab.h"

#define ANSWER_MAX       8192
#define INSTRUCTIONS_MAX 100000000 /* of Lua, in one line: telephones do not wait */

struct sender {
	int fd; /* -1: none */
	char line[ATTEND_LINE_MAX + 1], answer[ANSWER_MAX];
	size_t length, said;
	lua_State *step; /* NULL: the next line may begin */
};

struct attend_lines {
	struct lab lab; /* first: the step watcher is given it */
	struct run_options options;
	char path[108];
	int fd;
	struct sender senders[ATTEND_SENDERS_MAX];
};

/* The scenario without end, in which the lines are steps. */
static const char main_step[] =
    "local function elsewhere() error('the console of this box is on its own terminal', 0) end "
    "box = setmetatable({}, {__index = elsewhere, __call = elsewhere}) "
    "while true do wait(3600) end";

static void say(struct sender *sender, const char *text, size_t length)
{
	size_t room = sizeof sender->answer - sender->said;
	if (length > room)
		length = room;
	memcpy(sender->answer + sender->said, text, length);
	sender->said += length;
}

/* print() answers whoever sent the line. */
static int l_print(lua_State *L)
{
	struct attend_lines *lines = (struct attend_lines *)lab_of(L);
	struct sender *sender = lines->senders;
	while (sender < lines->senders + ATTEND_SENDERS_MAX && sender->step != L)
		sender++;
	for (int i = 1, count = lua_gettop(L); i <= count; i++) {
		size_t length;
		const char *text = luaL_tolstring(L, i, &length);
		if (sender < lines->senders + ATTEND_SENDERS_MAX) {
			say(sender, text, length);
			say(sender, i < count ? "\t" : "\n", 1);
		} else {
			printf("%s%s", text, i < count ? "\t" : "\n");
		}
		lua_pop(L, 1);
	}
	return 0;
}

static void too_long(lua_State *L, lua_Debug *where)
{
	luaL_error(L, "this computes for too long: telephones do not wait");
}

static int open_all(lua_State *L)
{
	luaL_openlibs(L);
	lab_open_steps(L);
	lab_open_call(L);
	lab_open_phone(L);
	lab_open_fault(L);
	lua_register(L, "print", l_print);
	if (luaL_loadbuffer(L, main_step, sizeof main_step - 1, "=attend") != LUA_OK)
		return lua_error(L);
	lab_start_step(L, 0);
	return 0;
}

static void hang_up(struct attend_lines *lines, struct sender *sender)
{
	if (sender->step)
		lab_end_step(&lines->lab, sender->step);
	if (sender->fd >= 0)
		close(sender->fd);
	*sender = (struct sender){.fd = -1};
}

/* Text, 0, status: what does not fit into the socket at once is for somebody who does not read, and is given up. */
static void answer(struct attend_lines *lines, struct sender *sender, bool failed)
{
	char end[2] = {'\0', failed ? '1' : '0'};
	struct iovec parts[] = {{sender->answer, sender->said}, {end, sizeof end}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	ssize_t wanted = (ssize_t)(sender->said + sizeof end);
	sender->step = NULL;
	sender->said = 0;
	if (sendmsg(sender->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) != wanted)
		hang_up(lines, sender);
}

static void step_ended(struct lab *lab, lua_State *thread, int results)
{
	struct attend_lines *lines = (struct attend_lines *)lab;
	struct sender *sender = lines->senders;
	while (sender < lines->senders + ATTEND_SENDERS_MAX && sender->step != thread)
		sender++;
	if (sender == lines->senders + ATTEND_SENDERS_MAX) {
		if (results < 0)
			printf("a step has failed: %s\n", lab->failure);
		return;
	}
	for (int i = 0; i < results; i++) {
		size_t length;
		const char *text = luaL_tolstring(thread, -results + i, &length);
		say(sender, text, length);
		say(sender, "\n", 1);
		lua_pop(thread, 1);
	}
	if (results < 0) {
		size_t first = strcspn(lab->failure, "\n");
		say(sender, lab->failure, first);
		say(sender, "\n", 1);
	}
	answer(lines, sender, results < 0);
}

/* A line may be an expression, whose value is the answer. */
static void begin_line(struct attend_lines *lines, struct sender *sender)
{
	char expression[sizeof sender->line + 8];
	lua_State *L = lines->lab.main;
	snprintf(expression, sizeof expression, "return %s", sender->line);
	if (luaL_loadbuffer(L, expression, strlen(expression), "=line") != LUA_OK) {
		lua_pop(L, 1);
		if (luaL_loadbuffer(L, sender->line, strlen(sender->line), "=line") != LUA_OK) {
			size_t length;
			const char *why = lua_tolstring(L, -1, &length);
			say(sender, why, length);
			say(sender, "\n", 1);
			lua_pop(L, 1);
			answer(lines, sender, true);
			return;
		}
	}
	sender->step = lab_start_step(L, lab_now(&lines->lab));
	lua_sethook(sender->step, too_long, LUA_MASKCOUNT, INSTRUCTIONS_MAX);
}

/* The first whole line of what has come, if there is one. */
static void next_line(struct attend_lines *lines, struct sender *sender)
{
	char *end = memchr(sender->line, '\n', sender->length);
	if (!end)
		return;
	char rest[sizeof sender->line];
	size_t left = sender->length - (size_t)(end + 1 - sender->line);
	memcpy(rest, end + 1, left);
	*end = '\0';
	begin_line(lines, sender);
	if (sender->fd < 0)
		return;
	memcpy(sender->line, rest, left);
	sender->length = left;
}

static void take(struct attend_lines *lines, struct sender *sender)
{
	size_t room = ATTEND_LINE_MAX - sender->length;
	char *to = sender->line + sender->length;
	ssize_t got = room ? recv(sender->fd, to, room, MSG_DONTWAIT) : 0;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		got = 0;
	else if (got <= 0 && (room || !sender->step)) { /* gone, or a line without end */
		hang_up(lines, sender);
		return;
	}
	sender->length += (size_t)got;
	if (!sender->step)
		next_line(lines, sender);
}

static void take_sender(struct attend_lines *lines)
{
	int fd = accept4(lines->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	for (unsigned i = 0; i < ATTEND_SENDERS_MAX; i++)
		if (lines->senders[i].fd < 0) {
			lines->senders[i].fd = fd;
			return;
		}
	close(fd);
}

void attend_lines_run(struct attend_lines *lines)
{
	if (lines->fd < 0)
		return;
	for (unsigned i = 0; i < ATTEND_SENDERS_MAX; i++)
		if (lines->senders[i].fd >= 0)
			take(lines, &lines->senders[i]);
	take_sender(lines); /* behind those who have gone: it may have their place */
	(void)lab_run_steps(&lines->lab);
	(void)lab_run_repairs(&lines->lab);
}

static int open_door(struct attend_lines *lines, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address.sun_path)
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	memcpy(lines->path, path, strlen(path) + 1);
	lines->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (lines->fd < 0 || bind(lines->fd, (struct sockaddr *)&address, sizeof address) ||
	    listen(lines->fd, ATTEND_SENDERS_MAX))
		return -errno;
	return 0;
}

int attend_lines_new(struct attend_lines **out, struct box *box, const char *path, uint64_t seed, char *error,
                     size_t size)
{
	struct attend_lines *lines = calloc(1, sizeof *lines);
	if (!lines)
		return -ENOMEM;
	lines->options.seed = seed;
	lines->fd = -1;
	lines->lab = (struct lab){.options = &lines->options,
	                          .path = "",
	                          .box = box,
	                          .random_state = seed,
	                          .step_ended = step_ended,
	                          .main = luaL_newstate()};
	for (unsigned i = 0; i < ATTEND_SENDERS_MAX; i++)
		lines->senders[i].fd = -1;
	int r = lines->lab.main ? 0 : -ENOMEM;
	if (!r) {
		*(struct lab **)lua_getextraspace(lines->lab.main) = &lines->lab;
		lua_pushcfunction(lines->lab.main, open_all);
		r = lua_pcall(lines->lab.main, 0, 0, 0) == LUA_OK ? 0 : -ENOMEM;
	}
	if (!r && path)
		r = open_door(lines, path);
	if (r) {
		snprintf(error, size, "lines cannot be taken at %s: %s", path ? path : "-", strerror(-r));
		attend_lines_free(lines);
		return r;
	}
	*out = lines;
	return 0;
}

void attend_lines_free(struct attend_lines *lines)
{
	if (!lines)
		return;
	for (unsigned i = 0; i < ATTEND_SENDERS_MAX; i++)
		hang_up(lines, &lines->senders[i]);
	if (lines->fd >= 0) {
		close(lines->fd);
		unlink(lines->path);
	}
	if (lines->lab.main) {
		lab_drop_steps(&lines->lab);
		lab_drop_repairs(&lines->lab);
		lua_close(lines->lab.main);
	}
	free(lines);
}
