/*
 * Call records for the admin thread, from a connection of its own.
 */
#include "store/reader.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/text.h"
#include "store/database.h"
#include "store/files.h"

struct store_reader {
	struct database *database;
	char path[PATH_MAX];
	struct stat file;
};

static int reader_open(struct store_reader *reader, struct fault *fault)
{
	struct database *database;
	int error = database_open(&database, reader->path, true, fault);

	if (error)
		return error;
	database_close(reader->database);
	reader->database = database;
	return stat(reader->path, &reader->file) == 0 ? 0 : -errno;
}

/* A damaged database is set aside at any time, and another has its name from then on. */
static int reader_follow(struct store_reader *reader)
{
	struct fault fault;
	struct stat now;

	if (stat(reader->path, &now) != 0 || (now.st_dev == reader->file.st_dev && now.st_ino == reader->file.st_ino))
		return 0;
	return reader_open(reader, &fault);
}

int store_reader_new(struct store_reader **out, const char *folder, struct fault *fault)
{
	struct store_reader *reader = calloc(1, sizeof(*reader));
	size_t used = 0;
	int error;

	if (!reader)
		return fault_set(fault, -ENOMEM, "no memory for a reader");
	if (!text_append(reader->path, sizeof(reader->path), &used, "%s/" STORE_DATABASE_FILE, folder))
		error = fault_set(fault, -ENAMETOOLONG, "%s: the name is too long", folder);
	else
		error = reader_open(reader, fault);
	if (error) {
		store_reader_free(reader);
		return error;
	}
	*out = reader;
	return 0;
}

void store_reader_free(struct store_reader *reader)
{
	if (!reader)
		return;
	database_close(reader->database);
	free(reader);
}

struct pass_on {
	bool (*each)(void *user, const struct call_record *record);
	void *user;
};

static bool pass_record(void *user, const struct database_row *row)
{
	const struct pass_on *on = user;

	return on->each(on->user, &row->record);
}

int store_reader_calls(struct store_reader *reader, uint32_t last,
                       bool (*each)(void *user, const struct call_record *record), void *user)
{
	struct pass_on on = {.each = each, .user = user};

	int error = reader_follow(reader);

	return error ? error : database_finished(reader->database, last, pass_record, &on);
}

int store_reader_call(struct store_reader *reader, uint32_t id, struct call_record *record)
{
	struct database_row row;
	int error = reader_follow(reader);

	if (error)
		return error;
	error = database_get(reader->database, id, &row);
	if (!error)
		*record = row.record;
	return error;
}

int store_reader_callbacks(struct store_reader *reader, bool (*each)(void *user, const struct store_callback *callback),
                           void *user)
{
	int error = reader_follow(reader);

	return error ? error : database_callbacks(reader->database, each, user);
}
