/*
 * The table of commands, and how a line finds its row: words may be shortened as long as only one row fits.
 */
#include "admin/follow.h"
#include "admin/wizard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define VIEWS (NEEDS_CONTROL_VIEW | NEEDS_ACD_VIEW)

/* clang-format off */
const struct command commands[] = {
	{.words = "set", .arguments = "PATH VALUE", .help = "change a setting of the candidate", .role = CONFIG_TECHNICIAN, .rest = true, .run = run_set, .take = take_set},
	{.words = "delete", .arguments = "PATH [VALUE]", .help = "remove a setting, or all below a path", .role = CONFIG_TECHNICIAN, .rest = true, .run = run_delete},
	{.words = "show | compare", .arguments = "[rollback N]", .help = "what the candidate changes", .run = run_compare},
	{.words = "commit", .arguments = "", .help = "check the candidate and put it in force", .needs = NEEDS_REQUEST, .role = CONFIG_TECHNICIAN, .ahead = ahead_commit, .begin = begin_commit, .run = run_commit},
	{.words = "commit check", .arguments = "", .help = "only check the candidate", .role = CONFIG_TECHNICIAN, .run = run_commit_check},
	{.words = "commit comment", .arguments = "TEXT", .help = "commit, and say why", .needs = NEEDS_REQUEST, .role = CONFIG_TECHNICIAN, .ahead = ahead_commit, .begin = begin_commit_comment, .run = run_commit},
	{.words = "commit confirm", .arguments = "MINUTES [comment TEXT]", .help = "undone unless confirmed by a commit", .needs = NEEDS_REQUEST, .role = CONFIG_TECHNICIAN, .ahead = ahead_commit, .begin = begin_commit_confirm, .run = run_commit},
	{.words = "discard", .arguments = "", .help = "throw the candidate's changes away", .role = CONFIG_TECHNICIAN, .run = run_discard},
	{.words = "rollback", .arguments = "N", .help = "the candidate becomes that of N commits ago", .role = CONFIG_TECHNICIAN, .run = run_rollback},
	{.words = "load", .arguments = "terminal|FILE", .help = "take in set and delete lines", .role = CONFIG_TECHNICIAN, .run = run_load, .take = take_load},
	{.words = "resume", .arguments = "", .help = "take up unfinished changes that were kept", .role = CONFIG_TECHNICIAN, .run = run_resume},
	{.words = "discard kept", .arguments = "", .help = "throw them away", .role = CONFIG_TECHNICIAN, .run = run_discard_kept},
	{.words = "wizard", .arguments = "", .help = "first settings by ten questions", .role = CONFIG_TECHNICIAN, .run = run_wizard},
	{.words = "show configuration", .arguments = "[PATH|rollback N]", .help = "the candidate, or an old revision", .rest = true, .run = run_show_configuration},
	{.words = "show revisions", .arguments = "", .help = "commits: who, when, from where, why", .json = true, .run = run_show_revisions},
	{.words = "show system commit", .arguments = "", .help = "", .json = true, .run = run_show_revisions},
	{.words = "show audit", .arguments = "[N]", .help = "who did what, and whether the log is whole", .role = CONFIG_ADMINISTRATOR, .json = true, .run = run_show_audit},
	{.words = "show calls", .arguments = "", .help = "calls in progress", .needs = NEEDS_CONTROL_VIEW, .json = true, .run = run_show_calls},
	{.words = "show calls last", .arguments = "N", .help = "finished calls, newest first", .json = true, .run = run_show_calls_last},
	{.words = "show agents", .arguments = "", .help = "agents and their states", .needs = VIEWS, .json = true, .run = run_show_agents},
	{.words = "show agent", .arguments = "AGENT", .help = "one agent: times in each state, pauses by reason, what is waited for", .needs = VIEWS, .json = true, .run = run_show_agent},
	{.words = "show queues", .arguments = "", .help = "queues, callers, service level", .needs = VIEWS, .json = true, .run = run_show_queues},
	{.words = "show fairness", .arguments = "", .help = "how evenly work is spread over the agents", .needs = VIEWS, .json = true, .run = run_show_fairness},
	{.words = "show sweep", .arguments = "", .help = "whether scheduler, calls and telephones agree", .needs = NEEDS_CONTROL_VIEW, .json = true, .run = run_show_sweep},
	{.words = "show queue", .arguments = "QUEUE [next]", .help = "a queue, and who would be rung now, and why", .needs = VIEWS | NEEDS_WHY, .json = true, .begin = begin_show_queue, .run = run_show_queue},
	{.words = "why", .arguments = "CALL", .help = "a call's offers: why this agent and not another", .needs = NEEDS_WHY, .json = true, .begin = begin_why, .run = run_why},
	{.words = "show routes", .arguments = "", .help = "rules for calls that come in, and their hits", .needs = NEEDS_CONTROL_VIEW, .json = true, .run = run_show_routes},
	{.words = "show customers", .arguments = "", .help = "the customer table, and calls looked up in it", .needs = NEEDS_CONTROL_VIEW, .json = true, .run = run_show_customers},
	{.words = "show hours", .arguments = "", .help = "opening hours: open or closed, night switch", .needs = NEEDS_CONTROL_VIEW, .json = true, .run = run_show_hours},
	{.words = "show callbacks", .arguments = "", .help = "callers whom a restart cut off while they waited", .json = true, .run = run_show_callbacks},
	{.words = "callback", .arguments = "CALL done", .help = "this caller was called back, or need not be", .needs = NEEDS_REQUEST, .role = CONFIG_SUPERVISOR, .begin = begin_callback, .run = run_callback},
	{.words = "show spans", .arguments = "[SPAN]", .help = "spans: alarms, D channels, counters", .needs = NEEDS_CONTROL_VIEW, .json = true, .run = run_show_spans},
	{.words = "show spans hardware", .arguments = "", .help = "spans of the cards, and where the cards are", .needs = NEEDS_REQUEST, .json = true, .begin = begin_show_hardware, .run = run_show_hardware},
	{.words = "show span-file", .arguments = "", .help = "the spans as DAHDI's system.conf spells them", .needs = NEEDS_CONTROL_VIEW, .run = run_show_span_file},
	{.words = "show health", .arguments = "[span SPAN]", .help = "what is wrong with the lines, in plain words", .needs = NEEDS_CONTROL_VIEW, .json = true, .run = run_show_health},
	{.words = "show ports", .arguments = "", .help = "telephones", .needs = NEEDS_CONTROL_VIEW, .json = true, .run = run_show_ports},
	{.words = "show alarms", .arguments = "", .help = "alarms that stand", .needs = NEEDS_CONTROL_VIEW, .json = true, .run = run_show_alarms},
	{.words = "show management", .arguments = "", .help = "who is told of alarms by syslog and SNMP, and whether it arrives", .json = true, .run = run_show_management},
	{.words = "show log", .arguments = "[N]", .help = "the newest lines of the log", .json = true, .run = run_show_log},
	{.words = "show timers", .arguments = "", .help = "supervision times in force", .json = true, .run = run_show_timers},
	{.words = "show system", .arguments = "", .help = "serial number, slot, addresses, uptime", .json = true, .run = run_show_system},
	{.words = "show network", .arguments = "", .help = "the management network, SSH", .json = true, .run = run_show_network},
	{.words = "show journal", .arguments = "", .help = "the scheduler's journal: files, times, figures", .json = true, .run = run_show_journal},
	{.words = "show software", .arguments = "", .help = "version, and what the image is made of", .json = true, .run = run_show_software},
	{.words = "show call", .arguments = "ID", .help = "one call, step by step", .needs = NEEDS_CONTROL_VIEW, .json = true, .run = run_show_call},
	{.words = "show channels", .arguments = "[SPAN]", .help = "B channels and their calls", .needs = NEEDS_CONTROL_VIEW, .json = true, .run = run_show_channels},
	{.words = "show recordings", .arguments = "", .help = "recordings of calls", .json = true, .run = run_show_recordings},
	{.words = "show storage", .arguments = "", .help = "room on the data partition, and what takes it", .json = true, .run = run_show_storage},
	{.words = "show trace span", .arguments = "SPAN [last K] [q931]", .help = "D-channel frames in words", .json = true, .run = run_show_trace},
	{.words = "show trace number", .arguments = "NUMBER [last K] [q931]", .help = "frames of a number's calls", .json = true, .run = run_show_trace},
	{.words = "show trace call", .arguments = "ID [last K] [q931]", .help = "frames of a call", .json = true, .run = run_show_trace},
	{.words = "trace span", .arguments = "SPAN [q931]", .help = "D-channel frames in words, as they come", .json = true, .run = run_trace},
	{.words = "trace number", .arguments = "NUMBER [q931]", .help = "frames of a number's calls", .json = true, .run = run_trace},
	{.words = "trace call", .arguments = "ID [q931]", .help = "frames of a call", .json = true, .run = run_trace},
	{.words = "show flight-recorder", .arguments = "[ID]", .help = "frozen D-channel traces, and why", .json = true, .run = run_show_flight},
	{.words = "flight-recorder freeze", .arguments = "[TEXT]", .help = "freeze the D-channel traces now", .role = CONFIG_TECHNICIAN, .run = run_flight_freeze},
	{.words = "flight-recorder export", .arguments = "ID FILE", .help = "a frozen trace to a pcap file", .role = CONFIG_ADMINISTRATOR, .run = run_flight_export},
	{.words = "monitor calls", .arguments = "", .help = "calls in progress, as they change", .needs = NEEDS_CONTROL_VIEW, .json = true, .run = run_monitor_calls},
	{.words = "monitor queues", .arguments = "", .help = "queues, as they change", .needs = VIEWS, .json = true, .run = run_monitor_queues},
	{.words = "monitor agents", .arguments = "", .help = "agents, as they change", .needs = VIEWS, .json = true, .run = run_monitor_agents},
	{.words = "monitor spans", .arguments = "", .help = "spans, as they change", .needs = NEEDS_CONTROL_VIEW, .json = true, .run = run_monitor_spans},
	{.words = "monitor alarms", .arguments = "", .help = "alarms, as they come and go", .needs = NEEDS_CONTROL_VIEW, .json = true, .run = run_monitor_alarms},
	{.words = "monitor log", .arguments = "", .help = "the log, as it is written", .json = true, .run = run_monitor_log},
	{.words = "clear call", .arguments = "CALL", .help = "hang a call up (cause 31)", .needs = NEEDS_REQUEST, .role = CONFIG_SUPERVISOR, .begin = begin_clear_call, .run = run_clear_call},
	{.words = "agent", .arguments = "AGENT login [PORT|outside] | AGENT logout [REASON] | AGENT pause [REASON] | AGENT ready | AGENT disposition CODE", .help = "change an agent's state", .needs = NEEDS_REQUEST, .role = CONFIG_SUPERVISOR, .begin = begin_agent, .run = run_agent},
	{.words = "call", .arguments = "CALL priority 1..10 reason TEXT | CALL withdraw DEST [reason TEXT]", .help = "who waits: another priority, or out of the queue", .needs = NEEDS_REQUEST, .role = CONFIG_SUPERVISOR, .begin = begin_call, .run = run_call},
	{.words = "queue", .arguments = "QUEUE evacuate DEST reason TEXT | QUEUE drain on|off", .help = "send all callers away; close for the rest of the day", .needs = NEEDS_REQUEST, .role = CONFIG_SUPERVISOR, .begin = begin_queue, .run = run_queue},
	{.words = "test port", .arguments = "PORT ring|hook|tone|echo|level [for D]", .help = "test a telephone", .needs = NEEDS_REQUEST, .role = CONFIG_TECHNICIAN, .begin = begin_test_port, .run = run_test},
	{.words = "test span", .arguments = "SPAN channel C tone|echo|level|bit-errors [for D] | SPAN loopback local|line|payload|remote-up|remote-down [for D] [force] | SPAN bert|alarm [for D] [force] | SPAN insert fas|multiframe|crc|cas|prbs|bipolar [COUNT] [force] | SPAN reset-counters|stop", .help = "test a B channel or a whole span", .needs = NEEDS_REQUEST, .role = CONFIG_TECHNICIAN, .begin = begin_test_span, .run = run_test},
	{.words = "test stop", .arguments = "TEST|all", .help = "end a test before its time", .needs = NEEDS_REQUEST, .role = CONFIG_TECHNICIAN, .begin = begin_test_stop, .run = run_test_stop},
	{.words = "show tests", .arguments = "", .help = "line tests and what they have shown", .needs = NEEDS_CONTROL_VIEW, .json = true, .run = run_show_tests},
	{.words = "show sound", .arguments = "", .help = "sound cards, pages, the recorder", .needs = NEEDS_CONTROL_VIEW, .json = true, .run = run_show_sound},
	{.words = "announce", .arguments = "zone N PROMPT | stop [N]", .help = "an announcement in the loudspeakers of a zone", .needs = NEEDS_REQUEST, .role = CONFIG_SUPERVISOR, .begin = begin_announce, .run = run_announce},
	{.words = "headset", .arguments = "[SOUND] answer|hang-up|flash | [SOUND] call NUMBER | [SOUND] dial KEYS", .help = "a supervisor's headset at a sound card", .needs = NEEDS_REQUEST, .role = CONFIG_SUPERVISOR, .begin = begin_headset, .run = run_headset},
	{.words = "record prompt", .arguments = "PROMPT [card SOUND] [for D]", .help = "record an announcement from a sound card", .needs = NEEDS_REQUEST, .role = CONFIG_TECHNICIAN, .begin = begin_record, .run = run_record},
	{.words = "record stop", .arguments = "[discard]", .help = "end it, and keep or forget it", .needs = NEEDS_REQUEST, .role = CONFIG_TECHNICIAN, .begin = begin_record_stop, .run = run_record_stop},
	{.words = "backup", .arguments = "FILE|-|serial [phrase P]", .help = "all settings in one signed file", .role = CONFIG_ADMINISTRATOR, .run = run_backup},
	{.words = "clone", .arguments = "FILE|-|serial phrase P", .help = "the same for another box, without the name", .role = CONFIG_ADMINISTRATOR, .run = run_backup},
	{.words = "restore", .arguments = "FILE|-|serial [phrase P] [check|confirm MIN]", .help = "put a backup in force", .needs = NEEDS_REQUEST, .role = CONFIG_ADMINISTRATOR, .ahead = ahead_restore, .begin = begin_restore, .run = run_restore, .take = take_restore},
	{.words = "factory-reset", .arguments = "settings|all confirm | cancel", .help = "as delivered, at the next start", .role = CONFIG_ADMINISTRATOR, .run = run_factory_reset},
	{.words = "request restart", .arguments = "[drain [D]] confirm", .help = "restart the box", .needs = NEEDS_REQUEST, .role = CONFIG_TECHNICIAN, .begin = begin_power, .run = run_power},
	{.words = "request power-off", .arguments = "[drain [D]] confirm", .help = "switch the box off", .needs = NEEDS_REQUEST, .role = CONFIG_TECHNICIAN, .begin = begin_power, .run = run_power},
	{.words = "request time", .arguments = "YYYY-MM-DD HH:MM[:SS]", .help = "set the clock, where no time server does", .needs = NEEDS_REQUEST, .role = CONFIG_TECHNICIAN, .begin = begin_set_time, .run = run_set_time},
	{.words = "request cancel", .arguments = "", .help = "neither, while the last calls end", .role = CONFIG_TECHNICIAN, .run = run_power_cancel},
	{.words = "export csv", .arguments = "agents|phones|numbers|customers [FILE]", .help = "a table for spreadsheets", .role = CONFIG_TECHNICIAN, .run = run_export_csv},
	{.words = "import csv", .arguments = "agents|phones|numbers|customers FILE|-", .help = "such a table into the candidate", .role = CONFIG_TECHNICIAN, .run = run_import_csv, .take = take_import_csv},
	{.words = "support bundle", .arguments = "FILE|-|serial", .help = "all that support needs, no secrets", .role = CONFIG_ADMINISTRATOR, .run = run_bundle},
	{.words = "login", .arguments = "USER", .help = "go on as another user", .run = run_login, .take = take_login},
	{.words = "show time", .arguments = "", .help = "clock, zone, where the time comes from", .needs = NEEDS_CONTROL_VIEW, .json = true, .run = run_show_time},
	{.words = "help", .arguments = "[COMMAND]", .help = "this list, or what it says of a command", .run = run_help},
	{.words = "exit", .arguments = "", .help = "end the session", .run = run_exit},
	{.words = "quit", .arguments = "", .help = "", .run = run_exit},
	{.words = "debug", .arguments = "disk full|ok | supply failing|ok | sound lost|ok | clock SECONDS", .help = "", .role = CONFIG_TECHNICIAN, .run = run_debug},
};
/* clang-format on */
const unsigned command_count = ARRAY_SIZE(commands);

/* 2: the whole word; 1: all of it but the plural's s ("show span 1"); 0: shortened. */
static unsigned exactness(const char *row, size_t length, size_t typed)
{
	if (typed == length)
		return 2;
	return typed + 1 == length && row[typed] == 's';
}

/* How many of the line's words this row's words take; 0: the row does not fit; *exact: how little was shortened. */
static unsigned row_fits(const char *row, const char *const *word, unsigned count, unsigned *exact)
{
	unsigned taken = 0;
	*exact = 0;
	while (*row) {
		size_t length = strcspn(row, " ");
		if (taken == count || !*word[taken] || strlen(word[taken]) > length ||
		    memcmp(row, word[taken], strlen(word[taken])))
			return 0;
		*exact += exactness(row, length, strlen(word[taken]));
		taken++;
		row += length + (row[length] == ' ');
	}
	return taken;
}

static bool hidden(const struct admin *admin, const struct command *command)
{
	return !admin->lab && !strcmp(command->words, "debug");
}

/* What could stand as word number at, given that the words before it fit; returns how many different ones. */
static unsigned next_words(const struct admin *admin, const char *const *word, unsigned at, const char **found,
                           const struct command **row, unsigned room)
{
	unsigned count = 0;
	static char buffer[64][24];
	for (unsigned i = 0; i < command_count && count < room && count < ARRAY_SIZE(buffer); i++) {
		const char *rest = commands[i].words;
		unsigned taken = 0;
		while (*rest && taken < at) {
			size_t length = strcspn(rest, " ");
			if (strlen(word[taken]) > length || memcmp(rest, word[taken], strlen(word[taken])))
				break;
			rest += length + (rest[length] == ' ');
			taken++;
		}
		if (taken < at || !*rest || hidden(admin, &commands[i]))
			continue;
		snprintf(buffer[count], sizeof(buffer[count]), "%.*s", (int)strcspn(rest, " "), rest);
		bool known = false;
		for (unsigned j = 0; j < count; j++)
			known |= !strcmp(found[j], buffer[count]);
		if (known)
			continue;
		row[count] = &commands[i];
		found[count] = buffer[count];
		count++;
	}
	return count;
}

/* The sentence for a line that no row fits, or more than one. */
static int explain(struct admin *admin, struct session *session)
{
	const char *found[64];
	const struct command *rows[64];
	struct words *words = &session->words;
	char said[160], list[480];
	const char *one_of;
	size_t used = 0;
	unsigned at = 0, count = next_words(admin, words->word, 0, found, rows, ARRAY_SIZE(found));
	/* As far as the words fit. */
	for (; at < words->count; at++) {
		bool fits = false;
		for (unsigned i = 0; i < count; i++)
			fits |= *words->word[at] && !strncmp(found[i], words->word[at], strlen(words->word[at]));
		unsigned further = fits ? next_words(admin, words->word, at + 1, found, rows, ARRAY_SIZE(found)) : 0;
		if (!further) {
			count = next_words(admin, words->word, at, found, rows, ARRAY_SIZE(found));
			break;
		}
		count = further;
	}
	words_join(words->word, at + (at < words->count), said, sizeof(said));
	const char *near = at < words->count ? word_nearest(words->word[at], found, count) : NULL;
	if (near)
		return fault_set(&session->fault, -EINVAL, "unknown command \"%s\": did you mean \"%s\"?", said, near);
	list[0] = '\0';
	for (unsigned i = 0; i < count; i++)
		text_append(list, sizeof(list), &used, "%s%s", i ? ", " : "", found[i]);
	one_of = count > 1 ? "one of " : "";
	if (at == words->count)
		return fault_set(&session->fault, -EINVAL, "%s: not complete, expected %s%s", said, one_of, list);
	return fault_set(&session->fault, -EINVAL, "unknown command \"%s\": expected %s%s", said, one_of, list);
}

/* "show queue QUEUE" and "show queues", of which shortened words may be either: what stands behind decides. */
static bool is_pair(const struct command *a, const struct command *b)
{
	size_t length_a = strlen(a->words), length_b = strlen(b->words);
	return !strncmp(a->words, b->words, length_a < length_b ? length_a : length_b) &&
	       !*a->arguments != !*b->arguments;
}

static bool has_more(const struct session *session, unsigned taken)
{
	const struct words *words = &session->words;
	return words->count > taken && strcmp(words->word[taken], "--json") && strcmp(words->word[taken], "|");
}

static int choose_row(struct admin *admin, struct session *session)
{
	const struct command *best = NULL, *other = NULL;
	unsigned best_words = 0, best_exact = 0;
	for (unsigned i = 0; i < command_count; i++) {
		unsigned exact, taken = row_fits(commands[i].words, session->words.word, session->words.count, &exact);
		if (!taken || hidden(admin, &commands[i]) || taken < best_words)
			continue;
		if (best && taken == best_words && exact == best_exact && is_pair(best, &commands[i])) {
			if (!*best->arguments == has_more(session, taken))
				best = &commands[i];
			continue;
		}
		if (taken == best_words && exact == best_exact)
			other = &commands[i];
		if (taken > best_words || exact > best_exact) {
			best = &commands[i];
			other = NULL;
			best_words = taken;
			best_exact = exact;
		}
	}
	if (!best)
		return explain(admin, session);
	if (other)
		return fault_set(&session->fault, -EINVAL, "\"%s\" could be \"%s\" or \"%s\"", session->line,
		                 best->words, other->words);
	session->command = best;
	session->first = best_words;
	return 0;
}

/* "| include TEXT", "| exclude TEXT", "| count", "| no-more" at the end of a line, but for "show | compare". */
static int take_filter(struct session *session)
{
	struct words *words = &session->words;
	for (unsigned i = session->first; i < words->count; i++) {
		if (strcmp(words->word[i], "|"))
			continue;
		const char *name = i + 1 < words->count ? words->word[i + 1] : "";
		bool text = !strcmp(name, "include") || !strcmp(name, "exclude");
		bool bare = !strcmp(name, "count") || !strcmp(name, "no-more");
		if (!strcmp(name, "compare") && session->command->run == run_show_configuration)
			return 0;
		if ((!text && !bare) || words->count != i + 2 + text)
			return fault_set(&session->fault, -EINVAL,
			                 "behind \"|\" expected include TEXT, exclude TEXT, count or no-more");
		session->filter_kind = name[0] == 'n' ? 0 : name[0];
		session->filter = text ? words->word[i + 2] : "";
		words->count = i;
		return 0;
	}
	return 0;
}

static int take_json(struct session *session)
{
	struct words *words = &session->words;
	unsigned kept = session->first;
	for (unsigned i = session->first; i < words->count; i++) {
		if (strcmp(words->word[i], "--json"))
			words->word[kept++] = words->word[i];
		else
			session->json = true;
	}
	words->count = kept;
	if (session->json && !session->command->json)
		return fault_set(&session->fault, -EINVAL, "%s has no --json form", session->command->words);
	return 0;
}

/* Where in the line the word number first begins. */
static const char *rest_of(const char *line, unsigned words)
{
	for (;; words--) {
		line += strspn(line, " \t");
		if (!words)
			return line;
		line += strcspn(line, " \t");
	}
}

static int prepare(struct admin *admin, struct session *session)
{
	int error = words_split(&session->words, session->line, &session->fault);
	if (!error && session->words.count)
		error = choose_row(admin, session);
	if (error || !session->words.count)
		return error;
	const struct command *command = session->command;
	session->rest = rest_of(session->line, session->first);
	error = role_check(admin, session);
	if (error)
		return error;
	if (command->rest && command->run != run_show_configuration)
		return 0;
	error = take_filter(session);
	if (!error)
		error = take_json(session);
	if (!error && !*command->arguments && session->words.count > session->first)
		return fault_set(&session->fault, -EINVAL, "%s: \"%s\" is too much", command->words,
		                 session->words.word[session->first]);
	return error;
}

/* Prints the lines of an answer that the filter lets through. */
static void filter_answer(struct session *session)
{
	char *whole = NULL;
	size_t bytes = 0;
	unsigned long count = 0;
	if (!session->filter_kind || fclose(session->out))
		return;
	whole = session->answer;
	bytes = session->answer_bytes;
	session->answer = NULL;
	session->out = open_memstream(&session->answer, &session->answer_bytes);
	for (size_t at = 0; session->out && whole && at < bytes;) {
		size_t length = strcspn(whole + at, "\n");
		whole[at + length] = '\0';
		bool has = strcasestr(whole + at, session->filter) != NULL;
		count++;
		if (session->filter_kind != 'c' && has == (session->filter_kind == 'i'))
			fprintf(session->out, "%s\n", whole + at);
		at += length + 1;
	}
	if (session->out && session->filter_kind == 'c')
		fprintf(session->out, "%lu lines\n", count);
	free(whole);
}

void command_finish(struct admin *admin, struct session *session, int result)
{
	if (!session->loading || !session->loading_line) /* else: it is over with the password */
		audit_command(admin, session, result);
	filter_answer(session);
	if (result < 0 && session->out)
		fprintf(session->out, "%s\n", session->fault.text[0] ? session->fault.text : strerror(-result));
	session->polling = false;
	if (result < 0)
		follow_end(session);
	session_answer(admin, session,
	               session->loading || session->wizard ? "+"
	               : result < 0                        ? "1"
	               : session->follow                   ? "~"
	                                                   : "0");
}

/* "show ?" and the like: what could stand there. */
static bool asks_for_help(struct session *session, const char *line)
{
	size_t length = strlen(line);
	if (!length || line[length - 1] != '?' || (length > 1 && line[length - 2] != ' '))
		return false;
	text_copy(session->line, sizeof(session->line), line);
	session->line[length - 1] = '\0';
	return true;
}

static void begin_answer(struct session *session)
{
	session->out = open_memstream(&session->answer, &session->answer_bytes);
	session->fault.text[0] = '\0';
	session->filter_kind = 0;
	session->json = false;
	session->command = NULL;
}

/* Runs the command in hand, or has it wait for what it needs. */
static void command_start(struct admin *admin, struct session *session, int error)
{
	if (!error && session->command && session->command->ahead)
		error = session->command->ahead(admin, session);
	if (error == 1)
		return;
	if (!error && session->command && session->command->needs) {
		session->ticket = ++admin->tickets;
		session->state = SESSION_WAITING; /* jobs_step() goes on */
		return;
	}
	if (!error && session->command)
		error = session->command->run(admin, session);
	if (error != 1) /* 1: the answer comes later */
		command_finish(admin, session, error);
}

void command_take(struct admin *admin, struct session *session, const char *line)
{
	begin_answer(session);
	if (!session->out) {
		session_end(session);
		return;
	}
	if (session->loading) {
		paste_line(admin, session, line);
		return;
	}
	if (session->wizard && *line != MARK_SPECIAL) {
		wizard_line(admin, session, line);
		return;
	}
	if (line[0] == MARK_SPECIAL && (line[1] == 'f' || line[1] == 'x')) {
		if (follow_again(admin, session, line[1] == 'f'))
			command_start(admin, session, 0);
		else
			session_answer(admin, session, "0");
		return;
	}
	if (*line == MARK_SPECIAL || asks_for_help(session, line)) {
		command_complete(admin, session, *line == MARK_SPECIAL ? line : NULL);
		session_answer(admin, session, "0");
		return;
	}
	follow_end(session);
	text_copy(session->line, sizeof(session->line), line);
	command_start(admin, session, prepare(admin, session));
}

/* ---- completion and help ---- */

#define HELP_COLUMNS 80
#define HELP_INDENT  20

struct completion {
	FILE *out;
	bool table;
};

/* A table of 80 columns: long help goes on below itself. */
static void print_help_row(FILE *out, const char *word, const char *help)
{
	int column = fprintf(out, "  %-18s", word);
	for (; *help; help += strspn(help, " ")) {
		int length = (int)strcspn(help, " ");
		if (column + 1 + length >= HELP_COLUMNS && column > HELP_INDENT)
			column = fprintf(out, "\n%*s", HELP_INDENT, "") - 1;
		column += fprintf(out, " %.*s", length, help);
		help += length;
	}
	fputc('\n', out);
}

static void print_word(void *user, const char *word, const char *help)
{
	const struct completion *c = user;
	if (c->table)
		print_help_row(c->out, word, help ? help : "");
	else
		fprintf(c->out, "%s\t%s\n", word, help ? help : "");
}

/* What stands behind a row's own words; of a row that takes a rest of its own nothing. */
static void complete_arguments(struct admin *admin, struct session *session, const struct command *row, unsigned taken,
                               struct completion *c)
{
	const struct words *words = &session->words;
	unsigned whole = words->count - words->open_end;
	const char *begun = words->open_end ? words->word[whole] : "";
	if (row->json && !strncmp("--json", begun, strlen(begun)))
		print_word(c, "--json", "as JSON, for programs");
	if (!row->rest || whole == taken)
		arguments_complete(admin, session, row, taken, print_word, c);
}

/* "show calls last" is not the row "show calls", nor "show queue" the row "show queues". */
static bool better_row_fits(const struct admin *admin, const struct words *words, unsigned whole, unsigned taken,
                            unsigned exact)
{
	for (unsigned i = 0; i < command_count; i++) {
		unsigned others_exact, others = row_fits(commands[i].words, words->word, whole, &others_exact);
		if (!hidden(admin, &commands[i]) && (others > taken || (others == taken && others_exact > exact)))
			return true;
	}
	return false;
}

/* Words of the command table at the place where the line ends. */
static void complete_command(struct admin *admin, struct session *session, struct completion *c)
{
	const char *found[64];
	const struct command *rows[64];
	struct words *words = &session->words;
	unsigned whole = words->count - words->open_end;
	const char *begun = words->open_end ? words->word[whole] : "";
	unsigned count = next_words(admin, words->word, whole, found, rows, ARRAY_SIZE(found)), exact;
	for (unsigned i = 0; i < count; i++) {
		size_t length = strlen(found[i]);
		bool last = strlen(rows[i]->words) >= length &&
		            !strcmp(rows[i]->words + strlen(rows[i]->words) - length, found[i]);
		if (!strncmp(found[i], begun, strlen(begun)))
			print_word(c, found[i], last ? rows[i]->help : "");
	}
	for (unsigned i = 0; i < command_count; i++) {
		unsigned taken = row_fits(commands[i].words, words->word, whole, &exact);
		if (!hidden(admin, &commands[i]) && taken && !better_row_fits(admin, words, whole, taken, exact))
			complete_arguments(admin, session, &commands[i], taken, c);
	}
}

/* set, delete and show configuration go on with the settings' own words. */
static const char *settings_part(struct session *session)
{
	static const char *const rows[] = {"set", "delete", "show configuration"};
	unsigned exact;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned taken = row_fits(rows[i], session->words.word, session->words.count, &exact);
		if (taken && (session->words.count > taken || !session->words.open_end))
			return rest_of(session->line, taken);
	}
	return NULL;
}

/* special: MARK_SPECIAL and a letter, then the line: 'c' completion, 'p' the prompt, 'h' what
 * there is to say to a person who has just come. NULL: help for session->line. */
void command_complete(struct admin *admin, struct session *session, const char *special)
{
	struct completion c = {session->out, !special};
	if (special && special[1] == 'h') {
		if (settings_key_lost(admin->parts.settings))
			fprintf(session->out, "warning: " SETTINGS_KEY_LOST "\n", admin->parts.conf_folder);
		kept_tell(admin, session);
		return;
	}
	if (special && special[1] == 'p') {
		fprintf(session->out, "%s%s\n", admin->config ? admin->config->system_name : "belfry",
		        session->candidate && candidate_changed(session->candidate) ? "*" : "");
		return;
	}
	if (special)
		text_copy(session->line, sizeof(session->line), special[1] ? special + 2 : "");
	if (words_split(&session->words, session->line, NULL))
		return;
	const char *settings = settings_part(session);
	if (!settings)
		complete_command(admin, session, &c);
	else if (!session_candidate(admin, session))
		candidate_complete(session->candidate, settings, print_word, &c);
}
