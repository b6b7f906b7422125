/* What the D channel says about calls. */
#include <string.h>

#include "tools/lab/call.h"
#include "tools/lab/capture.h"

enum {
	CAUSE_NO_CIRCUIT = 34,
	CAUSE_CHANNEL_UNAVAILABLE = 44,
	CAUSE_NO_REFERENCE = 81,
	CAUSE_WRONG_STATE = 101,
	MESSAGE_SETUP = 0x05,
	IE_CAUSE = 0x08,
	IE_CHANNEL = 0x18,
	IE_CALLING = 0x6c
};

static struct lab_call *find(const struct span *span, link_call handle)
{
	if (!handle)
		return NULL;
	for (unsigned timeslot = 1; timeslot <= span->channels; timeslot++)
		if (span->calls[timeslot] && span->calls[timeslot]->handle == handle)
			return span->calls[timeslot];
	for (struct lab_call *call = span->exchange->first_call; call; call = call->next)
		if (call->span == span && call->handle == handle)
			return call;
	return NULL;
}

static unsigned choose_channel(const struct span *span, const struct link_event *event, int *cause)
{
	unsigned wanted = event->channel;
	if (wanted && wanted <= span->channels && wanted != span->dchannel && !span->calls[wanted])
		return wanted;
	if (wanted && !event->flexible) {
		*cause = CAUSE_CHANNEL_UNAVAILABLE;
		return 0;
	}
	*cause = CAUSE_NO_CIRCUIT;
	return call_free_channel(span);
}

static void take_setup(struct span *span, const struct link_event *event)
{
	int cause = 0;
	unsigned channel = choose_channel(span, event, &cause);
	struct lab_call *call = channel ? call_make(span, true, channel) : NULL;
	if (!call) {
		link_hang_up(span->link, event->call, cause);
		return;
	}
	call->handle = event->call;
	memcpy(call->facts.to, event->to, sizeof(call->facts.to));
	memcpy(call->facts.from, event->from, sizeof(call->facts.from));
	memcpy(call->facts.name, event->name, sizeof(call->facts.name));
	memcpy(call->facts.redirecting, event->redirecting, sizeof(call->facts.redirecting));
	call->facts.presentation = event->presentation;
	if (span->conf.overlap && !event->complete) {
		link_setup_ack(span->link, call->handle, channel);
		call_enter(call, LAB_CALL_SETUP_ACK);
	} else {
		/* a network says at once that it has all it needs: the caller's T303 stops */
		link_proceeding(span->link, call->handle, channel);
	}
}

static void take_digits(struct lab_call *call, const struct link_event *event)
{
	size_t used = strlen(call->facts.to);
	snprintf(call->facts.to + used, sizeof(call->facts.to) - used, "%s", event->to);
	if (event->complete && call->state == LAB_CALL_SETUP_ACK) {
		link_proceeding(call->span->link, call->handle, call->facts.channel);
		call_enter(call, LAB_CALL_PROCEEDING);
	}
}

static void take_step(struct lab_call *call, const struct link_event *event)
{
	static const enum lab_call_state states[] = {
	    [LINK_SETUP_ACK] = LAB_CALL_SETUP_ACK, [LINK_PROCEEDING] = LAB_CALL_PROCEEDING,
	    [LINK_PROGRESS] = LAB_CALL_PROGRESS,   [LINK_ALERTING] = LAB_CALL_ALERTING,
	    [LINK_ANSWER] = LAB_CALL_ANSWERED,
	};
	if (!call->facts.from_box && event->channel && event->channel != call->facts.channel &&
	    event->channel <= call->span->channels)
		call_connect(call, event->channel);
	if (event->inband) { /* Q.931 5.4.1: what comes in band is passed on from now */
		call->party.hears = true;
		call->facts.inband = true;
	}
	if (event->connected[0])
		memcpy(call->facts.connected, event->connected, sizeof(call->facts.connected));
	call_enter(call, states[event->type]);
}

static void take_released(struct lab_call *call, const struct link_event *event)
{
	link_call handle = call->handle;
	call_end(call, true, event->cause);
	link_hang_up(call->span->link, handle, event->cause);
	call_let_go(call);
}

static void restart_call(struct lab_call *call)
{
	link_call handle = call->handle;
	call_end(call, true, 0);
	if (handle)
		link_destroy_call(call->span->link, handle);
	call_let_go(call);
}

static void take_restart(struct span *span, unsigned channel)
{
	for (unsigned timeslot = 1; timeslot <= span->channels; timeslot++)
		if (span->calls[timeslot] && (!channel || channel == timeslot))
			restart_call(span->calls[timeslot]);
}

static void take_hold(struct lab_call *call, bool retrieve)
{
	link_hold_answer(call->span->link, call->handle, call->facts.channel, retrieve);
	if (call->facts.answered)
		call->party.hears = call->party.speaks = retrieve;
}

/* What the link itself gives up, and "no such call", are not the box's word about a call. */
static void note_reached(struct lab_call *call, const struct link_event *event)
{
	bool unknown =
	    event->type == LINK_RELEASED && (event->cause == CAUSE_NO_REFERENCE || event->cause == CAUSE_WRONG_STATE);
	if (call->span->hearing && !unknown)
		call_reached(call);
}

static void take_call_event(struct lab_call *call, const struct link_event *event)
{
	note_reached(call, event);
	switch (event->type) {
	case LINK_DIGITS:
		take_digits(call, event);
		break;
	case LINK_SETUP_ACK:
	case LINK_PROCEEDING:
	case LINK_PROGRESS:
	case LINK_ALERTING:
	case LINK_ANSWER:
		take_step(call, event);
		break;
	case LINK_DISCONNECT:
		call_end(call, true, event->cause);
		link_hang_up(call->span->link, call->handle, event->cause);
		break;
	case LINK_RELEASED:
		take_released(call, event);
		break;
	case LINK_HOLD:
	case LINK_RETRIEVE:
		take_hold(call, event->type == LINK_RETRIEVE);
		break;
	default:
		break;
	}
}

void call_link_event(void *user, const struct link_event *event)
{
	struct span *span = user;
	struct lab_call *call = find(span, event->call);
	if (event->type == LINK_SETUP)
		take_setup(span, event);
	else if (event->type == LINK_RESTART)
		take_restart(span, event->channel);
	else if (call)
		take_call_event(call, event);
	else if (event->type == LINK_DISCONNECT || event->type == LINK_RELEASED)
		link_hang_up(span->link, event->call, event->cause); /* one that we refused */
}

/* An information element of a Q.931 message in an I frame, or NULL. */
static const uint8_t *element(const uint8_t *frame, size_t bytes, uint8_t id, size_t *length)
{
	const uint8_t *end = frame + bytes;
	if (bytes < 7 || frame[2] & 1 || frame[4] != 0x08 || bytes < 7 + (frame[5] & 0x0fu))
		return NULL;
	for (const uint8_t *at = frame + 7 + (frame[5] & 0x0f); at < end;) {
		if (*at & 0x80) {
			at++;
			continue;
		}
		if (end - at < 2 || end - at - 2 < at[1])
			return NULL;
		if (*at == id) {
			*length = at[1];
			return at + 2;
		}
		at += 2 + at[1];
	}
	return NULL;
}

static bool is_setup(const uint8_t *frame, size_t bytes)
{
	return bytes >= 9 && !(frame[2] & 1) && frame[4] == 0x08 && (frame[5] & 0x0f) == 2 && frame[8] == MESSAGE_SETUP;
}

static void number_of(const uint8_t *ie, size_t length, char *out, size_t size)
{
	size_t at = 0, used = 0;
	while (at < length && !(ie[at] & 0x80))
		at++;
	for (at++; at < length && used + 1 < size; at++)
		out[used++] = (char)ie[at];
	out[used] = 0;
}

/* Crosses the box's SETUP with one of ours on the same channel (Q.931 5.7). */
static void cross_call(struct span *span, const uint8_t *frame, size_t bytes)
{
	struct lab_call_request request = {.span = span->conf.span,
	                                   .exclusive = true,
	                                   .ton = -1,
	                                   .npi = -1,
	                                   .presentation = -1,
	                                   .redirecting_reason = -1,
	                                   .bearer = -1};
	struct lab_call *call;
	char error[LAB_TEXT];
	size_t length = 0;
	const uint8_t *ie = element(frame, bytes, IE_CHANNEL, &length);
	if (ie && length >= 3)
		request.channel = ie[length - 1] & 0x7f;
	ie = element(frame, bytes, IE_CALLING, &length);
	if (span->last_called[0])
		memcpy(request.to, span->last_called, sizeof(request.to));
	else if (ie)
		number_of(ie, length, request.to, sizeof(request.to));
	if (call_out(span->exchange, &request, &call, error, sizeof(error)))
		capture_remark(span->exchange->capture, span->exchange->now, error);
}

void call_frame_in(struct span *span, const uint8_t *frame, size_t bytes)
{
	if (span->faults.glare && is_setup(frame, bytes)) {
		span->faults.glare = false;
		cross_call(span, frame, bytes);
	}
	size_t length = 0;
	const uint8_t *cause = element(frame, bytes, IE_CAUSE, &length);
	span->cause_location = cause && length ? cause[0] & 0x0f : -1;
	span->hearing = true;
	link_receive(span->link, frame, bytes);
	span->hearing = false;
	span->cause_location = -1;
}
