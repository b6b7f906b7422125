#ifndef BELFRY_CLIENT_FOLLOW_H
#define BELFRY_CLIENT_FOLLOW_H

#include <stdbool.h>

#include "console.h"

/* After an answer with CONSOLE_FOLLOW and this text: shows it and what comes, until Ctrl-C or q; not follows: ends at
 * once. The status. */
int follow(struct console *console, const char *text, bool follows);

#endif
