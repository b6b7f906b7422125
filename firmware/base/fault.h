/*
 * Chained error text: each layer adds what it was doing, so that a message reads as a path through the system.
 *
 * A fault is a plain struct on the caller's stack. Functions that can fail in a way a technician must understand
 * take one and also return -errno. fault may be NULL where the caller does not care.
 */
#ifndef BELFRY_BASE_FAULT_H
#define BELFRY_BASE_FAULT_H

#include "base/attributes.h"

struct fault {
	char text[640];
};

/* Sets the text and returns error (negative errno), so that a function can end in "return fault_set(...)". */
int fault_set(struct fault *fault, int error, const char *format, ...) PRINTF_LIKE(3, 4);

/* Puts "what: " in front of the text. Returns error. */
int fault_add(struct fault *fault, int error, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
