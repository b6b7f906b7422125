/* Calls: making them, their states and history, and what a scenario asks of them. */
#include "tools/lab/call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lab/capture.h"

#define CALL_AUDIO_KEPT_SAMPLES (60u * 8000)
#define CAUSE_NORMAL            16

unsigned call_free_channel(const struct span *span)
{
	for (unsigned timeslot = 1; timeslot <= span->channels; timeslot++)
		if (timeslot != span->dchannel && !span->calls[timeslot])
			return timeslot;
	return 0;
}

void call_connect(struct lab_call *call, unsigned channel)
{
	struct span *span = call->span;
	unsigned old = call->facts.channel;
	if (old && old != channel && span->calls[old] == call) {
		span->calls[old] = NULL;
		if (span->party[old] == &call->party)
			span->party[old] = NULL;
	}
	call->facts.channel = channel;
	call->party.timeslot = channel;
	if (!channel || span->calls[channel])
		return;
	span->calls[channel] = call;
	span->party[channel] = &call->party;
}

struct lab_call *call_make(struct span *span, bool from_box, unsigned channel)
{
	struct exchange *exchange = span->exchange;
	struct lab_call *call = calloc(1, sizeof(*call));
	if (!call)
		return NULL;
	if (party_open(&call->party, exchange, span, channel)) {
		free(call);
		return NULL;
	}
	call->exchange = exchange;
	call->span = span;
	call->facts.span = span->conf.span;
	call->facts.from_box = from_box;
	call->facts.begun = exchange->now;
	call->facts.cause_location = -1;
	call->facts.out_since = span->out_since;
	call->facts.out_until = span->out_until;
	if (from_box)
		call_reached(call);
	call_connect(call, channel);
	if (exchange->last_call)
		exchange->last_call->next = call;
	else
		exchange->first_call = call;
	exchange->last_call = call;
	call_enter(call, LAB_CALL_SETUP);
	return call;
}

void call_enter(struct lab_call *call, enum lab_call_state state)
{
	if (call->state == state || call->state >= LAB_CALL_REJECTED)
		return;
	call->state = state;
	if (call->history_count < CALL_HISTORY) {
		call->history[call->history_count].state = state;
		call->history[call->history_count++].at = call->exchange->now;
	}
	if (state == LAB_CALL_ANSWERED) {
		call->facts.answered = call->exchange->now;
		call->party.hears = call->party.speaks = true;
	}
}

void call_end(struct lab_call *call, bool by_box, int cause)
{
	bool refused = by_box && !call->facts.answered;
	if (call->facts.ended)
		return;
	call->facts.ended = call->exchange->now ? call->exchange->now : 1;
	call->facts.cause = cause > 0 ? cause : 0;
	call->facts.cause_location = by_box ? call->span->cause_location : -1;
	call->ended_by_box = by_box;
	call->party.hears = call->party.speaks = false;
	call_enter(call, refused ? LAB_CALL_REJECTED : LAB_CALL_RELEASED);
}

static void drop_audio(struct lab_call *call)
{
	if (call->party.ring)
		party_close(&call->party);
}

void call_let_go(struct lab_call *call)
{
	unsigned channel = call->facts.channel;
	call->handle = NULL;
	call->facts.let_go = call->exchange->now;
	call_setup_ended(call);
	if (call->span->calls[channel] == call)
		call->span->calls[channel] = NULL;
	if (call->span->party[channel] == &call->party)
		call->span->party[channel] = NULL;
	if (call->forgotten)
		drop_audio(call);
}

void call_tidy(struct exchange *exchange)
{
	for (struct lab_call *call = exchange->first_call; call; call = call->next)
		if (call->party.ring && call->facts.ended && !call->handle &&
		    exchange->now - call->facts.ended > CALL_AUDIO_KEPT_SAMPLES)
			drop_audio(call);
}

void calls_free(struct exchange *exchange)
{
	struct lab_call *next;
	for (struct lab_call *call = exchange->first_call; call; call = next) {
		next = call->next;
		drop_audio(call);
		free(call);
	}
	exchange->first_call = exchange->last_call = NULL;
}

static int check_request(const struct exchange *exchange, const struct lab_call_request *request, char *error,
                         size_t size)
{
	if (!request->span || request->span > LAB_SPANS_MAX || !exchange->spans[request->span] ||
	    !exchange->spans[request->span]->link) {
		snprintf(error, size, "span %u is not a PRI span of the lab", request->span);
		return -ENODEV;
	}
	const struct span *span = exchange->spans[request->span];
	if (request->channel > span->channels || (request->channel && request->channel == span->dchannel)) {
		snprintf(error, size, "span %u has no B channel %u", request->span, request->channel);
		return -EINVAL;
	}
	return 0;
}

int call_out(struct exchange *exchange, const struct lab_call_request *request, struct lab_call **out, char *error,
             size_t size)
{
	int status = check_request(exchange, request, error, size);
	if (status)
		return status;
	struct span *span = exchange->spans[request->span];
	struct lab_call_request placed = *request;
	if (!placed.channel)
		placed.channel = call_free_channel(span);
	if (!placed.channel) {
		snprintf(error, size, "span %u: all B channels are in use", request->span);
		return -EBUSY;
	}
	struct lab_call *call = call_make(span, false, placed.channel);
	if (!call)
		return -ENOMEM;
	memcpy(call->facts.to, request->to, sizeof(call->facts.to));
	memcpy(call->facts.from, request->from, sizeof(call->facts.from));
	memcpy(call->facts.name, request->name, sizeof(call->facts.name));
	memcpy(call->facts.redirecting, request->redirecting, sizeof(call->facts.redirecting));
	call->facts.presentation = request->presentation < 0 ? 0 : request->presentation;
	call->claimed = true;
	memcpy(span->last_called, request->to, sizeof(span->last_called));
	status = link_setup(span->link, &placed, &call->handle);
	if (status) {
		snprintf(error, size, "span %u: libpri does not send this SETUP", request->span);
		call_end(call, false, 0);
		call->forgotten = true;
		call_let_go(call);
		return status;
	}
	if (request->name_later && request->name[0])
		link_send_name(span->link, call->handle, true, request->name);
	*out = call;
	return 0;
}

struct lab_call *call_incoming(struct exchange *exchange, unsigned number)
{
	struct span *span = number <= LAB_SPANS_MAX ? exchange->spans[number] : NULL;
	struct lab_call *oldest = NULL;
	for (unsigned timeslot = 1; span && timeslot <= span->channels; timeslot++) {
		struct lab_call *call = span->calls[timeslot];
		if (call && !call->claimed && call->facts.from_box && !call->facts.ended &&
		    (!oldest || call->facts.begun < oldest->facts.begun))
			oldest = call;
	}
	if (oldest)
		oldest->claimed = true;
	return oldest;
}

struct party *call_party(struct lab_call *call)
{
	return &call->party;
}

enum lab_call_state call_state(const struct lab_call *call)
{
	return call->state;
}

bool call_was(const struct lab_call *call, enum lab_call_state state, uint64_t from_samples, uint64_t *at_samples)
{
	for (unsigned i = call->history_count; i--;) {
		bool last = i + 1 == call->history_count;
		if (call->history[i].state != state || (!last && call->history[i + 1].at < from_samples))
			continue;
		if (at_samples)
			*at_samples = call->history[i].at;
		return true;
	}
	return false;
}

void call_facts(const struct lab_call *call, struct lab_call_facts *facts)
{
	*facts = call->facts;
}

static int begun(const struct lab_call *call)
{
	return call->handle && !call->facts.ended ? 0 : -ENOTCONN;
}

int call_more_digits(struct lab_call *call, const char *digits, bool complete)
{
	if (begun(call))
		return -ENOTCONN;
	size_t used = strlen(call->facts.to);
	snprintf(call->facts.to + used, sizeof(call->facts.to) - used, "%s", digits);
	return link_digits(call->span->link, call->handle, digits, complete);
}

static int step(struct lab_call *call, int (*send)(struct link *, link_call, unsigned), enum lab_call_state state)
{
	if (begun(call))
		return -ENOTCONN;
	if (!call->facts.from_box)
		return -EINVAL;
	int status = send(call->span->link, call->handle, call->facts.channel);
	if (!status)
		call_enter(call, state);
	return status;
}

int call_alert(struct lab_call *call)
{
	return step(call, link_alerting, LAB_CALL_ALERTING);
}

int call_progress(struct lab_call *call)
{
	int status = step(call, link_progress, LAB_CALL_PROGRESS);
	if (!status)
		call->party.speaks = true; /* progress indicator 8: what is said now is heard */
	return status;
}

int call_answer(struct lab_call *call)
{
	return step(call, link_answer, LAB_CALL_ANSWERED);
}

int call_reject(struct lab_call *call, int cause)
{
	if (begun(call))
		return -ENOTCONN;
	call_end(call, false, cause);
	link_hang_up(call->span->link, call->handle, cause);
	return 0;
}

int call_hang_up(struct lab_call *call, int cause)
{
	return call_reject(call, cause > 0 ? cause : CAUSE_NORMAL);
}

int call_hold(struct lab_call *call)
{
	return begun(call) ? -ENOTCONN : link_notify_hold(call->span->link, call->handle, true);
}

int call_retrieve(struct lab_call *call)
{
	return begun(call) ? -ENOTCONN : link_notify_hold(call->span->link, call->handle, false);
}

int call_facility(struct lab_call *call, const char *name)
{
	if (begun(call))
		return -ENOTCONN;
	return link_send_name(call->span->link, call->handle, !call->facts.from_box, name);
}

void call_forget(struct lab_call *call)
{
	call->forgotten = true;
	if (!call->handle && call->facts.ended)
		drop_audio(call);
}

void exchange_calls(const struct exchange *exchange, bool (*each)(void *user, const struct lab_call *call), void *user)
{
	for (const struct lab_call *call = exchange->first_call; call; call = call->next)
		if (!each(user, call))
			return;
}
