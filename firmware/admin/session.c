/*
 * Sessions on the socket: lines in, answers out, neither without a limit. A session has one command in hand; while it
 * runs or its answer waits to be taken, nothing more is read from it, so a client cannot pile up work.
 */
#include "admin/wizard.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/timer.h"
#include "config/backup.h"

void session_close(struct session *session)
{
	kept_put(session);
	if (session->fd >= 0)
		close(session->fd);
	if (session->out)
		fclose(session->out);
	free(session->answer);
	free(session->output);
	if (session->loading)
		explicit_bzero(session->loading, session->loading_bytes);
	free(session->loading);
	backup_free(session->restoring);
	free(session->warnings);
	wizard_free(session->wizard);
	follow_end(session);
	candidate_free(session->candidate);
	memset(session, 0, sizeof(*session));
	session->fd = -1;
}

void session_end(struct session *session)
{
	if (session->state != SESSION_IDLE) {
		session->gone = true; /* what was typed is done all the same: session_done() closes it */
		return;
	}
	session_close(session);
}

static bool in_use(const struct session *session)
{
	return session->fd >= 0 && !session->gone;
}

static bool wants_input(const struct session *session)
{
	return in_use(session) && session->state == SESSION_IDLE && !session->output && !session->leaving;
}

int sessions_poll(struct admin *admin, struct pollfd *fds, int room)
{
	int count = 0;
	if (room > 0)
		fds[count++] = (struct pollfd){.fd = admin->listener, .events = POLLIN};
	for (unsigned i = 0; i < SESSIONS_MAX && count < room; i++) {
		const struct session *session = &admin->sessions[i];
		short events = session->output ? POLLOUT : wants_input(session) ? POLLIN : 0;
		if (in_use(session))
			fds[count++] = (struct pollfd){.fd = session->fd, .events = events};
	}
	return count;
}

static void refuse(struct admin *admin, int fd)
{
	static const char text[] = "too many sessions: try again when one has ended\n\x1e"
	                           "1\n";
	admin->sessions_refused++;
	(void)!send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}

/* root and the user that belfryd runs as may do everything; others what their role allows. */
static bool is_owner(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) && (peer.uid == 0 || peer.uid == geteuid());
}

static bool accept_one(struct admin *admin)
{
	int fd = accept4(admin->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return false;
	for (unsigned i = 0; i < SESSIONS_MAX; i++) {
		struct session *session = &admin->sessions[i];
		if (session->fd >= 0)
			continue;
		session->fd = fd;
		session->admin = admin;
		session->owner = is_owner(fd);
		peer_name(fd, session->user, sizeof(session->user), session->from, sizeof(session->from));
		return true;
	}
	refuse(admin, fd);
	return true;
}

/* Tables fill their cells; blanks at the end of a line would only wrap on a narrow terminal. Returns what is left. */
size_t session_trim(char *text, size_t bytes)
{
	size_t kept = 0;
	for (size_t i = 0; i < bytes; i++) {
		while (text[i] == '\n' && kept && text[kept - 1] == ' ')
			kept--;
		text[kept++] = text[i];
	}
	return kept;
}

/* Queues what session->out holds, filtered, and the line that ends the answer. */
void session_answer(struct admin *admin, struct session *session, const char *status)
{
	if (session->out && fclose(session->out)) {
		free(session->answer);
		session->answer = NULL;
	}
	session->out = NULL;
	size_t bytes = session->answer ? session_trim(session->answer, session->answer_bytes) : 0;
	char *output = bytes + 16 < OUTPUT_BYTES_MAX ? realloc(session->answer, bytes + 16) : NULL;
	if (!output) {
		free(session->answer);
		static const char too_long[] = "the answer is too long for the console\n";
		bytes = sizeof(too_long) - 1;
		status = "1";
		output = malloc(bytes + 16);
		if (output)
			memcpy(output, too_long, bytes);
	}
	session->answer = NULL;
	session->answer_bytes = 0;
	session->state = SESSION_IDLE;
	session->command = NULL;
	if (!output) {
		admin->sessions_dropped++;
		session_end(session);
		return;
	}
	int tail =
	    snprintf(output + bytes, 16, "%s%c%s\n", bytes && output[bytes - 1] != '\n' ? "\n" : "", MARK_END, status);
	session->output = output;
	session->output_bytes = bytes + (size_t)tail;
	session->output_sent = 0;
}

/* It takes nothing now. True: for so long that it is dropped. */
static bool stalled(struct admin *admin, struct session *session)
{
	if (!session->stalled_us)
		session->stalled_us = admin->now_us + 1;
	if (admin->now_us < session->stalled_us + STALLED_US)
		return false;
	admin->sessions_dropped++;
	log_write(LOG_NOTICE, LOG_ADMIN, "console session dropped: it takes no output");
	session_end(session);
	return true;
}

static bool send_output(struct admin *admin, struct session *session)
{
	ssize_t sent = send(session->fd, session->output + session->output_sent,
	                    session->output_bytes - session->output_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent < 0 && errno != EAGAIN && errno != EINTR) {
		session_end(session);
		return true;
	}
	if (sent <= 0)
		return stalled(admin, session);
	session->stalled_us = 0;
	session->output_sent += (size_t)sent;
	if (session->output_sent == session->output_bytes) {
		free(session->output);
		session->output = NULL;
		if (session->leaving)
			session_end(session);
	}
	return true;
}

/* A whole line, or what is too long to become one. */
static void take_line(struct admin *admin, struct session *session, size_t length, size_t used)
{
	char line[LINE_BYTES_MAX];
	bool null = memchr(session->input, '\0', length) != NULL;
	memcpy(line, session->input, length);
	if (length && line[length - 1] == '\r')
		length--;
	line[length] = '\0';
	memmove(session->input, session->input + used, session->input_used - used);
	session->input_used -= used;
	const char *wrong = session->overlong ? "the line is too long: 4095 bytes at most"
	                    : null            ? "the line has a NUL byte in it"
	                                      : NULL;
	session->overlong = false;
	if (!wrong) {
		command_take(admin, session, line);
		return;
	}
	admin->lines_refused++;
	session->out = open_memstream(&session->answer, &session->answer_bytes);
	if (session->out)
		fprintf(session->out, "%s\n", wrong);
	session_answer(admin, session, "1");
}

/* What is in the buffer: true if a line was taken. */
static bool take_input(struct admin *admin, struct session *session)
{
	char *end = memchr(session->input, '\n', session->input_used);
	if (end) {
		size_t length = (size_t)(end - session->input);
		take_line(admin, session, session->overlong ? 0 : length, length + 1);
		return true;
	}
	if (session->input_used == sizeof(session->input)) {
		session->overlong = true; /* the rest of the line is thrown away up to its end */
		session->input_used = 0;
		return true;
	}
	return false;
}

static bool read_input(struct admin *admin, struct session *session)
{
	if (take_input(admin, session))
		return true;
	ssize_t count = recv(session->fd, session->input + session->input_used,
	                     sizeof(session->input) - session->input_used, MSG_DONTWAIT);
	if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
		session_end(session);
		return true;
	}
	if (count < 0)
		return false;
	session->input_used += (size_t)count;
	return true;
}

/* While its command runs nothing is read; but that the other end has gone is noticed. */
static bool step_session(struct admin *admin, struct session *session, short events)
{
	if (session->output)
		return events ? send_output(admin, session) : stalled(admin, session);
	if (wants_input(session) && (session->input_used || events))
		return read_input(admin, session);
	if (events & (POLLHUP | POLLERR)) {
		session_end(session);
		return true;
	}
	return false;
}

bool sessions_step(struct admin *admin)
{
	struct pollfd fds[SESSIONS_MAX + 1];
	struct session *of[SESSIONS_MAX + 1];
	int count = sessions_poll(admin, fds, SESSIONS_MAX + 1), at = 1;
	bool did = false;
	for (unsigned i = 0; i < SESSIONS_MAX; i++)
		if (in_use(&admin->sessions[i]))
			of[at++] = &admin->sessions[i];
	if (poll(fds, (nfds_t)count, 0) < 0)
		return false;
	for (int i = 1; i < count; i++)
		did |= step_session(admin, of[i], fds[i].revents);
	if (fds[0].revents)
		did |= accept_one(admin);
	return did;
}
