#ifndef BELFRY_CLIENT_INTERACTIVE_H
#define BELFRY_CLIENT_INTERACTIVE_H

#include <stdbool.h>

#include "console.h"

/* Prompt, line editing, history, completion. The exit status. */
int interactive_run(struct console *console);
/* Lines from a pipe or a file, no prompt. The status of the first line that failed, else 0; stops there. */
int pipe_run(struct console *console);
/* One line: asks, shows the answer, returns the status. follows: a command that goes on is followed until Ctrl-C. */
int run_line(struct console *console, const char *line, bool paged, bool follows);

#endif
