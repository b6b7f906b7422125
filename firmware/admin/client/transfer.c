#include "transfer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define LINE_BYTES     4096
#define PASSWORD_TRIES 3
#define CTRL_C         '\x03'

extern char **environ;

/* ---- names and secrets ---- */

/* A line of the terminal; Ctrl-C is a character that ends it. -1: given up, or the end. */
static int read_terminal(const char *prompt, char *text, size_t size, bool shown)
{
	struct termios kept, wanted;
	if (tcgetattr(STDIN_FILENO, &kept))
		return -1;
	wanted = kept;
	wanted.c_lflag |= ICANON | ECHO;
	wanted.c_lflag &= ~(tcflag_t)(ISIG | (shown ? 0 : ECHO));
	wanted.c_iflag |= ICRNL;
	wanted.c_cc[VEOL] = CTRL_C;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &wanted);
	fputs(prompt, stderr); /* whoever sees it may press Ctrl-C already */
	ssize_t count;
	do
		count = read(STDIN_FILENO, text, size - 1);
	while (count < 0 && errno == EINTR);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &kept);
	if (!shown)
		fputc('\n', stderr);
	if (count <= 0 || memchr(text, CTRL_C, (size_t)count))
		return -1;
	text[count] = '\0';
	return 0;
}

static int read_one(const char *prompt, char *text, size_t size, bool shown)
{
	if (isatty(STDIN_FILENO)) {
		if (read_terminal(prompt, text, size, shown))
			return -1;
	} else {
		fputs(prompt, stderr);
		if (!fgets(text, (int)size, stdin))
			return -1;
	}
	text[strcspn(text, "\r\n")] = '\0';
	return 0;
}

int read_secret(const char *prompt, char *text, size_t size)
{
	return read_one(prompt, text, size, false);
}

int read_name(const char *prompt, char *text, size_t size)
{
	return read_one(prompt, text, size, true);
}

int log_in(struct console *console, const char *user)
{
	char line[128], password[256];
	const char *text = "";
	int length = snprintf(line, sizeof(line), "login %s", user);
	if (length < 0 || (size_t)length >= sizeof(line)) {
		fputs("belfry: the name of the user is too long\n", stderr);
		return 1;
	}
	for (int i = 0; i < PASSWORD_TRIES; i++) {
		int status = console_ask(console, line, &text);
		if (status == 0)
			return 0;
		if (status == CONSOLE_MORE && !read_secret("password: ", password, sizeof(password))) {
			status = console_ask(console, password, &text);
			explicit_bzero(password, sizeof(password));
			if (status == 0)
				return 0;
		}
		fputs(text, stderr);
		if (status != 1 || !isatty(STDIN_FILENO))
			break;
	}
	return 1;
}

/* ---- paths ---- */

const char *absolute_path(char *const *words, int at, char *buffer, size_t size)
{
	static const struct {
		const char *first, *second;
		int path;
	} rows[] = {{"backup", NULL, 1},  {"clone", NULL, 1},   {"restore", NULL, 1},    {"load", NULL, 1},
	            {"export", "csv", 3}, {"import", "csv", 3}, {"support", "bundle", 2}};
	const char *word = words[at];
	bool path = false;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		path |= at == rows[i].path && !strcmp(words[0], rows[i].first) &&
		        (!rows[i].second || !strcmp(words[1], rows[i].second));
	char folder[LINE_BYTES];
	if (!path || *word == '/' || !strcmp(word, "-") || !strcmp(word, "terminal") || !strcmp(word, "serial") ||
	    !getcwd(folder, sizeof(folder)))
		return word;
	int length = snprintf(buffer, size, "%s/%s", folder, word);
	return length > 0 && (size_t)length < size ? buffer : word;
}

/* ---- programs ---- */

/* lrzsz talks on our terminal; Ctrl-C is its own business then. */
static int run_program(char *const *words, const char *folder)
{
	posix_spawnattr_t attributes;
	posix_spawn_file_actions_t actions;
	sigset_t none, usual;
	pid_t child;
	int status = 0;
	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGINT);
	sigaddset(&usual, SIGTSTP);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	posix_spawn_file_actions_addchdir_np(&actions, folder);
	int error = posix_spawnp(&child, words[0], &actions, &attributes, words, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (error) {
		fprintf(stderr, "belfry: %s: %s (Debian package lrzsz)\n", words[0], strerror(error));
		return 1;
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	fprintf(stderr, "belfry: %s: the transfer did not succeed\n", words[0]);
	return 1;
}

/* The one file that has come into the folder. */
static int only_file(const char *folder, char *path, size_t size)
{
	DIR *open_folder = opendir(folder);
	struct dirent *entry;
	int count = 0;
	while (open_folder && (entry = readdir(open_folder)))
		if (entry->d_name[0] != '.' && ++count == 1)
			snprintf(path, size, "%s/%s", folder, entry->d_name);
	if (open_folder)
		closedir(open_folder);
	return count;
}

static void remove_folder(const char *folder)
{
	char path[512];
	while (only_file(folder, path, sizeof(path)) > 0 && !unlink(path))
		;
	rmdir(folder);
}

/* ---- out ---- */

static int digit_of(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* Base64 as the box sends what is not text. */
static size_t decode(const char *text, unsigned char *bytes)
{
	unsigned kept = 0, bits = 0;
	size_t count = 0;
	for (; *text; text++) {
		int digit = digit_of(*text);
		if (digit < 0)
			continue;
		kept = kept << 6 | (unsigned)digit;
		bits += 6;
		if (bits >= 8)
			bytes[count++] = (unsigned char)(kept >> (bits -= 8));
	}
	return count;
}

static int write_file(const char *path, const void *bytes, size_t count)
{
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : STDOUT_FILENO;
	size_t written = 0;
	while (fd >= 0 && written < count) {
		ssize_t part = write(fd, (const char *)bytes + written, count - written);
		if (part < 0 && errno != EINTR)
			break;
		written += part > 0 ? (size_t)part : 0;
	}
	if (fd < 0 || written < count)
		fprintf(stderr, "belfry: %s: %s\n", path ? path : "standard output", strerror(errno));
	if (fd >= 0 && path)
		close(fd);
	return fd < 0 || written < count;
}

static int send_serial(const char *name, const void *bytes, size_t count)
{
	char folder[] = "/tmp/belfry-XXXXXX", file[64];
	if (!mkdtemp(folder)) {
		fprintf(stderr, "belfry: %s: %s\n", folder, strerror(errno));
		return 1;
	}
	snprintf(file, sizeof(file), "%s/%s", folder, name);
	int status = write_file(file, bytes, count);
	if (!status) {
		char *const words[] = {"sz", "-b", "-q", (char *)(uintptr_t)name, NULL};
		fputs("receive the file with ZMODEM now\n", stdout);
		fflush(stdout);
		status = run_program(words, folder);
	}
	remove_folder(folder);
	return status;
}

/* Asks the box for the file's text and hands it on. A terminal is shown the text: octets would set it at odds. */
static int fetch(struct console *console, const char *line, const char *name, bool binary, bool serial)
{
	const char *text;
	binary = binary && (serial || !isatty(STDOUT_FILENO));
	int status = console_ask(console, line, &text);
	if (status != 0) {
		fputs(status < 0 ? "belfry: the connection is closed\n" : text, stderr);
		return 1;
	}
	size_t count = strlen(text);
	unsigned char *bytes = binary ? malloc(count + 1) : NULL;
	if (binary && !bytes)
		return 1;
	if (binary)
		count = decode(text, bytes);
	const void *what = binary ? (const void *)bytes : text;
	status = serial ? send_serial(name, what, count) : write_file(NULL, what, count);
	free(bytes);
	return status;
}

/* ---- in ---- */

/* Sends a file's lines behind the command that wants them, and shows how it ended. */
static int feed(struct console *console, const char *line, const char *path)
{
	char more[LINE_BYTES + 2];
	const char *text;
	FILE *file = fopen(path, "re");
	int status = file ? console_ask(console, line, &text) : 1;
	while (status == CONSOLE_MORE && fgets(more, sizeof(more), file)) {
		more[strcspn(more, "\r\n")] = '\0';
		status = console_ask(console, more, &text);
	}
	if (status == CONSOLE_MORE)
		status = console_ask(console, ".", &text);
	if (file)
		fclose(file);
	if (!file)
		fprintf(stderr, "belfry: %s: %s\n", path, strerror(errno));
	else
		fputs(status < 0 ? "belfry: the connection is closed\n" : text, status ? stderr : stdout);
	return status != 0;
}

static int receive_serial(struct console *console, const char *line)
{
	char folder[] = "/tmp/belfry-XXXXXX", path[512];
	char *const words[] = {"rz", "-b", "-q", "-y", NULL};
	if (!mkdtemp(folder)) {
		fprintf(stderr, "belfry: %s: %s\n", folder, strerror(errno));
		return 1;
	}
	fputs("send the file with ZMODEM now\n", stdout);
	fflush(stdout);
	int status = run_program(words, folder);
	if (!status && only_file(folder, path, sizeof(path)) != 1) {
		fputs("belfry: expected one file\n", stderr);
		status = 1;
	}
	if (!status)
		status = feed(console, line, path);
	remove_folder(folder);
	return status;
}

/* ---- which lines are ours ---- */

static const struct {
	const char *words, *name;
	bool in, binary, dash; /* dash: "-" is ours as well, since it is not text */
} rows[] = {{"backup ", "belfry-backup.txt", false, false, false},
            {"clone ", "belfry-clone.txt", false, false, false},
            {"restore ", NULL, true, false, false},
            {"import csv agents ", NULL, true, false, false},
            {"import csv phones ", NULL, true, false, false},
            {"import csv numbers ", NULL, true, false, false},
            {"export csv agents ", "agents.csv", false, false, false},
            {"export csv phones ", "phones.csv", false, false, false},
            {"export csv numbers ", "numbers.csv", false, false, false},
            {"support bundle ", "support.tar.gz", false, true, true}};

static bool begins_with_word(const char *text, const char *word)
{
	size_t length = strlen(word);
	return !strncmp(text, word, length) && (!text[length] || text[length] == ' ');
}

int transfer_line(struct console *console, const char *line, int *status)
{
	char changed[LINE_BYTES];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t length = strlen(rows[i].words);
		const char *where = line + length;
		if (strncmp(line, rows[i].words, length) != 0)
			continue;
		bool serial = begins_with_word(where, "serial");
		if (!serial && !(rows[i].dash && begins_with_word(where, "-")))
			return 0;
		snprintf(changed, sizeof(changed), "%s-%s", rows[i].words, where + strlen(serial ? "serial" : "-"));
		*status = rows[i].in ? receive_serial(console, changed)
		                     : fetch(console, changed, rows[i].name, rows[i].binary, serial);
		return 1;
	}
	return 0;
}
