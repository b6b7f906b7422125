/* From control to the keeper by a mailbox; there, what has come is put where it belongs. */
#include "trace/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "base/text.h"
#include "base/timer.h"
#include "trace/internal.h"

#define QUEUE_MESSAGES 2048
#define STEP_US        (100 * US_PER_MS) /* nobody rings for a frame: the keeper looks so often */
#define Q931_SETUP     0x05

enum message_kind { MESSAGE_FRAME, MESSAGE_BIND, MESSAGE_NOTE, MESSAGE_TROUBLE };
struct message {
	uint8_t kind;
	uint8_t span;
	uint32_t call;
	union {
		struct {
			uint64_t wall_us;
			uint16_t count;
			uint8_t variant;
			bool sent, network;
			uint8_t bytes[TRACE_FRAME_BYTES];
		} frame;
		struct {
			uint16_t key;
			uint8_t side;
		} bind;
		struct trace_event note;
		struct {
			uint64_t wall_us;
			uint8_t trigger;
			char text[FLIGHT_TEXT_BYTES];
		} trouble;
	};
};

/* ---- control's side ---- */

static void post(struct trace *trace, const struct message *message)
{
	if (mailbox_send(trace->mailbox, message) < 0)
		return; /* counted by the mailbox; the call comes first */
}

void trace_frame(struct trace *trace, const struct trace_line *line, bool sent, const uint8_t *bytes, size_t count,
                 uint64_t wall_us)
{
	struct message message;
	if (!trace)
		return;
	message.kind = MESSAGE_FRAME;
	message.span = line->span;
	message.call = 0;
	message.frame.wall_us = wall_us;
	message.frame.count = (uint16_t)(count < TRACE_FRAME_BYTES ? count : TRACE_FRAME_BYTES);
	message.frame.variant = (uint8_t)line->variant;
	message.frame.sent = sent;
	message.frame.network = line->network;
	memcpy(message.frame.bytes, bytes, message.frame.count);
	post(trace, &message);
}

void trace_bind(struct trace *trace, unsigned span, uint16_t key, uint32_t call, enum trace_side side)
{
	struct message message = {.kind = MESSAGE_BIND, .span = (uint8_t)span, .call = call};
	if (!trace || key == 0)
		return;
	message.bind.key = key;
	message.bind.side = (uint8_t)side;
	post(trace, &message);
}

void trace_note(struct trace *trace, uint32_t call, const struct trace_event *event)
{
	struct message message = {.kind = MESSAGE_NOTE, .call = call};
	if (!trace)
		return;
	message.note = *event;
	post(trace, &message);
}

void trace_trouble(struct trace *trace, unsigned span, uint32_t call, enum trace_trigger trigger, uint64_t wall_us,
                   const char *text)
{
	struct message message = {.kind = MESSAGE_TROUBLE, .span = (uint8_t)span, .call = call};
	if (!trace)
		return;
	message.trouble.wall_us = wall_us;
	message.trouble.trigger = (uint8_t)trigger;
	text_copy(message.trouble.text, sizeof(message.trouble.text), text);
	post(trace, &message);
}

/* ---- the keeper's side ---- */

static struct known_key *known(struct span_trace *span, int32_t key)
{
	for (unsigned i = 0; i < SPAN_KEYS; i++)
		if (span->known[i].call && span->known[i].key == key)
			return &span->known[i];
	return NULL;
}

static struct trace_kept kept_of(const struct ring *ring, const struct ring_entry *entry, unsigned span)
{
	return (struct trace_kept){.sequence = entry->sequence,
	                           .wall_us = entry->wall_us,
	                           .call = entry->call,
	                           .span = (uint8_t)span,
	                           .sent = entry->sent,
	                           .network = entry->network,
	                           .variant = (enum decode_variant)entry->variant,
	                           .key = entry->key,
	                           .message = entry->message,
	                           .count = entry->count,
	                           .bytes = ring->bytes + entry->at};
}

static void take_frame(struct trace *trace, struct message *message)
{
	struct span_trace *span = &trace->spans[message->span];
	struct decoded *decoded = &trace->decoded;
	struct trace_kept kept = {.sequence = ++trace->sequence,
	                          .wall_us = message->frame.wall_us,
	                          .span = message->span,
	                          .sent = message->frame.sent,
	                          .network = message->frame.network,
	                          .variant = (enum decode_variant)message->frame.variant,
	                          .count = message->frame.count,
	                          .bytes = message->frame.bytes};
	decode_mask(message->frame.bytes, kept.count);
	decode_frame(decoded, kept.bytes, kept.count, kept.sent == kept.network, kept.variant);
	kept.key = decode_call_key(decoded, kept.sent);
	kept.message = decoded->message;
	struct known_key *who = kept.key >= 0 ? known(span, kept.key) : NULL;
	if (who && decoded->message == Q931_SETUP && decoded->discriminator == 0x08) {
		who->call = 0; /* the call reference is used again: trace_bind() will say by whom */
		who = NULL;
	}
	kept.call = who ? who->call : 0;
	struct ring_entry entry = {.sequence = kept.sequence,
	                           .wall_us = kept.wall_us,
	                           .call = kept.call,
	                           .key = kept.key,
	                           .count = kept.count,
	                           .message = kept.message,
	                           .variant = (uint8_t)kept.variant,
	                           .sent = kept.sent,
	                           .network = kept.network};
	if (ring_put(&span->ring, &entry, kept.bytes) < 0)
		log_write(LOG_WARNING, LOG_ADMIN, "span %u: no memory for the D-channel trace", message->span);
	if (trace->pcap)
		pcap_frame(trace->pcap, &kept);
	if (who)
		ladder_message(trace, &kept, decoded, who);
	flight_watch(trace, &kept, decoded);
}

/* The frames of the call so far, back to its SETUP. */
static void tag_back(struct trace *trace, unsigned number, struct known_key *who)
{
	struct ring *ring = &trace->spans[number].ring;
	for (uint32_t i = ring->count; i-- > 0;) {
		struct ring_entry *entry = ring_at(ring, i);
		if (entry->key != who->key)
			continue;
		if (entry->call)
			return;
		entry->call = who->call;
		struct trace_kept kept = kept_of(ring, entry, number);
		decode_frame(&trace->decoded, kept.bytes, kept.count, kept.sent == kept.network, kept.variant);
		ladder_message(trace, &kept, &trace->decoded, who);
		if (entry->message == Q931_SETUP)
			return;
	}
}

static void take_bind(struct trace *trace, const struct message *message)
{
	struct span_trace *span = &trace->spans[message->span];
	struct known_key *who = known(span, message->bind.key);
	if (!who) {
		who = &span->known[span->next_known];
		span->next_known = (span->next_known + 1) % SPAN_KEYS;
	}
	*who = (struct known_key){.key = message->bind.key, .call = message->call, .side = message->bind.side};
	tag_back(trace, message->span, who);
}

static void take(struct trace *trace, struct message *message)
{
	if (message->span > CONFIG_SPANS_MAX)
		return;
	switch ((enum message_kind)message->kind) {
	case MESSAGE_FRAME:
		take_frame(trace, message);
		break;
	case MESSAGE_BIND:
		take_bind(trace, message);
		break;
	case MESSAGE_NOTE:
		message->note.sequence = ++trace->sequence;
		ladder_add(trace, message->call, &message->note);
		break;
	case MESSAGE_TROUBLE:
		flight_trigger(trace, (enum trace_trigger)message->trouble.trigger, message->span, message->call,
		               message->trouble.wall_us, message->trouble.text);
		break;
	}
}

static void drain(struct trace *trace)
{
	struct message message;
	bool any = false;
	while (mailbox_receive(trace->mailbox, &message)) {
		take(trace, &message);
		any = true;
	}
	if (!any || !trace->pcap)
		return;
	fflush(trace->pcap);
	if (ferror(trace->pcap)) {
		log_write(LOG_WARNING, LOG_ADMIN, "the D-channel capture file cannot be written");
		clearerr(trace->pcap);
	}
}

void trace_step(struct trace *trace, uint64_t now_us)
{
	trace->now_us = now_us;
	drain(trace);
	flight_due(trace, false);
}

uint64_t trace_deadline_us(const struct trace *trace)
{
	return trace ? trace->now_us + STEP_US : TIMER_NEVER;
}

uint64_t trace_lost(const struct trace *trace)
{
	return mailbox_refused(trace->mailbox);
}

uint64_t trace_newest(const struct trace *trace)
{
	return trace->sequence;
}

void trace_span_counts(const struct trace *trace, unsigned span, uint32_t *kept, uint64_t *ever)
{
	*kept = trace->spans[span].ring.count;
	*ever = trace->spans[span].ring.ever;
}

/* The oldest entry younger than after: entries are in the order of their sequence numbers. */
static uint32_t first_after(const struct ring *ring, uint64_t after)
{
	uint32_t low = 0, high = ring->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (ring_at(ring, middle)->sequence > after)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

void trace_each(const struct trace *trace, unsigned span, uint64_t after,
                bool (*each)(void *user, const struct trace_kept *kept), void *user)
{
	uint32_t at[CONFIG_SPANS_MAX + 1] = {0};
	unsigned low = span ? span : 1, high = span ? span : CONFIG_SPANS_MAX;
	for (unsigned i = low; i <= high; i++)
		at[i] = first_after(&trace->spans[i].ring, after);
	for (;;) {
		unsigned next = 0;
		for (unsigned i = low; i <= high; i++) {
			const struct ring *ring = &trace->spans[i].ring;
			if (at[i] < ring->count && (!next || ring_at(ring, at[i])->sequence <
			                                         ring_at(&trace->spans[next].ring, at[next])->sequence))
				next = i;
		}
		if (!next)
			return;
		const struct ring *ring = &trace->spans[next].ring;
		struct trace_kept kept = kept_of(ring, ring_at(ring, at[next]++), next);
		if (!each(user, &kept))
			return;
	}
}

/* ---- life ---- */

static int open_pcap(struct trace *trace, const char *path, struct fault *fault)
{
	trace->pcap = fopen(path, "wbe");
	if (!trace->pcap)
		return fault_set(fault, -errno, "cannot write the capture file %s: %s", path, strerror(errno));
	pcap_header(trace->pcap);
	if (fflush(trace->pcap))
		return fault_set(fault, -errno, "cannot write the capture file %s: %s", path, strerror(errno));
	return 0;
}

int trace_new(struct trace **out, const char *pcap_path, struct fault *fault)
{
	struct trace *trace = calloc(1, sizeof(*trace));
	int error = trace ? 0 : -ENOMEM;
	if (!error) {
		flight_settings_initial(&trace->settings);
		trace->next_record = 1;
		trace->ladders = calloc(CONFIG_TRACE_CALLS, sizeof(*trace->ladders));
		error = trace->ladders
		            ? mailbox_new(&trace->mailbox, "trace", sizeof(struct message), QUEUE_MESSAGES, NULL)
		            : -ENOMEM;
	}
	if (error)
		fault_set(fault, error, "no memory for the trace");
	else if (pcap_path)
		error = open_pcap(trace, pcap_path, fault);
	if (error) {
		trace_free(trace);
		return error;
	}
	*out = trace;
	return 0;
}

void trace_free(struct trace *trace)
{
	if (!trace)
		return;
	if (trace->mailbox)
		drain(trace);
	flight_due(trace, true);
	if (trace->pcap)
		fclose(trace->pcap);
	for (unsigned i = 0; i <= CONFIG_SPANS_MAX; i++)
		ring_free(&trace->spans[i].ring);
	mailbox_free(trace->mailbox);
	free(trace->ladders);
	free(trace);
}
