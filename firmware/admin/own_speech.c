/* Text to sound: the program espeak-ng says it into memory, at its own rate. */
#include "admin/own_prompts.h"

#include <errno.h>
#include <poll.h>
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
#include "media/wav.h"

#define PROGRAM          "espeak-ng"
#define WORDS_A_MINUTE   "155" /* as the announcements of the package */
#define SPEAKING_MS_MAX  10000
#define SPOKEN_BYTES_MAX (64u << 20)

extern char **environ;

static int start(pid_t *child, const char *text, const char *language, int out)
{
	const char *words[] = {PROGRAM, "-v",           strcmp(language, "en") == 0 ? "en-us" : language,
	                       "-s",    WORDS_A_MINUTE, "--stdout",
	                       "--",    text,           NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int error;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", 1, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	error = posix_spawnp(child, PROGRAM, &actions, &attributes, (char *const *)(uintptr_t)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return -error;
}

/* 0: it has ended well; a program that takes too long is ended. */
static int wait_for(pid_t child)
{
	struct pollfd end = {.fd = pidfd_open(child, 0), .events = POLLIN};
	int status = 0, ended = 0;

	do
		ended = end.fd >= 0 ? poll(&end, 1, SPEAKING_MS_MAX) : 0;
	while (ended < 0 && errno == EINTR);
	if (ended <= 0)
		kill(child, SIGKILL);
	if (end.fd >= 0)
		close(end.fd);
	if (waitpid(child, &status, 0) != child)
		return -ECHILD;
	if (ended <= 0)
		return -ETIMEDOUT;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

static int speak(const char *text, const char *language, int out, struct fault *fault)
{
	pid_t child;
	int error = start(&child, text, language, out);

	if (error == -ENOENT)
		return fault_set(fault, error,
		                 "this box has no program " PROGRAM " to speak it; expected a sound file instead "
		                 "(prompt NAME file PATH)");
	if (error)
		return fault_set(fault, error, "the program " PROGRAM " cannot be started: %s", strerror(-error));
	error = wait_for(child);
	return error ? fault_set(fault, error, "the program " PROGRAM " has not spoken it: %s",
	                         error == -ETIMEDOUT ? "it took too long" : "it failed")
	             : 0;
}

static int to_sound(int file, uint8_t **sound, size_t *samples, struct fault *fault)
{
	struct stat status;
	struct wav wav;
	void *bytes;
	int error;

	if (fstat(file, &status) < 0 || status.st_size == 0 || status.st_size > SPOKEN_BYTES_MAX)
		return fault_set(fault, -EIO, "the program " PROGRAM " has said nothing, or too much");
	bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	if (bytes == MAP_FAILED)
		return fault_set(fault, -errno, "no memory left");
	error = wav_read(&wav, bytes, (size_t)status.st_size, WAV_RATE_ANY, fault);
	if (!error && (error = wav_to_mulaw(&wav, sound, samples)) < 0)
		error = fault_set(fault, error, "no memory left");
	munmap(bytes, (size_t)status.st_size);
	return error;
}

int own_speech(const char *text, const char *language, uint8_t **sound, size_t *samples, struct fault *fault)
{
	int file = memfd_create("speech", MFD_CLOEXEC), error;

	if (file < 0)
		return fault_set(fault, -errno, "no memory left");
	error = speak(text, language, file, fault);
	if (!error)
		error = to_sound(file, sound, samples, fault);
	close(file);
	return error;
}
