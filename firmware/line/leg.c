/* A leg from allocation to its last event. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "line/line_internal.h"

const char *const leg_state_names[LEG_STATE_COUNT] = {
    [LEG_FREE] = "NULL",
    [LEG_SETUP_SENT] = "SETUP-SENT",
    [LEG_OVERLAP_SENDING] = "OVERLAP-SENDING",
    [LEG_OUT_PROCEEDING] = "OUTGOING-PROCEEDING",
    [LEG_DELIVERED] = "DELIVERED",
    [LEG_PRESENT] = "PRESENT",
    [LEG_OVERLAP_RECEIVING] = "OVERLAP-RECEIVING",
    [LEG_IN_PROCEEDING] = "INCOMING-PROCEEDING",
    [LEG_ALERTING] = "ALERTING",
    [LEG_CONNECT_SENT] = "CONNECT-SENT",
    [LEG_ACTIVE] = "ACTIVE",
    [LEG_HELD] = "HELD",
    [LEG_DISCONNECTED] = "DISCONNECT-INDICATED",
    [LEG_MESSAGE] = "CLEARING-MESSAGE",
    [LEG_CLEARING] = "RELEASING",
    [LEG_ENDED] = "RELEASED",
};

void legs_init(struct line *line)
{
	_Static_assert(CONFIG_CALLS_MAX <= UINT16_MAX, "a handle keeps the index in 16 bits");
	for (size_t i = CONFIG_CALLS_MAX; i-- > 0;) {
		struct leg *leg = &line->legs[i];
		leg->index = (uint16_t)i;
		leg->generation = 1;
		leg->next = line->free_legs;
		line->free_legs = leg;
	}
	line->ended_last = &line->ended_first;
}

struct leg *leg_new(struct span *span)
{
	struct line *line = span->line;
	struct leg *leg = line->free_legs;
	if (leg == NULL)
		return NULL;
	line->free_legs = leg->next;
	uint16_t generation = leg->generation, index = leg->index;
	memset(leg, 0, sizeof *leg);
	leg->generation = generation;
	leg->index = index;
	leg->span = span;
	leg->next = span->legs;
	span->legs = leg;
	timer_init(&leg->timer, "leg", leg_timer_expired, leg);
	return leg;
}

static void leg_delete(struct leg *leg)
{
	struct line *line = leg->span->line;
	struct leg **at = &leg->span->legs;
	while (*at != leg)
		at = &(*at)->next;
	*at = leg->next;
	leg->state = LEG_FREE;
	leg->generation = leg->generation == UINT16_MAX ? 1 : (uint16_t)(leg->generation + 1);
	leg->next = line->free_legs;
	line->free_legs = leg;
}

line_leg leg_handle(const struct leg *leg)
{
	return (line_leg)leg->generation << 16 | leg->index;
}

struct leg *leg_find(const struct line *line, line_leg handle)
{
	unsigned index = handle & 0xffff;
	if (index >= CONFIG_CALLS_MAX)
		return NULL;
	const struct leg *leg = &line->legs[index];
	return leg->state != LEG_FREE && leg_handle(leg) == handle ? (struct leg *)leg : NULL;
}

struct leg *leg_of_call(struct span *span, const struct q931_call *call)
{
	for (struct leg *leg = span->legs; call != NULL && leg != NULL; leg = leg->next)
		if (leg->call == call)
			return leg;
	return NULL;
}

struct leg *leg_of_cref(struct span *span, uint32_t cref)
{
	for (struct leg *leg = span->legs; leg != NULL; leg = leg->next)
		if (leg->call != NULL && leg->cref == cref)
			return leg;
	return NULL;
}

uint32_t leg_channel_code(const struct leg *leg)
{
	return leg->timeslot | leg->interface;
}

void leg_enter(struct leg *leg, enum leg_state state)
{
	log_write(LOG_DEBUG, LOG_LINE, "leg %08x span %u/%u %s -> %s", leg_handle(leg), leg->span->number,
	          leg->timeslot, leg_state_names[leg->state], leg_state_names[state]);
	leg->state = state;
}

void leg_timer(struct leg *leg, enum timer_row row)
{
	leg->timer_row = row;
	leg->timer.name = timer_rows[row].name;
	timer_start(leg->span->line->timers, &leg->timer, clock_now_us() + leg->span->line->values.ms[row] * US_PER_MS);
}

void leg_timer_stop(struct leg *leg)
{
	timer_stop(leg->span->line->timers, &leg->timer);
}

void leg_note_cause(struct leg *leg, uint8_t cause, uint8_t location)
{
	if (leg->cause != 0 || cause == 0)
		return;
	leg->cause = cause;
	leg->cause_location = location;
}

void leg_end(struct leg *leg)
{
	struct line *line = leg->span->line;
	if (leg->state == LEG_ENDED)
		return;
	leg_timer_stop(leg);
	leg_enter(leg, LEG_ENDED);
	/* libpri clears a call by itself when Q.921 gives up, whatever was still to be said of it. */
	if (leg->span->dchannel != LINE_DCHANNEL_UP && leg->timeslot != 0)
		leg->span->doubtful |= 1u << leg->timeslot;
	leg->call = NULL;
	leg->next_ended = NULL;
	*line->ended_last = leg;
	line->ended_last = &leg->next_ended;
}

bool legs_deliver_ended(struct line *line)
{
	bool any = false;
	while (line->ended_first != NULL) {
		struct leg *leg = line->ended_first;
		line->ended_first = leg->next_ended;
		if (line->ended_first == NULL)
			line->ended_last = &line->ended_first;
		struct line_event event = line_event_for(leg->span, leg, LINE_RELEASED);
		event.cause = leg->cause != 0 ? leg->cause : 31;
		event.cause_location = leg->cause_location;
		channel_release(leg);
		line_emit(line, &event);
		leg_delete(leg);
		any = true;
	}
	return any;
}

void leg_unexpected(struct leg *leg, const char *what)
{
	leg->span->events_unexpected++;
	line_trouble(leg->span, leg, LINE_TROUBLE_PROTOCOL, "%s does not fit in state %s", what,
	             leg_state_names[leg->state]);
	log_write(LOG_NOTICE, LOG_LINE, "leg %08x span %u/%u %s: %s does not fit", leg_handle(leg), leg->span->number,
	          leg->timeslot, leg_state_names[leg->state], what);
}

/* Q.931 has seven bits for the cause; what cannot be sent becomes the unspecified one. */
uint8_t cause_to_send(uint8_t cause)
{
	if (cause == 0)
		return 16;
	return cause <= 127 ? cause : 31;
}

/*
 * libpri answers a SETUP by RELEASE COMPLETE with these causes alone; with any other it says nothing unless a message
 * was sent before.
 */
static bool refuses_at_once(uint8_t cause)
{
	return cause == 1 || cause == 34 || cause == 44 || cause == 81 || cause == 82 || cause == 88;
}

void leg_hang_up(struct leg *leg, uint8_t cause)
{
	struct pri_link *link = leg->span->link;
	leg_note_cause(leg, cause, 0);
	leg_timer_stop(leg);
	if (leg->state == LEG_PRESENT && !refuses_at_once(cause))
		pri_link_proceeding(link, leg->call, leg_channel_code(leg), false);
	if (leg->state == LEG_MESSAGE)
		pri_link_release_after_message(link, leg->cref, cause);
	else
		pri_link_hang_up(link, leg->call, cause);
	if (pri_link_call_alive(link, leg->call))
		leg_enter(leg, LEG_CLEARING);
	else
		leg_end(leg);
}
