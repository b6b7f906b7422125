/*
 * What may follow a command's own words, from the same text that help shows: words, PLACEHOLDERS, a|b choices,
 * [options], and whole forms with " | " between them. For completion and "?"; the commands themselves read their words
 * on their own.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "admin/internal.h"
#include "base/text.h"

#define PATTERN_BYTES 512
#define OFFERED_MAX   48
#define TRIES_MAX     2000 /* forms are few; a line of many words must not make them many */

struct walk {
	struct admin *admin;
	struct session *session;
	const char *help, *begun; /* begun: of the word to be completed */
	const char *const *word;
	unsigned count, tries;
	char offered[OFFERED_MAX][24]; /* several forms may begin alike */
	unsigned offered_count;
	void (*each)(void *user, const char *word, const char *help);
	void *user;
};

static void walk(struct walk *w, const char *pattern, unsigned at);

static void offer(struct walk *w, const char *word, const char *help)
{
	if (!strncmp(word, w->begun, strlen(w->begun)))
		w->each(w->user, word, help);
}

/* True for the first time. */
static bool is_new(struct walk *w, const char *choice)
{
	for (unsigned i = 0; i < w->offered_count; i++)
		if (!strcmp(w->offered[i], choice))
			return false;
	if (w->offered_count < OFFERED_MAX)
		text_copy(w->offered[w->offered_count++], sizeof(w->offered[0]), choice);
	return true;
}

/* What a placeholder stands for, where its name and the command's help leave that open. */
static const char *placeholder_help(const char *word)
{
	static const char *const rows[][2] = {{"D", "a duration such as 30s, 5m or 1h"},
	                                      {"C", "a B channel of the span, 1 to 31"},
	                                      {"P", "a pass phrase of at least 8 characters"},
	                                      {"FILE", "the path of a file on the box"},
	                                      {"TEXT", "a text, in double quotes if it has blanks"},
	                                      {"CALL", "the number of a call, as show calls has it"},
	                                      {"MIN", "minutes, 1 to 1440"},
	                                      {"MINUTES", "1 to 1440; undone then unless confirmed"},
	                                      {"PHRASE", "a pass phrase of at least 8 characters"}};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strcmp(word, rows[i][0]))
			return rows[i][1];
	return NULL;
}

static bool is_placeholder(const char *word)
{
	return isupper((unsigned char)*word) || isdigit((unsigned char)*word);
}

/* ---- names of what is there ---- */

static void offer_number(struct walk *w, uint32_t number, const char *help)
{
	char text[16];
	snprintf(text, sizeof(text), "%u", number);
	offer(w, text, *help ? help : w->help);
}

static void offer_port(struct walk *w, const struct config_port *port)
{
	char text[16];
	snprintf(text, sizeof(text), "%u/%u", port->span, port->timeslot);
	offer(w, text, port->extension[0] ? port->extension : w->help);
}

static void offer_names(struct walk *w, const char *placeholder)
{
	const struct config *config = w->admin->config;
	if (!config)
		return;
	for (uint32_t i = 0; !strcmp(placeholder, "AGENT") && i < config->agent_count; i++)
		offer_number(w, config->agents[i].number, config->agents[i].name);
	for (uint32_t i = 0; !strcmp(placeholder, "SPAN") && i < config->span_count; i++)
		offer_number(w, config->spans[i].span, "");
	for (uint32_t i = 0; !strcmp(placeholder, "QUEUE") && i < config->queue_count; i++)
		offer(w, config->queues[i].name, w->help);
	for (uint32_t i = 0; !strcmp(placeholder, "PORT") && i < config->port_count; i++)
		offer_port(w, &config->ports[i]);
	for (uint32_t i = 0; !strcmp(placeholder, "USER") && i < config->user_count; i++)
		offer(w, config->users[i].name, w->help);
	for (uint32_t i = 0; !strcmp(placeholder, "PROMPT") && i < config->prompt_count; i++)
		offer(w, config->prompts[i].name, w->help);
}

/* Who is sent away from a queue goes to one that takes calls there and then. */
static void offer_destination(void *user, const char *word, const char *help)
{
	static const char *const others[] = {"<enter>", "voicemail", "fax", "callback", "login"};
	struct walk *w = user;
	(void)help;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (!strcmp(word, others[i]))
			return;
	w->each(w->user, word, w->help);
}

/* A destination goes on for some words, as in a line of the settings. */
static void complete_destination(struct walk *w, unsigned at)
{
	char line[LINE_BYTES_MAX] = "did 0 ";
	size_t used = strlen(line);
	for (; at < w->count; at++)
		text_append(line, sizeof(line), &used, "%s ", w->word[at]);
	text_append(line, sizeof(line), &used, "%s", w->begun);
	if (is_new(w, "DEST") && !session_candidate(w->admin, w->session))
		candidate_complete(w->session->candidate, line, offer_destination, w);
}

/* ---- forms ---- */

static void walk_destination(struct walk *w, const char *rest, unsigned at)
{
	complete_destination(w, at);
	for (unsigned words = 1; words <= 2 && at + words <= w->count; words++)
		walk(w, rest, at + words);
}

static void offer_choice(struct walk *w, const char *choice)
{
	char shown[72];
	const char *help = placeholder_help(choice);
	if (!is_placeholder(choice)) {
		offer(w, choice, w->help);
		return;
	}
	offer_names(w, choice);
	snprintf(shown, sizeof(shown), isdigit((unsigned char)*choice) ? "<%s>" : "%s", choice);
	if (!*w->begun)
		w->each(w->user, shown, help ? help : w->help);
}

/* One word of the form, perhaps of several to choose from. */
static void walk_word(struct walk *w, const char *token, size_t length, const char *rest, unsigned at)
{
	for (size_t from = 0; from < length;) {
		char choice[64];
		size_t to = from + strcspn(token + from, "|");
		if (to > length)
			to = length;
		snprintf(choice, sizeof(choice), "%.*s", (int)(to - from), token + from);
		from = to + 1;
		if (!strcmp(choice, "DEST")) {
			walk_destination(w, rest, at);
		} else if (at < w->count) {
			bool fits = is_placeholder(choice) || !strcmp(choice, w->word[at]);
			if (fits)
				walk(w, rest, at + 1);
		} else if (is_new(w, choice)) {
			offer_choice(w, choice);
		}
	}
}

static void walk_option(struct walk *w, const char *inner, size_t length, const char *rest, unsigned at)
{
	walk(w, rest, at); /* without it */
	for (size_t from = 0; from < length;) {
		char form[PATTERN_BYTES];
		size_t to = from + strcspn(inner + from, "|");
		if (to > length)
			to = length;
		snprintf(form, sizeof(form), "%.*s %s", (int)(to - from), inner + from, rest);
		from = to + 1;
		walk(w, form, at);
	}
}

static void walk(struct walk *w, const char *pattern, unsigned at)
{
	pattern += strspn(pattern, " ");
	if (++w->tries > TRIES_MAX)
		return;
	if (!*pattern) {
		if (at == w->count && !*w->begun && is_new(w, "<enter>"))
			w->each(w->user, "<enter>", w->help);
		return;
	}
	if (*pattern == '[') {
		const char *end = pattern + 1;
		for (int depth = 1; *end && (depth += *end == '[', depth -= *end == ']', depth > 0); end++)
			;
		walk_option(w, pattern + 1, (size_t)(end - pattern - 1), *end ? end + 1 : end, at);
		return;
	}
	size_t length = strcspn(pattern, " [");
	walk_word(w, pattern, length, pattern + length, at);
}

void arguments_complete(struct admin *admin, struct session *session, const struct command *command, unsigned first,
                        void (*each)(void *user, const char *word, const char *help), void *user)
{
	const struct words *words = &session->words;
	unsigned whole = words->count - words->open_end;
	struct walk w = {.admin = admin,
	                 .session = session,
	                 .help = command->help,
	                 .begun = words->open_end ? words->word[whole] : "",
	                 .word = words->word + first,
	                 .count = whole - first,
	                 .each = each,
	                 .user = user};
	for (const char *form = command->arguments; form;) {
		char one[PATTERN_BYTES];
		const char *end = strstr(form, " | ");
		/* not within brackets: none of the table has one there */
		snprintf(one, sizeof(one), "%.*s", end ? (int)(end - form) : (int)strlen(form), form);
		walk(&w, one, 0);
		form = end ? end + 3 : NULL;
	}
}
