#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>

#include "folder.h"
#include "store/crc32.h"
#include "store/journal.h"
#include "store/journal_scan.h"
#include "store/record_code.h"

static char folder[64], path[128];

static int start(void **state)
{
	if (!folder_new(folder, sizeof(folder)))
		return -1;
	snprintf(path, sizeof(path), "%s/journal", folder);
	return 0;
}

static int stop(void **state)
{
	folder_remove(folder);
	return 0;
}

static void crc_is_the_usual_one(void **state)
{
	assert_int_equal(crc32_more(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(crc32_more(crc32_more(0, "12345", 5), "6789", 4), 0xcbf43926);
	assert_int_equal(crc32_more(0, "", 0), 0);
}

static void records_come_back_as_they_were(void **state)
{
	unsigned char bytes[RECORD_CODE_BYTES_MAX];
	struct call_record full = record_at(9, 4), back;
	uint64_t recorded_us;
	size_t count;
	int i;

	memset(full.from, '5', STORE_NUMBER_BYTES - 1);
	memset(full.name, 'n', STORE_NAME_BYTES - 1);
	full.offers_dropped = 3;
	full.agent = UINT32_MAX;
	full.ended_us = UINT64_MAX;
	for (i = full.segment_count; i < STORE_SEGMENTS_MAX; i++) {
		full.segments[full.segment_count++] = (struct call_segment){.kind = SEGMENT_HOLD, .start_ms = 1};
		memset(full.segments[i].queue, 'q', STORE_QUEUE_BYTES - 1);
	}
	while (full.offer_count < STORE_OFFERS_MAX)
		full.offers[full.offer_count++] = (struct call_offer){.agent = 5, .result = 5, .ring_ms = 6};
	count = record_encode(&full, 12345, bytes);
	assert_true(count < sizeof(bytes));
	assert_int_equal(record_decode(&back, &recorded_us, bytes, count), 0);
	assert_int_equal(recorded_us, 12345);
	assert_true(same_record(&back, &full));
	assert_string_equal(back.from, full.from);
	assert_string_equal(back.segments[31].queue, full.segments[31].queue);
	assert_int_equal(back.ended_us, UINT64_MAX);
	assert_int_equal(back.agent, UINT32_MAX);
	assert_int_equal(back.offers[15].ring_ms, 6);
	full = record_at(9, 1);
	count = record_encode(&full, 1, bytes);
	assert_true(count < 200); /* only what is in use */
}

static void what_is_no_record_is_refused(void **state)
{
	unsigned char bytes[RECORD_CODE_BYTES_MAX + 1];
	struct call_record record = record_at(9, 4), back;
	uint64_t recorded_us;
	size_t count = record_encode(&record, 1, bytes), length;

	for (length = 0; length < count; length++)
		assert_int_equal(record_decode(&back, &recorded_us, bytes, length), -EBADMSG);
	bytes[count] = 0;
	assert_int_equal(record_decode(&back, &recorded_us, bytes, count + 1), -EBADMSG);
	bytes[37] = 99; /* direction */
	assert_int_equal(record_decode(&back, &recorded_us, bytes, count), -EBADMSG);
	bytes[0]++;
	assert_int_equal(record_decode(&back, &recorded_us, bytes, count), -EPROTO);
}

/* ---- the ring ---- */

struct found {
	uint64_t sequence[4096];
	char text[4096][16];
	uint32_t count;
};

static void note(void *user, const struct journal_record *record)
{
	struct found *found = user;

	assert_true(found->count < 4096);
	found->sequence[found->count] = record->sequence;
	snprintf(found->text[found->count], 16, "%.15s", (const char *)record->payload);
	found->count++;
}

static struct journal *reopen(struct journal *journal, struct found *found, uint32_t *faults)
{
	struct fault fault = {""};

	journal_close(journal);
	found->count = 0;
	if (journal_open(&journal, path, note, found, faults, &fault))
		fail_msg("%s", fault.text);
	return journal;
}

static struct journal *make(void)
{
	struct journal *journal = NULL;
	struct fault fault = {""};

	if (journal_create(&journal, path, 65536, 1, &fault))
		fail_msg("%s", fault.text);
	return journal;
}

static int append(struct journal *journal, uint32_t number, size_t bytes)
{
	char payload[4096] = "";
	uint64_t sequence, place;
	int error;

	snprintf(payload, sizeof(payload), "text %u", number);
	error = journal_append(journal, payload, bytes, &sequence, &place);
	if (!error)
		assert_int_equal(sequence, number);
	return error;
}

static void it_wraps_and_keeps_what_is_behind_the_tail(void **state)
{
	struct journal *journal = make();
	static struct found found;
	uint32_t number, faults, i, lengths = 4711;
	uint64_t newest = 0;

	/* 500 records of many lengths: several laps, with the tail following 20 KB behind. */
	for (number = 1; number <= 500; number++) {
		lengths = lengths * 1103515245 + 12345;
		assert_int_equal(append(journal, number, 20 + (lengths >> 16) % 1500), 0);
		assert_int_equal(journal_flush(journal), 0);
		if (journal_used(journal) > 20000)
			journal_set_tail(journal, journal_synced(journal) - 20000);
	}
	journal = reopen(journal, &found, &faults);
	assert_int_equal(faults, 0);
	assert_int_equal(journal_next_sequence(journal), 501);
	for (number = 475; number <= 500; number++) {
		for (i = 0; i < found.count && found.sequence[i] != number; i++)
			;
		assert_true(i < found.count);
	}
	for (i = 0; i < found.count; i++) {
		char expected[16];

		snprintf(expected, sizeof(expected), "text %u", (uint32_t)found.sequence[i]);
		assert_string_equal(found.text[i], expected);
		newest = found.sequence[i] > newest ? found.sequence[i] : newest;
	}
	assert_int_equal(newest, 500);
	assert_int_equal(append(journal, 501, 100), 0);
	journal_close(journal);
}

static void a_full_ring_says_so_and_overwrites_nothing(void **state)
{
	struct journal *journal = make();
	static struct found found;
	uint32_t number = 1, faults;
	int error;

	while (!(error = append(journal, number, 1000)))
		number++;
	assert_int_equal(error, -EXFULL);
	assert_int_equal(number - 1, 65536 / 1024);
	assert_int_equal(journal_flush(journal), 0);
	journal = reopen(journal, &found, &faults);
	assert_int_equal(found.count, number - 1);
	journal_close(journal);
}

static void an_abandoned_batch_leaves_nothing(void **state)
{
	struct journal *journal = make();
	static struct found found;
	uint32_t faults;

	assert_int_equal(append(journal, 1, 100), 0);
	assert_int_equal(journal_flush(journal), 0);
	assert_int_equal(append(journal, 2, 100), 0);
	journal_abandon(journal);
	assert_int_equal(append(journal, 3, 100), 0);
	assert_int_equal(journal_flush(journal), 0);
	journal = reopen(journal, &found, &faults);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.sequence[1], 3);
	journal_close(journal);
}

static void flip(uint64_t offset)
{
	unsigned char byte;
	int fd = open(path, O_RDWR);

	assert_int_equal(pread(fd, &byte, 1, (off_t)offset), 1);
	byte ^= 0x40;
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)offset), 1);
	close(fd);
}

static void damage_costs_one_record_and_is_told(void **state)
{
	struct journal *journal = make();
	static struct found found;
	uint32_t number, faults;

	for (number = 1; number <= 10; number++)
		assert_int_equal(append(journal, number, 300), 0);
	assert_int_equal(journal_flush(journal), 0);
	flip(JOURNAL_RING_AT + 4 * journal_record_bytes(300) + 100);
	journal = reopen(journal, &found, &faults);
	assert_int_equal(faults, 1);
	assert_int_equal(found.count, 9);
	assert_int_equal(journal_next_sequence(journal), 11);
	journal_close(journal);
}

static void one_damaged_header_is_survived_two_are_not(void **state)
{
	struct journal *journal = make();
	static struct found found;
	struct fault fault;
	uint32_t faults;

	assert_int_equal(append(journal, 1, 100), 0);
	assert_int_equal(journal_flush(journal), 0);
	flip(20);
	journal = reopen(journal, &found, &faults);
	assert_int_equal(found.count, 1);
	journal_close(journal);
	flip(JOURNAL_HEADER_COPY_AT + 20);
	assert_int_equal(journal_open(&journal, path, note, &found, &faults, &fault), -EBADMSG);
}

/* A power cut while it was made: nothing was promised yet, so it is as if there were none. */
static void one_that_was_never_finished_is_none(void **state)
{
	struct journal *journal = make();
	static struct found found;
	struct fault fault;
	uint32_t faults;

	journal_close(journal);
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(journal_open(&journal, path, note, &found, &faults, &fault), -ENOENT);
	assert_int_equal(truncate(path, 70000), 0);
	assert_int_equal(journal_open(&journal, path, note, &found, &faults, &fault), -ENOENT);
	unlink(path);
	assert_int_equal(journal_open(&journal, path, note, &found, &faults, &fault), -ENOENT);
}

static void another_journals_bytes_are_not_taken(void **state)
{
	unsigned char record[256];
	struct journal *journal = make();
	static struct found found;
	uint32_t faults;
	int fd;

	journal_put_record(record, 4711, 77, "text 77", 8);
	journal_close(journal);
	fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, record, 64, JOURNAL_RING_AT), 64);
	close(fd);
	journal = reopen(NULL, &found, &faults);
	assert_int_equal(found.count, 0);
	assert_int_equal(faults, 1);
	journal_close(journal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(crc_is_the_usual_one),
	    cmocka_unit_test(records_come_back_as_they_were),
	    cmocka_unit_test(what_is_no_record_is_refused),
	    cmocka_unit_test_setup_teardown(it_wraps_and_keeps_what_is_behind_the_tail, start, stop),
	    cmocka_unit_test_setup_teardown(a_full_ring_says_so_and_overwrites_nothing, start, stop),
	    cmocka_unit_test_setup_teardown(an_abandoned_batch_leaves_nothing, start, stop),
	    cmocka_unit_test_setup_teardown(damage_costs_one_record_and_is_told, start, stop),
	    cmocka_unit_test_setup_teardown(one_damaged_header_is_survived_two_are_not, start, stop),
	    cmocka_unit_test_setup_teardown(one_that_was_never_finished_is_none, start, stop),
	    cmocka_unit_test_setup_teardown(another_journals_bytes_are_not_taken, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
