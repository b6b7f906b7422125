/* The steps of the last calls, each call's in order. */
#include <string.h>

#include "base/text.h"
#include "line/line.h"
#include "trace/internal.h"

const char *const trace_kind_names[TRACE_KIND_COUNT] = {
    "message", "dialled", "route",    "queue", "ring",    "lifted",  "offer-over",
    "talk",    "hold",    "transfer", "key",   "hung-up", "trouble", "ended",
};
const char *const trace_side_names[3] = {"box", "a", "b"};

static struct ladder *ladder_of(const struct trace *trace, uint32_t call)
{
	return &trace->ladders[call % CONFIG_TRACE_CALLS];
}

/* A message can turn out to be a call's after later steps were noted: it goes where it belongs. */
void ladder_add(struct trace *trace, uint32_t call, const struct trace_event *event)
{
	struct ladder *ladder = ladder_of(trace, call);
	if (ladder->call != call) {
		/* calls of long ago may still say something: they do not push a younger one out */
		if (ladder->call > call)
			return;
		ladder->call = call;
		ladder->count = ladder->dropped = 0;
	}
	if (ladder->count == TRACE_EVENTS_MAX) {
		ladder->dropped++;
		return;
	}
	unsigned at = ladder->count++;
	for (; at > 0 && ladder->events[at - 1].sequence > event->sequence; at--)
		ladder->events[at] = ladder->events[at - 1];
	ladder->events[at] = *event;
}

const struct trace_event *trace_events(const struct trace *trace, uint32_t call, unsigned *count, unsigned *dropped)
{
	const struct ladder *ladder = ladder_of(trace, call);
	if (call == 0 || ladder->call != call)
		return NULL;
	*count = ladder->count;
	*dropped = ladder->dropped;
	return ladder->events;
}

enum { IE_CHANNEL = 0x18, IE_PROGRESS = 0x1e, IE_CALLING = 0x6c, IE_CALLED = 0x70, IE_CONNECTED = 0x4c };

static void append(struct trace_event *event, size_t *used, const char *before, const char *value)
{
	if (value && *value)
		text_append(event->text, sizeof(event->text), used, "%s%s", before, value);
}

static void number_words(struct trace_event *event, size_t *used, const struct decoded *decoded)
{
	append(event, used, " from ", decoded_value(decoded, IE_CALLING, "number"));
	append(event, used, " to ", decoded_value(decoded, IE_CALLED, "number"));
	append(event, used, " connected ", decoded_value(decoded, IE_CONNECTED, "number"));
	append(event, used, ", ", decoded_value(decoded, IE_PROGRESS, "text"));
}

void ladder_message(struct trace *trace, const struct trace_kept *kept, const struct decoded *decoded,
                    struct known_key *who)
{
	struct trace_event event = {.wall_us = kept->wall_us,
	                            .sequence = kept->sequence,
	                            .kind = TRACE_MESSAGE,
	                            .side = who->side,
	                            .way = kept->sent ? TRACE_OUT : TRACE_IN,
	                            .span = kept->span,
	                            .message = decoded->message,
	                            .cause = decoded->cause,
	                            .location = decoded->cause_location};
	const char *channel = decoded_value(decoded, IE_CHANNEL, "channel");
	uint32_t timeslot;
	size_t used = 0;
	if (channel && text_to_u32(channel, 1, 31, &timeslot) == 0)
		who->timeslot = (uint8_t)timeslot;
	event.timeslot = who->timeslot;
	text_append(event.text, sizeof(event.text), &used, "%s", decoded->message_name);
	number_words(&event, &used, decoded);
	if (decoded->cause_present)
		text_append(event.text, sizeof(event.text), &used, ", cause %u %s", decoded->cause,
		            line_cause_text(decoded->cause));
	ladder_add(trace, kept->call, &event);
}
