/*
 * belfry-lab: the telephone network and the desk phones in one program.
 *
 *   belfry-lab run FILE.lua... [--target host|qemu|image] [--seed N] [--pcap F] [--wav DIR] [--realtime] [--keep]
 *   belfry-lab board [--speed N] [--seed N] [--for S]
 *   belfry-lab attend BOX_SOCKET LAB_SOCKET [SPANS [TELL_SOCKET]]
 *   belfry-lab tell [--at TELL_SOCKET] [LUA]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attend.h"
#include "board.h"
#include "lua_lab.h"

#define FILES_MAX 1024

static int usage(void)
{
	fputs(
	    "belfry-lab run FILE.lua... [--target host|qemu|image] [--seed N] [--pcap F] [--wav DIR] [--realtime] "
	    "[--keep]\n"
	    "    runs scenario files, each with a fresh box; status 1 when one failed\n"
	    "belfry-lab board [--speed N] [--seed N] [--for SECONDS]\n"
	    "    a busy box to look at: traffic, and a board of it; q ends it\n"
	    "belfry-lab attend BOX_SOCKET LAB_SOCKET [SPANS [TELL_SOCKET]]\n"
	    "    network and telephones at a machine in QEMU that is running already (make qemu); SPANS as 1:31,2:24\n"
	    "belfry-lab tell [--at TELL_SOCKET] [LUA]\n"
	    "    lifts, dials, calls there: the words of a scenario, one line or each line of the input, as in\n"
	    "    ann = phone(\"2/1\") ann:lift() ann:dial(\"201\")\n",
	    stderr);
	return 2;
}

static bool whole_number(const char *text, uint64_t *value)
{
	char *end;
	*value = text && *text >= '0' && *text <= '9' ? strtoull(text, &end, 0) : 0;
	if (text && *text >= '0' && *text <= '9' && !*end)
		return true;
	fprintf(stderr, "belfry-lab: a whole number expected, not \"%s\"\n", text ? text : "");
	return false;
}

static bool target_kind(const char *name, enum target_kind *kind)
{
	static const char *const names[] = {[TARGET_HOST] = "host", [TARGET_QEMU] = "qemu", [TARGET_IMAGE] = "image"};
	for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0) {
			*kind = (enum target_kind)i;
			return true;
		}
	fprintf(stderr, "belfry-lab: --target is host, qemu or image\n");
	return false;
}

/* Takes one option and its value at arguments[0]; how many words it took, 0: wrong. */
static int run_option(char **arguments, struct run_options *options)
{
	const char *name = arguments[0], *value = arguments[1];
	if (strcmp(name, "--realtime") == 0)
		options->real_time = true;
	else if (strcmp(name, "--keep") == 0)
		options->keep = true;
	else if (strcmp(name, "--target") == 0)
		return target_kind(value, &options->kind) ? 2 : 0;
	else if (strcmp(name, "--seed") == 0)
		return whole_number(value, &options->seed) ? 2 : 0;
	else if (strcmp(name, "--pcap") == 0)
		return (options->pcap = value) ? 2 : 0;
	else if (strcmp(name, "--wav") == 0)
		return (options->wav_folder = value) ? 2 : 0;
	else
		return 0;
	return 1;
}

static int run(char **arguments)
{
	static const char *files[FILES_MAX];
	struct run_options options = {.seed = 1};
	unsigned count = 0, failed = 0;
	while (*arguments) {
		int taken = 1;
		if (strncmp(*arguments, "--", 2) == 0)
			taken = run_option(arguments, &options);
		else if (count < FILES_MAX)
			files[count++] = *arguments;
		if (!taken)
			return usage();
		arguments += taken;
	}
	if (!count)
		return usage();
	for (unsigned i = 0; i < count; i++)
		failed += !lab_run_file(files[i], &options);
	if (count > 1)
		printf("%u scenarios, %u failed\n", count, failed);
	return failed != 0;
}

static int board(char **arguments)
{
	struct board_options options = {.seed = 1, .speed = 1};
	for (; *arguments; arguments += 2) {
		uint64_t value;
		if (!whole_number(arguments[1], &value))
			return usage();
		if (strcmp(arguments[0], "--speed") == 0 && value > 0)
			options.speed = (double)value;
		else if (strcmp(arguments[0], "--seed") == 0)
			options.seed = value;
		else if (strcmp(arguments[0], "--for") == 0)
			options.for_s = (double)value;
		else
			return usage();
	}
	return board_run(&options);
}

static int tell(char **arguments)
{
	const char *socket = NULL;
	if (*arguments && strcmp(*arguments, "--at") == 0) {
		if (!arguments[1])
			return usage();
		socket = arguments[1];
		arguments += 2;
	}
	bool option = *arguments && **arguments == '-';
	return option || (*arguments && arguments[1]) ? usage() : attend_tell(socket, *arguments);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 2 && strcmp(argv[1], "run") == 0)
		return run(argv + 2);
	if (argc > 1 && strcmp(argv[1], "board") == 0)
		return board(argv + 2);
	if (argc >= 4 && argc <= 6 && strcmp(argv[1], "attend") == 0) {
		const struct attend_options options = {argv[2], argv[3], argc > 4 ? argv[4] : "1:31,2:24",
		                                       argc > 5 ? argv[5] : NULL, 1};
		return attend_run(&options);
	}
	if (argc > 1 && strcmp(argv[1], "tell") == 0)
		return tell(argv + 2);
	return usage();
}
