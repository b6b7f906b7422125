/* Small things beside the records: states that outlive a restart, call-backs and how many of them are open. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/state.h"

static int write_note(struct store *store, const struct store_note *note)
{
	int error;

	if (note->disposed)
		return database_dispose(store->database, note->disposed, &note->disposition);
	if (note->name[0])
		return database_keep(store->database, note->name, note->value);
	error = database_callback_done(store->database, note->callback, clock_wall_us());
	return error == -ENOENT ? 0 : error; /* the caller was answered meanwhile */
}

/* Whoever gave it hears whether it is on flash; once. An answer that finds no room is only not heard. */
static void answer(struct store *store, struct store_note *note, bool written)
{
	struct store_event event = {.type = STORE_DISPOSED, .token = note->token, .flag = written};

	if (note->disposed && !note->answered && mailbox_send(store->events, &event))
		log_write(LOG_WARNING, LOG_STORE, "call %" PRIu32 ": nobody hears that its disposition is kept",
		          note->disposed);
	note->answered = true;
}

/* In their order, in one transaction, for one sync; returns how many of them are on flash. */
static uint32_t put_notes(struct store *store, int *error)
{
	uint32_t done = 0;

	*error = database_begin(store->database);
	while (done < store->waiting_count && !*error)
		if (!(*error = write_note(store, &store->waiting[done])))
			done++;
	if (done) {
		int committed = database_commit(store->database);

		if (!committed)
			return done;
		*error = committed;
	}
	database_rollback(store->database);
	return 0;
}

/* What cannot be written stays for the next time. */
static bool write_notes(struct store *store)
{
	uint32_t done = 0;
	int error = 0;

	if (!store->database || store->database_error)
		error = store->database_error ? store->database_error : -EIO;
	else
		done = put_notes(store, &error);
	for (uint32_t i = 0; i < store->waiting_count; i++)
		answer(store, &store->waiting[i], i < done);
	if (error && !store->notes_failing)
		log_write(LOG_ERROR, LOG_STORE, "database: a state could not be kept: %s", strerror(-error));
	store->notes_failing = error != 0;
	store->notes_due_us = error ? store->now_us + STORE_RETRY_MOST_US : TIMER_NEVER;
	store->waiting_count -= done;
	memmove(store->waiting, store->waiting + done, store->waiting_count * sizeof(store->waiting[0]));
	return done > 0;
}

bool store_take_notes(struct store *store)
{
	uint32_t before = store->waiting_count;
	bool wrote;

	while (store->waiting_count < STORE_NOTES_MAX &&
	       mailbox_receive(store->notes, &store->waiting[store->waiting_count]))
		store->waiting_count++;
	if (store->waiting_count == before)
		return false; /* what failed before is tried with the next note or commit */
	wrote = write_notes(store);
	if (wrote)
		store_count_callbacks(store);
	return true;
}

void store_count_callbacks(struct store *store)
{
	uint32_t count = 0;

	if (store->waiting_count && !store->database_error)
		(void)write_notes(store);
	if (store->database && database_callbacks_open(store->database, &count) == 0)
		store->callbacks_open = count;
}

bool store_tell_callbacks(struct store *store)
{
	struct store_event event = {.type = STORE_CALLBACKS, .count = store->callbacks_open};

	if (store->callbacks_open == store->callbacks_told || mailbox_send(store->events, &event))
		return false;
	store->callbacks_told = store->callbacks_open;
	return true;
}

int store_keep(struct store *store, const char *name, const char *value)
{
	struct store_note note = {.callback = 0};

	if (!name[0] || !text_copy(note.name, sizeof(note.name), name) ||
	    !text_copy(note.value, sizeof(note.value), value))
		return -EINVAL;
	return mailbox_send(store->notes, &note);
}

int store_dispose(struct store *store, uint32_t call, const struct call_disposition *disposition, uint64_t token)
{
	struct store_note note = {.disposed = call, .disposition = *disposition, .token = token};

	return mailbox_send(store->notes, &note);
}

int store_callback_done(struct store *store, uint32_t id)
{
	struct store_note note = {.callback = id};

	return mailbox_send(store->notes, &note);
}

void store_kept(struct store *store, void (*each)(void *user, const char *name, const char *value), void *user)
{
	int error = store->database ? database_kept(store->database, each, user) : store->database_error;

	if (error)
		log_write(LOG_ERROR, LOG_STORE, "what was kept over the restart cannot be read: %s", strerror(-error));
}
