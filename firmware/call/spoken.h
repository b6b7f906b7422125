/*
 * What is said in several prompts: names in their order, numbers in words ("digits/40", "digits/2"). Pure; on the
 * control thread. Limits: MEDIA_PLAYLIST_MAX prompts; what goes past them is left out.
 */
#ifndef BELFRY_CALL_SPOKEN_H
#define BELFRY_CALL_SPOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "media/media.h"

#define SPOKEN_DIGITS_BYTES 12
#define SPOKEN_NUMBER_MAX   20999

/* Zero it before use. names is ended by NULL and good for phone_say() while this object stands. */
struct spoken {
	const char *names[MEDIA_PLAYLIST_MAX + 1];
	size_t count;
	char digits[MEDIA_PLAYLIST_MAX][SPOKEN_DIGITS_BYTES];
	size_t digit_count;
};

/* Adds a prompt; the name is not copied. "" adds nothing. */
void spoken_add(struct spoken *spoken, const char *name);

/* Adds a number, 0 to SPOKEN_NUMBER_MAX; a larger one is said as that. */
void spoken_number(struct spoken *spoken, uint32_t number);

#endif
