/* What the far end says about one leg: a table of message, states that it fits, and what to do. */
#include "base/log.h"
#include "base/text.h"
#include "line/line_internal.h"

#define IN(state) (1u << (state))
#define CALLING   (IN(LEG_SETUP_SENT) | IN(LEG_OVERLAP_SENDING) | IN(LEG_OUT_PROCEEDING) | IN(LEG_DELIVERED))
#define ANY_LIVE                                                                                                       \
	(CALLING | IN(LEG_PRESENT) | IN(LEG_OVERLAP_RECEIVING) | IN(LEG_IN_PROCEEDING) | IN(LEG_ALERTING) |            \
	 IN(LEG_CONNECT_SENT) | IN(LEG_ACTIVE) | IN(LEG_HELD))
#define CLEARED (IN(LEG_DISCONNECTED) | IN(LEG_MESSAGE) | IN(LEG_CLEARING))

enum { CAUSE_CHANNEL_UNACCEPTABLE = 6, CAUSE_NO_ANSWER = 19, CAUSE_TIMER = 102, CAUSE_WRONG_STATE = 101 };

/* The first answer to our SETUP may name another channel (Q.931 5.1.2). False: the leg was cleared. */
static bool negotiate(struct leg *leg, const struct pri_link_event *event)
{
	unsigned wanted = event->timeslot;
	if (wanted == leg->timeslot || !channel_exists(leg->span, wanted))
		return true;
	if (!channel_free(leg->span, wanted)) {
		leg_hang_up(leg, CAUSE_CHANNEL_UNACCEPTABLE);
		return false;
	}
	channel_take(leg, wanted);
	line_leg handle = leg_handle(leg);
	struct line *line = leg->span->line;
	line_emit_leg(leg, LINE_CHANNEL, false);
	return leg_find(line, handle) == leg && leg->state < LEG_DISCONNECTED;
}

static void on_setup_ack(struct leg *leg, const struct pri_link_event *event)
{
	if (!negotiate(leg, event))
		return;
	leg_enter(leg, LEG_OVERLAP_SENDING);
	leg_timer(leg, TIMER_T304);
	line_emit_leg(leg, LINE_SETUP_ACK, event->inband || leg->span->settings.inband_on_setup_ack);
}

static void on_proceeding(struct leg *leg, const struct pri_link_event *event)
{
	if (!negotiate(leg, event))
		return;
	leg_enter(leg, LEG_OUT_PROCEEDING);
	leg_timer(leg, TIMER_T310);
	line_emit_leg(leg, LINE_PROCEEDING, event->inband);
}

static void on_progress(struct leg *leg, const struct pri_link_event *event)
{
	if (leg->state == LEG_OUT_PROCEEDING)
		leg_timer_stop(leg); /* Q.931 5.1.6: T310 ends, the network supervises */
	line_emit_leg(leg, LINE_PROGRESS, event->inband);
}

static void on_alerting(struct leg *leg, const struct pri_link_event *event)
{
	if (!negotiate(leg, event))
		return;
	leg_enter(leg, LEG_DELIVERED);
	leg_timer(leg, TIMER_T301);
	line_emit_leg(leg, LINE_ALERTING, event->inband);
}

static void emit_connected_number(struct leg *leg, const struct pri_link_event *event)
{
	struct line_event out = line_event_for(leg->span, leg, LINE_CONNECTED_NUMBER);
	out.number = &event->setup.calling;
	out.digits = event->setup.calling.digits;
	line_emit(leg->span->line, &out);
}

static void on_connect(struct leg *leg, const struct pri_link_event *event)
{
	if (!negotiate(leg, event))
		return;
	leg_timer_stop(leg);
	pri_link_connect_ack(leg->span->link, leg->call);
	leg_enter(leg, LEG_ACTIVE);
	struct line *line = leg->span->line;
	line_leg handle = leg_handle(leg);
	line_emit_leg(leg, LINE_CONNECT, event->inband);
	if (event->number_present && leg_find(line, handle) == leg)
		emit_connected_number(leg, event);
}

static void on_connect_ack(struct leg *leg, const struct pri_link_event *event)
{
	(void)event;
	leg_enter(leg, LEG_ACTIVE);
	line_emit_leg(leg, LINE_CONNECT_ACK, false);
}

static void on_disconnect(struct leg *leg, const struct pri_link_event *event)
{
	leg_timer_stop(leg);
	leg_note_cause(leg, event->cause, event->cause_location);
	leg_enter(leg, LEG_DISCONNECTED);
	struct line_event out = line_event_for(leg->span, leg, LINE_DISCONNECT);
	out.cause = event->cause;
	out.cause_location = event->cause_location;
	out.inband = event->inband;
	line_emit(leg->span->line, &out);
}

static void on_release(struct leg *leg, const struct pri_link_event *event)
{
	pri_link_hang_up(leg->span->link, event->call, event->cause != 0 ? event->cause : 16);
	if (leg_retry(leg, event->cause))
		return;
	leg_note_cause(leg, event->cause, event->cause_location);
	leg_end(leg);
}

static void on_released(struct leg *leg, const struct pri_link_event *event)
{
	leg_note_cause(leg, event->cause, event->cause_location);
	leg_end(leg);
}

static void emit_digits_ended(struct leg *leg)
{
	leg_timer_stop(leg);
	leg->setup.complete = true;
	line_emit_leg(leg, LINE_DIGITS_ENDED, false);
}

static void on_digits(struct leg *leg, const struct pri_link_event *event)
{
	struct line *line = leg->span->line;
	line_leg handle = leg_handle(leg);
	struct line_number *called = &leg->setup.called;
	size_t used = 0;
	while (called->digits[used] != '\0')
		used++;
	if (!text_append(called->digits, sizeof called->digits, &used, "%s", event->digits))
		leg_unexpected(leg, "a number that is too long");
	if (leg->state == LEG_OVERLAP_RECEIVING)
		leg_timer(leg, TIMER_T302);
	if (event->digits[0] != '\0') {
		struct line_event out = line_event_for(leg->span, leg, LINE_DIGITS);
		out.digits = event->digits;
		line_emit(line, &out);
	}
	bool still = leg_find(line, handle) == leg && leg->state == LEG_OVERLAP_RECEIVING;
	if (event->setup.complete && still)
		emit_digits_ended(leg);
}

static void on_facility(struct leg *leg, const struct pri_link_event *event)
{
	struct line *line = leg->span->line;
	line_leg handle = leg_handle(leg);
	/* A Display text that comes when the name is known says something else. */
	bool name = event->name_present && !(event->display_only && leg->setup.calling_name[0] != '\0');
	if (name && !leg->outgoing) {
		text_copy(leg->setup.calling_name, sizeof leg->setup.calling_name, event->setup.calling_name);
		leg->setup.name_presentation = event->setup.name_presentation;
		leg->setup.name_follows = false;
		line_emit_leg(leg, LINE_NAME, false);
	}
	if (event->number_present && leg->outgoing && leg_find(line, handle) == leg)
		emit_connected_number(leg, event);
}

static void on_hold(struct leg *leg, const struct pri_link_event *event)
{
	bool active = leg->state == LEG_ACTIVE;
	pri_link_hold_answer(leg->span->link, event->call, active ? 0 : CAUSE_WRONG_STATE);
	if (!active)
		return;
	/* The channel stays reserved for the call; the far end may name another one when it retrieves. */
	leg_enter(leg, LEG_HELD);
	line_emit_leg(leg, LINE_HOLD, false);
}

static void on_retrieve(struct leg *leg, const struct pri_link_event *event)
{
	unsigned wanted = event->timeslot;
	bool moves = leg->state == LEG_HELD && wanted != leg->timeslot && channel_free(leg->span, wanted);
	if (moves)
		channel_take(leg, wanted);
	uint8_t reject = leg->state != LEG_HELD ? CAUSE_WRONG_STATE : 0;
	pri_link_retrieve_answer(leg->span->link, event->call, leg_channel_code(leg), reject);
	if (reject != 0)
		return;
	leg_enter(leg, LEG_ACTIVE);
	struct line *line = leg->span->line;
	line_leg handle = leg_handle(leg);
	if (moves)
		line_emit_leg(leg, LINE_CHANNEL, false);
	if (leg_find(line, handle) == leg)
		line_emit_leg(leg, LINE_RETRIEVE, false);
}

static void on_notify(struct leg *leg, const struct pri_link_event *event)
{
	log_write(LOG_DEBUG, LOG_LINE, "leg %08x span %u/%u: NOTIFY", leg_handle(leg), leg->span->number,
	          leg->timeslot);
	on_facility(leg, event);
}

struct event_row {
	uint32_t states;
	void (*act)(struct leg *leg, const struct pri_link_event *event);
};
static const struct event_row rows[PRI_LINK_EVENT_COUNT] = {
    [PRI_LINK_SETUP_ACK] = {IN(LEG_SETUP_SENT), on_setup_ack},
    [PRI_LINK_PROCEEDING] = {IN(LEG_SETUP_SENT) | IN(LEG_OVERLAP_SENDING), on_proceeding},
    [PRI_LINK_PROGRESS] = {CALLING, on_progress},
    [PRI_LINK_ALERTING] = {CALLING & ~IN(LEG_DELIVERED), on_alerting},
    [PRI_LINK_CONNECT] = {CALLING, on_connect},
    [PRI_LINK_CONNECT_ACK] = {IN(LEG_CONNECT_SENT), on_connect_ack},
    [PRI_LINK_DISCONNECT] = {ANY_LIVE, on_disconnect},
    [PRI_LINK_RELEASE] = {ANY_LIVE | CLEARED, on_release},
    [PRI_LINK_RELEASED] = {ANY_LIVE | CLEARED, on_released},
    [PRI_LINK_DIGITS] = {IN(LEG_PRESENT) | IN(LEG_OVERLAP_RECEIVING), on_digits},
    [PRI_LINK_FACILITY] = {ANY_LIVE, on_facility},
    [PRI_LINK_NOTIFY] = {ANY_LIVE, on_notify},
    [PRI_LINK_HOLD] = {ANY_LIVE, on_hold},
    [PRI_LINK_RETRIEVE] = {ANY_LIVE, on_retrieve},
};

void leg_on_event(struct leg *leg, const struct pri_link_event *event)
{
	const struct event_row *row = &rows[event->type];
	if (row->act == NULL || !(row->states & IN(leg->state)))
		leg_unexpected(leg, pri_link_event_names[event->type]);
	else
		row->act(leg, event);
}

/* Q.931 table 9-1 and 9-2: what to do when one of ours runs out. */
void leg_timer_expired(void *argument)
{
	struct leg *leg = argument;
	leg->span->timer_expiries++;
	/* T301 and T302 wait for people; the others for the network. */
	leg->span->unanswered += leg->timer_row != TIMER_T301 && leg->timer_row != TIMER_T302;
	log_write(LOG_INFO, LOG_LINE, "leg %08x span %u/%u %s: %s ran out", leg_handle(leg), leg->span->number,
	          leg->timeslot, leg_state_names[leg->state], timer_rows[leg->timer_row].name);
	if (leg->timer_row != TIMER_T302)
		line_trouble(leg->span, leg, LINE_TROUBLE_TIMER, "%s ran out in state %s",
		             timer_rows[leg->timer_row].name, leg_state_names[leg->state]);
	if (leg->timer_row == TIMER_T302)
		emit_digits_ended(leg);
	else
		leg_hang_up(leg, leg->timer_row == TIMER_T301 ? CAUSE_NO_ANSWER : CAUSE_TIMER);
}
