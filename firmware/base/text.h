/*
 * Text: bounded copies, strict numbers, names of enum values. Everything terminates and nothing overruns.
 */
#ifndef BELFRY_BASE_TEXT_H
#define BELFRY_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

/* Copies, always terminates. False if it was cut. */
bool text_copy(char *to, size_t size, const char *from);
/* Appends printf-like at *used, always terminates, advances *used by what fitted. False if it was cut. */
bool text_append(char *to, size_t size, size_t *used, const char *format, ...) PRINTF_LIKE(4, 5);

/* The whole of text must be a decimal number in [low, high]. 0, -EINVAL (not a number), -ERANGE. */
MUST_CHECK int text_to_u64(const char *text, uint64_t low, uint64_t high, uint64_t *value);
MUST_CHECK int text_to_u32(const char *text, uint32_t low, uint32_t high, uint32_t *value);

/* "500ms", "15s", "3m", "2h", "1d" (a bare "0" too) to milliseconds. 0, -EINVAL, -ERANGE. */
MUST_CHECK int text_to_duration_ms(const char *text, uint64_t *ms);
/* The shortest exact spelling of a duration in that syntax; text needs 24 bytes. */
void text_from_duration_ms(uint64_t ms, char *text, size_t size);

/* Name tables: one string an enum value, in order. */
const char *text_name(const char *const *names, size_t count, int value);      /* "unknown" outside */
int text_name_index(const char *const *names, size_t count, const char *name); /* or -1 */

#endif
