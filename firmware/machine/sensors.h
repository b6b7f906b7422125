/*
 * Private to machine: what is measured now and then, and whether it is an alarm. A value has to fall a little below
 * its limit again before the alarm is over, so that it does not come and go.
 */
#ifndef BELFRY_MACHINE_SENSORS_H
#define BELFRY_MACHINE_SENSORS_H

#include "machine/board_file.h"
#include "machine/machine.h"

enum sensor_level { SENSOR_GOOD, SENSOR_WARN, SENSOR_LIMIT, SENSOR_UNREADABLE, SENSOR_READ_ONLY };

struct sensor {
	const struct board_part *part;
	enum sensor_level level;
	bool seen;          /* it was read once */
	uint32_t failures;  /* reads that failed in a row */
	uint64_t unheard_s; /* since when a time server has been waited for; 0: it is not */
};

/* True: its level has changed, and event says so. */
bool sensor_look(struct sensor *sensor, uint64_t wall_s, struct machine_event *event);

#endif
