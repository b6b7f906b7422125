#include "base/power.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define FILE_NAME "power"
#define WATCHED   "power-watched"

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

int power_ask(const char *console_path, enum power_kind kind)
{
	const char *slash = strrchr(console_path, '/');
	char path[300], fresh[304];
	size_t used = 0;

	if (kind == POWER_NONE)
		return -EINVAL;
	if (!text_append(path, sizeof(path), &used, "%.*s" FILE_NAME, slash ? (int)(slash - console_path) + 1 : 0,
	                 console_path))
		return -ENAMETOOLONG;
	used = 0;
	text_append(fresh, sizeof(fresh), &used, "%s.new", path);
	FILE *file = fopen(fresh, "we");
	if (!file)
		return -errno;
	bool written = fprintf(file, "%s\n", words[kind]) > 0;
	if (fclose(file) || !written)
		return -EIO;
	return rename(fresh, path) ? -errno : 0;
}
