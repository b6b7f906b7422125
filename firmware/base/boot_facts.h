/*
 * What the start of the machine found out before the box began, as files in one folder (/run/belfry-boot on the
 * image): who this box is, which slot it runs from, what was wrong. A box on a host has none: everything is empty.
 *
 *   identity   lines "serial TEXT", "hostname NAME", "mac ADDRESS"...
 *   slot       "root-a" or "root-b"
 *   alarms     lines "KEY SEVERITY SENTENCE": conf-lost critical The settings ...
 *   network    lines "card NAME", "address A/B", "gateway A", "dns A", "ssh-key FINGERPRINT": the
 *              management network as it is; read when asked for
 *   manifest   lines "KIND NAME VERSION ...": what the image is made of; read when asked for
 *
 * Thread: read once on the main thread, constant from then on.
 */
#ifndef BELFRY_BASE_BOOT_FACTS_H
#define BELFRY_BASE_BOOT_FACTS_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/severity.h"

#define BOOT_ALARMS_MAX 8
#define BOOT_MACS_MAX   8

struct boot_alarm {
	char key[32];
	enum severity severity; /* another word in the file counts as major */
	char text[160];
};

struct boot_facts {
	char folder[200]; /* "": none */
	char serial[40], hostname[64], slot[16];
	char mac[BOOT_MACS_MAX][20];
	int mac_count, alarm_count;
	struct boot_alarm alarm[BOOT_ALARMS_MAX];
	int ignored; /* lines that say nothing we know, or beyond the limits */
};

/* folder NULL: no facts. A file that is missing or cannot be read says nothing. */
void boot_facts_read(struct boot_facts *facts, const char *folder);
/* One more that the program itself found out at start; false: no room. */
bool boot_facts_add_alarm(struct boot_facts *facts, const char *key, enum severity severity, const char *format, ...)
    PRINTF_LIKE(4, 5);
/* Management network: each line of it. */
void boot_facts_each_network(const struct boot_facts *facts,
                             void (*each)(void *user, const char *what, const char *value), void *user);
/* Each package of the manifest. */
void boot_facts_each_component(const struct boot_facts *facts,
                               void (*each)(void *user, const char *name, const char *version), void *user);

#endif
