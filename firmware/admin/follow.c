/*
 * Commands that go on: trace and monitor. The client asks again with \x05f as long as it wants to see more, and says
 * \x05x when it has seen enough; any other line ends it as well. Nothing is sent unasked, and what a session follows
 * is a few lines of memory of its own.
 */
#include "admin/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "admin/follow.h"
#include "base/clock.h"

void follow_end(struct session *session)
{
	if (!session->follow)
		return;
	free(session->follow->shown);
	free(session->follow);
	session->follow = NULL;
}

int follow_begin(struct session *session)
{
	if (session->follow)
		return 0;
	session->follow = calloc(1, sizeof(*session->follow));
	if (!session->follow)
		return fault_set(&session->fault, -ENOMEM, "no memory left");
	session->follow->command = session->command;
	session->follow->json = session->json;
	return 0;
}

bool follow_again(struct admin *admin, struct session *session, bool more)
{
	if (!more || !session->follow) {
		follow_end(session);
		return false;
	}
	session->command = session->follow->command;
	session->json = session->follow->json;
	session->words.count = session->first = 0;
	session->polling = true;
	return true;
}

/* ---- monitor: only what has changed ---- */

static bool has_line(const char *text, const char *line, size_t length)
{
	for (const char *at = text; at && *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (strcspn(at, "\n") == length && !memcmp(at, line, length))
			return true;
	return false;
}

static bool has_first_word(const char *text, const char *line, size_t length)
{
	for (const char *at = text; at && *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (!strncmp(at, line, length) && (at[length] == ' ' || at[length] == '\n' || !at[length]))
			return true;
	return false;
}

static void say_time(FILE *out, bool *said)
{
	char time[32];
	if (*said)
		return;
	*said = true;
	clock_format_utc(clock_wall_us(), time, sizeof(time));
	fprintf(out, "-- %.8s UTC\n", time + 11);
}

/* New and changed lines, then the names of what is gone. */
static void print_changes(FILE *out, const char *before, const char *now)
{
	bool said = false;
	for (const char *at = now; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		size_t length = strcspn(at, "\n");
		if (length == 0 || has_line(before, at, length))
			continue;
		say_time(out, &said);
		fprintf(out, "%.*s\n", (int)length, at);
	}
	for (const char *at = before; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		size_t word = strcspn(at, " \n");
		if (word == 0 || has_first_word(now, at, word))
			continue;
		say_time(out, &said);
		fprintf(out, "gone: %.*s\n", (int)word, at);
	}
}

/* The same but for times that pass: the figures of names that end in _ms. */
static bool same_json(const char *one, const char *other)
{
	static const char ticks[] = "_ms\":";
	while (*one && *one == *other) {
		bool time = !strncmp(one, ticks, sizeof(ticks) - 1);
		size_t same = time ? sizeof(ticks) - 1 : 1;
		one += same;
		other += same;
		if (time) {
			one += strspn(one, "0123456789");
			other += strspn(other, "0123456789");
		}
	}
	return *one == *other;
}

/* What is new: of a table its lines, of JSON the whole of it. */
static void print_news(const struct session *session, FILE *out, const char *text, bool first)
{
	const char *before = session->follow->shown ? session->follow->shown : "";
	if (first || (session->json && !same_json(before, text)))
		fputs(text, out);
	else if (!session->json)
		print_changes(out, before, text);
}

/* Runs a show command into memory, without what ticks, and prints how it differs from the time before. */
static int monitor(struct admin *admin, struct session *session, int (*show)(struct admin *, struct session *))
{
	char *text = NULL;
	size_t bytes = 0;
	bool first = !session->follow;
	int error = follow_begin(session);
	if (error)
		return error;
	FILE *out = session->out;
	session->out = open_memstream(&text, &bytes);
	if (!session->out) {
		session->out = out;
		return fault_set(&session->fault, -ENOMEM, "no memory left");
	}
	session->steady = true;
	error = show(admin, session);
	session->steady = false;
	if (fclose(session->out))
		error = error ? error : -ENOMEM;
	session->out = out;
	if (error || !text) {
		free(text);
		follow_end(session);
		return error;
	}
	bytes = session_trim(text, bytes);
	text[bytes] = '\0';
	print_news(session, out, text, first);
	free(session->follow->shown);
	session->follow->shown = text;
	return 0;
}

int run_monitor_calls(struct admin *admin, struct session *session)
{
	return monitor(admin, session, run_show_calls);
}

int run_monitor_queues(struct admin *admin, struct session *session)
{
	return monitor(admin, session, run_show_queues);
}

int run_monitor_agents(struct admin *admin, struct session *session)
{
	return monitor(admin, session, run_show_agents);
}

int run_monitor_spans(struct admin *admin, struct session *session)
{
	return monitor(admin, session, run_show_spans);
}

int run_monitor_alarms(struct admin *admin, struct session *session)
{
	return monitor(admin, session, run_show_alarms);
}

static void print_log_json_line(void *out, uint64_t wall_us, enum log_level level, enum log_room room, const char *text)
{
	struct json json = {.out = out};
	print_log_json(&json, wall_us, level, room, text);
	fputc('\n', out);
}

int run_monitor_log(struct admin *admin, struct session *session)
{
	bool first = !session->follow;
	int error = follow_begin(session);
	if (error)
		return error;
	uint64_t count = log_ring_count(admin->log);
	uint64_t fresh = first ? 10 : count - session->follow->after;
	session->follow->after = count;
	if (!fresh)
		return 0;
	uint32_t last = fresh < LOG_LINES ? (uint32_t)fresh : LOG_LINES;
	struct log_print print = {.out = session->out, .wrap = true};
	if (session->json)
		log_ring_each(admin->log, last, print_log_json_line, session->out);
	else
		log_ring_each(admin->log, last, print_log_line, &print);
	return 0;
}
