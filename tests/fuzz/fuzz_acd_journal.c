/*
 * Fuzz target: the scheduler's journal, events or decisions. What is read lies within the file, a fault is said and has
 * a place; a state that is taken is written as bytes that give the same bytes again, and the scheduler made of it
 * decides what follows.
 *
 * Input: an octet (bit 0: decisions; bit 1: the file begins with its own head, else with that of this build; bit 2: the
 * checksums are as they come, else they are made right, so that what stands behind them is reached too), then the file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acd/acd_code.h"
#include "acd/acd_frame.h"
#include "acd/acd_journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILE_BYTES_MAX ((size_t)1 << 16)
#define EVENTS_MAX     2000

static void must_hold(bool right, int line)
{
	if (right)
		return;
	fprintf(stderr, "fuzz_acd_journal.c:%d does not hold\n", line);
	abort();
}
#define must(right) must_hold(right, __LINE__)

/* ---- the file ---- */

static size_t head(uint8_t *file, bool decisions)
{
	memcpy(file, decisions ? FRAME_DECISIONS_MAGIC : FRAME_EVENTS_MAGIC, FRAME_MAGIC_BYTES);
	return FRAME_MAGIC_BYTES + frame_limits(file + FRAME_MAGIC_BYTES);
}

static void put_crc(uint8_t *at, uint32_t crc)
{
	for (unsigned i = 0; i < FRAME_CRC_BYTES; i++)
		at[i] = (uint8_t)(crc >> 8 * i);
}

/* Frame by frame, as far as their lengths go. */
static void mend(uint8_t *file, size_t from, size_t count)
{
	uint32_t crc = code_crc(0, file, from);
	while (from < count && file[from]) {
		struct cursor cursor = {.in = file, .at = from, .limit = count};
		uint64_t kind_and_length = code_number(&cursor, 0), length = kind_and_length >> FRAME_KIND_BITS;
		if (cursor.fault || count - cursor.at < FRAME_CRC_BYTES || length > count - cursor.at - FRAME_CRC_BYTES)
			return;
		if ((kind_and_length & ((1u << FRAME_KIND_BITS) - 1)) == FRAME_GAP)
			crc = 0;
		size_t end = cursor.at + length;
		crc = code_crc(crc, file + from, end - from);
		put_crc(file + end, crc);
		from = end + FRAME_CRC_BYTES;
	}
}

/* ---- what is read ---- */

static void nowhere(void *user, const struct acd_decision *decision)
{
	must(decision->type < ACD_D_COUNT && decision->state < ACD_STATE_COUNT);
}

static size_t state_bytes(const struct acd *acd, uint8_t **out)
{
	void *scratch = malloc(acd_state_scratch());
	*out = malloc(ACD_STATE_BYTES_MAX);
	must(scratch && *out);
	size_t count = acd_state_write(acd, scratch, *out, ACD_STATE_BYTES_MAX);
	must(count > 0);
	free(scratch);
	return count;
}

/* The state is all there is: the scheduler made of its bytes has the same. */
static void check_state(const struct acd *acd)
{
	const char *fault = NULL;
	struct acd *again;
	uint8_t *bytes, *other;
	size_t count = state_bytes(acd, &bytes);
	must(acd_state_read(&again, bytes, count, &fault) == 0);
	must(state_bytes(again, &other) == count && !memcmp(bytes, other, count));
	acd_free(again);
	free(bytes);
	free(other);
}

static void check_end(const struct acd_journal_reader *reader)
{
	must(reader->at <= reader->count && reader->next <= reader->count && reader->body_end <= reader->count);
	must(reader->fault || !reader->torn);
}

static void decide(struct acd *acd, struct acd_event *event)
{
	if (acd)
		acd_decide(acd, event, nowhere, NULL);
	else
		acd_settings_free(event->settings);
}

static struct acd *begin_again(struct acd_journal_reader *reader, struct acd *acd)
{
	struct acd *fresh = NULL;
	struct acd_settings *settings = NULL;
	acd_free(acd);
	if (acd_journal_settings(reader, &settings) != 0)
		return NULL;
	acd_settings_free(settings);
	return acd_journal_restore(reader, &fresh) == 0 ? fresh : NULL;
}

static void read_events(const uint8_t *file, size_t count)
{
	struct acd_journal_reader reader;
	struct acd_event event;
	struct acd *acd = NULL;
	enum acd_journal_item item;
	uint32_t events = 0;
	if (acd_journal_open(&reader, file, count)) {
		must(reader.fault != NULL);
		return;
	}
	while (events < EVENTS_MAX && (item = acd_journal_next(&reader, &event)) != ACD_JOURNAL_END) {
		if (item == ACD_JOURNAL_STATE && !(acd = begin_again(&reader, acd)))
			break;
		if (item != ACD_JOURNAL_EVENT)
			continue;
		decide(acd, &event);
		events++;
	}
	check_end(&reader);
	if (acd)
		check_state(acd);
	acd_free(acd);
}

static void read_decisions(const uint8_t *file, size_t count)
{
	struct acd_journal_reader reader;
	struct acd_decision decision;
	bool gap;
	if (acd_journal_open_decisions(&reader, file, count)) {
		must(reader.fault != NULL);
		return;
	}
	while (acd_journal_next_decision(&reader, &decision, &gap))
		must(decision.type < ACD_D_COUNT);
	check_end(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > FILE_BYTES_MAX)
		return 0;
	bool decisions = data[0] & 1, whole = data[0] & 2, as_it_comes = data[0] & 4;
	uint8_t own[FRAME_MAGIC_BYTES + FRAME_LIMITS_BYTES + VARINT_BYTES];
	size_t own_bytes = head(own, decisions), begin = whole ? 0 : own_bytes, count = begin + size - 1;
	uint8_t *file = malloc(count ? count : 1); /* of the right size, so that one octet too far is seen */
	must(file != NULL);
	memcpy(file, own, begin);
	memcpy(file + begin, data + 1, size - 1);
	if (!as_it_comes && count > own_bytes)
		mend(file, own_bytes, count);
	(decisions ? read_decisions : read_events)(file, count);
	free(file);
	return 0;
}
