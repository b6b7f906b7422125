/* The adapter to libpri: link set-up, frames in and out, calls. pri_event.c turns its events into ours. */
#include "tools/lab/pri.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lab/pri_private.h"

#define FCS_BYTES 2
#define T309_MS   90000 /* a network keeps calls over a short loss of the D channel (Q.931 T309: at most 90 s) */

static struct link *retired;

static void quiet(struct pri *pri, char *text)
{
}

static int io_read(struct pri *pri, void *buffer, int size)
{
	struct link *link = pri_get_userdata(pri);
	if (!link->rx_bytes)
		return 0;
	size_t bytes = link->rx_bytes;
	link->rx_bytes = 0;
	if (bytes + FCS_BYTES > (size_t)size)
		return 0;
	memcpy(buffer, link->rx, bytes);
	memset((uint8_t *)buffer + bytes, 0, FCS_BYTES); /* libpri cuts two octets of FCS off without looking */
	return (int)(bytes + FCS_BYTES);
}

/* An injected message takes the place of a carrier message's content; a repetition of that I frame too. */
static size_t substitute(struct link *link, uint8_t *frame, size_t bytes)
{
	if (bytes < 4 || frame[2] & 1)
		return bytes;
	struct injected *injected = &link->injected[frame[2] >> 1];
	if (link->inject_next) {
		*injected = link->waiting;
		link->inject_next = false;
		injected->active = true;
		injected->carrier_bytes = bytes < sizeof(injected->carrier) ? bytes : sizeof(injected->carrier);
		memcpy(injected->carrier + 4, frame + 4, injected->carrier_bytes - 4);
	} else if (injected->active &&
	           (bytes != injected->carrier_bytes || memcmp(injected->carrier + 4, frame + 4, bytes - 4))) {
		injected->active = false; /* the sequence number has come round */
	}
	if (!injected->active)
		return bytes;
	memcpy(frame + 4, injected->message, injected->bytes);
	return 4 + injected->bytes;
}

static int io_write(struct pri *pri, void *buffer, int size)
{
	struct link *link = pri_get_userdata(pri);
	uint8_t frame[4 + LINK_MESSAGE_MAX];
	if (size < FCS_BYTES + 3 || (size_t)(size - FCS_BYTES) > sizeof(frame))
		return size;
	size_t bytes = (size_t)(size - FCS_BYTES);
	memcpy(frame, buffer, bytes);
	bytes = substitute(link, frame, bytes);
	link->settings.send(link->settings.user, frame, bytes);
	return size;
}

static int switch_of(const struct link_settings *settings)
{
	switch (settings->switch_type) {
	case LAB_NI1:
		return PRI_SWITCH_NI1;
	case LAB_NI2:
		return PRI_SWITCH_NI2;
	case LAB_DMS100:
		return PRI_SWITCH_DMS100;
	case LAB_5ESS:
		return PRI_SWITCH_LUCENT5E;
	case LAB_4ESS:
		return PRI_SWITCH_ATT4ESS;
	case LAB_QSIG:
		return PRI_SWITCH_QSIG;
	case LAB_EUROISDN:
		break;
	}
	return settings->e1 ? PRI_SWITCH_EUROISDN_E1 : PRI_SWITCH_EUROISDN_T1;
}

int link_new(struct link **out, const struct link_settings *settings, char *error, size_t size)
{
	struct link *link = calloc(1, sizeof(*link));
	if (!link)
		return -ENOMEM;
	link->settings = *settings;
	pri_set_message(quiet);
	pri_set_error(quiet);
	link->pri = pri_new_cb(-1, settings->network_side ? PRI_NETWORK : PRI_CPE, switch_of(settings), io_read,
	                       io_write, link);
	if (!link->pri) {
		snprintf(error, size, "libpri does not take this switch type");
		free(link);
		return -EINVAL;
	}
	pri_facility_enable(link->pri);
	pri_hangup_fix_enable(link->pri, 1);
	pri_hold_enable(link->pri, 1);
	pri_set_service_message_support(link->pri, 1);
	pri_set_overlapdial(link->pri, settings->overlap);
	pri_set_timer(link->pri, PRI_TIMER_T309, T309_MS);
	*out = link;
	return 0;
}

void link_free(struct link *link)
{
	/* libpri cannot destroy a controller: it is put aside, silent, until the program ends */
	if (!link)
		return;
	link->next_retired = retired;
	retired = link;
}

void link_receive(struct link *link, const uint8_t *frame, size_t bytes)
{
	if (bytes > sizeof(link->rx))
		return;
	memcpy(link->rx, frame, bytes);
	link->rx_bytes = bytes;
	for (pri_event *event = pri_check_event(link->pri); event; event = pri_check_event(link->pri))
		link_handle(link, event);
}

void link_run_timers(struct link *link)
{
	for (pri_event *event = pri_schedule_run(link->pri); event; event = pri_schedule_run(link->pri))
		link_handle(link, event);
}

bool link_is_up(const struct link *link)
{
	return link->up;
}

static int plan_of(const struct lab_call_request *request)
{
	int ton = request->ton < 0 ? PRI_TON_UNKNOWN : request->ton;
	int npi = request->npi < 0 ? PRI_NPI_E163_E164 : request->npi;
	return ton << 4 | npi;
}

static void fill_number(struct pri_party_number *number, const char *digits, int plan, int presentation)
{
	number->valid = 1;
	number->plan = plan;
	number->presentation = (presentation < 0 ? 0 : presentation << 5) | PRI_PRES_NETWORK_NUMBER;
	snprintf(number->str, sizeof(number->str), "%s", digits);
}

static void fill_caller(struct pri_sr *setup, const struct lab_call_request *request)
{
	struct pri_party_id caller = {0};
	if (!request->from[0] && !request->name[0] && request->presentation < 0)
		return;
	fill_number(&caller.number, request->from, plan_of(request), request->presentation);
	if (request->name[0] && !request->name_later) {
		caller.name.valid = 1;
		caller.name.char_set = 1;
		caller.name.presentation = caller.number.presentation & PRI_PRES_RESTRICTION;
		snprintf(caller.name.str, sizeof(caller.name.str), "%s", request->name);
	}
	pri_sr_set_caller_party(setup, &caller);
}

static void fill_redirecting(struct pri_sr *setup, const struct lab_call_request *request)
{
	struct pri_party_redirecting redirecting = {0};
	if (!request->redirecting[0])
		return;
	fill_number(&redirecting.from.number, request->redirecting, plan_of(request), -1);
	fill_number(&redirecting.orig_called.number, request->redirecting, plan_of(request), -1);
	fill_number(&redirecting.to.number, request->to, plan_of(request), -1);
	redirecting.count = 1;
	redirecting.reason = redirecting.orig_reason =
	    request->redirecting_reason < 0 ? PRI_REDIR_UNCONDITIONAL : request->redirecting_reason;
	pri_sr_set_redirecting_parties(setup, &redirecting);
}

int link_setup(struct link *link, const struct lab_call_request *request, link_call *out)
{
	struct pri_sr *setup = pri_sr_new();
	q931_call *call = setup ? pri_new_call(link->pri) : NULL;
	char to[sizeof(request->to)];
	if (!call) {
		if (setup)
			pri_sr_free(setup);
		return -ENOMEM;
	}
	snprintf(to, sizeof(to), "%s", request->to);
	pri_sr_set_channel(setup, (int)request->channel, request->exclusive, 0);
	pri_sr_set_bearer(setup, request->bearer < 0 ? PRI_TRANS_CAP_3_1K_AUDIO : request->bearer,
	                  link->settings.mulaw ? PRI_LAYER_1_ULAW : PRI_LAYER_1_ALAW);
	pri_sr_set_called(setup, to, plan_of(request), !request->overlap && link->settings.overlap);
	fill_caller(setup, request);
	fill_redirecting(setup, request);
	if (request->uui[0])
		pri_sr_set_useruser(setup, request->uui);
	int status = pri_setup(link->pri, call, setup) ? -EPROTO : 0;
	pri_sr_free(setup);
	if (!status)
		*out = call;
	else
		pri_destroycall(link->pri, call);
	return status;
}

int link_setup_ack(struct link *link, link_call call, unsigned channel)
{
	return pri_setup_ack(link->pri, call, (int)channel, 0, 0) ? -EPROTO : 0;
}

int link_proceeding(struct link *link, link_call call, unsigned channel)
{
	return pri_proceeding(link->pri, call, (int)channel, 0) ? -EPROTO : 0;
}

int link_alerting(struct link *link, link_call call, unsigned channel)
{
	return pri_acknowledge(link->pri, call, (int)channel, 0) ? -EPROTO : 0;
}

int link_progress(struct link *link, link_call call, unsigned channel)
{
	return pri_progress(link->pri, call, (int)channel, 1) ? -EPROTO : 0;
}

int link_answer(struct link *link, link_call call, unsigned channel)
{
	return pri_answer(link->pri, call, (int)channel, 0) ? -EPROTO : 0;
}

void link_hang_up(struct link *link, link_call call, int cause)
{
	pri_hangup(link->pri, call, cause);
}

void link_destroy_call(struct link *link, link_call call)
{
	pri_destroycall(link->pri, call);
}

int link_notify_hold(struct link *link, link_call call, bool held)
{
	if (!pri_notify(link->pri, call, 0, held ? PRI_NOTIFY_REMOTE_HOLD : PRI_NOTIFY_REMOTE_RETRIEVAL))
		return 0;
	return pri_notify(link->pri, call, 0, held ? PRI_NOTIFY_USER_SUSPENDED : PRI_NOTIFY_USER_RESUMED) ? -EPROTO : 0;
}

void link_hold_answer(struct link *link, link_call call, unsigned channel, bool retrieve)
{
	if (retrieve)
		pri_retrieve_ack(link->pri, call, (int)channel);
	else
		pri_hold_ack(link->pri, call);
}
