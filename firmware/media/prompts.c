#include "media/prompts.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "config_limits.h"

#define SUFFIX      ".ulaw"
#define NAME_BYTES  96
#define FOLDERS_MAX 8

struct prompt {
	char name[NAME_BYTES];
	const uint8_t *samples;
	uint32_t count;
	uint32_t order; /* in which it was found: of one name the first stays */
};

/* Places up to loaded are in the order of names; those behind are added later, in the order in which they came. */
struct prompts {
	uint32_t loaded, refused;
	_Atomic uint32_t count; /* what is below it no longer changes */
	struct prompt prompt[CONFIG_PROMPTS_MAX];
};

static uint32_t count_of(const struct prompts *prompts)
{
	return atomic_load_explicit(&prompts->count, memory_order_acquire);
}

static int map_file(const char *path, struct prompt *prompt, struct fault *fault)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fault_set(fault, -errno, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) != 0 || st.st_size > UINT32_MAX) {
		close(fd);
		return fault_set(fault, -EFBIG, "%s: not a prompt of a size that can be played", path);
	}
	prompt->count = (uint32_t)st.st_size;
	prompt->samples = NULL;
	if (st.st_size > 0) {
		void *mapped = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
		if (mapped == MAP_FAILED) {
			int error = -errno;
			close(fd);
			return fault_set(fault, error, "%s: mapping: %s", path, strerror(-error));
		}
		prompt->samples = mapped;
	}
	close(fd);
	return 0;
}

static int add_file(struct prompts *prompts, const char *folder, const char *path, struct fault *fault)
{
	const char *name = path + strlen(folder);
	name += strspn(name, "/");
	size_t length = strlen(name);
	if (length <= strlen(SUFFIX) || strcmp(name + length - strlen(SUFFIX), SUFFIX) != 0)
		return 0;
	length -= strlen(SUFFIX);
	if (length >= NAME_BYTES || prompts->count == CONFIG_PROMPTS_MAX) {
		prompts->refused++;
		return 0;
	}
	struct prompt *prompt = &prompts->prompt[prompts->count];
	int error = map_file(path, prompt, fault);
	if (error)
		return error;
	memcpy(prompt->name, name, length);
	prompt->name[length] = '\0';
	prompt->order = prompts->count++;
	return 0;
}

static int add_folder(struct prompts *prompts, const char *folder, struct fault *fault)
{
	char root[4096];
	if (!text_copy(root, sizeof(root), folder))
		return fault_set(fault, -ENAMETOOLONG, "prompt folder's name is too long");
	if (access(root, F_OK) != 0) /* the owner may have none of his own */
		return 0;
	char *const roots[] = {root, NULL};
	FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	if (!tree)
		return fault_set(fault, -errno, "%s: %s", folder, strerror(errno));
	int error = 0;
	for (FTSENT *entry; !error && (entry = fts_read(tree));)
		if (entry->fts_info == FTS_F)
			error = add_file(prompts, root, entry->fts_path, fault);
	fts_close(tree);
	return error;
}

static int by_name_and_order(const void *left, const void *right)
{
	const struct prompt *a = left, *b = right;
	int order = strcmp(a->name, b->name);
	return order ? order : (a->order > b->order) - (a->order < b->order);
}

static void unmap(struct prompt *prompt)
{
	if (prompt->samples)
		munmap((void *)(uintptr_t)prompt->samples, prompt->count);
}

static void sort_and_keep_first(struct prompts *prompts)
{
	uint32_t kept = 0;
	qsort(prompts->prompt, prompts->count, sizeof(prompts->prompt[0]), by_name_and_order);
	for (uint32_t i = 0; i < prompts->count; i++) {
		if (kept && strcmp(prompts->prompt[kept - 1].name, prompts->prompt[i].name) == 0)
			unmap(&prompts->prompt[i]);
		else
			prompts->prompt[kept++] = prompts->prompt[i];
	}
	prompts->count = kept;
}

int prompts_load(struct prompts **out, const char *const *folders, struct fault *fault)
{
	struct prompts *prompts = calloc(1, sizeof(*prompts));
	if (!prompts)
		return fault_set(fault, -ENOMEM, "prompts: out of memory");
	for (int i = 0; folders[i]; i++) {
		int error = add_folder(prompts, folders[i], fault);
		if (error) {
			prompts_free(prompts);
			return fault_add(fault, error, "loading prompts");
		}
	}
	sort_and_keep_first(prompts);
	if (prompts->refused)
		log_write(LOG_WARNING, LOG_MEDIA, "%u prompts left out: names too long, or more than %d of them",
		          prompts->refused, CONFIG_PROMPTS_MAX);
	prompts->loaded = prompts->count;
	*out = prompts;
	return 0;
}

static bool same_sound(const struct prompt *a, const struct prompt *b)
{
	return a->count == b->count && (a->count == 0 || memcmp(a->samples, b->samples, a->count) == 0);
}

int prompts_add(struct prompts *prompts, const char *name, const char *path, prompt_id *id, struct fault *fault)
{
	uint32_t count = count_of(prompts);
	prompt_id known = prompts_find(prompts, name);
	struct prompt added = {.order = count};
	int error = text_copy(added.name, sizeof(added.name), name)
	                ? map_file(path, &added, fault)
	                : fault_set(fault, -ENAMETOOLONG, "%s: name too long", name);
	if (error)
		return error;
	if (known != PROMPT_NONE && same_sound(&prompts->prompt[known], &added)) {
		unmap(&added);
		*id = known;
		return 0;
	}
	if (count == CONFIG_PROMPTS_MAX) {
		unmap(&added);
		return fault_set(
		    fault, -ENOSPC,
		    "all %d places of the announcements have been used since the last start; a restart frees "
		    "those that were replaced",
		    CONFIG_PROMPTS_MAX);
	}
	prompts->prompt[count] = added;
	*id = (prompt_id)count;
	atomic_store_explicit(&prompts->count, count + 1, memory_order_release);
	return 0;
}

void prompts_free(struct prompts *prompts)
{
	if (!prompts)
		return;
	for (uint32_t i = 0; i < count_of(prompts); i++)
		unmap(&prompts->prompt[i]);
	free(prompts);
}

prompt_id prompts_find(const struct prompts *prompts, const char *name)
{
	uint32_t low = 0, high = prompts->loaded;
	for (uint32_t i = count_of(prompts); i-- > prompts->loaded;)
		if (strcmp(name, prompts->prompt[i].name) == 0)
			return (prompt_id)i;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		int order = strcmp(name, prompts->prompt[middle].name);
		if (order == 0)
			return (prompt_id)middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return PROMPT_NONE;
}

const char *prompts_name(const struct prompts *prompts, prompt_id id)
{
	return id < count_of(prompts) ? prompts->prompt[id].name : "none";
}

const uint8_t *prompts_samples(const struct prompts *prompts, prompt_id id, uint32_t *count)
{
	if (id >= count_of(prompts)) {
		*count = 0;
		return NULL;
	}
	*count = prompts->prompt[id].count;
	return prompts->prompt[id].samples;
}

uint32_t prompts_count(const struct prompts *prompts)
{
	return count_of(prompts);
}
