#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

static const struct option long_options[] = {
    {"driver", required_argument, NULL, 'd'},
    {"socket", required_argument, NULL, 's'},
    {"peer", required_argument, NULL, 'p'},
    {"data", required_argument, NULL, 'D'},
    {"conf", required_argument, NULL, 'F'},
    {"boot", required_argument, NULL, 'B'},
    {"console", required_argument, NULL, 'c'},
    {"prompts", required_argument, NULL, 'P'},
    {"settings", required_argument, NULL, 'S'},
    {"board", required_argument, NULL, 'b'},
    {"pcap", required_argument, NULL, 'C'},
    {"date", required_argument, NULL, 't'},
    {"log", required_argument, NULL, 'l'},
    {"undo-unsynced", required_argument, NULL, 'u'},
    {"virtual", no_argument, NULL, 'v'},
    {"realtime", no_argument, NULL, 'r'},
    {"power-cut-log", no_argument, NULL, 'x'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static void help(void)
{
	printf("belfryd: the call centre\n"
	       "  --driver dahdi|tdmoe   spans of the kernel, or of the lab (default dahdi)\n"
	       "  --socket PATH --peer PATH   tdmoe: our datagram socket and the lab's\n"
	       "  --data DIR             call records, journal, recordings (default /var/lib/belfry)\n"
	       "  --conf DIR             settings and keys (default: the data folder)\n"
	       "  --boot DIR             identity, slot and alarms that the start of the machine left there\n"
	       "  --console PATH         console socket (default /run/belfry/console.sock)\n"
	       "  --prompts DIR          announcements and music (default /usr/share/belfry/prompts)\n"
	       "  --settings FILE        settings lines, taken over at start\n"
	       "  --board FILE           LEDs, keys and sensors of this board (default: none)\n"
	       "  --pcap FILE            D-channel capture\n"
	       "  --log error|warning|notice|info|debug   (default notice)\n"
	       "  --virtual | --realtime tdmoe: time follows the lab's messages, or the wall (default)\n"
	       "  --date SECONDS         wall clock at start, seconds since 1970 UTC, may have a fraction\n"
	       "  --power-cut-log        remember what is not yet synced, for power-cut tests\n"
	       "  --undo-unsynced DIR    undo what was not synced in this data folder, then exit\n");
}

/* Six digits at most behind the point, as microseconds. False: something else stands there. */
static bool fraction_us(const char *digits, uint64_t *us)
{
	uint64_t place = US_PER_S;

	for (*us = 0; *digits >= '0' && *digits <= '9' && place > 1; digits++) {
		place /= 10;
		*us += (uint64_t)(*digits - '0') * place;
	}
	return *digits == '\0';
}

/* A wall clock that is set to whole seconds is up to one behind after each start. */
static int seconds_wanted(const char *name, const char *text, uint64_t *us)
{
	char whole[32];
	const char *dot = strchr(text, '.');
	uint64_t seconds, fraction = 0;

	text_copy(whole, sizeof(whole), text);
	if (dot && (size_t)(dot - text) < sizeof(whole))
		whole[dot - text] = '\0';
	if (text_to_u64(whole, 1, UINT64_C(1) << 40, &seconds) == 0 && (!dot || fraction_us(dot + 1, &fraction))) {
		*us = seconds * US_PER_S + fraction;
		return 0;
	}
	fprintf(stderr, "belfryd: --%s %s: expected a number of seconds\n", name, text);
	return -EINVAL;
}

static int log_wanted(const char *text, enum log_level *level)
{
	int i;

	for (i = LOG_ERROR; i <= LOG_DEBUG; i++)
		if (strcmp(log_level_name((enum log_level)i), text) == 0) {
			*level = (enum log_level)i;
			return 0;
		}
	fprintf(stderr, "belfryd: --log %s: expected error, warning, notice, info or debug\n", text);
	return -EINVAL;
}

static int take(struct options *options, int letter)
{
	switch (letter) {
	case 'd':
		options->driver = optarg;
		return 0;
	case 's':
		options->socket = optarg;
		return 0;
	case 'p':
		options->peer = optarg;
		return 0;
	case 'D':
		options->data = optarg;
		return 0;
	case 'F':
		options->conf = optarg;
		return 0;
	case 'B':
		options->boot = optarg;
		return 0;
	case 'c':
		options->console = optarg;
		return 0;
	case 'P':
		options->prompts = optarg;
		return 0;
	case 'S':
		options->settings = optarg;
		return 0;
	case 'b':
		options->board = optarg;
		return 0;
	case 'C':
		options->pcap = optarg;
		return 0;
	case 'u':
		options->undo_unsynced = optarg;
		return 0;
	case 'v':
	case 'r':
		options->virtual_time = letter == 'v';
		return 0;
	case 'x':
		options->power_cut_log = true;
		return 0;
	case 't':
		return seconds_wanted("date", optarg, &options->wall_start_us);
	case 'l':
		return log_wanted(optarg, &options->log_level);
	case 'h':
		help();
		return 1;
	default:
		fprintf(stderr, "belfryd --help lists the options\n");
		return -EINVAL;
	}
}

int options_parse(struct options *options, int argc, char **argv)
{
	int letter, result = 0;

	*options = (struct options){.driver = "dahdi",
	                            .data = "/var/lib/belfry",
	                            .console = "/run/belfry/console.sock",
	                            .prompts = "/usr/share/belfry/prompts",
	                            .log_level = LOG_NOTICE};
	while (result == 0 && (letter = getopt_long(argc, argv, "h", long_options, NULL)) != -1)
		result = take(options, letter);
	if (!options->conf)
		options->conf = options->data;
	if (result == 0 && optind < argc) {
		fprintf(stderr, "belfryd: \"%s\" is not an option; belfryd --help lists them\n", argv[optind]);
		return -EINVAL;
	}
	if (result == 0 && strcmp(options->driver, "tdmoe") == 0 && (!options->socket || !options->peer)) {
		fprintf(stderr, "belfryd: --driver tdmoe needs --socket and --peer\n");
		return -EINVAL;
	}
	return result;
}
