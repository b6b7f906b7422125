#include "admin/own_prompts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_load.h"
#include "base/log.h"
#include "base/text.h"
#include "media/wav.h"
#include "store/durable.h"

#define SOUND_BYTES_MAX (OWN_PROMPT_SECONDS_MAX * 8000u)
#define FILE_BYTES_MAX  (2 * SOUND_BYTES_MAX + 65536) /* 16 bit PCM, and what else a WAV file has in it */

struct own_prompt {
	struct config_prompt *row;
	const char *language;
	struct prompts *library;
	char key[OWN_PROMPT_KEY_BYTES], path[4096]; /* of what is kept */
};

/* ---- what is kept ---- */

/* FNV-1a */
static uint64_t hash(uint64_t sum, const char *text)
{
	do
		sum = (sum ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	while (*text++);
	return sum;
}

void own_prompt_key(char key[OWN_PROMPT_KEY_BYTES], const struct config_prompt *row, const char *language)
{
	uint64_t sum = hash(UINT64_C(0xcbf29ce484222325), row->name);
	size_t used = 0;

	sum = hash(hash(sum, row->file), row->text);
	if (row->record) /* whatever its number is */
		sum = hash(sum, "recorded");
	if (row->text[0])
		sum = hash(sum, language);
	text_append(key, OWN_PROMPT_KEY_BYTES, &used, "own-%016" PRIx64, sum);
}

static bool name_kept(struct own_prompt *own, const char *data)
{
	size_t path = 0;

	own_prompt_key(own->key, own->row, own->language);
	return text_append(own->path, sizeof(own->path), &path, "%s/prompts/%s.ulaw", data, own->key);
}

static int into_library(struct own_prompt *own, struct fault *fault)
{
	prompt_id id;
	int error = prompts_add(own->library, own->key, own->path, &id, fault);

	if (!error)
		own->row->sound = id + 1u;
	return error;
}

/* The folder's own entry must last as well. */
static int make_folder(const char *data, struct fault *fault)
{
	char path[4096];
	size_t used = 0;
	int folder;

	text_append(path, sizeof(path), &used, "%s/prompts", data);
	if (mkdir(path, 0755) < 0)
		return errno == EEXIST ? 0 : fault_set(fault, -errno, "%s: %s", path, strerror(errno));
	folder = open(data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder >= 0) {
		fsync(folder);
		close(folder);
	}
	return 0;
}

static int keep(struct own_prompt *own, const char *data, const uint8_t *sound, size_t samples, struct fault *fault)
{
	int error = make_folder(data, fault);

	if (error)
		return error;
	error = durable_replace(own->path, sound, samples);
	return error ? fault_set(fault, error, "cannot be kept in %s: %s", own->path, strerror(-error)) : 0;
}

/* ---- files ---- */

static int read_whole(const char *path, char **bytes, size_t *count, struct fault *fault)
{
	int error = file_load(path, FILE_BYTES_MAX, bytes, count);

	if (error == -ENOENT)
		return fault_set(fault, error, "there is no such file on the box");
	if (error == -EINVAL)
		return fault_set(fault, error, "not a file");
	if (error == -EFBIG)
		return fault_set(fault, error, "too long a file; expected at most %u s of sound (%u bytes)",
		                 OWN_PROMPT_SECONDS_MAX, FILE_BYTES_MAX);
	return error ? fault_set(fault, error, "cannot be read: %s", strerror(-error)) : 0;
}

static bool raw_name(const char *path)
{
	const char *ending = strrchr(path, '.');

	return ending && (strcmp(ending, ".ulaw") == 0 || strcmp(ending, ".ul") == 0);
}

static int wav_sound(const uint8_t *bytes, size_t count, uint8_t **sound, size_t *samples, struct fault *fault)
{
	struct wav wav;
	int error = wav_read(&wav, bytes, count, WAV_RATE_TELEPHONE, fault);

	if (error)
		return error;
	error = wav_to_mulaw(&wav, sound, samples);
	return error ? fault_set(fault, error, "no memory left") : 0;
}

static int file_sound(const char *path, uint8_t **sound, size_t *samples, struct fault *fault)
{
	char *bytes;
	size_t count;
	int error = read_whole(path, &bytes, &count, fault);

	if (error)
		return error;
	if (raw_name(path)) {
		bool wrong = count == 0 || (count >= 4 && memcmp(bytes, "RIFF", 4) == 0);

		*sound = (uint8_t *)bytes;
		*samples = count;
		if (!wrong)
			return 0;
		free(bytes);
		return fault_set(fault, -EINVAL, "%s; expected raw mu-law, as its name says",
		                 count ? "a WAV file" : "an empty file");
	}
	error = wav_sound((const uint8_t *)bytes, count, sound, samples, fault);
	free(bytes);
	return error;
}

/* ---- both ---- */

static int keep_new(struct own_prompt *own, const char *data, const uint8_t *sound, size_t samples, struct fault *fault)
{
	if (samples > SOUND_BYTES_MAX)
		return fault_set(fault, -EFBIG, "%zu s long; expected at most %u s", samples / 8000,
		                 OWN_PROMPT_SECONDS_MAX);
	return keep(own, data, sound, samples, fault);
}

static int make(struct own_prompt *own, const char *data, struct fault *fault)
{
	const struct config_prompt *row = own->row;
	uint8_t *sound;
	size_t samples;
	int error = row->file[0] ? file_sound(row->file, &sound, &samples, fault)
	                         : own_speech(row->text, own->language, &sound, &samples, fault);

	if (error)
		return error;
	error = keep_new(own, data, sound, samples, fault);
	free(sound);
	return error ? error : into_library(own, fault);
}

static bool in_force(const struct config *running, const struct config_prompt *row)
{
	for (uint32_t i = 0; running && i < running->prompt_count; i++)
		if (strcmp(running->prompts[i].name, row->name) == 0)
			return strcmp(running->prompts[i].file, row->file) == 0 &&
			       strcmp(running->prompts[i].text, row->text) == 0;
	return false;
}

static struct own_prompt own_of(struct config *config, uint32_t i, struct prompts *library)
{
	return (struct own_prompt){.row = &config->prompts[i], .language = config->language, .library = library};
}

static int take(struct own_prompt *own, bool again, const char *data, struct fault *fault)
{
	bool kept;
	int error;

	if (!name_kept(own, data))
		return fault_set(fault, -ENAMETOOLONG, "data folder %s: its name is too long", data);
	kept = access(own->path, R_OK) == 0;
	if (own->row->record) /* until it is recorded there is none */
		return kept ? into_library(own, fault) : 0;
	if (kept && (again || own->row->text[0] || access(own->row->file, F_OK) != 0))
		return into_library(own, fault);
	error = make(own, data, fault);
	if (!error || !again)
		return error;
	log_write(LOG_WARNING, LOG_ADMIN, "prompt %s: %s; callers do not hear it", own->row->name, fault->text);
	fault->text[0] = '\0';
	return 0;
}

bool own_prompt_unspoken(struct config_prompt *row, const char *language, const struct config *running,
                         const char *data)
{
	struct own_prompt own = {.row = row, .language = language};

	return row->text[0] && !in_force(running, row) && name_kept(&own, data) && access(own.path, R_OK) != 0;
}

int own_prompt_keep_speech(const struct config_prompt *row, const char *language, const uint8_t *sound, size_t samples,
                           const char *data, struct fault *fault)
{
	struct config_prompt copy = *row;
	struct own_prompt own = {.row = &copy, .language = language};

	if (!name_kept(&own, data))
		return fault_set(fault, -ENAMETOOLONG, "data folder %s: its name is too long", data);
	return keep_new(&own, data, sound, samples, fault);
}

int own_prompts_take(struct config *config, const struct config *running, struct prompts *library, const char *data,
                     struct fault *fault)
{
	if (library && config->prompt_count)
		own_prompts_trim(config, running, data);
	for (uint32_t i = 0; library && i < config->prompt_count; i++) {
		struct own_prompt own = own_of(config, i, library);
		const struct config_prompt *row = own.row;
		int error;

		if (!row->file[0] && !row->text[0] && !row->record)
			continue;
		error = take(&own, in_force(running, row), data, fault);
		if (error)
			return fault_add(fault, error, "prompt %s %s %s", row->name, row->file[0] ? "file" : "text",
			                 row->file[0] ? row->file : row->text);
	}
	return 0;
}

int own_prompt_record(const char *name, const uint8_t *sound, size_t samples, struct prompts *library, const char *data,
                      prompt_id *id, struct fault *fault)
{
	struct config_prompt row = {.record = 1};
	struct own_prompt own = {.row = &row, .language = "", .library = library};
	int error;

	text_copy(row.name, sizeof(row.name), name);
	if (!name_kept(&own, data))
		return fault_set(fault, -ENAMETOOLONG, "data folder %s: its name is too long", data);
	error = keep(&own, data, sound, samples, fault);
	if (!error)
		error = into_library(&own, fault);
	if (!error)
		*id = (prompt_id)(row.sound - 1);
	return error;
}

void own_prompts_keep(struct config *config, struct prompts *library, const char *data)
{
	struct fault fault = {""};

	for (uint32_t i = 0; library && i < config->prompt_count; i++) {
		struct own_prompt own = own_of(config, i, library);
		int error = take(&own, true, data, &fault);

		if (error)
			log_write(LOG_ERROR, LOG_ADMIN, "prompt %s: %s; callers do not hear it", own.row->name,
			          fault.text);
	}
}
