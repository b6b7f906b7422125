/* See day.h. */
#include "tools/sim/day.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acd/acd_journal.h"
#include "tools/sim/journal_files.h"

#define BUCKETS 65536

/* While it is read: where the calls, offers and agents are. */
struct reading {
	struct day *day;
	struct acd *acd;
	day_watch *watch;
	void *user;
	struct acd_event event;                        /* in hand */
	uint32_t epoch, last_stay[CONFIG_AGENTS_MAX];  /* of agents: the stay they talk or wrap up for, + 1 */
	uint32_t stay_of[BUCKETS], answer_of[BUCKETS]; /* by call and offer, + 1 */
	acd_offer offer_of[BUCKETS];
	uint32_t winner_of[BUCKETS]; /* by call: the answer, + 1 */
	uint64_t offered_us[BUCKETS], won_us[BUCKETS];
	enum acd_state state[CONFIG_AGENTS_MAX];
	bool holds_on[CONFIG_AGENTS_MAX]; /* the telephone stays lifted after a call: putting it down belongs to that
	                                     call */
	int error;
};

/* ---- memory ---- */

static void *grow(struct reading *reading, void **items, uint32_t *count, uint32_t *room, size_t bytes)
{
	if (*count == *room) {
		uint32_t more = *room ? 2 * *room : 1024;
		void *moved = realloc(*items, more * bytes);
		if (!moved) {
			reading->error = -ENOMEM;
			return NULL;
		}
		*items = moved;
		*room = more;
	}
	void *item = (char *)*items + (size_t)(*count)++ * bytes;
	memset(item, 0, bytes);
	return item;
}
#define GROW(reading, list)                                                                                            \
	grow(reading, (void **)&(reading)->day->list##s, &(reading)->day->list##_count, &(reading)->day->list##_room,  \
	     sizeof(*(reading)->day->list##s))

static struct stay *stay_at(struct reading *reading, acd_call call)
{
	uint32_t at = reading->stay_of[call % BUCKETS];
	return at && reading->day->stays[at - 1].call == call ? &reading->day->stays[at - 1] : NULL;
}

static struct answer *answer_at(struct reading *reading, acd_offer offer)
{
	uint32_t at = reading->answer_of[offer % BUCKETS];
	return at && reading->offer_of[offer % BUCKETS] == offer ? &reading->day->answers[at - 1] : NULL;
}

/* ---- one event of the journal ---- */

static struct deed deed_of(const struct reading *reading, uint64_t since_us)
{
	return (struct deed){.event = reading->event,
	                     .after_us = reading->event.at_us - since_us,
	                     .rank = reading->event.sequence,
	                     .epoch = reading->epoch};
}

static void by_time(struct reading *reading)
{
	struct day *day = reading->day;
	struct deed *deed =
	    grow(reading, (void **)&day->absolute, &day->absolute_count, &day->absolute_room, sizeof(*deed));
	if (deed)
		*deed = deed_of(reading, 0);
}

static void note(struct reading *reading, struct deed *deeds, uint32_t *count, uint64_t since_us)
{
	if (*count < STAY_DEEDS)
		deeds[(*count)++] = deed_of(reading, since_us);
	else
		reading->day->left_out++;
}

static void enqueued(struct reading *reading)
{
	struct day *day = reading->day;
	acd_call call = reading->event.call;
	struct stay *before = stay_at(reading, call);
	bool follows = before && before->ended_us && !before->answered;
	uint32_t previous = follows ? (uint32_t)(before - day->stays) : 0;
	struct stay *stay = GROW(reading, stay);
	if (!stay)
		return;
	stay->call = call;
	stay->enqueue = deed_of(reading, follows ? day->stays[previous].ended_us : 0);
	if (follows)
		day->stays[previous].next = day->stay_count;
	reading->stay_of[call % BUCKETS] = day->stay_count;
	if (!follows)
		by_time(reading);
}

static void while_waiting(struct reading *reading)
{
	struct stay *stay = stay_at(reading, reading->event.call);
	if (!stay || stay->talk_us) {
		by_time(reading);
		return;
	}
	note(reading, stay->waiting, &stay->waiting_count, stay->enqueue.event.at_us);
	if (reading->event.type != ACD_GONE || stay->ended_us)
		return;
	stay->gone = true;
	stay->ended_us = reading->event.at_us;
	stay->waited_us = stay->ended_us - stay->enqueue.event.at_us;
}

static void answered_offer(struct reading *reading)
{
	struct answer *answer = answer_at(reading, reading->event.offer);
	if (!answer) {
		by_time(reading);
		return;
	}
	uint64_t since_us = reading->offered_us[reading->event.offer % BUCKETS];
	if (reading->event.type == ACD_OFFER_RINGING)
		answer->ringing = deed_of(reading, since_us);
	else if (answer->lifted.event.type == ACD_TIME)
		answer->lifted = deed_of(reading, since_us);
	else /* failed after it was won */
		answer->talk = deed_of(reading, reading->won_us[answer->call % BUCKETS]);
}

/* An answer that was none: the same call waits once more, at the place that it had. */
static void waits_again(struct reading *reading, acd_queue queue)
{
	struct day *day = reading->day;
	acd_call call = reading->event.call;
	struct stay *stay = GROW(reading, stay);
	if (!stay)
		return;
	stay->call = call;
	stay->enqueue = deed_of(reading, 0);
	stay->enqueue.event.queue = queue;
	day->again_count++;
	reading->stay_of[call % BUCKETS] = day->stay_count;
	reading->winner_of[call % BUCKETS] = 0;
}

static void talk(struct reading *reading)
{
	acd_call call = reading->event.call;
	struct stay *stay = stay_at(reading, call);
	uint32_t at = reading->winner_of[call % BUCKETS];
	struct answer *answer = at ? &reading->day->answers[at - 1] : NULL;
	if (!stay || !answer || answer->call != call) {
		by_time(reading);
		return;
	}
	if (stay->talk_us) {
		acd_queue queue = stay->enqueue.event.queue;
		note(reading, stay->talking, &stay->talking_count, stay->talk_us);
		if (reading->event.type == ACD_TALK_ENDED && reading->event.reason == ACD_TALK_DROPPED)
			waits_again(reading, queue);
		return;
	}
	answer->talk = deed_of(reading, reading->won_us[call % BUCKETS]);
	if (reading->event.type != ACD_TALK_STARTED)
		return;
	stay->answered = true;
	stay->talk_us = stay->ended_us = reading->event.at_us;
	stay->waited_us = stay->talk_us - stay->enqueue.event.at_us;
	if (answer->agent < CONFIG_AGENTS_MAX)
		reading->last_stay[answer->agent] = (uint32_t)(stay - reading->day->stays) + 1;
}

/* What an agent does during and right after a call belongs to that call. */
static void of_agent(struct reading *reading)
{
	acd_agent agent = reading->event.agent;
	enum acd_state state = agent < CONFIG_AGENTS_MAX ? reading->state[agent] : ACD_LOGGED_OUT;
	uint32_t at = agent < CONFIG_AGENTS_MAX ? reading->last_stay[agent] : 0;
	enum acd_event_type type = reading->event.type;
	bool busy = state == ACD_TALKING || state == ACD_HOLD || state == ACD_WRAP_UP;
	bool puts_down = agent < CONFIG_AGENTS_MAX && type == ACD_AGENT_PHONE_FREE && reading->holds_on[agent];
	if (!(busy || puts_down) || !at || type == ACD_AGENT_LOGOUT || type == ACD_AGENT_PAUSE) {
		by_time(reading);
		return;
	}
	if (type >= ACD_AGENT_PHONE_BUSY && type <= ACD_AGENT_UNPLUGGED)
		reading->holds_on[agent] = type != ACD_AGENT_PHONE_FREE;
	struct stay *stay = &reading->day->stays[at - 1];
	note(reading, stay->talking, &stay->talking_count, stay->talk_us);
}

static void restarted(struct reading *reading)
{
	struct day *day = reading->day;
	reading->event.at_us = day->last_us; /* at the end of the run that was cut */
	by_time(reading);
	reading->epoch++;
	memset(reading->stay_of, 0, sizeof(reading->stay_of));
	memset(reading->answer_of, 0, sizeof(reading->answer_of));
	memset(reading->last_stay, 0, sizeof(reading->last_stay));
	memset(reading->holds_on, 0, sizeof(reading->holds_on));
	for (uint32_t i = 0; i < day->stay_count; i++)
		if (!day->stays[i].ended_us)
			day->stays[i].ended_us = day->stays[i].enqueue.event.at_us + day->stays[i].waited_us;
}

typedef void taker(struct reading *reading);

static void worked_off(struct reading *reading)
{
	struct deed *deed = GROW(reading, time);
	if (deed)
		*deed = deed_of(reading, 0);
}

static taker *const takers[ACD_EVENT_COUNT] = {
    [ACD_ENQUEUE] = enqueued,
    [ACD_GONE] = while_waiting,
    [ACD_WITHDRAW] = while_waiting,
    [ACD_PLACE] = while_waiting,
    [ACD_PRIORITY] = while_waiting,
    [ACD_OFFER_RINGING] = answered_offer,
    [ACD_OFFER_ANSWER] = answered_offer,
    [ACD_OFFER_FAILED] = answered_offer,
    [ACD_TALK_STARTED] = talk,
    [ACD_TALK_HOLD] = talk,
    [ACD_TALK_RESUMED] = talk,
    [ACD_TALK_ENDED] = talk,
    [ACD_TIME] = worked_off,
    [ACD_AGENT_LOGOUT] = of_agent,
    [ACD_AGENT_PAUSE] = of_agent,
    [ACD_AGENT_READY] = of_agent,
    [ACD_AGENT_WRAP_UP_END] = of_agent,
    [ACD_AGENT_WRAP_UP_MORE] = of_agent,
    [ACD_AGENT_PHONE_BUSY] = of_agent,
    [ACD_AGENT_PHONE_FREE] = of_agent,
    [ACD_AGENT_UNPLUGGED] = of_agent,
    [ACD_AGENT_SETTLED] = of_agent,
    [ACD_RESTART] = restarted,
};

/* ---- decisions ---- */

static void offered(struct reading *reading, const struct acd_decision *decision)
{
	struct answer *answer = GROW(reading, answer);
	if (!answer)
		return;
	*answer = (struct answer){.call = decision->call, .agent = decision->agent, .cancelled_us = UINT64_MAX};
	answer->ringing.event.type = answer->lifted.event.type = answer->talk.event.type = ACD_TIME;
	reading->answer_of[decision->offer % BUCKETS] = reading->day->answer_count;
	reading->offer_of[decision->offer % BUCKETS] = decision->offer;
	reading->offered_us[decision->offer % BUCKETS] = decision->at_us;
}

static void left(struct reading *reading, const struct acd_decision *decision)
{
	struct stay *stay = stay_at(reading, decision->call);
	if (!stay || stay->ended_us)
		return;
	stay->ended_us = decision->at_us;
	stay->waited_us = stay->ended_us - stay->enqueue.event.at_us;
}

static void decided(void *user, const struct acd_decision *decision)
{
	struct reading *reading = user;
	struct answer *answer = decision->offer ? answer_at(reading, decision->offer) : NULL;
	if (decision->type == ACD_D_OFFER)
		offered(reading, decision);
	if (decision->type == ACD_D_OFFER_CANCEL && answer && answer->cancelled_us == UINT64_MAX) {
		answer->missed = decision->result == ACD_OFFER_NO_ANSWER;
		answer->cancelled_us = decision->at_us - reading->offered_us[decision->offer % BUCKETS];
	}
	if (decision->type == ACD_D_WINNER && answer) {
		reading->winner_of[decision->call % BUCKETS] = (uint32_t)(answer - reading->day->answers) + 1;
		reading->won_us[decision->call % BUCKETS] = decision->at_us;
	}
	if (decision->type == ACD_D_EXIT || decision->type == ACD_D_REFUSED)
		left(reading, decision);
	if (decision->type == ACD_D_AGENT_STATE && decision->agent < CONFIG_AGENTS_MAX)
		reading->state[decision->agent] = decision->state;
	if (reading->watch)
		reading->watch(reading->user, reading->acd, &reading->event, decision);
}

/* ---- patience: Kaplan-Meier. Who was answered or sent away had patience for at least as long as the wait. ---- */

static int by_wait(const void *a, const void *b)
{
	const struct stay *const *one = a, *const *other = b;
	if ((*one)->waited_us != (*other)->waited_us)
		return (*one)->waited_us < (*other)->waited_us ? -1 : 1;
	return (int)(*other)->gone - (int)(*one)->gone;
}

static int estimate_patience(struct day *day)
{
	struct stay **order = malloc((day->stay_count + 1) * sizeof(struct stay *));
	day->patience_us = malloc((day->stay_count + 1) * sizeof(*day->patience_us));
	day->alive = malloc((day->stay_count + 1) * sizeof(*day->alive));
	double alive = 4294967296.0;
	if (!order || !day->patience_us || !day->alive) {
		free(order);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < day->stay_count; i++)
		order[i] = &day->stays[i];
	qsort(order, day->stay_count, sizeof(order[0]), by_wait);
	for (uint32_t i = 0; i < day->stay_count; i++) {
		if (!order[i]->gone)
			continue;
		alive *= 1.0 - 1.0 / (day->stay_count - i);
		day->patience_us[day->patience_count] = order[i]->waited_us;
		day->alive[day->patience_count++] = (uint64_t)alive;
	}
	free(order);
	return 0;
}

uint64_t day_patience_us(const struct day *day, uint64_t longer_than_us, uint32_t lot)
{
	uint32_t at = 0;
	uint64_t alive = UINT64_C(1) << 32;
	while (at < day->patience_count && day->patience_us[at] <= longer_than_us)
		alive = day->alive[at++];
	uint64_t drawn = (alive * lot) >> 32;
	while (at < day->patience_count && day->alive[at] > drawn)
		at++;
	return at < day->patience_count ? day->patience_us[at] : UINT64_MAX;
}

/* ---- the files ---- */

static int take_state(struct reading *reading, struct acd_journal_reader *reader)
{
	struct day *day = reading->day;
	if (reading->acd)
		return 0;
	int error = acd_journal_restore(reader, &reading->acd);
	if (!error)
		error = acd_journal_settings(reader, &day->settings);
	day->state_bytes = reader->body_end - reader->body;
	day->state = malloc(day->state_bytes + 1);
	if (error || !day->state)
		return error ? error : -ENOMEM;
	memcpy(day->state, reader->bytes + reader->body, day->state_bytes);
	return 0;
}

static struct acd_settings *copy_of(const struct acd_settings *settings)
{
	struct acd_settings *copy;
	return settings && acd_settings_copy(&copy, settings) == 0 ? copy : NULL;
}

static void note_epoch(struct reading *reading, const struct acd_event *event)
{
	uint32_t at = reading->epoch + (event->type == ACD_RESTART && reading->day->first_us);
	struct epoch *epoch = &reading->day->epochs[at < EPOCHS_MAX ? at : EPOCHS_MAX - 1];
	if ((event->type == ACD_DAY || event->type == ACD_RESTART) && !epoch->wall_us)
		epoch->wall_us = event->arrived_us - event->at_us;
	if (event->type == ACD_DAY)
		reading->day->utc_offset_s = event->utc_offset_s;
	if (event->type == ACD_SETTINGS && !epoch->settings_us && event->settings && event->settings->member_count)
		epoch->settings_us = event->at_us + 1;
	epoch->last_us = event->at_us;
}

static void take_event(struct reading *reading, struct acd_event *event)
{
	struct day *day = reading->day;
	reading->event = *event;
	reading->event.settings = copy_of(event->settings);
	note_epoch(reading, event);
	taker *take = takers[event->type] ? takers[event->type] : by_time;
	take(reading);
	if (reading->watch)
		reading->watch(reading->user, reading->acd, event, NULL);
	acd_decide(reading->acd, event, decided, reading);
	if (!day->first_us)
		day->first_us = event->at_us;
	day->last_us = event->at_us;
}

static int read_file(struct reading *reading, const struct journal_file *file)
{
	struct acd_journal_reader reader;
	struct acd_event event;
	struct bytes bytes;
	enum acd_journal_item item;
	int error = bytes_read(&bytes, file->path);
	if (error)
		return error;
	error = acd_journal_open(&reader, bytes.at, bytes.count);
	if (error && !reading->acd && acd_journal_open_older(&reader, bytes.at, bytes.count) == 0) {
		fprintf(stderr,
		        "belfry-sim: %s: written by older software, where other decisions were right; left out\n",
		        file->path);
		free(bytes.at);
		return 0;
	}
	if (error && reader.torn) { /* the box stopped before it had written anything */
		free(bytes.at);
		return 0;
	}
	while (!error && (item = acd_journal_next(&reader, &event)) != ACD_JOURNAL_END) {
		if (item == ACD_JOURNAL_STATE && reader.lost)
			reader.fault = "events were not written here; what comes behind is left out";
		else if (item == ACD_JOURNAL_STATE)
			error = take_state(reading, &reader);
		else if (item == ACD_JOURNAL_EVENT)
			take_event(reading, &event);
		error = error ? error : reading->error;
		if (item == ACD_JOURNAL_STATE && !error)
			acd_journal_skip_state(&reader, reading->acd);
	}
	if (reader.fault && !reader.torn)
		fprintf(stderr, "belfry-sim: %s, byte %zu: %s\n", file->path, reader.at, reader.fault);
	free(bytes.at);
	return error ? error : reader.fault && !reader.torn ? -EPROTO : 0;
}

int day_read(struct day *day, const char *path, day_watch *watch, void *user)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	struct journal_files files = {0};
	*day = (struct day){0};
	int error = reading ? journal_files_find(&files, path) : -ENOMEM;
	if (error)
		fprintf(stderr, "belfry-sim: %s: %s\n", path,
		        error == -ENOENT ? "there is no journal" : strerror(-error));
	for (uint32_t i = 0; i < files.count && !error; i++) {
		if (i && files.files[i].number != files.files[i - 1].number + 1) {
			fprintf(stderr,
			        "belfry-sim: %s: the file before it is missing; it and what follows is left out\n",
			        files.files[i].path);
			break;
		}
		reading->day = day;
		reading->watch = watch;
		reading->user = user;
		error = read_file(reading, &files.files[i]);
	}
	if (!error)
		error = estimate_patience(day);
	if (reading)
		day->acd = reading->acd;
	free(reading);
	journal_files_free(&files);
	return error == -EPROTO && day->stay_count ? estimate_patience(day) : error;
}

void day_free(struct day *day)
{
	for (uint32_t i = 0; i < day->absolute_count; i++)
		acd_settings_free(day->absolute[i].event.settings);
	acd_settings_free(day->settings);
	acd_free(day->acd);
	free(day->absolute);
	free(day->stays);
	free(day->answers);
	free(day->times);
	free(day->state);
	free(day->patience_us);
	free(day->alive);
	*day = (struct day){0};
}
