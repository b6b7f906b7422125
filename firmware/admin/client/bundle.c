#include "bundle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "scan.h"

#define TIME_S        120 /* then we are ended: nobody waits for ever */
#define FILE_BYTES    (16u << 20)
#define NAME          "support"
#define RECORDER      "flight-recorder"
#define SECRETS_BYTES (8u << 20)

extern char **environ;

/* The rows of a bundle: what the console shows ... */
static const struct {
	const char *file, *command;
} shown[] = {
    {"software.txt", "show software"},
    {"configuration.txt", "show configuration"},
    {"revisions.txt", "show revisions"},
    {"time.txt", "show time"},
    {"alarms.txt", "show alarms"},
    {"management.txt", "show management"},
    {"network.txt", "show network"},
    {"health.txt", "show health"},
    {"spans.txt", "show spans"},
    {"span-file.txt", "show span-file"},
    {"ports.txt", "show ports"},
    {"agents.txt", "show agents"},
    {"queues.txt", "show queues"},
    {"timers.txt", "show timers"},
    {"tests.txt", "show tests"},
    {"calls.txt", "show calls"},
    {"calls-last.json", "show calls last 1000 --json"},
    {"log.txt", "show log 1000"},
    {"audit.txt", "show audit 1000"},
    {"captures.txt", "show flight-recorder"},
    {"channels.txt", "show channels"},
    {"recordings.txt", "show recordings"},
    {"storage.txt", "show storage"},
    {"system.txt", "show system"},
};
/* ... and what the system says of itself. */
static const struct {
	const char *file, *path;
} files[] = {
    {"os-release.txt", "/etc/os-release"},  {"kernel.txt", "/proc/version"},  {"uptime.txt", "/proc/uptime"},
    {"load.txt", "/proc/loadavg"},          {"memory.txt", "/proc/meminfo"},  {"mounts.txt", "/proc/mounts"},
    {"interrupts.txt", "/proc/interrupts"}, {"modules.txt", "/proc/modules"}, {"command-line.txt", "/proc/cmdline"},
};
#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

struct bundle {
	char work[64], folder[96], check[96]; /* where it is made, where it is taken apart again */
	struct scan *scan;
	unsigned rows;
	FILE *list; /* the bundle's own README.txt */
};

static int failed(const char *what, const char *why)
{
	printf("support bundle: %s: %s\n", what, why);
	return 1;
}

/* ---- rows ---- */

static int write_row(struct bundle *bundle, const char *name, const char *from, const void *bytes, size_t count)
{
	char path[400];
	snprintf(path, sizeof(path), "%s/%s", bundle->folder, name);
	FILE *file = fopen(path, "wxe");
	bool written = file && fwrite(bytes, 1, count, file) == count;
	if ((file && fclose(file)) || !written)
		return failed(path, strerror(errno));
	bundle->rows++;
	fprintf(bundle->list, "%-28s %9zu bytes  %s\n", name, count, from);
	return 0;
}

/* What is not there is not a fault: it is said in the list. */
static int copy_row(struct bundle *bundle, const char *name, const char *path)
{
	char *bytes = malloc(FILE_BYTES);
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	size_t used = 0;
	ssize_t count = 0;
	while (bytes && fd >= 0 && used < FILE_BYTES && (count = read(fd, bytes + used, FILE_BYTES - used)) > 0)
		used += (size_t)count;
	int status = 0;
	if (bytes && fd >= 0 && count >= 0)
		status = write_row(bundle, name, path, bytes, used);
	else
		fprintf(bundle->list, "%-28s not there        %s\n", name, path);
	if (fd >= 0)
		close(fd);
	free(bytes);
	return status;
}

static int show_rows(struct bundle *bundle, struct console *console)
{
	for (size_t i = 0; i < ROWS(shown); i++) {
		const char *text;
		if (console_ask(console, shown[i].command, &text) < 0)
			return failed(shown[i].command, "the box does not answer");
		if (write_row(bundle, shown[i].file, shown[i].command, text, strlen(text)))
			return 1;
	}
	return 0;
}

static int recorder_rows(struct bundle *bundle, const char *data)
{
	char folder[300], path[600], name[300];
	snprintf(folder, sizeof(folder), "%s/" RECORDER, data);
	DIR *open_folder = opendir(folder);
	struct dirent *entry;
	int status = 0;
	while (open_folder && !status && (entry = readdir(open_folder))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		snprintf(name, sizeof(name), RECORDER "-%s", entry->d_name);
		status = copy_row(bundle, name, path);
	}
	if (open_folder)
		closedir(open_folder);
	return status;
}

/* Names, sizes and times of what is in the data folder: journal, records, recordings. */
static int list_data(struct bundle *bundle, const char *data)
{
	char *text = NULL, path[600];
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	DIR *open_folder = opendir(data);
	struct dirent *entry;
	while (out && open_folder && (entry = readdir(open_folder))) {
		struct stat status;
		snprintf(path, sizeof(path), "%s/%s", data, entry->d_name);
		if (lstat(path, &status))
			continue;
		fprintf(out, "%06o %10lld %lld %s\n", (unsigned)status.st_mode, (long long)status.st_size,
		        (long long)status.st_mtime, entry->d_name);
	}
	if (open_folder)
		closedir(open_folder);
	if (!out || fclose(out))
		return failed(data, "no memory left");
	int status = write_row(bundle, "data-folder.txt", data, text, bytes);
	free(text);
	return status;
}

static int collect(struct bundle *bundle, struct console *console, const char *data)
{
	char path[200], now[40] = "";
	time_t seconds = time(NULL);
	struct tm utc;
	snprintf(path, sizeof(path), "%s/README.txt", bundle->folder);
	bundle->list = fopen(path, "wxe");
	if (!bundle->list)
		return failed(path, strerror(errno));
	if (gmtime_r(&seconds, &utc))
		strftime(now, sizeof(now), "%Y-%m-%d %H:%M:%S", &utc);
	fprintf(bundle->list,
	        "Support bundle of a Belfry box, made %s UTC. Numbers of callers are in it; PINs, passwords and\n"
	        "keys are not.\n\n",
	        now);
	int status = show_rows(bundle, console);
	for (size_t i = 0; i < ROWS(files) && !status; i++)
		status = copy_row(bundle, files[i].file, files[i].path);
	if (!status)
		status = recorder_rows(bundle, data);
	if (!status)
		status = list_data(bundle, data);
	if (fclose(bundle->list) && !status)
		status = failed(path, strerror(errno));
	return status;
}

/* ---- the file ---- */

static int run(const char *const *words)
{
	pid_t child;
	int status = 0;
	if (posix_spawnp(&child, words[0], NULL, NULL, (char *const *)(uintptr_t)words, environ))
		return -1;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* tar, as its own program or as one of busybox's. */
static int tar(const char *mode, const char *file, const char *folder, const char *what)
{
	const char *plain[] = {"tar", mode, file, "-C", folder, what, NULL};
	const char *busybox[] = {"busybox", "tar", mode, file, "-C", folder, what, NULL};
	return run(plain) && run(busybox) ? failed(file, "tar did not succeed") : 0;
}

static int search_file(const struct bundle *bundle, const char *name)
{
	char path[500];
	struct stat status;
	snprintf(path, sizeof(path), "%s/" NAME "/%s", bundle->check, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status)) {
		if (fd >= 0)
			close(fd);
		return failed(name, "cannot be searched for secrets; not written");
	}
	char *bytes = malloc((size_t)status.st_size + 1);
	size_t used = 0;
	ssize_t count = 0;
	while (bytes && (count = read(fd, bytes + used, (size_t)status.st_size - used)) > 0)
		used += (size_t)count;
	close(fd);
	bool whole = bytes && used == (size_t)status.st_size;
	const char *found = whole ? scan_bytes(bundle->scan, bytes, used) : NULL;
	free(bytes);
	if (!whole)
		return failed(name, "cannot be searched for secrets; not written");
	if (found)
		printf("support bundle: %s has %s in it: not written\n", name, found);
	return found != NULL;
}

/* All rows of the finished file. Not as many as were put in: it is not trusted either. */
static int search(const struct bundle *bundle)
{
	char folder[128];
	unsigned rows = 0;
	int status = 0;
	snprintf(folder, sizeof(folder), "%s/" NAME, bundle->check);
	DIR *open_folder = opendir(folder);
	struct dirent *entry;
	while (open_folder && !status && (entry = readdir(open_folder))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		status = search_file(bundle, entry->d_name);
		rows++;
	}
	if (open_folder)
		closedir(open_folder);
	if (!status && rows != bundle->rows + 1)
		status = failed("the finished file", "a row is missing; not written");
	return status;
}

static void empty(const char *folder)
{
	DIR *open_folder = opendir(folder);
	struct dirent *entry;
	while (open_folder && (entry = readdir(open_folder))) {
		char path[600];
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (unlink(path))
			empty(path);
	}
	if (open_folder)
		closedir(open_folder);
	rmdir(folder);
}

static char *read_secrets(void)
{
	char *text = malloc(SECRETS_BYTES);
	size_t used = 0;
	ssize_t count = 0;
	while (text && used + 1 < SECRETS_BYTES &&
	       (count = read(STDIN_FILENO, text + used, SECRETS_BYTES - 1 - used)) > 0)
		used += (size_t)count;
	if (text && (count < 0 || used + 1 == SECRETS_BYTES)) {
		free(text);
		return NULL;
	}
	if (text)
		text[used] = '\0';
	return text;
}

static int make(struct bundle *bundle, struct console *console, const char *fresh, const char *file, const char *data)
{
	int status = collect(bundle, console, data);
	if (!status)
		status = tar("-czf", fresh, bundle->work, NAME);
	if (!status && mkdir(bundle->check, 0700))
		status = failed(bundle->check, strerror(errno));
	if (!status)
		status = tar("-xzf", fresh, bundle->check, NAME);
	if (!status)
		status = search(bundle);
	if (!status && rename(fresh, file))
		status = failed(file, strerror(errno));
	if (status)
		unlink(fresh);
	else
		printf("support bundle written to %s (%u rows)\n", file, bundle->rows + 1);
	return status;
}

int bundle_make(struct console *console, const char *file, const char *data)
{
	struct bundle bundle = {.work = "/tmp/belfry-bundle-XXXXXX"};
	char fresh[600];
	alarm(TIME_S);
	umask(077);
	char *secrets = read_secrets();
	bundle.scan = secrets ? scan_new(secrets) : NULL;
	free(secrets);
	if (!bundle.scan)
		return failed("the list of secrets", "cannot be read; not written");
	if (!mkdtemp(bundle.work))
		return failed(bundle.work, strerror(errno));
	snprintf(bundle.folder, sizeof(bundle.folder), "%s/" NAME, bundle.work);
	snprintf(bundle.check, sizeof(bundle.check), "%s/check", bundle.work);
	snprintf(fresh, sizeof(fresh), "%s.new", file);
	int status = mkdir(bundle.folder, 0700) ? failed(bundle.folder, strerror(errno))
	                                        : make(&bundle, console, fresh, file, data);
	empty(bundle.work);
	scan_free(bundle.scan);
	return status;
}
