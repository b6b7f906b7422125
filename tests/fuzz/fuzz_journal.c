/*
 * Any bytes as the content of the journal: what is read must be within bounds and make whole records.
 *
 * The first byte chooses: even, the rest is the ring of a journal of identity 0; odd, it is a whole file. Each payload
 * found is decoded, and what decodes must encode to the same bytes again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/journal_scan.h"
#include "store/record_code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_record(const unsigned char *payload, size_t count)
{
	unsigned char again[RECORD_CODE_BYTES_MAX];
	struct call_record record;
	uint64_t recorded_us;

	if (record_decode(&record, &recorded_us, payload, count))
		return;
	if (record_encode(&record, recorded_us, again) != count || memcmp(again, payload, count) != 0)
		abort();
}

static void found(void *user, const struct journal_found *record)
{
	const size_t *ring_bytes = user;

	if (record->offset + record->record_bytes > *ring_bytes)
		abort();
	check_record(record->payload, record->payload_bytes);
}

static void fault(void *user, uint64_t offset)
{
	if (offset >= *(size_t *)user)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_header header = {.identity = 0};
	const uint8_t *ring;
	size_t ring_bytes;

	if (size == 0)
		return 0;
	ring = data + 1;
	ring_bytes = size - 1;
	/* The payload as such too: behind a CRC a fuzzer would hardly get that far. */
	check_record(ring, ring_bytes);
	if (data[0] & 1) {
		if (journal_get_header(&header, ring, ring_bytes) || ring_bytes < JOURNAL_RING_AT)
			return 0;
		ring += JOURNAL_RING_AT;
		ring_bytes -= JOURNAL_RING_AT;
		if (ring_bytes > header.ring_bytes)
			ring_bytes = header.ring_bytes;
	}
	journal_scan(ring, ring_bytes, header.identity, found, fault, &ring_bytes);
	return 0;
}
