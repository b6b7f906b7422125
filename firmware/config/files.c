/*
 * Whole files, in and out: settings, their revisions, keys.
 */
#include "config/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_load.h"
#include "base/text.h"
#include "config/settings.h"

#define FILE_BYTES_MAX (32 * 1024 * 1024)

static int (*replace_file)(const char *path, const void *bytes, size_t count);

void settings_set_writer(int (*replace)(const char *path, const void *bytes, size_t count))
{
	replace_file = replace;
}

int config_file_read(const char *path, char **text)
{
	size_t count;
	int error = file_load(path, FILE_BYTES_MAX, text, &count);
	if (error)
		return error == -ENOENT ? 0 : error;
	return strlen(*text) == count ? 0 : -EILSEQ;
}

static int write_all(int file, const char *bytes, size_t count)
{
	while (count) {
		ssize_t written = write(file, bytes, count);
		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			bytes += written;
			count -= (size_t)written;
		}
	}
	return fsync(file) ? -errno : 0;
}

static int sync_folder_of(const char *path)
{
	char folder[256];
	text_copy(folder, sizeof(folder), path);
	char *slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder] = '\0';
	int file = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	int error = fsync(file) ? -errno : 0;
	close(file);
	return error;
}

/* Used where nobody has set a writer (unit tests, tools). */
static int plain_replace(const char *path, const void *bytes, size_t count)
{
	char fresh[300];
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	int file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (file < 0)
		return -errno;
	int error = write_all(file, bytes, count);
	close(file);
	if (!error && rename(fresh, path))
		error = -errno;
	return error ? error : sync_folder_of(path);
}

int config_file_replace(const char *path, const void *bytes, size_t count)
{
	int error = (replace_file ? replace_file : plain_replace)(path, bytes, count);
	return !error && chmod(path, 0600) ? -errno : error; /* secrets are in it */
}
