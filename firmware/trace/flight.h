/*
 * The flight recorder: when something goes wrong on a span, what its D channel carried until then, and a moment longer,
 * is frozen into a file of its own, DATA/flight-recorder/ID.pcap (link type 177), with the call that it is about.
 *
 * Thread: the keeper's (trace.h). Limits: so many files, the oldest goes first; one a span in so long a time, others
 * are counted. A file is written by the given function, whole or not at all; if that fails it is said in the log.
 */
#ifndef BELFRY_TRACE_FLIGHT_H
#define BELFRY_TRACE_FLIGHT_H

#include "trace/trace.h"

#define FLIGHT_KEEP_MAX   200
#define FLIGHT_TEXT_BYTES 96

struct flight_settings {
	bool on[TRIGGER_COUNT];
	bool expected_cause[128]; /* in addition to the ordinary ones */
	uint64_t short_call_ms, pause_ms;
	uint32_t keep;
};
void flight_settings_initial(struct flight_settings *settings);

/* Where the files go; reads the list of those that are there. Without it nothing is frozen. */
MUST_CHECK int flight_open(struct trace *trace, const char *folder,
                           int (*write)(const char *path, const void *bytes, size_t count), struct fault *fault);
void flight_configure(struct trace *trace, const struct flight_settings *settings);

struct flight_record {
	uint32_t id;
	uint8_t span; /* 0: all */
	uint8_t trigger;
	uint32_t call, frames;
	uint64_t wall_us;
	char text[FLIGHT_TEXT_BYTES];
};
/* Newest last. What a trigger has asked for is frozen at once. */
const struct flight_record *flight_records(struct trace *trace, unsigned *count, uint64_t *suppressed);
/* By hand: all spans. 0 and the new record's id, or -errno. */
MUST_CHECK int flight_freeze(struct trace *trace, const char *text, uint32_t *id, struct fault *fault);
/* Writes the frozen frames to a file of the asker's choice. -ENOENT: no such record; -EEXIST: the file exists. */
MUST_CHECK int flight_export(struct trace *trace, uint32_t id, const char *path, struct fault *fault);
/* The frames of a frozen trace, in order; keys and calls are not known of them. -ENOENT; -EBADMSG: damaged. */
MUST_CHECK int flight_read(struct trace *trace, uint32_t id, bool (*each)(void *user, const struct trace_kept *kept),
                           void *user, struct fault *fault);

#endif
