/*
 * Private to machine: LEDs and the relay (folders of /sys/class/leds), and keys (/dev/input).
 */
#ifndef BELFRY_MACHINE_PANEL_H
#define BELFRY_MACHINE_PANEL_H

#include "machine/board_file.h"
#include "machine/machine.h"

struct panel_led {
	const struct board_part *part;
	int8_t green, red; /* as written last; -1: unknown */
};

struct panel_key {
	const struct board_part *part;
	int fd; /* -1: the device is not there */
	bool pressed, told;
	uint64_t pressed_us;
};

/* Writes what has changed. blink: which half of the blinking it is. reset_taken: the status LED says so. */
void panel_led_show(struct panel_led *led, const struct machine_picture *picture, bool blink, bool reset_taken);

/* Takes what the key has said since; true if it changed. */
bool panel_key_read(struct panel_key *key, uint64_t now_us);

#endif
