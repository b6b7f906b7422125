/*
 * support bundle: `belfry`, run by us as a program of its own, asks us for what the console shows, makes the file and
 * searches it for secrets (client/bundle.c). Here it is started with the list of secrets, and waited for.
 */
#include "admin/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/base64.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

#define PROGRAM    "belfry"
#define LINE_BYTES 57 /* of data on a line of base64 */

/* Not ours: control may be changing it. */
static char *const environment[] = {(char[]){"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
                                    (char[]){"TZ=UTC"}, NULL};

struct helper {
	pid_t child;
	int fd, out; /* pidfd; what it prints */
	struct session *session;
	char path[4096];
	bool print; /* "-": the file goes out as base64, and away */
};

int helper_fd(const struct helper *helper)
{
	return helper ? helper->fd : -1;
}

static void helper_free(struct helper *helper)
{
	if (helper->fd >= 0)
		close(helper->fd);
	if (helper->out >= 0)
		close(helper->out);
	if (helper->print)
		unlink(helper->path);
	free(helper);
}

void helper_end(struct admin *admin)
{
	if (!admin->helper)
		return;
	kill(admin->helper->child, SIGKILL);
	waitpid(admin->helper->child, NULL, 0);
	helper_free(admin->helper);
	admin->helper = NULL;
}

/* ---- start ---- */

/* It stands beside us; where it does not, with the system's programs. */
static void program_path(char *path, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", path, size - 1);
	path[length > 0 ? length : 0] = '\0';
	char *slash = strrchr(path, '/');
	size_t used = slash ? (size_t)(slash - path) + 1 : 0;
	text_append(path, size, &used, PROGRAM);
	if (access(path, X_OK))
		text_copy(path, size, "/usr/bin/" PROGRAM);
}

static int memory_file(const char *text)
{
	int fd = memfd_create("belfry", MFD_CLOEXEC);
	size_t bytes = strlen(text);
	if (fd >= 0 && (write(fd, text, bytes) != (ssize_t)bytes || lseek(fd, 0, SEEK_SET))) {
		close(fd);
		return -1;
	}
	return fd;
}

static int spawn(struct admin *admin, struct helper *helper, int secrets)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	char program[4096];
	sigset_t none;
	const char *words[] = {PROGRAM, "-s", admin->parts.socket_path, "-B", helper->path, admin->parts.data_folder,
	                       NULL};
	program_path(program, sizeof(program));
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawn_file_actions_adddup2(&actions, secrets, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, helper->out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, helper->out, STDERR_FILENO);
	int error =
	    posix_spawn(&helper->child, program, &actions, &attributes, (char *const *)(uintptr_t)words, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return -error;
}

static int start(struct admin *admin, struct helper *helper, struct fault *fault)
{
	char *list = settings_secrets(admin->parts.settings);
	int secrets = list ? memory_file(list) : -1, error = -ENOMEM;
	free(list);
	helper->out = memory_file("");
	if (secrets >= 0 && helper->out >= 0)
		error = spawn(admin, helper, secrets);
	if (secrets >= 0)
		close(secrets);
	if (error)
		return fault_set(fault, error, "support bundle: the program " PROGRAM ": %s", strerror(-error));
	helper->fd = pidfd_open(helper->child, 0);
	return 0;
}

int run_bundle(struct admin *admin, struct session *session)
{
	struct words *words = &session->words;
	if (words->count != session->first + 1 || !strcmp(words->word[session->first], "serial"))
		return fault_set(&session->fault, -EINVAL,
		                 "support bundle: expected a file, or -; \"serial\" is for the program " PROGRAM
		                 " on a terminal");
	if (admin->helper)
		return fault_set(&session->fault, -EBUSY, "support bundle: another one is being made: try again");
	struct helper *helper = calloc(1, sizeof(*helper));
	size_t used = 0;
	if (!helper)
		return fault_set(&session->fault, -ENOMEM, "no memory left");
	*helper = (struct helper){.fd = -1, .out = -1, .session = session};
	helper->print = !strcmp(words->word[session->first], "-");
	if (helper->print)
		text_append(helper->path, sizeof(helper->path), &used, "%s/support-bundle", admin->parts.data_folder);
	else
		text_copy(helper->path, sizeof(helper->path), words->word[session->first]);
	int error = start(admin, helper, &session->fault);
	if (error) {
		helper_free(helper);
		return error;
	}
	admin->helper = helper;
	session->state = SESSION_RUNNING; /* helper_step() goes on */
	return 1;
}

/* ---- end ---- */

static int print_file(FILE *out, const char *path)
{
	uint8_t bytes[LINE_BYTES];
	char line[BASE64_ENCODE_RAW_LENGTH(LINE_BYTES) + 1];
	FILE *file = fopen(path, "re");
	size_t count;
	if (!file)
		return -errno;
	while ((count = fread(bytes, 1, sizeof(bytes), file))) {
		base64_encode_raw(line, count, bytes);
		line[BASE64_ENCODE_RAW_LENGTH(count)] = '\0';
		fprintf(out, "%s\n", line);
	}
	fclose(file);
	return 0;
}

/* What the program said: the answer, or why not. */
static int take_result(struct helper *helper, struct session *session, int status)
{
	char text[512] = "";
	ssize_t count = pread(helper->out, text, sizeof(text) - 1, 0);
	text[count > 0 ? count : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return fault_set(&session->fault, -EIO, "%s", *text ? text : "support bundle: the program was ended");
	int error = 0;
	if (!helper->print)
		fprintf(session->out, "%s\n", text);
	else
		error = print_file(session->out, helper->path);
	return error ? fault_set(&session->fault, error, "%s: %s", helper->path, strerror(-error)) : 0;
}

bool helper_step(struct admin *admin)
{
	struct helper *helper = admin->helper;
	int status = 0;
	if (!helper || waitpid(helper->child, &status, WNOHANG) != helper->child)
		return false;
	struct session *session = helper->session;
	session->fault.text[0] = '\0';
	int result = take_result(helper, session, status);
	admin->helper = NULL;
	helper_free(helper);
	session_done(admin, session, result);
	return true;
}
