/*
 * The console as a person uses it: libedit's line editing. This file alone includes its header.
 */
#include "interactive.h"

#include <histedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "follow.h"
#include "keyboard.h"
#include "pager.h"
#include "transfer.h"

#define LINE_BYTES    4096
#define HISTORY_LINES 500

struct shell {
	struct console *console;
	EditLine *edit;
	History *history;
	char prompt[96];
	bool lost, loading, interrupted;
};

static struct shell shell;

static char *prompt(EditLine *edit)
{
	return shell.prompt;
}

static void refresh_prompt(void)
{
	const char *text;
	if (shell.loading) {
		snprintf(shell.prompt, sizeof(shell.prompt), "... ");
		return;
	}
	int status = console_ask(shell.console, "\x05p", &text);
	shell.lost |= status < 0;
	snprintf(shell.prompt, sizeof(shell.prompt), "%.*s> ", (int)strcspn(text, "\n"), status == 0 ? text : "belfry");
}

/* What could stand at the cursor, as "word TAB help" lines. */
static const char *ask_completion(const LineInfo *info)
{
	char line[LINE_BYTES + 4];
	const char *text;
	snprintf(line, sizeof(line),
	         "\x05"
	         "c%.*s",
	         (int)(info->cursor - info->buffer), info->buffer);
	if (strlen(line) >= LINE_BYTES || console_ask(shell.console, line, &text) != 0)
		return "";
	return text;
}

static void print_choices(const char *text)
{
	fputc('\n', stdout);
	while (*text) {
		size_t bytes = strcspn(text, "\n"), word = strcspn(text, "\t");
		if (word < bytes)
			printf("  %-18.*s %.*s\n", (int)word, text, (int)(bytes - word - 1), text + word + 1);
		text += bytes + (text[bytes] == '\n');
	}
	fflush(stdout);
}

/* The longest beginning that all words have in common; *count of them. Placeholders ("<name>") are for people. */
static void common_beginning(const char *text, char *common, size_t size, int *count)
{
	*count = 0;
	common[0] = '\0';
	for (; *text; text += strcspn(text, "\n") + 1) {
		size_t bytes = strcspn(text, "\t"), same = 0;
		if (*text == '<' || *text == '[' || (*text >= 'A' && *text <= 'Z') || bytes >= size)
			continue;
		if (!(*count)++) {
			memcpy(common, text, bytes);
			common[bytes] = '\0';
			continue;
		}
		while (same < bytes && common[same] == text[same])
			same++;
		common[same] = '\0';
	}
}

static unsigned char complete(EditLine *edit, int key)
{
	const LineInfo *info = el_line(edit);
	const char *word = info->cursor, *text = ask_completion(info);
	char common[256], insert[260];
	int count;
	while (word > info->buffer && word[-1] != ' ')
		word--;
	size_t begun = (size_t)(info->cursor - word);
	common_beginning(text, common, sizeof(common), &count);
	if (count && strlen(common) >= begun) {
		snprintf(insert, sizeof(insert), "%s%s", common + begun, count == 1 ? " " : "");
		if (*insert) {
			el_insertstr(edit, insert);
			return CC_REFRESH;
		}
	}
	if (!*text)
		return CC_REFRESH_BEEP;
	print_choices(text);
	return CC_REDISPLAY;
}

/* A question mark inside quotes is text. */
static unsigned char help(EditLine *edit, int key)
{
	const LineInfo *info = el_line(edit);
	bool quoted = false;
	for (const char *at = info->buffer; at < info->cursor; at++)
		quoted ^= *at == '"';
	if (quoted) {
		el_insertstr(edit, "?");
		return CC_REFRESH;
	}
	print_choices(ask_completion(info));
	return CC_REDISPLAY;
}

static bool is_exit(const char *line)
{
	return !strcmp(line, "exit") || !strcmp(line, "quit");
}

/* The box wants a password: its words as a prompt. */
static bool secret_prompt(const char *text, char *prompt_text, size_t size)
{
	static const char *const wants[] = {"password:\n", "new password:\n", "the same password again:\n"};
	for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++)
		if (!strcmp(text, wants[i])) {
			snprintf(prompt_text, size, "%.*s ", (int)strlen(text) - 1, text);
			return true;
		}
	return false;
}

int run_line(struct console *console, const char *line, bool paged, bool follows)
{
	char secret[256], wanted[64];
	const char *text;
	int status;
	if (transfer_line(console, line, &status))
		return status;
	status = console_ask(console, line, &text);
	while (status == CONSOLE_MORE && secret_prompt(text, wanted, sizeof(wanted))) {
		if (read_secret(wanted, secret, sizeof(secret)))
			memcpy(secret, CONSOLE_GIVE_UP, sizeof(CONSOLE_GIVE_UP));
		status = console_ask(console, secret, &text);
		explicit_bzero(secret, sizeof(secret));
	}
	if (status < 0) {
		fputs("belfry: the connection is closed\n", stderr);
		return -1;
	}
	if (status == CONSOLE_FOLLOW)
		return follow(console, text, follows);
	pager_show(text, paged && !strstr(line, "| no-more"));
	return status;
}

/* libedit's source of characters. */
static int get_character(EditLine *edit, wchar_t *character)
{
	mbstate_t state = {0};
	for (;;) {
		int byte = keyboard_byte();
		if (byte < 0) {
			shell.interrupted = byte == -1;
			return shell.interrupted ? -1 : 0;
		}
		char one = (char)byte;
		size_t length = mbrtowc(character, &one, 1, &state);
		if (length == (size_t)-2)
			continue; /* more bytes of it to come */
		if (length != (size_t)-1)
			return 1;
		state = (mbstate_t){0}; /* not a character: left out */
	}
}

static void start_editing(void)
{
	HistEvent event;
	shell.edit = el_init("belfry", stdin, stdout, stderr);
	shell.history = history_init();
	if (!shell.edit || !shell.history)
		return;
	history(shell.history, &event, H_SETSIZE, HISTORY_LINES);
	history(shell.history, &event, H_SETUNIQUE, 1);
	el_set(shell.edit, EL_PROMPT, prompt);
	/* What is typed ahead while an answer is printed is echoed once, by the line editor when it takes it. */
	el_set(shell.edit, EL_SETTY, "-x", "-echo", NULL);
	el_set(shell.edit, EL_EDITOR, "emacs");
	el_set(shell.edit, EL_SIGNAL, 0);
	el_set(shell.edit, EL_GETCFN, get_character);
	el_set(shell.edit, EL_HIST, history, shell.history);
	el_set(shell.edit, EL_ADDFN, "belfry-complete", "complete the word", complete);
	el_set(shell.edit, EL_ADDFN, "belfry-help", "what may stand here", help);
	el_set(shell.edit, EL_BIND, "^I", "belfry-complete", NULL);
	el_set(shell.edit, EL_BIND, "?", "belfry-help", NULL);
	el_set(shell.edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
}

static void remember(const char *line)
{
	HistEvent event;
	/* Secrets stay out of the history. */
	if (*line && !strstr(line, " pin ") && !strstr(line, " phrase ") && !strstr(line, " password "))
		history(shell.history, &event, H_ENTER, line);
}

/* One line without its end; false at the end of input. Ctrl-C gives an empty one. */
static bool read_line(char *line, size_t size)
{
	int count;
	shell.interrupted = false;
	const char *typed = el_gets(shell.edit, &count);
	if (shell.interrupted) {
		el_reset(shell.edit);
		fputc('\n', stdout);
		line[0] = '\0';
		return true;
	}
	if (!typed || count <= 0)
		return false;
	snprintf(line, size, "%.*s", (int)strcspn(typed, "\r\n"), typed);
	return true;
}

int interactive_run(struct console *console)
{
	char line[LINE_BYTES];
	int status = 0;
	keyboard_start();
	shell.console = console;
	start_editing();
	if (!shell.edit || !shell.history)
		return pipe_run(console);
	const char *text;
	if (console_ask(console, "\x05h", &text) == 0)
		fputs(text, stdout);
	for (;;) {
		refresh_prompt();
		if (shell.lost || !read_line(line, sizeof(line)) || (is_exit(line) && !shell.loading))
			break;
		if (!*line && !shell.loading)
			continue;
		if (shell.interrupted)
			snprintf(line, sizeof(line), CONSOLE_GIVE_UP);
		else
			remember(line);
		status = run_line(console, line, true, true);
		if (status < 0)
			break;
		shell.loading = status == CONSOLE_MORE;
	}
	if (shell.lost)
		fputs("belfry: the connection is closed\n", stderr);
	history_end(shell.history);
	el_end(shell.edit);
	return shell.lost || status < 0;
}

int pipe_run(struct console *console)
{
	char line[LINE_BYTES + 2];
	int status = 0;
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\r\n")] = '\0';
		if (is_exit(line) && status != CONSOLE_MORE)
			return 0;
		bool loading = status == CONSOLE_MORE;
		if (!*line && !loading)
			continue;
		status = run_line(console, line, false, false);
		if (status < 0 || status == 1)
			return 1;
	}
	return 0;
}
