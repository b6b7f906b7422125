/*
 * show log, show timers, show software, help.
 */
#include "admin/internal.h"

#include <errno.h>
#include <string.h>

#include "admin/cell.h"
#include "base/clock.h"
#include "base/text.h"

void print_log_line(void *user, uint64_t wall_us, enum log_level level, enum log_room room, const char *text)
{
	const struct log_print *print = user;
	FILE *out = print->out;
	char time[32];
	int column;
	clock_format_utc(wall_us, time, sizeof(time));
	column = fprintf(out, "%s %s %s: ", time, log_level_name(level), log_room_name(room));
	for (; *text; text++) {
		size_t word = strcspn(text + 1, " ") + 1;
		if (print->wrap && *text == ' ' && column + (int)word > 80)
			column = fprintf(out, "\n   ") - 1;
		/* what a line came from may have been sent by the network */
		fputc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, out);
		column++;
	}
	fputc('\n', out);
}

void print_log_json(void *user, uint64_t wall_us, enum log_level level, enum log_room room, const char *text)
{
	struct json *json = user;
	json_open(json, NULL, '{');
	json_time(json, "time", wall_us);
	json_text(json, "level", log_level_name(level));
	json_text(json, "room", log_room_name(room));
	json_text(json, "text", text);
	json_close(json, '}');
}

static void log_as_json(struct admin *admin, FILE *out, uint32_t last)
{
	struct json json = {.out = out};
	json_open(&json, NULL, '[');
	log_ring_each(admin->log, last, print_log_json, &json);
	json_close(&json, ']');
	fputc('\n', out);
}

/* "show log last 10" as with show calls, or without "last". */
unsigned first_number(const struct session *session)
{
	const struct words *words = &session->words;
	return session->first + (words->count > session->first + 1 && !strcmp(words->word[session->first], "last"));
}

int run_show_log(struct admin *admin, struct session *session)
{
	struct words *words = &session->words;
	uint32_t last = 100;
	unsigned at = first_number(session);
	if (words->count > at + 1 || (words->count > at && text_to_u32(words->word[at], 1, LOG_LINES, &last)))
		return fault_set(&session->fault, -EINVAL, "show log: expected a number from 1 to %d", LOG_LINES);
	if (session->json) {
		log_as_json(admin, session->out, last);
		return 0;
	}
	/* A filter wants whole lines. */
	struct log_print print = {.out = session->out, .wrap = !session->filter_kind};
	log_ring_each(admin->log, last, print_log_line, &print);
	return 0;
}

/* Typed ones from the settings, all others from the table. */
static uint64_t timer_in_force(const struct config *config, const char *name, uint64_t initial_ms, bool *typed)
{
	for (uint32_t i = 0; config && i < config->timer_count; i++)
		if (!strcmp(config->timers[i].name, name)) {
			*typed = true;
			return config->timers[i].ms;
		}
	*typed = false;
	return initial_ms;
}

int run_show_timers(struct admin *admin, struct session *session)
{
	FILE *out = session->out;
	struct json json = {.out = out};
	if (session->json)
		json_open(&json, NULL, '[');
	else
		fprintf(out, "Timer         Value    Default  Meaning\n");
	for (unsigned i = 0; i < TIMER_ROW_COUNT; i++) {
		const struct timer_row_info *row = &timer_rows[i];
		char value[24], initial[24];
		bool typed;
		uint64_t ms = timer_in_force(admin->config, row->name, row->initial_ms, &typed);
		text_from_duration_ms(ms, value, sizeof(value));
		text_from_duration_ms(row->initial_ms, initial, sizeof(initial));
		if (session->json) {
			json_open(&json, NULL, '{');
			json_text(&json, "timer", row->name);
			json_number(&json, "ms", ms);
			json_number(&json, "default_ms", row->initial_ms);
			json_close(&json, '}');
			continue;
		}
		cell(out, 13, row->name);
		cell_format(out, 8, "%s%s", value, typed ? "*" : "");
		cell(out, 8, initial);
		fprintf(out, "%.47s\n", row->help);
	}
	if (session->json)
		json_close(&json, ']');
	else
		fprintf(out, "* set by hand\n");
	return 0;
}

int run_show_software(struct admin *admin, struct session *session)
{
	struct json json = {.out = session->out};
	if (session->json) {
		json_open(&json, NULL, '{');
		json_text(&json, "name", "belfry");
		json_text(&json, "version", BELFRY_VERSION);
		json_text(&json, "driver", admin->parts.driver_name);
		json_number(&json, "spans_max", CONFIG_SPANS_MAX);
		json_number(&json, "calls_max", CONFIG_CALLS_MAX);
		json_number(&json, "agents_max", CONFIG_AGENTS_MAX);
		json_number(&json, "queues_max", CONFIG_QUEUES_MAX);
		print_components(admin, &json, NULL);
		json_close(&json, '}');
		return 0;
	}
	fprintf(session->out,
	        "Belfry " BELFRY_VERSION "\nDriver  %s\nLimits  %d spans, %d calls, %d agents, %d queues, %d numbers\n",
	        admin->parts.driver_name ? admin->parts.driver_name : "-", CONFIG_SPANS_MAX, CONFIG_CALLS_MAX,
	        CONFIG_AGENTS_MAX, CONFIG_QUEUES_MAX, CONFIG_DIDS_MAX);
	print_components(admin, NULL, session->out);
	return 0;
}

/* At 80 columns: what it does stands beside the command, or below it. */
static void print_usage(FILE *out, const char *usage, const char *help)
{
	if (strlen(usage) <= 32 && strlen(help) <= 47) {
		fprintf(out, "%-32s %s\n", usage, help);
		return;
	}
	for (size_t column = 0; *usage;) {
		size_t word = strcspn(usage, " ") + (usage[strcspn(usage, " ")] == ' ');
		if (column > 0 && column + word > 80)
			column = (size_t)fprintf(out, "\n    ") - 1;
		fprintf(out, "%.*s", (int)word, usage);
		column += word;
		usage += word;
	}
	fprintf(out, "\n%33s", "");
	for (size_t column = 33; *help;) {
		size_t word = strcspn(help, " ") + (help[strcspn(help, " ")] == ' ');
		if (column + word > 80)
			column = (size_t)fprintf(out, "\n%33s", "") - 1;
		fprintf(out, "%.*s", (int)word, help);
		column += word;
		help += word;
	}
	fputc('\n', out);
}

/* Whether the words typed behind help, shortened or not, stand in the row one after the other. */
static bool is_about(const char *row, const struct session *session)
{
	const struct words *words = &session->words;
	for (const char *from = row; *from; from += strcspn(from, " "), from += *from == ' ') {
		const char *at = from;
		unsigned i = session->first;
		for (; i < words->count && !strncmp(at, words->word[i], strlen(words->word[i])); i++)
			at += strcspn(at, " ") + (at[strcspn(at, " ")] == ' ');
		if (i == words->count)
			return true;
	}
	return false;
}

int run_help(struct admin *admin, struct session *session)
{
	bool all = session->words.count == session->first, found = all;
	for (unsigned i = 0; i < command_count; i++) {
		char usage[400];
		size_t used = 0;
		if (!*commands[i].help || !is_about(commands[i].words, session))
			continue;
		found = true;
		text_append(usage, sizeof(usage), &used, "%s%s%s%s", commands[i].words,
		            *commands[i].arguments ? " " : "", commands[i].arguments,
		            commands[i].json ? " [--json]" : "");
		print_usage(session->out, usage, commands[i].help);
	}
	if (!found)
		return fault_set(&session->fault, -ENOENT, "help: there is no command \"%s\"",
		                 session->words.word[session->first]);
	if (!all)
		return 0;
	fprintf(session->out, "\nWords may be shortened. A \"?\" shows what may stand at its place.\n"
	                      "At the end of a show line: | include TEXT, | exclude TEXT, | count, | no-more.\n");
	return 0;
}
