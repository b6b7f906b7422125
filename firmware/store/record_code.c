/*
 * A call record as bytes. Little-endian; a text is its length in one byte and its characters.
 */
#include "store/record_code.h"

#include <errno.h>
#include <string.h>

#include "store/names.h"

_Static_assert(sizeof(struct call_record) + 64 <= RECORD_CODE_BYTES_MAX, "a full record must fit");

/* ---- writing ---- */

struct writer {
	unsigned char *at;
};

static void put(struct writer *to, uint64_t value, int bytes)
{
	while (bytes--) {
		*to->at++ = (unsigned char)(value & 0xff);
		value >>= 8;
	}
}

static void put_text(struct writer *to, const char *text, size_t size)
{
	size_t length = strnlen(text, size - 1);

	put(to, length, 1);
	memcpy(to->at, text, length);
	to->at += length;
}

static void put_offers(struct writer *to, const struct call_record *record)
{
	int i;

	put(to, record->offer_count, 1);
	for (i = 0; i < record->offer_count && i < STORE_OFFERS_MAX; i++) {
		put(to, record->offers[i].agent, 4);
		put(to, record->offers[i].result, 1);
		put(to, record->offers[i].ring_ms, 4);
	}
}

static void put_segments(struct writer *to, const struct call_record *record)
{
	int i;

	put(to, record->segment_count, 1);
	for (i = 0; i < record->segment_count && i < STORE_SEGMENTS_MAX; i++) {
		put(to, record->segments[i].kind, 1);
		put(to, record->segments[i].start_ms, 4);
		put(to, record->segments[i].end_ms, 4);
		put(to, record->segments[i].agent, 4);
		put_text(to, record->segments[i].queue, STORE_QUEUE_BYTES);
	}
}

/* ---- reading ---- */

struct reader {
	const unsigned char *at, *end;
	bool bad;
};

static uint64_t take(struct reader *from, int bytes)
{
	uint64_t value = 0;
	int i;

	if (from->end - from->at < bytes) {
		from->bad = true;
		return 0;
	}
	for (i = 0; i < bytes; i++)
		value |= (uint64_t)*from->at++ << (8 * i);
	return value;
}

static uint8_t take_below(struct reader *from, uint8_t limit)
{
	uint8_t value = (uint8_t)take(from, 1);

	if (value >= limit)
		from->bad = true;
	return value;
}

static void take_text(struct reader *from, char *text, size_t size)
{
	size_t length = take(from, 1);

	if (length >= size || length > (size_t)(from->end - from->at) || memchr(from->at, '\0', length)) {
		from->bad = true;
		return;
	}
	memcpy(text, from->at, length);
	text[length] = '\0';
	from->at += length;
}

static void take_offers(struct reader *from, struct call_record *record)
{
	int i;

	record->offer_count = take_below(from, STORE_OFFERS_MAX + 1);
	for (i = 0; i < record->offer_count && !from->bad; i++) {
		record->offers[i].agent = (uint32_t)take(from, 4);
		record->offers[i].result = take_below(from, OFFER_RESULT_COUNT);
		record->offers[i].ring_ms = (uint32_t)take(from, 4);
	}
}

static void take_segments(struct reader *from, struct call_record *record)
{
	int i;

	record->segment_count = take_below(from, STORE_SEGMENTS_MAX + 1);
	for (i = 0; i < record->segment_count && !from->bad; i++) {
		record->segments[i].kind = take_below(from, SEGMENT_KIND_COUNT);
		record->segments[i].start_ms = (uint32_t)take(from, 4);
		record->segments[i].end_ms = (uint32_t)take(from, 4);
		record->segments[i].agent = (uint32_t)take(from, 4);
		take_text(from, record->segments[i].queue, STORE_QUEUE_BYTES);
	}
}

/* ---- the fields, in the order in which they lie; both directions ---- */

size_t record_encode(const struct call_record *record, uint64_t recorded_us, unsigned char *bytes)
{
	const uint32_t words[] = {record->agent,   record->wait_ms, record->ring_ms,        record->talk_ms,
	                          record->hold_ms, record->wrap_ms, record->offers_dropped, record->segments_dropped};
	const uint8_t small[] = {record->direction, record->outcome,    record->presentation,
	                         record->ended,     record->span,       record->timeslot,
	                         record->cause,     record->cause_sent, record->cause_location};
	struct writer to = {.at = bytes};
	size_t i;

	put(&to, RECORD_CODE_VERSION, 1);
	put(&to, record->id, 4);
	put(&to, recorded_us, 8);
	put(&to, record->arrived_us, 8);
	put(&to, record->answered_us, 8);
	put(&to, record->ended_us, 8);
	for (i = 0; i < ARRAY_SIZE(small); i++)
		put(&to, small[i], 1);
	for (i = 0; i < ARRAY_SIZE(words); i++)
		put(&to, words[i], 4);
	put_text(&to, record->from, sizeof(record->from));
	put_text(&to, record->from_raw, sizeof(record->from_raw));
	put_text(&to, record->to, sizeof(record->to));
	put_text(&to, record->name, sizeof(record->name));
	put_text(&to, record->queue, sizeof(record->queue));
	put_text(&to, record->port, sizeof(record->port));
	put_text(&to, record->reason, sizeof(record->reason));
	put_offers(&to, record);
	put_segments(&to, record);
	return (size_t)(to.at - bytes);
}

static void take_numbers(struct reader *from, struct call_record *record)
{
	uint32_t *const words[] = {&record->agent,          &record->wait_ms,         &record->ring_ms,
	                           &record->talk_ms,        &record->hold_ms,         &record->wrap_ms,
	                           &record->offers_dropped, &record->segments_dropped};
	uint8_t *const small[] = {&record->span, &record->timeslot, &record->cause, &record->cause_sent,
	                          &record->cause_location};
	size_t i;

	record->arrived_us = take(from, 8);
	record->answered_us = take(from, 8);
	record->ended_us = take(from, 8);
	record->direction = take_below(from, CALL_DIRECTION_COUNT);
	record->outcome = take_below(from, CALL_OUTCOME_COUNT);
	record->presentation = take_below(from, CALL_PRESENTATION_COUNT);
	record->ended = take_below(from, 2);
	for (i = 0; i < ARRAY_SIZE(small); i++)
		*small[i] = (uint8_t)take(from, 1);
	for (i = 0; i < ARRAY_SIZE(words); i++)
		*words[i] = (uint32_t)take(from, 4);
}

int record_decode(struct call_record *record, uint64_t *recorded_us, const unsigned char *bytes, size_t count)
{
	struct reader from = {.at = bytes, .end = bytes + count};

	if (take(&from, 1) != RECORD_CODE_VERSION)
		return from.bad ? -EBADMSG : -EPROTO;
	memset(record, 0, sizeof(*record));
	record->id = (uint32_t)take(&from, 4);
	*recorded_us = take(&from, 8);
	take_numbers(&from, record);
	take_text(&from, record->from, sizeof(record->from));
	take_text(&from, record->from_raw, sizeof(record->from_raw));
	take_text(&from, record->to, sizeof(record->to));
	take_text(&from, record->name, sizeof(record->name));
	take_text(&from, record->queue, sizeof(record->queue));
	take_text(&from, record->port, sizeof(record->port));
	take_text(&from, record->reason, sizeof(record->reason));
	take_offers(&from, record);
	take_segments(&from, record);
	return from.bad || from.at != from.end || record->id == 0 ? -EBADMSG : 0;
}
