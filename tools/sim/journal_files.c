/* See journal_files.h. */
#include "tools/sim/journal_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_load.h"
#include "base/text.h"

#define EVENTS_END    ".events"
#define DECISIONS_END ".decisions"
#define PATH_BYTES    4096

int bytes_read(struct bytes *bytes, const char *path)
{
	char *read;
	int error = file_load(path, SIZE_MAX / 2, &read, &bytes->count);
	bytes->at = (uint8_t *)read;
	return error;
}

static bool ends_with(const char *name, const char *end)
{
	size_t length = strlen(name), tail = strlen(end);
	return length > tail && strcmp(name + length - tail, end) == 0;
}

static uint64_t number_of(const char *path)
{
	char digits[24];
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t count = strcspn(name, "-.");
	uint64_t number;
	if (count >= sizeof(digits))
		return 0;
	memcpy(digits, name, count);
	digits[count] = '\0';
	return text_to_u64(digits, 0, UINT64_MAX, &number) < 0 ? 0 : number;
}

static char *decisions_beside(const char *path)
{
	char beside[PATH_BYTES];
	size_t used = 0;
	int stem = (int)(strlen(path) - strlen(EVENTS_END));
	if (!ends_with(path, EVENTS_END) ||
	    !text_append(beside, sizeof(beside), &used, "%.*s" DECISIONS_END, stem, path))
		return NULL;
	return access(beside, R_OK) == 0 ? strdup(beside) : NULL;
}

static int add(struct journal_files *files, const char *path)
{
	struct journal_file *more = realloc(files->files, (files->count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	files->files = more;
	more += files->count;
	*more = (struct journal_file){.path = strdup(path), .number = number_of(path)};
	if (!more->path)
		return -ENOMEM;
	more->decisions = decisions_beside(path);
	files->count++;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const struct journal_file *one = a, *other = b;
	if (one->number != other->number)
		return one->number < other->number ? -1 : 1;
	return strcmp(one->path, other->path);
}

static int add_folder(struct journal_files *files, const char *folder, DIR *listing)
{
	int error = 0;
	for (const struct dirent *entry; !error && (entry = readdir(listing));) {
		char path[PATH_BYTES];
		size_t used = 0;
		if (ends_with(entry->d_name, EVENTS_END) &&
		    text_append(path, sizeof(path), &used, "%s/%s", folder, entry->d_name))
			error = add(files, path);
	}
	if (files->count)
		qsort(files->files, files->count, sizeof(*files->files), by_number);
	return error ? error : files->count ? 0 : -ENOENT;
}

/* The box's data folder, or a copy of it, has the journal in a folder of its own. */
static int find_below(struct journal_files *files, const char *data)
{
	char path[PATH_BYTES];
	size_t used = 0;
	DIR *listing = text_append(path, sizeof(path), &used, "%s/acd", data) ? opendir(path) : NULL;
	if (!listing)
		return -ENOENT;
	int error = add_folder(files, path, listing);
	closedir(listing);
	return error;
}

int journal_files_find(struct journal_files *files, const char *path)
{
	DIR *listing = opendir(path);
	int error;
	*files = (struct journal_files){0};
	if (listing) {
		error = add_folder(files, path, listing);
		closedir(listing);
		error = error == -ENOENT ? find_below(files, path) : error;
	} else {
		error = errno == ENOTDIR ? add(files, path) : -errno;
	}
	if (error)
		journal_files_free(files);
	return error;
}

void journal_files_free(struct journal_files *files)
{
	for (uint32_t i = 0; i < files->count; i++) {
		free(files->files[i].path);
		free(files->files[i].decisions);
	}
	free(files->files);
	*files = (struct journal_files){0};
}
