/*
 * The journal file.
 */
#include "store/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/log.h"
#include "store/durable.h"
#include "store/journal_scan.h"

#define BATCH_BYTES 65536
_Static_assert(BATCH_BYTES <= JOURNAL_RING_BYTES_MIN, "a batch fits into the smallest ring");

struct journal {
	struct durable_file *file;
	struct journal_header header;
	uint64_t head;   /* place of the next record */
	uint64_t synced; /* head when the last sync returned */
	uint64_t tail;
	uint64_t next_sequence;
	uint64_t batch_at; /* place of the batch's first byte */
	size_t batch_used;
	unsigned char batch[BATCH_BYTES];
};

/* ---- making one ---- */

static int fill(struct journal *journal)
{
	uint64_t end = JOURNAL_RING_AT + journal->header.ring_bytes, at;
	int error = 0;

	memset(journal->batch, 0, sizeof(journal->batch));
	for (at = 0; at < end && !error; at += sizeof(journal->batch)) {
		size_t count = end - at < sizeof(journal->batch) ? end - at : sizeof(journal->batch);

		error = durable_write_at(journal->file, journal->batch, count, at);
	}
	if (!error)
		error = durable_sync(journal->file);
	/* The header comes last: a half-filled file has none. */
	journal_put_header(journal->batch, &journal->header);
	if (!error)
		error = durable_write_at(journal->file, journal->batch, JOURNAL_HEADER_BYTES, 0);
	if (!error)
		error = durable_write_at(journal->file, journal->batch, JOURNAL_HEADER_BYTES, JOURNAL_HEADER_COPY_AT);
	return error ? error : durable_sync(journal->file);
}

uint64_t journal_ring_bytes_for(uint32_t wanted)
{
	if (wanted < JOURNAL_RING_BYTES_MIN)
		wanted = JOURNAL_RING_BYTES_MIN;
	return wanted / JOURNAL_UNIT_BYTES * JOURNAL_UNIT_BYTES;
}

int journal_create(struct journal **out, const char *path, uint32_t ring_bytes, uint64_t first_sequence,
                   struct fault *fault)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	int error;

	if (!journal)
		return fault_set(fault, -ENOMEM, "no memory for the journal");
	journal->header.ring_bytes = journal_ring_bytes_for(ring_bytes);
	journal->next_sequence = first_sequence;
	error = getrandom(&journal->header.identity, sizeof(journal->header.identity), 0) < 0 ? -errno : 0;
	if (!error)
		error = durable_open(&journal->file, path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (!error)
		error = fill(journal);
	if (error) {
		journal_close(journal);
		return fault_set(fault, error, "journal %s: %s", path, strerror(-error));
	}
	*out = journal;
	return 0;
}

/* ---- reading one ---- */

struct scan {
	struct journal *journal;
	const char *path;
	void (*each)(void *user, const struct journal_record *record);
	void *user;
	uint32_t faults;
	uint64_t newest_sequence, newest_offset, newest_end; /* 0 end: none yet */
};

static void note_newest(void *user, const struct journal_found *found)
{
	struct scan *scan = user;

	if (scan->newest_end && found->sequence <= scan->newest_sequence)
		return;
	scan->newest_sequence = found->sequence;
	scan->newest_offset = found->offset;
	scan->newest_end = found->offset + found->record_bytes;
}

static void note_fault(void *user, uint64_t offset)
{
	struct scan *scan = user;

	scan->faults++;
	log_write(LOG_WARNING, LOG_STORE, "journal %s: the record at byte %" PRIu64 " is torn or damaged, left out",
	          scan->path, JOURNAL_RING_AT + offset);
}

/* What lies behind the newest record was written one lap earlier. */
static void hand_over(void *user, const struct journal_found *found)
{
	struct scan *scan = user;
	uint64_t lap = found->offset <= scan->newest_offset ? scan->journal->header.ring_bytes : 0;
	struct journal_record record = {
	    .sequence = found->sequence,
	    .place = lap + found->offset,
	    .payload = found->payload,
	    .payload_bytes = found->payload_bytes,
	};

	scan->each(scan->user, &record);
}

static void read_ring(struct scan *scan, const unsigned char *ring, size_t ring_bytes)
{
	struct journal *journal = scan->journal;

	journal_scan(ring, ring_bytes, journal->header.identity, note_newest, note_fault, scan);
	journal->next_sequence = scan->newest_end ? scan->newest_sequence + 1 : 1;
	journal->head = journal->header.ring_bytes + scan->newest_end;
	journal->synced = journal->tail = journal->batch_at = journal->head;
	journal_scan(ring, ring_bytes, journal->header.identity, hand_over, NULL, scan);
}

/* Its making was cut short: the header is written last. */
static bool never_finished(const unsigned char *bytes, size_t count)
{
	static const unsigned char nothing[JOURNAL_HEADER_BYTES];

	return count < JOURNAL_RING_AT || (memcmp(bytes, nothing, sizeof(nothing)) == 0 &&
	                                   memcmp(bytes + JOURNAL_HEADER_COPY_AT, nothing, sizeof(nothing)) == 0);
}

static int read_file(struct scan *scan, struct fault *fault)
{
	struct journal *journal = scan->journal;
	unsigned char *bytes = NULL;
	uint64_t size = 0;
	ssize_t got = 0;
	int error = durable_size(journal->file, &size);

	if (!error && size > JOURNAL_RING_AT + (uint64_t)UINT32_MAX)
		error = -EBADMSG;
	if (!error)
		bytes = malloc(size + 1);
	if (!error && !bytes)
		error = -ENOMEM;
	if (!error)
		got = durable_read_at(journal->file, bytes, size, 0);
	if (!error && got >= 0 && never_finished(bytes, (size_t)got))
		error = -ENOENT;
	if (!error)
		error = got < 0 ? (int)got : journal_get_header(&journal->header, bytes, (size_t)got);
	if (!error && (size_t)got < JOURNAL_RING_AT + journal->header.ring_bytes)
		error = -EBADMSG; /* cut short: what is left of it cannot be written to in place */
	if (error)
		fault_set(fault, error, "journal %s: %s", scan->path,
		          error == -EBADMSG ? "this is not a journal, or its header is damaged" : strerror(-error));
	else
		read_ring(scan, bytes + JOURNAL_RING_AT, journal->header.ring_bytes);
	free(bytes);
	return error;
}

int journal_open(struct journal **out, const char *path, void (*each)(void *user, const struct journal_record *record),
                 void *user, uint32_t *faults, struct fault *fault)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	struct scan scan = {.journal = journal, .path = path, .each = each, .user = user};
	int error;

	if (!journal)
		return fault_set(fault, -ENOMEM, "no memory for the journal");
	error = durable_open(&journal->file, path, O_RDWR, 0);
	if (error)
		fault_set(fault, error, "journal %s: %s", path, strerror(-error));
	else
		error = read_file(&scan, fault);
	if (error) {
		journal_close(journal);
		return error;
	}
	*faults = scan.faults;
	*out = journal;
	return 0;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	durable_close(journal->file);
	free(journal);
}

/* ---- writing ---- */

static int write_out(struct journal *journal)
{
	uint64_t offset = journal->batch_at % journal->header.ring_bytes;
	int error = 0;

	if (journal->batch_used)
		error = durable_write_at(journal->file, journal->batch, journal->batch_used, JOURNAL_RING_AT + offset);
	journal->batch_at = journal->head;
	journal->batch_used = 0;
	return error;
}

int journal_append(struct journal *journal, const void *payload, size_t payload_bytes, uint64_t *sequence,
                   uint64_t *place)
{
	size_t bytes = journal_record_bytes(payload_bytes);
	uint64_t ring = journal->header.ring_bytes, left = ring - journal->head % ring;
	uint64_t at = bytes <= left ? journal->head : journal->head + left; /* a record is never split */
	int error;

	if (bytes > BATCH_BYTES || at + bytes - journal->tail > ring)
		return -EXFULL;
	if (at != journal->head || journal->batch_used + bytes > BATCH_BYTES) {
		error = write_out(journal);
		if (error)
			return error;
		journal->batch_at = at;
	}
	*sequence = journal_take_sequence(journal);
	*place = at;
	journal_put_record(journal->batch + journal->batch_used, journal->header.identity, *sequence, payload,
	                   payload_bytes);
	journal->batch_used += bytes;
	journal->head = at + bytes;
	return 0;
}

void journal_abandon(struct journal *journal)
{
	journal->head = journal->batch_at = journal->synced;
	journal->batch_used = 0;
}

int journal_write(struct journal *journal)
{
	int error = write_out(journal);

	if (error)
		journal_abandon(journal);
	return error;
}

int journal_flush(struct journal *journal)
{
	int error = write_out(journal);

	if (!error)
		error = durable_sync(journal->file);
	if (error)
		journal_abandon(journal);
	else
		journal->synced = journal->head;
	return error;
}

void journal_set_tail(struct journal *journal, uint64_t place)
{
	journal->tail = place;
}

uint64_t journal_synced(const struct journal *journal)
{
	return journal->synced;
}

uint64_t journal_unsynced(const struct journal *journal)
{
	return journal->head - journal->synced;
}

uint64_t journal_used(const struct journal *journal)
{
	return journal->head - journal->tail;
}

uint64_t journal_ring_bytes(const struct journal *journal)
{
	return journal->header.ring_bytes;
}

uint64_t journal_next_sequence(const struct journal *journal)
{
	return journal->next_sequence;
}

uint64_t journal_take_sequence(struct journal *journal)
{
	return journal->next_sequence++;
}

void journal_raise_sequence(struct journal *journal, uint64_t sequence)
{
	if (journal->next_sequence < sequence)
		journal->next_sequence = sequence;
}
