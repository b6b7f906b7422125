/* See event_files.h. */
#include "store/event_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/byte_ring.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/timer.h"
#include "store/durable.h"

#define FILES_MAX     4096
#define SYNC_AFTER_US (5 * US_PER_S)
#define RETRY_MAX_US  (60 * US_PER_S)
#define ALARMS        16
#define NAME_BYTES    48
#define AHEAD_BYTES   65536

enum lane { EVENTS, DECISIONS, LANES };
static const char *const endings[LANES] = {"events", "decisions"};

struct kept_file {
	uint64_t number, wall_us;
	uint64_t bytes[LANES];
};

/* A message: this, then the bytes of both lanes. */
struct message {
	uint32_t new_file;
	uint32_t bytes[LANES];
};

struct event_files {
	struct actor actor;
	struct doorbell *bell;
	struct byte_ring *ring;
	struct mailbox *alarms;
	_Atomic bool hurry; /* the power is failing */
	char folder[PATH_MAX];
	struct kept_file kept[FILES_MAX]; /* oldest first */
	uint32_t count;
	struct durable_file *open[LANES];
	uint64_t at[LANES];
	uint64_t written_to[LANES]; /* in zeros, behind what is there */
	uint8_t *buffer;
	size_t buffer_bytes;
	struct message message; /* taken from the ring, not on flash yet */
	bool holding;
	uint64_t sync_us, retry_us, retry_after_us;
	bool failing;
	bool gap_told;
	uint64_t alarmed_refused;
	_Atomic uint64_t size_bytes, total, written, failed, dropped, first, last, files, first_wall_us;
};

/* ---- names: NUMBER-YYYYMMDDTHHMMSSZ.events ---- */

static bool path_of(const struct event_files *files, const struct kept_file *file, enum lane lane, char *path)
{
	time_t seconds = (time_t)(file->wall_us / US_PER_S);
	struct tm utc;
	char stamp[32] = "";
	size_t used = 0;

	gmtime_r(&seconds, &utc);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
	return text_append(path, PATH_MAX, &used, "%s/%08" PRIu64 "-%s.%s", files->folder, file->number, stamp,
	                   endings[lane]);
}

static bool parse_name(const char *name, struct kept_file *file, enum lane *lane)
{
	char digits[24];
	size_t count = strcspn(name, "-");
	struct tm utc = {0};
	const char *end;

	if (count >= sizeof(digits) || name[count] != '-')
		return false;
	memcpy(digits, name, count);
	digits[count] = '\0';
	*file = (struct kept_file){0};
	if (text_to_u64(digits, 1, UINT64_MAX, &file->number) < 0)
		return false;
	end = strptime(name + count + 1, "%Y%m%dT%H%M%SZ", &utc);
	if (!end || *end != '.')
		return false;
	*lane = strcmp(end + 1, endings[EVENTS]) == 0 ? EVENTS : DECISIONS;
	file->wall_us = (uint64_t)timegm(&utc) * US_PER_S;
	return *lane == EVENTS || strcmp(end + 1, endings[DECISIONS]) == 0;
}

/* ---- what control hears ---- */

static void tell(struct event_files *files, bool on, const char *text)
{
	struct event_files_event event = {.on = on};

	text_copy(event.text, sizeof(event.text), text);
	if (mailbox_send(files->alarms, &event) < 0)
		log_write(LOG_WARNING, LOG_STORE, "an alarm of the scheduler's journal was not heard: %s", text);
}

/* ---- what is there at the start ---- */

static struct kept_file *find(struct event_files *files, uint64_t number)
{
	uint32_t i;

	for (i = 0; i < files->count; i++)
		if (files->kept[i].number == number)
			return &files->kept[i];
	return NULL;
}

static int by_number(const void *a, const void *b)
{
	const struct kept_file *one = a, *other = b;

	return one->number < other->number ? -1 : one->number > other->number;
}

static void note_file(struct event_files *files, const struct kept_file *file, enum lane lane, uint64_t bytes)
{
	struct kept_file *known = find(files, file->number);

	if (!known && files->count == FILES_MAX)
		return;
	if (!known) {
		known = &files->kept[files->count++];
		*known = *file;
	}
	known->bytes[lane] = bytes;
}

static void publish(struct event_files *files)
{
	uint64_t total = 0;
	uint32_t i;

	for (i = 0; i < files->count; i++)
		total += files->kept[i].bytes[EVENTS] + files->kept[i].bytes[DECISIONS];
	atomic_store(&files->total, total);
	atomic_store(&files->files, files->count);
	atomic_store(&files->first, files->count ? files->kept[0].number : 0);
	atomic_store(&files->first_wall_us, files->count ? files->kept[0].wall_us : 0);
	atomic_store(&files->last, files->count ? files->kept[files->count - 1].number : 0);
}

static int list(struct event_files *files)
{
	DIR *folder = opendir(files->folder);
	struct dirent *entry;

	if (!folder)
		return -errno;
	while ((entry = readdir(folder))) {
		struct kept_file file;
		struct stat stat;
		enum lane lane;

		if (parse_name(entry->d_name, &file, &lane) && fstatat(dirfd(folder), entry->d_name, &stat, 0) == 0)
			note_file(files, &file, lane, (uint64_t)stat.st_size);
	}
	closedir(folder);
	qsort(files->kept, files->count, sizeof(files->kept[0]), by_number);
	publish(files);
	return 0;
}

/* ---- files come and go ---- */

uint64_t event_files_file_bytes(const struct event_files *files)
{
	return atomic_load(&files->size_bytes) / EVENT_FILES_OF_SIZE / LANES;
}

static int drop_oldest(struct event_files *files)
{
	char path[PATH_MAX];
	int error = 0, lane;

	for (lane = 0; lane < LANES && !error; lane++) {
		if (!path_of(files, &files->kept[0], (enum lane)lane, path))
			return -ENAMETOOLONG;
		error = durable_remove(path);
		if (error == -ENOENT)
			error = 0;
	}
	if (error)
		return error;
	files->count--;
	memmove(files->kept, files->kept + 1, files->count * sizeof(files->kept[0]));
	atomic_fetch_add(&files->dropped, 1);
	publish(files);
	return 0;
}

/* The file in hand has its final size: what was reserved is given back. */
static int close_file(struct event_files *files)
{
	int error = 0, lane;

	for (lane = 0; lane < LANES; lane++) {
		if (!files->open[lane])
			continue;
		if (!error)
			error = durable_truncate(files->open[lane], files->at[lane]);
		if (!error)
			error = durable_sync(files->open[lane]);
		if (error)
			return error;
		files->kept[files->count - 1].bytes[lane] = files->at[lane];
		durable_close(files->open[lane]);
		files->open[lane] = NULL;
	}
	files->sync_us = TIMER_NEVER;
	publish(files);
	return 0;
}

static int make_room(struct event_files *files, const uint64_t bytes[LANES])
{
	uint64_t size = atomic_load(&files->size_bytes);
	int error = 0;

	while (!error && files->count &&
	       (files->count == FILES_MAX || atomic_load(&files->total) + bytes[EVENTS] + bytes[DECISIONS] > size))
		error = drop_oldest(files);
	return error;
}

static int open_lane(struct event_files *files, const struct kept_file *file, enum lane lane)
{
	char path[PATH_MAX];
	int error;

	if (!path_of(files, file, lane, path))
		return -ENAMETOOLONG;
	error = durable_open(&files->open[lane], path, O_RDWR | O_CREAT | O_TRUNC, 0640);
	if (!error)
		error = durable_reserve(files->open[lane], file->bytes[lane]);
	return error;
}

static void forget_lane(struct event_files *files, const struct kept_file *file, enum lane lane)
{
	char path[PATH_MAX];

	if (!files->open[lane])
		return;
	durable_close(files->open[lane]);
	files->open[lane] = NULL;
	if (!path_of(files, file, lane, path) || durable_remove(path) < 0)
		log_write(LOG_WARNING, LOG_STORE, "the scheduler's journal: an empty file %" PRIu64 " is left behind",
		          file->number);
}

/* Large enough for what comes next, whatever the size asked for. */
static int begin_file(struct event_files *files)
{
	struct kept_file file = {.number = (files->count ? files->kept[files->count - 1].number : 0) + 1,
	                         .wall_us = clock_wall_us()};
	int error = close_file(files), lane;

	if (error) /* the old file is still in hand, and its end still to be kept */
		return error;
	for (lane = 0; lane < LANES; lane++)
		file.bytes[lane] = files->message.bytes[lane] + event_files_file_bytes(files);
	error = make_room(files, file.bytes);
	for (lane = 0; lane < LANES && !error; lane++)
		error = open_lane(files, &file, (enum lane)lane);
	if (error) {
		forget_lane(files, &file, EVENTS);
		forget_lane(files, &file, DECISIONS);
		return error;
	}
	files->at[EVENTS] = files->at[DECISIONS] = 0;
	files->written_to[EVENTS] = files->written_to[DECISIONS] = 0;
	files->kept[files->count++] = file;
	publish(files);
	if (files->gap_told)
		tell(files, false, "");
	files->gap_told = false;
	return 0;
}

/* ---- writing ---- */

/*
 * Space that is only reserved becomes the file's when it is first written, which costs an entry in the file system's
 * own journal at each sync. Zeros some way ahead make that one entry for many syncs. Decisions are not synced so often,
 * and while the power fails nothing is written that need not be.
 */
static int write_ahead(struct event_files *files, enum lane lane, uint64_t end)
{
	static const uint8_t zeros[AHEAD_BYTES];
	uint64_t reserved = files->kept[files->count - 1].bytes[lane];
	int error = 0;

	if (lane != EVENTS || atomic_load(&files->hurry))
		return 0;
	while (!error && files->written_to[lane] < end && files->written_to[lane] < reserved) {
		uint64_t at = files->written_to[lane], left = reserved - at;

		error = durable_write_at(files->open[lane], zeros, left < AHEAD_BYTES ? left : AHEAD_BYTES, at);
		if (!error)
			files->written_to[lane] += AHEAD_BYTES;
	}
	return error;
}

static int write_lane(struct event_files *files, enum lane lane, const uint8_t *bytes)
{
	size_t count = files->message.bytes[lane];
	int error;

	if (!count)
		return 0;
	if (!files->open[lane])
		return -EBADF;
	error = write_ahead(files, lane, files->at[lane] + count);
	if (!error)
		error = durable_write_at(files->open[lane], bytes, count, files->at[lane]);
	if (!error)
		atomic_fetch_add(&files->written, count);
	return error;
}

static int sync_events(struct event_files *files)
{
	int error = files->open[EVENTS] ? durable_sync(files->open[EVENTS]) : 0;

	if (!error)
		files->sync_us = TIMER_NEVER;
	return error;
}

/* Can be done again after an error: nothing is counted as written before both lanes are. */
static int write_message(struct event_files *files)
{
	const struct message *message = &files->message;
	int error = message->new_file ? begin_file(files) : 0;

	files->message.new_file = message->new_file && error;
	if (!error)
		error = write_lane(files, EVENTS, files->buffer);
	if (!error)
		error = write_lane(files, DECISIONS, files->buffer + message->bytes[EVENTS]);
	if (!error && files->at[EVENTS] == 0) /* the state, without which the file says nothing */
		error = sync_events(files);
	if (error)
		return error;
	files->at[EVENTS] += message->bytes[EVENTS];
	files->at[DECISIONS] += message->bytes[DECISIONS];
	return 0;
}

static bool take_message(struct event_files *files)
{
	struct message *message = &files->message;

	if (!byte_ring_take(files->ring, message, sizeof(*message)))
		return false;
	return byte_ring_take(files->ring, files->buffer, (size_t)message->bytes[EVENTS] + message->bytes[DECISIONS]);
}

static void failed(struct event_files *files, int error, uint64_t now_us)
{
	char text[160];
	size_t used = 0;

	atomic_fetch_add(&files->failed, 1);
	files->retry_after_us = files->retry_after_us ? files->retry_after_us * 2 : US_PER_S;
	if (files->retry_after_us > RETRY_MAX_US)
		files->retry_after_us = RETRY_MAX_US;
	files->retry_us = now_us + files->retry_after_us;
	if (files->failing)
		return;
	files->failing = true;
	text_append(text, sizeof(text), &used, "cannot be written: %s. Calls go on; tried again every minute.",
	            strerror(-error));
	tell(files, true, text);
}

static void worked(struct event_files *files)
{
	files->retry_us = 0;
	files->retry_after_us = 0;
	if (!files->failing)
		return;
	files->failing = false;
	tell(files, false, "");
}

static void watch_refused(struct event_files *files)
{
	uint64_t refused = byte_ring_refused(files->ring);

	if (refused != files->alarmed_refused && !files->failing) {
		files->gap_told = true;
		tell(files, true,
		     "has a gap: events came faster than they could be written. Replay goes on behind it.");
	}
	files->alarmed_refused = refused;
}

/* ---- the actor ---- */

static bool step(void *self, uint64_t now_us)
{
	struct event_files *files = self;
	bool did = false;
	int error = 0;

	watch_refused(files);
	if (now_us < files->retry_us)
		return false;
	while (!error && (files->holding || take_message(files))) {
		files->holding = true;
		error = write_message(files);
		if (error)
			break;
		files->holding = false;
		did = true;
		if (files->sync_us == TIMER_NEVER)
			files->sync_us = now_us + SYNC_AFTER_US;
	}
	if (!error && files->sync_us != TIMER_NEVER && (now_us >= files->sync_us || atomic_load(&files->hurry)))
		error = sync_events(files);
	if (error)
		failed(files, error, now_us);
	else if (did || files->retry_us)
		worked(files);
	return did;
}

static uint64_t next_deadline_us(void *self)
{
	struct event_files *files = self;

	return files->retry_us ? files->retry_us : files->sync_us;
}

void event_files_hurry(struct event_files *files, bool hurry)
{
	atomic_store(&files->hurry, hurry);
	doorbell_ring(files->bell);
}

/* ---- the door ---- */

static int take_memory(struct event_files *files, size_t ring_bytes, struct doorbell *bell)
{
	int error = doorbell_new(&files->bell);

	if (!error)
		error = byte_ring_new(&files->ring, ring_bytes, files->bell);
	if (!error)
		error = mailbox_new(&files->alarms, "journal alarms", sizeof(struct event_files_event), ALARMS, bell);
	files->buffer_bytes = 2 * ring_bytes;
	files->buffer = malloc(files->buffer_bytes);
	return error ? error : files->buffer ? 0 : -ENOMEM;
}

int event_files_new(struct event_files **out, const char *folder, uint64_t size_bytes, size_t ring_bytes,
                    struct doorbell *bell, struct fault *fault)
{
	struct event_files *files = calloc(1, sizeof(*files));
	int error = files ? take_memory(files, ring_bytes, bell) : -ENOMEM;

	if (error) {
		event_files_free(files);
		return fault_set(fault, error, "no memory for the scheduler's journal");
	}
	files->size_bytes = size_bytes;
	files->sync_us = TIMER_NEVER;
	files->actor = (struct actor){
	    .name = "journal", .self = files, .step = step, .next_deadline_us = next_deadline_us, .bell = files->bell};
	if (!text_copy(files->folder, sizeof(files->folder), folder))
		error = -ENAMETOOLONG;
	if (!error && mkdir(folder, 0750) < 0 && errno != EEXIST)
		error = -errno;
	if (!error)
		error = list(files);
	if (error) {
		event_files_free(files);
		return fault_set(fault, error, "the scheduler's journal in %s: %s", folder, strerror(-error));
	}
	*out = files;
	return 0;
}

void event_files_free(struct event_files *files)
{
	if (!files)
		return;
	if (files->ring && files->folder[0]) {
		files->retry_us = 0;
		step(files, 0);
		if (close_file(files) < 0)
			log_write(LOG_WARNING, LOG_STORE, "the scheduler's journal: its last file could not be closed");
	}
	durable_close(files->open[EVENTS]);
	durable_close(files->open[DECISIONS]);
	byte_ring_free(files->ring);
	mailbox_free(files->alarms);
	doorbell_free(files->bell);
	free(files->buffer);
	free(files);
}

struct actor *event_files_actor(struct event_files *files)
{
	return &files->actor;
}

int event_files_put(struct event_files *files, bool new_file, const void *events, size_t event_bytes,
                    const void *decisions, size_t decision_bytes)
{
	struct message message = {.new_file = new_file, .bytes = {(uint32_t)event_bytes, (uint32_t)decision_bytes}};
	const struct byte_part parts[] = {
	    {&message, sizeof(message)}, {events, event_bytes}, {decisions, decision_bytes}};

	return byte_ring_put(files->ring, parts, 3);
}

void event_files_set_size(struct event_files *files, uint64_t bytes)
{
	atomic_store(&files->size_bytes, bytes);
}

bool event_files_next(struct event_files *files, struct event_files_event *event)
{
	return mailbox_receive(files->alarms, event);
}

void event_files_figures(const struct event_files *files, struct event_files_figures *figures)
{
	*figures = (struct event_files_figures){.files = atomic_load(&files->files),
	                                        .first = atomic_load(&files->first),
	                                        .last = atomic_load(&files->last),
	                                        .first_wall_us = atomic_load(&files->first_wall_us),
	                                        .bytes = atomic_load(&files->total),
	                                        .size_bytes = atomic_load(&files->size_bytes),
	                                        .written_bytes = atomic_load(&files->written),
	                                        .refused = byte_ring_refused(files->ring),
	                                        .failed = atomic_load(&files->failed),
	                                        .dropped_files = atomic_load(&files->dropped)};
}

bool event_files_last(const char *folder, uint64_t *below, char *path, size_t size, bool decisions)
{
	DIR *listing = opendir(folder);
	struct kept_file best = {0};
	struct dirent *entry;
	bool found = false;

	while (listing && (entry = readdir(listing))) {
		struct kept_file file;
		enum lane lane;
		size_t used = 0;

		if (!parse_name(entry->d_name, &file, &lane) || lane != (decisions ? DECISIONS : EVENTS) ||
		    file.number < best.number || file.number >= *below)
			continue;
		best = file;
		found = text_append(path, size, &used, "%s/%s", folder, entry->d_name);
	}
	if (listing)
		closedir(listing);
	*below = best.number;
	return found;
}

int event_files_trim(const char *path, uint64_t bytes)
{
	struct durable_file *file;
	int error = durable_open(&file, path, O_RDWR, 0);

	if (error)
		return error;
	error = durable_truncate(file, bytes);
	if (!error)
		error = durable_sync(file);
	durable_close(file);
	return error;
}
