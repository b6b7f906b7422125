/*
 * The scheduler's journal on flash: a ring of files in a folder, each with its decisions beside it, NUMBER-TIME.events
 * and NUMBER-TIME.decisions. Bytes come from the scheduler's thread through a ring and are written here, so that the
 * scheduler never waits; what they mean is its own affair.
 *
 * All files together stay below a number of bytes: before a file begins the oldest go. Space for a file is taken when
 * it begins, so that a disk that fills up later does no harm. The first bytes of a file are synced at once (nothing can
 * be read without them), events at the latest 5 s after they came, the decisions (which can be made again from the
 * events) with the end of the file. When writing fails it is tried again after 1, 2, 4 .. 60 s; meanwhile the ring
 * fills and then refuses, which its writer notes as a gap.
 *
 * Thread: its own actor; put: the scheduler's thread alone; figures and size: any.
 */
#ifndef BELFRY_STORE_EVENT_FILES_H
#define BELFRY_STORE_EVENT_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/actor.h"
#include "base/fault.h"

#define EVENT_FILES_OF_SIZE                                                                                            \
	16 /* files that fit in the whole size: a file is as large as the size by so many, by two                      \
	    */

struct event_files;
/* ring_bytes: how much may wait. bell: rung when an event is there (event_files_next()). */
MUST_CHECK int event_files_new(struct event_files **out, const char *folder, uint64_t size_bytes, size_t ring_bytes,
                               struct doorbell *bell, struct fault *fault);
void event_files_free(struct event_files *files); /* writes what is waiting, if it can */
struct actor *event_files_actor(struct event_files *files);

/* All or nothing: 0 or -ENOBUFS. new_file: these are the first bytes of a new file each. */
MUST_CHECK int event_files_put(struct event_files *files, bool new_file, const void *events, size_t event_bytes,
                               const void *decisions, size_t decision_bytes);

/* In force from the next file on. */
/* The power is failing: until told otherwise what is written is synced at once. Any thread. */
void event_files_hurry(struct event_files *files, bool hurry);
void event_files_set_size(struct event_files *files, uint64_t bytes);
/* So large a file of events or decisions may become before a new one should begin. */
uint64_t event_files_file_bytes(const struct event_files *files);

/* For control: an alarm to raise or to clear. */
struct event_files_event {
	bool on;
	char text[160];
};
bool event_files_next(struct event_files *files, struct event_files_event *event);

struct event_files_figures {
	uint64_t files, first, last; /* numbers; 0: none */
	uint64_t first_wall_us;      /* when the oldest began */
	uint64_t bytes, size_bytes;  /* on flash; at most */
	uint64_t written_bytes;      /* since start */
	uint64_t refused, failed;    /* messages for which there was no room; operations on files */
	uint64_t dropped_files;      /* oldest ones that made room, since start */
};
void event_files_figures(const struct event_files *files, struct event_files_figures *figures);

/* ---- before the start: the last file, for whoever goes on from it ---- */

/* Path of the newest file of events, or of decisions, with a number below *below (UINT64_MAX: the newest), which
 * becomes its number, so that the next call finds the one before it; false: there is none. */
bool event_files_last(const char *folder, uint64_t *below, char *path, size_t size, bool decisions);
/* Cuts off what was reserved or half written. */
MUST_CHECK int event_files_trim(const char *path, uint64_t bytes);

#endif
