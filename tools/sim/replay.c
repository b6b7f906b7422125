/*
 * Replay: the events of a journal through the scheduler; every decision on a line of its own, and a hash of those lines
 * (64 bit FNV-1a) at the end. The same journal gives the same lines and hash on every machine and build.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acd/acd_journal.h"
#include "tools/sim/sim.h"

struct replay {
	uint64_t hash, events, decisions;
	bool quiet;
};

static void print(void *user, const struct acd_decision *d)
{
	struct replay *replay = user;
	char line[400];
	int length =
	    snprintf(line, sizeof(line),
	             "%" PRIu64 " %" PRIu64 " %s call=%" PRIu32 " queue=%u agent=%u offer=%" PRIu32
	             " port=%u ring_ms=%" PRIu32 " position=%" PRIu32
	             " result=%s exit=%s state=%s refusal=%s wish_paused=%d reason=%u revision=%" PRIu32 "\n",
	             d->at_us, d->cause_sequence, acd_decision_names[d->type], d->call, d->queue, d->agent, d->offer,
	             d->port, d->ring_ms, d->position, acd_offer_result_names[d->result], acd_exit_names[d->exit],
	             acd_state_names[d->state], acd_refusal_names[d->refusal], d->wish_paused, d->reason, d->revision);
	for (int i = 0; i < length; i++)
		replay->hash = (replay->hash ^ (uint8_t)line[i]) * UINT64_C(0x100000001b3);
	replay->decisions++;
	if (!replay->quiet)
		fputs(line, stdout);
}

static uint8_t *read_all(const char *name, size_t *count)
{
	FILE *file = fopen(name, "rb");
	uint8_t *bytes = NULL;
	size_t room = 0, got = 1;
	for (*count = 0; file && got; *count += got) {
		if (*count == room) {
			uint8_t *more = realloc(bytes, room = room ? 2 * room : 65536);
			if (!more) {
				free(bytes);
				fclose(file);
				errno = ENOMEM;
				return NULL;
			}
			bytes = more;
		}
		got = fread(bytes + *count, 1, room - *count, file);
	}
	if (file)
		fclose(file);
	return bytes;
}

/* Reads up to a fault, and says where. */
static int run(struct replay *replay, const uint8_t *bytes, size_t count)
{
	struct acd_journal_reader reader;
	struct acd_event event;
	struct acd *acd;
	if (acd_journal_open(&reader, bytes, count) != 0) {
		fprintf(stderr, "belfry-sim: %s\n", reader.fault);
		return 1;
	}
	if (acd_new(&acd) != 0) {
		fputs("belfry-sim: out of memory\n", stderr);
		return 1;
	}
	while (acd_journal_next(&reader, &event)) {
		replay->events++;
		acd_decide(acd, &event, print, replay);
	}
	acd_free(acd);
	printf("events %" PRIu64 " decisions %" PRIu64 " hash %016" PRIx64 "\n", replay->events, replay->decisions,
	       replay->hash);
	if (!reader.fault)
		return 0;
	fprintf(stderr, "belfry-sim: byte %zu, after event %" PRIu64 ": %s\n", reader.at, reader.sequence,
	        reader.fault);
	return 1;
}

int sim_replay(int count, char **words)
{
	struct replay replay = {.hash = UINT64_C(0xcbf29ce484222325)};
	replay.quiet = count == 2 && strcmp(words[0], "--hash") == 0;
	if (count != 1 + replay.quiet) {
		fputs("belfry-sim: replay needs the name of a journal\n", stderr);
		return 2;
	}
	size_t size;
	uint8_t *bytes = read_all(words[count - 1], &size);
	if (!bytes) {
		fprintf(stderr, "belfry-sim: %s: %s\n", words[count - 1], strerror(errno));
		return 1;
	}
	int status = run(&replay, bytes, size);
	free(bytes);
	return status;
}
