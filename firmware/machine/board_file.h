/*
 * The board file: one line a part, # begins a comment.
 *
 *   led span N GREEN RED                LEDs of a span, folders of /sys/class/leds
 *   led status GREEN RED                the LED of the box
 *   relay alarm LED                     the alarm relay, driven like an LED
 *   button reset DEVICE CODE            input device (its name, or a path in /dev/input) and key code
 *   supply DEVICE CODE                  pressed: the supply is failing
 *   temperature NAME FILE WARN LIMIT    millidegrees in FILE; the limits in degrees Celsius
 *   disk NAME FOLDER WARN LIMIT         in percent used
 *   wear NAME FILE WARN LIMIT           eMMC life time (two numbers of tens of percent); the limits in percent
 *   (FILE may have *: the first that is there; one that never was is none of this machine's, and no alarm)
 *   sound NAME DEVICE INPUT VOLUME      a sound card by ALSA's name, which of its inputs (-: as it is), percent
 *   clock FILE SECONDS                  the clock chip's time; it may differ so much from the system's
 *   time-server FILE SECONDS            what chronyd says of itself, while time servers are set; so long it may hear
 * none
 *   software FILE                       in how many places the slot in use is damaged; no file: in none
 *
 * Pure but for reading the one file.
 */
#ifndef BELFRY_MACHINE_BOARD_FILE_H
#define BELFRY_MACHINE_BOARD_FILE_H

#include <stdint.h>

#include "base/attributes.h"
#include "base/fault.h"

#define BOARD_PARTS_MAX  64
#define BOARD_PATH_BYTES 128
#define BOARD_NAME_BYTES 24

enum board_part_kind {
	BOARD_LED_SPAN,
	BOARD_LED_STATUS,
	BOARD_RELAY,
	BOARD_BUTTON,
	BOARD_SUPPLY,
	BOARD_TEMPERATURE,
	BOARD_DISK,
	BOARD_WEAR,
	BOARD_CLOCK,
	BOARD_TIME_SERVER,
	BOARD_SOFTWARE,
	BOARD_SOUND,
	BOARD_PART_KIND_COUNT
};

struct board_part {
	enum board_part_kind kind;
	char name[BOARD_NAME_BYTES];
	char path[BOARD_PATH_BYTES], red[BOARD_PATH_BYTES];
	uint32_t number; /* span, key code, seconds, or a volume */
	uint32_t warn, limit;
};

struct board {
	uint32_t count;
	struct board_part parts[BOARD_PARTS_MAX];
};

/* 0 or -errno with file, line and what was expected. */
MUST_CHECK int board_file_read(const char *path, struct board *board, struct fault *fault);
/* The same from memory; name is for the sentence. */
MUST_CHECK int board_text_read(const char *name, const char *text, struct board *board, struct fault *fault);

#endif
