/*
 * What a waiting caller hears: the welcome, music, the periodic announcement, the place in the queue and the wait that
 * is expected (Q05, Q08). Place and wait are asked of the scheduler when they are to be said, never within 15 s of the
 * last time, and not at all while a telephone rings for the caller. A free agent cuts everything short.
 */
#include "call/parts.h"
#include "call/spoken.h"

#include <string.h>

#define TOLD_GAP_US (15 * US_PER_S)
#define MINUTE_MS   60000u

/* ---- position and wait ---- */

/* "First in line", "you are caller number N, waiting" (as the recordings have it), or "more than N callers". */
static void add_position(const struct call *call, struct spoken *list)
{
	const struct config_queue *queue = queue_settings(call);
	uint32_t position = call->place.position;

	if (queue->announce_position == CONFIG_POSITION_OFF || position == 0)
		return;
	if (queue->only_improved && call->told.position && position >= call->told.position)
		return;
	if (queue->announce_position == CONFIG_POSITION_LIMIT && position > queue->position_limit)
		return;
	if (queue->announce_position == CONFIG_POSITION_MORE_THAN && position > queue->position_limit) {
		spoken_add(list, "queue-quantity1");
		spoken_number(list, queue->position_limit);
		spoken_add(list, "queue-quantity2");
	} else if (position == 1) {
		spoken_add(list, "queue-youarenext");
	} else {
		spoken_add(list, "queue-thereare");
		spoken_number(list, position);
		spoken_add(list, "queue-callswaiting");
	}
}

static uint32_t minutes_up(uint64_t us)
{
	uint64_t minutes = (us + MINUTE_MS * US_PER_MS - 1) / (MINUTE_MS * US_PER_MS);

	return minutes < 999 ? (uint32_t)minutes : 999;
}

/* A promise never grows, and one that was not kept is not made again: who waits longer than told hears just that. */
static void add_wait(struct call *call, struct spoken *list)
{
	uint64_t now_us = call->control->now_us, until_us = now_us + call->place.high_ms * US_PER_MS;
	uint32_t low = call->place.low_ms / MINUTE_MS, high;

	if (!queue_settings(call)->announce_wait || call->place.position == 0)
		return;
	if (call->told.until_us && now_us > call->told.until_us) {
		spoken_add(list, "queue-overdue");
		return;
	}
	if (call->place.high_ms == 0)
		return;
	if (call->told.until_us && until_us > call->told.until_us)
		until_us = call->told.until_us;
	high = minutes_up(until_us - now_us);
	spoken_add(list, "queue-holdtime");
	if (high <= 1) {
		spoken_add(list, "queue-less-than");
	} else if (low > 0 && low < high) {
		spoken_number(list, low);
		spoken_add(list, "queue-to");
	} else if (low == 0) {
		spoken_add(list, "queue-less-than");
	}
	spoken_number(list, high);
	spoken_add(list, high <= 1 ? "queue-minute" : "queue-minutes");
	if (!call->told.until_us)
		call->told.until_us = now_us + high * MINUTE_MS * US_PER_MS;
}

static bool says_place(const struct call *call)
{
	const struct config_queue *queue = queue_settings(call);

	return queue->announce_position != CONFIG_POSITION_OFF || queue->announce_wait;
}

static void add_place(struct call *call, struct spoken *list)
{
	size_t before = list->count;

	add_position(call, list);
	add_wait(call, list);
	call->told.at_us = call->control->now_us;
	if (list->count == before)
		return;
	if (call->place.position)
		call->told.position = call->place.position;
}

/* ---- when ---- */

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t every_due_us(const struct call *call)
{
	const struct config_queue *queue = queue_settings(call);

	return queue->every[0] && queue->every_ms ? call->told.every_us + queue->every_ms * US_PER_MS : TIMER_NEVER;
}

static uint64_t place_due_us(const struct call *call)
{
	const struct config_queue *queue = queue_settings(call);

	return says_place(call) && queue->repeat_ms ? call->told.at_us + queue->repeat_ms * US_PER_MS : TIMER_NEVER;
}

static void await_next(struct call *call)
{
	uint64_t due_us = sooner(every_due_us(call), place_due_us(call));

	call->announcing = ANNOUNCE_MUSIC;
	if (due_us != TIMER_NEVER)
		timer_start(call->control->timers, &call->announce_timer, due_us);
}

static void music(struct call *call)
{
	const struct config_queue *queue = queue_settings(call);

	call->play_token = 0;
	audio_music(call->control, call->a.channel, strcmp(queue->music, "default") == 0 ? "" : queue->music);
	await_next(call);
}

static void play(struct call *call, const struct spoken *list, enum announcing announcing)
{
	if (list->count == 0) {
		music(call);
		return;
	}
	if (queue_settings(call)->answer == CONFIG_ANSWER_ANNOUNCEMENT)
		call_answer(call);
	call->announcing = announcing;
	call->play_token = audio_play(call->control, call->a.channel, list->names);
}

void announce_begin(struct call *call)
{
	const struct config_queue *queue = queue_settings(call);
	struct spoken list = {.count = 0};

	call->told = (struct queue_told){.every_us = call->control->now_us};
	if (queue->answer != CONFIG_ANSWER_ARRIVAL && call->a.kind == PARTY_LEG && !call->a.answered) {
		/* Not answered yet: what is heard goes out as in-band progress (indicator 8). */
		line_leg_alerting(call->control->line, call->a.leg, true);
	}
	if (queue->answer == CONFIG_ANSWER_AGENT && !call->a.answered) {
		call->announcing = ANNOUNCE_NOTHING;
		audio_tone(call->control, call->a.channel, MEDIA_TONE_RINGBACK);
		return;
	}
	spoken_add(&list, queue->welcome);
	if (says_place(call))
		add_place(call, &list);
	play(call, &list, ANNOUNCE_WELCOME);
}

void announce_notice(struct call *call, const char *prompt)
{
	struct spoken list = {.count = 0};

	if (call->state != CALL_QUEUED || call->queue < 0 || call->announcing == ANNOUNCE_NOTHING ||
	    !audio_prompt_exists(call->control, prompt))
		return;
	spoken_add(&list, prompt);
	play(call, &list, ANNOUNCE_PERIODIC);
}

static void periodic(struct call *call)
{
	uint64_t now_us = call->control->now_us;
	struct spoken list = {.count = 0};

	if (every_due_us(call) <= now_us) {
		spoken_add(&list, queue_settings(call)->every);
		call->told.every_us = now_us;
	}
	if (says_place(call) && now_us - call->told.at_us >= TOLD_GAP_US)
		add_place(call, &list);
	if (list.count)
		play(call, &list, ANNOUNCE_PERIODIC);
	else
		await_next(call); /* the music goes on */
}

void announce_due(struct call *call)
{
	struct acd_event event = {.type = ACD_PLACE, .call = call->acd};

	if (call->state != CALL_QUEUED || call->queue < 0 || call->announcing != ANNOUNCE_MUSIC)
		return;
	if (!says_place(call) || call->control->now_us - call->told.at_us < TOLD_GAP_US) {
		periodic(call);
		return;
	}
	call->announcing = ANNOUNCE_ASKED;
	control_send_acd(call->control, &event);
}

void announce_place(struct call *call, const struct acd_decision *decision)
{
	call->place = (struct queue_place){decision->position, decision->low_ms, decision->high_ms};
	if (call->queue >= 0 && call->announcing == ANNOUNCE_ASKED)
		periodic(call);
}

/* The periodic announcement is counted from the end of the last one. */
void announce_played(struct call *call)
{
	call->told.every_us = call->control->now_us;
	if (call->state == CALL_QUEUED && call->queue >= 0)
		music(call);
}

void announce_end(struct call *call)
{
	timer_stop(call->control->timers, &call->announce_timer);
	call->announcing = ANNOUNCE_NOTHING;
	call->play_token = 0;
}
