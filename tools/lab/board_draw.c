/* The board as text. */
#include <math.h>
#include <string.h>

#include "board_private.h"

#define HOME        "\033[H"
#define CLEAR       "\033[K"
#define BELOW       "\033[J"
#define BOLD        "\033[1m"
#define DIM         "\033[2m"
#define RED         "\033[31m"
#define GREEN       "\033[32m"
#define YELLOW      "\033[33m"
#define PLAIN       "\033[0m"
#define CALLS_SHOWN 5

static const struct json *first(const struct json *list)
{
	return list && list->type == JSON_ARRAY ? list->first : NULL;
}

static void clock_text(double seconds, char *text, size_t size)
{
	unsigned s = seconds > 0 ? (unsigned)seconds : 0;
	if (s >= 3600)
		snprintf(text, size, "%u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
	else
		snprintf(text, size, "%u:%02u", s / 60, s % 60);
}

static void title(const struct board *board, FILE *out)
{
	char passed[24];
	clock_text(box_seconds(box_now(board->box)), passed, sizeof passed);
	fprintf(out, HOME BOLD " BELFRY" PLAIN "   lab time %-10s x%g   seed %llu" CLEAR "\r\n" CLEAR "\r\n", passed,
	        board->options->speed, (unsigned long long)board->options->seed);
}

static void alarms_text(const struct json *span, char *text, size_t size)
{
	const struct json *alarms = json_get(span, "alarms");
	text[0] = '\0';
	for (const struct json *alarm = first(alarms); alarm; alarm = alarm->next)
		if (alarm->type == JSON_STRING) {
			size_t used = strlen(text);
			snprintf(text + used, size - used, "%s%s", used ? " " : "", alarm->string);
		}
}

static void spans(const struct board *board, FILE *out)
{
	fprintf(out, DIM " SPAN  TYPE  SIGNALLING  SWITCH    D-CHANNEL  IN USE  ALARMS" PLAIN CLEAR "\r\n");
	for (const struct json *span = first(board->view.spans); span; span = span->next) {
		char alarms[64];
		const char *dchannel = json_text(span, "dchannel", "-");
		alarms_text(span, alarms, sizeof alarms);
		fprintf(out, " %4.0f  %-4s  %-10s  %-8s  %s%-9s" PLAIN "  %3.0f/%-3.0f %s%s" PLAIN CLEAR "\r\n",
		        json_number(span, "span", 0), json_text(span, "type", "-"), json_text(span, "signalling", "-"),
		        json_text(span, "switch", "-"), strcmp(dchannel, "down") == 0 ? RED : GREEN, dchannel,
		        json_number(span, "in_use", 0), json_number(span, "channels", 0), alarms[0] ? RED : DIM,
		        alarms[0] ? alarms : "none");
	}
}

static void queues(const struct board *board, FILE *out)
{
	static const char heading[] = " QUEUE     WAIT OLDEST  READY/OF  OFFERED  ANSWERED  ABANDONED  SERVICE    ASA";
	fprintf(out, CLEAR "\r\n" DIM "%s" PLAIN CLEAR "\r\n", heading);
	for (const struct json *queue = first(board->view.queues); queue; queue = queue->next) {
		char oldest[24], level_text[16] = "-";
		double waiting = json_number(queue, "waiting", 0), level = json_number(queue, "service_level", NAN);
		clock_text(json_number(queue, "oldest_wait_ms", 0) / 1000, oldest, sizeof oldest);
		if (!isnan(level))
			snprintf(level_text, sizeof level_text, "%.1f %%", level);
		fprintf(out,
		        " %-9.9s %s%4.0f" PLAIN " %6s  %5.0f/%-2.0f  %7.0f %9.0f %10.0f  %s%7s" PLAIN "  %3.0f s" CLEAR
		        "\r\n",
		        json_text(queue, "queue", "-"), waiting > 0 ? YELLOW : "", waiting, waiting > 0 ? oldest : "-",
		        json_number(queue, "agents_ready", 0), json_number(queue, "agents_staffed", 0),
		        json_number(queue, "offered", 0), json_number(queue, "answered", 0),
		        json_number(queue, "abandoned", 0), level < 80 ? YELLOW : GREEN, level_text,
		        json_number(queue, "asa_ms", 0) / 1000);
	}
}

static const char *state_colour(const char *state)
{
	static const struct {
		const char *state, *colour;
	} colours[] = {
	    {"ready", GREEN}, {"talking", BOLD}, {"ringing", YELLOW}, {"reserved", YELLOW}, {"unplugged", RED}};
	for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
		if (strcmp(colours[i].state, state) == 0)
			return colours[i].colour;
	return DIM;
}

static void agents(const struct board *board, FILE *out)
{
	double now = box_unix_time(board->box, box_now(board->box));
	unsigned column = 0;
	static const char heading[] = " NO.  NAME     STATE         FOR PORT  ";
	fprintf(out, CLEAR "\r\n" DIM "%s  %s" PLAIN CLEAR "\r\n", heading, heading);
	for (const struct json *agent = first(board->view.agents); agent; agent = agent->next, column ^= 1) {
		char since[24] = "-", *end = column ? CLEAR "\r\n" : "  ";
		double from = box_parse_iso(json_text(agent, "since", ""));
		const char *state = json_text(agent, "state", "-");
		if (!isnan(from))
			clock_text(now - from, since, sizeof since);
		fprintf(out, " %-4.4s %-8.8s %s%-10.10s" PLAIN " %6s %-5.5s%s", json_text(agent, "agent", "-"),
		        json_text(agent, "name", ""), state_colour(state), state, since, json_text(agent, "port", "-"),
		        end);
	}
	if (column)
		fprintf(out, CLEAR "\r\n");
}

static void calls(const struct board *board, FILE *out)
{
	unsigned shown = 0;
	fprintf(out, CLEAR "\r\n" DIM
	                   " LAST CALLS FROM    TO          QUEUE    AGENT   WAIT    TALK  OUTCOME" PLAIN CLEAR "\r\n");
	for (const struct json *call = first(board->view.calls); call && shown < CALLS_SHOWN;
	     call = call->next, shown++) {
		char wait[24], talk[24];
		const char *arrived = json_text(call, "arrived", "");
		clock_text(json_number(call, "wait_ms", 0) / 1000, wait, sizeof wait);
		clock_text(json_number(call, "talk_ms", 0) / 1000, talk, sizeof talk);
		fprintf(out, " %-8.8s %-10.10s %-11.11s %-8.8s %-5.5s %6s  %6s  %.16s" CLEAR "\r\n",
		        strlen(arrived) > 19 ? arrived + 11 : "-", json_text(call, "from", "-"),
		        json_text(call, "to", "-"), json_text(call, "queue", "-"), json_text(call, "agent", "-"), wait,
		        talk, json_text(call, "outcome", "-"));
	}
}

void board_draw(const struct board *board, FILE *out)
{
	struct traffic_counts counts;
	traffic_counts(board->traffic, &counts);
	title(board, out);
	spans(board, out);
	queues(board, out);
	agents(board, out);
	calls(board, out);
	fprintf(out,
	        CLEAR "\r\n"
	              " on the wire: %u calls, %u answered, %u abandoned, %u blocked, ASA %.1f s" CLEAR "\r\n",
	        counts.offered, counts.answered, counts.abandoned, counts.blocked, counts.asa_s);
	fprintf(out, DIM " q ends it.  Console: build/belfry -s %s" PLAIN CLEAR BELOW, box_console_path(board->box));
	fflush(out);
}

void board_line(const struct board *board, FILE *out)
{
	char passed[24];
	struct traffic_counts counts;
	clock_text(box_seconds(box_now(board->box)), passed, sizeof passed);
	traffic_counts(board->traffic, &counts);
	fprintf(out, "%s: %u offered, %u answered, %u abandoned, %u blocked; %u waiting, %u talking; ASA %.1f s\n",
	        passed, counts.offered, counts.answered, counts.abandoned, counts.blocked, counts.waiting,
	        counts.talking, counts.asa_s);
	fflush(out);
}

void board_summary(const struct board *board, FILE *out)
{
	struct traffic_counts counts;
	traffic_counts(board->traffic, &counts);
	fprintf(
	    out,
	    "offered %u, answered %u, abandoned %u, blocked %u, cleared by the box %u, one way only %u, ASA %.1f s\n",
	    counts.offered, counts.answered, counts.abandoned, counts.blocked, counts.cleared, counts.one_way,
	    counts.asa_s);
}
