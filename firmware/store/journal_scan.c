/*
 * The journal's bytes.
 */
#include "store/journal_scan.h"

#include <errno.h>
#include <string.h>

#include "store/crc32.h"

#define HEADER_MAGIC   UINT64_C(0x4c4e524a59465245) /* "ERFYJRNL" */
#define HEADER_VERSION 1
#define RECORD_MAGIC   UINT32_C(0x4352424a) /* "JBRC" */

static void put(unsigned char *at, uint64_t value, int bytes)
{
	int i;

	for (i = 0; i < bytes; i++)
		at[i] = (unsigned char)(value >> (8 * i) & 0xff);
}

static uint64_t get(const unsigned char *at, int bytes)
{
	uint64_t value = 0;
	int i;

	for (i = 0; i < bytes; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

/* 0 magic, 8 version, 12 zero, 16 identity, 24 ring bytes, 32 CRC of what is before, 36 zero */
void journal_put_header(unsigned char *bytes, const struct journal_header *header)
{
	memset(bytes, 0, JOURNAL_HEADER_BYTES);
	put(bytes, HEADER_MAGIC, 8);
	put(bytes + 8, HEADER_VERSION, 4);
	put(bytes + 16, header->identity, 8);
	put(bytes + 24, header->ring_bytes, 8);
	put(bytes + 32, crc32_more(0, bytes, 32), 4);
}

static bool header_holds(const unsigned char *bytes)
{
	uint64_t ring_bytes = get(bytes + 24, 8);

	return get(bytes, 8) == HEADER_MAGIC && get(bytes + 8, 4) == HEADER_VERSION &&
	       get(bytes + 32, 4) == crc32_more(0, bytes, 32) && ring_bytes >= JOURNAL_RING_BYTES_MIN &&
	       ring_bytes % JOURNAL_UNIT_BYTES == 0 && ring_bytes <= UINT32_MAX;
}

int journal_get_header(struct journal_header *header, const unsigned char *bytes, size_t count)
{
	static const size_t places[] = {0, JOURNAL_HEADER_COPY_AT};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		if (count < places[i] + JOURNAL_HEADER_BYTES || !header_holds(bytes + places[i]))
			continue;
		header->identity = get(bytes + places[i] + 16, 8);
		header->ring_bytes = get(bytes + places[i] + 24, 8);
		return 0;
	}
	return -EBADMSG;
}

size_t journal_record_bytes(size_t payload_bytes)
{
	size_t bytes = JOURNAL_RECORD_HEAD_BYTES + payload_bytes;

	return (bytes + JOURNAL_UNIT_BYTES - 1) / JOURNAL_UNIT_BYTES * JOURNAL_UNIT_BYTES;
}

static uint32_t record_crc(const unsigned char *bytes, uint64_t identity, size_t payload_bytes)
{
	unsigned char seed[8];

	put(seed, identity, 8);
	return crc32_more(crc32_more(0, seed, 8), bytes + 8, JOURNAL_RECORD_HEAD_BYTES - 8 + payload_bytes);
}

/* 0 magic, 4 CRC of identity and what follows, 8 sequence, 16 payload bytes, 20 zero, 24 payload, zeros to the unit */
void journal_put_record(unsigned char *bytes, uint64_t identity, uint64_t sequence, const void *payload,
                        size_t payload_bytes)
{
	memset(bytes, 0, JOURNAL_RECORD_HEAD_BYTES);
	put(bytes, RECORD_MAGIC, 4);
	put(bytes + 8, sequence, 8);
	put(bytes + 16, payload_bytes, 4);
	memcpy(bytes + JOURNAL_RECORD_HEAD_BYTES, payload, payload_bytes);
	memset(bytes + JOURNAL_RECORD_HEAD_BYTES + payload_bytes, 0,
	       journal_record_bytes(payload_bytes) - JOURNAL_RECORD_HEAD_BYTES - payload_bytes);
	put(bytes + 4, record_crc(bytes, identity, payload_bytes), 4);
}

static bool record_holds(const unsigned char *bytes, size_t left, uint64_t identity, struct journal_found *found)
{
	found->payload_bytes = get(bytes + 16, 4);
	if (found->payload_bytes > left - JOURNAL_RECORD_HEAD_BYTES)
		return false;
	found->record_bytes = journal_record_bytes(found->payload_bytes);
	if (found->record_bytes > left || get(bytes + 4, 4) != record_crc(bytes, identity, found->payload_bytes))
		return false;
	found->sequence = get(bytes + 8, 8);
	found->payload = bytes + JOURNAL_RECORD_HEAD_BYTES;
	return true;
}

void journal_scan(const unsigned char *ring, size_t ring_bytes, uint64_t identity,
                  void (*found)(void *user, const struct journal_found *found),
                  void (*fault)(void *user, uint64_t offset), void *user)
{
	size_t offset = 0;

	while (ring_bytes - offset >= JOURNAL_UNIT_BYTES) {
		struct journal_found record = {.offset = offset};
		size_t step = JOURNAL_UNIT_BYTES;

		if (get(ring + offset, 4) == RECORD_MAGIC) {
			if (record_holds(ring + offset, ring_bytes - offset, identity, &record)) {
				found(user, &record);
				step = record.record_bytes;
			} else if (fault) {
				fault(user, offset);
			}
		}
		offset += step;
	}
}
