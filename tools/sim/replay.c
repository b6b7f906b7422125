/*
 * Replay: the events of a journal through the scheduler. Every decision is made again, kept as the box keeps it, and
 * compared byte for byte with the file of decisions beside the journal. Status: 0 the same, 1 another decision (the
 * first one in words), 2 something could not be read (where, and what).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acd/acd_journal.h"
#include "tools/sim/journal_files.h"
#include "tools/sim/sim.h"
#include "tools/sim/words.h"

enum { SAME, DIFFERS, UNREADABLE };

struct replay {
	bool quiet, explaining;
	struct acd *acd;
	struct acd_journal *journal; /* makes the decisions' bytes again */
	struct bytes made;
	size_t room;
	bool out_of_memory;
	uint64_t events, decisions; /* of this file */
	uint64_t all_events, all_decisions, lost, hash;
	uint64_t stop_at; /* explaining: the decision to put into words, counted in this file from 0 */
	char words[400], line[400];
	int status;
};

/* ---- what is decided ---- */

static int keep(void *user, const struct acd_journal_piece *piece)
{
	struct replay *replay = user;
	if (replay->made.count + piece->decision_bytes > replay->room) {
		size_t room = 2 * (replay->made.count + piece->decision_bytes) + 65536;
		uint8_t *more = realloc(replay->made.at, room);
		replay->out_of_memory |= !more;
		if (!more)
			return -ENOMEM;
		replay->made.at = more;
		replay->room = room;
	}
	if (piece->decision_bytes)
		memcpy(replay->made.at + replay->made.count, piece->decisions, piece->decision_bytes);
	replay->made.count += piece->decision_bytes;
	return 0;
}

static struct acd_view *view_of(const struct acd *acd)
{
	static struct acd_view view;
	acd_look(acd, &view);
	return &view;
}

static void decided(void *user, const struct acd_decision *decision)
{
	struct replay *replay = user;
	char line[400];
	if (replay->explaining) {
		if (replay->decisions++ == replay->stop_at) {
			decision_words(replay->words, sizeof(replay->words), decision, view_of(replay->acd));
			decision_line(replay->line, sizeof(replay->line), decision);
		}
		return;
	}
	replay->decisions++;
	acd_journal_decision(replay->journal, decision);
	if (replay->quiet)
		return;
	decision_line(line, sizeof(line), decision);
	puts(line);
}

/* ---- one file ---- */

static void unreadable(struct replay *replay, const char *path, const char *what)
{
	fprintf(stderr, "belfry-sim: %s: %s\n", path, what);
	replay->status = UNREADABLE;
}

static void unreadable_at(struct replay *replay, const char *path, size_t byte, const char *what)
{
	fprintf(stderr, "belfry-sim: %s, byte %zu: %s\n", path, byte, what);
	replay->status = UNREADABLE;
}

static bool state_is(const struct acd *acd, const uint8_t *bytes, size_t count)
{
	uint8_t *own = malloc(ACD_STATE_BYTES_MAX);
	void *scratch = malloc(acd_state_scratch());
	bool same = own && scratch && acd_state_write(acd, scratch, own, ACD_STATE_BYTES_MAX) == count &&
	            memcmp(own, bytes, count) == 0;
	free(own);
	free(scratch);
	return same;
}

/* Other software may write another state, with less in it or more: then only where it stands can be compared. */
static bool goes_on(const struct acd *before, const struct acd *kept, const uint8_t *bytes, size_t count)
{
	return state_is(before, bytes, count) ||
	       (!state_is(kept, bytes, count) && acd_sequence(before) == acd_sequence(kept));
}

/* The state at the start of a file or behind a gap. */
static bool take_state(struct replay *replay, struct acd_journal_reader *reader, const struct journal_file *file)
{
	struct acd *acd;
	bool first = replay->events == 0 && !reader->lost;
	if (acd_journal_restore(reader, &acd) < 0)
		return false;
	if (replay->acd && first && !replay->explaining &&
	    !goes_on(replay->acd, acd, reader->bytes + reader->body, reader->body_end - reader->body))
		unreadable_at(replay, file->path, reader->at,
		              "this file does not go on where the one before it ends; events in between are missing");
	acd_free(replay->acd);
	replay->acd = acd;
	if (replay->explaining)
		return true;
	if (!reader->lost)
		return acd_journal_begin_file(replay->journal, acd) == 0;
	acd_journal_lose(replay->journal, reader->lost, acd);
	replay->lost += reader->lost;
	fprintf(stderr,
	        "belfry-sim: %s, byte %zu: %" PRIu64 " events were not written (the box was too busy); going on "
	        "from the state behind them\n",
	        file->path, reader->at, reader->lost);
	return true;
}

/* Up to the end or a fault. */
static void run(struct replay *replay, struct acd_journal_reader *reader, const struct journal_file *file)
{
	enum acd_journal_item item = ACD_JOURNAL_FRAME;
	struct acd_event event;
	replay->events = replay->decisions = 0;
	while (item != ACD_JOURNAL_END && !replay->out_of_memory) {
		item = acd_journal_next(reader, &event);
		if (item == ACD_JOURNAL_STATE && !take_state(replay, reader, file))
			break;
		if (item == ACD_JOURNAL_EVENT) {
			replay->events++;
			acd_decide(replay->acd, &event, decided, replay);
		}
		if (item == ACD_JOURNAL_FRAME && !replay->explaining)
			acd_journal_flush(replay->journal, replay->acd);
	}
	if (replay->out_of_memory)
		reader->fault = "out of memory";
}

static void say_end(struct replay *replay, const struct acd_journal_reader *reader, const struct journal_file *file)
{
	char text[256];
	if (!reader->fault)
		return;
	if (reader->torn) {
		fprintf(stderr, "belfry-sim: %s, byte %zu: the box stopped here while writing\n", file->path,
		        reader->at);
		return;
	}
	snprintf(text, sizeof(text), "after event %" PRIu64 ": %s", reader->sequence, reader->fault);
	unreadable_at(replay, file->path, reader->at, text);
}

/* ---- the comparison ---- */

static bool same_decision(const struct acd_decision *a, const struct acd_decision *b)
{
	char one[400], other[400];
	decision_line(one, sizeof(one), a);
	decision_line(other, sizeof(other), b);
	return strcmp(one, other) == 0;
}

/* Both files' decisions one by one up to the first that differs: how many came before it. */
static uint64_t first_difference(const struct bytes *kept, const struct bytes *made, struct acd_decision *was,
                                 bool *was_there)
{
	struct acd_journal_reader a, b;
	struct acd_decision now = {0};
	bool gap, now_there = true;
	uint64_t count = 0;
	*was_there = acd_journal_open_decisions(&a, kept->at, kept->count) == 0;
	now_there = acd_journal_open_decisions(&b, made->at, made->count) == 0;
	for (; *was_there && now_there; count++) {
		*was_there = acd_journal_next_decision(&a, was, &gap);
		now_there = acd_journal_next_decision(&b, &now, &gap);
		if (*was_there && now_there && !same_decision(was, &now))
			break;
		if (!*was_there || !now_there)
			break;
	}
	return count;
}

/* Once more up to that decision, so that it can be told with the names of its time. */
static void explain(struct replay *replay, const struct bytes *events, const struct journal_file *file,
                    const struct bytes *kept)
{
	struct replay again = {.explaining = true};
	struct acd_journal_reader reader;
	struct acd_decision was;
	bool was_there;
	char words[400] = "nothing more";
	again.stop_at = first_difference(kept, &replay->made, &was, &was_there);
	if (acd_journal_open(&reader, events->at, events->count) < 0)
		return;
	run(&again, &reader, file);
	if (was_there && again.acd)
		decision_words(words, sizeof(words), &was, view_of(again.acd));
	printf("%s: the first decision that differs is number %" PRIu64 " of the file\n  the box: %s\n  now:     %s\n",
	       file->path, again.stop_at + 1, words, again.words[0] ? again.words : "nothing more");
	if (strcmp(words, again.words) == 0) {
		decision_line(words, sizeof(words), &was);
		printf("  in full: %s\n  and now: %s\n", words, again.line);
	}
	acd_free(again.acd);
}

/* Either may end first (what was last written is lost when the power goes); up to there they must be equal. */
static const char *compare(struct replay *replay, const struct bytes *events, const struct journal_file *file)
{
	struct bytes kept;
	struct acd_journal_reader reader;
	struct acd_decision decision;
	bool gap;
	if (!file->decisions)
		return "no file of decisions to compare with";
	if (bytes_read(&kept, file->decisions) < 0) {
		unreadable(replay, file->decisions, "cannot be read");
		return "decisions unreadable";
	}
	if (!kept.count) { /* not synced before the power went */
		free(kept.at);
		return "its decisions were not written";
	}
	int opened = acd_journal_open_decisions(&reader, kept.at, kept.count);
	while (opened == 0 && acd_journal_next_decision(&reader, &decision, &gap))
		continue;
	const char *verdict = "the same as the box's";
	size_t shorter = reader.at < replay->made.count ? reader.at : replay->made.count;
	if (reader.fault && !reader.torn) {
		fprintf(stderr, "belfry-sim: %s, byte %zu: %s\n", file->decisions, reader.at, reader.fault);
		replay->status = UNREADABLE;
		verdict = "the same as the box's as far as those can be read";
	}
	if (opened == 0 && memcmp(kept.at, replay->made.at, shorter) != 0) {
		verdict = "NOT the same as the box's";
		if (replay->status == SAME)
			replay->status = DIFFERS;
		explain(replay, events, file, &kept);
	} else if (reader.at != replay->made.count) {
		verdict = reader.at < replay->made.count ? "the same as the box's, whose last ones were not written"
		                                         : "the same as the box's, which made more from events that "
		                                           "were not written";
	}
	free(kept.at);
	return verdict;
}

static void replay_file(struct replay *replay, const struct journal_file *file, bool first)
{
	struct bytes events;
	struct acd_journal_reader reader;
	struct acd_journal_figures figures;
	int error = bytes_read(&events, file->path);
	if (error < 0 || acd_journal_open(&reader, events.at, events.count) < 0) {
		if (error == 0 && reader.torn) {
			say_end(replay, &reader, file);
			free(events.at);
			return;
		}
		unreadable(replay, file->path, error < 0 ? strerror(-error) : reader.fault);
		free(error < 0 ? NULL : events.at);
		return;
	}
	replay->made.count = 0;
	run(replay, &reader, file);
	say_end(replay, &reader, file);
	acd_journal_figures(replay->journal, &figures);
	const char *verdict = compare(replay, &events, file);
	printf("%s: %" PRIu64 " events, %" PRIu64 " decisions, hash %016" PRIx64 ": %s\n", file->path, replay->events,
	       replay->decisions, figures.hash, verdict);
	replay->all_events += replay->events;
	replay->all_decisions += replay->decisions;
	if (first)
		replay->hash = figures.hash;
	for (unsigned i = 0; i < 8 && !first; i++)
		replay->hash = (replay->hash ^ (figures.hash >> 8 * i & 0xff)) * UINT64_C(0x100000001b3);
	free(events.at);
}

static int replay_all(struct replay *replay, const struct journal_files *files)
{
	for (uint32_t i = 0; i < files->count; i++) {
		if (i && files->files[i].number != files->files[i - 1].number + 1) { /* nothing to go on from */
			acd_free(replay->acd);
			replay->acd = NULL;
		}
		replay_file(replay, &files->files[i], i == 0);
	}
	printf("events %" PRIu64 " decisions %" PRIu64 " hash %016" PRIx64 "\n", replay->all_events,
	       replay->all_decisions, replay->hash);
	return replay->status;
}

int sim_replay(int count, char **words)
{
	struct replay replay = {0};
	struct journal_files files;
	replay.quiet = count == 2 && strcmp(words[0], "--hash") == 0;
	if (count != 1 + replay.quiet) {
		fputs("belfry-sim: replay needs the name of a journal: a folder, or a file of events\n", stderr);
		return UNREADABLE;
	}
	int error = journal_files_find(&files, words[count - 1]);
	if (error < 0) {
		fprintf(stderr, "belfry-sim: %s: %s\n", words[count - 1],
		        error == -ENOENT ? "there is no journal" : strerror(-error));
		return UNREADABLE;
	}
	if (acd_journal_new(&replay.journal, keep, &replay) < 0) {
		fputs("belfry-sim: out of memory\n", stderr);
		replay.status = UNREADABLE;
	} else {
		replay.status = replay_all(&replay, &files);
	}
	acd_journal_free(replay.journal);
	acd_free(replay.acd);
	free(replay.made.at);
	journal_files_free(&files);
	return replay.status;
}
