/*
 * show storage: the room where the box keeps what must not be lost, and what takes it.
 */
#include "admin/internal.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/text.h"

struct taken {
	uint64_t records, journal, settings, audit, flight_recorder, other;
};

static uint64_t *place_of(struct taken *taken, const char *name)
{
	static const struct {
		const char *begins;
		size_t offset;
	} rows[] = {
	    {"belfry.db", offsetof(struct taken, records)},
	    {"journal", offsetof(struct taken, journal)},
	    {"settings", offsetof(struct taken, settings)},
	    {"audit", offsetof(struct taken, audit)},
	    {"flight-recorder", offsetof(struct taken, flight_recorder)},
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strncmp(name, rows[i].begins, strlen(rows[i].begins)))
			return (uint64_t *)((char *)taken + rows[i].offset);
	return &taken->other;
}

/* Bytes of a file, or of the files in a folder; deeper ones are not looked at. */
static uint64_t bytes_of(const char *path, bool deeper)
{
	struct stat status;
	uint64_t sum = 0;
	DIR *folder;
	const struct dirent *entry;
	if (lstat(path, &status))
		return 0;
	if (!S_ISDIR(status.st_mode) || !deeper)
		return (uint64_t)status.st_blocks * 512;
	folder = opendir(path);
	while (folder && (entry = readdir(folder))) {
		char below[4096];
		size_t used = 0;
		if (entry->d_name[0] != '.' && text_append(below, sizeof(below), &used, "%s/%s", path, entry->d_name))
			sum += bytes_of(below, false);
	}
	if (folder)
		closedir(folder);
	return sum;
}

static int measure(const char *data, struct taken *taken)
{
	const struct dirent *entry;
	DIR *folder = opendir(data);
	if (!folder)
		return -errno;
	while ((entry = readdir(folder))) {
		char path[4096];
		size_t used = 0;
		if (entry->d_name[0] != '.' && text_append(path, sizeof(path), &used, "%s/%s", data, entry->d_name))
			*place_of(taken, entry->d_name) += bytes_of(path, true);
	}
	closedir(folder);
	return 0;
}

static void print_size(FILE *out, const char *what, uint64_t bytes)
{
	fprintf(out, "%-16s %9" PRIu64 ".%u MB\n", what, bytes / 1000000, (unsigned)(bytes / 100000 % 10));
}

static void json_storage(FILE *out, const char *folder, uint64_t total, uint64_t room, const struct taken *taken)
{
	struct json json = {.out = out};
	json_open(&json, NULL, '{');
	json_text(&json, "folder", folder);
	json_number(&json, "total_bytes", total);
	json_number(&json, "free_bytes", room);
	json_number(&json, "records_bytes", taken->records);
	json_number(&json, "journal_bytes", taken->journal);
	json_number(&json, "settings_bytes", taken->settings);
	json_number(&json, "audit_bytes", taken->audit);
	json_number(&json, "flight_recorder_bytes", taken->flight_recorder);
	json_number(&json, "other_bytes", taken->other);
	json_close(&json, '}');
}

int run_show_storage(struct admin *admin, struct session *session)
{
	const char *folder = admin->parts.data_folder;
	struct taken taken = {0};
	struct statvfs system;
	int error = statvfs(folder, &system) ? -errno : measure(folder, &taken);
	if (error)
		return fault_set(&session->fault, error, "%s: %s", folder, strerror(-error));
	uint64_t total = (uint64_t)system.f_blocks * system.f_frsize,
	         room = (uint64_t)system.f_bavail * system.f_frsize;
	if (session->json) {
		json_storage(session->out, folder, total, room, &taken);
		return 0;
	}
	fprintf(session->out, "folder           %s\n", folder);
	print_size(session->out, "size", total);
	print_size(session->out, "free", room);
	print_size(session->out, "call records", taken.records);
	print_size(session->out, "journal", taken.journal);
	print_size(session->out, "settings", taken.settings);
	print_size(session->out, "audit log", taken.audit);
	print_size(session->out, "flight recorder", taken.flight_recorder);
	print_size(session->out, "other", taken.other);
	return 0;
}

int run_show_recordings(struct admin *admin, struct session *session)
{
	fprintf(session->out, session->json ? "[]" : "no recordings\n");
	return 0;
}
