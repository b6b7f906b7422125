/*
 * Stops one thread of a running program, for tests of the watchdog: stall_thread PID NAME. Says "stopped" when it
 * is; the thread goes on when standard input ends.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static int has_name(const char *pid, const char *task, const char *name)
{
	char path[600], found[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/task/%s/comm", pid, task);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (!fgets(found, sizeof(found), file))
		found[0] = '\0';
	fclose(file);
	found[strcspn(found, "\n")] = '\0';
	return strcmp(found, name) == 0;
}

static pid_t find_thread(const char *pid, const char *name)
{
	char path[64];
	struct dirent *entry;
	pid_t thread = 0;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%s/task", pid);
	tasks = opendir(path);
	while (tasks && !thread && (entry = readdir(tasks)))
		if (entry->d_name[0] != '.' && has_name(pid, entry->d_name, name))
			thread = (pid_t)strtol(entry->d_name, NULL, 10);
	if (tasks)
		closedir(tasks);
	return thread;
}

int main(int argc, char **argv)
{
	pid_t thread = argc == 3 ? find_thread(argv[1], argv[2]) : 0;
	char byte;
	int status;

	if (!thread) {
		fprintf(stderr, "stall_thread PID NAME: no such thread\n");
		return 2;
	}
	if (ptrace(PTRACE_SEIZE, thread, 0, 0) < 0 || ptrace(PTRACE_INTERRUPT, thread, 0, 0) < 0 ||
	    waitpid(thread, &status, __WALL) < 0) {
		perror("stall_thread");
		return 1;
	}
	printf("stopped\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0; /* the kernel lets it go on */
}
