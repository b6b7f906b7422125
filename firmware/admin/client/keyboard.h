/*
 * Keys and Ctrl-C. SIGINT is blocked but while a key is waited for: so it is never lost between two calls, and never
 * cuts an answer in two.
 */
#ifndef BELFRY_CLIENT_KEYBOARD_H
#define BELFRY_CLIENT_KEYBOARD_H

#include <stdbool.h>

void keyboard_start(void);
/* The next byte from standard input; -1: Ctrl-C; -2: end of input. */
int keyboard_byte(void);
/* Ctrl-C was pressed while nothing waited for keys; asking takes it away. */
bool keyboard_interrupted(void);

/* While a command goes on: every key is seen at once. Keys are looked at only if standard input is a terminal. */
void keyboard_watch_begin(void);
/* Waits so long. True: Ctrl-C, q or the end of input has come. */
bool keyboard_watch(unsigned ms);
void keyboard_watch_end(void);

#endif
