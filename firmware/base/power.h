/*
 * The box's machine restarted or switched off, and its clock set. belfryd may not do that itself: it says so in the
 * file "power" beside the console's socket, which a system that listens (the file "power-watched" among its boot facts)
 * carries out. Only on the box: a program on somebody's host has no say there.
 *
 * Thread: any.
 */
#ifndef BELFRY_BASE_POWER_H
#define BELFRY_BASE_POWER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"

enum power_kind { POWER_NONE, POWER_RESTART, POWER_OFF, POWER_COUNT };
extern const char *const power_names[POWER_COUNT];

/* The system has said in the folder of what its start found out (base/boot_facts.h) that it listens. */
bool power_watched(const char *boot_folder);
/* 0 or -errno: then nothing happens. */
MUST_CHECK int power_ask(const char *console_path, enum power_kind kind);
/* The machine's clock and its chip set, in the same way: by the file "clock". Seconds since 1970 UTC. 0 or -errno. */
MUST_CHECK int power_set_clock(const char *console_path, int64_t wall_s);

#endif
