/*
 * belfryd's command line.
 */
#ifndef BELFRY_OPTIONS_H
#define BELFRY_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/log.h"

struct options {
	const char *driver;        /* "tdmoe" or "dahdi" */
	const char *socket, *peer; /* tdmoe: our datagram socket and the lab's */
	const char *data;          /* call records, journal, recordings, prompts of its own */
	const char *conf;          /* settings and keys; the data folder unless said */
	const char *boot;          /* what the start found out (base/boot_facts.h), or NULL */
	const char *console;       /* console socket */
	const char *prompts;       /* prompt folder */
	const char *settings;      /* start-up file of settings lines, or NULL */
	const char *board, *pcap;  /* D-channel capture, or NULL */
	const char *undo_unsynced; /* only do this, to this data folder */
	bool virtual_time, power_cut_log;
	uint64_t wall_start_us; /* 0: the machine's own clock */
	enum log_level log_level;
};

/* 0: go on; 1: help was printed, exit well; -EINVAL: said on standard error what is wrong. */
MUST_CHECK int options_parse(struct options *options, int argc, char **argv);

#endif
