/* A data folder for a test, and records to put into it. */
#ifndef BELFRY_TESTS_STORE_FOLDER_H
#define BELFRY_TESTS_STORE_FOLDER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "store/record_code.h"
#include "store/store.h"
#include "tests/unit/scratch.h"

static inline void folder_empty(const char *folder)
{
	char path[512];
	struct dirent *entry;
	DIR *dir = opendir(folder);

	while (dir && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "%.200s/%.250s", folder, entry->d_name);
		if (entry->d_type == DT_DIR) {
			folder_empty(path);
			rmdir(path);
		} else {
			unlink(path);
		}
	}
	if (dir)
		closedir(dir);
}

static inline const char *folder_new(char *folder, size_t size)
{
	return scratch_new(folder, size, "store");
}

static inline void folder_remove(const char *folder)
{
	folder_empty(folder);
	rmdir(folder);
}

static inline const char *in_folder(const char *folder, const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%.200s/%.200s", folder, name);
	return path;
}

/* stage 1: arrived, 2: queued, 3: answered, 4: ended */
static inline struct call_record record_at(uint32_t id, int stage)
{
	struct call_record record = {.id = id, .span = 1, .timeslot = (uint8_t)(id % 31), .presentation = 1};
	uint64_t start = UINT64_C(1774745700000000) + (uint64_t)id * 1000000;

	record.arrived_us = start;
	snprintf(record.from, sizeof(record.from), "2125550%03u", id % 1000);
	snprintf(record.to, sizeof(record.to), "8005551000");
	snprintf(record.name, sizeof(record.name), "Caller %u", id);
	text_copy(record.from_raw, sizeof(record.from_raw), "+12125550");
	if (stage >= 2) {
		text_copy(record.queue, sizeof(record.queue), "sales");
		record.segments[record.segment_count++] =
		    (struct call_segment){.kind = SEGMENT_QUEUE, .end_ms = 2000, .queue = "sales"};
	}
	if (stage >= 3) {
		record.answered_us = start + 2000000;
		record.agent = 101;
		record.ring_ms = 700;
		text_copy(record.port, sizeof(record.port), "2/1");
		record.wait_ms = 2000;
		record.offers[record.offer_count++] = (struct call_offer){.agent = 102, .result = 1, .ring_ms = 900};
		record.offers[record.offer_count++] = (struct call_offer){.agent = 101, .ring_ms = 700};
		record.segments[record.segment_count++] =
		    (struct call_segment){.kind = SEGMENT_TALK, .start_ms = 2000, .agent = 101};
	}
	if (stage >= 4) {
		record.ended = true;
		record.ended_us = start + 60000000;
		record.outcome = CALL_ANSWERED;
		record.cause = 16;
		record.cause_sent = 31;
		record.cause_location = 2;
		record.talk_ms = 58000;
		record.hold_ms = 11;
		record.wrap_ms = 12;
		record.offers_dropped = 13;
		record.segments_dropped = 14;
		text_copy(record.reason, sizeof(record.reason), "caller hung up");
		record.segments[1].end_ms = 60000;
	}
	return record;
}

/* Not memcmp(): the padding in a record is anybody's. */
static inline bool same_record(const struct call_record *a, const struct call_record *b)
{
	unsigned char bytes[2][RECORD_CODE_BYTES_MAX];
	size_t count = record_encode(a, 0, bytes[0]);

	return count == record_encode(b, 0, bytes[1]) && memcmp(bytes[0], bytes[1], count) == 0;
}

#endif
