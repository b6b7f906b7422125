/*
 * The running settings and their file: `set` lines, replaced as a whole at each commit.
 */
#include "config/candidate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "config/build.h"

#define FILE_BYTES_MAX (32 * 1024 * 1024)

const struct settings_timer *registered_timers;
unsigned registered_timer_count;
static int (*replace_file)(const char *path, const void *bytes, size_t count);

void settings_register_timers(const struct settings_timer *rows, size_t count)
{
	registered_timers = rows;
	registered_timer_count = (unsigned)count;
}

void settings_set_strategy_check(bool (*available)(int strategy))
{
	strategy_available = available;
}

void settings_set_prompt_check(bool (*known)(const char *name))
{
	prompt_known = known;
}

void settings_set_writer(int (*replace)(const char *path, const void *bytes, size_t count))
{
	replace_file = replace;
}

const struct settings_timer *timer_find(const char *name)
{
	for (unsigned i = 0; i < registered_timer_count; i++)
		if (!strcmp(registered_timers[i].name, name))
			return &registered_timers[i];
	return NULL;
}

/* ---- the file ---- */

/* The whole file as text; *text is NULL if there is none. */
static int read_file(const char *path, char **text)
{
	struct stat status;
	*text = NULL;
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return errno == ENOENT ? 0 : -errno;
	int error = fstat(file, &status) ? -errno : status.st_size > FILE_BYTES_MAX ? -EFBIG : 0;
	char *bytes = error ? NULL : malloc((size_t)status.st_size + 1);
	size_t used = 0;
	while (bytes && !error && used < (size_t)status.st_size) {
		ssize_t count = read(file, bytes + used, (size_t)status.st_size - used);
		if (count < 0 && errno != EINTR)
			error = -errno;
		else if (count == 0)
			break;
		else if (count > 0)
			used += (size_t)count;
	}
	close(file);
	if (!bytes || error) {
		free(bytes);
		return error ? error : -ENOMEM;
	}
	bytes[used] = '\0';
	*text = bytes;
	return strlen(bytes) == used ? 0 : -EILSEQ;
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

static int save(const struct settings *settings, const struct tree *tree, struct fault *fault)
{
	char *text = tree_text(tree, "", true);
	if (!text)
		return fault_set(fault, -ENOMEM, "no memory left");
	int error = (replace_file ? replace_file : plain_replace)(settings->path, text, strlen(text));
	if (!error && chmod(settings->path, 0600)) /* PINs are in it */
		error = -errno;
	free(text);
	return error ? fault_set(fault, error, "%s: %s", settings->path, strerror(-error)) : 0;
}

int settings_load(struct settings **out, const char *folder, struct fault *fault)
{
	struct settings *settings = calloc(1, sizeof(*settings));
	char *text = NULL;
	if (!settings)
		return fault_set(fault, -ENOMEM, "no memory left");
	int length = snprintf(settings->path, sizeof(settings->path), "%s/settings", folder);
	int error = length < 0 || (size_t)length >= sizeof(settings->path) ? -ENAMETOOLONG : 0;
	if (!error)
		error = read_file(settings->path, &text);
	if (error)
		fault_set(fault, error, "%s/settings: %s", folder, strerror(-error));
	else
		error = tree_load_text(&settings->tree, text ? text : "", fault);
	if (error && text)
		fault_add(fault, error, "%s", settings->path);
	free(text);
	if (error)
		settings_free(settings);
	else
		*out = settings;
	return error;
}

void settings_free(struct settings *settings)
{
	if (!settings)
		return;
	tree_free(&settings->tree);
	free(settings);
}

int settings_commit(struct settings *settings, struct candidate *candidate, struct fault *fault)
{
	struct tree fresh;
	if (candidate_stale(candidate))
		return fault_set(fault, -EAGAIN,
		                 "another session has committed in between; see \"show | compare\", "
		                 "then \"discard\" and make your changes again");
	int error = tree_copy(&fresh, candidate_tree(candidate));
	if (error)
		return fault_set(fault, error, "no memory left");
	error = save(settings, &fresh, fault);
	if (error) {
		tree_free(&fresh);
		return error;
	}
	tree_free(&settings->tree);
	settings->tree = fresh;
	settings->revision++;
	candidate_discard(candidate);
	return 0;
}

int settings_build(const struct settings *settings, struct config **out, struct fault *fault)
{
	int error = build_config(&settings->tree, out, NULL, 0, fault);
	if (!error)
		(*out)->revision = settings->revision;
	return error;
}
