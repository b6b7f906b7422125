/*
 * The console's side of the protocol in ../README.md: connects, asks, reads answers.
 */
#ifndef BELFRY_CLIENT_CONSOLE_H
#define BELFRY_CLIENT_CONSOLE_H

/* Sent as a further line: the command is given up (Ctrl-C). */
#define CONSOLE_GIVE_UP "\x03"

struct console;

/* Says on standard error what is wrong; NULL then. */
struct console *console_open(const char *path);
void console_close(struct console *console);

/*
 * Sends one line and waits for its answer. *text is the answer, ended by NUL, valid until the next call; the result
 * is the status: 0 or 1, CONSOLE_MORE when the box wants further lines, -1 when the connection is gone.
 */
#define CONSOLE_MORE   2
#define CONSOLE_FOLLOW 3 /* the command goes on: follow.h */
int console_ask(struct console *console, const char *line, const char **text);

#endif
