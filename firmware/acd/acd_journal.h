/*
 * The scheduler's journal: its inputs as bytes, so that every decision can be made again elsewhere, and beside it the
 * decisions as they were made. The format is in JOURNAL.md.
 *
 * Two streams of frames, each with a checksum that covers the frame before it too. A file of events begins with the
 * scheduler's whole state, so that reading may begin at any file. What the keeper could not take is a gap: it is
 * counted, said in both streams, and behind it comes the state again.
 *
 * Thread: the scheduler's. No memory is taken after acd_journal_new(); writing never waits.
 */
#ifndef BELFRY_ACD_ACD_JOURNAL_H
#define BELFRY_ACD_ACD_JOURNAL_H

#include "acd/acd.h"

/* Bytes for the two streams; new_file: these are the first of a new file each. */
struct acd_journal_piece {
	bool new_file;
	const uint8_t *events, *decisions;
	size_t event_bytes, decision_bytes;
};
/* Takes all of the piece or nothing: 0 or -errno. */
typedef int acd_journal_put(void *user, const struct acd_journal_piece *piece);

struct acd_journal;
MUST_CHECK int acd_journal_new(struct acd_journal **out, acd_journal_put *put, void *user);
void acd_journal_free(struct acd_journal *journal);

/* A new file: what is pending, then headers and the scheduler's state. Before the first event, and as often as the
 * keeper wants. -errno of put: the old file goes on, or a gap begins. */
MUST_CHECK int acd_journal_begin_file(struct acd_journal *journal, const struct acd *acd);
/* Before the event is decided: settings pass out of the sender's hands there. */
void acd_journal_event(struct acd_journal *journal, const struct acd_event *event);
void acd_journal_decision(struct acd_journal *journal, const struct acd_decision *decision);
/* What is pending becomes a frame; after a gap the state is tried again. Call it whenever there is nothing to do. */
void acd_journal_flush(struct acd_journal *journal, const struct acd *acd);
/* True: so much is pending that it should be flushed (after an event has been decided). */
bool acd_journal_wants_flush(const struct acd_journal *journal);

/* So many events could not be kept; the state is written behind a gap (of who makes a journal from another). */
void acd_journal_lose(struct acd_journal *journal, uint64_t events, const struct acd *acd);

struct acd_journal_figures {
	uint64_t events, decisions;             /* written since acd_journal_new() */
	uint64_t lost_events, gaps;             /* not written */
	uint64_t event_bytes, decision_bytes;   /* of the present file */
	uint64_t file_events, file_decisions;   /* in it */
	uint64_t first_sequence, last_sequence; /* of it */
	uint64_t first_us, last_us;             /* of its events; equal at first */
	uint64_t hash;                          /* of its decisions: FNV-1a, 64 bit, over the frames' bodies */
};
void acd_journal_figures(const struct acd_journal *journal, struct acd_journal_figures *figures);

/* ---- reading a file in memory ---- */

enum acd_journal_item {
	ACD_JOURNAL_END,   /* of what can be read; fault says whether something is wrong */
	ACD_JOURNAL_STATE, /* acd_journal_restore() makes a scheduler of it; lost: events missing before it */
	ACD_JOURNAL_EVENT,
	ACD_JOURNAL_FRAME, /* the end of a frame of events */
};
struct acd_journal_reader {
	const uint8_t *bytes;
	size_t count, at; /* at: start of the frame in hand; at a fault, of the damaged one */
	uint64_t lost;    /* with STATE: how many events are missing before it */
	const char *fault;
	bool torn; /* with fault: nothing but zeros behind it, as when the power goes while writing */
	/* private */
	uint32_t crc;
	size_t next, body, body_end;
	bool in_frame;
	uint64_t at_us, sequence;
	uint32_t revision;
};
/* 0; -EPROTO: another version, another build's limits, or no journal: see fault. */
MUST_CHECK int acd_journal_open(struct acd_journal_reader *reader, const void *bytes, size_t count);
/* Also one of version 2: its records are understood, but some decisions were others. For who only goes on from it. */
MUST_CHECK int acd_journal_open_older(struct acd_journal_reader *reader, const void *bytes, size_t count);
/* event->settings belong to whoever takes them. */
enum acd_journal_item acd_journal_next(struct acd_journal_reader *reader, struct acd_event *event);
/* The state that was just read. 0, -ENOMEM, -EPROTO: fault says. *out is set only on success. */
MUST_CHECK int acd_journal_restore(struct acd_journal_reader *reader, struct acd **out);

/* Only the settings of that state; the caller's. */
MUST_CHECK int acd_journal_settings(struct acd_journal_reader *reader, struct acd_settings **out);
/* Goes on with a scheduler that is in that state already. */
void acd_journal_skip_state(struct acd_journal_reader *reader, const struct acd *acd);

/* The same for a file of decisions: true: *decision is filled in; *gap: some are missing before it. */
MUST_CHECK int acd_journal_open_decisions(struct acd_journal_reader *reader, const void *bytes, size_t count);
bool acd_journal_next_decision(struct acd_journal_reader *reader, struct acd_decision *decision, bool *gap);

/* ---- the scheduler's state as bytes (acd_state.c) ---- */

#define ACD_STATE_BYTES_MAX                                                                                            \
	(131072 + (size_t)CONFIG_QUEUES_MAX * 1024 + (size_t)CONFIG_AGENTS_MAX * 320 +                                 \
	 (size_t)CONFIG_CALLS_MAX * 256 + (size_t)CONFIG_AGENTS_MAX * CONFIG_QUEUES_PER_AGENT_MAX * 32)
/* How many bytes; 0: they do not fit (cannot be, with room for ACD_STATE_BYTES_MAX). scratch: acd_state_scratch(). */
size_t acd_state_write(const struct acd *acd, void *scratch, uint8_t *bytes, size_t room);
size_t acd_state_scratch(void);
/* 0, -ENOMEM, or -EPROTO: *fault says what does not hold. */
MUST_CHECK int acd_state_read(struct acd **out, const uint8_t *bytes, size_t count, const char **fault);

#endif
