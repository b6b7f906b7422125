/* Commands that go on: the box is asked again and again, and what has come is shown. */
#include "follow.h"

#include <stdio.h>

#include "keyboard.h"

#define EVERY_MS 500
#define AGAIN                                                                                                          \
	"\x05"                                                                                                         \
	"f"
#define ENOUGH                                                                                                         \
	"\x05"                                                                                                         \
	"x"

static int ask(struct console *console, const char *line)
{
	const char *text;
	int status = console_ask(console, line, &text);
	fputs(text, stdout);
	return fflush(stdout) ? CONSOLE_FOLLOW : status;
}

int follow(struct console *console, const char *text, bool follows)
{
	int status = CONSOLE_FOLLOW;
	if (follows)
		keyboard_watch_begin(); /* before anything is seen: Ctrl-C ends the command, not the program */
	fputs(text, stdout);
	fflush(stdout);
	if (follows) {
		while (status == CONSOLE_FOLLOW && !keyboard_watch(EVERY_MS))
			status = ask(console, AGAIN);
		keyboard_watch_end();
	}
	return status == CONSOLE_FOLLOW ? ask(console, ENOUGH) : status;
}
