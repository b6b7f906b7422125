/*
 * Reading the journal. Whatever the bytes are: what is read is within them, and a fault says what is wrong where.
 */
#include <errno.h>
#include <string.h>

#include "acd/acd_frame.h"
#include "acd/acd_journal.h"
#include "acd/acd_private.h"
#include "acd/acd_record.h"

/* ---- the head of a file ---- */

static const uint32_t limits[] = {CONFIG_CALLS_MAX,
                                  CONFIG_AGENTS_MAX,
                                  CONFIG_QUEUES_MAX,
                                  CONFIG_QUEUES_PER_AGENT_MAX,
                                  CONFIG_AGENTS_PER_QUEUE_MAX,
                                  CONFIG_QUEUE_LENGTH_MAX};
#define LIMITS (sizeof(limits) / sizeof(limits[0]))

size_t frame_limits(uint8_t *bytes)
{
	struct cursor cursor = {.out = bytes, .limit = FRAME_LIMITS_BYTES + VARINT_BYTES};
	for (unsigned i = 0; i < LIMITS; i++)
		code_number(&cursor, limits[i]);
	return cursor.at;
}

uint64_t frame_hash(uint64_t hash, const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static const char *limits_fault(struct acd_journal_reader *reader)
{
	struct cursor cursor = {.in = reader->bytes, .at = FRAME_MAGIC_BYTES, .limit = reader->count};
	for (unsigned i = 0; i < LIMITS; i++)
		if (code_number(&cursor, 0) != limits[i])
			return cursor.fault
			           ? "the journal is cut off in its first bytes"
			           : "the journal is of a build with other limits (calls, agents, queues), where other "
			             "decisions may be right; use the belfry-sim of that build";
	reader->next = cursor.at;
	return NULL;
}

static bool only_zeros(const struct acd_journal_reader *reader, size_t from)
{
	while (from < reader->count)
		if (reader->bytes[from++])
			return false;
	return true;
}

static bool is_version(const uint8_t *bytes, const char *magic, char oldest)
{
	uint8_t version = bytes[FRAME_MAGIC_BYTES - 1];
	return version >= (uint8_t)oldest && version <= (uint8_t)magic[FRAME_MAGIC_BYTES - 1];
}

static int open_file(struct acd_journal_reader *reader, const void *bytes, size_t count, const char *magic, char oldest)
{
	*reader = (struct acd_journal_reader){.bytes = bytes, .count = count};
	if (count < FRAME_MAGIC_BYTES)
		reader->fault = count ? "the journal is cut off in its first bytes" : "the file is empty";
	else if (memcmp(bytes, magic, FRAME_MAGIC_BYTES - 1) != 0)
		reader->fault = "this is not a Belfry journal";
	else if (!is_version(reader->bytes, magic, oldest))
		reader->fault = "the journal is of another version, where other decisions may be right; this one reads "
		                "version 3; use the belfry-sim of the software that wrote it";
	else
		reader->fault = limits_fault(reader);
	reader->torn = reader->fault && only_zeros(reader, 0);
	if (reader->fault)
		return -EPROTO;
	reader->crc = code_crc(0, reader->bytes, reader->next);
	reader->at = reader->next;
	return 0;
}

int acd_journal_open(struct acd_journal_reader *reader, const void *bytes, size_t count)
{
	return open_file(reader, bytes, count, FRAME_EVENTS_MAGIC, FRAME_EVENTS_MAGIC[FRAME_MAGIC_BYTES - 1]);
}

int acd_journal_open_older(struct acd_journal_reader *reader, const void *bytes, size_t count)
{
	return open_file(reader, bytes, count, FRAME_EVENTS_MAGIC, FRAME_OLDEST);
}

int acd_journal_open_decisions(struct acd_journal_reader *reader, const void *bytes, size_t count)
{
	return open_file(reader, bytes, count, FRAME_DECISIONS_MAGIC, FRAME_DECISIONS_MAGIC[FRAME_MAGIC_BYTES - 1]);
}

/* ---- frames ---- */

static enum frame_kind stop(struct acd_journal_reader *reader, const char *fault)
{
	reader->fault = fault;
	return FRAME_END;
}

static uint32_t crc_at(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static enum frame_kind damaged(struct acd_journal_reader *reader)
{
	reader->torn = only_zeros(reader, reader->body_end + FRAME_CRC_BYTES);
	return stop(reader, reader->torn ? "the last record was not completely written"
	                                 : "a record is damaged or out of order");
}

/* The next frame: its body is between body and body_end. FRAME_END: that was all, or a fault. */
static enum frame_kind next_frame(struct acd_journal_reader *reader)
{
	reader->at = reader->next;
	if (reader->fault || reader->at == reader->count || reader->bytes[reader->at] == 0) {
		if (!reader->fault && !only_zeros(reader, reader->at))
			return stop(reader, "zeros where a record should be");
		return FRAME_END;
	}
	struct cursor cursor = {.in = reader->bytes, .at = reader->at, .limit = reader->count};
	uint64_t head = code_number(&cursor, 0), length = head >> FRAME_KIND_BITS;
	enum frame_kind kind = (enum frame_kind)(head & ((1u << FRAME_KIND_BITS) - 1));
	if (cursor.fault && cursor.at < cursor.limit)
		return stop(reader, "a record is damaged or out of order");
	if (cursor.fault || reader->count - cursor.at < FRAME_CRC_BYTES ||
	    length > reader->count - cursor.at - FRAME_CRC_BYTES)
		return stop(reader, "the journal is cut off, or a length in it is damaged");
	reader->body = cursor.at;
	reader->body_end = cursor.at + length;
	if (kind == FRAME_GAP)
		reader->crc = 0;
	uint32_t crc = code_crc(reader->crc, reader->bytes + reader->at, reader->body_end - reader->at);
	if (crc != crc_at(reader->bytes + reader->body_end))
		return damaged(reader);
	reader->crc = crc;
	reader->next = reader->body_end + FRAME_CRC_BYTES;
	return kind;
}

static struct cursor rest_of_body(const struct acd_journal_reader *reader)
{
	return (struct cursor){.in = reader->bytes, .at = reader->body, .limit = reader->body_end};
}

/* ---- events ---- */

static enum acd_journal_item end_with(struct acd_journal_reader *reader, const char *fault)
{
	reader->fault = fault;
	return ACD_JOURNAL_END;
}

static enum acd_journal_item begin_events(struct acd_journal_reader *reader, struct acd_event *event)
{
	struct cursor cursor = rest_of_body(reader);
	uint64_t first = code_number(&cursor, 0);
	if (cursor.fault || first != reader->sequence + 1)
		return end_with(reader, "events are missing or out of order");
	reader->body = cursor.at;
	reader->in_frame = true;
	return acd_journal_next(reader, event);
}

static enum acd_journal_item next_event(struct acd_journal_reader *reader, struct acd_event *event)
{
	struct cursor cursor = rest_of_body(reader);
	struct record_base base = {.at_us = reader->at_us, .sequence = reader->sequence};
	*event = (struct acd_event){0};
	record_event(&cursor, &base, event);
	if (!cursor.fault && event->type == ACD_SETTINGS && code_number(&cursor, 0))
		record_settings(&cursor, &event->settings);
	if (cursor.fault) {
		acd_settings_free(event->settings);
		event->settings = NULL;
		return end_with(reader, cursor.fault);
	}
	reader->body = cursor.at;
	reader->at_us = base.at_us;
	reader->sequence = base.sequence;
	return ACD_JOURNAL_EVENT;
}

enum acd_journal_item acd_journal_next(struct acd_journal_reader *reader, struct acd_event *event)
{
	if (reader->in_frame && !reader->fault) {
		if (reader->body < reader->body_end)
			return next_event(reader, event);
		reader->in_frame = false;
		return ACD_JOURNAL_FRAME;
	}
	for (reader->lost = 0;;) {
		struct cursor cursor;
		switch (next_frame(reader)) {
		case FRAME_END:
			return ACD_JOURNAL_END;
		case FRAME_EVENTS:
			return reader->lost ? end_with(reader, "no state behind a gap") : begin_events(reader, event);
		case FRAME_GAP:
			cursor = rest_of_body(reader);
			reader->lost = code_number(&cursor, 0);
			break;
		case FRAME_STATE:
			return ACD_JOURNAL_STATE;
		default:
			return end_with(reader, "a record of a kind that this version does not know");
		}
	}
}

int acd_journal_restore(struct acd_journal_reader *reader, struct acd **out)
{
	const char *fault;
	int error = acd_state_read(out, reader->bytes + reader->body, reader->body_end - reader->body, &fault);
	if (error) {
		reader->fault = fault;
		return error;
	}
	reader->at_us = (*out)->now_us;
	reader->sequence = (*out)->cause_sequence;
	return 0;
}

int acd_journal_settings(struct acd_journal_reader *reader, struct acd_settings **out)
{
	struct cursor cursor = rest_of_body(reader);
	record_settings(&cursor, out);
	if (cursor.fault)
		reader->fault = cursor.fault;
	return cursor.fault ? -EPROTO : 0;
}

void acd_journal_skip_state(struct acd_journal_reader *reader, const struct acd *acd)
{
	reader->at_us = acd->now_us;
	reader->sequence = acd->cause_sequence;
}

/* ---- decisions ---- */

/* The first record of a file or behind a gap is told apart from nothing. */
bool acd_journal_next_decision(struct acd_journal_reader *reader, struct acd_decision *decision, bool *gap)
{
	*gap = false;
	while (!reader->in_frame || reader->body == reader->body_end) {
		enum frame_kind kind = next_frame(reader);
		reader->in_frame = kind == FRAME_DECISIONS;
		if (kind == FRAME_END)
			return false;
		*gap |= kind == FRAME_GAP;
	}
	struct cursor cursor = rest_of_body(reader);
	struct record_base base = {.at_us = reader->at_us, .sequence = reader->sequence, .revision = reader->revision};
	*decision = (struct acd_decision){0};
	if (*gap)
		base = (struct record_base){0};
	record_decision(&cursor, &base, decision);
	if (cursor.fault)
		reader->fault = cursor.fault;
	reader->body = cursor.at;
	reader->at_us = base.at_us;
	reader->sequence = base.sequence;
	reader->revision = base.revision;
	return !cursor.fault;
}
