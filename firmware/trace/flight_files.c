/*
 * The flight recorder's files: ID.pcap each, and "index", a line each: id, wall clock (us), span, trigger, call,
 * frames, text, with tabs between. The index is replaced as a whole after a file was written, and before one is
 * removed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "trace/internal.h"

static void path_of(const struct trace *trace, uint32_t id, char *path, size_t size)
{
	size_t used = 0;
	text_append(path, size, &used, "%s/%u.pcap", trace->folder, id);
}

static int write_index(struct trace *trace)
{
	char *text = NULL, path[FLIGHT_PATH];
	size_t bytes = 0, used = 0;
	FILE *out = open_memstream(&text, &bytes);
	if (!out)
		return -ENOMEM;
	for (unsigned i = 0; i < trace->record_count; i++) {
		const struct flight_record *record = &trace->records[i];
		fprintf(out, "%u\t%llu\t%u\t%s\t%u\t%u\t%s\n", record->id, (unsigned long long)record->wall_us,
		        record->span, trace_trigger_names[record->trigger], record->call, record->frames, record->text);
	}
	int error = fclose(out) ? -ENOMEM : 0;
	text_append(path, sizeof(path), &used, "%s/index", trace->folder);
	if (!error)
		error = trace->write(path, text, bytes);
	free(text);
	return error;
}

/* Takes the word up to the next tab. */
static char *cut(char **rest)
{
	char *word = *rest;
	if (!word)
		return NULL;
	*rest = strchr(word, '\t');
	if (*rest)
		*(*rest)++ = '\0';
	return word;
}

static bool read_line(struct trace *trace, char *line)
{
	struct flight_record record = {0};
	char *rest = line, *word[7], path[FLIGHT_PATH];
	uint32_t span;
	for (unsigned i = 0; i < ARRAY_SIZE(word); i++)
		if (!(word[i] = cut(&rest)))
			return false;
	int trigger = text_name_index(trace_trigger_names, TRIGGER_COUNT, word[3]);
	if (text_to_u32(word[0], 1, UINT32_MAX - 1, &record.id) ||
	    text_to_u64(word[1], 0, UINT64_MAX, &record.wall_us) || text_to_u32(word[2], 0, CONFIG_SPANS_MAX, &span) ||
	    trigger < 0 || text_to_u32(word[4], 0, UINT32_MAX, &record.call) ||
	    text_to_u32(word[5], 0, UINT32_MAX, &record.frames))
		return false;
	record.span = (uint8_t)span;
	record.trigger = (uint8_t)trigger;
	text_copy(record.text, sizeof(record.text), word[6]);
	if (record.id >= trace->next_record)
		trace->next_record = record.id + 1;
	path_of(trace, record.id, path, sizeof(path));
	if (access(path, R_OK) || trace->record_count == FLIGHT_KEEP_MAX)
		return false;
	trace->records[trace->record_count++] = record;
	return true;
}

int flight_open(struct trace *trace, const char *folder, int (*write)(const char *, const void *, size_t),
                struct fault *fault)
{
	char path[FLIGHT_PATH], line[256];
	size_t used = 0;
	if (!text_copy(trace->folder, sizeof(trace->folder), folder))
		return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", folder);
	if (mkdir(folder, 0750) < 0 && errno != EEXIST)
		return fault_set(fault, -errno, "%s: %s", folder, strerror(errno));
	trace->write = write;
	text_append(path, sizeof(path), &used, "%s/index", folder);
	FILE *in = fopen(path, "re");
	while (in && fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		if (!read_line(trace, line))
			continue; /* its file is gone, or a later version wrote it */
	}
	if (in)
		fclose(in);
	return 0;
}

static void remove_oldest(struct trace *trace)
{
	char path[FLIGHT_PATH];
	path_of(trace, trace->records[0].id, path, sizeof(path));
	memmove(trace->records, trace->records + 1, --trace->record_count * sizeof(trace->records[0]));
	unlink(path);
}

struct gathering {
	FILE *out;
	uint32_t frames;
};

static bool gather(void *user, const struct trace_kept *kept)
{
	struct gathering *to = user;
	pcap_frame(to->out, kept);
	to->frames++;
	return true;
}

int flight_write(struct trace *trace, struct flight_record *record, struct fault *fault)
{
	char *bytes = NULL, path[FLIGHT_PATH];
	size_t count = 0;
	struct gathering to = {.out = open_memstream(&bytes, &count)};
	if (!to.out)
		return fault_set(fault, -ENOMEM, "no memory");
	pcap_header(to.out);
	trace_each(trace, record->span, 0, gather, &to);
	int error = fclose(to.out) ? -ENOMEM : 0;
	record->id = trace->next_record;
	record->frames = to.frames;
	path_of(trace, record->id, path, sizeof(path));
	if (!error)
		error = trace->write(path, bytes, count);
	free(bytes);
	if (error)
		return fault_set(fault, error, "%s cannot be written: %s", path, strerror(-error));
	trace->next_record++;
	unsigned keep = trace->settings.keep < FLIGHT_KEEP_MAX ? trace->settings.keep : FLIGHT_KEEP_MAX;
	while (trace->record_count > 0 && trace->record_count >= keep)
		remove_oldest(trace);
	trace->records[trace->record_count++] = *record;
	error = write_index(trace);
	return error ? fault_set(fault, error, "the list of frozen traces cannot be written: %s", strerror(-error)) : 0;
}

const struct flight_record *flight_records(struct trace *trace, unsigned *count, uint64_t *suppressed)
{
	flight_due(trace, true);
	*count = trace->record_count;
	*suppressed = trace->suppressed;
	return trace->records;
}

int flight_freeze(struct trace *trace, const char *text, uint32_t *id, struct fault *fault)
{
	struct flight_record record = {.trigger = TRIGGER_BY_HAND, .wall_us = clock_wall_us()};
	if (!trace->write)
		return fault_set(fault, -ENODEV, "there is no data folder");
	text_copy(record.text, sizeof(record.text), text);
	for (char *at = record.text; *at; at++)
		if ((unsigned char)*at < ' ')
			*at = ' '; /* the index has lines and tabs */
	int error = flight_write(trace, &record, fault);
	*id = record.id;
	return error;
}

static FILE *open_frozen(struct trace *trace, uint32_t id, struct fault *fault)
{
	char path[FLIGHT_PATH];
	flight_due(trace, true);
	path_of(trace, id, path, sizeof(path));
	FILE *file = fopen(path, "re");
	if (!file)
		fault_set(fault, -ENOENT, "there is no frozen trace %u: show flight-recorder lists them", id);
	return file;
}

int flight_read(struct trace *trace, uint32_t id, bool (*each)(void *user, const struct trace_kept *kept), void *user,
                struct fault *fault)
{
	uint8_t bytes[TRACE_FRAME_BYTES];
	struct trace_kept kept;
	FILE *file = open_frozen(trace, id, fault);
	if (!file)
		return -ENOENT;
	int result = pcap_header_fits(file) ? 1 : -EBADMSG;
	for (uint64_t number = 1; result == 1 && (result = pcap_read(file, &kept, bytes)) == 1; number++) {
		kept.sequence = number;
		if (kept.span > CONFIG_SPANS_MAX || !each(user, &kept))
			break;
	}
	fclose(file);
	return result < 0 ? fault_set(fault, result, "frozen trace %u is damaged", id) : 0;
}

static int copy(FILE *from, FILE *to)
{
	char bytes[4096];
	size_t count;
	while ((count = fread(bytes, 1, sizeof(bytes), from)) > 0)
		if (fwrite(bytes, count, 1, to) != 1)
			return -EIO;
	return ferror(from) ? -EIO : 0;
}

int flight_export(struct trace *trace, uint32_t id, const char *path, struct fault *fault)
{
	FILE *from = open_frozen(trace, id, fault);
	if (!from)
		return -ENOENT;
	FILE *to = fopen(path, "wxe");
	if (!to) {
		int error = -errno;
		fclose(from);
		return fault_set(fault, error, "%s: %s", path, strerror(-error));
	}
	int error = copy(from, to);
	if ((fflush(to) || fsync(fileno(to))) && !error)
		error = -errno;
	fclose(from);
	if (fclose(to) && !error)
		error = -EIO;
	if (error)
		unlink(path);
	return error ? fault_set(fault, error, "%s cannot be written: %s", path, strerror(-error)) : 0;
}
