/* What triggers the flight recorder, and when it freezes. */
#include "trace/flight.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "line/line.h"
#include "trace/internal.h"

#define AFTER_US US_PER_S /* what still follows on the D channel is worth having */

enum { SETUP = 0x05, CONNECT = 0x07, DISCONNECT = 0x45, RELEASE = 0x4d, RELEASE_COMPLETE = 0x5a, STATUS = 0x7d };

const char *const trace_trigger_names[TRIGGER_COUNT] = {
    "cause", "timer", "short-call", "protocol", "dchannel", "by-hand",
};

void flight_settings_initial(struct flight_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	for (int i = 0; i < TRIGGER_COUNT; i++)
		settings->on[i] = true;
	settings->short_call_ms = 2000;
	settings->pause_ms = 60000;
	settings->keep = 20;
}

void flight_configure(struct trace *trace, const struct flight_settings *settings)
{
	trace->settings = *settings;
}

void flight_trigger(struct trace *trace, enum trace_trigger trigger, unsigned number, uint32_t call, uint64_t wall_us,
                    const char *text)
{
	struct span_trace *span = &trace->spans[number];
	if (number == 0 || number > CONFIG_SPANS_MAX || !trace->write || !trace->settings.on[trigger])
		return;
	if (span->pending || trace->now_us < span->quiet_until_us) {
		trace->suppressed += !span->pending;
		return;
	}
	span->pending = true;
	span->due_us = trace->now_us + AFTER_US;
	span->what = (struct flight_record){
	    .span = (uint8_t)number, .trigger = (uint8_t)trigger, .call = call, .wall_us = wall_us};
	text_copy(span->what.text, sizeof(span->what.text), text);
}

void flight_due(struct trace *trace, bool at_once)
{
	struct fault fault = {""};
	for (unsigned i = 1; i <= CONFIG_SPANS_MAX; i++) {
		struct span_trace *span = &trace->spans[i];
		if (!span->pending || (!at_once && trace->now_us < span->due_us))
			continue;
		span->pending = false;
		span->quiet_until_us = trace->now_us + trace->settings.pause_ms * US_PER_MS;
		if (flight_write(trace, &span->what, &fault) < 0)
			log_write(LOG_WARNING, LOG_ADMIN, "span %u: flight recorder: %s", i, fault.text);
		else
			log_write(LOG_NOTICE, LOG_ADMIN, "span %u: flight recorder %u frozen: %s", i, span->what.id,
			          span->what.text);
	}
}

/* Q.850 values that callers and the called bring about every day. */
static bool ordinary(const struct trace *trace, unsigned cause)
{
	static const uint8_t causes[] = {1, 4, 5, 16, 17, 18, 19, 20, 21, 22, 23, 26, 28, 31};
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++)
		if (causes[i] == cause)
			return true;
	return trace->settings.expected_cause[cause & 0x7f];
}

static bool of_protocol(unsigned cause)
{
	return cause >= 81 && cause <= 111 && cause != 102 && cause != 88 && cause != 87;
}

static struct watched_key *watched(struct span_trace *span, const struct trace_kept *kept)
{
	for (unsigned i = 0; i < SPAN_KEYS; i++)
		if (span->watched[i].setup_us && span->watched[i].key == kept->key)
			return &span->watched[i];
	if (kept->message != SETUP)
		return NULL;
	struct watched_key *fresh = &span->watched[span->next_watched];
	span->next_watched = (span->next_watched + 1) % SPAN_KEYS;
	return fresh;
}

static void trigger_of_frame(struct trace *trace, enum trace_trigger trigger, const struct trace_kept *kept,
                             const struct decoded *decoded)
{
	char text[FLIGHT_TEXT_BYTES];
	size_t used = 0;
	text_append(text, sizeof(text), &used, "%s %s, cause %u %s", decoded->message_name,
	            kept->sent ? "sent" : "received", decoded->cause, line_cause_text(decoded->cause));
	flight_trigger(trace, trigger, kept->span, kept->call, kept->wall_us, text);
}

static void short_call(struct trace *trace, const struct watched_key *who, const struct trace_kept *kept)
{
	uint64_t begun_us = who->connect_us ? who->connect_us : who->setup_us;
	uint64_t lasted_ms = kept->wall_us > begun_us ? (kept->wall_us - begun_us) / US_PER_MS : 0;
	char text[FLIGHT_TEXT_BYTES];
	size_t used = 0;
	if (lasted_ms >= trace->settings.short_call_ms)
		return;
	text_append(text, sizeof(text), &used, "cleared %u ms after %s", (unsigned)lasted_ms,
	            who->connect_us ? "it was answered" : "SETUP");
	flight_trigger(trace, TRIGGER_SHORT_CALL, kept->span, kept->call, kept->wall_us, text);
}

/* The first message that clears a call. */
static void clearing(struct trace *trace, struct watched_key *who, const struct trace_kept *kept,
                     const struct decoded *decoded)
{
	unsigned cause = decoded->cause;
	if (who)
		who->cleared = true;
	if (cause == 102)
		trigger_of_frame(trace, TRIGGER_TIMER, kept, decoded);
	else if (of_protocol(cause))
		trigger_of_frame(trace, TRIGGER_PROTOCOL, kept, decoded);
	else if (cause != 0 && !ordinary(trace, cause))
		trigger_of_frame(trace, TRIGGER_CAUSE, kept, decoded);
	else if (who && (cause == 16 || cause == 31))
		short_call(trace, who, kept);
}

static void watch_call(struct trace *trace, const struct trace_kept *kept, const struct decoded *decoded)
{
	struct watched_key *who = watched(&trace->spans[kept->span], kept);
	switch (kept->message) {
	case SETUP:
		*who = (struct watched_key){.key = kept->key, .setup_us = kept->wall_us};
		break;
	case CONNECT:
		if (who && !who->connect_us)
			who->connect_us = kept->wall_us;
		break;
	case DISCONNECT:
	case RELEASE:
	case RELEASE_COMPLETE:
		if (!who || !who->cleared)
			clearing(trace, who, kept, decoded);
		break;
	case STATUS:
		if (of_protocol(decoded->cause))
			trigger_of_frame(trace, TRIGGER_PROTOCOL, kept, decoded);
		break;
	default:
		break;
	}
}

void flight_watch(struct trace *trace, const struct trace_kept *kept, const struct decoded *decoded)
{
	if (decoded->kind == Q921_FRMR)
		flight_trigger(trace, TRIGGER_PROTOCOL, kept->span, 0, kept->wall_us, "FRMR on the D channel");
	else if (decoded->fault && !kept->sent)
		flight_trigger(trace, TRIGGER_PROTOCOL, kept->span, kept->call, kept->wall_us, decoded->fault);
	if (kept->key >= 0 && decoded->discriminator == 0x08)
		watch_call(trace, kept, decoded);
}
