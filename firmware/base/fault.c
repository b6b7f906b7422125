/*
 * Chained error text.
 */
#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int fault_set(struct fault *fault, int error, const char *format, ...)
{
	va_list arguments;

	if (!fault)
		return error;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	return error;
}

int fault_add(struct fault *fault, int error, const char *format, ...)
{
	char what[sizeof(fault->text)];
	size_t used, rest;
	va_list arguments;

	if (!fault)
		return error;
	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	used = strlen(what);
	if (used + 3 > sizeof(what))
		used = sizeof(what) - 3;
	what[used++] = ':';
	what[used++] = ' ';
	rest = strnlen(fault->text, sizeof(what) - 1 - used);
	memcpy(what + used, fault->text, rest);
	what[used + rest] = '\0';
	memcpy(fault->text, what, used + rest + 1);
	return error;
}
