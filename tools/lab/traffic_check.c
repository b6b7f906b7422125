/* What the wire saw against what the box wrote down, call by call. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "traffic_private.h"

#define TALK_TOLERANCE_MS 100.0
#define WAIT_TOLERANCE_MS 150.0
#define CLOCK_TOLERANCE_S 0.25
#define AGENT_LEAVES_S    4u /* an agent hangs up 1.5 s after the caller at the latest, and that is no flash */
#define DIFFERENCES_TOLD  12u
#define RECORDS_MORE      200u

struct comparison {
	const struct traffic *traffic;
	const struct traffic_caller *caller;
	const struct json *record;
	struct lab_call_facts facts; /* what the D channel said, up to now */
	double behind_ms; /* real time: how far the box's and the lab's times may be apart on a busy machine */
	bool differs;
	unsigned differences;
	char *text;
	size_t size;
};

static void differ(struct comparison *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void differ(struct comparison *c, const char *format, ...)
{
	size_t used = strlen(c->text);
	if (!c->differs)
		c->differences++;
	c->differs = true;
	if (c->differences > DIFFERENCES_TOLD || used + 80 > c->size)
		return;
	used += (size_t)snprintf(c->text + used, c->size - used, "%s to %s at %.2f s: ", c->caller->from, c->caller->to,
	                         box_seconds(c->caller->begun));
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(c->text + used, c->size - used, format, arguments);
	va_end(arguments);
	used = strlen(c->text);
	snprintf(c->text + used, c->size - used, "\n");
}

static bool is_callers(const struct json *record, const struct traffic_caller *caller)
{
	return strcmp(json_text(record, "from_raw", ""), caller->from) == 0 ||
	       strcmp(json_text(record, "from", ""), caller->from) == 0;
}

/* Whether no message could pass at some time from one moment to another, or what was lost just before was still
 * unknown. */
static bool out_between(const struct comparison *c, uint64_t from, uint64_t to)
{
	const struct lab_call_facts *facts = &c->facts;
	return facts->out_until && facts->out_since <= to && facts->out_until + LAB_RECOVER_S * BOX_SECOND >= from;
}

/* All has been said about the call, on both sides of its trunk. */
static uint64_t ended_at(const struct comparison *c)
{
	return c->facts.let_go > c->caller->released ? c->facts.let_go : c->caller->released;
}

/* Messages about its end may have been lost or late: each side may have ended it at its own time, for its own cause. */
static bool end_out(const struct comparison *c)
{
	return out_between(c, c->caller->talk_end, ended_at(c));
}

/* The caller's only record, or NULL with what is wrong. A call of which the box has said nothing may not have come. */
static const struct json *find_record(struct comparison *c, const struct json *records)
{
	const struct json *found = NULL;
	unsigned count = 0;
	for (const struct json *record = records->first; record; record = record->next)
		if (is_callers(record, c->caller)) {
			found = record;
			count++;
		}
	bool unheard = c->facts.setup_out && !c->facts.reached;
	if (count > 1 || (count == 0 && !unheard))
		differ(c, "%u records", count);
	return count == 1 ? found : NULL;
}

static void compare_place(struct comparison *c)
{
	const struct lab_call_facts *wire = &c->facts;
	if (json_number(c->record, "span", 0) != wire->span || json_number(c->record, "channel", 0) != wire->channel)
		differ(c, "on the wire span %u channel %u, recorded %g/%g", wire->span, wire->channel,
		       json_number(c->record, "span", 0), json_number(c->record, "channel", 0));
	if (strcmp(json_text(c->record, "to", ""), c->caller->to) != 0)
		differ(c, "recorded as to %s", json_text(c->record, "to", "nobody"));
	int cause = (int)json_number(c->record, "cause", 0), sent = (int)json_number(c->record, "cause_sent", 0);
	if (cause != wire->cause && sent != wire->cause && !end_out(c))
		differ(c, "cause %d on the wire, recorded %d (sent %d)", wire->cause, cause, sent);
}

/* By how much the SETUP may have been late at the box. */
static double setup_late_s(const struct comparison *c)
{
	const struct lab_call_facts *facts = &c->facts;
	if (!facts->setup_out)
		return 0;
	uint64_t last = facts->reached ? facts->reached : facts->out_until + LAB_RECOVER_S * BOX_SECOND;
	return last > c->caller->begun ? box_seconds(last - c->caller->begun) : 0;
}

static void compare_time(struct comparison *c)
{
	const char *text = json_text(c->record, "arrived", "");
	double arrived = box_parse_iso(text), wire = c->traffic->unix_time + box_seconds(c->caller->begun);
	double slack = CLOCK_TOLERANCE_S + c->behind_ms / 1000;
	if (!(arrived >= wire - slack && arrived <= wire + setup_late_s(c) + slack))
		differ(c, "arrived %.3f s away from the wire's time (%s)", arrived - wire, text);
}

static bool is_abandoned(const char *outcome)
{
	return strcmp(outcome, "abandoned") == 0 || strcmp(outcome, "short-abandon") == 0;
}

static void compare_outcome(struct comparison *c)
{
	const char *outcome = json_text(c->record, "outcome", "none");
	switch (c->caller->outcome) {
	case CALLER_ANSWERED:
		if (strcmp(outcome, "answered") != 0)
			differ(c, "talked to an agent, recorded as %s", outcome);
		break;
	case CALLER_ABANDONED:
		/* Who is put through while the line is cut hears no agent. */
		if (!is_abandoned(outcome) && !out_between(c, c->caller->begun, ended_at(c)))
			differ(c, "hung up while waiting, recorded as %s", outcome);
		break;
	default:
		if ((is_abandoned(outcome) || strcmp(outcome, "answered") == 0) && !end_out(c))
			differ(c, "was turned away, recorded as %s", outcome);
	}
}

/* Talk begins with the agent's lifting; an agent's hanging up ends it no later than the trunk's release. */
static void compare_talk_time(struct comparison *c)
{
	const struct traffic_caller *caller = c->caller;
	uint64_t least_end = caller->talk_end, most_end = caller->hangs_up_first ? caller->talk_end : caller->released;
	if (end_out(c)) { /* from T309 of the box's, to the moment when the agent has hung up as well */
		least_end = c->facts.out_since < least_end ? c->facts.out_since : least_end;
		most_end = caller->talk_end + AGENT_LEAVES_S * BOX_SECOND;
	}
	double least = (box_seconds(least_end) - box_seconds(caller->lifted)) * 1000;
	double most = (box_seconds(most_end) - box_seconds(caller->lifted)) * 1000;
	double talk = json_number(c->record, "talk_ms", -1), slack = TALK_TOLERANCE_MS + c->behind_ms;
	if (talk < least - slack || talk > most + slack)
		differ(c, "talked %.0f to %.0f ms, recorded %.0f", least, most, talk);
}

static void compare_wait(struct comparison *c)
{
	const struct traffic_caller *caller = c->caller;
	double waited = box_seconds(caller->lifted - caller->begun) * 1000,
	       wait = json_number(c->record, "wait_ms", -1), late = setup_late_s(c) * 1000;
	double ring = json_number(c->record, "ring_ms", 0), slack = WAIT_TOLERANCE_MS + c->behind_ms;
	if ((wait < waited - late - slack || wait > waited + slack) &&
	    (wait + ring < waited - late - slack || wait + ring > waited + slack))
		differ(c, "waited %.0f ms, recorded %.0f and %.0f of ringing", waited, wait, ring);
}

static void compare_talk(struct comparison *c)
{
	const struct traffic_caller *caller = c->caller;
	char port[24];
	snprintf(port, sizeof port, "%u/%u", caller->agent->place.span, caller->agent->place.timeslot);
	if (strcmp(json_text(c->record, "port", ""), port) != 0)
		differ(c, "talked at %s, recorded %s", port, json_text(c->record, "port", "nowhere"));
	compare_talk_time(c);
	compare_wait(c);
	if (caller->asked_to_speak && !caller->heard_by_agent && !out_between(c, caller->lifted, caller->talk_end))
		differ(c, "the agent did not hear the caller");
}

static void compare_call(struct comparison *c, const struct json *records)
{
	c->differs = false;
	c->facts = c->caller->facts;
	if (c->caller->link)
		call_facts(c->caller->link, &c->facts);
	c->record = find_record(c, records);
	if (!c->record)
		return;
	compare_place(c);
	compare_time(c);
	compare_outcome(c);
	if (c->caller->outcome == CALLER_ANSWERED)
		compare_talk(c);
}

static double behind_ms(const struct traffic *t)
{
	struct lab_counters counters = {.behind_us = 0};
	if (t->box)
		exchange_counters(box_exchange(t->box), &counters);
	return (double)counters.behind_us / 1000;
}

unsigned traffic_compare(const struct traffic *t, const struct json *records, char *text, size_t size)
{
	struct comparison c = {.traffic = t, .behind_ms = behind_ms(t), .text = text, .size = size};
	text[0] = '\0';
	if (records->type != JSON_ARRAY) {
		snprintf(text, size, "the records are not a list");
		return 1;
	}
	for (unsigned i = 0; i < t->caller_count; i++) {
		c.caller = t->callers[i];
		if (c.caller->on_wire && c.caller->state == CALLER_GONE)
			compare_call(&c, records);
	}
	return c.differences;
}

unsigned traffic_records_wanted(const struct traffic *t)
{
	return t->caller_count + RECORDS_MORE;
}
