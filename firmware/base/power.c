#include "base/power.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define FILE_NAME  "power"
#define CLOCK_FILE "clock"
#define WATCHED    "power-watched"

static const char *const words[] = {[POWER_RESTART] = "restart", [POWER_OFF] = "off"};

const char *const power_names[POWER_COUNT] = {
    [POWER_NONE] = "none", [POWER_RESTART] = "restart", [POWER_OFF] = "power-off"};

bool power_watched(const char *boot_folder)
{
	char path[300];
	size_t used = 0;

	return boot_folder[0] && text_append(path, sizeof(path), &used, "%s/" WATCHED, boot_folder) &&
	       access(path, F_OK) == 0;
}

/* Whole or not at all: the system looks as soon as it is there. */
static int tell(const char *console_path, const char *name, const char *text)
{
	const char *slash = strrchr(console_path, '/');
	char path[300], fresh[304];
	size_t used = 0;

	if (!text_append(path, sizeof(path), &used, "%.*s%s", slash ? (int)(slash - console_path) + 1 : 0, console_path,
	                 name))
		return -ENAMETOOLONG;
	used = 0;
	text_append(fresh, sizeof(fresh), &used, "%s.new", path);
	FILE *file = fopen(fresh, "we");
	if (!file)
		return -errno;
	bool written = fprintf(file, "%s\n", text) > 0;
	if (fclose(file) || !written)
		return -EIO;
	return rename(fresh, path) ? -errno : 0;
}

int power_ask(const char *console_path, enum power_kind kind)
{
	return kind == POWER_NONE ? -EINVAL : tell(console_path, FILE_NAME, words[kind]);
}

int power_set_clock(const char *console_path, int64_t wall_s)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, wall_s);
	return tell(console_path, CLOCK_FILE, text);
}
