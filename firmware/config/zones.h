/*
 * Private to config: the time zones that the system's tzdata knows, by name.
 */
#ifndef BELFRY_CONFIG_ZONES_H
#define BELFRY_CONFIG_ZONES_H

#include <stdbool.h>
#include <stddef.h>

/* There is a zone of this name; without any tzdata every well-formed name will do. */
bool zone_check(const char *word, char *canonical, size_t size);
/* The zone that was probably meant: a slip of the pen, or a town without its continent. NULL: none is near. Valid until
 * the next call; admin's thread. */
const char *zone_nearest(const char *word);

#endif
