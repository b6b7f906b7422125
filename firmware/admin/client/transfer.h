/*
 * What the box cannot do by itself: files through the terminal (lrzsz), bundles to standard output, passwords without
 * an echo, paths seen from where the person is.
 */
#ifndef BELFRY_CLIENT_TRANSFER_H
#define BELFRY_CLIENT_TRANSFER_H

#include <stddef.h>

#include "console.h"

/* The line is one of ours (backup serial, restore serial, support bundle serial ...): *status is how it ended. 0: no.
 */
int transfer_line(struct console *console, const char *line, int *status);
/* Reads one line, without showing it or as it is typed. -1: nothing came. */
int read_name(const char *prompt, char *text, size_t size);
int read_secret(const char *prompt, char *text, size_t size);
/* Logs in as this user. 0, or 1 with the reason said. */
int log_in(struct console *console, const char *user);
/* A word that is a file's path gets the folder that the person is in. text is word itself or the buffer. */
const char *absolute_path(char *const *words, int at, char *buffer, size_t size);

#endif
