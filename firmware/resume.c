/* See resume.h. */
#include "resume.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acd/acd_journal.h"
#include "base/file_load.h"
#include "base/log.h"
#include "base/text.h"
#include "store/event_files.h"

#define FILE_BYTES_MAX (UINT64_C(1) << 31)

static void unheard(void *user, const struct acd_decision *decision)
{
}

/* Decides everything in the file again. */
static struct acd *fold(struct acd_journal_reader *reader)
{
	struct acd *acd = NULL, *next;
	struct acd_event event;
	enum acd_journal_item item;

	while ((item = acd_journal_next(reader, &event)) != ACD_JOURNAL_END) {
		if (item == ACD_JOURNAL_EVENT && acd) {
			acd_decide(acd, &event, unheard, NULL);
		} else if (item == ACD_JOURNAL_STATE) {
			if (acd_journal_restore(reader, &next) < 0)
				break;
			acd_free(acd);
			acd = next;
		}
	}
	return acd;
}

static void trim(const char *path, size_t bytes)
{
	if (event_files_trim(path, bytes) < 0)
		log_write(LOG_WARNING, LOG_ACD, "%s: unused space could not be given back", path);
}

static void trim_decisions(const char *folder)
{
	struct acd_journal_reader reader;
	struct acd_decision decision;
	char *bytes;
	size_t count;
	uint64_t number = UINT64_MAX;
	char path[PATH_MAX];
	bool gap;

	if (!event_files_last(folder, &number, path, sizeof(path), true) ||
	    file_load(path, FILE_BYTES_MAX, &bytes, &count) < 0)
		return;
	if (acd_journal_open_decisions(&reader, (const uint8_t *)bytes, count) == 0)
		while (acd_journal_next_decision(&reader, &decision, &gap))
			continue;
	if (!reader.fault || reader.torn)
		trim(path, reader.at);
	free(bytes);
}

/* NULL: no state is in it (when the power goes early it may be empty), and *fault says why. */
static struct acd *resume_from(const char *path, const char **fault)
{
	struct acd_journal_reader reader;
	char *bytes;
	size_t count;
	struct acd *acd = NULL;

	*fault = "it cannot be read";
	if (file_load(path, FILE_BYTES_MAX, &bytes, &count) < 0)
		return NULL;
	if (acd_journal_open_older(&reader, (const uint8_t *)bytes, count) == 0)
		acd = fold(&reader);
	*fault = reader.fault ? reader.fault : "there is no state in it";
	if (!reader.fault || reader.torn)
		trim(path, reader.at);
	else if (acd)
		log_write(LOG_WARNING, LOG_ACD, "%s, byte %zu: %s; counters go on from there", path, reader.at,
		          reader.fault);
	free(bytes);
	return acd;
}

struct acd *resume_scheduler(const char *journal_folder)
{
	char path[PATH_MAX], newest[PATH_MAX] = "";
	const char *fault, *newest_fault = NULL;
	uint64_t number = UINT64_MAX;
	struct acd *acd = NULL;

	while (!acd && event_files_last(journal_folder, &number, path, sizeof(path), false)) {
		acd = resume_from(path, &fault);
		if (acd || newest_fault)
			continue;
		newest_fault = fault;
		text_copy(newest, sizeof(newest), path);
	}
	if (newest_fault && acd)
		log_write(LOG_WARNING, LOG_ACD, "%s: %s; counters and turns go on from %s", newest, newest_fault, path);
	else if (newest_fault)
		log_write(LOG_WARNING, LOG_ACD, "%s: %s, nor is there an older file to go on from; counters begin anew",
		          newest, newest_fault);
	trim_decisions(journal_folder);
	return acd;
}
