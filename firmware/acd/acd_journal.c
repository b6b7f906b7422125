/*
 * Writing the journal: see acd_journal.h and JOURNAL.md. Frames are built in place, their length in the room before
 * them, so that nothing is copied.
 */
#include "acd/acd_journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "acd/acd_frame.h"
#include "acd/acd_private.h"
#include "acd/acd_record.h"

#define FLUSH_AT    16384
#define EVENTS_ROOM (FLUSH_AT + (RECORD_SETTINGS_MAX > ACD_STATE_BYTES_MAX ? RECORD_SETTINGS_MAX : ACD_STATE_BYTES_MAX))
/* The most that one event decides (see acd_actor.c), so that a frame of events has all its decisions beside it. */
#define DECISIONS_ROOM (FLUSH_AT + 24 * (6 * (CONFIG_AGENTS_MAX + CONFIG_CALLS_MAX) + 2 * CONFIG_CALLS_MAX))

/* One of the two streams: what is pending is a frame's body. */
struct stream {
	uint32_t crc;
	size_t used, room; /* of the body */
	uint8_t *bytes;    /* headroom, body, room for the checksum */
	uint64_t pending;  /* records in the body */
	struct record_base base;
};

struct acd_journal {
	acd_journal_put *put;
	void *user;
	struct stream events, decisions;
	bool begun;
	bool gap; /* what was pending could not be put: until the state is in, nothing is written */
	uint64_t lost_now;
	struct acd_journal_figures figures;
	void *scratch;
};

#define HEADROOM 64

/* ---- memory ---- */

static int stream_new(struct stream *stream, size_t room)
{
	stream->room = room;
	stream->bytes = malloc(HEADROOM + room + FRAME_CRC_BYTES);
	return stream->bytes ? 0 : -ENOMEM;
}

int acd_journal_new(struct acd_journal **out, acd_journal_put *put, void *user)
{
	struct acd_journal *journal = calloc(1, sizeof(*journal));
	if (!journal)
		return -ENOMEM;
	journal->put = put;
	journal->user = user;
	journal->gap = true; /* until the first file has begun */
	journal->scratch = malloc(acd_state_scratch());
	int error = stream_new(&journal->events, EVENTS_ROOM);
	if (!error)
		error = stream_new(&journal->decisions, DECISIONS_ROOM);
	if (error || !journal->scratch) {
		acd_journal_free(journal);
		return -ENOMEM;
	}
	*out = journal;
	return 0;
}

void acd_journal_free(struct acd_journal *journal)
{
	if (!journal)
		return;
	free(journal->events.bytes);
	free(journal->decisions.bytes);
	free(journal->scratch);
	free(journal);
}

/* ---- frames ---- */

static struct cursor body(const struct stream *stream)
{
	return (struct cursor){.out = stream->bytes + HEADROOM, .at = stream->used, .limit = stream->room};
}

/* Closes the body: returns where its frame begins, right before it. */
static const uint8_t *close_frame(struct stream *stream, enum frame_kind kind, size_t *bytes, uint32_t *crc)
{
	uint8_t head[VARINT_BYTES] = {0};
	struct cursor cursor = {.out = head, .limit = sizeof(head)};
	code_number(&cursor, (uint64_t)stream->used << FRAME_KIND_BITS | kind);
	uint8_t *from = stream->bytes + HEADROOM - cursor.at;
	memcpy(from, head, cursor.at);
	*crc = code_crc(stream->crc, from, cursor.at + stream->used);
	for (unsigned i = 0; i < FRAME_CRC_BYTES; i++)
		from[cursor.at + stream->used + i] = (uint8_t)(*crc >> 8 * i);
	*bytes = cursor.at + stream->used + FRAME_CRC_BYTES;
	return from;
}

static void forget(struct stream *stream)
{
	stream->used = 0;
	stream->pending = 0;
}

static void count_lost(struct acd_journal *journal)
{
	if (!journal->gap)
		journal->figures.gaps++;
	journal->gap = true;
	journal->lost_now += journal->events.pending;
	journal->figures.lost_events += journal->events.pending;
	forget(&journal->events);
	forget(&journal->decisions);
}

static void count_written(struct acd_journal *journal, const struct acd_journal_piece *piece)
{
	struct acd_journal_figures *figures = &journal->figures;
	figures->event_bytes += piece->event_bytes;
	figures->decision_bytes += piece->decision_bytes;
	figures->events += journal->events.pending;
	figures->file_events += journal->events.pending;
	figures->decisions += journal->decisions.pending;
	figures->file_decisions += journal->decisions.pending;
	if (journal->decisions.used)
		figures->hash = frame_hash(figures->hash, journal->decisions.bytes + HEADROOM, journal->decisions.used);
	if (journal->events.pending) {
		figures->last_sequence = journal->events.base.sequence;
		figures->last_us = journal->events.base.at_us;
	}
}

/* What is pending in both streams, in one piece. */
static void put_pending(struct acd_journal *journal)
{
	struct acd_journal_piece piece = {0};
	uint32_t event_crc = journal->events.crc, decision_crc = journal->decisions.crc;
	if (!journal->events.used && !journal->decisions.used)
		return;
	if (journal->events.used)
		piece.events = close_frame(&journal->events, FRAME_EVENTS, &piece.event_bytes, &event_crc);
	if (journal->decisions.used)
		piece.decisions =
		    close_frame(&journal->decisions, FRAME_DECISIONS, &piece.decision_bytes, &decision_crc);
	if (journal->gap || journal->put(journal->user, &piece) < 0) {
		count_lost(journal);
		return;
	}
	count_written(journal, &piece);
	journal->events.crc = event_crc;
	journal->decisions.crc = decision_crc;
	forget(&journal->events);
	forget(&journal->decisions);
}

/* ---- the state: at the start of a file, and behind a gap ---- */

static int write_state(struct acd_journal *journal, const struct acd *acd)
{
	struct stream *events = &journal->events;
	events->used = acd_state_write(acd, journal->scratch, events->bytes + HEADROOM, events->room);
	events->base = (struct record_base){.at_us = acd->now_us, .sequence = acd->cause_sequence};
	journal->decisions.base = (struct record_base){0};
	return events->used ? 0 : -E2BIG;
}

/* Magic and limits stand in the room before the state's frame, which they are put together with. */
static size_t file_head(uint8_t *bytes, const char *magic, uint32_t *crc)
{
	memcpy(bytes, magic, FRAME_MAGIC_BYTES);
	size_t count = FRAME_MAGIC_BYTES + frame_limits(bytes + FRAME_MAGIC_BYTES);
	*crc = code_crc(0, bytes, count);
	return count;
}

/* Puts the frames of the state and, in the other stream, of what stands for it; before each, what is in front. */
static int put_state(struct acd_journal *journal, struct acd_journal_piece *piece, const uint8_t *front,
                     size_t event_front, const uint8_t *decision_front, size_t decision_count)
{
	uint32_t crc;
	size_t bytes;
	uint8_t *frame = (uint8_t *)close_frame(&journal->events, FRAME_STATE, &bytes, &crc);
	memmove(frame - event_front, front, event_front);
	piece->events = frame - event_front;
	piece->event_bytes = event_front + bytes;
	piece->decisions = decision_front;
	piece->decision_bytes = decision_count;
	int error = journal->put(journal->user, piece);
	if (!error)
		journal->events.crc = crc;
	forget(&journal->events);
	return error;
}

static void start_figures(struct acd_journal *journal, const struct acd_journal_piece *piece)
{
	struct acd_journal_figures *figures = &journal->figures;
	figures->event_bytes = piece->event_bytes;
	figures->decision_bytes = piece->decision_bytes;
	figures->file_events = figures->file_decisions = 0;
	figures->first_sequence = figures->last_sequence = journal->events.base.sequence;
	figures->first_us = figures->last_us = journal->events.base.at_us;
	figures->hash = FRAME_HASH_START;
}

int acd_journal_begin_file(struct acd_journal *journal, const struct acd *acd)
{
	uint8_t event_head[HEADROOM], decision_head[HEADROOM];
	struct acd_journal_piece piece = {.new_file = true};
	struct stream events, decisions;
	put_pending(journal);
	events = journal->events;
	decisions = journal->decisions;
	size_t event_front = file_head(event_head, FRAME_EVENTS_MAGIC, &journal->events.crc);
	size_t decision_front = file_head(decision_head, FRAME_DECISIONS_MAGIC, &journal->decisions.crc);
	int error = write_state(journal, acd);
	if (!error)
		error = put_state(journal, &piece, event_head, event_front, decision_head, decision_front);
	if (error) { /* the old file goes on */
		journal->events = events;
		journal->decisions = decisions;
		return error;
	}
	start_figures(journal, &piece);
	journal->begun = true;
	journal->gap = false;
	journal->lost_now = 0;
	return 0;
}

/* A gap says how many events are missing; behind it the checksums start anew. */
static size_t gap_frame(uint8_t *bytes, uint64_t lost, uint32_t *crc)
{
	struct stream stream = {.bytes = bytes, .room = VARINT_BYTES};
	struct cursor cursor = body(&stream);
	size_t count;
	code_number(&cursor, lost);
	stream.used = cursor.at;
	const uint8_t *frame = close_frame(&stream, FRAME_GAP, &count, crc);
	memmove(bytes, frame, count);
	return count;
}

static void close_gap(struct acd_journal *journal, const struct acd *acd)
{
	uint8_t front[HEADROOM + VARINT_BYTES + FRAME_CRC_BYTES];
	struct acd_journal_piece piece = {0};
	struct stream events = journal->events, decisions = journal->decisions;
	size_t count = gap_frame(front, journal->lost_now, &journal->events.crc);
	journal->decisions.crc = journal->events.crc;
	int error = write_state(journal, acd);
	if (!error)
		error = put_state(journal, &piece, front, count, front, count);
	if (error) {
		journal->events = events;
		journal->decisions = decisions;
		return;
	}
	count_written(journal, &piece);
	journal->gap = false;
	journal->lost_now = 0;
}

/* ---- records ---- */

static void append_event(struct acd_journal *journal, struct acd_event *event)
{
	struct stream *stream = &journal->events;
	struct cursor cursor = body(stream);
	if (!stream->used) /* a frame says where in the sequence it begins */
		code_number(&cursor, event->sequence);
	stream->base.sequence = event->sequence - 1;
	record_event(&cursor, &stream->base, event);
	if (event->type == ACD_SETTINGS && code_number(&cursor, event->settings != NULL))
		record_settings(&cursor, &event->settings);
	if (cursor.fault) { /* cannot be: there is room for the largest settings */
		count_lost(journal);
		return;
	}
	stream->used = cursor.at;
	stream->pending++;
}

void acd_journal_event(struct acd_journal *journal, const struct acd_event *event)
{
	struct acd_event copy = *event;
	if (journal->gap) {
		journal->lost_now++;
		journal->figures.lost_events++;
		return;
	}
	if (journal->events.used &&
	    ((event->type == ACD_SETTINGS || event->sequence != journal->events.base.sequence + 1)))
		put_pending(journal);
	append_event(journal, &copy);
}

void acd_journal_decision(struct acd_journal *journal, const struct acd_decision *decision)
{
	struct stream *stream = &journal->decisions;
	struct acd_decision copy = *decision;
	if (journal->gap)
		return;
	struct cursor cursor = body(stream);
	record_decision(&cursor, &stream->base, &copy);
	if (cursor.fault) { /* more than ever comes at once */
		count_lost(journal);
		return;
	}
	stream->used = cursor.at;
	stream->pending++;
}

bool acd_journal_wants_flush(const struct acd_journal *journal)
{
	return journal->events.used >= FLUSH_AT || journal->decisions.used >= FLUSH_AT;
}

void acd_journal_flush(struct acd_journal *journal, const struct acd *acd)
{
	put_pending(journal);
	if (journal->gap && journal->begun)
		close_gap(journal, acd);
}

void acd_journal_lose(struct acd_journal *journal, uint64_t events, const struct acd *acd)
{
	put_pending(journal);
	count_lost(journal);
	journal->lost_now += events;
	journal->figures.lost_events += events;
	close_gap(journal, acd);
}

void acd_journal_figures(const struct acd_journal *journal, struct acd_journal_figures *figures)
{
	*figures = journal->figures;
}
