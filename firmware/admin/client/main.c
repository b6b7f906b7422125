/*
 * belfry: the console of a Belfry box.
 *
 * With words it carries out one command and exits with its status; without, it reads commands: with line editing on a
 * terminal, plainly from a pipe.
 */
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bundle.h"
#include "interactive.h"
#include "transfer.h"

#define DEFAULT_SOCKET "/run/belfry/console.sock"
#define LINE_BYTES     4096

static int usage(FILE *out)
{
	fputs("belfry [-s SOCKET] [-u USER | -l] [COMMAND...]\n"
	      "  the console of the box: one command, or many (from a terminal or a pipe)\n"
	      "  -s SOCKET   where belfryd listens (default $BELFRY_SOCKET or " DEFAULT_SOCKET ")\n"
	      "  -u USER     who you are there, if the system does not know you; asks for the password\n"
	      "  -l          asks who you are; by SSH the command is the one that was sent along\n"
	      "  belfry help lists the commands; belfry show calls --json is for programs\n",
	      out);
	return out == stderr ? 2 : 0;
}

static int append(char *line, size_t *used, const char *text, size_t bytes)
{
	if (*used + bytes >= LINE_BYTES)
		return -1;
	memcpy(line + *used, text, bytes);
	line[ *used += bytes] = '\0';
	return 0;
}

/* A word that the shell has taken the quotes from gets them again. */
static int append_word(char *line, size_t *used, const char *word)
{
	bool quote = !*word || *word == '#' || strpbrk(word, " \t\"");
	int error = *used ? append(line, used, " ", 1) : 0;
	if (!quote)
		return error ? error : append(line, used, word, strlen(word));
	error |= append(line, used, "\"", 1);
	for (; *word && !error; word++) {
		if (*word == '"' || *word == '\\')
			error = append(line, used, "\\", 1);
		if (!error)
			error = append(line, used, word, 1);
	}
	return error ? error : append(line, used, "\"", 1);
}

static int one_shot(struct console *console, char **words)
{
	char line[LINE_BYTES], path[LINE_BYTES];
	size_t used = 0;
	/* A single argument with blanks is a whole line: belfry "show calls last 3". */
	bool whole = !words[1] && strchr(words[0], ' ');
	if (whole && append(line, &used, words[0], strlen(words[0])))
		return usage(stderr);
	for (int i = 0; words[i] && !whole; i++)
		if (append_word(line, &used, absolute_path(words, i, path, sizeof(path)))) {
			fputs("belfry: the command is too long\n", stderr);
			return 2;
		}
	int status = run_line(console, line, isatty(STDIN_FILENO) && isatty(STDOUT_FILENO), true);
	if (status != CONSOLE_MORE)
		return status != 0;
	/* load terminal: what follows comes from standard input. */
	char more[LINE_BYTES + 2];
	while (status == CONSOLE_MORE && fgets(more, sizeof(more), stdin)) {
		more[strcspn(more, "\r\n")] = '\0';
		status = run_line(console, more, false, false);
	}
	return (status == CONSOLE_MORE ? run_line(console, ".", false, false) : status) != 0;
}

int main(int argc, char **argv)
{
	const char *path = getenv("BELFRY_SOCKET"), *user = NULL, *bundle = NULL;
	char name[64], *sent[] = {NULL, NULL}, **words;
	bool ask = false;
	int option;
	/* Names are UTF-8; a serial console often has no locale at all. */
	if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1)
		setlocale(LC_CTYPE, "C.UTF-8");
	while ((option = getopt(argc, argv, "+s:u:lB:h")) != -1) {
		if (option == 's')
			path = optarg;
		else if (option == 'u')
			user = optarg;
		else if (option == 'l')
			ask = true;
		else if (option == 'B')
			bundle = optarg; /* belfryd's own use: see bundle.h */
		else
			return usage(option == 'h' ? stdout : stderr);
	}
	words = argv + optind;
	if (ask) {
		if (read_name("user: ", name, sizeof(name)))
			return 2;
		user = name;
		sent[0] = getenv("SSH_ORIGINAL_COMMAND");
		words = !*words && sent[0] && *sent[0] ? sent : words;
	}
	struct console *console = console_open(path && *path ? path : DEFAULT_SOCKET);
	if (!console)
		return 2;
	int status;
	if (user && log_in(console, user)) {
		console_close(console);
		return 2;
	}
	if (bundle)
		status = *words ? bundle_make(console, bundle, *words) : usage(stderr);
	else if (*words)
		status = one_shot(console, words);
	else if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		status = interactive_run(console);
	else
		status = pipe_run(console);
	console_close(console);
	return status;
}
