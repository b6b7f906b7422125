/* Temperature, disks, flash wear and the clock chip. */
#include "machine/sensors.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/text.h"
#include "machine/disk_errors.h"

#define HYSTERESIS   2 /* degrees, percent or seconds below the limit */
#define FAILURES_MAX 3

/* The file of a path with *, the first of them; -ENOENT: there is none. */
static int file_of(const char *path, char *file, size_t size)
{
	glob_t found;
	int error;

	if (!strchr(path, '*'))
		return text_copy(file, size, path) ? 0 : -ENAMETOOLONG;
	if (glob(path, 0, NULL, &found) != 0)
		return -ENOENT;
	error = text_copy(file, size, found.gl_pathv[0]) ? 0 : -ENAMETOOLONG;
	globfree(&found);
	return error;
}

static int read_text(const char *path, char *text, size_t size)
{
	char name[2 * BOARD_PATH_BYTES];
	int error = file_of(path, name, sizeof(name));
	FILE *file = error ? NULL : fopen(name, "re");
	size_t count;

	if (!file)
		return error ? error : -errno;
	count = fread(text, 1, size - 1, file);
	fclose(file);
	text[count] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return count ? 0 : -EIO;
}

static int read_number(const char *path, uint64_t *value)
{
	char text[64];
	int error = read_text(path, text, sizeof(text));

	return error ? error : text_to_u64(text, 0, UINT64_MAX / 2, value);
}

static int temperature(const struct board_part *part, uint32_t *value)
{
	char text[64];
	uint64_t thousandths = 0;
	int error = read_text(part->path, text, sizeof(text));

	/* Below nought is no trouble of ours. */
	if (!error && *text != '-')
		error = text_to_u64(text, 0, 1000000, &thousandths);
	*value = (uint32_t)((thousandths + 500) / 1000);
	return error;
}

/* -EROFS: nothing can be written there any more; what the kernel does when writing has failed. */
static int disk(const struct board_part *part, uint32_t *value)
{
	struct statvfs disk;
	struct stat entry;

	if (statvfs(part->path, &disk) != 0 || disk.f_blocks == 0)
		return errno ? -errno : -EIO;
	if (disk.f_flag & ST_RDONLY || (stat(part->path, &entry) == 0 && disk_has_errors("/sys", entry.st_dev)))
		return -EROFS;
	uint64_t usable = disk.f_blocks - disk.f_bfree + disk.f_bavail;
	*value = usable ? (uint32_t)(100 - disk.f_bavail * 100 / usable) : 100;
	return 0;
}

/* "0x01 0x02": tens of percent of the life of two kinds of cells; the worse counts. */
static int wear(const struct board_part *part, uint32_t *value)
{
	unsigned slc, mlc;
	char text[64];
	int error = read_text(part->path, text, sizeof(text));

	*value = 0;
	if (error)
		return error;
	if (sscanf(text, "0x%2x 0x%2x", &slc, &mlc) != 2 || slc > 15 || mlc > 15)
		return -EIO;
	*value = 10 * (slc > mlc ? slc : mlc);
	return 0;
}

static int clock_difference(const struct board_part *part, uint64_t wall_s, uint32_t *value)
{
	uint64_t chip_s;
	int error = read_number(part->path, &chip_s);
	uint64_t apart = error ? 0 : chip_s > wall_s ? chip_s - wall_s : wall_s - chip_s;

	*value = apart > UINT32_MAX ? UINT32_MAX : (uint32_t)apart;
	return error;
}

/* "chronyc -c tracking": id, source, stratum, when it was last heard, and more. No file: no time server is set. */
static int unheard(struct sensor *sensor, uint64_t wall_s, uint32_t *value)
{
	char text[256], *rest = text, *when = NULL;
	uint64_t heard_s = 0;
	int error = read_text(sensor->part->path, text, sizeof(text));

	*value = 0;
	if (error)
		return error == -ENOENT ? 0 : error;
	for (unsigned field = 0; field < 4 && rest; field++)
		when = strsep(&rest, ",");
	if (!rest || !when)
		return -EIO;
	when[strcspn(when, ".")] = '\0';
	error = text_to_u64(when, 0, INT64_MAX, &heard_s);
	if (error)
		return error;
	if (heard_s)
		sensor->unheard_s = 0;
	else if (!sensor->unheard_s)
		sensor->unheard_s = wall_s;
	if (!heard_s) /* not once yet */
		heard_s = sensor->unheard_s;
	if (wall_s > heard_s)
		*value = wall_s - heard_s > UINT32_MAX ? UINT32_MAX : (uint32_t)(wall_s - heard_s);
	return 0;
}

static int damage(const struct board_part *part, uint32_t *value)
{
	uint64_t places = 0;
	int error = read_number(part->path, &places);

	*value = places > UINT32_MAX ? UINT32_MAX : (uint32_t)places;
	return error == -ENOENT ? 0 : error;
}

static int measure(struct sensor *sensor, uint64_t wall_s, uint32_t *value)
{
	const struct board_part *part = sensor->part;

	switch (part->kind) {
	case BOARD_TEMPERATURE:
		return temperature(part, value);
	case BOARD_DISK:
		return disk(part, value);
	case BOARD_WEAR:
		return wear(part, value);
	case BOARD_TIME_SERVER:
		return unheard(sensor, wall_s, value);
	case BOARD_SOFTWARE:
		return damage(part, value);
	default:
		return clock_difference(part, wall_s, value);
	}
}

static enum sensor_level level_of(const struct sensor *sensor, uint32_t value)
{
	const struct board_part *part = sensor->part;
	if (part->kind == BOARD_SOFTWARE)
		return value ? SENSOR_LIMIT : SENSOR_GOOD;
	bool seconds = part->kind == BOARD_CLOCK || part->kind == BOARD_TIME_SERVER;
	uint32_t warn = seconds ? part->number : part->warn;
	uint32_t limit = seconds ? UINT32_MAX : part->limit;

	if (value >= limit || (sensor->level == SENSOR_LIMIT && value + HYSTERESIS >= limit))
		return SENSOR_LIMIT;
	if (value >= warn ||
	    ((sensor->level == SENSOR_WARN || sensor->level == SENSOR_LIMIT) && value + HYSTERESIS >= warn))
		return SENSOR_WARN;
	return SENSOR_GOOD;
}

static const char *name_of(const struct board_part *part)
{
	switch (part->kind) {
	case BOARD_CLOCK:
		return "clock";
	case BOARD_TIME_SERVER:
		return "time-server";
	case BOARD_SOFTWARE:
		return "software";
	default:
		return part->name;
	}
}

static void words(const struct board_part *part, enum sensor_level level, uint32_t value, char *text, size_t size)
{
	if (level == SENSOR_UNREADABLE) {
		snprintf(text, size, "The sensor %s cannot be read (%.100s).", name_of(part), part->path);
		return;
	}
	if (level == SENSOR_READ_ONLY) {
		snprintf(text, size,
		         "Disk %s can be read but not written: nothing new is kept. Restart the box; if it comes back, "
		         "replace the disk.",
		         part->name);
		return;
	}
	switch (part->kind) {
	case BOARD_TEMPERATURE:
		snprintf(text, size,
		         "Temperature %s: %u degrees Celsius (limits %u and %u). Check the fan and the air.",
		         part->name, value, part->warn, part->limit);
		break;
	case BOARD_DISK:
		snprintf(text, size, "Disk %s is %u %% full.%s", part->name, value,
		         level == SENSOR_LIMIT ? " Old recordings must be removed." : "");
		break;
	case BOARD_WEAR:
		snprintf(text, size, "Flash %s has used %u %% of its life. Plan its replacement.", part->name, value);
		break;
	case BOARD_TIME_SERVER:
		snprintf(text, size,
		         "No time server has been heard for %u min: the box goes by its own clock. Check ntp server "
		         "and the network.",
		         value / 60);
		break;
	case BOARD_SOFTWARE:
		snprintf(text, size,
		         "The software is damaged on its disk (in %u place%s) and may restart the box. Restart it at a "
		         "quiet hour; if this comes back, write the slot anew.",
		         value, value == 1 ? "" : "s");
		break;
	default:
		snprintf(text, size, "The clock chip is %u s apart from the box's time: check its battery.", value);
		break;
	}
}

bool sensor_look(struct sensor *sensor, uint64_t wall_s, struct machine_event *event)
{
	static const enum severity severities[] = {[SENSOR_WARN] = SEVERITY_MINOR,
	                                           [SENSOR_LIMIT] = SEVERITY_MAJOR,
	                                           [SENSOR_UNREADABLE] = SEVERITY_MINOR,
	                                           [SENSOR_READ_ONLY] = SEVERITY_CRITICAL};
	const struct board_part *part = sensor->part;
	uint32_t value = 0;
	enum sensor_level level;
	int error;

	error = measure(sensor, wall_s, &value);
	if (error == -ENOENT && strchr(part->path, '*') && !sensor->seen)
		return false; /* this machine has none */
	if (error == -EROFS) {
		level = SENSOR_READ_ONLY;
	} else if (error) {
		if (++sensor->failures < FAILURES_MAX)
			return false;
		level = SENSOR_UNREADABLE;
	} else {
		sensor->failures = 0;
		sensor->seen = true;
		level = level_of(sensor, value);
	}
	if (level == sensor->level)
		return false;
	sensor->level = level;
	*event = (struct machine_event){.type = level == SENSOR_GOOD ? MACHINE_ALARM_OVER : MACHINE_ALARM_RAISED,
	                                .severity = severities[level]};
	snprintf(event->key, sizeof(event->key), "sensor %s", name_of(part));
	words(part, level, value, event->text, sizeof(event->text));
	return true;
}
