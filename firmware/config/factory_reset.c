#include "config/factory_reset.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "config/candidate.h"
#include "config/files.h"

#define FLAG            "factory-reset"
#define FOLDERS_AT_ONCE 16

const char *const reset_level_names[RESET_LEVEL_COUNT] = {"none", "settings", "all"};

static void flag_path(const char *folder, char *path, size_t size)
{
	snprintf(path, size, "%s/" FLAG, folder);
}

/* The whole file system: what was removed below the folder is gone for good when this returns. */
static int sync_folder(const char *folder)
{
	int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	int error = syncfs(file) ? -errno : 0;
	close(file);
	return error;
}

static int clear_flag(const char *folder)
{
	char path[300];
	int error = sync_folder(folder);
	flag_path(folder, path, sizeof(path));
	if (!error && unlink(path) && errno != ENOENT)
		error = -errno;
	return error ? error : sync_folder(folder);
}

int factory_reset_ask(const char *folder, enum reset_level level, struct fault *fault)
{
	char path[300], text[32];
	flag_path(folder, path, sizeof(path));
	int length = snprintf(text, sizeof(text), "%s\n", reset_level_names[level]);
	int error = level == RESET_NONE ? clear_flag(folder) : config_file_replace(path, text, (size_t)length);
	return error ? fault_set(fault, error, "%s: %s", path, strerror(-error)) : 0;
}

enum reset_level factory_reset_asked(const char *folder)
{
	char path[300], *text = NULL;
	flag_path(folder, path, sizeof(path));
	if (config_file_read(path, &text) || !text)
		return RESET_NONE;
	text[strcspn(text, "\r\n")] = '\0';
	int level = text_name_index(reset_level_names, RESET_LEVEL_COUNT, text);
	free(text);
	return level < 0 ? RESET_NONE : (enum reset_level)level;
}

/* Settings that cannot even be read are put aside, not trusted; there is nothing to keep of them. */
static int put_aside(const char *folder, struct fault *fault)
{
	char path[300], aside[300];
	snprintf(path, sizeof(path), "%s/settings", folder);
	snprintf(aside, sizeof(aside), "%s/settings-damaged", folder);
	log_write(LOG_WARNING, LOG_CONFIG, "factory reset: %s; the file is put aside as %s", fault->text, aside);
	if (rename(path, aside))
		return fault_set(fault, -errno, "%s: %s", path, strerror(errno));
	return 0;
}

static int reset_settings(const char *folder, struct fault *fault)
{
	const struct settings_revision note = {
	    .user = "belfryd", .from = "start-up", .comment = "factory reset: users are kept"};
	struct settings *settings = NULL;
	struct candidate *candidate = NULL;
	if (settings_load(&settings, folder, fault))
		return put_aside(folder, fault);
	char *users = settings_text(settings, "user", true);
	int error = users ? candidate_new(&candidate, settings) : -ENOMEM;
	if (error)
		fault_set(fault, error, "no memory left");
	if (!error) {
		tree_free(&candidate->tree);
		memset(&candidate->tree, 0, sizeof(candidate->tree));
		candidate->edited = true;
		error = tree_load_text(&candidate->tree, users, fault);
	}
	if (!error && candidate_changed(candidate))
		error = settings_write_ahead(settings, candidate, &note, fault);
	free(users);
	candidate_free(candidate);
	settings_free(settings);
	return error;
}

/* ---- all ---- */

static size_t folder_bytes; /* of the data folder's own name */

static bool stays(const char *path)
{
	static const char *const names[] = {FLAG, "lock", "lost+found"};
	if (strlen(path) <= folder_bytes)
		return true;
	const char *name = path + folder_bytes + 1;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return !strncmp(name, ".unsynced", strlen(".unsynced")); /* the log of power-cut tests is in use */
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	if (stays(path) || !remove(path) || errno == ENOENT)
		return 0;
	return errno;
}

static int remove_all(const char *folder, struct fault *fault)
{
	folder_bytes = strlen(folder);
	int result = nftw(folder, remove_one, FOLDERS_AT_ONCE, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	if (result)
		return fault_set(fault, result < 0 ? -errno : -result, "%s: %s", folder,
		                 strerror(result < 0 ? errno : result));
	return 0;
}

int factory_reset_carry_out(const char *folder, const char *data, struct fault *fault)
{
	enum reset_level level = factory_reset_asked(folder);
	if (level == RESET_NONE)
		return 0;
	log_write(LOG_NOTICE, LOG_CONFIG, "factory reset (%s) is being carried out", reset_level_names[level]);
	int error = level == RESET_ALL && strcmp(data, folder) != 0 ? remove_all(data, fault) : 0;
	if (!error && level == RESET_ALL && (error = sync_folder(data)))
		fault_set(fault, error, "%s: %s", data, strerror(-error));
	if (!error)
		error = level == RESET_ALL ? remove_all(folder, fault) : reset_settings(folder, fault);
	if (error)
		return fault_add(fault, error, "factory reset");
	error = clear_flag(folder);
	return error ? fault_set(fault, error, "factory reset: %s: %s", folder, strerror(-error)) : 0;
}
