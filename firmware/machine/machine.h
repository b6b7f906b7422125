/*
 * The machine itself, not its calls: the front panel (LEDs, alarm relay, reset button), temperature, disks, flash wear,
 * clock, the supply's warning. What a board has, and under which names in /sys and /dev, is told by its board file
 * (board_file.h); a machine without one watches nothing and shows nothing.
 *
 * Thread: an actor of its own at normal priority, since a read of a sensor may take long. It is told what to show by
 * machine_show() and tells by machine_next_event(); both are for the control thread and never block. The supply's line
 * wakes it; everything else is looked at twice a second.
 */
#ifndef BELFRY_MACHINE_MACHINE_H
#define BELFRY_MACHINE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/actor.h"
#include "base/attributes.h"
#include "base/fault.h"
#include "base/severity.h"
#include "config_limits.h"

enum machine_lamp { MACHINE_LAMP_OFF, MACHINE_LAMP_GREEN, MACHINE_LAMP_GREEN_BLINKS, MACHINE_LAMP_RED };

/* What the panel shows. */
struct machine_picture {
	uint8_t spans[CONFIG_SPANS_MAX]; /* enum machine_lamp, by span - 1 */
	bool minor, major;               /* alarms stand; major: or critical */
};

enum machine_event_type {
	MACHINE_ALARM_RAISED,
	MACHINE_ALARM_OVER,
	MACHINE_RESET_WANTED,   /* the reset button was held */
	MACHINE_SUPPLY_FAILING, /* mains are gone, the hold-up time runs */
	MACHINE_SUPPLY_BACK
};

struct machine_event {
	enum machine_event_type type;
	char key[32]; /* alarms: what it is about */
	enum severity severity;
	char text[160];
};

struct machine;

struct machine_settings {
	const char *board_file;        /* NULL: nothing is watched */
	struct doorbell *control_bell; /* rung for each event */
	/* Machine's thread: the reset button was held; notes that down for the next start. 0 or -errno. */
	int (*reset_wanted)(void *user);
	void *reset_user;
};

/* -EINVAL: a sentence with file and line. */
MUST_CHECK int machine_new(struct machine **out, const struct machine_settings *settings, struct fault *fault);
void machine_free(struct machine *machine);
struct actor *machine_actor(struct machine *machine);

/* The sound card that the board has under this name; sound is left alone if there is none. Any thread. */
struct machine_sound {
	char device[64], input[32];
	uint8_t volume; /* percent */
};
void machine_sound(const struct machine *machine, const char *name, struct machine_sound *sound);

/* Control thread. */
void machine_show(struct machine *machine, const struct machine_picture *picture);
bool machine_next_event(struct machine *machine, struct machine_event *event);

/* For trials, any thread: as if the supply's line had said so. */
void machine_simulate_supply(struct machine *machine, bool failing);

#endif
