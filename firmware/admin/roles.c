/*
 * Who may do what, and the record that it was done.
 */
#include "admin/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "admin/cell.h"
#include "base/clock.h"
#include "base/text.h"

#define SHOWN_USUALLY 50

enum config_role session_role(const struct admin *admin, const struct session *session)
{
	if (session->owner)
		return CONFIG_ADMINISTRATOR;
	for (uint32_t i = 0; admin->config && i < admin->config->user_count; i++)
		if (!strcmp(admin->config->users[i].name, session->user))
			return admin->config->users[i].role;
	return CONFIG_VIEWER;
}

int role_check(struct admin *admin, struct session *session)
{
	enum config_role role = session_role(admin, session), needed = session->command->role;
	if (role >= needed)
		return 0;
	return fault_set(&session->fault, -EPERM, "%s: needs the role %s; %s is %s", session->command->words,
	                 config_role_names[needed], session->user, config_role_names[role]);
}

int role_check_commit(struct admin *admin, struct session *session)
{
	if (session_role(admin, session) == CONFIG_ADMINISTRATOR)
		return 0;
	char *now = settings_text(admin->parts.settings, "user", true);
	char *then = candidate_text(session->candidate, "user", true);
	bool same = now && then && !strcmp(now, then);
	free(now);
	free(then);
	return same ? 0 : fault_set(&session->fault, -EPERM, "user: only an administrator may change users' roles");
}

/* A pass phrase stands behind its name. */
static void describe_words(const struct session *session, char *text, size_t size)
{
	const char *word[WORDS_MAX];
	unsigned count = session->words.count - session->first;
	memcpy(word, session->words.word + session->first, count * sizeof(*word));
	for (unsigned i = 1; i < count; i++)
		if (!strcmp(word[i - 1], "phrase"))
			word[i] = "********";
	words_join(word, count, text, size);
}

/* What was typed, with nothing in it that may not be read. */
static void describe(const struct session *session, char *text, size_t size)
{
	char redacted[LINE_BYTES_MAX];
	size_t used = 0;
	bool setting = session->command->run == run_set || session->command->run == run_delete;
	if (setting)
		settings_redact(session->rest ? session->rest : "", redacted, sizeof(redacted));
	else
		describe_words(session, redacted, sizeof(redacted));
	text_append(text, size, &used, "%s%s%s", session->command->words, *redacted ? " " : "", redacted);
}

void audit_command(struct admin *admin, struct session *session, int result)
{
	struct audit_entry entry = {.wall_us = clock_wall_us()};
	if (!session->command || !admin->audit || session->polling)
		return; /* the first of many runs is written down */
	text_copy(entry.user, sizeof(entry.user), session->user);
	text_copy(entry.from, sizeof(entry.from), session->from);
	text_copy(entry.result, sizeof(entry.result), result == -EPERM ? "forbidden" : result < 0 ? "refused" : "done");
	describe(session, entry.command, sizeof(entry.command));
	audit_put(admin->audit, &entry, session->command->role > CONFIG_VIEWER);
}

/* ---- show audit ---- */

struct shown {
	struct audit_entry *entries;
	uint32_t room;
	uint64_t count;
};

static void keep(void *user, const struct audit_entry *entry)
{
	struct shown *shown = user;
	shown->entries[shown->count++ % shown->room] = *entry;
}

static void print_entry(FILE *out, const struct audit_entry *entry)
{
	char time[32];
	clock_format_utc(entry->wall_us, time, sizeof(time));
	fprintf(out, "%" PRIu64 " %.19s %s %s %s: %s\n", entry->number, time, entry->user, entry->from, entry->result,
	        entry->command);
}

static void entry_json(struct json *json, const struct audit_entry *entry)
{
	json_open(json, NULL, '{');
	json_number(json, "number", entry->number);
	json_time(json, "time", entry->wall_us);
	json_text(json, "user", entry->user);
	json_text(json, "from", entry->from);
	json_text(json, "result", entry->result);
	json_text(json, "command", entry->command);
	json_close(json, '}');
}

static void print_shown(const struct session *session, const struct shown *shown, bool whole, uint64_t last_good)
{
	FILE *out = session->out;
	struct json json = {.out = out};
	uint64_t first = shown->count > shown->room ? shown->count - shown->room : 0;
	if (session->json) {
		json_open(&json, NULL, '{');
		json_open(&json, "entries", '[');
	}
	for (uint64_t i = first; i < shown->count; i++) {
		const struct audit_entry *entry = &shown->entries[i % shown->room];
		session->json ? entry_json(&json, entry) : print_entry(out, entry);
	}
	if (session->json) {
		json_close(&json, ']');
		json_number(&json, "count", shown->count);
		json_bool(&json, "whole", whole);
		json_number(&json, "last_good", last_good);
		json_close(&json, '}');
		fputc('\n', out);
	} else if (whole) {
		fprintf(out, "%" PRIu64 " entries, the chain is whole\n", shown->count);
	} else {
		fprintf(out, "THE LOG WAS CHANGED behind entry %" PRIu64 "\n", last_good);
	}
}

int run_show_audit(struct admin *admin, struct session *session)
{
	struct words *words = &session->words;
	struct shown shown = {.room = SHOWN_USUALLY};
	uint64_t last_good = 0;
	unsigned at = first_number(session);
	if (words->count > at && (words->count > at + 1 || text_to_u32(words->word[at], 1, 100000, &shown.room)))
		return fault_set(&session->fault, -EINVAL, "show audit: expected a number from 1 to 100000");
	shown.entries = calloc(shown.room, sizeof(*shown.entries));
	if (!shown.entries)
		return fault_set(&session->fault, -ENOMEM, "no memory left");
	int error = audit_each(admin->audit, keep, &shown, &last_good);
	if (!error || error == -EBADMSG)
		print_shown(session, &shown, !error, last_good);
	free(shown.entries);
	return error == -EBADMSG || !error ? 0 : fault_set(&session->fault, error, "audit log: %s", strerror(-error));
}
