/* What was kept for rows that are no longer there stays for a rollback, as far as the limit allows. */
#include "admin/own_prompts.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/text.h"
#include "store/durable.h"

#define SPARE_MAX       100         /* files that no row needs */
#define SPARE_BYTES_MAX (32u << 20) /* in them */
#define LISTED_MAX      4096

struct spare {
	char name[OWN_PROMPT_KEY_BYTES + 8];
	uint64_t bytes;
	struct timespec made;
};

static bool is_needed(const char *name, const struct config *config, const struct config *running)
{
	const struct config *both[] = {config, running};
	char key[OWN_PROMPT_KEY_BYTES];

	for (unsigned c = 0; c < 2; c++)
		for (uint32_t i = 0; both[c] && i < both[c]->prompt_count; i++) {
			own_prompt_key(key, &both[c]->prompts[i], both[c]->language);
			if (strncmp(name, key, strlen(key)) == 0)
				return true;
		}
	return false;
}

static int newest_first(const void *left, const void *right)
{
	const struct spare *a = left, *b = right;

	if (a->made.tv_sec != b->made.tv_sec)
		return a->made.tv_sec < b->made.tv_sec ? 1 : -1;
	return (a->made.tv_nsec < b->made.tv_nsec) - (a->made.tv_nsec > b->made.tv_nsec);
}

static size_t list(DIR *folder, struct spare *spares, const struct config *config, const struct config *running)
{
	size_t count = 0;

	for (struct dirent *entry; count < LISTED_MAX && (entry = readdir(folder));) {
		struct spare *spare = &spares[count];
		struct stat status;

		if (strncmp(entry->d_name, "own-", 4) != 0 ||
		    !text_copy(spare->name, sizeof(spare->name), entry->d_name) ||
		    is_needed(spare->name, config, running) ||
		    fstatat(dirfd(folder), spare->name, &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(status.st_mode))
			continue;
		spare->bytes = (uint64_t)status.st_size;
		spare->made = status.st_mtim;
		count++;
	}
	return count;
}

static void drop_oldest(const char *folder, const struct spare *spares, size_t count)
{
	char path[4096];
	uint64_t bytes = 0;

	for (size_t i = 0; i < count; i++) {
		size_t used = 0;

		bytes += spares[i].bytes;
		if (i < SPARE_MAX && bytes <= SPARE_BYTES_MAX)
			continue;
		if (text_append(path, sizeof(path), &used, "%s/%s", folder, spares[i].name) && durable_remove(path) < 0)
			log_write(LOG_WARNING, LOG_ADMIN, "%s: an announcement no longer used could not be removed",
			          path);
	}
}

void own_prompts_trim(const struct config *config, const struct config *running, const char *data)
{
	struct spare *spares = calloc(LISTED_MAX, sizeof(*spares));
	char path[4096];
	size_t used = 0;
	DIR *folder = text_append(path, sizeof(path), &used, "%s/prompts", data) ? opendir(path) : NULL;

	if (spares && folder) {
		size_t count = list(folder, spares, config, running);

		qsort(spares, count, sizeof(*spares), newest_first);
		drop_oldest(path, spares, count);
	}
	if (folder)
		closedir(folder);
	free(spares);
}
