/*
 * The store's doors: mailboxes, the step, and when it has to run next.
 */
#include "store/store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/files.h"
#include "store/state.h"

/* Control looks at its events each time it runs; if there is no room for them the store asks again this much later. */
#define EVENT_RETRY_US 10000
#define POSTS_MAX      CONFIG_CALLS_MAX
#define EVENTS_MAX     (2 * STORE_ACKS_MAX)

struct post {
	struct call_record record;
	uint64_t token;
};

/* ---- answers to control ---- */

static bool send_alarm(struct store *store)
{
	struct store_event event = {.type = STORE_ALARM, .flag = store->alarm_raised};

	if (!store->alarm_unsent)
		return false;
	text_copy(event.text, sizeof(event.text), store->alarm_text);
	store->alarm_unsent = mailbox_send(store->events, &event) != 0;
	return !store->alarm_unsent;
}

static bool is_durable(const struct store *store, const struct store_ack *ack)
{
	const struct live_call *call = live_find(&store->live, ack->id);

	return !ack->lost && (!call || !call->waiting);
}

static bool send_acks(struct store *store)
{
	bool sent = false;

	while (store->acks_sent < store->ack_count) {
		const struct store_ack *ack = &store->acks[store->acks_sent];
		struct store_event event = {.type = STORE_DURABLE, .token = ack->token};

		event.flag = is_durable(store, ack);
		if (mailbox_send(store->events, &event))
			return sent;
		store->counts.acknowledged++;
		store->counts.not_durable += !event.flag;
		store->acks_sent++;
		sent = true;
	}
	store->ack_count = store->acks_sent = 0;
	return sent;
}

/* ---- snapshots from control ---- */

static bool keep(struct store *store, const struct call_record *record)
{
	struct live_call *call = live_get(&store->live, record->id);

	if (record->id >= store->next_id)
		store->next_id = (uint64_t)record->id + 1;
	if (!call) {
		store->counts.lost++;
		log_write(LOG_ERROR, LOG_STORE,
		          "call %" PRIu32 ": no memory left for its record while nothing can be written (%" PRIu64
		          " lost)",
		          record->id, store->counts.lost);
		return false;
	}
	/* Ends are numbered in the order of the list. */
	if (record->ended && !call->record.ended)
		live_wait_no_more(&store->live, call);
	call->record = *record;
	call->recorded_us = clock_wall_us();
	call->committed = false;
	live_wait(&store->live, call);
	if (record->ended && store->commit_due_us == TIMER_NEVER && !store->database_error)
		store->commit_due_us = store->now_us + STORE_COMMIT_US;
	return true;
}

static bool take_posts(struct store *store)
{
	struct post post;
	bool any = false;

	while (store->ack_count < STORE_ACKS_MAX && mailbox_receive(store->posts, &post)) {
		bool kept = keep(store, &post.record);

		any = true;
		store->counts.posted++;
		if (post.token)
			store->acks[store->ack_count++] =
			    (struct store_ack){.token = post.token, .id = post.record.id, .lost = !kept};
	}
	return any;
}

/* ---- the actor ---- */

static bool journal_is_half_full(const struct store *store)
{
	return journal_used(store->journal) > journal_ring_bytes(store->journal) / 2;
}

static bool commit_if_due(struct store *store)
{
	bool all = journal_is_half_full(store) && !store->database_error;

	if (!all && store->commit_due_us > store->now_us)
		return false;
	/* What it should have made durable goes into the journal instead. */
	if (store_commit(store, all) && !store->journal_error)
		store_write_waiting(store);
	return true;
}

/* Ends of calls alone, and the database takes them in this step: one sync instead of two. */
static bool commit_will_do(const struct store *store)
{
	const struct live_call *call;

	if (store->ack_count || store->commit_due_us > store->now_us || store->database_error)
		return false;
	for (call = live_first_waiting(&store->live); call; call = live_next_waiting(&store->live, call))
		if (!call->record.ended)
			return false;
	return true;
}

/*
 * Somebody who waits for an acknowledgement is served at once, and all that waits goes with it. Other snapshots wait up
 * to a second, for one sync to serve many; by then most of them are superseded by the end of their call, which the
 * database takes at its next commit. The journal keeps the end too: should the database be damaged one day, the newest
 * calls are still there.
 */
static bool write_if_due(struct store *store)
{
	if (!live_first_waiting(&store->live)) {
		store->write_due_us = TIMER_NEVER;
		return false;
	}
	if (store->write_due_us == TIMER_NEVER)
		store->write_due_us = store->now_us + STORE_COMMIT_US;
	if (store->ack_count == 0 && store->now_us < store->write_due_us && !atomic_load(&store->hurry))
		return false;
	store->write_due_us = TIMER_NEVER;
	if (commit_will_do(store))
		return false;
	/* After a failure the retry has its own pace. */
	if (store->ack_count == 0 && store->retry_at_us != TIMER_NEVER) {
		store->write_due_us = store->retry_at_us + STORE_COMMIT_US;
		return false;
	}
	store_write_waiting(store);
	return true;
}

static bool store_step(void *self, uint64_t now_us)
{
	struct store *store = self;
	bool busy;

	store->now_us = now_us;
	busy = send_acks(store);
	if (store->ack_count == 0)
		busy |= take_posts(store);
	if (write_if_due(store)) {
		send_acks(store);
		busy = true;
	}
	busy |= commit_if_due(store);
	busy |= store_take_notes(store);
	if (store->notes_due_us <= now_us) {
		store->notes_due_us = TIMER_NEVER;
		store_count_callbacks(store);
		busy = true;
	}
	if (store->retry_at_us <= now_us) {
		store_retry(store);
		busy = true;
	}
	store_check_alarm(store);
	busy |= store_tell_callbacks(store);
	return send_alarm(store) || busy;
}

static uint64_t store_next_deadline(void *self)
{
	const struct store *store = self;
	uint64_t next = store->commit_due_us < store->retry_at_us ? store->commit_due_us : store->retry_at_us;

	if (store->write_due_us < next)
		next = store->write_due_us;
	if (store->notes_due_us < next)
		next = store->notes_due_us;
	if ((store->ack_count || store->alarm_unsent) && store->now_us + EVENT_RETRY_US < next)
		next = store->now_us + EVENT_RETRY_US;
	return next;
}

void store_hurry(struct store *store, bool hurry)
{
	atomic_store(&store->hurry, hurry);
	doorbell_ring(store->actor.bell);
}

/* ---- making and ending ---- */

static int take_names(struct store *store, const char *folder)
{
	size_t database = 0, journal = 0;

	return text_append(store->database_path, PATH_MAX, &database, "%s/" STORE_DATABASE_FILE, folder) &&
	               text_append(store->journal_path, PATH_MAX, &journal, "%s/" STORE_JOURNAL_FILE, folder)
	           ? 0
	           : -ENAMETOOLONG;
}

static void release(struct store *store)
{
	database_close(store->database);
	journal_close(store->journal);
	live_free(&store->live);
	mailbox_free(store->posts);
	mailbox_free(store->events);
	mailbox_free(store->notes);
	doorbell_free(store->bell);
	free(store);
}

static int prepare(struct store *store, const struct store_settings *settings)
{
	int error = take_names(store, settings->folder);

	store->commit_due_us = store->write_due_us = store->retry_at_us = store->notes_due_us = TIMER_NEVER;
	store->retry_after_us = STORE_RETRY_FIRST_US;
	if (!error)
		error = doorbell_new(&store->bell);
	if (!error)
		error = mailbox_new(&store->posts, "store posts", sizeof(struct post), POSTS_MAX, store->bell);
	if (!error)
		error =
		    mailbox_new(&store->events, "store events", sizeof(struct store_event), EVENTS_MAX, settings->bell);
	if (!error)
		error =
		    mailbox_new(&store->notes, "store notes", sizeof(struct store_note), STORE_NOTES_MAX, store->bell);
	store->actor = (struct actor){
	    .name = "store",
	    .self = store,
	    .step = store_step,
	    .next_deadline_us = store_next_deadline,
	    .bell = store->bell,
	};
	return error;
}

int store_new(struct store **out, const struct store_settings *settings, struct fault *fault)
{
	struct store *store = calloc(1, sizeof(*store));
	int error;

	if (!store)
		return fault_set(fault, -ENOMEM, "no memory for the store");
	store->now_us = clock_now_us();
	error = prepare(store, settings);
	if (error)
		fault_set(fault, error, "%s", strerror(-error));
	else
		error = store_recover(store, settings->journal_bytes, fault);
	if (error) {
		release(store);
		return fault_add(fault, error, "store");
	}
	store_check_alarm(store);
	send_alarm(store);
	store_tell_callbacks(store);
	*out = store;
	return 0;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	store->now_us = clock_now_us();
	do {
		/* Whoever waited for acknowledgements has gone. */
		store->ack_count = store->acks_sent = 0;
		store_write_waiting(store);
	} while (take_posts(store));
	store_take_notes(store);
	store->closing = true;
	if (store_commit(store, true))
		log_write(LOG_ERROR, LOG_STORE, "at the end %" PRIu32 " calls are not in the database",
		          store->live.count);
	release(store);
}

struct actor *store_actor(struct store *store)
{
	return &store->actor;
}

int store_post(struct store *store, const struct call_record *record, uint64_t token)
{
	struct post post = {.record = *record, .token = token};

	return mailbox_send(store->posts, &post);
}

bool store_next_event(struct store *store, struct store_event *event)
{
	return mailbox_receive(store->events, event);
}

void store_get_counts(const struct store *store, struct store_counts *counts)
{
	*counts = store->counts;
	counts->in_memory = store->live.count;
}

uint32_t store_first_call_id(const struct store *store)
{
	return store->first_id;
}
